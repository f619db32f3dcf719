//! Small markets with traders who do anything at all.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use asfm_chat::{
    Answer, Asked, Failure, FailureKind, Finish, Form, FormKind, Message, Part, Reply, Request,
    Role, Sampling, Schema, Slot, ToolCall, Usage,
};
use asfm_engine::{
    Belief, Day, Decisions, Digest, Draws, Engine, Exposure, Intent, PostId, Purpose, Round,
    RoundLog, Scenario, Seed, Side, Speech, StageKind, Statement, StockId, TraderId, Unreadable,
};
use asfm_recorder::{
    Branch, Call, Durability, Ending, Error, Model, Note, Options, Recorder, RunHeader,
};
use serde_json::json;

/// The paper's rules.
pub(crate) const PLAIN: &str = r#"
    name = "plain"
    title = "two stocks, it's quiet"
    days = 4
    traders = [{ kind = "value", ratio = 2, capital = 20000 },
               { kind = "aggressive", ratio = 1, capital = 6000 }]
    population = { agents = 9 }
    [[company]]
    code = "EN001"
    sector = "energy"
    closes = ["10.00", "10.60"]
    [[company]]
    code = "MA002"
    sector = "materials"
    business = "Makes 'things'."
    closes = ["20.75"]
    price-earnings = 12.5
    [[news]]
    day = 0
    text = "known \"before\""
    [[news]]
    day = 2
    days = 2
    text = "rates rise"
    topic = "interest-rate"
    size = 0.25
"#;

/// Everything that the paper's rules leave off: talk, fees, T+1, orders that live on, payments.
pub(crate) const RICH: &str = r#"
    name = "rich"
    days = 6
    traders = [{ kind = "anyone", profile = "any", ratio = 1, capital = 100000 }]
    population = { agents = 7, allocation = "random-subset", subset = 2 }
    [calendar]
    week = "oococ"
    [market]
    tick = 0.05
    lot = 10
    sessions = ["talk", "auction", "continuous"]
    continuous-rounds = 2
    closed-sessions = ["talk"]
    auction = "uniform"
    continuous = "maker"
    price-limit = "off"
    resubmission = "add"
    operations = 0
    order-life = "gtc"
    self-trade = "cancel-oldest"
    close = "last"
    no-trade-close = "quote-midpoint"
    settlement = "T+1"
    fee = 0.0003
    stamp-tax = 0.001
    cash-interest = 0.0001
    large-trade = 5000
    [[company]]
    code = "A"
    sector = "a"
    closes = [10]
    [[company]]
    code = "B"
    sector = "b"
    closes = [20.5]
    [[company]]
    code = "C"
    sector = "c"
    closes = [3.15]
    [[dividend]]
    day = 2
    stock = "B"
    per-share = 0.25
"#;

/// Orders that live on inside a band, bought and sold by many.
pub(crate) const BUSY: &str = r#"
    name = "busy"
    days = 3
    traders = [{ kind = "anyone", ratio = 1, capital = 50000 }]
    population = { agents = 40 }
    [market]
    order-life = "gtc"
    price-limit = 0.02
    operations = 5
    resubmission = "replace"
    close = "mean"
    [[company]]
    code = "ONE"
    sector = "one"
    closes = [30]
"#;

/// The table of [`crowd`]: traders who start with something else each.
pub(crate) const TABLE: &str = "\
kind,cash,A,B,C,A:cost,city,self
anyone,50000,100,0,4000,9.75,Bonn,\"I buy, \"\"low\"\"\"
anyone,0.0001,0,0,0,,Ulm,
anyone,20000,2000,700,0,,Bonn,'; DROP TABLE traits; --
nobody,3000,0,0,90,,,
anyone,90000,0,0,0,,Bonn,7
anyone,1234.5,10,20,30,,\"two
lines\",7
anyone,100000,0,5000,0,,Ulm,\u{2603}
";

/// A market whose traders are written one by one.
pub(crate) fn crowd(text: &str) -> String {
    let (before, rest) = text.split_once("    population = ").unwrap();
    let (_, after) = rest.split_once('\n').unwrap();
    let traders = "traders = [{ kind = \"nobody\", profile = \"any\" }, ";
    format!("{before}    population = {{ table = \"crowd.csv\" }}\n{after}")
        .replace("traders = [", traders)
}

pub(crate) fn engine(text: &str, seed: u64) -> Engine {
    let scenario = Scenario::read("market.toml", text, |name| {
        if name == "crowd.csv" { Ok(TABLE.to_owned()) } else { Err("no such file".into()) }
    });
    Engine::new(scenario.expect("the scenario is sound"), Seed(seed))
}

pub(crate) fn header() -> RunHeader {
    RunHeader {
        version: "0.1.0".into(),
        brain: "anything".into(),
        model: Some(Model {
            family: "ollama".into(),
            name: "small".into(),
            form: FormKind::Schema,
            context: 8_192,
        }),
        branch: Some(Branch { parent: Some(Digest([7; 32])), day: Day(2) }),
        started_at: "2026-01-02T03:04:05Z".into(),
    }
}

/// What everybody does in one round; it depends on the seed and the round only.
pub(crate) fn decide(engine: &mut Engine) -> Option<RoundLog> {
    let round = engine.next_round()?;
    let mut decisions = Decisions::new();
    let view = round.market();
    for index in (0..round.traders()).rev() {
        let trader = TraderId::at(index);
        let mut draws = round.seed().stream(Purpose::Decision, index as u64, view.when);
        if view.kind == StageKind::Talk && draws.chance(0.5) {
            decisions.say(trader, WORDS[draws.below(5) as usize]);
        }
        for _ in 0..draws.below(5) {
            let stock = draws.below(u32::try_from(view.stocks.len()).expect("few"));
            let reference = view.stocks[stock as usize].reference.0;
            one(&mut draws, &mut decisions, trader, stock, reference);
        }
    }
    talk(&round, &mut decisions);
    Some(round.settle(decisions))
}

