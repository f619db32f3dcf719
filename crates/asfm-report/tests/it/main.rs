//! Pages and figures as others see them: what foreign words and numbers do to them, what they weigh.

mod any;

use asfm_report::{
    Axis, Block, Cell, Column, Error, Figure, IntervalRow, Lower, Mark, Node, Page, Section,
    Series, Shape, Table, Tone,
};

const HOSTILE: &str = "</script></style></svg><script>alert(1)</script><!-- \" onload='x' & \0\u{1b}[31m \
                       \u{202e} {{ 7*7 }} ]]> $x$ =1+1 `code";

fn lines(id: &str, x: &[f64], series: Vec<Series>) -> Figure {
    Figure {
        id: id.into(),
        title: "Closes".into(),
        caption: "Of one run.".into(),
        x: Axis::new("day"),
        y: Axis::new("price"),
        shape: Shape::Lines { x: x.to_vec(), series, below: None },
        marks: vec![],
    }
}

fn page_of(blocks: Vec<Block>) -> Page {
    let section = Section { id: "part".into(), title: "Part".into(), blocks };
    Page { title: "Page".into(), sections: vec![section], ..Page::default() }
}

/// One figure of every shape, with a word wherever there can be one.
fn all_shapes(word: &str) -> Vec<Figure> {
    let axis = || Axis::new(word);
    let figure = |id: &str, shape| Figure {
        id: id.into(),
        title: word.into(),
        caption: word.into(),
        x: axis(),
        y: axis(),
        shape,
        marks: vec![Mark { at: 2.0, label: word.into() }],
    };
    let banded = Series::full(word, [1.0, 2.0, 3.0])
        .within(vec![Some(0.5), None, Some(2.5)], vec![Some(1.5), None, Some(3.5)]);
    let lower = Lower { axis: axis(), name: word.into(), y: vec![Some(3.0), None, Some(-1.0)] };
    let row = IntervalRow {
        label: word.into(),
        value: 1.0,
        lo: 0.5,
        hi: 1.5,
        points: vec![0.4, 1.1],
        tone: Tone::Unsure,
    };
    vec![
        figure(
            "lines",
            Shape::Lines {
                x: vec![1.0, 2.0, 3.0],
                series: vec![banded.clone(), Series::new(word, [Some(2.0), None, Some(1.0)])],
                below: Some(lower),
            },
        ),
        figure("bars", Shape::Bars { categories: vec![word.into(); 3], series: vec![banded] }),
        figure("intervals", Shape::Intervals { rows: vec![row], zero: 0.0, smallest: Some(0.1) }),
        figure(
            "histogram",
            Shape::Histogram {
                edges: vec![0.0, 1.0, 3.0],
                counts: vec![4.0, 2.0],
                overlay: Some(vec![(0.0, 1.0), (3.0, 2.0)]),
            },
        ),
        figure(
            "network",
            Shape::Network {
                nodes: [Some(40.0), None, Some(70.0)]
                    .map(|value| Node { name: word.into(), value })
                    .into(),
                links: vec![(0, 1), (0, 2)],
                ends: (0.0, 100.0),
            },
        ),
    ]
}

fn hostile_page() -> Page {
    let word = || HOSTILE.to_owned();
    let table = Table {
        caption: word(),
        columns: vec![Column { name: word(), numeric: true, help: Some(word()) }],
        rows: vec![
            vec![Cell::Text(word())],
            vec![Cell::Number { value: 1.0, shown: word() }],
            vec![Cell::Badge { text: word(), tone: Tone::Bad }],
            vec![Cell::Missing(word())],
        ],
    };
    let mut blocks = vec![Block::Text(word()), Block::Note(word()), Block::Table(table)];
    blocks.extend(all_shapes(HOSTILE).into_iter().map(Block::Figure));
    let section = Section {
        id: "part".into(),
        title: word(),
        blocks: vec![Block::Details { summary: word(), blocks }],
    };
    Page { title: word(), lead: word(), facts: vec![(word(), word())], sections: vec![section] }
}

#[test]
fn foreign_words_are_shown_and_not_obeyed() {
    let calm = Page { sections: hostile_page().sections, ..Page::default() };
    let tags = |html: &str, tag: &str| html.matches(tag).count();
    let html = hostile_page().html().unwrap();
    // As many scripts as the page has of its own: one that runs, one style, two of numbers.
    assert_eq!(tags(&html, "<script"), 4);
    assert_eq!(tags(&html, "</script"), 4);
    assert_eq!(tags(&html, "</style"), tags(&calm.html().unwrap(), "</style"));
    // In the numbers of a figure a quote is part of a text.
    let html = html.replace("\\\" onload", "");
    for forbidden in ["<script>alert", "onload='x'", "\" onload", "\0", "\u{1b}", "\u{202e}"] {
        assert!(!html.contains(forbidden), "{forbidden:?} got into the page");
    }
    assert!(html.contains("{{ 7*7 }}"), "templates are not filled in twice");
    for figure in all_shapes(HOSTILE) {
        let svg = figure.svg().unwrap();
        assert!(!svg.contains("<script"), "{svg}");
        assert!(!svg.contains(['\0', '\u{1b}']), "{svg}");
    }
}

