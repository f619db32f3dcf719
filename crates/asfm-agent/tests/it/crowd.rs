//! Markets of those who believe, desire and intend, under rules.

use std::collections::BTreeSet;

use asfm_agent::{BrainKind, Cast};
use asfm_engine::{Decisions, Engine, Intent, RoundLog, Scenario, Seed, Side, Speech, StageKind};

use crate::run::{fixture, read};

/// TwinMarket's exchange with traders who believe; `more` is added to the scenario.
fn scenario(more: &str) -> Scenario {
    let text = fixture("twinmarket-rules.toml");
    let text = text.replace("profile = \"", "profile = \"bdi-");
    let text = text.replace("\"talk\", \"auction\"", "\"auction\"");
    let (head, companies) = text.split_once("[[company]]").expect("companies");
    read(&format!("{head}{more}\n\n[[company]]{companies}"))
}

/// The same with eight times as many traders, for ten days.
fn large(more: &str) -> Scenario {
    let text = fixture("twinmarket-rules.toml");
    let text = text.replace("profile = \"", "profile = \"bdi-");
    let text = text.replace("\"talk\", \"auction\"", "\"auction\"");
    let text = text.replace("agents = 100", "agents = 800").replace("days = 42", "days = 12");
    let (head, companies) = text.split_once("[[company]]").expect("companies");
    read(&format!("{head}{more}\n\n[[company]]{companies}"))
}

/// All rounds of a market.
fn logs(scenario: &Scenario, seed: u64) -> Vec<RoundLog> {
    let mut cast = Cast::new(scenario, Seed(seed), BrainKind::Rules).expect("a cast");
    let mut engine = Engine::new(scenario.clone(), Seed(seed));
    let mut logs = Vec::new();
    while let Some(round) = engine.next_round() {
        let decisions = decide(&mut cast, &round);
        let log = round.settle(decisions);
        cast.hear(&log);
        logs.push(log);
    }
    logs
}

fn decide(cast: &mut Cast, round: &asfm_engine::Round<'_>) -> Decisions {
    let mut decisions = cast.decide(round);
    cast.complete(round, &mut decisions);
    decisions
}

fn count(logs: &[RoundLog], wanted: fn(&Speech) -> bool) -> usize {
    logs.iter().flat_map(|it| &it.statements).filter(|it| wanted(&it.speech)).count()
}

#[test]
fn they_read_react_believe_trade_and_say_so() {
    let scenario = scenario("");
    let logs = logs(&scenario, 1);
    assert_eq!(logs.len(), 42);
    let posts = count(&logs, |it| *it == Speech::Post);
    assert_eq!(posts, 4200, "each writes once a day, closed days too");
    assert!(count(&logs, |it| matches!(it, Speech::Like(_))) > 1000);
    assert!(count(&logs, |it| matches!(it, Speech::Unlike(_))) > 100);
    assert!(count(&logs, |it| matches!(it, Speech::Repost(_))) > 20);
    assert!(logs[0].exposures.is_empty(), "there is nothing to read on the first day");
    assert!(logs[1..].iter().all(|it| it.exposures.len() > 100));
    let trades: usize = logs.iter().map(|it| it.trades.len()).sum();
    assert!(trades > 1000, "{trades}");
    let rejected = logs.iter().flat_map(|it| &it.requests);
    let rejected = rejected.filter(|it| it.verdict != asfm_engine::Verdict::Accepted).count();
    assert_eq!(rejected, 0, "a rule asks for what it can have");
    for log in logs.iter().filter(|it| it.kind == StageKind::Talk) {
        assert!(log.requests.is_empty(), "nothing is asked for where nothing trades");
    }
}

#[test]
fn nobody_is_shown_what_is_not_there_or_its_own_or_twice() {
    let mut authors = Vec::new();
    let mut seen = BTreeSet::new();
    for log in logs(&scenario(""), 2) {
        for it in &log.exposures {
            let author = authors[it.post.0 as usize - 1];
            assert_ne!(author, it.trader);
            assert!(seen.insert((it.trader.index(), it.post.0)), "shown twice");
        }
        for it in &log.statements {
            if let Some(post) = it.speech.about() {
                assert!(seen.contains(&(it.trader.index(), post.0)), "reacts to what it has read");
            }
        }
        authors.extend(log.posts().map(|(_, it)| it.trader));
    }
}

