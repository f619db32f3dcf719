//! `clip = true`: quantities cut to what a trader can pay or deliver, as other simulators do; off
//! by default, for it edits what was asked.

use asfm_engine::{Cash, MarketRules, Observation, Price, Resubmission, Side, StockId};

use crate::model::decision::Wish;

/// What a trader can spend and deliver in one stage.
#[derive(Debug)]
pub(crate) struct Purse {
    cash: i64,
    tick: i64,
    lot: i64,
    fee: asfm_engine::Ppm,
    stocks: Vec<Pocket>,
}

#[derive(Debug)]
struct Pocket {
    shares: i64,
    lowest: Price,
    highest: Price,
    /// What a first new order of each side frees of older ones.
    held_cash: i64,
    held_shares: i64,
}

impl Purse {
    pub(crate) fn new(seen: &Observation<'_>) -> Self {
        let rules: &MarketRules = seen.scenario().rules();
        let whole = |it: u64| i64::try_from(it).unwrap_or(i64::MAX);
        let stocks = (0..).map(StockId).zip(&seen.market().stocks).map(|(stock, it)| {
            let mut pocket = Pocket {
                shares: whole(seen.shares_free(stock)),
                lowest: it.lowest,
                highest: it.highest,
                held_cash: 0,
                held_shares: 0,
            };
            if rules.resubmission == Resubmission::Replace {
                for (side, order) in seen.orders(stock) {
                    match side {
                        Side::Buy => {
                            let held = cost(order.price.0, whole(order.qty), rules.fee);
                            pocket.held_cash += held.unwrap_or(0);
                        }
                        Side::Sell => pocket.held_shares += whole(order.qty),
                    }
                }
            }
            pocket
        });
        Self {
            cash: seen.cash_free().0,
            tick: rules.grid.tick_units(),
            lot: i64::from(rules.lot),
            fee: rules.fee,
            stocks: stocks.collect(),
        }
    }

    /// Cuts an order to the largest one that is possible, and says whether it did. One that is
    /// wrong otherwise, or of which nothing is possible, is left to the exchange.
    pub(crate) fn clip(&mut self, wish: &mut Wish) -> bool {
        let Wish::Order { stock, side, qty, price } = wish else {
            return false;
        };
        let Some(pocket) = self.stocks.get_mut(stock.index()) else {
            return false;
        };
        let is_sound = *qty > 0 && *qty % self.lot == 0 && *price % self.tick == 0;
        if !is_sound || *price < pocket.lowest.0 || *price > pocket.highest.0 {
            return false;
        }
        let most = match side {
            Side::Buy => {
                self.cash += std::mem::take(&mut pocket.held_cash);
                affordable(self.cash, *price, self.lot, self.fee)
            }
            Side::Sell => {
                pocket.shares += std::mem::take(&mut pocket.held_shares);
                pocket.shares / self.lot * self.lot
            }
        };
        if most <= 0 {
            return false;
        }
        let taken = (*qty).min(most);
        match side {
            Side::Buy => self.cash -= cost(*price, taken, self.fee).unwrap_or(0),
            Side::Sell => pocket.shares -= taken,
        }
        std::mem::replace(qty, taken) > taken
    }
}

/// What so many shares cost with the fee, if an account can hold the amount.
fn cost(price: i64, qty: i64, fee: asfm_engine::Ppm) -> Option<i64> {
    let value = Cash(price.checked_mul(qty)?);
    value.0.checked_add(fee.of(value).0)
}

/// The most shares, in whole lots, that the cash pays for with the fee.
fn affordable(cash: i64, price: i64, lot: i64, fee: asfm_engine::Ppm) -> i64 {
    let each = i128::from(price) * i128::from(1_000_000 + i64::from(fee.0));
    let most = i128::from(cash) * 1_000_000 / each.max(1);
    let most = i64::try_from(most).unwrap_or(i64::MAX).min(i64::from(u32::MAX)) / lot * lot;
    // Fees are rounded down, so one lot more may fit.
    let more = cost(price, most + lot, fee).is_some_and(|it| it <= cash);
    if more && most + lot <= i64::from(u32::MAX) { most + lot } else { most }
}
