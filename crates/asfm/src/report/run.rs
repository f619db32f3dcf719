//! The page of one run.

use std::path::Path;

use asfm_engine::StockId;
use asfm_measure::as_f64;
use asfm_recorder::RunInfo;
use asfm_report::{Block, Cell, Column, Page, Section, Table, Tone};
use asfm_stats::card::{Options, Verdict, card};
use asfm_stats::inequality::gini;
use asfm_stats::market::equal_weight_index;
use asfm_stats::series::Series;
use asfm_stats::yardstick::gaussian_walk;

use super::days::Days;
use super::{decider, figures};
use crate::failure::{Failure, open_run};

/// Stocks beyond these are left to the run file.
const STOCKS_MAX: usize = 40;

/// The page of a run file.
pub(super) fn page(path: &Path) -> Result<Page, Failure> {
    let run = open_run(path)?;
    let info = run.info().clone();
    let days = Days::read(&run)?;
    let mut sections = vec![
        section("prices", "Prices", prices(&days)),
        section("orders", "Orders", orders(&days)),
        section("traders", "Traders", traders(&days)),
        section("facts", "Stylized facts", facts(&days)),
    ];
    let talk = super::crowd::blocks(&days);
    if !talk.is_empty() {
        sections.insert(3, section("crowd", "Talk and beliefs", talk));
    }
    if let Some(talk) = &days.talk {
        let lines = talk.lines().into_iter().map(|line| {
            let (name, value) = line.split_at(line.find("  ").unwrap_or(line.len()));
            vec![Cell::text(name.trim()), Cell::text(value.trim())]
        });
        let table = Table {
            caption: "What was asked and answered, and how it could be read; a fallback is a hold \
                      that nobody chose."
                .to_owned(),
            columns: vec![Column::text("what"), Column::text("value")],
            rows: lines.collect(),
        };
        sections.push(section("model", "Language model", vec![Block::Table(table)]));
    }
    sections.push(section("news", "News", news(&days)));
    Ok(Page {
        title: if info.title.is_empty() { info.scenario.clone() } else { info.title.clone() },
        lead: lead(&info, &days),
        facts: about(&info, &days),
        sections,
    })
}

fn section(id: &str, title: &str, blocks: Vec<Block>) -> Section {
    Section { id: id.to_owned(), title: title.to_owned(), blocks }
}

fn lead(info: &RunInfo, days: &Days) -> String {
    let ended = days.observed.days.len();
    let whole = if ended < days.planned {
        format!(
            " The run is {}: {ended} of {} trading days are there.",
            info.status.word(),
            days.planned
        )
    } else {
        String::new()
    };
    format!(
        "{} traders and {} stocks over {} trading days; the traders decided by `{}`.{whole}",
        info.agents,
        info.stocks,
        days.planned,
        decider(&info.header.brain)
    )
}

fn about(info: &RunInfo, days: &Days) -> Vec<(String, String)> {
    let readings = days.observed.tally.readings();
    let percent =
        |it: Option<f64>| it.map_or_else(|| "none".to_owned(), |it| format!("{:.2} %", 100.0 * it));
    let mut facts = vec![
        ("scenario".to_owned(), info.scenario.clone()),
        ("seed".to_owned(), info.seed.0.to_string()),
        ("brain".to_owned(), decider(&info.header.brain)),
    ];
    if let Some(model) = &info.header.model {
        facts.push(("model".to_owned(), model.name.clone()));
    }
    facts.extend([
        ("orders".to_owned(), readings.orders.on.to_string()),
        ("execution rate".to_owned(), percent(readings.orders.oer)),
        ("turnover rate".to_owned(), percent(readings.turnover.as_ref().map(|it| it.pooled))),
        (
            "volatility a day".to_owned(),
            percent(readings.volatility.as_ref().map(|it| it.mean_of_stocks)),
        ),
        ("program".to_owned(), format!("asfm {}", info.header.version)),
        ("digest".to_owned(), info.digest.map(|it| it.to_string()).unwrap_or_default()),
    ]);
    facts
}