#[test]
fn a_society_that_heard_everything_goes_on_where_another_stopped() {
    for more in ["", "[social]\nmode = \"paper\"\nactivation = 0.8\n"] {
        let scenario = scenario(more);
        let cast = || Cast::new(&scenario, Seed(3), BrainKind::Rules).expect("a cast");
        let mut old = cast();
        let mut engine = Engine::new(scenario.clone(), Seed(3));
        let mut heard: Vec<RoundLog> = Vec::new();
        while let Some(round) = engine.next_round() {
            let decisions = decide(&mut old, &round);
            if round.market().day.0 % 10 == 5 {
                let mut fresh = cast();
                for it in &heard {
                    fresh.hear(it);
                }
                assert_eq!(decide(&mut fresh, &round), decisions, "day {}", round.market().day);
            }
            let log = round.settle(decisions);
            old.hear(&log);
            heard.push(log);
        }
    }
}

#[test]
fn the_number_of_threads_and_the_seed_do_what_they_should() {
    let scenario = scenario("");
    let last = |threads, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let logs = pool.expect("threads").install(|| logs(&scenario, seed));
        logs.last().expect("a round").digest
    };
    assert_eq!(last(1, 1), last(3, 1));
    assert_ne!(last(1, 1), last(1, 2));
}

#[test]
fn those_who_do_not_act_read_and_react_only() {
    let logs = logs(&scenario("[social]\nactivation = 0.0\n"), 1);
    assert!(logs.iter().all(|it| it.requests.is_empty()));
    assert_eq!(count(&logs, Speech::is_post_ref), 0);
    let some = self::logs(&scenario("[social]\nactivation = 0.4\n"), 1);
    let posts = count(&some, |it| *it == Speech::Post);
    assert!((1500..1860).contains(&posts), "{posts} of 1680 expected");
}

#[test]
fn a_chain_of_too_many_is_refused_and_not_a_panic() {
    let text = fixture("twinmarket-rules.toml").replace("agents = 100", "agents = 20100");
    let refused = |social: &str| {
        let scenario = read(&format!("social = {{ {social} }}\n{text}"));
        let it = asfm_agent::crowd::SocialSettings::read(&scenario);
        it.map(|_| ()).map_err(|it| it.to_string())
    };
    let refusal = refused("mode = \"paper\"").expect_err("too many for a chain");
    assert!(
        refusal.contains("test.toml:1:19: `social.chain`: expected at most 20000"),
        "{refusal}"
    );
    assert!(refused("chain = true").is_err());
    assert_eq!(refused("mode = \"paper\", chain = false"), Ok(()));
}

#[test]
fn a_crowd_beyond_all_memory_is_refused_and_not_a_panic() {
    let text = fixture("twinmarket-rules.toml").replace("profile = \"", "profile = \"bdi-");
    let text = text.replace("agents = 100", "agents = 30000000").replace("00000\n\n", "\n\n");
    let error = Cast::new(&read(&text), Seed(1), BrainKind::Rules).expect_err("too many");
    assert!(error.to_string().contains("expected at most 26843545 traders"), "{error}");
}

/// So that it can be handed over as a function of a reference.
trait IsPost {
    fn is_post_ref(&self) -> bool;
}

impl IsPost for Speech {
    fn is_post_ref(&self) -> bool {
        self.is_post()
    }
}

#[test]
fn without_a_forum_nothing_is_shown_and_beliefs_can_be_kept() {
    let silent = logs(&scenario("[social]\nforum = false\n"), 1);
    assert!(silent.iter().all(|it| it.exposures.is_empty()));
    assert_eq!(count(&silent, |it| *it != Speech::Thought), 0, "what they believe stays inside");
    let stubborn = logs(&scenario("[social]\nrevision = false\n"), 1);
    let mut first = std::collections::BTreeMap::new();
    for it in stubborn.iter().flat_map(|it| &it.statements) {
        if let Some(belief) = it.belief {
            assert_eq!(*first.entry(it.trader.index()).or_insert(belief), belief);
        }
    }
    assert_eq!(first.len(), 100);
}

