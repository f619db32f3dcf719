//! What the binary says of itself, kept as files and checked for drift.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::Value;
use xshell::Shell;

use crate::shell::{self, Args};

const SCHEMA: &str = "fixtures/scenarios/scenario.schema.json";
const KEYS: &str = "docs/scenario.md";
const MANUAL: &str = "docs/cli.md";

/// The JSON Schema of scenario files.
pub(crate) fn schema(mut args: Args) -> anyhow::Result<()> {
    let check = args.flag("--check");
    args.finish()?;
    let shell = shell::at_root()?;
    if !has_binary(&shell)? {
        return Ok(());
    }
    let mut text = asfm(&shell, &["schema"])?;
    text.push('\n');
    keep("schema", SCHEMA, &text, check)?;
    let schema: Value = serde_json::from_str(&text).context("the schema is not JSON")?;
    let page = shell.read_file(KEYS)?;
    let keys = keys(&schema);
    let is_named = |key: &str| {
        let ways = [format!("`{key}`"), format!("`[{key}]`"), format!("`[[{key}]]`")];
        ways.iter().any(|it| page.contains(it))
    };
    if let Some(key) = keys.into_iter().find(|it| !is_named(it)) {
        bail!("{KEYS} does not name the key `{key}`");
    }
    Ok(())
}

/// All keys of the tables that a schema describes.
fn keys(schema: &Value) -> BTreeSet<&str> {
    match schema {
        Value::Object(map) => {
            let own = map.get("properties").and_then(Value::as_object);
            let own = own.into_iter().flat_map(|it| it.keys().map(String::as_str));
            own.chain(map.values().flat_map(keys)).collect()
        }
        Value::Array(list) => list.iter().flat_map(keys).collect(),
        _ => BTreeSet::new(),
    }
}

/// The manual of the command line.
pub(crate) fn run(mut args: Args) -> anyhow::Result<()> {
    let check = args.flag("--check");
    args.finish()?;
    let shell = shell::at_root()?;
    if !has_binary(&shell)? {
        return Ok(());
    }
    let overview = asfm(&shell, &["--help"])?;
    let head = format!(
        "# The command line\n\n\
         <!-- Written by `cargo xtask manual` from the help texts of the binary. -->\n\n\
         ```text\n{overview}\n```\n"
    );
    let verbs = verbs_of(&overview);
    if verbs.is_empty() {
        bail!("`asfm --help` lists no commands");
    }
    let mut pages = vec![head];
    for verb in &verbs {
        let help = asfm(&shell, &[verb, "--help"])?;
        pages.push(format!("\n## `asfm {verb}`\n\n```text\n{help}\n```\n"));
        for inner in verbs_of(&help) {
            let help = asfm(&shell, &[verb, &inner, "--help"])?;
            pages.push(format!("\n### `asfm {verb} {inner}`\n\n```text\n{help}\n```\n"));
        }
    }
    keep("manual", MANUAL, &pages.concat(), check)?;
    let readme = shell.read_file("README.md")?;
    let missing = verbs.iter().find(|it| !readme.contains(&format!("`asfm {it}")));
    if let Some(verb) = missing {
        bail!("README.md does not name the verb `asfm {verb}`");
    }
    Ok(())
}

fn has_binary(shell: &Shell) -> anyhow::Result<bool> {
    let found = shell::has_package(shell, "asfm")?;
    if !found {
        println!("there is no binary `asfm` in this workspace: nothing to check");
    }
    Ok(found)
}

/// What the binary prints; as wide as on any machine.
fn asfm(shell: &Shell, words: &[&str]) -> anyhow::Result<String> {
    let cargo = shell::cargo(shell, "run --quiet --locked --package asfm --").args(words);
    let text = cargo
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .read()
        .with_context(|| format!("`asfm {}` failed", words.join(" ")))?;
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    Ok(lines.join("\n"))
}

/// The verbs that a help text lists under `Commands:`.
fn verbs_of(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|it| *it != "Commands:").skip(1);
    let listed = listed.take_while(|it| it.starts_with("  "));
    // A description that goes on is indented further.
    let verbs = listed.filter(|it| !it.starts_with("   "));
    let verbs = verbs.filter_map(|it| it.split_whitespace().next());
    verbs.filter(|it| *it != "help").map(str::to_owned).collect()
}

fn keep(verb: &str, path: &str, text: &str, check: bool) -> anyhow::Result<()> {
    let full = shell::root().join(path);
    let kept = std::fs::read_to_string(&full).unwrap_or_default();
    if kept == text {
        println!("{verb}: {path} is what the binary says");
        return Ok(());
    }
    if check {
        bail!("{path} is not what the binary says; write it with: cargo xtask {verb}");
    }
    std::fs::create_dir_all(full.parent().unwrap_or(Path::new(".")))?;
    std::fs::write(&full, text).with_context(|| format!("cannot write {path}"))?;
    println!("{verb}: wrote {path}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_from_a_schema() {
        let schema = serde_json::json!({
            "properties": {"name": {"type": "string"}, "market": {"$ref": "#/$defs/Market"}},
            "$defs": {"Market": {"properties": {"price-limit": {}}}},
        });
        assert_eq!(keys(&schema), ["market", "name", "price-limit"].into());
    }

    #[test]
    fn verbs_are_read_from_a_help_text() {
        let help = "Does.\n\nCommands:\n  run      Runs a market\n           and more\n  \
                    verify   Rebuilds\n  help     Prints\n\nOptions:\n  -h, --help  Print";
        assert_eq!(verbs_of(help), ["run", "verify"]);
    }
}
