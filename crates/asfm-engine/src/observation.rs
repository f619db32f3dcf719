//! What traders see: the market, which is the same for all, and each trader's own account.

use asfm_book::Side;

use crate::engine::Engine;
use crate::listing::{Depth, Yesterday};
use crate::rng::Seed;
use crate::scenario::{News, Scenario, StageKind, Valuation};
use crate::units::{Cash, Day, Price, StockId, TraderId};

/// What everybody sees in one stage.
#[derive(Debug, Clone)]
pub struct MarketView {
    /// The day.
    pub day: Day,
    /// The stage's place in the day, from 0.
    pub stage: u8,
    /// What kind of stage it is.
    pub kind: StageKind,
    /// Counts all stages of the run, from 0.
    pub when: u64,
    /// One view per stock.
    pub stocks: Vec<StockView>,
    /// The places in [`Scenario::news`] of what is shown to all today.
    pub news: Vec<usize>,
    /// The places of what is shown today only to those with whom most others are connected; the
    /// exchange does not know who that is.
    pub news_for_leaders: Vec<usize>,
}

/// What everybody sees of one stock.
#[derive(Debug, Clone)]
pub struct StockView {
    /// The past closes, oldest first: as many as exist, up to the scenario's `history-days`.
    pub closes: Vec<Price>,
    /// The previous close.
    pub reference: Price,
    /// The lowest limit price of the day.
    pub lowest: Price,
    /// The highest limit price of the day.
    pub highest: Price,
    /// Today's first price, if anything traded yet.
    pub open: Option<Price>,
    /// Today's last price.
    pub last: Option<Price>,
    /// The shares traded today.
    pub volume: u64,
    /// The best bids, best first; empty before today's first stage has settled.
    pub bids: Vec<Depth>,
    /// The best asks, best first.
    pub asks: Vec<Depth>,
    /// How the last trading day ended.
    pub yesterday: Yesterday,
    /// What the stock is worth in multiples of its fundamentals at the previous close.
    pub valuation: Valuation,
}

/// What one trader sees: the market and its own account.
#[derive(Debug, Clone, Copy)]
pub struct Observation<'r> {
    engine: &'r Engine,
    market: &'r MarketView,
    trader: TraderId,
}

impl<'r> Observation<'r> {
    pub(crate) fn new(engine: &'r Engine, market: &'r MarketView, trader: TraderId) -> Self {
        Self { engine, market, trader }
    }

    /// Who sees.
    #[inline]
    pub fn trader(&self) -> TraderId {
        self.trader
    }

    /// What everybody sees.
    #[inline]
    pub fn market(&self) -> &'r MarketView {
        self.market
    }

    /// The scenario: companies and rules.
    #[inline]
    pub fn scenario(&self) -> &'r Scenario {
        self.engine.scenario()
    }

    /// The news that is shown to all today.
    pub fn news(&self) -> impl Iterator<Item = &'r News> {
        let all = self.engine.scenario().news();
        self.market.news.iter().map(move |at| &all[*at])
    }

    /// The news that is shown today only to those with whom most others are connected; whether the
    /// trader is one of them is for the caller to know.
    pub fn news_for_leaders(&self) -> impl Iterator<Item = &'r News> {
        let all = self.engine.scenario().news();
        self.market.news_for_leaders.iter().map(move |at| &all[*at])
    }

    /// All its cash.
    #[inline]
    pub fn cash(&self) -> Cash {
        self.engine.ledger().wallet(self.trader).cash
    }

    /// The cash that can be spent.
    #[inline]
    pub fn cash_free(&self) -> Cash {
        self.engine.ledger().wallet(self.trader).free()
    }

    /// Its shares of a stock.
    #[inline]
    pub fn shares(&self, stock: StockId) -> u64 {
        self.engine.ledger().shares(self.trader, stock)
    }

    /// Its shares of a stock that can be offered now.
    #[inline]
    pub fn shares_free(&self, stock: StockId) -> u64 {
        self.engine.ledger().shares_free(self.trader, stock)
    }

    /// How many more orders it may send today on one side of a stock.
    #[inline]
    pub fn operations_left(&self, stock: StockId, side: Side) -> u8 {
        self.engine.operations_left(self.trader, stock, side)
    }

    /// Its unmatched orders in a stock: side, limit and shares left, newest first per side.
    pub fn orders(&self, stock: StockId) -> impl Iterator<Item = (Side, Depth)> {
        self.engine.own_orders(self.trader, stock)
    }

    /// What it owns at the previous closes, or the largest amount of cash if that is less.
    pub fn wealth(&self) -> Cash {
        let stocks = (0..).map(StockId).zip(&self.market.stocks);
        let shares =
            stocks.map(|(stock, it)| i128::from(it.reference.0) * i128::from(self.shares(stock)));
        let wealth = i128::from(self.cash().0) + shares.sum::<i128>();
        Cash(i64::try_from(wealth).unwrap_or(i64::MAX))
    }

    /// The seed of the run.
    pub fn seed(&self) -> Seed {
        self.engine.seed()
    }
}
