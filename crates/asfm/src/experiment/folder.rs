//! The folder of a planned experiment.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use asfm_experiment::{Experiment, Population, Task};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, misuse};

pub(super) const MANIFEST: &str = "manifest.jsonl";
pub(super) const EXPERIMENT: &str = "experiment.toml";
const FORMAT: u32 = 1;

/// A planned experiment.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) header: Header,
    pub(super) experiment: Experiment,
    pub(super) tasks: Vec<Task>,
}

/// The first line of the manifest.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    /// The version of this layout.
    pub(super) format: u32,
    /// The program that planned, which is the one that must make the runs.
    pub(super) version: String,
    pub(super) commit: String,
    pub(super) planned_at: String,
    /// The name under which the experiment file was given.
    pub(super) file: String,
    /// Its fingerprint: what is claimed was stated before the runs.
    pub(super) experiment: String,
    pub(super) seeds: Vec<u64>,
    pub(super) populations: Vec<Population>,
    /// What the command line changed, in words.
    pub(super) changes: Vec<String>,
    /// Of each arm's scenario, the fingerprint.
    pub(super) scenarios: BTreeMap<String, String>,
    /// How many runs there are.
    pub(super) runs: usize,
}

impl Header {
    /// The header of a plan that is made now.
    pub(super) fn now(file: &Path, experiment: &Experiment, populations: Vec<Population>) -> Self {
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: env!("ASFM_COMMIT").to_owned(),
            planned_at: jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string(),
            file: file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned(),
            experiment: fingerprint(&[&experiment.source.text]),
            seeds: experiment.seeds.clone(),
            populations,
            changes: Vec::new(),
            scenarios: BTreeMap::new(),
            runs: 0,
        }
    }
}

impl Folder {
    /// Opens a planned folder.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let manifest = path.join(MANIFEST);
        let text = fs::read_to_string(&manifest).map_err(|why| {
            misuse(format!(
                "`{shown}` is no planned experiment: cannot read `{}`: {why}; \
                 `asfm experiment plan FILE.toml --out {shown}` makes one",
                manifest.display()
            ))
        })?;
        let mut lines = (1..).zip(text.lines());
        let bad = |line: usize, why: &dyn std::fmt::Display| {
            misuse(format!("{}:{line}: {why}", manifest.display()))
        };
        let (_, first) = lines.next().ok_or_else(|| bad(1, &"expected a header, found nothing"))?;
        // First, since a newer version may have said more.
        let format: Format = serde_json::from_str(first).map_err(|why| bad(1, &why))?;
        if format.format > FORMAT {
            return Err(bad(1, &"planned by a newer version of asfm"));
        }
        let header: Header = serde_json::from_str(first).map_err(|why| bad(1, &why))?;
        let mut tasks: Vec<Task> = Vec::with_capacity(header.runs);
        for (line, text) in lines {
            let task: Task = serde_json::from_str(text).map_err(|why| bad(line, &why))?;
            if task.index != tasks.len() {
                return Err(bad(line, &format!("expected run {}", tasks.len())));
            }
            tasks.push(task);
        }
        if tasks.len() != header.runs {
            let found = tasks.len();
            return Err(bad(1, &format!("expected {} runs, found {found}", header.runs)));
        }
        let file = path.join(EXPERIMENT);
        let text = fs::read_to_string(&file)
            .map_err(|why| misuse(format!("cannot read `{}`: {why}", file.display())))?;
        if fingerprint(&[&text]) != header.experiment {
            return Err(misuse(format!(
                "`{}` is not what was planned: claims are stated before the runs; plan the changed \
                 file in another folder",
                file.display()
            )));
        }
        let mut experiment = Experiment::read(&file.display().to_string(), &text)?;
        experiment.seeds.clone_from(&header.seeds);
        Ok(Self { path: path.to_owned(), header, experiment, tasks })
    }

    /// Refuses runs of another program: they would not be the runs that were planned.
    pub(super) fn same_program(&self) -> Result<(), Failure> {
        let ours = (env!("CARGO_PKG_VERSION"), env!("ASFM_COMMIT"));
        let theirs = (self.header.version.as_str(), self.header.commit.as_str());
        if ours == theirs {
            return Ok(());
        }
        Err(misuse(format!(
            "`{}` was planned by asfm {} ({}), and this is {} ({}): plan it again, or run it with \
             the other one",
            self.path.display(),
            theirs.0,
            theirs.1,
            ours.0,
            ours.1
        )))
    }

    /// The run of a task, once it is done.
    pub(super) fn run(&self, task: &Task) -> PathBuf {
        self.path.join("runs").join(format!("{}.db", task.id))
    }

    /// The run of a task while it is being made.
    pub(super) fn attempt(&self, task: &Task) -> PathBuf {
        self.path.join("attempts").join(format!("{}.db", task.id))
    }

    /// Held by whoever is making the run.
    pub(super) fn lock(&self, task: &Task) -> PathBuf {
        self.path.join("attempts").join(format!("{}.lock", task.id))
    }

    /// Refuses a scenario that is not the one that was planned.
    pub(super) fn same_scenario(&self, arm: &str) -> Result<(), Failure> {
        let path = self.scenario(arm);
        let read = |path: &Path| {
            let failed = |why| misuse(format!("cannot read `{}`: {why}", path.display()));
            fs::read_to_string(path).map_err(failed)
        };
        let mut texts = vec![read(&path)?];
        for (_, end) in BESIDE {
            let beside = path.with_file_name(beside(arm, end));
            if beside.exists() {
                texts.push(read(&beside)?);
            }
        }
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        if self.header.scenarios.get(arm) == Some(&fingerprint(&texts)) {
            return Ok(());
        }
        Err(misuse(format!("`{}` is not what was planned: plan again", path.display())))
    }

    /// The scenario of an arm.
    pub(super) fn scenario(&self, arm: &str) -> PathBuf {
        self.path.join("scenarios").join(format!("{arm}.toml"))
    }

    pub(super) fn population(&self, task: &Task) -> Option<&Population> {
        self.header.populations.iter().find(|it| it.label == task.population)
    }

    /// The places of a task's arm and population.
    pub(super) fn places(&self, task: &Task) -> Option<(usize, usize)> {
        let arm = self.experiment.arms.iter().position(|it| it.name == task.arm)?;
        let population =
            self.header.populations.iter().position(|it| it.label == task.population)?;
        Some((arm, population))
    }

    /// Writes the manifest.
    pub(super) fn write_manifest(
        path: &Path,
        header: &Header,
        tasks: &[Task],
    ) -> Result<(), Failure> {
        let mut text = serde_json::to_string(header).context("the header")?;
        for task in tasks {
            text.push('\n');
            text += &serde_json::to_string(task).context("a run of the plan")?;
        }
        text.push('\n');
        let file = path.join(MANIFEST);
        fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
        Ok(())
    }
}

/// What every version can read of a header.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// The keys by which a scenario names files, and how those of an arm end that are kept beside it.
pub(super) const BESIDE: [(&str, &str); 3] = [
    ("companies", "companies.toml"),
    ("news-file", "news.toml"),
    ("population.table", "population.csv"),
];

/// A file beside an arm's scenario.
pub(super) fn beside(arm: &str, end: &str) -> String {
    format!("{arm}.{end}")
}

/// Sixteen digits that stand for texts.
pub(super) fn fingerprint(texts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}
