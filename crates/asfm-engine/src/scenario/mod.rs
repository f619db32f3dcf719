//! Scenarios: what a market is, who trades in it and what happens, as one checked value.

mod check;
mod choices;
mod decimal;
mod error;
mod news;
mod population;
mod roster;
mod table;
mod written;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

pub use choices::{
    Allocation, AuctionKind, Audience, CloseKind, ContinuousKind, NoTradeClose, OperationsPer,
    OrderLife, Priority, Resubmission, SelfTradeKind, Settlement, StageKind, TieBreakKind,
};
pub use error::ScenarioError;
pub use roster::Roster;

use asfm_book::Grid;

use crate::rng::Seed;
use crate::units::{Cash, Day, Ppm, Price, StockId, TraderId};

/// One text that a scenario was read from: the scenario itself first, then what it includes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name, as the scenario or the user gave it.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// Reads the text as TOML; for the parts of a scenario that the exchange ignores.
    ///
    /// # Errors
    ///
    /// The first mistake, with its place.
    pub fn parse<T: serde::de::DeserializeOwned>(&self) -> Result<T, ScenarioError> {
        self.file().parse()
    }

    /// A mistake in the text: the bytes and the dotted key it is about, and what is wrong.
    pub fn error(
        &self,
        span: Range<usize>,
        key: &str,
        message: impl Into<String>,
    ) -> ScenarioError {
        self.file().error(span, key, message)
    }

    fn file(&self) -> check::File<'_> {
        check::File { name: &self.name, text: &self.text }
    }
}

/// A scenario that was checked and can be run.
#[derive(Debug, Clone)]
pub struct Scenario {
    sources: Vec<Source>,
    name: String,
    title: String,
    seed: Seed,
    open: Vec<bool>,
    companies: Vec<Company>,
    rules: MarketRules,
    kinds: Vec<Kind>,
    roster: Option<Arc<Roster>>,
    initial_shares: Ppm,
    allocation: Allocation,
    subset: u16,
    news: Vec<News>,
    dividends: Vec<Dividend>,
    codes: BTreeMap<String, StockId>,
}

/// One listed company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// The stock code.
    pub code: String,
    /// The company's name.
    pub name: String,
    /// Its sector.
    pub sector: String,
    /// What it does.
    pub business: String,
    /// The closes before day 1, oldest first; never empty.
    pub closes: Vec<Price>,
    /// Shares outstanding, where the scenario fixes them.
    pub shares_outstanding: Option<u64>,
    /// What the stock is worth in multiples of fundamentals, at the last initial close.
    pub valuation: Valuation,
}

impl Company {
    /// The last close before day 1.
    ///
    /// # Panics
    ///
    /// Never: a scenario without closes is refused.
    pub fn initial_close(&self) -> Price {
        *self.closes.last().expect("a company has initial closes")
    }
}

/// What a stock is worth in multiples of its fundamentals; each in 1/1 000 000.
///
/// Ratios follow the price: with a price of q times the initial close, price over earnings and
/// price over book value are q times, the dividend yield 1/q times the initial ones (TwinMarket).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Valuation {
    /// Price over earnings.
    pub price_earnings: Option<i64>,
    /// Price over book value.
    pub price_book: Option<i64>,
    /// Dividend over price.
    pub dividend_yield: Option<i64>,
}

impl Valuation {
    /// The ratios when the price has moved from `from` to `to`; rounded toward zero.
    #[must_use]
    pub fn at(self, from: Price, to: Price) -> Self {
        let scale = |ratio: i64, by: Price, over: Price| {
            let scaled = i128::from(ratio) * i128::from(by.0) / i128::from(over.0.max(1));
            i64::try_from(scaled).unwrap_or(i64::MAX)
        };
        Self {
            price_earnings: self.price_earnings.map(|it| scale(it, to, from)),
            price_book: self.price_book.map(|it| scale(it, to, from)),
            dividend_yield: self.dividend_yield.map(|it| scale(it, from, to)),
        }
    }
}

/// One kind of trader, with a run of consecutive numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// The name, in reports.
    pub name: String,
    /// The name of the profile and of the rule by which the kind decides.
    pub profile: String,
    /// Whether the kind decides by its rule even where others are asked something else.
    pub by_rule: bool,
    /// What each trader starts with, cash and shares together; the mean of its traders, rounded
    /// down, where the scenario has a table of them, and nothing for a kind without traders there.
    pub capital: Cash,
    /// How many traders there are of the kind.
    pub traders: u32,
    /// The place of the kind's first trader in the population, from 0.
    pub first: u32,
}

/// Something that is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The day of the report; 0 for what was known before.
    pub day: Day,
    /// The last day on which it is shown.
    pub until: Day,
    /// What traders read.
    pub text: String,
    /// What it is about, for rules.
    pub topic: Option<String>,
    /// How much it changes, in 1/1 000 000 of the topic's unit, for rules.
    pub size: Option<i64>,
    /// The sectors that it is about; everything if there are none.
    pub sectors: Vec<String>,
    /// Who is shown it.
    pub audience: Audience,
}

/// Cash paid per share held at a close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dividend {
    /// The trading day.
    pub day: Day,
    /// The stock.
    pub stock: StockId,
    /// What each share is paid.
    pub per_share: Price,
}

