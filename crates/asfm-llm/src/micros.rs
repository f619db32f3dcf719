//! Money.

use std::fmt;

/// Millionths of the currency in which a server is paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Micros(pub u64);

/// Decimals.
const PLACES: usize = 6;
const ONE: u64 = 1_000_000;

impl Micros {
    /// The amount that is written so, as `12` or `0.15`, with at most six decimals.
    pub fn of_decimal(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        if !is_number(whole) || !is_number(part) || part.len() > PLACES {
            return None;
        }
        let part: u64 = format!("{part:0<PLACES$}").parse().ok()?;
        whole.parse::<u64>().ok()?.checked_mul(ONE)?.checked_add(part).map(Self)
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:0PLACES$}", self.0 / ONE, self.0 % ONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_and_written_exactly() {
        for (text, micros) in [("0.15", 150_000), ("12", 12_000_000), ("0.000001", 1)] {
            assert_eq!(Micros::of_decimal(text), Some(Micros(micros)));
        }
        assert_eq!(Micros(1_250_001).to_string(), "1.250001");
        for text in ["", ".", "1.", ".5", "-1", "1e3", "0.0000001", "99999999999999999999"] {
            assert_eq!(Micros::of_decimal(text), None, "{text}");
        }
    }
}
