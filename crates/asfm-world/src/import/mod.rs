//! Worlds from a user's own tables.

mod error;
mod holders;
mod market;
mod plain;
mod profiles;
mod published;
mod reports;
mod table;

use std::num::NonZeroU32;

use asfm_engine::Seed;

pub use error::ImportError;

use crate::date::Date;
use crate::listed::Listed;
use crate::news::{self, Item};
use crate::people::People;
use crate::recipe::Mode;
use crate::{World, census, scenario};
use market::{Calendar, Quotes};
use table::Table;

/// How tables are laid out, and which part of them is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOptions {
    /// Which tables there are, and what their columns are called.
    pub layout: Layout,
    /// The date of day 1; closes before it are the history.
    pub start: Date,
    /// How many calendar days the market has.
    pub days: NonZeroU32,
    /// The seed of what tables do not say: a made-up population, numbers for initial beliefs.
    pub seed: Seed,
    /// How many traders are made up where no table has them.
    pub agents: NonZeroU32,
    /// The rules of the exchange, and how made-up traders came to their shares.
    pub mode: Mode,
}

/// A layout of tables; both are described in `docs/worlds.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// As TwinMarket published them: `stock_data.csv`, `stock_profile.csv`, `trading_days.csv`, and
    /// where there are, profiles, beliefs and news.
    Published,
    /// Our own, for other data: `prices.csv`, `companies.csv`, `calendar.csv`, `holders.csv` and
    /// `news.csv`, of which only the first is needed.
    Plain,
}

/// A table that was given: its name and its bytes.
#[derive(Debug, Clone, Copy)]
struct Given<'a> {
    /// As errors name it.
    name: &'a str,
    bytes: &'a [u8],
}

/// What was made of tables.
struct Imported {
    quotes: Quotes,
    listed: Vec<Listed>,
    calendar: Calendar,
    people: Option<People>,
    news: Option<Vec<Item>>,
    notes: Vec<String>,
}

impl World {
    /// Reads a world from tables, given as names and bytes; which table one is follows from the last
    /// part of its name.
    ///
    /// # Errors
    ///
    /// The first mistake, with its place.
    pub fn import<'a>(
        tables: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        options: &ImportOptions,
    ) -> Result<Self, ImportError> {
        let given: Vec<Given<'_>> =
            tables.into_iter().map(|(name, bytes)| Given { name, bytes }).collect();
        let it = match options.layout {
            Layout::Published => published::read(&given, options)?,
            Layout::Plain => plain::read(&given, options)?,
        };
        Ok(it.world(options))
    }
}

impl Imported {
    fn world(mut self, options: &ImportOptions) -> World {
        let people = self.people.take().unwrap_or_else(|| {
            let n = options.agents.get();
            self.notes.push(format!("the {n} traders are made up: no table has them"));
            census::people(n, options.seed, options.mode, &self.listed)
        });
        if self.news.is_none() {
            self.notes.push("there is no news: no table has it".to_owned());
        }
        let origin = format!(
            "A world from tables, day 1 being {}. Source: `asfm world import`.",
            options.start
        );
        let setting = scenario::Setting {
            origin: &origin,
            name: "imported-world",
            title: &format!("A world from tables, from {}", options.start),
            seed: options.seed.0,
            days: options.days.get(),
            week: &self.calendar.week,
            closed: &self.calendar.closed,
            mode: options.mode,
            has_news: self.news.is_some(),
            kinds: &people.kinds,
        };
        let mut world = World::of(&setting, &self.listed, &people);
        if let Some(items) = &self.news {
            world.push("news.toml", news::file(&origin, items));
        }
        if let Some(text) = self.quotes.reference(options, &self.calendar.open) {
            world.push("reference.csv", text);
        } else {
            self.notes.push("there is no reference.csv: no close is on or after day 1".to_owned());
        }
        world.notes = self.notes;
        world
    }
}

/// The last part of a name.
fn base(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |it| it.1)
}

/// The table with a name, if it was given.
fn find<'a>(given: &[Given<'a>], name: &str) -> Option<Given<'a>> {
    given.iter().find(|it| base(it.name) == name).copied()
}

/// The table with a name.
fn need(given: &[Given<'_>], name: &str, what: &str) -> Result<Table, ImportError> {
    let missing = || ImportError::Missing { file: name.to_owned(), what: what.to_owned() };
    let it = find(given, name).ok_or_else(missing)?;
    Table::filled(it.name, it.bytes)
}

/// Refuses files that the layout does not have, and two with one name.
fn only(
    given: &[Given<'_>],
    is_known: impl Fn(&str) -> bool,
    known: &str,
) -> Result<(), ImportError> {
    for (at, it) in given.iter().enumerate() {
        let name = base(it.name);
        let message = if extension(name) == "pkl" {
            "a pickle of Python cannot be read; write its frame to `news.csv`, a row for each piece \
             of news, with the columns cal_date and news"
                .to_owned()
        } else if extension(name) == "db" {
            "a database cannot be read; write its table `Profiles` to `profiles.csv`".to_owned()
        } else if !is_known(name) {
            format!("this layout has {known}")
        } else if given[..at].iter().any(|it| base(it.name) == name) {
            "there are two files of this name".to_owned()
        } else {
            continue;
        };
        return Err(ImportError::Unknown { file: it.name.to_owned(), message });
    }
    Ok(())
}
