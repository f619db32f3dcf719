//! What a statistic answers with.

use serde::{Deserialize, Serialize};

use crate::error::{Result, guard};

/// An interval with its level of confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
    /// Level, such as 0.95.
    pub level: f64,
}

impl Interval {
    /// Whether both ends lie above `bound`.
    ///
    /// ```
    /// let ci = asfm_stats::Interval { lo: -0.1, hi: 0.3, level: 0.95 };
    /// assert!(ci.is_above(-0.2) && !ci.is_above(0.0));
    /// ```
    pub fn is_above(&self, bound: f64) -> bool {
        self.lo > bound
    }

    /// Whether both ends lie below `bound`.
    ///
    /// ```
    /// let ci = asfm_stats::Interval { lo: -0.1, hi: 0.3, level: 0.95 };
    /// assert!(ci.is_below(0.4) && !ci.is_below(0.2));
    /// ```
    pub fn is_below(&self, bound: f64) -> bool {
        self.hi < bound
    }

    /// Whether the interval lies inside `[-bound, bound]`.
    ///
    /// ```
    /// let ci = asfm_stats::Interval { lo: -0.1, hi: 0.3, level: 0.95 };
    /// assert!(ci.is_within(0.4) && !ci.is_within(0.2));
    /// ```
    pub fn is_within(&self, bound: f64) -> bool {
        self.lo > -bound && self.hi < bound
    }
}

/// A number with what is known of its precision, and the estimator it is from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The estimate; always finite.
    pub value: f64,
    /// Its standard error, where one is known.
    pub se: Option<f64>,
    /// Its interval, where one was computed.
    pub ci: Option<Interval>,
    /// Number of values that entered.
    pub n: usize,
    /// The estimator, in a few words.
    pub method: &'static str,
}

impl Estimate {
    /// A value without a standard error.
    pub(crate) fn new(value: f64, n: usize, method: &'static str) -> Result<Self> {
        Ok(Self { value: guard(value)?, se: None, ci: None, n, method })
    }

    /// The same with a standard error.
    pub(crate) fn with_se(self, se: f64) -> Result<Self> {
        Ok(Self { se: Some(guard(se)?), ..self })
    }

    /// The same with an interval.
    ///
    /// ```
    /// let ci = asfm_stats::Interval { lo: -0.1, hi: 0.3, level: 0.95 };
    /// let mean = asfm_stats::moments::mean(&[0.0, 0.2])?.with_ci(ci);
    /// assert_eq!((mean.value, mean.ci), (0.1, Some(ci)));
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    #[must_use]
    pub fn with_ci(self, ci: Interval) -> Self {
        Self { ci: Some(ci), ..self }
    }
}

/// The direction in which a test looks for departures from its null.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alternative {
    /// Either direction.
    TwoSided,
    /// The statistic is larger than under the null.
    Greater,
    /// The statistic is smaller than under the null.
    Less,
}

/// The outcome of a test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TestResult {
    /// The test statistic.
    pub statistic: f64,
    /// The p-value, from a survival function; below 1e-300 it is 0.
    pub p: f64,
    /// The alternative.
    pub alternative: Alternative,
    /// The null hypothesis, in a few words.
    pub null: &'static str,
    /// Degrees of freedom of the reference distribution, where it has them.
    pub df: Option<f64>,
    /// Second degrees of freedom (of an F distribution).
    pub df2: Option<f64>,
    /// Number of values that entered.
    pub n: usize,
    /// The test, and how its p-value was found.
    pub method: &'static str,
}

impl TestResult {
    /// A two-sided test without degrees of freedom.
    pub(crate) fn new(
        statistic: f64,
        p: f64,
        n: usize,
        null: &'static str,
        method: &'static str,
    ) -> Result<Self> {
        let p = guard(p)?.clamp(0.0, 1.0);
        Ok(Self {
            statistic: guard(statistic)?,
            p: if p < 1e-300 { 0.0 } else { p },
            alternative: Alternative::TwoSided,
            null,
            df: None,
            df2: None,
            n,
            method,
        })
    }

    /// The same with another alternative.
    #[must_use]
    pub(crate) fn alternative(self, alternative: Alternative) -> Self {
        Self { alternative, ..self }
    }

    /// The same with degrees of freedom.
    #[must_use]
    pub(crate) fn df(self, df: f64) -> Self {
        Self { df: Some(df), ..self }
    }

    /// The same with the two degrees of freedom of an F distribution.
    #[must_use]
    pub(crate) fn df2(self, df: f64, df2: f64) -> Self {
        Self { df: Some(df), df2: Some(df2), ..self }
    }
}
