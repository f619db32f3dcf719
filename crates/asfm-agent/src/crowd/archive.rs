//! The news of the last days, as traders find it who look for it.

use asfm_engine::{Audience, Day, Scenario};
use bm25::{Embedder, EmbedderBuilder, Scorer, Tokenizer};

/// The news of the last days, to be searched by words: BM25 (Robertson and Zaragoza 2009), over
/// what is known on the day and nothing later, so that not even the rarity of a word tells of
/// what comes.
pub(crate) struct Archive {
    pieces: Vec<Piece>,
    embedder: Embedder<u32, Words>,
    scorer: Scorer<usize, u32>,
}

/// One piece of news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The day from which it is known.
    pub(crate) day: Day,
    /// What it says; untrusted.
    pub(crate) text: String,
    for_leaders: bool,
}

/// Splits a text into words: small letters and digits, without the s of a plural; every character
/// of a script without blanks is a word.
#[derive(Debug, Default)]
struct Words;

/// So many characters of a query are looked at.
const QUERY_CHARACTERS_MAX: usize = 400;

impl Tokenizer for Words {
    fn tokenize(&self, text: &str) -> Vec<String> {
        let mut words = Vec::new();
        let mut word = String::new();
        let mut end = |word: &mut String| {
            let it = std::mem::take(word);
            let is_plural = it.len() > 3 && it.ends_with('s') && !it.ends_with("ss");
            let it = if is_plural { it[..it.len() - 1].to_owned() } else { it };
            if !it.is_empty() {
                words.push(it);
            }
        };
        for it in text.chars() {
            let is_word_of_its_own = it >= '\u{2E80}' && it.is_alphabetic();
            if is_word_of_its_own || !it.is_alphanumeric() {
                end(&mut word);
            }
            if it.is_alphanumeric() {
                word.extend(it.to_lowercase());
            }
            if is_word_of_its_own {
                end(&mut word);
            }
        }
        end(&mut word);
        words
    }
}

impl Archive {
    /// What is known on a day and became known within so many days up to it.
    pub(crate) fn of(scenario: &Scenario, today: Day, days: u32) -> Self {
        let known = scenario
            .news()
            .iter()
            .filter(|it| it.day <= today && u64::from(it.day.0) + u64::from(days) > today.0.into());
        let pieces = known.map(|it| Piece {
            day: it.day,
            text: it.text.clone(),
            for_leaders: it.audience == Audience::Leaders,
        });
        Self::new(pieces.collect())
    }

    fn new(pieces: Vec<Piece>) -> Self {
        let lengths = pieces.iter().map(|it| Words.tokenize(&it.text).len());
        #[expect(clippy::cast_precision_loss, reason = "lengths of news in words")]
        let mean = lengths.sum::<usize>() as f32 / pieces.len().max(1) as f32;
        let embedder = EmbedderBuilder::<u32, Words>::with_avgdl(mean).build();
        let mut scorer = Scorer::new();
        for (at, it) in pieces.iter().enumerate() {
            scorer.upsert(&at, embedder.embed(&it.text));
        }
        Self { pieces, embedder, scorer }
    }

    /// The `n` pieces that one of the queries finds best: the best first, of equal ones the newer,
    /// of those of a day the one that the scenario names first. What is for leaders is found by
    /// leaders only.
    pub(crate) fn search(&self, queries: &[String], leads: bool, n: usize) -> Vec<&Piece> {
        let mut best = vec![0_u32; self.pieces.len()];
        for query in queries {
            let query: String = query.chars().take(QUERY_CHARACTERS_MAX).collect();
            for it in self.scorer.matches(&self.embedder.embed(&query)) {
                best[it.id] = best[it.id].max(graded(it.score));
            }
        }
        let mut found: Vec<usize> = (0..self.pieces.len())
            .filter(|at| best[*at] > 0 && (leads || !self.pieces[*at].for_leaders))
            .collect();
        found.sort_by_key(|at| (std::cmp::Reverse((best[*at], self.pieces[*at].day)), *at));
        found.truncate(n);
        found.into_iter().map(|at| &self.pieces[at]).collect()
    }
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive").field("pieces", &self.pieces).finish_non_exhaustive()
    }
}

