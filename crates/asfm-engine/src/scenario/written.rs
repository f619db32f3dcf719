//! The scenario as it is written: one struct per table of the file.
//!
//! No flattening, no untagged and no internally tagged enum: with any of them an error would point
//! at the start of the file instead of the mistake.

use serde::Deserialize;
use toml::Spanned;

use super::decimal::Decimal;

/// A market, its traders and its news.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Scenario {
    /// A short name, used for files and tables.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub(crate) name: Spanned<String>,
    /// What the scenario is about, and its source.
    #[serde(default)]
    pub(crate) title: String,
    /// The seed of every random number of the run.
    #[serde(default = "one")]
    pub(crate) seed: u64,
    /// How many calendar days the run has (ASFM: 30).
    #[serde(default = "thirty")]
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub(crate) days: Spanned<u32>,
    /// A file of `[[company]]` tables, relative to this file; instead of `[[company]]` here.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub(crate) companies: Option<Spanned<String>>,
    /// A file of `[[news]]` tables, relative to this file; beside `[[news]]` here.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub(crate) news_file: Option<Spanned<String>>,
    /// The listed companies, if they are written here.
    #[serde(default)]
    pub(crate) company: Vec<Company>,
    /// Which days are trading days.
    #[serde(default)]
    pub(crate) calendar: Calendar,
    /// The rules of the exchange.
    #[serde(default)]
    pub(crate) market: Market,
    /// How many traders there are, and what they start with.
    #[serde(default)]
    pub(crate) population: Population,
    /// The kinds of trader.
    pub(crate) traders: Vec<Traders>,
    /// What is reported, and when.
    #[serde(default)]
    pub(crate) news: Vec<News>,
    /// Cash paid per share held.
    #[serde(default)]
    pub(crate) dividend: Vec<Dividend>,
    /// Parameters of rule-based traders, by rule; read by the traders, not by the exchange.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    #[expect(dead_code, reason = "named here so that it is known, and read by the traders' crate")]
    pub(crate) rules: Option<serde::de::IgnoredAny>,
    /// How language models are asked; read by the traders, not by the exchange.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    #[expect(dead_code, reason = "named here so that it is known, and read by the traders' crate")]
    pub(crate) prompt: Option<serde::de::IgnoredAny>,
    /// Who reads whom and what is shown; read by the traders, not by the exchange.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    #[expect(dead_code, reason = "named here so that it is known, and read by the traders' crate")]
    pub(crate) social: Option<serde::de::IgnoredAny>,
}

/// A file of companies.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompanyTable {
    pub(crate) company: Vec<Company>,
}

/// A file of news.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewsTable {
    pub(crate) news: Vec<News>,
}

/// One listed company.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Company {
    /// The stock code.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub(crate) code: Spanned<String>,
    /// The company's name; its code if absent.
    pub(crate) name: Option<String>,
    /// Its sector, to which news may matter.
    pub(crate) sector: String,
    /// What it does, for the traders to read.
    #[serde(default)]
    pub(crate) business: String,
    /// The closes before day 1, oldest first.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<Decimal>"))]
    pub(crate) closes: Spanned<Vec<Spanned<Decimal>>>,
    /// Shares outstanding; the sum of initial holdings if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<u64>"))]
    pub(crate) shares_outstanding: Option<Spanned<u64>>,
    /// Price over earnings at the last initial close.
    pub(crate) price_earnings: Option<Decimal>,
    /// Price over book value at the last initial close.
    pub(crate) price_book: Option<Decimal>,
    /// Dividend yield at the last initial close, as a share of the price.
    pub(crate) dividend_yield: Option<Decimal>,
}

/// Which days are trading days.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Calendar {
    /// One letter per day, repeated over the run: `o` open, `c` closed. All days are open if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub(crate) week: Option<Spanned<String>>,
    /// Further closed days, by number from 1.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<u32>"))]
    pub(crate) closed: Vec<Spanned<u32>>,
}

