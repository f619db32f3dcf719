//! The hostile server: repeatable, and able to do all of it.

use std::collections::BTreeMap;
use std::time::Duration;

use asfm_standin::{Class, Group, Hostile, Mix, Running, Served};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

/// How a question ended: a status and a body, or the kind of failure.
type End = Result<(u16, Vec<u8>), &'static str>;

const PATHS: [&str; 2] = ["/v1/chat/completions", "/api/chat"];

fn question(at: usize) -> Value {
    let text = format!("Question {at}.\nEN001 closed at 10.60.\nMA002 closed at 20.75.");
    let messages =
        json!([{ "role": "system", "content": "Trade." }, { "role": "user", "content": text }]);
    json!({ "model": "m", "messages": messages, "stream": false })
}

fn with_tools(mut question: Value) -> Value {
    let tool = |name: &str| json!({ "type": "function", "function": { "name": name } });
    question["tools"] = ["buy", "sell", "hold"].map(tool).into_iter().collect();
    question
}

fn client() -> Client {
    Client::builder().timeout(Duration::from_millis(1500)).build().expect("a client")
}

async fn ask(client: &Client, url: &str, body: &Value) -> End {
    let kind = |error: reqwest::Error| match () {
        () if error.is_timeout() => "timeout",
        () if error.is_redirect() => "redirect",
        () => "broken",
    };
    let response = client.post(url).json(body).send().await.map_err(kind)?;
    let status = response.status().as_u16();
    Ok((status, response.bytes().await.map_err(kind)?.to_vec()))
}

/// Asks until there is an answer, as a patient client does.
async fn ask_patiently(client: &Client, url: &str, body: &Value) -> End {
    let mut end = Err("never asked");
    for _ in 0..4 {
        end = ask(client, url, body).await;
        let again = match &end {
            Ok((status, _)) => *status == 429 || *status >= 500,
            Err(kind) => *kind == "broken",
        };
        if !again {
            break;
        }
    }
    end
}

fn spawn(mix: Mix) -> Running<Served> {
    let drip = Duration::from_millis(20);
    Hostile { seed: 7, mix, drip, ..Hostile::default() }.spawn().expect("a server")
}

/// Everything but what takes a client's whole patience.
fn impatient() -> Mix {
    Mix::default().with(Class::Stall, 0).with(Class::EndlessDrip, 0)
}

#[tokio::test]
async fn a_question_ends_in_the_same_way_whenever_it_is_asked() {
    let (client, n) = (client(), 150);
    let mut runs = Vec::new();
    let orders: [Vec<usize>; 2] = [(0..n).collect(), (0..n).rev().chain(0..n).collect()];
    for order in orders {
        let server = spawn(impatient());
        let mut ends = BTreeMap::new();
        for at in order {
            let url = server.url() + PATHS[at % 2];
            ends.insert(at, ask_patiently(&client, &url, &question(at)).await);
        }
        runs.push(ends);
    }
    assert_eq!(runs[0], runs[1]);
    let good = runs[0].values().filter(|it| it.as_ref().is_ok_and(|it| it.0 == 200)).count();
    assert!(good > n / 2, "{good} of {n}");
}

#[tokio::test]
async fn another_seed_is_another_day() {
    let client = client();
    let mut runs = Vec::new();
    for seed in [1, 2] {
        let server = Hostile { seed, mix: impatient(), ..Hostile::default() };
        let server = server.spawn().expect("a server");
        let mut ends = Vec::new();
        for at in 0..20 {
            ends.push(ask(&client, &(server.url() + PATHS[0]), &question(at)).await);
        }
        runs.push(ends);
    }
    assert_ne!(runs[0], runs[1]);
}

#[tokio::test]
async fn every_class_can_be_served_in_both_protocols() {
    let client = client();
    for class in Class::ALL.iter().copied().filter(|it| *it != Class::Stall) {
        let server = spawn(Mix::only(class));
        for (path, question) in PATHS.iter().zip([question(1), with_tools(question(2))]) {
            let url = server.url() + path;
            let end = ask(&client, &url, &question).await;
            let is_ok = end.as_ref().is_ok_and(|it| it.0 == 200);
            assert_eq!(is_ok, class.is_answer(), "{} {path}: {end:?}", class.word());
            if class.group() == Group::Transient {
                let end = ask_patiently(&client, &url, &question).await;
                assert!(end.is_ok_and(|it| it.0 == 200), "{} {path}", class.word());
            }
        }
        assert!(server.counters().of(class) >= 2, "{}", class.word());
        let rest: u64 = server.counters().all().values().sum();
        assert_eq!(rest, server.counters().gauge().requests());
    }
}

#[tokio::test]
async fn a_stalled_server_outlasts_its_client() {
    let server = spawn(Mix::only(Class::Stall));
    let client = Client::builder().timeout(Duration::from_millis(50)).build().expect("a client");
    let end = ask(&client, &(server.url() + PATHS[0]), &question(1)).await;
    assert_eq!(end, Err("timeout"));
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let server = spawn(Mix::only(Class::ResetForever));
    let url = server.url() + PATHS[0];
    let error = client().post(&url).json(&question(1)).send().await.expect_err("a reset");
    assert!(format!("{error:?}").contains("ConnectionReset"), "{error:?}");
}

#[tokio::test]
async fn good_answers_name_stocks_and_prices_of_the_question() {
    let server = spawn(Mix::only(Class::Good));
    let client = client();
    for at in 0..20 {
        let (_, body) =
            ask(&client, &(server.url() + PATHS[0]), &question(at)).await.expect("an answer");
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        let text = body["choices"][0]["message"]["content"].as_str().expect("a text");
        let answer: Value = serde_json::from_str(text).expect("an answer in JSON");
        for order in answer["orders"].as_array().expect("orders") {
            let last = match order["stock"].as_str() {
                Some("EN001") => 10.60,
                Some("MA002") => 20.75,
                other => panic!("{other:?} is not in the question"),
            };
            let price = &order["price"];
            let price = price.as_f64().or_else(|| price.as_str()?.parse().ok()).expect("a price");
            assert!((price / last - 1.0).abs() < 0.04, "{price} beside {last}");
            assert!(order["quantity"].as_u64().is_some_and(|it| it > 0));
        }
        let url = server.url() + PATHS[1];
        let (_, body) = ask(&client, &url, &with_tools(question(at))).await.expect("an answer");
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        let call = &body["message"]["tool_calls"][0]["function"];
        assert!(["buy", "sell"].contains(&call["name"].as_str().unwrap_or_default()), "{body}");
        assert!(call["arguments"]["quantity"].is_u64(), "{body}");
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_and_headers_arrive() {
    let server = spawn(Mix::only(Class::InvalidUtf8));
    for path in PATHS {
        let end = ask(&client(), &(server.url() + path), &question(1)).await;
        let (_, body) = end.expect("an answer");
        assert!(String::from_utf8(body).is_err());
    }
    let server = spawn(Mix::only(Class::BusyForever));
    let request = client().post(server.url() + PATHS[0]).json(&question(1));
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()["retry-after"], "0");
}

#[tokio::test]
async fn counters_are_served() {
    let server = spawn(Mix::only(Class::Hold));
    let client = client();
    ask(&client, &(server.url() + PATHS[1]), &question(1)).await.expect("an answer");
    let stats = client.get(server.url() + "/stats").send().await.expect("stats");
    let stats: Value = stats.json().await.expect("JSON");
    let expected = json!({ "requests": 1, "now": 0, "peak": 1, "served": { "hold": 1 } });
    assert_eq!(stats, expected);
}
