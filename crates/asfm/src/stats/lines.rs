//! Lines of a report for people, and what a statistic needs that is not there.

use serde_json::Value;

use super::page;

/// A statistic of a report: its place in the JSON, its name, and the returns that it needs.
struct Stat {
    at: &'static str,
    name: &'static str,
    need: usize,
    shown: fn(f64) -> String,
}

const fn stat(at: &'static str, name: &'static str, need: usize) -> Stat {
    Stat { at, name, need, shown: page::number }
}

const fn share(at: &'static str, name: &'static str, need: usize) -> Stat {
    Stat { at, name, need, shown: page::percent }
}

const SHOWN: &[Stat] = &[
    share("/moments/mean", "mean return", 1),
    share("/moments/std_ddof1", "standard deviation, n - 1", 2),
    stat("/moments/skew_G1", "skewness G1", 3),
    stat("/moments/exkurt_G2", "excess kurtosis G2", 4),
    stat("/moments/l_kurtosis", "L-kurtosis", 4),
    share("/moments/zero_share", "returns of exactly 0", 1),
    stat("/normality/anderson_darling", "Anderson-Darling, normal", 8),
    stat("/tails/hill_abs_5/alpha", "Hill tail index, 5 % of |r|", 200),
    stat("/tails/student_t_mle_pct/nu", "Student-t degrees of freedom", 100),
    stat("/acf/r/0", "autocorrelation of r, lag 1", 4),
    stat("/acf/abs/0", "autocorrelation of |r|, lag 1", 4),
    stat("/ljung_box/abs/p/1", "Ljung-Box of |r|, 10 lags, p", 40),
    stat("/leverage/mean_abs_1_10", "mean corr(r_t, |r_t+k|), k = 1-10", 20),
    stat("/variance_ratio/5/vr", "variance ratio, 5 days", 26),
    stat("/unit_root/adf_logprice_lag1/p", "augmented Dickey-Fuller, lag 1, p", 31),
    stat("/hurst/rs_abs/H_corrected", "Hurst exponent of |r|, corrected R/S", 100),
    stat("/hurst/gph_abs/d", "GPH d of |r|", 100),
    stat("/garch/garch_normal/params/2", "GARCH(1,1) alpha", 250),
    stat("/garch/garch_normal/params/3", "GARCH(1,1) beta", 250),
    stat("/garch/gjr_normal/params/3", "GJR gamma", 250),
    share("/drawdown/max_drawdown", "maximum drawdown", 1),
];

/// Groups of the JSON that a short series leaves out, and the returns that they need.
const GROUPS: &[(&str, usize)] = &[
    ("acf", 4),
    ("bootstrap", 20),
    ("leverage", 20),
    ("arch_lm/5", 21),
    ("robust_portmanteau_r", 20),
    ("unit_root/adf_logprice_lag1", 31),
    ("arch_lm/10", 41),
    ("tails/student_t_mle_pct", 100),
    ("hurst", 100),
    ("fano_20_95", 100),
    ("time_scale_asym", 100),
    ("tails/hill_abs_5", 200),
    ("garch", 250),
    ("aggregation", 400),
    ("acf_abs_decay_1_50", 400),
];

/// Statistics by name; one that is missing says what it needs.
pub(super) fn lines(report: &Value, n: usize) -> Vec<(&'static str, String)> {
    let told = |it: &Stat| {
        let value = report.pointer(it.at).and_then(Value::as_f64);
        let text = match value {
            Some(value) => (it.shown)(value),
            None if n < it.need => format!("needs {} returns", it.need),
            None => "not defined here".to_owned(),
        };
        (it.name, text)
    };
    SHOWN.iter().map(told).collect()
}

/// What is missing from a report because the series is too short, and what it needs.
pub(super) fn needs(report: &Value, n: usize) -> Value {
    let missing = |at: &str| report.pointer(&format!("/{at}")).is_none_or(Value::is_null);
    GROUPS
        .iter()
        .filter(|(at, need)| n < *need && missing(at))
        .map(|(at, need)| (at.replace('/', "."), Value::from(*need)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
