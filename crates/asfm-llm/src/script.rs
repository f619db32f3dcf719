//! Answers that were written beforehand, for tests and demonstrations.

use std::time::Duration;

use asfm_chat::{Answer, Failure, FailureKind, Finish, Reply, Slot, ToolCall, Usage};
use serde::Deserialize;
use serde_json::Value;

/// Answers by slot, read from JSON lines.
///
/// Each line says for which slots it is and what is answered there. Of `day`, `stage`, `trader`,
/// `step` and `attempt` each may be left out and is then any; of several lines that fit, the first
/// answers. The answer is `"answer"` (words), `"calls"` (tools, as `{"name":…,"arguments":{…}}`),
/// both of them, or `"failure"` (the word of a [`FailureKind`]). `"finish"` says why the answer
/// ended where that is not plain, as `"length"`. Empty lines mean nothing.
///
/// ```
/// use asfm_chat::Slot;
/// use asfm_llm::Script;
///
/// let script = Script::read(
///     r#"{"trader": 7, "calls": [{"name": "buy", "arguments": {"quantity": 10}}]}
///        {"answer": "hold"}"#,
/// )?;
/// let slot = Slot { day: 1, stage: 0, trader: 7, step: 0, attempt: 0 };
/// assert_eq!(script.answer(slot)?.answer.calls[0].name, "buy");
/// assert_eq!(script.answer(Slot { trader: 8, ..slot })?.answer.text, "hold");
///
/// let wrong = Script::read(r#"{"trader": "seven", "answer": "hold"}"#).unwrap_err();
/// assert!(wrong.to_string().starts_with("line 1: "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Script {
    lines: Vec<Line>,
}

/// Why a text is no script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ScriptError {
    /// The line, from 1.
    pub line: usize,
    /// What was expected and found.
    pub what: String,
}

/// A line, as it is written.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    day: Option<u32>,
    stage: Option<u8>,
    trader: Option<u32>,
    step: Option<u16>,
    attempt: Option<u16>,
    answer: Option<String>,
    calls: Option<Vec<Call>>,
    finish: Option<String>,
    failure: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    name: String,
    #[serde(default)]
    arguments: Value,
}

impl Script {
    /// Reads a script.
    pub fn read(text: &str) -> Result<Self, ScriptError> {
        let lines = (1..).zip(text.lines()).filter(|it| !it.1.trim().is_empty());
        let lines = lines
            .map(|(line, text)| Line::read(text.trim()).map_err(|what| ScriptError { line, what }));
        Ok(Self { lines: lines.collect::<Result<_, _>>()? })
    }

    /// Whether some answer calls tools.
    pub fn has_calls(&self) -> bool {
        self.lines.iter().any(|it| it.calls.is_some())
    }

    /// The answer at a place, which takes no time.
    ///
    /// # Errors
    ///
    /// The failure that the script wants there, or [`FailureKind::Protocol`] if it has no line for
    /// the place.
    pub fn answer(&self, slot: Slot) -> Result<Reply, Failure> {
        let failure = |kind, what| Failure { kind, what, latency: Duration::ZERO };
        let Some(line) = self.lines.iter().find(|it| it.fits(slot)) else {
            let what = format!("the script has no line for {slot}");
            return Err(failure(FailureKind::Protocol, what));
        };
        if let Some(kind) = line.failure.as_deref().and_then(FailureKind::of_word) {
            return Err(failure(kind, "the script says so".to_owned()));
        }
        let calls: Vec<ToolCall> = line
            .calls
            .iter()
            .flatten()
            .map(|it| ToolCall { name: it.name.clone(), arguments: it.arguments.clone() })
            .collect();
        let finish = match &line.finish {
            Some(word) => Finish::of_word(word),
            None if calls.is_empty() => Finish::Stop,
            None => Finish::Tools,
        };
        let text = line.answer.clone().unwrap_or_default();
        Ok(Reply {
            answer: Answer { text, calls },
            finish,
            usage: Usage::default(),
            served_model: None,
            latency: Duration::ZERO,
        })
    }
}

