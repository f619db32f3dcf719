//! The facts one by one: statistic, null distribution and rule.

use rayon::prelude::*;

use crate::bootstrap::stationary_for;
use crate::card::{Finding, Options, Verdict};
use crate::dependence::{mean_autocorrelation, robust_autocorrelations, robust_test};
use crate::drawdown::drawdown_test;
use crate::error::{Result, StatsError, varying};
use crate::garch::{Model, fit};
use crate::leverage::{SignedMagnitudes, time_scale_asymmetry};
use crate::memory::log_periodogram;
use crate::moments::{
    excess_kurtosis_adjusted, l_ratios_sorted, median, quantile_sorted, standardised,
};
use crate::normality::kurtosis_test;
use crate::random::{Purpose, Stream};
use crate::rank::{correlation, ranks};
use crate::regression::autoregression_residuals;
use crate::scaling::{
    RandomSigns, exceedances, fano_of, fano_of_counts, l_kurtosis_any, quantile_asymmetry, scatter,
};
use crate::series::Series;
use crate::special::{Z95, normal_quantile, normal_sf};
use crate::sums;
use crate::unit_root::variance_ratio;
use crate::volume::traded;

/// Findings on F1 to F13, and whether F3, F5 and F9 were prewhitened. The returns are
/// known to vary and to be at least 20.
pub(crate) fn all(series: &Series, options: &Options) -> (Vec<Finding>, bool) {
    let r = series.returns.as_slice();
    let or_none = |it: Result<Finding>| it.unwrap_or_else(|error| Finding::none(excuse(error)));
    let first = or_none(no_autocorrelation(r));
    // Serial correlation alone makes the tests of magnitudes and signs over-reject.
    let whitened =
        if first.verdict == Verdict::Fail { autoregression_residuals(r, 5).ok() } else { None };
    let clean = whitened.as_deref().unwrap_or(r);
    let lags = (r.len() / 5).min(10);
    let second = or_none(fat_tails(r));
    let findings = vec![
        first,
        second,
        or_none(clustering(clean, lags, options)),
        or_none(long_memory(r)),
        or_none(leverage(clean, lags, options)),
        or_none(aggregation(r, second.verdict, options)),
        or_none(volume(series, options)),
        or_none(gain_loss(r, options)),
        or_none(intermittency(clean, r.len(), options)),
        or_none(conditional_tails(r)),
        or_none(time_asymmetry(r, options)),
        or_none(random_walk(series)),
        or_none(deepest(r, options)),
    ];
    (findings, whitened.is_some())
}

fn excuse(error: StatsError) -> &'static str {
    match error {
        StatsError::Constant => "what the fact compares does not vary",
        StatsError::TooShort { .. } | StatsError::Empty => "too few returns",
        StatsError::NoVolume => "fewer than 20 days have volume",
        StatsError::NoConvergence => "the fit did not converge",
        _ => "the statistic is not defined on this series",
    }
}

/// The verdict of the first rule that holds.
fn judge(pass: bool, fail: bool) -> Verdict {
    match (pass, fail) {
        (true, _) => Verdict::Pass,
        (false, true) => Verdict::Fail,
        (false, false) => Verdict::Inconclusive,
    }
}

fn because(verdict: Verdict, pass: &'static str, fail: &'static str) -> &'static str {
    match verdict {
        Verdict::Pass => pass,
        Verdict::Fail => fail,
        Verdict::Inconclusive => "the evidence goes neither way",
        Verdict::NotApplicable => "not asked",
    }
}

/// A statistic against its resampled values.
struct Resampled {
    statistic: f64,
    mean: f64,
    sd: f64,
    p: f64,
}

impl Resampled {
    /// p counts the resampled values at least as large, or as small.
    fn new(statistic: f64, law: &[f64], larger: bool) -> Self {
        let as_extreme = |it: &f64| {
            if larger { *it >= statistic } else { *it <= statistic }
        };
        let count = law.iter().filter(|it| as_extreme(it)).count();
        let sd = if law.len() > 1 { sums::variance(law).sqrt() } else { 0.0 };
        Self {
            statistic,
            mean: sums::mean(law),
            sd,
            p: (1 + count) as f64 / (law.len() + 1) as f64,
        }
    }