#[test]
fn a_page_names_no_address() {
    let figures = all_shapes("word").into_iter().map(Block::Figure).collect();
    let html = page_of(figures).html().unwrap();
    for it in ["http://", "https://", "//cdn", "@import", "url(", "<link rel=\"stylesheet"] {
        assert!(!html.contains(it), "a page has {it}");
    }
    for figure in all_shapes("word") {
        let svg = figure.svg().unwrap().replace("http://www.w3.org/2000/svg", "");
        assert!(!svg.contains("http"), "{svg}");
    }
}

#[test]
fn the_policy_allows_nothing_from_outside() {
    let html = page_of(vec![]).html().unwrap();
    let policy = html.split_once("Content-Security-Policy\" content=\"").unwrap().1;
    let policy = policy.split_once('"').unwrap().0;
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(policy.matches("'sha256-").count(), 2, "{policy}");
}

#[test]
fn the_same_input_is_the_same_bytes() {
    let page = hostile_page();
    assert_eq!(page.html().unwrap(), page.html().unwrap());
    for figure in all_shapes("word") {
        assert_eq!(figure.svg().unwrap(), figure.svg().unwrap());
        #[cfg(feature = "png")]
        assert_eq!(figure.png(1.0).unwrap(), figure.png(1.0).unwrap());
    }
}

#[test]
fn pages_are_light() {
    let kb = |page: &Page| page.html().unwrap().len().div_ceil(1000);
    let empty = kb(&Page::default());
    assert!(empty < 120, "an empty page has {empty} kB");
    let days: Vec<f64> = (1..=30).map(f64::from).collect();
    let series = |n: u32| {
        let y = days.iter().map(move |it| 20.0 + f64::from(n) + (it * f64::from(n + 1)).sin());
        Series::full(format!("stock {n}"), y.map(|it| (it * 1e4).round() / 1e4))
    };
    let figure = |n: u32| lines(&format!("figure-{n}"), &days, (0..4).map(series).collect());
    let full = kb(&page_of((0..40).map(|it| Block::Figure(figure(it))).collect()));
    assert!(full < 1500, "forty figures have {full} kB");
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let day = [1.0, 2.0];
    let ok = || Series::full("a", [1.0, 2.0]);
    let error = |it: Figure| it.svg().unwrap_err();
    let long = error(lines("a", &day, vec![Series::full("a", [1.0])]));
    assert_eq!(long.to_string(), "a: a has 1 values where 2 are expected");
    let band = ok().within(vec![Some(2.0), None], vec![Some(1.0), None]);
    assert!(matches!(error(lines("a", &day, vec![band])), Error::Order { .. }));
    let infinite = error(lines("a", &day, vec![Series::full("a", [1.0, f64::NAN])]));
    assert!(matches!(infinite, Error::NotFinite { .. }));
    assert!(matches!(error(lines("a", &[2.0, 1.0], vec![ok()])), Error::Order { .. }));
    assert!(matches!(error(lines("a", &[], vec![])), Error::Empty { .. }));
    assert_eq!(error(lines("a b", &day, vec![ok()])), Error::Id("a b".into()));
    let mut log = lines("a", &day, vec![Series::full("a", [0.0, 1.0])]);
    log.y.log = true;
    assert!(matches!(error(log), Error::Axis { .. }));
    let mut bars = all_shapes("word").remove(1);
    bars.shape = Shape::Bars { categories: vec![], series: vec![] };
    assert!(matches!(error(bars), Error::Empty { .. }));
    let mut network = all_shapes("word").remove(4);
    let mut refused = |linked: &[(u32, u32)]| {
        if let Shape::Network { links, .. } = &mut network.shape {
            *links = linked.into();
        }
        assert!(matches!(error(network.clone()), Error::Order { .. }), "{linked:?}");
    };
    for linked in [[(0, 3), (0, 1)], [(1, 0), (0, 2)], [(1, 1), (0, 2)], [(0, 1), (0, 1)]] {
        refused(&linked);
    }
    if let Shape::Network { nodes, .. } = &mut network.shape {
        *nodes = vec![Node::default(); 301];
    }
    assert!(matches!(error(network), Error::Many { .. }));
    let twice = || Block::Figure(lines("part", &day, vec![ok()]));
    assert_eq!(page_of(vec![twice()]).html().unwrap_err(), Error::Duplicate("part".into()));
    let table = Table { columns: vec![Column::text("a")], rows: vec![vec![]], ..Table::default() };
    assert!(matches!(page_of(vec![Block::Table(table)]).html(), Err(Error::Length { .. })));
}

