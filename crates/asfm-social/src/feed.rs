//! Who is shown what.

use std::sync::OnceLock;

use rayon::prelude::*;

use crate::hot::Scale;
use crate::spread::Spread;
use crate::{Error, Forum, Graph, IsolateRule, PostId, UserId};

/// Which of equally hot posts comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum TieRule {
    /// Every reader has an order of their own, and no post is favoured.
    ///
    /// The posts of a tie group, by id, are taken from a place on in steps of a stride without a
    /// common divisor with their number, forwards or backwards, round and round; place, stride and
    /// direction are drawn by the mixing function of `SplitMix64` (Steele, Lea and Flood 2014) from
    /// the reader, the group's lowest id and the day. Over readers each post is first equally often,
    /// and of any two each comes first equally often.
    #[default]
    Spread,
    /// The lowest id, for every reader.
    ///
    /// As in the published code of `TwinMarket`, where it makes opinion leaders of those who happen
    /// to post first: new posts are all equally hot.
    OldestId,
}

/// Whether posts are shown again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum SeenRule {
    /// What a reader has seen is not shown to them again.
    #[default]
    Hide,
    /// What has been seen competes like everything else, as in the published code of `TwinMarket`.
    ShowAgain,
}

/// How feeds are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedOptions {
    /// Up to how many posts a reader is shown a day, 1 to 1000; 5 is the published number.
    pub shown: u32,
    /// Which of equally hot posts comes first.
    pub ties: TieRule,
    /// Whether posts are shown again.
    pub seen: SeenRule,
    /// How many days old a post may be; `None` is as in the published code.
    pub window_days: Option<u32>,
}

impl Default for FeedOptions {
    fn default() -> Self {
        Self {
            shown: 5,
            ties: TieRule::default(),
            seen: SeenRule::default(),
            window_days: Some(14),
        }
    }
}

/// A reader was shown a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exposure {
    /// Who.
    pub reader: UserId,
    /// What.
    pub post: PostId,
    /// When.
    pub day: u32,
    /// Where in the feed, from 1.
    pub rank: u32,
}

/// Who has seen what.
///
/// Where seen posts are hidden, four bytes per exposure; otherwise nothing.
///
/// ```
/// use asfm_social::{
///     Audience, FeedOptions, Forum, Network, NetworkOptions, PostId, UserId,
/// };
///
/// let graph = Network::new(2, 1, NetworkOptions::default())?.graph();
/// let mut forum = Forum::new(2);
/// forum.post(PostId(1), UserId(0), 1)?;
/// let mut audience = Audience::new(2, FeedOptions::default())?;
/// let feed = audience.rank(&graph, &forum, 2)?.feed(UserId(1))?;
/// assert_eq!((feed[0].post, feed[0].rank), (PostId(1), 1));
/// audience.see(&feed)?;
/// assert!(audience.rank(&graph, &forum, 3)?.feed(UserId(1))?.is_empty(), "seen already");
/// # Ok::<(), asfm_social::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    options: FeedOptions,
    /// By reader, sorted.
    seen: Vec<Vec<PostId>>,
}

impl Audience {
    /// Users 0 to `users` - 1, who have seen nothing.
    ///
    /// # Errors
    ///
    /// A number of shown posts out of its range.
    pub fn new(users: u32, options: FeedOptions) -> Result<Self, Error> {
        if !(1..=1000).contains(&options.shown) {
            return Err(Error::Shown(options.shown));
        }
        Ok(Self { options, seen: vec![Vec::new(); users as usize] })
    }

    /// How feeds are made.
    pub fn options(&self) -> FeedOptions {
        self.options
    }

    /// Readers have been shown posts.
    ///
    /// # Errors
    ///
    /// A reader that there is not; nothing is noted then.
    pub fn see(&mut self, exposures: &[Exposure]) -> Result<(), Error> {
        let users = u32::try_from(self.seen.len()).unwrap_or(u32::MAX);
        if let Some(it) = exposures.iter().find(|it| it.reader.0 >= users) {
            return Err(Error::User { user: it.reader, users });
        }
        if self.options.seen == SeenRule::ShowAgain {
            return Ok(());
        }
        for it in exposures {
            let seen = &mut self.seen[it.reader.0 as usize];
            if let Err(at) = seen.binary_search(&it.post) {
                seen.insert(at, it.post);
            }
        }
        Ok(())
    }

