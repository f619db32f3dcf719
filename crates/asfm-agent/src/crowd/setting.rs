//! `[social]` of a scenario: who reads whom, what is shown, and which quirks of the published code
//! are switched on.

use std::ops::RangeInclusive;

use asfm_engine::{Scenario, ScenarioError, Source};
use asfm_social::NetworkOptions;
use serde::Deserialize;
use toml::Spanned;

use crate::setting::{Real, Whole, checked};

/// How a society works, as one scenario says under `[social]`.
///
/// Shares and chances are between 0 and 1.
#[derive(Debug, Clone, PartialEq)]
pub struct SocialSettings {
    /// `activation`: the chance that a trader acts on a day; others read and react only.
    pub activation: f64,
    /// `leaders`: the share of traders, those with most neighbours, who read the news first.
    pub leaders: f64,
    /// `shown`: how many posts a trader is shown a day.
    pub shown: u32,
    /// `threshold`: two traders are neighbours if their trades are more similar than this.
    pub threshold: f64,
    /// `decay`: a trade weighs e^(-decay) less per day.
    pub decay: f64,
    /// `window`: for how many days a post can be shown; 0 for ever.
    pub window: u32,
    /// `recommended`: how many stocks that it does not hold a trader is pointed to a day.
    pub recommended: u32,
    /// `forum`: false shows no posts and takes none.
    pub forum: bool,
    /// `broadcast`: who reads the news of the day.
    pub broadcast: Broadcast,
    /// `revision`: false keeps every belief as it was on the first day.
    pub revision: bool,
    /// `inquiry`: false lets nobody look for news and data of its own.
    pub inquiry: bool,
    /// `retrieved`: how many pieces of news a trader finds who looks for some.
    pub retrieved: u32,
    /// `retrieval-days`: how many days back it looks, today included.
    pub retrieval_days: u32,
    /// What the published code does and the paper does not say.
    pub quirks: Quirks,
}

/// Who reads the news of the day unasked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Broadcast {
    /// Leaders only, as published; the others hear of it from posts, or look for it.
    #[default]
    Leaders,
    /// Everybody.
    All,
    /// Nobody.
    Nobody,
}

/// Where the published code departs from its paper, or breaks accounting: each a switch of its own,
/// all off under `mode = "sound"`, all on under `mode = "paper"`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the scenario, on its own")]
pub struct Quirks {
    /// `drawn-price`: the limit that a trader chose is thrown away, and one is drawn around the
    /// previous close with this standard deviation, as a share of it; 0 is off (published: 0.03).
    pub drawn_price: f64,
    /// `coded`: the chance that a technical trader who is no leader is decided for by the coded
    /// trader on a day (published: 0.5).
    pub coded: f64,
    /// `least-lot`: an order of less than a lot becomes a lot.
    pub least_lot: bool,
    /// `free-weight`: what a language model orders is cut to what the weights of its positions
    /// allow, and purchases are scaled down together.
    pub free_weight: bool,
    /// `frozen-profit`: a trader sees the profit of a position as it was on the first day.
    pub frozen_profit: bool,
    /// `oldest-first`: of equally hot posts those of the earliest traders are shown.
    pub oldest_first: bool,
    /// `show-again`: posts that were seen are shown again.
    pub show_again: bool,
    /// `chain`: traders without neighbours are chained one to the next.
    pub chain: bool,
}

impl Quirks {
    /// All of the published code.
    pub const PAPER: Self = Self {
        drawn_price: 0.03,
        coded: 0.5,
        least_lot: true,
        free_weight: true,
        frozen_profit: true,
        oldest_first: true,
        show_again: true,
        chain: true,
    };
}

impl Default for SocialSettings {
    fn default() -> Self {
        Self {
            activation: 1.0,
            leaders: 0.1,
            shown: 5,
            threshold: 0.2,
            decay: 0.5,
            window: 14,
            recommended: 2,
            forum: true,
            broadcast: Broadcast::default(),
            revision: true,
            inquiry: true,
            retrieved: 2,
            retrieval_days: 7,
            quirks: Quirks::default(),
        }
    }
}

/// Which quirks are on where a scenario names none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    #[default]
    Sound,
    Paper,
}

/// The part of a scenario file that is read here; the engine has checked the rest.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    social: Written,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Written {
    mode: Option<Spanned<Mode>>,
    activation: Option<Spanned<Real>>,
    leaders: Option<Spanned<Real>>,
    shown: Option<Spanned<Whole>>,
    threshold: Option<Spanned<Real>>,
    decay: Option<Spanned<Real>>,
    window: Option<Spanned<Whole>>,
    recommended: Option<Spanned<Whole>>,
    forum: Option<bool>,
    broadcast: Option<Broadcast>,
    revision: Option<bool>,
    inquiry: Option<bool>,
    retrieved: Option<Spanned<Whole>>,
    retrieval_days: Option<Spanned<Whole>>,
    drawn_price: Option<Spanned<Real>>,
    coded: Option<Spanned<Real>>,
    least_lot: Option<bool>,
    free_weight: Option<bool>,
    frozen_profit: Option<bool>,
    oldest_first: Option<bool>,
    show_again: Option<bool>,
    chain: Option<Spanned<bool>>,
}

