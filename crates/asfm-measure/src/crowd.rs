//! What traders who talk to each other say, believe and do to each other, day by day.

use std::collections::BTreeMap;

use asfm_engine::{Belief, Day, Engine, PostId, RoundLog, Scenario, Speech, StageKind, TraderId};
use asfm_social::{Cascade, Forum, Graph, Network, NetworkOptions, UserId, diffusion};
use asfm_stats::{inequality, rank};
use serde::Deserialize;

use crate::disposition::Book;
pub use crate::disposition::Disposition;
use crate::tally::{Odd, as_f64};

/// Up to so many traders the network is looked at every day, beyond that once a week.
const DAILY_MAX: usize = 2_000;
/// Up to so many traders who was linked to whom is kept for every day.
const PICTURE_MAX: usize = 300;

/// A market of traders who talk to each other, in numbers: added up from what happened, and from
/// nothing else.
///
/// The network of a day is that of its morning, by which its posts were shown; beliefs are those of
/// its evening, and a trader believes what it said last.
#[derive(Debug, Clone)]
pub struct Crowd {
    /// The days that have ended, those without trading among them.
    pub days: Vec<CrowdDay>,
    /// What was said and how it was taken.
    pub forum: Forum,
    kinds: Vec<usize>,
    n_kinds: usize,
    beliefs: Vec<Option<Belief>>,
    network: Network,
    graph: Option<Graph>,
    /// Sums of degrees over the days that were looked at, and how many those are.
    degrees: (Vec<f64>, u32),
    book: Book,
    today: CrowdDay,
    /// Who traded what in the round.
    traded: Vec<(u32, u32)>,
}

/// One calendar day of a crowd.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CrowdDay {
    /// Which.
    pub day: Day,
    /// What all believe in the evening; absent before anybody said so.
    pub opinion: Option<Opinion>,
    /// What each kind of trader believes, in the order of the kinds.
    pub by_kind: Vec<Option<Opinion>>,
    /// Posts, without reposts.
    pub posts: u64,
    /// Reposts.
    pub reposts: u64,
    /// Likes.
    pub likes: u64,
    /// Unlikes.
    pub unlikes: u64,
    /// Posts that were shown, each time counted.
    pub exposures: u64,
    /// The network of the morning, where it was looked at.
    pub network: Option<Ties>,
    /// Gini's coefficient of wealth at the close, of a trading day.
    pub gini: Option<f64>,
    picture: Option<Picture>,
}

/// What some traders believe at a time, in points from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opinion {
    /// How many have said what they believe.
    pub traders: u32,
    /// The mean over them of the score, which is the mean of the five dimensions.
    pub mean: f64,
    /// The mean of each dimension, in the order of [`Belief::NAMES`].
    pub dimensions: [f64; 5],
    /// The variance of scores over traders, divisor n.
    pub variance: f64,
    /// Sarle's bimodality coefficient of the scores, `(skewness^2 + 1) / kurtosis`: 5/9 if all
    /// scores are equally frequent, 1 if there are two and no other; absent where all are alike.
    pub bimodality: Option<f64>,
}

/// Who trades alike on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ties {
    /// Pairs that are linked.
    pub edges: f64,
    /// Links over pairs.
    pub density: f64,
    /// Links per trader.
    pub mean_degree: f64,
    /// The share of traders who are similar enough to nobody.
    pub isolates: f64,
    /// The correlation of scores over the two ends of a link (Newman 2003); absent where few are
    /// linked, or believe the same.
    pub assortativity: Option<f64>,
}

/// Who is linked to whom on one day, and what they believe; for few traders.
#[derive(Debug, Clone, PartialEq)]
struct Picture {
    /// One bit for each pair, row by row, the lower number first.
    bits: Vec<u64>,
    /// Five times the score; 255 x 5 for those who have not said.
    scores: Vec<u16>,
}

