//! Talks to sessions: what is asked of a trader, and what a model says.

use std::time::Duration;

use asfm_agent::model::{Prompts, Session, Turn};
use asfm_chat::{Answer, Failure, FailureKind, Finish, FormKind, Reply, Request, ToolCall, Usage};
use asfm_engine::{Decisions, Engine, RoundLog, Scenario, Seed, TraderId};

use crate::run::read;

/// Two stocks and two traders, and whatever is added at the top and at the end.
pub(crate) fn small(top: &str, more: &str) -> Scenario {
    let text = format!(
        r#"
name = "small"
days = 3
{top}

[[company]]
code = "MA002"
sector = "materials"
business = "A specialized chemical materials producer."
closes = ["20.50", "20.75"]

[[company]]
code = "EN001"
sector = "energy"
business = "An energy company."
closes = ["10.50", "10.35", "10.60"]

[[traders]]
kind = "value"
ratio = 1
capital = 20000

[[traders]]
kind = "contrarian"
ratio = 1
capital = 400

{more}
"#
    );
    let agents = 2 + more.matches("[[traders]]").count();
    read(&format!("{text}\n[population]\nagents = {agents}\n"))
}

/// A market that went through some rounds in which these decisions were taken.
pub(crate) fn after(
    scenario: &Scenario,
    rounds: impl IntoIterator<Item = Decisions>,
) -> (Engine, Option<RoundLog>) {
    let mut engine = Engine::new(scenario.clone(), Seed(1));
    let mut last = None;
    for decisions in rounds {
        last = Some(engine.next_round().expect("a round").settle(decisions));
    }
    (engine, last)
}

/// Opens the session of a trader in the next round.
pub(crate) fn open(
    scenario: &Scenario,
    form: FormKind,
    trader: u32,
    rounds: impl IntoIterator<Item = Decisions>,
) -> Turn {
    let (mut engine, before) = after(scenario, rounds);
    let prompts = Prompts::new(scenario, Seed(1), form).expect("prompts");
    let round = engine.next_round().expect("a round");
    prompts.briefing(&round, before.as_ref(), None).open(TraderId::new(trader).expect("from 1"))
}

pub(crate) fn asked(turn: Turn) -> (Box<Session>, Request) {
    match turn {
        Turn::Ask(session, request) => (session, request),
        Turn::Done(decision) => panic!("nothing is asked: {decision:?}"),
    }
}

/// The whole question, as a person can read it.
pub(crate) fn shown(request: &Request) -> String {
    let shown = request.messages.iter();
    let shown = shown.map(|it| format!("===== {}\n{}", it.role.word(), it.text()));
    shown.collect::<Vec<_>>().concat()
}

pub(crate) fn said(text: &str) -> Reply {
    reply(text, Vec::new(), Finish::Stop)
}

pub(crate) fn called(text: &str, calls: &[(&str, serde_json::Value)]) -> Reply {
    let call = |it: &(&str, serde_json::Value)| ToolCall {
        name: it.0.to_owned(),
        arguments: it.1.clone(),
    };
    reply(text, calls.iter().map(call).collect(), Finish::Tools)
}

pub(crate) fn reply(text: &str, calls: Vec<ToolCall>, finish: Finish) -> Reply {
    Reply {
        answer: Answer { text: text.to_owned(), calls },
        finish,
        usage: Usage::default(),
        served_model: None,
        latency: Duration::ZERO,
    }
}

pub(crate) fn failed(kind: FailureKind) -> Failure {
    Failure { kind, what: "the server is away".to_owned(), latency: Duration::ZERO }
}
