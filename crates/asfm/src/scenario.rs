//! Scenario files: reading with includes and changes, checking, and one to start from.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use asfm_agent::model::PromptSettings;
use asfm_agent::{BrainKind, Cast};
use asfm_engine::{Cash, Scenario, ScenarioError, TraderId};
use toml_edit::{DocumentMut, Item, Table, Value};

use crate::cli::{Check, Init};
use crate::failure::{Failure, misuse};

/// Reads a scenario file with the files that it names, changed as the flags say.
pub(crate) fn read(path: &Path, changes: &[(String, String)]) -> Result<Scenario, Failure> {
    let shown = path.display().to_string();
    let text = text_of(path).map_err(|why| misuse(format!("cannot read `{shown}`: {why}")))?;
    let text = changed(&shown, &text, changes)?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let scenario = Scenario::read(&shown, &text, |name| text_of(&folder.join(name)));
    whole(scenario.map_err(|it| found_from_here(it, &shown, &folder))?)
}

/// The mistake with the place of an included file as it is found from here, not from the scenario.
fn found_from_here(mistake: ScenarioError, scenario: &str, folder: &Path) -> ScenarioError {
    if mistake.file == scenario {
        return mistake;
    }
    ScenarioError { file: folder.join(&mistake.file).display().to_string(), ..mistake }
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

/// A change that cannot be made.
pub(crate) struct Unset {
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) why: String,
}

/// The text with some keys changed as flags ask for; all else, comments included, stays as it is.
pub(crate) fn changed(
    file: &str,
    text: &str,
    changes: &[(String, String)],
) -> Result<String, Failure> {
    apply(text, changes).map_err(|it| {
        let Unset { key, value, why } = it;
        misuse(format!("--set {key}={value}: {why} in {file}"))
    })
}

/// As [`changed`], whoever asks for it.
pub(crate) fn apply(text: &str, changes: &[(String, String)]) -> Result<String, Unset> {
    if changes.is_empty() {
        return Ok(text.to_owned());
    }
    let Ok(mut document) = text.parse::<DocumentMut>() else {
        // The scenario's own reader tells where and why.
        return Ok(text.to_owned());
    };
    for (key, value) in changes {
        let refuse = |why: String| Unset { key: key.clone(), value: value.clone(), why };
        let keys: Vec<&str> = key.split('.').collect();
        if keys.iter().any(|it| it.is_empty()) {
            return Err(refuse("no key".to_owned()));
        }
        // What is no TOML value is text: `--set market.continuous=maker`.
        let new: Value = value.parse().unwrap_or_else(|_| Value::from(value.as_str()));
        set(document.as_item_mut(), &keys, &new).map_err(refuse)?;
    }
    Ok(document.to_string())
}

/// The text that a scenario has under a dotted key, if it has one.
pub(crate) fn named(text: &str, key: &str) -> Option<String> {
    let document: DocumentMut = text.parse().ok()?;
    let at = key.split('.').try_fold(document.as_item(), |at, name| at.get(name))?;
    at.as_str().map(str::to_owned)
}

/// Sets a key in a table, in one entry of a list (`traders.0.capital`) or in all (`traders.*.…`).
fn set(at: &mut Item, keys: &[&str], new: &Value) -> Result<(), String> {
    let Some((name, rest)) = keys.split_first() else {
        let decor = at.as_value().map(|it| it.decor().clone());
        *at = Item::Value(new.clone());
        if let (Some(decor), Some(value)) = (decor, at.as_value_mut()) {
            *value.decor_mut() = decor;
        }
        return Ok(());
    };
    match at {
        Item::Table(table) => {
            let missing = || if rest.is_empty() { Item::None } else { Item::Table(Table::new()) };
            if rest.is_empty() && !table.get(name).is_some_and(Item::is_value) {
                table.insert(name, Item::Value(new.clone()));
                return Ok(());
            }
            set(table.entry(name).or_insert_with(missing), rest, new)
        }
        Item::Value(Value::InlineTable(table)) if rest.is_empty() => {
            table.insert(*name, new.clone());
            Ok(())
        }
        Item::Value(Value::InlineTable(_)) => {
            let missing = || format!("`{name}` is no table");
            set(at.get_mut(name).ok_or_else(missing)?, rest, new)
        }
        Item::ArrayOfTables(all) => {
            for at in places(name, all.len())? {
                let Some(table) = all.get_mut(at) else { continue };
                let mut item = Item::Table(std::mem::take(table));
                let done = set(&mut item, rest, new);
                if let Item::Table(changed) = item {
                    *table = changed;
                }
                done?;
            }
            Ok(())
        }
        Item::Value(Value::Array(all)) => {
            for at in places(name, all.len())? {
                let Some(value) = all.get_mut(at) else { continue };
                let mut item = Item::Value(value.clone());
                set(&mut item, rest, new)?;
                if let Item::Value(changed) = item {
                    *value = changed;
                }
            }
            Ok(())
        }
        _ => Err(format!("the key `{name}` belongs to no table")),
    }
}

/// The places in a list that a word means: a number from 0, or `*` for all.
fn places(word: &str, len: usize) -> Result<Vec<usize>, String> {
    if word == "*" {
        return Ok((0..len).collect());
    }
    match word.parse() {
        Ok(at) if at < len => Ok(vec![at]),
        _ => Err(format!(
            "`{word}` is no place in a list of {len}: expected 0 to {} or *",
            len.saturating_sub(1)
        )),
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
    if let Some(roster) = scenario.roster() {
        let traits = roster.traits();
        let names = if traits.is_empty() { "none".to_owned() } else { traits.join(", ") };
        let total = (0..roster.len()).map(TraderId::at).map(|it| roster.capital(it)).sum::<Cash>();
        writeln!(
            out,
            "a table of {} traders with {total} in cash and shares; traits: {names}",
            roster.len(),
        )?;
    }
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
    let include = |name: &str| {
        let ours = name == "../companies/asfm.toml";
        ours.then(|| COMPANIES.to_owned()).ok_or_else(|| {
            "the program brings only the companies; give the scenario as a file".to_owned()
        })
    };
    whole(Scenario::read("asfm-baseline.toml", &text, include)?)
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
    fn lists_are_changed_one_by_one_or_whole() {
        let text = "name = \"m\"\n[[traders]]\nkind = \"a\"\n[[traders]]\nkind = \"b\"\n";
        let try_set = |set: &str| {
            changed("s.toml", text, &changes(&[set.into()]).expect("a key and a value"))
        };
        let each = try_set("traders.*.profile=neutral").expect("sound");
        assert_eq!(each.matches("profile = \"neutral\"").count(), 2);
        let one = try_set("traders.1.kind=c").expect("sound");
        assert!(one.contains("\"a\"") && one.contains("\"c\"") && !one.contains("\"b\""));
        let whole = try_set("traders=[{ kind = \"x\", ratio = 1 }]").expect("sound");
        assert!(whole.contains("traders = [{ kind = \"x\", ratio = 1 }]"), "{whole}");
        assert!(!whole.contains("[[traders]]"));
        let far = try_set("traders.2.kind=c").expect_err("there are two");
        assert!(far.text().contains("expected 0 to 1 or *"), "{}", far.text());
    }

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
