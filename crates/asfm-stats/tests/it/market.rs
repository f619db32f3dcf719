//! ASFM's own metrics against their golden log.

use asfm_stats::StatsError;
use asfm_stats::market::{
    OrderRow, OrderTotals, Side, TradeRow, agent_return, carry_forward, close_mean_of_trades,
    close_volume_weighted, equal_weight_index, group_return, market_metrics, totals_by_stock,
    turnover, volatility,
};
use serde_json::Value;

const LOG: &str = include_str!("../../../../fixtures/golden/stats/asfm_metrics.json");

fn near(got: f64, want: f64) -> bool {
    (got - want).abs() <= 1e-10 * want.abs() + 1e-13
}

#[test]
fn golden_log_in_every_reading() {
    let golden: Value = serde_json::from_str(LOG).expect("the golden file is JSON");
    let names = ["EN001", "MA002"];
    let stock = |row: &Value| {
        names.iter().position(|it| row["stock"] == **it).expect("the log has two stocks")
    };
    let orders: Vec<OrderRow> = golden["orders"]
        .as_array()
        .expect("orders")
        .iter()
        .map(|row| OrderRow {
            stock: stock(row),
            side: if row["side"] == "buy" { Side::Buy } else { Side::Sell },
            qty: row["qty"].as_u64().expect("qty"),
            filled: row["filled"].as_u64().expect("filled"),
        })
        .collect();
    let trades: Vec<TradeRow> = golden["trades"]
        .as_array()
        .expect("trades")
        .iter()
        .map(|row| TradeRow {
            stock: stock(row),
            price: row["price"].as_f64().expect("price"),
            qty: row["qty"].as_u64().expect("qty"),
        })
        .collect();
    let outstanding = names.map(|it| golden["stocks"][it]["shares"].as_u64().expect("shares"));
    let closes = names.map(|it| {
        let days: Vec<Option<f64>> =
            golden["closes"][it].as_array().expect("closes").iter().map(Value::as_f64).collect();
        carry_forward(golden["stocks"][it]["prev"].as_f64().expect("prev"), &days)
    });
    let totals = totals_by_stock(&orders, &trades, &outstanding).expect("the log is sound");
    let metrics = market_metrics(&totals, &[&closes[0], &closes[1]]).expect("the log is sound");

    let got = serde_json::to_value(&metrics).expect("metrics are plain data");
    let expected = golden["expected"].as_object().expect("expected");
    for (key, want) in expected.iter().filter(|(key, _)| *key != "per_stock") {
        let (got, want) = (got[key].as_f64().expect(key), want.as_f64().expect(key));
        assert!(near(got, want), "{key}: {got} is not {want}");
    }
    for (idx, name) in names.iter().enumerate() {
        for (key, want) in expected["per_stock"][*name].as_object().expect("per stock") {
            let got = got["per_stock"][idx][key].as_f64().expect(key);
            assert!(near(got, want.as_f64().expect(key)), "{name} {key}");
        }
    }
}

#[test]
fn nothing_ordered_has_no_execution_rate() {
    let metrics = asfm_stats::market::order_metrics(&OrderTotals::default(), 0);
    assert_eq!((metrics.on, metrics.oer, metrics.oer_any_fill), (0, None, None));
}

#[test]
fn rows_that_cannot_be_are_refused() {
    let mut totals = OrderTotals::default();
    assert!(matches!(totals.add(Side::Buy, 0, 0), Err(StatsError::Domain(_))));
    assert!(matches!(totals.add(Side::Buy, 1, 2), Err(StatsError::Domain(_))));
    assert_eq!(totals, OrderTotals::default());
    let stray = OrderRow { stock: 1, side: Side::Buy, qty: 1, filled: 0 };
    assert!(matches!(totals_by_stock(&[stray], &[], &[10]), Err(StatsError::Domain(_))));
    assert_eq!(turnover(&[], 1).unwrap_err(), StatsError::Empty);
}

#[test]
fn volatility_of_short_or_uneven_closes() {
    assert_eq!(volatility(&[]).unwrap_err(), StatsError::Empty);
    assert!(matches!(volatility(&[&[1.0, 2.0]]), Err(StatsError::TooShort { .. })));
    let uneven: [&[f64]; 2] = [&[1.0, 2.0, 3.0], &[1.0, 2.0]];
    assert_eq!(volatility(&uneven).unwrap_err(), StatsError::LengthMismatch { left: 3, right: 2 });
    assert!(matches!(volatility(&[&[1.0, 0.0, 1.0]]), Err(StatsError::Domain(_))));
    let still = volatility(&[&[5.0, 5.0, 5.0]]).expect("a still price has volatility 0");
    assert!(still.mean_of_stocks.abs() < f64::MIN_POSITIVE);
}

#[test]
fn index_of_equal_weights() {
    let index = equal_weight_index(&[&[10.0, 11.0, 11.0], &[50.0, 50.0, 55.0]]).expect("an index");
    assert!(near(index[0], 100.0) && near(index[1], 105.0) && near(index[2], 110.25));
    assert_eq!(equal_weight_index(&[]).unwrap_err(), StatsError::Empty);
    let gap = asfm_stats::bubble::deviation(&[12.0, 9.0], &[10.0, 10.0]).expect("a deviation");
    assert!(near(gap.rad, 0.15) && near(gap.rd, 0.05));
}

#[test]
fn closes_and_returns_of_agents() {
    let trades =
        [TradeRow { stock: 0, price: 10.0, qty: 1 }, TradeRow { stock: 0, price: 20.0, qty: 3 }];
    assert_eq!(close_volume_weighted(&trades), Some(17.5));
    assert_eq!(close_mean_of_trades(&trades), Some(15.0));
    assert_eq!(close_volume_weighted(&[]), None);
    assert!(near(agent_return(100.0, 110.0).expect("a return"), 0.1));
    assert!(matches!(agent_return(0.0, 1.0), Err(StatsError::Domain(_))));
    let group = group_return(&[100.0, 300.0], &[110.0, 300.0]).expect("a return");
    assert!(near(group.mean, 0.05) && near(group.capital_weighted, 0.025));
}
