//! Runs whole markets and counts what happened.

use std::path::{Path, PathBuf};

use asfm_agent::{BrainKind, Cast};
use asfm_engine::{Digest, Engine, Intent, Price, RoundLog, Scenario, Seed, Side, Verdict};

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tally {
    /// Per kind: requests, rejections, sides of trades.
    pub(crate) kinds: Vec<[u64; 3]>,
    pub(crate) digest: Digest,
    /// Per trading day, the closes.
    pub(crate) closes: Vec<Vec<f64>>,
    pub(crate) ordered: u64,
    pub(crate) traded: u64,
}

pub(crate) fn fixture(name: &str) -> String {
    let path = fixtures().join("scenarios").join(name);
    std::fs::read_to_string(path).expect("a fixture")
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

pub(crate) fn read(text: &str) -> Scenario {
    let include = |name: &str| {
        let path = fixtures().join("scenarios").join(name);
        std::fs::read_to_string(path).map_err(|error| error.to_string())
    };
    Scenario::read("test.toml", text, include).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs to the end; `look` sees every settled round.
pub(crate) fn run_with(
    scenario: &Scenario,
    seed: u64,
    brains: BrainKind,
    mut look: impl FnMut(&RoundLog),
) -> Tally {
    let seed = Seed(seed);
    let mut cast = Cast::new(scenario, seed, brains).expect("a cast");
    let mut engine = Engine::new(scenario.clone(), seed);
    let mut tally = Tally {
        kinds: vec![[0; 3]; scenario.kinds().len()],
        digest: Digest([0; 32]),
        closes: Vec::new(),
        ordered: 0,
        traded: 0,
    };
    let kind = |trader| {
        let kind = scenario.kind_of(trader);
        scenario.kinds().iter().position(|it| it == kind).expect("a kind")
    };
    while let Some(round) = engine.next_round() {
        let mut decisions = cast.decide(&round);
        cast.complete(&round, &mut decisions);
        let log = round.settle(decisions);
        cast.hear(&log);
        for it in &log.requests {
            let of_kind = &mut tally.kinds[kind(it.trader)];
            of_kind[0] += 1;
            of_kind[1] += u64::from(it.verdict != Verdict::Accepted);
            if let Intent::Order { qty, .. } = it.intent {
                tally.ordered += qty.unsigned_abs();
            }
        }
        for it in &log.trades {
            tally.kinds[kind(it.buyer)][2] += 1;
            tally.kinds[kind(it.seller)][2] += 1;
            tally.traded += u64::from(it.qty);
        }
        if let Some(close) = &log.close {
            tally.closes.push(close.closes.iter().map(|it| it.close.to_f64()).collect());
        }
        tally.digest = log.digest;
        look(&log);
    }
    tally
}

pub(crate) fn run(scenario: &Scenario, seed: u64, brains: BrainKind) -> Tally {
    run_with(scenario, seed, brains, |_| ())
}

/// An order of the first stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Order {
    pub(crate) trader: u32,
    pub(crate) stock: u16,
    pub(crate) side: Side,
    pub(crate) qty: i64,
    pub(crate) price: f64,
}

/// What is ordered in the first stage, before anyone's orders matter to anyone.
pub(crate) fn orders(scenario: &Scenario, seed: u64, brains: BrainKind) -> Vec<Order> {
    let mut cast = Cast::new(scenario, Seed(seed), brains).expect("a cast");
    let mut engine = Engine::new(scenario.clone(), Seed(seed));
    let decisions = cast.decide(&engine.next_round().expect("a day"));
    let order = |&(trader, intent): &(asfm_engine::TraderId, Intent)| match intent {
        Intent::Order { stock, side, qty, price } => Order {
            trader: trader.number(),
            stock: stock.0,
            side,
            qty,
            price: Price(price).to_f64(),
        },
        other => panic!("not an order: {other:?}"),
    };
    decisions.intents().iter().map(order).collect()
}
