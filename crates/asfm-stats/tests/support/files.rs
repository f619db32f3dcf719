//! Where golden files and series are, and how they are read.

use std::fs;
use std::path::{Path, PathBuf};

use asfm_stats::series::Series;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The first place that has `name`: the fixtures, or the full set beside the repository.
fn find(fixtures: &str, beside: &str, name: &str) -> Option<PathBuf> {
    [root().join(fixtures), root().join("../shared/golden/public").join(beside)]
        .into_iter()
        .map(|it| it.join(name))
        .find(|it| it.exists())
}

/// A golden file, if it is there.
pub(crate) fn golden(name: &str) -> Option<Value> {
    let path = find("fixtures/golden/stats", "", name)?;
    let text = fs::read_to_string(path).expect("the golden file can be read");
    Some(serde_json::from_str(&text).expect("the golden file is JSON"))
}

/// A series, if it is there: `r` and `volume`, or `adj_close` and `volume`.
pub(crate) fn series(name: &str) -> Option<Series> {
    let path = find("fixtures/series", "series", &format!("{name}.csv"))?;
    let text = fs::read_to_string(path).expect("the series can be read");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|it| it.split(',').collect()).collect();
    let column = |name: &str| -> Option<Vec<f64>> {
        let idx = header.iter().position(|it| *it == name)?;
        Some(rows.iter().map(|it| it[idx].parse().expect("a number")).collect())
    };
    let volume = column("volume");
    let made = match column("r") {
        Some(r) => Series::from_returns(&r, volume.as_deref()),
        None => Series::from_prices(&column("adj_close").expect("prices"), volume.as_deref()),
    };
    Some(made.expect("the series is sound"))
}
