//! Plans: which runs an experiment needs.

use serde::{Deserialize, Serialize};

use crate::experiment::Experiment;

/// Who decides in a set of runs, and how much that says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// A short name, which files and tables use.
    pub label: String,
    /// The brain, as `asfm run --brain` names it.
    pub brain: String,
    /// What its runs are worth as evidence.
    pub evidence: Evidence,
}

/// What runs are worth as evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Traders asked a language model.
    LiveModel,
    /// Traders were given the answers of a run on record.
    RecordedModel,
    /// Traders were given answers written by hand.
    Scripted,
    /// Traders decided by rules.
    Rules,
    /// Nobody had a reason for anything.
    Null,
}

impl Evidence {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::LiveModel => "live model",
            Self::RecordedModel => "recorded model",
            Self::Scripted => "scripted answers",
            Self::Rules => "rules",
            Self::Null => "null",
        }
    }

    /// Whether traders read what is written.
    pub fn reads(self) -> bool {
        matches!(self, Self::LiveModel | Self::RecordedModel | Self::Scripted)
    }
}

impl Population {
    /// The population of a brain.
    pub fn of_brain(brain: &str) -> Self {
        let (label, evidence) = match brain {
            "rules" => ("rules", Evidence::Rules),
            "zi" => ("zi", Evidence::Null),
            it if it.starts_with("replay:") => ("recorded", Evidence::RecordedModel),
            it if it.starts_with("scripted:") => ("scripted", Evidence::Scripted),
            _ => ("model", Evidence::LiveModel),
        };
        Self { label: label.to_owned(), brain: brain.to_owned(), evidence }
    }
}

/// One run that is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Its number, from 0.
    pub index: usize,
    /// Its id, which names its files.
    pub id: String,
    /// The arm's name.
    pub arm: String,
    /// The population's label.
    pub population: String,
    /// The experiment's seed, by which runs are paired.
    pub seed: u64,
    /// The seed of the run: the experiment's, and what the arm adds to it.
    pub run_seed: u64,
    /// The task whose run it branches from, and the first day that is lived anew.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub branch: Option<TaskBranch>,
}

/// Where a task's run parts from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskBranch {
    /// The other task's number.
    pub from: usize,
    /// The first day that is lived anew.
    pub day: u32,
}

impl Experiment {
    /// The populations of a plan: that of a brain, and the nulls.
    pub fn populations(&self, brain: &str) -> Vec<Population> {
        let nulls = self.nulls.iter().filter(|it| *it != brain);
        std::iter::once(brain).chain(nulls.map(String::as_str)).map(Population::of_brain).collect()
    }

    /// Every run that is needed: seed by seed, so that an experiment that is stopped has whole
    /// seeds, and parents before their branches.
    pub fn tasks(&self, populations: &[Population]) -> Vec<Task> {
        let mut tasks: Vec<Task> = Vec::new();
        for &seed in &self.seeds {
            for population in populations {
                let first = tasks.len();
                let (roots, branches): (Vec<usize>, Vec<usize>) =
                    (0..self.arms.len()).partition(|it| self.arms[*it].branch.is_none());
                for at in roots.into_iter().chain(branches) {
                    let arm = &self.arms[at];
                    if arm.models_only && !population.evidence.reads() {
                        continue;
                    }
                    let branch = arm.branch.and_then(|it| {
                        let parent = &self.arms[it.from].name;
                        let from = tasks[first..].iter().find(|task| task.arm == *parent)?.index;
                        Some(TaskBranch { from, day: it.day })
                    });
                    tasks.push(Task {
                        index: tasks.len(),
                        id: format!("{}-{}-seed{seed}", arm.name, population.label),
                        arm: arm.name.clone(),
                        population: population.label.clone(),
                        seed,
                        run_seed: seed.saturating_add(arm.seed_offset),
                        branch,
                    });
                }
            }
        }
        tasks
    }
}
