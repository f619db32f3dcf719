//! Pictures and pages.
//!
//! A [`Page`] is a title, facts and sections of text, notes, tables and [`Figure`]s, all of them
//! plain values. [`Page::html`] makes one file of it that needs no other: it opens without a
//! network, asks for nothing, and its policy forbids that it could. Charts can be read with the
//! cursor, in light and in dark, on a telephone and on paper; below each are its numbers, as a table
//! and as CSV, and the chart as SVG and PNG. [`Figure::svg`] and [`Figure::png`] give the same
//! pictures alone, for papers.
//!
//! What is read with the cursor is drawn by uPlot, which lies in the crate (MIT); everything else is
//! SVG of our own. The feature `png`, which is on unless it is switched off, brings a rasteriser and
//! a font.
//!
//! The crate does not know what a market, a run or an experiment is: it takes numbers and words
//! from those who know, and does not compute, judge or round them beyond what a picture needs. It
//! knows no file, no clock and no network. What words it is given may come from anybody: they are
//! shown, never interpreted.
//!
//! ```
//! use asfm_report::{Axis, Block, Figure, Page, Section, Series, Shape};
//!
//! let closes = Figure {
//!     id: "closes".into(),
//!     title: "Closes".into(),
//!     caption: "Two stocks over three days.".into(),
//!     x: Axis::new("day"),
//!     y: Axis::new("price"),
//!     shape: Shape::Lines {
//!         x: vec![1.0, 2.0, 3.0],
//!         series: vec![
//!             Series::full("EN001", [10.6, 10.7, 10.8]),
//!             Series::full("MA002", [20.7, 20.4, 22.6]),
//!         ],
//!         below: None,
//!     },
//!     marks: vec![],
//! };
//! let page = Page {
//!     title: "A run".into(),
//!     sections: vec![Section {
//!         id: "prices".into(),
//!         title: "Prices".into(),
//!         blocks: vec![Block::Figure(closes)],
//!     }],
//!     ..Page::default()
//! };
//! let html = page.html()?;
//! assert!(html.starts_with("<!doctype html>"));
//! assert_eq!(html, page.html()?, "the same page is the same bytes");
//! # Ok::<(), asfm_report::Error>(())
//! ```

mod check;
mod csv;
mod figure;
mod html;
mod live;
mod page;
#[cfg(feature = "png")]
mod raster;
mod scale;
mod svg;
mod text;

pub use check::Error;
pub use figure::{Axis, Band, Figure, Format, IntervalRow, Lower, Mark, Node, Series, Shape};
pub use page::{Block, Cell, Column, Page, Section, Table, Tone};
