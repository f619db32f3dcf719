//! One experiment, run here and on the cluster, where a node dies, a task is killed, and another
//! runs out of time: both must come to the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

use super::bed::{self, Bed, Life, MAX_ARRAY, NODES, Running};
use super::folder;
use super::wait::Patience;
use crate::process;
use crate::shell::{self, Args, Missing};
use crate::standin;

/// Tasks of some seconds each, more than one array takes.
const EXPERIMENT: &str = "fixtures/experiments/cluster.toml";
/// How long tasks may run before something happens to them.
const HEAD_START: Duration = Duration::from_millis(500);

/// `cargo xtask slurm test`.
pub(super) fn test(mut args: Args) -> anyhow::Result<()> {
    let program = args.text("--program")?.map(PathBuf::from);
    args.finish()?;
    bed::check()?;
    let program = program.map_or_else(built, Ok)?;
    let patience = Patience::new()?;
    let story = Story::begin();
    let mut bed = Bed::start(&folder("test"), Life::WithUs, &patience)?;
    story.tell(&format!("{} nodes are idle", NODES.len()));
    let told = sweep(&mut bed, &program, &patience, &story);
    let addresses = bed.addresses();
    bed.end()?;
    story.tell("the cluster is gone, no daemon is left");
    told?;
    let addresses = addresses?;
    ensure!(
        addresses.iter().all(|it| it.starts_with("127.0.0.1:")),
        "Slurm listens elsewhere than on this machine: {addresses:?}"
    );
    ensure!(addresses.len() > NODES.len(), "only {addresses:?} listen");
    println!("slurm: listened at {}", addresses.join(", "));
    println!("slurm: the same report and the same digests, after a death, a kill and a deadline");
    Ok(())
}

fn built() -> anyhow::Result<PathBuf> {
    let shell = shell::at_root()?;
    shell::cargo(&shell, "build --locked -p asfm").run()?;
    let program = standin::binary("asfm");
    let knows = Command::new(&program).args(["experiment", "submit", "--help"]).output()?;
    if !knows.status.success() {
        return Err(Missing("this asfm cannot send experiments to a cluster".to_owned()).into());
    }
    Ok(program)
}

fn sweep(bed: &mut Bed, program: &Path, patience: &Patience, story: &Story) -> anyhow::Result<()> {
    let work = folder("sweep");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    // A folder's name may be anything.
    let (there, here) = (work.join("Ann's sweep"), work.join("here"));
    let cluster = Sweep { bed, program, folder: &there };
    let experiment = shell::root().join(EXPERIMENT);
    let planned = cluster.command("plan", &[path(&experiment)?, "--out", path(&there)?])?;
    let copied = Command::new("cp").arg("-a").args([&there, &here]).status()?;
    ensure!(copied.success(), "cannot copy the planned experiment");
    let all: Vec<u32> = cluster.pending()?;
    story.tell(&format!("planned: {}", planned.lines().next().unwrap_or_default()));
    ensure!(all.len() > MAX_ARRAY as usize, "one array takes all {} tasks", all.len());

    let local = Sweep { folder: &here, ..cluster };
    local.run_here(patience)?;
    let reported = local.verb("report", &["--json"])?;
    story.tell("run here, without Slurm, by two processes");

    let would = cluster.verb("submit", &["--slurm", "--print"])?;
    ensure!(would.matches("#!/bin/sh").count() > 1, "one array is to take all tasks:\n{would}");
    ensure!(cluster.queue()?.is_empty(), "`--print` sent something");
    let said = cluster.verb("submit", &["--slurm"])?;
    story.tell(&format!("sent: {}", one_line(&said)));

    let hurt = cluster.hurt(patience, story)?;
    let running = bed.kill_node(hurt.node)?;
    let on_node = tasks(&running).map(|it| it.0);
    story.tell(&format!("killed node {}: {}", hurt.node, census(&running)));
    let cluster = Sweep { bed, program, folder: &there };
    patience.until("the dead node is noticed", || {
        Ok(bed
            .said("sinfo", &["--noheader", "--nodes", hurt.node, "--format=%T"])?
            .contains("down"))
    })?;
    story.tell(&format!("Slurm says that {} is down", hurt.node));
    patience.until("the queue is empty", || Ok(cluster.queue()?.is_empty()))?;
    let jobs = cluster.jobs()?;
    let back: BTreeSet<u32> = jobs.iter().filter(|it| it.1.restarts > 0).map(|it| *it.0).collect();
    story.tell(&format!("the queue is empty; begun again by Slurm: {back:?}"));
    let expected: BTreeSet<u32> = on_node.chain([hurt.told]).collect();
    ensure!(back == expected, "tasks {expected:?} were to begin again, not {back:?}");
    let state = &jobs.get(&hurt.killed).context("the killed task is not known")?.state;
    ensure!(state == "FAILED", "Slurm calls the killed task {state}");
    let pending = cluster.pending()?;
    ensure!(pending == [hurt.killed], "task {} is pending, not {pending:?}", hurt.killed);
    let status = one_line(&cluster.verb("status", &[])?);
    story.tell(&format!("only the killed task is pending: {status}"));

    let said = cluster.verb("submit", &["--slurm"])?;
    story.tell(&format!("sent: {}", one_line(&said)));
    patience.until("the queue is empty", || Ok(cluster.queue()?.is_empty()))?;
    let left = cluster.pending()?;
    ensure!(left.is_empty(), "still pending: {left:?}");
    ensure!(cluster.verb("report", &["--json"])? == reported, "another report than here");
    let (ours, theirs) = (digests(&here)?, digests(&there)?);
    ensure!(ours.len() == all.len(), "{} of {} runs are there", ours.len(), all.len());
    ensure!(ours == theirs, "other digests than here: {ours:?}, {theirs:?}");
    story.tell(&format!("all is done: the same report and {} digests as here", ours.len()));

    bed.start_node(hurt.node)?;
    patience.until("the node is back", || {
        Ok(bed.said("sinfo", &["--noheader", "--nodes", hurt.node, "--format=%T"])?.trim()
            == "idle")
    })?;
    story.tell(&format!("node {} is back", hurt.node));
    // Runs are large, and these have said what they had to say.
    fs::remove_dir_all(&work)?;
    Ok(())
}

