//! Statistics: what a run is reduced to, one number each.

use asfm_engine::{Day, Scenario, ScenarioError, Source};
use asfm_measure::{Observed, Trader, Weights, as_f64};
use asfm_stats::{inequality, moments, rank};
use toml::Spanned;

use crate::measure::{Measure, Plain, measures};
use crate::{word, written};

/// One number of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistic {
    /// Its name.
    pub name: String,
    /// Whether it is a natural logarithm: differences are then log ratios.
    pub log: bool,
    term: Term,
    less: Option<Term>,
    span: std::ops::Range<usize>,
}

/// A measure with its settings.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    measure: Measure,
    pub(crate) from: Option<u32>,
    pub(crate) to: Option<u32>,
    sector: Option<String>,
    stocks: Option<Vec<String>>,
    pub(crate) kind: Option<String>,
    pub(crate) weights: Option<Weights>,
}

/// What a statistic, or a difference of two, is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A natural logarithm; differences are log ratios.
    LogRatio,
    /// A share of one.
    Share,
    /// A number of things.
    Count,
    /// A correlation, from -1 to 1.
    Correlation,
    /// None of these.
    Other,
}

impl Unit {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::LogRatio => "log-ratio",
            Self::Share => "share",
            Self::Count => "count",
            Self::Correlation => "correlation",
            Self::Other => "other",
        }
    }
}

impl Statistic {
    /// What it is counted in.
    pub fn unit(&self) -> Unit {
        if self.log { Unit::LogRatio } else { self.term.measure.unit() }
    }

