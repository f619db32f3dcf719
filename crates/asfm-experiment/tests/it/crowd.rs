//! Measures of three traders who talk for three days, known by hand.

use asfm_engine::{
    Belief, Decisions, Engine, Exposure, PostId, Scenario, Seed, Side, Speech, Statement, StockId,
    TraderId,
};
use asfm_experiment::Experiment;
use asfm_measure::Observed;

const MARKET: &str = r#"
name = "three days"
days = 3
social = { threshold = "0.6" }
company = [
    { code = "A", sector = "energy", closes = [10], shares-outstanding = 200 },
    { code = "B", sector = "financials", closes = [20], shares-outstanding = 100 },
]
traders = [
    { kind = "loud", ratio = 2, capital = 1000 },
    { kind = "quiet", ratio = 1, capital = 1000 },
]
population = { agents = 3 }
market = { sessions = ["continuous"] }
"#;

/// On day 1 ann sells two of A to eve at 11, on day 2 two of B at 19, on day 3 eve sells two of A to
/// bob at 10.50; bob offers four of B in vain on day 1. All hold both stocks.
fn observed() -> Observed {
    let scenario = Scenario::read("market.toml", MARKET, |_| Err("no files here".into()));
    let mut engine = Engine::new(scenario.expect("a sound market"), Seed(1));
    assert!(engine.ledger().holdings().iter().all(|it| *it >= 4));
    let mut run = Observed::new(&engine);
    let [ann, bob, eve] = [0, 1, 2].map(TraderId::at);
    let [a, b] = [0, 1].map(StockId);
    for day in 1..=3 {
        let round = engine.next_round().expect("a round a day");
        let mut out = Decisions::new();
        let mut say = |trader, speech, belief: Option<[u8; 5]>| {
            let belief = belief.map(Belief::of);
            out.state(Statement { trader, speech, belief, text: "words".to_owned() });
        };
        match day {
            1 => {
                say(ann, Speech::Post, Some([40, 50, 60, 50, 50]));
                say(bob, Speech::Post, Some([60; 5]));
                // Nobody has said what eve likes.
                say(eve, Speech::Like(PostId(9)), None);
                out.order(ann, a, Side::Sell, 2, 11_0000);
                out.order(bob, b, Side::Sell, 4, 22_0000);
                out.order(eve, a, Side::Buy, 2, 11_0000);
            }
            2 => {
                say(ann, Speech::Thought, Some([30; 5]));
                say(bob, Speech::Like(PostId(1)), None);
                say(eve, Speech::Repost(PostId(1)), None);
                say(eve, Speech::Unlike(PostId(2)), None);
                out.show(Exposure { trader: bob, post: PostId(1) });
                out.show(Exposure { trader: eve, post: PostId(1) });
                out.show(Exposure { trader: eve, post: PostId(2) });
                out.order(ann, b, Side::Sell, 2, 19_0000);
                out.order(eve, b, Side::Buy, 2, 19_0000);
            }
            _ => {
                say(bob, Speech::Repost(PostId(3)), None);
                out.order(bob, a, Side::Buy, 2, 10_5000);
                out.order(eve, a, Side::Sell, 2, 10_5000);
            }
        }
        run.add(&round.settle(out)).expect("the engine says what can happen");
    }
    run.finish().expect("the engine says what can happen");
    run
}

const STATISTICS: &str = r#"
[statistic]
belief = { measure = "belief" }
belief-1 = { measure = "belief", to = 1 }
belief-loud = { measure = "belief", kind = "loud", from = 1 }
belief-quiet = { measure = "belief", kind = "quiet" }
trend = { measure = "belief-trend", to = 1 }
economy = { measure = "belief-economy", to = 1 }
spread = { measure = "belief-spread" }
two-minds = { measure = "belief-bimodality" }
posts = { measure = "posts" }
reposts = { measure = "reposts" }
reposts-3 = { measure = "reposts", from = 2 }
likes = { measure = "likes" }
like-share = { measure = "like-share" }
exposures = { measure = "exposures" }
top = { measure = "top-authors" }
unequal = { measure = "reaction-gini" }
leaders = { measure = "likes-of-leaders" }
size = { measure = "cascade-size" }
depth = { measure = "cascade-depth" }
breadth = { measure = "cascade-breadth" }
half = { measure = "cascade-half" }
density-1 = { measure = "density", to = 1 }
density = { measure = "density" }
degree = { measure = "degree" }
isolates = { measure = "isolates", from = 1, to = 2 }
assortativity = { measure = "assortativity" }
pgr = { measure = "pgr" }
plr = { measure = "plr" }
pgr-plr = { measure = "pgr-plr" }
pgr-loud = { measure = "pgr", kind = "loud" }
holdings = { measure = "holdings" }
sell-buy = { measure = "sell-buy" }
sell-buy-1 = { measure = "sell-buy-count", to = 1 }
sell-buy-value = { measure = "sell-buy-value", to = 1 }
sell-buy-b = { measure = "sell-buy", stocks = ["B"], to = 1 }
volume = { measure = "volume" }
drawdown = { measure = "drawdown" }
drawdown-a = { measure = "drawdown", stocks = ["A"] }
flat = { measure = "rmse-flat", stocks = ["A"] }
flat-capital = { measure = "rmse-flat", weights = "capital" }
"#;

