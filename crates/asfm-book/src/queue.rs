use crate::Qty;
use crate::slab::{Link, Resting, Slab, Slot};

/// The orders of one price level, first come first; the links are in the slab.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Queue {
    pub(crate) head: Link,
    pub(crate) tail: Link,
    /// Invariant: the sum of the open quantities of its orders. It cannot overflow: there are
    /// fewer than 2^31 orders of fewer than 2^32 shares.
    pub(crate) qty: u64,
}

const _: () = assert!(size_of::<Queue>() == 16, "a level should be small");

impl Queue {
    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_none()
    }

    /// Puts an order last; its links are set here.
    pub(crate) fn push(&mut self, orders: &mut Slab, order: Resting) -> Slot {
        let slot = orders.insert(Resting { prev: self.tail, next: None, ..order });
        match self.tail {
            Some(tail) => orders[tail].next = Some(slot),
            None => self.head = Some(slot),
        }
        self.tail = Some(slot);
        self.qty += u64::from(order.qty.get());
        slot
    }

    /// Takes `qty` shares off the first order, and the order out if that is all of it: then `true`.
    #[inline]
    pub(crate) fn reduce_first(&mut self, orders: &mut Slab, slot: Slot, qty: Qty) -> bool {
        debug_assert!(self.head == Some(slot), "only the first order of a level trades");
        self.qty -= u64::from(qty.get());
        let order = &mut orders[slot];
        if let Some(rest) = order.qty.less(qty) {
            order.qty = rest;
            return false;
        }
        self.head = order.next;
        if self.head.is_none() {
            self.tail = None;
        }
        orders.remove(slot);
        true
    }

    /// Takes an order out, wherever it stands.
    pub(crate) fn remove(&mut self, orders: &mut Slab, slot: Slot) {
        let Resting { prev, next, qty, .. } = orders[slot];
        let prev = prev.filter(|_| self.head != Some(slot));
        match prev {
            Some(prev) => orders[prev].next = next,
            None => self.head = next,
        }
        match next {
            Some(next) => orders[next].prev = prev,
            None => self.tail = prev,
        }
        self.qty -= u64::from(qty.get());
        orders.remove(slot);
    }
}
