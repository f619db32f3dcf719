//! The parts that a network falls into.

use super::{Components, Graph};

/// Counts the parts, from one user of each to all whom it reaches.
///
/// Who was reached is not looked at again, so a dense network takes few steps.
pub(super) fn components(graph: &Graph) -> Components {
    let threshold = graph.options.threshold;
    let n_isolates = graph.isolates().len();
    // A chain is one part.
    let (mut count, mut largest) = match graph.chain {
        Some(_) => (1, n_isolates),
        None => (n_isolates, n_isolates.min(1)),
    };
    let mut left: Vec<u32> = graph
        .tiles
        .users
        .iter()
        .copied()
        .filter(|it| !graph.is_isolate(crate::UserId(*it)))
        .collect();
    while let Some(first) = left.pop() {
        let mut reached = vec![first];
        let mut size = 0;
        while let Some(user) = reached.pop() {
            size += 1;
            left.retain(|other| {
                let is_linked = graph.weight(user, *other) > threshold;
                if is_linked {
                    reached.push(*other);
                }
                !is_linked
            });
        }
        count += 1;
        largest = largest.max(size);
    }
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let largest = f64::from(u32::try_from(largest).unwrap_or(u32::MAX));
    Components { count, largest: largest / f64::from(graph.users()) }
}
