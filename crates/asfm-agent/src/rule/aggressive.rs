//! Those who run after the trend.

use asfm_engine::{Ppm, Side};

use super::Rule;
use crate::desk::{Desk, Size};
use crate::setting::settings;

settings! {
    /// Profile `aggressive`: buys what has just risen and sells what has just fallen, in many small
    /// orders at or through the quote.
    ///
    /// It extrapolates (De Long, Shleifer, Summers and Waldmann 1990, "Positive feedback investment
    /// strategies and destabilizing rational speculation", Journal of Finance 45), as the chartists
    /// of Lux and Marchesi (1999), "Scaling and criticality in a stochastic multi-agent model of a
    /// financial market", Nature 397. All shares are dimensionless: 0.01 is 1 %.
    Aggressive {
        /// Stocks looked at per stage.
        attention: u32 = 4, in 0..=16;
        /// How far back the trend reaches, in trading days.
        window: u32 = 2, in 1..=1000;
        /// The least trend that it acts on, as a share of the price.
        threshold: f64 = 0.003, in 0.0..=10.0;
        /// The standard deviation of what it misjudges in the trend, as a share.
        noise: f64 = 0.01, in 0.0..=1.0;
        /// The most that a limit goes beyond the price, as a share of it; drawn evenly.
        urgency: f64 = 0.02, in 0.0..=1.0;
        /// How far from the price a quote is still taken, as a share of the price.
        reach: f64 = 0.03, in 0.0..=1.0;
        /// The part of the free cash, or of the free shares of the stock, per order.
        size: Ppm = 0.05, in 0.0..=1.0;
    }
}

impl Rule for Aggressive {
    #[inline]
    fn act(&self, desk: &mut Desk<'_>) {
        desk.attend(self.attention, |desk, stock| {
            let signal = desk.signal(stock);
            let trend = signal.trend + self.noise * desk.draws.bell();
            let urgency = self.urgency * desk.draws.unit();
            if trend.abs() <= self.threshold {
                return;
            }
            let (side, sign) = if trend > 0.0 { (Side::Buy, 1.0) } else { (Side::Sell, -1.0) };
            // How far beyond the price: what it likes, or as far as the quote if that is near.
            let quote = signal.opposite(side).map_or(0.0, |it| sign * (it / signal.price - 1.0));
            let beyond = if quote <= self.reach { urgency.max(quote) } else { urgency };
            let limit = signal.price * (1.0 + sign * beyond);
            desk.order(side, stock, limit, Size::Share(self.size));
        });
    }
}
