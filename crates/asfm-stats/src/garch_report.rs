//! Standard errors and the report of GARCH fits.

use ndarray::Array2;
use serde::Serialize;

use crate::dependence::ljung_box;
use crate::error::{Result, StatsError, guard};
use crate::garch::{Fit, Model, filter, fit};
use crate::moments::standardised;

/// Robust standard errors of Bollerslev and Wooldridge (1992) by central differences:
/// inverse Hessian, times outer product of scores, times inverse Hessian.
///
/// # Errors
///
/// `NoConvergence` if the Hessian is singular or a step leaves the admissible region,
/// as it does for a parameter on its bound.
///
/// ```
/// use asfm_stats::garch::{Model, fit};
/// use asfm_stats::garch_report::robust_se;
///
/// // alpha 0.1, beta 0.85, in percent; independent normal draws come from a walk.
/// let mut s = 1.0_f64;
/// let draws = asfm_stats::yardstick::gaussian_walk(2000, 0.01, false, 5)?.returns;
/// let returns: Vec<f64> = draws
///     .iter()
///     .map(|z| {
///         let r = z * s.sqrt();
///         s = 0.05 + 0.1 * (100.0 * r).powi(2) + 0.85 * s;
///         r
///     })
///     .collect();
/// let fit = fit(&returns, Model::GarchNormal)?;
/// let se = robust_se(&returns, &fit)?;
/// // The truth is alpha 0.1 and beta 0.85.
/// assert!((fit.parameters[2] - 0.1).abs() < 3.0 * se[2]);
/// assert!((fit.parameters[3] - 0.85).abs() < 3.0 * se[3]);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn robust_se(returns: &[f64], fitted: &Fit) -> Result<Vec<f64>> {
    let k = fitted.parameters.len();
    let steps: Vec<f64> = fitted.parameters.iter().map(|it| 1e-4 * it.abs().max(1e-2)).collect();
    let moved = |moves: &[(usize, f64)]| {
        let mut p = fitted.parameters.clone();
        for &(idx, by) in moves {
            p[idx] += by * steps[idx];
        }
        p
    };
    let loglik = |p: &[f64]| filter(returns, fitted.model, p).map(|it| it.loglik);
    let mut hessian = Array2::zeros((k, k));
    for i in 0..k {
        for j in 0..=i {
            let cell = |a, b| loglik(&moved(&[(i, a), (j, b)]));
            let cross = cell(1.0, 1.0)? - cell(1.0, -1.0)? - cell(-1.0, 1.0)? + cell(-1.0, -1.0)?;
            let value = cross / (4.0 * steps[i] * steps[j]);
            hessian[[i, j]] = value;
            hessian[[j, i]] = value;
        }
    }
    let mut scores = Array2::zeros((returns.len(), k));
    for i in 0..k {
        let up = contributions(returns, fitted.model, &moved(&[(i, 1.0)]))?;
        let down = contributions(returns, fitted.model, &moved(&[(i, -1.0)]))?;
        for (t, (up, down)) in up.iter().zip(&down).enumerate() {
            scores[[t, i]] = (up - down) / (2.0 * steps[i]);
        }
    }
    let bread = invert(&hessian).ok_or(StatsError::NoConvergence)?;
    let covariance = bread.dot(&scores.t().dot(&scores)).dot(&bread);
    (0..k).map(|i| guard(covariance[[i, i]].sqrt())).collect()
}

/// Log-likelihood of each return, up to a constant that does not depend on mu, omega,
/// alpha, gamma and beta.
fn contributions(returns: &[f64], model: Model, p: &[f64]) -> Result<Vec<f64>> {
    let filtered = filter(returns, model, p)?;
    let each = filtered.variance.iter().zip(&filtered.standardised);
    Ok(match model {
        Model::GarchT => {
            let nu = p[4];
            let constant = crate::garch::student_constant(nu);
            each.map(|(s, z)| {
                constant - 0.5 * s.ln() - 0.5 * (nu + 1.0) * (z * z / (nu - 2.0)).ln_1p()
            })
            .collect()
        }
        Model::GarchNormal | Model::GjrNormal => {
            each.map(|(s, z)| -0.5 * (s.ln() + z * z)).collect()
        }
    })
}

/// Inverse by elimination with row exchanges; `None` if singular.
fn invert(matrix: &Array2<f64>) -> Option<Array2<f64>> {
    let k = matrix.nrows();
    let mut a = matrix.clone();
    let mut inverse = Array2::eye(k);
    for j in 0..k {
        let pivot = (j..k).max_by(|&x, &y| a[[x, j]].abs().total_cmp(&a[[y, j]].abs()))?;
        if a[[pivot, j]].abs() <= 0.0 || !a[[pivot, j]].is_finite() {
            return None;
        }
        for c in 0..k {
            a.swap([j, c], [pivot, c]);
            inverse.swap([j, c], [pivot, c]);
        }
        let unit = a[[j, j]];
        for c in 0..k {
            a[[j, c]] /= unit;
            inverse[[j, c]] /= unit;
        }
        for r in (0..k).filter(|&r| r != j) {
            let factor: f64 = a[[r, j]];
            for c in 0..k {
                let (above, right) = (a[[j, c]], inverse[[j, c]]);
                a[[r, c]] -= factor * above;
                inverse[[r, c]] -= factor * right;
            }
        }
    }
    Some(inverse)
}

