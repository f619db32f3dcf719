//! What servers can do is found out.

use serde_json::{Value, json};

use crate::server::{Got, Nobody, Play, Server, openai_says};
use crate::{client, settings};

/// A server of both protocols that can do all.
fn able(got: &Got) -> Value {
    let call = json!({"function": {"name": "report", "arguments": {"number": 7}}});
    let has = |name: &str| !got.body[name].is_null();
    match got.verb() {
        "GET /api/tags" => {
            json!({"models": [{"name": "m:latest", "modified_at": "", "size": 1}]})
        }
        "POST /api/show" => json!({"model_info": {"llama.context_length": 4096}}),
        "GET /v1/models" => json!({"data": [{"id": "m", "max_model_len": 4096}]}),
        "POST /api/chat" if has("format") => {
            json!({"message": {"content": "{\"answer\":\"aye\"}"}})
        }
        "POST /api/chat" if has("tools") => json!({"message": {"tool_calls": [call]}}),
        "POST /api/chat" => json!({"message": {"content": "1 2 3"}, "eval_count": 6}),
        _ if has("response_format") => openai_says("{\"answer\":\"nay\"}"),
        _ if has("tools") => json!({"choices": [{"message": {"tool_calls": [call]}}]}),
        _ => openai_says("1 2 3"),
    }
}

#[tokio::test]
async fn a_server_that_can_do_all_is_seen_as_such() {
    let server = Server::start(|_, got| Play::json(&able(got))).await;
    for spec in [server.ollama(), server.openai()] {
        let probe = client(&spec, settings()).probe().await;
        let it = &probe.endpoints[0];
        assert_eq!(it.reachable, Ok(()));
        assert_eq!(it.listed, Ok(true));
        assert_eq!(it.context, Ok(Some(4096)));
        assert_eq!((&it.schema, &it.tools), (&Ok(()), &Ok(())));
        assert!(it.tokens_per_second.as_ref().is_ok_and(|it| *it > 0.0));
    }
}

#[tokio::test]
async fn what_a_server_cannot_do_is_said() {
    let server = Server::start(|_, got| match got.verb() {
        "GET /v1/models" => Play::json(&json!({"data": [{"id": "other"}]})),
        "GET /props" => Play::error(404, ""),
        _ => Play::json(&openai_says("I am a fish.")),
    })
    .await;
    let probe = client(&server.openai(), settings()).probe().await;
    let it = &probe.endpoints[0];
    assert_eq!((&it.listed, &it.context), (&Ok(false), &Ok(None)));
    assert!(it.schema.as_ref().unwrap_err().contains("I am a fish."));
    assert!(it.tools.as_ref().unwrap_err().contains("no tool was called"));
}

#[tokio::test]
async fn a_server_that_tells_less_is_still_tried() {
    let server = Server::start(|_, got| match got.verb() {
        "GET /v1/models" => Play::error(404, "no such page"),
        "GET /props" => Play::json(&json!({"default_generation_settings": {"n_ctx": 2048}})),
        _ => Play::json(&able(got)),
    })
    .await;
    let it = client(&server.openai(), settings()).probe().await.endpoints.remove(0);
    assert_eq!(it.reachable, Ok(()));
    assert!(it.listed.unwrap_err().contains("no such page"));
    assert_eq!((it.context, it.schema), (Ok(Some(2048)), Ok(())));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_not_to_be() {
    let gone = Nobody::new();
    for family in ["ollama", "openai"] {
        let spec = format!("{family}:m@http://{}", gone.address());
        let it = client(&spec, settings()).probe().await.endpoints.remove(0);
        assert!(it.reachable.unwrap_err().contains("refused"));
        assert!(it.tokens_per_second.is_err());
    }
}
