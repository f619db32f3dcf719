//! Effects with intervals: a forest plot.

use super::View;
use super::canvas::{Anchor, Canvas, cut, short, width};
use super::frame::{self, Plot, SMALL};
use crate::scale::{self, Scale, Span};
use crate::{Figure, IntervalRow};

const ROW: f64 = 34.0;
const HEADING: &str = "estimate [interval]";

pub(super) fn draw(
    canvas: &mut Canvas,
    figure: &Figure,
    view: View,
    (rows, zero, smallest): (&[IntervalRow], f64, Option<f64>),
) -> f64 {
    let is_narrow = view.width < 500.0;
    let top = frame::head(canvas, figure, view, &[]) + 20.0;
    let ends =
        rows.iter().flat_map(|it| [it.lo, it.value, it.hi].into_iter().chain(it.points.clone()));
    let band = smallest.map(|it| [zero - it, zero + it]);
    let span = Span::roomy(ends.chain([zero]).chain(band.into_iter().flatten()), &figure.x);
    let label = |it: &IntervalRow| format!("{} {}", it.tone.sign(), it.label);
    let shown = |it: &IntervalRow| {
        let [value, lo, hi] = [it.value, it.lo, it.hi].map(|it| scale::shown(it, &figure.x));
        format!("{value} [{lo}, {hi}]")
    };
    let widest = |of: &dyn Fn(&IntervalRow) -> String| {
        rows.iter().map(|it| width(&of(it), SMALL)).fold(0.0, f64::max)
    };
    // On a telephone the words stand above the interval, else beside it.
    let (left, right, row) = if is_narrow {
        (12.0, view.width - 12.0, ROW + 18.0)
    } else {
        let left = (widest(&label) + 20.0).min(view.width * 0.36);
        (
            left,
            view.width - (widest(&shown).max(width(HEADING, SMALL)) + 20.0).min(view.width * 0.32),
            ROW,
        )
    };
    let bottom = top + row * scale::count(rows.len());
    let plot = Plot { left, right, top, bottom };
    let x = plot.x(span, &figure.x);
    canvas.text("n", (8.0, top - 8.0), Anchor::Start, &cut(&figure.y.label, SMALL, view.width));
    if !is_narrow {
        let heading = cut(HEADING, SMALL, view.width - right);
        canvas.text("n", (view.width - 8.0, top - 8.0), Anchor::End, &heading);
    }
    let ticks = frame::x_ticks(span, &figure.x, right - left, false);
    for (n, it) in rows.iter().enumerate() {
        let from = top + row * scale::count(n);
        let (middle, to) = (from + row - ROW / 2.0, from + row);
        let from_words = if is_narrow { from + 20.0 } else { from };
        if let Some([low, high]) = band {
            let hint = "smaller than the smallest effect of interest";
            canvas.rect("z", (x.at(low), from_words), (x.at(high), to), Some(hint));
        }
        for (value, _) in &ticks {
            canvas.line("g", (x.at(*value), from_words), (x.at(*value), to));
        }
        canvas.line("zl", (x.at(zero), from_words), (x.at(zero), to));
        if is_narrow {
            let numbers = shown(it);
            let room = view.width - 24.0 - width(&numbers, SMALL);
            canvas.text("t", (12.0, from + 15.0), Anchor::Start, &cut(&label(it), SMALL, room));
            canvas.text("t", (view.width - 12.0, from + 15.0), Anchor::End, &numbers);
        } else {
            let (first, second) = halves(&label(it), left - 14.0);
            let y = if second.is_some() { middle - 4.0 } else { middle + 4.0 };
            canvas.text("t", (8.0, y), Anchor::Start, &first);
            if let Some(second) = second {
                canvas.text("t", (20.0, y + 14.0), Anchor::Start, &second);
            }
            canvas.text("t", (view.width - 8.0, middle + 4.0), Anchor::End, &shown(it));
        }
        if n > 0 {
            canvas.line("g", (8.0, from), (view.width - 8.0, from));
        }
        interval(canvas, it, x, middle);
    }
    frame::x_axis(canvas, plot, x, &ticks, &figure.x.label);
    bottom + 40.0
}

/// A text in one line or two, the second cut if it has to be.
fn halves(text: &str, most: f64) -> (String, Option<String>) {
    if width(text, SMALL) <= most {
        return (text.to_owned(), None);
    }
    let fits = |it: &(usize, &str)| width(&text[..it.0], SMALL) <= most;
    let Some((at, _)) = text.match_indices(' ').skip(1).take_while(fits).last() else {
        return (cut(text, SMALL, most), None);
    };
    (text[..at].to_owned(), Some(cut(&text[at + 1..], SMALL, most - 12.0)))
}

/// The interval with its ends, every measurement as a ring, the estimate as a diamond.
fn interval(canvas: &mut Canvas, row: &IntervalRow, x: Scale, y: f64) {
    let tone = row.tone.class();
    for (n, it) in row.points.iter().enumerate() {
        // Beside each other in three lines, so that equal ones are seen.
        let shift = scale::count(n % 3) * 3.4 - 3.4;
        canvas.circle("p", (x.at(*it), y + 7.0 + shift), 2.4, None);
    }
    let [lo, hi] = [row.lo, row.hi].map(|it| short(x.at(it)));
    let [up, at, down] = [y - 9.0, y - 5.0, y - 1.0].map(short);
    canvas
        .path(&format!("iv {tone}"), &format!("M{lo} {up}V{down}M{lo} {at}H{hi}M{hi} {up}V{down}"));
    let middle = x.at(row.value);
    let [left, middle, right] = [middle - 5.5, middle, middle + 5.5].map(short);
    let [top, bottom] = [y - 10.5, y + 0.5].map(short);
    canvas.path(
        &format!("id {tone}"),
        &format!("M{left} {at}L{middle} {top}L{right} {at}L{middle} {bottom}z"),
    );
}
