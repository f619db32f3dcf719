//! Whole markets under one seed, with traders who do anything at all.

use std::collections::BTreeMap;

use asfm_engine::{
    Cash, Digest, Engine, RequestId, RoundLog, Scenario, Side, StockId, TraderId, Verdict,
};

use crate::support::{read, run};

/// Markets that differ in every rule.
const MARKETS: [&str; 8] = [
    "",
    r#"auction = "uniform"
       continuous = "maker""#,
    r#"sessions = ["talk", "auction"]
       closed-sessions = ["talk"]
       auction = "uniform"
       tie-break = "lowest"
       settlement = "T+1"
       fee = "0.0003"
       stamp-tax = "0.001"
       large-trade = 50
       close = "last""#,
    r#"order-life = "gtc"
       price-limit = "0.01"
       operations = 0
       resubmission = "add""#,
    r#"order-life = "gtc"
       self-trade = "cancel-oldest"
       no-trade-close = "quote-midpoint"
       close = "mean""#,
    r#"self-trade = "allow"
       price-limit = "off"
       operations-per = "side"
       priority = "trader"
       fee = "0.999""#,
    r#"lot = 5
       cash-interest = "0.0001"
       continuous-rounds = 3
       fee = "0.000001""#,
    r#"sessions = ["continuous", "auction", "continuous", "auction"]
       auction = "uniform"
       tie-break = "middle"
       settlement = "T+1""#,
];

fn market(which: usize, traders: u32) -> Scenario {
    let text = format!(
        r#"
        name = "anything"
        days = 6
        company = [
            {{ code = "AAA", sector = "one", closes = ["10.00"] }},
            {{ code = "BBB", sector = "two", closes = ["0.05"] }},
            {{ code = "CCC", sector = "two", closes = ["112.00"] }},
        ]
        traders = [
            {{ kind = "many", ratio = 3, capital = 1000 }},
            {{ kind = "rich", ratio = 1, capital = 50000 }},
        ]
        population = {{ agents = {traders} }}
        calendar = {{ week = "oocoo" }}
        dividend = [{{ day = 4, stock = "AAA", per-share = "0.05" }}]
        [market]
        {}
        "#,
        MARKETS[which]
    );
    read(&text)
}

/// The reservations that the unmatched orders of all logs so far must come to.
#[derive(Default)]
struct Unmatched(BTreeMap<RequestId, (TraderId, StockId, Side, u64, i64)>);

impl Unmatched {
    fn follow(&mut self, log: &RoundLog) {
        for it in &log.requests {
            if let (Verdict::Accepted, asfm_engine::Intent::Order { stock, side, qty, price }) =
                (it.verdict, it.intent)
            {
                self.0.insert(it.id, (it.trader, stock, side, qty.unsigned_abs(), price));
            }
        }
        for it in &log.trades {
            for order in [it.maker, it.taker] {
                let left = &mut self.0.get_mut(&order).expect("only live orders trade").3;
                *left -= u64::from(it.qty);
            }
            let (buy, sell) = if self.0[&it.maker].2 == Side::Buy {
                (it.maker, it.taker)
            } else {
                (it.taker, it.maker)
            };
            assert!(it.price.0 <= self.0[&buy].4, "a buyer pays no more than its limit");
            assert!(it.price.0 >= self.0[&sell].4, "a seller gets no less than its limit");
            assert_eq!((self.0[&buy].0, self.0[&sell].0), (it.buyer, it.seller));
        }
        for it in &log.ends {
            let ended = self.0.remove(&it.order).expect("only live orders end");
            assert_eq!(ended.3, u64::from(it.qty), "what was left when it ended");
        }
        self.0.retain(|_, it| it.3 > 0);
    }

    fn agree(&self, engine: &Engine, seed: u64) {
        let rules = engine.scenario().rules();
        let mut cash = vec![Cash(0); engine.scenario().traders()];
        let mut shares = BTreeMap::new();
        for &(trader, stock, side, left, price) in self.0.values() {
            match side {
                Side::Buy => {
                    let value = asfm_engine::Price(price).times(left).expect("small");
                    cash[trader.index()] += value + rules.fee.of(value);
                }
                Side::Sell => *shares.entry((trader, stock)).or_insert(0) += left,
            }
        }
        for (at, reserved) in cash.into_iter().enumerate() {
            let trader = TraderId::at(at);
            let wallet = engine.ledger().wallet(trader);
            assert_eq!(wallet.reserved, reserved, "seed {seed}: cash reserved of {trader}");
            assert!(wallet.cash >= wallet.reserved, "seed {seed}: {trader} overspent");
            for (stock, _) in (0..).map(StockId).zip(engine.scenario().companies()) {
                let held = engine.ledger().shares(trader, stock);
                let promised = shares.get(&(trader, stock)).copied().unwrap_or(0);
                assert!(promised <= held, "seed {seed}: {trader} is short of {stock:?}");
                assert!(engine.ledger().shares_free(trader, stock) <= held - promised);
            }
        }
    }
}

