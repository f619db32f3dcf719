//! What traders who talk to each other share.

use asfm_engine::{
    Belief, Cash, Day, Observation, PostId, Price, Purpose, RoundLog, Scenario, Seed, Speech,
    StageKind, StockId, Trade, TraderId, endowments,
};
use asfm_social::{
    Audience, FeedOptions, Forum, IsolateRule, Network, NetworkOptions, SeenRule, TieRule, UserId,
};

use super::insight::{Insight, Shown};
use super::persona::{Columns, Persona};
use super::setting::{Broadcast, SocialSettings};

/// What traders who talk to each other share, and what each of them is, believes and has paid.
///
/// It changes by hearing what happened and by nothing else.
#[derive(Debug, Clone)]
pub struct Society {
    settings: SocialSettings,
    seed: Seed,
    pub(super) personas: Vec<Persona>,
    pub(super) beliefs: Vec<Belief>,
    /// Each trader's last words on what it believes, where texts are kept.
    pub(super) thoughts: Vec<String>,
    /// For each trader and stock, what is held and what was paid for it.
    positions: Vec<Position>,
    /// The same on the first day, for those who are told no other (a quirk).
    first: Option<Vec<Position>>,
    stocks: usize,
    network: Network,
    forum: Forum,
    audience: Audience,
    /// By number of the post, less one.
    posts: Vec<Post>,
    keeps_texts: bool,
    pub(super) today: Today,
    /// Who traded what in the round that is heard; kept for its memory.
    traded: Vec<(TraderId, StockId)>,
    /// What each trader had before the first day, at the initial closes.
    starts: Vec<Cash>,
    /// The last round in which anybody could trade, where texts are kept.
    last: Option<RoundLog>,
}

/// What follows, for one day, from everything before it.
#[derive(Debug, Clone, Default)]
pub(super) struct Today {
    day: u32,
    pub(super) active: Vec<bool>,
    pub(super) leaders: Vec<bool>,
    pub(super) coded: Vec<bool>,
    /// Where each trader's posts begin among `shown`, and one more.
    starts: Vec<usize>,
    shown: Vec<PostId>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Position {
    shares: u64,
    /// In units of money.
    paid: i64,
}

/// A post, by its number less one.
#[derive(Debug, Clone)]
struct Post {
    author: TraderId,
    day: Day,
    belief: Option<Belief>,
    text: String,
}

/// So much of a text is shown to others, in bytes.
const TEXT_MAX: usize = 600;

impl Society {
    /// The society of a scenario before its first day, with the settings of its `[social]`.
    ///
    /// Texts are kept where `keeps_texts`, for those who read.
    pub fn new(
        scenario: &Scenario,
        seed: Seed,
        settings: SocialSettings,
        keeps_texts: bool,
    ) -> Self {
        let traders = scenario.traders();
        let stocks = scenario.companies().len();
        let columns = Columns::of(scenario);
        let personas: Vec<Persona> = scenario
            .kinds()
            .iter()
            .flat_map(|kind| {
                let of =
                    (kind.first..kind.first + kind.traders).map(|it| TraderId::at(it as usize));
                of.map(|it| Persona::of(scenario, columns.as_ref(), seed, it, &kind.profile))
                    .collect::<Vec<_>>()
            })
            .collect();
        let (positions, starts) = positions(scenario, seed);
        let quirks = settings.quirks;
        let users = u32::try_from(traders).expect("at most 100 000 000 traders");
        let mut network = network(users, stocks, &settings);
        // Who holds the same has something to talk about before anything was traded.
        for (who, of_trader) in positions.chunks_exact(stocks).enumerate() {
            for (at, _) in of_trader.iter().enumerate().filter(|(_, it)| it.shares > 0) {
                trade(&mut network, TraderId::at(who), at);
            }
        }
        Self {
            beliefs: personas.iter().map(|it| it.belief).collect(),
            personas,
            thoughts: if keeps_texts { vec![String::new(); traders] } else { Vec::new() },
            first: quirks.frozen_profit.then(|| positions.clone()),
            positions,
            stocks,
            network,
            forum: Forum::new(users),
            audience: Audience::new(users, feed_options(&settings)).expect("options in range"),
            posts: Vec::new(),
            keeps_texts,
            today: Today::default(),
            traded: Vec::new(),
            starts,
            last: None,
            settings,
            seed,
        }
    }