    /// A reading of the paper's metrics by its name, or its logarithm as `log NAME`.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        let (log, bare) = match word.strip_prefix("log ") {
            Some(bare) => (true, bare.trim()),
            None => (false, word),
        };
        let term = Term {
            measure: Measure::of_word(bare)?,
            from: None,
            to: None,
            sector: None,
            stocks: None,
            kind: None,
            weights: None,
        };
        Some(Self { name: word.to_owned(), log, term, less: None, span: 0..0 })
    }

    /// The place of a statistic that is named: one of the file, or a measure, which joins them.
    pub(crate) fn place(
        from: &Source,
        span: std::ops::Range<usize>,
        key: &str,
        name: &str,
        statistics: &mut Vec<Self>,
    ) -> Result<usize, ScenarioError> {
        if let Some(at) = statistics.iter().position(|known| known.name == name) {
            return Ok(at);
        }
        let new =
            Self::of_word(name).ok_or_else(|| Self::unknown(from, span, key, name, statistics))?;
        statistics.push(new);
        Ok(statistics.len() - 1)
    }

    /// A word that is neither a statistic of the file nor a measure.
    fn unknown(
        from: &Source,
        span: std::ops::Range<usize>,
        key: &str,
        found: &str,
        statistics: &[Self],
    ) -> ScenarioError {
        let bare = found.strip_prefix("log ").map_or(found, str::trim);
        let known: Vec<&str> = statistics.iter().map(|it| it.name.as_str()).collect();
        let known: Vec<&str> = known.into_iter().chain(measures().map(|it| it.0)).collect();
        let error = word::unknown(from, (span, key), ("statistic", bare), &known);
        let how = "`[statistic.NAME]` makes one; a measure without settings is named directly, as \
                   `ON` or `log ON`";
        match &error.hint {
            Some(hint) => error.clone().hint(format!("{hint} {how}")),
            None => error.hint(how),
        }
    }

    pub(crate) fn read(
        from: &Source,
        name: &str,
        written: &Spanned<written::Statistic>,
    ) -> Result<Self, ScenarioError> {
        let it = written.get_ref();
        let key = format!("statistic.{name}");
        let measure = Measure::of_word(it.measure.get_ref()).ok_or_else(|| {
            let known: Vec<&str> = measures().map(|it| it.0).collect();
            let place = (it.measure.span(), format!("{key}.measure"));
            word::unknown(from, (place.0, &place.1), ("measure", it.measure.get_ref()), &known)
        })?;
        let plain = |it: &Option<Spanned<String>>| it.as_ref().map(|it| it.get_ref().clone());
        let list = |it: &Option<Vec<Spanned<String>>>| {
            it.as_ref().map(|it| it.iter().map(|it| it.get_ref().clone()).collect::<Vec<_>>())
        };
        let term = Term {
            measure,
            from: it.from,
            to: it.to,
            sector: plain(&it.sector),
            stocks: list(&it.stocks),
            kind: plain(&it.kind),
            weights: it.weights.map(Into::into),
        };
        term.check(from, &key, &written.span())?;
        let less = it.less.as_ref().map(|spanned| {
            let it = spanned.get_ref();
            let less = Term {
                measure,
                from: it.from.or(term.from),
                to: it.to.or(term.to),
                // A sector takes the place of stocks, and the other way round.
                sector: plain(&it.sector)
                    .or_else(|| term.sector.clone().filter(|_| it.stocks.is_none())),
                stocks: list(&it.stocks)
                    .or_else(|| term.stocks.clone().filter(|_| it.sector.is_none())),
                kind: plain(&it.kind).or_else(|| term.kind.clone()),
                weights: it.weights.map(Into::into).or(term.weights),
            };
            less.check(from, &format!("{key}.less"), &spanned.span()).map(|()| less)
        });
        let less = less.transpose()?;
        Ok(Self { name: name.to_owned(), log: it.log, term, less, span: written.span() })
    }

    /// Checks that an arm's scenario has what the statistic is about.
    pub(crate) fn check(
        &self,
        from: &Source,
        arm: &str,
        scenario: &Scenario,
    ) -> Result<(), ScenarioError> {
        let terms = [("", Some(&self.term)), (".less", self.less.as_ref())];
        for (part, it) in terms.into_iter().filter_map(|it| Some((it.0, it.1?))) {
            let refuse = |field: &str, what: String| {
                let key = format!("statistic.{}{part}.{field}", self.name);
                Err(from.error(self.span.clone(), &key, format!("arm `{arm}` has {what}")))
            };
            let known = |words: &mut dyn Iterator<Item = &str>| {
                let mut all: Vec<String> = Vec::new();
                for word in words.map(|it| format!("`{it}`")) {
                    if !all.contains(&word) {
                        all.push(word);
                    }
                }
                if all.len() > 12 {
                    all.truncate(12);
                    all.push("…".to_owned());
                }
                all.join(", ")
            };
            let companies = scenario.companies();
            if let Some(sector) = &it.sector
                && companies.iter().all(|it| it.sector != *sector)
            {
                let known = known(&mut companies.iter().map(|it| it.sector.as_str()));
                return refuse(
                    "sector",
                    format!("no company of sector `{sector}`, expected one of {known}"),
                );
            }
            for code in it.stocks.iter().flatten() {
                if scenario.stock(code).is_none() {
                    let known = known(&mut companies.iter().map(|it| it.code.as_str()));
                    return refuse("stocks", format!("no stock `{code}`, expected of {known}"));
                }
            }
            if let Some(kind) = &it.kind
                && scenario.kinds().iter().all(|it| it.name != *kind)
            {
                let known = known(&mut scenario.kinds().iter().map(|it| it.name.as_str()));
                return refuse(
                    "kind",
                    format!("no kind of trader `{kind}`, expected one of {known}"),
                );
            }
            let days = scenario.days();
            if let Some(day) = it.to
                && day > days
            {
                return refuse("to", format!("{days} days, found day {day}"));
            }
            if let Some(day) = it.from
                && day >= days
            {
                return refuse("from", format!("{days} days, and none after day {day}"));
            }
        }
        Ok(())
    }

    /// Its value in a run.
    ///
    /// # Errors
    ///
    /// Why it has none, in words.
    pub fn of(&self, run: &Observed) -> Result<f64, String> {
        let value = |it: &Term| {
            let value = it.of(run)?;
            match self.log {
                false => Ok(value),
                true if value > 0.0 => Ok(value.ln()),
                true => Err(format!("no logarithm of {value}")),
            }
        };
        let less = self.less.as_ref().map_or(Ok(0.0), value)?;
        let value = value(&self.term)? - less;
        if value.is_finite() { Ok(value) } else { Err("not a finite number".to_owned()) }
    }
}

