//! Agreement with the golden files, every value within its class.

use crate::support::{Ledger, cards, inference, series};

#[expect(clippy::print_stderr, reason = "a skipped file must be seen in the test's output")]
fn agree(ledger: &Ledger) {
    for it in &ledger.skipped {
        eprintln!("skipped: {it}");
    }
    assert!(ledger.failures.is_empty(), "{}", ledger.failures.join("\n"));
}

/// A full series and its short windows.
fn series_agrees(name: &str) {
    let mut ledger = series::full(name);
    if name.starts_with("real") {
        for n in series::SHORT {
            ledger.merge(series::short(name, n));
        }
    }
    agree(&ledger);
}

#[test]
fn normal() {
    series_agrees("syn_normal");
}

#[test]
fn student_t() {
    series_agrees("syn_t3");
}

#[test]
fn garch() {
    series_agrees("syn_garch");
}

#[test]
fn gjr() {
    series_agrees("syn_gjr");
}

#[test]
fn autoregression() {
    series_agrees("syn_ar1");
}

#[test]
fn apple() {
    series_agrees("real_aapl");
}

#[test]
fn ibm() {
    series_agrees("real_ibm");
}

#[test]
fn sp500() {
    series_agrees("real_sp500");
}

#[test]
fn sz000338() {
    series_agrees("real_sz000338");
}

#[test]
fn inference_agrees() {
    let ledger = inference::inference();
    assert!(ledger.worst.values().map(|it| it.n).sum::<usize>() > 500, "the file was compared");
    agree(&ledger);
}

#[test]
fn bubbles_agree() {
    agree(&inference::bubbles());
}

#[test]
fn verdicts_agree() {
    agree(&cards::cards());
}
