//! Bars: in groups by category, and between the edges of a histogram.

use super::View;
use super::canvas::{Anchor, Canvas, bar_class, cut, series_class, short, width};
use super::frame::{self, Plot, SMALL, Sign};
use crate::scale::{self, Scale, Span};
use crate::{Axis, Figure, Series};

const LABEL_MOST: f64 = 150.0;

/// Groups of bars with whiskers.
pub(super) fn grouped(
    canvas: &mut Canvas,
    figure: &Figure,
    view: View,
    (categories, series): (&[String], &[Series]),
) -> f64 {
    let legend: Vec<_> =
        (0..).zip(series).map(|(n, it)| (n, it.name.as_str(), Sign::Bar)).collect();
    let is_told = series.len() == 1 && series[0].name == figure.y.label;
    let top = frame::head(canvas, figure, view, if is_told { &[] } else { &legend });
    let axis = Axis { zero: true, ..figure.y.clone() };
    let span = Span::roomy(series.iter().flat_map(Series::every), &axis);
    let ticks = scale::ticks(span, &axis, 8, false);
    let room = frame::room(&ticks);
    let plot = Plot { left: room, right: view.width - 12.0, top: top + 26.0, bottom: top + 236.0 };
    let y = plot.y(span, &axis);
    frame::y_axis(canvas, plot, y, &ticks, &axis.label);
    let each = (plot.right - plot.left) / scale::count(categories.len());
    let bar = (each * 0.78 / scale::count(series.len())).min(48.0);
    let group = bar * scale::count(series.len());
    for (c, category) in categories.iter().enumerate() {
        let from = plot.left + each * (scale::count(c) + 0.5) - group / 2.0;
        for (n, it) in series.iter().enumerate() {
            let x = from + bar * scale::count(n);
            let Some(value) = it.y[c] else { continue };
            let shown = scale::shown(value, &axis);
            let hint = format!("{category}, {}: {shown}", it.name);
            let inset = (bar * 0.08).min(1.6);
            let (a, b) = ((x + inset, y.at(0.0)), (x + bar - inset, y.at(value)));
            canvas.rect(&bar_class(n), a, b, Some(&hint));
            let ends = it.band.as_ref().and_then(|it| Some((it.0[c]?, it.1[c]?)));
            if let Some((low, high)) = ends {
                whisker(canvas, x + bar / 2.0, (y.at(low), y.at(high)), (bar * 0.2).min(5.0));
            }
        }
    }
    frame::base(canvas, plot, y.at(0.0));
    let foot = plot.bottom + names(canvas, plot, categories, each);
    frame::x_name(canvas, plot, foot + 14.0, &figure.x.label);
    foot + 20.0
}

fn whisker(canvas: &mut Canvas, x: f64, (low, high): (f64, f64), half: f64) {
    let [l, r, x, low, high] = [x - half, x + half, x, low, high].map(short);
    canvas.path("wh", &format!("M{l} {low}H{r}M{x} {low}V{high}M{l} {high}H{r}"));
}

/// The names of categories under a plot, as many as there is room for; returns their height.
fn names(canvas: &mut Canvas, plot: Plot, categories: &[String], each: f64) -> f64 {
    let widest = categories.iter().map(|it| width(it, SMALL)).fold(0.0, f64::max);
    let middle = |n: usize| plot.left + each * (scale::count(n) + 0.5);
    if widest + 6.0 <= each {
        for (n, it) in categories.iter().enumerate() {
            canvas.text("t", (middle(n), plot.bottom + 17.0), Anchor::Middle, it);
        }
        return 22.0;
    }
    let mut every = 1;
    while scale::count(every) * each < 15.0 {
        every += 1;
    }
    let mut tallest = 0.0_f64;
    for (n, it) in categories.iter().enumerate().step_by(every) {
        // A slanted name reaches to the left as far as the picture does.
        let most = LABEL_MOST.min((middle(n) - 4.0) / 0.766);
        let name = cut(it, SMALL, most);
        tallest = tallest.max(width(&name, SMALL) * 0.643);
        canvas.slanted("t", (middle(n) + 4.0, plot.bottom + 12.0), &name);
    }
    tallest + 18.0
}

/// Edges, counts, and a curve to compare them with.
type Counted<'a> = (&'a [f64], &'a [f64], Option<&'a [(f64, f64)]>);

/// Counts between edges.
pub(super) fn histogram(
    canvas: &mut Canvas,
    figure: &Figure,
    view: View,
    (edges, counts, overlay): Counted<'_>,
) -> f64 {
    let mut legend = Vec::new();
    if overlay.is_some() {
        legend.push((0, "measured", Sign::Bar));
        legend.push((1, "for comparison", Sign::Line { dashed: false, marker: false }));
    }
    let top = frame::head(canvas, figure, view, &legend);
    let (across, down) = histogram_spans(figure, edges, counts, overlay);
    let ticks = scale::ticks(down, &figure.y, 8, false);
    let room = frame::room(&ticks);
    let mut plot = Plot { left: room, right: view.width - frame::RIGHT, top: 0.0, bottom: 0.0 };
    let x = plot.x(across, &figure.x);
    let (_, rows) = frame::rows_of_marks(&figure.marks, x);
    plot.top = top + 26.0 + 17.0 * scale::count(rows);
    plot.bottom = plot.top + 200.0;
    let y = plot.y(down, &figure.y);
    frame::y_axis(canvas, plot, y, &ticks, "");
    frame::y_axis(canvas, Plot { top: top + 26.0, ..plot }, y, &[], &figure.y.label);
    bins(canvas, figure, (edges, counts), (x, y));
    let x_ticks = frame::x_ticks(across, &figure.x, plot.right - plot.left, false);
    frame::x_axis(canvas, plot, x, &x_ticks, &figure.x.label);
    frame::marks(canvas, &figure.marks, x, plot, None);
    if let Some(curve) = overlay.filter(|it| !it.is_empty()) {
        let places = curve.iter().map(|it| format!("{} {}", short(x.at(it.0)), short(y.at(it.1))));
        let d: Vec<String> = places.collect();
        canvas.path(&series_class(1, "l"), &format!("M{}", d.join("L")));
    }
    let foot = plot.bottom + 40.0;
    foot + frame::list_of_marks(canvas, &figure.marks, view, foot)
}

fn bins(
    canvas: &mut Canvas,
    figure: &Figure,
    (edges, counts): (&[f64], &[f64]),
    (x, y): (Scale, Scale),
) {
    for (ends, n) in edges.windows(2).zip(counts) {
        let (from, to) = (x.at(ends[0]), x.at(ends[1]));
        let inset = ((to - from) * 0.06).min(1.2);
        let [low, high] = [ends[0], ends[1]].map(|it| scale::shown(it, &figure.x));
        let hint = format!("{low} to {high}: {}", scale::shown(*n, &figure.y));
        let (a, b) = ((from + inset, y.at(0.0)), (to - inset, y.at(*n)));
        canvas.rect(&bar_class(0), a, b, Some(&hint));
    }
}

pub(crate) fn histogram_spans(
    figure: &Figure,
    edges: &[f64],
    counts: &[f64],
    overlay: Option<&[(f64, f64)]>,
) -> (Span, Span) {
    let curve = overlay.unwrap_or_default();
    let across = Span::exact(edges.iter().copied().chain(curve.iter().map(|it| it.0)));
    let axis = Axis { zero: true, ..figure.y.clone() };
    let down = Span::roomy(counts.iter().copied().chain(curve.iter().map(|it| it.1)), &axis);
    (across.unwrap_or(Span { lo: 0.0, hi: 1.0 }), down)
}
