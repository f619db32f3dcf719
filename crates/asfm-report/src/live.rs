//! The numbers of a figure for the script that draws it under the cursor.

use serde::Serialize;

use crate::scale::{self, Span};
use crate::svg::{self, histogram_spans, lower_span, x_span, y_span};
use crate::text::visible;
use crate::{Axis, Figure, Format, Shape};

/// What the script in the page needs. Its names are those of the script; structs, because the order
/// of their fields is the same in every build.
#[derive(Serialize)]
pub(crate) struct Live<'a> {
    x: Across,
    y: Across,
    /// The room at the left for the numbers of the vertical axis.
    room: f64,
    marks: Vec<f64>,
    xs: &'a [f64],
    #[serde(flatten)]
    kind: Kind<'a>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Kind<'a> {
    Lines { series: Vec<Line<'a>>, below: Option<Below<'a>> },
    Histogram { counts: &'a [f64], overlay: Option<&'a [(f64, f64)]> },
}

#[derive(Serialize)]
struct Across {
    label: String,
    percent: bool,
    log: bool,
    /// Whether there are only whole numbers on it.
    whole: bool,
    lo: f64,
    hi: f64,
}

#[derive(Serialize)]
struct Line<'a> {
    name: String,
    dashed: bool,
    y: &'a [Option<f64>],
    lo: Option<&'a [Option<f64>]>,
    hi: Option<&'a [Option<f64>]>,
}

#[derive(Serialize)]
struct Below<'a> {
    name: String,
    #[serde(flatten)]
    axis: Across,
    y: &'a [Option<f64>],
}

/// The numbers of the shapes that the script draws; of a checked figure.
pub(crate) fn numbers(figure: &Figure) -> Option<Live<'_>> {
    let marks = figure.marks.iter().map(|it| it.at).collect();
    let room = |span: Span, axis: &Axis, most| libm::ceil(svg::room(span, axis, most)) + 6.0;
    match &figure.shape {
        Shape::Lines { x: xs, series, below } => {
            let (across, down) = (x_span(figure, xs, below.is_some()), y_span(figure, series));
            let lower = below.as_ref().map(|it| (it, lower_span(it)));
            let under = lower.as_ref().map_or(0.0, |it| room(it.1, &it.0.axis, 3));
            let series = series.iter().map(|it| Line {
                name: visible(&it.name),
                dashed: it.dashed,
                y: &it.y,
                lo: it.band.as_ref().map(|it| it.0.as_slice()),
                hi: it.band.as_ref().map(|it| it.1.as_slice()),
            });
            let below = lower.map(|(it, span)| Below {
                name: visible(&it.name),
                axis: axis(&it.axis, span, false),
                y: &it.y,
            });
            Some(Live {
                x: axis(&figure.x, across, scale::are_whole(xs)),
                y: axis(&figure.y, down, false),
                room: room(down, &figure.y, 8).max(under),
                marks,
                xs,
                kind: Kind::Lines { series: series.collect(), below },
            })
        }
        Shape::Histogram { edges, counts, overlay } => {
            let overlay = overlay.as_deref();
            let (across, down) = histogram_spans(figure, edges, counts, overlay);
            Some(Live {
                x: axis(&figure.x, across, false),
                y: axis(&figure.y, down, false),
                room: room(down, &figure.y, 8),
                marks,
                xs: edges,
                kind: Kind::Histogram { counts, overlay },
            })
        }
        Shape::Bars { .. } | Shape::Intervals { .. } | Shape::Network { .. } => None,
    }
}

fn axis(axis: &Axis, span: Span, whole: bool) -> Across {
    Across {
        label: visible(&axis.label),
        percent: axis.format == Format::Percent,
        log: axis.log,
        whole: whole && axis.format == Format::Plain,
        lo: span.lo,
        hi: span.hi,
    }
}
