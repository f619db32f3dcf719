//! Lines, their bands, and bars under them.

use super::View;
use super::canvas::{Canvas, series_class, short};
use super::frame::{self, Plot, Sign};
use crate::scale::{self, Scale, Span};
use crate::{Band, Figure, Lower, Series};

/// Every so many units a line has its sign.
const BETWEEN_MARKERS: f64 = 90.0;

pub(crate) fn y_span(figure: &Figure, series: &[Series]) -> Span {
    Span::roomy(series.iter().flat_map(Series::every), &figure.y)
}

/// The horizontal span, with room for half a bar at both ends if there are bars.
pub(crate) fn x_span(figure: &Figure, x: &[f64], has_bars: bool) -> Span {
    let exact = Span::exact(x.iter().copied()).unwrap_or(Span { lo: 0.0, hi: 1.0 });
    let span = exact.opened(&figure.x);
    if !has_bars || figure.x.log || x.len() < 2 {
        return span;
    }
    let gap = x.windows(2).map(|it| it[1] - it[0]).fold(span.hi - span.lo, f64::min);
    Span { lo: span.lo - gap / 2.0, hi: span.hi + gap / 2.0 }
}

pub(crate) fn lower_span(lower: &Lower) -> Span {
    let mut axis = lower.axis.clone();
    axis.zero = true;
    Span::roomy(lower.y.iter().flatten().copied(), &axis)
}

pub(super) fn draw(
    canvas: &mut Canvas,
    figure: &Figure,
    view: View,
    (x, series, below): (&[f64], &[Series], Option<&Lower>),
) -> f64 {
    let has_markers = series.len() > 1;
    let sign = |it: &Series| Sign::Line { dashed: it.dashed, marker: has_markers && !it.dashed };
    let mut legend: Vec<_> =
        (0..).zip(series).map(|(n, it)| (n, it.name.as_str(), sign(it))).collect();
    if legend.len() == 1 && !view.alone && below.is_none() && series[0].name == figure.y.label {
        legend.clear();
    }
    let top = frame::head(canvas, figure, view, &legend);
    let (across, down) = (x_span(figure, x, below.is_some()), y_span(figure, series));
    let y_ticks = scale::ticks(down, &figure.y, 8, false);
    let lower = below.map(|it| {
        let span = lower_span(it);
        (it, span, scale::ticks(span, &it.axis, 3, false))
    });
    let room = frame::room(&y_ticks).max(lower.as_ref().map_or(0.0, |it| frame::room(&it.2)));
    let mut plot = Plot { left: room, right: view.width - frame::RIGHT, top: 0.0, bottom: 0.0 };
    let x_scale = plot.x(across, &figure.x);
    let (_, rows) = frame::rows_of_marks(&figure.marks, x_scale);
    plot.top = top + 26.0 + 17.0 * scale::count(rows);
    plot.bottom = plot.top + 210.0;
    let label_at = Plot { top: top + 26.0, ..plot };

    let whole = scale::are_whole(x);
    let ticks = frame::x_ticks(across, &figure.x, plot.right - plot.left, whole);
    let y = plot.y(down, &figure.y);
    frame::y_axis(canvas, plot, y, &y_ticks, "");
    frame::y_axis(canvas, label_at, y, &[], &figure.y.label);
    let under = lower.as_ref().map(|_| Plot {
        top: plot.bottom + 32.0,
        bottom: plot.bottom + 92.0,
        ..plot
    });
    let last = under.unwrap_or(plot);
    if let (Some((it, span, ticks)), Some(under)) = (&lower, under) {
        bars(canvas, under, (x, it), x_scale, *span, ticks);
        frame::base(canvas, plot, plot.bottom);
    }
    frame::x_axis(canvas, last, x_scale, &ticks, &figure.x.label);
    frame::marks(canvas, &figure.marks, x_scale, plot, under);
    for (n, it) in (0..).zip(series) {
        if let Some(ends) = &it.band {
            band(canvas, n, x, ends, (x_scale, y));
        }
    }
    for (n, it) in (0..).zip(series) {
        line(canvas, n, it, x, (x_scale, y), has_markers);
    }
    let foot = last.bottom + 40.0;
    foot + frame::list_of_marks(canvas, &figure.marks, view, foot)
}

