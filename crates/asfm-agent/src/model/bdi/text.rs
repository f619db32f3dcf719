//! What a trader is shown on a day, as text that is ready.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use asfm_engine::{Belief, Cash, News, Observation, PostId, Price, StageKind, StockId};
use serde::{Deserialize, Serialize};

use super::sizing::{self, Account, Position};
use crate::crowd::{Insight, Persona, Shown, Strategy};
use crate::model::feedback::verb;
use crate::model::untrusted::cleaned;
use crate::model::view::{self, FeedbackText};

/// What traders are told that they are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Personas {
    doctrine: BTreeMap<String, String>,
    disposition: BTreeMap<String, String>,
    lottery: BTreeMap<String, String>,
    diversification: BTreeMap<String, String>,
    turnover: BTreeMap<String, String>,
}

impl Personas {
    pub(crate) fn new() -> Self {
        toml::from_str(include_str!("../../../data/personas.toml"))
            .expect("a table that tests have read")
    }

    /// What a trader is told that it is; without profiles, nothing in particular (A40).
    pub(crate) fn text(&self, it: &Persona, profile: bool) -> String {
        if !profile {
            return self.doctrine["neutral"].clone();
        }
        let doctrine = match it.strategy {
            Strategy::Technical => "technical",
            Strategy::Fundamental => "fundamental",
        };
        let sentences = [
            &self.doctrine[doctrine],
            &self.disposition[it.disposition.word()],
            &self.lottery[it.lottery.word()],
            &self.diversification[it.diversification.word()],
            &self.turnover[it.turnover.word()],
        ];
        sentences.map(String::as_str).join(" ")
    }
}

/// The market of one stage, as all are told.
#[derive(Serialize)]
pub(crate) struct MarketText {
    day: u32,
    stage: &'static str,
    closed: bool,
    stocks: Vec<StockText>,
    news: Vec<String>,
}

#[derive(Serialize)]
struct StockText {
    code: String,
    closes: String,
    reference: String,
    change: String,
    mean_5: String,
    mean_10: String,
    mean_30: String,
    volume: u64,
    price_earnings: String,
    price_book: String,
    dividend: String,
    lowest: Option<String>,
    highest: Option<String>,
}

/// One stock's data, for those who ask for some of it.
#[derive(Debug, Clone)]
pub(crate) struct StockData {
    pub(crate) code: String,
    /// What it is, in one line.
    pub(crate) about: String,
    pub(crate) closes: Vec<Price>,
    volume: u64,
    price_earnings: Option<i64>,
    price_book: Option<i64>,
    dividend_yield: Option<i64>,
    band: Option<(Price, Price)>,
}

impl StockData {
    pub(crate) fn all(seen: &asfm_engine::Round<'_>) -> Vec<Self> {
        let scenario = seen.scenario();
        let has_band = scenario.rules().price_limit.is_some();
        let stock = |(company, it): (&asfm_engine::Company, &asfm_engine::StockView)| Self {
            code: company.code.clone(),
            about: format!("{} ({}): {}", company.code, company.sector, company.business),
            closes: it.closes.clone(),
            volume: it.yesterday.volume,
            price_earnings: it.valuation.price_earnings,
            price_book: it.valuation.price_book,
            dividend_yield: it.valuation.dividend_yield,
            band: has_band.then_some((it.lowest, it.highest)),
        };
        scenario.companies().iter().zip(&seen.market().stocks).map(stock).collect()
    }

    fn reference(&self) -> Price {
        self.closes.last().copied().unwrap_or_default()
    }

    /// The last change of the close, in 1/1 000 000.
    fn change(&self) -> Option<i64> {
        let [.., before, now] = self.closes.as_slice() else {
            return None;
        };
        ratio(now.0 - before.0, before.0)
    }

    /// The mean of the last closes, as many as there are.
    fn mean(&self, days: usize) -> String {
        let last = &self.closes[self.closes.len().saturating_sub(days)..];
        let n = i64::try_from(last.len().max(1)).unwrap_or(1);
        // Of hundredths of the currency, as a chart shows it.
        let mean = last.iter().map(|it| it.0).sum::<i64>() / n;
        Price((mean + 50) / 100 * 100).to_string()
    }

