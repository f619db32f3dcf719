//! Numbers on axes: from where to where, at which numbers there is a line, how they are written.

use crate::{Axis, Format};

/// What an axis spans.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Span {
    pub(crate) lo: f64,
    pub(crate) hi: f64,
}

impl Span {
    /// From the least to the greatest; nothing if there is no number.
    pub(crate) fn exact(all: impl IntoIterator<Item = f64>) -> Option<Self> {
        all.into_iter().fold(None, |span, it| {
            Some(span.map_or(Self { lo: it, hi: it }, |span| Self {
                lo: span.lo.min(it),
                hi: span.hi.max(it),
            }))
        })
    }

    /// The same, never of no width.
    pub(crate) fn opened(self, axis: &Axis) -> Self {
        let size = self.lo.abs().max(self.hi.abs());
        if self.hi - self.lo > size * 1e-9 {
            return self;
        }
        if axis.log {
            return Self { lo: self.lo / 2.0, hi: self.hi * 2.0 };
        }
        let by = if size > 1e-290 { size * 0.05 } else { 1.0 };
        Self { lo: self.lo - by, hi: self.hi + by }
    }

    /// With zero if the axis asks for it, and with a margin; from 0 to 1 if there is no number.
    pub(crate) fn roomy(all: impl IntoIterator<Item = f64>, axis: &Axis) -> Self {
        let zero = axis.zero.then_some(0.0);
        let Some(exact) = Self::exact(all.into_iter().chain(zero)) else {
            return Self { lo: if axis.log { 0.1 } else { 0.0 }, hi: 1.0 };
        };
        let span = exact.opened(axis);
        if axis.log {
            let by = libm::pow(10.0, (libm::log10(span.hi) - libm::log10(span.lo)) * 0.05);
            return Self {
                lo: (span.lo / by).max(f64::MIN_POSITIVE),
                hi: (span.hi * by).min(f64::MAX),
            };
        }
        let is_nothing = exact.lo.abs().max(exact.hi.abs()) < f64::MIN_POSITIVE;
        if axis.zero && is_nothing {
            return Self { lo: 0.0, hi: 1.0 };
        }
        let by = (span.hi - span.lo) * 0.06;
        // What starts at zero stands on the axis.
        let stays = |end: f64| axis.zero && end.abs() < f64::MIN_POSITIVE;
        Self {
            lo: if stays(exact.lo) { 0.0 } else { span.lo - by },
            hi: if stays(exact.hi) { 0.0 } else { span.hi + by },
        }
    }
}

/// Numbers to places on the picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    span: Span,
    log: bool,
    from: f64,
    to: f64,
}

impl Scale {
    pub(crate) fn new(span: Span, axis: &Axis, from: f64, to: f64) -> Self {
        Self { span, log: axis.log, from, to }
    }

    pub(crate) fn at(&self, value: f64) -> f64 {
        let Span { lo, hi } = self.span;
        let part = if self.log {
            let from = libm::log10(lo);
            (libm::log10(value) - from) / (libm::log10(hi) - from)
        } else {
            (value - lo) / (hi - lo)
        };
        self.from + part.clamp(-0.5, 1.5) * (self.to - self.from)
    }

    pub(crate) fn sees(&self, value: f64) -> bool {
        self.span.lo <= value && value <= self.span.hi
    }
}

/// A number on an axis, and how it is written there.
pub(crate) type Tick = (f64, String);

/// At most about `most` round numbers; whole ones only if `whole`.
pub(crate) fn ticks(span: Span, axis: &Axis, most: usize, whole: bool) -> Vec<Tick> {
    let (factor, unit) = match axis.format {
        Format::Plain => (1.0, ""),
        Format::Percent => (100.0, " %"),
    };
    let values = if axis.log { log_ticks(span, most) } else { vec![] };
    if values.len() > 1 {
        return values.into_iter().map(|it| (it, compact(it * factor) + unit)).collect();
    }
    let (lo, hi) = (span.lo * factor, span.hi * factor);
    let (step, exponent) = step((hi - lo) / count(most.max(1)), whole && unit.is_empty());
    let decimals = usize::try_from(-exponent).unwrap_or(0);
    let (first, last) = (libm::ceil(lo / step - 1e-9), libm::floor(hi / step + 1e-9));
    let mut found = Vec::new();
    let mut at = first;
    while at <= last && found.len() < 100 {
        let value = at * step;
        found.push((value / factor, written(value, step, decimals) + unit));
        at += 1.0;
    }
    found
}

/// One, two or five times a power of ten that is not below `raw`, and that power.
fn step(raw: f64, whole: bool) -> (f64, i32) {
    let raw = if whole { raw.max(1.0) } else { raw.max(f64::MIN_POSITIVE) };
    let floor = libm::floor(libm::log10(raw));
    let power = libm::pow(10.0, floor);
    let times = [1.0, 2.0, 5.0, 10.0].into_iter().find(|it| raw <= it * power * (1.0 + 1e-9));
    let step = times.unwrap_or(10.0) * power;
    #[expect(clippy::cast_possible_truncation, reason = "a decimal exponent of a double")]
    let exponent = libm::floor(libm::log10(step * (1.0 + 1e-9))) as i32;
    (step, exponent)
}

