//! A page: what it is called, facts in a row, sections of blocks.

use serde::{Deserialize, Serialize};

use crate::Figure;

/// A page, as plain values; [`Page::html`] makes one file of it.
///
/// All text is plain: whatever it holds is shown and never interpreted, with two exceptions.
/// A blank line ends a paragraph, and what stands between two backquotes is set as code.
///
/// ```
/// use asfm_report::{Block, Page, Section};
///
/// let page = Page {
///     title: "A run".into(),
///     lead: "Thirty days of <eleven> stocks.".into(),
///     facts: vec![("seed".into(), "1".into())],
///     sections: vec![Section {
///         id: "prices".into(),
///         title: "Prices".into(),
///         blocks: vec![Block::Text("Closes in `closes`.".into())],
///     }],
/// };
/// let html = page.html()?;
/// assert!(html.contains("&lt;eleven&gt;"));
/// assert!(html.contains("<code>closes</code>"));
/// # Ok::<(), asfm_report::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Page {
    /// The heading, and the name of the browser's window.
    pub title: String,
    /// What the page says, in a few sentences.
    pub lead: String,
    /// Short facts in a row: name and value.
    pub facts: Vec<(String, String)>,
    /// The parts, of which the table of contents is made.
    pub sections: Vec<Section>,
}

/// A part of a page; the cursors of its line charts move together.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Section {
    /// The anchor: a letter, then letters, digits, `-` and `_`; unlike any other on the page.
    pub id: String,
    /// The heading.
    pub title: String,
    /// What it holds, from top to bottom.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "a page has few blocks")]
pub enum Block {
    /// Paragraphs.
    Text(String),
    /// A remark that is set apart: a reservation, an assumption.
    Note(String),
    /// A table.
    Table(Table),
    /// A chart.
    Figure(Figure),
    /// Blocks that are folded away until they are asked for.
    Details {
        /// What is seen while they are folded.
        summary: String,
        /// What is folded.
        blocks: Vec<Self>,
    },
}

/// A table; a reader can sort it by any column.
///
/// ```
/// use asfm_report::{Cell, Column, Table, Tone};
///
/// let table = Table {
///     caption: "Claims of the paper".into(),
///     columns: vec![Column::text("claim"), Column::number("effect", "in percent of the price")],
///     rows: vec![vec![
///         Cell::Badge { text: "holds".into(), tone: Tone::Good },
///         Cell::number(0.0312, "3.12 %"),
///     ]],
/// };
/// assert!(table.check().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Table {
    /// What the table shows; may be empty.
    pub caption: String,
    /// The columns, from the left.
    pub columns: Vec<Column>,
    /// The rows, each with as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Column {
    /// What stands above it.
    pub name: String,
    /// Whether its cells are numbers, and set to the right.
    pub numeric: bool,
    /// What the name means, in a sentence.
    pub help: Option<String>,
}

impl Column {
    /// A column of text without an explanation.
    pub fn text(name: impl Into<String>) -> Self {
        Self { name: name.into(), numeric: false, help: None }
    }

    /// A column of numbers, and what they are.
    pub fn number(name: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name: name.into(), numeric: true, help: Some(help.into()) }
    }
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number.
    Number {
        /// What the table is sorted by; finite.
        value: f64,
        /// What is seen, with its unit.
        shown: String,
    },
    /// A verdict.
    Badge {
        /// The verdict in a word or two.
        text: String,
        /// How it is meant.
        tone: Tone,
    },
    /// No value, and why there is none.
    Missing(String),
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A finite number, and how it is shown.
    pub fn number(value: f64, shown: impl Into<String>) -> Self {
        Self::Number { value, shown: shown.into() }
    }
}

/// How a verdict is meant; shown by a sign and a colour, never by the colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Tone {
    /// As hoped or claimed: `✓`.
    Good,
    /// Not as hoped or claimed: `✗`.
    Bad,
    /// Neither: `•`.
    #[default]
    Neutral,
    /// Not to be told from what is there: `?`.
    Unsure,
    /// Taken for granted, not measured: `≈`.
    Assumed,
}

impl Tone {
    /// The sign that stands for it where there is no colour.
    pub fn sign(self) -> char {
        match self {
            Self::Good => '✓',
            Self::Bad => '✗',
            Self::Neutral => '•',
            Self::Unsure => '?',
            Self::Assumed => '≈',
        }
    }

    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Neutral => "neutral",
            Self::Unsure => "unsure",
            Self::Assumed => "assumed",
        }
    }
}
