//! Those who compare the price with what the company is worth.

use asfm_engine::{Ppm, Side};

use super::Rule;
use crate::desk::{Desk, Size};
use crate::setting::settings;

settings! {
    /// Profile `value`: buys what it holds to be worth more than its price and sells what it holds
    /// to be worth less, with limits inside its own valuation, rarely and patiently.
    ///
    /// The valuation is the company's worth, the same for all who study it and moved by news
    /// ([`crate::NewsTable`]), times one plus an opinion of the trader's own that it keeps for the
    /// whole run. The limit lies a random discount inside the valuation, as for the fundamentalists
    /// of Chiarella and Iori (2002), "A simulation analysis of the microstructure of double auction
    /// markets", Quantitative Finance 2.
    ///
    /// The worth starts at the last initial close and takes one random step per calendar day; both
    /// are drawn from [`asfm_engine::Purpose::Fundamental`]. All shares are dimensionless: 0.01 is
    /// 1 %.
    Value {
        /// Stocks looked at per stage.
        attention: u32 = 1, in 0..=16;
        /// The least gap between valuation and price that it acts on, as a share of the price.
        margin: f64 = 0.01, in 0.0..=10.0;
        /// The largest discount of a limit inside the valuation, as a share of it; drawn evenly.
        discount: f64 = 0.05, in 0.0..=1.0;
        /// The standard deviation of opinions over traders and stocks, as a share of the worth.
        disagreement: f64 = 0.05, in 0.0..=1.0;
        /// The part of the free cash, or of the free shares of the stock, per order.
        size: Ppm = 0.1, in 0.0..=1.0;
        /// The standard deviation of worth over the initial close, over stocks, as a share.
        mispricing: f64 = 0.02, in 0.0..=1.0;
        /// The standard deviation of the worth's step per calendar day, as a share.
        surprise: f64 = 0.005, in 0.0..=1.0;
    }
}

settings! {
    /// Profile `fundamental`: as [`Value`], but the common valuation is read off the multiples that
    /// are shown (price over earnings, price over book value, dividend yield): the price at which
    /// their mean would be as at the start. A doctrine of TwinMarket's fundamental traders: buy what
    /// is low by its multiples, sell what is high.
    ///
    /// Where a company has no multiples, it is valued as under [`Value`].
    Fundamental {
        /// Stocks looked at per stage.
        attention: u32 = 3, in 0..=16;
        /// The least gap between valuation and price that it acts on, as a share of the price.
        margin: f64 = 0.01, in 0.0..=10.0;
        /// The largest discount of a limit inside the valuation, as a share of it; drawn evenly.
        discount: f64 = 0.05, in 0.0..=1.0;
        /// The standard deviation of opinions over traders and stocks, as a share of the worth.
        disagreement: f64 = 0.05, in 0.0..=1.0;
        /// The part of the free cash, or of the free shares of the stock, per order.
        size: Ppm = 0.1, in 0.0..=1.0;
    }
}

/// What the two have in common.
struct Anchor {
    attention: u32,
    margin: f64,
    discount: f64,
    size: Ppm,
}

impl Rule for Value {
    fn act(&self, desk: &mut Desk<'_>) {
        let &Self { attention, margin, discount, size, .. } = self;
        let anchor = Anchor { attention, margin, discount, size };
        anchor.act(desk, |signal| signal.worth);
    }
}

impl Rule for Fundamental {
    fn act(&self, desk: &mut Desk<'_>) {
        let &Self { attention, margin, discount, size, .. } = self;
        let anchor = Anchor { attention, margin, discount, size };
        anchor.act(desk, |signal| signal.multiples_worth);
    }
}

impl Anchor {
    #[inline]
    fn act(&self, desk: &mut Desk<'_>, worth: impl Fn(&crate::market::Signal) -> f64) {
        desk.attend(self.attention, |desk, stock| {
            let signal = desk.signal(stock);
            let valuation = worth(signal) * (1.0 + desk.opinion(stock)).max(0.05);
            let discount = self.discount * desk.draws.unit();
            let gap = valuation / signal.price - 1.0;
            if gap > self.margin {
                let limit = valuation * (1.0 - discount);
                desk.order(Side::Buy, stock, limit, Size::Share(self.size));
            } else if gap < -self.margin {
                let limit = valuation * (1.0 + discount);
                desk.order(Side::Sell, stock, limit, Size::Share(self.size));
            }
        });
    }
}
