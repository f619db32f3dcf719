use std::cmp::Ordering;

use crate::{HalfTick, Level, Tick};

/// Which of the prices with the largest executable volume a uniform auction takes.
///
/// The executable volume at a price is the smaller of the shares bid at it or above and of those
/// asked at it or below; the imbalance is their difference. Candidates are all ticks from the
/// lowest to the highest limit, not only those at which an order stands. The prices with the
/// largest volume are neighbours, and among them those with the least imbalance are, too: one can
/// speak of the lowest, the middle and the nearest one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TieBreak {
    /// Least imbalance, then nearest to the reference; without a reference, the lowest.
    ///
    /// So the Hong Kong, NSE and BSE opening sessions.
    #[default]
    Reference,
    /// Least imbalance, then the middle between the lowest and the highest of them, which may be
    /// half a tick off the grid.
    ///
    /// So the last two steps of Shanghai; its first, that all orders with a better limit than the
    /// price must trade in full, is not asked for here.
    Middle,
    /// Least imbalance, then market pressure: the highest price if all of them leave more to buy,
    /// the lowest if all leave more to sell, otherwise nearest to the reference.
    ///
    /// So the Australian opening since 2006.
    Pressure,
    /// The lowest, whatever the imbalance.
    ///
    /// So `TwinMarket`, which looks only at prices of orders: the answer is the same, because the
    /// volume rises only where an ask stands.
    Lowest,
    /// The highest, whatever the imbalance.
    Highest,
}

/// Neighbouring prices with the same bids at or above them and the same asks at or below.
#[derive(Clone, Copy)]
struct Stretch {
    low: u32,
    high: u32,
    demand: u64,
    supply: u64,
}

/// Neighbouring prices that are equally good.
#[derive(Clone, Copy)]
struct Tied {
    low: Stretch,
    high: Stretch,
}

/// The price of a uniform auction; both sides best first. `None` if nothing crosses.
pub(crate) fn price(
    bids: &[Level],
    asks: &[Level],
    tie: TieBreak,
    reference: Option<Tick>,
) -> Option<HalfTick> {
    let criterion: fn(&Stretch) -> _ = match tie {
        TieBreak::Lowest | TieBreak::Highest => |it| (it.volume(), 0),
        _ => |it| (it.volume(), u64::MAX - it.imbalance()),
    };
    let mut tied: Option<Tied> = None;
    for stretch in stretches(bids, asks) {
        let order =
            tied.map_or(Ordering::Greater, |it| criterion(&stretch).cmp(&criterion(&it.low)));
        match (order, &mut tied) {
            (Ordering::Equal, Some(tied)) => tied.high = stretch,
            (Ordering::Greater, tied) => {
                *tied = Some(Tied { low: stretch, high: stretch });
            }
            _ => {}
        }
    }
    let Tied { low: Stretch { low, .. }, high: Stretch { high, .. } } = tied?;
    let nearest = Tick(reference.map_or(low, |it| it.0.clamp(low, high)));
    Some(match tie {
        TieBreak::Reference => nearest.into(),
        TieBreak::Middle => HalfTick::midpoint(Tick(low), Tick(high)),
        TieBreak::Pressure => match tied?.pressure() {
            Ordering::Greater => Tick(high).into(),
            Ordering::Less => Tick(low).into(),
            Ordering::Equal => nearest.into(),
        },
        TieBreak::Lowest => Tick(low).into(),
        TieBreak::Highest => Tick(high).into(),
    })
}

/// The prices at which something can trade, from the lowest ask up to the highest bid.
fn stretches(bids: &[Level], asks: &[Level]) -> impl Iterator<Item = Stretch> {
    let mut low = asks.first().map(|level| level.price.0);
    let mut bids = bids
        .iter()
        .rev()
        .skip_while(move |level| low.is_none_or(|low| level.price.0 < low))
        .peekable();
    let mut demand: u64 = bids.clone().map(|level| level.qty).sum();
    let mut asks = asks.iter().peekable();
    let mut supply = 0;
    std::iter::from_fn(move || {
        let from = low?;
        while let Some(ask) = asks.next_if(|ask| ask.price.0 <= from) {
            supply += ask.qty;
        }
        let bid = bids.peek()?;
        let high = asks.peek().map_or(bid.price.0, |ask| bid.price.0.min(ask.price.0 - 1));
        let stretch = Stretch { low: from, high, demand, supply };
        if let Some(bid) = bids.next_if(|bid| bid.price.0 == high) {
            demand -= bid.qty;
        }
        low = high.checked_add(1);
        Some(stretch)
    })
}

impl Stretch {
    fn volume(&self) -> u64 {
        self.demand.min(self.supply)
    }

    fn imbalance(&self) -> u64 {
        self.demand.abs_diff(self.supply)
    }
}

impl Tied {
    /// Whether all of them leave more to buy (`Greater`), more to sell (`Less`), or neither.
    fn pressure(&self) -> Ordering {
        let [low, high] = [self.low, self.high].map(|it| it.demand.cmp(&it.supply));
        if low == high { low } else { Ordering::Equal }
    }
}