    /// The standard deviation of the daily changes of the last closes, in percent.
    fn volatility(&self, days: usize) -> String {
        let last = &self.closes[self.closes.len().saturating_sub(days + 1)..];
        let changes = last.windows(2).filter_map(|it| ratio(it[1].0 - it[0].0, it[0].0));
        #[expect(clippy::cast_precision_loss, reason = "shown to two digits")]
        let changes: Vec<f64> = changes.map(|it| it as f64 / 10_000.0).collect();
        #[expect(clippy::cast_precision_loss, reason = "a number of days")]
        let n = changes.len() as f64;
        if changes.len() < 2 {
            return "unknown".to_owned();
        }
        let mean = changes.iter().sum::<f64>() / n;
        let sum: f64 = changes.iter().map(|it| (it - mean) * (it - mean)).sum();
        format!("{:.2} %", (sum / (n - 1.0)).sqrt())
    }

    /// The data that were asked for, in one line.
    pub(crate) fn told(&self, indicators: &[&str], days: usize) -> String {
        let mut line = format!("{}:", self.code);
        let last = self.closes.len().saturating_sub(days);
        for (at, name) in indicators.iter().enumerate() {
            let what = match *name {
                "closes" => prices(&self.closes[last..]),
                "change" => told_ratio(self.change()),
                "volatility" => self.volatility(days),
                "mean-5" => self.mean(5),
                "mean-10" => self.mean(10),
                "mean-30" => self.mean(30),
                "volume" => self.volume.to_string(),
                "price-earnings" => decimal(self.price_earnings),
                _ => decimal(self.price_book),
            };
            let mark = if at == 0 { "" } else { ";" };
            write!(line, "{mark} {name} {what}").expect("a String takes all");
        }
        line
    }

    /// What an order is made against, in one line.
    pub(crate) fn quote(&self, weight: i64) -> String {
        let limits = self.band.map(|(lowest, highest)| format!(", limits {lowest} to {highest}"));
        format!(
            "{}: previous close {}{}, your weight {}",
            self.code,
            self.reference(),
            limits.unwrap_or_default(),
            percent(weight)
        )
    }

    fn text(&self) -> StockText {
        let dividend = self.dividend_yield.map(|it| it.saturating_mul(100));
        StockText {
            code: self.code.clone(),
            closes: prices(&self.closes),
            reference: self.reference().to_string(),
            change: told_ratio(self.change()),
            mean_5: self.mean(5),
            mean_10: self.mean(10),
            mean_30: self.mean(30),
            volume: self.volume,
            price_earnings: decimal(self.price_earnings),
            price_book: decimal(self.price_book),
            dividend: decimal(dividend),
            lowest: self.band.map(|it| it.0.to_string()),
            highest: self.band.map(|it| it.1.to_string()),
        }
    }
}

impl MarketText {
    /// `news` is what everybody reads today.
    pub(crate) fn new<'n>(
        round: &asfm_engine::Round<'_>,
        order: &[StockId],
        data: &[StockData],
        news: impl Iterator<Item = &'n News>,
    ) -> Self {
        let market = round.market();
        let closed = market.kind == StageKind::Talk;
        Self {
            day: market.day.0,
            stage: view::stage(market.kind),
            closed,
            stocks: order.iter().map(|it| data[it.index()].text()).collect(),
            news: news.map(|it| cleaned(&it.text)).collect(),
        }
    }
}

/// One trader's own part.
#[derive(Serialize)]
pub(crate) struct OwnText {
    pub(crate) paper: bool,
    persona: String,
    belief: String,
    thought: String,
    wealth: String,
    gain: String,
    cash: String,
    cash_weight: String,
    cash_free: String,
    holdings: Vec<HoldingText>,
    pointed: String,
    orders: Vec<String>,
    feedback: Option<FeedbackText>,
    coded: bool,
}

#[derive(Serialize)]
struct HoldingText {
    code: String,
    shares: u64,
    free: u64,
    cost: String,
    reference: String,
    profit: String,
    weight: String,
}

/// What is wanted of the own part, besides what is seen.
pub(crate) struct Asked<'a> {
    pub(crate) order: &'a [StockId],
    pub(crate) persona: String,
    pub(crate) pointed: &'a [StockId],
    pub(crate) feedback: Option<FeedbackText>,
    pub(crate) paper: bool,
    /// Whether it can order in this stage.
    pub(crate) trades: bool,
}

