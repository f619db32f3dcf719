//! A cluster of three nodes on one machine: Slurm's own daemons, each in a process namespace of its
//! own, so that killing one kills all that runs in it, as when a computer loses power.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

use super::wait::Patience;
use crate::process;
use crate::shell::Missing;

pub(super) const NODES: [&str; 3] = ["n1", "n2", "n3"];
/// One array holds so many tasks: few, so that the test needs several.
pub(super) const MAX_ARRAY: u32 = 8;
/// Programs that the bed is made of, and the Debian packages that have them.
const PROGRAMS: [(&str, &str); 10] = [
    ("slurmctld", "slurmctld"),
    ("slurmd", "slurmd"),
    ("sbatch", "slurm-client"),
    ("scontrol", "slurm-client"),
    ("squeue", "slurm-client"),
    ("munged", "munge"),
    ("unshare", "util-linux"),
    ("setpriv", "util-linux"),
    ("taskset", "util-linux"),
    ("ss", "iproute2"),
];
/// The numbers of the daemons, for whoever comes after a bed that was not torn down.
const PIDS: &str = "pids";
/// A Unix socket has a short name.
const SOCKET_NAME_MAX: usize = 100;

/// Whether the daemons die with this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    WithUs,
    Own,
}

/// A daemon and all that it starts.
pub(super) struct Daemon {
    name: String,
    /// `unshare`, whose end is the end of the namespace.
    child: Child,
    /// The namespace, as the kernel names it.
    namespace: PathBuf,
}

/// A running cluster.
pub(super) struct Bed {
    folder: PathBuf,
    life: Life,
    ports: Vec<u16>,
    daemons: Vec<Daemon>,
}

/// Says what this machine lacks.
pub(super) fn check() -> anyhow::Result<()> {
    if !cfg!(target_os = "linux") {
        return Err(Missing("Slurm needs Linux".to_owned()).into());
    }
    let user = Command::new("id").arg("-u").output().context("cannot start id")?;
    if user.stdout.trim_ascii() != b"0" {
        return Err(Missing("the daemons of Slurm start as root only".to_owned()).into());
    }
    let mut packages: Vec<&str> =
        PROGRAMS.iter().filter(|it| find(it.0).is_none()).map(|it| it.1).collect();
    packages.dedup();
    if !packages.is_empty() {
        let list = packages.join(" ");
        return Err(Missing(format!("not installed: {list} (Debian's names)")).into());
    }
    let works = Command::new("unshare")
        .args(["--pid", "--fork", "--kill-child", "--mount-proc", "true"])
        .output()
        .context("cannot start unshare")?;
    if !works.status.success() {
        let why = String::from_utf8_lossy(&works.stderr).trim().to_owned();
        return Err(Missing(format!("no process namespaces here: {why}")).into());
    }
    Ok(())
}

/// Where a program lies; daemons are not on everybody's path.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders.map(|it| it.join(program)).find(|it| it.is_file())
}

impl Bed {
    /// Starts a cluster in a folder, which is emptied, and waits until its nodes are idle.
    pub(super) fn start(folder: &Path, life: Life, patience: &Patience) -> anyhow::Result<Self> {
        end_left_over(folder)?;
        if folder.exists() {
            fs::remove_dir_all(folder).context("cannot empty the folder of the cluster")?;
        }
        for it in ["state", "spool", "log"] {
            fs::create_dir_all(folder.join(it))?;
        }
        let ports = free_ports(1 + NODES.len())?;
        let mut it = Self { folder: folder.to_owned(), life, ports, daemons: Vec::new() };
        if it.path("munge.sock").len() > SOCKET_NAME_MAX {
            bail!(Missing("the folder's name is too long for a socket in it".to_owned()));
        }
        fs::write(it.path("slurm.conf"), it.configuration()?)?;
        it.write_key()?;
        let words = ["socket", "key-file", "pid-file", "log-file", "seed-file"];
        let files = ["munge.sock", "munge.key", "munge.pid", "log/munged", "munge.seed"];
        let words =
            words.iter().zip(files).map(|(word, file)| format!("--{word}={}", it.path(file)));
        let words: Vec<String> = ["--foreground".to_owned()].into_iter().chain(words).collect();
        it.spawn("munged", "munged", &words)?;
        patience.until("munged listens", || Ok(it.folder.join("munge.sock").exists()))?;
        let conf = it.path("slurm.conf");
        it.spawn("slurmctld", "slurmctld", &["-D", "-c", "-f", &conf])?;
        for node in NODES {
            it.start_node(node)?;
        }
        patience.until("all nodes are idle", || {
            Ok(it
                .said("sinfo", &["--noheader", "--Node", "--format=%T"])
                .is_ok_and(|it| it.lines().filter(|it| *it == "idle").count() == NODES.len()))
        })?;
        Ok(it)
    }