/// A drawing of one day's network.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Which day.
    pub day: Day,
    /// Each trader's score of belief, if it has said.
    pub scores: Vec<Option<f64>>,
    /// Who is linked to whom, by place, the lower first.
    pub links: Vec<(u32, u32)>,
}

/// The part of a scenario that says how trades become a network.
#[derive(Deserialize)]
struct File {
    social: Option<Settings>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    threshold: Option<Number>,
    decay: Option<Number>,
}

/// A number, as `0.1`, `1` or `"0.1"`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Real(f64),
    Text(String),
}

impl Number {
    fn of(it: Option<Self>, default: f64) -> f64 {
        match it {
            Some(Self::Real(it)) => it,
            Some(Self::Text(it)) => it.trim().parse().unwrap_or(default),
            None => default,
        }
    }
}

impl Crowd {
    /// The crowd of a market at its start; none where the scenario has no stage of talk and says
    /// nothing of a society.
    pub(crate) fn of(engine: &Engine) -> Option<Self> {
        let scenario = engine.scenario();
        let rules = scenario.rules();
        let stages = rules.sessions.iter().chain(&rules.closed_sessions);
        let written = scenario.sources().first().and_then(|it| it.parse::<File>().ok());
        let social = written.and_then(|it| it.social);
        let talks = social.is_some() || stages.into_iter().any(|it| *it == StageKind::Talk);
        talks.then(|| Self::new(engine, social.unwrap_or_default()))
    }

    fn new(engine: &Engine, settings: Settings) -> Self {
        let own = NetworkOptions::default();
        let options = NetworkOptions {
            threshold: Number::of(settings.threshold, own.threshold),
            decay: Number::of(settings.decay, own.decay),
            ..own
        };
        let start = Start::of(engine);
        let traders = start.kinds.len();
        let users = u32::try_from(traders).unwrap_or(u32::MAX);
        let stocks = u32::try_from(start.prices.len()).unwrap_or(u32::MAX);
        // A scenario that can be run has settings in range, and sizes that fit.
        let network = Network::new(users, stocks, options)
            .or_else(|_| Network::new(users, stocks, NetworkOptions::default()))
            .or_else(|_| Network::new(1, 1, NetworkOptions::default()));
        let mut it = Self {
            days: Vec::new(),
            forum: Forum::new(users),
            n_kinds: start.n_kinds,
            beliefs: vec![None; traders],
            network: network.expect("one user and one topic are allowed"),
            graph: None,
            degrees: (vec![0.0; traders], 0),
            book: Book::new(&start.held, &start.costs, start.prices.len()),
            today: CrowdDay::default(),
            traded: Vec::new(),
            kinds: start.kinds,
        };
        // Who holds the same has something in common before anything was traded.
        let n = start.prices.len().max(1);
        for (at, _) in start.held.iter().enumerate().filter(|it| *it.1 > 0) {
            it.tie(at / n, at % n);
        }
        it
    }

    fn tie(&mut self, trader: usize, stock: usize) {
        let user = UserId(u32::try_from(trader).unwrap_or(u32::MAX));
        // A network of another size is one that was not to be had.
        self.network.trade(user, u32::try_from(stock).unwrap_or(u32::MAX)).ok();
    }

    /// Adds a round, before its closes are known to anybody else.
    pub(crate) fn add(&mut self, log: &RoundLog) -> Result<(), Odd> {
        if log.day != self.today.day {
            self.end_day();
            self.open(log.day);
        }
        self.trades(log)?;
        self.today.exposures += log.exposures.len() as u64;
        let mut next = log.first_post.0;
        for it in &log.statements {
            let who = it.trader.index();
            let slot = self.beliefs.get_mut(who);
            let slot = slot.ok_or_else(|| Odd::new(format!("words of trader {}", it.trader)))?;
            if it.belief.is_some() {
                *slot = it.belief;
            }
            self.say(it.trader, it.speech, log.day, &mut next)?;
        }
        Ok(())
    }

