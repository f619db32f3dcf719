//! Handing the tasks of an experiment to Slurm: one array of jobs per batch file.
//!
//! Nothing has to be remembered afterwards: what is done is read from the run files, what is under
//! way from the scheduler's queue. [`batches`] and [`ranges()`] are pure; [`submit`] asks the site for
//! its limits and sends.

mod ranges;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{ErrorKind, Write as _};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;

use anyhow::{Context as _, bail};

pub(crate) use ranges::ranges;

/// What Slurm's `MaxArraySize` is where nobody changed it.
const MAX_ARRAY_DEFAULT: NonZeroU32 = NonZeroU32::new(1001).expect("not zero");
/// How long before the time limit a task is told to stop, in seconds.
const NOTICE_SECONDS: u32 = 60;
/// How often a task that ran out of time queues again by itself: one that gets nowhere must end.
const RESTARTS_MAX: u32 = 100;
/// Where batch files and their logs lie, under the folder of the experiment.
const FOLDER: &str = "slurm";

/// What is handed over, and how.
#[derive(Debug, Clone)]
pub(crate) struct Submission {
    /// The planned experiment: absolute, and on a disk that all nodes share.
    pub(crate) folder: PathBuf,
    /// This program: absolute, and on a disk that all nodes share.
    pub(crate) program: PathBuf,
    /// The indices of tasks that are not done; those in the queue are left out when sending.
    pub(crate) pending: Vec<u32>,
    pub(crate) flags: SubmitFlags,
}

/// How tasks are handed to Slurm.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct SubmitFlags {
    /// Print what would be sent, and send nothing.
    #[arg(long)]
    pub(crate) print: bool,
    /// Let at most this many tasks run at the same time.
    #[arg(long, value_name = "N")]
    pub(crate) max_running: Option<NonZeroU32>,
    /// Take this many licences for each task, one if no number is given.
    #[arg(long, value_name = "NAME[:N]")]
    pub(crate) licence: Option<Licence>,
    /// The partition to run in; the site's default otherwise.
    #[arg(long, value_name = "P")]
    pub(crate) partition: Option<Word>,
    /// The time limit of a task, in Slurm's notation; the partition's default otherwise.
    #[arg(long, value_name = "T")]
    pub(crate) time: Option<Word>,
    /// A further option for sbatch, as in `--sbatch=--mem=2G`; may be given several times.
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true)]
    pub(crate) sbatch: Vec<SbatchOption>,
    /// Flags for each task, after `--`, such as `-- --scratch /tmp`.
    #[arg(last = true, value_name = "TASK FLAGS")]
    pub(crate) task: Vec<String>,
}

/// A value that fits into a line of a batch file without quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word(String);

impl FromStr for Word {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fits = |it: char| it.is_ascii_alphanumeric() || "-_.,:@+/".contains(it);
        if text.is_empty() || !text.chars().all(fits) {
            return Err("expected letters, digits and any of - _ . , : @ + /".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

/// What a site counts so that not more of it is used than there is: places at a model server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Licence {
    name: Word,
    per_task: NonZeroU32,
}

impl FromStr for Licence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, number) = text.split_once(':').unwrap_or((text, "1"));
        let per_task = number.parse();
        let per_task =
            per_task.map_err(|_| format!("expected a number from 1, found `{number}`"))?;
        Ok(Self { name: name.parse()?, per_task })
    }
}

/// An option of sbatch that we do not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SbatchOption(String);

impl FromStr for SbatchOption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if !text.starts_with('-') || text.contains(char::is_control) {
            return Err("expected one option in one line, such as --mem=2G".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

/// One array of jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    /// What `sbatch` reads.
    pub(crate) text: String,
    /// The indices of its tasks.
    pub(crate) tasks: Vec<u32>,
    /// Whether it begins when the one before has ended, so that not more run than may.
    pub(crate) waits: bool,
}

/// What became of a submission.
#[derive(Debug)]
pub(crate) struct Submitted {
    pub(crate) batches: Vec<Batch>,
    /// The scheduler's number of each batch that was sent.
    pub(crate) jobs: Vec<String>,
    /// The indices that wait in the queue already, and were not sent again.
    pub(crate) queued: Vec<u32>,
    /// Whether the site was asked for its limits; they are Slurm's defaults otherwise.
    pub(crate) site_was_asked: bool,
}

impl Submitted {
    /// What to print: batch files if nothing was sent, else what was sent.
    pub(crate) fn text(&self) -> String {
        if self.jobs.is_empty() {
            let texts: Vec<&str> = self.batches.iter().map(|it| it.text.as_str()).collect();
            return texts.join("\n");
        }
        let sent = self.batches.iter().zip(&self.jobs);
        let lines = sent.map(|(it, job)| format!("job {job}: tasks {}\n", ranges(&it.tasks)));
        lines.collect::<Vec<String>>().concat()
    }

