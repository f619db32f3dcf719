//! The market as a state machine: one round at a time, observations out, decisions in, events out.

use asfm_book::Side;
use rayon::prelude::*;

use crate::decision::{Decisions, Intent};
use crate::digest::{self, Chain};
use crate::endowment::endowments;
use crate::event::{Close, DayClose, Request, RoundLog, Transfer, Verdict};
use crate::ledger::Ledger;
use crate::listing::{Depth, Listing, Stage};
use crate::observation::{MarketView, Observation, StockView};
use crate::parallel::{LARGE, both};
use crate::register::Outcome;
use crate::rng::Seed;
use crate::rules::{Bench, Court, Judged, used};
use crate::scenario::{Audience, Scenario, Settlement, StageKind};
use crate::speech::PostId;
use crate::units::{Cash, Day, Price, RequestId, StockId, TraderId};

/// Traders are judged in pieces of so many, side by side.
const PIECE: usize = 512;

/// A market in progress.
///
/// Given the same scenario, seed and decisions it always says the same; it reads no clock, no
/// file and no environment, and the number of threads changes nothing.
#[derive(Debug)]
pub struct Engine {
    scenario: Scenario,
    seed: Seed,
    ledger: Ledger,
    listings: Vec<Listing>,
    /// For each trader and stock, the buy and sell orders accepted today.
    operations: Vec<[u8; 2]>,
    day: Day,
    stage: usize,
    /// Counts all stages of the run.
    when: u64,
    requests: u64,
    /// How many posts there are.
    posts: u32,
    chain: Chain,
    start: Totals,
    /// What the last stage left, kept for its memory.
    judged: Vec<Judged>,
    outcomes: Vec<Outcome>,
}

#[derive(Debug, PartialEq, Eq)]
struct Totals {
    cash: Cash,
    shares: Vec<u64>,
}

impl Engine {
    /// The market before its first day.
    pub fn new(scenario: Scenario, seed: Seed) -> Self {
        let stocks = scenario.companies().len();
        let traders = scenario.traders();
        let next_day = scenario.rules().settlement == Settlement::NextDay;
        let ledger = Ledger::new(stocks, endowments(&scenario, seed), next_day);
        let listings = (0..).map(StockId).zip(scenario.companies()).map(|(stock, company)| {
            Listing::new(stock, traders, company.closes.clone(), scenario.rules())
        });
        let listings: Vec<Listing> = listings.collect();
        let start = totals(&ledger, stocks);
        let mut it = Self {
            operations: vec![[0; 2]; traders * stocks],
            day: Day(0),
            stage: 0,
            when: 0,
            requests: 0,
            posts: 0,
            chain: Chain::new(seed),
            scenario,
            seed,
            ledger,
            outcomes: listings.iter().map(|_| Outcome::default()).collect(),
            listings,
            start,
            judged: Vec::new(),
        };
        it.next_day();
        it
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The seed.
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// Who owns what now.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Shares outstanding: what the scenario fixes, else the sum of initial holdings (A24).
    pub fn shares_outstanding(&self, stock: StockId) -> u64 {
        let fixed = self.scenario.companies()[stock.index()].shares_outstanding;
        fixed.unwrap_or(self.start.shares[stock.index()])
    }

    /// The next stage of the run, or `None` after the last.
    pub fn next_round(&mut self) -> Option<Round<'_>> {
        if self.day.0 > self.scenario.days() {
            return None;
        }
        let view = self.view();
        Some(Round { engine: self, view })
    }

    pub(crate) fn operations_left(&self, trader: TraderId, stock: StockId, side: Side) -> u8 {
        let rules = self.scenario.rules();
        let at = trader.index() * self.listings.len() + stock.index();
        let most = rules.operations.unwrap_or(u8::MAX);
        most.saturating_sub(used(self.operations[at], side, rules))
    }

    pub(crate) fn own_orders(
        &self,
        trader: TraderId,
        stock: StockId,
    ) -> impl Iterator<Item = (Side, Depth)> {
        let listing = &self.listings[stock.index()];
        let grid = &self.scenario.rules().grid;
        Side::BOTH.into_iter().flat_map(move |side| {
            listing.register.own(trader, side).map(move |(_, order)| {
                let price = Price(grid.units(order.tick));
                (side, Depth { price, qty: u64::from(order.left) })
            })
        })
    }

    fn kind(&self) -> StageKind {
        self.scenario.stages(self.day)[self.stage]
    }

