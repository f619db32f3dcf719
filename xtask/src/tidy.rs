//! What the compiler and clippy cannot see: habits of files.

use std::path::Path;

use anyhow::{Context as _, bail};

use crate::shell::{self, Args};

const LINES_MAX: usize = 600;
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
const CRATES_PAGE: &str = "crates/README.md";

/// The crates in which the same input must give the same output.
const DETERMINISTIC: &[&str] =
    &["crates/asfm-book/src/", "crates/asfm-engine/src/", "crates/asfm-social/src/"];
/// What would let the outside world into them.
const OUTSIDE: &[&str] = &["std::time", "std::fs", "std::net", "std::env", "std::process"];
/// Maps whose order differs from run to run.
const HASHED: &[&str] = &["HashMap", "HashSet"];
/// Where one is used all the same, and why that is sound.
const HASHED_SOUNDLY: &[(&str, &str)] =
    &[("crates/asfm-book/src/index.rs", "a fixed hasher, and only looked up, never iterated")];

/// Folders that only one machine has.
const MACHINE: &[&str] = &["home", "root", "Users", "work", "workspace", "mnt", "srv"];
/// Left in by accident.
const UNFINISHED: &[&str] = &["todo!(", "unimplemented!(", "FIXME", "XXX"];
/// This file names what it looks for.
const MYSELF: &str = "xtask/src/tidy.rs";

/// A file of the project.
struct File {
    path: String,
    text: String,
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    args.finish()?;
    let files = files()?;
    let mut found: Vec<String> = files.iter().flat_map(check).collect();
    found.extend(crates_page(&files));
    let exists = |path: &Path| shell::root().join(path).exists();
    found.extend(files.iter().flat_map(|it| dead_links(it, exists)));
    for it in &found {
        eprintln!("{it}");
    }
    match found.len() {
        0 => println!("tidy: {} files, nothing found", files.len()),
        1 => bail!("one thing is untidy"),
        n => bail!("{n} things are untidy"),
    }
    Ok(())
}

/// Every text that is kept or about to be.
fn files() -> anyhow::Result<Vec<File>> {
    let shell = shell::at_root()?;
    let git = shell.cmd("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let listed = git.quiet().read().context("git cannot list the files")?;
    let mut files = Vec::new();
    for path in listed.lines() {
        // A file that was deleted is still listed; one that is no text is nobody's habit.
        if let Ok(text) = std::fs::read_to_string(shell::root().join(path)) {
            files.push(File { path: path.to_owned(), text });
        }
    }
    Ok(files)
}

/// What is untidy in one file, as `path:line: what`.
fn check(file: &File) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |line: usize, what: String| found.push(format!("{}:{line}: {what}", file.path));
    let has_type = |it: &str| Path::new(&file.path).extension().is_some_and(|found| found == it);
    let is_rust = has_type("rs");
    if is_rust {
        let lines = file.text.lines().count();
        if lines > LINES_MAX {
            say(lines, format!("the file has more than {LINES_MAX} lines; split it"));
        }
    }
    if has_type("md") {
        let heads = headings(&file.text);
        if heads.len() != 1 {
            let line = heads.get(1).copied().unwrap_or(1);
            say(line, format!("a document has one first heading, not {}", heads.len()));
        }
    }
    if file.path.ends_with("Cargo.lock") {
        for (at, line) in numbered(&file.text) {
            if line.starts_with("source = ") && line != format!("source = \"{REGISTRY}\"") {
                say(at, "a crate from elsewhere than the crates.io index".to_owned());
            }
        }
    } else if file.path != MYSELF {
        for (at, line) in numbered(&file.text) {
            if names_machine(line) {
                say(at, "a path that only one machine has".to_owned());
            }
            if let Some(word) =
                UNFINISHED.iter().find(|it| is_rust && line.contains(*it) || line.contains("FIXME"))
            {
                say(at, format!("`{word}` was left in"));
            }
        }
    }
    let is_scenario = file.path.starts_with("fixtures/scenarios/");
    let is_data = is_scenario || file.path.starts_with("fixtures/companies/");
    if is_data && has_type("toml") && !names_source(&file.text) {
        say(1, "a fixture begins with a comment that names its source and year".to_owned());
    }
    if is_rust && DETERMINISTIC.iter().any(|it| file.path.starts_with(it)) {
        let is_excused = HASHED_SOUNDLY.iter().any(|it| it.0 == file.path);
        let code = numbered(&file.text).take_while(|it| it.1.trim() != "#[cfg(test)]");
        for (at, line) in code.filter(|it| !it.1.trim_start().starts_with("//")) {
            if let Some(word) = OUTSIDE.iter().find(|it| line.contains(*it)) {
                say(at, format!("`{word}` in a crate without an outside world"));
            }
            if let Some(word) = HASHED.iter().find(|it| !is_excused && line.contains(*it)) {
                say(at, format!("`{word}` in a deterministic crate; take a `BTreeMap` or a `Vec`"));
            }
        }
    }
    found
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines())
}

/// The lines of first headings, outside of examples.
fn headings(text: &str) -> Vec<usize> {
    let mut is_example = false;
    let mut found = Vec::new();
    for (at, line) in numbered(text) {
        if line.trim_start().starts_with("```") {
            is_example = !is_example;
        } else if !is_example && line.starts_with("# ") {
            found.push(at);
        }
    }
    found
}

fn names_machine(line: &str) -> bool {
    MACHINE.iter().any(|folder| {
        let path = format!("/{folder}/");
        line.match_indices(&path).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            before.is_none_or(|it| !(it.is_alphanumeric() || "._-/*}~".contains(it)))
        })
    })
}

