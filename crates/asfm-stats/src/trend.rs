//! Ordered alternatives and dose response.
//!
//! A block is a seed: its row holds one value per level of the factor.

use std::collections::BTreeMap;

use ndarray::{Array2, ArrayView2};
use serde::Serialize;

use crate::error::{Result, StatsError, at_least, enough, finite, same_length};
use crate::estimate::{Alternative, Interval, TestResult};
use crate::rank::{ranks, tie_sizes};
use crate::regression::{Fit, least_squares};
use crate::special::{chi2_sf, normal_sf, t_sf, t_upper};

/// Which way the values go as the level rises.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// Upwards.
    Increasing,
    /// Downwards.
    Decreasing,
}

/// Refuses fewer than `blocks` rows or `levels` columns, and values that are not finite.
fn table(x: ArrayView2<'_, f64>, blocks: usize, levels: usize) -> Result<()> {
    enough(x.nrows(), blocks)?;
    enough(x.ncols(), levels)?;
    finite(&x.iter().copied().collect::<Vec<_>>())
}

/// Ranks within each block, levels reversed for a decreasing trend.
fn block_ranks(x: ArrayView2<'_, f64>, direction: Direction) -> Vec<Vec<f64>> {
    x.rows()
        .into_iter()
        .map(|row| {
            let mut row = row.to_vec();
            if direction == Direction::Decreasing {
                row.reverse();
            }
            ranks(&row)
        })
        .collect()
}

/// Page's (1963) test for an ordered trend across levels within blocks: `L = sum over
/// levels of level times rank sum`. Needs 2 blocks and 3 levels.
///
/// p is exact if no block has ties and there are at most 8 levels, else normal.
///
/// ```
/// use asfm_stats::trend::{Direction, page};
/// use ndarray::array;
///
/// let seeds = array![[1.0, 2.0, 3.0], [1.1, 1.9, 3.2], [0.9, 2.2, 2.9]];
/// let test = page(seeds.view(), Direction::Increasing)?;
/// assert_eq!(test.statistic, 42.0);
/// assert!((test.p - 1.0 / 216.0).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn page(x: ArrayView2<'_, f64>, direction: Direction) -> Result<TestResult> {
    table(x, 2, 3)?;
    let ties = x.rows().into_iter().any(|it| tie_sizes(&it.to_vec()).iter().any(|&it| it > 1.0));
    if !ties && x.ncols() <= 8 { page_exact(x, direction) } else { page_normal(x, direction) }
}

fn page_statistic(x: ArrayView2<'_, f64>, direction: Direction) -> f64 {
    block_ranks(x, direction)
        .iter()
        .flat_map(|row| row.iter().enumerate().map(|(i, rank)| (i + 1) as f64 * rank))
        .sum()
}

/// As [`page`] with the normal p.
///
/// ```
/// use asfm_stats::trend::{Direction, page_normal};
/// use ndarray::array;
///
/// let seeds = array![[1.0, 2.0, 3.0], [1.1, 1.9, 3.2], [0.9, 2.2, 2.9]];
/// let test = page_normal(seeds.view(), Direction::Increasing)?;
/// // L = 42, its mean 36, its variance 6.
/// assert_eq!(test.statistic, 42.0);
/// assert!((test.p - 0.007_153).abs() < 1e-5);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn page_normal(x: ArrayView2<'_, f64>, direction: Direction) -> Result<TestResult> {
    table(x, 2, 3)?;
    let (m, k) = (x.nrows() as f64, x.ncols() as f64);
    let l = page_statistic(x, direction);
    let mean = m * k * (k + 1.0) * (k + 1.0) / 4.0;
    let variance = m * k * k * (k + 1.0) * (k * k - 1.0) / 144.0;
    let p = normal_sf((l - mean) / variance.sqrt());
    let test = TestResult::new(l, p, x.nrows(), "no trend across levels", "Page, normal")?;
    Ok(test.alternative(Alternative::Greater))
}

