//! From what is written to what can be run: every rule a scenario must keep.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use asfm_book::Grid;
use toml::Spanned;

use super::decimal::Decimal;
use super::population::Population;
use super::{
    Company, Dividend, MarketRules, Scenario, ScenarioError, Source, StageKind, Valuation, news,
    population, written,
};
use crate::rng::Seed;
use crate::units::{Cash, Day, Ppm, Price, StockId, UNITS};

const DAYS_MAX: u32 = 1_000_000;
pub(super) const AGENTS_MAX: u32 = 100_000_000;
pub(super) const PRICE_MAX: i64 = 10_000_000 * UNITS;
pub(super) const CASH_MAX: i64 = i64::MAX / 2;
const STAGES_MAX: usize = 255;

pub(super) type Checked<T> = Result<T, ScenarioError>;

/// A text with its name, to point at.
pub(super) struct File<'t> {
    pub(super) name: &'t str,
    pub(super) text: &'t str,
}

impl File<'_> {
    pub(super) fn parse<T: serde::de::DeserializeOwned>(&self) -> Checked<T> {
        let refuse = |key: &serde_path_to_error::Path, error: &toml::de::Error| {
            ScenarioError::from_toml(self.name, self.text, key, error)
        };
        let parser = toml::Deserializer::parse(self.text).map_err(|error| {
            ScenarioError::at(
                self.name,
                self.text,
                error.span().unwrap_or(0..0),
                error.message().trim().to_owned(),
            )
        })?;
        serde_path_to_error::deserialize(parser)
            .map_err(|error| refuse(error.path(), error.inner()))
    }

    pub(super) fn error(
        &self,
        span: Range<usize>,
        key: &str,
        message: impl Into<String>,
    ) -> ScenarioError {
        ScenarioError::at(self.name, self.text, span, message.into()).key(key)
    }

    pub(super) fn refuse<T>(
        &self,
        span: Range<usize>,
        key: &str,
        message: impl Into<String>,
    ) -> Checked<T> {
        Err(self.error(span, key, message))
    }

    /// A share between 0 and 1.
    pub(super) fn share(&self, written: &Spanned<Decimal>, key: &str) -> Checked<Ppm> {
        match u32::try_from(written.get_ref().0) {
            Ok(ppm) if ppm <= Ppm::ONE.0 => Ok(Ppm(ppm)),
            _ => self.refuse(written.span(), key, "expected a share between 0 and 1"),
        }
    }

    /// A positive amount with at most four places.
    pub(super) fn positive_units(
        &self,
        written: &Spanned<Decimal>,
        key: &str,
        max: i64,
    ) -> Checked<i64> {
        match written.get_ref().units() {
            Some(units) if units > 0 && units <= max => Ok(units),
            Some(units) if units > max => {
                self.refuse(written.span(), key, format!("expected at most {}", Price(max)))
            }
            Some(_) => self.refuse(
                written.span(),
                key,
                format!("expected a positive number, found {}", shown(*written.get_ref())),
            ),
            None => self.refuse(written.span(), key, "expected at most four decimal places"),
        }
    }
}

/// The files that a scenario names, as they are read.
pub(super) struct Included<'t> {
    pub(super) file: &'t File<'t>,
    include: &'t mut dyn FnMut(&str) -> Result<String, String>,
    sources: Vec<Source>,
}

impl Included<'_> {
    /// Reads a file that the scenario names under a key.
    pub(super) fn text(&mut self, path: &Spanned<String>, key: &str) -> Checked<File<'_>> {
        let text = (self.include)(path.get_ref()).map_err(|why| {
            let message = format!("cannot read `{}`: {why}", path.get_ref());
            self.file.error(path.span(), key, message)
        })?;
        let at = self.sources.len();
        self.sources.push(Source { name: path.get_ref().clone(), text });
        let Source { name, text } = &self.sources[at];
        Ok(File { name, text })
    }
}

