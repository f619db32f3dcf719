//! What users trade in, forgotten as time goes by.

mod components;
mod degrees;
mod graph;
mod tiles;

pub use degrees::{Components, Connectivity, DegreeKind, Degrees};
pub use graph::{Edge, Graph, Neighbour};

use crate::{Error, UserId};

/// A weight below this is forgotten: at a decay of 0.5 per day, a trade of 460 days ago.
///
/// Numbers that shrink without end become slow to compute with and then nothing at once; the
/// published code reaches that point after 1490 days, and its network falls apart.
const FORGOTTEN: f64 = 1e-100;
/// The most users times topics that a [`Network`] is made for: two gigabytes of weights.
pub const CELLS_MAX: u64 = 1 << 28;

/// What becomes of users whom no similarity links to anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum IsolateRule {
    /// They have no neighbours, and are shown the best posts of everybody.
    ///
    /// The default: who has not traded has said nothing about whom to follow, and a forum shows a
    /// newcomer its front page. No edge is made up, so measures of the network stay true.
    #[default]
    Everybody,
    /// They have no neighbours, and are shown nothing.
    Alone,
    /// They are linked one after another in the order of ids, with the smallest weight of all edges,
    /// or with the threshold where there are none; a single one stays alone.
    ///
    /// As in the published code of `TwinMarket`.
    Chain,
}

/// How trades become a network.
///
/// The defaults are the published ones (Yang et al. 2025) but for the rule for isolates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NetworkOptions {
    /// Two users are linked if their similarity is greater; from 0 to below 1.
    pub threshold: f64,
    /// How fast trades are forgotten, per day: a trade weighs exp(-decay x age); from 0 to 50.
    pub decay: f64,
    /// What becomes of users without neighbours.
    pub isolates: IsolateRule,
    /// Up to this many users all pairs are looked at for degrees, beyond it pairs with the panel.
    pub exact_degrees_up_to: u32,
    /// How many users, evenly spaced by id, stand for all where degrees are estimated; at least 1.
    pub panel: u32,
}

impl Default for NetworkOptions {
    fn default() -> Self {
        Self {
            threshold: 0.2,
            decay: 0.5,
            isolates: IsolateRule::default(),
            exact_degrees_up_to: 20_000,
            panel: 2_000,
        }
    }
}

/// What each user trades in: one weight per user and topic.
///
/// The weight of user u in topic k is the sum over u's trades in k of exp(-decay x age), the age in
/// simulated days; trades are counted, neither their direction nor their size matters
/// (Yang et al. 2025). A day costs one multiplication per weight, a trade one addition.
///
/// Eight bytes per user and topic.
///
/// ```
/// use asfm_social::{Network, NetworkOptions, UserId};
///
/// let mut network = Network::new(2, 10, NetworkOptions::default())?;
/// network.advance(3)?;
/// network.trade(UserId(0), 7)?;
/// network.advance(5)?;
/// let weight = network.weights(UserId(0))?[7];
/// assert!((weight - 0.368).abs() < 0.001, "two days old, at 0.5 per day");
/// assert!(network.advance(4).is_err(), "time does not run backwards");
/// # Ok::<(), asfm_social::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    options: NetworkOptions,
    users: u32,
    topics: u32,
    day: u32,
    /// What a day leaves of a weight.
    factor: f64,
    /// Row by row, a row per user.
    weights: Vec<f64>,
}

impl Network {
    /// A network of users 0 to `users` - 1, of whom nobody has traded yet, on day 0.
    ///
    /// # Errors
    ///
    /// Sizes and options outside of their ranges; [`IsolateRule::Chain`] for more users than
    /// `exact_degrees_up_to`, since its weight is the smallest of all edges.
    pub fn new(users: u32, topics: u32, options: NetworkOptions) -> Result<Self, Error> {
        let cells = u64::from(users) * u64::from(topics);
        if cells == 0 || cells > CELLS_MAX {
            return Err(Error::Size { users, topics });
        }
        if !(0.0..1.0).contains(&options.threshold) {
            return Err(Error::Threshold(options.threshold));
        }
        if !(0.0..=50.0).contains(&options.decay) {
            return Err(Error::Decay(options.decay));
        }
        if options.panel == 0 {
            return Err(Error::Panel);
        }
        let limit = options.exact_degrees_up_to;
        if options.isolates == IsolateRule::Chain && users > limit {
            return Err(Error::Chain { users, limit });
        }
        let factor = libm::exp(-options.decay);
        let weights = vec![0.0; users as usize * topics as usize];
        Ok(Self { options, users, topics, day: 0, factor, weights })
    }

