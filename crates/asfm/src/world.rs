//! `asfm world`: a world's files, made up or read from tables.

use std::io::{ErrorKind, Write as _};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use asfm_engine::Seed;
use asfm_world::{Date, ImportOptions, Layout, Mode, Recipe, World};
use clap::{Args, Subcommand, ValueEnum};

use crate::failure::{Failure, misuse};

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make up a world: ten sector indices, a population, news and rumours, from a seed.
    Generate(Generate),
    /// Make a world of tables of your own: prices, people, news.
    Import(Import),
}

/// Where a world goes, and what every world needs.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// The folder to write to; refused if it holds anything.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// How many traders to make up.
    #[arg(long, value_name = "N", default_value = "100", value_parser = agents)]
    agents: NonZeroU32,
    /// How many calendar days the market has.
    #[arg(long, value_name = "N", default_value = "62", value_parser = days)]
    days: NonZeroU32,
    /// Draw everything that is made up from this seed.
    #[arg(long, value_name = "N", default_value_t = 1,
        value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    seed: u64,
    /// As published: all positions at one cost, no fees, the lowest of several auction prices.
    #[arg(long)]
    paper: bool,
    /// Write into a folder that holds something, over files of the same names.
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Generate {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(flatten)]
    common: Common,
    /// The tables; which one a file is follows from its name.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// How they are laid out; docs/worlds.md describes both.
    #[arg(long, value_enum, value_name = "LAYOUT")]
    from: Tables,
    /// The date of day 1, such as 2023-06-15; closes before it are the history.
    #[arg(long, value_name = "DATE")]
    start: Date,
}

/// A layout of tables.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Tables {
    /// As TwinMarket published them: `stock_data.csv` and others.
    Published,
    /// Our own: `prices.csv` and others.
    Plain,
}

fn agents(text: &str) -> Result<NonZeroU32, String> {
    count(text, 10_000_000)
}

fn days(text: &str) -> Result<NonZeroU32, String> {
    count(text, 1_000_000)
}

fn count(text: &str, most: u32) -> Result<NonZeroU32, String> {
    let number = text.parse::<NonZeroU32>().ok().filter(|it| it.get() <= most);
    number.ok_or_else(|| format!("expected a whole number from 1 to {most}"))
}

impl Common {
    fn mode(&self) -> Mode {
        if self.paper { Mode::Paper } else { Mode::Sound }
    }
}

/// Does what a verb says.
pub(crate) fn world(verb: &Verb) -> Result<(), Failure> {
    match verb {
        Verb::Generate(flags) => generate(&flags.common),
        Verb::Import(flags) => import(flags),
    }
}

fn generate(flags: &Common) -> Result<(), Failure> {
    free(flags)?;
    let recipe = Recipe {
        seed: Seed(flags.seed),
        agents: flags.agents,
        days: flags.days,
        mode: flags.mode(),
        ..Recipe::default()
    };
    keep(flags, &World::generate(&recipe))
}

fn import(flags: &Import) -> Result<(), Failure> {
    free(&flags.common)?;
    let mut tables = Vec::new();
    for path in &flags.files {
        let name = path.display().to_string();
        let bytes =
            std::fs::read(path).map_err(|why| misuse(format!("cannot read `{name}`: {why}")))?;
        tables.push((name, bytes));
    }
    let options = ImportOptions {
        layout: match flags.from {
            Tables::Published => Layout::Published,
            Tables::Plain => Layout::Plain,
        },
        start: flags.start,
        days: flags.common.days,
        seed: Seed(flags.common.seed),
        agents: flags.common.agents,
        mode: flags.common.mode(),
    };
    let tables = tables.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let world = World::import(tables, &options).map_err(misuse)?;
    keep(&flags.common, &world)
}

/// Refuses a folder that holds something, unless it is forced.
fn free(flags: &Common) -> Result<(), Failure> {
    let shown = flags.folder.display();
    let holds = match std::fs::read_dir(&flags.folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(misuse(format!("cannot write to `{shown}`: {error}"))),
    };
    if holds && !flags.force {
        return Err(misuse(format!(
            "`{shown}` is not empty; nothing was written (--force writes over files of the same names)"
        )));
    }
    Ok(())
}

/// Writes all files to a folder beside the wanted one, then moves them: what is there under its name
/// is whole.
fn keep(flags: &Common, world: &World) -> Result<(), Failure> {
    let folder = &flags.folder;
    let mut name = folder.file_name().unwrap_or("world".as_ref()).to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = match folder.file_name() {
        Some(_) => folder.with_file_name(name),
        // Such as `.`: there is no name beside which to write.
        None => folder.join(name),
    };
    let written = write(&part, world).and_then(|()| publish(&part, folder, world));
    if written.is_err() {
        // What went wrong is told; what cannot be tidied up lies beside the folder.
        drop(std::fs::remove_dir_all(&part));
    }
    written.with_context(|| format!("cannot write `{}`", folder.display()))?;
    let mut out = std::io::stdout().lock();
    for (name, _) in &world.files {
        writeln!(out, "wrote {}", folder.join(name).display())?;
    }
    for it in &world.notes {
        eprintln!("note: {it}");
    }
    Ok(())
}

fn write(part: &Path, world: &World) -> std::io::Result<()> {
    std::fs::create_dir_all(part)?;
    world.files.iter().try_for_each(|(name, text)| std::fs::write(part.join(name), text))
}

/// Gives the written folder its name or, where that holds something, moves file by file.
fn publish(part: &Path, folder: &Path, world: &World) -> std::io::Result<()> {
    let is_new =
        !folder.exists() || (!part.starts_with(folder) && std::fs::remove_dir(folder).is_ok());
    if is_new {
        return std::fs::rename(part, folder);
    }
    for (name, _) in &world.files {
        std::fs::rename(part.join(name), folder.join(name))?;
    }
    std::fs::remove_dir(part)
}
