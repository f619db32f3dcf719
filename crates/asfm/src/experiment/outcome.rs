//! What the runs of an experiment came to, read from their files.

use std::collections::BTreeMap;
use std::path::Path;

use asfm_engine::Day;
use asfm_experiment::{Drawing, Finding, Task, Values};
use asfm_measure::{Drawn, Observed};
use rayon::prelude::*;

use super::folder::Folder;
use crate::failure::{Failure, open_run};
use crate::observe::observe;

/// An experiment with what is known of it.
pub(super) struct Outcome {
    pub(super) folder: Folder,
    pub(super) values: Values,
    pub(super) findings: Vec<Finding>,
    /// For each figure, the lines of its runs.
    pub(super) lines: BTreeMap<LineKey, Vec<Vec<(u32, f64)>>>,
    /// For each figure that draws a network, that of the first seed: by figure, arm and population.
    pub(super) networks: BTreeMap<(usize, usize, usize), Drawn>,
    /// Runs that are done.
    pub(super) done: usize,
    /// The models that answered, by name.
    pub(super) models: Vec<String>,
}

/// Which line of a figure: figure, arm, population, group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LineKey {
    pub(super) figure: usize,
    pub(super) arm: usize,
    pub(super) population: usize,
    pub(super) group: String,
}

/// One run, read.
struct Read {
    observed: Observed,
    model: Option<String>,
}

impl Outcome {
    /// Reads all runs that are done, and judges.
    pub(super) fn read(folder: Folder) -> Result<Self, Failure> {
        let there: Vec<&Task> = folder.tasks.iter().filter(|it| folder.run(it).exists()).collect();
        let mut values = Values::default();
        let mut lines: BTreeMap<LineKey, Vec<Vec<(u32, f64)>>> = BTreeMap::new();
        let mut networks = BTreeMap::new();
        let mut models: Vec<String> = Vec::new();
        // In pieces, so that no more runs are held than are being read.
        for piece in there.chunks(64) {
            let runs: Vec<Result<Read, Failure>> =
                piece.par_iter().map(|it| read(&folder.run(it))).collect();
            for (task, run) in piece.iter().zip(runs) {
                let Read { observed, model } = run?;
                let Some((arm, population)) = folder.places(task) else { continue };
                values.add(&folder.experiment, (arm, population, task.seed), &observed);
                for (figure, it) in folder.experiment.figures.iter().enumerate() {
                    if !it.arms.contains(&arm) {
                        continue;
                    }
                    if let Drawing::Network { day } = it.drawing
                        && folder.header.seeds.first() == Some(&task.seed)
                        && let Some(crowd) = &observed.crowd
                        && let Some(drawn) = crowd.drawn(Day(day))
                    {
                        networks.insert((figure, arm, population), drawn);
                    }
                    for line in it.lines(&observed) {
                        let key = LineKey { figure, arm, population, group: line.group };
                        lines.entry(key).or_default().push(line.points);
                    }
                }
                models.extend(model.filter(|it| !models.contains(it)));
            }
        }
        let findings = folder.experiment.judge(&folder.header.populations, &values);
        let done = there.len();
        Ok(Self { folder, values, findings, lines, networks, done, models })
    }
}

fn read(path: &Path) -> Result<Read, Failure> {
    let run = open_run(path)?;
    Ok(Read {
        model: run.info().header.model.as_ref().map(|it| it.name.clone()),
        observed: observe(&run)?,
    })
}
