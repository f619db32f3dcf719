//! Figures: what an experiment's page draws from its runs.

use asfm_engine::{Day, ScenarioError, Source};
use asfm_measure::{CrowdDay, Observed, as_f64};

use crate::arm::{self, Arm};
use crate::statistic::Statistic;
use crate::{word, written};

/// A figure of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Its id, such as `2a`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it shows, in a sentence or two.
    pub caption: String,
    /// The arms it is of.
    pub arms: Vec<usize>,
    /// What is drawn.
    pub drawing: Drawing,
    /// Days to mark, with a label each.
    pub marks: Vec<(String, u32)>,
}

/// What a figure draws, always as a mean over seeds with a band.
#[derive(Debug, Clone, PartialEq)]
pub enum Drawing {
    /// A line by day for each arm and group.
    Path {
        /// What changes by day.
        path: Path,
        /// Into which lines an arm is split.
        by: By,
        /// The groups that are drawn; all if empty.
        only: Vec<String>,
        /// The day whose close is the base of returns.
        from: u32,
    },
    /// The network of trades alike on a day, of the first seed: a picture for each arm.
    Network {
        /// Which day.
        day: u32,
    },
    /// A point for each arm and statistic.
    Levels {
        /// Places in [`crate::Experiment::statistics`].
        statistics: Vec<usize>,
        /// What stands on the axis for each arm; the arms' titles if absent.
        levels: Option<Vec<f64>>,
        /// What the levels are.
        axis: String,
    },
}

/// What changes by day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// Mean cumulative return of the stocks since the base day.
    Return,
    /// Mean cumulative return of the traders since the base day.
    Gain,
    /// Accepted orders of the day.
    Orders,
    /// Mean score of belief in the evening.
    Belief,
    /// Shares offered over shares asked for, on the day.
    SellBuy,
    /// Shares traded on the day.
    Volume,
    /// Links over pairs of traders in the network of the morning.
    Density,
    /// Posts of the day, without reposts.
    Posts,
    /// Reposts of the day; by author those that the most reposted traders have received so far.
    Reposts,
}

impl Path {
    const WORDS: [(&'static str, Self); 9] = [
        ("return", Self::Return),
        ("gain", Self::Gain),
        ("orders", Self::Orders),
        ("belief", Self::Belief),
        ("sell-buy", Self::SellBuy),
        ("volume", Self::Volume),
        ("density", Self::Density),
        ("posts", Self::Posts),
        ("reposts", Self::Reposts),
    ];
}

/// How many authors are drawn.
const AUTHORS: usize = 6;

/// Into which lines an arm is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// One line for each arm.
    Arm,
    /// One for each sector.
    Sector,
    /// One for each kind of trader.
    Kind,
    /// One for each of the most reposted traders, by rank.
    Author,
}

/// One line of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The sector or kind; empty where the arm is one line.
    pub group: String,
    /// The day and the value of each point.
    pub points: Vec<(u32, f64)>,
}

