//! The statistics against reference values: the largest deviation of each class.

use anyhow::{Context as _, bail};

use crate::shell::{self, Args};

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    args.finish()?;
    let shell = shell::at_root()?;
    let words = "run --quiet --locked --package asfm-stats --example golden";
    let compare = shell::cargo(&shell, words).ignore_status();
    // The table comes with the failures, whatever the exit code is.
    let output = compare.output().context("cannot start the comparison")?;
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}");
    let n_beyond = beyond(&text);
    if n_beyond > 0 {
        bail!("{n_beyond} values are beyond their tolerance");
    }
    if !output.status.success() {
        bail!("the comparison did not end; repeat it with: cargo {words}");
    }
    println!("golden: every value is within the tolerance of its class");
    Ok(())
}

fn beyond(text: &str) -> usize {
    text.lines().filter(|it| it.starts_with("beyond tolerance: ")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_beyond_tolerance_are_counted() {
        assert_eq!(beyond("class  values\nA  3\n"), 0);
        assert_eq!(beyond("A  3\nbeyond tolerance: A x: 1\nbeyond tolerance: B y: 2\n"), 2);
    }
}
