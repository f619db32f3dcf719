//! A page as one file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Environment, Value, context};
use sha2::{Digest as _, Sha256};

use crate::svg::{self, NARROW, WIDE};
use crate::text::{data_uri, json, line, paragraphs, visible};
use crate::{Block, Cell, Error, Figure, Page, Shape, Table, live};

const TEMPLATE: &str = include_str!("../templates/page.html");
const STYLE: &str = include_str!("../templates/page.css");
const SCRIPT: &str = include_str!("../templates/page.js");
const UPLOT: &str = include_str!("../vendor/uplot/uPlot.iife.min.js");
const UPLOT_STYLE: &str = include_str!("../vendor/uplot/uPlot.min.css");
const UPLOT_LICENCE: &str = include_str!("../vendor/uplot/LICENSE");

/// So many rows of numbers are under a figure; the rest is in its CSV.
const ROWS_MAX: usize = 200;

impl Page {
    /// The page as one HTML file that needs no other and asks for nothing.
    ///
    /// The same page is the same bytes.
    pub fn html(&self) -> Result<String, Error> {
        self.check()?;
        let style = style();
        let script = script();
        let policy = format!(
            "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; \
             script-src '{}'; style-src '{}'",
            fingerprint(&script),
            fingerprint(&style)
        );
        let sections = self.sections.iter().map(|it| {
            let blocks = blocks(&it.blocks)?;
            Ok(context! { id => &it.id, title => visible(&it.title), blocks })
        });
        let sections = sections.collect::<Result<Vec<_>, Error>>()?;
        let facts = self.facts.iter().map(|it| vec![safe(line(&it.0)), safe(line(&it.1))]);
        let values = context! {
            policy => safe(policy),
            title => visible(&self.title),
            lead => (!self.lead.is_empty()).then(|| safe(paragraphs(&self.lead))),
            facts => facts.collect::<Vec<_>>(),
            live => self.sections.iter().any(|it| has_live(&it.blocks)),
            sections,
            style => safe(style),
            script => safe(script),
            picture_style => safe(json(&svg::style_alone()).map_err(|it| unwritten(&it))?),
        };
        let mut templates = Environment::new();
        let refused = |it: minijinja::Error| Error::Draw(format!("{it:#}"));
        templates.add_template("page.html", TEMPLATE).map_err(refused)?;
        let page = templates.get_template("page.html").map_err(refused)?;
        let html = page.render(values).map_err(refused)?;
        Ok(html.trim_start().to_owned() + "\n")
    }
}

/// Everything that the page looks like.
fn style() -> String {
    format!("\n{}{}\n{}", svg::style_of_page(), UPLOT_STYLE.trim(), STYLE)
}

/// Everything that moves in the page, with the licence of what is not ours.
fn script() -> String {
    // The first line is a comment that names an address.
    let code = UPLOT.split_once('\n').map_or(UPLOT, |it| it.1);
    format!("\n/*! uPlot 1.6.32\n{}\n*/\n{}\n{SCRIPT}", UPLOT_LICENCE.trim(), code.trim())
}

fn fingerprint(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// What is known to be harmless, and goes into the page as it is.
fn safe(html: String) -> Value {
    Value::from_safe_string(html)
}

fn has_live(blocks: &[Block]) -> bool {
    blocks.iter().any(|it| match it {
        Block::Figure(it) => matches!(it.shape, Shape::Lines { .. } | Shape::Histogram { .. }),
        Block::Details { blocks, .. } => has_live(blocks),
        Block::Text(_) | Block::Note(_) | Block::Table(_) => false,
    })
}

fn unwritten(it: &serde_json::Error) -> Error {
    Error::Draw(it.to_string())
}

fn blocks(all: &[Block]) -> Result<Vec<Value>, Error> {
    let one = |it: &Block| {
        Ok(match it {
            Block::Text(it) => context! { kind => "text", html => safe(paragraphs(it)) },
            Block::Note(it) => context! { kind => "note", html => safe(paragraphs(it)) },
            Block::Table(it) => table(it),
            Block::Figure(it) => figure(it)?,
            Block::Details { summary, blocks: all } => context! {
                kind => "details", summary => safe(line(summary)), blocks => blocks(all)?,
            },
        })
    };
    all.iter().map(one).collect()
}

fn table(it: &Table) -> Value {
    let columns = it.columns.iter().map(|it| {
        context! { name => visible(&it.name), numeric => it.numeric, help => it.help.as_deref().map(visible) }
    });
    let helped = it.columns.iter().filter_map(|it| Some((&it.name, it.help.as_ref()?)));
    let help = helped.map(|it| vec![safe(line(it.0)), safe(line(it.1))]);
    let rows = it.rows.iter().map(|row| {
        let cells = row.iter().zip(&it.columns);
        cells.map(|(it, column)| cell(it, column.numeric)).collect::<Vec<_>>()
    });
    context! {
        kind => "table",
        caption => safe(line(&it.caption)),
        columns => columns.collect::<Vec<_>>(),
        rows => rows.collect::<Vec<_>>(),
        help => help.collect::<Vec<_>>(),
    }
}

fn cell(it: &Cell, numeric: bool) -> Value {
    let class = if numeric { "num" } else { "" };
    match it {
        Cell::Text(it) => context! { class, text => safe(line(it)) },
        Cell::Number { value, shown } => {
            context! { class, text => visible(shown), sort => value.to_string() }
        }
        Cell::Badge { text, tone } => context! {
            class, text => visible(text), badge => tone.class(), sign => tone.sign().to_string(),
        },
        Cell::Missing(it) => context! { class, text => visible(it), missing => true },
    }
}

fn figure(it: &Figure) -> Result<Value, Error> {
    let table = it.values();
    let cells = |row: &Vec<crate::csv::Value>| -> Vec<String> {
        row.iter().map(|it| visible(&it.text())).collect()
    };
    let rows = table.rows.len();
    let more = (rows > ROWS_MAX).then(|| format!("{ROWS_MAX} of {rows} rows; all are in the CSV."));
    let live = live::numbers(it).map(|it| json(&it)).transpose().map_err(|it| unwritten(&it))?;
    let is_narrow =
        matches!(it.shape, Shape::Bars { .. } | Shape::Intervals { .. } | Shape::Network { .. });
    Ok(context! {
        kind => "figure",
        id => &it.id,
        title => visible(&it.title),
        caption => safe(line(&it.caption)),
        live => live.map(safe),
        wide => safe(it.in_page(WIDE)),
        narrow => is_narrow.then(|| safe(it.in_page(NARROW))),
        marks => it.marks.iter().map(|it| visible(&it.label)).collect::<Vec<_>>(),
        csv => safe(data_uri("text/csv", &it.csv_unchecked())),
        head => table.head.iter().map(|it| visible(it)).collect::<Vec<_>>(),
        values => table.rows.iter().take(ROWS_MAX).map(cells).collect::<Vec<_>>(),
        more,
    })
}
