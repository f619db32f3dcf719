//! Processes that outlive the verb, by number.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

/// Whether the process lives and was started with this word: numbers are used again.
pub(crate) fn lives(pid: u32, word: &str) -> bool {
    words(pid).is_some_and(|it| it.contains(word))
}

/// The words that a process was started with.
fn words(pid: u32) -> Option<String> {
    if Path::new("/proc/self").exists() {
        let bytes = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        return Some(String::from_utf8_lossy(&bytes).replace('\0', " "));
    }
    let output = Command::new("ps").args(["-o", "args=", "-p", &pid.to_string()]).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Asks a process to end, or ends it.
pub(crate) fn end(pid: u32, by_force: bool) -> anyhow::Result<()> {
    signal(pid, if by_force { "KILL" } else { "TERM" })
}

/// Sends a signal, named as in the shell.
pub(crate) fn signal(pid: u32, name: &str) -> anyhow::Result<()> {
    // `kill` is a word of every shell, and not on every path.
    let command = format!("kill -{name} {pid}");
    let output = Command::new("sh").args(["-c", &command]).output().context("cannot run sh")?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        bail!("cannot send {name} to process {pid}: {}", why.trim());
    }
    Ok(())
}

/// The process that started this one, on Linux.
pub(crate) fn parent(pid: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|it| it.strip_prefix("PPid:"))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_words() {
        let myself = std::process::id();
        assert!(lives(myself, "xtask"));
        assert!(!lives(myself, "serve.py"));
    }
}
