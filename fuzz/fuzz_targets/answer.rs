//! Answers of models: whatever is said is read without a panic, and coherently.

#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use asfm_agent::model::{Ladder, ORDERS_MAX, Rung};
use asfm_chat::{Answer, Finish, Reply, Usage};
use asfm_engine::Scenario;
use libfuzzer_sys::fuzz_target;

static LADDER: LazyLock<Ladder> = LazyLock::new(|| {
    let text = r#"
        name = "two stocks"
        company = [
            { code = "EN001", sector = "energy", closes = ["10.60"] },
            { code = "MA002", sector = "materials", closes = ["20.75"] },
        ]
        traders = [{ kind = "value", ratio = 1, capital = 1000 }]
    "#;
    let scenario = Scenario::read("fuzz.toml", text, |_| Err("no files here".into()));
    Ladder::new(&scenario.expect("a sound scenario"))
});

fuzz_target!(|text: &str| {
    for finish in [Finish::Stop, Finish::Length] {
        let reply = Reply {
            answer: Answer { text: text.to_owned(), calls: Vec::new() },
            finish,
            usage: Usage::default(),
            served_model: None,
            latency: Duration::ZERO,
        };
        let (reading, wishes) = LADDER.read(&reply);
        assert_eq!(reading.rung.is_some(), wishes.is_some());
        assert_ne!(reading.rung.is_some(), reading.failure.is_some());
        assert_eq!(reading.rung == Some(Rung::Repair), !reading.repairs.is_empty());
        assert!(wishes.is_none_or(|it| it.len() <= ORDERS_MAX));
    }
});
