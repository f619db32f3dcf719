//! Worlds, written as a user writes them.

use std::path::Path;

use insta::assert_snapshot;

use crate::support::{asfm, failure, stdout, succeed};

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let name = |it: std::io::Result<std::fs::DirEntry>| {
        it.expect("an entry").file_name().into_string().expect("text")
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

#[test]
fn a_world_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let told = succeed(folder, &["world", "generate", "market", "--agents", "10", "--days", "5"]);
    assert_snapshot!(told, @"
    wrote market/scenario.toml
    wrote market/companies.toml
    wrote market/population.csv
    wrote market/weights.csv
    wrote market/news.toml
    wrote market/rumour.toml
    wrote market/rumour-placebo.toml
    wrote market/rumour-ordinary.toml
    ");
    let population =
        || std::fs::read_to_string(folder.join("market/population.csv")).expect("text");
    let first = population();
    assert_eq!(first.lines().count(), 11);

    let again = asfm(folder, &["world", "generate", "market"]);
    assert_snapshot!(failure(folder, &again), @"
    exit 2
    error: `market` is not empty; nothing was written (--force writes over files of the same names)
    ");
    std::fs::write(folder.join("market/mine.txt"), "mine").expect("written");
    succeed(folder, &["world", "generate", "market", "--force", "--seed", "2"]);
    assert_ne!(population(), first);
    assert_eq!(names(&folder.join("market")).len(), 9, "what was there besides is kept");
    assert_eq!(names(folder), ["market"], "nothing is left beside it");

    std::fs::create_dir(folder.join("empty")).expect("made");
    succeed(folder, &["world", "generate", "empty"]);
    assert_eq!(names(&folder.join("empty")).len(), 8);
    let here = asfm(&folder.join("empty"), &["world", "generate", ".", "--force"]);
    assert!(here.status.success(), "a folder without a name of its own");
    assert_eq!(names(&folder.join("empty")).len(), 8);
}

#[test]
fn tables_become_a_world_or_are_refused_with_the_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let prices = |close: &str| {
        let text = format!("date,code,close\n2031-03-04,X,9.5\n2031-03-05,X,{close}\n");
        std::fs::write(folder.join("prices.csv"), text).expect("written");
    };
    let import = |start: &str| {
        let flags =
            ["world", "import", "market", "prices.csv", "--from", "plain", "--start", start];
        asfm(folder, &flags)
    };
    prices("much");
    assert_snapshot!(failure(folder, &import("2031-03-06")), @"
    exit 2
    error: prices.csv:3: column `close`: expected a decimal number, found `much`
    ");
    prices("9.6");
    let early = failure(folder, &import("2031-03-01"));
    assert_snapshot!(early, @"
    exit 2
    error: prices.csv: expected a close of `X` before 2031-03-01, found the first one on 2031-03-04
    ");
    assert_eq!(names(folder), ["prices.csv"], "nothing was written");
    let done = import("2031-03-05");
    assert!(stdout(&done).ends_with("wrote market/reference.csv\n"));
    assert_snapshot!(failure(folder, &done), @"
    exit 0
    note: sectors are not known: there is no companies.csv
    note: the 100 traders are made up: no table has them
    note: there is no news: no table has it
    ");
}