fn bars(
    canvas: &mut Canvas,
    plot: Plot,
    (x, lower): (&[f64], &Lower),
    x_scale: Scale,
    span: Span,
    ticks: &[scale::Tick],
) {
    let y = plot.y(span, &lower.axis);
    let name = if lower.axis.label == lower.name || lower.axis.label.is_empty() {
        lower.name.clone()
    } else {
        format!("{}, {}", lower.name, lower.axis.label)
    };
    frame::y_axis(canvas, plot, y, ticks, &name);
    let places: Vec<f64> = x.iter().map(|it| x_scale.at(*it)).collect();
    let gap = places.windows(2).map(|it| it[1] - it[0]).fold(40.0, f64::min);
    let half = (gap * 0.35).max(0.4);
    for (at, value) in places.iter().zip(&lower.y) {
        let Some(value) = value else { continue };
        let (from, to) = ((at - half).max(plot.left), (at + half).min(plot.right));
        canvas.rect("lo", (from, y.at(0.0)), (to, y.at(*value)), None);
    }
    frame::base(canvas, plot, y.at(0.0));
}

fn band(canvas: &mut Canvas, n: usize, x: &[f64], ends: &Band, (across, down): (Scale, Scale)) {
    let mut piece: Vec<(f64, f64, f64)> = Vec::new();
    let mut flush = |piece: &mut Vec<(f64, f64, f64)>| {
        if piece.len() > 1 {
            let there = piece.iter().map(|it| (it.0, it.2));
            let back = piece.iter().rev().map(|it| (it.0, it.1));
            let d: Vec<String> = there.chain(back).map(place).collect();
            canvas.path(&series_class(n, "b"), &format!("M{}z", d.join("L")));
        } else if let Some((x, low, high)) = piece.first() {
            canvas.line(&series_class(n, "w"), (*x, *low), (*x, *high));
        }
        piece.clear();
    };
    for ((x, low), high) in x.iter().zip(&ends.0).zip(&ends.1) {
        match (low, high) {
            (Some(low), Some(high)) => piece.push((across.at(*x), down.at(*low), down.at(*high))),
            _ => flush(&mut piece),
        }
    }
    flush(&mut piece);
}

fn line(
    canvas: &mut Canvas,
    n: usize,
    series: &Series,
    x: &[f64],
    (across, down): (Scale, Scale),
    has_markers: bool,
) {
    let mut d = String::new();
    let mut alone = Vec::new();
    let mut places = Vec::new();
    let known = |at: usize| series.y.get(at).is_some_and(Option::is_some);
    for (at, (x, y)) in x.iter().zip(&series.y).enumerate() {
        let Some(y) = y else { continue };
        let to = (across.at(*x), down.at(*y));
        places.push(to);
        let is_joined = at > 0 && known(at - 1);
        if !is_joined && !known(at + 1) {
            alone.push(to);
            continue;
        }
        d.push(if is_joined { 'L' } else { 'M' });
        d.push_str(&place(to));
    }
    let how = if series.dashed { "l d" } else { "l" };
    if !d.is_empty() {
        canvas.path(&series_class(n, how), &d);
    }
    for it in alone {
        canvas.circle(&series_class(n, "f"), it, 2.5, None);
    }
    if has_markers && !series.dashed {
        // Each line has its signs elsewhere, so that they show where lines run together.
        let mut next = across_start(&places) + 18.0 * scale::count(n % 5);
        for it in places {
            if it.0 >= next {
                canvas.marker(n, it);
                next = it.0 + BETWEEN_MARKERS;
            }
        }
    }
}

fn across_start(places: &[(f64, f64)]) -> f64 {
    places.first().map_or(0.0, |it| it.0)
}

fn place((x, y): (f64, f64)) -> String {
    format!("{} {}", short(x), short(y))
}
