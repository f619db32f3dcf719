//! How many neighbours everybody has, and what the network is like as a whole.

use rayon::prelude::*;

use super::components::components;
use super::tiles::{LANES, Tiles};
use super::{Graph, total};
use crate::UserId;

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

/// What one user's neighbours add up to.
#[derive(Debug, Clone, Copy)]
struct Sum {
    degree: u32,
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
            let mut sums = self.sums(&self.tiles);
            if let Some(weight) = self.chain {
                let last = self.isolates().len() - 1;
                for (at, user) in self.isolates().iter().enumerate() {
                    let degree = 1 + u32::from(at > 0 && at < last);
                    sums[user.0 as usize] = Sum { degree, weight: f64::from(degree) * weight };
                }
            }
            let of = sums.iter().map(|it| f64::from(it.degree)).collect();
            return (Degrees { kind: DegreeKind::Exact, of }, mean_weight(&sums));
        }
        let (panel, tiles) = self.panel(size);
        let sums = self.sums(&tiles);
        let mut panel = panel.into_iter().peekable();
        let mut scaled = |(user, sum): (u32, &Sum)| {
            let others = size - u32::from(panel.next_if_eq(&user).is_some());
            // With a panel of only oneself nothing is known.
            f64::from(sum.degree) / f64::from(others.max(1)) * f64::from(users - 1)
        };
        let of = (0..).zip(&sums).map(&mut scaled).collect();
        (Degrees { kind: DegreeKind::Estimated { panel: size }, of }, mean_weight(&sums))
    }

    /// What everybody's neighbours among some add up to, user by user.
    fn sums(&self, among: &Tiles) -> Vec<Sum> {
        let everybody = (0..self.users()).into_par_iter().with_min_len(16);
        everybody.map(|user| self.sum(among, user)).collect()
    }

    fn sum(&self, among: &Tiles, user: u32) -> Sum {
        let (row, threshold) = (self.row(user), self.options.threshold);
        let own = total(row);
        let mut counts = [0_u32; LANES];
        let mut weights = [0.0; LANES];
        if own <= 0.0 {
            return Sum { degree: 0, weight: 0.0 };
        }
        let myself = among.position(user, own);
        for tile in among.within_reach(own, threshold) {
            let mut similarities = among.similarities(tile, row, own);
            if let Some(at) = myself.filter(|it| it / LANES == tile) {
                similarities[at % LANES] = 0.0;
            }
            for lane in 0..LANES {
                let is_linked = similarities[lane] > threshold;
                counts[lane] += u32::from(is_linked);
                weights[lane] += if is_linked { similarities[lane] } else { 0.0 };
            }
        }
        Sum { degree: counts.iter().sum(), weight: total(&weights) }
    }
}

fn mean_weight(sums: &[Sum]) -> Option<f64> {
    let degrees: u64 = sums.iter().map(|it| u64::from(it.degree)).sum();
    let weights = sums.iter().fold(0.0, |sum, it| sum + it.weight);
    #[expect(clippy::cast_precision_loss, reason = "a mean is not exact to the last bit anyway")]
    (degrees > 0).then(|| weights / degrees as f64)
}
