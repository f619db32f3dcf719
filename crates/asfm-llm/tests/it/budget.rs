//! What may be spent is not exceeded, and what was spent is known.

use std::sync::Arc;

use asfm_chat::Form;
use asfm_llm::{Budget, Caps, Exhausted, Micros, Prices, Spent, Stop, estimate_request};
use serde_json::json;

use crate::server::{Play, Server, openai_says};
use crate::{client, question, settings};

const PRICES: Prices =
    Prices { prompt: Micros(1_000_000), cached: Micros(500_000), answer: Micros(2_000_000) };

fn budget(caps: Caps) -> Arc<Budget> {
    Arc::new(Budget::new(caps, Some(PRICES), Spent::default()).unwrap())
}

#[tokio::test]
async fn what_the_server_says_is_booked() {
    let mut said = openai_says("hold");
    let cached = json!({"cached_tokens": 30});
    said["usage"] =
        json!({"prompt_tokens": 40, "completion_tokens": 9, "prompt_tokens_details": cached});
    let server = Server::start(move |number, _| match number {
        0 => Play::error(500, "oh"),
        1 => Play::json(&said),
        2 => Play::json(&openai_says("hold")),
        _ => Play::error(400, "no"),
    })
    .await;
    let client = client(&server.openai(), settings()).with_budget(budget(Caps::default()));
    assert!(client.ask(&question(Form::Text)).await.unwrap().is_ok());
    let first =
        Spent { calls: 1, retries: 1, prompt: 40, cached: 30, answer: 9, ..Spent::default() };
    assert_eq!(client.budget().spent(), first);
    assert_eq!(client.budget().cost(), Some(Micros(10 + 15 + 18)));

    assert!(client.ask(&question(Form::Text)).await.unwrap().is_ok());
    assert!(client.ask(&question(Form::Text)).await.unwrap().is_err());
    let spent = client.budget().spent();
    assert_eq!((spent.calls, spent.failed, spent.estimated), (3, 1, 1));
    assert_eq!(spent.prompt, 40 + u64::from(estimate_request(&question(Form::Text))));
    assert_eq!(spent.answer, 9 + 2);
}

#[tokio::test]
async fn nothing_is_sent_that_may_cost_more_than_is_left() {
    let server = Server::saying(openai_says("hold")).await;
    let needed = u64::from(estimate_request(&question(Form::Text))) + 64;
    let all = [
        Caps { calls: Some(0), ..Caps::default() },
        Caps { tokens: Some(needed - 1), ..Caps::default() },
        Caps { money: Some(Micros(needed)), ..Caps::default() },
    ];
    for caps in all {
        let client = client(&server.openai(), settings()).with_budget(budget(caps));
        let stop = client.ask(&question(Form::Text)).await.unwrap_err();
        assert!(matches!(stop, Stop::Budget(_)), "{stop}");
        assert_eq!(client.budget().spent(), Spent::default());
    }
    assert!(server.got().is_empty());
    let enough = Caps { tokens: Some(needed), ..Caps::default() };
    let client = client(&server.openai(), settings()).with_budget(budget(enough));
    assert!(client.ask(&question(Form::Text)).await.unwrap().is_ok());
}

#[tokio::test]
async fn the_last_call_of_a_budget_is_answered_and_the_next_is_not_made() {
    let server = Server::saying(openai_says("hold")).await;
    let caps = Caps { calls: Some(3), ..Caps::default() };
    let earlier = Spent { calls: 1, ..Spent::default() };
    let budget = Arc::new(Budget::new(caps, None, earlier).unwrap());
    let client = client(&server.openai(), settings()).with_budget(budget);
    for _ in 0..2 {
        assert!(client.ask(&question(Form::Text)).await.unwrap().is_ok());
    }
    let stop = client.ask(&question(Form::Text)).await.unwrap_err();
    assert_eq!(stop, Stop::Budget(Exhausted::Calls { cap: 3 }));
    assert_eq!(server.got().len(), 2);
    assert_eq!(client.budget().cost(), None);
}
