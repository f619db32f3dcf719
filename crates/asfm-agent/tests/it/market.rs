//! The market of ASFM under rules and under zero intelligence.

use asfm_agent::BrainKind;

use crate::run::{fixture, read, run};

#[test]
fn show() {
    let scenario = read(&fixture("asfm-baseline.toml"));
    for brains in [BrainKind::Rules, BrainKind::ZeroIntelligence] {
        for seed in 1..=5 {
            let it = run(&scenario, seed, brains);
            let per: Vec<f64> = it
                .kinds
                .iter()
                .zip(scenario.kinds())
                .map(|(n, k)| n[0] as f64 / f64::from(k.traders) / 30.0)
                .collect();
            let total: u64 = it.kinds.iter().map(|n| n[0]).sum();
            eprintln!(
                "{brains:?} {seed} orders {total} per {per:.2?} {:?} exec {:.3} last {:?}",
                it.kinds,
                it.traded as f64 / it.ordered as f64,
                it.closes.last()
            );
        }
    }
}