/// Everybody says, believes and sees anything at all, whatever posts there are.
fn talk(round: &Round<'_>, decisions: &mut Decisions) {
    let when = round.market().when;
    for index in (0..round.traders()).rev() {
        let trader = TraderId::at(index);
        let mut draws = round.seed().stream(Purpose::Mind, index as u64, when);
        let some = |draws: &mut Draws| match draws.below(12) {
            0 => PostId(0),
            1 => PostId(u32::MAX),
            _ => PostId(1 + draws.below(40)),
        };
        for _ in 0..draws.below(3) {
            let post = some(&mut draws);
            let speech = match draws.below(5) {
                0 => Speech::Post,
                1 => Speech::Repost(post),
                2 => Speech::Like(post),
                3 => Speech::Unlike(post),
                _ => Speech::Thought,
            };
            let mut points = || u8::try_from(draws.below(101)).expect("at most 100");
            let belief = Belief::of([points(), points(), points(), points(), points()]);
            let belief = draws.chance(0.6).then_some(belief);
            let text = WORDS[draws.below(5) as usize].to_owned();
            decisions.state(Statement { trader, speech, belief, text });
        }
        for _ in 0..draws.below(4) {
            decisions.show(Exposure { trader, post: some(&mut draws) });
        }
    }
}

const WORDS: [&str; 5] = [
    "it's \"cheap\"; DROP TABLE run; --",
    "two\nlines\tand a \0 in the middle",
    "",
    "价格太高了 🙂",
    "[[1,2],[3]]",
];

fn one(draws: &mut Draws, decisions: &mut Decisions, trader: TraderId, stock: u32, price: i64) {
    let stock = StockId(u16::try_from(stock).expect("few"));
    let side = if draws.chance(0.5) { Side::Buy } else { Side::Sell };
    let odd = [i64::MIN, -1, 0, 1, 7, 4_294_967_296, i64::MAX][draws.below(7) as usize];
    let near = price / 500 * (i64::from(draws.below(41)) + 480);
    let qty = 10 * (1 + i64::from(draws.below(60)));
    match draws.below(20) {
        0 => decisions.order(trader, StockId(700), side, qty, near),
        1 => decisions.order(trader, stock, side, odd, near / 500 * 500),
        2 => decisions.order(trader, stock, side, qty, odd),
        3 => decisions.order(trader, stock, side, qty, near),
        4 => decisions.push(trader, Intent::Cancel { stock }),
        5 => decisions.push(trader, Intent::Cancel { stock: StockId(9) }),
        6 => decisions.unreadable(trader, Unreadable::UnknownStock, WORDS[draws.below(5) as usize]),
        7 => decisions.unreadable(trader, Unreadable::BadNumber, "a dozen"),
        _ => decisions.order(trader, stock, side, qty, near / 500 * 500),
    }
}

/// What a language model might have said for a trader in a round: every other call failed.
pub(crate) fn call(day: u32, stage: u8, trader: u32) -> Call {
    let rules: Arc<str> = "You trade. ☂".into();
    let schema = Schema { name: "orders".into(), schema: json!({"type": "object", "b": 1}) };
    let request = Request {
        messages: vec![
            Message::new(Role::System, [Part::shared(&rules)]),
            Message::new(Role::User, [Part::shared(&rules), Part::own(format!("day {day}\0"))]),
        ],
        form: Form::Schema(schema.into()),
        sampling: Sampling { temperature_e3: 700, seed: trader, answer_tokens: 64 },
    };
    let latency = Duration::from_millis(1_234);
    let heard = if trader.is_multiple_of(2) {
        Ok(Reply {
            answer: Answer {
                text: "hold \0 \"on\"".into(),
                calls: vec![ToolCall { name: "buy".into(), arguments: json!({"qty": 1}) }],
            },
            finish: Finish::Stop,
            usage: Usage { prompt: Some(100), cached: None, answer: Some(7) },
            served_model: Some("small-q4".into()),
            latency,
        })
    } else {
        Err(Failure { kind: FailureKind::Timeout, what: "5 s".into(), latency })
    };
    let note = match &heard {
        Ok(_) => Note {
            rung: Some("tools".into()),
            repairs: vec!["commas".into()],
            reason: Some("none".into()),
            ..Note::default()
        },
        Err(_) => Note::default(),
    };
    let slot = Slot { day, stage, trader: trader + 1, step: 0, attempt: 1 };
    let key = request.key(Asked { family: "ollama", model: "small" });
    Call { slot, key, request, heard, note }
}

/// Records so many rounds at most, and gives them back.
pub(crate) fn record(
    path: &Path,
    engine: &mut Engine,
    rounds: usize,
    ending: Ending,
) -> Result<Vec<RoundLog>, Error> {
    let options = Options { durability: Durability::Normal, ..Options::default() };
    let mut recorder = Recorder::create(path, &header(), engine, options)?;
    let mut logs = Vec::new();
    while logs.len() < rounds {
        let Some(log) = decide(engine) else { break };
        for trader in [1, 0] {
            recorder.call(call(log.day.0, log.stage, trader))?;
        }
        recorder.record(log.clone())?;
        logs.push(log);
    }
    recorder.finish(ending, 1.5)?;
    Ok(logs)
}