    /// How it works.
    pub fn settings(&self) -> &SocialSettings {
        &self.settings
    }

    /// Who trades alike.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// What was said and how it was taken.
    pub fn forum(&self) -> &Forum {
        &self.forum
    }

    /// The last round in which anybody could trade, for those who are told what became of what
    /// they asked for; where texts are kept.
    pub(crate) fn last_trading(&self) -> Option<&RoundLog> {
        self.last.as_ref()
    }

    pub(super) fn start(&self, trader: TraderId) -> Cash {
        self.starts[trader.index()]
    }

    /// What every trader believes.
    pub fn beliefs(&self) -> &[Belief] {
        &self.beliefs
    }

    /// Who every trader is.
    pub fn personas(&self) -> &[Persona] {
        &self.personas
    }

    /// What one trader gets of it today.
    pub fn insight(&self, trader: TraderId) -> Insight<'_> {
        Insight { society: self, trader }
    }

    /// Works out who acts on a day, who leads and who is shown what, unless that is done.
    pub fn open(&mut self, day: Day) {
        if self.today.day == day.0 {
            return;
        }
        self.network.advance(day.0).expect("days follow each other");
        let traders = self.personas.len();
        let mut today = Today { day: day.0, ..std::mem::take(&mut self.today) };
        let graph = self.network.graph();
        today.leaders.clear();
        today.leaders.resize(traders, false);
        let leaders = part(traders, self.settings.leaders);
        if leaders > 0 {
            for it in graph.degrees().top(leaders) {
                today.leaders[it.0 as usize] = true;
            }
        }
        let mut streams = self.seed.streams(Purpose::Activation, 0, u64::from(day.0));
        today.active.clear();
        today.coded.clear();
        for (persona, leads) in self.personas.iter().zip(&today.leaders) {
            let draws = streams.advance();
            today.active.push(draws.chance(self.settings.activation));
            let coded = draws.chance(self.settings.quirks.coded);
            let may = persona.strategy == super::Strategy::Technical && !leads;
            today.coded.push(coded && may);
        }
        today.shown.clear();
        today.starts.clear();
        if self.settings.forum && !self.posts.is_empty() {
            let everybody: Vec<UserId> = (0..traders).map(|it| user(TraderId::at(it))).collect();
            let ranking = self.audience.rank(&graph, &self.forum, day.0);
            let feeds = ranking.and_then(|it| it.feeds(&everybody)).expect("all are users");
            let mut feeds = feeds.as_slice();
            for who in everybody {
                today.starts.push(today.shown.len());
                let of = feeds.iter().take_while(|it| it.reader == who).count();
                let (own, rest) = feeds.split_at(of);
                today.shown.extend(own.iter().map(|it| PostId(it.post.0)));
                feeds = rest;
            }
            today.starts.push(today.shown.len());
        }
        self.today = today;
    }