impl Line {
    fn read(text: &str) -> Result<Self, String> {
        let line: Self = serde_json::from_str(text).map_err(|it| {
            // There is one line, and its number is said already.
            let what = it.to_string();
            what.split_once(" at line 1 column ")
                .map_or(what.clone(), |(what, column)| format!("{what}, at column {column}"))
        })?;
        if let Some(word) = line.failure.as_deref().filter(|it| FailureKind::of_word(it).is_none())
        {
            let known = FailureKind::ALL.map(FailureKind::word).join(", ");
            return Err(format!("expected a failure of {known}; found `{word}`"));
        }
        let answers = line.answer.is_some() || line.calls.is_some();
        if answers == line.failure.is_some() {
            let found = if answers { "both" } else { "neither" };
            return Err(format!(
                "expected either an answer (`answer`, `calls`) or a `failure`; found {found}"
            ));
        }
        if line.finish.is_some() && !answers {
            return Err("expected `finish` only with an answer".to_owned());
        }
        Ok(line)
    }

    fn fits(&self, slot: Slot) -> bool {
        let Slot { day, stage, trader, step, attempt } = slot;
        self.day.is_none_or(|it| it == day)
            && self.stage.is_none_or(|it| it == stage)
            && self.trader.is_none_or(|it| it == trader)
            && self.step.is_none_or(|it| it == step)
            && self.attempt.is_none_or(|it| it == attempt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOT: Slot = Slot { day: 1, stage: 0, trader: 3, step: 0, attempt: 0 };

    fn error(text: &str) -> String {
        Script::read(text).expect_err(text).to_string()
    }

    #[test]
    fn the_first_line_that_fits_answers() {
        let script = Script::read(concat!(
            "{\"day\":1,\"stage\":0,\"trader\":3,\"step\":0,\"attempt\":1,\"answer\":\"again\"}\n",
            "\n",
            "{\"day\":2,\"failure\":\"too-long\"}\r\n",
            "{\"answer\":\"any\",\"finish\":\"length\"}\n",
        ));
        let script = script.expect("a script");
        let reply = script.answer(SLOT).expect("any");
        assert_eq!((reply.answer.text.as_str(), reply.finish), ("any", Finish::Length));
        let again = script.answer(Slot { attempt: 1, ..SLOT }).expect("again");
        assert_eq!((again.answer.text.as_str(), again.finish), ("again", Finish::Stop));
        let failure = script.answer(Slot { day: 2, ..SLOT }).expect_err("it says so");
        assert_eq!(failure.kind, FailureKind::TooLong);
    }

    #[test]
    fn what_the_script_does_not_have_is_a_failure_that_says_where() {
        let failure = Script::default().answer(SLOT).expect_err("an empty script");
        assert_eq!(failure.kind, FailureKind::Protocol);
        assert_eq!(
            failure.what,
            "the script has no line for day 1, stage 0, trader 3, step 0, attempt 0"
        );
    }

    #[test]
    fn a_wrong_line_is_named_with_what_was_expected() {
        assert!(error("{\"answer\":\"a\"}\n\n{").starts_with("line 3: EOF"));
        assert!(error("{\"answr\":\"a\"}").contains("unknown field `answr`, expected one of"));
        assert!(error("{}").ends_with("found neither"));
        assert!(error("{\"answer\":\"a\",\"failure\":\"busy\"}").ends_with("found both"));
        assert!(error("{\"failure\":\"tired\"}").contains("timeout, connection, busy"));
        assert!(
            error("{\"failure\":\"busy\",\"finish\":\"stop\"}").contains("only with an answer")
        );
        assert!(error("{\"day\":-1,\"answer\":\"a\"}").contains("expected u32"));
    }
}
