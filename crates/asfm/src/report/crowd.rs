//! What traders who talk say, believe and do to each other, on the page of a run.

use asfm_measure::{Crowd, CrowdDay, Drawn, Weights, as_f64};
use asfm_report::{Axis, Block, Cell, Column, Figure, Node, Series, Shape, Table};

use super::days::Days;
use super::figures::marks;

/// How many of the most reposted authors have a line, and how many chains of reposts a row.
const AUTHORS: usize = 6;
const CHAINS: usize = 8;

/// The section of a run in which somebody says something; nothing otherwise.
pub(super) fn blocks(days: &Days) -> Vec<Block> {
    let Some(crowd) = days.observed.crowd.as_deref() else { return Vec::new() };
    if crowd.forum.is_empty() && crowd.days.iter().all(|it| it.opinion.is_none()) {
        return Vec::new();
    }
    let mut blocks: Vec<Block> = [
        belief(days, crowd),
        dimensions(days, crowd),
        sell_buy(days),
        forum(days, crowd),
        authors(days, crowd),
        density(days, crowd),
        last_network(crowd),
    ]
    .into_iter()
    .flatten()
    .map(Block::Figure)
    .collect();
    blocks.extend(chains(crowd).map(Block::Table));
    blocks.push(Block::Table(numbers(crowd)));
    blocks
}

/// A line by calendar day.
fn by_day(crowd: &Crowd, name: &str, of: impl Fn(&CrowdDay) -> Option<f64>) -> Series {
    Series::new(name, crowd.days.iter().map(of))
}

fn lines(
    (id, title, caption): (&str, &str, &str),
    (days, crowd): (&Days, &Crowd),
    y: Axis,
    series: Vec<Series>,
) -> Option<Figure> {
    let is_empty = series.iter().all(|it| it.y.iter().all(Option::is_none));
    (crowd.days.len() > 1 && !is_empty).then(|| Figure {
        id: id.to_owned(),
        title: title.to_owned(),
        caption: caption.to_owned(),
        x: Axis::new("day"),
        y,
        shape: Shape::Lines {
            x: crowd.days.iter().map(|it| f64::from(it.day.0)).collect(),
            series,
            below: None,
        },
        marks: marks(days),
    })
}

/// Belief and index in one picture, both in the unit of belief: a tenth of the index is ten points.
fn belief(days: &Days, crowd: &Crowd) -> Option<Figure> {
    let stocks: Vec<usize> = (0..days.observed.stocks.len()).collect();
    let index = days.observed.index(&stocks, Weights::Equal);
    let level = |it: &CrowdDay| {
        let at = days.observed.days.binary_search(&it.day).ok()?;
        Some(50.0 * *index.get(at + 1)?)
    };
    let sd = |it: &CrowdDay, sign: f64| {
        it.opinion.map(|it| (it.mean + sign * it.variance.sqrt()).clamp(0.0, 100.0))
    };
    let ends = [-1.0, 1.0].map(|sign| crowd.days.iter().map(|it| sd(it, sign)).collect());
    let [low, high]: [Vec<Option<f64>>; 2] = ends;
    let series = vec![
        by_day(crowd, "belief", |it| it.opinion.map(|it| it.mean)).within(low, high),
        by_day(crowd, "index, 50 at the start", level).dashed(),
    ];
    let caption = "Mean over traders of the mean of five dimensions, 0 to 100 with 50 for neutral, \
                   and one standard deviation of traders around it; a trader believes what it said \
                   last. The equal-weight index is scaled to 50 at the start.";
    lines(("belief", "Belief and the market", caption), (days, crowd), Axis::new("points"), series)
}

fn dimensions(days: &Days, crowd: &Crowd) -> Option<Figure> {
    let names = ["trend", "valuation", "economy", "sentiment", "confidence"];
    let series = (0..).zip(names).map(|(at, name)| {
        let at: usize = at;
        by_day(crowd, name, move |it| it.opinion.map(|it| it.dimensions[at]))
    });
    let caption = "Mean over traders of each dimension, 0 to 100 with 50 for neutral.";
    let what = ("dimensions", "Belief by dimension", caption);
    lines(what, (days, crowd), Axis::new("points"), series.collect())
}

