//! `[prompt]` of a scenario: how language models are asked.

use std::fmt;

use asfm_engine::{Day, Scenario, ScenarioError, StageKind};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use toml::Spanned;

use crate::crowd::SocialSettings;
use crate::model::bdi::believes;
use crate::model::profile::{PARAPHRASES, Wording};
use crate::setting::{Real, Whole, checked};

/// What stands where in a question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// What all traders of a stage share, byte for byte, then what is the trader's own: servers
    /// compute a common beginning once.
    #[default]
    SharedFirst,
    /// Profile, wallet and stocks, then market, orders and news (Gao et al. 2024, section 2.4).
    Paper,
}

/// In how many calls a trader observes and decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Steps {
    /// A short reason, then orders, in one answer.
    #[default]
    OneCall,
    /// An analysis in words, then orders as a second answer of the same conversation.
    TwoCall,
}

/// In how many calls a trader who believes, desires and intends goes through a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plan {
    /// The published sequence: a call for every post, and for every step after them.
    Faithful,
    /// Four calls: what is read, what is believed, what is ordered, what is said.
    #[default]
    Compact,
    /// All of it in one answer.
    Single,
}

/// How freely the steps of such a day are sampled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Temperatures {
    /// All with `temperature`.
    #[default]
    One,
    /// Each with that of the published code, from 0.2 to 2.0.
    Published,
}

/// Which text of its profile a trader is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordingChoice {
    /// All traders the same one.
    Fixed(Wording),
    /// Each trader one that it draws for the whole run.
    Mixed,
}

impl Default for WordingChoice {
    fn default() -> Self {
        Self::Fixed(Wording::Paper)
    }
}

/// How language models are asked, as one scenario says under `[prompt]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the scenario, on its own")]
pub struct PromptSettings {
    /// `layout`: what stands where.
    pub layout: Layout,
    /// `observation`: in how many calls a trader observes and decides.
    pub observation: Steps,
    /// `wording`: which text of its profile a trader is given.
    pub wording: WordingChoice,
    /// `temperature`, in thousandths.
    pub temperature_e3: u32,
    /// `answer-tokens`: the most tokens of an answer.
    pub answer_tokens: u32,
    /// `reason-characters`: how long a reason may be.
    pub reason_characters: u32,
    /// `feedback`: traders are told what became of their orders of the round before.
    pub feedback: bool,
    /// `profile`: false gives every trader the neutral line (A40).
    pub profile: bool,
    /// `observation-blocks`: false leaves out order books, news and the analysis (A41).
    pub observation_blocks: bool,
    /// `re-ask`: an answer that cannot be used is asked for once more.
    pub re_ask: bool,
    /// `clip`: quantities are cut to what a trader can pay or deliver.
    pub clip: bool,
    /// `plan`: in how many calls a trader of profile `bdi` goes through a day.
    pub plan: Plan,
    /// `temperatures`: how freely the steps of such a day are sampled.
    pub temperatures: Temperatures,
}

impl Default for PromptSettings {
    fn default() -> Self {
        Self {
            layout: Layout::default(),
            observation: Steps::default(),
            wording: WordingChoice::default(),
            temperature_e3: 700,
            // Two orders for each of eleven stocks and a reason are some 900 tokens of JSON; a
            // model that reasons aloud needs more.
            answer_tokens: 1_024,
            reason_characters: 240,
            feedback: true,
            profile: true,
            observation_blocks: true,
            re_ask: true,
            clip: false,
            plan: Plan::default(),
            temperatures: Temperatures::default(),
        }
    }
}

/// The part of a scenario file that is read here; the engine has checked the rest.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    prompt: Written,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Written {
    layout: Option<Layout>,
    observation: Option<Steps>,
    wording: Option<WordingChoice>,
    temperature: Option<Spanned<Real>>,
    answer_tokens: Option<Spanned<Whole>>,
    reason_characters: Option<Spanned<Whole>>,
    feedback: Option<bool>,
    profile: Option<bool>,
    observation_blocks: Option<bool>,
    re_ask: Option<bool>,
    clip: Option<bool>,
    plan: Option<Plan>,
    temperatures: Option<Temperatures>,
}

impl PromptSettings {
    /// Questions per trader and stage, not counting what is asked again.
    pub fn calls(&self) -> u32 {
        if self.has_analysis_call() { 2 } else { 1 }
    }