    fn finding(&self, verdict: Verdict, pass: &'static str, fail: &'static str) -> Finding {
        let half = Z95 * self.sd;
        Finding {
            verdict,
            estimate: Some(self.statistic),
            ci: Some((self.statistic - half, self.statistic + half)),
            p: Some(self.p),
            null: Some(self.mean),
            reason: because(verdict, pass, fail),
        }
    }
}

/// Fewest replicates worth a thread's attention.
const SHARE_MIN: usize = 32;

/// The values of `f` over replicates, each with its own stream and a reused buffer that
/// holds a copy of `x`.
fn resample<T: Clone + Send + Sync>(
    x: &[T],
    purpose: Purpose,
    options: &Options,
    f: impl Fn(&mut Stream, &mut [T]) -> f64 + Sync,
) -> Vec<f64> {
    (0..options.replicates)
        .into_par_iter()
        .with_min_len(SHARE_MIN)
        .map_init(
            || x.to_vec(),
            |buffer, it| {
                buffer.clone_from_slice(x);
                f(&mut Stream::new(options.seed, purpose, it), buffer)
            },
        )
        .collect()
}

/// F1: every autocorrelation at lags 1 to 5 inside a band of 0.20, an equivalence claim.
fn no_autocorrelation(r: &[f64]) -> Result<Finding> {
    const BAND: f64 = 0.20;
    const LAGS: usize = 5;
    let n = r.len() as f64;
    let robust = robust_autocorrelations(r, LAGS)?;
    let p = robust_test(&robust.tau, r.len())?.p;
    let floor = 1.0 / n.sqrt();
    let each: Vec<(f64, f64)> =
        robust.rho.iter().zip(&robust.se).map(|(rho, se)| (*rho, se.max(floor))).collect();
    let strict = normal_quantile(1.0 - 0.05 / LAGS as f64);
    let outside = each.iter().any(|(rho, se)| rho.abs() - strict * se > BAND)
        || (p < 0.01 && each.iter().any(|(rho, _)| rho.abs() > BAND));
    let inside = each.iter().all(|(rho, se)| rho.abs() + Z95 * se < BAND);
    let verdict = match () {
        () if r.len() < 60 => Verdict::Inconclusive,
        () if outside => Verdict::Fail,
        () => judge(inside, false),
    };
    let reach = |it: &(f64, f64)| it.0.abs() + Z95 * it.1;
    let (rho, se) = each
        .iter()
        .copied()
        .max_by(|a, b| reach(a).total_cmp(&reach(b)))
        .ok_or(StatsError::Empty)?;
    Ok(Finding {
        verdict,
        estimate: Some(rho),
        ci: Some((rho - Z95 * se, rho + Z95 * se)),
        p: Some(p),
        null: None,
        reason: because(
            verdict,
            "all lags inside the band of 0.20",
            "a lag outside the band of 0.20",
        ),
    })
}

/// F2: kurtosis above the normal one.
fn fat_tails(r: &[f64]) -> Result<Finding> {
    let p = kurtosis_test(r)?.p;
    let (g2, adjusted) = (standardised(r).excess, excess_kurtosis_adjusted(r)?.value);
    let half = Z95 * (24.0 / r.len() as f64).sqrt();
    let verdict = judge(p < 0.01 && adjusted > 0.5, g2 + half < 0.5);
    Ok(Finding {
        verdict,
        estimate: Some(adjusted),
        ci: Some((g2 - half, g2 + half)),
        p: Some(p),
        null: None,
        reason: because(verdict, "kurtosis above normal", "kurtosis too close to normal"),
    })
}

/// F3: permutation test of the mean autocorrelation of magnitudes.
fn clustering(r: &[f64], lags: usize, options: &Options) -> Result<Finding> {
    let magnitudes = sums::abs(r);
    varying(&magnitudes, lags + 1)?;
    let (mut e, n) = (sums::deviations(&magnitudes), magnitudes.len());
    let total = sums::dot(&e, &e);
    e.resize(n + lags, 0.0);
    let law = resample(&e, Purpose::Clustering, options, |stream, e| {
        stream.shuffle(&mut e[..n]);
        mean_autocorrelation(e, total, lags)
    });
    let it = Resampled::new(mean_autocorrelation(&e, total, lags), &law, true);
    let excess = it.statistic - it.mean;
    let verdict = judge(it.p < 0.01 && excess >= 0.03, excess + Z95 * it.sd < 0.05 && it.p > 0.05);
    Ok(it.finding(verdict, "magnitudes are autocorrelated", "magnitudes are not autocorrelated"))
}