    fn trades(&mut self, log: &RoundLog) -> Result<(), Odd> {
        for it in &log.trades {
            self.book.trade(it)?;
        }
        let mut traded = std::mem::take(&mut self.traded);
        traded.clear();
        let place = |it: TraderId| u32::try_from(it.index()).unwrap_or(u32::MAX);
        let sides = |it: &asfm_engine::Trade| {
            let stock = u32::from(it.stock.0);
            [(place(it.buyer), stock), (place(it.seller), stock)]
        };
        traded.extend(log.trades.iter().flat_map(sides));
        traded.sort_unstable();
        traded.dedup();
        for (trader, stock) in &traded {
            self.tie(*trader as usize, *stock as usize);
        }
        self.traded = traded;
        Ok(())
    }

    /// What refers to a post that does not exist is said in vain.
    fn say(&mut self, who: TraderId, speech: Speech, day: Day, next: &mut u32) -> Result<(), Odd> {
        let user = UserId(u32::try_from(who.index()).unwrap_or(u32::MAX));
        let id = |it: PostId| asfm_social::PostId(it.0);
        match speech {
            Speech::Thought => {}
            Speech::Like(of) => {
                self.today.likes += u64::from(self.forum.like(user, id(of), day.0).is_ok());
            }
            Speech::Unlike(of) => {
                self.today.unlikes += u64::from(self.forum.unlike(user, id(of), day.0).is_ok());
            }
            Speech::Post | Speech::Repost(_) => {
                let new = asfm_social::PostId(*next);
                let passed = match speech {
                    Speech::Repost(of) => self.forum.repost(new, user, id(of), day.0).is_ok(),
                    _ => false,
                };
                if passed {
                    self.today.reposts += 1;
                } else {
                    let odd = |it| Odd::new(format!("a post numbered {next}: {it}"));
                    self.forum.post(new, user, day.0).map_err(odd)?;
                    self.today.posts += 1;
                }
                *next += 1;
            }
        }
        Ok(())
    }

    fn open(&mut self, day: Day) {
        self.today = CrowdDay { day, ..CrowdDay::default() };
        self.book.open();
        let traders = self.beliefs.len();
        if self.network.advance(day.0).is_err() || traders > DAILY_MAX && !day.0.is_multiple_of(7) {
            return;
        }
        let graph = self.network.graph();
        let degrees = graph.degrees();
        for (sum, it) in self.degrees.0.iter_mut().zip(&degrees.of) {
            *sum += it;
        }
        self.degrees.1 += 1;
        self.graph = Some(graph);
    }

    /// Takes in a close: what is held, what it is worth, and everybody's wealth.
    pub(crate) fn close(&mut self, held: &[u64], closes: &[f64], wealth: &[f64]) {
        self.book.close(held, closes);
        self.today.gini = inequality::gini(wealth).ok();
    }

    /// Ends the last day.
    pub(crate) fn finish(&mut self) {
        self.end_day();
        self.today = CrowdDay::default();
    }

    fn end_day(&mut self) {
        if self.today.day == Day(0) {
            return;
        }
        let scores: Vec<Option<f64>> = self.beliefs.iter().map(|it| it.map(score)).collect();
        self.today.opinion = opinion(self.beliefs.iter().flatten());
        self.today.by_kind = (0..self.n_kinds)
            .map(|kind| {
                let of = self.beliefs.iter().zip(&self.kinds).filter(|it| *it.1 == kind);
                opinion(of.filter_map(|it| it.0.as_ref()))
            })
            .collect();
        if let Some(graph) = self.graph.take() {
            let few = scores.len() <= DAILY_MAX;
            let links: Vec<(u32, u32)> =
                if few { graph.edges().map(|it| (it.a.0, it.b.0)).collect() } else { Vec::new() };
            self.today.network = Some(ties(&graph, &links, &scores));
            if scores.len() <= PICTURE_MAX {
                self.today.picture = Some(Picture::new(&links, &self.beliefs));
            }
        }
        self.days.push(std::mem::take(&mut self.today));
    }