    /// Ranks a day's posts, of which every reader is then shown a part.
    ///
    /// # Errors
    ///
    /// A day before something in the forum, parts with different numbers of users.
    pub fn rank<'a>(
        &'a self,
        graph: &'a Graph,
        forum: &Forum,
        day: u32,
    ) -> Result<Ranking<'a>, Error> {
        let expected = u32::try_from(self.seen.len()).unwrap_or(u32::MAX);
        for found in [graph.users(), forum.users()] {
            if found != expected {
                return Err(Error::Users { expected, found });
            }
        }
        if day < forum.day() {
            return Err(Error::Past { day, latest: forum.day() });
        }
        let since = self.options.window_days.map_or(0, |it| day.saturating_sub(it));
        let (first, posts) = forum.since(since);
        let scale = Scale::new(posts.first().map_or(0, |it| day - it.day));
        let score = |(id, post): (u32, &crate::forum::Entry)| Scored {
            key: descending(scale.score(post.score(), day - post.day)),
            post: id,
            author: post.author,
        };
        let numbers = first..first.saturating_add(forum.len());
        let mut order: Vec<Scored> = match posts.len() {
            0 => Vec::new(),
            n => {
                let numbers = numbers.into_par_iter().take(n);
                numbers.zip(posts).with_min_len(1024).map(score).collect()
            }
        };
        order.par_sort_unstable_by_key(|it| (it.key, it.post));
        let groups = order.chunk_by(|a, b| a.key == b.key).map(<[Scored]>::len).map(count);
        let mut end = 0;
        let ends = groups.map(|len| {
            end += len;
            end
        });
        let ends = ends.collect();
        let order = order.into_iter().map(|it| (it.post, it.author)).collect();
        Ok(Ranking { audience: self, graph, day, order, ends, by_author: OnceLock::new() })
    }
}

/// A post with its place: those with lower keys come first.
#[derive(Debug, Clone, Copy)]
struct Scored {
    key: u64,
    post: u32,
    author: u32,
}

/// A number whose order is the opposite of the scores'.
fn descending(score: f64) -> u64 {
    let bits = score.to_bits();
    // Ascending: the sign turned for positive numbers, all bits for negative ones.
    let ascending = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
    !ascending
}

/// A day's posts by hot score, and from it what everybody is shown.
///
/// A reader is shown the hottest posts of their neighbours, never their own. The feed is that of
/// looking at every post of every neighbour, exactly. It is found by walking down the ranking and
/// asking whether each author is a neighbour, and, if that takes longer than looking at all users,
/// by looking at all users; so a reader costs about two comparisons with everybody at most, and a
/// few hundred where one in ten users is a neighbour.
#[derive(Debug, Clone)]
pub struct Ranking<'a> {
    audience: &'a Audience,
    graph: &'a Graph,
    day: u32,
    /// Posts and their authors, the hottest first, by id where they are equally hot.
    order: Vec<(u32, u32)>,
    /// Where each group of equally hot posts ends.
    ends: Vec<u32>,
    by_author: OnceLock<ByAuthor>,
}

