use crate::queue::Queue;

/// A stretch of neighbouring levels, one place for each key, and which of them are occupied.
#[derive(Clone, Debug, Default)]
pub(crate) struct Window {
    base: u32,
    queues: Vec<Queue>,
    bits: Bits,
    n_occupied: usize,
}

/// A set of numbers below 64^3, with a summary above each 64 of them.
#[derive(Clone, Debug, Default)]
struct Bits {
    top: u64,
    middle: Vec<u64>,
    bottom: Vec<u64>,
}

impl Window {
    pub(crate) const LEN_MIN: usize = 1 << 10;
    pub(crate) const LEN_MAX: usize = 1 << 18;

    /// An empty window of `len` levels with `base` as its best key.
    pub(crate) fn new(base: u32, len: usize) -> Self {
        debug_assert!(len.is_power_of_two() && (Self::LEN_MIN..=Self::LEN_MAX).contains(&len));
        Self { base, queues: vec![Queue::default(); len], bits: Bits::new(len), n_occupied: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.queues.len()
    }

    /// The number of occupied levels.
    pub(crate) fn n_occupied(&self) -> usize {
        self.n_occupied
    }

    pub(crate) fn base(&self) -> u32 {
        self.base
    }

    /// Moves an empty window.
    pub(crate) fn rebase(&mut self, base: u32) {
        debug_assert!(self.bits.top == 0, "levels would change their prices");
        self.base = base;
    }

    pub(crate) fn contains(&self, key: u32) -> bool {
        self.index(key) < self.queues.len()
    }

    pub(crate) fn get(&self, key: u32) -> Option<&Queue> {
        self.queues.get(self.index(key))
    }

    pub(crate) fn get_mut(&mut self, key: u32) -> Option<&mut Queue> {
        let index = self.index(key);
        self.queues.get_mut(index)
    }

    /// The queue of a level inside the window, marked as occupied if it was empty.
    #[inline]
    pub(crate) fn open(&mut self, key: u32) -> &mut Queue {
        let index = self.index(key);
        let queue = &mut self.queues[index];
        if queue.is_empty() {
            self.n_occupied += 1;
            self.bits.insert(index);
        }
        queue
    }

    /// Marks the level of `key` as empty.
    pub(crate) fn vacate(&mut self, key: u32) {
        self.n_occupied -= 1;
        self.bits.remove(self.index(key));
    }

    /// The best occupied key.
    pub(crate) fn first(&self) -> Option<u32> {
        self.bits.first().map(|index| self.key(index))
    }

    /// The worst occupied key.
    pub(crate) fn last(&self) -> Option<u32> {
        self.bits.last().map(|index| self.key(index))
    }

    /// The best occupied key worse than `key`.
    pub(crate) fn after(&self, key: u32) -> Option<u32> {
        if key < self.base {
            return self.first();
        }
        let index = self.index(key);
        if index >= self.queues.len() {
            None
        } else {
            self.bits.after(index).map(|it| self.key(it))
        }
    }

    /// Empties every level.
    pub(crate) fn clear(&mut self) {
        while let Some(index) = self.bits.first() {
            self.queues[index] = Queue::default();
            self.bits.remove(index);
        }
        self.n_occupied = 0;
    }

    fn index(&self, key: u32) -> usize {
        key.wrapping_sub(self.base) as usize
    }

    fn key(&self, index: usize) -> u32 {
        self.base + u32::try_from(index).expect("a window has at most 2^18 levels")
    }
}

impl Bits {
    fn new(len: usize) -> Self {
        Self { top: 0, middle: vec![0; len.div_ceil(64 * 64)], bottom: vec![0; len.div_ceil(64)] }
    }

    fn insert(&mut self, index: usize) {
        self.bottom[index / 64] |= 1 << (index % 64);
        self.middle[index / 64 / 64] |= 1 << (index / 64 % 64);
        self.top |= 1 << (index / 64 / 64 % 64);
    }

    fn remove(&mut self, index: usize) {
        let bottom = &mut self.bottom[index / 64];
        *bottom &= !(1 << (index % 64));
        if *bottom != 0 {
            return;
        }
        let middle = &mut self.middle[index / 64 / 64];
        *middle &= !(1 << (index / 64 % 64));
        if *middle == 0 {
            self.top &= !(1 << (index / 64 / 64 % 64));
        }
    }

    fn first(&self) -> Option<usize> {
        if self.top == 0 { None } else { Some(self.first_below(lowest(self.top))) }
    }

    fn last(&self) -> Option<usize> {
        if self.top == 0 {
            return None;
        }
        let middle = highest(self.top);
        let bottom = 64 * middle + highest(self.middle[middle]);
        Some(64 * bottom + highest(self.bottom[bottom]))
    }

    /// The smallest number above `index`.
    fn after(&self, index: usize) -> Option<usize> {
        let (bottom, middle) = (index / 64, index / 64 / 64);
        let rest = self.bottom[bottom] & above(index % 64);
        if rest != 0 {
            return Some(64 * bottom + lowest(rest));
        }
        let rest = self.middle[middle] & above(bottom % 64);
        if rest != 0 {
            let bottom = 64 * middle + lowest(rest);
            return Some(64 * bottom + lowest(self.bottom[bottom]));
        }
        let rest = self.top & above(middle % 64);
        if rest == 0 { None } else { Some(self.first_below(lowest(rest))) }
    }

    fn first_below(&self, middle: usize) -> usize {
        let bottom = 64 * middle + lowest(self.middle[middle]);
        64 * bottom + lowest(self.bottom[bottom])
    }
}

/// The number of the lowest bit that is set.
fn lowest(word: u64) -> usize {
    word.trailing_zeros() as usize
}

/// The number of the highest bit that is set.
fn highest(word: u64) -> usize {
    63 - word.leading_zeros() as usize
}

/// All bits above `bit`.
fn above(bit: usize) -> u64 {
    (!1u64) << bit
}

#[cfg(test)]
impl Window {
    /// Checks the marks against the queues.
    pub(crate) fn audit(&self) {
        let marked: Vec<usize> =
            std::iter::successors(self.bits.first(), |&index| self.bits.after(index)).collect();
        let occupied: Vec<usize> =
            (0..self.len()).filter(|&index| !self.queues[index].is_empty()).collect();
        assert_eq!(marked, occupied);
        assert_eq!(self.n_occupied, occupied.len());
        assert_eq!(self.bits.last(), occupied.last().copied());
    }
}
