//! Rules that hold for every series: bounds, order of p-values, signs, units, order of agents.

use asfm_stats::card::{Options, card};
use asfm_stats::market::{OrderTotals, Side, order_metrics};
use asfm_stats::series::Series;
use asfm_stats::{dependence, effect, inequality, leverage, memory, moments, normality};
use asfm_stats::{paired, scaling, two_sample, unit_root};
use proptest::prelude::*;

fn values(n: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-1.0..1.0_f64, n)
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-8 * (1.0 + a.abs().max(b.abs()))
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() }
}

type Test = (&'static str, fn(&[f64]) -> asfm_stats::Result<(f64, f64)>);

/// Statistic and p of tests whose p falls as the statistic grows, at equal length.
const FALLING: [Test; 6] = [
    ("Ljung-Box", |x| dependence::ljung_box(x, 5).map(|it| (it.statistic, it.p))),
    ("robust", |x| dependence::robust_portmanteau(x, 5).map(|it| (it.statistic, it.p))),
    ("ARCH-LM", |x| dependence::arch_lm(x, 5).map(|it| (it.lm, it.lm_p))),
    ("Jarque-Bera", |x| normality::jarque_bera(x).map(|it| (it.statistic, it.p))),
    ("kurtosis", |x| normality::kurtosis_test(x).map(|it| (it.statistic, it.p))),
    ("Anderson-Darling", |x| normality::anderson_darling(x).map(|it| (it.statistic, it.p))),
];

/// The same where p rises.
const RISING: [Test; 2] = [
    ("Shapiro-Wilk", |x| normality::shapiro_wilk(x).map(|it| (it.statistic, it.p))),
    ("Dickey-Fuller", |x| unit_root::dickey_fuller(x, 1).map(|it| (it.stat, it.p))),
];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn p_values_are_shares_and_follow_their_statistic(x in values(60), y in values(60)) {
        let signed = FALLING.map(|it| (it, 1.0)).into_iter().chain(RISING.map(|it| (it, -1.0)));
        for ((name, test), sign) in signed {
            let (a, b) = (test(&x)?, test(&y)?);
            prop_assert!((0.0..=1.0).contains(&a.1) && (0.0..=1.0).contains(&b.1), "{name}");
            let (stronger, weaker) = if sign * a.0 >= sign * b.0 { (a, b) } else { (b, a) };
            prop_assert!(stronger.1 <= weaker.1 + 1e-12, "{name}: {a:?} {b:?}");
        }
    }

    #[test]
    fn p_falls_as_one_sample_moves_away(x in values(12), by in 0.5..2.0_f64) {
        let moved = |by: f64| -> Vec<f64> { x.iter().map(|it| it + by).collect() };
        let (near, far) = (moved(4.0), moved(4.0 + by));
        prop_assert!(two_sample::welch(&x, &far)?.test.p <= two_sample::welch(&x, &near)?.test.p);
        prop_assert!(paired::paired_t(&far)?.test.p <= paired::paired_t(&near)?.test.p);
        prop_assert!(paired::equivalence(&far, 9.0)?.p >= paired::equivalence(&near, 9.0)?.p);
        let distance = |y: &[f64]| two_sample::wasserstein(&x, y);
        prop_assert!(distance(&far)? > distance(&near)?);
    }

    #[test]
    fn statistics_keep_their_bounds(x in values(120)) {
        let all = dependence::autocorrelations(&x, 20)?;
        prop_assert!(all.iter().all(|it| it.abs() <= 1.0));
        let ratios = moments::l_ratios(&x)?;
        prop_assert!(ratios.l_skewness.abs() < 1.0 && (-0.25..1.0).contains(&ratios.l_kurtosis));
        let (g1, g2) = (moments::skewness(&x)?.value, moments::excess_kurtosis(&x)?.value);
        prop_assert!(g2 + 3.0 >= g1 * g1 + 1.0 - 1e-9, "Pearson's inequality");
        prop_assert!(scaling::quantile_asymmetry(&x)?.abs() <= 1.0);
        prop_assert!(scaling::fano(&x, 20, 0.9)? >= 0.0);
        prop_assert!(unit_root::variance_ratio(&x, 5)?.vr >= 0.0);
        prop_assert!((0.01..=0.10).contains(&unit_root::kpss(&x, 5)?.p));
        prop_assert!(memory::lo_statistic(&x, 0)? > 0.0);
        let delta = effect::cliff_delta(&x[..60], &x[60..])?;
        prop_assert!(delta.abs() <= 1.0 && near(effect::a12(&x[..60], &x[60..])?, 0.5 + delta / 2.0));
    }

    #[test]
    fn signs_turn_what_has_a_side_and_nothing_else(x in values(120)) {
        let y: Vec<f64> = x.iter().map(|it| -it).collect();
        let turned = [
            (scaling::quantile_asymmetry(&x)?, scaling::quantile_asymmetry(&y)?),
            (leverage::leverage(&x, 5)?.mean_r2, leverage::leverage(&y, 5)?.mean_r2),
            (effect::cohen_dz(&x)?, effect::cohen_dz(&y)?),
            (normality::skewness_test(&x)?.statistic, normality::skewness_test(&y)?.statistic),
        ];
        for (a, b) in turned {
            prop_assert!(near(a, -b), "{a} {b}");
        }
        let kept = [
            (moments::excess_kurtosis(&x)?.value, moments::excess_kurtosis(&y)?.value),
            (memory::lo_statistic(&x, 5)?, memory::lo_statistic(&y, 5)?),
            (scaling::fano(&x, 20, 0.9)?, scaling::fano(&y, 20, 0.9)?),
            (unit_root::variance_ratio(&x, 5)?.vr, unit_root::variance_ratio(&y, 5)?.vr),
            (dependence::arch_lm(&x, 5)?.lm, dependence::arch_lm(&y, 5)?.lm),
        ];
        for (a, b) in kept {
            prop_assert!(near(a, b), "{a} {b}");
        }
    }

    #[test]
    fn units_do_not_matter(x in values(130), scale in 0.01..100.0_f64) {
        let y: Vec<f64> = x.iter().map(|it| scale * it).collect();
        let pairs = [
            (dependence::ljung_box(&x, 5)?.statistic, dependence::ljung_box(&y, 5)?.statistic),
            (
                dependence::robust_portmanteau(&x, 5)?.statistic,
                dependence::robust_portmanteau(&y, 5)?.statistic,
            ),
            (dependence::arch_lm(&x, 5)?.lm, dependence::arch_lm(&y, 5)?.lm),
            (leverage::leverage(&x, 5)?.mean_abs, leverage::leverage(&y, 5)?.mean_abs),
            (scaling::quantile_asymmetry(&x)?, scaling::quantile_asymmetry(&y)?),
            (scaling::fano(&x, 20, 0.9)?, scaling::fano(&y, 20, 0.9)?),
            (unit_root::variance_ratio(&x, 5)?.z_robust, unit_root::variance_ratio(&y, 5)?.z_robust),
            (unit_root::dickey_fuller(&x, 2)?.stat, unit_root::dickey_fuller(&y, 2)?.stat),
            (normality::shapiro_wilk(&x)?.statistic, normality::shapiro_wilk(&y)?.statistic),
        ];
        for (a, b) in pairs {
            prop_assert!(near(a, b), "{a} {b}");
        }
    }

    #[test]
    fn order_matters_to_neither_wealth_nor_moments(
        (x, y) in prop::collection::vec(0.1..100.0_f64, 4..40)
            .prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle())),
    ) {
        let (a, b) = (inequality::inequality(&x)?, inequality::inequality(&y)?);
        prop_assert!(near(a.gini, b.gini) && near(a.theil, b.theil) && near(a.hhi, b.hhi));
        prop_assert!(near(a.top10pct_share, b.top10pct_share));
        prop_assert!(a.lorenz_deciles.iter().zip(&b.lorenz_deciles).all(|(a, b)| near(*a, *b)));
        let (a, b) = (moments::moments(&x)?, moments::moments(&y)?);
        prop_assert!(near(a.mean, b.mean) && near(a.std_ddof0, b.std_ddof0));
        prop_assert_eq!(a.quantiles_type7, b.quantiles_type7);
        prop_assert_eq!(a.l_ratios, b.l_ratios);
        prop_assert_eq!(a.mad_median.to_bits(), b.mad_median.to_bits());
    }

    #[test]
    fn distances_from_the_median_have_their_median(x in values(41), n in 1_usize..41) {
        let x = &x[..n];
        let it = moments::moments(x)?;
        let far: Vec<f64> = x.iter().map(|value| (value - it.median).abs()).collect();
        prop_assert!((moments::quantile(&far, 0.5)?.value - it.mad_median).abs() < 1e-15);
    }

    #[test]
    fn execution_rates_are_shares(
        orders in prop::collection::vec((any::<bool>(), 1_u64..1000, 0_u64..1000), 1..40),
    ) {
        let mut totals = OrderTotals::default();
        let mut bought = 0;
        for (buy, qty, filled) in orders {
            let filled = filled.min(qty);
            totals.add(if buy { Side::Buy } else { Side::Sell }, qty, filled)?;
            bought += u128::from(filled);
        }
        let it = order_metrics(&totals, bought / 2);
        for rate in [it.oer, it.oer_single_counted, it.oer_any_fill, it.oer_full_fill, it.oer_buy] {
            prop_assert!(rate.is_none_or(|it| (0.0..=1.0).contains(&it)));
        }
        prop_assert!(it.oer_full_fill <= it.oer_any_fill);
    }
}

#[test]
fn a_card_does_not_know_the_unit_of_returns() {
    let text = include_str!("../../../../fixtures/series/syn_gjr.csv");
    let returns: Vec<f64> =
        text.lines().skip(1).take(1200).map(|it| it.parse().expect("a number")).collect();
    let options = Options { replicates: 99, seed: 1 };
    let letters = |scale: f64| {
        let scaled: Vec<f64> = returns.iter().map(|it| scale * it).collect();
        card(&Series::from_returns(&scaled, None).expect("a series"), &options).expect("a card")
    };
    let (one, half, third) = (letters(1.0), letters(0.5), letters(1.0 / 3.0));
    assert_eq!(one.letters(), half.letters());
    assert_eq!(one.letters(), third.letters());
    for (a, b) in one.lines.iter().zip(&third.lines) {
        if a.fact.name() == "F13_drawdown" {
            continue;
        }
        let (a, b) = (a.estimate.unwrap_or(0.0), b.estimate.unwrap_or(0.0));
        assert!((a - b).abs() < 1e-3 * (1.0 + a.abs()), "{a} {b}");
    }
}
