//! An experiment file, checked.

use asfm_engine::{Scenario, ScenarioError, Source};

use crate::arm::{self, Arm};
use crate::figure::Figure;
use crate::hypothesis::Hypothesis;
use crate::statistic::Statistic;
use crate::word;
use crate::written::{self, Seeds};

/// How many seeds an experiment has unless its file says so (Cohen's d of 0.8 at 80 % power).
const SEEDS: u64 = 15;

/// Arms, seeds and hypotheses, stated before anything is run.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// The file it was read from.
    pub source: Source,
    /// Its name, which files and tables use.
    pub name: String,
    /// What it is, for people.
    pub title: String,
    /// More about it, for its page.
    pub about: String,
    /// The base scenario's file, relative to the experiment's.
    pub scenario: String,
    /// The seeds.
    pub seeds: Vec<u64>,
    /// The brains of the null populations: the whole design is run with each of them, too.
    pub nulls: Vec<String>,
    /// The arms.
    pub arms: Vec<Arm>,
    /// The statistics.
    pub statistics: Vec<Statistic>,
    /// The hypotheses.
    pub hypotheses: Vec<Hypothesis>,
    /// The figures of its page.
    pub figures: Vec<Figure>,
    /// Where the file names the base scenario.
    scenario_span: (usize, usize),
}

impl Experiment {
    /// Reads an experiment file.
    ///
    /// # Errors
    ///
    /// The first mistake, with its place and what was expected.
    pub fn read(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let source = Source { name: file.to_owned(), text: text.to_owned() };
        let it: written::Experiment = source.parse()?;
        if !arm::is_name(it.name.get_ref()) {
            let what = format!("`{}` is no name: expected {}", it.name.get_ref(), arm::NAME);
            return Err(source.error(it.name.span(), "name", what));
        }
        for (at, null) in it.nulls.iter().enumerate() {
            let word = null.get_ref();
            let refuse =
                |what: String| Err(source.error(null.span(), &format!("nulls[{at}]"), what));
            if !["zi", "rules"].contains(&word.as_str()) {
                let place = (null.span(), format!("nulls[{at}]"));
                let place = (place.0, place.1.as_str());
                return Err(word::unknown(&source, place, ("null", word), &["zi", "rules"]));
            }
            if it.nulls[..at].iter().any(|before| before.get_ref() == word) {
                return refuse(format!("the null `{word}` is listed twice"));
            }
        }
        let arms = arm::read(&source, &it.arm)?;
        let mut statistics = Vec::new();
        for (name, written) in &it.statistic {
            statistics.push(Statistic::read(&source, name, written)?);
        }
        let mut hypotheses: Vec<Hypothesis> = Vec::new();
        for (at, written) in it.hypothesis.iter().enumerate() {
            let one = Hypothesis::read(&source, at, written, &arms, &mut statistics)?;
            if hypotheses.iter().any(|other| other.id == one.id) {
                let what = format!("two hypotheses have the id `{}`", one.id);
                return Err(source.error(written.id.span(), &format!("hypothesis[{at}].id"), what));
            }
            hypotheses.push(one);
        }
        let mut figures: Vec<Figure> = Vec::new();
        for (at, written) in it.figure.iter().enumerate() {
            let one = Figure::read(&source, at, written, &arms, &mut statistics)?;
            if figures.iter().any(|other| other.id == one.id) {
                let what = format!("two figures have the id `{}`", one.id);
                return Err(source.error(written.id.span(), &format!("figure[{at}].id"), what));
            }
            figures.push(one);
        }
        let seeds = it.seeds.map_or_else(|| (1..=SEEDS).collect(), |it| it.into_inner().0);
        Ok(Self {
            name: it.name.into_inner(),
            title: it.title,
            about: it.about,
            scenario_span: (it.scenario.span().start, it.scenario.span().end),
            scenario: it.scenario.into_inner(),
            seeds,
            nulls: it.nulls.into_iter().map(toml::Spanned::into_inner).collect(),
            arms,
            statistics,
            hypotheses,
            figures,
            source,
        })
    }

    /// Reads seeds as a flag gives them: how many from 1, or `A..B` with both ends.
    pub fn seeds_of(text: &str) -> Option<Vec<u64>> {
        Seeds::read(text).map(|it| it.0)
    }

    /// A mistake in what an arm changes: the key that it sets, and what is wrong.
    pub fn arm_error(&self, arm: usize, set: &str, what: &str) -> ScenarioError {
        let Arm { name, span, .. } = &self.arms[arm];
        self.source.error(span.0..span.1, &format!("arm `{name}`: set.{set}"), what)
    }

    /// A mistake in the name of an arm's scenario, its own or the base.
    pub fn scenario_error(&self, arm: usize, what: &str) -> ScenarioError {
        let Arm { name, span, scenario, .. } = &self.arms[arm];
        let (span, key) = match scenario {
            Some(_) => (*span, format!("arm `{name}`: scenario")),
            None => (self.scenario_span, "scenario".to_owned()),
        };
        self.source.error(span.0..span.1, &key, what)
    }

    /// Checks that an arm's scenario has what is claimed about it.
    ///
    /// # Errors
    ///
    /// A statistic of a sector, a stock, a kind or a day that the scenario lacks, or a branch after
    /// its end.
    pub fn check(&self, arm: usize, scenario: &Scenario) -> Result<(), ScenarioError> {
        let name = &self.arms[arm].name;
        for it in &self.hypotheses {
            if it.contrast.arms().contains(&arm) {
                self.statistics[it.statistic].check(&self.source, name, scenario)?;
            }
        }
        for it in &self.figures {
            if it.arms.contains(&arm) {
                for statistic in it.statistics() {
                    self.statistics[*statistic].check(&self.source, name, scenario)?;
                }
            }
        }
        if let Some(branch) = self.arms[arm].branch
            && branch.day > scenario.days()
        {
            let key = format!("arm `{name}`: branch.day");
            let what = format!("expected at most {}, found {}", scenario.days(), branch.day);
            return Err(self.source.error(branch.span.0..branch.span.1, &key, what));
        }
        Ok(())
    }
}
