//! A market of four traders who talk, day by day.

use asfm_engine::{
    Belief, Day, Decisions, Engine, PostId, Scenario, Seed, Side, Speech, Statement, StockId,
    TraderId,
};
use asfm_measure::{Observed, Weights};

/// A week of two trading days and one of talk.
const MARKET: &str = r#"
name = "talk"
days = 3
calendar = { week = "oco" }
company = [
    { code = "A", sector = "energy", closes = [10], shares-outstanding = 3000 },
    { code = "B", sector = "financials", closes = [20], shares-outstanding = 500 },
]
traders = [{ kind = "anyone", ratio = 4, capital = 1000 }]
population = { agents = 4 }
market = { sessions = ["continuous"], closed-sessions = ["talk"] }
"#;

fn observed() -> Observed {
    let scenario = Scenario::read("market.toml", MARKET, |_| Err("no files here".into()));
    let mut engine = Engine::new(scenario.expect("a sound market"), Seed(1));
    let mut run = Observed::new(&engine);
    let who = |it: usize| TraderId::at(it);
    while let Some(round) = engine.next_round() {
        let day = round.market().day.0;
        let mut out = Decisions::new();
        let mut say = |trader, speech, points: Option<u8>| {
            let belief = points.map(|it| Belief::of([it; 5]));
            out.state(Statement { trader, speech, belief, text: String::new() });
        };
        match day {
            1 => {
                say(who(0), Speech::Post, Some(20));
                say(who(1), Speech::Post, Some(80));
                out.order(who(0), StockId(0), Side::Sell, 1, 11_0000);
                out.order(who(1), StockId(0), Side::Buy, 1, 11_0000);
            }
            2 => {
                say(who(2), Speech::Repost(PostId(1)), None);
                say(who(3), Speech::Repost(PostId(1)), Some(60));
            }
            _ => say(who(0), Speech::Repost(PostId(2)), None),
        }
        run.add(&round.settle(out)).expect("the engine says what can happen");
    }
    run.finish().expect("the engine says what can happen");
    run
}

#[test]
fn days_without_trading_count_for_talk() {
    let run = observed();
    let crowd = run.crowd.as_deref().expect("a stage of talk");
    let days: Vec<u32> = crowd.days.iter().map(|it| it.day.0).collect();
    assert_eq!(days, [1, 2, 3]);
    assert_eq!(crowd.days.iter().map(|it| it.reposts).collect::<Vec<_>>(), [0, 2, 1]);
    let means: Vec<f64> = crowd.days.iter().map(|it| it.opinion.unwrap().mean).collect();
    assert_eq!(means, [50.0, 160.0 / 3.0, 160.0 / 3.0]);
    let gini: Vec<bool> = crowd.days.iter().map(|it| it.gini.is_some()).collect();
    assert_eq!(gini, [true, false, true], "there is no close without trading");
}

#[test]
fn words_are_followed_to_their_authors() {
    let run = observed();
    let crowd = run.crowd.as_deref().unwrap();
    let all = crowd.reposts_by_author(1);
    assert_eq!(all, [(TraderId::at(0), vec![0, 2, 2])]);
    assert_eq!(crowd.reactions(), [2, 1, 0, 0]);
    let cascades = crowd.cascades(9);
    assert_eq!(
        cascades.iter().map(|it| (it.root.0, it.size)).collect::<Vec<_>>(),
        [(1, 3), (2, 2)]
    );
}

#[test]
fn a_network_can_be_drawn_of_every_day() {
    let run = observed();
    let crowd = run.crowd.as_deref().unwrap();
    let first = crowd.drawn(Day(1)).unwrap();
    assert_eq!(first.links.len(), 6, "all hold the same");
    assert_eq!(first.scores, [Some(20.0), Some(80.0), None, None]);
    assert!(crowd.drawn(Day(4)).is_none());
    let links = |day: u32| crowd.days[day as usize - 1].network.unwrap().edges;
    assert_eq!((links(1), links(3)), (6.0, 6.0));
    // Where everybody is linked with everybody else, others are on the other side of the mean.
    let alike = crowd.days[2].network.unwrap().assortativity.unwrap();
    assert!((alike + 0.5).abs() < 1e-12);
}

#[test]
fn an_index_is_what_was_invested() {
    let run = observed();
    assert_eq!(run.index(&[0, 1], Weights::Equal), [1.0, 1.05, 1.05]);
    // A is three quarters of all capital.
    let capital = run.index(&[0, 1], Weights::Capital);
    assert!((capital[2] - 1.075).abs() < 1e-12);
    assert_eq!(run.index(&[1], Weights::Capital), [1.0, 1.0, 1.0]);
}