fn prices(days: &Days) -> Vec<Block> {
    let mut blocks: Vec<Block> = figures::index(days).map(Block::Figure).into_iter().collect();
    let mut rows = Vec::new();
    for (at, it) in days.observed.stocks.iter().enumerate() {
        let closes = &days.observed.tally.closes[at];
        let (first, last) = (closes[0], closes[closes.len() - 1]);
        let traded: f64 = days.observed.tally.volume[at].iter().sum();
        rows.push(vec![
            Cell::text(&it.code),
            Cell::text(&it.sector),
            Cell::number(first, format!("{first:.2}")),
            Cell::number(last, format!("{last:.2}")),
            Cell::number(last / first - 1.0, format!("{:+.2} %", 100.0 * (last / first - 1.0))),
            Cell::number(traded, format!("{traded}")),
        ]);
    }
    blocks.push(Block::Table(Table {
        caption: "First and last closes, in currency.".to_owned(),
        columns: vec![
            Column::text("stock"),
            Column::text("sector"),
            Column::number("first", "the last close before day 1"),
            Column::number("last", "the last close"),
            Column::number("return", "last over first, less 1"),
            Column::number("volume", "shares traded"),
        ],
        rows,
    }));
    let shown = days.observed.stocks.len().min(STOCKS_MAX);
    let stocks = (0..shown).filter_map(|at| u16::try_from(at).ok());
    let charts: Vec<Block> =
        stocks.map(|at| Block::Figure(figures::stock(days, StockId(at)))).collect();
    if days.observed.days.len() > 1 {
        blocks.push(Block::Details { summary: "Every stock".to_owned(), blocks: charts });
    }
    if shown < days.observed.stocks.len() {
        let all = days.observed.stocks.len();
        blocks.push(Block::Note(format!("The first {shown} of {all} stocks have a chart.")));
    }
    blocks
}

fn orders(days: &Days) -> Vec<Block> {
    let mut blocks: Vec<Block> = [figures::flow(days), figures::depth(days)]
        .into_iter()
        .flatten()
        .map(Block::Figure)
        .collect();
    let requests = days.observed.tally.requests;
    let rejected: u64 = days.rejections().values().sum();
    if rejected == 0 {
        blocks.push(Block::Text(format!("None of {requests} requests was rejected.")));
    } else {
        let row = |(code, n): (&&str, &u64)| {
            let share = as_f64(*n) / as_f64(requests.max(1));
            vec![
                Cell::text(*code),
                Cell::number(as_f64(*n), n.to_string()),
                Cell::number(share, format!("{:.2} %", 100.0 * share)),
            ]
        };
        blocks.push(Block::Table(Table {
            caption: format!("{rejected} of {requests} requests were rejected, by reason."),
            columns: vec![
                Column::text("reason"),
                Column::number("requests", "requests that were rejected for it"),
                Column::number("share", "of all requests"),
            ],
            rows: days.rejections().iter().map(row).collect(),
        }));
    }
    let readings = days.observed.tally.readings();
    let row = |(name, what, value): (&str, &str, Option<f64>)| {
        let value = match value {
            None => Cell::Missing("nothing to measure".to_owned()),
            Some(it) if name == "ON" => Cell::number(it, format!("{it}")),
            Some(it) => Cell::number(it, format!("{it:.4}")),
        };
        vec![Cell::text(name), value, Cell::text(what)]
    };
    blocks.push(Block::Details {
        summary: "The paper's metrics in every reading".to_owned(),
        blocks: vec![Block::Table(Table {
            caption: "Shares of one, nothing in percent.".to_owned(),
            columns: vec![
                Column::text("reading"),
                Column::number("value", "of the whole run"),
                Column::text("what"),
            ],
            rows: readings.all().into_iter().map(row).collect(),
        })],
    });
    blocks
}

fn traders(days: &Days) -> Vec<Block> {
    let mut blocks: Vec<Block> =
        [figures::kinds(days), figures::capital(days), figures::lorenz(days)]
            .into_iter()
            .flatten()
            .map(Block::Figure)
            .collect();
    let of = |value: fn(&asfm_measure::Trader) -> f64| {
        gini(&days.observed.traders.iter().map(value).collect::<Vec<_>>()).ok()
    };
    if let (Some(start), Some(end)) = (of(|it| it.capital), of(|it| it.wealth)) {
        blocks.push(Block::Text(format!(
            "Gini coefficient of wealth: {start:.4} at the start, {end:.4} at the end."
        )));
    }
    let rows = days.observed.kinds.iter().enumerate().map(|(at, kind)| {
        let traders = || days.observed.traders.iter().filter(move |it| it.kind == at);
        let sum = |value: fn(&asfm_measure::Trader) -> f64| traders().map(value).sum::<f64>();
        let ratio = |above: f64, below: f64| {
            if below > 0.0 {
                Cell::number(above / below, format!("{:.2} %", 100.0 * above / below))
            } else {
                Cell::Missing("nothing to measure".to_owned())
            }
        };
        let orders = sum(|it| as_f64(it.orders));
        let rejected = sum(|it| as_f64(it.rejected));
        vec![
            Cell::text(&kind.name),
            Cell::number(f64::from(kind.traders), kind.traders.to_string()),
            Cell::number(kind.capital, format!("{:.2}", kind.capital)),
            ratio(sum(asfm_measure::Trader::gain), f64::from(kind.traders)),
            Cell::number(orders, format!("{orders}")),
            Cell::number(rejected, format!("{rejected}")),
            ratio(sum(|it| as_f64(it.executed)), sum(|it| as_f64(it.ordered))),
            ratio(sum(|it| it.cost), sum(|it| it.base)),
        ]
    });
    blocks.push(Block::Table(Table {
        caption: "The kinds of trader.".to_owned(),
        columns: vec![
            Column::text("kind"),
            Column::number("traders", "how many there are"),
            Column::number("capital", "what each starts with in the mean, in currency"),
            Column::number("gain", "wealth over capital, less 1, mean of its traders"),
            Column::number("orders", "accepted"),
            Column::number("rejected", "requests"),
            Column::number("executed", "of ordered shares"),
            Column::number(
                "shortfall",
                "paid beyond, or received below, the previous close, as a share of that value",
            ),
        ],
        rows: rows.collect(),
    }));
    blocks
}

