use std::collections::BTreeMap;

use crate::queue::Queue;
use crate::window::Window;

/// The levels of one side by key, the smallest key being the best price.
///
/// Levels near the activity are in a window, which finds the next one in three steps however far
/// away it is; the others are in a tree. When new levels keep missing the window, it moves and
/// grows: so seldom that it costs no more than the misses did, to fewer than 128 places for each
/// level there is (or `Window::LEN_MIN`), and never beyond `Window::LEN_MAX`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ladder {
    best: Option<u32>,
    window: Window,
    far: BTreeMap<u32, Queue>,
    n_misses: usize,
}

impl Ladder {
    const PLACES_PER_LEVEL_MAX: usize = 64;
    const MISSES_MIN: usize = 64;

    /// The key of the best level.
    pub(crate) fn best(&self) -> Option<u32> {
        self.best
    }

    /// The key of the best level worse than `key`.
    pub(crate) fn after(&self, key: u32) -> Option<u32> {
        let near = self.window.after(key);
        if self.far.is_empty() {
            return near;
        }
        let from = key.checked_add(1)?;
        let far = self.far.range(from..).next().map(|(&far, _)| far);
        smaller(near, far)
    }

    /// The queue of the occupied level `key`.
    pub(crate) fn queue(&self, key: u32) -> &Queue {
        match self.window.get(key) {
            Some(queue) => queue,
            None => self.far.get(&key).expect("only occupied levels are asked for"),
        }
    }

    /// The queue of the occupied level `key`.
    pub(crate) fn queue_mut(&mut self, key: u32) -> &mut Queue {
        match self.window.get_mut(key) {
            Some(queue) => queue,
            None => self.far.get_mut(&key).expect("only occupied levels are asked for"),
        }
    }

    /// The queue of the level `key`, to which an order is about to be added.
    #[inline]
    pub(crate) fn open(&mut self, key: u32) -> &mut Queue {
        if self.best.is_none_or(|best| key < best) {
            self.best = Some(key);
        }
        if !self.window.contains(key) && !self.miss(key) {
            return self.far.entry(key).or_default();
        }
        self.window.open(key)
    }

    /// Gives up the level `key`, whose last order has gone.
    pub(crate) fn close(&mut self, key: u32) {
        if self.window.contains(key) {
            self.window.vacate(key);
        } else {
            self.far.remove(&key);
        }
        if self.best == Some(key) {
            self.best = self.first();
        }
    }

    pub(crate) fn clear(&mut self) {
        self.window.clear();
        self.far.clear();
        self.best = None;
        self.n_misses = 0;
    }

    fn first(&self) -> Option<u32> {
        let near = self.window.first();
        if self.far.is_empty() {
            return near;
        }
        smaller(near, self.far.first_key_value().map(|(&far, _)| far))
    }

    /// Deals with a key outside the window; whether the window has moved to cover it.
    #[cold]
    fn miss(&mut self, key: u32) -> bool {
        let n_levels = self.window.n_occupied() + self.far.len();
        if n_levels == 0 {
            if self.window.len() == 0 {
                self.window = Window::new(0, Window::LEN_MIN);
            }
            self.window.rebase(base_around(key, self.window.len()));
            return true;
        }
        self.n_misses += 1;
        if self.n_misses > n_levels / 2 + Self::MISSES_MIN {
            self.n_misses = 0;
            self.rebuild(key, n_levels);
        }
        self.window.contains(key)
    }

    /// Moves the window so that it covers all levels if it may be so long, else those around
    /// `key`.
    fn rebuild(&mut self, key: u32, n_levels: usize) {
        let best = self.best.map_or(key, |best| best.min(key));
        let worst = self.window.last().max(self.far.last_key_value().map(|(&far, _)| far));
        let worst = worst.map_or(key, |worst| worst.max(key));
        let len_max = (Self::PLACES_PER_LEVEL_MAX * n_levels)
            .next_power_of_two()
            .clamp(Window::LEN_MIN, Window::LEN_MAX);
        let wanted = 2 * (u64::from(worst - best) + 1);
        let (len, centre) = match usize::try_from(wanted.next_power_of_two()) {
            Ok(wanted) if wanted <= len_max => (wanted, best + (worst - best) / 2),
            _ => (len_max, key),
        };
        let len = len.max(self.window.len());
        let mut window = Window::new(base_around(centre, len), len);
        while let Some(key) = self.window.first() {
            let queue = *self.queue(key);
            self.window.vacate(key);
            if window.contains(key) {
                *window.open(key) = queue;
            } else {
                self.far.insert(key, queue);
            }
        }
        let last =
            window.base() + u32::try_from(len - 1).expect("a window has at most 2^18 levels");
        for (key, queue) in self.far.extract_if(window.base()..=last, |_, _| true) {
            *window.open(key) = queue;
        }
        self.window = window;
    }
}

