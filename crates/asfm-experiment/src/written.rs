//! The experiment as it is written: one struct per table of the file.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use toml::Spanned;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Experiment {
    pub(crate) name: Spanned<String>,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) about: String,
    pub(crate) scenario: Spanned<String>,
    pub(crate) seeds: Option<Spanned<Seeds>>,
    #[serde(default)]
    pub(crate) nulls: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) arm: Vec<Arm>,
    #[serde(default)]
    pub(crate) statistic: BTreeMap<String, Spanned<Statistic>>,
    #[serde(default)]
    pub(crate) hypothesis: Vec<Hypothesis>,
    #[serde(default)]
    pub(crate) figure: Vec<Figure>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Arm {
    pub(crate) name: Spanned<String>,
    #[serde(default)]
    pub(crate) title: String,
    pub(crate) scenario: Option<String>,
    #[serde(default)]
    pub(crate) set: BTreeMap<String, toml::Value>,
    #[serde(default)]
    pub(crate) vary: BTreeMap<String, Spanned<Vec<toml::Value>>>,
    #[serde(default)]
    pub(crate) zip: bool,
    pub(crate) branch: Option<Spanned<Branch>>,
    #[serde(default)]
    pub(crate) models_only: bool,
    #[serde(default)]
    pub(crate) seed_offset: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Branch {
    pub(crate) from: String,
    pub(crate) day: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Statistic {
    pub(crate) measure: Spanned<String>,
    #[serde(default)]
    pub(crate) log: bool,
    pub(crate) from: Option<u32>,
    pub(crate) to: Option<u32>,
    pub(crate) sector: Option<Spanned<String>>,
    pub(crate) stocks: Option<Vec<Spanned<String>>>,
    pub(crate) kind: Option<Spanned<String>>,
    pub(crate) weights: Option<Weights>,
    pub(crate) less: Option<Spanned<Less>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Less {
    pub(crate) from: Option<u32>,
    pub(crate) to: Option<u32>,
    pub(crate) sector: Option<Spanned<String>>,
    pub(crate) stocks: Option<Vec<Spanned<String>>>,
    pub(crate) kind: Option<Spanned<String>>,
    pub(crate) weights: Option<Weights>,
}

/// How an index weighs its stocks.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Weights {
    Equal,
    Capital,
}

impl From<Weights> for asfm_measure::Weights {
    fn from(it: Weights) -> Self {
        match it {
            Weights::Equal => Self::Equal,
            Weights::Capital => Self::Capital,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Hypothesis {
    pub(crate) id: Spanned<String>,
    pub(crate) claim: String,
    #[serde(default)]
    pub(crate) source: String,
    pub(crate) statistic: Spanned<String>,
    pub(crate) of: Option<Spanned<Names>>,
    pub(crate) against: Option<Spanned<Names>>,
    pub(crate) against_each: Option<Spanned<Vec<String>>>,
    pub(crate) order: Option<Spanned<Vec<String>>>,
    pub(crate) peak: Option<Spanned<Peak>>,
    pub(crate) direction: Option<Spanned<String>>,
    pub(crate) smallest: Spanned<f64>,
    pub(crate) family: Option<Spanned<String>>,
    pub(crate) paper: Option<f64>,
    pub(crate) assumed: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Peak {
    pub(crate) arms: Vec<String>,
    pub(crate) levels: Vec<f64>,
    pub(crate) within: [f64; 2],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Figure {
    pub(crate) id: Spanned<String>,
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) caption: String,
    pub(crate) arms: Spanned<Vec<String>>,
    pub(crate) path: Option<Spanned<String>>,
    pub(crate) by: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) only: Vec<String>,
    pub(crate) from: Option<u32>,
    #[serde(default)]
    pub(crate) marks: BTreeMap<String, u32>,
    pub(crate) statistics: Option<Spanned<Vec<String>>>,
    pub(crate) network: Option<u32>,
    pub(crate) levels: Option<Spanned<Vec<f64>>>,
    #[serde(default)]
    pub(crate) axis: String,
}

/// One name or several.
#[derive(Debug, Clone)]
pub(crate) struct Names(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Names;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the name of an arm, or a list of names")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Names, E> {
                Ok(Names(vec![text.to_owned()]))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        from.deserialize_any(Reader)
    }
}

/// Seeds: how many from 1, a range `"A..B"` with both ends, or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seeds(pub(crate) Vec<u64>);

/// More than anybody runs, and few enough to list.
const SEEDS_MAX: u64 = 100_000;

impl Seeds {
    pub(crate) fn read(text: &str) -> Option<Self> {
        let range = match text.split_once("..") {
            None => 1..=text.trim().parse().ok()?,
            Some((first, last)) => {
                first.trim().parse().ok()?..=last.trim().trim_start_matches('=').parse().ok()?
            }
        };
        let some = range.start() <= range.end() && range.end() - range.start() < SEEDS_MAX;
        (some && *range.end() <= i64::MAX.unsigned_abs()).then(|| Self(range.collect()))
    }
}

impl<'de> Deserialize<'de> for Seeds {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Seeds;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("how many seeds (15), a range with both ends (\"1..15\"), or a list")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Seeds, E> {
                let refuse = || E::invalid_value(Unexpected::Signed(number), &self);
                Seeds::read(&number.to_string()).ok_or_else(refuse)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Seeds, E> {
                let refuse = || E::invalid_value(Unexpected::Str(text), &self);
                Seeds::read(text).ok_or_else(refuse)
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> Result<Seeds, A::Error> {
                let mut seeds: Vec<u64> = Vec::new();
                while let Some(seed) = list.next_element()? {
                    if seeds.contains(&seed) {
                        return Err(A::Error::custom(format!("seed {seed} is listed twice")));
                    }
                    seeds.push(seed);
                }
                if seeds.is_empty() {
                    return Err(A::Error::invalid_length(0, &self));
                }
                Ok(Seeds(seeds))
            }
        }
        from.deserialize_any(Reader)
    }
}
