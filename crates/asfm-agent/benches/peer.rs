//! Zero-intelligence traders in whole markets, beside the random agents of `bourse-de`.
//!
//! Both have the same number of agents, steps and stocks (one), and send the same number of orders.
//! In each step an agent of `bourse-de` acts with probability 0.8: it places an order if it has
//! none and cancels the one it has, which comes to 0.65 to 0.66 orders and 0.15 cancels. One of
//! ours sends an order with probability 0.663, and the exchange withdraws its unmatched one of the
//! same side first; that some cannot pay or deliver leaves 0.65 to 0.66 orders too. Ours are also
//! checked for cash and shares, told a verdict, and hashed into a digest; both are run for as many
//! steps, and ours close a day every ten. "All cores" runs inside a pool of threads, so that
//! handing over work starts with no change of thread.

#![expect(clippy::print_stderr, reason = "how much was traded belongs to the figures")]

use asfm_agent::{BrainKind, Cast};
use asfm_engine::{Engine, Scenario, Seed};
use bourse_de::agents::{Agent, Agents, RandomAgents};
use bourse_de::{Env, sim_runner};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const ROUNDS: u64 = 10;
/// How likely one of ours sends an order in a step, so that both send as many.
const ACTIVITY: f64 = 0.663;

#[derive(Agents)]
struct Peers {
    random: RandomAgents,
}

/// A market of `agents` random agents whose prices lie within 10 ticks of the middle.
fn theirs(agents: usize) -> (Env, Peers) {
    let random = RandomAgents::new(agents, (990, 1011), (1, 6), 1, 0.8);
    (Env::new(0, 1, 1_000_000_000, true), Peers { random })
}

/// The same with zero-intelligence traders: a tick of 0.01, prices within 0.10 of 10.00.
fn ours(agents: usize, steps: u64) -> (Engine, Cast) {
    let text = format!(
        r#"
        name = "zero intelligence"
        days = {}
        company = [{{ code = "AAA", sector = "any", closes = [10] }}]
        traders = [{{ kind = "zi", ratio = 1, capital = 1000 }}]
        population = {{ agents = {agents} }}
        market = {{ sessions = ["continuous"], continuous-rounds = {ROUNDS}, operations = 0 }}
        rules = {{ zero-intelligence = {{ attention = 1, activity = {ACTIVITY}, reach = 0.01 }} }}
        "#,
        steps / ROUNDS,
    );
    let scenario = Scenario::read("bench.toml", &text, |_| Err("no files".into()));
    let scenario = scenario.expect("a sound scenario");
    let cast = Cast::new(&scenario, Seed(1), BrainKind::Rules).expect("a cast");
    (Engine::new(scenario, Seed(1)), cast)
}

/// Runs to the end; how many orders were accepted and trades made.
fn run(engine: &mut Engine, cast: &mut Cast) -> (usize, usize) {
    let mut sums = (0, 0);
    while let Some(round) = engine.next_round() {
        let decisions = cast.decide(&round);
        let log = round.settle(decisions);
        sums.0 += log.requests.len();
        sums.1 += log.trades.len();
    }
    sums
}

fn peer(c: &mut Criterion) {
    let mut group = c.benchmark_group("zero-intelligence");
    group.sample_size(10);
    for (agents, steps) in [(1_000, 1_000), (10_000, 200), (100_000, 50)] {
        group.throughput(Throughput::Elements(agents as u64 * steps));
        let (mut engine, mut cast) = ours(agents, steps);
        let (orders, trades) = run(&mut engine, &mut cast);
        eprintln!("asfm, {agents} x {steps}: {orders} orders, {trades} trades");
        let (mut env, mut peers) = theirs(agents);
        sim_runner(&mut env, &mut peers, 1, steps, false);
        let (orders, trades) = (env.get_orders().len(), env.get_trades().len());
        eprintln!("bourse-de, {agents} x {steps}: {orders} orders, {trades} trades");
        let size = format!("{agents} agents x {steps} steps");
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        let all = rayon::ThreadPoolBuilder::new().build().expect("threads");
        group.bench_function(BenchmarkId::new("asfm, all cores", &size), |b| {
            b.iter_batched_ref(
                || ours(agents, steps),
                |it| all.install(|| run(&mut it.0, &mut it.1)),
                BatchSize::PerIteration,
            );
        });
        group.bench_function(BenchmarkId::new("asfm, one thread", &size), |b| {
            b.iter_batched_ref(
                || ours(agents, steps),
                |it| one.install(|| run(&mut it.0, &mut it.1)),
                BatchSize::PerIteration,
            );
        });
        group.bench_function(BenchmarkId::new("bourse-de", &size), |b| {
            b.iter_batched_ref(
                || theirs(agents),
                |(env, peers)| sim_runner(env, peers, 1, steps, false),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// The market of ASFM with 100 000 traders by rule, for three days; no run file.
fn trader_days(c: &mut Criterion) {
    const TRADERS: u64 = 100_000;
    const DAYS: u64 = 3;
    let fixture = |path: &str| {
        let path = format!("{}/../../fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).expect("a fixture")
    };
    let text = fixture("scenarios/asfm-baseline.toml")
        .replace("agents = 20", &format!("agents = {TRADERS}"))
        .replace("days = 30", &format!("days = {DAYS}"));
    let scenario = Scenario::read("asfm.toml", &text, |_| Ok(fixture("companies/asfm.toml")));
    let scenario = scenario.expect("a sound scenario");
    let mut group = c.benchmark_group("trader-days");
    group.sample_size(10).throughput(Throughput::Elements(TRADERS * DAYS));
    group.bench_function("asfm rules", |b| {
        b.iter_batched_ref(
            || {
                let cast = Cast::new(&scenario, Seed(1), BrainKind::Rules).expect("a cast");
                (Engine::new(scenario.clone(), Seed(1)), cast)
            },
            |it| run(&mut it.0, &mut it.1),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, peer, trader_days);
criterion_main!(benches);
