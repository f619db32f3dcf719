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
        if self.key.is_empty() { String::new() } else { format!("`{}`: ", self.key) }
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
        Self { key: key.into(), ..self }
    }

    /// The same mistake with something to do about it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same mistake with a hint, if there is one.
    pub(super) fn suggest(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }

    pub(super) fn from_toml(file: &str, text: &str, key: &Path, error: &toml::de::Error) -> Self {
        let message = plain(error.message().trim());
        let hint = suggestion(&message);
        let it = Self::at(file, text, error.span().unwrap_or(0..0), message).key(shown(key));
        Self { hint, ..it }
    }
}

fn shown(path: &Path) -> String {
    let mut key = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => key.extend(["[", &index.to_string(), "]"]),
            // How the parser wraps a value to remember its place.
            Segment::Map { key: name } if name.starts_with("$__serde_spanned") => {}
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

/// Says in words what the parser says in types.
fn plain(message: &str) -> String {
    let types = [
        ("expected u8", "expected a whole number from 0 to 255"),
        ("expected u16", "expected a whole number from 0 to 65535"),
        ("expected u32", "expected a whole number from 0 to 4294967295"),
        ("expected u64", "expected a whole number, not negative"),
        ("expected a sequence", "expected a list"),
    ];
    let matches = |it: &&(&str, &str)| message.ends_with(it.0);
    match types.iter().find(matches) {
        Some((from, to)) => message.replacen(from, to, 1),
        None => message.to_owned(),
    }
}

/// Finds the nearest known word in a message such as "unknown field `x`, expected `a` or `b`".
fn suggestion(message: &str) -> Option<String> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let found = quoted.next()?;
    nearest(found, quoted)
}

/// A question whether the nearest of the known words was meant, if one is near.
pub(super) fn nearest<'k>(found: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    let near = |known: &str| strsim::jaro_winkler(found, known);
    let best = known.max_by(|a, b| near(a).total_cmp(&near(b)))?;
    (near(best) > 0.75).then(|| format!("did you mean `{best}`?"))
}
