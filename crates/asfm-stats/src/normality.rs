//! Tests of normality.

use serde::Serialize;

use crate::error::{Result, StatsError, varying};
use crate::estimate::{Alternative, TestResult};
use crate::moments::standardised;
use crate::special::{chi2_sf, ln_normal_sf, normal_sf, normal_two_sided};
use crate::sums;

const NULL: &str = "normal distribution";

/// Jarque and Bera's test: `n/6 (g1^2 + g2^2/4)`, chi-squared with 2 degrees of
/// freedom. Needs 20 values. Its limit law is poor below a few hundred values.
///
/// ```
/// let x: Vec<f64> = (0..100).map(|it| f64::from(it).powi(3)).collect();
/// assert!(asfm_stats::normality::jarque_bera(&x)?.p < 0.01);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn jarque_bera(x: &[f64]) -> Result<TestResult> {
    varying(x, 20)?;
    let statistic = jarque_bera_statistic(x);
    Ok(TestResult::new(statistic, chi2_sf(statistic, 2.0), x.len(), NULL, "Jarque-Bera")?.df(2.0))
}

pub(crate) fn jarque_bera_statistic(x: &[f64]) -> f64 {
    let shape = standardised(x);
    x.len() as f64 / 6.0 * (shape.skew * shape.skew + shape.excess * shape.excess / 4.0)
}

/// D'Agostino's (1970) z of the skewness, two-sided. Needs 8 values.
///
/// ```
/// let symmetric: Vec<f64> = (-20..=20).map(|it| f64::from(it).powi(3)).collect();
/// let test = asfm_stats::normality::skewness_test(&symmetric)?;
/// assert!(test.statistic.abs() < 1e-9 && (test.p - 1.0).abs() < 1e-9);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn skewness_test(x: &[f64]) -> Result<TestResult> {
    varying(x, 8)?;
    let n = x.len() as f64;
    let y = standardised(x).skew * ((n + 1.0) * (n + 3.0) / (6.0 * (n - 2.0))).sqrt();
    let beta2 = 3.0 * (n * n + 27.0 * n - 70.0) * (n + 1.0) * (n + 3.0)
        / ((n - 2.0) * (n + 5.0) * (n + 7.0) * (n + 9.0));
    let w2 = (2.0 * (beta2 - 1.0)).sqrt() - 1.0;
    let z = (y / (2.0 / (w2 - 1.0)).sqrt()).asinh() / (0.5 * w2.ln()).sqrt();
    TestResult::new(z, normal_two_sided(z), x.len(), NULL, "D'Agostino skewness z")
}

/// Anscombe and Glynn's (1983) z of the kurtosis, one-sided: tails heavier than
/// normal. Needs 20 values.
///
/// ```
/// let mut x: Vec<f64> = (0..50).map(|it| f64::from(it % 7)).collect();
/// x.push(100.0);
/// assert!(asfm_stats::normality::kurtosis_test(&x)?.p < 1e-6);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn kurtosis_test(x: &[f64]) -> Result<TestResult> {
    varying(x, 20)?;
    let n = x.len() as f64;
    let b2 = standardised(x).excess + 3.0;
    let mean = 3.0 * (n - 1.0) / (n + 1.0);
    let variance =
        24.0 * n * (n - 2.0) * (n - 3.0) / ((n + 1.0) * (n + 1.0) * (n + 3.0) * (n + 5.0));
    let standard = (b2 - mean) / variance.sqrt();
    let root_beta1 = 6.0 * (n * n - 5.0 * n + 2.0) / ((n + 7.0) * (n + 9.0))
        * (6.0 * (n + 3.0) * (n + 5.0) / (n * (n - 2.0) * (n - 3.0))).sqrt();
    let inverse = 2.0 / root_beta1;
    let a = 6.0 + 4.0 * inverse * (inverse + (1.0 + inverse * inverse).sqrt());
    let ratio = (1.0 - 2.0 / a) / (1.0 + standard * (2.0 / (a - 4.0)).sqrt());
    let z = (1.0 - 2.0 / (9.0 * a) - ratio.cbrt()) / (2.0 / (9.0 * a)).sqrt();
    let test = TestResult::new(z, normal_sf(z), x.len(), NULL, "Anscombe-Glynn kurtosis z")?;
    Ok(test.alternative(Alternative::Greater))
}

