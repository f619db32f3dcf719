//! Linear dependence and volatility clustering: autocorrelation, portmanteau
//! tests and ARCH-LM.

use serde::Serialize;

use crate::error::{Result, StatsError, enough, varying};
use crate::estimate::TestResult;
use crate::regression::{least_squares, with_constant};
use crate::special::{chi2_sf, f_sf};
use crate::sums;

/// Autocorrelations at lags `1..=lags`: `sum e_t e_(t+k) / sum e^2` with the sample
/// mean removed (the biased estimator, divisor n at every lag).
///
/// Needs more values than lags; `Constant` if they do not vary. Between -1 and 1;
/// biased by about `-1/n`.
///
/// ```
/// let x: Vec<f64> = (0..100).map(|it| if it % 2 == 0 { 1.0 } else { -1.0 }).collect();
/// let rho = asfm_stats::dependence::autocorrelations(&x, 2)?;
/// assert!((rho[0] + 0.99).abs() < 1e-12);
/// assert!((rho[1] - 0.98).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn autocorrelations(x: &[f64], lags: usize) -> Result<Vec<f64>> {
    varying(x, lags + 1)?;
    let e = sums::deviations(x);
    let total = sums::dot(&e, &e);
    Ok((1..=lags).map(|k| sums::dot(&e, &e[k..]) / total).collect())
}

/// Mean autocorrelation over lags `1..=lags`, as `sum_t e_t (e_(t+1) + ... + e_(t+lags))`:
/// one pass whatever the number of lags. `padded` holds the deviations and as many zeros
/// behind them as there are lags.
pub(crate) fn mean_autocorrelation(padded: &[f64], total: f64, lags: usize) -> f64 {
    // Four stretches side by side: the running sum of one waits for itself at every step.
    const STRETCHES: usize = 4;
    let n = padded.len() - lags;
    let length = n / STRETCHES;
    let stretch: [&[f64]; STRETCHES] = std::array::from_fn(|s| &padded[s * length..]);
    // `ahead` holds the values at t .. t + lags - 1 and moves on by one.
    let mut ahead: [f64; STRETCHES] = stretch.map(|it| it[..lags].iter().sum());
    let mut sums = [0.0; STRETCHES];
    for t in 0..length {
        for ((e, ahead), sum) in stretch.iter().zip(&mut ahead).zip(&mut sums) {
            *ahead += e[t + lags] - e[t];
            *sum += e[t] * *ahead;
        }
    }
    let [a, b, c, mut sum] = sums;
    let mut ahead = ahead[STRETCHES - 1];
    for t in STRETCHES * length..n {
        ahead += padded[t + lags] - padded[t];
        sum += padded[t] * ahead;
    }
    ((a + b) + (c + sum)) / (total * lags as f64)
}

/// Ljung and Box's test: `Q = n(n+2) sum rho_k^2 / (n-k)` over lags `1..=lags`,
/// chi-squared with as many degrees of freedom.
///
/// Needs more than twice as many values as lags. On returns it rejects far too
/// often when volatility clusters (18 % to 45 % of the time at the 5 % level): judge
/// returns by [`robust_portmanteau`], and use this one on magnitudes.
///
/// ```
/// let zigzag: Vec<f64> = (0..100).map(|t| if t % 2 == 0 { 1.0 } else { -1.0 }).collect();
/// let test = asfm_stats::dependence::ljung_box(&zigzag, 1)?;
/// // 100 * 102 * 0.99^2 / 99
/// assert!((test.statistic - 100.98).abs() < 1e-9 && test.p < 1e-20);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn ljung_box(x: &[f64], lags: usize) -> Result<TestResult> {
    enough(x.len(), 2 * lags + 1)?;
    portmanteau(&autocorrelations(x, lags)?, x.len())
}

fn portmanteau(rho: &[f64], n_values: usize) -> Result<TestResult> {
    let n = n_values as f64;
    let terms: f64 = rho.iter().enumerate().map(|(i, rho)| rho * rho / (n - (i + 1) as f64)).sum();
    let (q, df) = (n * (n + 2.0) * terms, rho.len() as f64);
    Ok(TestResult::new(q, chi2_sf(q, df), n_values, "no autocorrelation", "Ljung-Box")?.df(df))
}

