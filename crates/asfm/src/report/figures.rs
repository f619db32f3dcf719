//! The figures of a run's page.

use asfm_engine::StockId;
use asfm_measure::as_f64;
use asfm_report::{Axis, Figure, IntervalRow, Lower, Mark, Series, Shape, Tone};
use asfm_stats::market::equal_weight_index;
use asfm_stats::moments;
use asfm_stats::paired::paired_t;

use super::days::Days;

/// More traders than this are drawn as shares of all, not one by one.
const POINTS_MAX: usize = 400;

pub(super) fn marks(days: &Days) -> Vec<Mark> {
    /// Of more than this, lines would hide the picture; the table of news has them all.
    const MOST: usize = 12;
    let told = || days.news.iter().filter(|it| it.day > 0);
    if told().count() > MOST {
        return Vec::new();
    }
    told().map(|it| Mark { at: f64::from(it.day), label: clipped(&it.text) }).collect()
}

/// A text short enough for a label.
fn clipped(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
    }
}

fn volume(days: &Days, stocks: std::ops::Range<usize>) -> Vec<Option<f64>> {
    let all = &days.observed.tally.volume;
    let of_day = |day: usize| stocks.clone().map(|it| all[it][day]).sum::<f64>();
    // There is no volume before day 1.
    std::iter::once(None).chain((1..=days.observed.days.len()).map(|it| Some(of_day(it)))).collect()
}

/// The equal-weight index with the volume of all stocks.
pub(super) fn index(days: &Days) -> Option<Figure> {
    let closes: Vec<&[f64]> = days.observed.tally.closes.iter().map(Vec::as_slice).collect();
    let index = equal_weight_index(&closes).ok()?;
    let base = *index.first()?;
    let path = index.iter().map(|it| it / base - 1.0);
    Some(Figure {
        id: "index".to_owned(),
        title: "The market: mean return of all stocks".to_owned(),
        caption:
            "Equal-weight index since the last initial close, and shares traded below. Numbered \
                  lines are news."
                .to_owned(),
        x: Axis::new("day"),
        y: Axis::percent("return"),
        shape: Shape::Lines {
            x: days.close_days(),
            series: vec![Series::full("all stocks", path)],
            below: Some(Lower {
                axis: Axis::new("shares"),
                name: "volume".to_owned(),
                y: volume(days, 0..closes.len()),
            }),
        },
        marks: marks(days),
    })
}

/// The price of one stock with its volume.
pub(super) fn stock(days: &Days, at: StockId) -> Figure {
    let it = &days.observed.stocks[at.index()];
    let closes = &days.observed.tally.closes[at.index()];
    Figure {
        id: format!("stock-{}", at.0),
        title: format!("{} ({})", it.code, it.sector),
        caption:
            "Close of each trading day and shares traded below; day 0 is the last initial close."
                .to_owned(),
        x: Axis::new("day"),
        y: Axis::new("price"),
        shape: Shape::Lines {
            x: days.close_days(),
            series: vec![Series::full("close", closes.iter().copied())],
            below: Some(Lower {
                axis: Axis::new("shares"),
                name: "volume".to_owned(),
                y: volume(days, at.index()..at.index() + 1),
            }),
        },
        marks: marks(days),
    }
}

fn trading_days(days: &Days) -> Vec<f64> {
    days.observed.days.iter().map(|it| f64::from(it.0)).collect()
}

/// Orders by side and day.
pub(super) fn flow(days: &Days) -> Option<Figure> {
    let n = days.observed.days.len();
    let of = |side: fn(&asfm_measure::Flow) -> u64| {
        (0..n).map(move |day| {
            let sum: u64 = days.observed.stocks.iter().map(|it| side(&it.flow[day])).sum();
            as_f64(sum)
        })
    };
    (n > 1).then(|| Figure {
        id: "flow".to_owned(),
        title: "Order flow".to_owned(),
        caption: "Accepted orders of each day, all stocks together.".to_owned(),
        x: Axis::new("day"),
        y: Axis { zero: true, ..Axis::new("orders") },
        shape: Shape::Lines {
            x: trading_days(days),
            series: vec![
                Series::full("buy orders", of(|it| it.buys)),
                Series::full("sell orders", of(|it| it.sells)),
            ],
            below: None,
        },
        marks: marks(days),
    })
}

/// What was left in the books at the closes.
pub(super) fn depth(days: &Days) -> Option<Figure> {
    let of = |side: fn(&(u64, u64)) -> u64| days.unfilled.iter().map(move |it| as_f64(side(it)));
    (days.unfilled.len() > 1).then(|| Figure {
        id: "depth".to_owned(),
        title: "Depth left at the close".to_owned(),
        caption:
            "Shares asked for and offered that found no counterpart by the end of the day, all \
                  stocks together."
                .to_owned(),
        x: Axis::new("day"),
        y: Axis { zero: true, ..Axis::new("shares") },
        shape: Shape::Lines {
            x: trading_days(days),
            series: vec![
                Series::full("asked for", of(|it| it.0)),
                Series::full("offered", of(|it| it.1)),
            ],
            below: None,
        },
        marks: marks(days),
    })
}

