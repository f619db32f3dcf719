//! Worlds for markets, as files: what is listed, who trades, what is reported.
//!
//! A [`World`] is a scenario in the manner of TwinMarket (Yang et al. 2025) with the tables it
//! names. [`World::generate`] makes one up from a seed: ten sector indices with a history, a
//! population with the counts of the published one, news and rumours. [`World::import`] reads one
//! from tables of a user's own, either laid out as the published ones or as `docs/worlds.md` says.
//!
//! It takes texts and returns texts: it does not know where files are kept, how a market is run, how
//! traders decide, what time it is, or any data of anybody. The same recipe is the same bytes on
//! every machine.
//!
//! ```
//! use asfm_world::{Recipe, World};
//!
//! let world = World::generate(&Recipe::default());
//! let people = world.file("population.csv").expect("every world has people");
//! assert_eq!(people.lines().count(), 1 + 100);
//! assert!(people.starts_with("kind,cash,HAUL,HAUL:cost,"));
//! let technical = people.lines().filter(|it| it.starts_with("\"technical,")).count();
//! assert_eq!(technical, 60);
//! ```

mod amount;
mod apportion;
mod census;
mod chance;
mod date;
mod headlines;
mod history;
mod import;
mod listed;
mod news;
mod people;
mod recipe;
mod scenario;
mod sectors;
mod text;
mod wealth;

pub use date::{Date, DateError, Weekday};
pub use import::{ImportError, ImportOptions, Layout};
pub use recipe::{Mode, Recipe};

/// A world: files by name, in the order in which they are worth reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    /// The files' names and texts.
    pub files: Vec<(String, String)>,
    /// What a reader of tables should know: what was passed over, and what was made up.
    pub notes: Vec<String>,
}

impl World {
    /// Makes up a world.
    pub fn generate(recipe: &Recipe) -> Self {
        let Recipe { seed, agents, days, start, news: _, mode } = *recipe;
        let listed = history::listed(seed);
        let people = census::people(agents.get(), seed, mode, &listed);
        let setting = scenario::Setting {
            origin: &format!("A made-up world, of seed {}. Source: `asfm world generate`.", seed.0),
            name: "twinmarket-world",
            title: "A made-up world in the manner of TwinMarket (Yang et al. 2025)",
            seed: seed.0,
            days: days.get(),
            week: &scenario::working_week(start),
            closed: &[],
            mode,
            has_news: true,
            kinds: &people.kinds,
        };
        let mut world = Self::of(&setting, &listed, &people);
        let head = "Made-up news. Topics and sizes are for traders who decide by rule: an `outlook` \
                    is from -1\nto 1, a `placebo` does not matter.";
        world.push("news.toml", news::file(head, &headlines::news(recipe)));
        for (name, text) in news::rumours() {
            world.push(name, text);
        }
        world
    }

    /// What every world has.
    fn of(
        setting: &scenario::Setting<'_>,
        listed: &[listed::Listed],
        people: &people::People,
    ) -> Self {
        let head = format!("{}\nPrices before day 1, oldest first.", setting.origin);
        let mut world = Self { files: Vec::new(), notes: Vec::new() };
        world.push("scenario.toml", setting.text());
        world.push("companies.toml", listed::companies(&head, listed));
        world.push("population.csv", people.csv(listed));
        if let Some(text) = listed::weights(listed) {
            world.push("weights.csv", text);
        }
        world
    }

    fn push(&mut self, name: &str, text: String) {
        self.files.push((name.to_owned(), text));
    }

    /// The text of a file.
    pub fn file(&self, name: &str) -> Option<&str> {
        self.files.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }
}
