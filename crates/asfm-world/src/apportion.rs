//! Whole numbers in proportion: largest remainders.

/// Splits `n` in proportion to `weights`: floors first, then one more for the largest remainders,
/// the first of equals.
pub(crate) fn apportion(n: u32, weights: &[u32]) -> Vec<u32> {
    let total: u64 = weights.iter().map(|it| u64::from(*it)).sum();
    let share = |it: u32| Share { part: u64::from(n) * u64::from(it), whole: total, cap: n };
    let shares: Vec<Share> = weights.iter().map(|it| share(*it)).collect();
    fill(&shares, n)
}

/// Chooses from each group, `n` in all: of group `i`, which has `sizes[i]` members, about the share
/// `chosen[i] / of[i]`. A group of which all are chosen stays whole where `n` allows it.
pub(crate) fn choose(n: u32, sizes: &[u32], chosen: &[u32], of: &[u32]) -> Vec<u32> {
    let each = sizes.iter().zip(chosen).zip(of);
    let shares: Vec<Share> = each
        .map(|((size, chosen), of)| Share {
            part: u64::from(*size) * u64::from(*chosen),
            whole: u64::from(*of),
            cap: *size,
        })
        .collect();
    fill(&shares, n)
}

/// What one cell should have: `part / whole`, and never more than `cap`.
struct Share {
    part: u64,
    whole: u64,
    cap: u32,
}

impl Share {
    fn floor(&self) -> u32 {
        let it = self.part.checked_div(self.whole).unwrap_or(0);
        u32::try_from(it).unwrap_or(u32::MAX).min(self.cap)
    }

    /// How much it lacks with `given`, in millionths; below zero if it has too much.
    fn lack(&self, given: u32) -> i128 {
        let whole = i128::from(self.whole.max(1));
        (i128::from(self.part) - i128::from(given) * whole) * 1_000_000 / whole
    }

    fn is_whole(&self) -> bool {
        self.part == self.whole * u64::from(self.cap)
    }
}

/// Floors, then one by one to where most is lacking, or from where most is too much.
fn fill(shares: &[Share], n: u32) -> Vec<u32> {
    let mut given: Vec<u32> = shares.iter().map(Share::floor).collect();
    let mut sum: u64 = given.iter().map(|it| u64::from(*it)).sum();
    while sum < u64::from(n) {
        let open = (0..shares.len()).filter(|&it| given[it] < shares[it].cap);
        // The last of equal maxima is taken, so the order is turned round.
        let Some(to) = open.rev().max_by_key(|&it| shares[it].lack(given[it])) else { break };
        given[to] += 1;
        sum += 1;
    }
    while sum > u64::from(n) {
        let open = (0..shares.len()).filter(|&it| given[it] > 0);
        let key = |it: &usize| (shares[*it].is_whole(), shares[*it].lack(given[*it]));
        let Some(from) = open.min_by_key(key) else { break };
        given[from] -= 1;
        sum -= 1;
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_remainders_are_served_first() {
        assert_eq!(apportion(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(apportion(100, &[912, 77, 11]), [91, 8, 1]);
        assert_eq!(apportion(37, &[912, 77, 11]), [34, 3, 0]);
        assert_eq!(apportion(3, &[0, 5]), [0, 3]);
        for n in 0..500 {
            let parts = apportion(n, &[208, 185, 140, 130, 129, 71, 52, 50, 35]);
            assert_eq!(parts.iter().sum::<u32>(), n);
        }
    }

    #[test]
    fn groups_give_what_they_have() {
        let (chosen, of) = ([11, 29, 229], [11, 77, 912]);
        assert_eq!(choose(269, &of, &chosen, &of), chosen);
        for n in 1..500 {
            let sizes = apportion(n, &[11, 77, 912]);
            let rich = apportion(n, &[269, 731])[0];
            let found = choose(rich, &sizes, &chosen, &of);
            assert_eq!(found.iter().sum::<u32>(), rich, "{n}");
            assert!(found.iter().zip(&sizes).all(|(it, size)| it <= size), "{n}");
        }
    }
}
