//! Random numbers of a world: one stream per part, so that parts do not move each other.

use asfm_engine::{Draws, Purpose, Seed};

/// A part of a world that draws.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub(crate) enum Part {
    /// Prices before day 1.
    History = 1,
    /// Which trader has which traits.
    People = 2,
    /// What each of them holds, and since when.
    Wealth = 3,
    /// What each of them believes.
    Beliefs = 4,
    /// What is reported.
    News = 5,
}

/// The stream of one part of a world, or of one actor of it.
pub(crate) fn stream(seed: Seed, part: Part, who: u64) -> Draws {
    seed.stream(Purpose::World, who, part as u64)
}

/// Shuffles by Fisher and Yates's method.
pub(crate) fn shuffle<T>(items: &mut [T], draws: &mut Draws) {
    for last in (1..items.len()).rev() {
        let n = u32::try_from(last + 1).unwrap_or(u32::MAX);
        items.swap(last, draws.below(n) as usize);
    }
}

/// One of several.
///
/// # Panics
///
/// If there is none.
pub(crate) fn pick<'a, T>(items: &'a [T], draws: &mut Draws) -> &'a T {
    let n = u32::try_from(items.len()).unwrap_or(u32::MAX);
    &items[draws.below(n) as usize]
}
