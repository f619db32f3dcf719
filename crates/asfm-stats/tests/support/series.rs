//! Golden files of one series each.

use asfm_stats::series::{Options, Series, bootstrap_with_block, report};
use serde_json::{Value, json};

use super::{Class, Ledger, files};

/// Series with a full golden file.
pub(crate) const FULL: [&str; 9] = [
    "syn_normal",
    "syn_t3",
    "syn_garch",
    "syn_gjr",
    "syn_ar1",
    "real_aapl",
    "real_ibm",
    "real_sp500",
    "real_sz000338",
];

/// Lengths of the short golden files of each real series.
pub(crate) const SHORT: [usize; 4] = [30, 60, 120, 250];

/// The class of a path in a golden file of a series.
fn class(at: &str) -> Option<Class> {
    let last = at.rsplit('.').next().unwrap_or(at);
    let is_p =
        last == "p" || last.ends_with("_p") || last.contains("p_greater") || last.contains("].p");
    let p_list = at.contains("ljung_box") && last.starts_with("p[");
    let has = |part: &str| at.contains(part);
    if ["source", "column", "first", "last", "rows"].contains(&last) || has(".bootstrap.") {
        return None;
    }
    Some(match () {
        () if has(".garch.") => return garch_class(at, last),
        () if has("student_t_mle") && last == "loglik" => Class::DLoglik,
        () if has("student_t_mle")
            && (has("normal") || has("ar1") || has("garch") || has("gjr")) =>
        {
            return None;
        }
        () if has("student_t_mle") => Class::DParameter,
        () if last == "shapiro_p" => Class::BShapiro,
        () if has("unit_root") && last == "p" => Class::CAdfP,
        // The reference took one minus a distribution function: digits below 1e-15 are noise.
        () if last == "p_robust" => Class::BRounded,
        () if is_p || p_list || has("test_z") => Class::B,
        () if has("dagostino") || ["p5", "p10", "p20"].contains(&last) => Class::B,
        () if has("unit_root") || has("arch_lm") || has("variance_ratio") || has("hurst") => {
            Class::C
        }
        () if has("optimal_block") || has("acf_abs_decay") || has("rank_half") => Class::C,
        () => Class::A,
    })
}

/// Fits are compared where their parameters are identified: not on independent values.
fn garch_class(at: &str, last: &str) -> Option<Class> {
    let identified = !["syn_normal", "syn_t3", "syn_ar1"].iter().any(|it| at.contains(it));
    match last {
        _ if at.contains(".fixed.") => Some(Class::A),
        "loglik" => Some(Class::DLoglik),
        // Innovations of the synthetic series are normal: their nu is not identified.
        "params[4]" | "se_robust[4]" if at.contains("syn_") && at.contains("garch_t") => None,
        // One parameter lies on its bound, where there is no standard error.
        _ if at.contains("sp500") && at.contains("gjr_normal.se_robust") => None,
        _ if last.starts_with("se_robust") && identified => Some(Class::DError),
        _ if last.starts_with("params") && identified => Some(Class::DParameter),
        _ if ["garch", "garch_normal", "gjr_normal", "garch_t"].contains(&last) => Some(Class::A),
        "scale" => Some(Class::A),
        _ => None,
    }
}

/// Compares one series with its full golden file.
pub(crate) fn full(name: &str) -> Ledger {
    let mut ledger = Ledger::default();
    let (Some(want), Some(series)) = (files::golden(&format!("{name}.json")), files::series(name))
    else {
        ledger.skipped.push(name.to_owned());
        return ledger;
    };
    let options = Options { replicates: 99, ..Options::default() };
    let got = report(&series, &options).expect("a report");
    let got = serde_json::to_value(&got).expect("a report is plain data");
    ledger.tree(name, &got, &want, &class);
    bootstrap(&mut ledger, name, &series, &want["bootstrap"]);
    ledger
}

/// Compares the last returns of one series with a short golden file.
pub(crate) fn short(name: &str, n: usize) -> Ledger {
    let mut ledger = Ledger::default();
    let file = format!("{name}_last{n}");
    let golden = files::golden(&format!("short/{file}.json"));
    let (Some(want), Some(series)) = (golden, files::series(name)) else {
        ledger.skipped.push(file);
        return ledger;
    };
    let options = Options { heavy: false, ..Options::default() };
    let got = report(&series.last(n), &options).expect("a report");
    ledger.tree(&file, &json!(got), &want, &class);
    ledger
}

/// Interval ends within four standard errors: golden and own sd between seeds, both of
/// 2000 replicates.
fn bootstrap(ledger: &mut Ledger, name: &str, series: &Series, want: &Value) {
    const SEEDS: u32 = 4;
    let first = &series.returns[..1000];
    let runs: Vec<Value> = (0..SEEDS)
        .map(|seed| {
            let options = Options { replicates: 2000, seed: seed.into(), ..Options::default() };
            json!(bootstrap_with_block(first, 20.0, &options).expect("a bootstrap"))
        })
        .collect();
    let number = |it: &Value| it.as_f64().expect("a number");
    for key in ["mean", "std", "exkurt_g2", "acf1_abs"] {
        let at = format!("{name}.bootstrap.{key}");
        let want = &want[key];
        let estimate = number(&runs[0][key]["estimate"]);
        ledger.number(Class::A, &at, estimate, number(&want["estimate"]));
        for (ours, mean, sd) in [("lo", "lo_mean", "lo_sd"), ("hi", "hi_mean", "hi_sd")] {
            let ends: Vec<f64> = runs.iter().map(|it| number(&it[key][ours])).collect();
            let own = asfm_stats::moments::mean(&ends).expect("ends are numbers");
            let own_sd = asfm_stats::moments::sd(&ends).expect("ends are numbers").value;
            let se = number(&want[sd]).hypot(own_sd);
            let gap = (own.value - number(&want[mean])).abs();
            ledger.enter(Class::E, &format!("{at}.{ours}"), gap / se, "interval end");
        }
    }
}
