//! How high a post stands.

/// The age that a post of today counts as, in days.
const YOUNGEST: f64 = 0.1;
const GRAVITY: f64 = 1.8;

/// The hot score of a post with `net` likes (likes less unlikes) that is `age` days old, 0 counting
/// as 0.1: log10(net + 1) / (age + 1)^1.8 where there are more likes than unlikes, and -age where
/// there are not (Yang et al. 2025, as in the published code).
///
/// ```
/// use asfm_social::hot_score;
///
/// assert!((hot_score(9, 1) - 0.287).abs() < 0.0005);
/// assert_eq!(hot_score(0, 3), -3.0);
/// assert_eq!(hot_score(-2, 0), -0.1);
/// ```
pub fn hot_score(net: i64, age: u32) -> f64 {
    if net > 0 { heat(net) / cooling(age) } else { -days(age) }
}

/// What likes count for, where there are any.
#[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 likes")]
fn heat(net: i64) -> f64 {
    libm::log10(net as f64 + 1.0)
}

fn cooling(age: u32) -> f64 {
    libm::pow(days(age) + 1.0, GRAVITY)
}

fn days(age: u32) -> f64 {
    f64::from(age).max(YOUNGEST)
}

/// Hot scores of many posts, with the powers looked up.
#[derive(Debug)]
pub(crate) struct Scale(Vec<f64>);

impl Scale {
    /// For ages up to `oldest`; a longer table than this is not worth it.
    pub(crate) fn new(oldest: u32) -> Self {
        Self((0..=oldest.min(4096)).map(cooling).collect())
    }

    /// The same as [`hot_score`].
    pub(crate) fn score(&self, net: i64, age: u32) -> f64 {
        match self.0.get(age as usize) {
            Some(cooling) if net > 0 => heat(net) / cooling,
            _ => hot_score(net, age),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "the same sums are the same numbers")]
    fn looked_up_is_computed() {
        let scale = Scale::new(20);
        for net in -3..40 {
            for age in 0..40 {
                assert_eq!(scale.score(net, age), hot_score(net, age), "{net} likes, {age} days");
            }
        }
    }
}
