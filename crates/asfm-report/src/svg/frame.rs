//! What stands around the numbers: title, legend, axes, marks.

use super::View;
use super::canvas::{Anchor, Canvas, bar_class, cut, series_class, width};
use crate::scale::{self, Scale, Span, Tick};
use crate::{Axis, Figure, Mark};

pub(super) const SMALL: f64 = 12.0;
/// Room at the right, for half a number of the horizontal axis.
pub(super) const RIGHT: f64 = 24.0;

/// How a series is shown in the legend.
#[derive(Clone, Copy)]
pub(super) enum Sign {
    Line { dashed: bool, marker: bool },
    Bar,
}

/// The place of the numbers: the picture without what stands around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Plot {
    pub(super) fn x(&self, span: Span, axis: &Axis) -> Scale {
        Scale::new(span, axis, self.left, self.right)
    }

    pub(super) fn y(&self, span: Span, axis: &Axis) -> Scale {
        Scale::new(span, axis, self.bottom, self.top)
    }
}

/// Title (if the picture stands alone) and legend; returns the height that they take.
pub(super) fn head(
    canvas: &mut Canvas,
    figure: &Figure,
    view: View,
    legend: &[(usize, &str, Sign)],
) -> f64 {
    let mut y = 6.0;
    if view.alone {
        let title = cut(&figure.title, 15.0, view.width - 16.0);
        canvas.text("h", (8.0, y + 16.0), Anchor::Start, &title);
        y += 28.0;
    }
    let mut x = 8.0;
    let mut is_first = true;
    for (n, name, sign) in legend {
        let name = cut(name, SMALL, view.width - 50.0);
        let wide = 26.0 + width(&name, SMALL) + 14.0;
        if !is_first && x + wide > view.width {
            x = 8.0;
            y += 18.0;
        }
        is_first = false;
        sample(canvas, *n, *sign, (x, y + 8.0));
        canvas.text("t", (x + 26.0, y + 12.0), Anchor::Start, &name);
        x += wide;
    }
    if legend.is_empty() { y } else { y + 22.0 }
}

fn sample(canvas: &mut Canvas, n: usize, sign: Sign, (x, y): (f64, f64)) {
    match sign {
        Sign::Line { dashed, marker } => {
            let how = if dashed { "l d" } else { "l" };
            canvas.line(&series_class(n, how), (x, y), (x + 20.0, y));
            if marker {
                canvas.marker(n, (x + 10.0, y));
            }
        }
        Sign::Bar => {
            canvas.rect(&bar_class(n), (x + 4.0, y - 5.0), (x + 16.0, y + 5.0), None);
        }
    }
}

/// How much room the numbers of a vertical axis take.
pub(super) fn room(ticks: &[Tick]) -> f64 {
    ticks.iter().map(|it| width(&it.1, SMALL)).fold(18.0, f64::max) + 12.0
}

/// The vertical axis: lines across the plot, numbers at its left, the name above.
pub(super) fn y_axis(canvas: &mut Canvas, plot: Plot, y: Scale, ticks: &[Tick], name: &str) {
    for (value, text) in ticks {
        let at = y.at(*value);
        canvas.line("g", (plot.left, at), (plot.right, at));
        canvas.text("t", (plot.left - 6.0, at + 4.0), Anchor::End, text);
    }
    let name = cut(name, SMALL, plot.right - 8.0);
    canvas.text("n", (8.0, plot.top - 11.0), Anchor::Start, &name);
}

/// As many numbers on a horizontal axis as fit beside each other.
pub(super) fn x_ticks(span: Span, axis: &Axis, room: f64, whole: bool) -> Vec<Tick> {
    let mut most = 12;
    loop {
        let found = scale::ticks(span, axis, most, whole);
        let widest = found.iter().map(|it| width(&it.1, SMALL)).fold(0.0, f64::max);
        if most == 2 || (widest + 14.0) * scale::count(found.len()) <= room {
            return found;
        }
        most -= 1;
    }
}

/// The horizontal axis at the bottom of a plot: numbers and name under it, 40 units high.
pub(super) fn x_axis(canvas: &mut Canvas, plot: Plot, x: Scale, ticks: &[Tick], name: &str) {
    base(canvas, plot, plot.bottom);
    for (value, text) in ticks {
        let at = x.at(*value);
        canvas.line("a", (at, plot.bottom), (at, plot.bottom + 4.0));
        canvas.text("t", (at, plot.bottom + 17.0), Anchor::Middle, text);
    }
    x_name(canvas, plot, plot.bottom + 34.0, name);
}

pub(super) fn x_name(canvas: &mut Canvas, plot: Plot, y: f64, name: &str) {
    let name = cut(name, SMALL, plot.right - 8.0);
    canvas.text("n", (plot.right, y), Anchor::End, &name);
}

/// A line across the plot.
pub(super) fn base(canvas: &mut Canvas, plot: Plot, y: f64) {
    canvas.line("a", (plot.left, y), (plot.right, y));
}

/// In which row of flags each mark stands, so that neighbours do not touch, and how many rows.
pub(super) fn rows_of_marks(marks: &[Mark], x: Scale) -> (Vec<usize>, usize) {
    const ROWS: usize = 3;
    let mut ends = [f64::NEG_INFINITY; ROWS];
    let mut order: Vec<usize> = (0..marks.len()).collect();
    order.sort_by(|a, b| marks[*a].at.total_cmp(&marks[*b].at));
    let mut rows = vec![0; marks.len()];
    let mut most = 0;
    for n in order {
        if !x.sees(marks[n].at) {
            continue;
        }
        let at = x.at(marks[n].at);
        let row = ends.iter().position(|it| at - it >= 18.0).unwrap_or(ROWS - 1);
        ends[row] = at;
        rows[n] = row;
        most = most.max(row + 1);
    }
    (rows, most)
}

/// Numbered lines from flags above the plot through it and through the one under it.
pub(super) fn marks(
    canvas: &mut Canvas,
    marks: &[Mark],
    x: Scale,
    plot: Plot,
    under: Option<Plot>,
) {
    let (rows, _) = rows_of_marks(marks, x);
    let flags =
        (1..).zip(marks).zip(rows).filter(|((_, it), _)| x.sees(it.at)).map(|(it, row)| {
            (it.0, it.1, x.at(it.1.at), plot.top - 9.0 - 17.0 * scale::count(row))
        });
    let flags: Vec<(usize, &Mark, f64, f64)> = flags.collect();
    for (_, _, at, top) in &flags {
        canvas.line("m", (*at, *top), (*at, plot.bottom));
        if let Some(it) = under {
            canvas.line("m", (*at, it.top), (*at, it.bottom));
        }
    }
    for (n, mark, at, top) in flags {
        canvas.circle("mf", (at, top), 7.5, Some(&mark.label));
        canvas.text("mt", (at, top + 3.6), Anchor::Middle, &n.to_string());
    }
}

/// What the numbers of marks mean, under a picture that stands alone; returns its height.
pub(super) fn list_of_marks(canvas: &mut Canvas, marks: &[Mark], view: View, top: f64) -> f64 {
    if !view.alone {
        return 0.0;
    }
    let mut y = top;
    for (n, mark) in (1..).zip(marks) {
        let text = cut(&format!("{n}  {}", mark.label), SMALL, view.width - 16.0);
        canvas.text("t", (8.0, y + 12.0), Anchor::Start, &text);
        y += 17.0;
    }
    y - top
}