/// Reads numbers of `[social]`.
struct Reader<'s>(&'s Source);

impl Reader<'_> {
    fn real(
        &self,
        field: &str,
        found: Option<&Spanned<Real>>,
        default: f64,
        most: f64,
    ) -> Result<f64, ScenarioError> {
        found.map_or(Ok(default), |it| checked(self.0, "social", field, it, &(0.0..=most)))
    }

    fn whole(
        &self,
        field: &str,
        found: Option<&Spanned<Whole>>,
        default: u32,
        range: RangeInclusive<u32>,
    ) -> Result<u32, ScenarioError> {
        found.map_or(Ok(default), |it| checked(self.0, "social", field, it, &range))
    }
}

/// Whether traders without neighbours are chained; refused where that needs every pair looked at
/// and there are too many.
fn chain(
    from: &Source,
    scenario: &Scenario,
    written: &Written,
    default: bool,
) -> Result<bool, ScenarioError> {
    let most = NetworkOptions::default().exact_degrees_up_to;
    let found = scenario.traders();
    let wanted = written.chain.as_ref().map_or(default, |it| *it.get_ref());
    if !wanted || found <= most as usize {
        return Ok(wanted);
    }
    let spans =
        [written.chain.as_ref().map(Spanned::span), written.mode.as_ref().map(Spanned::span)];
    let span = spans.into_iter().flatten().next().unwrap_or(0..0);
    let message =
        format!("expected at most {most} traders where isolates are chained, found {found}");
    let error = from.error(span, "social.chain", message);
    Err(error.hint("`chain = false` beside `mode = \"paper\"` leaves the other quirks on"))
}

impl SocialSettings {
    /// Reads the `[social]` of a scenario; what it does not set keeps its default.
    ///
    /// # Errors
    ///
    /// The first mistake, with its place.
    pub fn read(scenario: &Scenario) -> Result<Self, ScenarioError> {
        let Some(from) = scenario.sources().first() else {
            return Ok(Self::default());
        };
        let File { social: it } = from.parse()?;
        let read = Reader(from);
        let paper = it.mode.as_ref().is_some_and(|it| *it.get_ref() == Mode::Paper);
        let own = Self::default();
        let quirks = if paper { Quirks::PAPER } else { Quirks::default() };
        // The published code never stops showing a post.
        let window = if paper { 0 } else { own.window };
        Ok(Self {
            activation: read.real("activation", it.activation.as_ref(), own.activation, 1.0)?,
            leaders: read.real("leaders", it.leaders.as_ref(), own.leaders, 1.0)?,
            shown: read.whole("shown", it.shown.as_ref(), own.shown, 1..=100)?,
            threshold: read.real("threshold", it.threshold.as_ref(), own.threshold, 0.999)?,
            decay: read.real("decay", it.decay.as_ref(), own.decay, 10.0)?,
            window: read.whole("window", it.window.as_ref(), window, 0..=1_000_000)?,
            recommended: read.whole(
                "recommended",
                it.recommended.as_ref(),
                own.recommended,
                0..=16,
            )?,
            forum: it.forum.unwrap_or(own.forum),
            broadcast: it.broadcast.unwrap_or(own.broadcast),
            revision: it.revision.unwrap_or(own.revision),
            inquiry: it.inquiry.unwrap_or(own.inquiry),
            retrieved: read.whole("retrieved", it.retrieved.as_ref(), own.retrieved, 0..=16)?,
            retrieval_days: read.whole(
                "retrieval_days",
                it.retrieval_days.as_ref(),
                own.retrieval_days,
                1..=10_000,
            )?,
            quirks: Quirks {
                drawn_price: read.real(
                    "drawn_price",
                    it.drawn_price.as_ref(),
                    quirks.drawn_price,
                    1.0,
                )?,
                coded: read.real("coded", it.coded.as_ref(), quirks.coded, 1.0)?,
                least_lot: it.least_lot.unwrap_or(quirks.least_lot),
                free_weight: it.free_weight.unwrap_or(quirks.free_weight),
                frozen_profit: it.frozen_profit.unwrap_or(quirks.frozen_profit),
                oldest_first: it.oldest_first.unwrap_or(quirks.oldest_first),
                show_again: it.show_again.unwrap_or(quirks.show_again),
                chain: chain(from, scenario, &it, quirks.chain)?,
            },
        })
    }
}
