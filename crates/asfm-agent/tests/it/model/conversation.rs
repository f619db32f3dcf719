//! How a session goes on: two calls, an answer asked for again, giving up.

use asfm_agent::model::{Decision, Miss, Rung, Session, Turn, Wish};
use asfm_chat::{Failure, FailureKind, Finish, FormKind, Reply, Role};
use asfm_engine::Decisions;
use insta::assert_snapshot;

use super::talk::{asked, called, failed, open, reply, said, small};

const SELL: &str = r#"{"reason": "dear", "orders": [
    {"action": "sell", "stock": "EN001", "quantity": 900, "price": 11.00}]}"#;

/// Goes through a session with these answers, and tells each step.
fn told(prompt: &str, form: FormKind, answers: &[Result<Reply, Failure>]) -> (String, Decision) {
    let mut turn = open(&small(prompt, ""), form, 1, []);
    let mut lines = Vec::new();
    let mut answers = answers.iter();
    loop {
        match turn {
            Turn::Ask(session, request) => {
                let slot = session.slot();
                let answer = answers.next().expect("an answer for every question");
                let (reading, next) = session.hear(answer.as_ref());
                let way = reading.rung.map(Rung::word);
                let way = way.or(reading.failure.map(Miss::word)).expect("one of them");
                let form = request.form.kind().word();
                let place = format!("step {} attempt {} ({form})", slot.step, slot.attempt);
                let line = format!("{place}: {way} ({})", reading.repair_words());
                lines.push(line.replace(" ()", ""));
                turn = next;
            }
            Turn::Done(decision) => {
                assert_eq!(answers.next(), None, "every answer is heard");
                let fallback = if decision.fallback { ", nobody's choice" } else { "" };
                lines.push(format!("{} wishes{fallback}", decision.wishes.len()));
                return (lines.join("\n"), decision);
            }
        }
    }
}

fn outline(prompt: &str, answers: &[Result<Reply, Failure>]) -> String {
    told(prompt, FormKind::Schema, answers).0
}

#[test]
fn a_session_can_wait_anywhere() {
    fn anywhere<T: Send + 'static>() {}
    anywhere::<Session>();
    anywhere::<Turn>();
}

