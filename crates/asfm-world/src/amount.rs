//! Exact decimals: money, prices and multiples as they are written.

use std::fmt;

/// A decimal number in millionths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Amount(pub(crate) i64);

/// The cent in millionths: the tick of every world.
pub(crate) const CENT: i64 = 10_000;

impl Amount {
    pub(crate) const fn whole(number: i64) -> Self {
        Self(number * 1_000_000)
    }

    pub(crate) const fn cents(number: i64) -> Self {
        Self(number * CENT)
    }

    /// The nearest number of cents.
    pub(crate) fn of_price(price: f64) -> Self {
        Self::cents(rounded(price * 100.0))
    }

    /// Reads digits with at most one point; places after the sixth are rounded away, half up.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(part) {
            return None;
        }
        let whole: i64 = whole.parse().ok()?;
        let (kept, rest) = part.split_at(part.len().min(6));
        let kept: i64 = format!("{kept:0<6}").parse().ok()?;
        let up = i64::from(rest.bytes().next().is_some_and(|it| it >= b'5'));
        Some(Self(sign * whole.checked_mul(1_000_000)?.checked_add(kept)?.checked_add(up)?))
    }

    /// The nearest whole number of cents, halves up.
    pub(crate) fn to_tick(self) -> Self {
        Self(self.0.saturating_add(CENT / 2).div_euclid(CENT).saturating_mul(CENT))
    }

    pub(crate) fn float(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "prices are far below 2^53 millionths")]
        let millionths = self.0 as f64;
        millionths / 1e6
    }

    /// So many times as much, unless that is too much to count.
    pub(crate) fn times(self, n: i64) -> Option<Self> {
        self.0.checked_mul(n).map(Self)
    }
}

/// The nearest whole number; what is no number is none.
pub(crate) fn rounded(number: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a cast from a float saturates")]
    let it = number.round() as i64;
    it
}

impl fmt::Display for Amount {
    /// At least two places, and no zeros after them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let part = format!("{:06}", size % 1_000_000);
        let part = part.trim_end_matches('0');
        write!(f, "{sign}{}.{part:0<2}", size / 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for text in ["0.00", "10.05", "-3.25", "0.0284", "12345.678901"] {
            assert_eq!(Amount::parse(text).expect("a decimal").to_string(), text);
        }
        assert_eq!(Amount::parse("7"), Some(Amount::whole(7)));
        assert_eq!(Amount::parse("1.0000005"), Some(Amount(1_000_001)));
        for text in ["", ".", "-", "1e5", "1,000", "nan", "+1", "1.2.3", "99999999999999"] {
            assert_eq!(Amount::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_price_goes_to_the_nearest_cent() {
        let tick = |text| Amount::parse(text).expect("a decimal").to_tick().to_string();
        assert_eq!(tick("10.005"), "10.01");
        assert_eq!(tick("10.0049"), "10.00");
        assert_eq!(Amount::of_price(9.996).to_string(), "10.00");
    }
}
