//! What asking a language model costs on our side: rendering questions and reading answers.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use asfm_agent::model::{Ladder, Prompts, Turn};
use asfm_agent::{BrainKind, Cast};
use asfm_chat::{Answer, Finish, FormKind, Reply, Usage};
use asfm_engine::{Engine, RoundLog, Scenario, Seed, TraderId};
use criterion::{Criterion, criterion_group, criterion_main};

/// An opening and a continuous round of the tenth day of ASFM, with full order books.
fn tenth_day() -> (Scenario, Engine, Option<RoundLog>) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scenarios");
    let text = std::fs::read_to_string(fixtures.join("asfm-baseline.toml")).expect("a fixture");
    let include = |name: &str| {
        std::fs::read_to_string(fixtures.join(name)).map_err(|error| error.to_string())
    };
    let scenario = Scenario::read("bench.toml", &text, include).expect("a scenario");
    let mut cast = Cast::new(&scenario, Seed(1), BrainKind::Rules).expect("a cast");
    let mut engine = Engine::new(scenario.clone(), Seed(1));
    let mut before = None;
    for _ in 0..19 {
        let round = engine.next_round().expect("thirty days");
        let decisions = cast.decide(&round);
        before = Some(round.settle(decisions));
    }
    (scenario, engine, before)
}

fn reply(text: &str) -> Reply {
    Reply {
        answer: Answer { text: text.to_owned(), calls: Vec::new() },
        finish: Finish::Stop,
        usage: Usage::default(),
        served_model: None,
        latency: Duration::ZERO,
    }
}

/// An answer with an order for each of eleven stocks.
fn answer(scenario: &Scenario) -> String {
    let order = |code: &str| {
        format!(r#"{{"action": "buy", "stock": "{code}", "quantity": 10, "price": 10.55}}"#)
    };
    let orders: Vec<String> = scenario.companies().iter().map(|it| order(&it.code)).collect();
    let reason = "the price fell without news, and the book is thin on the other side";
    format!(r#"{{"reason": "{reason}", "orders": [{}]}}"#, orders.join(", "))
}

fn prompt(c: &mut Criterion) {
    let (scenario, mut engine, before) = tenth_day();
    let prompts = Prompts::new(&scenario, Seed(1), FormKind::Schema).expect("prompts");
    let round = engine.next_round().expect("thirty days");
    let briefing = prompts.briefing(&round, before.as_ref(), None);
    let exact = reply(&answer(&scenario));
    let mut group = c.benchmark_group("prompt");
    group.bench_function("a run", |b| {
        b.iter(|| Prompts::new(&scenario, Seed(1), FormKind::Schema));
    });
    group.bench_function("a stage", |b| b.iter(|| prompts.briefing(&round, before.as_ref(), None)));
    group.bench_function("one question", |b| {
        b.iter(|| briefing.open(black_box(TraderId::at(3))));
    });
    group.bench_function("one decision", |b| {
        b.iter(|| match briefing.open(black_box(TraderId::at(3))) {
            Turn::Ask(session, request) => (session.hear(Ok(&exact)), request),
            Turn::Done(_) => panic!("a question"),
        });
    });
    let ladder = Ladder::new(&scenario);
    let python = exact.answer.text.replace('"', "'");
    let python = format!("<think>Well.</think> My answer:\n```\n{python}\n```");
    for (name, said) in [("an exact answer", exact), ("a python answer", reply(&python))] {
        group.bench_function(name, |b| b.iter(|| ladder.read(black_box(&said))));
    }
    group.finish();
}

criterion_group!(benches, prompt);
criterion_main!(benches);