    /// Starts the daemon of a node. All nodes share one processor, so that tasks take some seconds
    /// on a fast machine too.
    pub(super) fn start_node(&mut self, node: &str) -> anyhow::Result<()> {
        let conf = self.path("slurm.conf");
        let slurmd = find("slurmd").context("there is no slurmd")?;
        let slurmd = slurmd.to_string_lossy();
        let processor = a_processor()?;
        let words = ["-c", &processor, &slurmd, "-D", "-f", &conf, "-N", node];
        self.spawn(node, "taskset", &words)
    }

    /// Ends a node as a power cut does; says what was running on it.
    pub(super) fn kill_node(&mut self, node: &str) -> anyhow::Result<Vec<Running>> {
        let at = self.daemons.iter().position(|it| it.name == node).context("no such node")?;
        let daemon = self.daemons.remove(at);
        let running = daemon.running();
        daemon.end()?;
        Ok(running)
    }

    /// What runs on a node.
    pub(super) fn running(&self, node: &str) -> Vec<Running> {
        let daemon = self.daemons.iter().find(|it| it.name == node);
        daemon.map(Daemon::running).unwrap_or_default()
    }

    /// What a program of Slurm says.
    pub(super) fn said(&self, program: &str, words: &[&str]) -> anyhow::Result<String> {
        let output = self.command(program).args(words).output();
        let output = output.with_context(|| format!("cannot start {program}"))?;
        if !output.status.success() {
            bail!("{program} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// A program that is to find this cluster.
    pub(super) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("SLURM_CONF", self.path("slurm.conf")).stdin(Stdio::null());
        command
    }

    /// Where its ports are bound; every one of them must be bound to this machine only.
    pub(super) fn addresses(&self) -> anyhow::Result<Vec<String>> {
        let output = Command::new("ss").args(["-H", "-l", "-n", "-t", "-u", "-p"]).output()?;
        ensure!(output.status.success(), "ss failed");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut found = Vec::new();
        for line in text.lines() {
            let Some(address) = line.split_whitespace().nth(4) else { continue };
            let port = address.rsplit(':').next().and_then(|it| it.parse().ok());
            // By number, and by owner: a daemon might open more than it was told to.
            let pids =
                line.split("pid=").skip(1).filter_map(|it| it.split(',').next()?.parse().ok());
            let is_owner = |pid: u32| self.daemons.iter().any(|it| it.has(pid));
            if port.is_some_and(|it| self.ports.contains(&it)) || pids.into_iter().any(is_owner) {
                found.push(address.to_owned());
            }
        }
        found.sort();
        Ok(found)
    }

    /// Ends every daemon and all that it started.
    pub(super) fn end(mut self) -> anyhow::Result<()> {
        self.end_all()
    }

    /// Leaves the daemons alone, for [`end_left_over`] to end.
    pub(super) fn leave(mut self) {
        self.daemons.clear();
    }

    fn end_all(&mut self) -> anyhow::Result<()> {
        let ends: Vec<anyhow::Result<()>> = self.daemons.drain(..).rev().map(Daemon::end).collect();
        ends.into_iter().collect::<anyhow::Result<()>>()?;
        fs::remove_file(self.folder.join(PIDS)).context("cannot forget the daemons")
    }

    fn spawn(
        &mut self,
        name: &str,
        program: &str,
        words: &[impl AsRef<std::ffi::OsStr>],
    ) -> anyhow::Result<()> {
        let log = File::create(self.folder.join("log").join(format!("{name}.out")))?;
        let program = find(program).with_context(|| format!("there is no {program}"))?;
        let mut command = match self.life {
            Life::Own => self.command("unshare"),
            Life::WithUs => {
                let mut command = self.command("setpriv");
                command.args(["--pdeathsig", "KILL", "unshare"]);
                command
            }
        };
        command
            .args(["--pid", "--fork", "--kill-child", "--mount-proc"])
            .arg(program)
            .args(words)
            // Ctrl-C is for us, and we end them in order.
            .process_group(0)
            .stdout(log.try_clone()?)
            .stderr(log);
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let daemon = Daemon::new(name, child)?;
        self.daemons.push(daemon);
        let pids: Vec<String> = self.daemons.iter().map(|it| it.child.id().to_string()).collect();
        fs::write(self.folder.join(PIDS), pids.join("\n"))?;
        Ok(())
    }

    fn path(&self, file: &str) -> String {
        self.folder.join(file).to_string_lossy().into_owned()
    }

    fn write_key(&self) -> anyhow::Result<()> {
        let mut key = [0_u8; 128];
        std::io::Read::read_exact(&mut File::open("/dev/urandom")?, &mut key)?;
        let file = self.folder.join("munge.key");
        fs::write(&file, key)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o400))?;
        Ok(())
    }

