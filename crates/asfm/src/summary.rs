//! What a run came to: the paper's four metrics, prices and returns, as a table and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use asfm_engine::{
    CloseKind, Engine, Intent, OrderLife, Request, RequestId, RoundLog, Scenario, Side, StockId,
    TraderId, Verdict,
};
use asfm_stats::market::{
    self, OrderMetrics, OrderTotals, StockTotals, Turnover, Volatility, order_metrics, turnover,
    volatility,
};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

/// Sums over a run, fed round by round; its size does not grow with the number of days, unless
/// orders outlive the day.
pub(crate) struct Tally {
    stocks: Vec<StockTotals>,
    /// For each stock, the close before day 1, then one per trading day.
    closes: Vec<Vec<f64>>,
    exact: bool,
    day_orders: bool,
    /// The orders whose end is not known yet; the place of a request is its number less `base`.
    open: Vec<Option<Open>>,
    base: u64,
    trades: u64,
    requests: u64,
    rejections: BTreeMap<&'static str, u64>,
}

#[derive(Clone, Copy)]
struct Open {
    stock: StockId,
    side: Side,
    qty: u32,
    filled: u32,
}

impl Tally {
    pub(crate) fn new(engine: &Engine) -> Self {
        let companies = engine.scenario().companies();
        let stocks = (0..).map(StockId).zip(companies).map(|(stock, _)| StockTotals {
            outstanding: engine.shares_outstanding(stock).into(),
            ..StockTotals::default()
        });
        let rules = engine.scenario().rules();
        Self {
            stocks: stocks.collect(),
            closes: companies.iter().map(|it| vec![it.initial_close().to_f64()]).collect(),
            exact: rules.close == CloseKind::Vwap,
            day_orders: rules.order_life == OrderLife::Day,
            open: Vec::new(),
            base: 1,
            trades: 0,
            requests: 0,
            rejections: BTreeMap::new(),
        }
    }

    pub(crate) fn add(&mut self, log: &RoundLog) {
        self.requests += log.requests.len() as u64;
        for it in &log.requests {
            self.request(it);
        }
        self.trades += log.trades.len() as u64;
        for it in &log.trades {
            self.stocks[it.stock.index()].traded += u128::from(it.qty);
            for order in [it.maker, it.taker] {
                let at = self.place(order);
                self.open[at].as_mut().expect("only live orders trade").filled += it.qty;
            }
        }
        let Some(close) = &log.close else { return };
        for it in &close.closes {
            let series = &mut self.closes[it.stock.index()];
            let before = *series.last().expect("a series starts before day 1");
            series.push(match (it.trades, self.exact) {
                (0, _) => before,
                (_, true) => it.value.to_f64() / as_f64(it.volume),
                (_, false) => it.close.to_f64(),
            });
        }
        if self.day_orders {
            self.flush();
        }
    }

    fn request(&mut self, it: &Request) {
        let open = match (it.intent, it.verdict) {
            (_, Verdict::Rejected(why)) => {
                *self.rejections.entry(why.code()).or_default() += 1;
                None
            }
            (Intent::Order { stock, side, qty, .. }, Verdict::Accepted) => {
                let qty = u32::try_from(qty).expect("an accepted order has a quantity");
                Some(Open { stock, side, qty, filled: 0 })
            }
            (Intent::Cancel { .. } | Intent::Unreadable { .. }, Verdict::Accepted) => None,
        };
        self.open.push(open);
    }

    fn place(&self, order: RequestId) -> usize {
        usize::try_from(order.0 - self.base).expect("a run's requests fit in memory")
    }

    fn flush(&mut self) {
        self.base += self.open.len() as u64;
        for it in self.open.drain(..).flatten() {
            let side = match it.side {
                Side::Buy => market::Side::Buy,
                Side::Sell => market::Side::Sell,
            };
            let orders = &mut self.stocks[it.stock.index()].orders;
            orders
                .add(side, it.qty.into(), it.filled.into())
                .expect("the exchange fills no more than was ordered");
        }
    }

