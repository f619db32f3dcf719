//! Feeds against looking at every post of every neighbour.

use asfm_social::{
    Audience, Error, Exposure, FeedOptions, Forum, IsolateRule, Network, NetworkOptions, PostId,
    SeenRule, TieRule, UserId,
};
use proptest::prelude::*;

use crate::naive::{self, Post, Reaction};

/// What happens on each of some days.
#[derive(Debug, Clone)]
struct Society {
    users: u32,
    topics: u32,
    days: Vec<Day>,
}

#[derive(Debug, Clone)]
struct Day {
    trades: Vec<(u32, u32)>,
    /// Authors, and what they repost if they do.
    posts: Vec<(u32, Option<prop::sample::Index>)>,
    reactions: Vec<(u32, prop::sample::Index, bool)>,
}

fn society(users: std::ops::Range<u32>, n: usize) -> impl Strategy<Value = Society> {
    (users, 1_u32..6).prop_flat_map(move |(users, topics)| {
        let index = any::<prop::sample::Index>;
        let day = (
            prop::collection::vec((0..users, 0..topics), 0..n),
            prop::collection::vec((0..users, prop::option::weighted(0.2, index())), 0..n),
            prop::collection::vec((0..users, index(), any::<bool>()), 0..n),
        );
        let day = day.prop_map(|(trades, posts, reactions)| Day { trades, posts, reactions });
        let days = prop::collection::vec(day, 1..6);
        days.prop_map(move |days| Society { users, topics, days })
    })
}

fn options() -> impl Strategy<Value = (NetworkOptions, FeedOptions)> {
    let isolates = vec![IsolateRule::Everybody, IsolateRule::Alone, IsolateRule::Chain];
    (
        prop::sample::select(isolates),
        prop::sample::select(vec![0.0, 0.2, 0.5, 0.9]),
        prop::sample::select(vec![TieRule::Spread, TieRule::OldestId]),
        prop::sample::select(vec![SeenRule::Hide, SeenRule::ShowAgain]),
        prop::option::of(0_u32..4),
        1_u32..8,
    )
        .prop_map(|(isolates, threshold, ties, seen, window_days, shown)| {
            let network = NetworkOptions { isolates, threshold, ..NetworkOptions::default() };
            (network, FeedOptions { shown, ties, seen, window_days })
        })
}

/// Plays it all, and compares every feed of every day.
fn compare(it: &Society, network: NetworkOptions, feeds: FeedOptions) -> Result<(), TestCaseError> {
    let mut network = Network::new(it.users, it.topics, network).unwrap();
    let mut forum = Forum::new(it.users);
    let mut audience = Audience::new(it.users, feeds).unwrap();
    let (mut posts, mut reactions) = (Vec::<Post>::new(), Vec::<Reaction>::new());
    let mut seen: Vec<(u32, u32)> = Vec::new();
    let readers: Vec<UserId> = (0..it.users).rev().map(UserId).collect();
    for (day, events) in (1..).zip(&it.days) {
        network.advance(day).unwrap();
        for (user, topic) in &events.trades {
            network.trade(UserId(*user), *topic).unwrap();
        }
        for (author, of) in &events.posts {
            let id = PostId(forum.len() + 1);
            let parent = of.filter(|_| !posts.is_empty()).map(|it| it.index(posts.len()) + 1);
            match parent {
                None => forum.post(id, UserId(*author), day).unwrap(),
                Some(of) => forum.repost(id, UserId(*author), PostId(of as u32), day).unwrap(),
            }
            posts.push(Post { author: *author, day, parent });
        }
        for (user, post, is_like) in &events.reactions {
            if posts.is_empty() {
                continue;
            }
            let post = post.index(posts.len()) + 1;
            let id = PostId(post as u32);
            let (user, is_like) = (*user, *is_like);
            if is_like {
                forum.like(UserId(user), id, day)
            } else {
                forum.unlike(UserId(user), id, day)
            }
            .unwrap();
            reactions.push(Reaction { user, post, is_like });
        }
        let graph = network.graph();
        let ranking = audience.rank(&graph, &forum, day).unwrap();
        let found = ranking.feeds(&readers).unwrap();
        let scores = naive::standing(&posts, &reactions);
        let mut expected = Vec::new();
        for reader in &readers {
            let is_everybodys =
                graph.is_isolate(*reader) && graph.options().isolates == IsolateRule::Everybody;
            let is_shown = |author: u32, id: usize| {
                let is_read = is_everybodys || graph.is_linked(*reader, UserId(author)).unwrap();
                let is_hidden =
                    feeds.seen == SeenRule::Hide && seen.contains(&(reader.0, id as u32));
                is_read && !is_hidden
            };
            let rules = (feeds.window_days, feeds.ties == TieRule::Spread);
            let all = naive::feed(&posts, &scores, (reader.0, day), rules, is_shown);
            let shown = all.into_iter().take(feeds.shown as usize);
            let exposures = shown.zip(1..).map(|(id, rank)| Exposure {
                reader: *reader,
                post: PostId(id as u32),
                day,
                rank,
            });
            expected.extend(exposures);
        }
        prop_assert_eq!(&found, &expected);
        drop(ranking);
        audience.see(&found).unwrap();
        seen.extend(found.iter().map(|it| (it.reader.0, it.post.0)));
    }
    Ok(())
}

