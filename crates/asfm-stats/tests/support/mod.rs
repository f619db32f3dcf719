//! Comparison of our results with golden files, key by key.

#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "each of the targets that share this file uses a part of it"
)]

pub(crate) mod cards;
pub(crate) mod files;
pub(crate) mod inference;
pub(crate) mod series;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

/// Tolerance classes of golden values.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Class {
    /// Closed form: relative 1e-10, or absolute 1e-13 near zero.
    A,
    /// Special-function p or z: relative 1e-7; below 1e-290 counts as 0.
    B,
    /// As B, where the reference took one minus a distribution function: absolute 1e-13 too.
    BRounded,
    /// Shapiro-Wilk p: relative 1e-6.
    BShapiro,
    /// Regression or grid: relative 1e-8.
    C,
    /// Dickey-Fuller p: absolute 1e-6.
    CAdfP,
    /// Optimiser: log-likelihood at least the golden one less 1e-3.
    DLoglik,
    /// Optimiser: identified parameters within max(2e-3, 2 %).
    DParameter,
    /// Robust standard errors of these, by numerical derivatives: relative 2 %.
    DError,
    /// Monte Carlo: within four standard errors.
    E,
    /// Verdicts.
    F,
}

impl Class {
    /// What the deviation of this class is measured in.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::A | Self::B | Self::BRounded | Self::BShapiro | Self::C | Self::DError => {
                "relative"
            }
            Self::CAdfP => "absolute",
            Self::DLoglik => "log-likelihood below golden",
            Self::DParameter => "share of the tolerance",
            Self::E => "standard errors",
            Self::F => "verdicts that differ",
        }
    }

    fn tolerance(self) -> f64 {
        match self {
            Self::A => 1e-10,
            Self::B | Self::BRounded => 1e-7,
            Self::BShapiro | Self::CAdfP => 1e-6,
            Self::C => 1e-8,
            Self::DLoglik => 1e-3,
            Self::DParameter => 1.0,
            Self::DError => 0.02,
            Self::E => 4.0,
            Self::F => 0.5,
        }
    }

    fn deviation(self, got: f64, want: f64) -> f64 {
        let gap = (got - want).abs();
        match self {
            Self::A | Self::BRounded | Self::C if gap <= 1e-13 => 0.0,
            Self::B | Self::BShapiro if got < 1e-290 && (0.0..1e-290).contains(&want) => 0.0,
            Self::A | Self::B | Self::BRounded | Self::BShapiro | Self::C | Self::DError => {
                gap / want.abs().max(1e-300)
            }
            Self::DLoglik => (want - got).max(0.0),
            Self::DParameter => gap / (0.02 * want.abs()).max(2e-3),
            Self::CAdfP | Self::E | Self::F => gap,
        }
    }
}

/// The largest deviation seen in a class.
#[derive(Clone, Debug, Default)]
pub(crate) struct Worst {
    /// The deviation.
    pub(crate) deviation: f64,
    /// Where.
    pub(crate) at: String,
    /// How many values were compared.
    pub(crate) n: usize,
}

/// Deviations per class, and what went beyond tolerance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    /// The worst of each class.
    pub(crate) worst: BTreeMap<Class, Worst>,
    /// One line per value beyond its tolerance.
    pub(crate) failures: Vec<String>,
    /// Files that are not there.
    pub(crate) skipped: Vec<String>,
}

impl Ledger {
    /// Enters one comparison of numbers.
    pub(crate) fn number(&mut self, class: Class, at: &str, got: f64, want: f64) {
        self.enter(class, at, class.deviation(got, want), &format!("{got:e} for {want:e}"));
    }

    /// Enters a deviation computed by the caller.
    pub(crate) fn enter(&mut self, class: Class, at: &str, deviation: f64, what: &str) {
        let worst = self.worst.entry(class).or_default();
        worst.n += 1;
        if deviation > worst.deviation || worst.at.is_empty() {
            worst.deviation = deviation;
            at.clone_into(&mut worst.at);
        }
        if deviation.is_nan() || deviation > class.tolerance() {
            self.failures.push(format!("{class:?} {at}: {what}"));
        }
    }

    /// Compares a golden value with ours, recursively. `class` says which class a path
    /// belongs to; `None` leaves it out.
    pub(crate) fn tree(
        &mut self,
        at: &str,
        got: &Value,
        want: &Value,
        class: &dyn Fn(&str) -> Option<Class>,
    ) {
        let Some(kind) = class(at) else { return };
        match (got, want) {
            (_, Value::Object(want)) => {
                for (key, want) in want {
                    self.tree(&format!("{at}.{key}"), &got[key], want, class);
                }
            }
            (Value::Array(got), Value::Array(want)) if got.len() == want.len() => {
                for (idx, (got, want)) in got.iter().zip(want).enumerate() {
                    self.tree(&format!("{at}[{idx}]"), got, want, class);
                }
            }
            (Value::Number(got), Value::Number(want)) => {
                let (got, want) = (got.as_f64(), want.as_f64());
                let (got, want) = (got.expect("a number"), want.expect("a number"));
                self.number(kind, at, got, want);
            }
            (got, want) if got == want => {}
            (got, want) => self.failures.push(format!("{at}: {got} for {want}")),
        }
    }

    /// Adds what another ledger holds.
    pub(crate) fn merge(&mut self, other: Self) {
        for (class, it) in other.worst {
            let worst = self.worst.entry(class).or_default();
            worst.n += it.n;
            if it.deviation > worst.deviation || worst.at.is_empty() {
                (worst.deviation, worst.at) = (it.deviation, it.at);
            }
        }
        self.failures.extend(other.failures);
        self.skipped.extend(other.skipped);
    }

    /// One line per class.
    pub(crate) fn table(&self) -> String {
        let mut out =
            format!("{:<11} {:>6}  {:>10}  {:<28} where\n", "class", "values", "largest", "in");
        for (class, it) in &self.worst {
            let name = format!("{class:?}");
            let (n, unit) = (it.n, class.unit());
            writeln!(out, "{name:<11} {n:>6}  {:>10.2e}  {unit:<28} {}", it.deviation, it.at)
                .expect("a string takes any text");
        }
        for it in &self.skipped {
            writeln!(out, "skipped: {it}").expect("a string takes any text");
        }
        out
    }
}