    fn view(&self) -> MarketView {
        let rules = self.scenario.rules();
        let companies = self.scenario.companies();
        let depth = |listing: &Listing, side: Side| -> Vec<Depth> {
            let levels = listing.book.levels(side).take(rules.depth_levels);
            levels
                .map(|it| Depth { price: Price(rules.grid.units(it.price)), qty: it.qty })
                .collect()
        };
        let stocks = self.listings.iter().zip(companies).map(|(it, company)| {
            let from = it.closes.len().saturating_sub(rules.history_days);
            StockView {
                closes: it.closes[from..].to_vec(),
                reference: it.reference(),
                lowest: Price(rules.grid.units(it.band.0)),
                highest: Price(rules.grid.units(it.band.1)),
                open: it.first_price(),
                last: it.last_price(),
                volume: it.volume(),
                bids: depth(it, Side::Buy),
                asks: depth(it, Side::Sell),
                yesterday: it.yesterday.clone(),
                valuation: company.valuation.at(company.initial_close(), it.reference()),
            }
        });
        let news = |audience: Audience| {
            let all = self.scenario.news().iter().enumerate();
            let shown = all.filter(move |(_, it)| {
                it.audience == audience && it.day <= self.day && self.day <= it.until
            });
            shown.map(|(at, _)| at).collect()
        };
        MarketView {
            day: self.day,
            stage: u8::try_from(self.stage).expect("a scenario has at most 255 stages a day"),
            kind: self.kind(),
            when: self.when,
            stocks: stocks.collect(),
            news: news(Audience::All),
            news_for_leaders: news(Audience::Leaders),
        }
    }

    /// Moves to the next day that has stages.
    fn next_day(&mut self) {
        self.stage = 0;
        self.day.0 += 1;
        while self.day.0 <= self.scenario.days() && self.scenario.stages(self.day).is_empty() {
            self.day.0 += 1;
        }
        self.operations.fill([0; 2]);
    }

    fn settle(&mut self, mut decisions: Decisions) -> RoundLog {
        decisions.sort();
        let kind = self.kind();
        let is_large = decisions.intents.len() >= LARGE;
        let intents = decisions.intents.as_slice();
        let act = || {
            let mut requests = self.number(intents);
            self.judge(&mut requests, kind);
            self.run_stage(kind, is_large);
            requests
        };
        let (requests, asked) = both(is_large, act, || digest::asked(intents));
        let mut log = RoundLog {
            day: self.day,
            stage: u8::try_from(self.stage).expect("a scenario has at most 255 stages a day"),
            kind,
            requests,
            texts: decisions.texts,
            statements: decisions.statements,
            first_post: PostId(self.posts + 1),
            exposures: decisions.exposures,
            auctions: self.outcomes.iter().filter_map(|it| it.auction).collect(),
            trades: Vec::new(),
            ends: Vec::new(),
            close: None,
            digest: self.chain.digest(),
        };
        self.requests += log.requests.len() as u64;
        let posts = log.statements.iter().filter(|it| it.speech.is_post()).count();
        let posts = u32::try_from(posts).ok().and_then(|it| self.posts.checked_add(it));
        self.posts = posts.expect("fewer than 2^32 posts");
        let (ledger, outcomes) = (&mut self.ledger, &self.outcomes);
        let gather = || {
            let trades = outcomes.iter().map(|it| it.trades.as_slice());
            let trades = trades.collect::<Vec<_>>().concat();
            let traded = digest::trades(&trades);
            (trades, traded)
        };
        let ((), (trades, traded)) = both(is_large, || ledger.carry_out(outcomes), gather);
        log.trades = trades;
        let last = self.stage + 1 == self.scenario.stages(self.day).len();
        if last && self.scenario.is_open(self.day) {
            log.close = Some(self.close_day());
        }
        log.ends = self.outcomes.iter().map(|it| it.ends.as_slice()).collect::<Vec<_>>().concat();
        log.digest = self.chain.add(&log, [&asked, &traded], &self.ledger, &self.listings);
        self.when += 1;
        self.stage += 1;
        if last {
            self.next_day();
        }
        log
    }

    /// Numbers what is asked for, in order.
    fn number(&self, intents: &[(TraderId, Intent)]) -> Vec<Request> {
        let first = self.requests + 1;
        let request = |(at, &(trader, intent)): (usize, &(TraderId, Intent))| Request {
            id: RequestId(first + at as u64),
            trader,
            intent,
            verdict: Verdict::Accepted,
        };
        if intents.len() < LARGE {
            return intents.iter().enumerate().map(request).collect();
        }
        intents.par_iter().enumerate().with_min_len(PIECE).map(request).collect()
    }

    /// Judges all requests, trader by trader; traders are independent of each other here.
    fn judge(&mut self, mut requests: &mut [Request], kind: StageKind) {
        let stocks = self.listings.len();
        let court = Court { rules: self.scenario.rules(), listings: &self.listings, kind };
        let pieces = self.ledger.pieces(PIECE);
        let counters = self.operations.chunks_mut(PIECE * stocks);
        let mut work = Vec::with_capacity(pieces.len());
        self.judged.resize_with(pieces.len(), Judged::default);
        let judged = self.judged.iter_mut();
        for ((accounts, operations), judged) in pieces.into_iter().zip(counters).zip(judged) {
            let end = accounts.first + accounts.traders();
            let count = requests.partition_point(|it| it.trader.index() < end);
            let (ours, rest) = requests.split_at_mut(count);
            judged.clear(stocks);
            work.push((Bench { accounts, operations, judged }, ours));
            requests = rest;
        }
        assert!(requests.is_empty(), "every decision is of a trader of the scenario");
        let judge = |(mut bench, requests): (Bench<'_>, &mut [Request])| {
            court.judge(&mut bench, requests);
        };
        if self.scenario.traders() < LARGE {
            work.into_iter().for_each(judge);
        } else {
            work.into_par_iter().for_each(judge);
        }
    }

