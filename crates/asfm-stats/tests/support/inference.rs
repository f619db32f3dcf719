//! Golden files of inference, bubbles and verdicts.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "indices and degrees of freedom stand as numbers in the golden file"
)]

use asfm_stats::bootstrap::{Replicates, acceleration, stationary_path};
use asfm_stats::event::{Windows, constant_mean, market_model, paired_effects};
use asfm_stats::multiplicity::{
    benjamini_hochberg, bonferroni, clopper_pearson, fisher, holm, stouffer, wilson,
};
use asfm_stats::trend::{
    Direction, contrast, friedman, inverted_u, jonckheere, page_exact, page_normal,
};
use asfm_stats::{Alternative, Estimate, Interval, Result, TestResult};
use asfm_stats::{bootstrap, bubble, effect, inequality, moments, paired, rank, trend, two_sample};
use ndarray::{Array2, Array3};
use serde_json::{Value, json};

use super::{Class, Ledger, files};

fn list(it: &Value) -> Vec<f64> {
    it.as_array().expect("a list").iter().map(|it| it.as_f64().expect("a number")).collect()
}

fn matrix(it: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = it.as_array().expect("rows").iter().map(list).collect();
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j])
}

fn cube(it: &Value) -> Array3<f64> {
    let slices: Vec<Array2<f64>> = it.as_array().expect("slices").iter().map(matrix).collect();
    let (m, n) = slices[0].dim();
    Array3::from_shape_fn((slices.len(), m, n), |(s, i, j)| slices[s][[i, j]])
}

fn ends(it: Interval) -> Value {
    json!([it.lo, it.hi])
}

fn class(at: &str) -> Option<Class> {
    let last = at.rsplit('.').next().unwrap_or(at);
    let has = |part: &str| at.contains(part);
    let inputs =
        ["x", "y", "control", "treated", "p_scipy_asymp", "boot_ci95_4000", "index_matrix"];
    if inputs.contains(&last) || has("start_draws") || has("uniform_draws") || has("_seed_") {
        return (last == "per_seed_mean_cum_diff" || has("per_seed_mean")).then_some(Class::A);
    }
    // With ties the reference ignores them; ours is exact given the ties.
    if at == "two_sample.ties.ks.p_exact" {
        return None;
    }
    let is_p = last == "p" || last.starts_with("p_") || last.ends_with("_p");
    let quantile_based = has("ci95") || has("proportion") || has("combine_p");
    Some(if is_p || quantile_based { Class::B } else { Class::A })
}

