//! From shares of wealth to shares of a company: the arithmetic of TwinMarket's orders (section
//! 3.4 of its published code), in integers.
//!
//! Sizes, weights and factors are in 1/1 000 000 of wealth (10 000 is 1 %), money and prices in
//! 1/10 000 of the currency.

use asfm_engine::{Cash, Price, Side};

/// All of it.
pub(crate) const WHOLE: i64 = 1_000_000;

/// What is scaled is rounded down to 0.01 %.
const STEP: i64 = 100;

/// One stock, as a size is told against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) shares: u64,
    /// The previous close.
    pub(crate) reference: Price,
    /// The least and the highest limit of the day.
    pub(crate) band: (Price, Price),
    /// What part of wealth it is at the previous close, rounded to 0.01 %: as it is told.
    pub(crate) weight: i64,
}

/// An order as a trader tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Want {
    /// The place of the stock.
    pub(crate) stock: usize,
    pub(crate) side: Side,
    /// Of wealth.
    pub(crate) size: i64,
    pub(crate) limit: i64,
}

/// An order in shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sized {
    pub(crate) stock: usize,
    pub(crate) side: Side,
    pub(crate) qty: i64,
    pub(crate) limit: i64,
}

/// What sizes are told against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) wealth: Cash,
    pub(crate) lot: i64,
    pub(crate) tick: i64,
    pub(crate) positions: Vec<Position>,
}

/// What part of wealth so many shares are, rounded to 0.01 %.
pub(crate) fn weight(shares: u64, reference: Price, wealth: Cash) -> i64 {
    let value = i128::from(shares) * i128::from(reference.0) * i128::from(WHOLE / STEP);
    let wealth = i128::from(wealth.0.max(1));
    i64::try_from((value + wealth / 2) / wealth).unwrap_or(i64::MAX / STEP) * STEP
}

/// How many shares a part of wealth is at a price, in whole lots; of what is less than a lot,
/// nothing, or a lot where that is the least. A size below nothing is a number below nothing.
pub(crate) fn shares(size: i64, wealth: Cash, price: i64, lot: i64, least_lot: bool) -> i64 {
    if price <= 0 {
        return 0;
    }
    let value = i128::from(size) * i128::from(wealth.0) / i128::from(WHOLE);
    let shares = i64::try_from(value / i128::from(price)).unwrap_or(i64::MAX) / lot * lot;
    if least_lot && shares < lot { lot } else { shares }
}

/// The part of wealth that may be bought: all but the holdings that are left as they are.
pub(crate) fn free(positions: &[Position], is_chosen: impl Fn(usize) -> bool) -> i64 {
    let kept = positions.iter().enumerate().filter(|(at, _)| !is_chosen(*at));
    (WHOLE - kept.map(|(_, it)| it.weight).sum::<i64>()).max(0)
}

/// Purchases that together are not more than what is free.
pub(crate) fn scaled(buys: &[i64], free: i64) -> Vec<i64> {
    let total: i64 = buys.iter().sum();
    if total <= free {
        return buys.to_vec();
    }
    let part = |size: &i64| i128::from(*size) * i128::from(free) / i128::from(total);
    buys.iter().map(|it| i64::try_from(part(it)).expect("a part") / STEP * STEP).collect()
}

/// A limit drawn around the previous close: so many standard deviations away, on the grid and
/// within the day's band.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "prices have fewer than 53 bits, and casts saturate"
)]
pub(crate) fn drawn(it: &Position, deviation: f64, bell: f64, tick: i64) -> i64 {
    let exact = it.reference.0 as f64 * (1.0 + deviation * bell);
    let ticks = (exact / tick as f64 + 0.5).max(1.0) as i64;
    let (lowest, highest) = it.band;
    let up = |price: i64| (price + tick - 1) / tick * tick;
    (ticks * tick).min(highest.0 / tick * tick).max(up(lowest.0))
}

impl Account {
    /// What was asked, in shares, and not corrected: the exchange judges. A purchase is counted at
    /// its limit, a sale at the previous close, at which weights are told, so that the weight of a
    /// position is all of it.
    pub(crate) fn as_asked(&self, wants: &[Want], least_lot: bool) -> Vec<Sized> {
        let sized = wants.iter().map(|want| {
            let it = &self.positions[want.stock];
            let held = i64::try_from(it.shares).unwrap_or(i64::MAX) / self.lot * self.lot;
            let qty = match want.side {
                Side::Buy => shares(want.size, self.wealth, want.limit, self.lot, least_lot),
                Side::Sell if want.size == it.weight && held > 0 => held,
                Side::Sell => shares(want.size, self.wealth, it.reference.0, self.lot, least_lot),
            };
            Sized { stock: want.stock, side: want.side, qty, limit: want.limit }
        });
        sized.filter(|it| it.qty != 0).collect()
    }

