//! Questions of both protocols, read leniently: whatever is missing or odd is left out.

use std::collections::BTreeSet;

use serde_json::Value;

/// The protocol that a question came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Ollama,
    OpenAi,
}

/// A question to a model.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) protocol: Protocol,
    pub(crate) model: String,
    /// Who says what.
    pub(crate) messages: Vec<(String, String)>,
    /// The names of the tools.
    pub(crate) tools: Vec<String>,
    /// The stocks that a schema allows.
    pub(crate) stocks: Vec<String>,
    /// Whether a schema wants prices as texts, or as numbers.
    pub(crate) price_is_text: Option<bool>,
}

/// The names that the field for a stock may have.
const STOCK: [&str; 4] = ["stock", "symbol", "ticker", "code"];

impl Question {
    /// Reads a body; none if it is no JSON object with messages.
    pub(crate) fn read(protocol: Protocol, body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let messages = body["messages"].as_array()?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let messages =
            messages.iter().map(|it| (text(&it["role"]), content(&it["content"]))).collect();
        let tools = body["tools"].as_array().map_or(&[][..], |it| it);
        let tools = tools.iter().map(|it| text(&it["function"]["name"])).collect();
        let mut found = Found::default();
        for key in ["tools", "format", "response_format"] {
            found.search(&body[key]);
        }
        Some(Self {
            protocol,
            model: text(&body["model"]),
            messages,
            tools,
            stocks: found.stocks.into_iter().collect(),
            price_is_text: found.price_is_text,
        })
    }

    /// The fingerprint of what is said, in whichever protocol; how it is sampled is no part of it.
    pub(crate) fn key(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for text in self.messages.iter().flat_map(|it| [&it.0, &it.1]) {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.finalize().into()
    }

    /// Everything that is said.
    pub(crate) fn prompt(&self) -> String {
        let texts: Vec<&str> = self.messages.iter().map(|it| it.1.as_str()).collect();
        texts.join("\n")
    }
}

/// The text of a message, which may come in parts.
pub(crate) fn content(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|it| it["text"].as_str()).collect(),
        _ => String::new(),
    }
}

/// What schemas tell.
#[derive(Default)]
struct Found {
    stocks: BTreeSet<String>,
    price_is_text: Option<bool>,
}

impl Found {
    fn search(&mut self, schema: &Value) {
        match schema {
            Value::Array(items) => items.iter().for_each(|it| self.search(it)),
            Value::Object(fields) => {
                for (name, inner) in fields {
                    if STOCK.contains(&name.as_str()) {
                        let words = inner["enum"].as_array().into_iter().flatten();
                        self.stocks.extend(words.filter_map(Value::as_str).map(str::to_owned));
                    } else if name == "price" && inner["type"].is_string() {
                        self.price_is_text = Some(inner["type"] == "string");
                    }
                    self.search(inner);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(protocol: Protocol, body: &Value) -> Question {
        Question::read(protocol, body.to_string().as_bytes()).expect("a question")
    }

    #[test]
    fn the_key_is_what_is_said_and_not_how() {
        let messages = json!([{ "role": "user", "content": "What now?" }]);
        let one = read(Protocol::Ollama, &json!({ "model": "a", "messages": messages }));
        let seeded = json!({ "seed": 1, "messages": messages });
        assert_eq!(one.key(), read(Protocol::OpenAi, &seeded).key());
        let parts =
            json!([{ "role": "user", "content": [{ "type": "text", "text": "What now?" }] }]);
        assert_eq!(one.key(), read(Protocol::OpenAi, &json!({ "messages": parts })).key());
        let other = json!([{ "role": "user", "content": "What then?" }]);
        assert_ne!(one.key(), read(Protocol::Ollama, &json!({ "messages": other })).key());
    }

    #[test]
    fn stocks_and_the_type_of_prices_are_found_in_schemas_and_tools() {
        let price = json!({ "type": "number" });
        let stock = json!({ "enum": ["EN001", "MA002"] });
        let stock = json!({ "properties": { "stock": stock, "price": price } });
        let function = json!({ "name": "buy", "parameters": stock });
        let body = json!({ "messages": [], "tools": [{ "function": function }] });
        let question = read(Protocol::Ollama, &body);
        assert_eq!(question.tools, ["buy"]);
        assert_eq!(question.price_is_text, Some(false));
        assert_eq!(question.stocks, ["EN001", "MA002"]);
        let body = json!({ "messages": [], "format": { "items": stock } });
        assert_eq!(read(Protocol::Ollama, &body).stocks.len(), 2);
    }

    #[test]
    fn what_is_no_question_is_none() {
        for body in ["", "[]", "{}", "{\"messages\": 1}"] {
            assert!(Question::read(Protocol::OpenAi, body.as_bytes()).is_none(), "{body}");
        }
    }
}
