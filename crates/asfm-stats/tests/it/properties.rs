//! Properties: what scaling, signs, order and monotone change must and must not do.

#![expect(clippy::cast_precision_loss, reason = "counts are small")]
#![expect(clippy::many_single_char_names, reason = "properties read as formulas")]

use asfm_stats::tail::Tail;
use asfm_stats::{Alternative, dependence, effect, inequality, leverage, memory, moments};
use asfm_stats::{bootstrap, drawdown, multiplicity, normality, paired, rank, tail, two_sample};
use proptest::prelude::*;

/// Values that vary and are well within range.
fn values(n: std::ops::Range<usize>) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-1.0..1.0_f64, n)
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-8 * (1.0 + a.abs().max(b.abs()))
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn shape_ignores_location_and_scale(
        x in values(20..80),
        shift in -5.0..5.0_f64,
        scale in 0.1..10.0_f64,
    ) {
        let y: Vec<f64> = x.iter().map(|it| shift + scale * it).collect();
        let a = moments::excess_kurtosis(&x)?.value;
        prop_assert!(near(a, moments::excess_kurtosis(&y)?.value));
        prop_assert!(near(moments::skewness(&x)?.value, moments::skewness(&y)?.value));
        prop_assert!(near(moments::l_ratios(&x)?.l_kurtosis, moments::l_ratios(&y)?.l_kurtosis));
        let a = dependence::autocorrelations(&x, 3)?[2];
        prop_assert!(near(a, dependence::autocorrelations(&y, 3)?[2]));
        let a = normality::jarque_bera(&x)?.statistic;
        prop_assert!(near(a, normality::jarque_bera(&y)?.statistic));
        prop_assert!(near(scale * moments::sd(&x)?.value, moments::sd(&y)?.value));
    }

    #[test]
    fn memory_and_tails_ignore_scale(x in values(130..200), scale in 0.1..10.0_f64) {
        let y: Vec<f64> = x.iter().map(|it| scale * it).collect();
        prop_assert!(near(memory::log_periodogram(&x)?.d, memory::log_periodogram(&y)?.d));
        prop_assert!(near(memory::lo_statistic(&x, 5)?, memory::lo_statistic(&y, 5)?));
        prop_assert!(near(memory::rescaled_range(&x)?.h, memory::rescaled_range(&y)?.h));
        let a = memory::detrended_fluctuations(&x)?.alpha;
        prop_assert!(near(a, memory::detrended_fluctuations(&y)?.alpha));
        let (a, b) = (tail::hill(&x, Tail::Absolute, 0.1)?, tail::hill(&y, Tail::Absolute, 0.1)?);
        prop_assert!(near(a.alpha, b.alpha) && near(scale * a.threshold, b.threshold));
    }

    #[test]
    fn signs(x in values(30..80)) {
        let y: Vec<f64> = x.iter().map(|it| -it).collect();
        prop_assert!(near(moments::skewness(&x)?.value, -moments::skewness(&y)?.value));
        prop_assert!(near(moments::l_ratios(&x)?.l_skewness, -moments::l_ratios(&y)?.l_skewness));
        let a = leverage::leverage(&x, 3)?.mean_abs;
        prop_assert!(near(a, -leverage::leverage(&y, 3)?.mean_abs));
        let a = dependence::ljung_box(&x, 3)?.statistic;
        prop_assert!(near(a, dependence::ljung_box(&y, 3)?.statistic));
    }

    #[test]
    fn time_reversal(x in values(30..80)) {
        let y: Vec<f64> = x.iter().rev().copied().collect();
        let a = dependence::autocorrelations(&x, 2)?[1];
        prop_assert!(near(a, dependence::autocorrelations(&y, 2)?[1]));
        let (a, b) = (leverage::leverage(&x, 2)?, leverage::leverage(&y, 2)?);
        prop_assert!(near(a.corr_r_r2_lead[1], b.corr_r2_then_r[1]));
    }

    #[test]
    fn inequality_ignores_order_and_unit(
        x in prop::collection::vec(0.0..100.0_f64, 2..40),
        scale in 0.01..100.0_f64,
    ) {
        prop_assume!(x.iter().sum::<f64>() > 0.0);
        let y: Vec<f64> = x.iter().rev().map(|it| scale * it).collect();
        let (a, b) = (inequality::inequality(&x)?, inequality::inequality(&y)?);
        prop_assert!(near(a.gini, b.gini) && near(a.theil, b.theil) && near(a.hhi, b.hhi));
        let n = x.len() as f64;
        prop_assert!(a.gini >= 0.0 && a.gini <= 1.0 - 1.0 / n + 1e-12);
        prop_assert!(a.hhi >= 1.0 / n - 1e-12 && a.hhi <= 1.0 + 1e-12);
        prop_assert!(a.theil <= n.ln() + 1e-12);
        prop_assert!(a.lorenz_deciles.windows(2).all(|it| it[0] <= it[1] + 1e-12));
    }

    #[test]
    fn ranks_and_effects_ignore_monotone_change(x in values(5..30), y in values(5..30)) {
        let up = |x: &[f64]| -> Vec<f64> { x.iter().map(|it| it.exp()).collect() };
        prop_assert!(near(effect::cliff_delta(&x, &y)?, effect::cliff_delta(&up(&x), &up(&y))?));
        prop_assert!(near(effect::cliff_delta(&x, &y)?, -effect::cliff_delta(&y, &x)?));
        let (ks, mw) = (two_sample::kolmogorov_smirnov(&x, &y)?, two_sample::mann_whitney(&x, &y)?);
        let a = ks.statistic;
        prop_assert!(near(a, two_sample::kolmogorov_smirnov(&up(&x), &up(&y))?.statistic));
        prop_assert!(near(mw.p, two_sample::mann_whitney(&y, &x)?.p));
        prop_assert!((0.0..=1.0).contains(&ks.p) && (0.0..=1.0).contains(&mw.p));
        prop_assert!(two_sample::wasserstein(&x, &y)? >= 0.0);
        prop_assert!(two_sample::wasserstein(&x, &x)?.abs() < 1e-15);
    }

    #[test]
    fn correlations_are_bounded(x in values(5..40), seed in values(40..41)) {
        let y = &seed[..x.len()];
        for r in [rank::pearson(&x, y)?, rank::spearman(&x, y)?] {
            prop_assert!(r.statistic.abs() <= 1.0 && (0.0..=1.0).contains(&r.p));
        }
        prop_assert!(rank::kendall_b(&x, y)?.abs() <= 1.0);
        prop_assert!(near(rank::kendall_b(&x, y)?, naive_kendall(&x, y)));
    }

    #[test]
    fn sign_flip_p_falls_as_the_effect_grows(d in values(6..12), by in 0.0..1.0_f64) {
        let more: Vec<f64> = d.iter().map(|it| it + by).collect();
        let p = |d: &[f64]| paired::sign_flip(d, Alternative::Greater, 1).map(|it| it.p);
        prop_assert!(p(&more)? <= p(&d)? + 1e-12);
        prop_assert!(p(&d)? >= 1.0 / f64::from(1 << d.len()));
        let both = paired::sign_flip(&d, Alternative::TwoSided, 1)?.p;
        prop_assert!(both >= 2.0 / f64::from(1 << d.len()) - 1e-15);
    }

    #[test]
    fn adjusted_p_values_are_ordered(p in prop::collection::vec(0.0..1.0_f64, 1..12)) {
        let (holm, bh) = (multiplicity::holm(&p)?, multiplicity::benjamini_hochberg(&p)?);
        let bonferroni = multiplicity::bonferroni(&p)?;
        for i in 0..p.len() {
            let rising = [p[i], bh[i], holm[i], bonferroni[i]];
            prop_assert!(rising.windows(2).all(|it| it[0] <= it[1] + 1e-15));
        }
    }

    #[test]
    fn drawdowns(steps in values(2..80)) {
        let mut level = 0.0;
        let mut up = |it: &f64| {
            level += 0.1 * it;
            f64::exp(level)
        };
        let price: Vec<f64> = steps.iter().map(&mut up).collect();
        let path = drawdown::drawdown(&price)?;
        prop_assert!((0.0..1.0).contains(&path.max_drawdown) && path.peak <= path.trough);
        prop_assert!(near(path.max_drawdown, 1.0 - price[path.trough] / price[path.peak]));
        let deep = drawdown::episodes(&price, 0.0)?;
        let deepest = deep.iter().map(|it| it.depth).fold(0.0, f64::max);
        prop_assert!(near(deepest, path.max_drawdown));
    }

    #[test]
    fn proportions(k in 0_usize..30, more in 0_usize..30) {
        prop_assume!(k + more > 0);
        let it = multiplicity::proportion(k, k + more)?;
        for ci in [it.wilson, it.clopper_pearson] {
            let rising = [0.0, ci.lo, it.share, ci.hi, 1.0];
            prop_assert!(rising.windows(2).all(|it| it[0] <= it[1] + 1e-12));
        }
    }
}

