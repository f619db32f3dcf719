//! What traders start with (ASFM section 4.1; settled choices A7 to A9).

use std::cmp::Reverse;

use crate::rng::{Purpose, Seed, shuffle};
use crate::scenario::{Allocation, Scenario};
use crate::units::{Cash, TraderId};

/// Every trader's cash and shares on day 1: for each trader, cash and one number per stock.
pub fn endowments(scenario: &Scenario, seed: Seed) -> Vec<(Cash, Vec<u64>)> {
    if let Some(roster) = scenario.roster() {
        let traders = (0..roster.len()).map(TraderId::at);
        return traders.map(|it| (roster.cash(it), roster.shares(it).to_vec())).collect();
    }
    let mut endowments = Vec::with_capacity(scenario.traders());
    for kind in scenario.kinds() {
        for at in kind.first..kind.first + kind.traders {
            let trader = TraderId::at(at as usize);
            endowments.push(endow_one(scenario, seed, trader, kind.capital));
        }
    }
    endowments
}

/// Whole lots by the largest remainder: every stock gets the lots that its part of the budget
/// pays for, then what is left buys single lots in the order of the fractions cut off, equal
/// fractions in a random order.
fn endow_one(scenario: &Scenario, seed: Seed, trader: TraderId, capital: Cash) -> (Cash, Vec<u64>) {
    let companies = scenario.companies();
    let lot = i128::from(scenario.rules().lot);
    let mut shares = vec![0; companies.len()];
    if scenario.allocation() == Allocation::CashOnly {
        return (capital, shares);
    }
    let mut draws = seed.stream(Purpose::Endowment, trader.index() as u64, 0);
    let mut order: Vec<usize> = (0..companies.len()).collect();
    shuffle(&mut order, &mut |n| draws.below(n));
    if scenario.allocation() == Allocation::RandomSubset {
        order.truncate(usize::from(scenario.subset()));
    }
    let weight = |at: usize| match scenario.allocation() {
        Allocation::MarketCap => {
            let outstanding = companies[at].shares_outstanding.unwrap_or(0);
            i128::from(outstanding) * i128::from(companies[at].initial_close().0)
        }
        _ => 1,
    };
    let lot_price = |at: usize| i128::from(companies[at].initial_close().0) * lot;
    // Weights beyond 64 bits together lose their last bits, so that no product overflows.
    let exact: i128 = order.iter().map(|at| weight(*at)).sum();
    let spare = exact.checked_ilog2().map_or(0, |bits| bits.saturating_sub(62));
    let weight = |at: usize| weight(at) >> spare;
    let weights: i128 = order.iter().map(|at| weight(*at)).sum();
    let budget = i128::from(scenario.initial_shares().of(capital).0);
    let mut left = budget;
    let mut fractions = Vec::with_capacity(order.len());
    for &at in &order {
        let part = budget * weight(at) / weights.max(1);
        let lots = part / lot_price(at);
        let fraction = (part % lot_price(at)) * 1_000_000_000 / lot_price(at);
        left -= lots * lot_price(at);
        shares[at] = whole(lots * lot);
        fractions.push((Reverse(fraction), at));
    }
    // A stable sort keeps the random order among equals.
    fractions.sort_by_key(|it| it.0);
    for (_, at) in fractions {
        if lot_price(at) <= left {
            left -= lot_price(at);
            shares[at] += whole(lot);
        }
    }
    let spent = i64::try_from(budget - left).expect("a part of the capital");
    (capital - Cash(spent), shares)
}

fn whole(shares: i128) -> u64 {
    u64::try_from(shares).expect("shares worth less than the capital")
}
