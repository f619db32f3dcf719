//! GARCH(1,1) and GJR(1,1) models with constant mean, for returns in percent.
//!
//! ```text
//! y_t = 100 r_t = mu + e_t
//! s_t = omega + (alpha + gamma [e_(t-1) < 0]) e_(t-1)^2 + beta s_(t-1)
//! s_1 = omega + (alpha + gamma/2 + beta) b
//! ```
//!
//! b is the mean of the first 75 squared deviations from the *sample mean*, weights
//! proportional to `0.94^i`; it is computed once and held fixed. Innovations are normal
//! or Student-t scaled to variance 1; likelihoods include their constants.
//! (Bollerslev 1986; Glosten, Jagannathan and Runkle 1993.)

use crate::error::{Result, StatsError, guard, varying};
use crate::optimize::{Minimum, minimise};
use crate::special::ln_gamma;
use crate::sums;

/// Which model of the family.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Model {
    /// Parameters mu, omega, alpha, beta; normal innovations.
    GarchNormal,
    /// Parameters mu, omega, alpha, gamma, beta; normal innovations.
    GjrNormal,
    /// Parameters mu, omega, alpha, beta, nu; Student-t innovations.
    GarchT,
}

impl Model {
    /// Names of the parameters, in order.
    ///
    /// ```
    /// use asfm_stats::garch::Model;
    ///
    /// assert_eq!(Model::GjrNormal.parameter_names(), ["mu", "omega", "alpha[1]", "gamma[1]", "beta[1]"]);
    /// ```
    pub fn parameter_names(self) -> &'static [&'static str] {
        match self {
            Self::GarchNormal => &["mu", "omega", "alpha[1]", "beta[1]"],
            Self::GjrNormal => &["mu", "omega", "alpha[1]", "gamma[1]", "beta[1]"],
            Self::GarchT => &["mu", "omega", "alpha[1]", "beta[1]", "nu"],
        }
    }

    fn unpack(self, p: &[f64]) -> Parameters {
        let (mu, omega, alpha) = (p[0], p[1], p[2]);
        let (gamma, beta, nu) = match self {
            Self::GarchNormal => (0.0, p[3], None),
            Self::GjrNormal => (p[3], p[4], None),
            Self::GarchT => (0.0, p[3], Some(p[4])),
        };
        Parameters { mu, omega, alpha, gamma, beta, nu }
    }

    fn pack(self, p: &Parameters) -> Vec<f64> {
        match self {
            Self::GarchNormal => vec![p.mu, p.omega, p.alpha, p.beta],
            Self::GjrNormal => vec![p.mu, p.omega, p.alpha, p.gamma, p.beta],
            Self::GarchT => vec![p.mu, p.omega, p.alpha, p.beta, p.nu.unwrap_or(8.0)],
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Parameters {
    mu: f64,
    omega: f64,
    alpha: f64,
    gamma: f64,
    beta: f64,
    nu: Option<f64>,
}

impl Parameters {
    fn persistence(&self) -> f64 {
        self.alpha + 0.5 * self.gamma + self.beta
    }

    fn admissible(&self) -> bool {
        self.omega > 0.0
            && self.alpha >= 0.0
            && self.beta >= 0.0
            && self.alpha + self.gamma >= 0.0
            && self.persistence() < 1.0
            && self.nu.is_none_or(|it| it > 2.0)
    }

    /// Runs the variance recursion; `visit` sees every residual and variance.
    fn run(&self, y: &[f64], backcast: f64, mut visit: impl FnMut(f64, f64)) {
        let mut s = self.omega + self.persistence() * backcast;
        for y in y {
            let e = y - self.mu;
            visit(e, s);
            let news = if e < 0.0 { self.alpha + self.gamma } else { self.alpha };
            s = self.omega + news * e * e + self.beta * s;
        }
    }

    /// Log-likelihood. Logarithms are taken of products of eight, which a variance
    /// near that of the sample keeps far from overflow.
    fn loglik(&self, y: &[f64], backcast: f64) -> f64 {
        let (mut product, mut filled) = (1.0_f64, 0);
        let (mut logs, mut rest) = (0.0, 0.0);
        let mut tails = 1.0_f64;
        let scale = self.nu.map(|nu| 1.0 / (nu - 2.0));
        let mut tail_logs = 0.0;
        self.run(y, backcast, |e, s| {
            product *= s;
            match scale {
                None => rest += e * e / s,
                Some(scale) => tails *= 1.0 + e * e / s * scale,
            }
            filled += 1;
            if filled == 8 {
                logs += product.ln();
                tail_logs += tails.ln();
                (product, tails, filled) = (1.0, 1.0, 0);
            }
        });
        logs += product.ln();
        tail_logs += tails.ln();
        let n = y.len() as f64;
        match self.nu {
            None => -0.5 * (n * std::f64::consts::TAU.ln() + logs + rest),
            Some(nu) => n * student_constant(nu) - 0.5 * logs - 0.5 * (nu + 1.0) * tail_logs,
        }
    }
}

/// Log density of the variance-1 Student-t law at 0.
pub(crate) fn student_constant(nu: f64) -> f64 {
    ln_gamma(0.5 * (nu + 1.0)) - ln_gamma(0.5 * nu) - 0.5 * (std::f64::consts::PI * (nu - 2.0)).ln()
}

/// The start value of the variance.
fn backcast(y: &[f64]) -> f64 {
    let mean = sums::mean(y);
    let (mut weight, mut total, mut sum) = (1.0, 0.0, 0.0);
    for y in y.iter().take(75) {
        sum += weight * (y - mean) * (y - mean);
        total += weight;
        weight *= 0.94;
    }
    sum / total
}

/// A model run over a series at given parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Filtered {
    /// Log-likelihood, constants included.
    pub loglik: f64,
    /// The start value b, percent squared.
    pub backcast: f64,
    /// Conditional variances, percent squared, one per return.
    pub variance: Vec<f64>,
    /// Residuals over the root of their conditional variance.
    pub standardised: Vec<f64>,
}

/// Runs a model at given parameters over returns (fractions, not percent). Needs 2 values.
///
/// # Errors
///
/// `Domain` if the parameters are not admissible (`omega > 0`, `alpha, beta >= 0`,
/// `alpha + gamma >= 0`, `alpha + gamma/2 + beta < 1`, `nu > 2`), `LengthMismatch` if
/// their number is wrong.
///
/// ```
/// use asfm_stats::garch::{Model, filter};
///
/// let it = filter(&[0.01, -0.02, 0.015], Model::GarchNormal, &[0.0, 0.1, 0.2, 0.7])?;
/// // s_2 = omega + alpha e_1^2 + beta s_1, and e_1 is 1 percent.
/// assert!((it.variance[1] - (0.1 + 0.2 + 0.7 * it.variance[0])).abs() < 1e-12);
/// let z = -2.0 / it.variance[1].sqrt();
/// assert!((it.standardised[1] - z).abs() < 1e-12);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn filter(returns: &[f64], model: Model, parameters: &[f64]) -> Result<Filtered> {
    varying(returns, 2)?;
    let need = model.parameter_names().len();
    if parameters.len() != need {
        return Err(StatsError::LengthMismatch { left: need, right: parameters.len() });
    }
    crate::error::finite(parameters)?;
    let p = model.unpack(parameters);
    if !p.admissible() {
        return Err(StatsError::Domain("GARCH parameters that are not admissible"));
    }
    let y = percent(returns);
    let backcast = backcast(&y);
    let (mut variance, mut standardised) = (Vec::new(), Vec::new());
    p.run(&y, backcast, |e, s| {
        variance.push(s);
        standardised.push(e / s.sqrt());
    });
    // Products of variances are kept near 1 by the scale of the sample.
    let sd = sums::variance(&y).sqrt();
    let unit: Vec<f64> = y.iter().map(|it| it / sd).collect();
    let scaled = Parameters { mu: p.mu / sd, omega: p.omega / (sd * sd), ..p };
    let loglik = scaled.loglik(&unit, backcast / (sd * sd)) - y.len() as f64 * sd.ln();
    Ok(Filtered { loglik: guard(loglik)?, backcast, variance, standardised })
}