    /// What the user should know besides, in sentences.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.site_was_asked {
            notes.push(format!(
                "there is no Slurm on this machine: {MAX_ARRAY_DEFAULT} tasks an array are assumed"
            ));
        }
        if !self.queued.is_empty() {
            notes.push(format!("in the queue already, not sent again: {}", ranges(&self.queued)));
        }
        notes
    }
}

/// Sends what is pending and not in the queue yet, or only says what would be sent.
pub(crate) fn submit(it: &Submission) -> anyhow::Result<Submitted> {
    if it.pending.is_empty() {
        bail!("nothing is pending: every task is done or running");
    }
    let site = Site::ask(&it.folder)?;
    if site.is_none() && !it.flags.print {
        bail!(
            "there is no `sbatch` on the PATH: submit from a login node of the cluster, run here \
             with `asfm experiment run`, or see with `--print` what would be sent"
        );
    }
    let site_was_asked = site.is_some();
    let site = site.unwrap_or(Site { max_array: MAX_ARRAY_DEFAULT, queued: BTreeSet::new() });
    let (queued, fresh) = it.pending.iter().partition(|it| site.queued.contains(*it));
    let fresh = Submission { pending: fresh, ..it.clone() };
    if fresh.pending.is_empty() {
        bail!("every pending task is in the queue already: see `squeue --me`");
    }
    let batches = batches(&fresh, site.max_array)?;
    let mut jobs = Vec::new();
    if !it.flags.print {
        let folder = it.folder.join(FOLDER);
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        send(&batches, &mut jobs, |words, text| {
            let job = sbatch(words, text)?;
            let file = folder.join(format!("{job}.sh"));
            std::fs::write(&file, text)
                .with_context(|| format!("job {job} was sent; cannot write {}", file.display()))?;
            Ok(job)
        })?;
    }
    Ok(Submitted { batches, jobs, queued, site_was_asked })
}

/// The batch files of a submission, for a site with this `MaxArraySize`: the first index that an
/// array must not have.
pub(crate) fn batches(it: &Submission, max_array: NonZeroU32) -> anyhow::Result<Vec<Batch>> {
    let folder = one_line(&it.folder)?;
    if it.flags.task.iter().any(|it| it.contains(char::is_control)) {
        bail!("a flag for a task must be text in one line");
    }
    // Where a log goes, Slurm reads both as its own, in the names of folders too.
    if folder.contains(['%', '\\']) {
        bail!("Slurm cannot write logs where a folder has % or \\ in its name: {folder}");
    }
    let program = one_line(&it.program)?;
    let pending: BTreeSet<u32> = it.pending.iter().copied().collect();
    let pending: Vec<u32> = pending.into_iter().collect();
    let window = |index: &u32| *index / max_array;
    let windows: Vec<&[u32]> = pending.chunk_by(|a, b| window(a) == window(b)).collect();
    let n_batches = windows.len();
    let name: String = Path::new(folder)
        .file_name()
        .map(OsStr::to_string_lossy)
        .unwrap_or_default()
        .chars()
        .filter(|it| it.is_ascii_alphanumeric() || "-_.".contains(*it))
        .collect();
    let mut batches = Vec::new();
    for (number, tasks) in (1..).zip(windows) {
        let offset = window(&tasks[0]) * max_array.get();
        let waits = number > 1 && it.flags.max_running.is_some();
        let local: Vec<u32> = tasks.iter().map(|it| it - offset).collect();
        let options = options(&it.flags, &name, folder, &local, offset);
        let waiting = if waits { ", after the one before" } else { "" };
        let (folder, program) = (quoted(folder), quoted(program));
        let words = it.flags.task.iter().map(|it| format!(" {}", quoted(it)));
        let words = words.collect::<Vec<String>>().concat();
        let text = format!(
            r#"#!/bin/sh
# asfm: batch {number} of {n_batches}{waiting}: tasks {tasks}.
{options}# Threads that have no processor slow each other down.
export RAYON_NUM_THREADS="${{SLURM_CPUS_PER_TASK:-1}}"
{program} experiment task {folder} --index "$((SLURM_ARRAY_TASK_ID + {offset}))"{words} &
task=$!
# Shortly before the time limit Slurm tells this shell, and only it: the task stops at a boundary.
deadline=
trap 'deadline=1; kill -TERM "$task"' USR1
# A cancelled task is told by Slurm itself; this shell waits for it.
trap : TERM
wait "$task"
code=$?
# A signal ends the waiting, not the task.
while kill -0 "$task" 2>/dev/null; do
    wait "$task"
    code=$?
done
# Out of time, to be resumed: back into the queue. A cancelled task stays cancelled.
if [ "$code" = 75 ] && [ -n "$deadline" ] && [ "${{SLURM_RESTART_COUNT:-0}}" -lt {RESTARTS_MAX} ]; then
    scontrol requeue "$SLURM_JOB_ID"
fi
exit "$code"
"#,
            tasks = ranges(tasks),
        );
        batches.push(Batch { text, tasks: tasks.to_vec(), waits });
    }
    Ok(batches)
}

