//! Those who trade against the past.

use asfm_engine::{Ppm, Side};

use super::Rule;
use crate::desk::{Desk, Size};
use crate::setting::settings;

settings! {
    /// Profile `contrarian`: buys what has fallen below its own average of the past and sells what
    /// has risen above it, with patient limits on its own side of the price.
    ///
    /// It bets that others overreact (De Bondt and Thaler 1985, "Does the stock market overreact?",
    /// Journal of Finance 40). All shares are dimensionless: 0.01 is 1 %.
    Contrarian {
        /// Stocks looked at per stage.
        attention: u32 = 2, in 0..=16;
        /// How many past closes make the average, in trading days.
        window: u32 = 10, in 1..=1000;
        /// The least distance from the average that it acts on, as a share of it.
        threshold: f64 = 0.005, in 0.0..=10.0;
        /// The standard deviation of what it misjudges in the distance, as a share.
        noise: f64 = 0.01, in 0.0..=1.0;
        /// The most that a limit stays on its own side of the price, as a share; drawn evenly.
        patience: f64 = 0.02, in 0.0..=1.0;
        /// The part of the free cash, or of the free shares of the stock, per order.
        size: Ppm = 0.25, in 0.0..=1.0;
    }
}

impl Rule for Contrarian {
    #[inline]
    fn act(&self, desk: &mut Desk<'_>) {
        desk.attend(self.attention, |desk, stock| {
            let signal = desk.signal(stock);
            let distance = signal.deviation + self.noise * desk.draws.bell();
            let patience = self.patience * desk.draws.unit();
            let size = Size::Share(self.size);
            if distance < -self.threshold {
                desk.order(Side::Buy, stock, signal.price * (1.0 - patience), size);
            } else if distance > self.threshold {
                desk.order(Side::Sell, stock, signal.price * (1.0 + patience), size);
            }
        });
    }
}
