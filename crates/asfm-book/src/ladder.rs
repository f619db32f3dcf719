use std::collections::BTreeMap;

use crate::queue::Queue;
use crate::window::Window;

/// The levels of one side by key, the smallest key being the best price.
///
/// Levels near the activity are in a window, which finds the next one in three steps however far
/// away it is; the others are in a tree. When new levels keep missing the window, it moves and
/// grows: never often enough to cost more than the misses did, never to more than 64 places for
/// each level there is (or `Window::LEN_MIN`), never beyond `Window::LEN_MAX`.
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
        if self.n_misses > n_levels + Self::MISSES_MIN {
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
