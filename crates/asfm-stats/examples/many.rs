//! How long the cards of many runs take: `cargo run --release -p asfm-stats --example many`.
//!
//! Every run is a market of stocks whose volatility changes (a GJR process with volume),
//! and gets a card per stock and one of its equal-weight index, with 999 replicates.
//! Arguments, all optional: runs (1000), stocks (11), days (250), threads (all).
//! The last line digests every number of every card: it does not depend on the threads.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Instant;

use asfm_stats::StatsError;
use asfm_stats::card::{Card, Options, card};
use asfm_stats::market::equal_weight_index;
use asfm_stats::series::Series;
use asfm_stats::yardstick::{across_runs, gaussian_walk};
use rayon::prelude::*;

/// Days before the first one, so that volatility has left its start.
const SETTLED: usize = 100;

/// A stock: GJR returns from the normal draws of a walk, and volume that goes with them.
fn stock(days: usize, seed: u64) -> Result<Series, StatsError> {
    let walk = gaussian_walk(days + SETTLED, 0.01, true, seed)?;
    let mut variance = 1e-4;
    let returns = walk.returns.iter().map(|it| {
        let r = it / 0.01 * f64::sqrt(variance);
        let news = if r < 0.0 { 0.15 } else { 0.03 };
        variance = 2e-6 + news * r * r + 0.88 * variance;
        r
    });
    let returns: Vec<f64> = returns.skip(SETTLED).collect();
    let calm = walk.volume.as_deref().unwrap_or_default();
    let volume = calm.iter().skip(SETTLED).zip(&returns);
    let volume: Vec<f64> = volume.map(|(it, r)| it * (1.0 + 20.0 * r.abs())).collect();
    Series::from_returns(&returns, Some(&volume))
}

/// The cards of the stocks of a run, then that of its index.
fn run(stocks: usize, days: usize, seed: u64) -> Result<(Vec<Card>, Card), StatsError> {
    let all = (1000 * seed..).take(stocks).map(|it| stock(days, it));
    let all = all.collect::<Result<Vec<Series>, _>>()?;
    let prices: Vec<&[f64]> = all.iter().map(|it| it.price.as_slice()).collect();
    let mut volume = vec![0.0; days];
    for stock in all.iter().filter_map(|it| it.volume.as_ref()) {
        volume.iter_mut().zip(stock).for_each(|(total, it)| *total += it);
    }
    let index = Series::from_prices(&equal_weight_index(&prices)?, None)?;
    let index = Series { volume: Some(volume), ..index };
    let options = Options::default();
    let cards = all.iter().map(|it| card(it, &options)).collect::<Result<Vec<_>, _>>()?;
    Ok((cards, card(&index, &options)?))
}

fn digest(cards: &[Card]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for it in cards.iter().flat_map(|it| &it.lines) {
        it.verdict.hash(&mut hasher);
        for number in [it.estimate, it.p, it.null, it.ci.map(|it| it.lo), it.ci.map(|it| it.hi)] {
            number.map(f64::to_bits).hash(&mut hasher);
        }
    }
    hasher.finish()
}

#[expect(clippy::print_stdout, reason = "the times are what this program is for")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given = std::env::args().skip(1).map(|it| it.parse()).collect::<Result<Vec<usize>, _>>()?;
    let argument = |at: usize, otherwise| given.get(at).copied().unwrap_or(otherwise);
    let (runs, stocks, days) = (argument(0, 1000), argument(1, 11), argument(2, 250));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(argument(3, 0)).build()?;

    let start = Instant::now();
    let one = |seed| run(stocks, days, seed);
    let made = pool.install(|| (0..runs as u64).into_par_iter().map(one).collect::<Result<_, _>>());
    let (of_stocks, of_index): (Vec<Vec<Card>>, Vec<Card>) = made?;
    let cards = start.elapsed();
    let facts = across_runs(&of_stocks, 1)?;
    let all = start.elapsed();

    let threads = pool.current_num_threads();
    println!("{runs} runs of {stocks} stocks and an index, {days} days, {threads} threads");
    println!(
        "cards {:.1} s, with the facts across runs {:.1} s",
        cards.as_secs_f64(),
        all.as_secs_f64()
    );
    for it in &facts {
        let mean = it.statistic.map_or_else(|| "-".to_owned(), |it| format!("{:.4}", it.value));
        let (name, seen) = (it.fact.name(), it.verdicts);
        println!("{name:<22} mean {mean:>8}  passed by {} of {} cards", seen.passed, seen.n);
    }
    let every: Vec<Card> = of_stocks.into_iter().flatten().chain(of_index).collect();
    println!("digest {:016x}", digest(&every));
    Ok(())
}
