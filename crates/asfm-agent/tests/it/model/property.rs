//! What holds for every answer, whatever is said.

use asfm_agent::model::{Rung, Wish};
use asfm_chat::Finish;
use asfm_engine::{Side, StockId};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::answer::ladder;
use super::talk::{called, reply};

fn number(units: i64) -> String {
    let (whole, part) = (units / 10_000, units % 10_000);
    let text = format!("{whole}.{part:04}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// An order as a model would write it, and what it means.
fn order() -> impl Strategy<Value = (String, Wish)> {
    let price = prop_oneof![0..3_000_000_i64, 0..i64::MAX];
    let qty = prop_oneof![0..1_000_i64, any::<i64>()];
    (0..2_u16, any::<bool>(), qty, price).prop_map(|(stock, buys, qty, price)| {
        let code = ["MA002", "EN001"][usize::from(stock)];
        let (action, side) = if buys { ("buy", Side::Buy) } else { ("sell", Side::Sell) };
        let text = format!(
            r#"{{"action": "{action}", "stock": "{code}", "quantity": {qty}, "price": {}}}"#,
            number(price)
        );
        (text, Wish::Order { stock: StockId(stock), side, qty, price })
    })
}

fn answer() -> impl Strategy<Value = (String, String, Vec<Wish>)> {
    answer_because(any::<String>())
}

fn answer_because(
    reason: impl Strategy<Value = String>,
) -> impl Strategy<Value = (String, String, Vec<Wish>)> {
    (reason, prop::collection::vec(order(), 0..6)).prop_map(|(reason, orders)| {
        let (texts, wishes): (Vec<String>, Vec<Wish>) = orders.into_iter().unzip();
        let quoted = Value::String(reason.clone()).to_string();
        let text = format!(r#"{{"reason": {quoted}, "orders": [{}]}}"#, texts.join(", "));
        (text, reason, wishes)
    })
}

/// Words without brackets or tags: of those it cannot be known where an answer begins.
fn prose() -> impl Strategy<Value = String> {
    "[^\\[\\]{}<｛［]{0,80}"
}

/// Any JSON at all.
fn json() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        Just("reason".to_owned()),
        Just("orders".to_owned()),
        Just("action".to_owned()),
        Just("name".to_owned()),
        Just("arguments".to_owned()),
        any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!("buy")),
        Just(json!("EN001")),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|all| Value::Object(all.into_iter().collect())),
        ]
    })
}

/// Text with some bytes taken out, doubled or replaced.
fn mutated(text: &str, changes: &[(prop::sample::Index, u8, char)]) -> String {
    let mut it: Vec<char> = text.chars().collect();
    for (at, how, with) in changes {
        if it.is_empty() {
            break;
        }
        let at = at.index(it.len());
        match how % 4 {
            0 => {
                it.remove(at);
            }
            1 => it.insert(at, *with),
            2 => it[at] = *with,
            _ => it.truncate(at),
        }
    }
    it.into_iter().collect()
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, char)>> {
    let mark = prop_oneof![
        prop::sample::select(
            "{}[]\"',:;/\\#-+.0123456789eE ｛“”，＂\n".chars().collect::<Vec<_>>()
        ),
        any::<char>(),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), mark), 1..8)
}

/// A reading has a rung and wishes, or a failure and neither.
fn is_coherent(text: &str) {
    for finish in [Finish::Stop, Finish::Length] {
        let (reading, wishes) = ladder().read(&reply(text, Vec::new(), finish));
        assert_eq!(reading.rung.is_some(), wishes.is_some(), "{text}");
        assert_eq!(reading.rung.is_none(), reading.failure.is_some(), "{text}");
        let is_repaired = reading.rung == Some(Rung::Repair);
        assert_eq!(is_repaired, !reading.repairs.is_empty(), "{text}");
        assert_eq!(reading.error.is_some(), reading.failure.is_some(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in any::<String>()) {
        is_coherent(&text);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        is_coherent(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_json_is_read_without_a_panic(value in json(), changes in changes()) {
        is_coherent(&value.to_string());
        is_coherent(&mutated(&value.to_string(), &changes));
        let call = called("", &[("buy", value)]);
        prop_assert!(ladder().read(&call).0.error.is_none_or(|it| !it.is_empty()));
    }

    #[test]
    fn spoilt_answers_are_read_without_a_panic((text, ..) in answer(), changes in changes()) {
        is_coherent(&mutated(&text, &changes));
    }

    #[test]
    fn an_answer_means_exactly_what_it_says((text, reason, wishes) in answer()) {
        let (reading, read) = ladder().read_text(&text);
        prop_assert_eq!(reading.rung, Some(Rung::Schema));
        prop_assert_eq!(read, Some(wishes));
        let reason = Some(reason.trim()).filter(|it| !it.is_empty());
        prop_assert_eq!(reading.reason.as_deref(), reason);
    }

    #[test]
    fn words_around_an_answer_change_nothing(
        // Words in front would be all reasoning if the answer itself had such a tag.
        (text, _, wishes) in answer_because("[^<]{0,80}"),
        before in prose(),
        after in prose(),
        fenced in any::<bool>(),
    ) {
        let text = if fenced { format!("```json\n{text}\n```") } else { text };
        let (reading, read) = ladder().read_text(&format!("{before}\n{text}\n{after}"));
        prop_assert!(matches!(reading.rung, Some(Rung::Scan | Rung::Schema)));
        prop_assert_eq!(read, Some(wishes));
    }

    #[test]
    fn what_is_cut_never_asks_for_more((text, _, wishes) in answer(), at in any::<prop::sample::Index>()) {
        let mut end = at.index(text.len() + 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let (_, read) = ladder().read(&reply(&text[..end], Vec::new(), Finish::Length));
        let read = read.unwrap_or_default();
        prop_assert!(wishes.starts_with(&read), "{} of {}: {:?}", end, text, read);
    }
}