/// As [`page`] with the exact p, ties aside; `Domain` above 8 levels.
///
/// ```
/// use asfm_stats::trend::{Direction, page_exact};
/// use ndarray::array;
///
/// let seeds = array![[1.0, 2.0, 3.0], [1.1, 1.9, 3.2], [0.9, 2.2, 2.9]];
/// let test = page_exact(seeds.view(), Direction::Decreasing)?;
/// assert_eq!(test.statistic, 30.0);
/// assert!((test.p - 1.0).abs() < 1e-12, "every order has at least that");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn page_exact(x: ArrayView2<'_, f64>, direction: Direction) -> Result<TestResult> {
    table(x, 2, 3)?;
    if x.ncols() > 8 {
        return Err(StatsError::Domain("more than 8 levels"));
    }
    let l = page_statistic(x, direction);
    let mut one: BTreeMap<usize, f64> = BTreeMap::new();
    let mut ranks: Vec<usize> = (1..=x.ncols()).collect();
    let n_orders: f64 = ranks.iter().map(|&it| it as f64).product();
    permute(&mut ranks, 0, &mut |order| {
        let sum = order.iter().enumerate().map(|(i, rank)| (i + 1) * rank).sum();
        *one.entry(sum).or_default() += 1.0 / n_orders;
    });
    let mut law = BTreeMap::from([(0, 1.0)]);
    for _ in 0..x.nrows() {
        let mut next = BTreeMap::new();
        for (sum, p) in &law {
            for (more, q) in &one {
                *next.entry(sum + more).or_default() += p * q;
            }
        }
        law = next;
    }
    let p: f64 = law.iter().filter(|it| *it.0 as f64 >= l).map(|it| it.1).sum();
    let test = TestResult::new(l, p, x.nrows(), "no trend across levels", "Page, exact")?;
    Ok(test.alternative(Alternative::Greater))
}

/// Visits every order of `x[at..]`.
fn permute(x: &mut [usize], at: usize, visit: &mut impl FnMut(&[usize])) {
    if at + 1 >= x.len() {
        return visit(x);
    }
    for i in at..x.len() {
        x.swap(at, i);
        permute(x, at + 1, visit);
        x.swap(at, i);
    }
}

/// Jonckheere and Terpstra's test for ordered groups without blocks; the statistic is the
/// number of pairs in order, ties half; normal p with tie correction. Needs 2 groups.
///
/// ```
/// use asfm_stats::trend::{Direction, jonckheere};
///
/// let groups: [&[f64]; 3] = [&[1.0, 2.0], &[3.0, 4.0], &[5.0, 6.0]];
/// assert_eq!(jonckheere(&groups, Direction::Increasing)?.statistic, 12.0);
/// assert_eq!(jonckheere(&groups, Direction::Decreasing)?.statistic, 0.0);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn jonckheere(groups: &[&[f64]], direction: Direction) -> Result<TestResult> {
    enough(groups.len(), 2)?;
    for group in groups {
        at_least(group, 1)?;
    }
    let (mut j, mut sizes) = (0.0, Vec::new());
    for (idx, earlier) in groups.iter().enumerate() {
        sizes.push(earlier.len() as f64);
        for later in &groups[idx + 1..] {
            let balance = crate::effect::cliff_delta(later, earlier)?;
            let pairs = (earlier.len() * later.len()) as f64;
            let sign = if direction == Direction::Increasing { 1.0 } else { -1.0 };
            j += pairs * (1.0 + sign * balance) / 2.0;
        }
    }
    let z = jonckheere_z(j, &sizes, &tie_sizes(&groups.concat()))?;
    let n = groups.iter().map(|it| it.len()).sum();
    let test = TestResult::new(j, normal_sf(z), n, "no trend across groups", "Jonckheere, normal")?;
    Ok(test.alternative(Alternative::Greater))
}

/// z of a number of ordered pairs.
fn jonckheere_z(j: f64, sizes: &[f64], ties: &[f64]) -> Result<f64> {
    let n: f64 = sizes.iter().sum();
    let over = |x: &[f64], f: &dyn Fn(f64) -> f64| x.iter().map(|&it| f(it)).sum::<f64>();
    let mean = (n * n - over(sizes, &|it| it * it)) / 4.0;
    let square = |it: f64| it * (it - 1.0) * (2.0 * it + 5.0);
    let triple = |it: f64| it * (it - 1.0) * (it - 2.0);
    let pair = |it: f64| it * (it - 1.0);
    let mut variance = (square(n) - over(sizes, &square) - over(ties, &square)) / 72.0;
    if n > 2.0 {
        variance += over(sizes, &triple) * over(ties, &triple) / (36.0 * triple(n));
    }
    variance += over(sizes, &pair) * over(ties, &pair) / (8.0 * pair(n));
    if variance <= 0.0 {
        return Err(StatsError::Constant);
    }
    Ok((j - mean) / variance.sqrt())
}

