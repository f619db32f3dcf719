//! Input that has no answer gets an error that says why, never a panic or a NaN.

use asfm_stats::card::{Options, card};
use asfm_stats::series::{self, Series};
use asfm_stats::tail::Tail;
use asfm_stats::{Alternative, Result, StatsError};
use asfm_stats::{
    bootstrap, bubble, dependence, drawdown, effect, garch, inequality, leverage, memory, moments,
    multiplicity, normality, paired, rank, scaling, tail, two_sample, unit_root, volume,
};

type Check = (&'static str, fn(&[f64]) -> Result<f64>);

/// Every statistic of one series that is scaled by its variation.
const SCALED: [Check; 26] = [
    ("skewness", |x| moments::skewness(x).map(|it| it.value)),
    ("kurtosis", |x| moments::excess_kurtosis(x).map(|it| it.value)),
    ("l-ratios", |x| moments::l_ratios(x).map(|it| it.l_kurtosis)),
    ("Jarque-Bera", |x| normality::jarque_bera(x).map(|it| it.p)),
    ("skewness test", |x| normality::skewness_test(x).map(|it| it.p)),
    ("kurtosis test", |x| normality::kurtosis_test(x).map(|it| it.p)),
    ("Anderson-Darling", |x| normality::anderson_darling(x).map(|it| it.p)),
    ("Shapiro-Wilk", |x| normality::shapiro_wilk(x).map(|it| it.p)),
    ("Student t", |x| tail::student_t(x).map(|it| it.loglik)),
    ("autocorrelation", |x| dependence::autocorrelations(x, 5).map(|it| it[0])),
    ("Ljung-Box", |x| dependence::ljung_box(x, 5).map(|it| it.p)),
    ("robust portmanteau", |x| dependence::robust_portmanteau(x, 5).map(|it| it.p)),
    ("ARCH-LM", |x| dependence::arch_lm(x, 5).map(|it| it.lm_p)),
    ("leverage", |x| leverage::leverage(x, 10).map(|it| it.mean_abs)),
    ("time asymmetry", |x| leverage::time_scale_asymmetry(x, 5).map(|it| it.difference)),
    ("R/S", |x| memory::rescaled_range(x).map(|it| it.h)),
    ("DFA", |x| memory::detrended_fluctuations(x).map(|it| it.alpha)),
    ("Lo", |x| memory::lo_statistic(x, 5)),
    ("GPH", |x| memory::log_periodogram(x).map(|it| it.d)),
    ("Dickey-Fuller", |x| unit_root::dickey_fuller(x, 1).map(|it| it.p)),
    ("KPSS", |x| unit_root::kpss(x, 5).map(|it| it.p)),
    ("variance ratio", |x| unit_root::variance_ratio(x, 2).map(|it| it.vr)),
    ("Fano", |x| scaling::fano(x, 20, 0.95)),
    ("GARCH", |x| garch::fit(x, garch::Model::GarchNormal).map(|it| it.filtered.loglik)),
    ("optimal block", |x| bootstrap::optimal_block(x).map(|it| it.stationary)),
    ("bubble", |x| bubble::bubble(x, 10).map(|it| it.gsadf)),
];

#[test]
fn empty_and_one_value() {
    for (name, f) in SCALED {
        assert_eq!(f(&[]), Err(StatsError::Empty), "{name}");
        assert!(matches!(f(&[1.0]), Err(StatsError::TooShort { got: 1, .. })), "{name}");
    }
}

#[test]
fn constant() {
    for (name, f) in SCALED {
        assert_eq!(f(&[0.25; 300]), Err(StatsError::Constant), "{name}");
        assert_eq!(f(&[0.0; 300]), Err(StatsError::Constant), "{name}");
        let almost: Vec<f64> = (0..300).map(|it| 1.0 + 1e-15 * f64::from(it % 2)).collect();
        assert_eq!(f(&almost), Err(StatsError::Constant), "{name}");
    }
}

#[test]
fn not_finite() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut x: Vec<f64> = (0..300).map(|it| f64::from(it * it % 17)).collect();
        x[123] = bad;
        x[200] = bad;
        for (name, f) in SCALED {
            assert_eq!(f(&x), Err(StatsError::NonFinite { index: 123 }), "{name}");
        }
    }
}

