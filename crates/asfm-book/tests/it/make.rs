//! Short ways to write orders.

use asfm_book::{LimitOrder, MarketOrder, OrderId, Qty, Side, Tick, TimeInForce, TraderId};

pub(crate) fn id(id: u64) -> OrderId {
    OrderId::new(id).expect("an id that is not zero")
}

pub(crate) fn qty(shares: u32) -> Qty {
    Qty::new(shares).expect("a quantity that is not zero")
}

/// A day order; trader and id have the same number.
pub(crate) fn buy(number: u32, shares: u32, price: u32) -> LimitOrder {
    LimitOrder {
        id: id(number.into()),
        trader: TraderId(number),
        side: Side::Buy,
        qty: qty(shares),
        price: Tick(price),
        tif: TimeInForce::Day,
        post_only: false,
    }
}

/// A day order; trader and id have the same number.
pub(crate) fn sell(number: u32, shares: u32, price: u32) -> LimitOrder {
    LimitOrder { side: Side::Sell, ..buy(number, shares, price) }
}

pub(crate) fn by(trader: u32, order: LimitOrder) -> LimitOrder {
    LimitOrder { trader: TraderId(trader), ..order }
}

pub(crate) fn with(tif: TimeInForce, order: LimitOrder) -> LimitOrder {
    LimitOrder { tif, ..order }
}

pub(crate) fn market(number: u32, side: Side, shares: u32) -> MarketOrder {
    MarketOrder { id: id(number.into()), trader: TraderId(number), side, qty: qty(shares) }
}
