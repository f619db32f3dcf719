//! Those who believe, desire and intend, without a model.

use asfm_engine::{Belief, Exposure, Side, Speech, Statement, StockId};

use super::Technical;
use crate::crowd::{Insight, Level, Strategy};
use crate::desk::{Desk, Size, lots_for};
use crate::market::{Signal, units};
use crate::news::NewsTable;
use crate::setting::settings;

settings! {
    /// Profiles `bdi-technical`, `bdi-fundamental` and `bdi`: TwinMarket's trader without a model. It
    /// reads posts and news, revises a belief in five dimensions, looks at what it holds and what it
    /// is pointed to, judges each stock by its doctrine, its belief and its biases, orders, and
    /// says what it thinks.
    ///
    /// The loop is that of Yang et al. (2025), section 3; what a model would make of a step is a
    /// line of arithmetic here, and an assumption. Beliefs move a share of the way to what is seen
    /// (partial adjustment; to the mean of what others say: DeGroot 1974, "Reaching a consensus",
    /// JASA 69). A stock's score is its doctrine's signal between -1 and 1, plus mood, plus biases:
    /// disposition (Shefrin and Statman 1985; Odean 1998, "Are investors reluctant to realize their
    /// losses?", Journal of Finance 53), lottery preference (Kumar 2009, "Who gambles in the stock
    /// market?", Journal of Finance 64). Above `margin` it buys, below minus `margin` it sells, in
    /// proportion to the score. Shares are dimensionless: 0.01 is 1 %; points are those of
    /// [`Belief`].
    Bdi {
        /// The share of its belief that a trader revises in a day.
        revision: f64 = 0.3, in 0.0..=1.0;
        /// Points of trend per standard deviation that prices have moved of late.
        extrapolation: f64 = 12.0, in 0.0..=1000.0;
        /// Points of valuation per percent that prices are below worth.
        appraisal: f64 = 2.0, in 0.0..=1000.0;
        /// Points of economy per percent that the day's news moves worth.
        news: f64 = 8.0, in 0.0..=1000.0;
        /// The share of its sentiment that the posts it reads replace.
        herding: f64 = 0.5, in 0.0..=1.0;
        /// Points of confidence per percent of profit on what it holds.
        pride: f64 = 1.5, in 0.0..=1000.0;
        /// The chance of a trade in a stock that it looks at, by level of turnover: low, mid, high
        /// are 1/3, 2/3 and all of it.
        diligence: f64 = 0.9, in 0.0..=1.0;
        /// How much of the score is mood: the mean of the five dimensions, from -1 to 1.
        mood: f64 = 0.3, in 0.0..=10.0;
        /// How much of the score is the doctrine's signal.
        doctrine: f64 = 0.4, in 0.0..=10.0;
        /// How much a profit of a tenth takes off the score under a high disposition effect, and a
        /// loss of a tenth adds.
        disposition: f64 = 0.5, in 0.0..=10.0;
        /// How much a stock that moves twice as much as the others adds under a high preference.
        lottery: f64 = 0.4, in 0.0..=10.0;
        /// The standard deviation of a trader's whim, in score.
        whim: f64 = 0.6, in 0.0..=10.0;
        /// The score from which it acts.
        margin: f64 = 0.15, in 0.0..=10.0;
        /// The share of wealth per order at a score of 1.
        stake: f64 = 0.1, in 0.0..=1.0;
        /// The largest share of wealth in one order.
        order_max: f64 = 0.3, in 0.0..=1.0;
        /// How far a limit goes beyond the previous close at a score of 1, as a share of it; those
        /// with a valuation go a random part of the way to it instead.
        urgency: f64 = 0.02, in 0.0..=1.0;
        /// The standard deviation of limits, as a share of the previous close.
        spread: f64 = 0.015, in 0.0..=1.0;
        /// The standard deviation of opinions of fundamental traders, as a share of worth.
        disagreement: f64 = 0.08, in 0.0..=1.0;
        /// Two beliefs whose moods differ by at most so many points agree.
        tolerance: f64 = 8.0, in 0.0..=100.0;
        /// The chance of a reaction to a post that is read.
        reaction: f64 = 0.8, in 0.0..=1.0;
        /// The chance that a post that is liked is passed on.
        repost: f64 = 0.02, in 0.0..=1.0;
        /// The chance that an active trader writes a post.
        posting: f64 = 1.0, in 0.0..=1.0;
        /// The chance that a trade's side is decided by a coin, whatever the score: 1 is the null
        /// in which sizes are as decided and directions are not.
        coin: f64 = 0.0, in 0.0..=1.0;
    }
}

/// Stocks beyond this number are not looked at: the rule looks at all, and is meant for few.
const STOCKS_MAX: usize = 64;

/// What the day's news says, for those who read it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tone {
    /// By how many percent the news for all moves the worth of companies, on average.
    pub(crate) to_all: f64,
    /// The same of the news for leaders.
    pub(crate) to_leaders: f64,
}

