//! The forum against a recount of everything that ever happened.

use asfm_social::{Error, Forum, PostId, UserId};
use proptest::prelude::*;

use crate::naive::{self, Post, Reaction};

const USERS: u32 = 6;

#[derive(Debug, Clone, Copy)]
enum Event {
    Post { author: u32 },
    Repost { author: u32, of: prop::sample::Index },
    React { user: u32, post: prop::sample::Index, is_like: bool },
    Tomorrow,
}

fn event() -> impl Strategy<Value = Event> {
    let user = || 0..USERS;
    let post = any::<prop::sample::Index>;
    prop_oneof![
        2 => user().prop_map(|author| Event::Post { author }),
        3 => (user(), post()).prop_map(|(author, of)| Event::Repost { author, of }),
        6 => (user(), post(), any::<bool>())
            .prop_map(|(user, post, is_like)| Event::React { user, post, is_like }),
        1 => Just(Event::Tomorrow),
    ]
}

/// A forum with what happened in it.
fn played(events: &[Event]) -> (Forum, Vec<Post>, Vec<Reaction>) {
    let mut forum = Forum::new(USERS);
    let (mut posts, mut reactions, mut day) = (Vec::<Post>::new(), Vec::new(), 1);
    for it in events {
        let next = PostId(posts.len() as u32 + 1);
        match *it {
            Event::Tomorrow => day += 1,
            Event::Post { author } => {
                forum.post(next, UserId(author), day).unwrap();
                posts.push(Post { author, day, parent: None });
            }
            Event::Repost { .. } | Event::React { .. } if posts.is_empty() => {}
            Event::Repost { author, of } => {
                let of = of.index(posts.len()) + 1;
                forum.repost(next, UserId(author), PostId(of as u32), day).unwrap();
                posts.push(Post { author, day, parent: Some(of) });
            }
            Event::React { user, post, is_like } => {
                let post = post.index(posts.len()) + 1;
                let id = PostId(post as u32);
                if is_like {
                    forum.like(UserId(user), id, day).unwrap();
                } else {
                    forum.unlike(UserId(user), id, day).unwrap();
                }
                reactions.push(Reaction { user, post, is_like });
            }
        }
    }
    (forum, posts, reactions)
}

/// The posts from one up to its root.
fn up(posts: &[Post], id: usize) -> Vec<usize> {
    std::iter::successors(Some(id), |it| posts[it - 1].parent).collect()
}

