//! Who reads whom on one day.

use rayon::prelude::*;

use super::tiles::Tiles;
use super::{IsolateRule, Network, NetworkOptions, total};
use crate::{Error, UserId};

/// A neighbour of somebody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Who.
    pub user: UserId,
    /// How similar, in (threshold, 1]; for a chained isolate what the rule says.
    pub weight: f64,
}

/// Two users who read each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// The lower id.
    pub a: UserId,
    /// The higher id.
    pub b: UserId,
    /// How similar they are.
    pub weight: f64,
}

/// The network of one day: two users are linked if the similarity of their trades exceeds the
/// threshold.
///
/// Edges are not kept, since a hundred thousand users have billions; whether two users are linked is
/// computed when it is asked. Sixteen bytes per user and topic.
///
/// ```
/// use asfm_social::{Network, NetworkOptions, UserId};
///
/// let mut network = Network::new(3, 2, NetworkOptions::default())?;
/// network.trade(UserId(0), 0)?;
/// network.trade(UserId(0), 1)?;
/// network.trade(UserId(2), 0)?;
/// let graph = network.graph();
/// assert_eq!(graph.neighbours(UserId(0))?[0].user, UserId(2));
/// assert_eq!(graph.isolates(), [UserId(1)]);
/// assert_eq!(graph.degrees().top(1), [UserId(0)]);
/// assert_eq!(graph.connectivity().edges, 1.0);
/// # Ok::<(), asfm_social::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Graph {
    pub(super) options: NetworkOptions,
    users: u32,
    topics: usize,
    /// Row by row, for questions about pairs.
    weights: Vec<f64>,
    totals: Vec<f64>,
    /// Everybody side by side, for questions about all.
    pub(super) tiles: Tiles,
    isolates: Vec<UserId>,
    /// The weight of the links between one isolate and the next, where there are any.
    pub(super) chain: Option<f64>,
}

impl Graph {
    pub(super) fn new(network: &Network) -> Self {
        let topics = network.topics as usize;
        let weights = network.weights.clone();
        let totals: Vec<f64> = weights.chunks_exact(topics).map(total).collect();
        let tiles = Tiles::new(topics, &weights, &totals, 0..network.users);
        let mut graph = Self {
            options: network.options,
            users: network.users,
            topics,
            weights,
            totals,
            tiles,
            isolates: Vec::new(),
            chain: None,
        };
        let everybody = (0..graph.users).into_par_iter().with_min_len(64);
        graph.isolates = everybody.filter(|it| !graph.has_link(*it)).map(UserId).collect();
        if graph.options.isolates == IsolateRule::Chain && graph.isolates.len() > 1 {
            graph.chain = Some(graph.least_weight().unwrap_or(graph.options.threshold));
        }
        graph
    }

    /// How many users there are.
    pub fn users(&self) -> u32 {
        self.users
    }

    /// How trades became this network.
    pub fn options(&self) -> NetworkOptions {
        self.options
    }

    /// How similar two users' trades are, in [0, 1]; see [`weighted_jaccard`](crate::weighted_jaccard).
    ///
    /// # Errors
    ///
    /// A user that there is not.
    pub fn similarity(&self, u: UserId, v: UserId) -> Result<f64, Error> {
        self.known(u)?;
        self.known(v)?;
        Ok(self.weight(u.0, v.0))
    }

    /// Whether two users read each other; nobody reads themselves.
    ///
    /// # Errors
    ///
    /// A user that there is not.
    pub fn is_linked(&self, u: UserId, v: UserId) -> Result<bool, Error> {
        Ok(u != v && (self.similarity(u, v)? > self.options.threshold || self.is_chained(u, v)))
    }

    /// Whom a user reads, by id. One comparison with everybody within reach.
    ///
    /// # Errors
    ///
    /// A user that there is not.
    pub fn neighbours(&self, user: UserId) -> Result<Vec<Neighbour>, Error> {
        self.known(user)?;
        let mut found = Vec::new();
        self.tiles.linked(user.0, self.row(user.0), self.options.threshold, |other, weight| {
            found.push(Neighbour { user: UserId(other), weight });
        });
        if let Some(weight) = self.chain {
            found.extend(self.mates(user).map(|user| Neighbour { user, weight }));
        }
        found.sort_unstable_by_key(|it| it.user);
        Ok(found)
    }

    /// How many a user reads, counted.
    ///
    /// # Errors
    ///
    /// A user that there is not.
    pub fn degree(&self, user: UserId) -> Result<usize, Error> {
        Ok(self.neighbours(user)?.len())
    }

