//! Clients against servers that say what each test wants, on the loopback.
//!
//! Only outcomes are asserted, never how long anything took.

#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

mod budget;
mod failures;
mod ollama;
mod openai;
mod pool;
mod probe;
mod server;

use std::sync::Arc;
use std::time::Duration;

use asfm_chat::{Form, Message, Part, Request, Role, Sampling, Schema, Tool};
use asfm_llm::{Client, Settings, Spec};
use serde_json::json;

/// Patient with servers, but quick to try again.
fn settings() -> Settings {
    Settings {
        timeout: Duration::from_mins(1),
        pause: Duration::from_millis(1),
        pause_max: Duration::from_millis(4),
        ..Settings::default()
    }
}

fn client(spec: &str, settings: Settings) -> Client {
    match spec.parse().unwrap() {
        Spec::Served(it) => Client::new(&it, settings).unwrap(),
        Spec::Scripted(file) => panic!("{} is no server", file.display()),
    }
}

/// A question in this form.
fn question(form: Form) -> Request {
    let rules: Arc<str> = "You trade shares. ".into();
    Request {
        messages: vec![
            Message::new(Role::System, [Part::shared(&rules), Part::own("Be brief.")]),
            Message::new(Role::User, [Part::own("What do you do?")]),
        ],
        form,
        sampling: Sampling { temperature_e3: 700, seed: 7, answer_tokens: 64 },
    }
}

/// A schema whose keys are not in the order of the alphabet.
fn schema() -> Form {
    let properties = json!({"reason": {"type": "string"}, "action": {"type": "string"}});
    let schema = json!({"type": "object", "properties": properties});
    Form::Schema(Arc::new(Schema { name: "decision".into(), schema }))
}

fn tools() -> Form {
    let parameters = json!({"type": "object", "properties": {"quantity": {"type": "integer"}}});
    let (name, description) = ("buy".into(), "Buys shares.".into());
    Form::Tools([Tool { name, description, parameters }].into())
}