fn percent(returns: &[f64]) -> Vec<f64> {
    returns.iter().map(|it| 100.0 * it).collect()
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The model.
    pub model: Model,
    /// Estimates, in the order of [`Model::parameter_names`], returns in percent.
    pub parameters: Vec<f64>,
    /// The model run at them.
    pub filtered: Filtered,
    /// Number of returns; below 1000 estimates are unreliable.
    pub n: usize,
}

impl Fit {
    /// Akaike's criterion.
    ///
    /// ```
    /// use asfm_stats::garch::{Fit, Model, filter};
    ///
    /// let parameters = vec![0.0, 0.1, 0.2, 0.7];
    /// let filtered = filter(&[0.01, -0.02, 0.015], Model::GarchNormal, &parameters)?;
    /// let loglik = filtered.loglik;
    /// let fit = Fit { model: Model::GarchNormal, parameters, filtered, n: 3 };
    /// assert!((fit.aic() - (8.0 - 2.0 * loglik)).abs() < 1e-12);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn aic(&self) -> f64 {
        2.0 * self.parameters.len() as f64 - 2.0 * self.filtered.loglik
    }

    /// Schwarz's criterion.
    ///
    /// ```
    /// use asfm_stats::garch::{Fit, Model, filter};
    ///
    /// let parameters = vec![0.0, 0.1, 0.2, 0.7];
    /// let filtered = filter(&[0.01, -0.02, 0.015], Model::GarchNormal, &parameters)?;
    /// let loglik = filtered.loglik;
    /// let fit = Fit { model: Model::GarchNormal, parameters, filtered, n: 3 };
    /// assert!((fit.bic() - (4.0 * 3.0_f64.ln() - 2.0 * loglik)).abs() < 1e-12);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn bic(&self) -> f64 {
        self.parameters.len() as f64 * (self.n as f64).ln() - 2.0 * self.filtered.loglik
    }
}

