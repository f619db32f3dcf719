//! The papers' experiments, from their files to one page; and experiments in which nothing differs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use crate::shell::{self, Args, Misuse};

/// `cargo xtask replicate`.
pub(crate) fn run(mut args: Args) -> anyhow::Result<()> {
    match args.word().as_deref() {
        Some("null") => null(args),
        Some(paper @ ("asfm" | "twinmarket")) => suite(paper, args),
        other => {
            let found = other.unwrap_or("nothing");
            bail!(Misuse(format!("expected `asfm`, `twinmarket` or `null`, found {found}")))
        }
    }
}

/// The program, built for speed.
fn build() -> anyhow::Result<PathBuf> {
    let shell = shell::at_root()?;
    shell::cargo(&shell, "build --release --locked --bin asfm").run()?;
    Ok(shell::target().join("release").join("asfm"))
}

/// Every experiment of a paper, then one page of all.
fn suite(paper: &str, mut args: Args) -> anyhow::Result<()> {
    let out = args.text("--out")?.map(PathBuf::from);
    let only = args.text("--only")?;
    let small = args.flag("--small");
    let jobs = args.text("--jobs")?;
    let mut changes: Vec<String> = Vec::new();
    for name in ["--seeds", "--brain", "--agents", "--days"] {
        if let Some(value) = args.text(name)? {
            changes.extend([name.to_owned(), value]);
        }
    }
    while let Some(value) = args.text("--set")? {
        changes.extend(["--set".to_owned(), value]);
    }
    let mut model: Vec<String> = Vec::new();
    for name in ["--concurrency", "--timeout", "--max-calls", "--context", "--form"] {
        if let Some(value) = args.text(name)? {
            model.extend([name.to_owned(), value]);
        }
    }
    args.finish()?;
    if small && paper != "asfm" {
        bail!(Misuse(format!("`--small` is for asfm: what {paper} measures needs its days")));
    }
    let default = if small { "small" } else { paper };
    let out = out.unwrap_or_else(|| shell::target().join("replicate").join(default));
    let asfm = build()?;
    fs::create_dir_all(&out).with_context(|| format!("cannot make `{}`", out.display()))?;
    let started = Instant::now();
    let mut folders = Vec::new();
    for file in experiments(paper)? {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        let folder = out.join(&name);
        eprintln!("replicate: {name}");
        let asked =
            if small { [changes.clone(), small_flags(&name)].concat() } else { changes.clone() };
        if folder.join("manifest.jsonl").exists() {
            same(&folder, &asked)?;
        } else {
            let mut plan = Command::new(&asfm);
            plan.args(["experiment", "plan"]).arg(&file).arg("--out").arg(&folder).args(&asked);
            done(plan.stdout(Stdio::null()).status()?, &name)?;
            fs::write(folder.join(ASKED), asked.join("\n"))?;
        }
        let mut run = Command::new(&asfm);
        run.args(["experiment", "run", "--no-report"]).arg(&folder).args(&model);
        if let Some(jobs) = &jobs {
            run.args(["--jobs", jobs]);
        }
        done(run.stdout(Stdio::null()).status()?, &name)?;
        folders.push(folder);
    }
    ensure!(!folders.is_empty(), Misuse("no experiment has that name".to_owned()));
    let page = out.join(format!("{paper}.html"));
    let made = started.elapsed();
    let mut report = Command::new(&asfm);
    report.args(["experiment", "report"]).args(&folders).arg("--out").arg(&page);
    done(report.status()?, "the page")?;
    eprintln!(
        "replicate: runs in {:.1} s, page in {:.1} s: {}",
        made.as_secs_f64(),
        started.elapsed().saturating_sub(made).as_secs_f64(),
        page.display()
    );
    Ok(())
}

/// The file that keeps how a folder was asked for.
const ASKED: &str = "asked.txt";

/// Refuses to go on in a folder that was planned for something else.
fn same(folder: &Path, asked: &[String]) -> anyhow::Result<()> {
    let before = fs::read_to_string(folder.join(ASKED)).unwrap_or_default();
    let now = asked.join("\n");
    if before == now {
        return Ok(());
    }
    let (before, now) = (before.replace('\n', " "), now.replace('\n', " "));
    let shown = folder.display();
    bail!(Misuse(format!(
        "`{shown}` was planned with `{before}`, not with `{now}`: choose another `--out`, or remove it"
    )))
}

