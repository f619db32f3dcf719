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
    assert_snapshot!(play(&[], X1), @r#"
    {"event":"rested","id":1,"qty":40}
    {"event":"rested","id":2,"qty":10}
    {"event":"rested","id":3,"qty":25}
    {"event":"trade","price":"10.01","qty":10,"maker":2,"taker":4,"buyer":2,"seller":4}
    {"event":"filled","id":2}
    {"event":"trade","price":"10.00","qty":40,"maker":1,"taker":4,"buyer":1,"seller":4}
    {"event":"filled","id":1}
    {"event":"rested","id":4,"qty":10}
    {"event":"book","bids":[],"asks":[["10.00",10],["10.03",25]]}
    {"event":"trade","price":"10.00","qty":10,"maker":4,"taker":5,"buyer":5,"seller":4}
    {"event":"filled","id":4}
    {"event":"trade","price":"10.03","qty":20,"maker":3,"taker":5,"buyer":5,"seller":3}
    {"event":"filled","id":5}
    {"event":"book","bids":[],"asks":[["10.03",5]]}
    "#);
}

#[test]
fn continuous_trades_may_be_at_the_midpoint() {
    assert_snapshot!(play(&["--clearing", "midpoint"], X1), @r#"
    {"event":"rested","id":1,"qty":40}
    {"event":"rested","id":2,"qty":10}
    {"event":"rested","id":3,"qty":25}
    {"event":"trade","price":"10.005","qty":10,"maker":2,"taker":4,"buyer":2,"seller":4}
    {"event":"filled","id":2}
    {"event":"trade","price":"10.00","qty":40,"maker":1,"taker":4,"buyer":1,"seller":4}
    {"event":"filled","id":1}
    {"event":"rested","id":4,"qty":10}
    {"event":"book","bids":[],"asks":[["10.00",10],["10.03",25]]}
    {"event":"trade","price":"10.00","qty":10,"maker":4,"taker":5,"buyer":5,"seller":4}
    {"event":"filled","id":4}
    {"event":"trade","price":"10.03","qty":20,"maker":3,"taker":5,"buyer":5,"seller":3}
    {"event":"filled","id":5}
    {"event":"book","bids":[],"asks":[["10.03",5]]}
    "#);
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
    assert_snapshot!(play(&["--clearing", "midpoint"], AUCTION), @r#"
    {"event":"rested","id":1,"qty":100}
    {"event":"rested","id":2,"qty":50}
    {"event":"rested","id":3,"qty":70}
    {"event":"rested","id":4,"qty":90}
    {"event":"rested","id":5,"qty":10}
    {"event":"trade","price":"10.06","qty":70,"maker":1,"taker":3,"buyer":1,"seller":3}
    {"event":"filled","id":3}
    {"event":"trade","price":"10.085","qty":30,"maker":1,"taker":4,"buyer":1,"seller":4}
    {"event":"filled","id":1}
    {"event":"trade","price":"10.075","qty":50,"maker":2,"taker":4,"buyer":2,"seller":4}
    {"event":"filled","id":2}
    {"event":"book","bids":[],"asks":[["10.07",10],["10.09",10]]}
    "#);
}

#[test]
fn an_auction_may_have_one_price() {
    assert_snapshot!(play(&["--clearing", "uniform", "--reference", "10.00"], AUCTION), @r#"
    {"event":"rested","id":1,"qty":100}
    {"event":"rested","id":2,"qty":50}
    {"event":"rested","id":3,"qty":70}
    {"event":"rested","id":4,"qty":90}
    {"event":"rested","id":5,"qty":10}
    {"event":"auction","price":"10.07","qty":150}
    {"event":"trade","price":"10.07","qty":70,"maker":1,"taker":3,"buyer":1,"seller":3}
    {"event":"filled","id":3}
    {"event":"trade","price":"10.07","qty":30,"maker":1,"taker":4,"buyer":1,"seller":4}
    {"event":"filled","id":1}
    {"event":"trade","price":"10.07","qty":50,"maker":2,"taker":4,"buyer":2,"seller":4}
    {"event":"filled","id":2}
    {"event":"book","bids":[],"asks":[["10.07",10],["10.09",10]]}
    "#);
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
    assert_snapshot!(play(&flags, script), @r#"
    {"event":"rested","id":1,"qty":30}
    {"event":"rested","id":2,"qty":20}
    {"event":"rested","id":3,"qty":30}
    {"event":"rested","id":4,"qty":15}
    {"event":"auction","price":"17","qty":30}
    {"event":"trade","price":"17","qty":30,"maker":1,"taker":3,"buyer":1,"seller":3}
    {"event":"filled","id":1}
    {"event":"filled","id":3}
    {"event":"book","bids":[["16",20]],"asks":[["18",15]]}
    "#);
    let lowest = play(&["--clearing", "uniform", "--tick", "1", "--tie", "lowest"], script);
    assert!(lowest.contains(r#"{"event":"auction","price":"12","qty":30}"#), "{lowest}");
}

#[test]
fn nothing_crosses() {
    let script = "collect\n1 B 5 @9\n2 S 5 @10\nuncross";
    assert_snapshot!(play(&["--clearing", "uniform"], script), @r#"
    {"event":"rested","id":1,"qty":5}
    {"event":"rested","id":2,"qty":5}
    {"event":"auction","price":null,"qty":0}
    "#);
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
    assert_snapshot!(play(&[], script), @r#"
    {"event":"rested","id":1,"qty":10}
    {"event":"trade","price":"0.50","qty":4,"maker":1,"taker":2,"buyer":2,"seller":1}
    {"event":"filled","id":2}
    {"event":"cancelled","id":3,"qty":8,"reason":"cannot be filled in full"}
    {"event":"book","bids":[],"asks":[["0.50",6]]}
    {"event":"trade","price":"0.50","qty":6,"maker":1,"taker":4,"buyer":4,"seller":1}
    {"event":"filled","id":1}
    {"event":"cancelled","id":4,"qty":3,"reason":"nothing left to trade with"}
    {"event":"rested","id":5,"qty":1}
    {"event":"rejected","id":6,"reason":"the post-only order would trade"}
    {"event":"book","bids":[["0.49",1]],"asks":[]}
    "#);
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
    assert_snapshot!(play(&[], script), @r#"
    {"event":"rested","id":1,"qty":10}
    {"event":"rested","id":2,"qty":10}
    {"event":"rested","id":1,"qty":5}
    {"event":"trade","price":"10.00","qty":5,"maker":1,"taker":3,"buyer":1,"seller":3}
    {"event":"filled","id":1}
    {"event":"trade","price":"10.00","qty":1,"maker":2,"taker":3,"buyer":2,"seller":3}
    {"event":"filled","id":3}
    {"event":"rested","id":2,"qty":20}
    {"event":"rested","id":4,"qty":1}
    {"event":"trade","price":"10.00","qty":1,"maker":2,"taker":5,"buyer":2,"seller":5}
    {"event":"filled","id":5}
    {"event":"rested","id":4,"qty":3}
    {"event":"trade","price":"10.50","qty":3,"maker":4,"taker":6,"buyer":4,"seller":6}
    {"event":"filled","id":4}
    {"event":"rested","id":6,"qty":6}
    {"event":"trade","price":"10.20","qty":1,"maker":6,"taker":2,"buyer":2,"seller":6}
    {"event":"filled","id":2}
    {"event":"book","bids":[],"asks":[["10.20",5]]}
    "#);
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
    assert_snapshot!(play(&[], script), @r#"
    {"event":"rested","id":1,"qty":10}
    {"event":"rejected","id":1,"reason":"the id was used before"}
    {"event":"rejected","id":0,"reason":"the order id is zero"}
    {"event":"rejected","id":2,"reason":"the quantity is zero"}
    {"event":"rejected","id":2,"reason":"the quantity is above 4294967295"}
    {"event":"rejected","id":2,"reason":"the price is not a multiple of the tick"}
    {"event":"rejected","id":2,"reason":"the price is not positive"}
    {"event":"rejected","id":2,"reason":"the price is not positive"}
    {"event":"rejected","id":7,"reason":"the order is not live"}
    {"event":"rejected","id":7,"reason":"the order is not live"}
    {"event":"cancelled","id":1,"qty":10,"reason":"requested"}
    {"event":"rejected","id":1,"reason":"the order is not live"}
    {"event":"book","bids":[],"asks":[]}
    "#);
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
    assert_snapshot!(play(&["--clearing", "midpoint"], script), @r#"
    {"event":"rested","id":1,"qty":10}
    {"event":"cancelled","id":2,"qty":4,"reason":"orders are being collected"}
    {"event":"cancelled","id":3,"qty":4,"reason":"orders are being collected"}
    {"event":"cancelled","id":4,"qty":4,"reason":"orders are being collected"}
    {"event":"rested","id":5,"qty":4}
    {"event":"rested","id":5,"qty":6}
    {"event":"cancelled","id":1,"qty":10,"reason":"requested"}
    {"event":"rested","id":6,"qty":2}
    {"event":"trade","price":"9.50","qty":2,"maker":5,"taker":6,"buyer":5,"seller":6}
    {"event":"filled","id":6}
    "#);
}

#[test]
fn self_trades_are_a_policy() {
    let script = r#"{"op":"limit","id":1,"trader":7,"side":"buy","qty":5,"price":10}
        {"op":"limit","id":2,"trader":7,"side":"sell","qty":3,"price":9.99}
        ?"#;
    assert_snapshot!(play(&[], script), @r#"
    {"event":"rested","id":1,"qty":5}
    {"event":"trade","price":"10.00","qty":3,"maker":1,"taker":2,"buyer":7,"seller":7}
    {"event":"filled","id":2}
    {"event":"book","bids":[["10.00",2]],"asks":[]}
    "#);
    assert_snapshot!(play(&["--self-trade", "cancel-newest"], script), @r#"
    {"event":"rested","id":1,"qty":5}
    {"event":"cancelled","id":2,"qty":3,"reason":"would trade with the same trader"}
    {"event":"book","bids":[["10.00",5]],"asks":[]}
    "#);
    assert_snapshot!(play(&["--self-trade", "cancel-oldest"], script), @r#"
    {"event":"rested","id":1,"qty":5}
    {"event":"cancelled","id":1,"qty":5,"reason":"would trade with the same trader"}
    {"event":"rested","id":2,"qty":3}
    {"event":"book","bids":[],"asks":[["9.99",3]]}
    "#);
}

#[test]
fn large_names_and_small_ticks_are_exact() {
    let script = r#"{"op":"limit","id":18446744073709551615,"trader":18446744073709551615,"side":"buy","qty":5,"price":"1.0000001"}
        {"op":"limit","id":5,"trader":0,"side":"sell","qty":3,"price":"1.0000000"}"#;
    assert_snapshot!(play(&["--tick", "0.0000001", "--clearing", "midpoint"], script), @r#"
    {"event":"rested","id":18446744073709551615,"qty":5}
    {"event":"trade","price":"1.00000005","qty":3,"maker":18446744073709551615,"taker":5,"buyer":18446744073709551615,"seller":0}
    {"event":"filled","id":5}
    "#);
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
        "[1,2]",
    ] {
        let told = play(&[], &format!("{good}{line}\n2 B 1 @1"));
        assert!(told.contains("exit Some(2)\nerror: line 2: "), "{line}: {told}");
        assert!(told.starts_with(r#"{"event":"rested","id":1,"qty":10}"#), "{told}");
        assert_eq!(told.lines().count(), 3, "{told}");
    }
    let told = asfm_reads(&["match"], b"\n\n\xFF\xFE\n");
    assert_eq!(told.status.code(), Some(2));
    assert_snapshot!(play(&[], "{\"op\":\"dance\"}"), @"
    exit Some(2)
    error: line 1: unknown variant `dance`, expected one of `limit`, `market`, `cancel`, `replace`, `collect`, `uncross`, `snapshot`, at column 13
    ");
    assert_snapshot!(play(&["--tick", "x"], ""), @"
    exit Some(2)
    error: --tick: expected a decimal number
    ");
    assert_snapshot!(play(&["--tick", "-1"], ""), @"
    exit Some(2)
    error: unexpected argument '-1' found

    Usage: asfm match [OPTIONS]

    For more information, try '--help'.
    ");
    assert_snapshot!(play(&["--clearing", "uniform", "--reference", "10.001"], ""), @"
    exit Some(2)
    error: --reference: the price is not a multiple of the tick
    ");
}