/// The lines for sbatch; what the user says comes last, and counts.
fn options(flags: &SubmitFlags, name: &str, folder: &str, local: &[u32], offset: u32) -> String {
    let throttle = flags.max_running.map(|it| format!("%{it}")).unwrap_or_default();
    let mut options = vec![
        // The offset tells whoever reads the queue which tasks these are.
        format!("--job-name=asfm-{name}+{offset}"),
        format!("--array={}{throttle}", ranges(local)),
        format!("--chdir={}", escaped(folder)),
        // One log for all tasks of an array: shared disks suffer from many files.
        format!("--output={FOLDER}/%A.log"),
        "--open-mode=append".to_owned(),
        "--requeue".to_owned(),
        format!("--signal=B:USR1@{NOTICE_SECONDS}"),
        "--ntasks=1".to_owned(),
    ];
    let SubmitFlags { licence, partition, time, sbatch, .. } = flags;
    options.extend(licence.iter().map(|it| format!("--licenses={}:{}", it.name.0, it.per_task)));
    options.extend(partition.iter().map(|it| format!("--partition={}", it.0)));
    options.extend(time.iter().map(|it| format!("--time={}", it.0)));
    options.extend(sbatch.iter().map(|it| it.0.clone()));
    let lines = options.iter().map(|it| format!("#SBATCH {it}\n"));
    lines.collect::<Vec<String>>().concat()
}

/// A path as text, if a batch file can hold it.
fn one_line(path: &Path) -> anyhow::Result<&str> {
    let text = path.to_str().filter(|it| !it.contains(char::is_control));
    text.with_context(|| format!("a batch file cannot hold the path {}", path.display()))
}

/// A word of the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A value in a line for sbatch.
fn escaped(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\""))
}

/// What a cluster says of itself.
#[derive(Debug)]
struct Site {
    max_array: NonZeroU32,
    /// The indices of this experiment that are in the queue, waiting or running.
    queued: BTreeSet<u32>,
}

impl Site {
    /// Nothing if there is no Slurm here.
    fn ask(folder: &Path) -> anyhow::Result<Option<Self>> {
        let Some(config) = said("scontrol", &["show", "config"])? else {
            return Ok(None);
        };
        let queue = ["--me", "--noheader", "--array", "--format=%K %j %Z"];
        let Some(queue) = said("squeue", &queue)? else {
            return Ok(None);
        };
        let max_array =
            max_array(&config).context("`scontrol show config` tells no MaxArraySize")?;
        Ok(Some(Self { max_array, queued: queued(&queue, folder) }))
    }
}

/// `MaxArraySize` in what `scontrol show config` prints.
fn max_array(config: &str) -> Option<NonZeroU32> {
    let lines = config.lines().filter_map(|it| it.split_once('='));
    let mut values = lines.filter(|it| it.0.trim() == "MaxArraySize");
    values.next()?.1.trim().parse().ok()
}

/// The indices in the queue whose jobs work in the folder: array index, job name, folder per line.
fn queued(queue: &str, folder: &Path) -> BTreeSet<u32> {
    let index = |line: &str| {
        let mut fields = line.splitn(3, ' ');
        let local: u32 = fields.next()?.parse().ok()?;
        let offset: u32 = fields.next()?.rsplit_once('+')?.1.parse().ok()?;
        (Path::new(fields.next()?) == folder).then(|| local.checked_add(offset))?
    };
    queue.lines().filter_map(index).collect()
}