impl Bdi {
    /// Reads, reacts, believes and says: the first half of a trader's day.
    pub(crate) fn talk(&self, desk: &mut Desk<'_>, own: Insight<'_>, tone: Tone) -> Belief {
        let trader = desk.seen.trader();
        let before = own.belief();
        let mut heard = (0.0, 0.0);
        for it in own.shown() {
            desk.out.show(Exposure { trader, post: it.post });
            let Some(said) = it.belief else { continue };
            heard = (heard.0 + mean(said), heard.1 + 1.0);
            if !desk.draws.chance(self.reaction) {
                continue;
            }
            let agrees = (mean(said) - mean(before)).abs() <= self.tolerance;
            let speech = if agrees { Speech::Like(it.post) } else { Speech::Unlike(it.post) };
            let state = |speech, belief, text: String| Statement { trader, speech, belief, text };
            desk.out.state(state(speech, None, String::new()));
            if agrees && own.is_active() && desk.draws.chance(self.repost) {
                let words = format!("I see it as @{} does.", it.author);
                desk.out.state(state(Speech::Repost(it.post), Some(before), words));
            }
        }
        if !own.is_active() {
            return before;
        }
        let belief = self.revise(desk, own, tone, heard);
        if own.settings().forum && desk.draws.chance(self.posting) {
            let text = words(belief);
            let belief = Some(belief);
            desk.out.state(Statement { trader, speech: Speech::Post, belief, text });
        } else {
            let (speech, belief, text) = (Speech::Thought, Some(belief), String::new());
            desk.out.state(Statement { trader, speech, belief, text });
        }
        belief
    }

    /// What a trader believes after what it has seen.
    fn revise(
        &self,
        desk: &Desk<'_>,
        own: Insight<'_>,
        tone: Tone,
        (heard, voices): (f64, f64),
    ) -> Belief {
        let before = own.belief();
        if !own.settings().revision {
            return before;
        }
        let stocks = &desk.stage.stocks;
        let over = |of: &dyn Fn(&Signal) -> f64| {
            stocks.iter().map(of).sum::<f64>() / units(i64::try_from(stocks.len()).unwrap_or(1))
        };
        let horizon = usize::from(own.persona().horizon);
        let trend = over(&|it| it.paces[horizon]);
        let cheap = if own.settings().inquiry {
            over(&|it| it.multiples_worth / it.price - 1.0)
        } else {
            0.0
        };
        let (to_all, to_leaders) = own.audience();
        let tone =
            if to_all { tone.to_all } else { 0.0 } + if to_leaders { tone.to_leaders } else { 0.0 };
        let (paid, worth) = (0..stocks.len()).map(id).fold((0.0, 0.0), |(paid, worth), stock| {
            let held = desk.held(stock);
            match own.cost(stock) {
                Some(cost) if held > 0.0 => {
                    (paid + units(cost.0) * held, worth + desk.signal(stock).reference * held)
                }
                _ => (paid, worth),
            }
        });
        let profit = if paid > 0.0 { 100.0 * (worth / paid - 1.0) } else { 0.0 };
        let feel = if voices > 0.0 { heard / voices } else { 50.0 };
        let [old_trend, old_value, old_economy, old_feel, old_pride] = before.points();
        let step = |old: u8, to: f64, share: f64| {
            let old = f64::from(old);
            points(old + share * (to.clamp(0.0, 100.0) - old))
        };
        Belief::of([
            step(old_trend, 50.0 + self.extrapolation * trend, self.revision),
            step(old_value, 50.0 + 100.0 * self.appraisal * cheap, self.revision),
            step(old_economy, 50.0 + self.news * tone, self.revision),
            step(old_feel, feel, if voices > 0.0 { self.herding } else { self.revision }),
            step(old_pride, 50.0 + self.pride * profit, self.revision),
        ])
    }

