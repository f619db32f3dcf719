//! Who reads whom, what is said, and who saw what.
//!
//! A [`Network`] adds up what users trade in and forgets it as days go by; its [`Graph`] links those
//! who trade alike. A [`Forum`] holds posts, reposts, likes and unlikes. An [`Audience`] knows who
//! has seen what; its [`Ranking`] of a day's posts shows every reader the hottest posts of those
//! whom they read, as [`Exposure`]s. [`Cascade`] and [`diffusion`] measure how words travelled.
//! All of it is the social layer of `TwinMarket` (Yang et al. 2025, *`TwinMarket`: A Scalable
//! Behavioral and Social Simulation for Financial Markets*), with the accidents of its published
//! code as options that are off unless they are asked for.
//!
//! The crate does not know what a post says, what is traded, what anybody believes, why they react,
//! or who decides: users, topics, posts and days are numbers. It knows no clock (a day is what it is
//! told), no chance (what looks like it is a fixed function of reader, post and day), no file and no
//! network. It keeps no log: what happened is the caller's to record, and the same events in the
//! same order make the same society again, on any number of threads.
//!
//! ```
//! use asfm_social::{
//!     Audience, FeedOptions, Forum, Network, NetworkOptions, PostId, UserId,
//! };
//!
//! let [ann, bob, eve] = [0, 1, 2].map(UserId);
//! let mut network = Network::new(3, 10, NetworkOptions::default())?;
//! let mut forum = Forum::new(3);
//! let mut audience = Audience::new(3, FeedOptions::default())?;
//!
//! // Ann and Bob trade in topic 4, Eve in topic 7; all three say something.
//! network.advance(1)?;
//! for (user, topic) in [(ann, 4), (bob, 4), (eve, 7)] {
//!     network.trade(user, topic)?;
//!     forum.post(PostId(forum.len() + 1), user, 1)?;
//! }
//!
//! // The next day Bob reads Ann, and Eve, who trades like nobody, reads everybody.
//! network.advance(2)?;
//! let graph = network.graph();
//! let shown = audience.rank(&graph, &forum, 2)?.feeds(&[bob, eve])?;
//! let seen_by = |user| shown.iter().filter(|it| it.reader == user).count();
//! assert_eq!((seen_by(bob), seen_by(eve)), (1, 2));
//! assert_eq!(shown[0].post, PostId(1));
//! audience.see(&shown)?;
//! forum.like(bob, PostId(1), 2)?;
//! assert_eq!(graph.degrees().top(1), [ann]);
//! # Ok::<(), asfm_social::Error>(())
//! ```

mod cascade;
pub mod diffusion;
mod error;
mod feed;
mod forum;
mod hot;
mod network;
mod spread;

pub use cascade::Cascade;
pub use error::Error;
pub use feed::{Audience, Exposure, FeedOptions, Ranking, SeenRule, TieRule};
pub use forum::{Author, Forum, Post};
pub use hot::hot_score;
pub use network::{
    CELLS_MAX, Components, Connectivity, DegreeKind, Degrees, Edge, Graph, IsolateRule, Neighbour,
    Network, NetworkOptions, weighted_jaccard,
};

/// One of a society's users, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub u32);

/// A post or a repost, counted from 1 in the order in which they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostId(pub u32);
