//! The numbers of a figure for the script that draws it under the cursor.

use serde_json::{Value, json};

use crate::scale::{self, Span};
use crate::svg::{self, histogram_spans, lower_span, x_span, y_span};
use crate::{Axis, Figure, Format, Shape};

/// What the script in the page needs, for the shapes that it draws; of a checked figure.
pub(crate) fn numbers(figure: &Figure) -> Option<Value> {
    let marks: Vec<f64> = figure.marks.iter().map(|it| it.at).collect();
    match &figure.shape {
        Shape::Lines { x, series, below } => {
            let (across, down) = (x_span(figure, x), y_span(figure, series));
            let lower = below.as_ref().map(|it| (it, lower_span(it)));
            let room = svg::room(down, &figure.y, 6);
            let room = lower.as_ref().map_or(room, |it| room.max(svg::room(it.1, &it.0.axis, 3)));
            let series = series.iter().map(|it| {
                let (lo, hi) = it.band.as_ref().map(|it| (&it.0, &it.1)).unzip();
                json!({"name": it.name, "y": it.y, "lo": lo, "hi": hi, "dashed": it.dashed})
            });
            let below = lower.map(|(it, span)| {
                let mut all = axis(&it.axis, span, false);
                all["name"] = json!(it.name);
                all["y"] = json!(it.y);
                all
            });
            Some(json!({
                "kind": "lines",
                "x": axis(&figure.x, across, scale::are_whole(x)),
                "y": axis(&figure.y, down, false),
                "xs": x,
                "series": series.collect::<Vec<_>>(),
                "below": below,
                "marks": marks,
                "room": libm::ceil(room) + 6.0,
            }))
        }
        Shape::Histogram { edges, counts, overlay } => {
            let (across, down) = histogram_spans(figure, edges, counts, overlay.as_deref());
            Some(json!({
                "kind": "histogram",
                "x": axis(&figure.x, across, false),
                "y": axis(&figure.y, down, false),
                "xs": edges,
                "counts": counts,
                "overlay": overlay,
                "marks": marks,
                "room": libm::ceil(svg::room(down, &figure.y, 6)) + 6.0,
            }))
        }
        Shape::Bars { .. } | Shape::Intervals { .. } => None,
    }
}

fn axis(axis: &Axis, span: Span, whole: bool) -> Value {
    json!({
        "label": axis.label,
        "percent": axis.format == Format::Percent,
        "log": axis.log,
        "whole": whole && axis.format == Format::Plain,
        "lo": span.lo,
        "hi": span.hi,
    })
}
