//! Why a scenario's traders cannot be cast, and where it says so.

use asfm_engine::{Scenario, ScenarioError, Source};
use serde::Deserialize;
use toml::Spanned;

use crate::cast::PROFILES;
use crate::model::Profile;
use crate::news::NewsTable;

/// Why a scenario's traders cannot be cast.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CastError {
    /// A parameter under `[rules]` is refused.
    #[error(transparent)]
    Rules(ScenarioError),
    /// A key under `[prompt]` is refused.
    #[error(transparent)]
    Prompt(ScenarioError),
    /// A key under `[social]` is refused.
    #[error(transparent)]
    Social(ScenarioError),
    /// A kind of trader has a profile for which there is no rule, or no text for a language model;
    /// the message names all there are.
    #[error("{place}")]
    UnknownProfile {
        /// The profile.
        profile: String,
        /// Where it is written.
        place: ScenarioError,
    },
    /// News is about a topic of which rules know nothing; the message names all they know.
    #[error("{place}")]
    UnknownTopic {
        /// The topic.
        topic: String,
        /// Where it is written.
        place: ScenarioError,
    },
}

impl CastError {
    /// The mistake in the scenario, with its place.
    pub fn place(&self) -> &ScenarioError {
        match self {
            Self::Rules(it)
            | Self::Prompt(it)
            | Self::Social(it)
            | Self::UnknownProfile { place: it, .. }
            | Self::UnknownTopic { place: it, .. } => it,
        }
    }
}

/// Refuses a crowd whose network no memory would hold.
pub(crate) fn check_crowd(scenario: &Scenario) -> Result<(), CastError> {
    let (traders, stocks) = (scenario.traders() as u64, scenario.companies().len() as u64);
    match scenario.sources().first() {
        Some(from) if traders * stocks > asfm_social::CELLS_MAX => {
            let most = asfm_social::CELLS_MAX / stocks;
            let message = format!(
                "expected at most {most} traders who talk about {stocks} stocks, found {traders}"
            );
            Err(CastError::Social(from.error(0..0, "population.agents", message)))
        }
        _ => Ok(()),
    }
}

/// The parts of a scenario file that are pointed at; the engine has checked them.
#[derive(Deserialize)]
struct File {
    traders: Vec<Traders>,
    #[serde(rename = "news-file")]
    more_news: Option<String>,
    #[serde(default)]
    news: Vec<News>,
}

#[derive(Deserialize)]
struct NewsFile {
    news: Vec<News>,
}

#[derive(Deserialize)]
struct Traders {
    kind: Spanned<String>,
    profile: Option<Spanned<String>>,
}

#[derive(Deserialize)]
struct News {
    topic: Option<Spanned<String>>,
}

/// The kind at this place has a profile without a rule.
pub(crate) fn unknown_profile(scenario: &Scenario, at: usize) -> CastError {
    refused_profile(scenario, at, "rule", &PROFILES)
}

/// The kind at this place has a profile without a text.
pub(crate) fn untold_profile(scenario: &Scenario, at: usize) -> CastError {
    let all = Profile::all();
    let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
    refused_profile(scenario, at, "profile", &names)
}

/// What is `wanted` has no such name; `names` are all there are.
fn refused_profile(scenario: &Scenario, at: usize, wanted: &str, names: &[&str]) -> CastError {
    let profile = scenario.kinds()[at].profile.clone();
    let source = &scenario.sources()[0];
    let refuse = |file: File| {
        let written = &file.traders[at];
        let (span, field) = match &written.profile {
            Some(it) => (it.span(), "profile"),
            None => (written.kind.span(), "kind"),
        };
        let message =
            format!("no {wanted} is called `{profile}`; expected one of `{}`", names.join("`, `"));
        source
            .error(span, &format!("traders[{at}].{field}"), message)
            .hint(format!("`profile = \"…\"` beside `kind` names the {wanted}"))
    };
    let place = source.parse().map_or_else(|error| error, refuse);
    CastError::UnknownProfile { profile, place }
}

/// Rules must know what all news is about; news without a topic is for readers of text.
pub(crate) fn check_topics(scenario: &Scenario, news: &NewsTable) -> Result<(), CastError> {
    let known = |topic: &str| news.rows().iter().any(|it| it.topic == topic);
    if scenario.news().iter().filter_map(|it| it.topic.as_deref()).all(known) {
        return Ok(());
    }
    let source = &scenario.sources()[0];
    let file: File = source.parse().map_err(CastError::Rules)?;
    topics_of(source, &file.news, news)?;
    let named = |it: &&Source| Some(&it.name) == file.more_news.as_ref();
    let Some(source) = scenario.sources()[1..].iter().find(named) else {
        return Ok(());
    };
    let file: NewsFile = source.parse().map_err(CastError::Rules)?;
    topics_of(source, &file.news, news)
}

/// The same for the news of one file.
fn topics_of(source: &Source, written: &[News], news: &NewsTable) -> Result<(), CastError> {
    let known = |topic: &str| news.rows().iter().any(|it| it.topic == topic);
    for (at, written) in written.iter().enumerate() {
        let Some(topic) = &written.topic else {
            continue;
        };
        if known(topic.get_ref()) {
            continue;
        }
        let mut topics: Vec<&str> = news.rows().iter().map(|it| it.topic.as_str()).collect();
        topics.dedup();
        let message = format!(
            "rules know nothing about `{}`; expected one of `{}`",
            topic.get_ref(),
            topics.join("`, `")
        );
        let hint = format!(
            "say what it does under [rules.news.{}], or leave the topic out",
            topic.get_ref()
        );
        let place = source.error(topic.span(), &format!("news[{at}].topic"), message).hint(hint);
        return Err(CastError::UnknownTopic { topic: topic.get_ref().clone(), place });
    }
    Ok(())
}
