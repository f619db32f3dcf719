//! Sweeps on a cluster: Slurm itself, three nodes on one machine, and what happens when one dies.
//!
//! It listens on the loopback device only, needs root, and everything lies in `target/slurm/`.

mod bed;
mod sweep;
mod wait;

use std::path::PathBuf;

use crate::shell::{self, Args, Misuse};

use bed::{Bed, Life};
use wait::Patience;

pub(crate) fn run(mut args: Args) -> anyhow::Result<()> {
    let what = args.word().unwrap_or_default();
    match what.as_str() {
        "test" => sweep::test(args)?,
        "up" => {
            args.finish()?;
            bed::check()?;
            let folder = folder("up");
            let bed = Bed::start(&folder, Life::Own, &Patience::new()?)?;
            bed.leave();
            println!("slurm: three idle nodes; use them after");
            println!("export SLURM_CONF='{}/slurm.conf'", folder.display());
        }
        "down" => {
            args.finish()?;
            let ended = bed::end_left_over(&folder("up"))?;
            println!("slurm: {ended} daemons ended");
        }
        "" => return Err(Misuse("it needs a word that says what to do".to_owned()).into()),
        other => return Err(Misuse(format!("`{other}` means nothing here")).into()),
    }
    Ok(())
}

/// Where something lies.
fn folder(name: &str) -> PathBuf {
    shell::root().join("target").join("slurm").join(name)
}
