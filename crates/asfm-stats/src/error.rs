//! Why a statistic has no value.

/// The reason a statistic could not be computed.
///
/// Every function of this crate answers with a finite number or with one of
/// these; none answers with NaN and none panics.
///
/// ```
/// use asfm_stats::{StatsError, moments};
///
/// assert_eq!(moments::mean(&[]).unwrap_err(), StatsError::Empty);
/// assert_eq!(moments::mean(&[1.0, f64::NAN]).unwrap_err(), StatsError::NonFinite { index: 1 });
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StatsError {
    /// There is no data at all.
    #[error("no data")]
    Empty,
    /// There is less data than the statistic needs.
    #[error("{got} values where at least {need} are needed")]
    TooShort {
        /// The smallest number of values accepted.
        need: usize,
        /// The number of values given.
        got: usize,
    },
    /// The values are equal to within 1e-14 of the largest magnitude (or to
    /// within 1e-75), and the statistic divides by their variation.
    #[error("the values do not vary")]
    Constant,
    /// A value is NaN or infinite. Missing values are dropped or filled by the
    /// caller, in the open, never here.
    #[error("value {index} is not a finite number")]
    NonFinite {
        /// Index of the first such value.
        index: usize,
    },
    /// Fewer than 20 days remain once days without volume are dropped.
    #[error("fewer than 20 days have volume")]
    NoVolume,
    /// Two inputs that belong together differ in length.
    #[error("lengths differ: {left} and {right}")]
    LengthMismatch {
        /// Length of the first input.
        left: usize,
        /// Length of the second input.
        right: usize,
    },
    /// A value or a parameter lies outside the domain of the statistic; also a
    /// magnitude above 1e75, whose powers would overflow.
    #[error("outside the domain: {0}")]
    Domain(&'static str),
    /// An iteration ended without an answer.
    #[error("no convergence")]
    NoConvergence,
}

/// The result of a statistic.
pub type Result<T, E = StatsError> = std::result::Result<T, E>;

/// Largest magnitude accepted, and smallest range that counts as variation:
/// between them fourth powers neither overflow nor vanish.
const MAGNITUDE_MAX: f64 = 1e75;
const RANGE_MIN: f64 = 1e-75;

/// Refuses an empty slice, the first value that is not finite, and magnitudes
/// whose fourth power overflows.
pub(crate) fn finite(x: &[f64]) -> Result<()> {
    if x.is_empty() {
        return Err(StatsError::Empty);
    }
    // Every value is looked at, which is faster than to stop at the first bad one.
    if x.iter().fold(true, |sound, it| sound & (it.abs() <= MAGNITUDE_MAX)) {
        return Ok(());
    }
    match x.iter().position(|it| !it.is_finite()) {
        Some(index) => Err(StatsError::NonFinite { index }),
        None => Err(StatsError::Domain("a magnitude above 1e75")),
    }
}

/// Refuses what [`finite`] refuses, and fewer than `need` values.
pub(crate) fn at_least(x: &[f64], need: usize) -> Result<()> {
    finite(x)?;
    enough(x.len(), need)
}

/// Refuses a count below `need`.
pub(crate) fn enough(got: usize, need: usize) -> Result<()> {
    match got {
        0 => Err(StatsError::Empty),
        _ if got < need => Err(StatsError::TooShort { need, got }),
        _ => Ok(()),
    }
}

/// Refuses what [`at_least`] refuses, and values that do not vary.
pub(crate) fn varying(x: &[f64], need: usize) -> Result<()> {
    at_least(x, need)?;
    if is_constant(x) { Err(StatsError::Constant) } else { Ok(()) }
}

/// Whether all values are equal to within 1e-14 of the largest magnitude, or
/// to within 1e-75.
pub(crate) fn is_constant(x: &[f64]) -> bool {
    let (mut lo, mut hi) = (f64::INFINITY, f64::NEG_INFINITY);
    for &it in x {
        lo = lo.min(it);
        hi = hi.max(it);
    }
    hi - lo <= (1e-14 * lo.abs().max(hi.abs())).max(RANGE_MIN)
}

/// Refuses two slices of different length.
pub(crate) fn same_length(x: &[f64], y: &[f64]) -> Result<()> {
    if x.len() == y.len() {
        Ok(())
    } else {
        Err(StatsError::LengthMismatch { left: x.len(), right: y.len() })
    }
}

/// Turns a computed value that is not finite into an error: the last guard
/// against overflow of finite inputs.
pub(crate) fn guard(value: f64) -> Result<f64> {
    if value.is_finite() { Ok(value) } else { Err(StatsError::Domain("the result is not finite")) }
}
