//! Rows of weights, eight side by side, so that one is compared with eight at once.

use super::{smaller, total};

/// How many rows lie side by side.
pub(super) const LANES: usize = 8;

/// How much wider a range is taken than sums say: more than rounding could matter.
const SLACK: f64 = 1e-9;

/// Some users' rows, ordered by the sum of their weights.
///
/// A similarity is at most the smaller sum over the larger one, so those who can be linked to a user
/// are a range of this order.
#[derive(Debug, Clone)]
pub(super) struct Tiles {
    topics: usize,
    /// Who is where: those with weights, by total and then by id.
    pub(super) users: Vec<u32>,
    /// The sums of their weights, filled up with zeros to whole tiles.
    totals: Vec<f64>,
    /// Tile by tile, in it topic by topic, in it user by user.
    cells: Vec<f64>,
}

impl Tiles {
    /// Those of `users` who have weights.
    pub(super) fn new(
        topics: usize,
        weights: &[f64],
        totals: &[f64],
        users: impl Iterator<Item = u32>,
    ) -> Self {
        let mut users: Vec<u32> = users.filter(|it| totals[*it as usize] > 0.0).collect();
        users.sort_unstable_by(|a, b| {
            totals[*a as usize].total_cmp(&totals[*b as usize]).then(a.cmp(b))
        });
        let n_tiles = users.len().div_ceil(LANES);
        let mut cells = vec![0.0; n_tiles * topics * LANES];
        let mut in_order = vec![0.0; n_tiles * LANES];
        for (at, user) in users.iter().enumerate() {
            let user = *user as usize;
            let (tile, lane) = (at / LANES, at % LANES);
            in_order[at] = totals[user];
            for (topic, weight) in weights[user * topics..][..topics].iter().enumerate() {
                cells[(tile * topics + topic) * LANES + lane] = *weight;
            }
        }
        Self { topics, users, totals: in_order, cells }
    }

    /// The tiles of all who can be linked to somebody with these weights.
    pub(super) fn within_reach(&self, total: f64, threshold: f64) -> std::ops::Range<usize> {
        if threshold <= 0.0 {
            return 0..self.totals.len() / LANES;
        }
        let known = &self.totals[..self.users.len()];
        let low = total * threshold * (1.0 - SLACK);
        let high = total / threshold * (1.0 + SLACK);
        let start = known.partition_point(|it| *it < low);
        let end = known.partition_point(|it| *it <= high);
        start / LANES..end.div_ceil(LANES)
    }

    /// Where in the order the first user with at least this sum is.
    pub(super) fn place(&self, total: f64) -> usize {
        self.totals[..self.users.len()].partition_point(|it| *it < total)
    }

    /// Where in the order a user with this sum is.
    pub(super) fn position(&self, user: u32, total: f64) -> Option<usize> {
        let start = self.place(total);
        let known = &self.totals[start..self.users.len()];
        let n_equal = known.partition_point(|it| *it <= total);
        self.users[start..start + n_equal].binary_search(&user).ok().map(|it| start + it)
    }

    /// The similarities of a row to the eight of a tile; 0 where a tile is filled up.
    #[inline]
    pub(super) fn similarities(&self, tile: usize, row: &[f64], total: f64) -> [f64; LANES] {
        let size = self.topics * LANES;
        let (topics, _) = self.cells[tile * size..][..size].as_chunks::<LANES>();
        let mut least = [0.0; LANES];
        for (weight, others) in row.iter().zip(topics) {
            for (least, other) in least.iter_mut().zip(others) {
                *least += smaller(*other, *weight);
            }
        }
        let totals = &self.totals[tile * LANES..][..LANES];
        for (least, other) in least.iter_mut().zip(totals) {
            *least /= total + other - *least;
        }
        least
    }

    /// Calls `each` with everybody who is linked to `user`, in the order of totals.
    pub(super) fn linked(
        &self,
        user: u32,
        row: &[f64],
        threshold: f64,
        mut each: impl FnMut(u32, f64),
    ) {
        let total = total(row);
        if total <= 0.0 {
            return;
        }
        for tile in self.within_reach(total, threshold) {
            let similarities = self.similarities(tile, row, total);
            for (other, similarity) in self.users[tile * LANES..].iter().zip(similarities) {
                if similarity > threshold && *other != user {
                    each(*other, similarity);
                }
            }
        }
    }
}
