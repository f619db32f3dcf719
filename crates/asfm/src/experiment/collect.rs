//! `asfm experiment collect`: all runs of a plan as a few tables for notebooks.

use std::fs;
use std::io::Write as _;

use anyhow::Context as _;
use asfm_experiment::Task;
use asfm_recorder::Run;

use super::flags::Collect;
use super::folder::Folder;
use crate::failure::{Failure, open_run};
use crate::observe::observe;
use crate::parquet::Kind::{Int, Real, Text};
use crate::parquet::{Cell, Table};

/// `asfm experiment collect`.
pub(super) fn collect(flags: &Collect) -> Result<(), Failure> {
    let folder = Folder::open(&flags.folder)?;
    fs::create_dir_all(&flags.out)
        .with_context(|| format!("cannot make `{}`", flags.out.display()))?;
    let mut tables = Tables::create(flags)?;
    let mut done = 0;
    for task in &folder.tasks {
        let path = folder.run(task);
        if path.exists() {
            tables.add(&folder, task, &open_run(&path)?)?;
            done += 1;
        }
    }
    let mut out = std::io::stdout().lock();
    for path in tables.finish()? {
        writeln!(out, "wrote {}", path.display())?;
    }
    writeln!(out, "{done} of {} runs", folder.tasks.len())?;
    Ok(())
}

/// The tables that are being written.
struct Tables {
    runs: Table,
    days: Table,
    trades: Table,
    agents: Table,
    metrics: Table,
}

impl Tables {
    fn create(flags: &Collect) -> Result<Self, Failure> {
        let path = |name: &str| flags.out.join(format!("{name}.parquet"));
        let mut columns = vec![
            ("run", Int),
            ("id", Text),
            ("arm", Text),
            ("population", Text),
            ("seed", Int),
            ("brain", Text),
            ("days", Int),
            ("agents", Int),
            ("digest", Text),
        ];
        columns.extend(asfm_measure::Readings::NAMES.map(|it| (it, Real)));
        let whose = [("run", Int), ("arm", Text), ("population", Text), ("seed", Int)];
        let with = |rest: &[(&'static str, crate::parquet::Kind)]| [&whose[..], rest].concat();
        Ok(Self {
            runs: Table::create(path("runs"), &columns)?,
            days: Table::create(
                path("days"),
                &with(&[
                    ("day", Int),
                    ("stock", Text),
                    ("sector", Text),
                    ("close", Real),
                    ("volume", Real),
                    ("buy_orders", Int),
                    ("sell_orders", Int),
                ]),
            )?,
            trades: Table::create(
                path("trades"),
                &with(&[
                    ("day", Int),
                    ("stage", Int),
                    ("stock", Text),
                    ("price", Real),
                    ("qty", Int),
                    ("buyer", Int),
                    ("seller", Int),
                ]),
            )?,
            agents: Table::create(
                path("agents"),
                &with(&[
                    ("trader", Int),
                    ("kind", Text),
                    ("capital", Real),
                    ("wealth", Real),
                    ("gain", Real),
                    ("orders", Int),
                    ("rejected", Int),
                    ("fill_rate", Real),
                    ("shortfall", Real),
                ]),
            )?,
            metrics: Table::create(
                path("metrics"),
                &with(&[("statistic", Text), ("value", Real)]),
            )?,
        })
    }

    fn add(&mut self, folder: &Folder, task: &Task, run: &Run) -> Result<(), Failure> {
        let observed = observe(run)?;
        let info = run.info();
        let text = |it: &str| Cell::Text(it.to_owned());
        let whose = || {
            vec![
                int(task.index),
                text(&task.arm),
                text(&task.population),
                Cell::Int(task.seed.cast_signed()),
            ]
        };
        let row = |rest: Vec<Cell>| [whose(), rest].concat();
        let mut cells = vec![
            int(task.index),
            text(&task.id),
            text(&task.arm),
            text(&task.population),
            Cell::Int(task.seed.cast_signed()),
            text(&info.header.brain),
            Cell::Int(info.days.into()),
            int(info.agents),
            Cell::Text(info.digest.map(|it| it.to_string()).unwrap_or_default()),
        ];
        let readings = observed.tally.readings();
        cells.extend(readings.all().into_iter().map(|it| Cell::Real(it.2)));
        self.runs.row(cells)?;
        for (at, stock) in observed.stocks.iter().enumerate() {
            for (day, flow) in observed.days.iter().zip(&stock.flow) {
                let place = observed.close_of(*day).unwrap_or_default();
                self.days.row(row(vec![
                    Cell::Int(day.0.into()),
                    text(&stock.code),
                    text(&stock.sector),
                    Cell::Real(observed.tally.closes[at].get(place).copied()),
                    Cell::Real(observed.tally.volume[at].get(place).copied()),
                    count(flow.buys),
                    count(flow.sells),
                ]))?;
            }
        }
        for trade in run.trades() {
            let (day, stage, it) = trade?;
            let code = observed.stocks.get(it.stock.index()).map_or("", |it| it.code.as_str());
            self.trades.row(row(vec![
                Cell::Int(day.0.into()),
                Cell::Int(stage.into()),
                text(code),
                Cell::Real(Some(it.price.to_f64())),
                Cell::Int(it.qty.into()),
                int(it.buyer.index()),
                int(it.seller.index()),
            ]))?;
        }
        for (at, it) in observed.traders.iter().enumerate() {
            self.agents.row(row(vec![
                int(at),
                text(&observed.kinds[it.kind].name),
                Cell::Real(Some(it.capital)),
                Cell::Real(Some(it.wealth)),
                Cell::Real(Some(it.gain())),
                count(it.orders),
                count(it.rejected),
                Cell::Real(it.fill_rate()),
                Cell::Real(it.shortfall()),
            ]))?;
        }
        for it in &folder.experiment.statistics {
            self.metrics.row(row(vec![text(&it.name), Cell::Real(it.of(&observed).ok())]))?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<std::path::PathBuf>, Failure> {
        let Self { runs, days, trades, agents, metrics } = self;
        let all = [runs, days, trades, agents, metrics];
        Ok(all.into_iter().map(Table::finish).collect::<anyhow::Result<Vec<_>>>()?)
    }
}

fn int(it: usize) -> Cell {
    Cell::Int(i64::try_from(it).unwrap_or(i64::MAX))
}

fn count(it: u64) -> Cell {
    Cell::Int(i64::try_from(it).unwrap_or(i64::MAX))
}
