//! The steps of a day: which there are, what each asks for, in which form.

use std::sync::Arc;

use asfm_chat::{Form, FormKind, Schema};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::model::ladder::ORDERS_MAX;
use crate::model::setting::Plan;

/// A step of a trader's day. Its number, which is its place in a [`Slot`](asfm_chat::Slot), is the
/// same on every day, whatever happens before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    /// Reacts to one post, by its place from 0.
    React(u16),
    /// Says what it thinks of the news of the day.
    Broadcast,
    /// Says what it wants to know.
    Desire,
    /// Puts that into words to search by.
    Queries,
    /// Says what it thinks of what was found.
    FirstView,
    /// Revises its belief.
    Belief,
    /// Chooses stocks.
    Choice,
    /// Says which data it wants to see.
    Data,
    /// Weighs it all up.
    Analysis,
    /// Orders.
    Decision,
    /// Writes a post.
    Post,
    /// Reacts to all posts at once.
    Reactions,
    /// Reacts to all posts, says what it thinks of the news and what it looks for.
    Read,
    /// The whole day.
    Day,
    /// The whole day, without orders.
    Talk,
}

/// So many posts at most are shown to a trader a day.
pub(crate) const POSTS_MAX: u16 = 100;

/// The number of the first step of such a day; those of other trains of thought are less.
pub(crate) const FIRST: u16 = 100;

/// The number of the first step after those of single posts.
const OTHERS: u16 = FIRST + POSTS_MAX;

/// A field of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Field {
    Reactions,
    View,
    Queries,
    Belief,
    /// Five numbers.
    Points,
    Reason,
    Action,
    Stocks,
    Indicators,
    Days,
    Orders,
    Post,
    Topic,
}

/// What a run leaves out of all days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Without {
    pub(crate) forum: bool,
    pub(crate) revision: bool,
    pub(crate) inquiry: bool,
}

impl Step {
    /// Its place in a train of thought.
    pub(crate) fn number(self) -> u16 {
        match self {
            Self::React(post) => FIRST + post,
            Self::Broadcast => OTHERS,
            Self::Desire => OTHERS + 1,
            Self::Queries => OTHERS + 2,
            Self::FirstView => OTHERS + 3,
            Self::Belief => OTHERS + 4,
            Self::Choice => OTHERS + 5,
            Self::Data => OTHERS + 6,
            Self::Analysis => OTHERS + 7,
            Self::Decision => OTHERS + 8,
            Self::Post => OTHERS + 9,
            Self::Reactions => OTHERS + 10,
            Self::Read => OTHERS + 11,
            Self::Day => OTHERS + 12,
            Self::Talk => OTHERS + 13,
        }
    }

    /// Its name, as the trader is told.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::React(_) => "react",
            Self::Broadcast => "news",
            Self::Desire => "wonder",
            Self::Queries => "search",
            Self::FirstView => "view",
            Self::Belief => "belief",
            Self::Choice => "choice",
            Self::Data => "data",
            Self::Analysis => "analysis",
            Self::Decision => "decision",
            Self::Post => "post",
            Self::Reactions => "reactions",
            Self::Read => "read",
            Self::Day => "day",
            Self::Talk => "talk",
        }
    }

    /// The temperature that the published code samples it with, in thousandths.
    pub(crate) fn published_temperature_e3(self) -> u32 {
        match self {
            Self::React(_) | Self::Reactions | Self::Read | Self::Choice | Self::Post => 1_300,
            Self::Belief => 2_000,
            Self::Data => 200,
            _ => 900,
        }
    }

    /// Whether it orders: whose answer is missing there has not decided.
    pub(crate) fn decides(self) -> bool {
        matches!(self, Self::Decision | Self::Day)
    }

    /// What its answer has, in order; nothing where it is words. A reason comes before what it is
    /// the reason of: a model that gives it afterwards only justifies what it said.
    pub(crate) fn fields(self, plan: Plan, without: Without, tells: bool) -> Vec<Field> {
        use Field::{
            Action, Belief, Days, Indicators, Orders, Points, Post, Queries, Reactions, Reason,
            Stocks, Topic, View,
        };
        let all: &[Field] = match self {
            Self::React(_) => &[Reason, Action],
            Self::Broadcast | Self::Desire | Self::FirstView | Self::Analysis => &[],
            Self::Queries => &[Queries],
            Self::Belief => &[Belief, Points],
            Self::Choice => &[Reason, Stocks],
            Self::Data => &[Indicators, Days],
            Self::Decision => &[Reason, Orders],
            Self::Post if tells => &[Post, Topic, Belief, Points],
            Self::Post => &[Post, Topic],
            Self::Reactions => &[Reactions],
            Self::Read => &[Reactions, View, Queries],
            Self::Day => &[Reactions, Belief, Points, Reason, Orders, Post, Topic],
            Self::Talk => &[Reactions, Belief, Points, Post, Topic],
        };
        let is_asked = |it: &Field| match it {
            Reactions | Post | Topic => !without.forum,
            Belief | Points => !without.revision,
            Queries => !without.inquiry || plan == Plan::Faithful,
            _ => true,
        };
        all.iter().copied().filter(is_asked).collect()
    }

    /// The field without which an answer is none; any one of them where there is no such field.
    pub(crate) fn core(self) -> Option<Field> {
        match self {
            Self::React(_) => Some(Field::Action),
            Self::Queries => Some(Field::Queries),
            Self::Belief => Some(Field::Points),
            Self::Choice => Some(Field::Stocks),
            Self::Data => Some(Field::Indicators),
            Self::Decision | Self::Day => Some(Field::Orders),
            Self::Post => Some(Field::Post),
            Self::Reactions => Some(Field::Reactions),
            _ => None,
        }
    }
}