impl Ranking<'_> {
    /// What a reader is shown, the first first.
    ///
    /// # Errors
    ///
    /// A reader that there is not.
    pub fn feed(&self, reader: UserId) -> Result<Vec<Exposure>, Error> {
        self.graph.known(reader)?;
        let posts = self.pick(reader);
        let shown = (1..).zip(posts);
        Ok(shown.map(|(rank, post)| Exposure { reader, post, day: self.day, rank }).collect())
    }

    /// What many readers are shown, one after another in the order of the list.
    ///
    /// # Errors
    ///
    /// A reader that there is not.
    pub fn feeds(&self, readers: &[UserId]) -> Result<Vec<Exposure>, Error> {
        let readers = readers.par_iter().with_min_len(16);
        let feeds: Vec<Vec<Exposure>> =
            readers.map(|it| self.feed(*it)).collect::<Result<_, _>>()?;
        Ok(feeds.concat())
    }

    /// How many posts compete.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    fn pick(&self, reader: UserId) -> Vec<PostId> {
        if !self.graph.is_isolate(reader) {
            let threshold = self.graph.options().threshold;
            let is_linked = |author: u32| self.graph.weight(reader.0, author) > threshold;
            // A comparison here takes as long as eight side by side.
            let patience = 64 + self.graph.users() as usize / 8;
            return match self.walk(reader, patience, is_linked) {
                Some(found) => found,
                None => self.gather(reader),
            };
        }
        match self.graph.options().isolates {
            IsolateRule::Alone => Vec::new(),
            IsolateRule::Chain => self.gather(reader),
            IsolateRule::Everybody => self.walk(reader, usize::MAX, |_| true).unwrap_or_default(),
        }
    }

    /// Walks down the ranking until enough is found; `None` where patience ends before that.
    fn walk(
        &self,
        reader: UserId,
        patience: usize,
        is_linked: impl Fn(u32) -> bool,
    ) -> Option<Vec<PostId>> {
        let mut found = Vec::with_capacity(self.shown());
        let mut left = patience;
        let mut start = 0;
        for end in &self.ends {
            let group = &self.order[start as usize..*end as usize];
            for place in self.spread(reader, group).places() {
                left = left.checked_sub(1)?;
                let (post, author) = group[place as usize];
                let is_new = || !self.is_hidden(reader, PostId(post));
                if author != reader.0 && is_linked(author) && is_new() {
                    found.push(PostId(post));
                    if found.len() == self.shown() {
                        return Some(found);
                    }
                }
            }
            start = *end;
        }
        Some(found)
    }

    /// Takes the best of all posts of all neighbours.
    fn gather(&self, reader: UserId) -> Vec<PostId> {
        let by_author = self.by_author.get_or_init(|| ByAuthor::new(self));
        let mut places: Vec<u32> = Vec::new();
        for author in self.graph.linked(reader) {
            places.extend(
                by_author.of(author).iter().filter(|place| {
                    !self.is_hidden(reader, PostId(self.order[**place as usize].0))
                }),
            );
        }
        places.sort_unstable();
        let group_of = |place: u32| self.ends.partition_point(|end| *end <= place);
        let mut found = Vec::with_capacity(self.shown());
        let mut rest = places.as_mut_slice();
        while let Some(first) = rest.first().filter(|_| found.len() < self.shown()) {
            let group = group_of(*first);
            let start = group.checked_sub(1).map_or(0, |before| self.ends[before]);
            let end = self.ends[group];
            let n = rest.partition_point(|place| *place < end);
            let (tied, after) = rest.split_at_mut(n);
            let spread = self.spread(reader, &self.order[start as usize..end as usize]);
            let turns = spread.turns();
            tied.sort_unstable_by_key(|place| turns.of(place - start));
            let left = self.shown() - found.len();
            let best = tied.iter().take(left);
            found.extend(best.map(|place| PostId(self.order[*place as usize].0)));
            rest = after;
        }
        found
    }

    fn spread(&self, reader: UserId, group: &[(u32, u32)]) -> Spread {
        let len = count(group.len());
        let oldest = group.first().map_or(0, |it| it.0);
        match self.audience.options.ties {
            TieRule::OldestId => Spread::none(len),
            TieRule::Spread => Spread::new(len, reader.0, oldest, self.day),
        }
    }

    fn is_hidden(&self, reader: UserId, post: PostId) -> bool {
        self.audience.seen[reader.0 as usize].binary_search(&post).is_ok()
    }

    fn shown(&self) -> usize {
        self.audience.options.shown as usize
    }
}

/// A forum has fewer posts than this could not hold.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Where in the ranking everybody's posts are.
#[derive(Debug, Clone)]
struct ByAuthor {
    /// By user, where their places begin; one more at the end.
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl ByAuthor {
    fn new(ranking: &Ranking<'_>) -> Self {
        let mut starts = vec![0_u32; ranking.graph.users() as usize + 1];
        for (_, author) in &ranking.order {
            starts[*author as usize + 1] += 1;
        }
        let mut sum = 0;
        for it in &mut starts {
            sum += *it;
            *it = sum;
        }
        let mut next = starts.clone();
        let mut places = vec![0; ranking.order.len()];
        for (place, (_, author)) in (0..).zip(&ranking.order) {
            let next = &mut next[*author as usize];
            places[*next as usize] = place;
            *next += 1;
        }
        Self { starts, places }
    }

    fn of(&self, user: u32) -> &[u32] {
        let user = user as usize;
        &self.places[self.starts[user] as usize..self.starts[user + 1] as usize]
    }
}
