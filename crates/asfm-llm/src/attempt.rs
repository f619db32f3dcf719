//! One attempt that came to nothing, and which class of failure that is.

use std::error::Error;
use std::time::Duration;

use asfm_chat::FailureKind;
use serde_json::Value;

/// The longest quotation of a server, in characters.
const QUOTED: usize = 300;

/// Why an attempt came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) kind: FailureKind,
    pub(crate) what: String,
    /// How long the server asks to wait.
    pub(crate) wait: Option<Duration>,
    /// Whether not even a connection could be made.
    pub(crate) is_unreachable: bool,
    /// Whether the server refuses whoever asks so, whatever the question: the key is wrong, or the
    /// model's name.
    pub(crate) refuses_all: bool,
}

impl Failed {
    pub(crate) fn new(kind: FailureKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), wait: None, is_unreachable: false, refuses_all: false }
    }

    /// What came back is not an answer of the protocol.
    pub(crate) fn protocol(why: &str, body: &[u8]) -> Self {
        let what = match quoted(&String::from_utf8_lossy(body)) {
            it if it.is_empty() => format!("{why}: nothing was in it"),
            it => format!("{why}, found: {it}"),
        };
        Self::new(FailureKind::Protocol, what)
    }

    /// The attempt did not get as far as an answer.
    pub(crate) fn transport(error: reqwest::Error) -> Self {
        // The address is said elsewhere, and errors are the likeliest place for one to leak.
        let error = error.without_url();
        let what = chain(&error);
        let kind = match () {
            () if error.is_connect() => FailureKind::Connection,
            () if error.is_timeout() => FailureKind::Timeout,
            () if error.is_builder() => FailureKind::Rejected,
            () => FailureKind::Connection,
        };
        Self { is_unreachable: error.is_connect(), ..Self::new(kind, what) }
    }

    /// The server answered with an error.
    pub(crate) fn status(status: u16, wait: Option<Duration>, body: &[u8]) -> Self {
        let said = complaint(&String::from_utf8_lossy(body));
        let lower = said.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|it| lower.contains(it));
        let is_too_long = status == 413
            || lower.contains("context")
                && has(&["length", "exceed", "too long", "too large", "window", "context size"])
            || has(&["prompt is too long", "input is too long"]);
        let kind = match status {
            400..=499 if is_too_long && status != 429 => FailureKind::TooLong,
            500 if is_too_long => FailureKind::TooLong,
            408 => FailureKind::Timeout,
            // An empty purse is told with the same number as haste, and waiting does not fill it.
            429 if has(&["insufficient_quota", "exceeded your current quota", "billing"]) => {
                FailureKind::Rejected
            }
            429 => FailureKind::Busy,
            503 if wait.is_some() || has(&["busy", "queue", "pending", "overload", "loading"]) => {
                FailureKind::Busy
            }
            500..=599 => FailureKind::Server,
            _ => FailureKind::Rejected,
        };
        let what = match status {
            300..=399 => format!("the server answered {status}, and redirects are not followed"),
            _ if said.is_empty() => format!("the server answered {status}"),
            _ => format!("the server answered {status}: {said}"),
        };
        let refuses_all = kind == FailureKind::Rejected && matches!(status, 401..=407 | 410 | 429);
        Self { wait, refuses_all, ..Self::new(kind, what) }
    }

    /// Whether another question to the server would fare the same, as far as this one tells.
    pub(crate) fn is_loss(&self) -> bool {
        use FailureKind::{Busy, Connection, Server, Timeout};
        matches!(self.kind, Timeout | Connection | Server | Busy) || self.refuses_all
    }

    /// An answer that says it succeeded and carries an error, as some gateways send it.
    pub(crate) fn in_answer(error: &Value, body: &[u8]) -> Self {
        let code = error["code"].as_u64().and_then(|it| u16::try_from(it).ok());
        let status = code.filter(|it| (400..600).contains(it)).unwrap_or(500);
        Self::status(status, None, body)
    }
}

/// What the server complains about: the message, wherever servers put it, or the text.
pub(crate) fn complaint(body: &str) -> String {
    let Ok(json) = serde_json::from_str::<Value>(body) else { return quoted(body) };
    let places = [
        &json["error"]["message"],
        &json["error"],
        &json["message"],
        &json["detail"],
        &json["error"]["code"],
    ];
    let mut words: Vec<&str> = places.into_iter().filter_map(Value::as_str).collect();
    // The code often says more exactly than the message which error it is.
    words.extend(json["error"]["code"].as_str().filter(|it| words.first() != Some(it)));
    words.dedup();
    if words.is_empty() { quoted(body) } else { quoted(&words.join(" ")) }
}

/// The beginning of a text in one line.
fn quoted(text: &str) -> String {
    let words: Vec<&str> = text.split(|it: char| it.is_whitespace() || it.is_control()).collect();
    let line = words.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(it) = cause {
        let it_says = it.to_string();
        if !said.contains(&it_says) {
            said = format!("{said}: {it_says}");
        }
        cause = it.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(status: u16, body: &str) -> FailureKind {
        Failed::status(status, None, body.as_bytes()).kind
    }

    #[test]
    fn servers_say_in_many_ways_that_a_question_is_too_long() {
        for body in [
            r#"{"error":{"code":"context_length_exceeded","message":"too many tokens"}}"#,
            r#"{"error":{"code":400,"type":"exceed_context_size_error","message":"the request exceeds the available context size, try increasing it"}}"#,
            r#"{"object":"error","message":"This model's maximum context length is 4096 tokens.","code":400}"#,
            r#"{"error":"the input length exceeds the context length"}"#,
        ] {
            assert_eq!(kind(400, body), FailureKind::TooLong, "{body}");
        }
        assert_eq!(kind(413, ""), FailureKind::TooLong);
        assert_eq!(kind(400, r#"{"error":"bad context"}"#), FailureKind::Rejected);
    }

    #[test]
    fn full_servers_are_told_from_broken_ones() {
        let full =
            r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#;
        assert_eq!(kind(503, full), FailureKind::Busy);
        assert_eq!(kind(503, "upstream is gone"), FailureKind::Server);
        assert_eq!(kind(500, "panic"), FailureKind::Server);
        assert_eq!(kind(429, ""), FailureKind::Busy);
        let purse = r#"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#;
        assert_eq!(kind(429, purse), FailureKind::Rejected);
        assert_eq!(kind(404, r#"{"error":"model 'm' not found"}"#), FailureKind::Rejected);
    }

    #[test]
    fn quotations_are_one_short_line() {
        let failed = Failed::status(500, None, format!("a\n\u{7}b{}", "é".repeat(900)).as_bytes());
        assert!(failed.what.starts_with("the server answered 500: a bé"));
        assert!(failed.what.chars().count() < 350);
    }
}
