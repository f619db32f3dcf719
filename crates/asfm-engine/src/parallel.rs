//! Two things side by side, where they are worth it.

/// From so many requests, or traders, on, parts of a round are done side by side.
pub(crate) const LARGE: usize = 4096;

/// Does both, side by side if there is enough to do: waking a thread takes as long as some
/// hundred orders.
pub(crate) fn both<A: Send, B: Send>(
    is_large: bool,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    if is_large { rayon::join(one, other) } else { (one(), other()) }
}
