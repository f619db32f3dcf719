use std::num::NonZeroU32;
use std::ops::{Index, IndexMut};

use crate::index::Name;
use crate::{Qty, TraderId};

/// Where an order is kept: its number in the slab, plus one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot(pub(crate) NonZeroU32);

pub(crate) type Link = Option<Slot>;

/// A resting order, linked to its neighbours in the queue of its level.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resting {
    /// The next order of the queue or, in a vacant slot, the next vacant one.
    pub(crate) next: Link,
    /// The order before it; means nothing in the first order of a queue.
    pub(crate) prev: Link,
    pub(crate) qty: Qty,
    /// The key of its level.
    pub(crate) key: u32,
    pub(crate) trader: TraderId,
    /// Invariant: `Name::NOBODY` in a vacant slot.
    pub(crate) name: Name,
}

const _: () = assert!(size_of::<Resting>() == 24, "three orders should share a cache line");

/// All resting orders of a book. Slots are used again, the last vacated first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slab {
    orders: Vec<Resting>,
    vacant: Link,
}

impl Slot {
    /// The number of slots there can be: a slot and a side fit 32 bits (see `Ids`).
    pub(crate) const COUNT_MAX: usize = (1 << 31) - 2;

    pub(crate) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl Slab {
    pub(crate) fn insert(&mut self, order: Resting) -> Slot {
        if let Some(slot) = self.vacant {
            let place = &mut self[slot];
            let next = place.next;
            *place = order;
            self.vacant = next;
            return slot;
        }
        self.orders.push(order);
        let number = u32::try_from(self.orders.len()).ok().and_then(NonZeroU32::new);
        Slot(number.expect("a full slab is refused before"))
    }

    /// Vacates a slot; the links of the order must no longer be needed.
    pub(crate) fn remove(&mut self, slot: Slot) {
        let vacant = self.vacant.replace(slot);
        let place = &mut self[slot];
        place.next = vacant;
        place.name = Name::NOBODY;
    }

    pub(crate) fn is_full(&self) -> bool {
        self.orders.len() >= Slot::COUNT_MAX && self.vacant.is_none()
    }

    pub(crate) fn reserve(&mut self, n_orders: usize) {
        self.orders.reserve(n_orders.saturating_sub(self.orders.len()));
    }

    pub(crate) fn clear(&mut self) {
        self.orders.clear();
        self.vacant = None;
    }
}

#[cfg(test)]
impl Slab {
    pub(crate) fn len(&self) -> usize {
        self.orders.len()
    }

    pub(crate) fn vacant(&self) -> impl Iterator<Item = Slot> {
        std::iter::successors(self.vacant, |&slot| self[slot].next)
            .inspect(|&slot| assert_eq!(self[slot].name, Name::NOBODY))
    }
}

impl Index<Slot> for Slab {
    type Output = Resting;

    fn index(&self, slot: Slot) -> &Resting {
        &self.orders[slot.index()]
    }
}

impl IndexMut<Slot> for Slab {
    fn index_mut(&mut self, slot: Slot) -> &mut Resting {
        &mut self.orders[slot.index()]
    }
}
