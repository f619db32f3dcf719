//! Calls of language models: as they are told, as rows, and back.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use asfm_chat::{
    Answer, Failure, FailureKind, Finish, Form, Key, Message, Part, Reply, Request, Role, Sampling,
    Schema, Slot, Tool, ToolCall, Usage,
};
use serde_json::{Value, json};

use crate::decode::{Read, Record};
use crate::seal;
use crate::table::Cell;

/// One question to a language model and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Its place in the run.
    pub slot: Slot,
    /// The fingerprint of all that the answer may depend on.
    pub key: Key,
    /// What was asked.
    pub request: Request,
    /// What came back.
    pub heard: Result<Reply, Failure>,
    /// What the caller made of it.
    pub note: Note,
}

/// What the caller made of an answer; words that mean something to the caller only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    /// The way by which the answer could be read.
    pub rung: Option<String>,
    /// Why there was no answer, or why it could not be read.
    pub failure: Option<String>,
    /// The same in words.
    pub why: Option<String>,
    /// What had to be mended to read it.
    pub repairs: Vec<String>,
    /// The reason that the model gave.
    pub reason: Option<String>,
}

/// The columns of `calls` before the checksum.
pub(crate) const COLUMNS: usize = 24;

/// The texts of a row, kept while it is written.
pub(crate) struct RowTexts {
    key: String,
    messages: String,
    form: Option<i64>,
    tools: Option<String>,
    repairs: Option<String>,
}

impl Call {
    /// The texts of its row; `number` gives the row of `texts` with a piece.
    pub(crate) fn texts<E>(
        &self,
        mut number: impl FnMut(Piece<'_>) -> Result<i64, E>,
    ) -> Result<RowTexts, E> {
        let mut messages = Vec::with_capacity(self.request.messages.len());
        for message in &self.request.messages {
            let mut row = vec![json!(message.role.word())];
            for part in &message.parts {
                row.push(if part.shared {
                    json!(number(Piece::Text(&part.text))?)
                } else {
                    json!(*part.text)
                });
            }
            messages.push(Value::Array(row));
        }
        let form = match &self.request.form {
            Form::Text => None,
            form => Some(number(Piece::Form(form))?),
        };
        let tools = self.heard.as_ref().ok().filter(|it| !it.answer.calls.is_empty());
        let tools = tools.map(|it| {
            let calls = it.answer.calls.iter();
            calls.map(|it| json!([it.name, it.arguments])).collect::<Value>().to_string()
        });
        let repairs = &self.note.repairs;
        Ok(RowTexts {
            key: self.key.to_string(),
            messages: Value::Array(messages).to_string(),
            form,
            tools,
            repairs: (!repairs.is_empty()).then(|| json!(repairs).to_string()),
        })
    }

    /// The row of the call in the order of the columns, without the checksum.
    pub(crate) fn cells<'t>(&'t self, texts: &'t RowTexts) -> [Cell<'t>; COLUMNS] {
        let Slot { day, stage, trader, step, attempt } = self.slot;
        let sampling = self.request.sampling;
        let number = |it: Option<u32>| Cell::maybe(it.map(i64::from));
        let reply = self.heard.as_ref().ok();
        let usage = reply.map(|it| it.usage).unwrap_or_default();
        let latency = self.heard.as_ref().map_or_else(|it| it.latency, |it| it.latency);
        let told = self.heard.as_ref().err();
        let note = &self.note;
        [
            Cell::Int(day.into()),
            Cell::Int(stage.into()),
            Cell::Int(trader.into()),
            Cell::Int(step.into()),
            Cell::Int(attempt.into()),
            Cell::Text(&texts.key),
            Cell::Text(&texts.messages),
            Cell::maybe(texts.form),
            Cell::Int(sampling.temperature_e3.into()),
            Cell::Int(sampling.seed.into()),
            Cell::Int(sampling.answer_tokens.into()),
            Cell::words(reply.map(|it| it.answer.text.as_str())),
            Cell::words(texts.tools.as_deref()),
            Cell::words(reply.map(|it| it.finish.word())),
            Cell::words(reply.and_then(|it| it.served_model.as_deref())),
            number(usage.prompt),
            number(usage.cached),
            number(usage.answer),
            Cell::Int(i64::try_from(latency.as_millis()).unwrap_or(i64::MAX)),
            Cell::words(note.rung.as_deref()),
            Cell::words(told.map(|it| it.kind.word()).or(note.failure.as_deref())),
            Cell::words(told.map(|it| it.what.as_str()).or(note.why.as_deref())),
            Cell::words(texts.repairs.as_deref()),
            Cell::words(note.reason.as_deref()),
        ]
    }

    /// Reads a row; `text` gives the words of a row of `texts`.
    pub(crate) fn read<'t>(
        it: &Record<'_>,
        text: impl Fn(i64) -> Option<&'t Arc<str>>,
    ) -> Read<Self> {
        let sum = seal::row((0..COLUMNS).map(|at| it.value(at)));
        if it.int(COLUMNS)? != sum {
            return Err(it.damage(COLUMNS, &format!("{sum}, the checksum of the row")));
        }
        let key = Key::of_hex(it.text(5)?).ok_or_else(|| it.damage(5, "a key"))?;
        let messages = json(it, 6)?.and_then(|it| messages(&it, &text));
        let messages = messages.ok_or_else(|| it.damage(6, "messages"))?;
        let form = match it.maybe(7)? {
            None => Form::Text,
            Some(id) => {
                let read = text(id).and_then(|it| form(it));
                read.ok_or_else(|| it.damage(7, "the id of tools or a schema"))?
            }
        };
        let (heard, note) = answer(it)?;
        Ok(Self {
            slot: Slot {
                day: it.count(0)?,
                stage: it.count(1)?,
                trader: it.count(2)?,
                step: it.count(3)?,
                attempt: it.count(4)?,
            },
            key,
            request: Request {
                messages,
                form,
                sampling: Sampling {
                    temperature_e3: it.count(8)?,
                    seed: it.count(9)?,
                    answer_tokens: it.count(10)?,
                },
            },
            heard,
            note,
        })
    }
}