/// What was done to whom.
struct Hurt {
    /// The node to be killed.
    node: &'static str,
    /// The task that was killed, on another node.
    killed: u32,
    /// The task that was told that its time is over.
    told: u32,
}

/// An experiment's folder, a program, and the cluster on which it runs.
#[derive(Clone, Copy)]
struct Sweep<'a> {
    bed: &'a Bed,
    program: &'a Path,
    folder: &'a Path,
}

impl Sweep<'_> {
    /// A verb on the experiment.
    fn verb(&self, verb: &str, words: &[&str]) -> anyhow::Result<String> {
        self.command(verb, &[&[path(self.folder)?], words].concat())
    }

    fn command(&self, verb: &str, words: &[&str]) -> anyhow::Result<String> {
        let mut command = self.bed.command(self.program);
        let output = command.arg("experiment").arg(verb).args(words).output();
        let output = output.with_context(|| format!("cannot start {}", self.program.display()))?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr).into_owned();
            bail!("`experiment {verb}`, {}: {}", output.status, why.trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs all tasks without Slurm.
    fn run_here(&self, patience: &Patience) -> anyhow::Result<()> {
        let mut command = self.bed.command(self.program);
        command.args(["experiment", "run"]).arg(self.folder).args(["--jobs", "2"]);
        let mut child =
            command.stdout(Stdio::null()).spawn().context("cannot start the program")?;
        let ended = patience.until("all tasks were run here", || Ok(child.try_wait()?.is_some()));
        if ended.is_err() {
            process::end(child.id(), false)?;
        }
        let status = child.wait()?;
        ended?;
        ensure!(status.success(), "`experiment run`: {status}");
        Ok(())
    }

    fn pending(&self) -> anyhow::Result<Vec<u32>> {
        let text = self.verb("pending", &["--ranges"])?;
        let mut found = Vec::new();
        for part in text.trim().split(',').filter(|it| !it.is_empty()) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            found.extend(first.parse::<u32>()?..=last.parse()?);
        }
        Ok(found)
    }

    /// What waits or runs, one line per task.
    fn queue(&self) -> anyhow::Result<String> {
        self.bed.said("squeue", &["--noheader", "--array"])
    }

    /// What Slurm remembers of each task, by index.
    fn jobs(&self) -> anyhow::Result<BTreeMap<u32, Job>> {
        let text = self.bed.said("scontrol", &["show", "job", "--oneliner"])?;
        Ok(text.lines().filter_map(Job::read).collect())
    }

    /// Waits until two nodes are busy, kills a task on one and tells another one that its time is
    /// over; the other node is left to be killed.
    fn hurt(&self, patience: &Patience, story: &Story) -> anyhow::Result<Hurt> {
        let busy = || -> Vec<(&'static str, Vec<Running>)> {
            let nodes = NODES.iter().map(|it| (*it, self.bed.running(it)));
            nodes.filter(|it| tasks(&it.1).count() > 1).collect()
        };
        patience.until("two nodes are busy", || Ok(busy().len() > 1))?;
        sleep(HEAD_START);
        let busy = busy();
        let [(node, _), (other, running), ..] = &busy[..] else {
            bail!("the tasks are too short: {} nodes are still busy", busy.len());
        };
        let victims: Vec<(u32, u32)> = tasks(running).collect();
        let [(killed, pid), (told, told_pid), ..] = victims[..] else {
            bail!("the tasks are too short");
        };
        process::end(pid, true)?;
        story.tell(&format!("killed task {killed} on node {other}"));
        // What Slurm does at the time limit: the shell is told, and nobody else.
        process::signal(process::parent(told_pid).context("a task without a shell")?, "USR1")?;
        story.tell(&format!("told task {told} on node {other} that its time is over"));
        Ok(Hurt { node, killed, told })
    }
}