/// F4: fractional integration of magnitudes.
fn long_memory(r: &[f64]) -> Result<Finding> {
    if r.len() < 1000 {
        return Ok(Finding::none("fewer than 1000 returns"));
    }
    let fit = log_periodogram(&sums::abs(r))?;
    let half = Z95 * fit.se();
    let verdict = judge(fit.d - half > 0.1, fit.d + half < 0.25 && fit.d - half < 0.0);
    Ok(Finding {
        verdict,
        estimate: Some(fit.d),
        ci: Some((fit.d - half, fit.d + half)),
        p: Some(normal_sf((fit.d - 0.1) / fit.se())),
        null: None,
        reason: because(verdict, "d above 0.1", "d near 0"),
    })
}

/// F5: sign-randomisation test of the mean correlation with later magnitudes.
fn leverage(r: &[f64], lags: usize, options: &Options) -> Result<Finding> {
    let e = sums::deviations(r);
    let magnitudes = SignedMagnitudes::new(&e, lags)?;
    let law = resample(&e, Purpose::Leverage, options, |stream, flipped| {
        stream.flip_signs(&e, flipped);
        magnitudes.mean_correlation(flipped)
    });
    let it = Resampled::new(magnitudes.mean_correlation(&e), &law, false);
    let verdict = judge(it.p < 0.05 && it.statistic <= -0.02, it.statistic - Z95 * it.sd > -0.03);
    Ok(it.finding(verdict, "falls go before volatility", "falls do not go before volatility"))
}

/// F6: drop in L-kurtosis from one to five days, with a stationary bootstrap.
fn aggregation(r: &[f64], fat_tails: Verdict, options: &Options) -> Result<Finding> {
    if fat_tails != Verdict::Pass {
        return Ok(Finding::none("asked only where tails are fat"));
    }
    if r.len() < 400 {
        let open = "fewer than 400 returns";
        return Ok(Finding { verdict: Verdict::Inconclusive, ..Finding::none(open) });
    }
    let drop = |x: &[f64]| {
        varying(x, 20)?;
        Ok(l_ratios_sorted(&sums::sorted(x)).l_kurtosis - l_kurtosis_any(x, 5)?)
    };
    let few = options.replicates.min(499);
    let replicates = stationary_for(Purpose::Aggregation, r, 50.0, few, options.seed, drop)?;
    let (lo, hi) =
        (quantile_sorted(&replicates.sorted, 0.05), quantile_sorted(&replicates.sorted, 0.95));
    let verdict = judge(lo > 0.0, hi < 0.0);
    Ok(Finding {
        verdict,
        estimate: Some(replicates.estimate),
        ci: Some((lo, hi)),
        p: None,
        null: None,
        reason: because(verdict, "sums are closer to normal", "sums are further from normal"),
    })
}

/// F7: circular-shift test of the rank correlation of magnitudes and volume.
fn volume(series: &Series, options: &Options) -> Result<Finding> {
    let Some(volume) = &series.volume else {
        return Ok(Finding::none("no volume"));
    };
    let days = traded(&series.returns, volume)?;
    let (a, v) = (ranks(&sums::abs(&days.returns)), ranks(&days.detrended));
    let statistic = correlation(&a, &v)?;
    let (a, v) = (sums::deviations(&a), sums::deviations(&v));
    let scale = (sums::dot(&a, &a) * sums::dot(&v, &v)).sqrt();
    let n = a.len();
    let (first, last) = (n / 10 + 1, n - n / 10);
    let shifted =
        |shift: usize| (sums::dot(&a[shift..], &v) + sums::dot(&a, &v[n - shift..])) / scale;
    // In a short series every shift comes up several times.
    let known: Vec<f64> = if last - first < options.replicates {
        (first..last).map(shifted).collect()
    } else {
        Vec::new()
    };
    let law = resample(&[(); 0], Purpose::Volume, options, |stream, _| {
        let at = stream.below(last - first);
        known.get(at).copied().unwrap_or_else(|| shifted(first + at))
    });
    let it = Resampled::new(statistic, &law, true);
    let verdict = judge(it.p < 0.05 && statistic >= 0.10, statistic + Z95 * it.sd < 0.10);
    Ok(it.finding(verdict, "volume goes with volatility", "volume does not go with volatility"))
}