impl Term {
    fn check(
        &self,
        from: &Source,
        key: &str,
        span: &std::ops::Range<usize>,
    ) -> Result<(), ScenarioError> {
        let takes = self.measure.takes();
        let given = [
            ("from", self.from.is_some()),
            ("to", self.to.is_some()),
            ("sector", self.sector.is_some()),
            ("stocks", self.stocks.is_some()),
            ("kind", self.kind.is_some()),
            ("weights", self.weights.is_some()),
        ];
        let refuse = |what: String| Err(from.error(span.clone(), key, what));
        if let Some((name, _)) = given.iter().find(|it| it.1 && !takes.contains(&it.0)) {
            let takes = if takes.is_empty() { "none".to_owned() } else { takes.join(", ") };
            let measure = self.measure.word();
            return refuse(format!("`{measure}` does not take `{name}`; what it takes: {takes}"));
        }
        if self.sector.is_some() && self.stocks.is_some() {
            return refuse("expected `sector` or `stocks`, not both".to_owned());
        }
        let first = self.from.unwrap_or(0);
        if let Some(last) = self.to
            && first >= last
        {
            return refuse(format!("expected `from` before `to`, found {first} and {last}"));
        }
        if self.stocks.as_ref().is_some_and(Vec::is_empty) {
            return refuse("expected at least one stock in `stocks`, found none".to_owned());
        }
        Ok(())
    }

    fn of(&self, run: &Observed) -> Result<f64, String> {
        match self.measure {
            Measure::Reading(at) => run.tally.readings().all()[at].2.ok_or_else(nothing),
            Measure::Plain(it) => self.plain(it, run),
            Measure::Index(it) => self.of_index(it, run),
            Measure::Crowd(it) => self.of_crowd(it, run),
        }
    }

    fn plain(&self, measure: Plain, run: &Observed) -> Result<f64, String> {
        match measure {
            Plain::Return => {
                let (from, to) = self.window(run)?;
                self.mean_over_stocks(run, |closes| closes[to] / closes[from] - 1.0)
            }
            Plain::Slope => self.slope(run),
            Plain::Orders => {
                let (from, to) = self.window(run)?;
                let mut orders = 0;
                for at in self.stocks(run)? {
                    let days = run.stocks[at].flow.get(from..to).ok_or_else(nothing)?;
                    orders += days.iter().map(|it| it.buys + it.sells).sum::<u64>();
                }
                Ok(as_f64(orders))
            }
            Plain::OneSidedness => {
                let (from, to) = self.window(run)?;
                let mut each = Vec::new();
                for at in self.stocks(run)? {
                    let days = run.stocks[at].flow.get(from..to).ok_or_else(nothing)?;
                    each.extend(days.iter().filter_map(asfm_measure::Flow::one_sidedness));
                }
                mean(&each)
            }
            Plain::Gain => mean(&self.traders(run).map(Trader::gain).collect::<Vec<_>>()),
            Plain::FillRate => {
                let sums = self.traders(run).fold((0, 0), |it, trader| {
                    (it.0 + u128::from(trader.executed), it.1 + u128::from(trader.ordered))
                });
                ratio(wide(sums.0), wide(sums.1))
            }
            Plain::Shortfall => {
                let sums = self
                    .traders(run)
                    .fold((0.0, 0.0), |it, trader| (it.0 + trader.cost, it.1 + trader.base));
                ratio(sums.0, sums.1)
            }
            Plain::GainByCapital => by_capital(run, |it| Some(it.gain())),
            Plain::FillRateByCapital => by_capital(run, Trader::fill_rate),
            Plain::ShortfallByCapital => by_capital(run, Trader::shortfall),
            Plain::Gini => {
                let wealth: Vec<f64> = self.traders(run).map(|it| it.wealth).collect();
                inequality::gini(&wealth).map_err(|it| it.to_string())
            }
            Plain::GiniGrowth => {
                let gini = |of: fn(&Trader) -> f64| {
                    let all: Vec<f64> = self.traders(run).map(of).collect();
                    inequality::gini(&all).map_err(|it| it.to_string())
                };
                Ok(gini(|it| it.wealth)? - gini(|it| it.capital)?)
            }
            Plain::TurnoverReturn => {
                let pairs = self.traders(run).map(|it| (it.turnover(), it.gain()));
                let (turnover, gain): (Vec<f64>, Vec<f64>) = pairs.unzip();
                rank::spearman(&turnover, &gain).map(|it| it.statistic).map_err(|it| it.to_string())
            }
        }
    }

