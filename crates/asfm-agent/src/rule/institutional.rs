//! Those who keep a portfolio at its target weights.

use asfm_engine::Side;

use super::Rule;
use crate::desk::{Desk, Size, lots_for};
use crate::setting::settings;

settings! {
    /// Profile `institutional`: keeps each stock's share of its wealth near a target and trades the
    /// whole gap in one order when the share has left a band around it.
    ///
    /// Targets lean from equal weights to inverse volatility, the simplest risk budgets (`DeMiguel`,
    /// Garlappi and Uppal 2009, "Optimal versus naive diversification"; Maillard, Roncalli and
    /// Teiletche 2010, "The properties of equally weighted risk contribution portfolios"); the band
    /// is the optimal policy under costs of trading (Leland 1999, "Optimal portfolio management with
    /// transaction costs and capital gains taxes"). Each time a stock is reviewed, the desk's view of
    /// the day tilts its target. All shares are dimensionless: 0.01 is 1 %.
    Institutional {
        /// Stocks reviewed per stage.
        attention: u32 = 2, in 0..=16;
        /// The part of wealth that all targets together put into stocks.
        invested: f64 = 0.5, in 0.0..=1.0;
        /// From equal weights (0) to weights in proportion to 1 / volatility (1).
        lean: f64 = 0.5, in 0.0..=1.0;
        /// The least volatility of a stock that is reckoned with, per day.
        volatility_floor: f64 = 0.01, in 0.000_001..=1.0;
        /// The standard deviation of the desk's view, as a share of the target.
        tilt: f64 = 0.15, in 0.0..=1.0;
        /// The distance from the target that is left alone, as a share of the target.
        band: f64 = 0.15, in 0.0..=10.0;
        /// The largest share of wealth in one stock.
        position_max: f64 = 0.3, in 0.0..=1.0;
        /// The most that a limit concedes beyond the price, as a share of it; drawn evenly.
        concession: f64 = 0.01, in 0.0..=1.0;
    }
}

impl Rule for Institutional {
    #[inline]
    fn act(&self, desk: &mut Desk<'_>) {
        if self.attention == 0 {
            return;
        }
        let (wealth, lot) = (desk.wealth(), desk.stage.lot);
        desk.attend(self.attention, |desk, stock| {
            let signal = desk.signal(stock);
            let view = (1.0 + self.tilt * desk.draws.bell()).max(0.0);
            let target = (signal.target * view).min(self.position_max) * wealth;
            let gap = target - signal.price * desk.held(stock);
            let concession = self.concession * desk.draws.unit();
            if gap.abs() <= self.band * target {
                return;
            }
            let lots = Size::Lots(lots_for(gap.abs(), signal.price, lot));
            if gap > 0.0 {
                desk.order(Side::Buy, stock, signal.price * (1.0 + concession), lots);
            } else {
                desk.order(Side::Sell, stock, signal.price * (1.0 - concession), lots);
            }
        });
    }
}
