//! Random streams. Every draw comes from a ChaCha8 generator keyed by the
//! master seed, the statistic and the replicate, so neither a further statistic
//! nor a further thread changes the draws of another.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// Who draws. The numbers are part of every published result: never reuse or
/// renumber one.
#[derive(Clone, Copy)]
#[repr(u64)]
pub(crate) enum Purpose {
    Clustering = 3,
    Leverage = 5,
    Aggregation = 6,
    Volume = 7,
    GainLoss = 8,
    Intermittency = 9,
    SignFlip = 20,
    Bootstrap = 21,
    StationaryBootstrap = 22,
    WildBootstrap = 23,
    BubbleCritical = 24,
    GaussianWalk = 25,
    TimeAsymmetry = 26,
    Drawdown = 27,
}

/// One stream of draws.
pub(crate) struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of one replicate.
    pub(crate) fn new(seed: u64, purpose: Purpose, replicate: usize) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
        key[16..24].copy_from_slice(&(replicate as u64).to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Uniform in [0, 1), 53 bits.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in 0..n, without bias. Samples are far shorter than 2^32.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "n is the length of a sample, the low half is meant, the high half is below n"
    )]
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let n = n as u32;
        loop {
            let wide = u64::from(self.0.next_u32()) * u64::from(n);
            // The low half is uniform; the few values below 2^32 mod n are drawn again.
            let low = wide as u32;
            if low >= n || low >= n.wrapping_neg() % n {
                return (wide >> 32) as usize;
            }
        }
    }

    /// Fills `words` with random bits.
    pub(crate) fn bits(&mut self, words: &mut [u64]) {
        for it in words {
            *it = self.0.next_u64();
        }
    }

    /// Standard normal draws, two at a time.
    pub(crate) fn normals(&mut self, n: usize) -> Vec<f64> {
        let mut out = Vec::with_capacity(n + 1);
        while out.len() < n {
            let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
            let (sin, cos) = (std::f64::consts::TAU * self.uniform()).sin_cos();
            out.extend([radius * cos, radius * sin]);
        }
        out.truncate(n);
        out
    }

    /// Shuffles in place.
    pub(crate) fn shuffle<T>(&mut self, x: &mut [T]) {
        for i in (1..x.len()).rev() {
            x.swap(i, self.below(i + 1));
        }
    }

    /// Shuffles in place, from the last value to the first, until one satisfies `found`;
    /// whether one does.
    pub(crate) fn shuffle_until(
        &mut self,
        x: &mut [f64],
        mut found: impl FnMut(f64) -> bool,
    ) -> bool {
        for i in (1..x.len()).rev() {
            x.swap(i, self.below(i + 1));
            if found(x[i]) {
                return true;
            }
        }
        x.first().is_some_and(|it| found(*it))
    }

    /// Writes `x` with random signs into `out`.
    pub(crate) fn flip_signs(&mut self, x: &[f64], out: &mut [f64]) {
        for (x, out) in x.chunks(64).zip(out.chunks_mut(64)) {
            let mut bits = self.0.next_u64();
            for (x, out) in x.iter().zip(out) {
                // The sign bit is flipped by the lowest random bit.
                *out = f64::from_bits(x.to_bits() ^ ((bits & 1) << 63));
                bits >>= 1;
            }
        }
    }
}
