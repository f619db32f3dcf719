//! The fingerprint of all that an answer may depend on.

use std::fmt;

use blake3::Hasher;
use serde_json::Value;

use crate::request::{Form, Request};

/// Of whom something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The protocol: the same model may answer otherwise through another one.
    pub family: &'a str,
    /// The model.
    pub model: &'a str,
}

/// The fingerprint of a question and of whom it is asked: BLAKE3 over protocol, model, messages,
/// form and sampling. Where the server stands, how long one waits and for whom is asked are not
/// part of it, nor how a message is cut into pieces.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 16]);

impl Key {
    /// The key that is written so.
    pub fn of_hex(hex: &str) -> Option<Self> {
        if hex.len() != 32 || !hex.is_ascii() {
            return None;
        }
        let mut key = [0; 16];
        for (byte, pair) in key.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(key))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

impl Request {
    /// The fingerprint of this question to that model.
    pub fn key(&self, of: Asked<'_>) -> Key {
        let mut hasher = Hasher::new_derive_key("asfm 2026 key of a question, version 1");
        text(&mut hasher, of.family);
        text(&mut hasher, of.model);
        text(&mut hasher, self.form.kind().word());
        match &self.form {
            Form::Text => {}
            Form::Schema(it) => {
                text(&mut hasher, &it.name);
                text(&mut hasher, &canonical(&it.schema));
            }
            Form::Tools(tools) => {
                number(&mut hasher, tools.len());
                for it in tools.iter() {
                    text(&mut hasher, &it.name);
                    text(&mut hasher, &it.description);
                    text(&mut hasher, &canonical(&it.parameters));
                }
            }
        }
        let sampling = self.sampling;
        for it in [sampling.temperature_e3, sampling.seed, sampling.answer_tokens] {
            hasher.update(&it.to_le_bytes());
        }
        number(&mut hasher, self.messages.len());
        for message in &self.messages {
            text(&mut hasher, message.role.word());
            number(&mut hasher, message.parts.iter().map(|it| it.text.len()).sum());
            for part in &message.parts {
                hasher.update(part.text.as_bytes());
            }
        }
        let mut key = [0; 16];
        key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Key(key)
    }
}

/// The same bytes for the same value, in whatever order its keys were written (RFC 8785).
fn canonical(value: &Value) -> String {
    serde_json_canonicalizer::to_string(value).unwrap_or_else(|_| value.to_string())
}

fn number(hasher: &mut Hasher, it: usize) {
    hasher.update(&(it as u64).to_le_bytes());
}

fn text(hasher: &mut Hasher, it: &str) {
    number(hasher, it.len());
    hasher.update(it.as_bytes());
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::{Message, Part, Role, Sampling, Schema};

    const ASKED: Asked<'static> = Asked { family: "openai", model: "m" };

    fn request(parts: &[&str], schema: Value) -> Request {
        let parts = parts.iter().map(|it| Part::own(*it));
        Request {
            messages: vec![Message::new(Role::User, parts)],
            form: Form::Schema(Arc::new(Schema { name: "s".into(), schema })),
            sampling: Sampling { temperature_e3: 700, seed: 1, answer_tokens: 64 },
        }
    }

    #[test]
    fn neither_pieces_nor_the_order_of_json_keys_change_a_key() {
        let one = request(&["ab", "c"], json!({"a": 1, "b": 2})).key(ASKED);
        let two = request(&["a", "bc"], serde_json::from_str(r#"{"b":2,"a":1}"#).expect("JSON"));
        assert_eq!(one, two.key(ASKED));
    }

    #[test]
    fn every_part_of_a_question_changes_its_key() {
        let it = request(&["abc"], json!({"a": 1}));
        let mut others = vec![request(&["abd"], json!({"a": 1})), request(&["abc"], json!({}))];
        others.push(Request { form: Form::Text, ..it.clone() });
        let sampling = it.sampling;
        let samplings =
            [Sampling { seed: 2, ..sampling }, Sampling { temperature_e3: 0, ..sampling }];
        for sampling in samplings {
            others.push(Request { sampling, ..it.clone() });
        }
        let mut said = it.clone();
        said.messages[0].role = Role::System;
        others.push(said);
        assert!(others.iter().all(|other| other.key(ASKED) != it.key(ASKED)));
        assert_ne!(it.key(ASKED), it.key(Asked { family: "ollama", model: "m" }));
        assert_eq!(Key::of_hex(&it.key(ASKED).to_string()), Some(it.key(ASKED)));
    }
}