/// The likelihood at parameters fixed in advance: a check of the recursion that no
/// optimiser can blur.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FixedPoint {
    /// The parameters.
    pub params: Vec<f64>,
    /// Log-likelihood.
    pub loglik: f64,
    /// Start value of the variance.
    pub backcast: f64,
    /// The first five conditional variances.
    pub cond_var_first5: Vec<f64>,
    /// The last conditional variance.
    pub cond_var_last: f64,
}

/// What is left in the standardised residuals of a fit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Residuals {
    /// Excess kurtosis.
    pub exkurt_g2: f64,
    /// Skewness.
    pub skew_g1: f64,
    /// Ljung-Box statistic and p of ten lags.
    pub lb10_z: (f64, f64),
    /// The same of the squares.
    pub lb10_z2: (f64, f64),
}

/// One fitted model, as it stands in a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelReport {
    /// Names of the parameters.
    pub param_names: Vec<&'static str>,
    /// Their estimates.
    pub params: Vec<f64>,
    /// Log-likelihood at the optimum.
    pub loglik: f64,
    /// Robust standard errors; `None` where a parameter is on its bound.
    pub se_robust: Option<Vec<f64>>,
    /// Estimates over standard errors.
    pub t_robust: Option<Vec<f64>>,
    /// Akaike's criterion.
    pub aic: f64,
    /// Schwarz's criterion.
    pub bic: f64,
    /// 0: the search converged.
    pub convergence_flag: u8,
    /// The likelihood at fixed parameters.
    pub fixed: Option<FixedPoint>,
    /// The standardised residuals.
    pub stdresid: Residuals,
}

/// The three models fitted to one series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GarchReport {
    /// The unit of returns in every model.
    pub scale: &'static str,
    /// GARCH(1,1), normal innovations.
    pub garch_normal: Option<ModelReport>,
    /// GJR(1,1), normal innovations.
    pub gjr_normal: Option<ModelReport>,
    /// GARCH(1,1), Student-t innovations.
    pub garch_t: Option<ModelReport>,
    /// Fewer than 1000 returns: estimates are unreliable.
    pub short: bool,
}

/// Fits the three models. Needs 250 returns; a model that does not converge is `None`.
///
/// ```
/// let walk = asfm_stats::yardstick::gaussian_walk(300, 0.01, false, 1)?;
/// let report = asfm_stats::garch_report::garch_report(&walk.returns)?;
/// assert!(report.short, "300 returns are fewer than 1000");
/// let (garch, gjr) = (report.garch_normal.expect("fits"), report.gjr_normal.expect("fits"));
/// assert!(gjr.loglik >= garch.loglik - 1e-3, "GARCH is a GJR without gamma");
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn garch_report(returns: &[f64]) -> Result<GarchReport> {
    crate::error::varying(returns, 250)?;
    let model = |model, fixed: &[f64]| model_report(returns, model, fixed).ok();
    Ok(GarchReport {
        scale: "percent (100*r)",
        garch_normal: model(Model::GarchNormal, &[0.05, 0.02, 0.08, 0.90]),
        gjr_normal: model(Model::GjrNormal, &[0.05, 0.02, 0.03, 0.10, 0.90]),
        garch_t: model(Model::GarchT, &[0.05, 0.02, 0.08, 0.90, 6.0]),
        short: returns.len() < 1000,
    })
}

fn model_report(returns: &[f64], model: Model, fixed: &[f64]) -> Result<ModelReport> {
    let fitted = fit(returns, model)?;
    let se = robust_se(returns, &fitted).ok();
    let t = se.as_ref().map(|se| fitted.parameters.iter().zip(se).map(|(p, se)| p / se).collect());
    let z = &fitted.filtered.standardised;
    let shape = standardised(z);
    let ten = |x: &[f64]| ljung_box(x, 10).map(|it| (it.statistic, it.p));
    let fixed = filter(returns, model, fixed).ok().map(|it| FixedPoint {
        params: fixed.to_vec(),
        loglik: it.loglik,
        backcast: it.backcast,
        cond_var_first5: it.variance[..5].to_vec(),
        cond_var_last: it.variance[it.variance.len() - 1],
    });
    Ok(ModelReport {
        param_names: model.parameter_names().to_vec(),
        loglik: fitted.filtered.loglik,
        se_robust: se,
        t_robust: t,
        aic: fitted.aic(),
        bic: fitted.bic(),
        convergence_flag: 0,
        fixed,
        stdresid: Residuals {
            exkurt_g2: shape.excess,
            skew_g1: shape.skew,
            lb10_z: ten(z)?,
            lb10_z2: ten(&crate::sums::squares(z))?,
        },
        params: fitted.parameters,
    })
}