/// What came back, and what was made of it.
fn answer(it: &Record<'_>) -> Read<(Result<Reply, Failure>, Note)> {
    let tokens = |at: usize| match it.maybe(at)? {
        None => Ok(None),
        Some(_) => it.count(at).map(Some),
    };
    let latency = Duration::from_millis(it.count(18)?);
    let mut note = Note {
        rung: it.words(19)?,
        failure: it.words(20)?,
        why: it.words(21)?,
        repairs: match json(it, 22)? {
            None => Vec::new(),
            Some(codes) => {
                serde_json::from_value(codes).map_err(|_| it.damage(22, "a list of codes"))?
            }
        },
        reason: it.words(23)?,
    };
    let Some(text) = it.words(11)? else {
        let kind = note.failure.take().as_deref().and_then(FailureKind::of_word);
        let kind = kind.ok_or_else(|| it.damage(20, "a class of failure"))?;
        let what = note.why.take().unwrap_or_default();
        return Ok((Err(Failure { kind, what, latency }), note));
    };
    let calls = match json(it, 12)? {
        None => Vec::new(),
        Some(calls) => tool_calls(&calls).ok_or_else(|| it.damage(12, "tools"))?,
    };
    let reply = Reply {
        answer: Answer { text, calls },
        finish: Finish::of_word(it.text(13)?),
        usage: Usage { prompt: tokens(15)?, cached: tokens(16)?, answer: tokens(17)? },
        served_model: it.words(14)?,
        latency,
    };
    Ok((Ok(reply), note))
}

/// JSON, if there is any.
fn json(it: &Record<'_>, column: usize) -> Read<Option<Value>> {
    let text = it.words(column)?;
    let read = text.map(|it| serde_json::from_str(&it)).transpose();
    read.map_err(|_| it.damage(column, "JSON"))
}

/// Something that many calls have and that is kept once.
#[derive(Clone, Copy)]
pub(crate) enum Piece<'p> {
    /// A piece of a message.
    Text(&'p Arc<str>),
    /// The tools or the schema.
    Form(&'p Form),
}

impl Piece<'_> {
    /// Its words.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Text(it) => it.to_string(),
            Self::Form(Form::Text) => String::new(),
            Self::Form(Form::Schema(it)) => {
                json!({ "name": it.name, "schema": it.schema }).to_string()
            }
            Self::Form(Form::Tools(tools)) => {
                let tool = |it: &Tool| json!([it.name, it.description, it.parameters]);
                tools.iter().map(tool).collect::<Value>().to_string()
            }
        }
    }
}

/// The last few pieces and their numbers: the next call very likely has the very same ones.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    texts: VecDeque<(Arc<str>, i64)>,
    form: Option<(Form, i64)>,
}

impl Recent {
    /// How many pieces of messages are remembered.
    const TEXTS: usize = 8;

    pub(crate) fn number(&self, piece: Piece<'_>) -> Option<i64> {
        match piece {
            Piece::Text(text) => {
                self.texts.iter().find(|it| Arc::ptr_eq(&it.0, text)).map(|it| it.1)
            }
            Piece::Form(form) => self.form.as_ref().filter(|it| it.0.is(form)).map(|it| it.1),
        }
    }

    pub(crate) fn add(&mut self, piece: Piece<'_>, number: i64) {
        match piece {
            Piece::Text(text) => {
                self.texts.truncate(Self::TEXTS - 1);
                self.texts.push_front((Arc::clone(text), number));
            }
            Piece::Form(form) => self.form = Some((form.clone(), number)),
        }
    }
}

fn form(text: &str) -> Option<Form> {
    match serde_json::from_str(text).ok()? {
        Value::Object(it) => {
            let name = it.get("name")?.as_str()?.to_owned();
            Some(Form::Schema(Schema { name, schema: it.get("schema")?.clone() }.into()))
        }
        Value::Array(tools) => {
            let tool = |it: &Value| {
                let [name, description, parameters] = it.as_array()?.as_slice() else {
                    return None;
                };
                Some(Tool {
                    name: name.as_str()?.to_owned(),
                    description: description.as_str()?.to_owned(),
                    parameters: parameters.clone(),
                })
            };
            Some(Form::Tools(tools.iter().map(tool).collect::<Option<_>>()?))
        }
        _ => None,
    }
}

fn messages<'t>(json: &Value, text: impl Fn(i64) -> Option<&'t Arc<str>>) -> Option<Vec<Message>> {
    let message = |it: &Value| {
        let (role, pieces) = it.as_array()?.split_first()?;
        let role = Role::ALL.into_iter().find(|it| Some(it.word()) == role.as_str())?;
        let piece = |it: &Value| match it {
            Value::String(own) => Some(Part::own(own.as_str())),
            number => text(number.as_i64()?).map(Part::shared),
        };
        Some(Message { role, parts: pieces.iter().map(piece).collect::<Option<_>>()? })
    };
    json.as_array()?.iter().map(message).collect()
}

fn tool_calls(json: &Value) -> Option<Vec<ToolCall>> {
    let call = |it: &Value| {
        let [name, arguments] = it.as_array()?.as_slice() else {
            return None;
        };
        Some(ToolCall { name: name.as_str()?.to_owned(), arguments: arguments.clone() })
    };
    json.as_array()?.iter().map(call).collect()
}
