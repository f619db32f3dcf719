//! What rules assume about news: one table that reports can quote.

use std::collections::BTreeMap;

use asfm_engine::{Audience, Day, News, Scenario, ScenarioError, Source};
use serde::Deserialize;
use toml::Spanned;

use crate::market::units;
use crate::setting::{Parameter as _, Real};
use crate::worth::factor;

/// The sector that stands for all without a row of their own.
const ANY: &str = "*";

/// What every rule assumes that news does to the worth of companies.
///
/// These are assumptions, put in by hand: where a result follows from them, its verdict is
/// `assumed`. News counts from its day on for good, also when it is no longer shown; news of day 0
/// counts from the start. Effects of several pieces of news multiply. A scenario replaces or adds rows under `[rules.news.TOPIC]`, `SECTOR = CHANGE`.
#[derive(Debug, Clone, PartialEq)]
pub struct NewsTable {
    rows: Vec<Assumption>,
}

/// One row: what news about a topic does to a sector.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumption {
    /// The topic of the news.
    pub topic: String,
    /// What a `size` of 1 means.
    pub unit: String,
    /// The sector, or `*` for every sector without a row of its own.
    pub sector: String,
    /// The change of a company's worth per unit of `size`, as a share.
    pub change: f64,
    /// The economic source, or the reasoning.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    topic: Vec<Topic>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Topic {
    name: String,
    unit: String,
    effect: Vec<Effect>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Effect {
    sector: String,
    change: f64,
    source: String,
}

/// `[rules.news]` of a scenario: topic, sector, change.
pub(crate) type Written = BTreeMap<String, BTreeMap<String, Spanned<Real>>>;

impl Default for NewsTable {
    /// The table that comes with the program.
    fn default() -> Self {
        let data: Data = toml::from_str(include_str!("../data/news.toml"))
            .expect("a table that tests have read");
        let rows = data.topic.into_iter().flat_map(|it| {
            let Topic { name, unit, effect } = it;
            effect.into_iter().map(move |it| Assumption {
                topic: name.clone(),
                unit: unit.clone(),
                sector: it.sector,
                change: it.change,
                source: it.source,
            })
        });
        Self { rows: rows.collect() }
    }
}

impl NewsTable {
    /// The rows, topic by topic.
    pub fn rows(&self) -> &[Assumption] {
        &self.rows
    }

    /// The change of worth per unit of `size`, or `None` for a topic that no row knows.
    pub fn change(&self, topic: &str, sector: &str) -> Option<f64> {
        let row = |wanted: &str| {
            let mut of_topic = self.rows.iter().filter(|it| it.topic == topic);
            of_topic.find(|it| it.sector == wanted)
        };
        let known = self.rows.iter().any(|it| it.topic == topic);
        known.then(|| row(sector).or_else(|| row(ANY)).map_or(0.0, |it| it.change))
    }

    pub(crate) fn read(from: &Source, written: &Written) -> Result<Self, ScenarioError> {
        let mut it = Self::default();
        for (topic, effects) in written {
            for (sector, change) in effects {
                let found = f64::plain(change.get_ref());
                if !(-1.0..=1.0).contains(&found) {
                    let key = format!("rules.news.{topic}.{sector}");
                    let message = format!("expected a number between -1 and 1, found {found}");
                    return Err(from.error(change.span(), &key, message));
                }
                it.set(topic, sector, found);
            }
        }
        Ok(it)
    }

    fn set(&mut self, topic: &str, sector: &str, change: f64) {
        let of_topic = self.rows.iter().find(|it| it.topic == topic);
        let row = Assumption {
            topic: topic.to_owned(),
            unit: of_topic.map_or("as the scenario says", |it| &it.unit).to_owned(),
            sector: sector.to_owned(),
            change,
            source: "the scenario".to_owned(),
        };
        let same = |it: &&mut Assumption| it.topic == topic && it.sector == sector;
        match self.rows.iter_mut().find(same) {
            Some(old) => *old = row,
            None => self.rows.push(row),
        }
    }

    /// The mean change of worth that one piece of news makes, over all companies, as a share.
    pub(crate) fn mean_change(&self, scenario: &Scenario, news: &News) -> f64 {
        let companies = scenario.companies();
        let all: f64 = companies.iter().map(|it| self.change_by(news, &it.sector)).sum();
        all / units(i64::try_from(companies.len()).unwrap_or(i64::MAX))
    }

    /// The change of worth that one piece of news makes to a company of a sector, as a share.
    fn change_by(&self, news: &News, sector: &str) -> f64 {
        let about = news.sectors.is_empty() || news.sectors.iter().any(|it| it == sector);
        let (Some(topic), true) = (&news.topic, about) else { return 0.0 };
        let size = news.size.map_or(1.0, |it| units(it) / 1e6);
        self.change(topic, sector).unwrap_or(0.0) * size
    }

    /// For each company, the factor that all news up to a day puts on its worth: news that is no
    /// longer shown has still happened. News without a size counts as one unit. News for leaders is
    /// left out: rules do not know who has heard it.
    pub(crate) fn factors(&self, scenario: &Scenario, day: Day) -> Vec<f64> {
        let mut factors = vec![1.0; scenario.companies().len()];
        let known = |it: &&News| it.day <= day && it.audience == Audience::All;
        for news in scenario.news().iter().filter(known) {
            for (so_far, company) in factors.iter_mut().zip(scenario.companies()) {
                *so_far *= factor(self.change_by(news, &company.sector));
            }
        }
        factors
    }
}
