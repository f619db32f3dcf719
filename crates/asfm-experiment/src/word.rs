//! Words of a file that nobody knows.

use std::ops::Range;

use asfm_engine::{ScenarioError, Source};

/// An unknown word, with all that are known and the one that was probably meant.
pub(crate) fn unknown(
    from: &Source,
    (span, key): (Range<usize>, &str),
    (what, found): (&str, &str),
    known: &[&str],
) -> ScenarioError {
    let listed: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
    let message = format!("unknown {what} `{found}`, expected one of {}", listed.join(", "));
    let error = from.error(span, key, message);
    let near = |known: &&&str| strsim::jaro_winkler(found, known);
    match known.iter().max_by(|a, b| near(a).total_cmp(&near(b))) {
        Some(best) if near(&best) > 0.75 => error.hint(format!("did you mean `{best}`?")),
        _ => error,
    }
}