/// z of Jonckheere's test, beside its p.
///
/// ```
/// use asfm_stats::trend::{Direction, jonckheere_standardised};
///
/// let groups: [&[f64]; 3] = [&[1.0, 2.0], &[3.0, 4.0], &[5.0, 6.0]];
/// let z = jonckheere_standardised(&groups, Direction::Increasing)?;
/// // J = 12, its mean 6, its variance (6 * 5 * 17 - 3 * 2 * 1 * 9) / 72.
/// assert!((z - 6.0 / (456.0_f64 / 72.0).sqrt()).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn jonckheere_standardised(groups: &[&[f64]], direction: Direction) -> Result<f64> {
    let test = jonckheere(groups, direction)?;
    let sizes: Vec<f64> = groups.iter().map(|it| it.len() as f64).collect();
    jonckheere_z(test.statistic, &sizes, &tie_sizes(&groups.concat()))
}

/// Friedman's test of equal levels within blocks, corrected for ties, chi-squared. Needs 2
/// blocks and 3 levels; `Constant` if every block is tied throughout.
///
/// ```
/// use ndarray::array;
///
/// let seeds = array![[1.0, 2.0, 3.0], [1.1, 1.9, 3.2], [0.9, 2.2, 2.9]];
/// let test = asfm_stats::trend::friedman(seeds.view())?;
/// // Rank sums 3, 6, 9; with two degrees of freedom p = exp(-x/2).
/// assert!((test.statistic - 6.0).abs() < 1e-12 && (test.p - (-3.0_f64).exp()).abs() < 1e-9);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn friedman(x: ArrayView2<'_, f64>) -> Result<TestResult> {
    table(x, 2, 3)?;
    let (m, k) = (x.nrows() as f64, x.ncols() as f64);
    let ranked = block_ranks(x, Direction::Increasing);
    let sums: Vec<f64> = (0..x.ncols()).map(|j| ranked.iter().map(|it| it[j]).sum()).collect();
    let ties: f64 =
        x.rows().into_iter().flat_map(|it| tie_sizes(&it.to_vec())).map(|t| t * t * t - t).sum();
    let correction = 1.0 - ties / (m * (k * k * k - k));
    if correction <= 0.0 {
        return Err(StatsError::Constant);
    }
    let squares: f64 = sums.iter().map(|it| it * it).sum();
    let chi2 = (12.0 / (m * k * (k + 1.0)) * squares - 3.0 * m * (k + 1.0)) / correction;
    let p = chi2_sf(chi2, k - 1.0);
    Ok(TestResult::new(chi2, p, x.nrows(), "no difference of levels", "Friedman")?.df(k - 1.0))
}

/// A fitted quadratic and Lind and Mehlum's test of its shape.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InvertedU {
    /// Constant, slope and curvature.
    pub beta: Vec<f64>,
    /// Their standard errors.
    pub se: Vec<f64>,
    /// Level of the top, `-b1 / (2 b2)`.
    pub turning_point: f64,
    /// Its 95 % interval by the delta method.
    pub turning_point_ci: Interval,
    /// Slope at the lowest level, its standard error and t.
    pub slope_at_min: [f64; 3],
    /// Slope at the highest level, its standard error and t.
    pub slope_at_max: [f64; 3],
    /// p of both slopes together; `None` unless the fit rises first and falls last.
    pub p_joint: Option<f64>,
    /// Residual degrees of freedom.
    pub df: f64,
}

/// Lind and Mehlum's (2010) test of an inverted U: a quadratic whose slope is positive at
/// the lowest level and negative at the highest, each one-sided; the joint p is the
/// larger of the two. Needs 4 points on 3 levels; `Constant` otherwise.
///
/// ```
/// let x: [f64; 10] = [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0];
/// let noise = [0.1, -0.1];
/// let y: Vec<f64> = (0..10).map(|i| noise[i % 2] - (x[i] - 2.0).powi(2)).collect();
/// let it = asfm_stats::trend::inverted_u(&x, &y)?;
/// assert!((it.turning_point - 2.0).abs() < 1e-9 && (it.beta[2] + 1.0).abs() < 1e-9);
/// assert!(it.p_joint.is_some_and(|p| p < 1e-6));
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn inverted_u(x: &[f64], y: &[f64]) -> Result<InvertedU> {
    same_length(x, y)?;
    at_least(x, 4)?;
    at_least(y, 4)?;
    shape_of(x, fit_quadratic(x, y)?)
}

