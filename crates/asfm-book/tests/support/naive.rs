//! A book too simple to be wrong: two maps from price to queue, searched from end to end.

use std::collections::{BTreeMap, VecDeque};

use crate::workload::Hear;

/// A resting order: its id and what is left of it.
type Queue = VecDeque<(u32, u32)>;

/// Price-time priority at the maker's price; ids are small numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Naive {
    bids: BTreeMap<u32, Queue>,
    asks: BTreeMap<u32, Queue>,
    /// By id: whether it buys, and its price.
    places: Vec<(bool, u32)>,
}

impl Naive {
    pub(crate) fn limit(
        &mut self,
        id: u32,
        buys: bool,
        qty: u32,
        price: u32,
        hear: &mut impl Hear,
    ) {
        let left = self.take(id, buys, qty, Some(price), hear);
        if left > 0 {
            let side = if buys { &mut self.bids } else { &mut self.asks };
            side.entry(price).or_default().push_back((id, left));
            let index = id as usize;
            if self.places.len() <= index {
                self.places.resize(index + 1, (false, 0));
            }
            self.places[index] = (buys, price);
            hear.rested(id);
        }
    }

    pub(crate) fn market(&mut self, id: u32, buys: bool, qty: u32, hear: &mut impl Hear) {
        self.take(id, buys, qty, None, hear);
    }

    pub(crate) fn cancel(&mut self, id: u32) -> bool {
        let Some(&(buys, price)) = self.places.get(id as usize) else {
            return false;
        };
        let side = if buys { &mut self.bids } else { &mut self.asks };
        let Some(queue) = side.get_mut(&price) else {
            return false;
        };
        let Some(index) = queue.iter().position(|&(it, _)| it == id) else {
            return false;
        };
        queue.remove(index);
        if queue.is_empty() {
            side.remove(&price);
        }
        true
    }

    /// The levels of a side, best first: price and quantity.
    pub(crate) fn levels(&self, buys: bool) -> Vec<(u32, u64)> {
        let total = |(&price, queue): (&u32, &Queue)| {
            (price, queue.iter().map(|&(_, qty)| u64::from(qty)).sum())
        };
        if buys {
            self.bids.iter().rev().map(total).collect()
        } else {
            self.asks.iter().map(total).collect()
        }
    }

    fn take(
        &mut self,
        id: u32,
        buys: bool,
        qty: u32,
        limit: Option<u32>,
        hear: &mut impl Hear,
    ) -> u32 {
        let mut left = qty;
        while left > 0 {
            let best = if buys { self.asks.first_entry() } else { self.bids.last_entry() };
            let Some(mut level) = best else { break };
            let price = *level.key();
            if limit.is_some_and(|limit| if buys { price > limit } else { price < limit }) {
                break;
            }
            let queue = level.get_mut();
            while let Some((maker, open)) = queue.front_mut() {
                let traded = left.min(*open);
                left -= traded;
                *open -= traded;
                let used_up = *open == 0;
                hear.trade(*maker, id, price, traded, used_up);
                if used_up {
                    queue.pop_front();
                }
                if left == 0 {
                    break;
                }
            }
            if queue.is_empty() {
                level.remove();
            }
        }
        left
    }
}
