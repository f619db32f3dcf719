//! The scenario that puts a world together: `scenario.toml`.

use crate::date::Weekday;
use crate::people::Kind;
use crate::recipe::Mode;
use crate::text;

/// What differs from world to world.
pub(crate) struct Setting<'a> {
    /// Where it comes from, for the comment above.
    pub(crate) origin: &'a str,
    pub(crate) name: &'a str,
    pub(crate) title: &'a str,
    pub(crate) seed: u64,
    pub(crate) days: u32,
    /// One letter per day, repeated.
    pub(crate) week: &'a str,
    /// Further closed days.
    pub(crate) closed: &'a [u32],
    pub(crate) mode: Mode,
    pub(crate) has_news: bool,
    pub(crate) kinds: &'a [Kind],
}

/// A week of five trading days from this weekday on.
pub(crate) fn working_week(start: Weekday) -> String {
    (0..7).map(|it| if start.after(it).is_working() { 'o' } else { 'c' }).collect()
}

impl Setting<'_> {
    /// `scenario.toml`.
    pub(crate) fn text(&self) -> String {
        let head = text::comment(&format!(
            "{}\n\
             One uniform auction a day, lots of 100, T+1, after TwinMarket (Yang et al. 2025).\n\
             Who reads whom, what is shown, and the parameters of rules are not part of a world: add\n\
             [social] and [rules.PROFILE] below.",
            self.origin
        ));
        let news = if self.has_news { "news-file = \"news.toml\"\n" } else { "" };
        let closed: Vec<String> = self.closed.iter().map(ToString::to_string).collect();
        let closed = if closed.is_empty() {
            String::new()
        } else {
            format!("closed = [{}]\n", closed.join(", "))
        };
        let (tie, fee, tax) = match self.mode {
            Mode::Sound => ("reference", "0.00025", "0.0005"),
            Mode::Paper => ("lowest", "0", "0"),
        };
        let kinds: String = self.kinds.iter().map(kind).collect();
        format!(
            "{head}
name = {name}
title = {title}
seed = {seed}
days = {days}
companies = \"companies.toml\"
{news}
[calendar]
week = \"{week}\"
{closed}
[market]
tick = \"0.01\"
lot = 100
sessions = [\"auction\"]
closed-sessions = [\"talk\"]
auction = \"uniform\"
tie-break = \"{tie}\"
price-limit = \"0.1\"
operations = 1                    # one order per trader, stock and day
operations-per = \"stock\"
order-life = \"day\"
close = \"last\"
settlement = \"T+1\"
fee = \"{fee}\"
stamp-tax = \"{tax}\"
large-trade = 1000000             # trades of a day that count as money flow

[population]
table = \"population.csv\"
{kinds}",
            name = text::quoted(self.name),
            title = text::quoted(self.title),
            seed = self.seed,
            days = self.days,
            week = self.week,
        )
    }
}

fn kind(it: &Kind) -> String {
    format!(
        "\n[[traders]]\nkind = {}\nprofile = {}\n",
        text::quoted(&it.name),
        text::quoted(&it.profile)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_where_it_is_told_to() {
        assert_eq!(working_week(Weekday::Monday), "ooooocc");
        assert_eq!(working_week(Weekday::Thursday), "ooccooo");
        assert_eq!(working_week(Weekday::Sunday), "coooooc");
    }
}
