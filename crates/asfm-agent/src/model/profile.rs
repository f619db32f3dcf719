//! What traders are told that they are: texts, kept as data.

use asfm_engine::{Purpose, Seed, TraderId};
use serde::Deserialize;

/// How many other wordings each profile has.
pub const PARAPHRASES: u8 = 3;

/// What a kind of trader is told that it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The name that a scenario uses.
    pub name: String,
    /// The text, word for word as its source has it.
    pub text: String,
    /// The same in other words.
    pub paraphrases: [String; PARAPHRASES as usize],
}

/// One of the texts of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wording {
    /// The source's own.
    Paper,
    /// A paraphrase, from 1.
    Paraphrase(u8),
}

impl Profile {
    /// All profiles that come with the program.
    ///
    /// # Panics
    ///
    /// Never: the table is part of the program, and tests have read it.
    pub fn all() -> Vec<Self> {
        #[derive(Deserialize)]
        struct File {
            profile: Vec<Profile>,
        }
        let file: File = toml::from_str(include_str!("../../data/profiles.toml"))
            .expect("a table that tests have read");
        file.profile
    }

    /// The text in one wording; the source's own for a number that no paraphrase has.
    pub fn worded(&self, wording: Wording) -> &str {
        let paraphrase = match wording {
            Wording::Paper => None,
            Wording::Paraphrase(number) => usize::from(number).checked_sub(1),
        };
        paraphrase.and_then(|at| self.paraphrases.get(at)).unwrap_or(&self.text)
    }
}

impl Wording {
    /// The one that a trader draws for the whole run.
    pub(crate) fn drawn(seed: Seed, trader: TraderId) -> Self {
        let mut draws = seed.stream(Purpose::Wording, trader.index() as u64, 0);
        match draws.below(u32::from(PARAPHRASES) + 1) {
            0 => Self::Paper,
            it => Self::Paraphrase(u8::try_from(it).expect("below the number of paraphrases")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_has_paraphrases_of_roughly_its_length() {
        let all = Profile::all();
        let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["value", "institutional", "contrarian", "aggressive", "neutral"]);
        for it in &all {
            for other in &it.paraphrases {
                assert_ne!(&it.text, other);
                let (long, short) =
                    (it.text.len().max(other.len()), it.text.len().min(other.len()));
                assert!(long * 4 <= short * 5, "{}: {long} and {short} bytes", it.name);
            }
        }
    }

    #[test]
    fn mixed_wordings_are_drawn_evenly_and_do_not_move() {
        let drawn = |at| Wording::drawn(Seed(1), TraderId::at(at));
        let all: Vec<Wording> = (0..4_000).map(drawn).collect();
        for it in [Wording::Paper, Wording::Paraphrase(1), Wording::Paraphrase(3)] {
            let n = all.iter().filter(|other| **other == it).count();
            assert!((900..1_100).contains(&n), "{it:?}: {n}");
        }
        assert_eq!(drawn(17), all[17]);
    }
}