#[test]
fn beliefs_follow_what_is_said() {
    // One rumour for leaders, on day 10; nobody else is told.
    let rumour = "[[news]]\nday = 10\ndays = 1\naudience = \"leaders\"\ntext = \"a rumour\"\n\
                  topic = \"interest-rate\"\nsize = 5\n";
    let half = "[social]\nleaders = 0.5\n";
    let quiet = logs(&scenario(half), 4);
    let told = logs(&scenario(&format!("{half}{rumour}")), 4);
    assert_eq!(quiet[8].digest, told[8].digest, "the same past");
    let economy = |log: &RoundLog| {
        let beliefs = log.statements.iter().filter_map(|it| it.belief);
        let points: Vec<u64> = beliefs.map(|it| u64::from(it.economy)).collect();
        points.iter().sum::<u64>() * 100 / points.len() as u64
    };
    assert!(economy(&told[9]) + 50 < economy(&quiet[9]), "leaders believe it");
    let mood = |logs: &[RoundLog]| {
        let beliefs = logs[10..14].iter().flat_map(|it| &it.statements).filter_map(|it| it.belief);
        let points: Vec<u64> = beliefs.map(|it| u64::from(it.sentiment)).collect();
        points.iter().sum::<u64>() * 100 / points.len() as u64
    };
    assert!(mood(&told) < mood(&quiet), "and the others hear of it");
}

#[test]
fn the_disposition_effect_sells_winners() {
    // Odean (1998): the proportion of gains that are realized less that of losses, a gain being a
    // close above the average cost.
    let proportions = |strength: &str| {
        let scenario = scenario(&format!("[rules.bdi]\ndisposition = {strength}\n"));
        let mut close: Vec<i64> =
            scenario.companies().iter().map(|it| it.initial_close().0).collect();
        let held = asfm_engine::endowments(&scenario, Seed(5));
        // Shares and what was paid for them, by trader and stock.
        let mut positions: Vec<Vec<(i64, i64)>> = held
            .into_iter()
            .map(|(_, shares)| {
                let shares = shares.iter().map(|it| i64::try_from(*it).expect("few"));
                shares.zip(&close).map(|(shares, close)| (shares, shares * close)).collect()
            })
            .collect();
        let mut counts = [[0_i64; 2]; 2];
        for log in logs(&scenario, 5) {
            let Some(closes) = &log.close else { continue };
            for (who, of_trader) in positions.iter().enumerate() {
                for (stock, &(shares, paid)) in of_trader.iter().enumerate() {
                    let worth = shares * close[stock];
                    if shares > 0 && worth != paid {
                        let sold = log.requests.iter().any(|it| {
                            it.trader.index() == who
                                && matches!(it.intent, Intent::Order { stock: of, side: Side::Sell, .. }
                                    if of.index() == stock)
                        });
                        let row = &mut counts[usize::from(worth > paid)];
                        row[0] += i64::from(sold);
                        row[1] += 1;
                    }
                }
            }
            for it in &log.trades {
                let (qty, stock) = (i64::from(it.qty), it.stock.index());
                let bought = &mut positions[it.buyer.index()][stock];
                *bought = (bought.0 + qty, bought.1 + it.price.0 * qty);
                let sold = &mut positions[it.seller.index()][stock];
                *sold = (sold.0 - qty, sold.1 / sold.0 * (sold.0 - qty));
            }
            closes.closes.iter().for_each(|it| close[it.stock.index()] = it.close.0);
        }
        let [losses, gains] = counts.map(|[sold, all]| float(sold) / float(all));
        gains - losses
    };
    let (with, without) = (proportions("2.0"), proportions("0.0"));
    assert!(with > without + 0.05, "{with} {without}");
}

