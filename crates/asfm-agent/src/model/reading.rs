//! What became of one answer: how it could be read, or why it could not be used.

use std::fmt;

use asfm_chat::FailureKind;

/// Declares a closed set of words that run files and summaries use.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word for it in run files and summaries.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// What a word in a run file stands for.
            pub fn of_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.word() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words! {
    /// The step of the ladder on which an answer could be read; the first that holds is taken.
    Rung {
        /// The model called the tools, as they were described.
        Tools = "tools",
        /// The answer is exactly the JSON that was asked for.
        Schema = "schema",
        /// The JSON that was asked for stands within words, fences or reasoning.
        Scan = "scan",
        /// Something had to be repaired; the codes say what.
        Repair = "repair",
        /// Nothing but words was asked for: the analysis of a decision in two calls.
        Words = "words",
    }
}

words! {
    /// A repair that made an answer readable; a repair corrects form, and no number and no wish.
    RepairCode {
        /// A comma after the last element, or a comma too many.
        TrailingComma = "trailing-comma",
        /// No comma between two elements.
        MissingComma = "missing-comma",
        /// Single or typographic quotes around a text.
        Quotes = "quotes",
        /// A quote inside a text that was not escaped.
        InnerQuote = "inner-quote",
        /// A key without quotes.
        UnquotedKey = "unquoted-key",
        /// A text without quotes.
        UnquotedText = "unquoted-text",
        /// A comment.
        Comment = "comment",
        /// Full-width punctuation or digits.
        FullWidth = "full-width",
        /// `True`, `False` or `None`, or one of JSON's own words in other letters.
        PythonWord = "python-word",
        /// A raw line break or another control character in a text, or a blank that JSON does not
        /// have between its marks.
        ControlCharacter = "control-character",
        /// An escape that JSON does not have.
        BadEscape = "bad-escape",
        /// A number that JSON writes otherwise: `+5`, `.5`, `5.`, `05`.
        NumberForm = "number-form",
        /// The answer ends in the middle; what was complete is taken, an unfinished order is not.
        Cut = "cut",
        /// A number in quotes.
        NumberAsText = "number-as-text",
        /// Thousands separators in a number.
        Thousands = "thousands",
        /// A currency sign or name at a number.
        Currency = "currency",
        /// A word for shares at a number.
        UnitWord = "unit-word",
        /// Another name of a field.
        FieldName = "field-name",
        /// Another name of an action, or other letters.
        ActionName = "action-name",
        /// A stock code in other letters, or with blanks around it.
        StockName = "stock-name",
        /// A field that was not asked for; it is passed over.
        ExtraField = "extra-field",
        /// One order where a list of them was asked for.
        SingleOrder = "single-order",
        /// A list of orders without the object around it.
        BareList = "bare-list",
        /// Several orders one after the other, not in a list.
        SeveralOrders = "several-orders",
        /// Nothing where an empty list was asked for.
        NoList = "no-list",
        /// Something else where a text was asked for; it is quoted, and means nothing more.
        NoText = "no-text",
        /// A call of a tool, written as text.
        CallAsText = "call-as-text",
        /// Not of form: a quantity was cut to what the trader can pay or deliver (`clip = true`).
        Clipped = "clipped",
    }
}

/// Why an answer could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Miss {
    /// Nothing in it can be read as an answer.
    Unreadable,
    /// It was cut at the most tokens before it said anything that can be used.
    Truncated,
    /// The server withheld it, or the model said that it will not.
    Refused,
    /// There is nothing in it but blanks or reasoning.
    Empty,
    /// It is longer than anything that is read.
    Oversized,
    /// It asks for more orders than anyone may send.
    TooManyOrders,
    /// None came.
    NoAnswer(FailureKind),
}

impl Miss {
    /// Those of answers that came.
    const CAME: [Self; 6] = [
        Self::Unreadable,
        Self::Truncated,
        Self::Refused,
        Self::Empty,
        Self::Oversized,
        Self::TooManyOrders,
    ];

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::CAME.into_iter().chain(FailureKind::ALL.map(Self::NoAnswer))
    }

    /// The word for it in run files and summaries.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Truncated => "truncated",
            Self::Refused => "refused",
            Self::Empty => "empty",
            Self::Oversized => "oversized",
            Self::TooManyOrders => "too-many-orders",
            Self::NoAnswer(kind) => kind.word(),
        }
    }

    /// What a word in a run file stands for.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::all().find(|it| it.word() == word)
    }
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What became of one answer.
///
/// Invariant: it has a rung or a failure, never both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The way by which it could be read.
    pub rung: Option<Rung>,
    /// Why it could not be used.
    pub failure: Option<Miss>,
    /// What had to be repaired, in the order of [`RepairCode::ALL`], each once.
    pub repairs: Vec<RepairCode>,
    /// The reason that the model gave, cut to the scenario's `reason-characters`.
    pub reason: Option<String>,
    /// What exactly is wrong, in words; what a question asked again quotes.
    pub error: Option<String>,
}

impl Reading {
    /// The codes of all repairs as one text: `quotes trailing-comma`.
    pub fn repair_words(&self) -> String {
        let words: Vec<&str> = self.repairs.iter().map(|it| it.word()).collect();
        words.join(" ")
    }

    pub(crate) fn missed(failure: Miss, error: impl Into<String>) -> Self {
        Self {
            rung: None,
            failure: Some(failure),
            repairs: Vec::new(),
            reason: None,
            error: Some(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_word_is_of_one_thing_and_read_back() {
        for it in RepairCode::ALL {
            assert_eq!(RepairCode::of_word(it.word()), Some(*it));
        }
        for it in Rung::ALL {
            assert_eq!(Rung::of_word(it.word()), Some(*it));
        }
        let misses: BTreeSet<&str> = Miss::all().map(Miss::word).collect();
        assert_eq!(misses.len(), Miss::all().count());
        assert!(Miss::all().all(|it| Miss::of_word(it.word()) == Some(it)));
    }
}