/// A score in steps that are coarser than what logarithms of different machines differ by.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "scores are not negative, and small"
)]
fn graded(score: f32) -> u32 {
    (score * 1024.0 + 0.5) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn archive(texts: &[(u32, &str)]) -> Archive {
        let piece = |(day, text): &(u32, &str)| Piece {
            day: Day(*day),
            text: (*text).to_owned(),
            for_leaders: text.contains("rumour"),
        };
        Archive::new(texts.iter().map(piece).collect())
    }

    fn found(it: &Archive, query: &str, leads: bool, n: usize) -> Vec<String> {
        let found = it.search(&[query.to_owned()], leads, n);
        found.into_iter().map(|it| it.text.clone()).collect()
    }

    const TEXTS: [(u32, &str); 6] = [
        (1, "Oil prices rise after a pipeline breaks"),
        (2, "Banks cut mortgage rates"),
        (3, "A bank fails; other banks are calm"),
        (3, "Tourism recovers, hotels are full"),
        (4, "rumour: the largest bank is bankrupt"),
        (4, "石油价格上涨"),
    ];

    /// The same by the formula, written down once more.
    fn naive(texts: &[(u32, &str)], query: &str) -> Vec<String> {
        let words: Vec<Vec<String>> = texts.iter().map(|it| Words.tokenize(it.1)).collect();
        let n = texts.len() as f64;
        let mean = words.iter().map(Vec::len).sum::<usize>() as f64 / n;
        let score = |at: usize| -> f64 {
            let of = |it: &String| {
                let has = words.iter().filter(|all| all.contains(it)).count() as f64;
                let tf = words[at].iter().filter(|word| *word == it).count() as f64;
                let idf = (1.0 + (n - has + 0.5) / (has + 0.5)).ln();
                let long = words[at].len() as f64 / mean;
                idf * tf * 2.2 / (tf + 1.2 * (1.0 - 0.75 + 0.75 * long))
            };
            Words.tokenize(query).iter().map(of).sum()
        };
        let mut all: Vec<usize> = (0..texts.len()).filter(|at| score(*at) > 0.0).collect();
        all.sort_by(|a, b| {
            score(*b).total_cmp(&score(*a)).then(texts[*b].0.cmp(&texts[*a].0)).then(a.cmp(b))
        });
        all.into_iter().map(|at| texts[at].1.to_owned()).collect()
    }

    #[test]
    fn it_ranks_as_the_formula_does() {
        let it = archive(&TEXTS);
        for query in [
            "bank",
            "banks cut rates",
            "What of oil and the pipeline?",
            "hotel",
            "石油",
            "a",
            "zinc",
        ] {
            assert_eq!(found(&it, query, true, 9), naive(&TEXTS, query), "{query}");
        }
        assert_eq!(found(&it, "bank", false, 1), ["A bank fails; other banks are calm"]);
        assert_eq!(found(&it, "bank", true, 9).len(), 3);
        assert_eq!(found(&it, "bank", false, 9).len(), 2, "a rumour is for leaders");
        assert_eq!(found(&archive(&[]), "bank", true, 2), Vec::<String>::new());
    }

    #[test]
    fn of_equals_the_newer_comes_first_then_the_place() {
        let it = archive(&[(1, "zinc a"), (3, "zinc b"), (2, "zinc c"), (3, "zinc d")]);
        assert_eq!(found(&it, "zinc", true, 9), ["zinc b", "zinc d", "zinc c", "zinc a"]);
    }

    #[test]
    fn several_queries_find_what_any_of_them_finds() {
        let it = archive(&TEXTS);
        let queries = ["hotel".to_owned(), "pipeline".to_owned(), "\u{0}".repeat(1 << 20)];
        let all: BTreeSet<u32> = it.search(&queries, false, 9).iter().map(|it| it.day.0).collect();
        assert_eq!(all, BTreeSet::from([1, 3]));
    }
}
