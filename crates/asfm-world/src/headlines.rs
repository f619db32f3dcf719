//! News of a made-up world: sentences put together from templates.

use std::collections::BTreeSet;

use asfm_engine::{Draws, Seed};
use serde::Deserialize;

use crate::amount::{Amount, rounded};
use crate::chance::{Part, pick, stream};
use crate::news::Item;
use crate::recipe::Recipe;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Templates {
    regions: Vec<String>,
    sources: Vec<String>,
    tail: Tones,
    announcement: Tones,
    market: Vec<Market>,
    sector: Vec<OfSector>,
}

/// Sentences by what they mean for those whom they are about.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tones {
    good: Vec<String>,
    bad: Vec<String>,
    plain: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Market {
    topic: String,
    /// The largest size, in the topic's unit.
    unit: f64,
    #[serde(default)]
    good: Vec<String>,
    #[serde(default)]
    bad: Vec<String>,
    #[serde(default)]
    plain: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfSector {
    sector: String,
    good: Vec<String>,
    bad: Vec<String>,
    plain: Vec<String>,
}

/// How a report is meant, from -1 to 1.
#[derive(Debug, Clone, Copy)]
struct Tone(f64);

impl Tone {
    /// Most news is small, and as often good as bad.
    fn draw(draws: &mut Draws) -> Self {
        Self((draws.bell() / 2.5).clamp(-1.0, 1.0))
    }

    fn choose<T>(self, good: T, bad: T, plain: T) -> T {
        match self.0 {
            it if it > 0.12 => good,
            it if it < -0.12 => bad,
            _ => plain,
        }
    }

    fn is_plain(self) -> bool {
        self.choose(false, false, true)
    }
}

/// The news of every day.
pub(crate) fn news(recipe: &Recipe) -> Vec<Item> {
    let templates: Templates = toml::from_str(include_str!("../data/headlines.toml"))
        .expect("a table that tests have read");
    let mut seen = BTreeSet::new();
    let mut items = Vec::new();
    for day in 1..=recipe.days.get() {
        items.extend(of_day(&templates, recipe.seed, recipe.news, day, &mut seen));
    }
    items
}

/// How many reports a day has when the median is given: about as many on a fifth of the days, fewer
/// on two fifths, many more on a tenth.
fn density(median: u32, draws: &mut Draws) -> u32 {
    let u = draws.unit();
    let times = if u < 0.4 {
        2.1 * u
    } else if u < 0.6 {
        0.84 + 1.6 * (u - 0.4)
    } else if u < 0.9 {
        1.16 + 2.8 * (u - 0.6)
    } else {
        2.0 + 30.0 * (u - 0.9)
    };
    u32::try_from(rounded(f64::from(median) * times)).unwrap_or(0)
}

fn of_day(
    templates: &Templates,
    seed: Seed,
    median: u32,
    day: u32,
    seen: &mut BTreeSet<String>,
) -> Vec<Item> {
    let mut draws = stream(seed, Part::News, u64::from(day));
    let n = density(median, &mut draws);
    (0..n)
        .map(|_| {
            let mut item = report(templates, day, &mut draws);
            // The same words twice would look like a mistake; after some tries they are used anyway.
            for _ in 0..20 {
                if !seen.contains(&item.text) {
                    break;
                }
                item = report(templates, day, &mut draws);
            }
            seen.insert(item.text.clone());
            item
        })
        .collect()
}

fn report(templates: &Templates, day: u32, draws: &mut Draws) -> Item {
    let tone = Tone::draw(draws);
    match draws.below(10) {
        0 | 1 => of_market(templates, day, tone, draws),
        2 | 3 => {
            let it = pick(&templates.sector, draws);
            let from = &templates.announcement;
            let all = tone.choose(&from.good, &from.bad, &from.plain);
            of_sector(templates, day, tone, &it.sector, all, draws)
        }
        _ => {
            let it = pick(&templates.sector, draws);
            let all = tone.choose(&it.good, &it.bad, &it.plain);
            of_sector(templates, day, tone, &it.sector, all, draws)
        }
    }
}

fn of_sector(
    templates: &Templates,
    day: u32,
    tone: Tone,
    sector: &str,
    sentences: &[String],
    draws: &mut Draws,
) -> Item {
    let sentence = pick(sentences, draws);
    Item {
        day,
        days: Some(shown(tone)),
        text: told(templates, sentence, tone, sector, draws),
        topic: Some(if tone.is_plain() { "placebo" } else { "outlook" }.to_owned()),
        size: (!tone.is_plain()).then(|| Amount::of_price(tone.0)),
        sectors: vec![sector.to_owned()],
        audience: None,
    }
}

fn of_market(templates: &Templates, day: u32, tone: Tone, draws: &mut Draws) -> Item {
    // Rates and inflation are rare; half of the rest would matter to everybody, were it not small.
    let wanted = match draws.below(10) {
        _ if tone.is_plain() => "placebo",
        0 => "interest-rate",
        1 => "inflation",
        _ => "outlook",
    };
    let known = templates.market.iter().find(|it| it.topic == wanted);
    let it = known.unwrap_or(&templates.market[0]);
    let sentence = pick(tone.choose(&it.good, &it.bad, &it.plain), draws);
    // Good news is a lower rate and lower inflation, but a better outlook.
    let sign = if wanted == "outlook" { 1.0 } else { -1.0 };
    Item {
        day,
        days: Some(shown(tone)),
        text: told(templates, sentence, tone, "whole", draws),
        topic: Some(wanted.to_owned()),
        size: (!tone.is_plain()).then(|| Amount::of_price(sign * tone.0 * it.unit)),
        sectors: Vec::new(),
        audience: None,
    }
}

/// How many days a report is shown: small ones one, the largest five.
fn shown(tone: Tone) -> u32 {
    u32::try_from(1 + rounded(4.0 * tone.0.abs())).unwrap_or(1)
}

/// A sentence and what follows it, with their slots filled.
fn told(templates: &Templates, first: &str, tone: Tone, sector: &str, draws: &mut Draws) -> String {
    let tail = &templates.tail;
    let mut text = first.to_owned();
    if draws.chance(0.75) {
        let second = pick(tone.choose(&tail.good, &tail.bad, &tail.plain), draws);
        text = format!("{text} {second}");
    }
    let region = pick(&templates.regions, draws);
    let source = pick(&templates.sources, draws);
    let mut capital = source.clone();
    if let Some(first) = capital.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let (n, big) = (4 + draws.below(6), 11 + draws.below(28));
    [
        ("{region}", region.as_str()),
        ("{source}", source),
        ("{Source}", &capital),
        ("{sector}", sector),
        ("{n}", &n.to_string()),
        ("{big}", &big.to_string()),
    ]
    .into_iter()
    .fold(text, |text, (slot, value)| text.replace(slot, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sectors::SECTORS;

    #[test]
    fn templates_are_plain_and_complete() {
        let text = include_str!("../data/headlines.toml");
        assert!(text.is_ascii());
        let templates: Templates = toml::from_str(text).expect("sound");
        let sectors: Vec<&str> = templates.sector.iter().map(|it| it.sector.as_str()).collect();
        assert_eq!(sectors, SECTORS.map(|it| it.name));
        for it in &templates.market {
            let is_placebo = it.topic == "placebo";
            assert_eq!(it.plain.is_empty(), !is_placebo, "{}", it.topic);
            assert_eq!(it.good.is_empty() || it.bad.is_empty(), is_placebo, "{}", it.topic);
        }
    }

    #[test]
    fn every_slot_is_filled_and_few_texts_repeat() {
        let recipe = Recipe { days: 400.try_into().expect("not zero"), ..Recipe::default() };
        let items = news(&recipe);
        let texts: BTreeSet<&str> = items.iter().map(|it| it.text.as_str()).collect();
        assert!(texts.len() + 5 > items.len(), "{} of {}", texts.len(), items.len());
        for it in &items {
            assert!(!it.text.contains(['{', '}']), "{}", it.text);
            assert!(it.size.is_none_or(|it| (-1_000_000..=1_000_000).contains(&it.0)));
            assert_eq!(it.size.is_none(), it.topic.as_deref() == Some("placebo"));
        }
    }

    #[test]
    fn the_median_is_what_was_asked_for() {
        let recipe = Recipe { days: 999.try_into().expect("not zero"), ..Recipe::default() };
        let items = news(&recipe);
        let mut each: Vec<usize> =
            (1..=999).map(|day| items.iter().filter(|it| it.day == day).count()).collect();
        each.sort_unstable();
        assert_eq!(each[499], 3);
        assert!(each[0] == 0 && each[998] > 10, "{} to {}", each[0], each[998]);
        let good = items.iter().filter_map(|it| it.size).filter(|it| it.0 > 0).count();
        let bad = items.iter().filter_map(|it| it.size).filter(|it| it.0 < 0).count();
        assert!(good.abs_diff(bad) * 8 < good + bad, "{good} good, {bad} bad");
    }
}
