//! Chance that depends on a seed and a question, and on nothing else.

use blake3::OutputReader;

/// A stream of random numbers.
pub(super) struct Draw(OutputReader);

impl Draw {
    /// The stream of a question under a seed.
    pub(super) fn new(seed: u64, key: &[u8; 32]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("asfm-standin 2026 hostile server");
        hasher.update(&seed.to_le_bytes()).update(key);
        Self(hasher.finalize_xof())
    }

    /// A number below `n`, or 0 if there is none; the bias of one in 2^32 does not matter here.
    pub(super) fn below(&mut self, n: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        let number = u128::from(u64::from_le_bytes(bytes));
        usize::try_from((number * n as u128) >> 64).unwrap_or_default()
    }

    /// One of these.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_seed_and_question() {
        let first = |seed, key| Draw::new(seed, &[key; 32]).below(usize::MAX);
        assert_eq!(first(1, 1), first(1, 1));
        assert_ne!(first(1, 1), first(2, 1));
        assert_ne!(first(1, 1), first(1, 2));
    }

    #[test]
    fn every_number_below_is_drawn() {
        let mut draw = Draw::new(1, &[0; 32]);
        let mut seen = [0; 5];
        (0..1000).for_each(|_| seen[draw.below(5)] += 1);
        assert!(seen.iter().all(|it| (150..250).contains(it)), "{seen:?}");
        assert_eq!(draw.below(0), 0);
    }
}
