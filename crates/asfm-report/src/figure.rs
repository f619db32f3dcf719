//! A figure: axes, a shape with its numbers, and marks.

use serde::{Deserialize, Serialize};

use crate::Tone;

/// A chart, as plain values.
///
/// ```
/// use asfm_report::{Axis, Figure, Mark, Series, Shape};
///
/// let figure = Figure {
///     id: "closes".into(),
///     title: "Closes".into(),
///     caption: "One stock over four days; on day 2 there was no trade.".into(),
///     x: Axis::new("day"),
///     y: Axis::new("price"),
///     shape: Shape::Lines {
///         x: vec![1.0, 2.0, 3.0, 4.0],
///         series: vec![Series::new("EN001", [Some(10.6), None, Some(10.7), Some(10.5)])],
///         below: None,
///     },
///     marks: vec![Mark { at: 3.0, label: "interest rates fall".into() }],
/// };
/// assert!(figure.svg()?.starts_with("<svg "));
/// assert_eq!(figure.csv()?.lines().nth(2), Some("2,"));
/// # Ok::<(), asfm_report::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The anchor, and the name of downloads: a letter, then letters, digits, `-` and `_`; unlike
    /// any other on the page.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What is seen, of how much data, and what a band or an interval means.
    pub caption: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis; of [`Shape::Intervals`] only the name, which heads the labels.
    pub y: Axis,
    /// How the numbers are drawn, and the numbers.
    pub shape: Shape,
    /// Events on the horizontal axis; for [`Shape::Lines`] and [`Shape::Histogram`].
    pub marks: Vec<Mark>,
}

/// An axis: what it measures, and how its numbers are written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Axis {
    /// What is measured, with its unit, such as `shares a day`.
    pub label: String,
    /// How numbers are written.
    pub format: Format,
    /// Whether equal factors are equally far apart; then all numbers are above zero, and the shape
    /// is [`Shape::Lines`].
    pub log: bool,
    /// Whether zero is always in sight.
    pub zero: bool,
}

impl Axis {
    /// A linear axis with plain numbers.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// A linear axis of shares of one, written as percentages: 0.05 is `5 %`.
    pub fn percent(label: impl Into<String>) -> Self {
        Self { label: label.into(), format: Format::Percent, ..Self::default() }
    }
}

/// How the numbers of an axis are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Format {
    /// As they are: `1250`, `0.05`.
    #[default]
    Plain,
    /// Times a hundred, with `%`: 0.05 is `5 %`.
    Percent,
}

/// How the numbers of a figure are drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    /// Lines over a common horizontal axis: prices, returns, concentration curves.
    Lines {
        /// Where the values stand: finite, each greater than the one before.
        x: Vec<f64>,
        /// The lines, each with a value or a gap for every `x`.
        series: Vec<Series>,
        /// Bars under the same horizontal axis, such as volume.
        below: Option<Lower>,
    },
    /// Bars side by side, a group for every category.
    Bars {
        /// The names of the groups.
        categories: Vec<String>,
        /// One bar in every group: name, and height or nothing for every category.
        series: Vec<Series>,
    },
    /// Effects with intervals, one a row, and every single measurement as a point.
    Intervals {
        /// The rows, from the top.
        rows: Vec<IntervalRow>,
        /// Where there is no effect.
        zero: f64,
        /// The smallest effect of interest, as a distance from `zero`: a band that is shaded.
        smallest: Option<f64>,
    },
    /// Counts of values between edges, and a curve to compare them with.
    Histogram {
        /// Where the bins meet: finite, each greater than the one before, one more than bins.
        edges: Vec<f64>,
        /// How many fell into each; any unit, never below zero.
        counts: Vec<f64>,
        /// A curve to compare with, in the unit of the counts, from left to right.
        overlay: Option<Vec<(f64, f64)>>,
    },
    /// Who is linked to whom, on a circle and as a matrix, for at most 300 nodes; the name of the
    /// horizontal axis says in which order they stand, that of the vertical one what is valued.
    Network {
        /// The nodes, in the order in which they stand.
        nodes: Vec<Node>,
        /// The links, by places of nodes, the lower first, each once.
        links: Vec<(u32, u32)>,
        /// The lowest and the highest value that is told apart; bars begin half-way between them.
        ends: (f64, f64),
    },
}

/// Somebody or something that is linked to others.
///
/// ```
/// use asfm_report::{Axis, Figure, Node, Shape};
///
/// let node = |name: &str, value| Node { name: name.into(), value };
/// let figure = Figure {
///     id: "network".into(),
///     title: "Who trades alike".into(),
///     caption: "Two of three traders.".into(),
///     x: Axis::new("traders, most links first"),
///     y: Axis::new("belief"),
///     shape: Shape::Network {
///         nodes: vec![node("1", Some(40.0)), node("2", Some(62.0)), node("3", None)],
///         links: vec![(0, 1)],
///         ends: (0.0, 100.0),
///     },
///     marks: vec![],
/// };
/// assert!(figure.svg()?.contains("1 of 3 pairs are linked"));
/// assert_eq!(figure.csv()?.lines().nth(1), Some("1,40,1,2"));
/// # Ok::<(), asfm_report::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Node {
    /// What it is called.
    pub name: String,
    /// Its value, if it has one.
    pub value: Option<f64>,
}

/// One value for every place of the horizontal axis, or nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Series {
    /// What the legend calls it.
    pub name: String,
    /// The values; `None` is a gap.
    pub y: Vec<Option<f64>>,
    /// Lower and upper ends around the values: a band of lines, the whisker of bars.
    pub band: Option<Band>,
    /// Whether the line is a reference, drawn in dashes; bars are not.
    pub dashed: bool,
}

/// The lower and the upper end around every value of a series.
pub type Band = (Vec<Option<f64>>, Vec<Option<f64>>);

impl Series {
    /// A series without a band.
    pub fn new(name: impl Into<String>, y: impl IntoIterator<Item = Option<f64>>) -> Self {
        Self { name: name.into(), y: y.into_iter().collect(), band: None, dashed: false }
    }

    /// A series without gaps and without a band.
    pub fn full(name: impl Into<String>, y: impl IntoIterator<Item = f64>) -> Self {
        Self::new(name, y.into_iter().map(Some))
    }

    /// The same with a band around it.
    #[must_use]
    pub fn within(mut self, low: Vec<Option<f64>>, high: Vec<Option<f64>>) -> Self {
        self.band = Some((low, high));
        self
    }

    /// The same in dashes.
    #[must_use]
    pub fn dashed(mut self) -> Self {
        self.dashed = true;
        self
    }
}

/// Bars under lines.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Lower {
    /// What they measure.
    pub axis: Axis,
    /// What the legend calls them.
    pub name: String,
    /// A height or nothing for every place of the horizontal axis; below zero they hang.
    pub y: Vec<Option<f64>>,
}

/// One effect with its interval.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct IntervalRow {
    /// What was compared.
    pub label: String,
    /// The estimate.
    pub value: f64,
    /// The lower end of the interval.
    pub lo: f64,
    /// The upper end of the interval.
    pub hi: f64,
    /// Every single measurement, such as one a seed; may be empty.
    pub points: Vec<f64>,
    /// How the effect is judged; its sign stands beside the label.
    pub tone: Tone,
}

/// An event on the horizontal axis, drawn as a numbered line.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Mark {
    /// Where it stands.
    pub at: f64,
    /// What happened.
    pub label: String,
}