/// Fits a model by maximum likelihood from several starts. Needs 250 returns and wants
/// 1000.
///
/// The starts differ in persistence and news; each begins at the sample variance. On
/// series without changing volatility the parameters are not identified, and only the
/// likelihood means anything.
///
/// # Errors
///
/// `NoConvergence` if no start ends at a finite likelihood.
///
/// ```no_run
/// use asfm_stats::garch::{Model, fit};
///
/// # let returns = vec![0.0; 1000];
/// let fit = fit(&returns, Model::GarchNormal)?;
/// println!("alpha + beta = {}", fit.parameters[2] + fit.parameters[3]);
/// # Ok::<(), asfm_stats::StatsError>(())
/// ```
pub fn fit(returns: &[f64], model: Model) -> Result<Fit> {
    varying(returns, 250)?;
    let y = percent(returns);
    let (mean, sd) = (sums::mean(&y), sums::variance(&y).sqrt());
    let unit: Vec<f64> = y.iter().map(|it| (it - mean) / sd).collect();
    let start_variance = backcast(&unit);
    let loss = |q: &[f64]| -free(model, q).loglik(&unit, start_variance);
    let best = starts(model)
        .iter()
        .map(|start| minimise(loss, start, 0.15, 1e-7))
        .min_by(|a, b| a.value.total_cmp(&b.value))
        .filter(|it| it.value.is_finite())
        .ok_or(StatsError::NoConvergence)?;
    let best: Minimum = minimise(loss, &best.at, 0.05, 1e-9);
    let p = free(model, &best.at);
    let p = Parameters { mu: mean + sd * p.mu, omega: sd * sd * p.omega, ..p };
    let parameters = model.pack(&p);
    let filtered = filter(returns, model, &parameters)?;
    Ok(Fit { model, parameters, filtered, n: returns.len() })
}

/// Parameters from free coordinates: location, log of the long-run variance, logit of
/// the persistence, roots of the shares of news in it, log of nu - 2.
fn free(model: Model, q: &[f64]) -> Parameters {
    let persistence = 1.0 / (1.0 + (-q[2]).exp());
    let omega = q[1].exp() * (1.0 - persistence);
    let (up, down) = match model {
        Model::GjrNormal => (q[3] * q[3], q[4] * q[4]),
        Model::GarchNormal | Model::GarchT => (0.5 * q[3] * q[3], 0.5 * q[3] * q[3]),
    };
    let unit = persistence / (1.0 + up + down);
    let (alpha, gamma) = (2.0 * up * unit, 2.0 * (down - up) * unit);
    let nu = (model == Model::GarchT).then(|| 2.0 + q[4].exp());
    // Far out the persistence rounds to 1; stay inside.
    let omega = omega.max(1e-12);
    Parameters { mu: q[0], omega, alpha, gamma, beta: unit.min(1.0 - 1e-12), nu }
}

fn starts(model: Model) -> Vec<Vec<f64>> {
    [(0.98_f64, 0.08_f64), (0.90, 0.15), (0.995, 0.04), (0.5, 0.3)]
        .iter()
        .map(|&(persistence, news)| {
            let logit = (persistence / (1.0 - persistence)).ln();
            let share = news / (1.0 - news);
            let mut q = vec![0.0, 0.0, logit];
            match model {
                Model::GarchNormal => q.push(share.sqrt()),
                Model::GjrNormal => q.extend([(0.2 * share).sqrt(), (0.8 * share).sqrt()]),
                Model::GarchT => q.extend([share.sqrt(), 1.8]),
            }
            q
        })
        .collect()
}