/// Whether a TOML file begins with a comment in which a year or the word "source" occurs.
fn names_source(text: &str) -> bool {
    let comment: Vec<&str> = text.lines().take_while(|it| it.starts_with('#')).collect();
    let comment = comment.join(" ");
    let mut words = comment.split(|it: char| !it.is_alphanumeric());
    words.any(|it| {
        let is_year = it.len() == 4 && it.parse().is_ok_and(|it: u32| (1800..2200).contains(&it));
        is_year || it.eq_ignore_ascii_case("source")
    })
}

/// Links of a document to files that do not exist.
fn dead_links(file: &File, exists: impl Fn(&Path) -> bool) -> Vec<String> {
    let path = Path::new(&file.path);
    if path.extension().is_none_or(|it| it != "md") {
        return Vec::new();
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut found = Vec::new();
    for (at, line) in numbered(&file.text) {
        let links = line.split("](").skip(1);
        for link in links.filter_map(|it| it.split_once(')')).map(|it| it.0) {
            let target = link.split('#').next().unwrap_or_default();
            let is_ours = !target.is_empty() && !target.contains("://");
            if is_ours && !exists(&folder.join(target)) {
                found.push(format!("{}:{at}: a link to nowhere, `{link}`", file.path));
            }
        }
    }
    found
}

/// Every crate has its paragraph.
fn crates_page(files: &[File]) -> Vec<String> {
    let page = files.iter().find(|it| it.path == CRATES_PAGE);
    let page = page.map_or("", |it| it.text.as_str());
    let mut found = Vec::new();
    for file in files {
        let name = file.path.strip_prefix("crates/");
        let Some(name) = name.and_then(|it| it.strip_suffix("/Cargo.toml")) else {
            continue;
        };
        if !page.contains(&format!("`{name}`")) {
            found.push(format!("{CRATES_PAGE}:1: the crate `{name}` is not listed"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&File { path: path.to_owned(), text: text.to_owned() })
    }

    #[test]
    fn a_long_file_is_untidy() {
        assert!(found("a.rs", &"x\n".repeat(600)).is_empty());
        assert_eq!(found("a.rs", &"x\n".repeat(601)).len(), 1);
    }

    #[test]
    fn a_document_has_one_first_heading() {
        assert!(found("a.md", "# One\n\n```sh\n# a comment\n```\n").is_empty());
        assert_eq!(
            found("a.md", "# One\n# Two\n"),
            ["a.md:2: a document has one first heading, not 2"]
        );
        assert_eq!(found("a.md", "words\n").len(), 1);
    }

    #[test]
    fn a_path_of_one_machine_is_untidy() {
        assert_eq!(found("a.toml", "path = \"/home/ann/asfm\"").len(), 1);
        assert_eq!(found("a.rs", "open(\"/root/x\")").len(), 1);
        assert!(found("a.md", "# A\nsee docs/work/list, and/or https://a.b/home/x").is_empty());
    }

    #[test]
    fn another_registry_is_untidy() {
        let lock = format!("source = \"{REGISTRY}\"\n");
        assert!(found("Cargo.lock", &lock).is_empty());
        assert_eq!(found("Cargo.lock", "source = \"git+https://a.b/c\"\n").len(), 1);
    }

    #[test]
    fn the_clock_stays_out_of_the_market() {
        let text = "let now = std::time::Instant::now();";
        assert_eq!(found("crates/asfm-engine/src/a.rs", text).len(), 1);
        assert!(found("crates/asfm/src/a.rs", text).is_empty());
        assert!(found("crates/asfm-engine/src/a.rs", "//! no std::time here").is_empty());
        let test = format!("#[cfg(test)]\nmod tests {{ {text} }}");
        assert!(found("crates/asfm-engine/src/a.rs", &test).is_empty());
    }

    #[test]
    fn a_hashed_order_stays_out_of_the_market() {
        let text = "let map = HashMap::new();";
        assert_eq!(found("crates/asfm-book/src/book.rs", text).len(), 1);
        assert!(found("crates/asfm-book/src/index.rs", text).is_empty());
    }

    #[test]
    fn a_fixture_names_its_source() {
        let path = "fixtures/scenarios/a.toml";
        assert!(found(path, "# After Gao et al. 2024.\nname = \"a\"").is_empty());
        assert!(found(path, "# A market.\n# Source: made up.\n").is_empty());
        assert_eq!(found(path, "name = \"a\" # 2024").len(), 1);
    }

    #[test]
    fn what_was_left_in_is_found() {
        assert_eq!(found("a.rs", "todo!()").len(), 1);
        assert_eq!(found("a.toml", "# FIXME").len(), 1);
        assert!(found("a.md", "# Rules\nno `todo!()` in code").is_empty());
    }

    #[test]
    fn a_link_to_nowhere_is_untidy() {
        let text = "# A\n[b](b.md#part), [c](../c.md), [d](https://d.e/f), [here](#part)\n";
        let file = File { path: "docs/a.md".to_owned(), text: text.to_owned() };
        let found = dead_links(&file, |path| path == Path::new("docs/b.md"));
        assert_eq!(found, ["docs/a.md:2: a link to nowhere, `../c.md`"]);
        assert!(dead_links(&file, |_| true).is_empty());
    }

    #[test]
    fn every_crate_is_listed() {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let files = [
            file("crates/README.md", "`asfm-a`: …"),
            file("crates/asfm-a/Cargo.toml", ""),
            file("crates/asfm-b/Cargo.toml", ""),
        ];
        assert_eq!(crates_page(&files), ["crates/README.md:1: the crate `asfm-b` is not listed"]);
    }
}
