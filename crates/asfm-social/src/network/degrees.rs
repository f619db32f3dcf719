//! How many neighbours everybody has, and what the network is like as a whole.

use rayon::prelude::*;

use super::components::components;
use super::tiles::{LANES, Tiles};
use super::{Graph, total};
use crate::UserId;

/// Into how many parts all pairs are divided.
const PARTS: usize = 16;

/// How degrees were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DegreeKind {
    /// Counted over all pairs.
    Exact,
    /// Scaled up from the pairs with a panel: (neighbours in the panel) / (others in the panel) x
    /// (users - 1). The standard error of a user with density p is about sqrt(p (1 - p) / panel) x
    /// users.
    Estimated {
        /// How many users the panel has, evenly spaced by id.
        panel: u32,
    },
}

/// How many neighbours everybody has.
#[derive(Debug, Clone, PartialEq)]
pub struct Degrees {
    /// How they were found.
    pub kind: DegreeKind,
    /// By user id; whole numbers if counted.
    pub of: Vec<f64>,
}

impl Degrees {
    /// The `n` users with the most neighbours, the lower id first among equals.
    pub fn top(&self, n: usize) -> Vec<UserId> {
        let mut all: Vec<(f64, u32)> = self.of.iter().copied().zip(0..).collect();
        let by_degree = |a: &(f64, u32), b: &(f64, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        let n = n.min(all.len());
        if n < all.len() {
            all.select_nth_unstable_by(n, by_degree);
        }
        all.truncate(n);
        all.sort_unstable_by(by_degree);
        all.into_iter().map(|it| UserId(it.1)).collect()
    }
}

/// The parts that a network falls into.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Components {
    /// How many, isolates included.
    pub count: u32,
    /// The share of all users that the largest has, in (0, 1].
    pub largest: f64,
}

/// What a network is like as a whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Connectivity {
    /// How the degrees were found, and all that follows from them.
    pub kind: DegreeKind,
    /// How many edges, chained isolates included.
    pub edges: f64,
    /// Edges over pairs, in [0, 1]; 0 for a single user.
    pub density: f64,
    /// The mean degree.
    pub mean_degree: f64,
    /// The median degree: the mean of the middle two where there are two.
    pub median_degree: f64,
    /// The largest degree.
    pub max_degree: f64,
    /// How many users are similar enough to nobody; always counted.
    pub isolates: u32,
    /// The mean similarity over edges; over those with the panel where degrees are estimated.
    pub mean_weight: Option<f64>,
    /// The parts it falls into; not said where degrees are estimated, since a panel cannot tell.
    pub components: Option<Components>,
}

/// What everybody's neighbours add up to. Degrees are floats, since they are counted eight at once.
#[derive(Debug)]
struct Sums {
    degrees: Vec<f64>,
    /// Of all edges, from both sides.
    weight: f64,
}

impl Graph {
    /// How many neighbours everybody has: counted up to
    /// [`exact_degrees_up_to`](super::NetworkOptions::exact_degrees_up_to) users, beyond that
    /// estimated with a panel.
    pub fn degrees(&self) -> Degrees {
        self.survey().0
    }

    /// What the network is like as a whole, from the degrees of everybody.
    pub fn connectivity(&self) -> Connectivity {
        let (Degrees { kind, of }, mean_weight) = self.survey();
        let users = f64::from(self.users());
        let sum = total(&of);
        let mut sorted = of;
        sorted.sort_unstable_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let median_degree = if sorted.len().is_multiple_of(2) {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        } else {
            sorted[middle]
        };
        let others = users - 1.0;
        Connectivity {
            kind,
            edges: sum / 2.0,
            density: if others > 0.0 { sum / (users * others) } else { 0.0 },
            mean_degree: sum / users,
            median_degree,
            max_degree: sorted.last().copied().unwrap_or_default(),
            isolates: u32::try_from(self.isolates().len()).unwrap_or(u32::MAX),
            mean_weight,
            components: (kind == DegreeKind::Exact).then(|| components(self)),
        }
    }

