//! Ollama's own protocol.

use asfm_chat::{FailureKind, Finish, Form, FormKind, ToolCall, Usage};
use asfm_llm::Settings;
use serde_json::{Value, json};

use crate::server::{Play, Server};
use crate::{client, question, schema, settings, tools};

fn says(message: &Value) -> Value {
    json!({
        "model": "m:latest", "created_at": "2026-01-01T00:00:00Z", "message": message,
        "done": true, "done_reason": "stop", "total_duration": 5, "load_duration": 1,
        "prompt_eval_count": 40, "prompt_eval_duration": 1, "eval_count": 9, "eval_duration": 1,
    })
}

#[tokio::test]
async fn words_go_and_come() {
    let message = json!({"role": "assistant", "content": "hold", "thinking": "hm"});
    let server = Server::saying(says(&message)).await;
    let reply = client(&server.ollama(), settings()).ask(&question(Form::Text)).await;
    let reply = reply.unwrap().unwrap();
    assert_eq!(reply.answer.text, "hold");
    assert_eq!(reply.finish, Finish::Stop);
    assert_eq!(reply.usage, Usage { prompt: Some(40), cached: None, answer: Some(9) });
    assert_eq!(reply.served_model.as_deref(), Some("m:latest"));

    let got = &server.got()[0];
    assert_eq!(got.verb(), "POST /api/chat");
    let body = &got.body;
    assert_eq!(body["messages"][0]["role"], "system");
    assert_eq!(body["messages"][0]["content"], "You trade shares. Be brief.");
    assert_eq!(body["messages"][1]["content"], "What do you do?");
    assert_eq!(body["stream"], false);
    assert_eq!(body["keep_alive"], "1800s");
    let options = json!({"num_ctx": 8192, "num_predict": 64, "seed": 7, "temperature": 0.7});
    for (name, value) in options.as_object().unwrap() {
        assert_eq!(body["options"][name].to_string(), value.to_string(), "{name}");
    }
}

#[tokio::test]
async fn a_schema_goes_in_the_order_in_which_it_is_written() {
    let server = Server::saying(says(&json!({"content": "{}"}))).await;
    let client = client(&server.ollama(), settings());
    client.ask(&question(schema())).await.unwrap().unwrap();
    let format = &server.got()[0].body["format"];
    let keys: Vec<_> = format["properties"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["reason", "action"]);
}

#[tokio::test]
async fn tools_go_and_calls_come() {
    let function = json!({"name": "buy", "arguments": {"quantity": 10}});
    let message = json!({"content": "", "tool_calls": [{"function": function}]});
    let server = Server::saying(says(&message)).await;
    let client = client(&server.ollama(), settings());
    let reply = client.ask(&question(tools())).await.unwrap().unwrap();
    assert_eq!(reply.finish, Finish::Tools);
    let call = ToolCall { name: "buy".into(), arguments: json!({"quantity": 10}) };
    assert_eq!(reply.answer.calls, [call]);
    let tool = &server.got()[0].body["tools"][0];
    assert_eq!(tool["type"], "function");
    assert_eq!(tool["function"]["name"], "buy");
    assert_eq!(tool["function"]["parameters"]["type"], "object");
}

#[tokio::test]
async fn what_a_server_leaves_out_is_not_invented() {
    let message = json!({"content": null, "tool_calls": null});
    let server = Server::saying(json!({"message": message, "eval_count": 3})).await;
    let client = client(&server.ollama(), settings());
    let reply = client.ask(&question(Form::Text)).await.unwrap().unwrap();
    assert_eq!(reply.answer.text, "");
    assert_eq!(reply.usage, Usage { answer: Some(3), ..Usage::default() });
    assert!(matches!(reply.finish, Finish::Other(_)));
}

#[tokio::test]
async fn a_cut_answer_is_known_by_its_reason_or_its_length() {
    for cut in [json!({"done_reason": "length"}), json!({"eval_count": 64})] {
        let mut said = json!({"message": {"content": "I would"}});
        said.as_object_mut().unwrap().extend(cut.as_object().unwrap().clone());
        let server = Server::saying(said).await;
        let client = client(&server.ollama(), settings());
        let reply = client.ask(&question(Form::Text)).await.unwrap().unwrap();
        assert_eq!(reply.finish, Finish::Length, "{cut}");
    }
}

#[tokio::test]
async fn what_would_be_cut_without_a_word_is_not_sent() {
    let server = Server::saying(says(&json!({"content": "hold"}))).await;
    let client = client(&server.ollama(), Settings { context: 80, ..settings() });
    let failure = client.ask(&question(Form::Text)).await.unwrap().unwrap_err();
    assert_eq!(failure.kind, FailureKind::TooLong);
    assert!(server.got().is_empty());
    assert_eq!(client.budget().spent().calls, 0);
}

#[tokio::test]
async fn an_unknown_model_is_no_reason_to_try_again() {
    let refusal = r#"{"error":"model 'm' not found"}"#;
    let server = Server::start(|_, _| Play::error(404, refusal)).await;
    let client = client(&server.ollama(), settings());
    let failure = client.ask(&question(Form::Text)).await.unwrap().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Rejected);
    assert_eq!(failure.what, "the server answered 404: model 'm' not found");
    assert_eq!(server.got().len(), 1);
}

#[tokio::test]
async fn a_full_queue_is_waited_for() {
    let full = r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#;
    let server = Server::start(move |number, _| match number {
        0 | 1 => Play::error(503, full),
        _ => Play::json(&says(&json!({"content": "hold"}))),
    })
    .await;
    let client = client(&server.ollama(), settings());
    assert!(client.ask(&question(Form::Text)).await.unwrap().is_ok());
    assert_eq!(client.budget().spent().retries, 2);
}

#[tokio::test]
async fn the_form_is_the_models_unless_it_is_set() {
    let form = |spec, form| client(spec, Settings { form, ..settings() }).form();
    assert_eq!(form("ollama:qwen2.5:7b", None), FormKind::Tools);
    assert_eq!(form("ollama:qwen2.5:7b", Some(FormKind::Text)), FormKind::Text);
}
