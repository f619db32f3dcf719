use crate::{HalfTick, OrderId, Qty, TraderId};

/// Two orders met.
///
/// In the continuous stage the maker rested and the taker came in; in an auction the maker is the
/// earlier of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Trade {
    /// The price of one share.
    pub price: HalfTick,
    /// How many shares changed hands.
    pub qty: Qty,
    /// The order that was there first.
    pub maker: OrderId,
    /// The order that met it.
    pub taker: OrderId,
    /// The trader who received the shares.
    pub buyer: TraderId,
    /// The trader who received the cash.
    pub seller: TraderId,
}

/// Where the book tells what happened, in the order in which it happened.
///
/// Each trade is told first and then which of its orders it used up, the maker before the taker;
/// the last event of a command says what became of the incoming order: filled, rested or
/// cancelled. A refused command tells nothing.
///
/// Every method has an empty body, so a sink pays only for what it listens to; the book neither
/// allocates events nor keeps them.
///
/// ```
/// use asfm_book::{Sink, Trade};
///
/// #[derive(Default)]
/// struct Tape { n_trades: usize, shares: u64 }
///
/// impl Sink for Tape {
///     fn trade(&mut self, trade: Trade) {
///         self.n_trades += 1;
///         self.shares += u64::from(trade.qty.get());
///     }
/// }
/// ```
pub trait Sink {
    /// Two orders traded.
    fn trade(&mut self, _trade: Trade) {}

    /// The order now rests with `qty` open shares (on arrival, or after a replace).
    fn rested(&mut self, _id: OrderId, _qty: Qty) {}

    /// The order has nothing left to trade; it is no longer live.
    fn filled(&mut self, _id: OrderId) {}

    /// The open `qty` shares of the order will not trade; it is no longer live.
    fn cancelled(&mut self, _id: OrderId, _qty: Qty, _reason: CancelReason) {}
}

/// What a [`Sink`] hears, as a value; a `Vec<Event>` is a sink that keeps everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Two orders traded.
    Trade(Trade),
    /// An order now rests.
    Rested {
        /// The order.
        id: OrderId,
        /// Its open shares.
        qty: Qty,
    },
    /// An order has nothing left to trade.
    Filled {
        /// The order.
        id: OrderId,
    },
    /// The open shares of an order will not trade.
    Cancelled {
        /// The order.
        id: OrderId,
        /// Its open shares.
        qty: Qty,
        /// Why.
        reason: CancelReason,
    },
}

/// Why open shares were cancelled. The text is a reason fit to be told to the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CancelReason {
    /// The sender asked for it.
    #[error("requested")]
    Requested,
    /// The rest of an immediate-or-cancel or market order found nothing to trade with.
    #[error("nothing left to trade with")]
    Unfilled,
    /// A fill-or-kill order could not be filled in full.
    #[error("cannot be filled in full")]
    FillOrKill,
    /// Only resting limit orders are taken while orders are being collected.
    #[error("orders are being collected")]
    Collecting,
    /// The order met one of the same trader.
    #[error("would trade with the same trader")]
    SelfTrade,
}

/// Why a command was refused. The book is as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// The book has seen an order with this id since it was made or cleared, or has one now
    /// ([`IdRule`](crate::IdRule)).
    #[error("the id was used before")]
    RepeatedId,
    /// No order with this id rests: it never came, was filled, or was cancelled.
    #[error("the order is not live")]
    NotLive,
    /// A post-only order reaches the best opposite price.
    #[error("the post-only order would trade")]
    WouldTrade,
    /// A limit of zero ticks.
    #[error("the price is not positive")]
    PriceOutOfRange,
    /// The book holds as many orders as it can number (2^31 - 2).
    #[error("the book is full")]
    Full,
}

/// What became of a submitted order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rest {
    /// All of it traded.
    Filled,
    /// So much rests.
    Resting(Qty),
    /// So much was cancelled.
    Cancelled(Qty),
}

/// Hears nothing.
impl Sink for () {}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn trade(&mut self, trade: Trade) {
        (**self).trade(trade);
    }

    fn rested(&mut self, id: OrderId, qty: Qty) {
        (**self).rested(id, qty);
    }

    fn filled(&mut self, id: OrderId) {
        (**self).filled(id);
    }

    fn cancelled(&mut self, id: OrderId, qty: Qty, reason: CancelReason) {
        (**self).cancelled(id, qty, reason);
    }
}

impl Sink for Vec<Event> {
    fn trade(&mut self, trade: Trade) {
        self.push(Event::Trade(trade));
    }

    fn rested(&mut self, id: OrderId, qty: Qty) {
        self.push(Event::Rested { id, qty });
    }

    fn filled(&mut self, id: OrderId) {
        self.push(Event::Filled { id });
    }

    fn cancelled(&mut self, id: OrderId, qty: Qty, reason: CancelReason) {
        self.push(Event::Cancelled { id, qty, reason });
    }
}
