//! The page of several runs side by side.

use std::path::{Path, PathBuf};

use asfm_measure::{Observed, Readings, as_f64};
use asfm_recorder::RunInfo;
use asfm_report::{Axis, Block, Cell, Column, Figure, Page, Section, Series, Shape, Table};
use asfm_stats::market::equal_weight_index;
use asfm_stats::moments;
use asfm_stats::paired::paired_t;
use rayon::prelude::*;

use super::decider;
use crate::failure::{Failure, open_run};
use crate::observe::observe;

/// More lines than this cannot be told apart: then their mean and band stand for them.
const LINES_MAX: usize = 8;

/// A run that is compared.
struct One {
    file: String,
    info: RunInfo,
    readings: Readings,
    /// The days of closes, and the mean return of all stocks up to them.
    path: Vec<(u32, f64)>,
}

/// The page of several run files.
pub(super) fn page(paths: &[PathBuf]) -> Result<Page, Failure> {
    let runs: Vec<Result<One, Failure>> = paths.par_iter().map(|it| read(it)).collect();
    let runs = runs.into_iter().collect::<Result<Vec<One>, Failure>>()?;
    let mut blocks: Vec<Block> = paths_of(&runs).map(Block::Figure).into_iter().collect();
    blocks.push(Block::Table(metrics(&runs)));
    blocks.push(Block::Table(table(&runs)));
    Ok(Page {
        title: format!("{} runs", runs.len()),
        lead: "Runs side by side. A run is one observation: intervals are over runs.".to_owned(),
        facts: vec![("runs".to_owned(), runs.len().to_string())],
        sections: vec![Section { id: "runs".to_owned(), title: "Runs".to_owned(), blocks }],
    })
}

fn read(path: &Path) -> Result<One, Failure> {
    let run = open_run(path)?;
    let observed = observe(&run)?;
    Ok(One {
        file: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        info: run.info().clone(),
        readings: observed.tally.readings(),
        path: index(&observed),
    })
}

fn index(run: &Observed) -> Vec<(u32, f64)> {
    let closes: Vec<&[f64]> = run.tally.closes.iter().map(Vec::as_slice).collect();
    let Ok(index) = equal_weight_index(&closes) else { return Vec::new() };
    let days = std::iter::once(0).chain(run.days.iter().map(|it| it.0));
    days.zip(index.iter().map(|it| it / index[0] - 1.0)).collect()
}

fn paths_of(runs: &[One]) -> Option<Figure> {
    let mut days: Vec<u32> = runs.iter().flat_map(|it| it.path.iter().map(|it| it.0)).collect();
    days.sort_unstable();
    days.dedup();
    let at = |run: &One, day: u32| {
        run.path.binary_search_by_key(&day, |it| it.0).ok().map(|at| run.path[at].1)
    };
    let series = if runs.len() <= LINES_MAX {
        let line = |(n, run): (usize, &One)| {
            Series::new(format!("{} {}", n + 1, run.file), days.iter().map(|day| at(run, *day)))
        };
        runs.iter().enumerate().map(line).collect()
    } else {
        let (mut mean, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new());
        for day in &days {
            let values: Vec<f64> = runs.iter().filter_map(|run| at(run, *day)).collect();
            let ci = paired_t(&values).ok().and_then(|it| it.mean.ci);
            let value = moments::mean(&values).ok().map(|it| it.value);
            mean.push(value);
            low.push(ci.map(|it| it.lo).or(value));
            high.push(ci.map(|it| it.hi).or(value));
        }
        vec![Series::new("mean of the runs", mean).within(low, high)]
    };
    (days.len() > 1).then(|| Figure {
        id: "index".to_owned(),
        title: "Mean return of all stocks".to_owned(),
        caption:
            "Equal-weight index since the last initial close; a band is a 95 % t interval over \
                  runs."
                .to_owned(),
        x: Axis::new("day"),
        y: Axis::percent("return"),
        shape: Shape::Lines {
            x: days.iter().map(|it| f64::from(*it)).collect(),
            series,
            below: None,
        },
        marks: Vec::new(),
    })
}

fn metrics(runs: &[One]) -> Table {
    let all: Vec<_> = runs.iter().map(|it| it.readings.all()).collect();
    let row = |at: usize| {
        let values: Vec<f64> = all.iter().filter_map(|it| it[at].2).collect();
        let missing = || Cell::Missing("nothing to measure".to_owned());
        let number = |it: f64| Cell::number(it, format!("{it:.4}"));
        let ci = paired_t(&values).ok().and_then(|it| it.mean.ci);
        vec![
            Cell::text(Readings::NAMES[at]),
            moments::mean(&values).map_or_else(|_| missing(), |it| number(it.value)),
            moments::sd(&values).map_or_else(|_| missing(), |it| number(it.value)),
            ci.map_or_else(missing, |it| Cell::text(format!("{:.4} to {:.4}", it.lo, it.hi))),
            Cell::text(all[0][at].1),
        ]
    };
    Table {
        caption: "The paper's metrics over the runs.".to_owned(),
        columns: vec![
            Column::text("reading"),
            Column::number("mean", "over runs"),
            Column::number("sd", "over runs"),
            Column::text("95 % interval"),
            Column::text("what"),
        ],
        rows: (0..Readings::NAMES.len()).map(row).collect(),
    }
}

fn table(runs: &[One]) -> Table {
    let row = |it: &One| {
        let last = it.path.last().map_or(0.0, |it| it.1);
        vec![
            Cell::text(&it.file),
            Cell::text(&it.info.scenario),
            Cell::number(as_f64(it.info.seed.0), it.info.seed.0.to_string()),
            Cell::text(decider(&it.info.header.brain)),
            Cell::text(it.info.status.word()),
            Cell::number(as_f64(it.readings.orders.on), it.readings.orders.on.to_string()),
            Cell::number(last, format!("{:+.2} %", 100.0 * last)),
            Cell::text(
                it.info.digest.map(|it| it.to_string()[..12].to_owned()).unwrap_or_default(),
            ),
        ]
    };
    Table {
        caption: "The runs.".to_owned(),
        columns: vec![
            Column::text("file"),
            Column::text("scenario"),
            Column::number("seed", "of all random numbers"),
            Column::text("brain"),
            Column::text("status"),
            Column::number("orders", "accepted"),
            Column::number("return", "mean of all stocks"),
            Column::text("digest"),
        ],
        rows: runs.iter().map(row).collect(),
    }
}
