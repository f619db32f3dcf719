//! Everybody who decides, and how.

use std::ops::Range;

use asfm_engine::{Day, Decisions, Purpose, Round, RoundLog, Scenario, Seed, StageKind, TraderId};
use rayon::prelude::*;

use crate::crowd::{SocialSettings, Society};
use crate::desk::Desk;
use crate::market::Stage;
use crate::model::{self, Profile, PromptSettings};
use crate::refusal::{self, CastError};
use crate::rule::{Rule, Rules, Tone};
use crate::worth::Worth;

/// Traders decide in pieces of so many, side by side; a piece has one kind of trader.
const PIECE: usize = 512;
/// Fewer traders than this, in few pieces, decide one after the other: it takes less time than to
/// wake a thread.
const FEW: usize = 2048;

/// The names of profiles that have a rule.
pub const PROFILES: [&str; 13] = [
    "value",
    "institutional",
    "contrarian",
    "aggressive",
    "neutral",
    "technical",
    "fundamental",
    "bdi",
    "bdi-technical",
    "bdi-fundamental",
    "padding",
    "zero-intelligence",
    "zi",
];

/// How a whole population decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BrainKind {
    /// Each kind of trader by the rule that its profile names.
    #[default]
    Rules,
    /// All traders with zero intelligence, with the same cash, shares and exchange.
    ZeroIntelligence,
    /// Kinds with `by-rule` by their rules; all others ask a language model, in sessions of
    /// [`crate::model`].
    Model,
}

/// All traders' brains.
#[derive(Debug)]
pub struct Cast {
    seed: Seed,
    rules: Rules,
    kinds: Vec<Player>,
    pieces: Vec<Piece>,
    worth: Worth,
    /// What news makes of each company's worth, and the day it was worked out for.
    news: (Day, Vec<f64>),
    /// Whether rules see more than prices and their wallet (A41).
    observes: bool,
    /// What those who talk to each other share, if there are any.
    society: Option<Society>,
    /// What today's news says to those who read it, and the day it is of.
    tone: (Day, Tone),
}

/// How the traders of one kind decide; a closed set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Brain {
    Value,
    Institutional,
    Contrarian,
    Aggressive,
    Neutral,
    Technical,
    Fundamental,
    Bdi,
    Padding,
    ZeroIntelligence,
    /// Asks a language model, elsewhere.
    Model,
    /// The same, but on some days a coded trader orders for it (a quirk).
    Mind,
}

/// One kind of trader.
#[derive(Debug)]
struct Player {
    brain: Brain,
    first: usize,
    traders: usize,
    /// For each trader of the kind, one number per stock; empty where the rule has no opinions.
    opinions: Vec<f32>,
}

/// Some consecutive traders of one kind.
#[derive(Debug)]
struct Piece {
    kind: usize,
    traders: Range<usize>,
}

impl Brain {
    fn of_profile(profile: &str) -> Option<Self> {
        Some(match profile {
            "value" => Self::Value,
            "institutional" => Self::Institutional,
            "contrarian" => Self::Contrarian,
            "aggressive" => Self::Aggressive,
            "neutral" => Self::Neutral,
            "technical" => Self::Technical,
            "fundamental" => Self::Fundamental,
            "bdi" | "bdi-technical" | "bdi-fundamental" => Self::Bdi,
            "padding" => Self::Padding,
            "zero-intelligence" | "zi" => Self::ZeroIntelligence,
            _ => return None,
        })
    }
}

