//! Money, shares, days and who is who, as exact integers.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// Units of money per unit of the currency: prices and cash count 1/10 000.
pub const UNITS: i64 = 10_000;

/// A price per share, in 1/10 000 of the currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(pub i64);

/// An amount of cash, in 1/10 000 of the currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cash(pub i64);

impl Price {
    /// What `shares` cost at this price, or `None` where no account could hold the amount.
    pub fn times(self, shares: u64) -> Option<Cash> {
        i64::try_from(shares).ok().and_then(|n| self.0.checked_mul(n)).map(Cash)
    }

    /// The price in currency, for valuations and pictures; never for money.
    #[expect(clippy::cast_precision_loss, reason = "prices are far below 2^53 units")]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / UNITS as f64
    }
}

impl Cash {
    /// The amount in currency, for statistics; never for money.
    #[expect(clippy::cast_precision_loss, reason = "a statistic may round, a ledger may not")]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / UNITS as f64
    }
}

impl Add for Cash {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Cash {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Cash {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Cash {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl SubAssign for Cash {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Sum for Cash {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self(0), Add::add)
    }
}

impl fmt::Display for Price {
    /// At least two decimals, more where the price has them: `10.05`, `10.055`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_money(self.0, f)
    }
}

impl fmt::Display for Cash {
    /// At least two decimals, more where the amount has them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_money(self.0, f)
    }
}

fn write_money(units: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let sign = if units < 0 { "-" } else { "" };
    let (whole, part) = (units.unsigned_abs() / 10_000, units.unsigned_abs() % 10_000);
    let text = match (part % 100, part % 10) {
        (0, _) => format!("{sign}{whole}.{:02}", part / 100),
        (_, 0) => format!("{sign}{whole}.{:03}", part / 10),
        _ => format!("{sign}{whole}.{part:04}"),
    };
    f.pad(&text)
}

/// A share of something, exact to one millionth: fees, taxes, price limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ppm(pub u32);

impl Ppm {
    /// One whole.
    pub const ONE: Self = Self(1_000_000);

    /// This share of `amount`, rounded down to a whole unit of money.
    ///
    /// Rounding down makes the shares of parts never exceed the share of the whole, so what was
    /// reserved for an order's fees always suffices for its fills.
    ///
    /// # Panics
    ///
    /// If the share is above one and the result beyond what can be counted.
    pub fn of(self, amount: Cash) -> Cash {
        if self.0 == 0 {
            return Cash(0);
        }
        // Of all but enormous amounts, without the division of 128 bits, which is a loop.
        if let Some(parts) = amount.0.checked_mul(i64::from(self.0)) {
            return Cash(parts / 1_000_000);
        }
        let part = i128::from(amount.0) * i128::from(self.0) / 1_000_000;
        Cash(i64::try_from(part).expect("a share below one of an i64 fits an i64"))
    }
}

/// One trader, numbered from 1 in the order of the scenario's kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraderId(u32);

impl TraderId {
    /// The trader at a place of the population, counted from 0.
    ///
    /// # Panics
    ///
    /// If `index` does not fit 32 bits; a scenario has fewer traders.
    pub fn at(index: usize) -> Self {
        Self(u32::try_from(index + 1).expect("fewer than 2^32 traders"))
    }

    /// The trader with this number, or `None` for 0.
    pub fn new(number: u32) -> Option<Self> {
        (number > 0).then_some(Self(number))
    }

    /// The number, from 1.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The place in arrays, from 0.
    pub fn index(self) -> usize {
        self.0 as usize - 1
    }
}

impl fmt::Display for TraderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One listed stock: its place in the scenario's company table, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StockId(pub u16);

impl StockId {
    /// The place in arrays.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A calendar day of the run, from 1; the companies' initial closes lie on days 0 and before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub u32);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A run's number of everything that traders asked for, from 1, in the order it was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_printed_with_the_decimals_it_has() {
        let shown: Vec<String> =
            [100_500, 100_550, 100_555, -1, 0].map(|units| Price(units).to_string()).into();
        assert_eq!(shown, ["10.05", "10.055", "10.0555", "-0.0001", "0.00"]);
    }

    #[test]
    fn shares_of_parts_never_exceed_the_share_of_the_whole() {
        let rate = Ppm(333);
        let whole = rate.of(Cash(10_007));
        let parts = rate.of(Cash(5_000)) + rate.of(Cash(5_007));
        assert!(parts <= whole);
    }
}
