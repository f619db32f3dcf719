//! What deciding costs: each rule alone, and whole stages with the exchange's work.
//!
//! All figures are of one thread; the elements of a throughput are traders per stage.

use std::fmt::Write as _;
use std::hint::black_box;

use asfm_agent::{BrainKind, Cast, PROFILES};
use asfm_engine::{Engine, Scenario, Seed};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const TRADERS: u64 = 100_000;

/// A market like the one of ASFM with other traders: profiles with their parts of the population.
fn scenario(stocks: usize, traders: &[(&str, u32, u32)]) -> Scenario {
    let mut text = format!("name = \"bench\"\ndays = 1000000\npopulation.agents = {TRADERS}\n");
    for (profile, ratio, capital) in traders {
        let kind = format!("kind = \"{profile}\", ratio = {ratio}, capital = {capital}");
        writeln!(text, "[[traders]]\n{}", kind.replace(", ", "\n")).expect("memory");
    }
    for stock in 1..=stocks {
        let price = 10 * stock;
        writeln!(
            text,
            "[[company]]\ncode = \"S{stock}\"\nsector = \"any\"\ncloses = [{price}, {price}.2]"
        )
        .expect("memory");
    }
    Scenario::read("bench.toml", &text, |_| Err("no files".into())).expect("a scenario")
}

const MIX: [(&str, u32, u32); 4] = [
    ("value", 2, 20_000),
    ("institutional", 1, 15_000),
    ("contrarian", 1, 400),
    ("aggressive", 1, 6_000),
];

/// The continuous stage of the third day.
fn third_day(engine: &mut Engine, cast: &mut Cast) {
    for _ in 0..5 {
        let round = engine.next_round().expect("many days");
        let decisions = cast.decide(&round);
        round.settle(decisions);
    }
}

/// Made when a bench is not filtered out, and once.
fn market(traders: &[(&str, u32, u32)], stocks: usize) -> (Engine, Cast) {
    let scenario = scenario(stocks, traders);
    let mut cast = Cast::new(&scenario, Seed(1), BrainKind::Rules).expect("a cast");
    let mut engine = Engine::new(scenario, Seed(1));
    third_day(&mut engine, &mut cast);
    (engine, cast)
}

fn decide(c: &mut Criterion) {
    let mut group = c.benchmark_group("decide");
    group.throughput(Throughput::Elements(TRADERS)).sample_size(50);
    let alone = PROFILES.into_iter().filter(|it| *it != "zi");
    let mut cases: Vec<_> = alone.map(|it| (it, vec![(it, 1, 15_000)], 11)).collect();
    cases.push(("mix", MIX.to_vec(), 11));
    cases.push(("zi, one stock", vec![("zi", 1, 15_000)], 1));
    for (name, traders, stocks) in cases {
        let mut ready = None;
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            let (engine, cast) = ready.get_or_insert_with(|| market(&traders, stocks));
            let round = engine.next_round().expect("many days");
            b.iter(|| black_box(cast.decide(&round)));
        });
    }
}

fn stage(c: &mut Criterion) {
    let mut group = c.benchmark_group("decide and settle");
    group.throughput(Throughput::Elements(TRADERS)).sample_size(20);
    let cases = [
        ("mix", MIX.to_vec(), 11),
        ("zi", vec![("zi", 1, 15_000)], 11),
        ("zi, one stock", vec![("zi", 1, 15_000)], 1),
    ];
    for (name, traders, stocks) in cases {
        let mut ready = None;
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            let (engine, cast) = ready.get_or_insert_with(|| market(&traders, stocks));
            b.iter(|| {
                let round = engine.next_round().expect("many days");
                let decisions = cast.decide(&round);
                black_box(round.settle(decisions))
            });
        });
    }
}

fn one_thread(_: &mut Criterion) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1);
    pool.build_global().expect("the first to build it");
}

criterion_group!(benches, one_thread, decide, stage);
criterion_main!(benches);