impl Cast {
    /// Casts the traders of a scenario.
    ///
    /// # Errors
    ///
    /// A parameter out of its range, a profile without a rule, or news about an unknown topic, each
    /// with its place in the scenario.
    pub fn new(scenario: &Scenario, seed: Seed, brains: BrainKind) -> Result<Self, CastError> {
        let rules = Rules::read(scenario).map_err(CastError::Rules)?;
        let settings = PromptSettings::read(scenario).map_err(CastError::Prompt)?;
        let by_rule = scenario.kinds().iter().any(|it| it.by_rule);
        if brains == BrainKind::Rules || brains == BrainKind::Model && by_rule {
            refusal::check_topics(scenario, &rules.news)?;
        }
        let social = SocialSettings::read(scenario).map_err(CastError::Social)?;
        let profiles = if brains == BrainKind::Model { Profile::all() } else { Vec::new() };
        let mut kinds = Vec::with_capacity(scenario.kinds().len());
        let mut pieces = Vec::new();
        for (at, kind) in scenario.kinds().iter().enumerate() {
            let brain = match brains {
                // An account that only pads is part of the exchange's setting.
                BrainKind::ZeroIntelligence if kind.profile == "padding" => Brain::Padding,
                BrainKind::ZeroIntelligence => Brain::ZeroIntelligence,
                BrainKind::Model if !kind.by_rule && model::believes(&kind.profile) => Brain::Mind,
                BrainKind::Model if !kind.by_rule && kind.profile != "padding" => {
                    if profiles.iter().all(|it| it.name != kind.profile) {
                        return Err(refusal::untold_profile(scenario, at));
                    }
                    Brain::Model
                }
                BrainKind::Rules | BrainKind::Model => {
                    let own = Brain::of_profile(&kind.profile);
                    let own = own.ok_or_else(|| refusal::unknown_profile(scenario, at))?;
                    // Without profiles all traders are alike (A40).
                    if settings.profile { own } else { Brain::Neutral }
                }
            };
            let first = kind.first as usize;
            let traders = first..first + kind.traders as usize;
            let spread = match brain {
                Brain::Value => rules.value.disagreement,
                Brain::Fundamental => rules.fundamental.disagreement,
                Brain::Bdi => rules.bdi.disagreement,
                _ => 0.0,
            };
            let stocks = scenario.companies().len();
            let opinions = opinions(seed, &traders, stocks, spread);
            kinds.push(Player { brain, first, traders: traders.len(), opinions });
            let is_coded = brain == Brain::Mind && social.quirks.coded > 0.0;
            if matches!(brain, Brain::Model | Brain::Padding | Brain::Mind) && !is_coded {
                continue;
            }
            let starts = traders.clone().step_by(PIECE);
            pieces.extend(
                starts.map(|it| Piece { kind: at, traders: it..(it + PIECE).min(traders.end) }),
            );
        }
        let talks = kinds.iter().any(|it| matches!(it.brain, Brain::Bdi | Brain::Mind));
        if talks {
            refusal::check_crowd(scenario)?;
        }
        let society =
            talks.then(|| Society::new(scenario, seed, social, brains == BrainKind::Model));
        Ok(Self {
            society,
            tone: (Day(0), Tone::default()),
            worth: Worth::new(scenario, &rules, seed),
            news: (Day(0), rules.news.factors(scenario, Day(0))),
            seed,
            rules,
            kinds,
            pieces,
            observes: settings.observation_blocks,
        })
    }

    /// The parameters of the rules, and what they assume about news.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The traders that ask a language model, in order; [`Self::decide`] leaves them out, but for
    /// those for whom the coded trader orders on the day.
    pub fn model_traders(&self) -> impl Iterator<Item = TraderId> {
        let asks = |it: &&Player| matches!(it.brain, Brain::Model | Brain::Mind);
        let asking = self.kinds.iter().filter(asks);
        asking.flat_map(|it| (it.first..it.first + it.traders).map(TraderId::at))
    }

    /// What traders who talk to each other share, if there are any; that of the round's day once
    /// [`Self::decide`] was called.
    pub fn society(&self) -> Option<&Society> {
        self.society.as_ref()
    }

    /// Takes in what happened in a round: every round, in order, also of a run that is taken up
    /// again.
    pub fn hear(&mut self, log: &RoundLog) {
        if let Some(society) = &mut self.society {
            society.hear(log);
        }
    }

    /// Adds what those ask for who see what all others have asked for (profile `padding`); to be
    /// called last.
    pub fn complete(&self, round: &Round<'_>, decisions: &mut Decisions) {
        if round.market().kind == StageKind::Talk {
            return;
        }
        let padding = self.kinds.iter().filter(|it| it.brain == Brain::Padding && it.traders > 0);
        for it in padding {
            let (account, stocks) = (TraderId::at(it.first), round.market().stocks.len());
            let more = self.rules.padding.act(account, stocks, decisions);
            decisions.append(more);
        }
    }

    /// Decides for all traders that follow rules, side by side; the same on any number of threads.
    ///
    /// In a stage of talk, only those speak who have something to say.
    pub fn decide(&mut self, round: &Round<'_>) -> Decisions {
        let market = round.market();
        if let Some(society) = &mut self.society {
            society.open(market.day);
        } else if market.kind == StageKind::Talk {
            return Decisions::new();
        }
        if self.tone.0 != market.day {
            self.tone = (market.day, Tone::of(&self.rules.news, round.scenario(), market.day));
        }
        if self.news.0 != market.day {
            self.news = (market.day, self.rules.news.factors(round.scenario(), market.day));
        }
        let worth = self.worth.on(market.day);
        let mut stage = Stage::new(round.scenario(), &self.rules, market, worth, &self.news.1);
        if !self.observes {
            stage.blind(market);
        }
        let it = &*self;
        let decide = |piece: &Piece| it.decide_piece(piece, round, &stage);
        let parts: Vec<Decisions> = match it.pieces.as_slice() {
            few if few.len() < 8 && round.traders() < FEW => few.iter().map(decide).collect(),
            many => many.par_iter().map(decide).collect(),
        };
        let mut parts = parts.into_iter();
        let mut all = parts.next().unwrap_or_default();
        all.reserve(parts.as_slice().iter().map(Decisions::len).sum());
        for part in parts {
            all.append(part);
        }
        all
    }

