//! Tools for models that know none: the answer is constrained to calls of them.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::translate::constrain;

/// A tool.
pub(super) struct Tool {
    name: String,
    description: String,
    parameters: Value,
}

/// The tools of a request.
pub(super) fn read(asked: &Map<String, Value>) -> Vec<Tool> {
    let tools = asked.get("tools").and_then(Value::as_array);
    tools.into_iter().flatten().filter_map(|it| tool(&it["function"])).collect()
}

fn tool(function: &Value) -> Option<Tool> {
    let parameters = function["parameters"].as_object();
    Some(Tool {
        name: function["name"].as_str()?.to_owned(),
        description: function["description"].as_str().unwrap_or_default().to_owned(),
        parameters: parameters.map_or_else(|| json!({ "type": "object" }), |it| json!(it)),
    })
}

/// Describes the tools at the end of the system message, which all questions of a run share, and
/// constrains the answer to one to `most` calls.
pub(super) fn emulate(body: &mut Value, tools: &[Tool], most: usize) {
    let mut docs = String::from("You answer with a JSON array of calls of these tools:");
    for Tool { name, description, parameters } in tools {
        // Writing to a string does not fail.
        let arguments = parameters.get("properties").cloned().unwrap_or_else(|| json!({}));
        let _ = write!(docs, "\n- {name}: {description} Arguments: {arguments}");
    }
    docs += "\nExample: [{\"name\": TOOL, \"arguments\": {…}}]";
    if let Some(messages) = body["messages"].as_array_mut() {
        match messages.first_mut() {
            Some(first) if first["role"] == "system" => {
                let text = first["content"].as_str().unwrap_or_default();
                first["content"] = json!(format!("{text}\n\n{docs}"));
            }
            _ => messages.insert(0, json!({ "role": "system", "content": docs })),
        }
    }
    let calls: Vec<Value> = tools.iter().map(call_schema).collect();
    let schema =
        json!({ "type": "array", "minItems": 1, "maxItems": most, "items": { "anyOf": calls } });
    constrain(body, &schema);
}

fn call_schema(tool: &Tool) -> Value {
    json!({
        "type": "object",
        "properties": { "name": { "const": tool.name }, "arguments": tool.parameters },
        "required": ["name", "arguments"],
        "additionalProperties": false,
    })
}

/// The calls in an answer, as Ollama writes them; of an answer that was cut, those before the cut.
pub(super) fn calls(text: &str, tools: &[Tool]) -> Vec<Value> {
    let Some(calls) = whole(text).or_else(|| until_cut(text)) else { return Vec::new() };
    let call = |(at, call): (usize, &Value)| {
        let name = call["name"].as_str()?;
        tools.iter().find(|it| it.name == name)?;
        let arguments = call["arguments"].as_object()?;
        Some(json!({ "function": { "index": at, "name": name, "arguments": arguments } }))
    };
    calls.iter().enumerate().filter_map(call).collect()
}

fn whole(text: &str) -> Option<Vec<Value>> {
    match serde_json::from_str(text).ok()? {
        Value::Array(calls) => Some(calls),
        call @ Value::Object(_) => Some(vec![call]),
        _ => None,
    }
}

fn until_cut(text: &str) -> Option<Vec<Value>> {
    let ends = text.rmatch_indices('}').map(|it| it.0);
    ends.take(100).find_map(|end| whole(&format!("{}]", &text[..=end])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools() -> Vec<Tool> {
        let parameters = json!({ "type": "object", "properties": { "stock": {} } });
        let buy = json!({ "name": "buy", "description": "Buys.", "parameters": parameters });
        let asked = json!({ "tools": [{ "type": "function", "function": buy }, {}] });
        read(asked.as_object().expect("an object"))
    }

    #[test]
    fn the_answer_is_constrained_to_calls() {
        let mut body = json!({ "messages": [{ "role": "system", "content": "Trade." }] });
        emulate(&mut body, &tools(), 3);
        let system = body["messages"][0]["content"].as_str().unwrap_or_default();
        assert!(system.starts_with("Trade.") && system.contains("- buy: Buys."), "{system}");
        let schema = &body["response_format"]["json_schema"]["schema"];
        assert_eq!(schema["maxItems"], 3);
        let call = &schema["items"]["anyOf"][0];
        assert_eq!(call["properties"]["name"], json!({ "const": "buy" }));
        let mut body = json!({ "messages": [{ "role": "user", "content": "?" }] });
        emulate(&mut body, &tools(), 1);
        assert_eq!(body["messages"][0]["role"], "system");
    }

    #[test]
    fn calls_are_read_until_the_cut() {
        let call = r#"{"name":"buy","arguments":{"stock":"EN001"}}"#;
        let expected = |at: usize| {
            json!({ "function": {
                "index": at, "name": "buy", "arguments": { "stock": "EN001" },
            } })
        };
        assert_eq!(calls(call, &tools()), [expected(0)]);
        let cut = format!("[{call}, {call}, {{\"name\":\"buy\",\"arguments\":{{\"sto");
        assert_eq!(calls(&cut, &tools()), [expected(0), expected(1)]);
        assert!(calls("no calls", &tools()).is_empty());
        assert!(calls(r#"[{"name":"sell","arguments":{}}]"#, &tools()).is_empty());
    }
}
