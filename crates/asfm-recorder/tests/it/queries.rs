//! The views, and the queries of the documentation.

use std::collections::BTreeMap;
use std::path::PathBuf;

use asfm_engine::{Intent, RoundLog, Verdict};
use asfm_recorder::Ending;
use rusqlite::Connection;
use rusqlite::types::{Value, ValueRef};
use tempfile::{TempDir, tempdir};

use crate::market::{PLAIN, RICH, crowd, engine, record};

type Row = Vec<Value>;

/// A run, its rounds, and the answers to questions about it.
struct Asked {
    logs: Vec<RoundLog>,
    file: Connection,
    _folder: TempDir,
}

impl Asked {
    fn of(text: &str) -> Self {
        let folder = tempdir().unwrap();
        let path = folder.path().join("run.db");
        let logs = record(&path, &mut engine(text, 1), usize::MAX, Ending::Done).unwrap();
        let file = Connection::open(path).unwrap();
        Self { logs, file, _folder: folder }
    }

    fn rows(&self, query: &str) -> Vec<Row> {
        let mut query = self.file.prepare(query).unwrap();
        let columns = query.column_count();
        let rows = query.query_map([], |row| (0..columns).map(|it| row.get(it)).collect());
        rows.unwrap().map(Result::unwrap).collect()
    }

    fn one(&self, query: &str) -> i64 {
        self.file.query_row(query, [], |row| row.get(0)).unwrap()
    }
}

fn text(value: &Value) -> String {
    match ValueRef::from(value) {
        ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        _ => String::new(),
    }
}

fn int(n: impl TryInto<i64>) -> Value {
    Value::Integer(n.try_into().ok().expect("small"))
}

/// The documented query that contains some words.
pub(crate) fn documented(words: &str) -> String {
    let mut page = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    page.push("../../docs/run-file.md");
    let page = std::fs::read_to_string(page).unwrap();
    let blocks = page.split("```sql\n").skip(1);
    let queries = blocks.map(|it| it.split("```").next().unwrap_or_default().to_owned());
    let found: Vec<String> = queries.filter(|it| it.contains(words)).collect();
    assert_eq!(found.len(), 1, "one query has {words:?}");
    found.into_iter().next().unwrap()
}

#[test]
fn rejections_of_a_trader() {
    for text in [PLAIN, RICH] {
        let asked = Asked::of(text);
        let found = asked.rows(&documented("FROM rejections"));
        let mut expected = Vec::new();
        for log in &asked.logs {
            for it in log.requests.iter().filter(|it| it.trader.number() == 3) {
                if let Verdict::Rejected(why) = it.verdict {
                    expected.push((int(it.id.0), int(log.day.0), why.code(), why.to_string()));
                }
            }
        }
        assert!(expected.len() > 5);
        let found = found
            .iter()
            .map(|row| (row[0].clone(), row[1].clone(), self::text(&row[7]), self::text(&row[8])));
        let expected =
            expected.into_iter().map(|(id, day, code, why)| (id, day, code.to_owned(), why));
        assert!(found.eq(expected));
    }
}

#[test]
fn closes_of_every_stock() {
    let asked = Asked::of(RICH);
    let found = asked.rows(&documented("FROM closes ORDER"));
    let mut expected = Vec::new();
    for log in &asked.logs {
        for it in log.close.iter().flat_map(|it| &it.closes) {
            let code = ["A", "B", "C"][it.stock.index()].to_owned();
            expected.push(vec![int(log.day.0), Value::Text(code), Value::Real(it.close.to_f64())]);
        }
    }
    assert_eq!(found, expected);
}

#[test]
fn who_traded_with_whom() {
    let asked = Asked::of(&PLAIN.replace("days = 4", "days = 12"));
    let found = asked.rows(&documented("FROM trades WHERE day = 10"));
    let mut expected: BTreeMap<(u32, u32, u16), (i64, i64)> = BTreeMap::new();
    for log in asked.logs.iter().filter(|it| it.day.0 == 10) {
        for it in &log.trades {
            let key = (it.buyer.number(), it.seller.number(), it.stock.0);
            let sums = expected.entry(key).or_default();
            *sums = (sums.0 + 1, sums.1 + i64::from(it.qty));
        }
    }
    assert!(expected.len() > 2);
    let expected = expected.into_iter().map(|((buyer, seller, stock), (trades, shares))| {
        let code = ["EN001", "MA002"][usize::from(stock)].to_owned();
        vec![int(buyer), int(seller), Value::Text(code), int(trades), int(shares)]
    });
    assert!(found.into_iter().eq(expected));
}

#[test]
fn totals_are_the_same_on_every_day() {
    for text in [PLAIN, RICH] {
        let asked = Asked::of(text);
        let totals = asked.rows(&documented("FROM totals"));
        assert!(totals.len() > 3);
        assert!(totals.iter().all(|it| it[1..] == totals[0][1..]), "{totals:?}");
        let days = asked.one("SELECT count(DISTINCT day) FROM account_parts");
        assert_eq!(int(totals.len()), int(days));
    }
}