proptest! {
    #[test]
    fn feeds_are_the_best_of_all(it in society(1..12, 30), (network, feeds) in options()) {
        compare(&it, network, feeds)?;
    }
}

proptest! {
    // Enough users and posts that patience ends, and both ways of finding are taken.
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn larger_feeds_are_the_best_of_all(it in society(40..120, 400), (network, feeds) in options()) {
        compare(&it, network, feeds)?;
    }
}

#[test]
fn ties_go_to_nobody_in_particular() {
    let users = 500;
    let graph = Network::new(users, 1, NetworkOptions::default()).unwrap().graph();
    let mut forum = Forum::new(users);
    for user in 0..users {
        forum.post(PostId(user + 1), UserId(user), 1).unwrap();
    }
    let readers: Vec<_> = (0..users).map(UserId).collect();
    let most = |ties| {
        let options = FeedOptions { ties, ..FeedOptions::default() };
        let audience = Audience::new(users, options).unwrap();
        let shown = audience.rank(&graph, &forum, 2).unwrap().feeds(&readers).unwrap();
        assert_eq!(shown.len(), 2500);
        let mut times = vec![0; users as usize];
        for it in &shown {
            times[it.post.0 as usize - 1] += 1;
        }
        times.into_iter().max().unwrap()
    };
    assert!(most(TieRule::OldestId) >= 495);
    assert!(most(TieRule::Spread) < 20, "5 are expected, by chance up to about 15");
}

#[test]
fn what_cannot_be_is_refused() {
    for shown in [0, 1001] {
        let options = FeedOptions { shown, ..FeedOptions::default() };
        assert_eq!(Audience::new(1, options), Err(Error::Shown(shown)));
    }
    let graph = Network::new(2, 1, NetworkOptions::default()).unwrap().graph();
    let mut audience = Audience::new(2, FeedOptions::default()).unwrap();
    let mut forum = Forum::new(2);
    forum.post(PostId(1), UserId(0), 5).unwrap();
    let refused = |forum: &Forum, day| audience.rank(&graph, forum, day).unwrap_err();
    assert_eq!(refused(&forum, 4), Error::Past { day: 4, latest: 5 });
    assert_eq!(refused(&Forum::new(3), 5), Error::Users { expected: 2, found: 3 });
    let nobody = Error::User { user: UserId(2), users: 2 };
    let ranking = audience.rank(&graph, &forum, 5).unwrap();
    assert_eq!((ranking.len(), ranking.feed(UserId(2))), (1, Err(nobody)));
    assert_eq!(ranking.feeds(&[UserId(1), UserId(2)]), Err(nobody));
    let exposure = |reader| Exposure { reader: UserId(reader), post: PostId(1), day: 5, rank: 1 };
    let before = audience.clone();
    assert_eq!(audience.see(&[exposure(1), exposure(2)]), Err(nobody));
    assert_eq!(audience, before);
}