    /// What was asked, made possible as the published code does: one order per stock, the last;
    /// nothing in stocks that were not chosen; no sale of what is not held, none of more than is
    /// held; purchases scaled down together to the weight that is free.
    pub(crate) fn within_weights(
        &self,
        wants: &[Want],
        is_chosen: impl Fn(usize) -> bool,
        least_lot: bool,
    ) -> Vec<Sized> {
        let free = free(&self.positions, &is_chosen);
        let mut left = free;
        let mut kept: Vec<Want> = Vec::new();
        for it in wants.iter().filter(|it| is_chosen(it.stock)) {
            kept.retain(|other| other.stock != it.stock);
            let weight = self.positions[it.stock].weight;
            let size = match it.side {
                Side::Sell => it.size.saturating_abs().min(weight),
                Side::Buy => it.size.min(free),
            };
            if size > 0 {
                kept.push(Want { size, ..*it });
            }
        }
        for it in kept.iter().filter(|it| it.side == Side::Sell) {
            left += it.size;
        }
        let buys: Vec<i64> =
            kept.iter().filter(|it| it.side == Side::Buy).map(|it| it.size).collect();
        let mut buys = scaled(&buys, left).into_iter();
        let sized = kept.into_iter().map(|it| {
            let held = i64::try_from(self.positions[it.stock].shares).unwrap_or(i64::MAX);
            let size = match it.side {
                Side::Buy => buys.next().expect("one for each"),
                Side::Sell => it.size,
            };
            let qty = match it.side {
                _ if size == 0 => 0,
                Side::Buy => shares(size, self.wealth, it.limit, self.lot, least_lot),
                Side::Sell => shares(size, self.wealth, it.limit, self.lot, least_lot)
                    .min(held / self.lot * self.lot),
            };
            Sized { stock: it.stock, side: it.side, qty, limit: it.limit }
        });
        sized.filter(|it| it.qty > 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN_MILLION: Cash = Cash(10_000_000 * 10_000);
    const PERCENT: i64 = 10_000;

    fn position(shares: u64, price: i64) -> Position {
        let reference = Price(price);
        let band = (Price(price * 9 / 10), Price(price * 11 / 10));
        Position { shares, reference, band, weight: weight(shares, reference, TEN_MILLION) }
    }

    /// A 60 %, B 20 %, cash 20 %; C is not held.
    fn account() -> Account {
        let positions =
            vec![position(600_000, 10_0000), position(200_000, 10_0000), position(0, 10_5000)];
        Account { wealth: TEN_MILLION, lot: 100, tick: 100, positions }
    }

    fn want(stock: usize, side: Side, percent: i64, limit: i64) -> Want {
        Want { stock, side, size: percent * PERCENT, limit }
    }

    #[test]
    fn sizes_become_whole_lots() {
        assert_eq!(shares(5 * PERCENT, TEN_MILLION, 10_5000, 100, false), 47_600);
        assert_eq!(shares(10, TEN_MILLION, 10_5000, 100, true), 100);
        assert_eq!(shares(10, TEN_MILLION, 10_5000, 100, false), 0);
        assert_eq!(shares(-5 * PERCENT, TEN_MILLION, 10_5000, 100, false), -47_600);
        assert_eq!(shares(i64::MAX, Cash(i64::MAX), 1, 1, false), i64::MAX);
        assert_eq!(shares(PERCENT, TEN_MILLION, 0, 100, true), 0);
    }

    #[test]
    fn what_is_not_chosen_is_not_free() {
        let it = account();
        assert_eq!(free(&it.positions, |stock| stock == 0), 80 * PERCENT);
        assert_eq!(free(&it.positions, |_| true), 100 * PERCENT);
        assert_eq!(free(&it.positions, |stock| stock == 2), 20 * PERCENT);
    }

    #[test]
    fn purchases_are_scaled_together() {
        let buys = [20 * PERCENT, 25 * PERCENT];
        assert_eq!(scaled(&buys, 30 * PERCENT), [133_300, 166_600]);
        assert_eq!(scaled(&buys, 45 * PERCENT), buys);
        assert_eq!(scaled(&buys, 0), [0, 0]);
    }

    #[test]
    fn what_is_asked_is_not_corrected_by_us() {
        let it = account();
        let asked = [
            want(0, Side::Sell, 60, 9_9000),
            want(0, Side::Sell, 90, 9_9000),
            want(1, Side::Sell, -5, 9_9000),
            want(2, Side::Buy, 400, 10_5000),
            want(2, Side::Sell, 5, 10_5000),
            want(2, Side::Buy, 0, 10_5000),
        ];
        let qty: Vec<i64> = it.as_asked(&asked, false).iter().map(|it| it.qty).collect();
        assert_eq!(qty, [600_000, 900_000, -50_000, 3_809_500, 47_600]);
    }

    #[test]
    fn the_published_code_makes_orders_possible() {
        let it = account();
        let asked = [
            // More than is held; in a stock that is not held; one that another one replaces.
            want(0, Side::Sell, -90, 10_0000),
            want(2, Side::Sell, 5, 10_5000),
            want(2, Side::Buy, 1, 10_5000),
            want(2, Side::Buy, 5, 10_5000),
            want(1, Side::Buy, -5, 10_0000),
        ];
        let made = it.within_weights(&asked, |_| true, true);
        let told: Vec<_> = made.iter().map(|it| (it.stock, it.side, it.qty)).collect();
        assert_eq!(told, [(0, Side::Sell, 600_000), (2, Side::Buy, 47_600)]);
        assert_eq!(it.within_weights(&asked, |stock| stock == 1, true), []);
        // Free is 20 %: two purchases of all of that are half of it each.
        let buys = [want(0, Side::Buy, 70, 10_0000), want(2, Side::Buy, 70, 10_0000)];
        let made = it.within_weights(&buys, |stock| stock != 1, true);
        let told: Vec<_> = made.iter().map(|it| it.qty).collect();
        assert_eq!(told, [400_000, 400_000]);
        assert_eq!(it.within_weights(&[], |_| true, true), []);
    }

    #[test]
    fn drawn_limits_stay_on_the_grid_and_in_the_band() {
        let it = position(0, 10_5000);
        assert_eq!(drawn(&it, 0.03, 0.0, 100), 10_5000);
        assert_eq!(drawn(&it, 0.03, 1.0, 100), 10_8200, "10.815 is rounded to a tick");
        assert_eq!(drawn(&it, 0.03, -9.0, 100), 9_4500);
        assert_eq!(drawn(&it, 0.03, 9.0, 100), 11_5500);
    }
}
