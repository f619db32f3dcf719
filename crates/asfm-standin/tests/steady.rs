//! The steady server: counts, and holds many at once.

use std::time::{Duration, Instant};

use asfm_standin::Steady;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

#[tokio::test]
async fn it_counts_who_asks_at_once() {
    let latency = Duration::from_millis(200);
    let server = Steady { latency, ..Steady::default() }.spawn().expect("a server");
    let (client, n) = (Client::new(), 300_u64);
    let start = Instant::now();
    let mut asking = JoinSet::new();
    for at in 0..n {
        let body = json!({ "model": "m", "messages": [{ "role": "user", "content": "?" }] });
        let path = if at % 2 == 0 { "/api/chat" } else { "/v1/chat/completions" };
        let request = client.post(server.url() + path).json(&body);
        asking.spawn(async move { request.send().await?.json::<Value>().await });
    }
    for answer in asking.join_all().await {
        let answer = answer.expect("an answer");
        let message = answer.get("message").unwrap_or(&answer["choices"][0]["message"]);
        assert_eq!(message["content"], r#"{"reason":"I wait.","orders":[]}"#);
    }
    let took = start.elapsed();
    assert!(took >= latency && took < latency * u32::try_from(n).expect("few") / 4, "{took:?}");
    let gauge = server.counters();
    assert_eq!((gauge.requests(), gauge.now()), (n, 0));
    assert!(gauge.peak() > n / 4, "{}", gauge.peak());
}

#[tokio::test]
async fn it_calls_where_there_are_tools_and_ends_when_dropped() {
    let server = Steady { latency: Duration::ZERO, ..Steady::default() }.spawn().expect("a server");
    let url = server.url() + "/api/chat";
    let tools = json!([{ "type": "function", "function": { "name": "hold" } }]);
    let body = json!({ "model": "m", "messages": [], "tools": tools });
    let client = Client::new();
    let answer = client.post(&url).json(&body).send().await.expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    assert_eq!(answer["message"]["tool_calls"][0]["function"]["name"], "hold");
    drop(server);
    let error = client.post(&url).json(&body).send().await.expect_err("nobody there");
    assert!(error.is_connect() || error.is_request(), "{error:?}");
}
