//! `asfm report`: a run as a page that needs nothing else to be read, or several side by side.

mod crowd;
mod days;
mod figures;
mod run;
mod several;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use asfm_llm::Spec;
use asfm_report::{Block, Figure, Page};
use clap::Args;

use crate::failure::{Failure, misuse};

pub(crate) use crowd::network;

/// How large a picture for papers is, in pixels per unit.
const SCALE: f32 = 3.0;

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The run files; several are compared.
    #[arg(value_name = "RUN.db", required = true)]
    pub(crate) runs: Vec<PathBuf>,
    /// Write the page here; beside the first run file, under its name, if absent. It is overwritten.
    #[arg(long, value_name = "FILE.html")]
    pub(crate) out: Option<PathBuf>,
    /// Write the figures as SVG and PNG into this folder, too.
    #[arg(long, value_name = "DIR")]
    pub(crate) figures: Option<PathBuf>,
}

/// Who decided, for a page: a model without its servers' addresses, which are nobody's business who
/// reads of results.
pub(crate) fn decider(brain: &str) -> String {
    match brain.parse() {
        Ok(Spec::Served(it)) => format!("{}:{}", it.family().word(), it.model()),
        _ => brain.to_owned(),
    }
}

/// `asfm report`.
pub(crate) fn report(flags: &Report) -> Result<(), Failure> {
    let page = match flags.runs.as_slice() {
        [one] => run::page(one)?,
        all => several::page(all)?,
    };
    let beside = || flags.runs.first().map(|it| it.with_extension("html"));
    let out = flags.out.clone().or_else(beside).ok_or_else(|| misuse("no run file"))?;
    write_page(&page, &out)?;
    if let Some(folder) = &flags.figures {
        write_figures(&page, folder)?;
    }
    writeln!(std::io::stdout(), "wrote {}", out.display())?;
    Ok(())
}

/// Writes a page.
pub(crate) fn write_page(page: &Page, path: &Path) -> Result<(), Failure> {
    let html = page.html().context("the page")?;
    fs::write(path, html).with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(())
}

/// Writes every figure of a page as SVG and PNG.
pub(crate) fn write_figures(page: &Page, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let mut figures: Vec<&Figure> = Vec::new();
    for section in &page.sections {
        collect(&section.blocks, &mut figures);
    }
    for it in figures {
        let files = [
            ("svg", it.svg().context("a figure")?.into_bytes()),
            ("png", it.png(SCALE).context("a figure")?),
        ];
        for (kind, bytes) in files {
            let path = folder.join(format!("{}.{kind}", it.id));
            fs::write(&path, bytes)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
        }
    }
    Ok(())
}

fn collect<'p>(blocks: &'p [Block], figures: &mut Vec<&'p Figure>) {
    for it in blocks {
        match it {
            Block::Figure(figure) => figures.push(figure),
            Block::Details { blocks, .. } => collect(blocks, figures),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_a_model_and_no_server() {
        assert_eq!(decider("openai:qwen2.5@http://gpu-7/v1,http://gpu-8/v1"), "openai:qwen2.5");
        assert_eq!(decider("openai:@cf/qwen@http://gpu-7"), "openai:@cf/qwen");
        assert_eq!(decider("ollama:qwen2.5:7b"), "ollama:qwen2.5:7b");
        assert_eq!(decider("rules"), "rules");
    }
}