/// The rules of the exchange.
#[derive(Debug, Clone)]
pub struct MarketRules {
    /// The grid of limit prices.
    pub grid: Grid,
    /// Orders are multiples of so many shares.
    pub lot: u32,
    /// The stages of a trading day.
    pub sessions: Vec<StageKind>,
    /// The stages of a day without trading.
    pub closed_sessions: Vec<StageKind>,
    /// How a call auction is cleared.
    pub auction: AuctionKind,
    /// Which of several prices a `uniform` auction takes.
    pub tie_break: TieBreakKind,
    /// The price of a continuous trade.
    pub continuous: ContinuousKind,
    /// The largest change from the previous close, if there is a limit.
    pub price_limit: Option<Ppm>,
    /// What a new order does to the trader's own unmatched one.
    pub resubmission: Resubmission,
    /// Orders per trader, stock and day, if there is a limit.
    pub operations: Option<u8>,
    /// What that limit counts.
    pub operations_per: OperationsPer,
    /// How long an order lives.
    pub order_life: OrderLife,
    /// Who comes first within a stage.
    pub priority: Priority,
    /// What happens when a trader would trade with itself.
    pub self_trade: SelfTradeKind,
    /// What the close is.
    pub close: CloseKind,
    /// What the close of a day without trades is.
    pub no_trade_close: NoTradeClose,
    /// When bought shares may be sold.
    pub settlement: Settlement,
    /// Paid by both sides of a trade.
    pub fee: Ppm,
    /// Paid by the seller.
    pub stamp_tax: Ppm,
    /// Paid on cash at each trading day's close.
    pub cash_interest: Ppm,
    /// How many past closes a trader sees.
    pub history_days: usize,
    /// How many price levels per side a trader sees.
    pub depth_levels: usize,
    /// From which value on a trader's trades of a day in one stock count as money flow, if money
    /// flow is counted.
    pub large_trade: Option<Cash>,
}

impl Scenario {
    /// Reads and checks a scenario; `include` gives the text of a file that it names.
    ///
    /// # Errors
    ///
    /// The first mistake, with its place.
    pub fn read(
        name: &str,
        text: &str,
        include: impl FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, ScenarioError> {
        check::scenario(name, text, include)
    }

    /// Reads a scenario again from the texts that it was once read from.
    ///
    /// # Errors
    ///
    /// The first mistake, with its place.
    pub fn from_sources(sources: &[Source]) -> Result<Self, ScenarioError> {
        let missing = Source { name: "scenario".to_owned(), text: String::new() };
        let (main, included) = sources.split_first().unwrap_or((&missing, &[]));
        Self::read(&main.name, &main.text, |name| {
            let found = included.iter().find(|it| it.name == name);
            found.map(|it| it.text.clone()).ok_or_else(|| "it was not recorded".to_owned())
        })
    }

    /// The JSON Schema of scenario files, for editors.
    #[cfg(feature = "schema")]
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(written::Scenario).to_value()
    }

    /// The texts it was read from.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Its short name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is about.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The seed it names.
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// How many calendar days it has.
    ///
    /// # Panics
    ///
    /// Never: the number was read as a `u32`.
    pub fn days(&self) -> u32 {
        u32::try_from(self.open.len()).expect("the number of days was read as a u32")
    }

    /// Whether a day is a trading day.
    pub fn is_open(&self, day: Day) -> bool {
        (day.0 as usize).checked_sub(1).and_then(|it| self.open.get(it)).is_some_and(|it| *it)
    }

    /// How many trading days it has.
    pub fn trading_days(&self) -> usize {
        self.open.iter().filter(|it| **it).count()
    }

    /// The stages of a day, in order.
    pub fn stages(&self, day: Day) -> &[StageKind] {
        if self.is_open(day) { &self.rules.sessions } else { &self.rules.closed_sessions }
    }

    /// The listed companies; a stock is its company's place.
    pub fn companies(&self) -> &[Company] {
        &self.companies
    }

    /// The stock with this code.
    pub fn stock(&self, code: &str) -> Option<StockId> {
        self.codes.get(code).copied()
    }

    /// The rules of the exchange.
    pub fn rules(&self) -> &MarketRules {
        &self.rules
    }

    /// The kinds of trader, in the order of their numbers.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// How many traders there are.
    pub fn traders(&self) -> usize {
        self.kinds.last().map_or(0, |it| (it.first + it.traders) as usize)
    }

    /// The kind of a trader.
    ///
    /// # Panics
    ///
    /// If the scenario has no such trader.
    pub fn kind_of(&self, trader: TraderId) -> &Kind {
        let index = trader.index();
        self.kinds
            .iter()
            .find(|it| index < (it.first + it.traders) as usize)
            .expect("the trader is one of the scenario's")
    }

    /// What every trader starts with, where the scenario has a table of them.
    pub fn roster(&self) -> Option<&Roster> {
        self.roster.as_deref()
    }

    /// What a trader starts with, cash and shares at the last initial closes.
    ///
    /// # Panics
    ///
    /// If the scenario has no such trader.
    pub fn capital(&self, trader: TraderId) -> Cash {
        match &self.roster {
            Some(roster) => roster.capital(trader),
            None => self.kind_of(trader).capital,
        }
    }

    /// The part of the capital that is given as shares; nothing where a table says what is owned.
    pub fn initial_shares(&self) -> Ppm {
        self.initial_shares
    }

    /// How that part is spread over the stocks.
    pub fn allocation(&self) -> Allocation {
        self.allocation
    }

    /// How many stocks a trader starts with under [`Allocation::RandomSubset`].
    pub fn subset(&self) -> u16 {
        self.subset
    }

    /// Everything that is reported, by day.
    pub fn news(&self) -> &[News] {
        &self.news
    }

    /// What is shown on a day, to whomever.
    pub fn news_on(&self, day: Day) -> impl Iterator<Item = &News> {
        self.news.iter().filter(move |it| it.day <= day && day <= it.until)
    }

    /// The dividends, by day.
    pub fn dividends(&self) -> &[Dividend] {
        &self.dividends
    }
}