proptest! {
    #[test]
    fn scores_are_those_of_a_recount(events in prop::collection::vec(event(), 0..120)) {
        let (forum, posts, reactions) = played(&events);
        let counts = naive::standing(&posts, &reactions);
        prop_assert_eq!(forum.len() as usize, posts.len());
        for ((at, post), (likes, unlikes)) in posts.iter().enumerate().zip(&counts) {
            let chain = up(&posts, at + 1);
            let below = (1..=posts.len()).filter(|it| *it != at + 1 && up(&posts, *it).contains(&(at + 1)));
            let found = forum.get(PostId(at as u32 + 1)).unwrap();
            prop_assert_eq!((found.likes, found.unlikes), (*likes, *unlikes));
            prop_assert_eq!(forum.score(found.id), Some(found.score()));
            prop_assert_eq!((found.author.0, found.day), (post.author, post.day));
            prop_assert_eq!(found.parent.map(|it| it.0 as usize), post.parent);
            prop_assert_eq!(found.root.0 as usize, *chain.last().unwrap());
            prop_assert_eq!(found.depth as usize, chain.len() - 1);
            prop_assert_eq!(found.reposts as usize, below.count());
        }
        for user in 0..USERS {
            let found = forum.author(UserId(user)).unwrap();
            let is_own = |id: usize| posts[id - 1].author == user;
            prop_assert_eq!(found.posts as usize, posts.iter().filter(|it| it.author == user).count());
            let reposts = posts.iter().filter(|it| it.parent.is_some_and(is_own)).count();
            prop_assert_eq!(found.reposts as usize, reposts);
            let (mut likes, mut unlikes) = (0, 0);
            for id in (1..=posts.len()).filter(|it| is_own(*it)) {
                for reader in 0..USERS {
                    match forum.stance(UserId(reader), PostId(id as u32)) {
                        Some(true) => likes += 1,
                        Some(false) => unlikes += 1,
                        None => {}
                    }
                }
            }
            prop_assert_eq!((found.likes, found.unlikes), (likes, unlikes));
        }
        prop_assert_eq!(&played(&events).0, &forum, "the same events make the same forum");
    }

    #[test]
    fn cascades_are_trees(events in prop::collection::vec(event(), 0..80)) {
        let (forum, posts, _) = played(&events);
        for root in 1..=posts.len() {
            let found = forum.cascade(PostId(root as u32)).unwrap();
            let all: Vec<usize> = (1..=posts.len()).filter(|it| up(&posts, *it).contains(&root)).collect();
            let level = |id: usize| up(&posts, id).iter().position(|it| *it == root).unwrap();
            prop_assert_eq!(found.root.0 as usize, root);
            prop_assert_eq!(found.size as usize, all.len());
            prop_assert_eq!(found.depth as usize, all.iter().map(|it| level(*it)).max().unwrap());
            for (at, n) in found.levels.iter().enumerate() {
                prop_assert_eq!(*n as usize, all.iter().filter(|it| level(**it) == at).count());
            }
            prop_assert_eq!(found.breadth(), *found.levels.iter().max().unwrap());
            prop_assert_eq!(found.growth.iter().map(|it| it.1).sum::<u32>(), found.size);
            prop_assert_eq!(found.growth[0].0, posts[root - 1].day);
            for (day, n) in &found.growth {
                prop_assert_eq!(*n as usize, all.iter().filter(|it| posts[**it - 1].day == *day).count());
            }
            // Distances, by walking up from both sides to where the ways meet.
            let mut sum = 0;
            for (at, a) in all.iter().enumerate() {
                for b in &all[at + 1..] {
                    let (from, to) = (up(&posts, *a), up(&posts, *b));
                    let meets = from.iter().position(|it| to.contains(it)).unwrap();
                    sum += meets + to.iter().position(|it| *it == from[meets]).unwrap();
                }
            }
            let pairs = all.len() * (all.len() - 1) / 2;
            let virality = (pairs > 0).then(|| sum as f64 / pairs as f64);
            prop_assert_eq!(found.virality(), virality);
            let half = (0..100).find(|days| {
                let by_then = all.iter().filter(|it| **it != root && posts[**it - 1].day <= posts[root - 1].day + days);
                2 * by_then.count() >= all.len() - 1
            });
            prop_assert_eq!(found.days_to_half(), half.filter(|_| all.len() > 1));
        }
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let mut forum = Forum::new(2);
    let [ann, bob, nobody] = [0, 1, 2].map(UserId);
    forum.post(PostId(1), ann, 3).unwrap();
    let before = forum.clone();
    let order = |found| Err(Error::Order { expected: PostId(2), found: PostId(found) });
    assert_eq!(forum.post(PostId(1), ann, 3), order(1));
    assert_eq!(forum.post(PostId(3), ann, 3), order(3));
    assert_eq!(forum.repost(PostId(0), bob, PostId(1), 3), order(0));
    assert_eq!(forum.post(PostId(2), ann, 2), Err(Error::Past { day: 2, latest: 3 }));
    assert_eq!(forum.post(PostId(2), nobody, 3), Err(Error::User { user: nobody, users: 2 }));
    assert_eq!(forum.repost(PostId(2), bob, PostId(2), 3), Err(Error::Post(PostId(2))));
    assert_eq!(forum.repost(PostId(2), bob, PostId(0), 3), Err(Error::Post(PostId(0))));
    assert_eq!(forum.like(bob, PostId(9), 3), Err(Error::Post(PostId(9))));
    assert_eq!(forum.like(bob, PostId(u32::MAX), 3), Err(Error::Post(PostId(u32::MAX))));
    assert_eq!(forum.like(bob, PostId(1), 2), Err(Error::Past { day: 2, latest: 3 }));
    assert_eq!(forum.unlike(nobody, PostId(1), 3), Err(Error::User { user: nobody, users: 2 }));
    assert_eq!(forum, before, "what is refused changes nothing");
    assert_eq!(forum.cascade(PostId(2)), None);
    assert_eq!((forum.score(PostId(0)), forum.author(nobody)), (None, None));
}