fn sell_buy(days: &Days) -> Option<Figure> {
    let n = days.observed.days.len();
    let ratio = |day: usize| {
        let flow = days.observed.stocks.iter().map(|it| it.flow[day]);
        let (sell, buy) =
            flow.fold((0, 0), |sum, it| (sum.0 + it.sell_shares, sum.1 + it.buy_shares));
        (buy > 0 && sell > 0).then(|| as_f64(sell) / as_f64(buy))
    };
    let y: Vec<Option<f64>> = (0..n).map(ratio).collect();
    (n > 1 && y.iter().any(Option::is_some)).then(|| Figure {
        id: "sell-buy".to_owned(),
        title: "Sell orders over buy orders".to_owned(),
        caption:
            "Shares offered over shares asked for, all stocks together; 1 is balance. Days on \
                  which a side is empty are left out."
                .to_owned(),
        x: Axis::new("day"),
        y: Axis { log: true, ..Axis::new("shares offered over asked for") },
        shape: Shape::Lines {
            x: days.observed.days.iter().map(|it| f64::from(it.0)).collect(),
            series: vec![
                Series::new("sell over buy", y),
                Series::full("balance", vec![1.0; n]).dashed(),
            ],
            below: None,
        },
        marks: marks(days),
    })
}

fn forum(days: &Days, crowd: &Crowd) -> Option<Figure> {
    let count = |of: fn(&CrowdDay) -> u64| move |it: &CrowdDay| Some(as_f64(of(it)));
    let series = vec![
        by_day(crowd, "posts", count(|it| it.posts)),
        by_day(crowd, "reposts", count(|it| it.reposts)),
        by_day(crowd, "likes", count(|it| it.likes)),
        by_day(crowd, "unlikes", count(|it| it.unlikes)),
    ];
    let y = Axis { zero: true, ..Axis::new("a day") };
    let caption = "What is said in the forum, and how it is taken.";
    lines(("forum", "The forum", caption), (days, crowd), y, series)
}

fn authors(days: &Days, crowd: &Crowd) -> Option<Figure> {
    let all = crowd.reposts_by_author(AUTHORS);
    let series = all
        .into_iter()
        .map(|(who, sums)| Series::full(format!("trader {who}"), sums.into_iter().map(as_f64)));
    let series: Vec<Series> = series.collect();
    let y = Axis { zero: true, ..Axis::new("reposts so far") };
    let caption = "Reposts that the posts of the most reposted traders have received so far.";
    let what = ("authors", "Reposts by author", caption);
    if series.is_empty() { None } else { lines(what, (days, crowd), y, series) }
}

fn density(days: &Days, crowd: &Crowd) -> Option<Figure> {
    let series = vec![
        by_day(crowd, "linked pairs", |it| it.network.map(|it| it.density)),
        by_day(crowd, "traders without links", |it| it.network.map(|it| it.isolates)),
    ];
    let y = Axis { zero: true, ..Axis::percent("share") };
    let caption = "Pairs of traders whose recent trades are alike, of all pairs; and traders who \
                   are like nobody. The network of a morning decides who reads whom on the day.";
    lines(("density", "Who trades alike, by day", caption), (days, crowd), y, series)
}

fn last_network(crowd: &Crowd) -> Option<Figure> {
    let drawn = crowd.days.iter().rev().find_map(|it| crowd.drawn(it.day))?;
    let title = format!("Who trades alike on day {}", drawn.day);
    let caption = "A link is a pair of traders whose recent trades are alike.";
    Some(network("network".to_owned(), title, caption, &drawn))
}

