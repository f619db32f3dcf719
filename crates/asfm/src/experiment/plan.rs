//! `asfm experiment plan`: which runs an experiment needs.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use asfm_engine::{Day, Scenario, StageKind};
use asfm_experiment::{Arm, Experiment};
use serde_json::json;

use super::flags::{Changes, Plan};
use super::folder::{Folder, Header};
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

/// Plans a file in a folder.
pub(super) fn make(file: &Path, out: &Path, changes: &Changes) -> Result<Folder, Failure> {
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
    let taken = fs::read_dir(out).is_ok_and(|mut it| it.next().is_some());
    if taken {
        return Err(misuse(format!("`{}` exists and is not empty", out.display())));
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
        let (scenario, own) = arm_scenario(&experiment, arm, base, &set)?;
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
        let print = scenario.sources().iter().flat_map(|it| [it.name.as_str(), it.text.as_str()]);
        let print: Vec<&str> = print.skip(1).collect();
        let hash = blake3::hash(print.join("\0").as_bytes()).to_hex();
        header.scenarios.insert(arm.name.clone(), hash[..16].to_owned());
        files.extend(own);
    }
    let tasks = experiment.tasks(&header.populations);
    header.runs = tasks.len();
    let failed = |path: &Path| format!("cannot write `{}`", path.display());
    for name in ["scenarios", "attempts", "runs"] {
        let path = out.join(name);
        fs::create_dir_all(&path).with_context(|| failed(&path))?;
    }
    files.push(("experiment.toml".to_owned(), text));
    for (name, text) in &files {
        let path = out.join(name);
        fs::write(&path, text).with_context(|| failed(&path))?;
    }
    // Last, since it is what makes the folder a plan.
    Folder::write_manifest(out, &header, &tasks)?;
    Folder::open(out)
}

/// The scenario of an arm, and the files under which it is kept.
fn arm_scenario(
    experiment: &Experiment,
    arm: &Arm,
    base: &Path,
    set: &[(String, String)],
) -> Result<(Scenario, Vec<(String, String)>), Failure> {
    let path: PathBuf = base.join(arm.scenario.as_ref().unwrap_or(&experiment.scenario));
    let shown = path.display().to_string();
    let text = fs::read_to_string(&path).map_err(|why| {
        let file = &experiment.source.name;
        misuse(format!("{file}: arm `{}`: cannot read `{shown}`: {why}", arm.name))
    })?;
    let whose = format!("{shown} (as arm `{}` changes it)", arm.name);
    let text = scenario::changed(&whose, &text, &arm.changes)?;
    let text = scenario::changed(&whose, &text, set)?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let mut included: Vec<(String, String)> = Vec::new();
    let scenario = Scenario::read(&whose, &text, |name| {
        let text = fs::read_to_string(folder.join(name)).map_err(|it| it.to_string())?;
        included.push((name.to_owned(), text.clone()));
        Ok(text)
    })?;
    let scenario = scenario::whole(scenario)?;
    let main = format!("scenarios/{}.toml", arm.name);
    let mut files = Vec::new();
    let mut kept = text;
    for (_, text) in included {
        let name = format!("{}.companies.toml", arm.name);
        let moved = [("companies".to_owned(), format!("{name:?}"))];
        kept = scenario::changed(&whose, &kept, &moved)?;
        files.push((format!("scenarios/{name}"), text));
    }
    files.push((main, kept));
    Ok((scenario, files))
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
            let steps = asfm_agent::model::PromptSettings::read(&scenario)?.calls();
            let asking: u64 = scenario
                .kinds()
                .iter()
                .filter(|it| !it.by_rule)
                .map(|it| u64::from(it.traders))
                .sum();
            let traders = u64::try_from(scenario.traders()).unwrap_or(u64::MAX);
            for task in folder.tasks.iter().filter(|it| it.arm == arm.name) {
                let first = task.branch.map_or(1, |it| it.day);
                let days = u64::from(scenario.days().saturating_sub(first) + 1);
                size.trader_days = size.trader_days.saturating_add(traders * days);
                if folder.population(task).is_some_and(|it| it.evidence.reads()) {
                    let stages: usize = (first..=scenario.days())
                        .map(|day| scenario.stages(Day(day)))
                        .map(|it| it.iter().filter(|stage| **stage != StageKind::Talk).count())
                        .sum();
                    let stages = u64::try_from(stages).unwrap_or(u64::MAX);
                    size.calls = size.calls.saturating_add(asking * stages * u64::from(steps));
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