    fn decide_piece(&self, piece: &Piece, round: &Round<'_>, stage: &Stage) -> Decisions {
        let brain = self.kinds[piece.kind].brain;
        if round.market().kind == StageKind::Talk && brain != Brain::Bdi {
            return Decisions::new();
        }
        match brain {
            Brain::Value => self.each(&self.rules.value, piece, round, stage),
            Brain::Institutional => self.each(&self.rules.institutional, piece, round, stage),
            Brain::Contrarian => self.each(&self.rules.contrarian, piece, round, stage),
            Brain::Aggressive => self.each(&self.rules.aggressive, piece, round, stage),
            Brain::Neutral => self.each(&self.rules.neutral, piece, round, stage),
            Brain::Technical => self.each(&self.rules.technical, piece, round, stage),
            Brain::Fundamental => self.each(&self.rules.fundamental, piece, round, stage),
            Brain::ZeroIntelligence => {
                self.each(&self.rules.zero_intelligence, piece, round, stage)
            }
            Brain::Bdi => {
                let society = self.society.as_ref().expect("there is one where anybody talks");
                self.seat(piece, round, stage, |desk| self.think(desk, society))
            }
            Brain::Mind => {
                let society = self.society.as_ref().expect("there is one where anybody talks");
                self.seat(piece, round, stage, |desk| {
                    let own = society.insight(desk.seen.trader());
                    if own.is_coded() && own.is_active() {
                        self.rules.technical.trade(desk);
                    }
                })
            }
            Brain::Model | Brain::Padding => Decisions::new(),
        }
    }

    /// A day of one who believes: talk in the day's first stage, trade in every stage of trading.
    fn think(&self, desk: &mut Desk<'_>, society: &Society) {
        let own = society.insight(desk.seen.trader());
        let market = desk.seen.market();
        let belief = match market.stage {
            0 => self.rules.bdi.talk(desk, own, self.tone.1),
            _ => own.belief(),
        };
        if market.kind != StageKind::Talk && own.is_active() {
            self.rules.bdi.trade(desk, own, belief, &self.rules.technical);
        }
    }

    fn each<R: Rule>(
        &self,
        rule: &R,
        piece: &Piece,
        round: &Round<'_>,
        stage: &Stage,
    ) -> Decisions {
        self.seat(piece, round, stage, |desk| rule.act(desk))
    }

    /// Seats the traders of a piece one after the other.
    fn seat(
        &self,
        piece: &Piece,
        round: &Round<'_>,
        stage: &Stage,
        act: impl Fn(&mut Desk<'_>),
    ) -> Decisions {
        let player = &self.kinds[piece.kind];
        let stocks = stage.stocks.len();
        let mut out = Decisions::new();
        // Growing step by step would copy most of it once more.
        out.reserve(piece.traders.len());
        let first = piece.traders.start as u64;
        let mut streams = self.seed.streams(Purpose::Decision, first, round.market().when);
        for at in piece.traders.clone() {
            let draws = streams.advance();
            let seen = round.observation(TraderId::at(at));
            let own = (at - player.first) * stocks;
            act(&mut Desk {
                cash: seen.cash_free().0,
                seen,
                stage,
                opinions: player.opinions.get(own..own + stocks).unwrap_or(&[]),
                draws,
                out: &mut out,
            });
        }
        out
    }
}

/// What each trader thinks of each stock for the whole run; a stock more moves no other opinion.
#[expect(clippy::cast_possible_truncation, reason = "an opinion needs no more than 24 bits")]
fn opinions(seed: Seed, traders: &Range<usize>, stocks: usize, spread: f64) -> Vec<f32> {
    if spread == 0.0 {
        return Vec::new();
    }
    let mut opinions = vec![0.0; traders.len() * stocks];
    for stock in 0..stocks {
        let mut streams = seed.streams(Purpose::Trait, traders.start as u64, stock as u64);
        for row in opinions.chunks_exact_mut(stocks) {
            row[stock] = (spread * streams.advance().bell()) as f32;
        }
    }
    opinions
}
