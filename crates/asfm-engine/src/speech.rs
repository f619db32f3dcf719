//! What traders say to each other, and what they are shown of it.

use std::fmt;

use crate::units::TraderId;

/// The number of a post in the run, from 1.
///
/// Posts and reposts are numbered together, in the order of rounds and within a round of traders;
/// what one trader says keeps its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostId(pub u32);

impl fmt::Display for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a trader does by saying something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// Says something for all to read.
    Post,
    /// Passes a post on, with words of its own.
    Repost(PostId),
    /// Agrees with a post.
    Like(PostId),
    /// Disagrees with a post.
    Unlike(PostId),
    /// Keeps it to itself: what it believes now, or what it makes of the news.
    Thought,
}

impl Speech {
    /// The word for it in run files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Repost(_) => "repost",
            Self::Like(_) => "like",
            Self::Unlike(_) => "unlike",
            Self::Thought => "thought",
        }
    }

    /// The post that it is about.
    pub fn about(self) -> Option<PostId> {
        match self {
            Self::Repost(post) | Self::Like(post) | Self::Unlike(post) => Some(post),
            Self::Post | Self::Thought => None,
        }
    }

    /// Whether it has a number of its own and can be read by others.
    pub fn is_post(self) -> bool {
        matches!(self, Self::Post | Self::Repost(_))
    }
}

/// What a trader believes of the market, in the five dimensions of TwinMarket (Yang et al. 2025),
/// each from 0 to 100 with 50 for neutral: ten times the points of the paper's judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Belief {
    /// Where prices go within a month: 100 is up.
    pub trend: u8,
    /// How the market is valued: 100 is far too cheap.
    pub valuation: u8,
    /// How the economy does: 100 is very well.
    pub economy: u8,
    /// How others feel: 100 is euphoric.
    pub sentiment: u8,
    /// How well it thinks of its own skill: 100 is very well.
    pub confidence: u8,
}

impl Belief {
    /// The names of the dimensions, in the order of [`Self::points`].
    pub const NAMES: [&str; 5] = ["trend", "valuation", "economy", "sentiment", "confidence"];

    /// No opinion.
    pub const NEUTRAL: Self = Self::of([50; 5]);

    /// The belief with these points; more than 100 are 100.
    pub const fn of(points: [u8; 5]) -> Self {
        const fn bounded(points: u8) -> u8 {
            if points > 100 { 100 } else { points }
        }
        let [trend, valuation, economy, sentiment, confidence] = points;
        Self {
            trend: bounded(trend),
            valuation: bounded(valuation),
            economy: bounded(economy),
            sentiment: bounded(sentiment),
            confidence: bounded(confidence),
        }
    }

    /// Its points, in the order of [`Self::NAMES`].
    pub fn points(self) -> [u8; 5] {
        [self.trend, self.valuation, self.economy, self.sentiment, self.confidence]
    }
}

/// What one trader says in one stage; the exchange passes it on and judges nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Who says it.
    pub trader: TraderId,
    /// What is done by it.
    pub speech: Speech,
    /// What the trader believes as it says it, if it tells.
    pub belief: Option<Belief>,
    /// What is said; untrusted text.
    pub text: String,
}

/// A post was shown to a trader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposure {
    /// Who saw it.
    pub trader: TraderId,
    /// What was seen.
    pub post: PostId,
}
