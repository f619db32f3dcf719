//! How far words travel, and whose: plain functions of counts, exposures and reposts.
//!
//! Size, depth, breadth, half time and structural virality of one post's reposts are with its
//! [`Cascade`](crate::Cascade).

use crate::{Exposure, PostId, UserId};

/// Somebody passed something on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repost {
    /// Who.
    pub user: UserId,
    /// What they passed on.
    pub of: PostId,
}

/// How many reposts a post leads to, taken apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reproduction {
    /// Posts that were shown to anybody.
    pub posts: u64,
    /// Pairs of a reader and a post that was shown to them, each once.
    pub exposed: u64,
    /// Those of them in which the reader passed it on, each once.
    pub passed_on: u64,
}

impl Reproduction {
    /// The share of exposed readers who pass on, in [0, 1].
    pub fn probability(&self) -> f64 {
        ratio(self.passed_on, self.exposed)
    }

    /// Readers per post.
    pub fn reach(&self) -> f64 {
        ratio(self.exposed, self.posts)
    }

    /// The reproduction number: probability times reach.
    pub fn number(&self) -> f64 {
        self.probability() * self.reach()
    }
}

/// The empirical reproduction number of posts: the share of exposed readers who pass a post on,
/// times the mean number of readers a post is shown to; above 1 a post is passed on more than once.
///
/// That is transmissibility times contacts, the number R of epidemics (Anderson and May 1991), with
/// exposures as contacts and reposts as posts of their own. Being shown a post twice counts once, as
/// does passing it on twice; a repost of something that its author was never shown counts not at
/// all. Posts whose exposures have just begun pull it down. `None` where nothing was shown.
///
/// ```
/// use asfm_social::diffusion::{Repost, reproduction};
/// use asfm_social::{Exposure, PostId, UserId};
///
/// let show = |reader, post| Exposure { reader: UserId(reader), post: PostId(post), day: 1, rank: 1 };
/// let shown = [show(1, 1), show(2, 1), show(3, 1), show(1, 2)];
/// let reposts = [Repost { user: UserId(2), of: PostId(1) }, Repost { user: UserId(9), of: PostId(1) }];
/// let found = reproduction(&shown, &reposts).unwrap();
/// assert_eq!((found.probability(), found.reach(), found.number()), (0.25, 2.0, 0.5));
/// ```
pub fn reproduction(exposures: &[Exposure], reposts: &[Repost]) -> Option<Reproduction> {
    let shown = distinct(exposures.iter().map(|it| (it.post, it.reader)));
    let passed_on = distinct(reposts.iter().map(|it| (it.of, it.user)));
    let passed_on = passed_on.iter().filter(|it| shown.binary_search(it).is_ok()).count();
    let posts = shown.chunk_by(|a, b| a.0 == b.0).count();
    (!shown.is_empty()).then_some(Reproduction {
        posts: posts as u64,
        exposed: shown.len() as u64,
        passed_on: passed_on as u64,
    })
}

/// The share of all reactions that went to the `n` authors with the most, from the reactions that
/// each author received; `None` where there are none.
///
/// ```
/// use asfm_social::diffusion::share_of_top;
///
/// assert_eq!(share_of_top(&[1, 6, 0, 1], 1), Some(0.75));
/// assert_eq!(share_of_top(&[0, 0], 1), None);
/// ```
pub fn share_of_top(received: &[u64], n: usize) -> Option<f64> {
    let mut sorted = received.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let sum = |counts: &[u64]| counts.iter().map(|it| u128::from(*it)).sum::<u128>();
    let all = sum(&sorted);
    (all > 0).then(|| quotient(sum(&sorted[..n.min(sorted.len())]), all))
}

/// The Gini coefficient of reactions over authors, from the reactions that each received, in
/// [0, 1 - 1/n]: half the mean absolute difference of two authors, each with each and with
/// themselves, over the mean. That is the population's coefficient, not corrected for its size;
/// `None` where there are no reactions.
///
/// ```
/// use asfm_social::diffusion::gini;
///
/// assert_eq!(gini(&[3, 3, 3]), Some(0.0));
/// assert_eq!(gini(&[0, 0, 0, 8]), Some(0.75));
/// ```
pub fn gini(received: &[u64]) -> Option<f64> {
    let mut sorted = received.to_vec();
    sorted.sort_unstable();
    let n = sorted.len() as u128;
    let sum: u128 = sorted.iter().map(|it| u128::from(*it)).sum();
    if sum == 0 {
        return None;
    }
    // Each count is the larger one as often as others are before it, and the smaller one as often as
    // others are behind it.
    let (mut up, mut down) = (0_u128, 0_u128);
    for (before, count) in (0_u128..).zip(&sorted) {
        up += u128::from(*count) * before;
        down += u128::from(*count) * (n - 1 - before);
    }
    Some(quotient(up - down, n * sum))
}

fn distinct(pairs: impl Iterator<Item = (PostId, UserId)>) -> Vec<(PostId, UserId)> {
    let mut pairs: Vec<(PostId, UserId)> = pairs.collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn ratio(a: u64, b: u64) -> f64 {
    quotient(a.into(), b.into())
}

#[expect(clippy::cast_precision_loss, reason = "a share is not exact to the last bit anyway")]
fn quotient(a: u128, b: u128) -> f64 {
    a as f64 / b as f64
}
