//! Ranks and correlations.

use crate::error::{Result, StatsError, guard, same_length, varying};
use crate::estimate::TestResult;
use crate::special::t_two_sided;
use crate::sums;

/// Ranks from 1, ties sharing their mean rank. Units: none.
///
/// ```
/// assert_eq!(asfm_stats::rank::ranks(&[10.0, 30.0, 20.0, 20.0]), [1.0, 4.0, 2.5, 2.5]);
/// ```
pub fn ranks(x: &[f64]) -> Vec<f64> {
    let order = ascending(x);
    let mut ranks = vec![0.0; x.len()];
    for run in runs(x, &order) {
        let shared = (run.start + run.end + 1) as f64 / 2.0;
        for &idx in &order[run] {
            ranks[idx] = shared;
        }
    }
    ranks
}

/// Sizes of the groups of equal values, in ascending order of value.
pub(crate) fn tie_sizes(x: &[f64]) -> Vec<f64> {
    let order = ascending(x);
    runs(x, &order).into_iter().map(|it| it.len() as f64).collect()
}

fn ascending(x: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&a, &b| x[a].total_cmp(&x[b]));
    order
}

/// Ranges of positions in `order` that hold equal values (0.0 equals -0.0).
#[expect(clippy::float_cmp, reason = "ties are exact equality by definition")]
fn runs(x: &[f64], order: &[usize]) -> Vec<std::ops::Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for end in 1..=order.len() {
        if end == order.len() || x[order[end]] != x[order[start]] {
            runs.push(start..end);
            start = end;
        }
    }
    runs
}

/// Pearson's correlation of values known to be finite and paired; `Constant` if
/// either side does not vary.
pub(crate) fn correlation(x: &[f64], y: &[f64]) -> Result<f64> {
    let (ex, ey) = (sums::deviations(x), sums::deviations(y));
    let (sxx, syy) = (sums::dot(&ex, &ex), sums::dot(&ey, &ey));
    let flat = |s: f64, x: &[f64]| s <= 0.0 || crate::error::is_constant(x);
    if flat(sxx, x) || flat(syy, y) {
        return Err(StatsError::Constant);
    }
    // One root is exact for equal sums; two keep extreme magnitudes within range.
    let product = sxx * syy;
    let scale = if product.is_normal() { product.sqrt() } else { sxx.sqrt() * syy.sqrt() };
    guard((sums::dot(&ex, &ey) / scale).clamp(-1.0, 1.0))
}

fn correlation_test(r: f64, n: usize, method: &'static str) -> Result<TestResult> {
    let df = n as f64 - 2.0;
    let p = if r.abs() >= 1.0 { 0.0 } else { t_two_sided(r * (df / (1.0 - r * r)).sqrt(), df) };
    Ok(TestResult::new(r, p, n, "no association", method)?.df(df))
}

fn paired(x: &[f64], y: &[f64], need: usize) -> Result<()> {
    same_length(x, y)?;
    varying(x, need)?;
    varying(y, need)
}

/// Pearson's product-moment correlation with the two-sided t test,
/// `t = r sqrt((n-2)/(1-r^2))`. Needs 3 pairs; `Constant` if a side does not vary.
///
/// ```
/// let test = asfm_stats::rank::pearson(&[1.0, 2.0, 3.0], &[1.0, 3.0, 2.0])?;
/// assert!((test.statistic - 0.5).abs() < 1e-12);
/// // With one degree of freedom p = 1 - 2/pi atan t, and t is the root of 1/3.
/// assert!((test.p - 2.0 / 3.0).abs() < 1e-9);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn pearson(x: &[f64], y: &[f64]) -> Result<TestResult> {
    paired(x, y, 3)?;
    correlation_test(correlation(x, y)?, x.len(), "Pearson correlation, t test")
}

/// Spearman's rank correlation: Pearson's of the mean ranks, with the t
/// approximation. Needs 3 pairs; `Constant` if a side does not vary.
///
/// ```
/// let rho = asfm_stats::rank::spearman(&[1.0, 2.0, 3.0, 4.0], &[1.0, 4.0, 9.0, 16.0])?;
/// assert_eq!(rho.statistic, 1.0);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn spearman(x: &[f64], y: &[f64]) -> Result<TestResult> {
    paired(x, y, 3)?;
    let r = correlation(&ranks(x), &ranks(y))?;
    correlation_test(r, x.len(), "Spearman correlation, t approximation")
}

/// Kendall's tau-b, by merge sort (Knight 1966); `O(n log n)`. Needs 2 pairs;
/// `Constant` if a side does not vary.
///
/// ```
/// let tau = asfm_stats::rank::kendall_b(&[1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 2.0, 4.0])?;
/// assert!((tau - 4.0 / 6.0).abs() < 1e-12, "five pairs agree, one does not");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn kendall_b(x: &[f64], y: &[f64]) -> Result<f64> {
    paired(x, y, 2)?;
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&a, &b| x[a].total_cmp(&x[b]).then(y[a].total_cmp(&y[b])));
    let tied_pairs = |sizes: &[f64]| sizes.iter().map(|t| t * (t - 1.0) / 2.0).sum::<f64>();
    // Ranks make equal values equal bits, so that 0.0 and -0.0 tie.
    let (rx, ry) = (ranks(x), ranks(y));
    order.sort_by(|&a, &b| rx[a].total_cmp(&rx[b]).then(ry[a].total_cmp(&ry[b])));
    let same =
        |a: usize, b: usize| rx[a].total_cmp(&rx[b]).is_eq() && ry[a].total_cmp(&ry[b]).is_eq();
    let both = order.chunk_by(|&a, &b| same(a, b)).map(|it| it.len() as f64).collect::<Vec<_>>();
    let mut seq: Vec<f64> = order.iter().map(|&it| ry[it]).collect();
    let discordant = inversions(&mut seq);
    let n = x.len() as f64;
    let all = n * (n - 1.0) / 2.0;
    let (ties_x, ties_y) = (tied_pairs(&tie_sizes(x)), tied_pairs(&tie_sizes(y)));
    let concordant_minus = all - ties_x - ties_y + tied_pairs(&both) - 2.0 * discordant;
    guard(concordant_minus / ((all - ties_x).sqrt() * (all - ties_y).sqrt()))
}

/// Number of pairs out of order; sorts `x`.
fn inversions(x: &mut [f64]) -> f64 {
    let n = x.len();
    if n < 2 {
        return 0.0;
    }
    let mid = n / 2;
    let mut count = inversions(&mut x[..mid]) + inversions(&mut x[mid..]);
    let mut merged = Vec::with_capacity(n);
    let (mut i, mut j) = (0, mid);
    while i < mid && j < n {
        if x[j] < x[i] {
            count += (mid - i) as f64;
            merged.push(x[j]);
            j += 1;
        } else {
            merged.push(x[i]);
            i += 1;
        }
    }
    merged.extend_from_slice(&x[i..mid]);
    merged.extend_from_slice(&x[j..]);
    x.copy_from_slice(&merged);
    count
}
