//! Who a trader is: a doctrine and four biases, each with a level.

use asfm_engine::{Belief, Draws, Purpose, Scenario, Seed, TraderId};

/// By what a trader judges stocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// By prices and volumes: it follows trends.
    Technical,
    /// By what companies are worth: it buys low and sells high.
    Fundamental,
}

/// How strong a bias is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Weak.
    Low,
    /// In between.
    Mid,
    /// Strong.
    High,
}

impl Level {
    /// All of them, weakest first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Mid, Self::High];

    /// The word for it in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Mid => "mid",
            Self::High => "high",
        }
    }

    /// What a word in a table stands for.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }

    /// 0, 0.5 or 1.
    pub(crate) fn part(self) -> f64 {
        match self {
            Self::Low => 0.0,
            Self::Mid => 0.5,
            Self::High => 1.0,
        }
    }
}

/// What a trader is for the whole run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Persona {
    /// Its doctrine.
    pub strategy: Strategy,
    /// How readily it sells what has risen and keeps what has fallen since it bought.
    pub disposition: Level,
    /// How much it is drawn to stocks that move much.
    pub lottery: Level,
    /// How widely it spreads what it has.
    pub diversification: Level,
    /// How often it trades.
    pub turnover: Level,
    /// How far back it looks for a trend, as a place in [`Self::HORIZONS`].
    pub horizon: u8,
    /// What it believes at the start.
    pub belief: Belief,
}

/// The columns of a population table that say who a trader is.
pub(crate) struct Columns {
    strategy: Option<usize>,
    disposition: Option<usize>,
    lottery: Option<usize>,
    diversification: Option<usize>,
    turnover: Option<usize>,
    belief: [Option<usize>; 5],
}

/// Of 1000 traders of the published population, those with a low and a middle level (section 2 of
/// Yang et al.'s data); technical and fundamental traders differ in turnover only.
const DISPOSITION: [u32; 2] = [333, 338];
const LOTTERY: [u32; 2] = [643, 59];
const DIVERSIFICATION: [u32; 2] = [322, 678];
const TURNOVER: [[u32; 2]; 2] = [[227, 348], [588, 302]];
/// Of 1000 traders, the pessimists and the neutral.
const ATTITUDE: [u32; 2] = [500, 100];

impl Columns {
    pub(crate) fn of(scenario: &Scenario) -> Option<Self> {
        let names = scenario.roster()?.traits();
        let find = |name: &str| names.iter().position(|it| it == name);
        Some(Self {
            strategy: find("strategy"),
            disposition: find("disposition"),
            lottery: find("lottery"),
            diversification: find("diversification"),
            turnover: find("turnover"),
            belief: Belief::NAMES.map(find),
        })
    }
}

impl Persona {
    /// How far back traders look for a trend, in trading days.
    pub const HORIZONS: [u32; 4] = [1, 3, 5, 10];

    /// Who a trader of a scenario is: what its population table says, and where it says nothing
    /// what is drawn with the shares of the published population.
    pub(crate) fn of(
        scenario: &Scenario,
        columns: Option<&Columns>,
        seed: Seed,
        trader: TraderId,
        profile: &str,
    ) -> Self {
        let mut draws = seed.stream(Purpose::Mind, trader.index() as u64, 0);
        let told = |column: fn(&Columns) -> Option<usize>| {
            let column = columns.and_then(column)?;
            Some(scenario.roster()?.trait_of(trader, column))
        };
        // Everything is drawn, told or not: one column more moves no other trait.
        let coin = draws.below(1000);
        let strategy = match (profile, told(|it| it.strategy)) {
            ("bdi-technical", _) | ("bdi", Some("technical")) => Strategy::Technical,
            ("bdi-fundamental", _) | ("bdi", Some("fundamental")) => Strategy::Fundamental,
            _ if coin < 600 => Strategy::Technical,
            _ => Strategy::Fundamental,
        };
        let mut level = |shares: [u32; 2], told: Option<&str>| {
            let drawn = drawn(&mut draws, shares);
            told.and_then(Level::of_word).unwrap_or(drawn)
        };
        let disposition = level(DISPOSITION, told(|it| it.disposition));
        let lottery = level(LOTTERY, told(|it| it.lottery));
        let diversification = level(DIVERSIFICATION, told(|it| it.diversification));
        let turnover =
            level(TURNOVER[usize::from(strategy == Strategy::Fundamental)], told(|it| it.turnover));
        let horizon = u8::try_from(draws.below(4)).expect("below 4");
        let mut belief = believed(&mut draws).points();
        for (at, points) in belief.iter_mut().enumerate() {
            let column = columns.and_then(|it| it.belief[at]);
            let told = column.and_then(|it| Some(scenario.roster()?.trait_of(trader, it)));
            if let Some(told) = told.and_then(|it| it.trim().parse().ok()) {
                *points = told;
            }
        }
        Self {
            strategy,
            disposition,
            lottery,
            diversification,
            turnover,
            horizon,
            belief: Belief::of(belief),
        }
    }
}

fn drawn(draws: &mut Draws, [low, mid]: [u32; 2]) -> Level {
    match draws.below(1000) {
        it if it < low => Level::Low,
        it if it < low + mid => Level::Mid,
        _ => Level::High,
    }
}

/// What a trader believes at the start: its attitude, give or take.
fn believed(draws: &mut Draws) -> Belief {
    let [pessimists, neutral] = ATTITUDE;
    let centre = match draws.below(1000) {
        it if it < pessimists => 35,
        it if it < pessimists + neutral => 50,
        _ => 65,
    };
    let mut points = || u8::try_from(centre - 10 + draws.below(21)).expect("at most 75");
    Belief::of([points(), points(), points(), points(), points()])
}
