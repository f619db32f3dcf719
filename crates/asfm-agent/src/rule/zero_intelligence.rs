//! Those who know nothing but what they can pay: the null.

use asfm_engine::{Side, StockId};

use super::Rule;
use crate::desk::{Desk, Size};
use crate::setting::settings;

settings! {
    /// Profile `zero-intelligence`, or `zi`: a random side, a random price that it can afford, a
    /// random small quantity.
    ///
    /// Gode and Sunder (1993), "Allocative efficiency of markets with zero-intelligence traders:
    /// market as a partial substitute for individual rationality", Journal of Political Economy 101,
    /// with their budget constraint: a buyer's price is drawn from what its cash can pay, a seller
    /// offers only what it holds. Whatever such traders produce, the exchange alone produces.
    ZeroIntelligence {
        /// Stocks looked at per stage.
        attention: u32 = 2, in 0..=16;
        /// The chance of an order in each of them.
        activity: f64 = 0.75, in 0.0..=1.0;
        /// Prices are drawn evenly within this distance of the previous close, as a share of it,
        /// and within the day's band.
        reach: f64 = 0.1, in 0.0..=1.0;
        /// The largest quantity, in lots; all from 1 on are equally likely.
        lots_max: u32 = 5, in 1..=1_000_000;
    }
}

impl Rule for ZeroIntelligence {
    #[inline]
    fn act(&self, desk: &mut Desk<'_>) {
        desk.attend(self.attention, |desk, stock| {
            if desk.draws.chance(self.activity) {
                self.order(desk, stock);
            }
        });
    }
}

impl ZeroIntelligence {
    #[inline]
    fn order(&self, desk: &mut Desk<'_>, stock: StockId) {
        let drawn = desk.draws.below(2 * self.lots_max);
        let side = Side::BOTH[(drawn & 1) as usize];
        let lots = i64::from(drawn / 2 + 1);
        if desk.seen.operations_left(stock, side) == 0 {
            return;
        }
        let (lowest, mut highest) = desk.signal(stock).zi_ticks;
        if side == Side::Buy {
            highest = desk.affordable(highest);
        }
        if lowest > highest {
            return;
        }
        let ticks = i64::from(lowest + desk.draws.below(highest - lowest + 1));
        desk.order_at(side, stock, ticks, Size::Lots(lots));
    }
}
