//! What is refused, and why.

use crate::{PostId, UserId};

/// Why a value or an event was refused; what refused it is as it was before.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Error {
    /// There is nobody, or nothing to trade in, or more cells than memory should hold.
    #[error("{users} users and {topics} topics: both at least 1, at most 2^28 pairs")]
    Size {
        /// How many users were asked for.
        users: u32,
        /// How many topics were asked for.
        topics: u32,
    },
    /// A threshold of similarity that is no number from 0 to below 1.
    #[error("the threshold {0} is not in [0, 1)")]
    Threshold(f64),
    /// A decay that is no number from 0 to 50 per day.
    #[error("the decay {0} per day is not in [0, 50]")]
    Decay(f64),
    /// A panel of nobody.
    #[error("a panel needs at least one user")]
    Panel,
    /// Isolates can be chained only where all edges are looked at.
    #[error("isolates are chained for at most {limit} users, not {users}")]
    Chain {
        /// How many users there are.
        users: u32,
        /// Up to how many all edges are looked at.
        limit: u32,
    },
    /// A user that there is not.
    #[error("user {} of {users}", user.0)]
    User {
        /// Who was named.
        user: UserId,
        /// How many there are.
        users: u32,
    },
    /// A user is listed twice where each can stand once.
    #[error("user {} is listed twice", .0.0)]
    Twice(UserId),
    /// A topic that there is not.
    #[error("topic {topic} of {topics}")]
    Topic {
        /// Which was named.
        topic: u32,
        /// How many there are.
        topics: u32,
    },
    /// Something that happened before what is known already.
    #[error("day {day} after day {latest}")]
    Past {
        /// The day of what came.
        day: u32,
        /// The latest day so far.
        latest: u32,
    },
    /// A post that is not the next one: ids are 1, 2, 3 and so on.
    #[error("post {} where {} is next", found.0, expected.0)]
    Order {
        /// The next id.
        expected: PostId,
        /// The id that came.
        found: PostId,
    },
    /// A post that there is not.
    #[error("there is no post {}", .0.0)]
    Post(PostId),
    /// A forum holds 2^31 - 1 posts.
    #[error("the forum is full")]
    Full,
    /// Nobody is shown anything, or more than 1000 posts a day.
    #[error("{0} posts shown a day are not in 1..=1000")]
    Shown(u32),
    /// Two parts of one society count its users differently.
    #[error("{found} users where {expected} are expected")]
    Users {
        /// How many one part has.
        expected: u32,
        /// How many the other has.
        found: u32,
    },
}
