//! Indices as schedulers write them.

use std::collections::BTreeSet;

/// Indices as Slurm writes them, `3,7-9`: ascending, each once.
pub(crate) fn ranges(indices: &[u32]) -> String {
    let sorted: BTreeSet<u32> = indices.iter().copied().collect();
    let sorted: Vec<u32> = sorted.into_iter().collect();
    let runs = sorted.chunk_by(|a, b| a + 1 == *b);
    let written = runs.map(|it| match it {
        [one] => one.to_string(),
        [first, .., last] => format!("{first}-{last}"),
        [] => String::new(),
    });
    written.collect::<Vec<String>>().join(",")
}

/// The inverse of [`ranges`]; nothing if the text is something else.
#[cfg(test)]
pub(crate) fn read_ranges(text: &str) -> Option<Vec<u32>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let mut indices = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        if first > last || indices.last().is_some_and(|it| *it >= first) {
            return None;
        }
        indices.extend(first..=last);
    }
    Some(indices)
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_set;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_as_slurm_writes_them() {
        assert_eq!(ranges(&[9, 3, 7, 8, 7]), "3,7-9");
        assert_eq!(ranges(&[]), "");
        assert_eq!(ranges(&[u32::MAX - 1, u32::MAX]), "4294967294-4294967295");
        assert_eq!(read_ranges("3,7-9"), Some(vec![3, 7, 8, 9]));
        for text in ["3,", "9-7", "3,3", "4,1-2", "a", "1-", "-1", "3 4"] {
            assert_eq!(read_ranges(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn ranges_have_an_inverse(indices in btree_set(0_u32..200, 0..100)) {
            let indices: Vec<u32> = indices.into_iter().collect();
            prop_assert_eq!(read_ranges(&ranges(&indices)), Some(indices));
        }
    }
}