    /// How many users there are.
    pub fn users(&self) -> u32 {
        self.users
    }

    /// How many topics there are.
    pub fn topics(&self) -> u32 {
        self.topics
    }

    /// The day it is.
    pub fn day(&self) -> u32 {
        self.day
    }

    /// How trades become this network.
    pub fn options(&self) -> NetworkOptions {
        self.options
    }

    /// Lets time pass until `day`; days may be left out, with the same result.
    ///
    /// # Errors
    ///
    /// A day that is over.
    pub fn advance(&mut self, day: u32) -> Result<(), Error> {
        let latest = self.day;
        let passed = day.checked_sub(latest).ok_or(Error::Past { day, latest })?;
        self.day = day;
        if self.factor >= 1.0 {
            return Ok(());
        }
        // Day after day even over gaps: the last bit of a weight must not depend on how often the
        // caller asked.
        for _ in 0..passed {
            let mut is_any_left = false;
            for weight in &mut self.weights {
                let left = *weight * self.factor;
                *weight = if left < FORGOTTEN { 0.0 } else { left };
                is_any_left |= left >= FORGOTTEN;
            }
            if !is_any_left {
                break;
            }
        }
        Ok(())
    }

    /// A user has traded in a topic today.
    ///
    /// # Errors
    ///
    /// A user or a topic that there is not.
    pub fn trade(&mut self, user: UserId, topic: u32) -> Result<(), Error> {
        let start = self.row(user)?;
        if topic >= self.topics {
            return Err(Error::Topic { topic, topics: self.topics });
        }
        self.weights[start + topic as usize] += 1.0;
        Ok(())
    }

    /// A user's weights, topic by topic.
    ///
    /// # Errors
    ///
    /// A user that there is not.
    pub fn weights(&self, user: UserId) -> Result<&[f64], Error> {
        let start = self.row(user)?;
        Ok(&self.weights[start..start + self.topics as usize])
    }

    /// How similar two users' trades are, as [`weighted_jaccard`] of their weights.
    ///
    /// # Errors
    ///
    /// A user that there is not.
    pub fn similarity(&self, u: UserId, v: UserId) -> Result<f64, Error> {
        Ok(weighted_jaccard(self.weights(u)?, self.weights(v)?))
    }

    /// Who reads whom as of now; later trades do not change it.
    pub fn graph(&self) -> Graph {
        Graph::new(self)
    }

    fn row(&self, user: UserId) -> Result<usize, Error> {
        if user.0 >= self.users {
            return Err(Error::User { user, users: self.users });
        }
        Ok(user.0 as usize * self.topics as usize)
    }
}

/// Weighted Jaccard similarity: the sum of the smaller weights over the sum of the larger ones
/// (Yang et al. 2025); 0 where there are no weights.
///
/// For finite weights that are not negative; it is symmetric and in [0, 1]. A weight beyond the end
/// of the shorter list is compared with 0.
///
/// ```
/// let similarity = asfm_social::weighted_jaccard(&[1.0, 0.5], &[0.5, 0.0]);
/// assert_eq!(similarity, 0.5 / 1.5);
/// ```
pub fn weighted_jaccard(u: &[f64], v: &[f64]) -> f64 {
    let least: f64 = u.iter().zip(v).map(|(u, v)| smaller(*u, *v)).fold(0.0, |sum, it| sum + it);
    let most = total(u) + total(v) - least;
    if most > 0.0 { least / most } else { 0.0 }
}

/// One instruction; `f64::min` is more for the sake of what is not a number.
fn smaller(u: f64, v: f64) -> f64 {
    if u < v { u } else { v }
}

/// The sum from the left, as everywhere here: then no sum of smaller weights exceeds it.
fn total(row: &[f64]) -> f64 {
    row.iter().fold(0.0, |sum, it| sum + it)
}
