//! What a page and its figures must keep, and what is said when they do not.

use std::collections::BTreeSet;

use crate::{Axis, Block, Cell, Figure, Page, Series, Shape, Table};

/// More nodes than these are not drawn.
const NODES_MAX: usize = 300;

/// Why a page or a figure was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A series or a row has another length than what it belongs to.
    #[error("{at}: {what} has {found} values where {expected} are expected")]
    Length {
        /// The figure's id or the table's caption.
        at: String,
        /// The series or row.
        what: String,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A number is infinite or not a number.
    #[error("{at}: {what} holds a number that is not finite")]
    NotFinite {
        /// The figure's id or the table's caption.
        at: String,
        /// The series or row.
        what: String,
    },
    /// Places are not each greater than the one before, or a lower end is above an upper one.
    #[error("{at}: {what} is not in order")]
    Order {
        /// The figure's id.
        at: String,
        /// The series or row.
        what: String,
    },
    /// There is nothing to draw.
    #[error("{at}: {what} is empty")]
    Empty {
        /// The figure's id or the table's caption.
        at: String,
        /// What is empty.
        what: String,
    },
    /// A number that an axis cannot show: zero or less on a logarithmic one, a count below zero.
    #[error("{at}: {what} holds a number that its axis cannot show")]
    Axis {
        /// The figure's id.
        at: String,
        /// The series or axis.
        what: String,
    },
    /// More nodes than can be told apart.
    #[error("{at}: more than {most} nodes")]
    Many {
        /// The figure's id.
        at: String,
        /// How many there may be.
        most: usize,
    },
    /// Two sections or figures have the same id.
    #[error("the id `{0}` occurs twice")]
    Duplicate(String),
    /// An id is not a letter followed by letters, digits, `-` and `_`.
    #[error("`{0}` cannot be an id: a letter, then letters, digits, `-` and `_`")]
    Id(String),
    /// The page could not be put together, or a figure not be rasterised.
    #[error("cannot draw: {0}")]
    Draw(String),
}

impl Page {
    /// Whether a file can be made of it: every figure and table is sound, every id is its own.
    pub fn check(&self) -> Result<(), Error> {
        let mut ids = BTreeSet::new();
        for it in &self.sections {
            claim(&mut ids, &it.id)?;
        }
        self.sections.iter().try_for_each(|it| check_blocks(&it.blocks, &mut ids))
    }
}

fn check_blocks<'a>(blocks: &'a [Block], ids: &mut BTreeSet<&'a str>) -> Result<(), Error> {
    for block in blocks {
        match block {
            Block::Text(_) | Block::Note(_) => {}
            Block::Table(it) => it.check()?,
            Block::Figure(it) => {
                claim(ids, &it.id)?;
                it.check()?;
            }
            Block::Details { blocks, .. } => check_blocks(blocks, ids)?,
        }
    }
    Ok(())
}

fn claim<'a>(ids: &mut BTreeSet<&'a str>, id: &'a str) -> Result<(), Error> {
    check_id(id)?;
    if ids.insert(id) { Ok(()) } else { Err(Error::Duplicate(id.to_owned())) }
}

fn check_id(id: &str) -> Result<(), Error> {
    let is_sound = id.starts_with(|it: char| it.is_ascii_alphabetic())
        && id.chars().all(|it| it.is_ascii_alphanumeric() || it == '-' || it == '_');
    if is_sound { Ok(()) } else { Err(Error::Id(id.to_owned())) }
}

impl Table {
    /// Whether it has columns, every row has as many cells, and every number is finite.
    pub fn check(&self) -> Result<(), Error> {
        let at = Place(&self.caption);
        if self.columns.is_empty() {
            return Err(at.empty("the table"));
        }
        for (n, row) in (1..).zip(&self.rows) {
            let what = format!("row {n}");
            at.length(&what, self.columns.len(), row.len())?;
            let numbers = row.iter().filter_map(|it| match it {
                Cell::Number { value, .. } => Some(*value),
                Cell::Text(_) | Cell::Badge { .. } | Cell::Missing(_) => None,
            });
            at.finite(&what, numbers)?;
        }
        Ok(())
    }
}