    /// The most questions of a run from a day on, but for those that are asked again: to everybody
    /// [`Self::calls`] in every stage that takes orders, to those who believe, desire and intend
    /// all steps of their plan on every day.
    ///
    /// # Errors
    ///
    /// A mistake under `[social]`.
    pub fn questions(&self, scenario: &Scenario, from: u32) -> Result<u64, ScenarioError> {
        let shown = u64::from(SocialSettings::read(scenario)?.shown);
        let of_a_day = match self.plan {
            // News, two of desire, a first view, belief, choice, data, analysis, decision, post.
            Plan::Faithful => shown + 10,
            Plan::Compact => 4,
            Plan::Single => 1,
        };
        let days = from..=scenario.days();
        let stages = days.clone().map(|day| {
            let stages = scenario.stages(Day(day)).iter();
            stages.filter(|it| **it != StageKind::Talk).count() as u64
        });
        let (stages, days): (u64, u64) = (stages.sum(), days.count() as u64);
        let kinds = scenario.kinds().iter().filter(|it| !it.by_rule && it.profile != "padding");
        let questions = kinds.map(|it| {
            let each = if believes(&it.profile) {
                days.saturating_mul(of_a_day)
            } else {
                stages.saturating_mul(u64::from(self.calls()))
            };
            each.saturating_mul(u64::from(it.traders))
        });
        Ok(questions.fold(0, u64::saturating_add))
    }

    /// Reads the `[prompt]` of a scenario; what it does not set keeps its default.
    ///
    /// # Errors
    ///
    /// The first mistake, with its place.
    pub fn read(scenario: &Scenario) -> Result<Self, ScenarioError> {
        let it = Self::default();
        let Some(from) = scenario.sources().first() else {
            return Ok(it);
        };
        let File { prompt: written } = from.parse()?;
        let number = |field, found: &Option<Spanned<Whole>>, default, range| match found {
            Some(found) => checked::<u32>(from, "prompt", field, found, &range),
            None => Ok(default),
        };
        let temperature_e3 = match &written.temperature {
            Some(found) => {
                thousandths(checked(from, "prompt", "temperature", found, &(0.0..=2.0))?)
            }
            None => it.temperature_e3,
        };
        Ok(Self {
            layout: written.layout.unwrap_or(it.layout),
            observation: written.observation.unwrap_or(it.observation),
            wording: written.wording.unwrap_or(it.wording),
            temperature_e3,
            answer_tokens: number(
                "answer_tokens",
                &written.answer_tokens,
                it.answer_tokens,
                16..=1_000_000,
            )?,
            reason_characters: number(
                "reason_characters",
                &written.reason_characters,
                it.reason_characters,
                1..=10_000,
            )?,
            feedback: written.feedback.unwrap_or(it.feedback),
            profile: written.profile.unwrap_or(it.profile),
            observation_blocks: written.observation_blocks.unwrap_or(it.observation_blocks),
            re_ask: written.re_ask.unwrap_or(it.re_ask),
            clip: written.clip.unwrap_or(it.clip),
            plan: written.plan.unwrap_or(it.plan),
            temperatures: written.temperatures.unwrap_or(it.temperatures),
        })
    }

    /// Whether the analysis is a call of its own; without its blocks there is none (A41).
    pub(crate) fn has_analysis_call(&self) -> bool {
        self.observation == Steps::TwoCall && self.observation_blocks
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a temperature is between 0 and 2"
)]
fn thousandths(temperature: f64) -> u32 {
    (temperature * 1_000.0 + 0.5) as u32
}

impl<'de> Deserialize<'de> for WordingChoice {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = WordingChoice;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "\"paper\", \"mixed\", or a paraphrase from 1 to {PARAPHRASES}")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<WordingChoice, E> {
                match text {
                    "paper" => Ok(WordingChoice::default()),
                    "mixed" => Ok(WordingChoice::Mixed),
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<WordingChoice, E> {
                let found = u8::try_from(number).ok().filter(|it| (1..=PARAPHRASES).contains(it));
                let found = found.map(|it| WordingChoice::Fixed(Wording::Paraphrase(it)));
                found.ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
            }
        }
        from.deserialize_any(Reader)
    }
}