    /// What the run came to.
    pub(crate) fn summary(mut self, engine: &Engine, run: About) -> Summary {
        self.flush();
        let scenario = engine.scenario();
        let traded: u128 = self.stocks.iter().map(|it| it.traded).sum();
        let orders =
            self.stocks.iter().fold(OrderTotals::default(), |sum, it| sum.merge(it.orders));
        let closes: Vec<&[f64]> = self.closes.iter().map(Vec::as_slice).collect();
        let days = closes.first().map_or(0, |it| it.len() - 1);
        let vo = volatility(&closes).ok();
        let stocks = self.stock_rows(scenario, vo.as_ref());
        let mean_return = mean(stocks.iter().map(|it| it.total_return));
        let metrics = order_metrics(&orders, traded);
        let tr = turnover(&self.stocks, days).ok();
        Summary {
            run: run.file,
            scenario: scenario.name().to_owned(),
            seed: engine.seed().0,
            brain: run.brain,
            days: scenario.days(),
            agents: scenario.traders(),
            stocks: scenario.companies().len(),
            orders: metrics.on,
            order_execution_rate: metrics.oer,
            turnover_rate: tr.as_ref().map(|it| it.pooled),
            volatility: vo.as_ref().map(|it| it.mean_of_stocks),
            trades: self.trades,
            volume: traded,
            mean_return,
            digest: run.digest,
            calls: 0,
            fallbacks: 0,
            wall_seconds: run.wall_seconds,
            requests: self.requests,
            rejections: self.rejections,
            readings: Readings { orders: metrics, turnover: tr, volatility: vo },
            kinds: kind_rows(engine, &self.closes),
            prices: stocks,
        }
    }

    fn stock_rows(&self, scenario: &Scenario, vo: Option<&Volatility>) -> Vec<StockRow> {
        let rows = scenario.companies().iter().zip(&self.closes).zip(&self.stocks);
        let row = |(at, ((company, closes), totals)): (usize, ((_, &Vec<f64>), &StockTotals))| {
            let company: &asfm_engine::Company = company;
            let (first, last) = (closes[0], closes[closes.len() - 1]);
            StockRow {
                stock: company.code.clone(),
                sector: company.sector.clone(),
                first,
                last,
                total_return: last / first - 1.0,
                volatility: vo.map(|it| it.per_stock[at]),
                volume: totals.traded,
                closes: closes.clone(),
            }
        };
        rows.enumerate().map(row).collect()
    }
}

/// What the summary is told about the run.
pub(crate) struct About {
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
    wall_seconds: f64,
    requests: u64,
    rejections: BTreeMap<&'static str, u64>,
    readings: Readings,
    kinds: Vec<KindRow>,
    prices: Vec<StockRow>,
}

/// Every reading of the paper's metrics.
#[derive(Debug, Serialize)]
struct Readings {
    #[serde(flatten)]
    orders: OrderMetrics,
    #[serde(flatten)]
    turnover: Option<Turnover>,
    #[serde(flatten)]
    volatility: Option<Volatility>,
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

#[expect(clippy::cast_precision_loss, reason = "shown with a few digits")]
fn as_f64(count: u64) -> f64 {
    count as f64
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
    let ledger = engine.ledger();
    let last: Vec<f64> = closes.iter().map(|it| it[it.len() - 1]).collect();
    let row = |kind: &asfm_engine::Kind| {
        let capital = kind.capital.to_f64();
        let wealth = |at: u32| {
            let trader = TraderId::at(at as usize);
            let shares = (0..).map(StockId).zip(&last);
            let value = shares.map(|(stock, price)| as_f64(ledger.shares(trader, stock)) * price);
            ledger.wallet(trader).cash.to_f64() + value.sum::<f64>()
        };
        let members = kind.first..kind.first + kind.traders;
        KindRow {
            kind: kind.name.clone(),
            traders: kind.traders,
            capital,
            // All members start with the same capital, so both means agree.
            mean_return: mean(members.clone().map(|it| wealth(it) / capital - 1.0)),
            capital_weighted_return: mean(members.map(wealth)).map(|it| it / capital - 1.0),
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

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header.iter().copied());
    table
}

fn align(table: &mut Table, right: &[usize]) {
    for at in right {
        if let Some(column) = table.column_mut(*at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
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
