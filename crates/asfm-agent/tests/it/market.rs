//! The market of ASFM under rules and under zero intelligence.

use asfm_agent::{BrainKind, Cast};
use asfm_engine::{Engine, Scenario, Seed};

use crate::run::{fixture, orders, read, run};

const BRAINS: [BrainKind; 2] = [BrainKind::Rules, BrainKind::ZeroIntelligence];

fn baseline() -> Scenario {
    read(&fixture("asfm-baseline.toml"))
}

fn baseline_with(change: impl Fn(String) -> String) -> Scenario {
    read(&change(fixture("asfm-baseline.toml")))
}

#[test]
fn every_kind_orders_and_trades_and_hardly_anything_is_rejected() {
    for brains in BRAINS {
        for seed in 1..=5 {
            let it = run(&baseline(), seed, brains);
            let [requests, rejected] = [0, 1].map(|at| it.kinds.iter().map(|n| n[at]).sum::<u64>());
            assert!(rejected * 100 < requests, "seed {seed}: {it:?}");
            let active = it.kinds.iter().all(|&[requests, _, trades]| requests > 20 && trades > 5);
            assert!(active, "seed {seed}: {it:?}");
        }
    }
}

#[test]
fn activity_is_of_the_order_of_the_paper_s() {
    let per_trader_day = |scenario: &Scenario| {
        let requests = (1..=5).flat_map(|seed| run(scenario, seed, BrainKind::Rules).kinds);
        let requests: u64 = requests.map(|it| it[0]).sum();
        f64::from(u32::try_from(requests).expect("few")) / f64::from(5 * 20 * 30)
    };
    // The paper: 1855, 1021 and 3837 orders of 20 traders, if there were 20, in 30 days.
    let mix = per_trader_day(&baseline());
    assert!((2.0..4.0).contains(&mix), "{mix}");
    let all = |profile: &str| {
        baseline_with(|it| it.replace("ratio =", &format!("profile = \"{profile}\"\nratio =")))
    };
    let value = per_trader_day(&all("value"));
    assert!((1.2..2.2).contains(&value), "{value}");
    let aggressive = per_trader_day(&all("aggressive"));
    assert!((4.5..8.5).contains(&aggressive), "{aggressive}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    // More traders than decide in one piece.
    let scenario = baseline_with(|it| {
        it.replace("agents = 20", "agents = 12000").replace("days = 30", "days = 2")
    });
    for brains in BRAINS {
        let digests = [1, 2, 3].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("threads").install(|| run(&scenario, 1, brains).digest)
        });
        assert_eq!(digests[0], digests[1]);
        assert_eq!(digests[0], digests[2]);
    }
}

#[test]
fn the_seed_decides_everything() {
    for brains in BRAINS {
        let [one, again, other] = [1, 1, 2].map(|seed| run(&baseline(), seed, brains));
        assert_eq!(one, again);
        assert_ne!(one.digest, other.digest);
    }
}

#[test]
fn one_more_kind_moves_nobody_else() {
    let longer = baseline_with(|it| {
        let it = it.replace("agents = 20", "agents = 24");
        it + "\n[[traders]]\nkind = \"newcomer\"\nprofile = \"aggressive\"\nratio = 1\ncapital = 6000\n"
    });
    for brains in BRAINS {
        let asked = |scenario: &Scenario| {
            let all = orders(scenario, 1, brains);
            all.into_iter().filter(|it| it.trader <= 20).collect::<Vec<_>>()
        };
        let (before, after) = (asked(&baseline()), asked(&longer));
        assert!(before.len() > 20);
        assert_eq!(before, after);
    }
}

#[test]
fn a_fresh_cast_goes_on_where_another_stopped() {
    let scenario = baseline();
    let cast = || Cast::new(&scenario, Seed(1), BrainKind::Rules).expect("a cast");
    let mut old = cast();
    let mut engine = Engine::new(scenario.clone(), Seed(1));
    while let Some(round) = engine.next_round() {
        let decisions = old.decide(&round);
        if round.market().day.0.is_multiple_of(7) {
            assert_eq!(cast().decide(&round), decisions, "day {}", round.market().day);
        }
        round.settle(decisions);
    }
}