    /// Everything on the loopback device, nothing kept, and impatient.
    fn configuration(&self) -> anyhow::Result<String> {
        let host = fs::read_to_string("/proc/sys/kernel/hostname")?;
        let host = host.trim().split('.').next().unwrap_or_default();
        let folder = self.folder.display();
        let mut text = format!(
            "ClusterName=asfm
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
# The loopback device, and no other.
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
# A requeued task waits until the credentials of its first attempt have expired.
AuthInfo=socket={folder}/munge.sock,cred_expire=5
CredType=cred/munge
# No control groups, and more processors than there are.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=1,sched_interval=2,bf_interval=2
SlurmdTimeout=5
KillWait=5
MinJobAge=3600
JobRequeue=1
ReturnToService=2
MaxArraySize={MAX_ARRAY}
Licenses=llm:3
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/log/slurmctld
SlurmdLogFile={folder}/log/slurmd-%n
PartitionName=main Nodes=n[1-{nodes}] Default=YES MaxTime=INFINITE State=UP
",
            port = self.ports[0],
            nodes = NODES.len(),
        );
        for (node, port) in NODES.iter().zip(&self.ports[1..]) {
            let here = format!("NodeHostname={host} NodeAddr=127.0.0.1 Port={port}");
            writeln!(text, "NodeName={node} {here} CPUs=2 RealMemory=2000")
                .expect("a string takes all text");
        }
        Ok(text)
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        if !self.daemons.is_empty()
            && let Err(error) = self.end_all()
        {
            eprintln!("slurm: {error:#}");
        }
    }
}

/// A process of a node.
#[derive(Debug, Clone)]
pub(super) struct Running {
    pub(super) pid: u32,
    pub(super) words: Vec<String>,
}

impl Daemon {
    fn new(name: &str, mut child: Child) -> anyhow::Result<Self> {
        let link = format!("/proc/{}/ns/pid_for_children", child.id());
        let ours = fs::read_link("/proc/self/ns/pid")?;
        let since = Instant::now();
        // It is ours until `unshare` has made another one.
        loop {
            match fs::read_link(&link) {
                Ok(namespace) if namespace != ours => {
                    return Ok(Self { name: name.to_owned(), child, namespace });
                }
                _ => ensure!(child.try_wait()?.is_none(), "{name} ended at once; see its log"),
            }
            if since.elapsed() > Duration::from_secs(10) {
                child.kill()?;
                child.wait()?;
                bail!("{name} got no namespace of its own");
            }
            sleep(Duration::from_millis(5));
        }
    }

    fn has(&self, pid: u32) -> bool {
        fs::read_link(format!("/proc/{pid}/ns/pid")).is_ok_and(|it| it == self.namespace)
    }

    /// What runs in it, the daemon included.
    fn running(&self) -> Vec<Running> {
        let names = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = names.filter_map(|it| it.file_name().to_str()?.parse().ok());
        let of = |pid: u32| {
            let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let words = text.split('\0').filter(|it| !it.is_empty()).map(str::to_owned);
            let words: Vec<String> = words.collect();
            // What has ended and was not waited for has no words any more.
            (!words.is_empty()).then_some(Running { pid, words })
        };
        pids.filter(|it| self.has(*it)).filter_map(of).collect()
    }

    fn end(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        let since = Instant::now();
        while !self.running().is_empty() {
            ensure!(since.elapsed() < Duration::from_secs(10), "{} does not end", self.name);
            sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

/// Ends the daemons that were started in a folder; says how many there were.
pub(super) fn end_left_over(folder: &Path) -> anyhow::Result<usize> {
    let file = folder.join(PIDS);
    let Ok(pids) = fs::read_to_string(&file) else {
        return Ok(0);
    };
    // Numbers are used again, but not with these words.
    let ours = folder.to_string_lossy();
    let pids = pids.lines().filter_map(|it| it.parse().ok());
    let lives: Vec<u32> = pids.filter(|it| process::lives(*it, &ours)).collect();
    for pid in &lives {
        process::end(*pid, true)?;
    }
    fs::remove_file(&file)?;
    Ok(lives.len())
}

/// The first processor that we may use.
fn a_processor() -> anyhow::Result<String> {
    let status = fs::read_to_string("/proc/self/status")?;
    let list = status.lines().find_map(|it| it.strip_prefix("Cpus_allowed_list:"));
    let first = list.and_then(|it| it.trim().split([',', '-']).next());
    first.map(str::to_owned).context("no processor is allowed")
}

/// Ports that nobody uses: asked for and given back.
fn free_ports(n: usize) -> anyhow::Result<Vec<u16>> {
    let held: std::io::Result<Vec<TcpListener>> =
        (0..n).map(|_| TcpListener::bind("127.0.0.1:0")).collect();
    let held = held.context("cannot listen on this machine")?;
    held.iter().map(|it| Ok(it.local_addr()?.port())).collect()
}
