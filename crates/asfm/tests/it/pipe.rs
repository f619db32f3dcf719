//! `asfm match`: worked examples and the rules of the pipe.

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::support::{asfm_reads, stdout};

/// Plays messages in short: `1 B 40 @10.00`, `5 B 30 MKT`, `cancel 3`, `replace 3 10 @9.99`,
/// `collect`, `uncross`, `?`; anything else is sent as it is.
fn play(flags: &[&str], script: &str) -> String {
    let mut input = String::new();
    for line in script.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let side = |word: &str| if word == "B" { "buy" } else { "sell" };
        let line = match words[..] {
            ["?"] => r#"{"op":"snapshot"}"#.to_owned(),
            ["collect" | "uncross"] => format!(r#"{{"op":"{}"}}"#, words[0]),
            ["cancel", id] => format!(r#"{{"op":"cancel","id":{id}}}"#),
            ["replace", id, qty, price] => {
                let price = &price[1..];
                format!(r#"{{"op":"replace","id":{id},"qty":{qty},"price":"{price}"}}"#)
            }
            [id, of @ ("B" | "S"), qty, "MKT"] => format!(
                r#"{{"op":"market","id":{id},"trader":{id},"side":"{}","qty":{qty}}}"#,
                side(of)
            ),
            [id, of @ ("B" | "S"), qty, price, ref more @ ..] => {
                let mut line = format!(
                    r#"{{"op":"limit","id":{id},"trader":{id},"side":"{}","qty":{qty},"price":"{}""#,
                    side(of),
                    &price[1..]
                );
                for it in more {
                    match *it {
                        "POST" => line += r#","post_only":true"#,
                        tif => write!(line, r#","tif":"{tif}""#).expect("text"),
                    }
                }
                line + "}"
            }
            _ => line.to_owned(),
        };
        input += &line;
        input.push('\n');
    }
    let mut arguments = vec!["match"];
    arguments.extend(flags);
    let output = asfm_reads(&arguments, input.as_bytes());
    let mut told = stdout(&output);
    if !output.status.success() {
        let stderr = String::from_utf8(output.stderr).expect("text");
        write!(told, "exit {:?}\n{stderr}", output.status.code()).expect("text");
    }
    told
}

const X1: &str = "1 B 40 @10.00
    2 B 10 @10.01
    3 S 25 @10.03
    4 S 60 @10.00
    ?
    5 B 30 MKT
    ?";

#[test]
fn continuous_trades_are_at_the_makers_price() {
    assert_snapshot!(play(&[], X1), @"");
}

#[test]
fn continuous_trades_may_be_at_the_midpoint() {
    assert_snapshot!(play(&["--clearing", "midpoint"], X1), @"");
}

const AUCTION: &str = "collect
    1 B 100 @10.10
    2 B 50 @10.08
    3 S 70 @10.02
    4 S 90 @10.07
    5 S 10 @10.09
    uncross
    ?";

#[test]
fn an_auction_pairs_best_with_best() {
    assert_snapshot!(play(&["--clearing", "midpoint"], AUCTION), @"");
}

#[test]
fn an_auction_may_have_one_price() {
    assert_snapshot!(play(&["--clearing", "uniform", "--reference", "10.00"], AUCTION), @"");
    let dear = play(&["--clearing", "uniform", "--reference", "10.20"], AUCTION);
    assert!(dear.contains(r#"{"event":"auction","price":"10.08","qty":150}"#), "{dear}");
}

#[test]
fn the_least_imbalance_may_lie_where_no_order_stands() {
    let script = "collect
        1 B 30 @20
        2 B 20 @16
        3 S 30 @12
        4 S 15 @18
        uncross
        ?";
    let flags = ["--clearing", "uniform", "--tick", "1", "--reference", "12"];
    assert_snapshot!(play(&flags, script), @"");
    let lowest = play(&["--clearing", "uniform", "--tick", "1", "--tie", "lowest"], script);
    assert!(lowest.contains(r#"{"event":"auction","price":"12","qty":30}"#), "{lowest}");
}

#[test]
fn nothing_crosses() {
    let script = "collect\n1 B 5 @9\n2 S 5 @10\nuncross";
    assert_snapshot!(play(&["--clearing", "uniform"], script), @"");
}

#[test]
fn immediate_or_cancel_and_fill_or_kill() {
    let script = "1 S 10 @0.50
        2 B 4 @0.50 ioc
        3 B 8 @0.50 fok
        ?
        4 B 9 @0.50 ioc
        5 B 1 @0.49 POST
        6 S 1 @0.49 POST
        ?";
    assert_snapshot!(play(&[], script), @"");
}

#[test]
fn replacing_keeps_the_place_only_for_less_at_the_same_price() {
    let script = "1 B 10 @10
        2 B 10 @10
        replace 1 5 @10
        3 S 6 @10
        replace 2 20 @10
        4 B 1 @10
        5 S 1 @10
        replace 4 3 @10.5
        6 S 9 @10.2
        replace 2 1 @11
        ?";
    assert_snapshot!(play(&[], script), @"");
}

#[test]
fn refusals_leave_the_book_as_it_was() {
    let script = "1 B 10 @10
        1 B 10 @10
        0 B 10 @10
        2 B 0 @10
        2 B 99999999999 @10
        2 B 10 @10.005
        2 B 10 @0
        2 B 10 @-1
        cancel 7
        replace 7 1 @1
        cancel 1
        cancel 1
        ?";
    assert_snapshot!(play(&[], script), @"");
}

#[test]
fn while_collecting_only_resting_orders_are_taken() {
    let script = "1 S 10 @10
        collect
        2 B 4 MKT
        3 B 4 @10 ioc
        4 B 4 @10 fok
        5 B 4 @10
        replace 5 6 @10
        cancel 1
        6 S 2 @9
        uncross";
    assert_snapshot!(play(&["--clearing", "midpoint"], script), @"");
}

#[test]
fn self_trades_are_a_policy() {
    let script = r#"{"op":"limit","id":1,"trader":7,"side":"buy","qty":5,"price":10}
        {"op":"limit","id":2,"trader":7,"side":"sell","qty":3,"price":9.99}
        ?"#;
    assert_snapshot!(play(&[], script), @"");
    assert_snapshot!(play(&["--self-trade", "cancel-newest"], script), @"");
    assert_snapshot!(play(&["--self-trade", "cancel-oldest"], script), @"");
}

#[test]
fn large_names_and_small_ticks_are_exact() {
    let script = r#"{"op":"limit","id":18446744073709551615,"trader":18446744073709551615,"side":"buy","qty":5,"price":"1.0000001"}
        {"op":"limit","id":5,"trader":0,"side":"sell","qty":3,"price":"1.0000000"}"#;
    assert_snapshot!(play(&["--tick", "0.0000001", "--clearing", "midpoint"], script), @"");
}

#[test]
fn a_malformed_line_stops_the_program() {
    let good = "1 B 10 @10\n\n";
    for line in [
        "{",
        "nonsense",
        r#"{"op":"dance"}"#,
        r#"{"op":"cancel"}"#,
        r#"{"op":"cancel","id":-1}"#,
        r#"{"op":"cancel","id":1,"extra":2}"#,
        r#"{"op":"limit","id":2,"trader":1,"side":"up","qty":1,"price":1}"#,
        r#"{"op":"limit","id":2,"trader":1,"side":"buy","qty":1.5,"price":1}"#,
        r#"{"op":"limit","id":2,"trader":1,"side":"buy","qty":1,"price":"a lot"}"#,
        r#"{"op":"limit","id":2,"trader":1,"side":"buy","qty":1,"price":true}"#,
        r#"[1,2]"#,
    ] {
        let told = play(&[], &format!("{good}{line}\n2 B 1 @1"));
        assert!(told.contains("exit Some(2)\nerror: line 2: "), "{line}: {told}");
        assert!(told.starts_with(r#"{"event":"rested","id":1,"qty":10}"#), "{told}");
        assert_eq!(told.lines().count(), 3, "{told}");
    }
    let told = asfm_reads(&["match"], b"\n\n\xFF\xFE\n");
    assert_eq!(told.status.code(), Some(2));
    assert_snapshot!(play(&[], "{\"op\":\"dance\"}"), @"");
    assert_snapshot!(play(&["--tick", "x"], ""), @"");
    assert_snapshot!(play(&["--tick", "-1"], ""), @"");
    assert_snapshot!(play(&["--clearing", "uniform", "--reference", "10.001"], ""), @"");
}