/// A network as a picture: most links first, of equals the lowest number.
pub(crate) fn network(id: String, title: String, caption: &str, drawn: &Drawn) -> Figure {
    let n = drawn.scores.len();
    let mut degrees = vec![0_u32; n];
    for (a, b) in &drawn.links {
        degrees[*a as usize] += 1;
        degrees[*b as usize] += 1;
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(degrees[*at]), *at));
    let mut place = vec![0_u32; n];
    for (to, from) in (0_u32..).zip(&order) {
        place[*from] = to;
    }
    // As far from neutral as anybody is, in whole tens.
    let far = drawn.scores.iter().flatten().fold(10.0_f64, |far, it| far.max((it - 50.0).abs()));
    let far = (far / 10.0).ceil() * 10.0;
    let node = |at: &usize| Node { name: format!("{}", at + 1), value: drawn.scores[*at] };
    let links = drawn.links.iter().map(|(a, b)| {
        let [a, b] = [place[*a as usize], place[*b as usize]];
        (a.min(b), a.max(b))
    });
    let mut links: Vec<(u32, u32)> = links.collect();
    links.sort_unstable();
    Figure {
        id,
        title,
        caption: format!(
            "{caption} {} of {} pairs, as lines on a circle and as cells of a matrix.",
            links.len(),
            n * n.saturating_sub(1) / 2
        ),
        x: Axis::new("traders, most links first: clockwise from the top, and from the top left"),
        y: Axis::new("belief"),
        shape: Shape::Network {
            nodes: order.iter().map(node).collect(),
            links,
            ends: (50.0 - far, 50.0 + far),
        },
        marks: Vec::new(),
    }
}

/// The largest chains of reposts.
fn chains(crowd: &Crowd) -> Option<Table> {
    let rows: Vec<Vec<Cell>> = crowd
        .cascades(CHAINS)
        .iter()
        .map(|it| {
            let number = |it: u32| Cell::number(f64::from(it), it.to_string());
            let root = crowd.forum.get(it.root);
            let author = root.map_or(0, |it| it.author.0 + 1);
            vec![
                number(it.root.0),
                number(author),
                number(root.map_or(0, |it| it.day)),
                number(it.size),
                number(it.depth),
                number(it.breadth()),
                it.days_to_half().map_or_else(|| Cell::Missing("none".to_owned()), number),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        caption: "The largest chains of reposts.".to_owned(),
        columns: vec![
            Column::number("post", "the number of the post at its beginning"),
            Column::number("author", "the trader who wrote it"),
            Column::number("day", "on which it was written"),
            Column::number("size", "posts and reposts"),
            Column::number("depth", "levels below the first post"),
            Column::number("breadth", "posts of the largest level"),
            Column::number("half", "days until half of the reposts were made"),
        ],
        rows,
    })
}

/// What has no day.
fn numbers(crowd: &Crowd) -> Table {
    let disposition = crowd
        .dispositions()
        .iter()
        .fold(asfm_measure::Disposition::default(), |sum, it| sum.plus(*it));
    let percent = |it: Option<f64>| {
        it.map_or_else(
            || Cell::Missing("nothing to measure".to_owned()),
            |it| Cell::number(it, format!("{:.1} %", 100.0 * it)),
        )
    };
    let plain = |it: Option<f64>| {
        it.map_or_else(
            || Cell::Missing("nothing to measure".to_owned()),
            |it| Cell::number(it, format!("{it:.3}")),
        )
    };
    let ends = |of: fn(&CrowdDay) -> Option<f64>| {
        let mut all = crowd.days.iter().filter_map(of);
        let first = all.next();
        (first, all.next_back().or(first))
    };
    let gini = ends(|it| it.gini);
    let spread = ends(|it| it.opinion.map(|it| it.variance.sqrt()));
    let row = |what: &str, cell: Cell| vec![Cell::text(what), cell];
    Table {
        caption: "Reactions are likes, unlikes and reposts; gains and losses are against the \
                  average purchase price, on days on which a trader sells (Odean 1998)."
            .to_owned(),
        columns: vec![Column::text("what"), Column::number("value", "of the whole run")],
        rows: vec![
            row(
                "reactions to the most noticed tenth of traders",
                percent(crowd.share_of_top_tenth()),
            ),
            row("Gini coefficient of reactions", plain(crowd.reaction_gini())),
            row("gains realised", percent(disposition.gains())),
            row("losses realised", percent(disposition.losses())),
            row("standard deviation of belief, first day", plain(spread.0)),
            row("standard deviation of belief, last day", plain(spread.1)),
            row("Gini coefficient of wealth, first close", plain(gini.0)),
            row("Gini coefficient of wealth, last close", plain(gini.1)),
        ],
    }
}