    /// How often each trader realised gains and losses, and let them be.
    pub fn dispositions(&self) -> &[Disposition] {
        self.book.dispositions()
    }

    /// Shares that each trader held at the last close, trader by trader and stock by stock.
    pub fn held(&self) -> &[u64] {
        self.book.held()
    }

    /// The mean degree of each trader over the days that were looked at.
    pub fn mean_degrees(&self) -> Vec<f64> {
        let days = f64::from(self.degrees.1.max(1));
        self.degrees.0.iter().map(|it| it / days).collect()
    }

    /// Reactions that each trader's posts received: likes, unlikes and reposts.
    pub fn reactions(&self) -> Vec<u64> {
        let all = |it: &asfm_social::Author| {
            u64::from(it.likes) + u64::from(it.unlikes) + u64::from(it.reposts)
        };
        self.forum.authors().iter().map(all).collect()
    }

    /// The share of reactions that went to the tenth of the traders that received most; absent
    /// without reactions.
    pub fn share_of_top_tenth(&self) -> Option<f64> {
        let all = self.reactions();
        diffusion::share_of_top(&all, all.len().div_ceil(10))
    }

    /// Gini's coefficient of reactions over traders; absent without reactions.
    pub fn reaction_gini(&self) -> Option<f64> {
        diffusion::gini(&self.reactions())
    }

    /// The largest chains of reposts, at most `n`, largest first and of equals the earliest; none of
    /// posts that were never passed on.
    pub fn cascades(&self, n: usize) -> Vec<Cascade> {
        let roots = self.forum.posts().filter(|it| it.parent.is_none() && it.reposts > 0);
        let mut roots: Vec<(u32, asfm_social::PostId)> =
            roots.map(|it| (it.reposts, it.id)).collect();
        roots.sort_unstable_by_key(|it| (std::cmp::Reverse(it.0), it.1));
        roots.truncate(n);
        roots.into_iter().filter_map(|it| self.forum.cascade(it.1)).collect()
    }

    /// Reposts that the posts of the `n` most reposted traders have received by the end of each day,
    /// most first: the trader, and a number for each of [`Self::days`].
    pub fn reposts_by_author(&self, n: usize) -> Vec<(TraderId, Vec<u64>)> {
        let mut by_author: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
        for it in self.forum.posts() {
            let parent = it.parent.and_then(|it| self.forum.get(it));
            let Some(author) = parent.map(|it| it.author.0) else { continue };
            let at = self.days.partition_point(|day| day.day.0 < it.day);
            let days = by_author.entry(author).or_insert_with(|| vec![0; self.days.len()]);
            if let Some(slot) = days.get_mut(at) {
                *slot += 1;
            }
        }
        let mut all: Vec<(TraderId, Vec<u64>)> = by_author
            .into_iter()
            .map(|(author, days)| {
                let mut sum = 0;
                let sums = days.iter().map(|it| {
                    sum += it;
                    sum
                });
                (TraderId::at(author as usize), sums.collect())
            })
            .collect();
        all.sort_by_key(|it| (std::cmp::Reverse(it.1.last().copied()), it.0));
        all.truncate(n);
        all
    }

    /// The network of a day as it can be drawn; absent for many traders and for days that were not
    /// looked at.
    pub fn drawn(&self, day: Day) -> Option<Drawn> {
        let it = self.days.iter().find(|it| it.day == day)?;
        let picture = it.picture.as_ref()?;
        let scores = picture.scores.iter().map(|it| (*it <= 500).then(|| f64::from(*it) / 5.0));
        Some(Drawn { day, scores: scores.collect(), links: picture.links() })
    }
}

/// What a crowd needs to know of a market at its start.
struct Start {
    kinds: Vec<usize>,
    n_kinds: usize,
    held: Vec<u64>,
    costs: Vec<f64>,
    prices: Vec<f64>,
}

