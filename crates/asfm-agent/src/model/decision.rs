//! What one trader wants in one stage, after a model was asked.

use asfm_engine::{Decisions, Exposure, Side, Statement, StockId, TraderId, Unreadable};

/// One thing that a model asked for, exactly as it asked: whether it can be is for the exchange to
/// judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// A limit order.
    Order {
        /// The stock.
        stock: StockId,
        /// Whether to buy or to sell.
        side: Side,
        /// How many shares.
        qty: i64,
        /// The limit in 1/10 000 of the currency.
        price: i64,
    },
    /// An order that names no listed stock, or a quantity or price that no order can have.
    Unreadable {
        /// What is wrong with it.
        why: Unreadable,
        /// The order in the model's words.
        words: String,
    },
}

/// What one trader wants in one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Who decided.
    pub trader: TraderId,
    /// What it asks for, in order; nothing if it holds.
    pub wishes: Vec<Wish>,
    /// The reason that the model gave.
    pub reason: Option<String>,
    /// Whether nothing is asked for because no answer could be used: such a hold is nobody's
    /// choice, and behavioural statistics leave it out.
    pub fallback: bool,
    /// What it says.
    pub statements: Vec<Statement>,
    /// Which posts it was shown.
    pub exposures: Vec<Exposure>,
}

impl Decision {
    /// A trader that wants nothing.
    pub(crate) fn hold(trader: TraderId) -> Self {
        Self {
            trader,
            wishes: Vec::new(),
            reason: None,
            fallback: false,
            statements: Vec::new(),
            exposures: Vec::new(),
        }
    }

    /// A trader for whom nothing could be found out.
    pub(crate) fn given_up(trader: TraderId) -> Self {
        Self { fallback: true, ..Self::hold(trader) }
    }

    /// Adds what the trader asks for, says and was shown to what all do.
    pub fn add_to(self, decisions: &mut Decisions) {
        self.exposures.into_iter().for_each(|it| decisions.show(it));
        self.statements.into_iter().for_each(|it| decisions.state(it));
        for wish in self.wishes {
            match wish {
                Wish::Order { stock, side, qty, price } => {
                    decisions.order(self.trader, stock, side, qty, price);
                }
                Wish::Unreadable { why, words } => decisions.unreadable(self.trader, why, words),
            }
        }
    }
}