/// F8: sign-randomisation test of the quantile asymmetry, around the median.
fn gain_loss(r: &[f64], options: &Options) -> Result<Finding> {
    let middle = median(r);
    let e: Vec<f64> = r.iter().map(|it| it - middle).collect();
    let statistic = quantile_asymmetry(r)?;
    let signs = RandomSigns::new(&e);
    let law = resample(&vec![0; signs.n_words()], Purpose::GainLoss, options, |stream, bits| {
        stream.bits(bits);
        signs.asymmetry(bits)
    });
    let it = Resampled::new(statistic, &law, false);
    let verdict = judge(it.p < 0.05, statistic - Z95 * it.sd > -0.03);
    Ok(it.finding(verdict, "losses reach further than gains", "losses reach no further than gains"))
}

/// F9: permutation test of the Fano factor of exceedances.
fn intermittency(r: &[f64], n: usize, options: &Options) -> Result<Finding> {
    const WIDTH: usize = 20;
    if n < 200 {
        return Ok(Finding::none("fewer than 200 returns"));
    }
    let events = exceedances(r, 0.95);
    let statistic = fano_of(&events, WIDTH)?;
    let n_events = events.iter().filter(|it| **it).count();
    let law: Vec<f64> = (0..options.replicates)
        .into_par_iter()
        .with_min_len(SHARE_MIN)
        .map_init(Vec::new, |taken, it| {
            let mut stream = Stream::new(options.seed, Purpose::Intermittency, it);
            let counts = scatter(n_events, events.len(), WIDTH, &mut stream, taken);
            // Every event may fall into the rest after the last window.
            fano_of_counts(&counts).unwrap_or(0.0)
        })
        .collect();
    let it = Resampled::new(statistic, &law, true);
    let verdict = judge(it.p < 0.01, statistic < 1.1 && it.p > 0.05);
    Ok(it.finding(verdict, "extremes come in bursts", "extremes come evenly"))
}

/// F10: kurtosis of the residuals of a GJR fit.
fn conditional_tails(r: &[f64]) -> Result<Finding> {
    if r.len() < 500 {
        return Ok(Finding::none("fewer than 500 returns"));
    }
    let z = fit(r, Model::GjrNormal)?.filtered.standardised;
    let (p, excess) = (kurtosis_test(&z)?.p, standardised(&z).excess);
    let half = Z95 * (24.0 / r.len() as f64).sqrt();
    let verdict = judge(p < 0.01 && excess > 0.25, excess + half < 0.5);
    Ok(Finding {
        verdict,
        estimate: Some(excess),
        ci: Some((excess - half, excess + half)),
        p: Some(p),
        null: None,
        reason: because(verdict, "residuals have fat tails", "residuals are close to normal"),
    })
}

const REPORTED: &str = "reported, not judged";

/// F11: reported with a stationary bootstrap.
fn time_asymmetry(r: &[f64], options: &Options) -> Result<Finding> {
    let difference = |x: &[f64]| time_scale_asymmetry(x, 5).map(|it| it.difference);
    let few = options.replicates.min(499);
    let replicates =
        stationary_for(Purpose::TimeAsymmetry, r, 50.0, few, options.seed, difference)?;
    let q = |p| quantile_sorted(&replicates.sorted, p);
    let (estimate, ci) = (Some(replicates.estimate), Some((q(0.05), q(0.95))));
    Ok(Finding { estimate, ci, ..Finding::none(REPORTED) })
}

/// F12: reported as the robust variance ratio at five days.
fn random_walk(series: &Series) -> Result<Finding> {
    let ratio = variance_ratio(&series.log_price(), 5)?;
    let (estimate, p) = (Some(ratio.vr), Some(ratio.p_robust));
    Ok(Finding { estimate, p, null: Some(1.0), ..Finding::none(REPORTED) })
}

/// F13: reported as the maximum drawdown against returns in random order.
fn deepest(r: &[f64], options: &Options) -> Result<Finding> {
    let test = drawdown_test(r, options.replicates, options.seed)?;
    Ok(Finding { estimate: Some(test.statistic), p: Some(test.p), ..Finding::none(REPORTED) })
}
