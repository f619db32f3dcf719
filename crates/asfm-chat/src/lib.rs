//! What is said to a language model and what it answers, as plain values.
//!
//! A [`Request`] is messages, the [`Form`] that the answer must take, and how it is sampled; a
//! [`Reply`] is text or tool calls, why the answer ended and what it cost; a [`Failure`] says why
//! there is no answer. A [`Slot`] is the place of a question in a run, a [`Key`] the fingerprint of
//! everything that the answer may depend on: a recorded answer belongs to its slot, and is taken
//! only if the key is the same.
//!
//! Those who ask (the prompts of `asfm-agent`) and those who carry (the connections of `asfm-llm`)
//! know these words and not each other. The crate does not know markets, networks, files or clocks,
//! and does not read answers: it says what came, not what it means.
//!
//! ```
//! use std::sync::Arc;
//! use asfm_chat::{Asked, Form, Message, Part, Request, Role, Sampling};
//!
//! let rules: Arc<str> = "You trade shares. Answer with one word.".into();
//! let request = Request {
//!     messages: vec![
//!         Message::new(Role::System, [Part::shared(&rules)]),
//!         Message::new(Role::User, [Part::own("You have 20.00 in cash. What do you do?")]),
//!     ],
//!     form: Form::Text,
//!     sampling: Sampling { temperature_e3: 700, seed: 1, answer_tokens: 64 },
//! };
//! let asked = Asked { family: "ollama", model: "qwen2.5:7b" };
//! let other = Asked { family: "ollama", model: "llama3.1:8b" };
//! assert_ne!(request.key(asked), request.key(other));
//! ```

mod key;
mod reply;
mod request;

pub use key::{Asked, Key};
pub use reply::{Answer, Failure, FailureKind, Finish, Reply, ToolCall, Usage};
pub use request::{Form, FormKind, Message, Part, Request, Role, Sampling, Schema, Slot, Tool};
