//! From Ollama's request to that of a chat completion.

use serde_json::{Map, Value, json};

use crate::question::content;

/// What is asked for: a message, or the continuation of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Chat,
    Generate,
}

/// Options that have the same meaning under another or the same name.
const OPTIONS: [(&str, &str); 9] = [
    ("seed", "seed"),
    ("temperature", "temperature"),
    ("top_k", "top_k"),
    ("top_p", "top_p"),
    ("min_p", "min_p"),
    ("stop", "stop"),
    ("repeat_penalty", "repeat_penalty"),
    ("presence_penalty", "presence_penalty"),
    ("frequency_penalty", "frequency_penalty"),
];

/// The body of the chat completion; tools are not in it.
pub(super) fn body(asked: &Map<String, Value>, shape: Shape, model: &str) -> Value {
    let messages = match shape {
        Shape::Chat => {
            let messages = asked.get("messages").and_then(Value::as_array);
            messages.into_iter().flatten().map(message).collect()
        }
        Shape::Generate => {
            let text = |key: &str| asked.get(key).and_then(Value::as_str).unwrap_or_default();
            let said = [("system", text("system")), ("user", text("prompt"))];
            let said = said.iter().filter(|it| it.0 == "user" || !it.1.is_empty());
            said.map(|it| json!({ "role": it.0, "content": it.1 })).collect::<Vec<Value>>()
        }
    };
    // As Ollama does with its runner.
    let mut body = json!({ "model": model, "messages": messages, "cache_prompt": true });
    let options = asked.get("options").unwrap_or(&Value::Null);
    for (theirs, ours) in OPTIONS {
        if !options[theirs].is_null() {
            body[ours] = options[theirs].clone();
        }
    }
    // Below zero is without a limit.
    if let Some(n) = options["num_predict"].as_i64().filter(|it| *it >= 0) {
        body["max_tokens"] = json!(n);
    }
    match asked.get("format") {
        Some(Value::String(word)) if word == "json" => {
            body["response_format"] = json!({ "type": "json_object" });
        }
        Some(schema @ Value::Object(_)) => constrain(&mut body, schema),
        _ => {}
    }
    body
}

/// Lets the answer be a value of this schema and nothing else.
pub(super) fn constrain(body: &mut Value, schema: &Value) {
    let mut schema = schema.clone();
    strip(&mut schema);
    body["response_format"] = json!({
        "type": "json_schema",
        "json_schema": { "name": "answer", "strict": true, "schema": schema },
    });
}

/// Takes out what says nothing about values, but not properties that happen to have its name.
fn strip(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.remove("$schema");
            fields.remove("title");
            for (name, inner) in fields {
                match inner {
                    Value::Object(named) if name == "properties" || name == "$defs" => {
                        named.values_mut().for_each(strip);
                    }
                    _ => strip(inner),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

/// A message without what chat templates of small models do not know: tools speak as users, and
/// calls are words.
fn message(it: &Value) -> Value {
    let text = content(&it["content"]);
    match it["role"].as_str().unwrap_or("user") {
        "tool" => json!({ "role": "user", "content": format!("Result of the tool: {text}") }),
        "assistant" if it["tool_calls"].is_array() => {
            let calls = it["tool_calls"].as_array().into_iter().flatten();
            let calls: Vec<&Value> = calls.map(|it| &it["function"]).collect();
            json!({ "role": "assistant", "content": format!("{text}{}", json!(calls)) })
        }
        role => json!({ "role": role, "content": text }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(shape: Shape, asked: &Value) -> Value {
        body(asked.as_object().expect("an object"), shape, "m")
    }

    #[test]
    fn options_get_their_other_names() {
        let options = json!({ "num_predict": 9, "seed": 3, "top_k": 5, "num_ctx": 4096 });
        let asked = json!({ "messages": [{ "role": "user", "content": "?" }], "options": options });
        let expected = json!({
            "model": "m", "messages": [{ "role": "user", "content": "?" }], "cache_prompt": true,
            "max_tokens": 9, "seed": 3, "top_k": 5,
        });
        assert_eq!(translated(Shape::Chat, &asked), expected);
        let asked = json!({ "options": { "num_predict": -1 } });
        assert!(translated(Shape::Chat, &asked).get("max_tokens").is_none());
    }

    #[test]
    fn a_schema_loses_its_names_and_keeps_its_properties() {
        let schema = json!({
            "$schema": "x", "title": "Order", "type": "object",
            "properties": { "title": { "title": "Title", "type": "string" } },
        });
        let body = translated(Shape::Chat, &json!({ "format": schema }));
        let expected = json!({ "type": "object", "properties": { "title": { "type": "string" } } });
        assert_eq!(body["response_format"]["json_schema"]["schema"], expected);
    }

    #[test]
    fn a_text_to_continue_becomes_messages() {
        let body = translated(Shape::Generate, &json!({ "system": "Be brief.", "prompt": "Hi" }));
        let expected = json!([
            { "role": "system", "content": "Be brief." }, { "role": "user", "content": "Hi" },
        ]);
        assert_eq!(body["messages"], expected);
    }

    #[test]
    fn tools_speak_as_users() {
        let calls = json!([{ "function": { "name": "buy", "arguments": {} } }]);
        let asked = json!({ "messages": [
            { "role": "assistant", "content": "", "tool_calls": calls },
            { "role": "tool", "content": "done" },
        ] });
        let body = translated(Shape::Chat, &asked);
        let said = body["messages"][0]["content"].as_str().unwrap_or_default();
        let said: Value = serde_json::from_str(said).expect("JSON");
        assert_eq!(said, json!([{ "name": "buy", "arguments": {} }]));
        assert_eq!(body["messages"][1]["role"], "user");
    }
}
