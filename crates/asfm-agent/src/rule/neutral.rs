//! Those who trade without a reason that the market could know.

use asfm_engine::{Ppm, Side};

use super::Rule;
use crate::desk::{Desk, Size};
use crate::setting::settings;

settings! {
    /// Profile `neutral`: has no strategy; buys or sells at random near the price.
    ///
    /// The uninformed trader of Black (1986), "Noise", Journal of Finance 41. All shares are
    /// dimensionless: 0.01 is 1 %.
    Neutral {
        /// Stocks looked at per stage.
        attention: u32 = 1, in 0..=16;
        /// The chance of an order in each of them.
        activity: f64 = 0.25, in 0.0..=1.0;
        /// The standard deviation of limits around the price, as a share of it.
        spread: f64 = 0.01, in 0.0..=1.0;
        /// The part of the free cash, or of the free shares of the stock, per order.
        size: Ppm = 0.05, in 0.0..=1.0;
    }
}

impl Rule for Neutral {
    #[inline]
    fn act(&self, desk: &mut Desk<'_>) {
        desk.attend(self.attention, |desk, stock| {
            if !desk.draws.chance(self.activity) {
                return;
            }
            let side = Side::BOTH[desk.draws.below(2) as usize];
            let limit = desk.signal(stock).price * (1.0 + self.spread * desk.draws.bell());
            desk.order(side, stock, limit, Size::Share(self.size));
        });
    }
}
