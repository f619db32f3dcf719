//! What is reported, and how it is written: `news.toml` and the files of rumours.

use std::fmt::Write as _;

use serde::Deserialize;

use crate::amount::{Amount, rounded};
use crate::text;

/// One report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) day: u32,
    /// How many days it is shown.
    pub(crate) days: Option<u32>,
    pub(crate) text: String,
    pub(crate) topic: Option<String>,
    pub(crate) size: Option<Amount>,
    /// Whom it is about; everybody if empty.
    pub(crate) sectors: Vec<String>,
    pub(crate) audience: Option<String>,
}

/// A file of `[[news]]` tables.
pub(crate) fn file(head: &str, items: &[Item]) -> String {
    let mut out = text::comment(head);
    for it in items {
        out += "\n[[news]]\n";
        let mut key = |name: &str, value: String| {
            writeln!(out, "{name} = {value}").expect("a string takes all text");
        };
        key("day", it.day.to_string());
        if let Some(days) = it.days {
            key("days", days.to_string());
        }
        key("text", text::quoted(&it.text));
        if let Some(topic) = &it.topic {
            key("topic", text::quoted(topic));
        }
        if let Some(size) = it.size {
            key("size", format!("\"{size}\""));
        }
        if !it.sectors.is_empty() {
            let sectors: Vec<String> = it.sectors.iter().map(|it| text::quoted(it)).collect();
            key("sectors", format!("[{}]", sectors.join(", ")));
        }
        if let Some(audience) = &it.audience {
            key("audience", text::quoted(audience));
        }
    }
    out
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stories {
    rumour: Vec<Story>,
    placebo: Vec<Story>,
    ordinary: Vec<Story>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    text: String,
    size: Option<f64>,
    #[serde(default)]
    sectors: Vec<String>,
}

/// The files of an experiment on rumours: exaggerated stories for leaders on day 1, and two control
/// arms of the same shape, with stories that do not matter and with ordinary ones.
pub(crate) fn rumours() -> [(&'static str, String); 3] {
    let stories: Stories =
        toml::from_str(include_str!("../data/rumours.toml")).expect("a table that tests have read");
    let item = |it: Story| Item {
        day: 1,
        days: Some(1),
        text: it.text,
        topic: Some(if it.size.is_some() { "outlook" } else { "placebo" }.to_owned()),
        size: it.size.map(|it| Amount::cents(rounded(it * 100.0))),
        sectors: it.sectors,
        audience: Some("leaders".to_owned()),
    };
    let set = |what: &str, stories: Vec<Story>| {
        let head = format!(
            "Five stories that leaders are told on day 1: {what}. All of it is invented, after the\n\
             rumour experiment of TwinMarket (Yang et al. 2025)."
        );
        file(&head, &stories.into_iter().map(item).collect::<Vec<_>>())
    };
    [
        ("rumour.toml", set("exaggerated bad ones", stories.rumour)),
        ("rumour-placebo.toml", set("ones that do not matter, for the control", stories.placebo)),
        ("rumour-ordinary.toml", set("ordinary ones, for the control", stories.ordinary)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arms_have_one_shape() {
        let files = rumours().map(|it| it.1.parse::<toml::Table>().expect("sound"));
        let shape = |it: &toml::Table| -> Vec<(bool, usize, usize)> {
            let all = it["news"].as_array().expect("a list");
            let one = |it: &toml::Value| {
                assert_eq!(it["audience"].as_str(), Some("leaders"));
                let sectors = it.get("sectors").and_then(toml::Value::as_array);
                let length = it["text"].as_str().map_or(0, str::len);
                (it["day"].as_integer() == Some(1), sectors.map_or(0, Vec::len), length / 60)
            };
            all.iter().map(one).collect()
        };
        let shapes = files.each_ref().map(shape);
        assert_eq!(shapes[0].len(), 5);
        for at in 0..5 {
            for other in &shapes[1..] {
                assert_eq!((shapes[0][at].0, shapes[0][at].1), (other[at].0, other[at].1));
                assert!(shapes[0][at].2.abs_diff(other[at].2) <= 1, "story {at} is as long");
            }
        }
    }
}
