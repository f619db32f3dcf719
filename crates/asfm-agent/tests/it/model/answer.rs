//! How answers are read: what was said, on which rung it was understood, and what it asks for.

use std::path::Path;

use asfm_agent::model::{ANSWER_BYTES_MAX, Ladder, ORDERS_MAX, Reading, Wish};
use asfm_chat::{Finish, Reply};
use asfm_engine::{Price, Side, StockId};
use insta::assert_snapshot;
use serde_json::json;

use super::talk::{called, reply, said, small};

pub(crate) fn ladder() -> Ladder {
    Ladder::new(&small("", ""))
}

fn wish(it: &Wish) -> String {
    match it {
        Wish::Order { stock, side, qty, price } => {
            let side = if *side == Side::Buy { "buy" } else { "sell" };
            let code = ["MA002", "EN001"][stock.index()];
            format!("{side} {qty} {code} at {}", Price(*price))
        }
        Wish::Unreadable { why, words } => format!("{why:?}: {words}"),
    }
}

fn shown((reading, wishes): &(Reading, Option<Vec<Wish>>)) -> String {
    let way = match (reading.rung, reading.failure) {
        (Some(rung), None) => rung.word(),
        (None, Some(failure)) => failure.word(),
        both => panic!("a rung or a failure, not {both:?}"),
    };
    let way = format!("{way} ({})", reading.repair_words()).replace(" ()", "");
    match wishes {
        None => format!("{way}: {}", reading.error.as_deref().expect("what is wrong")),
        Some(none) if none.is_empty() => format!("{way}: hold"),
        Some(wishes) => {
            let wishes: Vec<String> = wishes.iter().map(wish).collect();
            format!("{way}\n    {}", wishes.join("\n    "))
        }
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn a_corpus_of_answers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/answers");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|it| it.expect("a file").file_name().into_string().expect("a name"))
        .filter(|it| it.contains(".txt"))
        .collect();
    names.sort();
    let mut table = Vec::new();
    for name in names {
        let text = std::fs::read_to_string(folder.join(&name)).expect("a text");
        let name = name.trim_end_matches(".txt");
        let finish = if name.ends_with(".length") { Finish::Length } else { Finish::Stop };
        let read = ladder().read(&reply(&text, Vec::new(), finish));
        table.push(format!("{name}: {}", shown(&read)));
    }
    assert_snapshot!(table.join("\n"), @r#"
    bare-list: repair (bare-list)
        sell 5 EN001 at 10.90
    blank: empty: it is empty
    call-list: repair (bare-list call-as-text)
        buy 3 EN001 at 10.60
    chinese-words: repair (number-as-text currency unit-word field-name action-name)
        buy 100 EN001 at 10.55
    cut-after-an-order.length: repair (cut)
        buy 5 EN001 at 10.50
    cut-but-whole.length: scan: hold
    cut-in-a-number.length: truncated: it ends before the first order does
    cut-in-the-reason.length: truncated: it has no JSON object with `orders`
    deep: scan: hold
    echoed-form: scan
        buy 1 MA002 at 20.75
    empty: empty: it is empty
    exact: schema
        buy 10 EN001 at 10.55
        sell 3 MA002 at 20.90
    fenced: scan
        sell 2 MA002 at 20.80
    full-width-quote-in-the-reason: schema: hold
    full-width: repair (quotes full-width action-name stock-name)
        buy 10 EN001 at 10.55
    garbled-list: unreadable: orders[1]: it is no JSON object
    german-comma: repair (number-as-text)
        BadNumber: {"action":"buy","stock":"EN001","quantity":10,"price":"10,50"}
    hermes-calls: repair (several-orders call-as-text)
        buy 3 EN001 at 10.60
        sell 2 MA002 at 20.80
    hold-as-order: schema: hold
    hold-empty-list: schema: hold
    huge-numbers: schema
        BadNumber: {"action":"buy","stock":"EN001","quantity":99999999999999999999999999,"price":1e300}
        buy 4294967296 EN001 at 10.50
    injected-code: schema
        UnknownStock: {"action":"buy","stock":"EN001'; DROP TABLE orders;--","quantity":1,"price":10.5}
    injected-news: scan: hold
    javascript: repair (trailing-comma unquoted-key unquoted-text comment number-as-text thousands)
        buy 1000 EN001 at 10.61
        sell 2 MA002 at 20.70
    last-of-two: scan
        buy 10 EN001 at 10.60
    missing-commas: repair (missing-comma)
        buy 10 EN001 at 10.50
        buy 1 MA002 at 20.50
    negative-numbers: schema
        sell -5 EN001 at -10.50
    no-list: repair (no-list): hold
    not-a-number: repair (unquoted-text number-as-text)
        BadNumber: {"action":"buy","stock":"EN001","quantity":"NaN","price":"Infinity"}
        BadNumber: {"action":"sell","stock":"EN001","quantity":"all","price":"market"}
    numbers-as-text: repair (number-as-text thousands currency unit-word)
        buy 1000 EN001 at 10.50
    odd-numbers: schema
        BadNumber: {"action":"buy","stock":"EN001","quantity":2.5,"price":10.5}
        BadNumber: {"action":"buy","stock":"EN001","quantity":2.0,"price":10.333333333}
        buy 2 EN001 at 10.50
        BadNumber: {"action":"buy","stock":"EN001","quantity":null,"price":10}
    one-per-line: repair (several-orders)
        buy 5 EN001 at 10.50
        sell 5 MA002 at 20.90
    only-words: unreadable: it has no JSON object with `orders`
    other-json: unreadable: it has no JSON object with `orders`
    other-names: repair (field-name action-name stock-name extra-field)
        buy 10 EN001 at 10.50
    prose-around: scan
        buy 5 EN001 at 10.40
    python-dict: repair (quotes python-word bad-escape extra-field)
        buy 7 EN001 at 10.60
    raw-line-breaks: repair (inner-quote control-character bad-escape): hold
    reason-as-list: repair (no-text)
        buy 10 EN001 at 10.50
    refusal: refused: it has no JSON object with `orders`
    schema-echo: unreadable: it has no JSON object with `orders`
    single-order: repair (single-order)
        sell 5 EN001 at 10.90
    think-closed: scan: hold
    think-cut.length: truncated: it was cut before it said anything
    think-only-closed: scan
        buy 4 MA002 at 20.70
    think-unclosed: empty: it is empty
    thousands: repair (thousands)
        sell 1250 EN001 at 10.70
    trailing-commas: repair (trailing-comma)
        buy 10 EN001 at 10.50
    twice: unreadable: orders[0]: `action` is given twice
    unclosed: repair (cut)
        buy 5 EN001 at 10.50
    unicode: schema
        buy 1 EN001 at 10.50
    unknown-action: unreadable: orders[0]: `short` is not an action; it is one of buy, sell, hold
    unknown-stocks: schema
        UnknownStock: {"action":"buy","stock":"AAPL","quantity":1,"price":190.5}
        UnknownStock: {"action":"buy","stock":"EN01","quantity":1,"price":10.5}
        UnknownStock: {"action":"buy","stock":"","quantity":1,"price":10.5}
    vertical-tab: repair (control-character)
        buy 4 MA002 at 20.70
    wrapped: scan
        buy 2 EN001 at 10.60
    "#);
}

#[test]
fn calls_of_tools() {
    let read = |reply: &Reply| shown(&ladder().read(reply));
    let order = json!({ "stock": "EN001", "quantity": 10, "price": 10.55 });
    let two = called("cheap", &[("buy", order.clone()), ("sell", order.clone())]);
    assert_snapshot!(read(&two), @"
    tools
        buy 10 EN001 at 10.55
        sell 10 EN001 at 10.55
    ");
    assert_snapshot!(read(&called("", &[("hold", json!({}))])), @"tools: hold");
    let text = json!("{'stock': 'EN001', 'quantity': '10', 'price': 10.55}");
    assert_snapshot!(read(&called("", &[("Buy", text)])), @"
    repair (quotes number-as-text action-name)
        buy 10 EN001 at 10.55
    ");
    assert_snapshot!(read(&called("", &[("short", order.clone())])), @"unreadable: `short` is not an action; it is one of buy, sell, hold");
    assert_snapshot!(read(&called("", &[("buy", json!([1, 2]))])), @"unreadable: the arguments of `buy` are no JSON object");
    let wrong = json!({ "stock": "NONE", "quantity": 10 });
    assert_snapshot!(read(&called("", &[("buy", wrong), ("buy", order)])), @r#"
    tools
        UnknownStock: {"stock":"NONE","quantity":10}
        buy 10 EN001 at 10.55
    "#);
}

#[test]
fn a_reason_may_come_as_words_or_as_a_field_and_is_cut() {
    let reason = |reply: &Reply| ladder().read(reply).0.reason;
    let hold = [("hold", json!({}))];
    assert_eq!(
        reason(&called("<think>hm</think> Too dear. ", &hold)).as_deref(),
        Some("Too dear.")
    );
    assert_eq!(reason(&said(r#"{"reason": " ", "orders": []}"#)), None);
    assert_eq!(reason(&said(r#"{"orders": []}"#)), None);
}

#[test]
fn what_the_server_refused_is_refused_whatever_it_says() {
    let it = reply(r#"{"reason": "x", "orders": []}"#, Vec::new(), Finish::Refused);
    assert_snapshot!(shown(&ladder().read(&it)), @"refused: it was refused");
}

#[test]
fn too_much_is_no_answer() {
    let order = r#"{"action":"buy","stock":"EN001","quantity":1,"price":10}"#;
    let orders = vec![order; ORDERS_MAX + 1].join(",");
    let many = format!(r#"{{"reason":"","orders":[{orders}]}}"#);
    assert_snapshot!(shown(&ladder().read(&said(&many))), @"too-many-orders: 257 orders; at most 256 are read");
    let hold = json!({});
    let calls = vec![("hold", hold); ORDERS_MAX + 1];
    assert_snapshot!(shown(&ladder().read(&called("", &calls))), @"too-many-orders: 257 calls; at most 256 are read");
    let long = format!(r#"{{"reason":"{}","orders":[]}}"#, "x".repeat(ANSWER_BYTES_MAX));
    assert_snapshot!(shown(&ladder().read(&said(&long))), @"oversized: it has 65561 bytes; at most 65536 are read");
    let thought =
        format!("<think>{}</think>{{\"reason\":\"\",\"orders\":[]}}", "x".repeat(500_000));
    assert_snapshot!(shown(&ladder().read(&said(&thought))), @"scan: hold");
}

#[test]
fn brackets_without_end_are_given_up() {
    for open in ["[", "{", "{\"a\":", "[\"", "{'a':[", "[1,", "{\"a\":\"{", "[[],"] {
        let text = open.repeat(ANSWER_BYTES_MAX / open.len());
        let (reading, wishes) = ladder().read(&said(&text));
        assert!(wishes.is_none() && reading.failure.is_some(), "{open}");
    }
}

#[test]
fn a_code_in_other_letters_is_taken_only_if_it_is_one_stock() {
    let text = r#"
        name = "alike"
        company = [
            { code = "ab", sector = "x", closes = ["10"] },
            { code = "AB", sector = "x", closes = ["10"] },
        ]
        traders = [{ kind = "value", ratio = 1, capital = 100 }]
    "#;
    let ladder = Ladder::new(&crate::run::read(text));
    let stock = |code: &str| {
        let text = format!(
            r#"{{"reason":"","orders":[{{"action":"buy","stock":"{code}","quantity":1,"price":1}}]}}"#
        );
        match ladder.read_text(&text).1.expect("an answer").remove(0) {
            Wish::Order { stock, .. } => Some(stock),
            Wish::Unreadable { .. } => None,
        }
    };
    assert_eq!([stock("ab"), stock("AB"), stock("Ab")], [Some(StockId(0)), Some(StockId(1)), None]);
}
