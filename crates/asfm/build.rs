//! Tells the program which commit it was built from, where that can be known.

use std::process::Command;

fn main() {
    let git = |words: &[&str]| {
        let out = Command::new("git").args(words).output().ok()?;
        let text = String::from_utf8(out.stdout).ok()?;
        (out.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
    };
    // Of this project only: an unpacked crate may lie in the repository of something else.
    let ours = git(&["ls-files", "--error-unmatch", "build.rs"]).is_some();
    let commit = if ours { git(&["rev-parse", "--short=12", "HEAD"]) } else { None };
    if let (true, Some(log)) = (ours, git(&["rev-parse", "--git-path", "logs/HEAD"])) {
        println!("cargo::rerun-if-changed={log}");
    }
    // It is asked again once this file is in the repository.
    if let (false, Some(index)) = (ours, git(&["rev-parse", "--git-path", "index"])) {
        println!("cargo::rerun-if-changed={index}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=ASFM_COMMIT={}", commit.as_deref().unwrap_or("unknown"));
}
