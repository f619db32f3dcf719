//! Who is linked to whom: on a circle, and beside it as a matrix.
//!
//! A circle shows who is connected at a glance and drowns where many are; a matrix shows blocks and
//! density at any number of links. Both have the nodes in the same order, from the top of the circle
//! clockwise and from the top of the matrix down, and beside each node a bar for its value, from the
//! middle of the scale outwards or inwards, so that nothing is told by colour alone.

use std::fmt::Write as _;

use super::View;
use super::canvas::{Anchor, Canvas, cut, short, wrapped};
use super::frame::{self, SMALL};
use crate::Figure;
use crate::figure::Node;
use crate::scale::{self, count};

/// The longest bar outside of the circle, and beside the matrix.
const BAR: f64 = 30.0;

/// Nodes, links by place, and the ends of the scale of values.
type Linked<'a> = (&'a [Node], &'a [(u32, u32)], (f64, f64));

pub(super) fn draw(
    canvas: &mut Canvas,
    figure: &Figure,
    view: View,
    (nodes, links, scale): Linked<'_>,
) -> f64 {
    let top = frame::head(canvas, figure, view, &[]) + 8.0;
    let is_narrow = view.width < 500.0;
    let side = if is_narrow { view.width - 16.0 } else { (view.width - 48.0) / 2.0 };
    key(canvas, figure, view, top, scale);
    let top = top + if is_narrow { 44.0 } else { 26.0 };
    let values: Vec<Option<f64>> =
        nodes.iter().map(|it| it.value.map(|it| placed(it, scale))).collect();
    let hints: Vec<String> = nodes.iter().map(|it| hint(it, figure)).collect();
    circle(canvas, (8.0, top), side, (&values, &hints), links);
    let corner = if is_narrow { (8.0, top + side + 20.0) } else { (view.width - side - 8.0, top) };
    matrix(canvas, corner, side, (&values, &hints), links);
    let foot = corner.1 + side + 18.0;
    let mut end = foot;
    for (n, line) in wrapped(&figure.x.label, SMALL, view.width - 16.0).iter().enumerate() {
        end = foot + 15.0 * count(n);
        canvas.text("n", (8.0, end), Anchor::Start, line);
    }
    end + 8.0
}

/// What the bars mean.
fn key(canvas: &mut Canvas, figure: &Figure, view: View, top: f64, scale: (f64, f64)) {
    let middle = f64::midpoint(scale.0, scale.1);
    let [low, middle, high] = [scale.0, middle, scale.1].map(|it| scale::shown(it, &figure.y));
    let y = top + 10.0;
    canvas.line("l s1", (8.0, y - 4.0), (20.0, y - 4.0));
    let below = format!("{} below {middle}, down to {low}: inwards", figure.y.label);
    let (x, y, room) = if view.width < 500.0 {
        (8.0, y + 18.0, view.width - 32.0)
    } else {
        (view.width / 2.0 + 16.0, y, view.width / 2.0 - 40.0)
    };
    canvas.text("t", (24.0, top + 10.0), Anchor::Start, &cut(&below, SMALL, room));
    canvas.line("l s0", (x, y - 4.0), (x + 12.0, y - 4.0));
    let above = format!("above {middle}, up to {high}: outwards");
    canvas.text("t", (x + 16.0, y), Anchor::Start, &cut(&above, SMALL, view.width - x - 24.0));
}

fn hint(node: &Node, figure: &Figure) -> String {
    let value = node.value.map_or_else(|| "none".to_owned(), |it| scale::shown(it, &figure.y));
    format!("{}: {} {value}", node.name, figure.y.label)
}

/// A value as a share of the scale.
fn placed(value: f64, (low, high): (f64, f64)) -> f64 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

fn class(value: f64) -> &'static str {
    if value < 0.5 { "l s1" } else { "l s0" }
}

type Values<'a> = (&'a [Option<f64>], &'a [String]);

fn circle(
    canvas: &mut Canvas,
    corner: (f64, f64),
    side: f64,
    (values, hints): Values<'_>,
    links: &[(u32, u32)],
) {
    let centre = (corner.0 + side / 2.0, corner.1 + side / 2.0);
    let radius = side / 2.0 - BAR - 6.0;
    let n = count(values.len());
    let place = |at: usize, r: f64| {
        let angle = std::f64::consts::TAU * count(at) / n;
        (centre.0 + r * libm::sin(angle), centre.1 - r * libm::cos(angle))
    };
    let line = |(a, b): &(u32, u32)| {
        let [a, b] = [*a, *b].map(|it| place(it as usize, radius));
        let [x1, y1, x2, y2] = [a.0, a.1, b.0, b.1].map(short);
        format!("M{x1} {y1}L{x2} {y2}")
    };
    // The more lines there are, the fainter each.
    let faint = match links.len() {
        0..=150 => "nl",
        151..=600 => "nl nl1",
        601..=2000 => "nl nl2",
        _ => "nl nl3",
    };
    // Within one element nothing gets darker where lines cross, between elements it does.
    for some in links.chunks(links.len().div_ceil(24).max(1)) {
        canvas.path(faint, &some.iter().map(line).collect::<String>());
    }
    canvas.circle("nr", centre, radius + 4.0 + BAR / 2.0, None);
    for (at, value) in values.iter().enumerate() {
        let foot = place(at, radius + 4.0);
        match value {
            Some(it) => {
                let middle = radius + 4.0 + BAR / 2.0;
                canvas.line(class(*it), place(at, middle), place(at, radius + 4.0 + BAR * it));
            }
            None => canvas.circle("p", foot, 1.5, None),
        }
        canvas.circle("id", place(at, radius), 1.8, hints.get(at).map(String::as_str));
    }
}

fn matrix(
    canvas: &mut Canvas,
    corner: (f64, f64),
    side: f64,
    (values, hints): Values<'_>,
    links: &[(u32, u32)],
) {
    let many = values.len();
    let side = side - BAR - 8.0;
    let cell = side / count(many);
    canvas.rect("nf", corner, (corner.0 + side, corner.1 + side), None);
    let mut rows: Vec<Vec<u32>> = vec![Vec::new(); many];
    for (a, b) in links {
        rows[*a as usize].push(*b);
        rows[*b as usize].push(*a);
    }
    let mut cells = String::new();
    for (at, row) in rows.iter_mut().enumerate() {
        row.sort_unstable();
        let y = corner.1 + cell * count(at);
        for run in row.chunk_by(|a, b| a + 1 == *b) {
            let x = corner.0 + cell * f64::from(run[0]);
            let wide = cell * count(run.len());
            let [x, y, wide, high] = [x, y, wide, cell].map(short);
            let written = write!(cells, "M{x} {y}h{wide}v{high}h-{wide}z");
            debug_assert!(written.is_ok(), "a string takes any text");
        }
    }
    if !cells.is_empty() {
        canvas.path("nx", &cells);
    }
    let x = corner.0 + side + 6.0;
    canvas.line("g", (x + BAR / 2.0, corner.1), (x + BAR / 2.0, corner.1 + side));
    for (at, value) in values.iter().enumerate() {
        let Some(it) = value else { continue };
        let y = corner.1 + cell * count(at);
        let bar = if *it < 0.5 { "f s1" } else { "f s0" };
        let (a, b) = ((x + BAR / 2.0, y + cell * 0.1), (x + BAR * it, y + cell * 0.9));
        canvas.rect(bar, a, b, hints.get(at).map(String::as_str));
    }
}
