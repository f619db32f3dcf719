//! Exact decimals in scenario files: `"10.05"`, `10.05` and `10` all mean what they say.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// A decimal with at most six places, kept as millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decimal(pub(crate) i64);

impl Decimal {
    /// Reads digits with at most one point and six places.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || part.len() > 6 || !all_digits(whole) || !all_digits(part) {
            return None;
        }
        let whole: i64 = whole.parse().ok()?;
        let part: i64 = format!("{part:0<6}").parse().ok()?;
        Some(Self(sign * whole.checked_mul(1_000_000)?.checked_add(part)?))
    }

    /// The number in units of 1/10 000, if it has at most four places.
    pub(crate) fn units(self) -> Option<i64> {
        (self.0 % 100 == 0).then_some(self.0 / 100)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Decimal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal number with at most six places, such as \"0.01\"")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Decimal, E> {
                Decimal::parse(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Decimal, E> {
                let refuse = || E::invalid_value(Unexpected::Signed(number), &self);
                number.checked_mul(1_000_000).map(Decimal).ok_or_else(refuse)
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Decimal, E> {
                // The shortest text that reads back as this number is what the author wrote.
                Decimal::parse(&number.to_string())
                    .ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
            }
        }
        from.deserialize_any(Reader)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Decimal {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A decimal number with at most six places, as a number or as text.",
            "anyOf": [
                { "type": "number" },
                { "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{1,6})?$" }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        assert_eq!(Decimal::parse("10.05").and_then(Decimal::units), Some(100_500));
        assert_eq!(Decimal::parse("-0.0001").and_then(Decimal::units), Some(-1));
        assert_eq!(Decimal::parse("0.00001").and_then(Decimal::units), None);
        for wrong in ["", ".", ".5", "1e5", "1.2345678", "--1", "99999999999999", "nan"] {
            assert_eq!(Decimal::parse(wrong), None, "{wrong}");
        }
    }
}
