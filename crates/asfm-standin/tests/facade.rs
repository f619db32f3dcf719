//! The facade: Ollama's protocol as `ollama-rs` speaks it, before a server that is none.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use asfm_standin::{Facade, Running, Traffic};
use axum::Json;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use futures_util::{StreamExt as _, stream};
use ollama_rs::Ollama;
use ollama_rs::generation::chat::ChatMessage;
use ollama_rs::generation::chat::request::ChatMessageRequest;
use ollama_rs::generation::completion::request::GenerationRequest;
use ollama_rs::generation::parameters::{FormatType, JsonStructure};
use ollama_rs::generation::tools::ToolInfo;
use ollama_rs::models::ModelOptions;
use schemars::Schema;
use serde_json::{Value, json};

/// The bodies that the other server got.
type Seen = Arc<Mutex<Vec<Value>>>;

/// A server that answers with what it was asked, or with a value of the schema.
async fn upstream() -> (String, Seen) {
    let seen = Seen::default();
    let list = json!({
        "data": [{ "id": "tiny", "meta": { "n_ctx": 4096, "n_ctx_train": 8192 } }],
    });
    let kept = Arc::clone(&seen);
    let chat = async move |Json(body): Json<Value>| {
        let answer = answer(&body);
        kept.lock().expect("nobody panicked").push(body);
        answer
    };
    let router = axum::Router::new()
        .route("/v1/models", get(async move || Json(list)))
        .route("/v1/chat/completions", post(chat));
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axum::serve(listener, router).into_future());
    (format!("http://{address}"), seen)
}

fn answer(body: &Value) -> Response {
    let asked = body["messages"].as_array().and_then(|it| it.last()).expect("a message");
    let asked = asked["content"].as_str().unwrap_or_default();
    match asked {
        "busy" => return (StatusCode::TOO_MANY_REQUESTS, "slow down").into_response(),
        "long" => {
            let error = json!({ "error": { "message": "exceeds the context", "code": 400 } });
            return (StatusCode::BAD_REQUEST, Json(error)).into_response();
        }
        _ => {}
    }
    let usage = json!({
        "prompt_tokens": 30, "completion_tokens": 5,
        "prompt_tokens_details": { "cached_tokens": 20 },
    });
    if body["stream"] == true {
        let piece = |text: &str| json!({ "choices": [{ "delta": { "content": text } }] });
        let end = json!({ "choices": [{ "delta": {}, "finish_reason": "length" }] });
        let told = json!({ "choices": [], "usage": usage });
        let events = [piece("Grüße"), piece(" von hier"), end, told];
        let mut text: String =
            events.iter().fold(String::new(), |it, event| format!("{it}data: {event}\n\n"));
        text += "data: [DONE]\n\n";
        // In pieces that cut lines and characters.
        let pieces: Vec<_> =
            text.as_bytes().chunks(7).map(|it| Ok::<_, Infallible>(it.to_vec())).collect();
        return Body::from_stream(stream::iter(pieces)).into_response();
    }
    let content = match body["response_format"]["json_schema"]["schema"]["type"].as_str() {
        Some("array") => {
            let call = json!({ "name": "buy", "arguments": { "stock": "EN001", "quantity": 3 } });
            json!([call, call]).to_string()
        }
        Some(_) => json!({ "action": "hold" }).to_string(),
        None => asked.to_owned(),
    };
    let message = json!({ "role": "assistant", "content": content });
    Json(json!({
        "choices": [{ "message": message, "finish_reason": "stop" }], "usage": usage,
        "timings": { "prompt_ms": 2.0, "predicted_ms": 3.0 },
    }))
    .into_response()
}

async fn facade() -> (Running<Traffic>, Ollama, Seen) {
    let (url, seen) = upstream().await;
    let facade = Facade::of(url + "/v1/").spawn().expect("a server");
    let ollama = Ollama::try_new(facade.url()).expect("an address");
    (facade, ollama, seen)
}

fn asked(model: &str, text: &str) -> ChatMessageRequest {
    let messages =
        vec![ChatMessage::system("Trade.".to_owned()), ChatMessage::user(text.to_owned())];
    ChatMessageRequest::new(model.to_owned(), messages)
}

#[tokio::test]
async fn a_chat_is_carried_over_with_what_it_took() {
    let (facade, ollama, seen) = facade().await;
    let options = ModelOptions::default().seed(7).num_predict(9).num_ctx(4096).temperature(0.5);
    let answer = ollama.send_chat_messages(asked("tiny:latest", "Well?").options(options)).await;
    let answer = answer.expect("an answer");
    assert_eq!((answer.message.content.as_str(), answer.done), ("Well?", true));
    let told = answer.final_data.expect("what it took");
    assert_eq!((told.prompt_eval_count, told.eval_count), (30, 5));
    assert_eq!((told.prompt_eval_duration, told.eval_duration), (2_000_000, 3_000_000));
    let traffic = facade.counters();
    assert_eq!((traffic.answers(), traffic.errors(), traffic.gauge().requests()), (1, 0, 1));
    assert_eq!((traffic.prompt_tokens(), traffic.cached_tokens()), (30, 20));
    assert_eq!((traffic.evaluated_tokens(), traffic.answer_tokens()), (10, 5));
    let seen = seen.lock().expect("nobody panicked");
    let body = &seen[0];
    assert_eq!((&body["seed"], &body["max_tokens"]), (&json!(7), &json!(9)));
    assert_eq!((&body["model"], &body["cache_prompt"]), (&json!("tiny"), &json!(true)));
    assert!(body.get("num_ctx").is_none() && body.get("stream").is_none());
}

