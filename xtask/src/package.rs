//! The crates that are meant to be reused, packed as a registry would receive them.

use crate::shell::{self, Args};

const CRATES: &[&str] = &[
    "asfm-book",
    "asfm-chat",
    "asfm-engine",
    "asfm-social",
    "asfm-agent",
    "asfm-recorder",
    "asfm-report",
    "asfm-stats",
];

pub(crate) fn run(mut args: Args) -> anyhow::Result<()> {
    let dirty = if args.flag("--allow-dirty") { " --allow-dirty" } else { "" };
    args.finish()?;
    let shell = shell::at_root()?;
    let crates: Vec<String> = CRATES.iter().map(|it| format!("-p {it}")).collect();
    // Packed together, so that those not yet in any registry find each other.
    shell::cargo(&shell, &format!("package --locked{dirty} {}", crates.join(" "))).run()?;
    println!("package: {} crates were packed, and built from what was packed", CRATES.len());
    Ok(())
}
