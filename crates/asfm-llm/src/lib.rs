//! Language models over HTTP.
//!
//! A [`Spec`] is the text on the command line that says of whom to ask; a [`Client`] asks, many
//! questions at a time, and a [`Script`] answers without a network. [`Source`] is either.
//!
//! [`Client::ask`] has two kinds of bad news. A [`Failure`](asfm_chat::Failure) says that the
//! question was asked and nothing came: the one who asked goes on without an answer, and that is
//! part of the run. A [`Stop`] says that the question was *not* asked and no further one will be,
//! because the [`Budget`] is used up or the servers are gone: the run should end at this boundary
//! and be resumed later.
//!
//! The crate knows the words of `asfm-chat` and nothing else of ours: no markets, no prompts, no
//! files. It does not read the environment either; API keys are handed in as [`Keys`]. Nothing in
//! it can change what a run comes to except by the answers: which server is asked, how often and
//! when is left to chance and to the clock, and is none of the run's randomness.
//!
//! ```
//! use asfm_chat::Slot;
//! use asfm_llm::{Script, Spec};
//!
//! let spec: Spec = "openai:qwen2.5-7b@http://10.0.0.1:8000,http://10.0.0.2:8000/v1".parse()?;
//! let Spec::Served(served) = &spec else { panic!("a server was named") };
//! assert_eq!(served.model(), "qwen2.5-7b");
//! assert_eq!(served.endpoints()[0].as_str(), "http://10.0.0.1:8000/v1");
//!
//! let script = Script::read(
//!     r#"{"day": 1, "answer": "hold"}
//!        {"trader": 3, "failure": "timeout"}"#,
//! )?;
//! let slot = Slot { day: 1, stage: 0, trader: 3, step: 0, attempt: 0 };
//! assert_eq!(script.answer(slot)?.answer.text, "hold");
//! assert!(script.answer(Slot { day: 2, ..slot }).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attempt;
mod backoff;
mod budget;
mod capability;
mod client;
mod error;
mod estimate;
mod keys;
mod micros;
mod ollama;
mod openai;
mod pool;
mod probe;
mod script;
mod settings;
mod source;
mod spec;
mod transport;

pub use budget::{Budget, Caps, Exhausted, Prices, Spent};
pub use capability::default_form;
pub use client::{Answered, Client, Lost, Stop};
pub use error::Error;
pub use estimate::{estimate_request, estimate_tokens};
pub use keys::Keys;
pub use micros::Micros;
pub use probe::{EndpointProbe, Probe, Unfit};
pub use script::{Script, ScriptError};
pub use settings::Settings;
pub use source::Source;
pub use spec::{Family, Served, Spec, SpecError};