    pub(crate) fn traders<'r>(&self, run: &'r Observed) -> impl Iterator<Item = &'r Trader> {
        let kind = self.kind.clone();
        run.traders
            .iter()
            .filter(move |it| kind.as_ref().is_none_or(|name| run.kinds[it.kind].name == *name))
    }

    pub(crate) fn stocks(&self, run: &Observed) -> Result<Vec<usize>, String> {
        if let Some(codes) = &self.stocks {
            let place = |code: &String| {
                let missing = || format!("the run has no stock `{code}`");
                run.stock(code).map(asfm_engine::StockId::index).ok_or_else(missing)
            };
            return codes.iter().map(place).collect();
        }
        let wanted = |it: &asfm_measure::Stock| {
            self.sector.as_ref().is_none_or(|sector| it.sector == *sector)
        };
        let places = (0..run.stocks.len()).filter(|at| wanted(&run.stocks[*at])).collect();
        Ok(places)
    }

    /// The places in the closes of the days `from` and `to`.
    pub(crate) fn window(&self, run: &Observed) -> Result<(usize, usize), String> {
        let place = |day: u32| {
            let missing = || format!("the run has not reached day {day}");
            run.close_of(Day(day)).ok_or_else(missing)
        };
        let from = place(self.from.unwrap_or(0))?;
        let to = self.to.map_or(Ok(run.days.len()), place)?;
        if from < to { Ok((from, to)) } else { Err("no trading day ends in it".to_owned()) }
    }

    fn mean_over_stocks(
        &self,
        run: &Observed,
        value: impl Fn(&[f64]) -> f64,
    ) -> Result<f64, String> {
        let each: Vec<f64> =
            self.stocks(run)?.into_iter().map(|at| value(&run.tally.closes[at])).collect();
        mean(&each)
    }

    fn slope(&self, run: &Observed) -> Result<f64, String> {
        let (from, to) = self.window(run)?;
        let path = (from..=to)
            .map(|day| self.mean_over_stocks(run, |closes| closes[day] / closes[from] - 1.0))
            .collect::<Result<Vec<f64>, String>>()?;
        let n = wide(path.len() as u128);
        let middle = (n - 1.0) / 2.0;
        let level = path.iter().sum::<f64>() / n;
        let (mut above, mut below) = (0.0, 0.0);
        for (day, value) in path.iter().enumerate() {
            let x = wide(day as u128) - middle;
            above += x * (value - level);
            below += x * x;
        }
        ratio(above, below)
    }
}

pub(crate) fn nothing() -> String {
    "there is nothing to measure".to_owned()
}

pub(crate) fn mean(values: &[f64]) -> Result<f64, String> {
    moments::mean(values).map(|it| it.value).map_err(|_| nothing())
}

pub(crate) fn ratio(above: f64, below: f64) -> Result<f64, String> {
    if below > 0.0 { Ok(above / below) } else { Err(nothing()) }
}

fn by_capital(run: &Observed, value: impl Fn(&Trader) -> Option<f64>) -> Result<f64, String> {
    let pairs = run.traders.iter().filter_map(|it| Some((it.capital, value(it)?)));
    let (capital, values): (Vec<f64>, Vec<f64>) = pairs.unzip();
    rank::spearman(&capital, &values).map(|it| it.statistic).map_err(|it| it.to_string())
}

#[expect(clippy::cast_precision_loss, reason = "shares stay far below 2^53")]
pub(crate) fn wide(count: u128) -> f64 {
    count as f64
}
