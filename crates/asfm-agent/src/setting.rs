//! Parameters of rules as a scenario file sets them: checked, with the place of a mistake.

use std::fmt::Display;
use std::ops::RangeInclusive;

use asfm_engine::{Ppm, ScenarioError, Source};
use serde::de::DeserializeOwned;
use toml::Spanned;

/// A set of parameters that a scenario may change one by one.
pub(crate) trait Settings: Default {
    /// The table as it is written; whatever is absent keeps its default.
    type Written: DeserializeOwned + Default;

    /// Checks what is written under `key`.
    fn read(from: &Source, key: &str, written: Self::Written) -> Result<Self, ScenarioError>;
}

/// One parameter's type.
pub(crate) trait Parameter: Sized {
    /// As a file has it.
    type Written: DeserializeOwned + PartialOrd + Display + Copy;

    /// From a value that is in its range.
    fn from_written(written: Self::Written) -> Self;
}

impl Parameter for f64 {
    type Written = Self;

    fn from_written(written: Self) -> Self {
        written
    }
}

impl Parameter for u32 {
    type Written = Self;

    fn from_written(written: Self) -> Self {
        written
    }
}

/// A share of money or of shares, which must be exact.
impl Parameter for Ppm {
    type Written = f64;

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share is between 0 and 1, so millionths fit"
    )]
    fn from_written(written: f64) -> Self {
        Self((written.clamp(0.0, 1.0) * 1e6 + 0.5) as u32)
    }
}

/// Takes a written parameter if it is within its range.
pub(crate) fn checked<P: Parameter>(
    from: &Source,
    key: &str,
    field: &str,
    written: &Spanned<P::Written>,
    range: &RangeInclusive<P::Written>,
) -> Result<P, ScenarioError> {
    let found = *written.get_ref();
    if range.contains(&found) {
        return Ok(P::from_written(found));
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
                Self { $($field: $crate::setting::Parameter::from_written($default),)+ }
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
