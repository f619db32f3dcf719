//! Random streams, each keyed by who draws, for what and when.
//!
//! A stream is a position in the key stream of `ChaCha8` under the key (seed, purpose, when), so
//! nothing is stored between rounds, any round can be replayed alone, and neither one more trader
//! nor one more draw moves any other stream.

use rand::rngs::ChaCha8Rng;
use rand::{Rng as _, SeedableRng as _};

/// What a random stream is for; a new purpose never disturbs an old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// The order in which simultaneous requests reach one stock's book.
    Arrival = 1,
    /// Ties of initial holdings.
    Endowment = 2,
    /// What one trader draws in one stage.
    Decision = 3,
    /// What one trader is: drawn once for the whole run.
    Trait = 4,
    /// The companies' fundamentals, as rule traders believe them.
    Fundamental = 5,
    /// The seed with which one trader's language model is sampled in one stage.
    Sampling = 6,
    /// Which of several wordings one trader is given: drawn once for the whole run.
    Wording = 7,
    /// Which traders act on a day.
    Activation = 8,
    /// What one trader reads, says and believes on a day.
    Mind = 9,
    /// A world that is made up before any run: prices, people, news.
    World = 32,
}

/// The seed of a run, from which every random stream follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seed(pub u64);

/// The words of one actor's block.
const WORDS: usize = 16;
/// How many actors' blocks are made at a time.
const BATCH: usize = 64;

impl Seed {
    /// The keyed generator of a purpose at a time; `when` is any number the caller counts by.
    fn keyed(self, purpose: Purpose, when: u64) -> ChaCha8Rng {
        let mut key = *b"________asfm________________\x01\0\0\0";
        key[..8].copy_from_slice(&self.0.to_le_bytes());
        key[12..16].copy_from_slice(&(purpose as u32).to_le_bytes());
        key[16..24].copy_from_slice(&when.to_le_bytes());
        ChaCha8Rng::from_seed(key)
    }

    /// The stream of one actor.
    pub fn stream(self, purpose: Purpose, who: u64, when: u64) -> Draws {
        let mut keyed = self.keyed(purpose, when);
        keyed.set_word_pos(u128::from(who) * WORDS as u128);
        let words = (0..WORDS).map(|_| keyed.next_u32()).collect();
        Draws { words, next: 0, end: WORDS, seed: self, purpose, who, when, more: None }
    }

    /// The streams of the actors `first, first + 1, …`, made many at a time.
    pub fn streams(self, purpose: Purpose, first: u64, when: u64) -> Streams {
        let mut keyed = self.keyed(purpose, when);
        keyed.set_word_pos(u128::from(first) * WORDS as u128);
        let (words, end) = (vec![0; BATCH * WORDS].into(), BATCH * WORDS);
        let who = first.wrapping_sub(1);
        let draws = Draws { words, next: end, end, seed: self, purpose, who, when, more: None };
        Streams { keyed, draws }
    }
}

/// The streams of consecutive actors, one after the other; they do not end.
#[derive(Debug)]
pub struct Streams {
    keyed: ChaCha8Rng,
    /// The stream of the last actor, with the blocks of those after it.
    draws: Draws,
}

impl Streams {
    /// The next actor's stream; it is lent, with the blocks of those after it.
    #[inline]
    pub fn advance(&mut self) -> &mut Draws {
        if self.draws.end == self.draws.words.len() {
            self.refill();
        }
        let draws = &mut self.draws;
        draws.next = draws.end;
        draws.end += WORDS;
        draws.who = draws.who.wrapping_add(1);
        draws.more = None;
        draws
    }

    /// Makes the blocks of the next actors; apart, so that the step to the next actor is short.
    #[cold]
    #[inline(never)]
    fn refill(&mut self) {
        for block in self.draws.words.as_chunks_mut::<WORDS>().0 {
            let mut bytes = [0; WORDS * 4];
            self.keyed.fill_bytes(&mut bytes);
            for (word, four) in block.iter_mut().zip(bytes.as_chunks().0) {
                *word = u32::from_le_bytes(*four);
            }
        }
        self.draws.end = 0;
    }
}

/// One actor's random numbers: its block of the key stream, then a stream of its own.
#[derive(Debug)]
pub struct Draws {
    /// The blocks of some consecutive actors, this one's among them.
    words: Box<[u32]>,
    /// Where in `words` the next one is, and where this actor's end.
    next: usize,
    end: usize,
    seed: Seed,
    purpose: Purpose,
    who: u64,
    when: u64,
    more: Option<Box<ChaCha8Rng>>,
}