/// Sends batch after batch, and says what was sent before one is refused.
fn send(
    batches: &[Batch],
    jobs: &mut Vec<String>,
    mut sbatch: impl FnMut(&[String], &str) -> anyhow::Result<String>,
) -> anyhow::Result<()> {
    for batch in batches {
        let before = jobs.last().filter(|_| batch.waits);
        let words: Vec<String> =
            before.iter().map(|it| format!("--dependency=afterany:{it}")).collect();
        let job = sbatch(&words, &batch.text).with_context(|| {
            let sent = if jobs.is_empty() {
                "nothing was sent before".to_owned()
            } else {
                format!("sent before: job {}; submit again for the rest", jobs.join(", job "))
            };
            format!("tasks {} were not sent ({sent})", ranges(&batch.tasks))
        })?;
        jobs.push(job);
    }
    Ok(())
}

/// The number that Slurm gives to a batch.
fn sbatch(words: &[String], text: &str) -> anyhow::Result<String> {
    let mut command = Command::new("sbatch");
    command.arg("--parsable").args(words);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("cannot start sbatch")?;
    let mut input = child.stdin.take().expect("it was piped");
    // If it does not read to the end, it says why.
    let written = input.write_all(text.as_bytes());
    drop(input);
    let output = child.wait_with_output().context("cannot wait for sbatch")?;
    if !output.status.success() {
        bail!("sbatch refused: {}", words_of(&output.stderr));
    }
    written.context("sbatch did not read the batch file")?;
    let said = words_of(&output.stdout);
    // On a site of several clusters the cluster's name follows.
    let job = said.split(';').next().unwrap_or_default().trim();
    if job.is_empty() || !job.chars().all(|it| it.is_ascii_digit()) {
        bail!("sbatch did not say the number of the job, but: {said}");
    }
    Ok(job.to_owned())
}

/// What a program of Slurm says; nothing if it is not here.
fn said(program: &str, words: &[&str]) -> anyhow::Result<Option<String>> {
    let output = match Command::new(program).args(words).stdin(Stdio::null()).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.with_context(|| format!("cannot start {program}"))?,
    };
    if !output.status.success() {
        bail!("{program} failed: {}", words_of(&output.stderr));
    }
    Ok(Some(String::from_utf8_lossy(&output.stdout).into_owned()))
}