/// Mean gain of each kind of trader by day.
pub(super) fn kinds(days: &Days) -> Option<Figure> {
    let n = days.observed.days.len();
    let whole = days.observed.kinds.iter().all(|it| it.wealth.len() == n + 1);
    (whole && n > 0).then(|| Figure {
        id: "kinds".to_owned(),
        title: "Gain by kind of trader".to_owned(),
        caption: "Mean wealth of the traders of a kind, cash and shares at the close, over their \
                  mean capital, less 1."
            .to_owned(),
        x: Axis::new("day"),
        y: Axis::percent("gain"),
        shape: Shape::Lines {
            x: days.close_days(),
            series: days
                .observed
                .kinds
                .iter()
                .filter(|it| it.traders > 0)
                .map(|it| {
                    Series::full(&it.name, it.wealth.iter().map(|wealth| wealth / it.capital - 1.0))
                })
                .collect(),
            below: None,
        },
        marks: marks(days),
    })
}

/// The gains of traders at the end, kind by kind in the order of capital.
pub(super) fn capital(days: &Days) -> Option<Figure> {
    let mut kinds: Vec<usize> = (0..days.observed.kinds.len()).collect();
    kinds.sort_by(|a, b| {
        let capital = |at: usize| days.observed.kinds[at].capital;
        capital(*a).total_cmp(&capital(*b))
    });
    let few = days.observed.traders.len() <= POINTS_MAX;
    let rows: Vec<IntervalRow> = kinds
        .into_iter()
        .filter_map(|at| {
            let kind = &days.observed.kinds[at];
            let traders = days.observed.traders.iter().filter(|it| it.kind == at);
            let gains: Vec<f64> = traders.map(asfm_measure::Trader::gain).collect();
            let value = moments::mean(&gains).ok()?.value;
            let ci = paired_t(&gains).ok().and_then(|it| it.mean.ci);
            Some(IntervalRow {
                label: format!("{:.0} · {}", kind.capital, kind.name),
                value,
                lo: ci.map_or(value, |it| it.lo),
                hi: ci.map_or(value, |it| it.hi),
                points: if few { gains } else { Vec::new() },
                tone: Tone::Neutral,
            })
        })
        .collect();
    (!rows.is_empty()).then(|| Figure {
        id: "capital".to_owned(),
        title: "Gain by capital".to_owned(),
        caption: "Mean gain at the end of the traders of each kind, least capital first, with its \
                  95 % t interval over traders; each trader is a point. Traders of one run are not \
                  independent."
            .to_owned(),
        x: Axis::percent("gain"),
        y: Axis::new("capital"),
        shape: Shape::Intervals { rows, zero: 0.0, smallest: None },
        marks: Vec::new(),
    })
}

/// How wealth is spread, at the start and at the end.
pub(super) fn lorenz(days: &Days) -> Option<Figure> {
    let curve = |wealth: Vec<f64>| asfm_stats::inequality::lorenz_deciles(&wealth).ok();
    let traders = &days.observed.traders;
    let start = curve(traders.iter().map(|it| it.capital).collect())?;
    let end = curve(traders.iter().map(|it| it.wealth).collect())?;
    let tenths: Vec<f64> = (0..=10).map(|it| f64::from(it) / 10.0).collect();
    Some(Figure {
        id: "lorenz".to_owned(),
        title: "Lorenz curve of wealth".to_owned(),
        caption: "The part of all wealth that the poorest part of the traders owns.".to_owned(),
        x: Axis::percent("poorest traders"),
        y: Axis::percent("part of all wealth"),
        shape: Shape::Lines {
            x: tenths.clone(),
            series: vec![
                Series::full("at the end", end),
                Series::full("at the start", start),
                Series::full("all alike", tenths).dashed(),
            ],
            below: None,
        },
        marks: Vec::new(),
    })
}

/// How many bins returns are counted in.
const BINS: u32 = 41;

/// The daily returns of all stocks against a normal law.
pub(super) fn returns(days: &Days) -> Option<Figure> {
    let closes = &days.observed.tally.closes;
    let returns: Vec<f64> =
        closes.iter().flat_map(|it| it.windows(2).map(|it| it[1] / it[0] - 1.0)).collect();
    let (mean, sd) = (moments::mean(&returns).ok()?.value, moments::sd(&returns).ok()?.value);
    let widest = returns.iter().fold(0.0_f64, |it, r| it.max((r - mean).abs()));
    if returns.len() < 20 || sd <= 0.0 {
        return None;
    }
    let reach = widest.max(3.0 * sd) * 1.001;
    let width = 2.0 * reach / f64::from(BINS);
    let edges: Vec<f64> = (0..=BINS).map(|it| mean - reach + width * f64::from(it)).collect();
    let mut counts = vec![0.0; BINS as usize];
    for it in &returns {
        let at = edges.partition_point(|edge| edge <= it).clamp(1, counts.len());
        counts[at - 1] += 1.0;
    }
    let n = as_f64(u64::try_from(returns.len()).ok()?);
    let normal = |x: f64| {
        let z = (x - mean) / sd;
        n * width * (-0.5 * z * z).exp() / (sd * (2.0 * std::f64::consts::PI).sqrt())
    };
    let curve = (0..=4 * BINS).map(|it| mean - reach + width * f64::from(it) / 4.0);
    Some(Figure {
        id: "returns".to_owned(),
        title: "Daily returns".to_owned(),
        caption: "All stocks and days together, beside a normal law of the same mean and standard \
                  deviation; days without a trade are returns of 0."
            .to_owned(),
        x: Axis::percent("return"),
        y: Axis::new("stock-days"),
        shape: Shape::Histogram {
            counts,
            overlay: Some(curve.map(|x| (x, normal(x))).collect()),
            edges,
        },
        marks: Vec::new(),
    })
}
