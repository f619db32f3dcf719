//! What templates show, as text that is ready: fixed decimals, sorted stocks, one line per stock.

use asfm_engine::{
    AuctionKind, ContinuousKind, Depth, MarketRules, MarketView, Observation, OperationsPer,
    OrderLife, Ppm, Price, Resubmission, Scenario, Settlement, Side, StageKind, StockId, StockView,
};
use serde::Serialize;

use crate::model::feedback::verb;
use crate::model::untrusted::cleaned;

/// The rules of the market, for the whole run.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one sentence of a template, or none")]
pub(crate) struct MarketRulesText {
    stages: String,
    has_auction: bool,
    has_continuous: bool,
    auction: &'static str,
    continuous: &'static str,
    tick: String,
    lot: u32,
    price_limit: Option<String>,
    replaces: bool,
    operations: Option<u8>,
    operations_per_side: bool,
    day_orders: bool,
    next_day: bool,
    fee: Option<String>,
    stamp_tax: Option<String>,
    interest: Option<String>,
    dividends: bool,
}

impl MarketRulesText {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let rules = scenario.rules();
        let stages: Vec<&str> = rules.sessions.iter().map(|it| stage(*it)).collect();
        let share = |it: Ppm| (it.0 > 0).then(|| percent(it));
        Self {
            stages: stages.join(", "),
            has_auction: rules.sessions.contains(&StageKind::Auction),
            has_continuous: rules.sessions.contains(&StageKind::Continuous),
            auction: match rules.auction {
                AuctionKind::Midpoint => "midpoint",
                AuctionKind::Uniform => "uniform",
            },
            continuous: match rules.continuous {
                ContinuousKind::Midpoint => "midpoint",
                ContinuousKind::Maker => "maker",
            },
            tick: tick(rules),
            lot: rules.lot,
            price_limit: rules.price_limit.map(percent),
            replaces: rules.resubmission == Resubmission::Replace,
            operations: rules.operations,
            operations_per_side: rules.operations_per == OperationsPer::Side,
            day_orders: rules.order_life == OrderLife::Day,
            next_day: rules.settlement == Settlement::NextDay,
            fee: share(rules.fee),
            stamp_tax: share(rules.stamp_tax),
            interest: share(rules.cash_interest),
            dividends: !scenario.dividends().is_empty(),
        }
    }
}

/// What traders are told a stage is called.
pub(crate) fn stage(kind: StageKind) -> &'static str {
    match kind {
        StageKind::Talk => "talk",
        StageKind::Auction => "opening auction",
        StageKind::Continuous => "continuous round",
    }
}

/// A share in percent, without needless zeros.
fn percent(it: Ppm) -> String {
    let (whole, part) = (it.0 / 10_000, it.0 % 10_000);
    let part = format!("{part:04}");
    match part.trim_end_matches('0') {
        "" => format!("{whole} %"),
        part => format!("{whole}.{part} %"),
    }
}

fn tick(rules: &MarketRules) -> String {
    Price(rules.grid.tick_units()).to_string()
}

/// What a company does.
#[derive(Serialize)]
pub(crate) struct CompanyText<'s> {
    code: &'s str,
    /// The name, where it says more than the code.
    name: Option<&'s str>,
    sector: &'s str,
    business: &'s str,
}

pub(crate) fn companies<'s>(scenario: &'s Scenario, order: &[StockId]) -> Vec<CompanyText<'s>> {
    let text = |stock: &StockId| {
        let it = &scenario.companies()[stock.index()];
        CompanyText {
            code: &it.code,
            name: Some(it.name.as_str()).filter(|name| *name != it.code),
            sector: &it.sector,
            business: &it.business,
        }
    };
    order.iter().map(text).collect()
}

/// The market in one stage.
#[derive(Serialize)]
pub(crate) struct MarketText<'s> {
    day: u32,
    stage: &'static str,
    /// The place of this stage among those of its kind today, from 1.
    number: usize,
    /// How many stages of its kind the day has.
    of: usize,
    /// Whether the order books are of today.
    today: bool,
    blocks: bool,
    stocks: Vec<StockText<'s>>,
    news: Vec<NewsText>,
}

#[derive(Serialize)]
struct StockText<'s> {
    code: &'s str,
    closes: String,
    lowest: Option<String>,
    highest: Option<String>,
    last: Option<String>,
    /// Of yesterday in an opening auction, of today afterwards.
    volume: u64,
    mean: Option<String>,
    bids: String,
    asks: String,
}

#[derive(Serialize)]
struct NewsText {
    day: u32,
    text: String,
}