    /// All edges, by lower and then by higher id: every pair is looked at, none is kept.
    pub fn edges(&self) -> impl Iterator<Item = Edge> + '_ {
        (0..self.users).map(UserId).flat_map(|a| {
            let all = self.neighbours(a).unwrap_or_default();
            let above = all.into_iter().filter(move |it| it.user > a);
            above.map(move |it| Edge { a, b: it.user, weight: it.weight })
        })
    }

    /// The neighbours that each of some users has among them, in the order of the list; for drawings
    /// and measures of a thousand users or so, as it looks at all pairs of them.
    ///
    /// # Errors
    ///
    /// A user that there is not, or that is listed twice.
    pub fn subgraph(&self, users: &[UserId]) -> Result<Vec<Vec<Neighbour>>, Error> {
        let mut sorted = users.to_vec();
        sorted.sort_unstable();
        for pair in sorted.windows(2) {
            if pair[0] == pair[1] {
                return Err(Error::Twice(pair[0]));
            }
        }
        if let Some(last) = sorted.last() {
            self.known(*last)?;
        }
        let neighbours = |u: &UserId| {
            let others = sorted.iter().filter(|v| *v != u);
            others.filter_map(|v| self.link(*u, *v)).collect()
        };
        Ok(users.iter().map(neighbours).collect())
    }

    /// Who is similar enough to nobody, by id; counted at any number of users, and also where a rule
    /// chains them.
    pub fn isolates(&self) -> &[UserId] {
        &self.isolates
    }

    /// Whether a user is similar enough to nobody.
    pub fn is_isolate(&self, user: UserId) -> bool {
        self.isolates.binary_search(&user).is_ok()
    }

    /// The similarity of two users who are there.
    pub(crate) fn weight(&self, u: u32, v: u32) -> f64 {
        let pairs = self.row(u).iter().zip(self.row(v));
        let least = pairs.fold(0.0, |sum, (u, v)| sum + super::smaller(*u, *v));
        let most = self.totals[u as usize] + self.totals[v as usize] - least;
        if most > 0.0 { least / most } else { 0.0 }
    }

    /// The neighbours of somebody who is there, in no particular order.
    pub(crate) fn linked(&self, user: UserId) -> Vec<u32> {
        let mut found = Vec::new();
        let threshold = self.options.threshold;
        self.tiles.linked(user.0, self.row(user.0), threshold, |it, _| found.push(it));
        if self.chain.is_some() {
            found.extend(self.mates(user).map(|it| it.0));
        }
        found
    }

    pub(crate) fn known(&self, user: UserId) -> Result<(), Error> {
        if user.0 < self.users { Ok(()) } else { Err(Error::User { user, users: self.users }) }
    }

    /// One user's weights.
    pub(super) fn row(&self, user: u32) -> &[f64] {
        &self.weights[user as usize * self.topics..][..self.topics]
    }

    /// The panel that stands for everybody: users evenly spaced by id, side by side.
    pub(super) fn panel(&self, size: u32) -> (Vec<u32>, Tiles) {
        let at = |i: u32| u64::from(i) * u64::from(self.users) / u64::from(size);
        #[expect(clippy::cast_possible_truncation, reason = "below the number of users")]
        let panel: Vec<u32> = (0..size).map(|i| at(i) as u32).collect();
        let tiles = Tiles::new(self.topics, &self.weights, &self.totals, panel.iter().copied());
        (panel, tiles)
    }

    fn link(&self, u: UserId, v: UserId) -> Option<Neighbour> {
        let similarity = self.weight(u.0, v.0);
        if similarity > self.options.threshold {
            return Some(Neighbour { user: v, weight: similarity });
        }
        let weight = self.chain.filter(|_| self.is_chained(u, v))?;
        Some(Neighbour { user: v, weight })
    }

    fn is_chained(&self, u: UserId, v: UserId) -> bool {
        self.chain.is_some() && self.mates(u).any(|it| it == v)
    }

    /// The isolates before and after one.
    fn mates(&self, user: UserId) -> impl Iterator<Item = UserId> + '_ {
        let at = self.isolates.binary_search(&user).ok();
        let before = at.and_then(|at| at.checked_sub(1)).and_then(|it| self.isolates.get(it));
        let after = at.and_then(|at| self.isolates.get(at + 1));
        before.into_iter().chain(after).copied()
    }

    /// Looks for a neighbour among those with about the same total first, where most find one.
    fn has_link(&self, user: u32) -> bool {
        let own = self.totals[user as usize];
        if own <= 0.0 {
            return false;
        }
        let (row, threshold) = (self.row(user), self.options.threshold);
        let is_hit = |tile: usize| {
            let similarities = self.tiles.similarities(tile, row, own);
            let others = self.tiles.users[tile * super::tiles::LANES..].iter();
            others.zip(similarities).any(|(other, it)| it > threshold && *other != user)
        };
        let reach = self.tiles.within_reach(own, threshold);
        let middle = self.tiles.place(own) / super::tiles::LANES;
        let (mut down, mut up) = (reach.start..middle, middle..reach.end);
        loop {
            let (higher, lower) = (up.next(), down.next_back());
            if higher.is_none() && lower.is_none() {
                return false;
            }
            if higher.into_iter().chain(lower).any(is_hit) {
                return true;
            }
        }
    }

    fn least_weight(&self) -> Option<f64> {
        let least = |user: u32| {
            let mut least = f64::INFINITY;
            self.tiles.linked(user, self.row(user), self.options.threshold, |_, weight| {
                least = super::smaller(least, weight);
            });
            least
        };
        let least = (0..self.users).into_par_iter().map(least).reduce(|| f64::INFINITY, f64::min);
        least.is_finite().then_some(least)
    }
}