/// Autocorrelations with standard errors that hold under changing volatility.
#[derive(Clone, Debug, PartialEq)]
pub struct RobustAutocorrelation {
    /// Autocorrelations at lags 1, 2, ...
    pub rho: Vec<f64>,
    /// Their standard errors.
    pub se: Vec<f64>,
    /// Their t statistics.
    pub tau: Vec<f64>,
}

/// Autocorrelations with the heteroskedasticity-robust standard errors of Dalla,
/// Giraitis and Phillips (2020): `tau_k = sum e_t e_(t-k) / sqrt(sum (e_t e_(t-k))^2)`
/// and `se(rho_k) = sqrt(sum (e_t e_(t-k))^2) / sum e^2`.
///
/// Needs 20 values and more values than lags; `Constant` if the values do not vary
/// or no two values `k` apart both differ from the mean.
///
/// ```
/// let zigzag: Vec<f64> = (0..100).map(|t| if t % 2 == 0 { 1.0 } else { -1.0 }).collect();
/// let it = asfm_stats::dependence::robust_autocorrelations(&zigzag, 1)?;
/// assert!((it.rho[0] + 0.99).abs() < 1e-12);
/// assert!((it.tau[0] + 99.0_f64.sqrt()).abs() < 1e-9, "99 products of -1");
/// assert!((it.se[0] - 99.0_f64.sqrt() / 100.0).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn robust_autocorrelations(x: &[f64], lags: usize) -> Result<RobustAutocorrelation> {
    varying(x, (lags + 1).max(20))?;
    let e = sums::deviations(x);
    let total = sums::dot(&e, &e);
    let mut out = RobustAutocorrelation { rho: vec![], se: vec![], tau: vec![] };
    for k in 1..=lags {
        let (cross, root) = (sums::dot(&e, &e[k..]), sums::dot_squared(&e, &e[k..]).sqrt());
        if root <= 0.0 {
            return Err(StatsError::Constant);
        }
        out.rho.push(cross / total);
        out.se.push(root / total);
        out.tau.push(cross / root);
    }
    Ok(out)
}

/// Robust portmanteau test `Q = sum tau_k^2` over lags `1..=lags`, chi-squared with as
/// many degrees of freedom (Dalla, Giraitis and Phillips 2020). Needs as
/// [`robust_autocorrelations`]. Keeps its size when volatility clusters.
///
/// ```
/// let zigzag: Vec<f64> = (0..100).map(|t| if t % 2 == 0 { 1.0 } else { -1.0 }).collect();
/// let test = asfm_stats::dependence::robust_portmanteau(&zigzag, 1)?;
/// assert!((test.statistic - 99.0).abs() < 1e-9, "tau is minus the root of 99");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn robust_portmanteau(x: &[f64], lags: usize) -> Result<TestResult> {
    robust_test(&robust_autocorrelations(x, lags)?.tau, x.len())
}

pub(crate) fn robust_test(tau: &[f64], n: usize) -> Result<TestResult> {
    let (q, df) = (tau.iter().map(|it| it * it).sum(), tau.len() as f64);
    Ok(TestResult::new(q, chi2_sf(q, df), n, "no autocorrelation", "robust portmanteau")?.df(df))
}

/// Engle's test for autoregressive conditional heteroskedasticity, in both forms.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ArchLm {
    /// `(n - m) R^2` of the regression of squared residuals on their own lags.
    pub lm: f64,
    /// Its p-value, chi-squared with m degrees of freedom.
    pub lm_p: f64,
    /// The F form of the same regression.
    pub f: f64,
    /// Its p-value.
    pub f_p: f64,
}

