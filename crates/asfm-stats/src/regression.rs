//! Least squares by Householder reflections, for the handful of columns a test
//! regression has.

use ndarray::{Array1, Array2, ArrayView2};

use crate::error::{Result, StatsError, enough};

/// A fitted linear regression.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Coefficients, one per column.
    pub beta: Vec<f64>,
    /// Residuals.
    pub residuals: Vec<f64>,
    /// Sum of squared residuals.
    pub ssr: f64,
    /// Residual degrees of freedom.
    pub df: f64,
    /// Inverse of X'X; times `ssr / df` it is the covariance of `beta`.
    pub unscaled_cov: Array2<f64>,
}

impl Fit {
    /// Standard error of coefficient `idx`, errors taken as homoskedastic.
    ///
    /// ```
    /// use ndarray::array;
    ///
    /// // 0, 1, 1 on a constant and 0, 1, 2: residuals -1/6, 1/3, -1/6.
    /// let x = array![[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]];
    /// let fit = asfm_stats::regression::least_squares(x.view(), &[0.0, 1.0, 1.0])?;
    /// assert!((fit.se(1) - (1.0_f64 / 12.0).sqrt()).abs() < 1e-12);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn se(&self, idx: usize) -> f64 {
        (self.unscaled_cov[[idx, idx]] * self.ssr / self.df).sqrt()
    }

    /// t statistic of coefficient `idx`.
    ///
    /// ```
    /// use ndarray::array;
    ///
    /// // 0, 1, 1 on a constant and 0, 1, 2: residuals -1/6, 1/3, -1/6.
    /// let x = array![[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]];
    /// let fit = asfm_stats::regression::least_squares(x.view(), &[0.0, 1.0, 1.0])?;
    /// assert!((fit.t(1) - 3.0_f64.sqrt()).abs() < 1e-12);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn t(&self, idx: usize) -> f64 {
        self.beta[idx] / self.se(idx)
    }
}

/// Fits `y = X beta + e` by least squares.
///
/// Needs one row more than columns. Columns are scaled to length one first, so
/// units do not matter.
///
/// # Errors
///
/// `TooShort`, `LengthMismatch`, or `Constant` if the columns are linearly dependent.
///
/// ```
/// use ndarray::array;
///
/// // 0, 1, 1 on a constant and 0, 1, 2: residuals -1/6, 1/3, -1/6.
/// let x = array![[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]];
/// let fit = asfm_stats::regression::least_squares(x.view(), &[0.0, 1.0, 1.0])?;
/// assert!((fit.beta[0] - 1.0 / 6.0).abs() < 1e-12 && (fit.beta[1] - 0.5).abs() < 1e-12);
/// assert!((fit.ssr - 1.0 / 6.0).abs() < 1e-12 && fit.df == 1.0);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn least_squares(x: ArrayView2<'_, f64>, y: &[f64]) -> Result<Fit> {
    let (n, k) = x.dim();
    enough(n, k + 1)?;
    if n != y.len() {
        return Err(StatsError::LengthMismatch { left: n, right: y.len() });
    }
    let mut q = x.to_owned();
    let scale: Vec<f64> = q.columns().into_iter().map(|it| it.dot(&it).sqrt()).collect();
    for (mut column, &s) in q.columns_mut().into_iter().zip(&scale) {
        if s <= 0.0 {
            return Err(StatsError::Constant);
        }
        column.mapv_inplace(|it| it / s);
    }
    let mut rhs = Array1::from(y.to_vec());
    let r = triangularise(&mut q, &mut rhs)?;
    let inverse = invert_upper(&r);
    let beta: Vec<f64> =
        (0..k).map(|i| (i..k).map(|j| inverse[[i, j]] * rhs[j]).sum::<f64>() / scale[i]).collect();
    let residuals: Vec<f64> =
        (0..n).map(|i| y[i] - (0..k).map(|j| x[[i, j]] * beta[j]).sum::<f64>()).collect();
    let ssr = crate::sums::dot(&residuals, &residuals);
    let mut unscaled_cov = inverse.dot(&inverse.t());
    for ((i, j), it) in unscaled_cov.indexed_iter_mut() {
        *it /= scale[i] * scale[j];
    }
    Ok(Fit { beta, residuals, ssr, df: (n - k) as f64, unscaled_cov })
}

/// Reduces `q` to upper triangular form and applies the reflections to `rhs`.
fn triangularise(q: &mut Array2<f64>, rhs: &mut Array1<f64>) -> Result<Array2<f64>> {
    let (n, k) = q.dim();
    for j in 0..k {
        let mut v: Vec<f64> = (j..n).map(|i| q[[i, j]]).collect();
        let norm = crate::sums::dot(&v, &v).sqrt();
        if norm < 1e-12 {
            return Err(StatsError::Constant);
        }
        v[0] += if v[0] < 0.0 { -norm } else { norm };
        let half = 2.0 / crate::sums::dot(&v, &v);
        for c in j..k {
            let s = half * v.iter().enumerate().map(|(i, v)| v * q[[j + i, c]]).sum::<f64>();
            v.iter().enumerate().for_each(|(i, v)| q[[j + i, c]] -= s * v);
        }
        let s = half * v.iter().enumerate().map(|(i, v)| v * rhs[j + i]).sum::<f64>();
        v.iter().enumerate().for_each(|(i, v)| rhs[j + i] -= s * v);
    }
    Ok(Array2::from_shape_fn((k, k), |at| q[at]))
}

fn invert_upper(r: &Array2<f64>) -> Array2<f64> {
    let k = r.nrows();
    let mut inverse = Array2::zeros((k, k));
    for j in 0..k {
        inverse[[j, j]] = 1.0 / r[[j, j]];
        for i in (0..j).rev() {
            let sum: f64 = (i + 1..=j).map(|m| r[[i, m]] * inverse[[m, j]]).sum();
            inverse[[i, j]] = -sum / r[[i, i]];
        }
    }
    inverse
}

/// A matrix of a leading column of ones and the columns given.
pub(crate) fn with_constant(columns: &[&[f64]]) -> Array2<f64> {
    let n = columns.first().map_or(0, |it| it.len());
    Array2::from_shape_fn(
        (n, columns.len() + 1),
        |(i, j)| {
            if j == 0 { 1.0 } else { columns[j - 1][i] }
        },
    )
}

/// Residuals of an autoregression with constant and `order` own lags; shorter
/// than `x` by `order`. Needs `2 order + 2` values.
///
/// ```
/// let zigzag: Vec<f64> = (0..100).map(|t| if t % 2 == 0 { 1.0 } else { -1.0 }).collect();
/// let rest = asfm_stats::regression::autoregression_residuals(&zigzag, 1)?;
/// assert_eq!(rest.len(), 99);
/// assert!(rest.iter().all(|it| it.abs() < 1e-12), "each value foretells the next");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn autoregression_residuals(x: &[f64], order: usize) -> Result<Vec<f64>> {
    crate::error::varying(x, 2 * order + 2)?;
    let lags: Vec<&[f64]> = (1..=order).map(|k| &x[order - k..x.len() - k]).collect();
    Ok(least_squares(with_constant(&lags).view(), &x[order..])?.residuals)
}