fn words_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_set;
    use proptest::prelude::*;

    use super::ranges::read_ranges;
    use super::*;

    fn submission(pending: &[u32], flags: SubmitFlags) -> Submission {
        Submission {
            folder: PathBuf::from("/data/Ann's \"sweep\""),
            program: PathBuf::from("/opt/asfm"),
            pending: pending.to_vec(),
            flags,
        }
    }

    fn max(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number).expect("not zero")
    }

    /// What follows an option in a batch file.
    fn option<'a>(batch: &'a Batch, name: &str) -> Vec<&'a str> {
        let start = format!("#SBATCH --{name}=");
        batch.text.lines().filter_map(|it| it.strip_prefix(&start)).collect()
    }

    proptest! {
        #[test]
        fn batches_hold_every_task_once(
            pending in btree_set(0_u32..500, 1..100),
            limit in 1_u32..120,
        ) {
            let pending: Vec<u32> = pending.into_iter().collect();
            let batches = batches(&submission(&pending, SubmitFlags::default()), max(limit));
            let mut found = Vec::new();
            for it in batches.expect("sound names") {
                let name = option(&it, "job-name")[0];
                let offset: u32 = name.rsplit_once('+').expect("an offset").1.parse().expect("one");
                let local = read_ranges(option(&it, "array")[0]).expect("ranges");
                prop_assert!(local.iter().all(|it| *it < limit), "{local:?} of {limit}");
                let adds = format!("--index \"$((SLURM_ARRAY_TASK_ID + {offset}))\"");
                prop_assert!(it.text.contains(&adds));
                let tasks: Vec<u32> = local.iter().map(|it| it + offset).collect();
                prop_assert_eq!(&tasks, &it.tasks);
                found.extend(tasks);
            }
            prop_assert_eq!(found, pending);
        }
    }

    #[test]
    fn a_batch_file_is_read_by_people_too() {
        let flags = SubmitFlags {
            max_running: Some(max(2)),
            licence: Some("llm:3".parse().expect("a licence")),
            partition: Some("short".parse().expect("a word")),
            time: Some("1-00:00:00".parse().expect("a word")),
            sbatch: vec!["--mem=2G".parse().expect("an option")],
            task: vec!["--scratch".to_owned(), "/tmp/Ann's".to_owned()],
            ..SubmitFlags::default()
        };
        let batches = batches(&submission(&[3, 7, 8, 9], flags), max(1001)).expect("sound names");
        let head = batches[0].text.split("\n#").take(14).collect::<Vec<&str>>().join("\n#");
        insta::assert_snapshot!(head, @r#"
        #!/bin/sh
        # asfm: batch 1 of 1: tasks 3,7-9.
        #SBATCH --job-name=asfm-Annssweep+0
        #SBATCH --array=3,7-9%2
        #SBATCH --chdir="/data/Ann's \"sweep\""
        #SBATCH --output=slurm/%A.log
        #SBATCH --open-mode=append
        #SBATCH --requeue
        #SBATCH --signal=B:USR1@60
        #SBATCH --ntasks=1
        #SBATCH --licenses=llm:3
        #SBATCH --partition=short
        #SBATCH --time=1-00:00:00
        #SBATCH --mem=2G
        "#);
        let call = r#"'/opt/asfm' experiment task '/data/Ann'\''s "sweep"' --index "#;
        assert!(batches[0].text.contains(call), "{}", batches[0].text);
        assert!(batches[0].text.contains(r" '--scratch' '/tmp/Ann'\''s' &"), "{}", batches[0].text);
    }

    #[test]
    fn a_throttle_holds_over_several_batches() {
        let flags = SubmitFlags { max_running: Some(max(2)), ..SubmitFlags::default() };
        let throttled = batches(&submission(&[0, 5, 9], flags), max(4)).expect("sound names");
        assert_eq!(throttled.iter().map(|it| it.waits).collect::<Vec<_>>(), [false, true, true]);
        let mut said = Vec::new();
        let mut jobs = Vec::new();
        send(&throttled, &mut jobs, |words, _| {
            said.push(words.to_vec());
            Ok((70 + said.len()).to_string())
        })
        .expect("nobody refuses");
        assert_eq!(jobs, ["71", "72", "73"]);
        assert_eq!(
            said,
            [
                vec![],
                vec!["--dependency=afterany:71".to_owned()],
                vec!["--dependency=afterany:72".to_owned()]
            ]
        );
    }

    #[test]
    fn a_refusal_says_what_was_sent_before() {
        let batches = batches(&submission(&[0, 5], SubmitFlags::default()), max(4));
        let mut jobs = Vec::new();
        let refused = send(&batches.expect("sound names"), &mut jobs, |_, text| {
            if text.contains("batch 2") {
                bail!("sbatch refused: sbatch: error: Batch job submission failed");
            }
            Ok("71".to_owned())
        });
        let words = format!("{:#}", refused.expect_err("the second was refused"));
        assert_eq!(
            words,
            "tasks 5 were not sent (sent before: job 71; submit again for the rest): sbatch \
             refused: sbatch: error: Batch job submission failed"
        );
    }

    #[test]
    fn a_folder_that_slurm_cannot_write_logs_in_is_refused() {
        for folder in ["/data/50%", "/data/a\\b", "/data/a\nb"] {
            let it =
                Submission { folder: folder.into(), ..submission(&[0], SubmitFlags::default()) };
            assert!(batches(&it, max(4)).is_err(), "{folder}");
        }
    }

    #[test]
    fn what_would_not_stay_in_its_line_is_refused() {
        for text in ["", "a b", "a\n#SBATCH --x", "a'b"] {
            assert!(text.parse::<Word>().is_err(), "{text:?}");
        }
        for text in ["llm:0", "llm:", ":1", "llm:x"] {
            assert!(text.parse::<Licence>().is_err(), "{text:?}");
        }
        for text in ["mem=2G", "--mem=2G\n--x", ""] {
            assert!(text.parse::<SbatchOption>().is_err(), "{text:?}");
        }
        assert_eq!("llm".parse::<Licence>(), "llm:1".parse::<Licence>());
    }

    #[test]
    fn a_site_is_asked_in_its_words() {
        let config = "Configuration data as of 2026\nMaxArraySize            = 1001\nSLURM = 2\n";
        assert_eq!(max_array(config), Some(max(1001)));
        assert_eq!(max_array("MaxArraySize = 0"), None);
        let queue = "3 asfm-a+0 /data/a b\n1 asfm-a+1001 /data/a b\n2 asfm-a+0 /data/c\nN/A x /d\n";
        assert_eq!(queued(queue, Path::new("/data/a b")), [3, 1002].into());
    }

    #[test]
    fn nothing_pending_is_nothing_to_send() {
        let error = submit(&submission(&[], SubmitFlags::default())).expect_err("nothing to do");
        assert_eq!(error.to_string(), "nothing is pending: every task is done or running");
    }
}