impl Start {
    fn of(engine: &Engine) -> Self {
        let scenario = engine.scenario();
        let mut kinds = Vec::with_capacity(scenario.traders());
        for (at, kind) in scenario.kinds().iter().enumerate() {
            kinds.extend(std::iter::repeat_n(at, kind.traders as usize));
        }
        let companies = scenario.companies();
        let prices: Vec<f64> = companies.iter().map(|it| it.initial_close().to_f64()).collect();
        Self {
            costs: costs(scenario, kinds.len(), &prices),
            n_kinds: scenario.kinds().len(),
            held: engine.ledger().holdings().to_vec(),
            kinds,
            prices,
        }
    }
}

/// What everybody paid for what they hold: as the population says, else the last initial close.
fn costs(scenario: &Scenario, traders: usize, prices: &[f64]) -> Vec<f64> {
    let roster = scenario.roster();
    let mut costs = Vec::with_capacity(traders * prices.len());
    for trader in 0..traders {
        for (at, price) in (0..).map(asfm_engine::StockId).zip(prices) {
            let told = roster.and_then(|it| it.cost(TraderId::at(trader), at));
            costs.push(told.map_or(*price, asfm_engine::Price::to_f64));
        }
    }
    costs
}

impl Picture {
    fn new(links: &[(u32, u32)], beliefs: &[Option<Belief>]) -> Self {
        let n = beliefs.len();
        let mut bits = vec![0_u64; (n * n).div_ceil(64)];
        for (a, b) in links {
            let at = *a as usize * n + *b as usize;
            bits[at / 64] |= 1 << (at % 64);
        }
        let five = |it: &Option<Belief>| {
            it.map_or(5 * 255, |it| it.points().iter().map(|it| u16::from(*it)).sum())
        };
        Self { bits, scores: beliefs.iter().map(five).collect() }
    }

    fn links(&self) -> Vec<(u32, u32)> {
        let n = self.scores.len();
        let is_set = |at: usize| self.bits[at / 64] >> (at % 64) & 1 == 1;
        let place = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        (0..n * n).filter(|at| is_set(*at)).map(|at| (place(at / n), place(at % n))).collect()
    }
}

/// The mean of the five dimensions.
fn score(belief: Belief) -> f64 {
    belief.points().iter().map(|it| f64::from(*it)).sum::<f64>() / 5.0
}

fn opinion<'b>(beliefs: impl Iterator<Item = &'b Belief>) -> Option<Opinion> {
    let mut scores = Vec::new();
    let mut sums = [0.0; 5];
    for it in beliefs {
        scores.push(score(*it));
        for (sum, points) in sums.iter_mut().zip(it.points()) {
            *sum += f64::from(points);
        }
    }
    let n = as_f64(scores.len() as u64);
    if scores.is_empty() {
        return None;
    }
    let mean = scores.iter().sum::<f64>() / n;
    let moment = |k: i32| scores.iter().map(|it| (it - mean).powi(k)).sum::<f64>() / n;
    let variance = moment(2);
    // Below a millionth of a point all are alike but for rounding.
    let bimodality = (variance > 1e-12).then(|| {
        let skewness = moment(3) / variance.powf(1.5);
        (skewness * skewness + 1.0) / (moment(4) / (variance * variance))
    });
    Some(Opinion {
        traders: u32::try_from(scores.len()).unwrap_or(u32::MAX),
        mean,
        dimensions: sums.map(|it| it / n),
        variance,
        bimodality,
    })
}

fn ties(graph: &Graph, links: &[(u32, u32)], scores: &[Option<f64>]) -> Ties {
    let whole = graph.connectivity();
    let (mut from, mut to) = (Vec::new(), Vec::new());
    for (a, b) in links {
        if let (Some(a), Some(b)) = (scores[*a as usize], scores[*b as usize]) {
            from.extend([a, b]);
            to.extend([b, a]);
        }
    }
    Ties {
        edges: whole.edges,
        density: whole.density,
        mean_degree: whole.mean_degree,
        isolates: f64::from(whole.isolates) / f64::from(graph.users()),
        assortativity: rank::pearson(&from, &to).ok().map(|it| it.statistic),
    }
}
