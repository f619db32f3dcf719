//! A limit order book and call auctions: orders in, trades out.
//!
//! The book holds resting orders and turns incoming ones into trades. It knows nothing of agents,
//! accounts, sessions, clocks, files or random numbers: the same orders in the same sequence
//! always give the same trades. It does not know what a price limit of the day is, who may afford
//! what, or when a day ends; whoever does sends it only orders that may trade, and cancels those
//! whose time is over.
//!
//! ```
//! use asfm_book::{
//!     Book, BookOptions, Event, LimitOrder, MarketOrder, OrderId, Qty, Rest, Side, Tick,
//!     TimeInForce, TraderId,
//! };
//!
//! let mut book = Book::new(BookOptions::default());
//! let mut events: Vec<Event> = Vec::new();
//! let ask = LimitOrder {
//!     id: OrderId::new(1).expect("not zero"),
//!     trader: TraderId(7),
//!     side: Side::Sell,
//!     qty: Qty::new(100).expect("not zero"),
//!     price: Tick(1005),
//!     tif: TimeInForce::Day,
//!     post_only: false,
//! };
//! let buy = MarketOrder {
//!     id: OrderId::new(2).expect("not zero"),
//!     trader: TraderId(8),
//!     side: Side::Buy,
//!     qty: Qty::new(60).expect("not zero"),
//! };
//! assert_eq!(book.limit(ask, &mut events)?, Rest::Resting(ask.qty));
//! assert_eq!(book.market(buy, &mut events)?, Rest::Filled);
//!
//! let best = book.best(Side::Sell).expect("40 shares are left");
//! assert_eq!((best.price, best.qty), (Tick(1005), 40));
//! assert!(matches!(events[1], Event::Trade(trade) if trade.maker == ask.id));
//! # Ok::<(), asfm_book::Refusal>(())
//! ```
//!
//! # Units
//!
//! A limit is a whole number of ticks ([`Tick`]); a trade price is in half ticks ([`HalfTick`]),
//! because the mean of two limits may lie between two ticks, and nothing is ever rounded.
//! [`Grid`] translates both from and to integer price units. Quantities are whole shares
//! ([`Qty`]), never zero. There are no floating-point numbers.
//!
//! # Stages
//!
//! A book starts in the continuous stage, where an incoming order trades with what it reaches.
//! [`Book::collect`] begins a call auction, in which orders only rest; [`Book::uncross`] clears it
//! under an [`AuctionRule`] and goes on continuously.

#![deny(clippy::float_arithmetic)]

mod auction;
#[cfg(test)]
mod audit;
mod book;
mod clearing;
mod cross;
mod event;
mod index;
mod ladder;
mod order;
mod price;
mod queue;
mod slab;
mod view;
mod window;

pub use auction::{Auction, AuctionRule};
pub use book::{Book, BookOptions, ContinuousPrice, IdRule, SelfTrade};
pub use clearing::TieBreak;
pub use event::{CancelReason, Event, Refusal, Rest, Sink, Trade};
pub use order::{
    LimitOrder, MarketOrder, Order, OrderId, Qty, Side, TimeInForce, TraderId, ZeroId, ZeroQty,
};
pub use price::{BadGrid, Grid, HalfTick, OffGrid, Tick};
pub use view::{Depth, Level};