/// D'Agostino and Pearson's `K^2`: the sum of the squared skewness and kurtosis z,
/// chi-squared with 2 degrees of freedom. Needs 20 values.
///
/// ```
/// use asfm_stats::normality::{dagostino_pearson, kurtosis_test};
///
/// let symmetric: Vec<f64> = (-20..=20).map(|it| f64::from(it).powi(3)).collect();
/// // The skewness adds nothing.
/// let (k2, z) = (dagostino_pearson(&symmetric)?, kurtosis_test(&symmetric)?.statistic);
/// assert!((k2.statistic - z * z).abs() < 1e-9);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn dagostino_pearson(x: &[f64]) -> Result<TestResult> {
    let (skew, kurtosis) = (skewness_test(x)?.statistic, kurtosis_test(x)?.statistic);
    let k2 = skew * skew + kurtosis * kurtosis;
    Ok(TestResult::new(k2, chi2_sf(k2, 2.0), x.len(), NULL, "D'Agostino-Pearson K2")?.df(2.0))
}

/// Anderson and Darling's test with mean and sd estimated; p from the
/// approximation of D'Agostino and Stephens (1986), 0 beyond its range. Needs 8 values.
///
/// ```
/// use asfm_stats::normality::anderson_darling;
///
/// let walk = asfm_stats::yardstick::gaussian_walk(300, 0.01, false, 1)?;
/// assert!(anderson_darling(&walk.returns)?.p > 0.01);
/// let squares: Vec<f64> = walk.returns.iter().map(|it| it * it).collect();
/// assert!(anderson_darling(&squares)?.p < 1e-10);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn anderson_darling(x: &[f64]) -> Result<TestResult> {
    varying(x, 8)?;
    let n = x.len() as f64;
    let (mean, sd) = (sums::mean(x), sums::variance(x).sqrt());
    let z: Vec<f64> = sums::sorted(x).iter().map(|it| (it - mean) / sd).collect();
    let terms: Vec<f64> = z
        .iter()
        .zip(z.iter().rev())
        .enumerate()
        .map(|(i, (low, high))| (2 * i + 1) as f64 * (ln_normal_sf(-low) + ln_normal_sf(*high)))
        .collect();
    let statistic = -n - sums::mean(&terms);
    let a = statistic * (1.0 + 0.75 / n + 2.25 / (n * n));
    let p = match a {
        _ if a < 0.2 => 1.0 - (-13.436 + 101.14 * a - 223.73 * a * a).exp(),
        _ if a < 0.34 => 1.0 - (-8.318 + 42.796 * a - 59.938 * a * a).exp(),
        _ if a < 0.6 => (0.9177 - 4.279 * a - 1.38 * a * a).exp(),
        _ if a <= 13.0 => (1.2937 - 5.709 * a + 0.0186 * a * a).exp(),
        _ => 0.0,
    };
    TestResult::new(statistic, p, x.len(), NULL, "Anderson-Darling, parameters estimated")
}

/// Shapiro and Wilk's test in Royston's (1995) approximation, whose weights rest on the
/// normal quantile of Beasley and Springer (1977). Needs 3 to 5000 values.
///
/// ```
/// let test = asfm_stats::normality::shapiro_wilk(&[1.0, 2.0, 3.0])?;
/// assert!((test.statistic - 1.0).abs() < 1e-12 && (test.p - 1.0).abs() < 1e-6);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn shapiro_wilk(x: &[f64]) -> Result<TestResult> {
    varying(x, 3)?;
    if x.len() > 5000 {
        return Err(StatsError::Domain("more than 5000 values"));
    }
    let weights = shapiro_weights(x.len());
    let e = sums::sorted(&sums::deviations(x));
    let half = weights.len();
    let n = e.len();
    let contrast: f64 = (0..half).map(|i| weights[i] * (e[n - 1 - i] - e[i])).sum();
    let w = (contrast * contrast / sums::sum_squares(x)).min(1.0);
    TestResult::new(w, shapiro_p(w, n as f64), n, NULL, "Shapiro-Wilk, Royston")
}

/// Weights of the largest half of the order statistics.
fn shapiro_weights(n: usize) -> Vec<f64> {
    let half = n / 2;
    if n == 3 {
        return vec![0.5_f64.sqrt()];
    }
    let size = n as f64;
    let m: Vec<f64> =
        (0..half).map(|i| -nine_digit_quantile((i as f64 + 0.625) / (size + 0.25))).collect();
    let total = 2.0 * sums::dot(&m, &m);
    let u = 1.0 / size.sqrt();
    let first = m[0] / total.sqrt()
        + polynomial(&[0.0, 0.221_157, -0.147_981, -2.071_19, 4.434_685, -2.706_056], u);
    let mut weights = m.clone();
    let (fixed, scale) = if n > 5 {
        let second = m[1] / total.sqrt()
            + polynomial(&[0.0, 0.042_981, -0.293_762, -1.752_461, 5.682_633, -3.582_633], u);
        weights[1] = second;
        let rest = total - 2.0 * (m[0] * m[0] + m[1] * m[1]);
        (2, rest / (1.0 - 2.0 * (first * first + second * second)))
    } else {
        (1, (total - 2.0 * m[0] * m[0]) / (1.0 - 2.0 * first * first))
    };
    weights[0] = first;
    for it in &mut weights[fixed..] {
        *it /= scale.sqrt();
    }
    weights
}

