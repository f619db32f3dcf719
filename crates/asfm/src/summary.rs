//! What a run came to: the paper's four metrics, prices and returns, as a table and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use asfm_engine::{Company, Engine, Scenario, StockId, TraderId};
use asfm_measure::{Readings, Tally, as_f64};
use asfm_stats::market::Volatility;
use serde::Serialize;

use crate::table::{align, table};
use crate::talk::TalkSummary;

/// What the summary is told about the run.
pub(crate) struct About {
    pub(crate) talk: Option<TalkSummary>,
    pub(crate) file: Option<String>,
    pub(crate) brain: String,
    pub(crate) digest: String,
    pub(crate) wall_seconds: f64,
}

/// What a run came to.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    run: Option<String>,
    scenario: String,
    seed: u64,
    brain: String,
    days: u32,
    agents: usize,
    stocks: usize,
    orders: u64,
    order_execution_rate: Option<f64>,
    turnover_rate: Option<f64>,
    volatility: Option<f64>,
    trades: u64,
    volume: u128,
    mean_return: Option<f64>,
    digest: String,
    calls: u64,
    fallbacks: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<TalkSummary>,
    wall_seconds: f64,
    requests: u64,
    rejections: BTreeMap<&'static str, u64>,
    readings: Readings,
    kinds: Vec<KindRow>,
    prices: Vec<StockRow>,
}

#[derive(Debug, Serialize)]
struct StockRow {
    stock: String,
    sector: String,
    first: f64,
    last: f64,
    total_return: f64,
    volatility: Option<f64>,
    volume: u128,
    closes: Vec<f64>,
}

#[derive(Debug, Serialize)]
struct KindRow {
    kind: String,
    traders: u32,
    capital: f64,
    mean_return: Option<f64>,
    capital_weighted_return: Option<f64>,
}

impl Summary {
    /// What a finished tally comes to.
    pub(crate) fn new(tally: &Tally, engine: &Engine, run: About) -> Self {
        let scenario = engine.scenario();
        let readings = tally.readings();
        let stocks = stock_rows(tally, scenario, readings.volatility.as_ref());
        Self {
            run: run.file,
            scenario: scenario.name().to_owned(),
            seed: engine.seed().0,
            brain: run.brain,
            days: scenario.days(),
            agents: scenario.traders(),
            stocks: scenario.companies().len(),
            orders: readings.orders.on,
            order_execution_rate: readings.orders.oer,
            turnover_rate: readings.turnover.as_ref().map(|it| it.pooled),
            volatility: readings.volatility.as_ref().map(|it| it.mean_of_stocks),
            trades: tally.trades,
            volume: tally.stocks.iter().map(|it| it.traded).sum(),
            mean_return: mean(stocks.iter().map(|it| it.total_return)),
            digest: run.digest,
            calls: run.talk.as_ref().map_or(0, |it| it.tally.calls),
            fallbacks: run.talk.as_ref().map_or(0, |it| it.tally.fallbacks),
            model: run.talk,
            wall_seconds: run.wall_seconds,
            requests: tally.requests,
            rejections: tally.rejections.clone(),
            readings,
            kinds: kind_rows(engine, &tally.closes),
            prices: stocks,
        }
    }
}

fn stock_rows(tally: &Tally, scenario: &Scenario, vo: Option<&Volatility>) -> Vec<StockRow> {
    let row = |(at, company): (usize, &Company)| {
        let closes = &tally.closes[at];
        let (first, last) = (closes[0], closes[closes.len() - 1]);
        StockRow {
            stock: company.code.clone(),
            sector: company.sector.clone(),
            first,
            last,
            total_return: last / first - 1.0,
            volatility: vo.map(|it| it.per_stock[at]),
            volume: tally.stocks[at].traded,
            closes: closes.clone(),
        }
    };
    scenario.companies().iter().enumerate().map(row).collect()
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0_u64);
    for it in values {
        sum += it;
        n += 1;
    }
    (n > 0).then(|| sum / as_f64(n))
}