#[test]
fn returns_of_the_traders() {
    let asked = Asked::of(PLAIN);
    let found = asked.rows(&documented("AS return"));
    assert_eq!(found.len(), 9);
    let weights = found.iter().map(|row| match (&row[2], text(&row[1]).as_str()) {
        (Value::Real(earned), "value") => earned * 20_000.0,
        (Value::Real(earned), "aggressive") => earned * 6_000.0,
        other => panic!("{other:?}"),
    });
    let last = asked.one("SELECT sum(wealth_e4) FROM accounts WHERE day = 4");
    let first = asked.one("SELECT sum(wealth_e4) FROM accounts WHERE day = 0");
    let (sum, gained): (f64, i32) = (weights.sum(), i32::try_from(last - first).unwrap());
    assert!((sum - f64::from(gained) / 1e4).abs() < 1e-6);
}

#[test]
fn what_became_of_orders() {
    for text in [PLAIN, RICH, crate::market::BUSY] {
        let asked = Asked::of(text);
        // For each accepted order: quantity, shares filled, why the rest ended.
        let mut orders: BTreeMap<u64, (i64, i64, &str)> = BTreeMap::new();
        for log in &asked.logs {
            for it in log.requests.iter().filter(|it| it.verdict == Verdict::Accepted) {
                if let Intent::Order { qty, .. } = it.intent {
                    orders.insert(it.id.0, (qty, 0, "open"));
                }
            }
            for it in &log.trades {
                for id in [it.maker, it.taker] {
                    let order = orders.get_mut(&id.0).expect("an order that trades was accepted");
                    order.1 += i64::from(it.qty);
                }
            }
            for it in &log.ends {
                orders.get_mut(&it.order.0).expect("likewise").2 = it.reason.code();
            }
        }
        let found = asked.rows("SELECT id, qty, filled, \"left\", ended FROM orders ORDER BY id");
        let expected = orders.into_iter().map(|(id, (qty, filled, why))| {
            let why = if qty == filled { "filled" } else { why };
            vec![int(id), int(qty), int(filled), int(qty - filled), Value::Text(why.to_owned())]
        });
        assert!(found.into_iter().eq(expected));
        assert!(!asked.rows(&documented("o.ended")).is_empty());
        assert!(!asked.rows(&documented("LIMIT 5")).is_empty());
    }
}

#[test]
fn events_are_everything_in_order() {
    let asked = Asked::of(RICH);
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for log in &asked.logs {
        let close = log.close.as_ref();
        for it in &log.requests {
            let kind = match (it.verdict, it.intent) {
                (Verdict::Rejected(_), _) => "rejection",
                (_, Intent::Cancel { .. }) => "cancel",
                _ => "order",
            };
            *expected.entry(kind.to_owned()).or_default() += 1;
        }
        for (kind, n) in [
            ("statement", log.statements.len()),
            ("auction", log.auctions.len()),
            ("trade", log.trades.len()),
            ("end", log.ends.len()),
            ("close", close.map_or(0, |it| it.closes.len())),
            ("transfer", close.map_or(0, |it| it.transfers.len())),
        ] {
            *expected.entry(kind.to_owned()).or_default() += n;
        }
    }
    let found = asked.rows("SELECT kind, count(*) FROM events GROUP BY kind ORDER BY kind");
    let expected = expected.into_iter().map(|(kind, n)| vec![Value::Text(kind), int(n)]);
    assert!(found.into_iter().eq(expected));
    let day = asked.rows(&documented("FROM events"));
    let stages: Vec<&Value> = day.iter().map(|it| &it[0]).collect();
    assert!(stages.is_sorted_by_key(|it| text(it).parse::<i64>().unwrap()));
    let invalid = "SELECT count(*) FROM events WHERE NOT json_valid(detail)";
    assert_eq!(asked.one(invalid), 0);
}

#[test]
fn conditions_on_the_day_read_only_its_parts() {
    let asked = Asked::of(PLAIN);
    for view in ["requests", "trades", "ends", "accounts", "holdings"] {
        let plan = asked.rows(&format!("EXPLAIN QUERY PLAN SELECT * FROM {view} WHERE day = 2"));
        let plan: Vec<String> = plan.iter().map(|it| text(&it[3])).collect();
        assert!(plan.iter().any(|it| it.contains("(day=?")), "{view}: {plan:?}");
    }
}

#[test]
fn traits_and_capital_are_each_traders_own() {
    let asked = Asked::of(&crowd(RICH));
    let found = asked.rows(&documented("FROM traits"));
    let shown: Vec<String> = found
        .iter()
        .map(|row| {
            let shown = |it: &Value| match it {
                Value::Real(number) => format!("{number:.9}"),
                other => text(other).replace('\n', "/"),
            };
            row.iter().map(shown).collect::<Vec<_>>().join("|")
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    city||1|-0.006355779
    city|Bonn|3|0.006618966
    city|Ulm|2|0.008981925
    city|two/lines|1|0.009513105
    self||2|-0.003177889
    self|'; DROP TABLE traits; --|1|0.015175781
    self|7|2|0.004984301
    self|I buy, "low"|1|0.004225618
    self|☃|1|0.017963849
    "#);
    let pairs = asked.rows("SELECT name, value FROM traits WHERE trader = 2 ORDER BY name");
    let word = |it: &str| Value::Text(it.to_owned());
    assert_eq!(pairs, [[word("city"), word("Bonn")], [word("self"), word("I buy, \"low\"")]]);
    let wealth = asked.rows("SELECT wealth_e4 FROM accounts WHERE day = 0 ORDER BY trader");
    assert_eq!(asked.rows("SELECT capital_e4 FROM traders ORDER BY trader"), wealth);
    assert_eq!(asked.one("SELECT count(*) FROM traits"), 14);
    assert_eq!(asked.one("SELECT count(*) FROM trait_values"), 8);
}