impl<'s> MarketText<'s> {
    pub(crate) fn new(
        scenario: &'s Scenario,
        order: &[StockId],
        market: &MarketView,
        blocks: bool,
    ) -> Self {
        let stages = scenario.stages(market.day);
        let same = |it: &&StageKind| **it == market.kind;
        let before = stages.iter().take(usize::from(market.stage)).filter(same).count();
        // Before the first stage of a day nothing is known but how the last one ended (A39).
        let trading = |it: &&StageKind| **it != StageKind::Talk;
        let today = stages.iter().take(usize::from(market.stage)).filter(trading).count() > 0;
        let band = scenario.rules().price_limit.is_some();
        let stock = |stock: &StockId| {
            let code = scenario.companies()[stock.index()].code.as_str();
            StockText::new(code, &market.stocks[stock.index()], today, band)
        };
        let news = market.news.iter().map(|at| {
            let it = &scenario.news()[*at];
            NewsText { day: it.day.0, text: cleaned(&it.text) }
        });
        Self {
            day: market.day.0,
            stage: stage(market.kind),
            number: before + 1,
            of: stages.iter().filter(same).count(),
            today,
            blocks,
            stocks: order.iter().map(stock).collect(),
            news: if blocks { news.collect() } else { Vec::new() },
        }
    }
}

impl<'s> StockText<'s> {
    fn new(code: &'s str, it: &StockView, today: bool, band: bool) -> Self {
        let closes: Vec<String> = it.closes.iter().map(Price::to_string).collect();
        let y = &it.yesterday;
        let (volume, bids, asks) =
            if today { (it.volume, &it.bids, &it.asks) } else { (y.volume, &y.bids, &y.asks) };
        Self {
            code,
            closes: closes.join(" "),
            lowest: band.then(|| it.lowest.to_string()),
            highest: band.then(|| it.highest.to_string()),
            last: it.last.filter(|_| today).map(|it| it.to_string()),
            volume,
            mean: y.vwap.filter(|_| !today).map(|it| it.to_string()),
            bids: depth(bids),
            asks: depth(asks),
        }
    }
}

/// `120 at 10.50, 30 at 10.45`, best first.
fn depth(levels: &[Depth]) -> String {
    if levels.is_empty() {
        return "none".to_owned();
    }
    let shown: Vec<String> =
        levels.iter().map(|it| format!("{} at {}", it.qty, it.price)).collect();
    shown.join(", ")
}

/// What is one trader's own.
#[derive(Serialize)]
pub(crate) struct OwnText<'s> {
    profile: &'s str,
    cash: String,
    cash_free: String,
    tick: String,
    lot: u32,
    operations: Option<u8>,
    holdings: Vec<HoldingText<'s>>,
    orders: Vec<String>,
    feedback: Option<FeedbackText>,
}

/// What became of the orders of the round before.
#[derive(Serialize)]
pub(crate) struct FeedbackText {
    pub(crate) day: u32,
    pub(crate) stage: &'static str,
    pub(crate) lines: Vec<String>,
}

#[derive(Serialize)]
struct HoldingText<'s> {
    code: &'s str,
    shares: u64,
    free: u64,
    /// Orders left today; where buying and selling count apart, for each.
    left: Option<String>,
}

impl<'s> OwnText<'s> {
    pub(crate) fn new(
        profile: &'s str,
        order: &[StockId],
        seen: &Observation<'s>,
        feedback: Option<FeedbackText>,
    ) -> Self {
        let scenario = seen.scenario();
        let rules = scenario.rules();
        let mut orders = Vec::new();
        let mut holdings = Vec::with_capacity(order.len());
        for &stock in order {
            let code = scenario.companies()[stock.index()].code.as_str();
            let of = |side| seen.operations_left(stock, side);
            let left = rules.operations.map(|_| match rules.operations_per {
                OperationsPer::Stock => of(Side::Buy).to_string(),
                OperationsPer::Side => format!("{} buy, {} sell", of(Side::Buy), of(Side::Sell)),
            });
            holdings.push(HoldingText {
                code,
                shares: seen.shares(stock),
                free: seen.shares_free(stock),
                left,
            });
            let open = seen.orders(stock);
            orders.extend(
                open.map(|(side, it)| format!("{} {} {code} at {}", verb(side), it.qty, it.price)),
            );
        }
        Self {
            profile,
            cash: seen.cash().to_string(),
            cash_free: seen.cash_free().to_string(),
            tick: tick(rules),
            lot: rules.lot,
            operations: rules.operations,
            holdings,
            orders,
            feedback,
        }
    }
}
