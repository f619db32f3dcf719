//! Prints the largest deviation from the golden files per class, and fails if a value is
//! beyond its tolerance.

#[path = "../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;

use support::{Ledger, cards, inference, series};

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
fn main() -> ExitCode {
    let mut ledger = Ledger::default();
    ledger.merge(inference::inference());
    ledger.merge(inference::bubbles());
    ledger.merge(cards::cards());
    for name in series::FULL {
        ledger.merge(series::full(name));
        if name.starts_with("real") {
            for n in series::SHORT {
                ledger.merge(series::short(name, n));
            }
        }
    }
    print!("{}", ledger.table());
    for it in &ledger.failures {
        println!("beyond tolerance: {it}");
    }
    if ledger.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