type Test = (&'static str, fn(&[f64]) -> f64);

fn naive_kendall(x: &[f64], y: &[f64]) -> f64 {
    let sign = |a: f64, b: f64| f64::from(i8::from(a > b) - i8::from(a < b));
    let (mut s, mut tx, mut ty) = (0.0, 0.0, 0.0);
    for i in 0..x.len() {
        for j in 0..i {
            let (a, b) = (sign(x[i], x[j]), sign(y[i], y[j]));
            s += a * b;
            tx += a * a;
            ty += b * b;
        }
    }
    s / (tx * ty).sqrt()
}

/// Normal values without a generator of our own: sums of quantiles by a plain congruence.
fn pseudo_normal(n: usize, mut state: u64) -> Vec<f64> {
    let mut uniform = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..n)
        .map(|_| {
            let (a, b) = (uniform(), uniform());
            (-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos()
        })
        .collect()
}

#[test]
fn p_values_are_uniform_under_their_null() {
    let grid: Vec<f64> = (0..500).map(|it| (f64::from(it) + 0.5) / 500.0).collect();
    let tests: [Test; 4] = [
        ("robust", |x| dependence::robust_portmanteau(x, 5).expect("p").p),
        ("kurtosis", |x| normality::kurtosis_test(x).expect("p").p),
        ("Shapiro-Wilk", |x| normality::shapiro_wilk(x).expect("p").p),
        ("t", |x| paired::paired_t(x).expect("p").test.p),
    ];
    for (name, test) in tests {
        let p: Vec<f64> = (0..500).map(|it| test(&pseudo_normal(100, 77 + it))).collect();
        let distance = two_sample::kolmogorov_smirnov_limit(&p, &grid).expect("p-values").statistic;
        assert!(distance < 0.085, "{name}: {distance}");
    }
}

#[test]
fn bootstrap_intervals_cover_gaussian_means() {
    let mean = |x: &[f64]| moments::mean(x).map(|it| it.value);
    let covered = (0..300_u64)
        .filter(|&it| {
            let x = pseudo_normal(60, 900 + it);
            let ci = bootstrap::independent(&x, 499, it, mean).and_then(|it| it.percentile(0.95));
            let ci = ci.expect("an interval");
            ci.lo < 0.0 && ci.hi > 0.0
        })
        .count();
    assert!((272..=298).contains(&covered), "{covered} of 300");
}

#[test]
fn block_effects_do_not_move_the_quadratic() {
    let levels = [-2.0, 0.0, 2.0, 4.0, 8.0];
    let noise = pseudo_normal(30, 5);
    let value = |s: usize, j: usize| {
        1.0 - 0.1 * (levels[j] - 2.5) * (levels[j] - 2.5) + 0.1 * noise[s * 5 + j]
    };
    let plain = ndarray::Array2::from_shape_fn((6, 5), |(s, j)| value(s, j));
    let moved = ndarray::Array2::from_shape_fn((6, 5), |(s, j)| value(s, j) + 10.0 * s as f64);
    let (a, b) = (
        asfm_stats::trend::inverted_u_within(&levels, plain.view()).expect("a quadratic"),
        asfm_stats::trend::inverted_u_within(&levels, moved.view()).expect("a quadratic"),
    );
    assert!(near(a.turning_point, b.turning_point) && near(a.slope_at_max[2], b.slope_at_max[2]));
    assert!(near(a.df, 22.0) && b.p_joint.expect("it rises and falls") < 1e-6);
}
