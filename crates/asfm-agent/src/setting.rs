//! Parameters of rules as a scenario file sets them: checked, with the place of a mistake.

use std::fmt::{self, Display};
use std::ops::RangeInclusive;

use asfm_engine::{Ppm, ScenarioError, Source};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, Unexpected, Visitor};
use toml::Spanned;

use crate::market::units;

/// A set of parameters that a scenario may change one by one.
pub(crate) trait Settings: Default {
    /// The table as it is written; whatever is absent keeps its default.
    type Written: DeserializeOwned + Default;

    /// Checks what is written under `key`.
    fn read(from: &Source, key: &str, written: Self::Written) -> Result<Self, ScenarioError>;
}

/// One parameter's type.
pub(crate) trait Parameter: Sized {
    /// What stands in a file.
    type Written: DeserializeOwned;
    /// What a range is of.
    type Plain: PartialOrd + Display + Copy;

    /// From a plain value that is in its range.
    fn from_plain(plain: Self::Plain) -> Self;
    /// What was written.
    fn plain(written: &Self::Written) -> Self::Plain;
}

/// A number, as `0.1`, `1` or `"0.1"`.
pub(crate) struct Real(f64);

/// A whole number that is not negative.
pub(crate) struct Whole(u32);

impl Parameter for f64 {
    type Written = Real;
    type Plain = Self;

    fn from_plain(plain: Self) -> Self {
        plain
    }

    fn plain(written: &Real) -> Self {
        written.0
    }
}

impl Parameter for u32 {
    type Written = Whole;
    type Plain = Self;

    fn from_plain(plain: Self) -> Self {
        plain
    }

    fn plain(written: &Whole) -> Self {
        written.0
    }
}

/// A share of money or of shares, which must be exact.
impl Parameter for Ppm {
    type Written = Real;
    type Plain = f64;

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share is between 0 and 1, so millionths fit"
    )]
    fn from_plain(plain: f64) -> Self {
        Self((plain.clamp(0.0, 1.0) * 1e6 + 0.5) as u32)
    }

    fn plain(written: &Real) -> f64 {
        written.0
    }
}

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Real;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Real, E> {
                Ok(Real(number))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Real, E> {
                Ok(Real(units(number)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Real, E> {
                let refuse = |_| E::invalid_value(Unexpected::Str(text), &self);
                text.parse().map(Real).map_err(refuse)
            }
        }
        from.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Whole;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number that is not negative")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Whole, E> {
                let refuse = |_| E::invalid_value(Unexpected::Signed(number), &self);
                u32::try_from(number).map(Whole).map_err(refuse)
            }
        }
        from.deserialize_any(Reader)
    }
}

/// Takes a written parameter if it is within its range.
pub(crate) fn checked<P: Parameter>(
    from: &Source,
    key: &str,
    field: &str,
    written: &Spanned<P::Written>,
    range: &RangeInclusive<P::Plain>,
) -> Result<P, ScenarioError> {
    let found = P::plain(written.get_ref());
    if range.contains(&found) {
        return Ok(P::from_plain(found));
    }
    let key = format!("{key}.{}", field.replace('_', "-"));
    let (least, most) = (range.start(), range.end());
    let message = format!("expected a number between {least} and {most}, found {found}");
    Err(from.error(written.span(), &key, message))
}

/// Declares a rule's parameters: type, default and range of each, and how they are read.
macro_rules! settings {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$field_doc:meta])* $field:ident: $type:ty = $default:expr, in $range:expr;)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $crate::setting::Parameter::from_plain($default),)+ }
            }
        }

        const _: () = {
            use asfm_engine::{ScenarioError, Source};
            use $crate::setting::{Parameter, Settings, checked};

            #[derive(Default, serde::Deserialize)]
            #[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
            pub(crate) struct Written {
                $($field: Option<toml::Spanned<<$type as Parameter>::Written>>,)+
            }

            impl Settings for $name {
                type Written = Written;

                fn read(
                    from: &Source,
                    key: &str,
                    written: Written,
                ) -> Result<Self, ScenarioError> {
                    let mut it = Self::default();
                    $(if let Some(found) = &written.$field {
                        it.$field =
                            checked::<$type>(from, key, stringify!($field), found, &($range))?;
                    })+
                    Ok(it)
                }
            }
        };
    };
}
pub(crate) use settings;
