//! A population written trader by trader, as a table.

use crate::units::{Cash, Price, StockId, TraderId};

/// What every trader starts with, where the scenario has a table of them.
///
/// Traders are numbered kind by kind in the order of the scenario's kinds, and within a kind in the
/// order of the table's rows, so that a kind has consecutive numbers however the rows are mixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// The last initial close of each stock.
    pub(super) closes: Vec<Price>,
    /// For each trader its row, both from 0.
    pub(super) rows: Vec<u32>,
    /// For each row.
    pub(super) cash: Vec<Cash>,
    /// For each row, one number per stock.
    pub(super) shares: Vec<u64>,
    /// For each row, one cost per stock; empty if the table tells none.
    pub(super) costs: Vec<Price>,
    /// The names of the traits.
    pub(super) traits: Vec<String>,
    /// For each row, the place of each trait's value.
    pub(super) places: Vec<u32>,
    /// The values of traits, each once.
    pub(super) values: Vec<Box<str>>,
}

/// The rows of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// How many there are.
    pub(super) traders: u32,
    /// Their cash and shares together, at the last initial closes.
    pub(super) wealth: i128,
}

impl Roster {
    /// How many traders there are.
    #[expect(clippy::len_without_is_empty, reason = "a table without rows is refused")]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// A trader's cash.
    pub fn cash(&self, trader: TraderId) -> Cash {
        self.cash[self.row(trader)]
    }

    /// A trader's shares, one number per stock.
    pub fn shares(&self, trader: TraderId) -> &[u64] {
        let stocks = self.closes.len();
        &self.shares[self.row(trader) * stocks..][..stocks]
    }

    /// What a trader paid for a share in the mean: what the table says, else the last initial
    /// close; nothing for a stock of which it has no shares.
    pub fn cost(&self, trader: TraderId, stock: StockId) -> Option<Price> {
        let at = self.row(trader) * self.closes.len() + stock.index();
        let told = self.costs.get(at).copied();
        (self.shares[at] > 0).then(|| told.unwrap_or(self.closes[stock.index()]))
    }

    /// Cash and shares at the last initial closes.
    ///
    /// # Panics
    ///
    /// Never: a table whose traders own more than can be counted is refused.
    pub fn capital(&self, trader: TraderId) -> Cash {
        let shares = worth(self.shares(trader), &self.closes);
        let shares = i64::try_from(shares).expect("a table of too much wealth is refused");
        self.cash(trader) + Cash(shares)
    }

    /// The names of the traits: the columns that are neither kind nor cash, shares nor costs.
    pub fn traits(&self) -> &[String] {
        &self.traits
    }

    /// What the table says of a trader in the column of a trait, by its place among
    /// [`Self::traits`].
    pub fn trait_of(&self, trader: TraderId, column: usize) -> &str {
        let places = &self.places[self.row(trader) * self.traits.len()..][..self.traits.len()];
        &self.values[places[column] as usize]
    }

    fn row(&self, trader: TraderId) -> usize {
        self.rows[trader.index()] as usize
    }
}

/// What shares are worth; more than any account can hold where it cannot even be counted.
pub(super) fn worth(shares: &[u64], closes: &[Price]) -> i128 {
    let of_stock = |(n, close): (&u64, &Price)| i128::from(*n) * i128::from(close.0);
    shares.iter().zip(closes).map(of_stock).fold(0, i128::saturating_add)
}