/// Engle's (1982) ARCH-LM test with `lags` lags of the squared deviations from the
/// mean. Needs more than `4 lags` values; `Constant` if squares do not vary.
///
/// ```
/// use asfm_stats::dependence::arch_lm;
///
/// let sign = |t: i32| if t % 2 == 0 { 1.0 } else { -1.0 };
/// let calm_then_wild: Vec<f64> = (0..200).map(|t| sign(t) * if t < 100 { 1.0 } else { 3.0 }).collect();
/// assert!(arch_lm(&calm_then_wild, 1)?.lm_p < 1e-20);
/// let pairs: Vec<f64> = (0..200).map(|t| [1.0, -1.0, 3.0, -3.0][t % 4]).collect();
/// assert!(arch_lm(&pairs, 1)?.lm < 0.1, "half of the large ones follow a large one");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn arch_lm(x: &[f64], lags: usize) -> Result<ArchLm> {
    varying(x, (4 * lags + 1).max(3))?;
    let squares = sums::squares(&sums::deviations(x));
    varying(&squares, 2)?;
    let y = &squares[lags..];
    let columns: Vec<&[f64]> = (1..=lags).map(|k| &squares[lags - k..squares.len() - k]).collect();
    let fit = least_squares(with_constant(&columns).view(), y)?;
    let total = sums::sum_squares(y);
    if total <= 0.0 {
        return Err(StatsError::Constant);
    }
    let (n, m) = (y.len() as f64, lags as f64);
    let r2 = (1.0 - fit.ssr / total).max(0.0);
    let (lm, f) = (n * r2, (r2 / m) / ((1.0 - r2) / fit.df));
    let null = "no conditional heteroskedasticity";
    let chi2 = TestResult::new(lm, chi2_sf(lm, m), x.len(), null, "ARCH-LM")?.df(m);
    let ratio = TestResult::new(f, f_sf(f, m, fit.df), x.len(), null, "ARCH-LM, F form")?;
    Ok(ArchLm { lm, lm_p: chi2.p, f, f_p: ratio.df2(m, fit.df).p })
}

/// A power law fitted to autocorrelations.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Decay {
    /// Number of lags with a positive autocorrelation.
    pub lags_used: usize,
    /// Exponent: the autocorrelation falls like `k^-beta`.
    pub beta: f64,
    /// R squared of the fit in logarithms.
    pub r2: f64,
}

/// Exponent of a power law through the positive autocorrelations at lags
/// `1..=lags`: minus the least-squares slope of `ln rho_k` on `ln k`.
///
/// Needs more values than lags and 10 positive autocorrelations (else `TooShort`).
/// Descriptive: leaving negative values out biases beta down.
///
/// ```
/// let trend: Vec<f64> = (0..400).map(f64::from).collect();
/// let it = asfm_stats::dependence::decay(&trend, 50)?;
/// assert_eq!(it.lags_used, 50);
/// assert!(it.beta > 0.0 && it.beta < 0.2, "a trend forgets slowly");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn decay(x: &[f64], lags: usize) -> Result<Decay> {
    let (mut at, mut logs) = (Vec::new(), Vec::new());
    for (idx, rho) in autocorrelations(x, lags)?.into_iter().enumerate() {
        if rho > 0.0 {
            at.push(((idx + 1) as f64).ln());
            logs.push(rho.ln());
        }
    }
    enough(at.len().max(1), 10)?;
    let line = sums::line(&at, &logs).ok_or(StatsError::Constant)?;
    Ok(Decay { lags_used: at.len(), beta: -line.slope, r2: line.r2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_over_lags_is_the_mean_of_autocorrelations() {
        let x: Vec<f64> = (0..83_u32).map(|it| f64::from(it * it % 29)).collect();
        for n in [20, 21, 22, 23, 40, 83] {
            for lags in [1, 4, 10] {
                let mut e = sums::deviations(&x[..n]);
                let total = sums::dot(&e, &e);
                e.resize(n + lags, 0.0);
                let rho = autocorrelations(&x[..n], lags).expect("the values vary");
                let fast = mean_autocorrelation(&e, total, lags);
                assert!((fast - sums::mean(&rho)).abs() < 1e-14, "{n} values, {lags} lags");
            }
        }
    }
}