fn of(run: &Observed, name: &str) -> Result<f64, String> {
    let text = format!("name = \"e\"\nscenario = \"s\"\n[[arm]]\nname = \"a\"\n{STATISTICS}");
    let it = Experiment::read("e.toml", &text).expect("a sound experiment");
    it.statistics.iter().find(|it| it.name == name).expect("a statistic").of(run)
}

#[test]
fn every_measure_of_a_crowd_is_what_its_page_says() {
    let run = observed();
    let index = [1.05, 1.025, 1.0];
    let mut wrong = Vec::new();
    for (name, expected) in [
        // Ann and bob believe 50 and 60, then 30 and 60; eve never says.
        ("belief", (55.0 + 45.0 + 45.0) / 3.0),
        ("belief-1", 55.0),
        ("belief-loud", 45.0),
        ("trend", 50.0),
        ("economy", 60.0),
        ("spread", (5.0 + 15.0 + 15.0) / 3.0),
        // Two scores, equally frequent, on every day.
        ("two-minds", 1.0),
        ("posts", 2.0),
        ("reposts", 2.0),
        ("reposts-3", 1.0),
        ("likes", 1.0),
        ("like-share", 0.5),
        ("exposures", 3.0),
        // Ann's post got a like and a repost, bob's an unlike, eve's repost a repost.
        ("top", 0.5),
        ("unequal", 1.0 / 6.0),
        // Likes 1, 0, 0 with mean degrees 4/3, 2/3, 4/3.
        ("leaders", 0.5),
        ("size", 3.0),
        ("depth", 2.0),
        ("breadth", 1.0),
        ("half", 1.0),
        // All hold the same; then ann and eve trade alike, and nobody like bob.
        ("density-1", 1.0),
        ("density", 5.0 / 9.0),
        ("degree", 10.0 / 9.0),
        ("isolates", 1.0 / 3.0),
        // Ann realises a gain, then a loss while A stands above its cost; eve a gain, while B
        // stands below hers.
        ("pgr", 2.0 / 3.0),
        ("plr", 0.5),
        ("pgr-plr", 1.0 / 6.0),
        ("pgr-loud", 0.5),
        ("holdings", 2.0),
        ("sell-buy", 10.0 / 6.0),
        ("sell-buy-1", 2.0),
        ("sell-buy-value", (22.0 + 88.0) / 22.0),
        ("volume", 2.0),
        ("drawdown", 1.0 - index[2] / index[0]),
        ("drawdown-a", 1.0 - 10.5 / 11.0),
        ("flat", ((0.1_f64.powi(2) * 2.0 + 0.05_f64.powi(2)) / 3.0).sqrt()),
        // Both companies are worth the same, so weights are equal.
        ("flat-capital", ((0.05_f64.powi(2) + 0.025_f64.powi(2)) / 3.0).sqrt()),
    ] {
        let found = of(&run, name);
        if !found.as_ref().is_ok_and(|it| (it - expected).abs() < 1e-9) {
            wrong.push(format!("{name}: expected {expected}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_a_crowd_does_not_have_says_why() {
    let run = observed();
    assert_eq!(of(&run, "belief-quiet"), Err("nobody says what they believe".to_owned()));
    // Two of those who are linked have said what they believe, on one day.
    assert_eq!(of(&run, "assortativity"), Err("there is nothing to measure".to_owned()));
    assert_eq!(of(&run, "sell-buy-b"), Err("there is nothing to measure".to_owned()));
    let silent = MARKET.replace("social = { threshold = \"0.6\" }\n", "");
    let scenario = Scenario::read("market.toml", &silent, |_| Err("no files here".into()));
    let silent = Observed::new(&Engine::new(scenario.expect("a sound market"), Seed(1)));
    assert!(silent.crowd.is_none(), "where nobody talks there is no crowd");
    assert_eq!(of(&silent, "belief"), Err("in this market nobody talks".to_owned()));
}
