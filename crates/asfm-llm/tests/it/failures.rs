//! Servers that fail in every way there is.

use std::time::Duration;

use asfm_chat::{Failure, FailureKind, Form};
use asfm_llm::{Client, Settings, Stop};
use serde_json::json;

use crate::server::{Nobody, Play, Server, openai_says};
use crate::{client, question, settings};

async fn failure(client: &Client) -> Failure {
    client.ask(&question(Form::Text)).await.unwrap().unwrap_err()
}

/// Asks a server that always does the same, by both protocols; what comes is one class of failure,
/// after so many attempts.
async fn always(play: fn() -> Play, settings: &Settings, kind: FailureKind, attempts: usize) {
    for family in ["ollama", "openai"] {
        let server = Server::start(move |_, _| play()).await;
        let spec = format!("{family}:m@http://{}", server.address);
        let failure = failure(&client(&spec, settings.clone())).await;
        assert_eq!(failure.kind, kind, "{family}: {failure}");
        assert_eq!(server.got().len(), attempts, "{family}: {failure}");
    }
}

#[tokio::test]
async fn who_is_told_to_wait_comes_back() {
    for after in ["retry-after: 1\r\n", "retry-after: Wed, 21 Oct 2015 07:28:00 GMT\r\n"] {
        let server = Server::start(move |number, _| match number {
            0 => Play::Say(429, after, b"slow down".to_vec()),
            _ => Play::json(&openai_says("hold")),
        })
        .await;
        let client = client(&server.openai(), settings());
        assert!(client.ask(&question(Form::Text)).await.unwrap().is_ok());
        assert_eq!(client.budget().spent().retries, 1);
    }
}

#[tokio::test]
async fn a_server_that_stays_busy_or_broken_is_given_up() {
    let busy = || Play::Say(429, "retry-after: 86400\r\n", b"slow down".to_vec());
    always(busy, &settings(), FailureKind::Busy, 5).await;
    always(|| Play::error(500, "oh"), &settings(), FailureKind::Server, 5).await;
    always(|| Play::error(503, ""), &settings(), FailureKind::Server, 5).await;
}

#[tokio::test]
async fn no_pause_goes_beyond_the_deadline() {
    let hour = Duration::from_hours(1);
    let slow = Settings { pause: hour, pause_max: hour, ..settings() };
    let server = Server::start(|_, _| Play::error(500, "oh")).await;
    let failure = failure(&client(&server.openai(), slow)).await;
    assert_eq!(failure.kind, FailureKind::Server);
    assert_eq!(server.got().len(), 1);
}

#[tokio::test]
async fn broken_connections_are_made_again() {
    let cut = || {
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"message\":";
        Play::Bytes(head.as_bytes().to_vec())
    };
    always(cut, &settings(), FailureKind::Connection, 5).await;
    always(|| Play::Bytes(Vec::new()), &settings(), FailureKind::Connection, 5).await;
    always(|| Play::Bytes(b"SSH-2.0\r\n".to_vec()), &settings(), FailureKind::Connection, 5).await;
}