/// The seeds to try: 200 from 0 on, or what a campaign asks for.
fn seeds() -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|it| it.parse::<u64>().ok());
    let first = number("ASFM_FUZZ_FIRST").unwrap_or(0);
    first..first + number("ASFM_FUZZ_SEEDS").unwrap_or(200)
}

#[test]
fn whatever_traders_do_the_books_balance() {
    for seed in seeds() {
        let which = usize::try_from(seed % 8).expect("below 8");
        let mut unmatched = Unmatched::default();
        let scenario = market(which, 12);
        let start = Engine::new(scenario.clone(), asfm_engine::Seed(seed));
        let (mut trades, mut rejected) = (0, 0);
        let end = run(scenario, seed, |engine, log| {
            unmatched.follow(log);
            unmatched.agree(engine, seed);
            trades += log.trades.len();
            rejected += log.requests.iter().filter(|it| it.verdict != Verdict::Accepted).count();
        });
        assert!(trades > 3 && rejected > 20, "seed {seed}: {trades} trades, {rejected} rejected");
        assert_eq!(end.ledger().total_cash(), start.ledger().total_cash(), "seed {seed}");
        for stock in (0..3).map(StockId) {
            let shares = |engine: &Engine| engine.ledger().total_shares(stock);
            assert_eq!(shares(&end), shares(&start), "seed {seed}");
        }
    }
}

#[test]
fn traders_see_those_of_their_orders_that_are_unmatched() {
    let mut n_seen = 0;
    for which in 0..MARKETS.len() {
        let mut unmatched = Unmatched::default();
        let mut engine = Engine::new(market(which, 12), asfm_engine::Seed(5));
        while let Some(round) = engine.next_round() {
            for trader in (0..12).map(TraderId::at) {
                for stock in (0..3).map(StockId) {
                    let mut seen: Vec<_> = round.observation(trader).orders(stock).collect();
                    seen.sort_by_key(|it| (it.0 as u8, it.1.price, it.1.qty));
                    let own = unmatched.0.values().filter(|it| (it.0, it.1) == (trader, stock));
                    let mut own: Vec<_> = own.map(|it| (it.2 as u8, it.4, it.3)).collect();
                    own.sort_unstable();
                    let seen = seen.into_iter().map(|it| (it.0 as u8, it.1.price.0, it.1.qty));
                    assert_eq!(seen.collect::<Vec<_>>(), own, "market {which}: {trader}");
                    n_seen += own.len();
                }
            }
            let decisions = crate::support::anything(&round);
            unmatched.follow(&round.settle(decisions));
        }
    }
    assert!(n_seen > 100, "{n_seen} seen");
}

fn digests(which: usize, traders: u32, seed: u64) -> Vec<Digest> {
    let mut digests = Vec::new();
    run(market(which, traders), seed, |_, log| digests.push(log.digest));
    digests
}

#[test]
fn a_seed_gives_one_run_on_any_number_of_threads() {
    // Enough traders that they are judged in several pieces and books run side by side.
    for which in 0..MARKETS.len() {
        let once = digests(which, 6_000, 7);
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let again = pool.expect("threads").install(|| digests(which, 6_000, 7));
            assert_eq!(again, once, "market {which}, {threads} threads");
        }
    }
    assert_ne!(digests(0, 6_000, 8), digests(0, 6_000, 7));
}

#[test]
fn decisions_may_come_in_any_order_of_traders() {
    for which in 0..MARKETS.len() {
        let mut sorted = Engine::new(market(which, 12), asfm_engine::Seed(3));
        let mut shuffled = Engine::new(market(which, 12), asfm_engine::Seed(3));
        while let (Some(one), Some(other)) = (sorted.next_round(), shuffled.next_round()) {
            let decisions = crate::support::anything(&one);
            let mut backwards = asfm_engine::Decisions::new();
            for trader in (0..12).rev().map(TraderId::at) {
                for (_, intent) in decisions.intents().iter().filter(|it| it.0 == trader) {
                    match intent {
                        asfm_engine::Intent::Unreadable { why, text } => {
                            let words = decisions.texts()[*text as usize].clone();
                            backwards.unreadable(trader, *why, words);
                        }
                        _ => backwards.push(trader, *intent),
                    }
                }
                for it in decisions.statements().iter().filter(|it| it.trader == trader) {
                    backwards.say(trader, it.text.clone());
                }
            }
            let (left, right) = (one.settle(decisions), other.settle(backwards));
            assert_eq!(left, right);
        }
    }
}

#[test]
fn a_round_that_is_dropped_is_opened_again() {
    let mut engine = Engine::new(market(0, 12), asfm_engine::Seed(1));
    let day = engine.next_round().expect("a round").market().day;
    assert_eq!(engine.next_round().expect("a round").market().day, day);
}
