//! Distribution functions. Tail probabilities come from survival functions,
//! never from one minus a distribution function.

use std::f64::consts::{PI, SQRT_2};

use libm::erfc;
use statrs::function::beta::beta_reg;
use statrs::function::erf::erfc_inv;
use statrs::function::gamma::{gamma_ur, ln_gamma as ln_gamma_statrs};

/// 95 % quantile of the normal distribution.
pub(crate) const Z95: f64 = 1.644_853_626_951_472_2;

pub(crate) fn ln_gamma(x: f64) -> f64 {
    ln_gamma_statrs(x)
}

/// P(Z > z).
pub(crate) fn normal_sf(z: f64) -> f64 {
    0.5 * erfc(z / SQRT_2)
}

/// P(Z <= z).
pub(crate) fn normal_cdf(z: f64) -> f64 {
    normal_sf(-z)
}

/// P(|Z| > |z|).
pub(crate) fn normal_two_sided(z: f64) -> f64 {
    erfc(z.abs() / SQRT_2)
}

/// ln P(Z > z), accurate in both tails.
pub(crate) fn ln_normal_sf(z: f64) -> f64 {
    if z < -1.0 {
        (-normal_sf(-z)).ln_1p()
    } else if z < 30.0 {
        normal_sf(z).ln()
    } else {
        let w = 1.0 / (z * z);
        let series = 1.0 - w * (1.0 - 3.0 * w * (1.0 - 5.0 * w));
        -0.5 * z * z - z.ln() - 0.5 * (2.0 * PI).ln() + series.ln()
    }
}

/// Quantile of the normal distribution, refined by one Newton step.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    let z = -SQRT_2 * erfc_inv(2.0 * p);
    if !z.is_finite() {
        return z;
    }
    let density = (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
    let miss = if p < 0.5 { normal_cdf(z) - p } else { (1.0 - p) - normal_sf(z) };
    if density > 0.0 { z - miss / density } else { z }
}

/// Degrees of freedom a distribution can have. What is not sound ends as NaN, which no
/// result type of this crate lets through.
fn sound(df: f64) -> bool {
    df > 0.0 && df.is_finite()
}

/// P(chi-squared with `df` degrees of freedom > x).
pub(crate) fn chi2_sf(x: f64, df: f64) -> f64 {
    match x {
        _ if x.is_nan() || !sound(df) => f64::NAN,
        _ if x <= 0.0 => 1.0,
        _ if x.is_infinite() => 0.0,
        _ => gamma_ur(0.5 * df, 0.5 * x),
    }
}

/// P(T > t) of Student's t.
pub(crate) fn t_sf(t: f64, df: f64) -> f64 {
    let half = 0.5 * t_two_sided(t, df);
    if t >= 0.0 { half } else { 1.0 - half }
}

/// P(|T| > |t|) of Student's t.
pub(crate) fn t_two_sided(t: f64, df: f64) -> f64 {
    if t.is_nan() || !sound(df) {
        return f64::NAN;
    }
    beta_reg(0.5 * df, 0.5, df / (df + t * t))
}

/// Upper quantile: the t with P(T > t) = `tail`, for `tail` at most one half.
pub(crate) fn t_upper(tail: f64, df: f64) -> f64 {
    let mut hi = 1.0;
    while t_sf(hi, df) > tail && hi < 1e300 {
        hi *= 2.0;
    }
    bisect(0.0, hi, |t| t_sf(t, df) - tail)
}

/// P(F > f) with `d1` and `d2` degrees of freedom.
pub(crate) fn f_sf(f: f64, d1: f64, d2: f64) -> f64 {
    match f {
        _ if f.is_nan() || !sound(d1) || !sound(d2) => f64::NAN,
        _ if f <= 0.0 => 1.0,
        _ => beta_reg(0.5 * d2, 0.5 * d1, d2 / (d2 + d1 * f)),
    }
}

/// P(X <= k) of a binomial law of n trials at one half.
pub(crate) fn coin_cdf(k: usize, n: usize) -> f64 {
    if k >= n { 1.0 } else { beta_reg((n - k) as f64, k as f64 + 1.0, 0.5) }
}

/// Quantile of the beta distribution.
pub(crate) fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    bisect(0.0, 1.0, |x| p - beta_reg(a, b, x))
}

/// Limiting law of Kolmogorov: P(K > x).
pub(crate) fn kolmogorov_sf(x: f64) -> f64 {
    if x < 1e-3 {
        return 1.0;
    }
    if x < 0.8 {
        let unit = -PI * PI / (8.0 * x * x);
        let series: f64 = (0..5).map(|k| (f64::from((2 * k + 1) * (2 * k + 1)) * unit).exp()).sum();
        return 1.0 - (2.0 * PI).sqrt() / x * series;
    }
    let term = |k: i32| (-2.0 * f64::from(k * k) * x * x).exp();
    2.0 * (1..=8).map(|k| if k % 2 == 1 { term(k) } else { -term(k) }).sum::<f64>()
}

/// Root of a function that is positive at `lo` and negative at `hi`, to the last digit.
fn bisect(mut lo: f64, mut hi: f64, f: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..1100 {
        let mid = 0.5 * (lo + hi);
        if mid <= lo || mid >= hi {
            break;
        }
        if f(mid) > 0.0 { lo = mid } else { hi = mid }
    }
    0.5 * (lo + hi)
}