#[test]
fn extreme_magnitudes_never_give_nan() {
    for scale in [1e-74, 1e-40, 1e40, 1e70, 1e200] {
        let x: Vec<f64> = (0..300).map(|it| scale * f64::from(it * it % 17 - 8)).collect();
        for (name, f) in SCALED {
            if let Ok(value) = f(&x) {
                assert!(value.is_finite(), "{name} at {scale:e}: {value}");
            }
        }
    }
}

#[test]
fn what_needs_no_variation_answers() {
    let still = [2.0; 30];
    assert!((moments::mean(&still).expect("a mean").value - 2.0).abs() < 1e-15);
    assert!(moments::sd(&still).expect("an sd").value.abs() < 1e-15);
    let path = drawdown::drawdown(&still).expect("a drawdown");
    assert_eq!((path.max_drawdown, path.log_dd_over_log_du), (0.0, None));
}

#[test]
fn prices_and_volume() {
    let domain = |it: Result<_>| matches!(it, Err(StatsError::Domain(_)));
    assert!(domain(Series::from_prices(&[1.0, 0.0], None).map(|_| ())));
    assert!(domain(Series::from_prices(&[1.0, -1.0], None).map(|_| ())));
    assert!(domain(Series::from_prices(&[1.0, 2.0], Some(&[1.0, -1.0])).map(|_| ())));
    let r: Vec<f64> = (0..40).map(|it| f64::from(it * it % 7) / 100.0).collect();
    let mismatch = StatsError::LengthMismatch { left: 40, right: 39 };
    assert_eq!(volume::volume_block(&r, &[1.0; 39]), Err(mismatch));
    assert_eq!(volume::volume_block(&r, &[0.0; 40]), Err(StatsError::NoVolume));
    assert_eq!(volume::volume_block(&r, &[5.0; 40]), Err(StatsError::Constant));
    let mut few = vec![0.0; 40];
    few[..19].iter_mut().zip(1..).for_each(|(it, v)| *it = f64::from(v));
    assert_eq!(volume::volume_block(&r, &few), Err(StatsError::NoVolume));
}

#[test]
fn reports_and_cards_of_poor_series() {
    let silent = series::Options { heavy: true, replicates: 19, seed: 1 };
    for returns in [vec![0.0], vec![0.01; 50], vec![0.01, -0.02, 0.0], vec![0.0; 300]] {
        let volume = vec![0.0; returns.len()];
        let series = Series::from_returns(&returns, Some(&volume)).expect("a series");
        let report = series::report(&series, &silent).expect("a report");
        let text = serde_json::to_string(&report).expect("a report is plain data");
        assert!(!text.contains("NaN"));
        assert!(report.volume.is_none());
        assert_eq!(card(&series, &Options::default()).expect("a card").letters(), "NNNNNNNNNN");
    }
    let by_hand = Series { returns: vec![f64::NAN], price: vec![1.0, 1.0], volume: None };
    assert!(card(&by_hand, &Options::default()).is_err());
}

#[test]
fn two_samples_pairs_and_families() {
    let (x, y) = ([1.0, 2.0, 3.0], [2.0, 2.0, 2.0]);
    assert_eq!(two_sample::kolmogorov_smirnov(&[], &y), Err(StatsError::Empty));
    assert_eq!(effect::cohen_d(&y, &y), Err(StatsError::Constant));
    assert_eq!(rank::pearson(&x, &y), Err(StatsError::Constant));
    assert!(matches!(rank::spearman(&x, &y[..2]), Err(StatsError::LengthMismatch { .. })));
    let four = [1.0; 4];
    let short = Err(StatsError::TooShort { need: 5, got: 4 });
    assert_eq!(paired::sign_flip(&four, Alternative::TwoSided, 1), short);
    assert_eq!(paired::wilcoxon(&[0.0; 6]), Err(StatsError::Constant));
    assert!(matches!(multiplicity::holm(&[0.5, 1.5]), Err(StatsError::Domain(_))));
    assert!(matches!(multiplicity::wilson(3, 2, 0.95), Err(StatsError::Domain(_))));
    assert!(matches!(inequality::gini(&[1.0, -1.0]), Err(StatsError::Domain(_))));
    assert!(matches!(inequality::gini(&[0.0, 0.0]), Err(StatsError::Domain(_))));
    assert!(matches!(tail::hill(&x, Tail::Right, 0.5), Err(StatsError::TooShort { .. })));
    assert!(matches!(moments::quantile(&x, 1.5), Err(StatsError::Domain(_))));
}
