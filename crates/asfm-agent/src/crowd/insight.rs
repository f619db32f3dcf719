//! What one trader gets of its society on one day.

use asfm_engine::{Belief, Cash, Day, News, Observation, PostId, Price, StockId, TraderId};

use super::persona::Persona;
use super::setting::SocialSettings;
use super::society::Society;

/// What one trader gets of its society on one day: the state of the evening before.
#[derive(Debug, Clone, Copy)]
pub struct Insight<'s> {
    pub(super) society: &'s Society,
    pub(super) trader: TraderId,
}

/// A post as it is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'s> {
    /// Its number.
    pub post: PostId,
    /// Who wrote it.
    pub author: TraderId,
    /// The day on which it was written.
    pub day: Day,
    /// What its author believed.
    pub belief: Option<Belief>,
    /// What it says, cut to a length; untrusted. Empty where texts are not kept.
    pub text: &'s str,
    /// The post at the beginning of its chain, if it is a repost, and what that says.
    pub root: Option<(PostId, &'s str)>,
    /// How many like it, less those who do not.
    pub score: i64,
}

impl<'s> Insight<'s> {
    /// Who the trader is.
    pub fn persona(&self) -> &'s Persona {
        &self.society.personas[self.trader.index()]
    }

    /// What it believed the evening before.
    pub fn belief(&self) -> Belief {
        self.society.beliefs[self.trader.index()]
    }

    /// The words in which it said so; empty on the first day, or where texts are not kept.
    pub fn thought(&self) -> &'s str {
        self.society.thoughts.get(self.trader.index()).map_or("", String::as_str)
    }

    /// Whether it acts today; if not, it reads and reacts only.
    pub fn is_active(&self) -> bool {
        self.society.today.active[self.trader.index()]
    }

    /// Whether it is one of those with most neighbours.
    pub fn is_leader(&self) -> bool {
        self.society.today.leaders[self.trader.index()]
    }

    /// Whether the coded technical trader trades for it today.
    pub fn is_coded(&self) -> bool {
        self.society.today.coded[self.trader.index()]
    }

    /// How its society works.
    pub fn settings(&self) -> &'s SocialSettings {
        self.society.settings()
    }

    /// Whether it reads today's news for all, and that for leaders, unasked.
    pub(crate) fn audience(&self) -> (bool, bool) {
        self.society.audience(self.is_leader())
    }

    /// The posts that it is shown today, best first.
    pub fn shown(&self) -> impl Iterator<Item = Shown<'s>> {
        let society = self.society;
        society.shown_to(self.trader).iter().map(|it| society.shown(*it))
    }

    /// The numbers of the posts that it is shown today, best first.
    pub fn feed(&self) -> &'s [PostId] {
        self.society.shown_to(self.trader)
    }

    /// The news that it reads today unasked.
    pub fn broadcast(&self, seen: &Observation<'s>) -> impl Iterator<Item = &'s News> {
        let (to_all, to_leaders) = self.audience();
        let today = seen.market().day;
        let fresh = move |it: &&News| it.day == today;
        let all = seen.news().filter(fresh).filter(move |_| to_all);
        all.chain(seen.news_for_leaders().filter(fresh).filter(move |_| to_leaders))
    }

    /// Stocks that it does not hold and is pointed to today, the same whenever it is asked.
    pub fn recommended(&self, seen: &Observation<'_>) -> Vec<StockId> {
        self.society.recommended(seen, self.trader)
    }

    /// Whether it sees its position in a stock as that was on the first day (a quirk).
    pub(crate) fn is_frozen(&self, stock: StockId) -> bool {
        self.society.is_frozen(self.trader, stock)
    }

    /// What it had before the first day, at the initial closes.
    pub fn start(&self) -> Cash {
        self.society.start(self.trader)
    }

    /// What it paid per share for what it holds of a stock, on average.
    pub fn cost(&self, stock: StockId) -> Option<Price> {
        self.society.cost(self.trader, stock)
    }
}
