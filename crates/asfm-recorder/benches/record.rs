//! How fast rounds are written, and runs verified.

use std::hint::black_box;

use asfm_engine::{
    Belief, Decisions, Engine, Exposure, PostId, Purpose, RoundLog, Scenario, Seed, Side, Speech,
    Statement, StockId, TraderId,
};
use asfm_recorder::{Durability, Ending, Journal, Options, Recorder, Run, RunHeader};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const AGENTS: usize = 50_000;

fn engine() -> Engine {
    let text = format!(
        r#"
        name = "bench"
        days = 2
        traders = [{{ kind = "anyone", ratio = 1, capital = 20000 }}]
        population = {{ agents = {AGENTS} }}
        company = [
            {{ code = "A", sector = "a", closes = [10] }},
            {{ code = "B", sector = "b", closes = [20.5] }},
            {{ code = "C", sector = "c", closes = [31] }},
        ]
        "#
    );
    let scenario = Scenario::read("bench.toml", &text, |_| Err("no files here".into()));
    Engine::new(scenario.expect("the scenario is sound"), Seed(1))
}

/// Two days of traders who send one order in each stage.
fn rounds() -> Vec<RoundLog> {
    let mut engine = engine();
    let mut logs = Vec::new();
    while let Some(round) = engine.next_round() {
        let mut decisions = Decisions::new();
        let view = round.market();
        let mut streams = round.seed().streams(Purpose::Decision, 0, view.when);
        for index in 0..AGENTS {
            let draws = streams.advance();
            let stock = StockId(u16::try_from(draws.below(3)).expect("three stocks"));
            let reference = view.stocks[stock.index()].reference.0;
            let price = reference / 10_000 * i64::from(97 + draws.below(7)) * 100;
            let side = [Side::Buy, Side::Sell][draws.below(2) as usize];
            let qty = i64::from(1 + draws.below(30));
            decisions.order(TraderId::at(index), stock, side, qty, price);
        }
        logs.push(round.settle(decisions));
    }
    logs
}

fn rows(log: &RoundLog) -> usize {
    let accounts = log.close.as_ref().map_or(0, |it| it.cash.len());
    log.requests.len() + log.trades.len() + log.ends.len() + accounts
}

fn header() -> RunHeader {
    RunHeader {
        version: "bench".into(),
        brain: "bench".into(),
        model: None,
        branch: None,
        started_at: "now".into(),
    }
}

fn record(criterion: &mut Criterion) {
    let (engine, logs) = (engine(), rounds());
    let folder = tempfile::tempdir().expect("a folder for the bench");
    let path = folder.path().join("run.db");
    let forced = Options { force: true, ..Options::default() };
    let n_rows: usize = logs.iter().map(rows).sum();
    let mut group = criterion.benchmark_group("recorder");
    group.sample_size(10);
    group.throughput(Throughput::Elements(n_rows as u64));
    for (name, journal, durability) in [
        ("write-wal-full", Journal::Wal, Durability::Full),
        ("write-wal-normal", Journal::Wal, Durability::Normal),
        ("write-rollback-normal", Journal::Rollback, Durability::Normal),
    ] {
        let options = Options { force: true, journal, durability, pages_max: None };
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut recorder = Recorder::create(&path, &header(), &engine, options)
                    .expect("the file can be made");
                for log in &logs {
                    recorder.record(log.clone()).expect("rounds can be written");
                }
                recorder.finish(Ending::Done, 1.0).expect("the file can be finished");
            });
        });
    }
    let mut recorder =
        Recorder::create(&path, &header(), &engine, forced).expect("the file can be made");
    for log in &logs {
        recorder.record(log.clone()).expect("rounds can be written");
    }
    recorder.finish(Ending::Done, 1.0).expect("the file can be finished");
    let run = Run::open(&path).expect("it was just written");
    group.bench_function("read", |bencher| {
        bencher.iter(|| run.rounds().map(|it| rows(&it.expect("sound"))).sum::<usize>());
    });
    group.bench_function("verify", |bencher| {
        bencher.iter(|| black_box(run.verify().expect("it is what its decisions lead to")));
    });
    group.finish();
}

/// One round in which everybody says two things and is shown ten posts.
fn crowd() -> RoundLog {
    let mut engine = engine();
    let round = engine.next_round().expect("a first round");
    let mut decisions = Decisions::new();
    for trader in (0..AGENTS).map(TraderId::at) {
        let number = trader.number();
        let belief = Some(Belief::NEUTRAL);
        let text = format!("{number} says: {}", "the market is far too cheap today. ".repeat(4));
        decisions.state(Statement { trader, speech: Speech::Post, belief, text });
        let (speech, text) = (Speech::Like(PostId(number)), String::new());
        decisions.state(Statement { trader, speech, belief: None, text });
        for at in 0..10 {
            decisions.show(Exposure { trader, post: PostId(number * 7 % 50_000 + at) });
        }
    }
    round.settle(decisions)
}

fn talk(criterion: &mut Criterion) {
    let (engine, log) = (engine(), crowd());
    let folder = tempfile::tempdir().expect("a folder for the bench");
    let path = folder.path().join("run.db");
    let options = Options { force: true, ..Options::default() };
    let mut group = criterion.benchmark_group("talk");
    group.sample_size(10);
    group.throughput(Throughput::Elements((log.statements.len() + log.exposures.len()) as u64));
    let write = |logs: &[&RoundLog]| {
        let mut recorder =
            Recorder::create(&path, &header(), &engine, options).expect("the file can be made");
        for log in logs {
            recorder.record((*log).clone()).expect("rounds can be written");
        }
        recorder.finish(Ending::Interrupted, 1.0).expect("the file can be finished");
    };
    group.bench_function("write-nothing", |bencher| bencher.iter(|| write(&[])));
    group.bench_function("write", |bencher| bencher.iter(|| write(&[&log])));
    write(&[&log]);
    let run = Run::open(&path).expect("it was just written");
    group.bench_function("read", |bencher| bencher.iter(|| run.rounds().count()));
    group.bench_function("verify", |bencher| {
        bencher.iter(|| black_box(run.verify().expect("it is what its decisions lead to")));
    });
    group.finish();
}

criterion_group!(benches, record, talk);
criterion_main!(benches);