#[tokio::test]
async fn a_connection_that_died_while_it_was_kept_is_made_again() {
    // It is not said that the connection ends, so the client keeps it for the next question.
    let said = openai_says("hold").to_string();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", said.len());
    let server = Server::start(move |_, _| Play::Bytes(format!("{head}{said}").into())).await;
    let client = client(&server.openai(), settings());
    for _ in 0..20 {
        assert!(client.ask(&question(Form::Text)).await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn silence_and_slow_drip_are_cut_and_tried_once_more() {
    let short = Settings { timeout: Duration::from_millis(80), ..settings() };
    for play in [|| Play::Silence, || Play::Drip] as [fn() -> Play; 2] {
        for family in ["ollama", "openai"] {
            let server = Server::start(move |_, _| play()).await;
            let client = client(&format!("{family}:m@http://{}", server.address), short.clone());
            let failure = failure(&client).await;
            assert_eq!(failure.kind, FailureKind::Timeout, "{failure}");
            assert_eq!(client.budget().spent().retries, 1);
        }
    }
}

#[tokio::test]
async fn nobody_there_is_a_lost_connection() {
    let gone = Nobody::new();
    let spec = format!("ollama:m@http://{}", gone.address());
    let failure = failure(&client(&spec, settings())).await;
    assert_eq!(failure.kind, FailureKind::Connection);
    assert!(failure.what.contains(&gone.address().to_string()), "{failure}");
}

#[tokio::test]
async fn what_is_no_answer_is_not_asked_again() {
    let protocol = FailureKind::Protocol;
    let bodies: [fn() -> Vec<u8>; 7] = [
        Vec::new,
        || b"{\"message\":{\"content\":\"ho".to_vec(),
        || b"{\"message\":{\"content\":\"\xff\xfe\"}}".to_vec(),
        || b"\xff\xff\xff".to_vec(),
        || b"<html>welcome to the proxy</html>".to_vec(),
        || b"{}".to_vec(),
        || b"[1]".to_vec(),
    ];
    for body in bodies {
        for family in ["ollama", "openai"] {
            let server = Server::start(move |_, _| Play::Say(200, "", body())).await;
            let spec = format!("{family}:m@http://{}", server.address);
            let failure = failure(&client(&spec, settings())).await;
            assert_eq!(failure.kind, protocol, "{family}: {failure}");
            assert!(failure.what.contains("expected an answer"), "{failure}");
            assert_eq!(server.got().len(), 1);
        }
    }
}

#[tokio::test]
async fn a_huge_answer_is_not_read_to_its_end() {
    let small = Settings { answer_bytes: 10_000, ..settings() };
    let huge = || Play::Say(200, "", vec![b' '; 2 << 20]);
    always(huge, &small, FailureKind::Protocol, 1).await;
}

#[tokio::test]
async fn refusals_are_not_asked_again() {
    let rejected = FailureKind::Rejected;
    always(|| Play::error(404, "no such model"), &settings(), rejected, 1).await;
    always(|| Play::error(401, "who are you?"), &settings(), rejected, 1).await;
    let moved = || Play::Say(302, "location: http://127.0.0.1:1/\r\n", Vec::new());
    always(moved, &settings(), rejected, 1).await;
    let long = || Play::error(400, "This model's maximum context length is 4096 tokens.");
    always(long, &settings(), FailureKind::TooLong, 1).await;
}

#[tokio::test]
async fn an_error_in_an_answer_that_says_it_succeeded_is_one() {
    let error = || Play::json(&json!({"error": {"code": 429, "message": "slow down"}}));
    always(error, &settings(), FailureKind::Busy, 5).await;
    let error = || Play::json(&json!({"error": "out of memory"}));
    always(error, &settings(), FailureKind::Server, 5).await;
}

#[tokio::test]
async fn who_gets_no_answers_stops_asking() {
    let server = Server::start(|number, _| match number {
        0..=2 | 4..=6 => Play::error(500, "oh"),
        7 => Play::error(400, "this question is bad"),
        _ => Play::json(&openai_says("hold")),
    })
    .await;
    let once = Settings { attempts: 1, lost_after: 4, ..settings() };
    let client = client(&server.openai(), once);
    let ask = async || client.ask(&question(Form::Text)).await;
    // Three failures and an answer, then three failures: never four in a row.
    for number in 0..7 {
        assert_eq!(ask().await.unwrap().is_ok(), number == 3);
    }
    // A refusal is no silence, but no answer either.
    assert_eq!(ask().await.unwrap().unwrap_err().kind, FailureKind::Rejected);
    assert!(ask().await.unwrap().is_ok());

    let server = Server::start(|_, _| Play::error(500, "oh")).await;
    let once = Settings { attempts: 1, lost_after: 2, ..settings() };
    let client = crate::client(&server.openai(), once);
    for _ in 0..2 {
        assert!(client.ask(&question(Form::Text)).await.unwrap().is_err());
    }
    let stop = client.ask(&question(Form::Text)).await.unwrap_err();
    let Stop::Lost(lost) = &stop else { panic!("{stop}") };
    assert_eq!((lost.calls, lost.last.kind), (2, FailureKind::Server));
    assert_eq!(server.got().len(), 2);
    assert!(stop.to_string().contains("the last 2 calls were not answered"));
}
