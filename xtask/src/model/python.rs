//! Python and pip: running them, and telling what a machine lacks from what went wrong.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context as _, bail};

use crate::shell::{self, Missing};

/// How pip says that it could not get something, as opposed to what it did with it.
const OUT_OF_REACH: &[&str] = &[
    "No matching distribution",
    "Max retries exceeded",
    "Connection",
    "ConnectTimeout",
    "ReadTimeout",
    "timed out",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "ProxyError",
    "SSLError",
    "IncompleteRead",
    "HTTP error",
    "Server Error",
];

/// A script of `xtask/model/`.
pub(super) fn script(name: &str) -> PathBuf {
    shell::root().join("xtask").join("model").join(name)
}

/// A Python that sees the packages of a folder.
pub(super) fn python(site: &Path) -> Command {
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", site).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// The version of Python, `3.11`.
pub(super) fn version() -> anyhow::Result<String> {
    let words = ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"];
    let output = match Command::new("python3").args(words).output() {
        Ok(it) => it,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Missing("there is no `python3` on the path".to_owned()).into());
        }
        Err(error) => return Err(error).context("cannot run python3"),
    };
    let text = checked(&output, "python3")?;
    Ok(text.trim().to_owned())
}

/// Runs pip; what cannot be reached is [`Missing`].
pub(super) fn pip(words: &[&str], what: &str) -> anyhow::Result<()> {
    let has_pip = Command::new("python3").args(["-m", "pip", "--version"]).output();
    if !has_pip.context("cannot run python3")?.status.success() {
        return Err(Missing("this python3 has no pip (`python3 -m pip` fails)".to_owned()).into());
    }
    let (verb, rest) = words.split_first().context("pip needs a verb")?;
    let output = Command::new("python3")
        .args(["-m", "pip", verb, "--quiet", "--disable-pip-version-check", "--no-input"])
        .args(["--only-binary=:all:", "--retries=2", "--timeout=20"])
        .args(rest)
        .output()
        .context("cannot run pip")?;
    if output.status.success() {
        return Ok(());
    }
    let error = String::from_utf8_lossy(&output.stderr);
    let error = error.trim();
    if is_out_of_reach(error) {
        return Err(Missing(format!("pip cannot get {what}:\n{error}")).into());
    }
    bail!("pip failed at {what}:\n{error}")
}

fn is_out_of_reach(error: &str) -> bool {
    OUT_OF_REACH.iter().any(|it| error.contains(it))
}

/// What a command printed, or its complaint.
pub(super) fn checked(output: &Output, what: &str) -> anyhow::Result<String> {
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        bail!("{what}: {}", error.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_reach_is_not_what_went_wrong() {
        let unreachable = "WARNING: Retrying … NewConnectionError('…: Connection refused')\n\
                           ERROR: No matching distribution found for gguf==0.19.0";
        assert!(is_out_of_reach(unreachable));
        assert!(!is_out_of_reach("ERROR: Could not install: [Errno 28] No space left on device"));
    }
}
