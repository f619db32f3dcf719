//! Liquidity out of nowhere, as the published code of TwinMarket makes it.

use asfm_engine::{Decisions, Intent, Side, StockId, TraderId};

use crate::setting::settings;

settings! {
    /// Profile `padding`: a declared account that does what a phantom user does in the published
    /// code of TwinMarket (Yang et al. 2025). Where all others together want to trade `from` times
    /// as many shares of a stock on one side as on the other, it sends the orders of the thinner
    /// side again, up to `clones` times, at the same limits and sizes.
    ///
    /// It alone sees what the others have asked for in the stage. Its trades are settled, its cash
    /// and shares are finite and its profit is its own; the published phantom's were none of these.
    Padding {
        /// The imbalance from which it acts: shares on the fuller side over those on the thinner.
        from: f64 = 2.5, in 1.0..=1000.0;
        /// How often it sends the orders of the thinner side, at most.
        clones: u32 = 3, in 0..=100;
    }
}

impl Padding {
    /// How often the thinner side is sent again; the whole part of the imbalance less one.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a ratio of shares; it saturates, and `clones` bounds it"
    )]
    pub(crate) fn times(&self, fuller: u64, thinner: u64) -> u32 {
        if thinner == 0 {
            return 0;
        }
        let ratio = fuller as f64 / thinner as f64;
        if ratio < self.from { 0 } else { ((ratio as u32).saturating_sub(1)).min(self.clones) }
    }

    /// What the account sends, having seen what the others ask for.
    pub(crate) fn act(&self, account: TraderId, stocks: usize, seen: &Decisions) -> Decisions {
        let mut out = Decisions::new();
        for stock in (0..stocks).map(|it| StockId(u16::try_from(it).expect("a stock"))) {
            let orders = |wanted: Side| {
                seen.intents().iter().filter_map(move |(_, it)| match *it {
                    Intent::Order { stock: of, side, qty, price }
                        if of == stock && side == wanted && qty > 0 && price > 0 =>
                    {
                        Some((qty, price))
                    }
                    _ => None,
                })
            };
            let sum =
                |side| orders(side).fold(0_u64, |sum, it| sum.saturating_add(it.0.unsigned_abs()));
            let (bids, asks) = (sum(Side::Buy), sum(Side::Sell));
            let thinner = if bids < asks { Side::Buy } else { Side::Sell };
            for _ in 0..self.times(bids.max(asks), bids.min(asks)) {
                for (qty, price) in orders(thinner) {
                    out.order(account, stock, thinner, qty, price);
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thinner_side_is_cloned_as_published() {
        let it = Padding::default();
        assert_eq!(it.times(1000, 400), 1, "2.5");
        assert_eq!(it.times(1000, 250), 3, "4");
        assert_eq!(it.times(1000, 401), 0, "below 2.5");
        assert_eq!(it.times(1000, 1), 3);
        assert_eq!(it.times(1000, 0), 0, "nothing to clone");
    }
}