    /// Degrees and the mean weight of edges.
    fn survey(&self) -> (Degrees, Option<f64>) {
        let users = self.users();
        let size = self.options.panel.min(users);
        if users <= self.options.exact_degrees_up_to || size == users {
            let mut sums = self.all_pairs();
            if let Some(weight) = self.chain {
                let last = self.isolates().len() - 1;
                for (at, user) in self.isolates().iter().enumerate() {
                    let degree = if at > 0 && at < last { 2.0 } else { 1.0 };
                    sums.degrees[user.0 as usize] = degree;
                    sums.weight += degree * weight;
                }
            }
            let mean = sums.mean_weight();
            return (Degrees { kind: DegreeKind::Exact, of: sums.degrees }, mean);
        }
        let (panel, tiles) = self.panel(size);
        let mut sums = self.pairs_with(&tiles);
        let mean = sums.mean_weight();
        let mut panel = panel.into_iter().peekable();
        for (user, degree) in (0..).zip(&mut sums.degrees) {
            let others = size - u32::from(panel.next_if_eq(&user).is_some());
            // With a panel of only oneself nothing is known.
            *degree = *degree / f64::from(others.max(1)) * f64::from(users - 1);
        }
        (Degrees { kind: DegreeKind::Estimated { panel: size }, of: sums.degrees }, mean)
    }

    /// Looks at every pair once.
    fn all_pairs(&self) -> Sums {
        let (tiles, threshold) = (&self.tiles, self.options.threshold);
        let n_tiles = tiles.users.len().div_ceil(LANES);
        // Parts are the same on any number of threads, and added up in their order; degrees are
        // whole numbers, so their order would not matter.
        let part = |first: usize| {
            let mut counts = vec![[0.0; LANES]; n_tiles];
            let mut weight = 0.0;
            for at in (first..n_tiles).step_by(PARTS) {
                let users = tiles.users.iter().skip(at * LANES).take(LANES);
                for (lane, user) in users.enumerate() {
                    let row = self.row(*user);
                    let own = total(row);
                    let (mut hits, mut weights) = ([0.0; LANES], [0.0; LANES]);
                    for other in at..tiles.within_reach(own, threshold).end {
                        let mut similarities = tiles.similarities(other, row, own);
                        if other == at {
                            similarities[..=lane].fill(0.0);
                        }
                        let counts = &mut counts[other];
                        for lane in 0..LANES {
                            let similarity = similarities[lane];
                            let is_linked = similarity > threshold;
                            let hit = if is_linked { 1.0 } else { 0.0 };
                            hits[lane] += hit;
                            counts[lane] += hit;
                            weights[lane] += if is_linked { similarity } else { 0.0 };
                        }
                    }
                    counts[at][lane] += total(&hits);
                    weight += total(&weights);
                }
            }
            (counts, weight)
        };
        let parts: Vec<_> = (0..PARTS).into_par_iter().map(part).collect();
        let mut sums = Sums { degrees: vec![0.0; self.users() as usize], weight: 0.0 };
        for (counts, weight) in &parts {
            for (user, count) in tiles.users.iter().zip(counts.as_flattened()) {
                sums.degrees[*user as usize] += count;
            }
            sums.weight += 2.0 * weight;
        }
        sums
    }

    /// Looks at everybody's pairs with some.
    fn pairs_with(&self, some: &Tiles) -> Sums {
        let everybody = (0..self.users()).into_par_iter().with_min_len(16);
        let each: Vec<(f64, f64)> = everybody.map(|user| self.count(some, user)).collect();
        let weight = each.iter().fold(0.0, |sum, it| sum + it.1);
        Sums { degrees: each.into_iter().map(|it| it.0).collect(), weight }
    }

    /// How many of some are one user's neighbours, and their weights together.
    fn count(&self, some: &Tiles, user: u32) -> (f64, f64) {
        let (row, threshold) = (self.row(user), self.options.threshold);
        let own = total(row);
        if own <= 0.0 {
            return (0.0, 0.0);
        }
        let myself = some.position(user, own);
        let (mut hits, mut weights) = ([0.0; LANES], [0.0; LANES]);
        for tile in some.within_reach(own, threshold) {
            let mut similarities = some.similarities(tile, row, own);
            if let Some(at) = myself.filter(|it| it / LANES == tile) {
                similarities[at % LANES] = 0.0;
            }
            for lane in 0..LANES {
                let similarity = similarities[lane];
                let is_linked = similarity > threshold;
                hits[lane] += if is_linked { 1.0 } else { 0.0 };
                weights[lane] += if is_linked { similarity } else { 0.0 };
            }
        }
        (total(&hits), total(&weights))
    }
}

impl Sums {
    fn mean_weight(&self) -> Option<f64> {
        let edges = total(&self.degrees);
        (edges > 0.0).then(|| self.weight / edges)
    }
}
