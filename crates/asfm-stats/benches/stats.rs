//! How long the main statistics take on 5000 returns.

use std::hint::black_box;

use asfm_stats::card::{Options, card};
use asfm_stats::garch::{Model, fit};
use asfm_stats::series::Series;
use asfm_stats::tail::{Tail, hill};
use asfm_stats::{dependence, two_sample};
use criterion::{Criterion, criterion_group, criterion_main};

const GJR: &str = include_str!("../../../fixtures/series/syn_gjr.csv");
const NORMAL: &str = include_str!("../../../fixtures/series/syn_normal.csv");

/// Returns, and volume if there is any.
fn read(text: &str) -> (Vec<f64>, Vec<f64>) {
    let rows = text.lines().skip(1).map(|line| {
        let mut cells = line.split(',').map(|it| it.parse().expect("a number"));
        (cells.next().expect("a return"), cells.next().unwrap_or(1.0))
    });
    rows.unzip()
}

fn statistics(c: &mut Criterion) {
    let (r, _) = read(GJR);
    let (other, volume) = read(NORMAL);
    let a: Vec<f64> = r.iter().map(|it| it.abs()).collect();
    c.bench_function("acf_20", |b| {
        b.iter(|| dependence::autocorrelations(black_box(&a), 20));
    });
    c.bench_function("hill_5pct", |b| {
        b.iter(|| hill(black_box(&r), Tail::Absolute, 0.05));
    });
    c.bench_function("ks_two_sample", |b| {
        b.iter(|| two_sample::kolmogorov_smirnov(black_box(&r), black_box(&other)));
    });
    let mut slow = c.benchmark_group("slow");
    slow.sample_size(10);
    slow.bench_function("garch_fit", |b| {
        b.iter(|| fit(black_box(&r), Model::GarchNormal));
    });
    slow.bench_function("gjr_fit", |b| {
        b.iter(|| fit(black_box(&r), Model::GjrNormal));
    });
    let series = Series::from_returns(&r, Some(&volume)).expect("the series is sound");
    slow.bench_function("card_5000_999", |b| {
        b.iter(|| card(black_box(&series), &Options::default()));
    });
    let short = series.last(250);
    slow.bench_function("card_250_999", |b| {
        b.iter(|| card(black_box(&short), &Options::default()));
    });
    slow.finish();
}

criterion_group!(benches, statistics);
criterion_main!(benches);
