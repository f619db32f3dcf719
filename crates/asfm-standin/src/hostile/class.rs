//! The ways in which a hostile server answers.

/// What comes of a class of behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The first one or two requests fail, then the question is answered.
    Transient,
    /// Every request fails.
    Persistent,
    /// An answer that can be used.
    Good,
    /// An answer that can be used in part or not at all.
    Bad,
}

/// Lists every class once: its documentation, name, word, group and weight by default.
macro_rules! classes {
    ($($doc:literal $name:ident $word:literal $group:ident $weight:literal,)*) => {
        /// A way in which a hostile server answers; its word is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Class { $(#[doc = $doc] $name,)* }

        impl Class {
            /// All classes.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its name on the command line and in counters.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What comes of it.
            pub fn group(self) -> Group {
                match self { $(Self::$name => Group::$group,)* }
            }

            /// How often it is drawn by default, relative to the others.
            pub fn weight(self) -> u32 {
                match self { $(Self::$name => $weight,)* }
            }
        }
    };
}

classes! {
    // Transient.
    "Slow down: 429, with `Retry-After: 0`." Busy "busy" Transient 30,
    "A full queue: 503, in Ollama's words." QueueFull "queue-full" Transient 20,
    "A failure: 500." Error500 "error-500" Transient 30,
    "The connection is reset." Reset "reset" Transient 20,
    "The connection breaks in the middle of the body." HalfBody "half-body" Transient 20,
    // Persistent.
    "No answer at all, for longer than anybody waits." Stall "stall" Persistent 5,
    "White space, byte after byte, without an end." EndlessDrip "endless-drip" Persistent 5,
    "429, always." BusyForever "busy-forever" Persistent 8,
    "500, always." Error500Forever "error-500-forever" Persistent 8,
    "A reset, always." ResetForever "reset-forever" Persistent 8,
    "A gateway's page of HTML: 502, always." GatewayPage "gateway-page" Persistent 8,
    "An unknown model: 404." NotFound "not-found" Persistent 6,
    "A wrong key: 401." Unauthorized "unauthorized" Persistent 6,
    "A prompt longer than the context: 400." TooLong "too-long" Persistent 6,
    "A redirection to the same place: 307." Redirect "redirect" Persistent 4,
    // Good answers.
    "One to three orders near the prices of the question." Good "good" Good 340,
    "No order." Hold "hold" Good 40,
    "Good, in pieces, slowly." SlowDrip "slow-drip" Good 10,
    "Good, in a body with fields that nobody asked for." ExtraFields "extra-fields" Good 15,
    "Good, in a body that does not say what it cost." NoUsage "no-usage" Good 15,
    "Good, with the thoughts in a field of their own." ThinkingField "thinking-field" Good 15,
    // Answers that need mending.
    "Thoughts between tags, then a good answer." Think "think" Bad 15,
    "A good answer in a Markdown fence, with words around." Fenced "fenced" Bad 15,
    "A good answer as a Python dictionary." PythonDict "python-dict" Bad 8,
    "A good answer, twice." TwoAnswers "two-answers" Bad 6,
    "A good answer with commas after the last items." TrailingCommas "trailing-commas" Bad 6,
    "Text where tools were offered, a tool where none was." WrongChannel "wrong-channel" Bad 8,
    "Numbers as people write them: `$1,010.50`." WrittenNumbers "written-numbers" Bad 8,
    "Names of stocks in lower case, with spaces." SloppyNames "sloppy-names" Bad 8,
    "Keys that nobody asked for, inside of the orders." ExtraKeys "extra-keys" Bad 8,
    // Answers without an order.
    "An empty text." Empty "empty" Bad 10,
    "A text that is null." NullContent "null-content" Bad 8,
    "A refusal in words." Refusal "refusal" Bad 10,
    "The most tokens were reached in the middle of the JSON." Cut "cut" Bad 15,
    "Withheld by a filter of content." Filtered "filtered" Bad 8,
    "Prose." Prose "prose" Bad 10,
    "JSON of another type than asked." WrongType "wrong-type" Bad 10,
    "JSON with other keys than asked." WrongKeys "wrong-keys" Bad 10,
    "An action or a tool that does not exist." UnknownAction "unknown-action" Bad 8,
    // Orders that no exchange takes.
    "Ten thousand orders." TenThousand "ten-thousand" Bad 4,
    "Numbers beyond every integer: 1e308, 10^30." HugeNumbers "huge-numbers" Bad 8,
    "Negative numbers." Negative "negative" Bad 8,
    "Zero shares, or for nothing." Zero "zero" Bad 8,
    "NaN and Infinity." NotANumber "not-a-number" Bad 8,
    "Parts of shares, and prices between two ticks." Fractions "fractions" Bad 8,
    "More shares than anybody can pay." OverBudget "over-budget" Bad 8,
    "Purchases and sales of the same stock." Contradictory "contradictory" Bad 8,
    "Stocks that are not listed." UnknownStock "unknown-stock" Bad 8,
    // Texts that attack their reader.
    "Instructions, queries and markup in the place of words." Injection "injection" Bad 8,
    "Control characters and reversed text in the reason." ControlCharacters "control-characters" Bad 8,
    "A reason of a hundred thousand characters." LongReason "long-reason" Bad 4,
    "Some megabytes of text." HugeBody "huge-body" Bad 2,
    "A hundred thousand brackets, one in the other." Deep "deep" Bad 4,
    // Bodies that are no answer of the protocol.
    "Bytes that are no UTF-8." InvalidUtf8 "invalid-utf8" Bad 8,
    "A body that is not JSON." InvalidJson "invalid-json" Bad 8,
    "A body of no bytes." EmptyBody "empty-body" Bad 6,
    "JSON of the protocol without an answer in it." NoChoice "no-choice" Bad 6,
    "An error under status 200." ErrorIn200 "error-in-200" Bad 8,
    "A page of HTML under status 200." PageIn200 "page-in-200" Bad 6,
}

impl Class {
    /// The class with this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.word() == word)
    }

    /// Whether a question ends with it: all but transient ones.
    pub fn is_end(self) -> bool {
        self.group() != Group::Transient
    }

    /// Whether it is an answer, good or bad, under status 200.
    pub fn is_answer(self) -> bool {
        matches!(self.group(), Group::Good | Group::Bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_unique() {
        for it in Class::ALL {
            assert_eq!(Class::of_word(it.word()), Some(*it));
        }
    }
}