impl Figure {
    pub(crate) fn read(
        from: &Source,
        at: usize,
        it: &written::Figure,
        arms: &[Arm],
        statistics: &mut Vec<Statistic>,
    ) -> Result<Self, ScenarioError> {
        let key = |field: &str| format!("figure[{at}].{field}");
        if !arm::is_name(it.id.get_ref()) {
            let what = format!("`{}` is no id: expected {}", it.id.get_ref(), arm::NAME);
            return Err(from.error(it.id.span(), &key("id"), what));
        }
        let place = |name: &String| arm::find(from, arms, name, &it.arms.span(), &key("arms"));
        let of = it.arms.get_ref().iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let drawing = match (&it.path, &it.statistics, &it.network) {
            (None, None, Some(day)) => Drawing::Network { day: *day },
            (Some(path), None, None) => {
                let unknown = || {
                    let words = Path::WORDS.map(|it| it.0);
                    let key = key("path");
                    word::unknown(from, (path.span(), &key), ("path", path.get_ref()), &words)
                };
                let found = Path::WORDS.iter().find(|it| it.0 == path.get_ref());
                let found = found.ok_or_else(unknown)?.1;
                let by = match (it.by.as_ref().map(|it| it.get_ref().as_str()), found) {
                    (None, _) => By::Arm,
                    (Some("sector"), Path::Return | Path::Orders) => By::Sector,
                    (Some("kind"), Path::Gain | Path::Orders | Path::Belief) => By::Kind,
                    (Some("author"), Path::Reposts) => By::Author,
                    _ => {
                        let span = it.by.as_ref().map_or(0..0, toml::Spanned::span);
                        let what = format!(
                            "expected `sector` (returns, orders), `kind` (gains, orders, beliefs) \
                             or `author` (reposts), found `{}` for the path `{}`",
                            it.by.as_ref().map_or("", |it| it.get_ref().as_str()),
                            path.get_ref()
                        );
                        return Err(from.error(span, &key("by"), what));
                    }
                };
                let from = it.from.unwrap_or(0);
                Drawing::Path { path: found, by, only: it.only.clone(), from }
            }
            (None, Some(names), None) => {
                let mut places = Vec::new();
                for name in names.get_ref() {
                    let (span, key) = (names.span(), key("statistics"));
                    places.push(Statistic::place(from, span, &key, name, statistics)?);
                }
                let levels = it.levels.as_ref();
                if let Some(levels) = levels
                    && levels.get_ref().len() != of.len()
                {
                    let n = levels.get_ref().len();
                    let what =
                        format!("expected one level for each of {} arms, found {n}", of.len());
                    return Err(from.error(levels.span(), &key("levels"), what));
                }
                let levels = levels.map(|it| it.get_ref().clone());
                Drawing::Levels { statistics: places, levels, axis: it.axis.clone() }
            }
            (path, names, day) => {
                let n = [path.is_some(), names.is_some(), day.is_some()];
                let found = if n.contains(&true) { "several" } else { "none" };
                let what =
                    format!("expected one of `path`, `statistics` and `network`, found {found}");
                return Err(from.error(it.id.span(), &format!("figure[{at}]"), what));
            }
        };
        let marks = it.marks.iter().map(|(label, day)| (label.clone(), *day)).collect();
        Ok(Self {
            id: it.id.get_ref().clone(),
            title: it.title.clone(),
            caption: it.caption.clone(),
            arms: of,
            drawing,
            marks,
        })
    }

    pub(crate) fn statistics(&self) -> &[usize] {
        match &self.drawing {
            Drawing::Path { .. } | Drawing::Network { .. } => &[],
            Drawing::Levels { statistics, .. } => statistics,
        }
    }

    /// The lines that a run adds to the figure; none where it draws no lines.
    pub fn lines(&self, run: &Observed) -> Vec<Line> {
        let Drawing::Path { path, by, only, from } = &self.drawing else { return Vec::new() };
        let mut lines = match (path, by) {
            (Path::Return, By::Sector) => {
                let mut sectors: Vec<&str> = Vec::new();
                for it in &run.stocks {
                    if !sectors.contains(&it.sector.as_str()) {
                        sectors.push(&it.sector);
                    }
                }
                let line = |sector: &str| Line {
                    group: sector.to_owned(),
                    points: returns(run, *from, |it| it.sector == sector),
                };
                sectors.into_iter().map(line).collect()
            }
            (Path::Return, _) => {
                vec![Line { group: String::new(), points: returns(run, *from, |_| true) }]
            }
            (Path::Gain, By::Kind) => run
                .kinds
                .iter()
                .map(|it| Line { group: it.name.clone(), points: gains(run, *from, Some(it)) })
                .collect(),
            (Path::Gain, _) => {
                vec![Line { group: String::new(), points: gains(run, *from, None) }]
            }
            (Path::Orders, By::Kind) => run
                .kinds
                .iter()
                .map(|it| Line { group: it.name.clone(), points: daily(run, |at| it.orders[at]) })
                .collect(),
            (Path::Belief | Path::Density | Path::Posts | Path::Reposts, _) => {
                crowd_lines(run, *path, *by)
            }
            (Path::SellBuy | Path::Volume, _) => {
                vec![Line { group: String::new(), points: market_line(run, *path) }]
            }
            (Path::Orders, by) => {
                let of = |wanted: Option<&str>| {
                    daily(run, |at| {
                        let stocks = run.stocks.iter();
                        let stocks =
                            stocks.filter(|it| wanted.is_none_or(|name| it.sector == name));
                        stocks.map(|it| it.flow[at].buys + it.flow[at].sells).sum()
                    })
                };
                if *by == By::Sector {
                    let line = |it: &asfm_measure::Stock| Line {
                        group: it.sector.clone(),
                        points: of(Some(&it.sector)),
                    };
                    let mut lines: Vec<Line> = run.stocks.iter().map(line).collect();
                    lines.dedup_by(|a, b| a.group == b.group);
                    lines
                } else {
                    vec![Line { group: String::new(), points: of(None) }]
                }
            }
        };
        lines.retain(|it| only.is_empty() || only.contains(&it.group));
        lines
    }
}

