//! Arguments, the root of the workspace, and cargo.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use xshell::{Cmd, Shell};

/// What the user asked for makes no sense: exit code 2.
#[derive(Debug)]
pub(crate) struct Misuse(pub(crate) String);

impl std::fmt::Display for Misuse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misuse {}

/// What this machine does not have, so that a verb cannot do its work: exit code 3. It is no
/// failure, and it is no success.
#[derive(Debug)]
pub(crate) struct Missing(pub(crate) String);

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

/// The words after the verb.
pub(crate) struct Args(VecDeque<String>);

impl Args {
    pub(crate) fn new(words: impl Iterator<Item = String>) -> Self {
        Self(words.collect())
    }

    /// Takes the first word out, if it is no option.
    pub(crate) fn word(&mut self) -> Option<String> {
        let is_word = self.0.front().is_some_and(|it| !it.starts_with('-'));
        if is_word { self.0.pop_front() } else { None }
    }

    /// Takes `--name` out, and says whether it was there.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|it| it != name);
        self.0.len() < before
    }

    /// Takes `--name NUMBER` out.
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u64>, Misuse> {
        let Some(value) = self.text(name)? else {
            return Ok(None);
        };
        let number = value.parse();
        number
            .map(Some)
            .map_err(|_| Misuse(format!("`{name}` needs a whole number, found `{value}`")))
    }

    /// Takes `--name WORD` out.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Misuse> {
        let Some(at) = self.0.iter().position(|it| it == name) else {
            return Ok(None);
        };
        self.0.remove(at);
        let value = self.0.remove(at).filter(|it| !it.starts_with("--"));
        value.map(Some).ok_or_else(|| Misuse(format!("`{name}` needs a value")))
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self) -> Result<(), Misuse> {
        match self.0.front() {
            None => Ok(()),
            Some(word) => Err(Misuse(format!("`{word}` means nothing here"))),
        }
    }
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask lies in the workspace").to_owned()
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// A shell at the root of the workspace.
pub(crate) fn at_root() -> anyhow::Result<Shell> {
    let shell = Shell::new().context("cannot use the current directory")?;
    shell.change_dir(root());
    Ok(shell)
}

/// A cargo command, given as on the command line.
pub(crate) fn cargo<'s>(shell: &'s Shell, words: &str) -> Cmd<'s> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let cmd = shell.cmd(cargo).args(words.split_whitespace()).quiet();
    // What cargo tells us about ourselves is nothing to the cargo that we start: build scripts that
    // look at it (ring's does) would build everything again each time.
    std::env::vars().map(|it| it.0).filter(|it| is_ours(it)).fold(cmd, Cmd::env_remove)
}

/// Whether `cargo run` sets this variable for the program that it runs.
fn is_ours(variable: &str) -> bool {
    let prefixes = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
    prefixes.iter().any(|it| variable.starts_with(it)) || variable == "CARGO_PRIMARY_PACKAGE"
}

/// The workspace as cargo describes it.
pub(crate) fn metadata(shell: &Shell) -> anyhow::Result<serde_json::Value> {
    let text = cargo(shell, "metadata --format-version 1 --locked").ignore_stderr().read()?;
    serde_json::from_str(&text).context("cargo metadata printed something else than JSON")
}

/// Whether the workspace has a package of this name.
pub(crate) fn has_package(shell: &Shell, name: &str) -> anyhow::Result<bool> {
    let text = cargo(shell, "metadata --format-version 1 --locked --no-deps --offline")
        .ignore_stderr()
        .read()?;
    let metadata: serde_json::Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    Ok(packages.iter().any(|it| it["name"] == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(text: &str) -> Args {
        Args::new(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_taken_wherever_they_stand() {
        let mut it = args("--quick --cases 5");
        assert_eq!(it.number("--cases").ok(), Some(Some(5)));
        assert!(it.flag("--quick"));
        assert!(it.finish().is_ok());
    }

    #[test]
    fn the_first_word_is_no_option() {
        assert_eq!(args("start --port 1").word().as_deref(), Some("start"));
        assert_eq!(args("--port 1").word(), None);
    }

    #[test]
    fn a_word_too_many_and_a_number_too_few_are_refused() {
        assert!(args("--slow").finish().is_err());
        assert!(args("--cases").number("--cases").is_err());
        assert!(args("--cases many").number("--cases").is_err());
    }
}
