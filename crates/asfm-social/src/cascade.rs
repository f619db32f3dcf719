//! How a post was passed on.

use crate::PostId;
use crate::forum::Entry;

/// A post with all its reposts, their reposts and so on: a tree.
///
/// ```
/// use asfm_social::{Forum, PostId, UserId};
///
/// let mut forum = Forum::new(4);
/// forum.post(PostId(1), UserId(0), 1)?;
/// forum.repost(PostId(2), UserId(1), PostId(1), 1)?;
/// forum.repost(PostId(3), UserId(2), PostId(1), 3)?;
/// forum.repost(PostId(4), UserId(3), PostId(3), 4)?;
/// let cascade = forum.cascade(PostId(1)).unwrap();
/// assert_eq!((cascade.size, cascade.depth, cascade.breadth()), (4, 2, 2));
/// assert_eq!(cascade.levels, [1, 2, 1]);
/// assert_eq!(cascade.growth, [(1, 2), (3, 1), (4, 1)]);
/// assert_eq!(cascade.days_to_half(), Some(2), "two of three reposts by day 3");
/// assert_eq!(cascade.virality(), Some(10.0 / 6.0));
/// # Ok::<(), asfm_social::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cascade {
    /// Where it begins.
    pub root: PostId,
    /// Posts, the root included.
    pub size: u32,
    /// Levels below the root.
    pub depth: u32,
    /// Posts per level, the root's level first.
    pub levels: Vec<u32>,
    /// Days on which it grew, with how many posts each, the root's day first; other days are left
    /// out.
    pub growth: Vec<(u32, u32)>,
    /// Pairs of posts, each once, by the number of reposts between them, added up.
    distances: u128,
}

impl Cascade {
    /// From the posts of a tree, by id, the root first.
    pub(crate) fn new(posts: &[(u32, &Entry)]) -> Self {
        let top = posts.first().map_or(0, |it| it.1.depth);
        let mut levels: Vec<u32> = Vec::new();
        let mut growth: Vec<(u32, u32)> = Vec::new();
        for (_, post) in posts {
            let level = (post.depth - top) as usize;
            if levels.len() <= level {
                levels.resize(level + 1, 0);
            }
            levels[level] += 1;
            match growth.last_mut() {
                Some((day, n)) if *day == post.day => *n += 1,
                _ => growth.push((post.day, 1)),
            }
        }
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            root: PostId(posts.first().map_or(0, |it| it.0)),
            size: count(posts.len()),
            depth: count(levels.len().saturating_sub(1)),
            levels,
            growth,
            distances: distances(posts),
        }
    }

    /// The size of the largest level.
    pub fn breadth(&self) -> u32 {
        self.levels.iter().copied().max().unwrap_or_default()
    }

    /// Days from the root's until at least half of all reposts so far were made; `None` without
    /// reposts.
    pub fn days_to_half(&self) -> Option<u32> {
        let start = self.growth.first()?.0;
        let reposts = self.size.checked_sub(1).filter(|it| *it > 0)?;
        let mut so_far = 0;
        for (at, (day, n)) in self.growth.iter().enumerate() {
            so_far += n - u32::from(at == 0);
            if u64::from(so_far) * 2 >= u64::from(reposts) {
                return Some(day - start);
            }
        }
        None
    }

    /// Structural virality: the mean distance between two of its posts, in reposts (Goel, Anderson,
    /// Hofman and Watts 2016). Just below 2 where all pass on the root itself, larger where they
    /// pass on from one another; `None` without reposts.
    pub fn virality(&self) -> Option<f64> {
        let size = u64::from(self.size);
        let pairs = size * size.checked_sub(1)? / 2;
        #[expect(
            clippy::cast_precision_loss,
            reason = "a mean is not exact to the last bit anyway"
        )]
        (pairs > 0).then(|| self.distances as f64 / pairs as f64)
    }
}

/// Every repost lies between those below it and all others.
fn distances(posts: &[(u32, &Entry)]) -> u128 {
    let mut below = vec![1_u64; posts.len()];
    let mut sum = 0_u128;
    for (at, (_, post)) in posts.iter().enumerate().skip(1).rev() {
        let Ok(parent) = posts[..at].binary_search_by_key(&post.parent, |it| it.0) else {
            continue;
        };
        below[parent] += below[at];
        sum += u128::from(below[at]) * u128::from(posts.len() as u64 - below[at]);
    }
    sum
}