/// The rules of the exchange. Every default is the ASFM paper's, or its settled reading.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Market {
    /// The step between limit prices.
    #[cfg_attr(feature = "schema", schemars(with = "Decimal"))]
    pub(crate) tick: Spanned<Decimal>,
    /// Orders are multiples of so many shares.
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub(crate) lot: Spanned<u32>,
    /// The stages of a trading day, in order.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<super::StageKind>"))]
    pub(crate) sessions: Spanned<Vec<super::StageKind>>,
    /// How often each `continuous` of `sessions` is held.
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub(crate) continuous_rounds: Spanned<u32>,
    /// The stages of a day without trading; only `talk`.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<super::StageKind>"))]
    pub(crate) closed_sessions: Spanned<Vec<super::StageKind>>,
    /// How a call auction is cleared.
    pub(crate) auction: super::AuctionKind,
    /// Which of several possible prices a `uniform` auction takes.
    pub(crate) tie_break: super::TieBreakKind,
    /// The price of a trade in the continuous stage.
    pub(crate) continuous: super::ContinuousKind,
    /// The largest change from the previous close, as a share of it; `"off"` for none.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub(crate) price_limit: Spanned<PriceLimit>,
    /// What a new order does to the trader's own unmatched one of the same stock and side.
    pub(crate) resubmission: super::Resubmission,
    /// How many orders a trader may send per stock and day; 0 for no limit.
    pub(crate) operations: u8,
    /// Whether buys and sells count together or apart.
    pub(crate) operations_per: super::OperationsPer,
    /// How long an order lives.
    pub(crate) order_life: super::OrderLife,
    /// Who comes first among decisions of one stage.
    pub(crate) priority: super::Priority,
    /// What happens when a trader would trade with itself.
    pub(crate) self_trade: super::SelfTradeKind,
    /// What the close of a day is.
    pub(crate) close: super::CloseKind,
    /// What the close of a day without trades is.
    pub(crate) no_trade_close: super::NoTradeClose,
    /// When bought shares may be sold.
    pub(crate) settlement: super::Settlement,
    /// Paid by both sides of a trade, as a share of its value.
    #[cfg_attr(feature = "schema", schemars(with = "Decimal"))]
    pub(crate) fee: Spanned<Decimal>,
    /// Paid by the seller, as a share of the value.
    #[cfg_attr(feature = "schema", schemars(with = "Decimal"))]
    pub(crate) stamp_tax: Spanned<Decimal>,
    /// Paid on cash at each trading day's close, as a share of it.
    #[cfg_attr(feature = "schema", schemars(with = "Decimal"))]
    pub(crate) cash_interest: Spanned<Decimal>,
    /// How many past closes a trader sees.
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub(crate) history_days: Spanned<u32>,
    /// How many price levels per side a trader sees.
    pub(crate) depth_levels: u32,
    /// From which value on a trader's trades of a day in one stock count as money flow; money flow
    /// is not counted if absent.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Decimal>"))]
    pub(crate) large_trade: Option<Spanned<Decimal>>,
}

fn default_at<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

impl Default for Market {
    fn default() -> Self {
        use super::StageKind::{Auction, Continuous};
        Self {
            tick: default_at(Decimal(10_000)),
            lot: default_at(1),
            sessions: default_at(vec![Auction, Continuous]),
            continuous_rounds: default_at(1),
            closed_sessions: default_at(Vec::new()),
            auction: super::AuctionKind::default(),
            tie_break: super::TieBreakKind::default(),
            continuous: super::ContinuousKind::default(),
            price_limit: default_at(PriceLimit(Some(Decimal(100_000)))),
            resubmission: super::Resubmission::default(),
            operations: 2,
            operations_per: super::OperationsPer::default(),
            order_life: super::OrderLife::default(),
            priority: super::Priority::default(),
            self_trade: super::SelfTradeKind::default(),
            close: super::CloseKind::default(),
            no_trade_close: super::NoTradeClose::default(),
            settlement: super::Settlement::default(),
            fee: default_at(Decimal(0)),
            stamp_tax: default_at(Decimal(0)),
            cash_interest: default_at(Decimal(0)),
            history_days: default_at(15),
            depth_levels: 5,
            large_trade: None,
        }
    }
}

