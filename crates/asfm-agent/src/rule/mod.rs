//! The rules by which traders decide at once, and their parameters.

mod aggressive;
mod bdi;
mod contrarian;
mod institutional;
mod neutral;
mod padding;
mod technical;
mod value;
mod zero_intelligence;

use asfm_engine::{Scenario, ScenarioError};
use serde::Deserialize;

pub use aggressive::Aggressive;
pub use bdi::Bdi;
pub(crate) use bdi::Tone;
pub use contrarian::Contrarian;
pub use institutional::Institutional;
pub use neutral::Neutral;
pub use padding::Padding;
pub use technical::Technical;
pub use value::{Fundamental, Value};
pub use zero_intelligence::ZeroIntelligence;

use crate::desk::Desk;
use crate::news::{self, NewsTable};
use crate::setting::Settings;

/// Decides for one trader in one stage of trading.
pub(crate) trait Rule: Sync {
    /// Adds the trader's orders.
    fn act(&self, desk: &mut Desk<'_>);
}

/// The parameters of all rules, as one scenario sets them under `[rules]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// Of profile `value`.
    pub value: Value,
    /// Of profile `institutional`.
    pub institutional: Institutional,
    /// Of profile `contrarian`.
    pub contrarian: Contrarian,
    /// Of profile `aggressive`.
    pub aggressive: Aggressive,
    /// Of profile `neutral`.
    pub neutral: Neutral,
    /// Of profile `technical`.
    pub technical: Technical,
    /// Of profile `fundamental`.
    pub fundamental: Fundamental,
    /// Of profiles `bdi-technical`, `bdi-fundamental` and `bdi`.
    pub bdi: Bdi,
    /// Of profile `padding`.
    pub padding: Padding,
    /// Of profile `zero-intelligence`.
    pub zero_intelligence: ZeroIntelligence,
    /// What all of them assume about news.
    pub news: NewsTable,
}

/// The part of a scenario file that is read here; the engine has checked the rest.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    rules: Written,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Written {
    value: <Value as Settings>::Written,
    institutional: <Institutional as Settings>::Written,
    contrarian: <Contrarian as Settings>::Written,
    aggressive: <Aggressive as Settings>::Written,
    neutral: <Neutral as Settings>::Written,
    technical: <Technical as Settings>::Written,
    fundamental: <Fundamental as Settings>::Written,
    bdi: <Bdi as Settings>::Written,
    padding: <Padding as Settings>::Written,
    zero_intelligence: <ZeroIntelligence as Settings>::Written,
    news: news::Written,
}

impl Rules {
    /// Reads the `[rules]` of a scenario; what it does not set keeps its default.
    ///
    /// # Errors
    ///
    /// The first mistake, with its place.
    pub fn read(scenario: &Scenario) -> Result<Self, ScenarioError> {
        let Some(from) = scenario.sources().first() else {
            return Ok(Self::default());
        };
        let File { rules: it } = from.parse()?;
        Ok(Self {
            value: Settings::read(from, "rules.value", it.value)?,
            institutional: Settings::read(from, "rules.institutional", it.institutional)?,
            contrarian: Settings::read(from, "rules.contrarian", it.contrarian)?,
            aggressive: Settings::read(from, "rules.aggressive", it.aggressive)?,
            neutral: Settings::read(from, "rules.neutral", it.neutral)?,
            technical: Settings::read(from, "rules.technical", it.technical)?,
            fundamental: Settings::read(from, "rules.fundamental", it.fundamental)?,
            bdi: Settings::read(from, "rules.bdi", it.bdi)?,
            padding: Settings::read(from, "rules.padding", it.padding)?,
            zero_intelligence: Settings::read(
                from,
                "rules.zero-intelligence",
                it.zero_intelligence,
            )?,
            news: NewsTable::read(from, &it.news)?,
        })
    }
}