    /// Runs the stage in every book; books are independent of each other.
    fn run_stage(&mut self, kind: StageKind, is_large: bool) {
        self.outcomes.iter_mut().for_each(Outcome::clear);
        if kind == StageKind::Talk {
            self.listings.iter_mut().for_each(Listing::pause);
            return;
        }
        let (rules, seed, when) = (self.scenario.rules(), self.seed, self.when);
        let stage = Stage { rules, seed, kind, when, is_large };
        let judged = &self.judged;
        let run = |(it, out): (&mut Listing, &mut Outcome)| it.run(&stage, judged, out);
        if is_large {
            self.listings.par_iter_mut().zip(&mut self.outcomes).for_each(run);
        } else {
            self.listings.iter_mut().zip(&mut self.outcomes).for_each(run);
        }
    }

    fn close_day(&mut self) -> DayClose {
        let rules = self.scenario.rules();
        let outcomes = &mut self.outcomes;
        let before: Vec<usize> = outcomes.iter().map(|it| it.ends.len()).collect();
        let close = |(it, out): (&mut Listing, &mut Outcome)| it.close_day(rules, out);
        let closes: Vec<Close> = if self.scenario.traders() < LARGE {
            self.listings.iter_mut().zip(outcomes.iter_mut()).map(close).collect()
        } else {
            self.listings.par_iter_mut().zip(outcomes.par_iter_mut()).map(close).collect()
        };
        self.ledger.release(outcomes, &before);
        self.ledger.settle_day();
        let transfers = self.pay();
        let end = totals(&self.ledger, self.listings.len());
        assert_eq!(end, self.start, "cash and shares are conserved, day {}", self.day);
        DayClose {
            closes,
            transfers,
            cash: self.ledger.wallets().iter().map(|it| it.cash).collect(),
            shares: self.ledger.holdings().to_vec(),
            collected: self.ledger.collected(),
        }
    }

    /// Pays the day's dividends, then interest on cash.
    fn pay(&mut self) -> Vec<Transfer> {
        let mut transfers = Vec::new();
        let traders = self.scenario.traders();
        for dividend in self.scenario.dividends().iter().filter(|it| it.day == self.day) {
            for trader in (0..traders).map(TraderId::at) {
                let shares = self.ledger.shares(trader, dividend.stock);
                let amount = dividend.per_share.times(shares).expect("bounded by the scenario");
                transfers.push(Transfer { trader, stock: Some(dividend.stock), amount });
            }
        }
        let rate = self.scenario.rules().cash_interest;
        if rate.0 > 0 {
            let interest = self.ledger.wallets().iter().enumerate().map(|(at, wallet)| Transfer {
                trader: TraderId::at(at),
                stock: None,
                amount: rate.of(wallet.cash),
            });
            transfers.extend(interest);
        }
        transfers.retain(|it| it.amount > Cash(0));
        for it in &transfers {
            self.ledger.pay_in(it.trader, it.amount);
        }
        transfers
    }
}

fn totals(ledger: &Ledger, stocks: usize) -> Totals {
    let mut shares = vec![0; stocks];
    for of_trader in ledger.holdings().chunks_exact(stocks) {
        for (sum, held) in shares.iter_mut().zip(of_trader) {
            *sum += held;
        }
    }
    Totals { cash: ledger.total_cash(), shares }
}

/// One stage in which traders decide at the same time.
///
/// It borrows the engine until it is settled, so a round cannot be left out, opened twice or
/// settled twice; one that is dropped is opened again.
#[derive(Debug)]
#[must_use = "a round does nothing until it is settled"]
pub struct Round<'e> {
    engine: &'e mut Engine,
    view: MarketView,
}

impl Round<'_> {
    /// What everybody sees.
    pub fn market(&self) -> &MarketView {
        &self.view
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.engine.scenario
    }

    /// The seed of the run.
    pub fn seed(&self) -> Seed {
        self.engine.seed
    }

    /// How many traders decide.
    pub fn traders(&self) -> usize {
        self.engine.scenario.traders()
    }

    /// What one trader sees.
    ///
    /// # Panics
    ///
    /// When the observation of a trader that the scenario does not have is used.
    #[inline]
    pub fn observation(&self, trader: TraderId) -> Observation<'_> {
        Observation::new(self.engine, &self.view, trader)
    }

    /// Judges the decisions, matches what was accepted, and says what happened.
    ///
    /// # Panics
    ///
    /// If a decision is of a trader that the scenario does not have, if there are 2^32 posts, or if
    /// the engine breaks its own promise that cash and shares are conserved.
    pub fn settle(self, decisions: Decisions) -> RoundLog {
        self.engine.settle(decisions)
    }
}