fn shown(decimal: Decimal) -> String {
    let sign = if decimal.0 < 0 { "-" } else { "" };
    let all = decimal.0.unsigned_abs();
    let text = format!("{sign}{}.{:06}", all / 1_000_000, all % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub(super) fn scenario(
    name: &str,
    text: &str,
    mut include: impl FnMut(&str) -> Result<String, String>,
) -> Checked<Scenario> {
    let file = File { name, text };
    let raw: written::Scenario = file.parse()?;
    let sources = vec![Source { name: name.to_owned(), text: text.to_owned() }];
    let mut included = Included { file: &file, include: &mut include, sources };
    let companies = match (&raw.companies, raw.company.is_empty()) {
        (Some(path), true) => {
            let table = included.text(path, "companies")?;
            let read: written::CompanyTable = table.parse()?;
            companies(&table, &read.company, &raw)?
        }
        (Some(path), false) => {
            let message = "expected either a file of companies or `[[company]]` tables, not both";
            return file.refuse(path.span(), "companies", message);
        }
        (None, false) => companies(&file, &raw.company, &raw)?,
        (None, true) => {
            let message = "expected `companies = \"FILE\"` or at least one `[[company]]`";
            return file.refuse(0..0, "companies", message);
        }
    };
    let codes = codes(&companies);
    let open = calendar(&file, &raw)?;
    let rules = market(&file, &raw)?;
    let news = news::news(&raw, &companies, &mut included)?;
    let Population { kinds, roster, capital } =
        population::population(&raw, &companies, &mut included)?;
    let (initial_shares, allocation, subset) = population::endowment(&file, &raw, &companies)?;
    let dividends = dividends(&file, &raw, &codes, &open)?;
    let trading_days = open.iter().filter(|it| **it).count();
    wealth_fits(&file, &raw, &rules, capital, &companies, &dividends, trading_days)?;
    if raw.name.get_ref().trim().is_empty() {
        return file.refuse(raw.name.span(), "name", "expected a name");
    }
    Ok(Scenario {
        sources: included.sources,
        name: raw.name.into_inner(),
        title: raw.title,
        seed: Seed(raw.seed),
        open,
        companies,
        rules,
        kinds,
        roster,
        initial_shares,
        allocation,
        subset,
        news,
        dividends,
        codes,
    })
}

fn companies(
    file: &File<'_>,
    written: &[written::Company],
    scenario: &written::Scenario,
) -> Checked<Vec<Company>> {
    if written.is_empty() {
        return file.refuse(0..0, "company", "expected at least one company");
    }
    if written.len() > usize::from(u16::MAX) {
        let span = written[usize::from(u16::MAX)].code.span();
        return file.refuse(span, "company", format!("expected at most {} companies", u16::MAX));
    }
    let tick = scenario.market.tick.get_ref().units().unwrap_or(1).max(1);
    let mut seen = BTreeSet::new();
    let mut companies = Vec::new();
    for (at, it) in written.iter().enumerate() {
        let code = it.code.get_ref();
        let key = format!("company[{at}]");
        if code.is_empty() || code.chars().any(|c| c.is_whitespace() || c.is_control()) {
            let message = "expected a stock code without spaces";
            return file.refuse(it.code.span(), &format!("{key}.code"), message);
        }
        if !seen.insert(code) {
            let message = format!("the code `{code}` is used twice");
            return file.refuse(it.code.span(), &format!("{key}.code"), message);
        }
        let closes_key = format!("{key}.closes");
        if it.closes.get_ref().is_empty() {
            let message = "expected at least one close before day 1";
            return file.refuse(it.closes.span(), &closes_key, message);
        }
        let mut closes = Vec::new();
        for (day, close) in it.closes.get_ref().iter().enumerate() {
            let key = format!("{closes_key}[{day}]");
            let units = file.positive_units(close, &key, PRICE_MAX)?;
            if units % tick != 0 {
                let message = format!(
                    "expected a multiple of the tick {}, found {}",
                    Price(tick),
                    Price(units)
                );
                return file.refuse(close.span(), &key, message);
            }
            if units / tick > i64::from(u32::MAX) {
                let most = Price(tick.saturating_mul(i64::from(u32::MAX)));
                let message = format!("expected at most {most}, the highest price with this tick");
                return file.refuse(close.span(), &key, message);
            }
            closes.push(Price(units));
        }
        let shares = it.shares_outstanding.as_ref();
        if let Some(shares) = shares.filter(|it| *it.get_ref() == 0) {
            let message = "expected a positive number of shares";
            return file.refuse(shares.span(), &format!("{key}.shares-outstanding"), message);
        }
        companies.push(Company {
            code: code.clone(),
            name: it.name.clone().unwrap_or_else(|| code.clone()),
            sector: it.sector.clone(),
            business: it.business.clone(),
            closes,
            shares_outstanding: shares.map(|it| *it.get_ref()),
            valuation: Valuation {
                price_earnings: it.price_earnings.map(|it| it.0),
                price_book: it.price_book.map(|it| it.0),
                dividend_yield: it.dividend_yield.map(|it| it.0),
            },
        });
    }
    Ok(companies)
}

fn codes(companies: &[Company]) -> BTreeMap<String, StockId> {
    let places = (0..).map(StockId);
    companies.iter().map(|it| it.code.clone()).zip(places).collect()
}

fn calendar(file: &File<'_>, raw: &written::Scenario) -> Checked<Vec<bool>> {
    let days = *raw.days.get_ref();
    if days == 0 || days > DAYS_MAX {
        let message = format!("expected between 1 and {DAYS_MAX} days, found {days}");
        return file.refuse(raw.days.span(), "days", message);
    }
    let mut open = vec![true; days as usize];
    if let Some(week) = &raw.calendar.week {
        let letters = week.get_ref().as_bytes();
        if letters.is_empty() || letters.iter().any(|it| !matches!(it, b'o' | b'c')) {
            let message = "expected letters `o` (open) and `c` (closed), such as \"ooooocc\"";
            return file.refuse(week.span(), "calendar.week", message);
        }
        for (day, letter) in open.iter_mut().zip(letters.iter().cycle()) {
            *day = *letter == b'o';
        }
    }
    for (at, day) in raw.calendar.closed.iter().enumerate() {
        let Some(it) = (*day.get_ref() as usize).checked_sub(1).and_then(|it| open.get_mut(it))
        else {
            let message = format!("expected a day between 1 and {days}");
            return file.refuse(day.span(), &format!("calendar.closed[{at}]"), message);
        };
        *it = false;
    }
    if !open.iter().any(|it| *it) {
        return file.refuse(raw.days.span(), "calendar", "expected at least one trading day");
    }
    Ok(open)
}

fn market(file: &File<'_>, raw: &written::Scenario) -> Checked<MarketRules> {
    let it = &raw.market;
    let tick = file.positive_units(&it.tick, "market.tick", PRICE_MAX)?;
    let grid = Grid::new(tick).map_err(|error| {
        file.error(it.tick.span(), "market.tick", error.to_string())
            .hint("a midpoint lies half a tick off the grid and is kept exact: 0.0002 is the least")
    })?;
    let lot = *it.lot.get_ref();
    if lot == 0 {
        return file.refuse(it.lot.span(), "market.lot", "expected at least 1 share");
    }
    let price_limit = match it.price_limit.get_ref().0 {
        None => None,
        Some(Decimal(ppm)) if ppm > 0 && ppm < 1_000_000 => u32::try_from(ppm).ok().map(Ppm),
        Some(found) => {
            let message =
                format!("expected a share above 0 and below 1, or \"off\"; found {}", shown(found));
            return file.refuse(it.price_limit.span(), "market.price-limit", message);
        }
    };
    let fee = file.share(&it.fee, "market.fee")?;
    let stamp_tax = file.share(&it.stamp_tax, "market.stamp-tax")?;
    if fee.0 + stamp_tax.0 >= Ppm::ONE.0 {
        let message = "expected fee and stamp tax together below 1";
        return file.refuse(it.stamp_tax.span(), "market.stamp-tax", message);
    }
    let large_trade = it.large_trade.as_ref();
    let large_trade = large_trade
        .map(|it| file.positive_units(it, "market.large-trade", CASH_MAX))
        .transpose()?
        .map(Cash);
    if *it.history_days.get_ref() == 0 {
        let message = "expected at least 1 day";
        return file.refuse(it.history_days.span(), "market.history-days", message);
    }
    Ok(MarketRules {
        grid,
        lot,
        sessions: sessions(file, it)?,
        closed_sessions: closed_sessions(file, it)?,
        auction: it.auction,
        tie_break: it.tie_break,
        continuous: it.continuous,
        price_limit,
        resubmission: it.resubmission,
        operations: (it.operations > 0).then_some(it.operations),
        operations_per: it.operations_per,
        order_life: it.order_life,
        priority: it.priority,
        self_trade: it.self_trade,
        close: it.close,
        no_trade_close: it.no_trade_close,
        settlement: it.settlement,
        fee,
        stamp_tax,
        cash_interest: file.share(&it.cash_interest, "market.cash-interest")?,
        history_days: *it.history_days.get_ref() as usize,
        depth_levels: it.depth_levels as usize,
        large_trade,
    })
}

fn sessions(file: &File<'_>, market: &written::Market) -> Checked<Vec<StageKind>> {
    let written = &market.sessions;
    let rounds = *market.continuous_rounds.get_ref() as usize;
    let repeat = |it: &StageKind| {
        if *it == StageKind::Continuous { rounds } else { 1 }
    };
    let total: usize = written.get_ref().iter().map(repeat).sum();
    if total > STAGES_MAX {
        let message = format!("expected at most {STAGES_MAX} stages a day, found {total}");
        return file.refuse(market.continuous_rounds.span(), "market.continuous-rounds", message);
    }
    let stages: Vec<StageKind> =
        written.get_ref().iter().flat_map(|it| std::iter::repeat_n(*it, repeat(it))).collect();
    if !stages.iter().any(|it| *it != StageKind::Talk) {
        let message = "expected at least one `auction` or `continuous` stage";
        return file.refuse(written.span(), "market.sessions", message);
    }
    Ok(stages)
}

fn closed_sessions(file: &File<'_>, market: &written::Market) -> Checked<Vec<StageKind>> {
    let written = &market.closed_sessions;
    if written.get_ref().iter().any(|it| *it != StageKind::Talk) {
        let message = "expected only `talk`: nothing trades on a closed day";
        return file.refuse(written.span(), "market.closed-sessions", message);
    }
    Ok(written.get_ref().clone())
}

/// Refuses a market whose cash could outgrow the numbers that count it: what is paid in by interest
/// and dividends is added up at its most, and a day's turnover is at most all cash in every stage.
fn wealth_fits(
    file: &File<'_>,
    raw: &written::Scenario,
    rules: &MarketRules,
    capital: i128,
    companies: &[Company],
    dividends: &[Dividend],
    trading_days: usize,
) -> Checked<()> {
    let stages = rules.sessions.len().max(1);
    let most = i128::from(i64::MAX) / 2 / i128::try_from(stages).expect("at most 255 stages");
    let paid = dividends.iter().map(|it| {
        let close = companies[it.stock.index()].initial_close().0;
        capital / i128::from(close) * i128::from(it.per_share.0)
    });
    let mut wealth = paid.fold(capital, i128::saturating_add);
    if rules.cash_interest.0 > 0 {
        for _ in 0..trading_days {
            if wealth > most {
                break;
            }
            wealth += wealth * i128::from(rules.cash_interest.0) / 1_000_000;
        }
    }
    if wealth <= most {
        return Ok(());
    }
    let most = Cash(i64::try_from(most).expect("a part of the largest number"));
    let message = format!("all cash of the run, payments included, may not exceed {most}");
    let population = &raw.population;
    let span = population.table.as_ref().map_or(population.agents.span(), Spanned::span);
    file.refuse(span, "population", message)
}

fn dividends(
    file: &File<'_>,
    raw: &written::Scenario,
    codes: &BTreeMap<String, StockId>,
    open: &[bool],
) -> Checked<Vec<Dividend>> {
    let mut dividends = Vec::new();
    for (at, it) in raw.dividend.iter().enumerate() {
        let key = |field: &str| format!("dividend[{at}].{field}");
        let day = *it.day.get_ref();
        let is_open = (day as usize).checked_sub(1).and_then(|day| open.get(day));
        if is_open != Some(&true) {
            let message = format!("expected a trading day of the run, found {day}");
            return file.refuse(it.day.span(), &key("day"), message);
        }
        let Some(&stock) = codes.get(it.stock.get_ref()) else {
            let message = format!("no company has the code `{}`", it.stock.get_ref());
            return file.refuse(it.stock.span(), &key("stock"), message);
        };
        let per_share = file.positive_units(&it.per_share, &key("per-share"), PRICE_MAX)?;
        dividends.push(Dividend { day: Day(day), stock, per_share: Price(per_share) });
    }
    dividends.sort_by_key(|it| it.day);
    Ok(dividends)
}