fn log_ticks(span: Span, most: usize) -> Vec<f64> {
    let from = libm::floor(libm::log10(span.lo));
    let to = libm::ceil(libm::log10(span.hi));
    let decades = to - from;
    let every = libm::ceil(decades / count(most.max(1))).max(1.0);
    let within: &[f64] = if decades * 3.0 <= count(most) + 3.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let mut found = Vec::new();
    let mut at = from;
    while at <= to && found.len() < 200 {
        found.extend(within.iter().map(|it| it * libm::pow(10.0, at)));
        at += every;
    }
    found.retain(|it| span.lo * (1.0 - 1e-9) <= *it && *it <= span.hi * (1.0 + 1e-9));
    found
}

fn written(value: f64, step: f64, decimals: usize) -> String {
    // A multiple of the step that should be zero, but for the last bit.
    let value = if value.abs() < step * 1e-6 { 0.0 } else { value };
    let size = value.abs();
    if decimals > 6 || size >= 1e15 {
        return if size < f64::MIN_POSITIVE { "0".to_owned() } else { scientific(value) };
    }
    let shown = match step {
        it if it >= 1e6 => format!("{}M", value / 1e6),
        it if it >= 1e3 && size >= 1e4 => format!("{}k", value / 1e3),
        _ => format!("{value:.decimals$}"),
    };
    if size < f64::MIN_POSITIVE && step >= 1.0 { "0".to_owned() } else { shown.replace('-', "−") }
}

/// A number in few characters: three digits that count.
pub(crate) fn compact(value: f64) -> String {
    let size = value.abs();
    if size < f64::MIN_POSITIVE {
        return "0".to_owned();
    }
    let (value, unit) = match size {
        it if !(1e-4..1e12).contains(&it) => return scientific(value),
        it if it >= 1e9 => (value / 1e9, "G"),
        it if it >= 1e6 => (value / 1e6, "M"),
        it if it >= 1e5 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let decimals = match value.abs() {
        it if it >= 100.0 => 0,
        it if it >= 10.0 => 1,
        it if it >= 1.0 => 2,
        it if it >= 0.1 => 3,
        it if it >= 0.01 => 4,
        _ => 6,
    };
    let shown = format!("{value:.decimals$}");
    let shown = if decimals > 0 {
        shown.trim_end_matches('0').trim_end_matches('.')
    } else {
        shown.as_str()
    };
    shown.replace('-', "−") + unit
}

/// The number of an axis for a reader, with its unit.
pub(crate) fn shown(value: f64, axis: &Axis) -> String {
    match axis.format {
        Format::Plain => compact(value),
        Format::Percent => compact(value * 100.0) + " %",
    }
}

fn scientific(value: f64) -> String {
    let text = format!("{value:.2e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{digits}e{power}").replace('-', "−")
}

/// Whether all numbers are whole.
pub(crate) fn are_whole(all: &[f64]) -> bool {
    all.iter().all(|it| (it - libm::round(*it)).abs() < f64::MIN_POSITIVE)
}

#[expect(clippy::cast_precision_loss, reason = "a number of things on a picture")]
pub(crate) fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(lo: f64, hi: f64, axis: &Axis, most: usize, whole: bool) -> Vec<String> {
        ticks(Span { lo, hi }, axis, most, whole).into_iter().map(|it| it.1).collect()
    }

    #[test]
    fn numbers_on_axes_are_round() {
        let plain = Axis::default();
        assert_eq!(labels(0.9, 30.1, &plain, 6, true), ["5", "10", "15", "20", "25", "30"]);
        assert_eq!(labels(1.0, 3.0, &plain, 8, true), ["1", "2", "3"]);
        assert_eq!(
            labels(-0.1, 0.12, &plain, 5, false),
            ["−0.10", "−0.05", "0.00", "0.05", "0.10"]
        );
        assert_eq!(labels(0.0, 21e3, &plain, 3, false), ["0", "10k", "20k"]);
        let percent = Axis::percent("");
        assert_eq!(labels(-0.05, 0.05, &percent, 3, false), ["−5 %", "0 %", "5 %"]);
        let log = Axis { log: true, ..Axis::default() };
        assert_eq!(
            labels(0.001, 120.0, &log, 6, false),
            ["0.001", "0.01", "0.1", "1", "10", "100"]
        );
    }

    #[test]
    fn any_span_has_an_end() {
        for (lo, hi) in [(0.0, 1e300), (-1e300, 1e300), (1e-300, 2e-300), (5.0, 5.0), (0.0, 0.0)] {
            let span = Span { lo, hi }.opened(&Axis::default());
            assert!(span.lo < span.hi, "{lo} {hi}");
            assert!(ticks(span, &Axis::default(), 6, false).len() <= 100, "{lo} {hi}");
        }
    }

    #[test]
    fn few_characters_are_enough() {
        let all = [0.0, 0.01234, 1.5, -12.34, 12345.0, 1.25e6, 3e-7].map(compact);
        assert_eq!(all, ["0", "0.0123", "1.5", "−12.3", "12345", "1.25M", "3e−7"]);
    }
}