/// Beasley and Springer's (1977) quantile of the normal law, to about nine digits, for p up
/// to one half: the one Royston's weights are computed with.
fn nine_digit_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.42 {
        let above = [2.506_628_238_84, -18.615_000_625_29, 41.391_197_735_34, -25.441_060_496_37];
        let below =
            [1.0, -8.473_510_930_90, 23.083_367_437_43, -21.062_241_018_26, 3.130_829_098_33];
        return q * polynomial(&above, q * q) / polynomial(&below, q * q);
    }
    let r = (-p.ln()).sqrt();
    let above = [-2.787_189_311_38, -2.297_964_791_34, 4.850_141_271_35, 2.321_212_768_58];
    -polynomial(&above, r) / polynomial(&[1.0, 3.543_889_247_62, 1.637_067_818_97], r)
}

fn shapiro_p(w: f64, n: f64) -> f64 {
    if n < 3.5 {
        let exact = 6.0 / std::f64::consts::PI * (w.sqrt().asin() - 0.75_f64.sqrt().asin());
        return exact.max(0.0);
    }
    let y = (1.0 - w).ln();
    let (y, mean, sd) = if n < 11.5 {
        let bound = 0.459 * n - 2.273;
        if y >= bound {
            return 1e-99;
        }
        let mean = polynomial(&[0.544, -0.399_78, 0.025_054, -6.714e-4], n);
        let sd = polynomial(&[1.3822, -0.778_57, 0.062_767, -0.002_032_2], n).exp();
        (-(bound - y).ln(), mean, sd)
    } else {
        let ln_n = n.ln();
        let mean = polynomial(&[-1.5861, -0.310_82, -0.083_751, 0.003_891_5], ln_n);
        (y, mean, polynomial(&[-0.4803, -0.082_676, 0.003_030_2], ln_n).exp())
    };
    normal_sf((y - mean) / sd)
}

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, it| sum * x + it)
}

/// The tests of normality, as they stand in a report.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each field is the statistic or p of the test it names")]
pub struct Normality {
    pub jb: Option<f64>,
    pub jb_p: Option<f64>,
    pub kurtosistest_z: Option<f64>,
    pub kurtosistest_p_greater: Option<f64>,
    pub skewtest_z: Option<f64>,
    pub skewtest_p: Option<f64>,
    pub dagostino_k2: Option<f64>,
    pub anderson_darling: Option<f64>,
    pub anderson_darling_p: Option<f64>,
    pub shapiro_w: Option<f64>,
    pub shapiro_p: Option<f64>,
}

/// Runs every test of normality; what the series is too short for is `None`.
///
/// ```
/// let ten: Vec<f64> = (0..10).map(|it| f64::from(it * it)).collect();
/// let it = asfm_stats::normality::normality(&ten)?;
/// assert!(it.jb.is_none() && it.kurtosistest_z.is_none(), "these need 20 values");
/// assert!(it.skewtest_p.is_some() && it.shapiro_w.is_some());
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn normality(x: &[f64]) -> Result<Normality> {
    crate::error::finite(x)?;
    let pair = |it: Result<TestResult>| it.ok().map(|it| (it.statistic, it.p)).unzip();
    let (jb, jb_p) = pair(jarque_bera(x));
    let (kurtosistest_z, kurtosistest_p_greater) = pair(kurtosis_test(x));
    let (skewtest_z, skewtest_p) = pair(skewness_test(x));
    let (anderson, anderson_darling_p) = pair(anderson_darling(x));
    let (shapiro_w, shapiro_p) = pair(shapiro_wilk(x));
    Ok(Normality {
        jb,
        jb_p,
        kurtosistest_z,
        kurtosistest_p_greater,
        skewtest_z,
        skewtest_p,
        dagostino_k2: pair(dagostino_pearson(x)).0,
        anderson_darling: anderson,
        anderson_darling_p,
        shapiro_w,
        shapiro_p,
    })
}