/// Returns by kind: cash and shares at the last close over what the traders started with, which
/// was given at the last initial close.
fn kind_rows(engine: &Engine, closes: &[Vec<f64>]) -> Vec<KindRow> {
    let (ledger, scenario) = (engine.ledger(), engine.scenario());
    let last: Vec<f64> = closes.iter().map(|it| it[it.len() - 1]).collect();
    let row = |kind: &asfm_engine::Kind| {
        let capital = |at: u32| scenario.capital(TraderId::at(at as usize)).to_f64();
        let wealth = |at: u32| {
            let trader = TraderId::at(at as usize);
            let shares = (0..).map(StockId).zip(&last);
            let value = shares.map(|(stock, price)| as_f64(ledger.shares(trader, stock)) * price);
            ledger.wallet(trader).cash.to_f64() + value.sum::<f64>()
        };
        let members = kind.first..kind.first + kind.traders;
        let all_alike = kind.capital.to_f64();
        let mean_capital = match scenario.roster() {
            Some(_) => mean(members.clone().map(capital)).unwrap_or(all_alike),
            None => all_alike,
        };
        KindRow {
            kind: kind.name.clone(),
            traders: kind.traders,
            capital: kind.capital.to_f64(),
            // Where all members start with the same capital, both means agree.
            mean_return: mean(members.clone().map(|it| wealth(it) / capital(it) - 1.0)),
            capital_weighted_return: mean(members.map(wealth)).map(|it| it / mean_capital - 1.0),
        }
    };
    engine.scenario().kinds().iter().map(row).collect()
}

impl Summary {
    /// The summary as a person reads it.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "\n{} · seed {} · {} · {} traders · {} stocks · {} days\n\n",
            self.scenario, self.seed, self.brain, self.agents, self.stocks, self.days
        );
        let mut add = |line: String| writeln!(text, "{line}").expect("a string takes all text");
        add(self.price_table());
        add(String::new());
        add(self.kind_table());
        add(String::new());
        add(format!("orders           {:>12}   {}", self.orders, self.rejected()));
        add(format!("trades           {:>12}   of {} shares", self.trades, self.volume));
        add(format!(
            "execution rate   {:>12}   of ordered shares",
            percent(self.order_execution_rate)
        ));
        add(format!("turnover rate    {:>12}   of all shares", percent(self.turnover_rate)));
        add(format!(
            "volatility       {:>12}   a day, mean of the stocks",
            percent(self.volatility)
        ));
        add(format!("return           {:>12}   mean of the stocks", signed(self.mean_return)));
        for line in self.model.iter().flat_map(TalkSummary::lines) {
            add(line);
        }
        add(format!("time             {:>10.2} s", self.wall_seconds));
        add(format!("digest           {}", &self.digest));
        if let Some(run) = &self.run {
            add(format!("run file         {run}"));
        }
        text
    }

    fn rejected(&self) -> String {
        let rejected: u64 = self.rejections.values().sum();
        if rejected == 0 {
            return format!("of {} requests, none rejected", self.requests);
        }
        let each: Vec<String> =
            self.rejections.iter().map(|it| format!("{} {}", it.1, it.0)).collect();
        format!("of {} requests, {rejected} rejected: {}", self.requests, each.join(", "))
    }

    fn price_table(&self) -> String {
        let mut table =
            table(&["stock", "sector", "first", "last", "return", "sd a day", "volume", "closes"]);
        for it in &self.prices {
            table.add_row([
                it.stock.clone(),
                it.sector.clone(),
                format!("{:.2}", it.first),
                format!("{:.2}", it.last),
                signed(Some(it.total_return)),
                percent(it.volatility),
                it.volume.to_string(),
                sparkline(&it.closes),
            ]);
        }
        align(&mut table, &[2, 3, 4, 5, 6]);
        table.trim_fmt()
    }

    fn kind_table(&self) -> String {
        let mut table = table(&["kind", "traders", "capital each", "return"]);
        for it in &self.kinds {
            table.add_row([
                it.kind.clone(),
                it.traders.to_string(),
                format!("{:.2}", it.capital),
                signed(it.mean_return),
            ]);
        }
        align(&mut table, &[1, 2, 3]);
        table.trim_fmt()
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |it| format!("{:.2} %", it * 100.0))
}

fn signed(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |it| format!("{:+.2} %", it * 100.0))
}

/// The series as one line of bars, at most forty: the last of each stretch.
fn sparkline(series: &[f64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let step = series.len().div_ceil(40).max(1);
    let shown: Vec<f64> = series.chunks(step).filter_map(|it| it.last().copied()).collect();
    let low = shown.iter().copied().fold(f64::INFINITY, f64::min);
    let high = shown.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let bar = |it: &f64| {
        let at = if high > low { (it - low) / (high - low) * 7.0 } else { 3.0 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 7")]
        let at = at.round() as usize;
        BARS[at.min(7)]
    };
    shown.iter().map(bar).collect()
}
