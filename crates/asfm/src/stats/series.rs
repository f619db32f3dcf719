//! `asfm stats series`: every statistic of a column of prices or returns.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;

use anyhow::Context as _;
use asfm_stats::card;
use asfm_stats::long::Long;
use asfm_stats::series::{Options, Series, SeriesReport, report};
use asfm_stats::yardstick::{Compared, compared};
use serde::Serialize;
use serde_json::Value;

use super::column::{self, Columns, Wanted};
use super::{lines, page};
use crate::cli::StatsSeries;
use crate::failure::{Failure, misuse};

/// Beyond so many returns only moments and drawdowns are of all of them, all else of the last ones:
/// much of it takes more than one pass.
const LONG: usize = 20_000;
/// Windows taken from each real series.
const WINDOWS: usize = 8;

const AAPL: &str = include_str!("../../../../fixtures/series/real_aapl.csv");
const IBM: &str = include_str!("../../../../fixtures/series/real_ibm.csv");

/// The real series that are shipped; their licence is told in `fixtures/series`.
pub(super) fn references() -> Vec<Series> {
    let volume = Some("volume");
    let wanted = Wanted { column: "adj_close", returns: false, volume, volume_kept: usize::MAX };
    let one = |(name, text): (&str, &str)| {
        let read =
            column::read(name, text.as_bytes(), None, wanted).expect("the shipped file is sound");
        Series::from_prices(&read.values, read.volume.as_deref()).expect("prices are above 0")
    };
    [("AAPL", AAPL), ("IBM", IBM)].map(one).into()
}

/// A card beside its yardsticks.
pub(super) fn yardsticks(
    series: &Series,
    references: &[Series],
    options: card::Options,
) -> Result<Compared, Failure> {
    let compared = compared(series, references, WINDOWS, &options);
    Ok(compared.context("the card cannot be computed")?)
}

/// What is printed as JSON: the names are those of the golden files.
#[derive(Serialize)]
struct Told<'a> {
    source: &'a str,
    column: &'a str,
    first: Option<&'a str>,
    last: Option<&'a str>,
    rows: usize,
    #[serde(flatten)]
    report: &'a Value,
    needs: Value,
    /// How many returns, the last ones, all but moments and drawdowns are of.
    window: usize,
    card: Value,
    gaussian_walk: Value,
    real_windows: Value,
    real_source: &'static str,
}

pub(super) fn series(flags: &StatsSeries) -> Result<(), Failure> {
    let name = flags.file.display().to_string();
    let wanted = Wanted {
        column: &flags.column,
        returns: flags.returns,
        volume: flags.volume.as_deref(),
        volume_kept: LONG,
    };
    let refused = |error: std::io::Error| misuse(format!("cannot read {name}: {error}"));
    let file = File::open(&flags.file).map_err(refused)?;
    // Nothing is known beforehand of the length of a pipe.
    let bytes = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|it| it.len());
    let read = column::read(&name, file, bytes, wanted).map_err(misuse)?;
    let Columns { values, volume, dates } = read;
    let rows = values.len();
    let refused = |error| misuse(format!("{name}: `{}`: {error}", flags.column));
    let Long { n, moments, drawdown, last } =
        long(values, volume.as_deref(), flags.returns).map_err(refused)?;
    let options = Options { seed: flags.resampling.resampling_seed, ..Options::default() };
    let window = last.returns.len();
    let report = report(&last, &options).map_err(refused)?;
    let report = SeriesReport { n, moments, drawdown, ..report };
    let compared = yardsticks(&last, &references(), flags.resampling.into())?;

    let report = serde_json::to_value(&report).context("the report")?;
    if flags.json {
        let (first, last_date) = dates.as_ref().map(|(a, b)| (a.as_str(), b.as_str())).unzip();
        let told = Told {
            source: &name,
            column: &flags.column,
            first,
            last: last_date,
            rows,
            needs: lines::needs(&report, n),
            report: &report,
            window,
            card: page::card_json(&compared.card),
            gaussian_walk: page::card_json(&compared.gaussian_walk),
            real_windows: serde_json::to_value(&compared.real_windows).context("windows")?,
            real_source: "AAPL and IBM, adjusted closes, 2000-03 to 2013-03",
        };
        let text = serde_json::to_string(&told).context("the statistics")?;
        writeln!(std::io::stdout(), "{text}")?;
        return Ok(());
    }
    let mut text = format!("{name} · {} · {n} returns", flags.column);
    if let Some((first, last)) = &dates {
        write!(text, " · {first} to {last}").expect("a string takes all text");
    }
    text += "\n\n";
    for (name, value) in lines::lines(&report, n) {
        writeln!(text, "{name:<37} {value:>18}").expect("a string takes all text");
    }
    if window < n {
        writeln!(
            text,
            "\nmoments and drawdowns are of all {n} returns, all else of the last {window}"
        )
        .expect("a string takes all text");
    }
    text += "\n";
    text += &card_text(&compared);
    write!(std::io::stdout(), "{text}")?;
    Ok(())
}

fn long(values: Vec<f64>, volume: Option<&[f64]>, returns: bool) -> asfm_stats::Result<Long> {
    let long =
        if returns { Long::from_returns(values, LONG)? } else { Long::from_prices(values, LONG)? };
    match volume {
        // The volume of a first price belongs to no return.
        Some(it) => {
            let surplus = it.len().saturating_sub(long.last.returns.len());
            long.with_volume(&it[surplus..])
        }
        None => Ok(long),
    }
}

/// A card with what stands beside it.
pub(super) fn card_text(compared: &Compared) -> String {
    let card = &compared.card;
    let windows = compared.real_windows.as_deref();
    let beside = page::Beside { walk: &compared.gaussian_walk, windows };
    let table = page::card_table(card, beside);
    format!("{table}\n\n{}\n{}", page::core(card), page::notes(card, windows))
}