    /// Takes in what happened in a round.
    ///
    /// What refers to a post that does not exist was said in vain.
    pub fn hear(&mut self, log: &RoundLog) {
        self.open(log.day);
        if self.keeps_texts && log.kind != StageKind::Talk {
            self.last = Some(log.clone());
        }
        for trade in &log.trades {
            self.settle(trade);
        }
        let mut traded = std::mem::take(&mut self.traded);
        traded.clear();
        traded
            .extend(log.trades.iter().flat_map(|it| [(it.buyer, it.stock), (it.seller, it.stock)]));
        traded.sort_unstable_by_key(|(trader, stock)| (trader.index(), stock.0));
        traded.dedup();
        for (trader, stock) in &traded {
            trade(&mut self.network, *trader, stock.index());
        }
        self.traded = traded;
        let seen: Vec<asfm_social::Exposure> = (0..)
            .zip(&log.exposures)
            .map(|(at, it)| {
                let (reader, post, day) = (user(it.trader), id(it.post), log.day.0);
                asfm_social::Exposure { reader, post, day, rank: at }
            })
            .collect();
        self.audience.see(&seen).expect("all are users");
        let mut next = log.first_post;
        for it in &log.statements {
            let (who, day) = (it.trader.index(), log.day);
            if let Some(belief) = it.belief {
                self.beliefs[who] = belief;
            }
            if self.keeps_texts && it.speech == Speech::Thought {
                self.thoughts[who] = cut(&it.text).to_owned();
            }
            let author = user(it.trader);
            match it.speech {
                Speech::Thought => {}
                Speech::Like(post) => drop(self.forum.like(author, id(post), day.0)),
                Speech::Unlike(post) => drop(self.forum.unlike(author, id(post), day.0)),
                Speech::Post | Speech::Repost(_) => {
                    let done = match it.speech {
                        Speech::Repost(of) => self.forum.repost(id(next), author, id(of), day.0),
                        _ => self.forum.post(id(next), author, day.0),
                    };
                    // A repost of nothing is a post of its own.
                    if done.is_err() {
                        self.forum.post(id(next), author, day.0).expect("numbered by the exchange");
                    }
                    let text =
                        if self.keeps_texts { cut(&it.text).to_owned() } else { String::new() };
                    self.posts.push(Post { author: it.trader, day, belief: it.belief, text });
                    next.0 += 1;
                }
            }
        }
    }

    fn settle(&mut self, trade: &Trade) {
        let shares = u64::from(trade.qty);
        let bought = self.position_mut(trade.buyer, trade.stock);
        bought.shares += shares;
        bought.paid = bought.paid.saturating_add(trade.value().0 + trade.buyer_fee.0);
        let sold = self.position_mut(trade.seller, trade.stock);
        // The rest keeps its average cost.
        let left = sold.shares.saturating_sub(shares);
        let paid = i128::from(sold.paid) * i128::from(left) / i128::from(sold.shares.max(1));
        *sold = Position { shares: left, paid: i64::try_from(paid).expect("a part of it") };
    }

    fn position_mut(&mut self, trader: TraderId, stock: StockId) -> &mut Position {
        &mut self.positions[trader.index() * self.stocks + stock.index()]
    }

    pub(super) fn cost(&self, trader: TraderId, stock: StockId) -> Option<Price> {
        let at = trader.index() * self.stocks + stock.index();
        let frozen = self.first.as_ref().map(|it| it[at]).filter(|it| it.shares > 0);
        let it = frozen.unwrap_or(self.positions[at]);
        let shares = i64::try_from(it.shares).ok().filter(|it| *it > 0)?;
        Some(Price(it.paid / shares))
    }

    /// Whether a trader sees a position as it was on the first day (a quirk).
    pub(super) fn is_frozen(&self, trader: TraderId, stock: StockId) -> bool {
        let at = trader.index() * self.stocks + stock.index();
        self.first.as_ref().is_some_and(|it| it[at].shares > 0)
    }

    pub(super) fn shown_to(&self, trader: TraderId) -> &[PostId] {
        let at = trader.index();
        match self.today.starts.get(at..at + 2) {
            Some(&[from, to]) => &self.today.shown[from..to],
            _ => &[],
        }
    }