impl Draws {
    /// 32 random bits.
    #[inline]
    pub fn word(&mut self) -> u32 {
        if self.next < self.end {
            let word = self.words[self.next];
            self.next += 1;
            return word;
        }
        self.beyond()
    }

    /// The next word of the stream of its own.
    #[inline(never)]
    fn beyond(&mut self) -> u32 {
        let Self { seed, purpose, who, when, .. } = *self;
        let more = self.more.get_or_insert_with(|| {
            let mut keyed = seed.keyed(purpose, when);
            keyed.set_stream(who + 1);
            Box::new(keyed)
        });
        if self.words.len() > WORDS {
            return more.next_u32();
        }
        // Nobody else's blocks are here: long streams are made many words at a time.
        self.words.fill_with(|| more.next_u32());
        self.next = 1;
        self.words[0]
    }

    /// A whole number below `n`, all equally likely (Lemire 2019); 0 for `n = 0`.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        let mut wide = u64::from(self.word()) * u64::from(n);
        if (wide & 0xFFFF_FFFF) < u64::from(n) {
            let reject_below = u64::from(n.wrapping_neg() % n.max(1));
            while (wide & 0xFFFF_FFFF) < reject_below {
                wide = u64::from(self.word()) * u64::from(n);
            }
        }
        high_half(wide)
    }

    /// A number in [0, 1), in steps of 2^-32.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        f64::from(self.word()) * (1.0 / 4_294_967_296.0)
    }

    /// Whether something of probability `p` happens.
    #[inline]
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A bell-shaped number of mean 0 and variance 1: the sum of four uniform ones
    /// (Irwin and Hall), hence within ±3.47 and free of transcendental functions.
    #[inline]
    pub fn bell(&mut self) -> f64 {
        let (a, b) = (self.word(), self.word());
        let sum = (a & 0xFFFF) + (a >> 16) + (b & 0xFFFF) + (b >> 16);
        // Each part has mean 65 535 / 2 and variance (65 536² - 1) / 12; 4 parts.
        (f64::from(sum) - 131_070.0) / 37_837.226_99
    }
}

fn high_half(wide: u64) -> u32 {
    (wide >> 32) as u32
}

/// Shuffles `items` by Fisher and Yates's method.
pub(crate) fn shuffle<T>(items: &mut [T], draws: &mut impl FnMut(u32) -> u32) {
    for last in (1..items.len()).rev() {
        let n = u32::try_from(last + 1).expect("fewer than 2^32 items");
        items.swap(last, draws(n) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_the_same_alone_and_among_many() {
        let seed = Seed(7);
        let mut streams = seed.streams(Purpose::Decision, 5, 9);
        for who in 5_u64..300 {
            let many = streams.advance();
            let mut alone = seed.stream(Purpose::Decision, who, 9);
            // Some stop within their block and some go on in a stream of their own.
            let left: Vec<u32> = (0..who % 40).map(|_| many.word()).collect();
            let right: Vec<u32> = (0..who % 40).map(|_| alone.word()).collect();
            assert_eq!(left, right, "actor {who}");
        }
    }

    #[test]
    fn the_algorithm_is_pinned() {
        let mut draws = Seed(42).stream(Purpose::Arrival, 0, 1);
        let first: Vec<u32> = (0..4).map(|_| draws.below(1_000)).collect();
        assert_eq!(first, PINNED, "a changed stream moves every result");
    }
    const PINNED: [u32; 4] = [902, 205, 390, 384];

    #[test]
    fn streams_differ_by_seed_purpose_actor_and_time() {
        let word = |seed, purpose, who, when| Seed(seed).stream(purpose, who, when).word();
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..5 {
            for purpose in [Purpose::Arrival, Purpose::Decision, Purpose::Trait] {
                for who in 0..5 {
                    for when in 0..5 {
                        assert!(seen.insert(word(seed, purpose, who, when)));
                    }
                }
            }
        }
    }

    #[test]
    fn bell_has_mean_zero_and_variance_one() {
        let mut draws = Seed(1).stream(Purpose::Trait, 0, 0);
        let sample: Vec<f64> = (0..100_000).map(|_| draws.bell()).collect();
        let mean = sample.iter().sum::<f64>() / 1e5;
        let variance = sample.iter().map(|x| x * x).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }

    #[test]
    fn below_stays_below_and_reaches_all() {
        let mut draws = Seed(1).stream(Purpose::Trait, 3, 0);
        let mut seen = [0; 7];
        for _ in 0..7_000 {
            seen[draws.below(7) as usize] += 1;
        }
        assert!(seen.iter().all(|&n| n > 800), "{seen:?}");
        assert_eq!(draws.below(0), 0);
        assert_eq!(draws.below(1), 0);
    }
}