/// What changes by day among traders who talk; nothing where nobody does.
fn crowd_lines(run: &Observed, path: Path, by: By) -> Vec<Line> {
    let Some(crowd) = run.crowd.as_deref() else { return Vec::new() };
    let line = |group: String, of: &dyn Fn(&CrowdDay) -> Option<f64>| {
        let points = crowd.days.iter().filter_map(|it| Some((it.day.0, of(it)?)));
        Line { group, points: points.collect() }
    };
    match (path, by) {
        (Path::Belief, By::Kind) => (run.kinds.iter().enumerate())
            .map(|(at, kind)| {
                let of = |day: &CrowdDay| day.by_kind.get(at)?.map(|it| it.mean);
                line(kind.name.clone(), &of)
            })
            .collect(),
        (Path::Reposts, By::Author) => (1..)
            .zip(crowd.reposts_by_author(AUTHORS))
            .map(|(rank, (_, sums))| {
                let days = crowd.days.iter().map(|it| it.day.0);
                let points = days.zip(sums.into_iter().map(as_f64)).collect();
                Line { group: format!("author {rank}"), points }
            })
            .collect(),
        (Path::Belief, _) => vec![line(String::new(), &|it| it.opinion.map(|it| it.mean))],
        (Path::Density, _) => {
            vec![line(String::new(), &|it| it.network.map(|it| it.density))]
        }
        (Path::Reposts, _) => vec![line(String::new(), &|it| Some(as_f64(it.reposts)))],
        _ => vec![line(String::new(), &|it| Some(as_f64(it.posts)))],
    }
}

/// What changes by day in the market as a whole.
fn market_line(run: &Observed, path: Path) -> Vec<(u32, f64)> {
    if path == Path::Volume {
        let of_day = |at: usize| run.tally.volume.iter().map(|it| it[at + 1]).sum();
        return (0..run.days.len()).map(|at| (run.days[at].0, of_day(at))).collect();
    }
    let ratio = |at: usize| {
        let sums = run
            .stocks
            .iter()
            .map(|it| it.flow[at])
            .fold((0, 0), |sum, it| (sum.0 + it.sell_shares, sum.1 + it.buy_shares));
        (sums.1 > 0).then(|| (run.days[at].0, as_f64(sums.0) / as_f64(sums.1)))
    };
    (0..run.days.len()).filter_map(ratio).collect()
}

/// Mean cumulative return of some stocks since the close of a day, by day.
fn returns(
    run: &Observed,
    from: u32,
    wanted: impl Fn(&asfm_measure::Stock) -> bool,
) -> Vec<(u32, f64)> {
    let Some(base) = run.close_of(Day(from)) else { return Vec::new() };
    let places: Vec<usize> = (0..run.stocks.len()).filter(|at| wanted(&run.stocks[*at])).collect();
    let mean = |day: usize| {
        let each = places.iter().map(|at| {
            let closes = &run.tally.closes[*at];
            closes[day] / closes[base] - 1.0
        });
        each.sum::<f64>() / count(places.len())
    };
    (base..=run.days.len()).map(|it| (day_of(run, it), mean(it))).collect()
}

/// Mean wealth of the traders of a kind, or of all, over that of a day, less 1, by day.
fn gains(run: &Observed, from: u32, kind: Option<&asfm_measure::Kind>) -> Vec<(u32, f64)> {
    let Some(base) = run.close_of(Day(from)) else { return Vec::new() };
    let kinds = run.kinds.iter().filter(|it| kind.is_none_or(|wanted| wanted.name == it.name));
    let kinds: Vec<&asfm_measure::Kind> = kinds.collect();
    if kinds.iter().any(|it| it.wealth.len() <= run.days.len()) {
        return Vec::new();
    }
    let traders: f64 = kinds.iter().map(|it| f64::from(it.traders)).sum();
    let mean = |day: usize| {
        let each =
            kinds.iter().map(|it| f64::from(it.traders) * (it.wealth[day] / it.wealth[base] - 1.0));
        each.sum::<f64>() / traders
    };
    (base..=run.days.len()).map(|it| (day_of(run, it), mean(it))).collect()
}

fn daily(run: &Observed, of: impl Fn(usize) -> u64) -> Vec<(u32, f64)> {
    (0..run.days.len()).map(|at| (run.days[at].0, as_f64(of(at)))).collect()
}

/// The calendar day of a place in the closes.
fn day_of(run: &Observed, place: usize) -> u32 {
    place.checked_sub(1).map_or(0, |at| run.days[at].0)
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}