    pub(super) fn shown(&self, post: PostId) -> Shown<'_> {
        let it = self.post(post);
        let known = self.forum.get(id(post));
        let root = known.map(|it| PostId(it.root.0)).filter(|it| *it != post);
        Shown {
            post,
            author: it.author,
            day: it.day,
            belief: it.belief,
            text: &it.text,
            root: root.map(|it| (it, self.post(it).text.as_str())),
            score: known.map_or(0, |it| it.score()),
        }
    }

    fn post(&self, post: PostId) -> &Post {
        &self.posts[post.0 as usize - 1]
    }

    /// Whether today's news for all and that for leaders is read unasked.
    pub(super) fn audience(&self, leads: bool) -> (bool, bool) {
        match self.settings.broadcast {
            Broadcast::All => (true, true),
            Broadcast::Leaders => (leads, leads),
            Broadcast::Nobody => (false, false),
        }
    }

    pub(super) fn recommended(&self, seen: &Observation<'_>, trader: TraderId) -> Vec<StockId> {
        let day = u64::from(seen.market().day.0);
        let mut draws = self.seed.stream(Purpose::Mind, trader.index() as u64, day);
        let all = (0..self.stocks).map(|it| StockId(u16::try_from(it).expect("a stock")));
        let mut others: Vec<StockId> = all.filter(|it| seen.shares(*it) == 0).collect();
        let n = others.len().min(self.settings.recommended as usize);
        for at in 0..n {
            let rest = u32::try_from(others.len() - at).expect("at most 65 535 stocks");
            others.swap(at, at + draws.below(rest) as usize);
        }
        others.truncate(n);
        others.sort_unstable_by_key(|it| it.0);
        others
    }
}

fn user(trader: TraderId) -> UserId {
    UserId(u32::try_from(trader.index()).expect("at most 2^32 traders"))
}

fn id(post: PostId) -> asfm_social::PostId {
    asfm_social::PostId(post.0)
}

/// What every trader holds before the first day and what it paid, and what it has in all.
fn positions(scenario: &Scenario, seed: Seed) -> (Vec<Position>, Vec<Cash>) {
    let companies = scenario.companies();
    let mut positions = Vec::with_capacity(scenario.traders() * companies.len());
    let mut starts = Vec::with_capacity(scenario.traders());
    for (who, (cash, shares)) in endowments(scenario, seed).into_iter().enumerate() {
        let mut wealth = i128::from(cash.0);
        for (at, shares) in shares.into_iter().enumerate() {
            let stock = StockId(u16::try_from(at).expect("a stock"));
            let first = companies[at].initial_close();
            let cost = scenario.roster().and_then(|it| it.cost(TraderId::at(who), stock));
            let paid = i128::from(cost.unwrap_or(first).0) * i128::from(shares);
            positions.push(Position { shares, paid: i64::try_from(paid).unwrap_or(i64::MAX) });
            wealth += i128::from(first.0) * i128::from(shares);
        }
        starts.push(Cash(i64::try_from(wealth).unwrap_or(i64::MAX)));
    }
    (positions, starts)
}

fn network(users: u32, stocks: usize, settings: &SocialSettings) -> Network {
    let isolates = if settings.quirks.chain { IsolateRule::Chain } else { IsolateRule::default() };
    let options = NetworkOptions {
        threshold: settings.threshold,
        decay: settings.decay,
        isolates,
        ..NetworkOptions::default()
    };
    let topics = u32::try_from(stocks).expect("at most 65 535 stocks");
    Network::new(users, topics, options).expect("settings in range")
}

fn trade(network: &mut Network, trader: TraderId, stock: usize) {
    let topic = u32::try_from(stock).expect("at most 65 535 stocks");
    network.trade(user(trader), topic).expect("all are users, and all stocks are topics");
}

fn feed_options(settings: &SocialSettings) -> FeedOptions {
    let quirks = settings.quirks;
    FeedOptions {
        shown: settings.shown,
        window_days: (settings.window > 0).then_some(settings.window),
        ties: if quirks.oldest_first { TieRule::OldestId } else { TieRule::Spread },
        seen: if quirks.show_again { SeenRule::ShowAgain } else { SeenRule::Hide },
    }
}

/// A share of a number of traders, rounded down.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of at most 100 000 000"
)]
fn part(traders: usize, share: f64) -> usize {
    (traders as f64 * share) as usize
}

/// The beginning of a text, cut where a character ends.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_MAX)]
}