/// A price limit: a share, or `"off"`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PriceLimit(pub(crate) Option<Decimal>);

impl<'de> Deserialize<'de> for PriceLimit {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl serde::de::Visitor<'_> for Reader {
            type Value = PriceLimit;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a share such as 0.1, or \"off\"")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<PriceLimit, E> {
                if text == "off" {
                    return Ok(PriceLimit(None));
                }
                let refuse = || E::invalid_value(serde::de::Unexpected::Str(text), &self);
                Decimal::parse(text).map(|it| PriceLimit(Some(it))).ok_or_else(refuse)
            }

            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<PriceLimit, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<PriceLimit, E> {
                self.visit_str(&number.to_string())
            }
        }
        from.deserialize_any(Reader)
    }
}

/// How many traders there are, and what they start with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Population {
    /// A CSV file with a row for every trader, relative to this file; in place of all other keys
    /// here, and of `ratio` and `capital` of the kinds.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub(crate) table: Option<Spanned<String>>,
    /// How many traders there are; divided by the kinds' ratios.
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub(crate) agents: Spanned<u32>,
    /// Multiplies every kind's capital.
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub(crate) capital_scale: Spanned<u32>,
    /// The part of the capital that is given as shares.
    #[cfg_attr(feature = "schema", schemars(with = "Decimal"))]
    pub(crate) initial_shares: Spanned<Decimal>,
    /// How that part is spread over the stocks.
    #[cfg_attr(feature = "schema", schemars(with = "super::Allocation"))]
    pub(crate) allocation: Spanned<super::Allocation>,
    /// How many stocks a trader starts with under `random-subset`.
    #[cfg_attr(feature = "schema", schemars(with = "u16"))]
    pub(crate) subset: Spanned<u16>,
}

impl Default for Population {
    fn default() -> Self {
        Self {
            table: None,
            agents: default_at(20),
            capital_scale: default_at(1),
            initial_shares: default_at(Decimal(500_000)),
            allocation: default_at(super::Allocation::EqualValue),
            subset: default_at(3),
        }
    }
}

/// One kind of trader.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Traders {
    /// The kind's name, in reports.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub(crate) kind: Spanned<String>,
    /// How the kind decides: the name of a profile and of a rule; the kind's name if absent.
    pub(crate) profile: Option<String>,
    /// Whether the kind decides by its rule even where others ask a language model.
    #[serde(default)]
    pub(crate) by_rule: bool,
    /// The kind's part of the population, as a whole number; required without a population table.
    #[cfg_attr(feature = "schema", schemars(with = "Option<u32>"))]
    pub(crate) ratio: Option<Spanned<u32>>,
    /// What each trader of the kind starts with, in currency; required without a population table.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Decimal>"))]
    pub(crate) capital: Option<Spanned<Decimal>>,
}

/// Something that is reported.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct News {
    /// The day of the report; 0 for what was known before.
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub(crate) day: Spanned<u32>,
    /// How many days it is shown; for ever if absent.
    pub(crate) days: Option<u32>,
    /// What the traders read.
    pub(crate) text: String,
    /// What it is about, for rule-based traders: `interest-rate`, `inflation`, …
    pub(crate) topic: Option<String>,
    /// How much it changes, in the topic's unit, for rule-based traders.
    pub(crate) size: Option<Decimal>,
    /// The sectors that it is about; everything if there are none.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub(crate) sectors: Vec<Spanned<String>>,
    /// Who is shown it.
    #[serde(default)]
    pub(crate) audience: super::Audience,
}

/// Cash paid per share held.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Dividend {
    /// The trading day at whose close it is paid.
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub(crate) day: Spanned<u32>,
    /// The stock code.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub(crate) stock: Spanned<String>,
    /// Currency per share.
    #[cfg_attr(feature = "schema", schemars(with = "Decimal"))]
    pub(crate) per_share: Spanned<Decimal>,
}

fn one() -> u64 {
    1
}

fn thirty() -> Spanned<u32> {
    default_at(30)
}