impl Figure {
    /// Whether it can be drawn: lengths agree, numbers are finite and in order, nothing is empty.
    pub fn check(&self) -> Result<(), Error> {
        check_id(&self.id)?;
        let at = Place(&self.id);
        match &self.shape {
            Shape::Lines { x, series, below } => {
                at.ascending("x", x)?;
                at.not_empty("x", x)?;
                at.not_empty("series", series)?;
                at.log("x", &self.x, x.iter().copied())?;
                for it in series {
                    at.series(it, x.len())?;
                    at.log(&it.name, &self.y, it.every())?;
                }
                if let Some(it) = below {
                    at.length(&it.name, x.len(), it.y.len())?;
                    at.finite(&it.name, it.y.iter().flatten().copied())?;
                    at.linear(&it.name, &it.axis)?;
                }
                at.log("marks", &self.x, self.marks.iter().map(|it| it.at))?;
            }
            Shape::Bars { categories, series } => {
                at.not_empty("categories", categories)?;
                at.not_empty("series", series)?;
                series.iter().try_for_each(|it| at.series(it, categories.len()))?;
            }
            Shape::Intervals { rows, zero, smallest } => {
                at.not_empty("rows", rows)?;
                at.finite("zero", [*zero].into_iter().chain(*smallest))?;
                for it in rows {
                    let ends = [it.lo, it.value, it.hi].into_iter();
                    at.finite(&it.label, ends.chain(it.points.iter().copied()))?;
                    at.order(&it.label, it.lo <= it.hi)?;
                }
                at.order("smallest", smallest.is_none_or(|it| it >= 0.0))?;
            }
            Shape::Histogram { edges, counts, overlay } => {
                at.not_empty("counts", counts)?;
                at.length("edges", counts.len() + 1, edges.len())?;
                at.ascending("edges", edges)?;
                at.finite("counts", counts.iter().copied())?;
                let curve = overlay.iter().flatten();
                at.finite("overlay", curve.clone().flat_map(|it| [it.0, it.1]))?;
                let is_ordered = overlay.iter().all(|it| it.windows(2).all(|it| it[0].0 < it[1].0));
                at.order("overlay", is_ordered)?;
                let is_below =
                    counts.iter().copied().chain(curve.map(|it| it.1)).any(|it| it < 0.0);
                if is_below {
                    return Err(at.axis("counts"));
                }
            }
            Shape::Network { .. } => {}
        }
        if let Shape::Network { nodes, links, ends } = &self.shape {
            at.not_empty("nodes", nodes)?;
            if nodes.len() > NODES_MAX {
                return Err(Error::Many { at: self.id.clone(), most: NODES_MAX });
            }
            at.finite("ends", [ends.0, ends.1])?;
            at.order("ends", ends.0 < ends.1)?;
            at.finite("nodes", nodes.iter().filter_map(|it| it.value))?;
            let is_sound = |it: &(u32, u32)| it.0 < it.1 && (it.1 as usize) < nodes.len();
            at.order("links", links.iter().all(is_sound))?;
            let mut sorted = links.clone();
            sorted.sort_unstable();
            at.order("links", sorted.windows(2).all(|it| it[0] != it[1]))?;
        }
        if !matches!(self.shape, Shape::Lines { .. }) {
            at.linear("x", &self.x)?;
            at.linear("y", &self.y)?;
        }
        at.finite("marks", self.marks.iter().map(|it| it.at))
    }
}

impl Series {
    /// Every number in it: values and ends of the band.
    pub(crate) fn every(&self) -> impl Iterator<Item = f64> + '_ {
        let band = self.band.iter().flat_map(|it| it.0.iter().chain(&it.1));
        self.y.iter().chain(band).flatten().copied()
    }
}

/// The name of what is looked at.
struct Place<'a>(&'a str);

impl Place<'_> {
    fn length(&self, what: &str, expected: usize, found: usize) -> Result<(), Error> {
        if expected == found {
            return Ok(());
        }
        Err(Error::Length { at: self.0.to_owned(), what: what.to_owned(), expected, found })
    }

    fn finite(&self, what: &str, all: impl IntoIterator<Item = f64>) -> Result<(), Error> {
        // So large that differences and margins stay finite too.
        if all.into_iter().all(|it| it.abs() <= 1e300) {
            return Ok(());
        }
        Err(Error::NotFinite { at: self.0.to_owned(), what: what.to_owned() })
    }

    fn order(&self, what: &str, is_ordered: bool) -> Result<(), Error> {
        if is_ordered {
            return Ok(());
        }
        Err(Error::Order { at: self.0.to_owned(), what: what.to_owned() })
    }

    fn ascending(&self, what: &str, all: &[f64]) -> Result<(), Error> {
        self.finite(what, all.iter().copied())?;
        self.order(what, all.windows(2).all(|it| it[0] < it[1]))
    }

    fn not_empty<T>(&self, what: &str, all: &[T]) -> Result<(), Error> {
        if all.is_empty() { Err(self.empty(what)) } else { Ok(()) }
    }

    fn empty(&self, what: &str) -> Error {
        Error::Empty { at: self.0.to_owned(), what: what.to_owned() }
    }

    fn axis(&self, what: &str) -> Error {
        Error::Axis { at: self.0.to_owned(), what: what.to_owned() }
    }

    fn linear(&self, what: &str, axis: &Axis) -> Result<(), Error> {
        if axis.log { Err(self.axis(what)) } else { Ok(()) }
    }

    fn log(
        &self,
        what: &str,
        axis: &Axis,
        all: impl IntoIterator<Item = f64>,
    ) -> Result<(), Error> {
        let is_shown = !axis.log || all.into_iter().all(|it| it > 0.0);
        if is_shown { Ok(()) } else { Err(self.axis(what)) }
    }

    fn series(&self, it: &Series, expected: usize) -> Result<(), Error> {
        self.length(&it.name, expected, it.y.len())?;
        self.finite(&it.name, it.every())?;
        let Some((low, high)) = &it.band else { return Ok(()) };
        self.length(&it.name, expected, low.len())?;
        self.length(&it.name, expected, high.len())?;
        let ends = low.iter().zip(high);
        let is_ordered = ends.filter_map(|(low, high)| Some((*low)? <= (*high)?)).all(|it| it);
        self.order(&it.name, is_ordered)
    }
}
