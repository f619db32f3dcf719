//! What is wrong with a scenario, and where.

use std::ops::Range;

use serde_path_to_error::{Path, Segment};

/// A scenario that was refused: the file, the place, the key, what was found and what is expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {}{message}", self.shown_key())]
pub struct ScenarioError {
    /// The name of the file, as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The bytes of the text that the error is about.
    pub span: Range<usize>,
    /// The dotted key, such as `traders[0].capital`; empty where no key is concerned.
    pub key: String,
    /// What was found and what was expected.
    pub message: String,
    /// What to do about it, where there is something to say.
    pub hint: Option<String>,
    /// The whole text of the file, to show the place.
    pub text: String,
}

impl ScenarioError {
    fn shown_key(&self) -> String {
        if self.key.is_empty() {
            String::new()
        } else {
            format!("`{}`: ", self.key)
        }
    }

    pub(super) fn at(file: &str, text: &str, span: Range<usize>, message: String) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).map_or(0, |it| it.chars().count()) + 1,
            span,
            key: String::new(),
            message,
            hint: None,
            text: text.to_owned(),
        }
    }

    pub(super) fn key(self, key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            ..self
        }
    }

    /// The same mistake with something to do about it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    pub(super) fn from_toml(file: &str, text: &str, key: &Path, error: &toml::de::Error) -> Self {
        let message = error.message().trim().to_owned();
        let hint = suggestion(&message);
        let it = Self::at(file, text, error.span().unwrap_or(0..0), message).key(shown(key));
        Self { hint, ..it }
    }
}

fn shown(path: &Path) -> String {
    let mut key = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => key += &format!("[{index}]"),
            // What a value with its place looks like to the deserializer; nobody wrote it.
            Segment::Map { key } if key.starts_with("$__serde_spanned") => {}
            Segment::Map { key: name } | Segment::Enum { variant: name } => {
                if !key.is_empty() {
                    key.push('.');
                }
                key += name;
            }
            Segment::Unknown => {}
        }
    }
    key
}

/// Finds the nearest known word in a message such as "unknown field `x`, expected `a` or `b`".
fn suggestion(message: &str) -> Option<String> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let found = quoted.next()?;
    let near = |known: &&str| strsim::jaro_winkler(found, known);
    let best = quoted.max_by(|a, b| near(a).total_cmp(&near(b)))?;
    (near(&best) > 0.75).then(|| format!("did you mean `{best}`?"))
}