impl OwnText {
    pub(crate) fn new(
        asked: Asked<'_>,
        seen: &Observation<'_>,
        own: Insight<'_>,
        account: &Account,
    ) -> Self {
        let scenario = seen.scenario();
        let companies = scenario.companies();
        let code = |stock: StockId| companies[stock.index()].code.clone();
        let mut orders = Vec::new();
        let mut holdings = Vec::new();
        for &stock in asked.order {
            let at = &account.positions[stock.index()];
            for (side, it) in seen.orders(stock) {
                orders.push(format!("{} {} {} at {}", verb(side), it.qty, code(stock), it.price));
            }
            if at.shares == 0 {
                continue;
            }
            let cost = own.cost(stock);
            // Whoever sees the profit of the first day sees what the first close made of it.
            let now = match own.is_frozen(stock) {
                true => companies[stock.index()].initial_close(),
                false => at.reference,
            };
            let profit = cost.and_then(|it| ratio(now.0 - it.0, it.0));
            holdings.push(HoldingText {
                code: code(stock),
                shares: at.shares,
                free: seen.shares_free(stock),
                cost: cost.map_or_else(|| "unknown".to_owned(), |it| it.to_string()),
                reference: at.reference.to_string(),
                profit: told_ratio(profit),
                weight: percent(at.weight),
            });
        }
        let wealth = account.wealth;
        let share = |of: Cash| ratio(of.0, wealth.0).unwrap_or_default();
        let pointed: Vec<String> = asked.pointed.iter().map(|it| code(*it)).collect();
        Self {
            paper: asked.paper,
            persona: asked.persona,
            belief: belief(own.belief()),
            thought: cleaned(own.thought()),
            wealth: wealth.to_string(),
            gain: told_ratio(ratio(wealth.0 - own.start().0, own.start().0)),
            cash: seen.cash().to_string(),
            cash_weight: percent(share(seen.cash())),
            cash_free: seen.cash_free().to_string(),
            holdings,
            pointed: if asked.trades { pointed.join(", ") } else { String::new() },
            orders,
            feedback: asked.feedback,
            coded: own.is_coded() && asked.trades && own.is_active(),
        }
    }
}

/// A post as it is shown.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PostText {
    #[serde(skip)]
    pub(crate) post: PostId,
    number: u32,
    author: u32,
    day: u32,
    score: i64,
    text: String,
    root: Option<u32>,
    root_text: String,
}

impl PostText {
    pub(crate) fn new(it: &Shown<'_>) -> Self {
        Self {
            post: it.post,
            number: it.post.0,
            author: it.author.number(),
            day: it.day.0,
            score: it.score,
            text: cleaned(it.text),
            root: it.root.map(|it| it.0.0),
            root_text: it.root.map(|it| cleaned(it.1)).unwrap_or_default(),
        }
    }
}

/// News that was found.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FoundText {
    day: u32,
    text: String,
}

impl FoundText {
    pub(crate) fn new(it: &crate::crowd::Piece) -> Self {
        Self { day: it.day.0, text: cleaned(&it.text) }
    }
}

/// What sizes are told against.
pub(crate) fn account(seen: &Observation<'_>) -> Account {
    let rules = seen.scenario().rules();
    let wealth = seen.wealth();
    let position = |(stock, it): (StockId, &asfm_engine::StockView)| {
        let shares = seen.shares(stock);
        Position {
            shares,
            reference: it.reference,
            band: (it.lowest, it.highest),
            weight: sizing::weight(shares, it.reference, wealth),
        }
    };
    Account {
        wealth,
        lot: i64::from(rules.lot),
        tick: rules.grid.tick_units(),
        positions: (0..).map(StockId).zip(&seen.market().stocks).map(position).collect(),
    }
}

/// The five numbers of a belief, in words.
pub(crate) fn belief(it: Belief) -> String {
    let told = Belief::NAMES.iter().zip(it.points());
    let told: Vec<String> = told.map(|(name, points)| format!("{name} {points}")).collect();
    told.join(", ")
}

/// A share of 1/1 000 000 in percent, with two decimals.
pub(crate) fn percent(parts: i64) -> String {
    let sign = if parts < 0 { "-" } else { "" };
    let hundredths = (parts.unsigned_abs() + 50) / 100;
    format!("{sign}{}.{:02} %", hundredths / 100, hundredths % 100)
}

fn told_ratio(it: Option<i64>) -> String {
    it.map_or_else(
        || "unknown".to_owned(),
        |it| if it > 0 { format!("+{}", percent(it)) } else { percent(it) },
    )
}

/// One over the other in 1/1 000 000.
fn ratio(part: i64, whole: i64) -> Option<i64> {
    if whole <= 0 {
        return None;
    }
    i64::try_from(i128::from(part) * 1_000_000 / i128::from(whole)).ok()
}

/// A multiple of 1/1 000 000 with two decimals.
fn decimal(it: Option<i64>) -> String {
    it.map_or_else(
        || "unknown".to_owned(),
        |it| {
            let hundredths = (it.max(0) + 5_000) / 10_000;
            format!("{}.{:02}", hundredths / 100, hundredths % 100)
        },
    )
}

fn prices(all: &[Price]) -> String {
    all.iter().map(Price::to_string).collect::<Vec<_>>().join(" ")
}