#[tokio::test]
async fn a_schema_constrains_the_answer() {
    let (_facade, ollama, seen) = facade().await;
    let schema = json!({ "$schema": "x", "title": "T", "type": "object", "required": ["action"] });
    let schema = Schema::try_from(schema).expect("a schema");
    let format = FormatType::StructuredJson(Box::new(JsonStructure::new_for_schema(schema)));
    let answer = ollama.send_chat_messages(asked("tiny", "?").format(format)).await;
    assert_eq!(answer.expect("an answer").message.content, r#"{"action":"hold"}"#);
    let seen = seen.lock().expect("nobody panicked");
    let format = &seen[0]["response_format"]["json_schema"];
    assert_eq!(format["schema"], json!({ "type": "object", "required": ["action"] }));
}

fn buy() -> ToolInfo {
    let parameters = json!({ "type": "object", "properties": { "stock": { "type": "string" } } });
    let function = json!({ "name": "buy", "description": "Buys.", "parameters": parameters });
    serde_json::from_value(json!({ "type": "function", "function": function })).expect("a tool")
}

#[tokio::test]
async fn tools_are_called() {
    let (_facade, ollama, seen) = facade().await;
    let answer = ollama.send_chat_messages(asked("tiny", "?").tools(vec![buy()])).await;
    let message = answer.expect("an answer").message;
    assert_eq!((message.content.as_str(), message.tool_calls.len()), ("", 2));
    let function = &message.tool_calls[1].function;
    assert_eq!(function.name, "buy");
    assert_eq!(function.arguments, json!({ "stock": "EN001", "quantity": 3 }));
    let stream = ollama.send_chat_messages_stream(asked("tiny", "?").tools(vec![buy()])).await;
    let pieces: Vec<_> = stream.expect("a stream").collect().await;
    let calls: usize = pieces.iter().flatten().map(|it| it.message.tool_calls.len()).sum();
    assert_eq!((pieces.len(), calls), (2, 2));
    let seen = seen.lock().expect("nobody panicked");
    let system = seen[0]["messages"][0]["content"].as_str().expect("a system message");
    assert!(system.starts_with("Trade.\n") && system.contains("- buy: Buys."), "{system}");
}

#[tokio::test]
async fn a_stream_is_followed() {
    let (facade, ollama, _) = facade().await;
    let stream = ollama.send_chat_messages_stream(asked("tiny", "?")).await.expect("a stream");
    let pieces: Vec<_> = stream.map(|it| it.expect("a piece")).collect().await;
    let text: String = pieces.iter().map(|it| it.message.content.as_str()).collect();
    assert_eq!(text, "Grüße von hier");
    let last = pieces.last().expect("a last piece");
    assert_eq!(last.final_data.as_ref().map(|it| it.prompt_eval_count), Some(30));
    assert_eq!(facade.counters().cached_tokens(), 20);
}

#[tokio::test]
async fn a_text_is_continued() {
    let (_facade, ollama, _) = facade().await;
    let request = GenerationRequest::new("tiny".to_owned(), "Once upon a time".to_owned());
    let answer = ollama.generate(request).await.expect("an answer");
    assert_eq!(answer.response, "Once upon a time");
}

#[tokio::test]
async fn models_are_listed_and_shown() {
    let (_facade, ollama, _) = facade().await;
    let models = ollama.list_local_models().await.expect("models");
    assert_eq!(models.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["tiny"]);
    let shown = ollama.show_model_info("tiny".to_owned()).await.expect("a model");
    assert_eq!(shown.model_info["llama.context_length"], 4096);
}

#[tokio::test]
async fn errors_are_said_as_ollama_says_them() {
    let (facade, _, _) = facade().await;
    let client = reqwest::Client::new();
    for (model, text, status, what) in [
        ("best", "?", 404, "model \"best\" not found"),
        ("tiny", "long", 400, "exceeds the context"),
        ("tiny", "busy", 503, "server busy, please try again.  maximum pending requests exceeded"),
    ] {
        let messages = json!([{ "role": "user", "content": text }]);
        let body = json!({ "model": model, "messages": messages, "stream": false });
        let request = client.post(facade.url() + "/api/chat").json(&body);
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), status, "{what}");
        let body: Value = response.json().await.expect("JSON");
        assert_eq!(body, json!({ "error": what }));
    }
    assert_eq!((facade.counters().answers(), facade.counters().errors()), (0, 3));
}

#[tokio::test]
async fn too_many_questions_are_refused_and_a_missing_server_is_an_error() {
    let facade = Facade { pending: 0, ..Facade::of("http://127.0.0.1:9") };
    let full = facade.spawn().expect("a server");
    let alone = Facade::of("http://127.0.0.1:9").spawn().expect("a server");
    for (facade, status) in [(full, 503), (alone, 500)] {
        let request = reqwest::Client::new().post(facade.url() + "/api/chat");
        let body = json!({ "model": "m", "messages": [] });
        let response = request.json(&body).send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), status);
    }
}