/// The tasks among processes: index and process.
fn tasks(running: &[Running]) -> impl Iterator<Item = (u32, u32)> {
    running.iter().filter_map(|it| {
        it.words.iter().find(|it| *it == "task")?;
        let at = it.words.iter().position(|it| it == "--index")?;
        Some((it.words.get(at + 1)?.parse().ok()?, it.pid))
    })
}

/// What Slurm remembers of a task.
struct Job {
    state: String,
    restarts: u32,
}

impl Job {
    /// One line of `scontrol show job --oneliner`; the array's number and the offset in the name
    /// give the index.
    fn read(line: &str) -> Option<(u32, Self)> {
        let of = |key: &str| {
            let mut fields = line.split_whitespace().filter_map(|it| it.split_once('='));
            Some(fields.find(|it| it.0 == key)?.1)
        };
        let local: u32 = of("ArrayTaskId")?.parse().ok()?;
        let offset: u32 = of("JobName")?.rsplit_once('+')?.1.parse().ok()?;
        let state = of("JobState")?.to_owned();
        Some((local + offset, Self { state, restarts: of("Restarts")?.parse().ok()? }))
    }
}

/// The digests of finished runs, by file name.
fn digests(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder.join("runs"))? {
        let file = entry?.path();
        if file.extension().is_some_and(|it| it == "db") {
            let query = "SELECT digest FROM run WHERE status = 'done'";
            let output = Command::new("sqlite3").arg("-readonly").arg(&file).arg(query).output();
            let output = output.context("cannot start sqlite3")?;
            let digest = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            ensure!(!digest.is_empty(), "{} has no digest", file.display());
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            found.insert(name, digest);
        }
    }
    Ok(found)
}

/// Processes, counted by program.
fn census(running: &[Running]) -> String {
    let mut counts = BTreeMap::<String, u32>::new();
    for it in running {
        let word = it.words.first().map_or("?", String::as_str);
        let word = word.split([':', ' ']).next().unwrap_or(word);
        *counts.entry(word.rsplit('/').next().unwrap_or(word).to_owned()).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|it| format!("{} x {}", it.1, it.0)).collect();
    counts.join(", ")
}

fn path(path: &Path) -> anyhow::Result<&str> {
    path.to_str().context("the folder's name is no text")
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|it| !it.is_empty()).collect::<Vec<&str>>().join("; ")
}

/// What happened, and when.
struct Story {
    since: Instant,
}

impl Story {
    fn begin() -> Self {
        println!("slurm: seconds  what happened");
        Self { since: Instant::now() }
    }

    fn tell(&self, what: &str) {
        println!("slurm: {:>7.1}  {what}", self.since.elapsed().as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_known_by_its_index() {
        let line = "JobId=7 ArrayJobId=5 ArrayTaskId=3 JobName=asfm-sweep+8 UserId=root(0) \
                    JobState=FAILED Reason=NonZeroExitCode Requeue=1 Restarts=2 ExitCode=137:0";
        let (index, job) = Job::read(line).expect("a job");
        assert_eq!((index, job.state.as_str(), job.restarts), (11, "FAILED", 2));
        // Tasks that wait together have no line of their own.
        assert!(Job::read("JobId=5 ArrayTaskId=3-7 JobName=asfm-sweep+8").is_none());
    }
}