fn done(status: ExitStatus, what: &str) -> anyhow::Result<()> {
    match status.code() {
        Some(0) => Ok(()),
        Some(75) => bail!("{what}: stopped; the same command goes on from there"),
        _ => bail!("{what}: {status}"),
    }
}

/// What makes an experiment so small that a model on two processors gets through it: it shows that
/// the path works, and nothing else.
fn small_flags(name: &str) -> Vec<String> {
    let mut flags = vec!["--seeds=2".to_owned()];
    let set = ["market.sessions=[\"auction\"]", "prompt.answer-tokens=128"];
    // News comes on day 10, and seven sizes of capital need as many traders; beside table 1, where
    // everybody asks, all kinds but the first decide by rule.
    let (agents, days) = match name {
        "asfm-rate-cut" => (5, 11),
        "asfm-capital" => (35, 1),
        _ => (5, 1),
    };
    flags.extend([format!("--agents={agents}"), format!("--days={days}")]);
    if name != "asfm-table-1" {
        flags.extend(["traders.*.by-rule=true", "traders.0.by-rule=false"].map(set_flag));
    }
    flags.extend(set.map(set_flag));
    flags
}

fn set_flag(change: &str) -> String {
    format!("--set={change}")
}

/// The experiment files of a paper, in the order of the paper.
fn experiments(paper: &str) -> anyhow::Result<Vec<PathBuf>> {
    const ASFM: &[&str] = &["table-1", "rate-cut", "inflation", "capital", "clearing"];
    const TWINMARKET: &[&str] = &[
        "facts",
        "activation",
        "prophecy",
        "rumour",
        "leaders",
        "behaviour",
        "ablation",
        "temperature",
        "network",
        "bubbles",
        "sector",
    ];
    let order = if paper == "asfm" { ASFM } else { TWINMARKET };
    let folder = shell::root().join("fixtures").join("experiments");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .with_context(|| format!("cannot read `{}`", folder.display()))?
        .map(|it| Ok(it?.path()))
        .collect::<std::io::Result<_>>()?;
    let name = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    files.retain(|it| {
        name(it).starts_with(&format!("{paper}-")) && it.extension().is_some_and(|it| it == "toml")
    });
    let place = |path: &PathBuf| {
        let name = name(path);
        let at = order.iter().position(|it| name.ends_with(it)).unwrap_or(order.len());
        (at, name)
    };
    files.sort_by_key(place);
    Ok(files)
}

/// The claims of an experiment in which nothing differs.
const STATISTICS: [&str; 4] = ["log ON", "log OER", "log TR", "log VO"];

/// Experiments in which nothing differs between arms but the seeds: how often is a claim called
/// supported that is not true?
fn null(mut args: Args) -> anyhow::Result<()> {
    let experiments = args.number("--experiments")?.unwrap_or(200);
    let seeds = args.number("--seeds")?.unwrap_or(10);
    args.finish()?;
    let asfm = build()?;
    let out = shell::target().join("replicate").join("null");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    fs::create_dir_all(&out)?;
    let started = Instant::now();
    let mut counts = Counts::default();
    for at in 0..experiments {
        let first = at * seeds + 1;
        let file = out.join(format!("null-{at}.toml"));
        fs::write(&file, text(at, first, first + seeds - 1))?;
        let folder = out.join(format!("null-{at}"));
        let run = Command::new(&asfm)
            .args(["experiment", "run", "--json"])
            .arg(&file)
            .arg("--out")
            .arg(&folder)
            .stderr(Stdio::null())
            .output()?;
        done(run.status, "an experiment in which nothing differs")?;
        counts.add(&serde_json::from_slice(&run.stdout)?)?;
        // A campaign would fill the disk.
        fs::remove_dir_all(&folder)?;
        if (at + 1) % 20 == 0 {
            eprintln!("null: {} of {experiments}", at + 1);
        }
    }
    counts.print(experiments, seeds);
    println!("null: {:.0} s", started.elapsed().as_secs_f64());
    counts.judge(experiments)
}