#[test]
fn one_call() {
    assert_snapshot!(outline("", &[Ok(said(SELL))]), @"
    step 0 attempt 0 (schema): schema
    1 wishes
    ");
}

#[test]
fn a_hold_that_was_chosen_is_no_fallback() {
    let hold = called("too dear", &[("hold", serde_json::json!({}))]);
    let (_, decision) = told("", FormKind::Tools, &[Ok(hold)]);
    assert!(decision.wishes.is_empty() && !decision.fallback);
    assert_eq!(decision.reason.as_deref(), Some("too dear"));
}

#[test]
fn an_answer_that_cannot_be_used_is_asked_for_once_more() {
    assert_snapshot!(outline("", &[Ok(said("I hold.")), Ok(said(SELL))]), @"
    step 0 attempt 0 (schema): unreadable
    step 0 attempt 1 (schema): schema
    1 wishes
    ");
    assert_snapshot!(outline("", &[Ok(said("")), Ok(said("I hold."))]), @"
    step 0 attempt 0 (schema): empty
    step 0 attempt 1 (schema): unreadable
    0 wishes, nobody's choice
    ");
    let cut = || Ok(reply("{\"reason\": \"a", Vec::new(), Finish::Length));
    assert_snapshot!(outline("", &[cut(), cut()]), @"
    step 0 attempt 0 (schema): truncated
    step 0 attempt 1 (schema): truncated
    0 wishes, nobody's choice
    ");
    let refused = reply("", Vec::new(), Finish::Refused);
    assert_snapshot!(outline("", &[Ok(refused), Ok(said(SELL))]), @"
    step 0 attempt 0 (schema): refused
    step 0 attempt 1 (schema): schema
    1 wishes
    ");
    assert_snapshot!(outline("prompt.re-ask = false", &[Ok(said("I hold."))]), @"
    step 0 attempt 0 (schema): unreadable
    0 wishes, nobody's choice
    ");
}

#[test]
fn a_failure_is_not_asked_again() {
    for kind in FailureKind::ALL {
        let lines = outline("", &[Err(failed(kind))]);
        assert!(lines.starts_with(&format!("step 0 attempt 0 (schema): {}", kind.word())));
        assert!(lines.ends_with("0 wishes, nobody's choice"));
    }
    assert_snapshot!(outline("", &[Ok(said("?")), Err(failed(FailureKind::Busy))]), @"
    step 0 attempt 0 (schema): unreadable
    step 0 attempt 1 (schema): busy
    0 wishes, nobody's choice
    ");
}

#[test]
fn two_calls() {
    let two = "prompt.observation = \"two-call\"";
    let words = || Ok(said("<think>hm</think> Prices rose."));
    assert_snapshot!(outline(two, &[words(), Ok(said(SELL))]), @"
    step 0 attempt 0 (text): words
    step 1 attempt 0 (schema): schema
    1 wishes
    ");
    assert_snapshot!(outline(two, &[Ok(said("")), words(), Ok(said("?")), Ok(said(SELL))]), @"
    step 0 attempt 0 (text): empty
    step 0 attempt 1 (text): words
    step 1 attempt 0 (schema): unreadable
    step 1 attempt 1 (schema): schema
    1 wishes
    ");
    assert_snapshot!(outline(two, &[words(), Ok(said("?")), Ok(said("?"))]), @"
    step 0 attempt 0 (text): words
    step 1 attempt 0 (schema): unreadable
    step 1 attempt 1 (schema): unreadable
    0 wishes, nobody's choice
    ");
    let blind = "prompt = { observation = \"two-call\", observation-blocks = false }";
    assert_snapshot!(outline(blind, &[Ok(said(SELL))]), @"
    step 0 attempt 0 (schema): schema
    1 wishes
    ");
}

#[test]
fn the_second_call_goes_on_where_the_first_ended() {
    let scenario = small("prompt.observation = \"two-call\"", "");
    let (session, first) = asked(open(&scenario, FormKind::Tools, 1, [Decisions::new()]));
    let (_, turn) = session.hear(Ok(&said("Prices rose.")));
    let (session, second) = asked(turn);
    assert_eq!(second.messages[..2], first.messages[..]);
    let (_, turn) =
        session.hear(Ok(&called("", &[("short", serde_json::json!({"stock": "EN001"}))])));
    let (_, third) = asked(turn);
    assert_eq!(third.messages[..4], second.messages[..]);
    let mut seeds = [&first, &second, &third].map(|it| it.sampling.seed);
    seeds.sort_unstable();
    assert!(seeds[0] != seeds[1] && seeds[1] != seeds[2] && seeds[2] < 1 << 31);
    let text = |at: usize| {
        let it = &third.messages[at];
        format!("===== {}\n{}", it.role.word(), it.text())
    };
    let question = text(1);
    assert_snapshot!(question[question.find("# Question").expect("a question")..], @"
    # Question
    Before you decide: observe how the prices moved, what the order books show and what the news means for the companies, step by step, and say in at most 480 characters what of it matters to an investor like you. Do not give orders yet.
    ");
    assert_eq!(third.messages[2].role, Role::Assistant);
    let rest: Vec<String> = (2..third.messages.len()).map(text).collect();
    assert_snapshot!(rest.join("\n"), @r#"
    ===== assistant
    Prices rose.
    ===== user
    # Question
    Now decide for this stage, in the form that was described under "Answer".

    ===== assistant
    short({"stock":"EN001"})
    ===== user
    Your answer could not be used: `short` is not an action; it is one of buy, sell, hold. Give your decision again: a reason in words, then the tools `buy` or `sell` once for each order, or `hold` once.
    "#);
}

#[test]
fn quantities_are_cut_only_where_the_scenario_says_so() {
    let qty = |prompt: &str, text: &str| {
        let (lines, decision) = told(prompt, FormKind::Schema, &[Ok(said(text))]);
        let qty = |it: &Wish| match it {
            Wish::Order { qty, .. } => *qty,
            Wish::Unreadable { .. } => -1,
        };
        (lines.contains("clipped"), decision.wishes.iter().map(qty).collect::<Vec<_>>())
    };
    let clip = "prompt.clip = true";
    assert_eq!(qty("", SELL), (false, vec![900]));
    assert_eq!(qty(clip, SELL), (true, vec![471]));
    let order = |action, quantity, price| {
        format!(r#"{{"action":"{action}","stock":"EN001","quantity":{quantity},"price":{price}}}"#)
    };
    let answer = |orders: &[String]| format!(r#"{{"reason":"","orders":[{}]}}"#, orders.join(","));
    // There is cash for 944 shares at 10.60, so after 900 of them for 44 more.
    let two = answer(&[order("buy", 900, "10.6"), order("buy", 900, "10.6")]);
    assert_eq!(qty(clip, &two), (true, vec![900, 44]));
    // What is wrong otherwise, and what cannot be cut to anything, is the exchange's to reject.
    let wrong =
        answer(&[order("sell", 471, "10.6"), order("sell", 1, "10.6"), order("buy", 9_999, "99")]);
    assert_eq!(qty(clip, &wrong), (false, vec![471, 1, 9_999]));
}
