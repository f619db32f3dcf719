//! Whole markets of traders that ask a model which says anything at all.

use asfm_agent::model::{Prompts, Turn};
use asfm_agent::{BrainKind, Cast};
use asfm_chat::{Failure, FailureKind, Finish, FormKind, Reply, Slot};
use asfm_engine::{Digest, Engine, Purpose, Scenario, Seed, TraderId};
use rayon::prelude::*;
use serde_json::json;

use super::talk::{called, failed, reply, said};
use crate::run::{fixture, read};

/// What a model without a mind says: sound orders, unsound ones, and no orders.
fn babble(scenario: &Scenario, slot: Slot, seed: u32) -> Result<Reply, Failure> {
    let mut draws = Seed(u64::from(seed)).stream(Purpose::Decision, u64::from(slot.trader), 0);
    let company = |draw: u32| &scenario.companies()[draw as usize % scenario.companies().len()];
    let mut order = || {
        let company = company(draws.word());
        let action = ["buy", "sell", "hold", "buy", "sell"][draws.below(5) as usize];
        let price = company.initial_close().0 * i64::from(90 + draws.below(21)) / 100 / 100;
        let price = format!("{}.{:02}", price / 100, price % 100);
        let quantity = i64::from(draws.below(60)) - 3;
        (
            action,
            json!({ "stock": company.code, "quantity": quantity, "price": price.parse::<f64>().ok() }),
        )
    };
    let orders = [order(), order(), order()];
    let text: Vec<String> = orders
        .iter()
        .map(|(action, it)| {
            let mut it = it.clone();
            it["action"] = json!(action);
            it.to_string()
        })
        .collect();
    let text = format!("{{\"reason\": \"why not\", \"orders\": [{}]}}", text.join(", "));
    let cut = text.chars().take(draws.below(300) as usize).collect::<String>();
    match draws.below(12) {
        0 => Err(failed(FailureKind::Timeout)),
        1 => Ok(said("I would rather not say.")),
        2 => Ok(said("")),
        3 => Ok(reply(&cut, Vec::new(), Finish::Length)),
        4 => Ok(said(&format!("<think>{cut}</think> ```json\n{text}\n```"))),
        5 => Ok(said(&text.replace('"', "'"))),
        6 => Ok(said(&text.replace(&company(seed).code, "NONE"))),
        7 | 8 => Ok(called("calls", &orders)),
        _ => Ok(said(&text)),
    }
}

/// Runs a market to its end; `backwards` asks traders in the opposite order.
fn run(scenario: &Scenario, seed: u64, backwards: bool) -> (Digest, [usize; 3]) {
    let seed = Seed(seed);
    let mut cast = Cast::new(scenario, seed, BrainKind::Model).expect("a cast");
    let prompts = Prompts::new(scenario, seed, FormKind::Tools).expect("prompts");
    let mut engine = Engine::new(scenario.clone(), seed);
    let mut before = None;
    let mut digest = Digest([0; 32]);
    let mut counts = [0; 3];
    while let Some(round) = engine.next_round() {
        let mut decisions = cast.decide(&round);
        let briefing = prompts.briefing(&round, before.as_ref(), None);
        let mut traders: Vec<TraderId> = cast.model_traders().collect();
        if backwards {
            traders.reverse();
        }
        let decide = |trader: &TraderId| {
            let mut turn = briefing.open(*trader);
            loop {
                match turn {
                    Turn::Ask(session, request) => {
                        let heard = babble(scenario, session.slot(), request.sampling.seed);
                        turn = session.hear(heard.as_ref()).1;
                    }
                    Turn::Done(decision) => return decision,
                }
            }
        };
        let decided: Vec<_> = traders.par_iter().map(decide).collect();
        for it in decided {
            counts[0] += usize::from(it.fallback);
            it.add_to(&mut decisions);
        }
        let log = round.settle(decisions);
        counts[1] += log.requests.len();
        counts[2] += log.trades.len();
        digest = log.digest;
        before = Some(log);
    }
    (digest, counts)
}

#[test]
fn whatever_a_model_says_cash_and_shares_are_kept() {
    let days = |text: String| text.replace("days = 30", "days = 4");
    let scenario = read(&days(fixture("asfm-baseline.toml")));
    for seed in 1..=50 {
        let (_, [fallbacks, requests, trades]) = run(&scenario, seed, false);
        assert!(fallbacks > 0 && requests > 100 && trades > 10, "seed {seed}");
    }
}

#[test]
fn the_order_in_which_traders_are_asked_changes_nothing() {
    let text = fixture("asfm-baseline.toml").replace("days = 30", "days = 6");
    let text = text.replace("kind = \"value\"", "kind = \"value\"\nby-rule = true");
    let text = text + "\n[prompt]\nobservation = \"two-call\"\nclip = true\n";
    let scenario = read(&text);
    assert_eq!(run(&scenario, 7, false), run(&scenario, 7, true));
}
