//! Prices in ticks and in units.

use asfm_book::{BadGrid, Grid, HalfTick, OffGrid, OrderId, Qty, Tick, ZeroId, ZeroQty};

#[test]
fn every_price_of_the_book_fits_the_units() {
    let grid = Grid::new(Grid::TICK_UNITS_MAX / 2 * 2).expect("even and not too large");
    let last = Tick(u32::MAX);
    assert_eq!(grid.tick(grid.units(last)), Ok(last));
    assert_eq!(grid.trade_units(HalfTick::MAX), grid.units(last));
    assert_eq!(grid.trade_units(HalfTick::midpoint(Tick(1), Tick(2))), 3 * grid.tick_units() / 2);
}

#[test]
fn sizes_that_are_no_tick() {
    assert_eq!(Grid::new(0), Err(BadGrid::NotPositive));
    assert_eq!(Grid::new(-100), Err(BadGrid::NotPositive));
    assert_eq!(Grid::new(25), Err(BadGrid::Odd));
    assert_eq!(Grid::new(i64::MAX - 1), Err(BadGrid::TooLarge));
    assert_eq!(Grid::new(Grid::TICK_UNITS_MAX + 2), Err(BadGrid::TooLarge));
}

#[test]
fn prices_that_are_no_tick() {
    let grid = Grid::new(100).expect("a sound size");
    assert_eq!(grid.tick(0), Err(OffGrid::NotPositive));
    assert_eq!(grid.tick(-100), Err(OffGrid::NotPositive));
    assert_eq!(grid.tick(i64::MIN), Err(OffGrid::NotPositive));
    assert_eq!(grid.tick(150), Err(OffGrid::BetweenTicks));
    assert_eq!(grid.tick(100 * (i64::from(u32::MAX) + 1)), Err(OffGrid::TooHigh));
    assert_eq!(grid.tick(100), Ok(Tick(1)));
}

#[test]
fn numbers_that_are_no_price_quantity_or_id() {
    assert_eq!(HalfTick::new(HalfTick::MAX.get()), Some(HalfTick::MAX));
    assert_eq!(HalfTick::new(HalfTick::MAX.get() + 1), None);
    assert_eq!(Qty::try_from(0), Err(ZeroQty));
    assert_eq!(OrderId::try_from(0), Err(ZeroId));
}
