//! A figure as SVG.
//!
//! It is written here and not by a library of charts, because a picture on a page must take its
//! colours from the page (light, dark, paper), show gaps, bands, whiskers, every single measurement
//! and hostile words as they are, and be the same bytes every time. The library that comes nearest,
//! `kuva`, writes its colours into every element, reads `$` in labels as mathematics, numbers its
//! clippings through the process, and brings a calendar along.
//!
//! Elements carry classes and no colours: `f s0` is an area of the first series, `l s1` a line of
//! the second. The style is written once in a page, or at the head of a picture that stands alone.

mod bars;
mod canvas;
mod frame;
mod intervals;
mod lines;
mod network;
mod style;

pub(crate) use bars::histogram_spans;
pub(crate) use lines::{lower_span, x_span, y_span};
pub(crate) use style::{alone as style_alone, of_page as style_of_page};

use canvas::Canvas;

use crate::scale::{self, Span};
use crate::{Axis, Error, Figure, Shape, text};

/// The width of a picture for a screen and for paper, and for a telephone.
pub(crate) const WIDE: f64 = 720.0;
pub(crate) const NARROW: f64 = 336.0;

/// The room that the numbers of a vertical axis take, with about so many of them.
pub(crate) fn room(span: Span, axis: &Axis, most: usize) -> f64 {
    frame::room(&scale::ticks(span, axis, most, false))
}

/// For whom a picture is drawn.
#[derive(Clone, Copy)]
struct View {
    width: f64,
    /// Whether it brings its title, its style and the meaning of its marks.
    alone: bool,
}

impl Figure {
    /// The figure as an SVG image with title and style, 720 units wide, on white.
    pub fn svg(&self) -> Result<String, Error> {
        self.check()?;
        Ok(self.alone(""))
    }

    /// The image, with more style.
    pub(crate) fn alone(&self, style: &str) -> String {
        let (body, height) = self.body(View { width: WIDE, alone: true });
        let label = text::escape(&self.described());
        let height = canvas::short(height);
        let style = style_alone() + style;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"c\" role=\"img\" \
             aria-label=\"{label}\" width=\"{WIDE}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDE} {height}\"><style>{style}</style>\
             <rect class=\"bg\" width=\"100%\" height=\"100%\"/>{body}</svg>\n"
        )
    }

    /// The image for a page, which has the style; of a figure that has been checked.
    pub(crate) fn in_page(&self, width: f64) -> String {
        let (body, height) = self.body(View { width, alone: false });
        let label = text::escape(&self.described());
        let height = canvas::short(height);
        format!(
            "<svg class=\"c\" role=\"img\" aria-label=\"{label}\" width=\"{width}\" \
             height=\"{height}\" viewBox=\"0 0 {width} {height}\">{body}</svg>"
        )
    }

    fn body(&self, view: View) -> (String, f64) {
        let mut canvas = Canvas::default();
        let height = match &self.shape {
            Shape::Lines { x, series, below } => {
                lines::draw(&mut canvas, self, view, (x, series, below.as_ref()))
            }
            Shape::Bars { categories, series } => {
                bars::grouped(&mut canvas, self, view, (categories, series))
            }
            Shape::Intervals { rows, zero, smallest } => {
                intervals::draw(&mut canvas, self, view, (rows, *zero, *smallest))
            }
            Shape::Histogram { edges, counts, overlay } => {
                bars::histogram(&mut canvas, self, view, (edges, counts, overlay.as_deref()))
            }
            Shape::Network { nodes, links, ends } => {
                network::draw(&mut canvas, self, view, (nodes, links, *ends))
            }
        };
        (canvas.out, height)
    }

    /// The figure in words, for those who do not see it.
    pub(crate) fn described(&self) -> String {
        let span = |all: &mut dyn Iterator<Item = f64>, axis| {
            let it = Span::exact(all)?;
            Some(format!("{} to {}", scale::shown(it.lo, axis), scale::shown(it.hi, axis)))
        };
        let (kind, parts): (_, Vec<String>) = match &self.shape {
            Shape::Lines { series, .. } | Shape::Bars { series, .. } => {
                let kind = if matches!(self.shape, Shape::Bars { .. }) { "Bars" } else { "Lines" };
                let part = |it: &crate::Series| {
                    let values = span(&mut it.y.iter().flatten().copied(), &self.y);
                    format!("{} {}", it.name, values.unwrap_or_else(|| "without values".into()))
                };
                (kind, series.iter().take(8).map(part).collect())
            }
            Shape::Intervals { rows, .. } => {
                let part = |it: &crate::IntervalRow| {
                    let [value, lo, hi] =
                        [it.value, it.lo, it.hi].map(|it| scale::shown(it, &self.x));
                    format!("{} {value}, from {lo} to {hi}", it.label)
                };
                ("Intervals", rows.iter().take(12).map(part).collect())
            }
            Shape::Histogram { edges, .. } => {
                let part = span(&mut edges.iter().copied(), &self.x);
                ("Histogram", part.into_iter().collect())
            }
            Shape::Network { nodes, links, .. } => {
                let pairs = nodes.len() * nodes.len().saturating_sub(1) / 2;
                let linked = format!("{} of {pairs} pairs are linked", links.len());
                let values = span(&mut nodes.iter().filter_map(|it| it.value), &self.y);
                let values = values.map(|it| format!("{} {it}", self.y.label));
                ("Network", [Some(linked), values].into_iter().flatten().collect())
            }
        };
        format!("{kind}: {}. {}.", self.title, parts.join("; "))
    }
}
