//! A value of JSON, with numbers as they were written.

use std::fmt::{self, Write as _};

use serde_json::Value;

/// A value of JSON. Numbers keep their text: no floating point stands between what a model wrote
/// and a price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Self>, End),
    /// Its members, in order.
    Object(Vec<(String, Self)>, End),
}

/// How an object or list ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// With its bracket.
    Whole,
    /// With the text.
    Cut,
}

/// What a connection has parsed already; it nests no deeper than its parser allows.
impl From<&Value> for Node {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(it) => Self::Bool(*it),
            Value::Number(it) => Self::Number(it.to_string()),
            Value::String(it) => Self::Text(it.clone()),
            Value::Array(all) => Self::List(all.iter().map(Self::from).collect(), End::Whole),
            Value::Object(all) => {
                let members = all.iter().map(|(key, it)| (key.clone(), Self::from(it)));
                Self::Object(members.collect(), End::Whole)
            }
        }
    }
}

impl fmt::Display for Node {
    /// Compact JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(it) => it.fmt(f),
            Self::Number(it) => f.write_str(it),
            Self::Text(it) => quoted(f, it),
            Self::List(all, _) => {
                f.write_char('[')?;
                for (at, it) in all.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { "," })?;
                    it.fmt(f)?;
                }
                f.write_char(']')
            }
            Self::Object(members, _) => {
                f.write_char('{')?;
                for (at, (key, it)) in members.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { "," })?;
                    quoted(f, key)?;
                    f.write_char(':')?;
                    it.fmt(f)?;
                }
                f.write_char('}')
            }
        }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for it in text.chars() {
        match it {
            '"' | '\\' => write!(f, "\\{it}")?,
            it if it.is_control() => write!(f, "\\u{:04x}", u32::from(it))?,
            it => f.write_char(it)?,
        }
    }
    f.write_char('"')
}
