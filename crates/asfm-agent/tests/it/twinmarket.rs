//! TwinMarket's exchange under rules.

use asfm_agent::BrainKind;
use asfm_engine::{Intent, StageKind};

use crate::run::{fixture, read, run, run_with};

#[test]
fn a_market_of_lots_with_one_auction_a_day_runs_to_its_end() {
    let scenario = read(&fixture("twinmarket-rules.toml"));
    let (mut auctions, mut talks) = (0, 0);
    let it = run_with(&scenario, 1, BrainKind::Rules, |log| {
        match log.kind {
            StageKind::Talk => {
                talks += 1;
                assert_eq!(log.requests, []);
            }
            _ => auctions += 1,
        }
        for request in &log.requests {
            let Intent::Order { qty, .. } = request.intent else {
                continue;
            };
            assert_eq!(qty % 100, 0);
        }
    });
    assert_eq!((auctions, talks), (30, 42));
    for (kind, &[requests, rejected, trades]) in scenario.kinds().iter().zip(&it.kinds) {
        assert!(requests > 300 && trades > 100, "{}: {it:?}", kind.name);
        assert_eq!(rejected, 0, "{}", kind.name);
    }
    assert_eq!(it, run(&scenario, 1, BrainKind::Rules));
}

#[test]
fn zero_intelligence_keeps_its_rules_too() {
    let it = run(&read(&fixture("twinmarket-rules.toml")), 1, BrainKind::ZeroIntelligence);
    assert!(it.kinds.iter().all(|it| it[1] == 0 && it[2] > 10), "{it:?}");
}
