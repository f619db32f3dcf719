//! `asfm experiment plan`: which runs an experiment needs.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use asfm_engine::Scenario;
use asfm_experiment::{Experiment, Task};
use serde_json::json;

use super::flags::{Changes, Plan};
use super::folder::{BESIDE, EXPERIMENT, Folder, Header, beside, fingerprint};
use crate::cli::Brain;
use crate::failure::{Failure, misuse};
use crate::scenario;

/// `asfm experiment plan`.
pub(super) fn plan(flags: &Plan) -> Result<(), Failure> {
    let folder = make(&flags.file, &flags.out, &flags.changes)?;
    let size = Size::of(&folder)?;
    let mut out = std::io::stdout().lock();
    if flags.json {
        writeln!(out, "{}", size.json(&folder))?;
    } else {
        write!(out, "{}", size.text(&folder))?;
        writeln!(out, "try: asfm experiment run {}", flags.out.display())?;
    }
    Ok(())
}

/// A plan that is not written yet.
pub(super) struct Prepared {
    header: Header,
    tasks: Vec<Task>,
    /// The name in the folder, and the text.
    files: Vec<(String, String)>,
}

/// Plans a file in a folder.
pub(super) fn make(file: &Path, out: &Path, changes: &Changes) -> Result<Folder, Failure> {
    prepare(file, changes)?.write(out)
}

/// Plans a file.
pub(super) fn prepare(file: &Path, changes: &Changes) -> Result<Prepared, Failure> {
    let shown = file.display().to_string();
    let text =
        fs::read_to_string(file).map_err(|why| misuse(format!("cannot read `{shown}`: {why}")))?;
    let mut experiment = Experiment::read(&shown, &text)?;
    if let Some(seeds) = &changes.seeds {
        experiment.seeds.clone_from(&seeds.0);
    }
    if changes.no_nulls {
        experiment.nulls.clear();
    }
    let brain = changes.brain.as_ref().map_or_else(|| "rules".to_owned(), Brain::word);
    let populations = experiment.populations(&brain);
    let mut header = Header::now(file, &experiment, populations);
    let mut set = scenario::changes(&changes.set)?;
    set.extend(changes.agents.map(|it| ("population.agents".to_owned(), it.to_string())));
    set.extend(changes.days.map(|it| ("days".to_owned(), it.to_string())));
    header.changes = set.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let base = file.parent().unwrap_or(Path::new(""));
    let mut files: Vec<(String, String)> = Vec::new();
    for (at, arm) in experiment.arms.iter().enumerate() {
        let (scenario, own) = arm_scenario(&experiment, at, base, &set)?;
        if set.is_empty() {
            experiment.check(at, &scenario)?;
        } else if let Err(error) = experiment.check(at, &scenario) {
            // What the command line shortened may have lost what some claims are about.
            eprintln!("note: {error}");
        }
        for population in &header.populations {
            if arm.models_only && !population.evidence.reads() {
                continue;
            }
            let kind = Brain::of_word(&population.brain).map(|it| it.kind()).unwrap_or_default();
            scenario::cast(&scenario, scenario.seed(), kind)?;
        }
        let texts: Vec<&str> = own.iter().map(|it| it.1.as_str()).collect();
        header.scenarios.insert(arm.name.clone(), fingerprint(&texts));
        files.extend(own);
    }
    let tasks = experiment.tasks(&header.populations);
    header.runs = tasks.len();
    files.push((EXPERIMENT.to_owned(), text));
    Ok(Prepared { header, tasks, files })
}

impl Prepared {
    /// What of a plan is not as here, in words.
    pub(super) fn differs(&self, planned: &Header) -> Option<&'static str> {
        let it = &self.header;
        let same = [
            ("the experiment file was", it.experiment == planned.experiment),
            ("the seeds were", it.seeds == planned.seeds),
            ("the brain or the nulls were", it.populations == planned.populations),
            ("--set, --agents or --days were", it.changes == planned.changes),
            ("a scenario was", it.scenarios == planned.scenarios),
        ];
        same.into_iter().find(|it| !it.1).map(|it| it.0)
    }

    /// Writes the plan into a folder that does not exist, or is empty.
    pub(super) fn write(&self, out: &Path) -> Result<Folder, Failure> {
        let shown = out.display();
        if out.exists() && !out.is_dir() {
            return Err(misuse(format!("`{shown}` is no folder")));
        }
        if fs::read_dir(out).is_ok_and(|mut it| it.next().is_some()) {
            return Err(misuse(format!("`{shown}` exists and is not empty")));
        }
        let failed = |path: &Path| format!("cannot write `{}`", path.display());
        for name in ["scenarios", "attempts", "runs"] {
            let path = out.join(name);
            fs::create_dir_all(&path).with_context(|| failed(&path))?;
        }
        for (name, text) in &self.files {
            let path = out.join(name);
            fs::write(&path, text).with_context(|| failed(&path))?;
        }
        // Last, since it is what makes the folder a plan.
        Folder::write_manifest(out, &self.header, &self.tasks)?;
        Folder::open(out)
    }
}

