//! The price of a uniform auction, by trying every tick.

use std::collections::BTreeSet;

use asfm_book::{HalfTick, Order, Side, Tick, TieBreak};

/// What there would be to trade at a price.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    price: Tick,
    demand: u64,
    supply: u64,
}

pub(crate) fn uniform_price(
    orders: &[Order],
    tie: TieBreak,
    reference: Option<Tick>,
) -> Option<HalfTick> {
    let mut tied = candidates(orders, reference);
    let volume = tied.iter().map(Candidate::volume).max().filter(|&volume| volume > 0)?;
    tied.retain(|it| it.volume() == volume);
    if !matches!(tie, TieBreak::Lowest | TieBreak::Highest) {
        let imbalance = tied.iter().map(Candidate::imbalance).min()?;
        tied.retain(|it| it.imbalance() == imbalance);
    }
    let (low, high) = (tied.first()?.price, tied.last()?.price);
    let distance = |it: &Candidate| reference.map(|reference| reference.0.abs_diff(it.price.0));
    let nearest = tied.iter().min_by_key(|it| (distance(it), it.price))?.price;
    Some(match tie {
        TieBreak::Middle => HalfTick::midpoint(low, high),
        TieBreak::Pressure if tied.iter().all(|it| it.demand > it.supply) => high.into(),
        TieBreak::Pressure if tied.iter().all(|it| it.demand < it.supply) => low.into(),
        TieBreak::Reference | TieBreak::Pressure => nearest.into(),
        TieBreak::Lowest => low.into(),
        TieBreak::Highest => high.into(),
    })
}

/// The largest volume any one price could clear.
pub(crate) fn volume_max(orders: &[Order]) -> u64 {
    candidates(orders, None).iter().map(Candidate::volume).max().unwrap_or(0)
}

/// The lowest price of an order with the largest volume: `TwinMarket`'s rule as it is written.
pub(crate) fn lowest_order_price(orders: &[Order]) -> Option<Tick> {
    let at_orders: BTreeSet<Tick> = orders.iter().map(|it| it.price).collect();
    let mut best: Option<(u64, Tick)> = None;
    for it in candidates(orders, None) {
        let is_better = best.is_none_or(|(volume, _)| it.volume() > volume);
        if at_orders.contains(&it.price) && is_better {
            best = Some((it.volume(), it.price));
        }
    }
    best.filter(|&(volume, _)| volume > 0).map(|(_, price)| price)
}

fn candidates(orders: &[Order], reference: Option<Tick>) -> Vec<Candidate> {
    let prices: BTreeSet<u32> = orders.iter().map(|it| it.price.0).collect();
    let (Some(&low), Some(&high)) = (prices.first(), prices.last()) else {
        return Vec::new();
    };
    let ticks: BTreeSet<u32> = if high - low <= 1_000 {
        (low..=high).collect()
    } else {
        // Nothing changes but next to a limit, so these and the reference have the answer.
        let near = prices.iter().flat_map(|&it| [it.saturating_sub(1), it, it.saturating_add(1)]);
        near.chain(reference.map(|it| it.0)).filter(|it| (low..=high).contains(it)).collect()
    };
    let sum = |side: Side, accepts: &dyn Fn(u32) -> bool| -> u64 {
        let wanted = orders.iter().filter(|it| it.side == side && accepts(it.price.0));
        wanted.map(|it| u64::from(it.qty.get())).sum()
    };
    let at = |price: u32| Candidate {
        price: Tick(price),
        demand: sum(Side::Buy, &|limit| limit >= price),
        supply: sum(Side::Sell, &|limit| limit <= price),
    };
    ticks.into_iter().map(at).collect()
}

impl Candidate {
    fn volume(&self) -> u64 {
        self.demand.min(self.supply)
    }

    fn imbalance(&self) -> u64 {
        self.demand.abs_diff(self.supply)
    }
}
