//! Prints a page with every kind of block and of figure: `cargo run --example gallery > page.html`.

#![expect(clippy::print_stdout, reason = "an example that prints a page")]

use asfm_report::{
    Axis, Block, Cell, Column, Error, Figure, IntervalRow, Lower, Mark, Page, Section, Series,
    Shape, Table, Tone,
};

fn main() -> Result<(), Error> {
    print!("{}", page().html()?);
    Ok(())
}

fn page() -> Page {
    Page {
        title: "asfm-baseline, seed 1".into(),
        lead: "Thirty days of trading in eleven stocks by twenty traders who follow rules. Every number is made up.\n\nNames in `code` are those of the scenario.".into(),
        facts: [
            ("scenario", "asfm-baseline"),
            ("seed", "1"),
            ("traders", "20"),
            ("days", "30"),
            ("orders", "1661"),
            ("trades", "536"),
            ("digest", "eece8d4dc28adc9904ee3c7a050e908277820ecab837ef22295e7db92ea07a85"),
        ]
        .map(|it| (it.0.into(), it.1.into()))
        .into(),
        sections: vec![
            Section { id: "market".into(), title: "Market".into(), blocks: market() },
            Section { id: "traders".into(), title: "Traders".into(), blocks: traders() },
            Section { id: "facts".into(), title: "Stylized facts".into(), blocks: facts() },
            Section { id: "effects".into(), title: "Effects".into(), blocks: effects() },
        ],
    }
}

/// Numbers that look random, between -1 and 1.
fn noise(seed: u32, n: u32) -> Vec<f64> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12345);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1_u32 << 23) - 1.0
    };
    (0..n).map(|_| (next() + next() + next()) / 1.7).collect()
}

fn walk(seed: u32, n: u32, start: f64, step: f64) -> Vec<f64> {
    let mut at = start;
    noise(seed, n)
        .into_iter()
        .map(|it| {
            at *= 1.0 + step * it;
            (at * 100.0).round() / 100.0
        })
        .collect()
}

fn days(n: u32) -> Vec<f64> {
    (1..=n).map(f64::from).collect()
}

fn figure(id: &str, title: &str, caption: &str, (x, y): (Axis, Axis), shape: Shape) -> Figure {
    Figure {
        id: id.into(),
        title: title.into(),
        caption: caption.into(),
        x,
        y,
        shape,
        marks: vec![],
    }
}

fn market() -> Vec<Block> {
    let volume =
        noise(77, 30).into_iter().map(|it| Some((900.0 * (1.2 + it)).max(80.0).round())).collect();
    let mut closes: Vec<_> = walk(3, 30, 86.25, 0.02).into_iter().map(Some).collect();
    closes[11] = None;
    let price = Shape::Lines {
        x: days(30),
        series: vec![
            Series::new("IT008", closes),
            Series::full("value that was announced", vec![84.5; 30]).dashed(),
        ],
        below: Some(Lower { axis: Axis::new("shares a day"), name: "volume".into(), y: volume }),
    };
    let mut price = figure(
        "price",
        "Price and volume of IT008",
        "Closes in units of money; on day 12 there was no trade.",
        (Axis::new("day"), Axis::new("price")),
        price,
    );
    price.marks = [
        (4.0, "The central bank lowers the rate by 25 basis points"),
        (14.0, "IT008 reports earnings above expectation </script><b>and</b> a new product"),
        (14.0, "A rumour"),
        (15.0, "A rumour is denied"),
        (22.0, "Regulator investigates"),
    ]
    .map(|(at, label)| Mark { at, label: label.into() })
    .into();
    let stocks = ["EN001", "MA002", "IN003", "CC004"];
    let series = (1..).zip(stocks).map(|(seed, name)| {
        let path = walk(seed, 30, 1.0, 0.02);
        let spread = |by: f64| -> Vec<Option<f64>> {
            (0..)
                .zip(&path)
                .map(|(n, it)| Some(it - 1.0 + by * (0.01 + 0.0015 * f64::from(n))))
                .collect()
        };
        Series::full(name, path.iter().map(|it| it - 1.0)).within(spread(-1.0), spread(1.0))
    });
    let returns = Shape::Lines { x: days(30), series: series.collect(), below: None };
    let returns = figure(
        "returns",
        "Cumulative return, mean of 20 seeds",
        "Bands hold nine seeds of ten.",
        (Axis::new("day"), Axis::percent("return since the first day")),
        returns,
    );
    let lorenz = Shape::Lines {
        x: (0..=20).map(|it| f64::from(it) / 20.0).collect(),
        series: vec![
            Series::full("wealth at the end", (0..=20).map(|it| (f64::from(it) / 20.0).powi(3))),
            Series::full("equality", (0..=20).map(|it| f64::from(it) / 20.0)).dashed(),
        ],
        below: None,
    };
    let lorenz = figure(
        "lorenz",
        "Lorenz curve",
        "Share of all wealth that the poorer traders have.",
        (Axis::percent("share of traders"), Axis::percent("share of wealth")),
        lorenz,
    );
    vec![
        Block::Text(
            "Closes, volume and what was in the news. A word in `code` and <b>no bold</b>.".into(),
        ),
        Block::Figure(price),
        Block::Figure(returns),
        Block::Note(
            "Taken for granted: a day without a trade has the close of the day before.".into(),
        ),
        Block::Details {
            summary: "How wealth is spread".into(),
            blocks: vec![Block::Figure(lorenz)],
        },
    ]
}

