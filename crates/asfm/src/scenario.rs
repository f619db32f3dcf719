//! Scenario files: reading with includes and changes, checking, and one to start from.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use asfm_agent::model::PromptSettings;
use asfm_agent::{BrainKind, Cast};
use asfm_engine::Scenario;
use toml_edit::{DocumentMut, Item, Table, Value};

use crate::cli::{Check, Init};
use crate::failure::{Failure, misuse};

/// Reads a scenario file with the files that it names, changed as the flags say.
pub(crate) fn read(path: &Path, changes: &[(String, String)]) -> Result<Scenario, Failure> {
    let shown = path.display().to_string();
    let text = text_of(path).map_err(|why| misuse(format!("cannot read `{shown}`: {why}")))?;
    let text = changed(&shown, &text, changes)?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    whole(Scenario::read(&shown, &text, |name| text_of(&folder.join(name)))?)
}

/// Checks what the exchange passes over, whoever will decide.
pub(crate) fn whole(scenario: Scenario) -> Result<Scenario, Failure> {
    PromptSettings::read(&scenario)?;
    Ok(scenario)
}

fn text_of(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
}

/// The changes that `KEY=VALUE` flags ask for.
pub(crate) fn changes(set: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let split = |it: &String| {
        it.split_once('=')
            .filter(|(key, _)| !key.trim().is_empty())
            .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
            .ok_or_else(|| misuse(format!("--set {it}: expected KEY=VALUE")))
    };
    set.iter().map(split).collect()
}

/// The text with some keys changed; all else, comments included, stays as it is.
pub(crate) fn changed(
    file: &str,
    text: &str,
    changes: &[(String, String)],
) -> Result<String, Failure> {
    if changes.is_empty() {
        return Ok(text.to_owned());
    }
    let Ok(mut document) = text.parse::<DocumentMut>() else {
        // The scenario's own reader tells where and why.
        return Ok(text.to_owned());
    };
    for (key, value) in changes {
        let refuse = |why: &str| misuse(format!("--set {key}={value}: {why} in {file}"));
        let mut keys: Vec<&str> = key.split('.').collect();
        let last = keys.pop().filter(|it| !it.is_empty()).ok_or_else(|| refuse("no key"))?;
        let mut at = document.as_item_mut();
        for name in keys {
            at = step(at, name).ok_or_else(|| refuse(&format!("`{name}` is no table")))?;
        }
        // What is no TOML value is text: `--set market.continuous=maker`.
        let new: Value = value.parse().unwrap_or_else(|_| Value::from(value.as_str()));
        match at {
            Item::Value(Value::InlineTable(table)) => drop(table.insert(last, new)),
            Item::Table(table) => match table.get_mut(last).and_then(Item::as_value_mut) {
                Some(old) => {
                    let decor = old.decor().clone();
                    *old = new;
                    *old.decor_mut() = decor;
                }
                None => drop(table.insert(last, Item::Value(new))),
            },
            _ => return Err(refuse("the key belongs to no table")),
        }
    }
    Ok(document.to_string())
}

/// One step down: a table, made if it is missing, or a place in a list of tables.
fn step<'d>(at: &'d mut Item, name: &str) -> Option<&'d mut Item> {
    match at {
        Item::Table(table) => Some(table.entry(name).or_insert_with(|| Item::Table(Table::new()))),
        Item::Value(Value::InlineTable(_)) => at.get_mut(name),
        _ => None,
    }
}

/// `asfm check`.
pub(crate) fn check(flags: &Check) -> Result<(), Failure> {
    let scenario = read(&flags.scenario, &changes(&flags.set)?)?;
    cast(&scenario, scenario.seed(), BrainKind::Rules)?;
    let mut out = std::io::stdout().lock();
    let kinds: Vec<String> =
        scenario.kinds().iter().map(|it| format!("{} {}", it.traders, it.name)).collect();
    writeln!(out, "{}: {}", scenario.name(), scenario.title())?;
    writeln!(
        out,
        "{} days, {} of them trading days; {} stocks; {} traders: {}; {} news; seed {}",
        scenario.days(),
        scenario.trading_days(),
        scenario.companies().len(),
        scenario.traders(),
        kinds.join(", "),
        scenario.news().len(),
        scenario.seed().0,
    )?;
    Ok(())
}

/// The traders' brains.
pub(crate) fn cast(
    scenario: &Scenario,
    seed: asfm_engine::Seed,
    brains: BrainKind,
) -> Result<Cast, Failure> {
    Cast::new(scenario, seed, brains).map_err(|error| Failure::from(error.place().clone()))
}

const SCENARIO: &str = include_str!("../../../fixtures/scenarios/asfm-baseline.toml");
const COMPANIES: &str = include_str!("../../../fixtures/companies/asfm.toml");

/// The ASFM market that comes with the program.
pub(crate) fn baseline(changes: &[(String, String)]) -> Result<Scenario, Failure> {
    let text = changed("asfm-baseline.toml", SCENARIO, changes)?;
    whole(Scenario::read("asfm-baseline.toml", &text, |_| Ok(COMPANIES.to_owned()))?)
}

/// `asfm init`.
pub(crate) fn init(flags: &Init) -> Result<(), Failure> {
    let scenario = SCENARIO
        .replace("companies = \"../companies/asfm.toml\"", "companies = \"companies.toml\"")
        .replace("name = \"asfm-baseline\"", "name = \"market\"");
    let schema = serde_json::to_string_pretty(&Scenario::json_schema()).context("the schema")?;
    let files = [
        ("market.toml", format!("#:schema ./scenario.schema.json\n{scenario}")),
        ("companies.toml", COMPANIES.to_owned()),
        ("scenario.schema.json", format!("{schema}\n")),
    ];
    let path = |name: &str| flags.folder.join(name);
    if !flags.force
        && let Some((name, _)) = files.iter().find(|(name, _)| path(name).exists())
    {
        let shown = path(name).display().to_string();
        return Err(misuse(format!("`{shown}` exists; nothing was written (--force overwrites)")));
    }
    let failed = |path: PathBuf| format!("cannot write `{}`", path.display());
    std::fs::create_dir_all(&flags.folder).with_context(|| failed(flags.folder.clone()))?;
    for (name, text) in &files {
        std::fs::write(path(name), text).with_context(|| failed(path(name)))?;
    }
    let mut out = std::io::stdout().lock();
    for (name, _) in &files {
        writeln!(out, "wrote {}", path(name).display())?;
    }
    writeln!(out, "try: asfm run {}", path("market.toml").display())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_keeps_comments_and_places() {
        let text = "# a market\n[market]\ntick = \"0.01\" # step\n";
        let set = changes(&["market.tick=\"0.05\"".into(), "population.agents=40".into()]);
        let new = changed("s.toml", text, &set.expect("sound")).expect("sound");
        assert_eq!(
            new,
            "# a market\n[market]\ntick = \"0.05\" # step\n\n[population]\nagents = 40\n"
        );
    }
}