#[test]
fn prices_of_the_paper_mode_follow_imbalance_alone() {
    // Section 5.4: with limits drawn around the previous close whatever the side and the opinion,
    // the return is 3 % times the normal quantile of the share of buys.
    let fit = |more: &str| {
        // Many orders of which no few decide: drawn limits leave noise of one over their root.
        let scenario = large(more);
        let mut points: Vec<(f64, f64)> = Vec::new();
        let mut before: Vec<f64> =
            scenario.companies().iter().map(|it| float(it.initial_close().0)).collect();
        for log in logs(&scenario, 6) {
            let Some(close) = &log.close else { continue };
            for it in &close.closes {
                let orders = log.requests.iter().filter_map(|request| match request.intent {
                    Intent::Order { stock, side, qty, .. } if stock == it.stock => {
                        Some((side, qty))
                    }
                    _ => None,
                });
                let (mut buys, mut sells, mut n) = (0, 0, 0);
                for (side, qty) in orders {
                    n += 1;
                    *(if side == Side::Buy { &mut buys } else { &mut sells }) += qty;
                }
                let close = float(it.close.0);
                let previous = std::mem::replace(&mut before[it.stock.index()], close);
                if n >= 20 && buys > 0 && sells > 0 {
                    let share = float(buys) / float(buys + sells);
                    points.push((0.03 * quantile(share), close / previous - 1.0));
                }
            }
        }
        correlation(&points)
    };
    let paper = fit("[social]\nmode = \"paper\"\ncoded = 0.0\n");
    assert!(paper.0 > 0.8 && (0.7..1.3).contains(&paper.1), "a slope of one: {paper:?}");
    // Good news raises what stocks are held to be worth. Where limits are drawn the law stays; where
    // traders bid what they hold a stock to be worth, the same imbalance moves prices otherwise.
    let news = "[[news]]\nday = 3\ntext = \"\"\ntopic = \"interest-rate\"\nsize = -5\n";
    let paper = fit(&format!("[social]\nmode = \"paper\"\ncoded = 0.0\n{news}"));
    let sound = fit(news);
    let told = format!("paper {paper:?}, sound {sound:?}");
    assert!((0.85..1.15).contains(&paper.1) && !(0.85..1.15).contains(&sound.1), "{told}");
}

#[expect(clippy::cast_precision_loss, reason = "prices and quantities of a small market")]
fn float(number: i64) -> f64 {
    number as f64
}

/// The standard normal quantile, by bisection.
fn quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        let below = 0.5 * libm::erfc(-middle / std::f64::consts::SQRT_2) < p;
        *(if below { &mut low } else { &mut high }) = middle;
    }
    low
}

/// Correlation, the slope of y on x, and the number of points.
fn correlation(points: &[(f64, f64)]) -> (f64, f64, usize) {
    let n = float(i64::try_from(points.len()).expect("few"));
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (mx, my) = (mean(|it| it.0), mean(|it| it.1));
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>();
    let xy = sum(&|it| (it.0 - mx) * (it.1 - my));
    let xx = sum(&|it| (it.0 - mx) * (it.0 - mx));
    let yy = sum(&|it| (it.1 - my) * (it.1 - my));
    (xy / (xx * yy).sqrt(), xy / xx, points.len())
}

#[test]
fn an_account_that_pads_is_an_account() {
    let padded = "[rules.padding]\nfrom = 2.5\n\n[[traders]]\nkind = \"phantom\"\n\
                  profile = \"padding\"\nratio = 1\ncapital = 1000000000\n";
    let scenario = {
        let text = fixture("twinmarket-rules.toml");
        let text = text.replace("profile = \"", "profile = \"bdi-");
        let text = text.replace("\"talk\", \"auction\"", "\"auction\"");
        let text = text.replace("agents = 100", "agents = 101");
        let text = text.replace("operations = 1 ", "operations = 0 ");
        let (head, companies) = text.split_once("[[company]]").expect("companies");
        read(&format!("{head}{padded}\n[[company]]{companies}"))
    };
    let phantom = asfm_engine::TraderId::at(100);
    let logs = logs(&scenario, 1);
    let orders = |it: &RoundLog| it.requests.iter().filter(|it| it.trader == phantom).count();
    let cloned: usize = logs.iter().map(orders).sum();
    assert!(cloned > 100, "{cloned}");
    let traded = logs.iter().flat_map(|it| &it.trades);
    let traded = traded.filter(|it| it.buyer == phantom || it.seller == phantom).count();
    assert!(traded > 50, "{traded}");
    for log in &logs {
        for stock in (0..10).map(asfm_engine::StockId) {
            let sum = |wanted: Side, own: bool| -> i64 {
                let orders = log.requests.iter().filter(|it| (it.trader == phantom) == own);
                orders
                    .filter_map(|it| match it.intent {
                        Intent::Order { stock: of, side, qty, .. }
                            if (of, side) == (stock, wanted) =>
                        {
                            Some(qty)
                        }
                        _ => None,
                    })
                    .sum()
            };
            let [bids, asks] = [Side::Buy, Side::Sell].map(|side| sum(side, false));
            let added = sum(Side::Buy, true) + sum(Side::Sell, true);
            let (fuller, thinner) = (bids.max(asks), bids.min(asks));
            let times = if thinner == 0 || fuller * 2 < thinner * 5 {
                0
            } else {
                (fuller / thinner - 1).min(3)
            };
            assert_eq!(added, times * thinner, "{bids} {asks}");
        }
    }
}