fn traders() -> Vec<Block> {
    let kinds = ["value", "institutional", "contrarian", "aggressive"];
    let stages = ["before the news", "after the news"];
    let bars = Shape::Bars {
        categories: kinds.map(str::to_owned).into(),
        series: (1..)
            .zip(stages)
            .map(|(seed, name)| {
                let y: Vec<_> = noise(seed, 4).into_iter().map(|it| it * 0.05).collect();
                let by = |d: f64| y.iter().map(|it| Some(it + d)).collect();
                Series::full(name, y.clone()).within(by(-0.012), by(0.012))
            })
            .collect(),
    };
    let bars = figure(
        "kinds",
        "Return by kind of trader",
        "Whiskers are 95 % intervals over 20 seeds.",
        (Axis::new("kind"), Axis::percent("return in 30 days")),
        bars,
    );
    let reasons = [
        "not enough cash",
        "not enough shares",
        "price outside of today's limits",
        "unknown stock",
        "not a multiple of the lot",
        "no order at all",
        "too late",
    ];
    let rejected = Shape::Bars {
        categories: reasons.map(str::to_owned).into(),
        series: vec![Series::full("requests", [412.0, 230.0, 77.0, 31.0, 12.0, 9.0, 1.0])],
    };
    let rejected = figure(
        "rejections",
        "Rejections by reason",
        "Of 12345 requests.",
        (Axis::new("reason"), Axis::new("requests")),
        rejected,
    );
    let row = |claim: &str, effect: f64, (verdict, tone): (&str, Tone)| {
        vec![
            Cell::text(claim),
            Cell::number(effect, format!("{:+.2} %", effect * 100.0)),
            Cell::Badge { text: verdict.into(), tone },
        ]
    };
    let mut table = Table {
        caption: "Claims of the paper and what became of them".into(),
        columns: vec![
            Column::text("claim"),
            Column::number("effect", "change of the mean daily return, in percentage points"),
            Column::text("verdict"),
        ],
        rows: vec![
            row("Good news raises `prices`", 0.0312, ("holds", Tone::Good)),
            row("Large traders earn more", -0.004, ("does not hold", Tone::Bad)),
            row(
                "Volatility falls with the number of traders",
                0.0001,
                ("not told apart", Tone::Unsure),
            ),
            row("Fees are zero", 0.0, ("assumed", Tone::Assumed)),
            row("Lower rates move <i>all</i> sectors", 0.011, ("as the null", Tone::Neutral)),
        ],
    };
    table.rows.push(vec![
        Cell::text("Forum talk moves prices"),
        Cell::Missing("not run".into()),
        Cell::Missing("no verdict".into()),
    ]);
    vec![Block::Figure(bars), Block::Figure(rejected), Block::Table(table)]
}

fn facts() -> Vec<Block> {
    let edges: Vec<f64> = (-10..=10).map(|it| f64::from(it) * 0.005).collect();
    let bell = |x: f64| 120.0 * (-x * x / (2.0 * 0.015 * 0.015)).exp();
    let bins = edges.windows(2).zip(noise(5, 20));
    let counts =
        bins.map(|(it, n)| (bell(f64::midpoint(it[0], it[1])) * 0.9 + 9.0 * n.abs()).round());
    let histogram = Shape::Histogram {
        counts: counts.collect(),
        overlay: Some(
            (-60..=60).map(|it| (f64::from(it) / 1200.0, bell(f64::from(it) / 1200.0))).collect(),
        ),
        edges,
    };
    let histogram = figure(
        "tails",
        "Daily returns",
        "The curve is a normal distribution of the same mean and deviation.",
        (Axis::percent("return of a day"), Axis::new("days")),
        histogram,
    );
    let ranks: Vec<f64> = (0..40).map(|it| 0.002 * 1.12_f64.powi(it)).collect();
    let tail = Shape::Lines {
        series: vec![
            Series::full("measured", ranks.iter().map(|it| (0.002 / it).powf(1.4))),
            Series::full("tail index 3", ranks.iter().map(|it| (0.002 / it).powi(3).max(1e-5)))
                .dashed(),
        ],
        x: ranks,
        below: None,
    };
    let log = |label: &str| Axis { log: true, ..Axis::new(label) };
    let tail = figure(
        "ccdf",
        "Returns larger than x",
        "Both axes are logarithmic.",
        (log("absolute return"), log("share of days")),
        tail,
    );
    vec![Block::Figure(histogram), Block::Figure(tail)]
}

fn effects() -> Vec<Block> {
    let all = [
        ("news: rates fall", 0.031, 0.012, Tone::Good),
        (
            "news: earnings of one company, told a day earlier than to others",
            0.012,
            0.011,
            Tone::Unsure,
        ),
        ("capital: ten times as much", -0.018, 0.008, Tone::Bad),
        ("wording of the profile", 0.001, 0.004, Tone::Neutral),
        ("no fees", 0.0, 0.002, Tone::Assumed),
    ];
    let rows = (1..).zip(all).map(|(seed, (label, value, half, tone))| IntervalRow {
        label: label.into(),
        value,
        lo: value - half,
        hi: value + half,
        points: noise(seed, 10).into_iter().map(|it| value + half * 1.6 * it).collect(),
        tone,
    });
    let forest = Shape::Intervals { rows: rows.collect(), zero: 0.0, smallest: Some(0.005) };
    let forest = figure(
        "forest",
        "Effects on the return of a day",
        "Each ring is a seed; intervals are 95 %; shaded is what is too small to matter.",
        (Axis::percent("change of the return of a day"), Axis::new("treatment")),
        forest,
    );
    vec![Block::Figure(forest)]
}