#[test]
fn numbers_can_be_taken_along() {
    let all: Vec<String> = all_shapes("a,b").iter().map(|it| it.csv().unwrap()).collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    "a,b","a,b","a,b low","a,b high","a,b","a,b"
    1,1,0.5,1.5,2,3
    2,2,,,,
    3,3,2.5,3.5,1,-1

    "a,b","a,b","a,b low","a,b high"
    "a,b",1,0.5,1.5
    "a,b",2,,
    "a,b",3,2.5,3.5

    "a,b",value,low,high,measurements
    "a,b",1,0.5,1.5,0.4 1.1

    from,to,count
    0,1,4
    1,3,2

    node,"a,b",links,linked with
    "a,b",40,2,"a,b a,b"
    "a,b",,1,"a,b"
    "a,b",70,1,"a,b"
    "#);
}

#[test]
fn the_skeleton_of_a_page() {
    let table = Table {
        caption: "Claims".into(),
        columns: vec![Column::text("claim"), Column::number("effect", "in percent")],
        rows: vec![
            vec![Cell::text("`news` matter"), Cell::number(0.031, "3.1 %")],
            vec![
                Cell::Badge { text: "holds".into(), tone: Tone::Good },
                Cell::Missing("no run".into()),
            ],
        ],
    };
    let mut figure = lines("closes", &[1.0, 2.0], vec![Series::full("EN001", [10.5, 11.0])]);
    figure.marks.push(Mark { at: 2.0, label: "rates <fall>".into() });
    let mut page = page_of(vec![
        Block::Text("One.\n\nTwo.".into()),
        Block::Details { summary: "more".into(), blocks: vec![Block::Note("A remark.".into())] },
        Block::Table(table),
        Block::Figure(figure),
    ]);
    page.facts.push(("seed".into(), "1".into()));
    let html = page.html().unwrap();
    let (_, body) = html.split_once("<body>").unwrap();
    let (body, _) = body.split_once("<script type=\"application/json\" id").unwrap();
    let (before, picture) = body.split_once(" width=\"720\"").unwrap();
    let (_, after) = picture.split_once("</svg>").unwrap();
    insta::assert_snapshot!(format!("{before} …</svg>{after}"), @r#"
    <header>
    <h1>Page</h1>
    <dl class="facts"><div><dt>seed</dt><dd>1</dd></div></dl>
    </header>
    <main>
    <section id="part">
    <h2>Part</h2>
    <div class="text"><p>One.</p><p>Two.</p></div>
    <details class="fold"><summary>more</summary>
    <div class="note" role="note"><p>A remark.</p></div>
    </details>
    <div class="scroll" role="region" aria-label="table" tabindex="0"><table class="sort"><caption>Claims</caption>
    <thead><tr><th scope="col">claim</th><th scope="col" class="num" title="in percent">effect</th></tr></thead>
    <tbody>
    <tr><td><code>news</code> matter</td><td class="num" data-v="0.031">3.1 %</td></tr>
    <tr><td><span class="badge good"><span aria-hidden="true">✓</span> holds</span></td><td class="num"><span class="missing">no run</span></td></tr>
    </tbody></table></div>
    <dl class="help"><div><dt>effect</dt><dd>in percent</dd></div></dl>
    <figure id="closes" data-title="Closes">
    <h3>Closes</h3>
    <div class="live"></div>
    <div class="still wide"><svg class="c" role="img" aria-label="Lines: Closes. EN001 10.5 to 11." …</svg></div>
    <ol class="marks"><li>rates &lt;fall&gt;</li></ol>
    <figcaption>Of one run.</figcaption>
    <div class="get"><a download="closes.csv" href="data:text/csv;charset=utf-8,day,EN001%0A1,10.5%0A2,11%0A">data (CSV)</a> <button type="button" data-get="svg">SVG</button> <button type="button" data-get="png">PNG</button>
    <details><summary>values</summary><div class="scroll" role="region" aria-label="values" tabindex="0"><table><thead><tr><th scope="col">day</th><th scope="col">EN001</th></tr></thead><tbody>
    <tr><td>1</td><td>10.5</td></tr>
    <tr><td>2</td><td>11</td></tr>
    </tbody></table></div></details></div>
    <script type="application/json">{"x":{"label":"day","percent":false,"log":false,"whole":true,"lo":1.0,"hi":2.0},"y":{"label":"price","percent":false,"log":false,"whole":false,"lo":10.47,"hi":11.03},"room":45.0,"marks":[2.0],"xs":[1.0,2.0],"kind":"lines","series":[{"name":"EN001","dashed":false,"y":[10.5,11.0],"lo":null,"hi":null}],"below":null}</script>
    </figure>
    </section>
    </main>
    <footer>Drag across a chart to look closer, double-click to see all of it.</footer>
    "#);
}

#[cfg(feature = "png")]
#[test]
fn pixels_come_in_any_reasonable_number() {
    let figure = lines("a", &[1.0, 2.0], vec![Series::full("a", [1.0, 2.0])]);
    let size = |png: &[u8]| u32::from_be_bytes(png[16..20].try_into().expect("a header"));
    assert_eq!(size(&figure.png(1.0).unwrap()), 720);
    assert_eq!(size(&figure.png(2.0).unwrap()), 1440);
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e6] {
        assert!(matches!(figure.png(scale), Err(Error::Draw(_))), "{scale}");
    }
}
