//! What traders ask for.

use asfm_book::Side;

use crate::speech::{Exposure, Speech, Statement};
use crate::units::{StockId, TraderId};

/// One thing that a trader asks of the exchange, as it was asked: nothing is corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// A limit order.
    Order {
        /// The stock.
        stock: StockId,
        /// Whether to buy or to sell.
        side: Side,
        /// How many shares; whether that is a quantity is for the exchange to judge.
        qty: i64,
        /// The limit in 1/10 000 of the currency; likewise.
        price: i64,
    },
    /// Withdraws all the trader's unmatched orders of a stock.
    Cancel {
        /// The stock.
        stock: StockId,
    },
    /// A request that names no stock or no number; it is rejected and told.
    Unreadable {
        /// What is wrong with it.
        why: Unreadable,
        /// The place of its words among [`Decisions::texts`].
        text: u32,
    },
}

/// Why a request cannot even be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// No listed stock has this code.
    UnknownStock,
    /// A quantity or price is not a number that an order can have.
    BadNumber,
}

/// What all traders ask for in one stage.
///
/// In whatever order traders are pushed, the exchange sees them in the order of their numbers;
/// what one trader asks for keeps its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    pub(crate) intents: Vec<(TraderId, Intent)>,
    pub(crate) texts: Vec<String>,
    pub(crate) statements: Vec<Statement>,
    pub(crate) exposures: Vec<Exposure>,
}

impl Decisions {
    /// Nobody asks for anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for so many more things that are asked for.
    pub fn reserve(&mut self, n_intents: usize) {
        self.intents.reserve(n_intents);
    }

    /// Adds what a trader asks for.
    #[inline]
    pub fn push(&mut self, trader: TraderId, intent: Intent) {
        self.intents.push((trader, intent));
    }

    /// Adds a limit order.
    #[inline]
    pub fn order(&mut self, trader: TraderId, stock: StockId, side: Side, qty: i64, price: i64) {
        self.push(trader, Intent::Order { stock, side, qty, price });
    }

    /// Adds a request that cannot be read, with its words.
    ///
    /// # Panics
    ///
    /// If there are 2^32 of them.
    pub fn unreadable(&mut self, trader: TraderId, why: Unreadable, words: impl Into<String>) {
        let text = u32::try_from(self.texts.len()).expect("fewer than 2^32 unreadable requests");
        self.texts.push(words.into());
        self.push(trader, Intent::Unreadable { why, text });
    }

    /// Adds a post.
    pub fn say(&mut self, trader: TraderId, text: impl Into<String>) {
        let (speech, text) = (Speech::Post, text.into());
        self.state(Statement { trader, speech, belief: None, text });
    }

    /// Adds what a trader says.
    pub fn state(&mut self, statement: Statement) {
        self.statements.push(statement);
    }

    /// Adds that a trader was shown a post before it decided.
    pub fn show(&mut self, exposure: Exposure) {
        self.exposures.push(exposure);
    }

    /// Adds all of `others`.
    ///
    /// # Panics
    ///
    /// If there are 2^32 unreadable requests.
    pub fn append(&mut self, mut others: Self) {
        let shift = u32::try_from(self.texts.len()).expect("fewer than 2^32 unreadable requests");
        if shift > 0 {
            for (_, intent) in &mut others.intents {
                if let Intent::Unreadable { text, .. } = intent {
                    *text += shift;
                }
            }
        }
        if self.intents.is_empty() {
            self.intents = others.intents;
        } else {
            self.intents.append(&mut others.intents);
        }
        self.texts.append(&mut others.texts);
        self.statements.append(&mut others.statements);
        self.exposures.append(&mut others.exposures);
    }

    /// How many things are asked for.
    pub fn len(&self) -> usize {
        self.intents.len()
    }

    /// Whether nothing is asked for, said or shown.
    pub fn is_empty(&self) -> bool {
        self.intents.is_empty() && self.statements.is_empty() && self.exposures.is_empty()
    }

    /// What is asked for, with who asks.
    pub fn intents(&self) -> &[(TraderId, Intent)] {
        &self.intents
    }

    /// The words of unreadable requests.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// What is said.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// What was shown.
    pub fn exposures(&self) -> &[Exposure] {
        &self.exposures
    }

    pub(crate) fn sort(&mut self) {
        if !self.intents.is_sorted_by_key(|it| it.0) {
            self.intents.sort_by_key(|it| it.0);
            self.sort_texts();
        }
        if !self.statements.is_sorted_by_key(|it| it.trader) {
            self.statements.sort_by_key(|it| it.trader);
        }
        if !self.exposures.is_sorted_by_key(|it| it.trader) {
            self.exposures.sort_by_key(|it| it.trader);
        }
    }

    /// Numbers the words of unreadable requests in the order of the requests.
    fn sort_texts(&mut self) {
        let mut old: Vec<Option<String>> = self.texts.drain(..).map(Some).collect();
        for (_, intent) in &mut self.intents {
            if let Intent::Unreadable { text, .. } = intent {
                let words = old.get_mut(*text as usize).and_then(Option::take).unwrap_or_default();
                *text = u32::try_from(self.texts.len()).expect("no more texts than before");
                self.texts.push(words);
            }
        }
    }
}
