//! TwinMarket's coded trader, who follows the last change of price.

use asfm_engine::{Side, StockId};

use super::Rule;
use crate::desk::{Desk, Size, lots_for};
use crate::setting::settings;

settings! {
    /// Profile `technical`: TwinMarket's coded trader. With p the last day's change of the close, it
    /// puts 8 |p| of its wealth into each of two random stocks that it does not hold, 5 p into each
    /// rising one that it holds, and takes 5 |p| out of each falling one; each at most 30 % of
    /// wealth. Limits are drawn around the previous close, whatever the side.
    ///
    /// Yang et al. (2025), "TwinMarket: a scalable behavioral and social simulation for financial
    /// markets", and its published code. Purchases are scaled down together where cash does not
    /// suffice. Recommended stocks are always bought: the rule has a standing bias to buy. All
    /// shares are dimensionless: 0.01 is 1 %.
    Technical {
        /// The chance that the trader acts in a stage.
        activity: f64 = 0.8, in 0.0..=1.0;
        /// Recommended stocks that are not held, per stage.
        recommended: u32 = 2, in 0..=16;
        /// The share of wealth put into a recommended stock, per unit of its last change.
        chase: f64 = 8.0, in 0.0..=1000.0;
        /// The share of wealth traded in a held stock, per unit of its last change.
        follow: f64 = 5.0, in 0.0..=1000.0;
        /// The largest share of wealth in one order.
        order_max: f64 = 0.3, in 0.0..=1.0;
        /// The standard deviation of limits around the previous close, as a share of it.
        spread: f64 = 0.03, in 0.0..=1.0;
    }
}

/// Stocks beyond this number are not looked at: the rule looks at all, and is meant for few.
const STOCKS_MAX: usize = 64;

impl Rule for Technical {
    fn act(&self, desk: &mut Desk<'_>) {
        if desk.draws.chance(self.activity) {
            self.trade(desk);
        }
    }
}

impl Technical {
    /// What it does when it acts.
    pub(crate) fn trade(&self, desk: &mut Desk<'_>) {
        let n = desk.stage.stocks.len().min(STOCKS_MAX);
        let mut shares = [0.0; STOCKS_MAX];
        let mut left = self.recommended;
        let held = (0..n).filter(|it| desk.held(id(*it)) > 0.0).count();
        let mut others = u32::try_from(n - held).expect("at most 64");
        for (at, share) in shares.iter_mut().enumerate().take(n) {
            let change = desk.signal(id(at)).change;
            if desk.held(id(at)) > 0.0 {
                *share = self.share(true, change);
            } else {
                // Selection sampling: each of the others is equally likely.
                if desk.draws.below(others) < left {
                    *share = self.share(false, change);
                    left -= 1;
                }
                others -= 1;
            }
        }
        self.send(desk, &shares[..n]);
    }

    /// The share of wealth that goes into a stock after a change of its close, or out of it.
    fn share(&self, held: bool, change: f64) -> f64 {
        let share = if held { self.follow * change } else { self.chase * change.abs() };
        share.clamp(-self.order_max, self.order_max)
    }

    /// Turns changes in shares of wealth into orders.
    fn send(&self, desk: &mut Desk<'_>, shares: &[f64]) {
        let (wealth, lot) = (desk.wealth(), desk.stage.lot);
        let bought: f64 = shares.iter().map(|it| it.max(0.0)).sum();
        let cash = crate::market::units(desk.cash) / wealth;
        let scale = if bought > cash { cash / bought } else { 1.0 };
        for (at, share) in shares.iter().enumerate().filter(|it| *it.1 != 0.0) {
            let limit = desk.signal(id(at)).reference * (1.0 + self.spread * desk.draws.bell());
            let (side, scale) = if *share > 0.0 { (Side::Buy, scale) } else { (Side::Sell, 1.0) };
            let lots = lots_for(share.abs() * scale * wealth, limit, lot).max(1);
            desk.order(side, id(at), limit, Size::Lots(lots));
        }
    }
}

fn id(at: usize) -> StockId {
    StockId(u16::try_from(at).expect("at most 64"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_puts_in_what_the_published_code_does() {
        let it = Technical::default();
        let percent = |held, change: f64| (it.share(held, change / 100.0) * 1e4).round() / 100.0;
        assert_eq!(percent(false, -1.58).to_string(), "12.64", "recommended");
        assert_eq!(percent(true, 0.69).to_string(), "3.45", "held, rising");
        assert_eq!(percent(true, -7.0).to_string(), "-30", "held, falling, at most 30 %");
    }
}