fn facts(days: &Days) -> Vec<Block> {
    let closes: Vec<&[f64]> = days.observed.tally.closes.iter().map(Vec::as_slice).collect();
    let volume: Vec<f64> = (0..=days.observed.days.len())
        .map(|day| days.observed.tally.volume.iter().map(|it| it[day]).sum())
        .collect();
    let index = equal_weight_index(&closes)
        .ok()
        .and_then(|prices| Series::from_prices(&prices, Some(&volume)).ok());
    let options = Options::default();
    let judged = index.as_ref().and_then(|it| card(it, &options).ok());
    let mut blocks: Vec<Block> = figures::returns(days).map(Block::Figure).into_iter().collect();
    let (Some(index), Some(own)) = (index, judged) else {
        blocks.push(Block::Note("The run is too short for the card of stylized facts.".to_owned()));
        return blocks;
    };
    let n = index.returns.len();
    let sd = asfm_stats::moments::sd(&index.returns).map_or(0.01, |it| it.value);
    let walk = gaussian_walk(n, sd.max(1e-9), true, options.seed)
        .ok()
        .and_then(|it| card(&it, &options).ok());
    let badge = |it: Verdict| {
        let (text, tone) = match it {
            Verdict::Pass => ("pass", Tone::Good),
            Verdict::Fail => ("fail", Tone::Bad),
            Verdict::Inconclusive => ("inconclusive", Tone::Unsure),
            Verdict::NotApplicable => ("not applicable", Tone::Neutral),
        };
        Cell::Badge { text: text.to_owned(), tone }
    };
    let rows = own.lines.iter().map(|it| {
        let number = |value: Option<f64>| {
            value.map_or_else(
                || Cell::Missing(it.reason.to_owned()),
                |it| Cell::number(it, format!("{it:.4}")),
            )
        };
        let beside = walk.as_ref().and_then(|walk| walk.line(it.fact));
        vec![
            Cell::text(it.fact.name().replace('_', " ")),
            badge(it.verdict),
            number(it.estimate),
            number(it.p),
            beside.map_or_else(|| Cell::Missing("none".to_owned()), |it| badge(it.verdict)),
            Cell::text(it.fact.statistic()),
            Cell::text(it.reason),
        ]
    });
    blocks.push(Block::Table(Table {
        caption: format!(
            "The card of the equal-weight index, {n} returns, {} replicates; beside it a Gaussian \
             random walk of equal length. `asfm stats run` has every stock and windows of real \
             series.",
            own.replicates
        ),
        columns: vec![
            Column::text("fact"),
            Column::text("verdict"),
            Column::number("value", "the statistic"),
            Column::number("p", "of its test"),
            Column::text("random walk"),
            Column::text("statistic"),
            Column::text("why"),
        ],
        rows: rows.collect(),
    }));
    blocks
}

fn news(days: &Days) -> Vec<Block> {
    if days.news.is_empty() {
        return vec![Block::Text("There was no news.".to_owned())];
    }
    let row = |it: &super::days::News| {
        vec![
            Cell::number(f64::from(it.day), it.day.to_string()),
            Cell::number(f64::from(it.until), it.until.to_string()),
            Cell::text(&it.topic),
            Cell::text(it.audience),
            Cell::text(&it.text),
        ]
    };
    vec![Block::Table(Table {
        caption: "What was reported.".to_owned(),
        columns: vec![
            Column::number("day", "the day of the report"),
            Column::number("until", "the last day on which it is shown"),
            Column::text("topic"),
            Column::text("audience"),
            Column::text("text"),
        ],
        rows: days.news.iter().map(row).collect(),
    })]
}
