//! Tables of worlds, read back by other means than those that wrote them.

use std::collections::BTreeMap;

use asfm_engine::{Scenario, ScenarioError};
use asfm_world::World;

/// A table by rows, each by the names of its columns.
pub(crate) fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|it| it.expect("a sound table")).collect()
}

pub(crate) fn file<'a>(world: &'a World, name: &str) -> &'a str {
    world.file(name).unwrap_or_else(|| panic!("no {name} among the files"))
}

/// How many rows have each value of a column.
pub(crate) fn counts<'a>(
    rows: &'a [BTreeMap<String, String>],
    column: &str,
) -> BTreeMap<&'a str, u32> {
    let mut counts = BTreeMap::new();
    for it in rows {
        *counts.entry(it[column].as_str()).or_default() += 1;
    }
    counts
}

/// Money in cents, exactly.
pub(crate) fn cents(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').expect("money has places");
    assert_eq!(part.len(), 2, "{text} is in cents");
    whole.parse::<i64>().expect("digits") * 100 + part.parse::<i64>().expect("digits")
}

/// The stock codes of a population, by its head.
pub(crate) fn codes(population: &str) -> Vec<String> {
    let head = population.lines().next().expect("a head");
    head.split(',').filter_map(|it| it.strip_suffix(":cost")).map(str::to_owned).collect()
}

/// Reads the scenario and all that it names, as a run does.
pub(crate) fn scenario(world: &World) -> Result<Scenario, Box<ScenarioError>> {
    let include = |name: &str| world.file(name).map(str::to_owned).ok_or("none".to_owned());
    Scenario::read("scenario.toml", file(world, "scenario.toml"), include).map_err(Box::new)
}
