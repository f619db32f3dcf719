//! Why a client cannot be made.

/// Why a client or a budget cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A key that no header can carry. The variable is named, the key is not.
    #[error("the key in {0} has characters that cannot be sent")]
    Key(&'static str),
    /// A setting that must be at least 1.
    #[error("`{0}` must be at least 1")]
    Zero(&'static str),
    /// Money is limited, but nobody knows what anything costs.
    #[error("a limit on money needs the prices of tokens")]
    Unpriced,
    /// The HTTP client could not be set up.
    #[error("cannot set up connections")]
    Http(#[from] reqwest::Error),
}
