//! Who comes first among equals: an order that every reader has for themselves.

/// The finaliser of `SplitMix64` (Steele, Lea and Flood 2014): every bit of the input moves about
/// half of the output's.
fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The step of `SplitMix64`, so that zero is not mixed into zero.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// An order of `len` things: from `start` in steps of `stride`, round and round.
///
/// The two have no divisor in common, so every place comes up once. Over readers, each is first
/// equally often, and of any two each comes before the other equally often.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    len: u32,
    start: u32,
    stride: u32,
}

impl Spread {
    /// As they stand.
    pub(crate) fn none(len: u32) -> Self {
        Self { len, start: 0, stride: 1 }
    }

    /// One reader's order on one day of the tie group whose oldest post is `post`.
    pub(crate) fn new(len: u32, reader: u32, post: u32, day: u32) -> Self {
        if len < 2 {
            return Self::none(len);
        }
        let who_and_what = u64::from(reader) << 32 | u64::from(post);
        let first = mix(mix(who_and_what.wrapping_add(STEP)).wrapping_add(u64::from(day)));
        let second = mix(first.wrapping_add(STEP));
        let start = below(first, len);
        let mut stride = 1 + below(second, len - 1);
        while divisor(stride, len) != 1 {
            stride = stride % (len - 1) + 1;
        }
        // Backwards as often as forwards: then of any two, each comes first as often.
        if second % 2 == 1 {
            stride = len - stride;
        }
        Self { len, start, stride }
    }

    /// The places, first to last.
    pub(crate) fn places(self) -> impl Iterator<Item = u32> {
        let mut next = self.start;
        (0..self.len).map(move |_| {
            let place = next;
            let gap = self.len - next;
            next = if self.stride >= gap { self.stride - gap } else { next + self.stride };
            place
        })
    }

    /// Everybody's turn is `(place - start) x inverse` modulo `len`.
    pub(crate) fn turns(self) -> Turns {
        Turns { spread: self, inverse: inverse(self.stride, self.len) }
    }
}

/// When the turn of a place comes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turns {
    spread: Spread,
    inverse: u64,
}

impl Turns {
    /// The turn of a place, from 0.
    pub(crate) fn of(self, place: u32) -> u32 {
        let Spread { len, start, .. } = self.spread;
        let len = u64::from(len);
        let gap = u64::from(place) + len - u64::from(start);
        let turn = gap % len * self.inverse % len;
        u32::try_from(turn).unwrap_or(u32::MAX)
    }
}

/// A number from 0 to below `n`: the high part of the product.
fn below(random: u64, n: u32) -> u32 {
    let high = ((random >> 32) * u64::from(n)) >> 32;
    u32::try_from(high).unwrap_or(u32::MAX)
}

fn divisor(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// What undoes a multiplication by `stride` modulo `len`, by Euclid's algorithm.
fn inverse(stride: u32, len: u32) -> u64 {
    let (mut old, mut new) = (i64::from(len), i64::from(stride));
    let (mut old_factor, mut factor) = (0_i64, 1_i64);
    while new != 0 {
        let quotient = old / new;
        (old, new) = (new, old - quotient * new);
        (old_factor, factor) = (factor, old_factor - quotient * factor);
    }
    let len = i64::from(len.max(1));
    u64::try_from(old_factor.rem_euclid(len)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_its_turn() {
        for len in 0..60 {
            for reader in 0..20 {
                let spread = Spread::new(len, reader, 3, 9);
                let places: Vec<u32> = spread.places().collect();
                let mut sorted = places.clone();
                sorted.sort_unstable();
                assert_eq!(sorted, (0..len).collect::<Vec<_>>());
                let turns = spread.turns();
                for (turn, place) in (0..).zip(places) {
                    assert_eq!(turns.of(place), turn, "{spread:?}");
                }
            }
        }
    }

    #[test]
    fn nobody_is_favoured() {
        let (len, readers) = (10_u32, 20_000);
        let mut first = [0_u32; 10];
        let mut seven_before_three = 0;
        for reader in 0..readers {
            let turns = Spread::new(len, reader, 1, 1).turns();
            for place in 0..len {
                first[place as usize] += u32::from(turns.of(place) == 0);
            }
            seven_before_three += u32::from(turns.of(7) < turns.of(3));
        }
        // Five standard errors: 42 around 2000, 71 around 10 000.
        assert!(first.iter().all(|it| it.abs_diff(2000) < 212), "{first:?}");
        assert!(seven_before_three.abs_diff(10_000) < 354, "{seven_before_three}");
    }
}