/// The scenario of an arm, and the files under which it is kept: its own first.
fn arm_scenario(
    experiment: &Experiment,
    at: usize,
    base: &Path,
    set: &[(String, String)],
) -> Result<(Scenario, Vec<(String, String)>), Failure> {
    let arm = &experiment.arms[at];
    let path: PathBuf = base.join(arm.scenario.as_ref().unwrap_or(&experiment.scenario));
    let shown = path.display().to_string();
    let text = fs::read_to_string(&path)
        .map_err(|why| experiment.scenario_error(at, &format!("cannot read `{shown}`: {why}")))?;
    let as_changed =
        if arm.changes.is_empty() && set.is_empty() { "" } else { " (as the arm changes it)" };
    let whose = format!("{}: arm `{}`: {shown}{as_changed}", experiment.source.name, arm.name);
    let text = scenario::apply(&text, &arm.changes).map_err(|it| {
        experiment.arm_error(at, &it.key, &format!("{} in {shown}, for {}", it.why, it.value))
    })?;
    let text = scenario::changed(&whose, &text, set)?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let mut included: Vec<(String, String)> = Vec::new();
    let scenario = Scenario::read(&whose, &text, |name| {
        let text = fs::read_to_string(folder.join(name)).map_err(|it| it.to_string())?;
        included.push((name.to_owned(), text.clone()));
        Ok(text)
    })?;
    let scenario = scenario::whole(scenario)?;
    let written: toml_edit::DocumentMut = text.parse().unwrap_or_default();
    let mut kept = text;
    let mut others = Vec::new();
    for (key, end) in BESIDE {
        let Some(name) = written_at(written.as_table(), key) else { continue };
        let Some((_, text)) = included.iter().find(|it| it.0 == name) else { continue };
        let name = beside(&arm.name, end);
        let moved = [(key.to_owned(), format!("{name:?}"))];
        kept = scenario::changed(&whose, &kept, &moved)?;
        others.push((format!("scenarios/{name}"), text.clone()));
    }
    let mut files = vec![(format!("scenarios/{}.toml", arm.name), kept)];
    files.extend(others);
    Ok((scenario, files))
}

/// The text at a dotted key.
fn written_at<'t>(table: &'t dyn toml_edit::TableLike, key: &str) -> Option<&'t str> {
    match key.split_once('.') {
        Some((first, rest)) => written_at(table.get(first)?.as_table_like()?, rest),
        None => table.get(key)?.as_str(),
    }
}

/// What a plan would take.
struct Size {
    runs: usize,
    trader_days: u64,
    /// Questions to a language model, not counting what is asked again.
    calls: u64,
}

impl Size {
    fn of(folder: &Folder) -> Result<Self, Failure> {
        let mut size = Self { runs: folder.tasks.len(), trader_days: 0, calls: 0 };
        for arm in &folder.experiment.arms {
            let scenario = scenario::read(&folder.scenario(&arm.name), &[])?;
            let asked = asfm_agent::model::PromptSettings::read(&scenario)?;
            let traders = u64::try_from(scenario.traders()).unwrap_or(u64::MAX);
            for task in folder.tasks.iter().filter(|it| it.arm == arm.name) {
                let first = task.branch.map_or(1, |it| it.day);
                let days = u64::from(scenario.days().saturating_sub(first) + 1);
                size.trader_days = size.trader_days.saturating_add(traders * days);
                if folder.population(task).is_some_and(|it| it.evidence.reads()) {
                    let questions = asked.questions(&scenario, first)?;
                    size.calls = size.calls.saturating_add(questions);
                }
            }
        }
        Ok(size)
    }

    fn json(&self, folder: &Folder) -> serde_json::Value {
        json!({
            "experiment": folder.experiment.name,
            "folder": folder.path.display().to_string(),
            "arms": folder.experiment.arms.len(),
            "populations": folder.header.populations,
            "seeds": folder.header.seeds,
            "runs": self.runs,
            "trader_days": self.trader_days,
            "calls": self.calls,
            "hypotheses": folder.experiment.hypotheses.len(),
        })
    }

    fn text(&self, folder: &Folder) -> String {
        let brains: Vec<&str> =
            folder.header.populations.iter().map(|it| it.brain.as_str()).collect();
        let calls = match self.calls {
            0 => String::new(),
            calls => format!(", {calls} questions to a language model at least"),
        };
        format!(
            "{}: {}\n{} arms x {} seeds under {}: {} runs, {} trader-days{calls}\n\
             {} hypotheses, stated in {}\n",
            folder.experiment.name,
            folder.experiment.title,
            folder.experiment.arms.len(),
            folder.header.seeds.len(),
            brains.join(" and "),
            self.runs,
            self.trader_days,
            folder.experiment.hypotheses.len(),
            folder.header.file,
        )
    }
}