/// The data that a trader can ask for.
pub(crate) const INDICATORS: [&str; 9] = [
    "closes",
    "change",
    "volatility",
    "mean-5",
    "mean-10",
    "mean-30",
    "volume",
    "price-earnings",
    "price-book",
];

/// What the forms depend on.
pub(crate) struct Limits<'c> {
    /// The stock codes, sorted.
    pub(crate) codes: &'c [&'c str],
    pub(crate) reason_characters: u32,
    /// How many posts a trader is shown a day.
    pub(crate) posts: u16,
}

/// How long a post may be, in characters.
pub(crate) const POST_CHARACTERS: u32 = 400;

/// How long a belief in words may be, in characters.
pub(crate) const BELIEF_CHARACTERS: u32 = 500;

/// How many queries are heeded.
pub(crate) const QUERIES_MAX: usize = 3;

/// The form of an answer with these fields.
pub(crate) fn form(kind: FormKind, name: &str, fields: &[Field], limits: &Limits<'_>) -> Form {
    if kind != FormKind::Schema || fields.is_empty() {
        return Form::Text;
    }
    let schema = object(fields, limits);
    Form::Schema(Arc::new(Schema { name: name.to_owned(), schema }))
}

fn object(fields: &[Field], limits: &Limits<'_>) -> Value {
    let mut properties = Map::new();
    for field in fields {
        match field {
            Field::Points => {
                for name in asfm_engine::Belief::NAMES {
                    let points = json!({ "type": "integer", "minimum": 0, "maximum": 100 });
                    properties.insert(name.to_owned(), points);
                }
            }
            it => {
                properties.insert(it.name().to_owned(), it.schema(limits));
            }
        }
    }
    let required: Vec<&String> = properties.keys().collect();
    json!({
        "type": "object",
        "required": required,
        "additionalProperties": false,
        "properties": properties,
    })
}

impl Field {
    /// Its name in an answer.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Reactions => "reactions",
            Self::View => "view",
            Self::Queries => "queries",
            Self::Belief => "belief",
            Self::Points => "points",
            Self::Reason => "reason",
            Self::Action => "action",
            Self::Stocks => "stocks",
            Self::Indicators => "indicators",
            Self::Days => "days",
            Self::Orders => "orders",
            Self::Post => "post",
            Self::Topic => "topic",
        }
    }

    fn schema(self, limits: &Limits<'_>) -> Value {
        let text = |most: u32| json!({ "type": "string", "maxLength": most });
        let reason = || text(limits.reason_characters);
        let list = |most: usize, items: Value| json!({ "type": "array", "maxItems": most, "items": items });
        let actions = || json!({ "type": "string", "enum": ["repost", "like", "unlike", "none"] });
        let closed = |properties: Value, required: Value| {
            json!({
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            })
        };
        let stock = || json!({ "type": "string", "enum": limits.codes });
        let number = || json!({ "type": "number", "minimum": 0 });
        match self {
            // What is not shown cannot be reacted to: a weak model would go on for ever.
            Self::Reactions => list(
                limits.posts.into(),
                closed(
                    json!({
                        "post": { "type": "integer", "minimum": 1 },
                        "reason": reason(),
                        "action": actions(),
                    }),
                    json!(["post", "reason", "action"]),
                ),
            ),
            Self::View | Self::Reason | Self::Points => reason(),
            Self::Queries => list(QUERIES_MAX, text(200)),
            Self::Belief => text(BELIEF_CHARACTERS),
            Self::Action => actions(),
            Self::Stocks => list(limits.codes.len(), stock()),
            Self::Indicators => {
                list(INDICATORS.len(), json!({ "type": "string", "enum": INDICATORS }))
            }
            Self::Days => json!({ "type": "integer", "minimum": 1, "maximum": 30 }),
            Self::Orders => list(
                ORDERS_MAX.min(2 * limits.codes.len()),
                closed(
                    json!({
                        "action": { "type": "string", "enum": ["buy", "sell", "hold"] },
                        "stock": stock(),
                        "size": number(),
                        "price": number(),
                    }),
                    json!(["action", "stock", "size", "price"]),
                ),
            ),
            Self::Post => text(POST_CHARACTERS),
            Self::Topic => json!({ "type": "string", "enum": ["event", "trades", "outlook"] }),
        }
    }
}