/// Compares `inference.json`.
pub(crate) fn inference() -> Ledger {
    let mut ledger = Ledger::default();
    let Some(want) = files::golden("inference.json") else {
        ledger.skipped.push("inference".to_owned());
        return ledger;
    };
    let each = |key: &str, f: &dyn Fn(&Value) -> Value| -> Value {
        let cases = want[key].as_object().expect("cases");
        cases
            .iter()
            .map(|(name, case)| (name.clone(), f(case)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let parts = [
        ("two_sample", each("two_sample", &two_samples)),
        ("paired", each("paired", &pairs)),
        (
            "wealth",
            each("wealth", &|it| json!(inequality::inequality(&list(&it["x"])).expect("wealth"))),
        ),
        ("bootstrap_exact", exact_bootstrap(&want["bootstrap_exact"])),
        ("trends", trends(&want["trends"])),
        ("event_study", events(&want["event_study"])),
    ];
    for (key, got) in parts {
        ledger.tree(key, &got, &want[key], &class);
    }
    for name in ["effect", "null", "ties_zeros"] {
        paired_bootstrap(&mut ledger, name, &want["paired"][name]);
    }
    ledger
}

fn stat(it: Result<TestResult>) -> f64 {
    it.expect("a test").statistic
}

fn p(it: Result<TestResult>) -> Option<f64> {
    it.ok().map(|it| it.p)
}

fn two_samples(case: &Value) -> Value {
    let (x, y) = (list(&case["x"]), list(&case["y"]));
    let mut got = json!({
        "ks": {
            "stat": stat(two_sample::kolmogorov_smirnov(&x, &y)),
            "p_exact": p(two_sample::kolmogorov_smirnov_exact(&x, &y)),
            "p_kolmogorov_limit": p(two_sample::kolmogorov_smirnov_limit(&x, &y)),
        },
        "mann_whitney": {
            "U_x": stat(two_sample::mann_whitney(&x, &y)),
            "p_asymptotic_cc": p(two_sample::mann_whitney_normal(&x, &y)),
            "p_exact": p(two_sample::mann_whitney_exact(&x, &y)),
        },
    });
    if let Ok(welch) = two_sample::welch(&x, &y) {
        let bf = two_sample::brown_forsythe(&[&x, &y]).expect("spread");
        let bm = two_sample::brunner_munzel(&x, &y).expect("overlap");
        got["welch"] = json!({
            "t": welch.test.statistic, "df": welch.test.df, "p": welch.test.p,
            "ci95": ends(welch.difference.ci.expect("an interval")),
        });
        got["brown_forsythe"] = json!({"F": bf.statistic, "p": bf.p});
        got["brunner_munzel"] = json!({"W": bm.statistic, "p": bm.p});
        got["effects"] = json!(effect::effects(&x, &y).expect("effects"));
    }
    got
}

fn pairs(case: &Value) -> Value {
    let d = paired::differences(&list(&case["control"]), &list(&case["treated"])).expect("pairs");
    let value = |it: Result<Estimate>| it.expect("an estimate").value;
    let t = paired::paired_t(&d).expect("a t test");
    let flip = |alternative| p(paired::sign_flip(&d, alternative, 1));
    json!({
        "mean_diff": t.mean.value, "sd_diff": value(moments::sd(&d)),
        "median_diff": value(moments::quantile(&d, 0.5)),
        "t": t.test.statistic, "df": t.test.df.expect("df") as u64, "p": t.test.p,
        "ci95_t": ends(t.mean.ci.expect("an interval")),
        "signflip_exact_p_two_sided": flip(Alternative::TwoSided),
        "signflip_exact_p_greater": flip(Alternative::Greater),
        "wilcoxon_W_min": stat(paired::wilcoxon(&d)),
        "wilcoxon_p_asymptotic_nocc": p(paired::wilcoxon_normal(&d)),
        "wilcoxon_p_exact": p(paired::wilcoxon_exact(&d)),
        "cohen_dz": effect::cohen_dz(&d).expect("d"),
        "hedges_gz": effect::hedges_gz(&d).expect("g"),
        "sign_test_p": p(paired::sign_test(&d)),
    })
}

/// Interval ends over own seeds against those of the reference.
fn paired_bootstrap(ledger: &mut Ledger, name: &str, case: &Value) {
    let d = paired::differences(&list(&case["control"]), &list(&case["treated"])).expect("pairs");
    let mean = |x: &[f64]| moments::mean(x).map(|it| it.value);
    let acceleration = acceleration(&d, mean).expect("an acceleration");
    let runs: Vec<[Interval; 2]> = (0..6)
        .map(|seed| {
            let it = bootstrap::independent(&d, 4000, seed, mean).expect("a bootstrap");
            [it.bca(acceleration, 0.95).expect("BCa"), it.percentile(0.95).expect("percentile")]
        })
        .collect();
    for (which, kind) in ["bca", "percentile"].into_iter().enumerate() {
        let golden = &case["boot_ci95_4000"];
        let want = list(&golden[format!("{kind}_mean")]);
        let want_sd = list(&golden[format!("{kind}_sd")]);
        let (lo, hi): (Vec<f64>, Vec<f64>) =
            runs.iter().map(|it| (it[which].lo, it[which].hi)).unzip();
        for (end, own) in [lo, hi].into_iter().enumerate() {
            let sd = moments::sd(&own).expect("ends").value.hypot(want_sd[end]);
            let gap = (mean(&own).expect("ends") - want[end]).abs();
            let deviation = if gap < 1e-12 { 0.0 } else { gap / sd };
            ledger.enter(
                Class::E,
                &format!("paired.{name}.{kind}[{end}]"),
                deviation,
                "interval end",
            );
        }
    }
}

fn exact_bootstrap(case: &Value) -> Value {
    let x = list(&case["x"]);
    let mean = |x: &[f64]| moments::mean(x).map(|it| it.value);
    let drawn: Vec<f64> = matrix(&case["index_matrix"])
        .rows()
        .into_iter()
        .map(|row| row.iter().map(|it| x[*it as usize]).sum::<f64>() / x.len() as f64)
        .collect();
    let estimate = mean(&x).expect("a mean");
    let it = Replicates::new(estimate, &drawn, x.len(), "given indices").expect("replicates");
    let acceleration = acceleration(&x, mean).expect("an acceleration");
    let level = |level: f64| {
        json!({
            "percentile": ends(it.percentile(level).expect("an interval")),
            "basic": ends(it.basic(level).expect("an interval")),
            "bca_levels": it.bca_levels(acceleration, level).expect("levels"),
            "bca": ends(it.bca(acceleration, level).expect("an interval")),
        })
    };
    let rule = &case["stationary_path_rule"];
    let starts = matrix(&rule["start_draws"]);
    let uniforms = matrix(&rule["uniform_draws"]);
    let paths: Vec<Vec<usize>> = starts
        .rows()
        .into_iter()
        .zip(uniforms.rows())
        .map(|(starts, uniforms)| {
            let starts: Vec<usize> = starts.iter().map(|it| *it as usize).collect();
            stationary_path(&starts, &uniforms.to_vec(), 0.2).expect("a path")
        })
        .collect();
    json!({
        "estimate": estimate, "z0": it.bias_correction(), "acceleration": acceleration,
        "intervals": {"level_0.95": level(0.95), "level_0.90": level(0.90)},
        "stationary_path_rule": {"n": 30, "p_new_block": 0.2, "paths": paths},
    })
}

fn trends(case: &Value) -> Value {
    let blocks = matrix(&case["blocks_seed_by_level"]);
    let columns: Vec<Vec<f64>> = blocks.columns().into_iter().map(|it| it.to_vec()).collect();
    let groups: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let down = Direction::Decreasing;
    let levels: Vec<f64> = (0..40).map(|it| f64::from(it % 4 + 1)).collect();
    let values: Vec<f64> = blocks.iter().copied().collect();
    let spearman = rank::spearman(&levels, &values).expect("a correlation");
    let (friedman, kruskal) = (
        friedman(blocks.view()).expect("blocks"),
        two_sample::kruskal_wallis(&groups).expect("groups"),
    );
    let ordered = jonckheere(&groups, down).expect("groups");
    let (x, y) = (list(&case["inverted_u"]["x"]), list(&case["inverted_u"]["y"]));
    let mut shape = json!(inverted_u(&x, &y).expect("a quadratic"));
    let middle = |level: f64| level > 1.5 && level < 3.5;
    shape["contrast_mid_minus_rest"] = json!(contrast(&x, &y, middle).expect("a contrast"));
    let family = list(&case["multiplicity"]["p"]);
    let proportions: Vec<Value> = case["proportion_ci95"]
        .as_array()
        .expect("proportions")
        .iter()
        .map(|it| {
            let (k, n) =
                (it["k"].as_u64().expect("k") as usize, it["n"].as_u64().expect("n") as usize);
            let wilson = ends(wilson(k, n, 0.95).expect("an interval"));
            let exact = ends(clopper_pearson(k, n, 0.95).expect("an interval"));
            json!({"k": k, "n": n, "wilson": wilson, "clopper_pearson": exact})
        })
        .collect();
    let combined = list(&case["combine_p"]["p"]);
    let pair = |it: Result<TestResult>| it.map(|it| json!([it.statistic, it.p])).expect("a test");
    json!({
        "page_L_decreasing": {
            "L": stat(page_normal(blocks.view(), down)),
            "p_asymptotic": p(page_normal(blocks.view(), down)),
            "p_exact": p(page_exact(blocks.view(), down)),
        },
        "blocks_seed_by_level": blocks.rows().into_iter().map(|it| it.to_vec()).collect::<Vec<_>>(),
        "friedman": {"chi2": friedman.statistic, "p": friedman.p},
        "kruskal": {"H": kruskal.statistic, "p": kruskal.p},
        "spearman_level_value": {"rho": spearman.statistic, "p": spearman.p},
        "jonckheere_decreasing": {
            "J": ordered.statistic, "p_one_sided": ordered.p,
            "z": trend::jonckheere_standardised(&groups, down).expect("groups"),
        },
        "inverted_u": shape,
        "multiplicity": {
            "p": family, "holm": holm(&family).expect("p-values"),
            "bh": benjamini_hochberg(&family).expect("p-values"),
            "bonferroni": bonferroni(&family).expect("p-values"),
        },
        "proportion_ci95": proportions,
        "combine_p": {
            "p": combined, "fisher": pair(fisher(&combined)),
            "stouffer": pair(stouffer(&combined)),
        },
    })
}

fn events(case: &Value) -> Value {
    let returns = matrix(&case["returns_T_by_S"]);
    let market = list(&case["market"]);
    let windows = Windows { estimation: 5..35, event: 38..46 };
    let (control, treated) = (
        cube(&case["paired_runs"]["control_seed_day_stock"]),
        cube(&case["paired_runs"]["treated_seed_day_stock"]),
    );
    let d = paired_effects(control.view(), treated.view(), 10..20).expect("pairs");
    let t = paired::paired_t(&d).expect("a t test");
    let mut got = case.clone();
    got["constant_mean"] = json!(constant_mean(returns.view(), &windows).expect("a study"));
    got["market_model"] = json!(market_model(returns.view(), &market, &windows).expect("a study"));
    got["paired_runs"]["per_seed_mean_cum_diff"] = json!(d);
    got["paired_runs"]["mean"] = json!(t.mean.value);
    got["paired_runs"]["t"] = json!(t.test.statistic);
    got["paired_runs"]["p_t"] = json!(t.test.p);
    got["paired_runs"]["signflip_exact_p_two_sided"] =
        json!(p(paired::sign_flip(&d, Alternative::TwoSided, 1)));
    got
}

/// Seeds over which the spread of a simulated quantile is seen.
const SEEDS: u64 = 6;

/// Simulated quantiles over own seeds against those of one reference run of as many paths,
/// whose spread is therefore the same.
fn quantiles(ledger: &mut Ledger, at: &str, own: &[[f64; 3]], golden: &[f64]) {
    for (idx, want) in golden.iter().enumerate() {
        let values: Vec<f64> = own.iter().map(|it| it[idx]).collect();
        let mean = moments::mean(&values).expect("values").value;
        let sd = moments::sd(&values).expect("values").value;
        let se = sd * (1.0 + 1.0 / values.len() as f64).sqrt();
        ledger.enter(Class::E, &format!("{at}[{idx}]"), (mean - want).abs() / se, "quantile");
    }
}

/// Critical values under a random walk, by number of levels.
fn critical_values(ledger: &mut Ledger, golden: &Value) {
    for (levels, want) in golden.as_object().expect("critical values by length") {
        let (n, reps) = (levels.parse().expect("a length"), want["reps"].as_u64().expect("reps"));
        let one = |seed| bubble::critical_values(n, reps as usize, seed).expect("critical values");
        let own: Vec<bubble::Critical> = (1..=SEEDS).map(one).collect();
        let w0 = want["w0"].as_f64().expect("w0");
        ledger.number(Class::A, &format!("critical.{levels}.w0"), own[0].w0 as f64, w0);
        let gsadf: Vec<[f64; 3]> = own.iter().map(|it| it.gsadf_90_95_99).collect();
        let sadf: Vec<[f64; 3]> = own.iter().map(|it| it.sadf_90_95_99).collect();
        let at = |name: &str| format!("critical.{levels}.{name}");
        quantiles(ledger, &at("gsadf"), &gsadf, &list(&want["gsadf_90_95_99"]));
        quantiles(ledger, &at("sadf"), &sadf, &list(&want["sadf_90_95_99"]));
    }
}

/// Compares `bubbles.json`.
pub(crate) fn bubbles() -> Ledger {
    let mut ledger = Ledger::default();
    let Some(want) = files::golden("bubbles.json") else {
        ledger.skipped.push("bubbles".to_owned());
        return ledger;
    };
    for key in ["random_walk_log", "planted_bubble_level"] {
        let case = &want[key];
        let y = list(&case["y"]);
        let found = bubble::bubble(&y, bubble::smallest_window(y.len())).expect("a path");
        let got = json!(found);
        let keep = |at: &str| {
            let inputs = ["y", "bubble_rows", "wild_bootstrap_999"];
            (!inputs.contains(&at.rsplit('.').next().unwrap_or(at))).then_some(Class::C)
        };
        ledger.tree(key, &got, case, &keep);
        let wild = bubble::wild_bootstrap(&y, &found, 999, 1).expect("a bootstrap");
        let golden_p = case["wild_bootstrap_999"]["p_gsadf"].as_f64().expect("p");
        let se = (2.0 * golden_p * (1.0 - golden_p) / 999.0).sqrt().max(1e-3);
        let gap = (wild.p_gsadf - golden_p).abs() / se;
        ledger.enter(Class::E, &format!("{key}.p_gsadf"), gap, "bootstrap p");
        let law = |seed| bubble::wild_bootstrap(&y, &found, 999, seed).expect("a bootstrap");
        let own: Vec<[f64; 3]> = (1..=SEEDS).map(|seed| law(seed).crit_gsadf_90_95_99).collect();
        let golden = list(&case["wild_bootstrap_999"]["crit_gsadf_90_95_99"]);
        quantiles(&mut ledger, &format!("{key}.crit_gsadf"), &own, &golden);
    }
    critical_values(&mut ledger, &want["critical_values_mc"]);
    ledger
}