    /// Chooses, judges and orders: the second half.
    pub(crate) fn trade(
        &self,
        desk: &mut Desk<'_>,
        own: Insight<'_>,
        belief: Belief,
        technical: &Technical,
    ) {
        let n = desk.stage.stocks.len().min(STOCKS_MAX);
        let quirks = own.settings().quirks;
        if own.is_coded() {
            technical.trade(desk);
            return;
        }
        let persona = *own.persona();
        let level = |it: Level| it.part();
        let diligence = self.diligence * (1.0 + 2.0 * level(persona.turnover)) / 3.0;
        let mood = (mean(belief) - 50.0) / 50.0;
        let usual = desk.stage.volatility.max(0.001);
        // Who does not spread looks at the first stock that it is pointed to, if at any.
        let pointed = own.recommended(&desk.seen);
        let wide = if persona.diversification == Level::Low { 1 } else { pointed.len() };
        let pointed = &pointed[..wide.min(pointed.len())];
        let mut wishes = [Wish::default(); STOCKS_MAX];
        for (at, wish) in wishes.iter_mut().enumerate().take(n) {
            let (stock, held) = (id(at), desk.held(id(at)) > 0.0);
            if !held && !pointed.contains(&stock) || !desk.draws.chance(diligence) {
                continue;
            }
            let signal = desk.signal(stock);
            let (doctrine, gap) = match persona.strategy {
                Strategy::Technical => (signal.paces[usize::from(persona.horizon)] / 2.0, None),
                Strategy::Fundamental => {
                    let worth = signal.multiples_worth * (1.0 + desk.opinion(stock)).max(0.05);
                    let gap = worth / signal.reference - 1.0;
                    (gap / 0.1, Some(gap))
                }
            };
            let profit = own.cost(stock).filter(|_| held).map_or(0.0, |cost| {
                ((signal.reference / units(cost.0).max(1.0) - 1.0) / 0.1).clamp(-1.0, 1.0)
            });
            let wild = (signal.volatility / usual - 1.0).clamp(-1.0, 1.0);
            let score = self.doctrine * doctrine.clamp(-1.0, 1.0) + self.mood * mood
                - self.disposition * level(persona.disposition) * profit
                + self.lottery * level(persona.lottery) * wild
                + self.whim * desk.draws.bell();
            if score.abs() >= self.margin && (held || score > 0.0) {
                let share = (self.stake * score).clamp(-self.order_max, self.order_max);
                let up =
                    if desk.draws.chance(self.coin) { desk.draws.chance(0.5) } else { share > 0.0 };
                let up = up || !held;
                // A valuation is bid up to a random part of the way, where it is on the right side.
                let own = gap.filter(|it| (*it > 0.0) == up).map(|it| it * desk.draws.unit());
                let beyond = own
                    .unwrap_or(self.urgency * if up { 1.0 } else { -1.0 } * score.abs().min(1.0));
                *wish = Wish { share: if up { share.abs() } else { -share.abs() }, beyond };
            }
        }
        self.send(desk, &wishes[..n], quirks.drawn_price, quirks.least_lot);
    }

    /// Turns wishes into orders.
    fn send(&self, desk: &mut Desk<'_>, wishes: &[Wish], drawn: f64, least_lot: bool) {
        let (wealth, lot) = (desk.wealth(), desk.stage.lot);
        let bought: f64 = wishes.iter().map(|it| it.share.max(0.0)).sum();
        let cash = units(desk.cash) / wealth.max(1.0);
        let scale = if bought > cash { cash / bought } else { 1.0 };
        for (at, wish) in wishes.iter().enumerate().filter(|it| it.1.share != 0.0) {
            let bell = desk.draws.bell();
            let beyond = if drawn > 0.0 { drawn * bell } else { wish.beyond + self.spread * bell };
            let limit = desk.signal(id(at)).reference * (1.0 + beyond);
            let (side, scale) =
                if wish.share > 0.0 { (Side::Buy, scale) } else { (Side::Sell, 1.0) };
            let lots = lots_for(wish.share.abs() * scale * wealth, limit, lot);
            let lots = if least_lot { lots.max(1) } else { lots };
            if lots > 0 {
                desk.order(side, id(at), limit, Size::Lots(lots));
            }
        }
    }
}

/// What a trader wants of one stock.
#[derive(Debug, Clone, Copy, Default)]
struct Wish {
    /// The share of wealth to put in, or with a minus to take out.
    share: f64,
    /// How far beyond the previous close the limit is meant to lie, as a share of it.
    beyond: f64,
}

impl Tone {
    /// What the news of a day says.
    pub(crate) fn of(
        table: &NewsTable,
        scenario: &asfm_engine::Scenario,
        day: asfm_engine::Day,
    ) -> Self {
        use asfm_engine::Audience;
        let mut it = Self::default();
        for news in scenario.news().iter().filter(|it| it.day == day) {
            let moved = 100.0 * table.mean_change(scenario, news);
            match news.audience {
                Audience::All => it.to_all += moved,
                Audience::Leaders => it.to_leaders += moved,
            }
        }
        it
    }
}

/// The mean of the five dimensions, in points.
fn mean(belief: Belief) -> f64 {
    belief.points().iter().map(|it| f64::from(*it)).sum::<f64>() / 5.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 100, or nothing known"
)]
fn points(exact: f64) -> u8 {
    (exact.clamp(0.0, 100.0) + 0.5) as u8
}

/// What a trader without a model writes.
fn words(belief: Belief) -> String {
    let tell =
        |points: u8, low: &'static str, middle: &'static str, high: &'static str| match points {
            0..=42 => low,
            43..=57 => middle,
            _ => high,
        };
    format!(
        "Prices {}; stocks are {}; the economy {}.",
        tell(belief.trend, "will fall", "go nowhere", "will rise"),
        tell(belief.valuation, "dear", "fairly valued", "cheap"),
        tell(belief.economy, "weakens", "holds", "does well"),
    )
}

fn id(at: usize) -> StockId {
    StockId(u16::try_from(at).expect("at most 64"))
}