/// The same with an effect of its own for every block: rows are seeds, columns the
/// `levels`. The constant reported is the mean of the blocks' effects. Needs 3 levels.
///
/// ```
/// use asfm_stats::trend::inverted_u_within;
/// use ndarray::Array2;
///
/// let levels: [f64; 5] = [0.0, 1.0, 2.0, 3.0, 4.0];
/// // Seeds differ by 100, and the level counts within each.
/// let seeds = Array2::from_shape_fn((3, 5), |(seed, j)| {
///     100.0 * seed as f64 - (levels[j] - 2.0).powi(2) + 0.1 * ((seed + j) % 2) as f64
/// });
/// let it = inverted_u_within(&levels, seeds.view())?;
/// assert!((it.turning_point - 2.0).abs() < 0.1 && it.df == 10.0, "15 values, 3 seeds, 2 slopes");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn inverted_u_within(levels: &[f64], blocks: ArrayView2<'_, f64>) -> Result<InvertedU> {
    table(blocks, 1, 3)?;
    at_least(levels, 3)?;
    if levels.len() != blocks.ncols() {
        return Err(StatsError::LengthMismatch { left: levels.len(), right: blocks.ncols() });
    }
    // Every block sees every level, so removing block means from the values alone leaves
    // slopes unchanged; only the degrees of freedom know of the blocks.
    let grand = blocks.iter().sum::<f64>() / blocks.len() as f64;
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for row in blocks.rows() {
        let own = row.sum() / row.len() as f64;
        x.extend_from_slice(levels);
        y.extend(row.iter().map(|it| it - own + grand));
    }
    let mut fit = fit_quadratic(&x, &y)?;
    fit.df -= blocks.nrows() as f64 - 1.0;
    if fit.df < 1.0 {
        return Err(StatsError::TooShort { need: blocks.nrows() + 3, got: y.len() });
    }
    shape_of(&x, fit)
}

fn fit_quadratic(x: &[f64], y: &[f64]) -> Result<Fit> {
    let design = Array2::from_shape_fn((x.len(), 3), |(i, j)| match j {
        0 => 1.0,
        1 => x[i],
        _ => x[i] * x[i],
    });
    least_squares(design.view(), y)
}

fn shape_of(x: &[f64], fit: Fit) -> Result<InvertedU> {
    let scale = fit.ssr / fit.df;
    if scale <= 0.0 {
        return Err(StatsError::Constant);
    }
    let cov = |i: usize, j: usize| fit.unscaled_cov[[i, j]] * scale;
    let slope = |at: f64| {
        let value = fit.beta[1] + 2.0 * fit.beta[2] * at;
        let se = (cov(1, 1) + 4.0 * at * at * cov(2, 2) + 4.0 * at * cov(1, 2)).sqrt();
        [value, se, value / se]
    };
    let lowest = slope(x.iter().copied().fold(f64::INFINITY, f64::min));
    let highest = slope(x.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    let holds = lowest[2] > 0.0 && highest[2] < 0.0;
    let p_joint = holds.then(|| t_sf(lowest[2], fit.df).max(t_sf(-highest[2], fit.df)));
    let (b1, b2) = (fit.beta[1], fit.beta[2]);
    let turning_point = crate::error::guard(-b1 / (2.0 * b2))?;
    let (d1, d2) = (-0.5 / b2, b1 / (2.0 * b2 * b2));
    let variance = d1 * d1 * cov(1, 1) + d2 * d2 * cov(2, 2) + 2.0 * d1 * d2 * cov(1, 2);
    let half = crate::error::guard(t_upper(0.025, fit.df) * variance.max(0.0).sqrt())?;
    Ok(InvertedU {
        se: (0..3).map(|it| fit.se(it)).collect(),
        turning_point,
        turning_point_ci: Interval {
            lo: turning_point - half,
            hi: turning_point + half,
            level: 0.95,
        },
        slope_at_min: lowest,
        slope_at_max: highest,
        p_joint,
        df: fit.df,
        beta: fit.beta,
    })
}

/// Contrast of levels: mean of `y` where `inside` holds of `x`, less the mean of the rest.
/// Needs a point on either side (`Empty`). Per seed, it is the primary dose statistic.
///
/// ```
/// let middle = |level: f64| (2.0..=3.0).contains(&level);
/// let it = asfm_stats::trend::contrast(&[1.0, 2.0, 3.0, 4.0], &[0.0, 5.0, 6.0, 1.0], middle)?;
/// assert_eq!(it, 5.0);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn contrast(x: &[f64], y: &[f64], inside: impl Fn(f64) -> bool) -> Result<f64> {
    same_length(x, y)?;
    finite(x)?;
    finite(y)?;
    let (mut within, mut rest) = (Vec::new(), Vec::new());
    for (&x, &y) in x.iter().zip(y) {
        if inside(x) {
            within.push(y);
        } else {
            rest.push(y);
        }
    }
    if within.is_empty() || rest.is_empty() {
        return Err(StatsError::Empty);
    }
    Ok(crate::sums::mean(&within) - crate::sums::mean(&rest))
}
