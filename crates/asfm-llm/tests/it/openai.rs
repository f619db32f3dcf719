//! `OpenAI`'s chat completions.

use asfm_chat::{Finish, Form, ToolCall, Usage};
use asfm_llm::{Keys, Settings};
use serde_json::{Value, json};

use crate::server::{Play, Server, openai_says};
use crate::{client, question, schema, settings, tools};

#[tokio::test]
async fn words_go_and_come() {
    let mut said = openai_says("hold");
    said["model"] = "m-2026".into();
    said["usage"] = json!({
        "prompt_tokens": 40, "completion_tokens": 9,
        "prompt_tokens_details": {"cached_tokens": 32},
    });
    let server = Server::saying(said).await;
    let reply = client(&server.openai(), settings()).ask(&question(Form::Text)).await;
    let reply = reply.unwrap().unwrap();
    assert_eq!(reply.answer.text, "hold");
    assert_eq!(reply.finish, Finish::Stop);
    assert_eq!(reply.usage, Usage { prompt: Some(40), cached: Some(32), answer: Some(9) });
    assert_eq!(reply.served_model.as_deref(), Some("m-2026"));

    let got = &server.got()[0];
    assert_eq!(got.verb(), "POST /v1/chat/completions");
    assert_eq!(
        got.body,
        json!({
            "model": "m",
            "messages": [
                {"role": "system", "content": "You trade shares. Be brief."},
                {"role": "user", "content": "What do you do?"},
            ],
            "temperature": 0.7, "seed": 7, "stream": false, "max_tokens": 64,
        })
    );
    assert!(!got.head.to_lowercase().contains("authorization"));
}

#[tokio::test]
async fn the_key_goes_as_a_header_and_nowhere_else() {
    const KEY: &str = "sk-0123456789";
    let echo = format!("no such key: {} {KEY}", "x".repeat(280));
    let server = Server::start(move |_, _| Play::error(401, &echo)).await;
    let keys = Keys::of(|it| (it == "ASFM_API_KEY").then(|| KEY.to_owned()));
    let client = client(&server.openai(), Settings { keys, ..settings() });
    let failure = client.ask(&question(Form::Text)).await.unwrap().unwrap_err();
    assert!(server.got()[0].head.contains(&format!("authorization: Bearer {KEY}")));
    let shown = format!("{failure} {failure:?} {client:?}");
    assert!(!shown.contains(&KEY[..8]), "{shown}");
}

#[tokio::test]
async fn a_schema_goes_in_the_order_in_which_it_is_written() {
    let server = Server::saying(openai_says("{}")).await;
    let client = client(&server.openai(), settings());
    client.ask(&question(schema())).await.unwrap().unwrap();
    let format = &server.got()[0].body["response_format"];
    assert_eq!(format["type"], "json_schema");
    assert_eq!(format["json_schema"]["name"], "decision");
    assert_eq!(format["json_schema"]["strict"], true);
    let properties = &format["json_schema"]["schema"]["properties"];
    let keys: Vec<_> = properties.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["reason", "action"]);
}

#[tokio::test]
async fn tools_go_and_calls_come_in_either_writing() {
    let calls = json!([
        {"id": "1", "function": {"name": "buy", "arguments": "{\"quantity\":10}"}},
        {"function": {"name": "buy", "arguments": {"quantity": 20}}},
        {"function": {"name": "buy", "arguments": "twenty"}},
    ]);
    let message = json!({"role": "assistant", "content": null, "tool_calls": calls});
    let said = json!({"choices": [{"message": message, "finish_reason": "stop"}]});
    let server = Server::saying(said).await;
    let client = client(&server.openai(), settings());
    let reply = client.ask(&question(tools())).await.unwrap().unwrap();
    assert_eq!(reply.finish, Finish::Tools);
    let arguments = [json!({"quantity": 10}), json!({"quantity": 20}), json!("twenty")];
    let calls = arguments.map(|arguments| ToolCall { name: "buy".into(), arguments });
    assert_eq!(reply.answer.calls, calls);
    let body = &server.got()[0].body;
    assert_eq!(body["tools"][0]["function"]["name"], "buy");
    assert_eq!(body["tool_choice"], "required");
}

#[tokio::test]
async fn a_name_that_the_server_does_not_take_is_changed_once() {
    let wrong = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.";
    let server = Server::start(move |_, got| {
        if got.body["max_completion_tokens"] == 64 {
            Play::json(&openai_says("hold"))
        } else {
            Play::Say(400, "", json!({"error": {"message": wrong}}).to_string().into_bytes())
        }
    })
    .await;
    let client = client(&server.openai(), settings());
    for _ in 0..2 {
        assert!(client.ask(&question(Form::Text)).await.unwrap().is_ok());
    }
    assert_eq!(server.got().len(), 3);
    assert_eq!(client.budget().spent().retries, 0);
}

#[tokio::test]
async fn servers_that_cannot_require_a_tool_are_asked_to_choose() {
    let server = Server::start(|_, got| match got.body["tool_choice"].as_str() {
        Some("auto") => Play::json(&openai_says("hold")),
        _ => Play::error(400, r#"{"detail":"tool_choice: unexpected value; permitted: 'auto'"}"#),
    })
    .await;
    let client = client(&server.openai(), settings());
    assert!(client.ask(&question(tools())).await.unwrap().is_ok());
}

#[tokio::test]
async fn all_ways_to_end_are_told_apart() {
    let finish = async |message: Value, reason: Value| {
        let said = json!({"choices": [{"message": message, "finish_reason": reason}]});
        let server = Server::saying(said).await;
        let client = client(&server.openai(), settings());
        let reply = client.ask(&question(Form::Text)).await.unwrap().unwrap();
        (reply.finish, reply.answer.text)
    };
    let refusal = json!({"content": null, "refusal": "I will not."});
    assert_eq!(finish(refusal, json!("stop")).await, (Finish::Refused, "I will not.".into()));
    let withheld = finish(json!({"content": ""}), json!("content_filter")).await;
    assert_eq!(withheld.0, Finish::Refused);
    assert_eq!(finish(json!({"content": "I"}), json!("length")).await.0, Finish::Length);
    let other = Finish::Other("eos".into());
    assert_eq!(finish(json!({"content": "I"}), json!("eos")).await.0, other);
    assert!(matches!(finish(json!({}), json!(null)).await.0, Finish::Other(_)));
    let pieces = json!({"content": [{"type": "text", "text": "ho"}, {"text": "ld"}]});
    assert_eq!(finish(pieces, json!("stop")).await, (Finish::Stop, "hold".into()));
}