fn text(at: u64, first: u64, last: u64) -> String {
    let scenario = shell::root().join("fixtures/scenarios/asfm-baseline.toml");
    let scenario = scenario.display();
    let mut text = format!(
        "name = \"null-{at}\"\nscenario = {:?}\nseeds = \"{first}..{last}\"\n\n\
         [[arm]]\nname = \"one\"\n\n[[arm]]\nname = \"other\"\nseed-offset = 1000000000\n",
        scenario.to_string()
    );
    for (direction, family) in [("up", "directed"), ("change", "undirected")] {
        for (n, statistic) in STATISTICS.iter().enumerate() {
            let claim = format!(
                "\n[[hypothesis]]\nid = \"{direction}-{n}\"\nclaim = \"nothing\"\n\
                 statistic = \"{statistic}\"\nof = \"other\"\nagainst = \"one\"\n\
                 direction = \"{direction}\"\nsmallest = 0.0953\nfamily = \"{family}\"\n"
            );
            text.push_str(&claim);
        }
    }
    text
}

/// False claims, by kind of claim.
#[derive(Default)]
struct Counts {
    /// Claims of a direction that were called supported, and contradicted.
    directed: [u64; 2],
    /// Claims of a change that were called supported.
    undirected: u64,
    /// Experiments with at least one of each.
    families: [u64; 2],
    /// Claims whose own p is below 0.05, before any correction.
    plain: u64,
    claims: u64,
    verdicts: std::collections::BTreeMap<String, u64>,
}

impl Counts {
    fn add(&mut self, report: &Value) -> anyhow::Result<()> {
        let findings = report["findings"].as_array().context("a report without findings")?;
        let mut any = [false; 2];
        for it in findings {
            let verdict = it["verdict"].as_str().context("a finding without a verdict")?;
            *self.verdicts.entry(verdict.to_owned()).or_default() += 1;
            let directed = it["direction"] == "up";
            match (directed, verdict) {
                (true, "supported") => self.directed[0] += 1,
                (true, "contradicted") => self.directed[1] += 1,
                (false, "supported") => self.undirected += 1,
                _ => {}
            }
            if verdict == "supported" {
                any[usize::from(!directed)] = true;
            }
            if directed {
                self.claims += 1;
                self.plain += u64::from(it["p"].as_f64().context("a finding without p")? < 0.05);
            }
        }
        for (sum, any) in self.families.iter_mut().zip(any) {
            *sum += u64::from(any);
        }
        Ok(())
    }

    fn print(&self, experiments: u64, seeds: u64) {
        println!("null: {experiments} experiments, 2 arms x {seeds} seeds, 4 + 4 claims each");
        let share = |n: u64, of: u64| format!("{n} of {of} ({:.2} %)", percent(n, of));
        println!("p below 0.05, uncorrected        {}", share(self.plain, self.claims));
        println!("a direction, called supported    {}", share(self.directed[0], self.claims));
        println!("a direction, called contradicted {}", share(self.directed[1], self.claims));
        println!("a change, called supported       {}", share(self.undirected, self.claims));
        println!("experiments with a false direction {}", share(self.families[0], experiments));
        println!("experiments with a false change    {}", share(self.families[1], experiments));
        println!("verdicts {:?}", self.verdicts);
    }

    /// The level is 5 % per family; three standard errors more is chance.
    fn judge(&self, experiments: u64) -> anyhow::Result<()> {
        #[expect(clippy::cast_precision_loss, reason = "a count of experiments")]
        let slack = 300.0 * (0.05 * 0.95 / experiments as f64).sqrt();
        for n in self.families {
            let found = percent(n, experiments);
            ensure!(found <= 5.0 + slack, "{found:.1} % of the families have a false claim");
        }
        Ok(())
    }
}

fn percent(n: u64, of: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "shown to a tenth")]
    let share = if of == 0 { 0.0 } else { 100.0 * n as f64 / of as f64 };
    share
}
