use std::fmt;

/// A limit price: how many ticks above zero it lies on the grid, at least one.
///
/// The field is public because any number is a tick; the book refuses an order at `Tick(0)`
/// with [`Refusal::PriceOutOfRange`](crate::Refusal::PriceOutOfRange).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(pub u32);

/// A trade price in half ticks, so that the midpoint of any two limits is exact.
///
/// ```
/// use asfm_book::{HalfTick, Tick};
///
/// assert_eq!(HalfTick::from(Tick(1000)).get(), 2000);
/// assert_eq!(HalfTick::midpoint(Tick(1000), Tick(1001)).get(), 2001);
/// assert_eq!(HalfTick::midpoint(Tick(1000), Tick(1001)).to_string(), "1000.5");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HalfTick(u64); // Invariant: at most HalfTick::MAX.

/// A price grid: the size of one tick in integer price units.
///
/// ```
/// use asfm_book::{Grid, HalfTick, OffGrid, Tick};
///
/// // Units of 1/10 000 of the currency, a tick of 0.01.
/// let grid = Grid::new(100)?;
/// assert_eq!(grid.tick(10_0500), Ok(Tick(1005)));
/// assert_eq!(grid.tick(10_0550), Err(OffGrid::BetweenTicks));
/// assert_eq!(grid.units(Tick(1005)), 10_0500);
/// assert_eq!(grid.trade_units(HalfTick::midpoint(Tick(1005), Tick(1006))), 10_0550);
/// # Ok::<(), asfm_book::BadGrid>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grid {
    /// Invariant: positive, even, at most [`Grid::TICK_UNITS_MAX`].
    tick_units: i64,
}

/// Why a number cannot be the size of a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadGrid {
    /// A tick is a positive number of units.
    #[error("the tick size is not positive")]
    NotPositive,
    /// Half a tick, which the midpoint of two limits may need, would not be a whole number of units.
    #[error("the tick size is odd, so half a tick is not a whole number of units")]
    Odd,
    /// The highest tick would not fit an `i64` of units.
    #[error("the tick size is above {max}", max = Grid::TICK_UNITS_MAX)]
    TooLarge,
}

/// Why a price is not a limit price of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OffGrid {
    /// The lowest limit price is one tick.
    #[error("the price is not positive")]
    NotPositive,
    /// The price lies between two ticks.
    #[error("the price is not a multiple of the tick")]
    BetweenTicks,
    /// The price is above the highest tick, `Tick(u32::MAX)`.
    #[error("the price is above the highest tick")]
    TooHigh,
}

impl HalfTick {
    /// The highest price: that of `Tick(u32::MAX)`.
    pub const MAX: Self = Self(2 * u32::MAX as u64);

    /// A price of so many half ticks, or `None` above [`HalfTick::MAX`].
    pub const fn new(half_ticks: u64) -> Option<Self> {
        if half_ticks <= Self::MAX.0 { Some(Self(half_ticks)) } else { None }
    }

    /// The exact mean of two limits.
    pub fn midpoint(one: Tick, other: Tick) -> Self {
        Self(u64::from(one.0) + u64::from(other.0))
    }

    /// The number of half ticks.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl From<Tick> for HalfTick {
    fn from(tick: Tick) -> Self {
        Self::midpoint(tick, tick)
    }
}

/// Writes the price in ticks: `1000` or `1000.5`.
impl fmt::Display for HalfTick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0 / 2, if self.0.is_multiple_of(2) { "" } else { ".5" })
    }
}

impl fmt::Display for Tick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Grid {
    /// The largest size of a tick: with it every price of the book fits an `i64` of units.
    pub const TICK_UNITS_MAX: i64 = i64::MAX / (u32::MAX as i64);

    /// A grid whose tick is `tick_units` price units.
    pub const fn new(tick_units: i64) -> Result<Self, BadGrid> {
        if tick_units <= 0 {
            Err(BadGrid::NotPositive)
        } else if tick_units % 2 != 0 {
            Err(BadGrid::Odd)
        } else if tick_units > Self::TICK_UNITS_MAX {
            Err(BadGrid::TooLarge)
        } else {
            Ok(Self { tick_units })
        }
    }

    /// The size of a tick in price units.
    pub const fn tick_units(self) -> i64 {
        self.tick_units
    }

    /// The limit price that is exactly `price_units`.
    pub fn tick(self, price_units: i64) -> Result<Tick, OffGrid> {
        if price_units <= 0 {
            return Err(OffGrid::NotPositive);
        }
        if price_units % self.tick_units != 0 {
            return Err(OffGrid::BetweenTicks);
        }
        u32::try_from(price_units / self.tick_units).map(Tick).map_err(|_| OffGrid::TooHigh)
    }

    /// A limit price in price units.
    pub fn units(self, tick: Tick) -> i64 {
        i64::from(tick.0) * self.tick_units
    }

    /// A trade price in price units; exact, because half a tick is a whole number of units.
    pub fn trade_units(self, price: HalfTick) -> i64 {
        price.0.cast_signed() * (self.tick_units / 2)
    }
}