fn smaller(one: Option<u32>, other: Option<u32>) -> Option<u32> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The base of a window of `len` levels that has `key` in its middle, as far as there are keys.
fn base_around(key: u32, len: usize) -> u32 {
    let len = u32::try_from(len).expect("a window has at most 2^18 levels");
    key.saturating_sub(len / 2).min(u32::MAX - (len - 1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::slab::Slot;

    impl Ladder {
        /// Checks that each level is in one place, and that the best is the best.
        pub(crate) fn audit(&self) {
            self.window.audit();
            assert!(self.far.keys().all(|&key| !self.window.contains(key)));
            assert!(self.far.values().all(|queue| !queue.is_empty()));
            assert_eq!(self.best, self.first());
        }
    }

    fn someone() -> Queue {
        let slot = Some(Slot(std::num::NonZeroU32::MIN));
        Queue { head: slot, tail: slot, qty: 1 }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        /// Whatever moves where, a ladder is a sorted set of keys.
        #[test]
        fn is_a_sorted_set(
            centres in prop::collection::vec(any::<u32>(), 1..6),
            spread in prop_oneof![Just(300u32), Just(5_000), Just(200_000), Just(u32::MAX)],
            moves in prop::collection::vec((any::<u32>(), any::<bool>()), 1..2_000),
        ) {
            let mut ladder = Ladder::default();
            let mut keys = BTreeSet::new();
            for (step, &(number, opens)) in moves.iter().enumerate() {
                let centre = centres[step * centres.len() / moves.len()];
                let key = centre.wrapping_add(number % spread);
                if opens || keys.is_empty() {
                    *ladder.open(key) = someone();
                    keys.insert(key);
                } else {
                    let key = *keys.range(key..).next().or(keys.first()).expect("not empty");
                    *ladder.queue_mut(key) = Queue::default();
                    ladder.close(key);
                    keys.remove(&key);
                }
                prop_assert_eq!(ladder.best(), keys.first().copied());
                let after = key.checked_add(1).and_then(|it| keys.range(it..).next().copied());
                prop_assert_eq!(ladder.after(key), after);
            }
            ladder.audit();
            let all: Vec<u32> =
                std::iter::successors(ladder.best(), |&key| ladder.after(key)).collect();
            prop_assert_eq!(all, keys.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn window_grows_with_the_levels_and_not_with_the_distance() {
        let mut ladder = Ladder::default();
        for key in [0, u32::MAX, 1 << 31] {
            *ladder.open(key) = someone();
        }
        assert_eq!((ladder.window.len(), ladder.far.len()), (Window::LEN_MIN, 2));
        for key in (0..2_000_000).step_by(500) {
            *ladder.open(key) = someone();
        }
        ladder.audit();
        assert_eq!(ladder.window.len(), Window::LEN_MAX);
    }

    #[test]
    fn levels_may_close_after_they_missed_the_window() {
        let mut ladder = Ladder::default();
        let far = (1..=100).map(|step| step * 40_000_000);
        for key in (0..1_000).chain(far.clone()) {
            *ladder.open(key) = someone();
        }
        assert_eq!(ladder.far.len(), 100);
        for key in far.chain(0..999) {
            *ladder.queue_mut(key) = Queue::default();
            ladder.close(key);
        }
        ladder.audit();
        assert_eq!((ladder.best(), ladder.after(999)), (Some(999), None));
    }

    #[test]
    fn window_follows_the_activity() {
        let mut ladder = Ladder::default();
        for key in 0..100_000 {
            *ladder.open(key) = someone();
            if let Some(old) = key.checked_sub(100) {
                *ladder.queue_mut(old) = Queue::default();
                ladder.close(old);
            }
        }
        ladder.audit();
        assert!(ladder.far.len() <= 100 && ladder.window.len() < Window::LEN_MAX);
        assert!(ladder.window.contains(99_000) || ladder.window.contains(99_999));
    }
}
