use crate::cross::{Crossing, Taker};
use crate::index::{Ids, Name};
use crate::ladder::Ladder;
use crate::slab::{Resting, Slab, Slot};
use crate::{
    CancelReason, LimitOrder, MarketOrder, OrderId, Qty, Refusal, Rest, Side, Sink, Tick,
    TimeInForce,
};

/// How a book treats its orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BookOptions {
    /// What happens when two orders of one trader meet.
    pub self_trade: SelfTrade,
    /// The price of a trade in the continuous stage.
    pub continuous: ContinuousPrice,
    /// Which ids a new order may have.
    pub ids: IdRule,
}

/// What happens when two orders of one trader meet.
///
/// In the continuous stage the newest order is the incoming one; in an auction it is the one of
/// the pair that came later. A cancelled order keeps the trades it has made.
///
/// A fill-or-kill order counts what it would really get. Under [`SelfTrade::CancelNewest`] that
/// ends at the first resting order of the same trader, because meeting it would cancel the rest;
/// under [`SelfTrade::CancelOldest`] orders of the same trader do not count, and they are
/// cancelled only if the order goes through.
///
/// In an auction, orders are cancelled in the course of the pairing; the one price of a uniform
/// auction is that of the orders without what was cancelled (see [`Book::uncross`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SelfTrade {
    /// They trade.
    #[default]
    Allow,
    /// The newest of the two is cancelled.
    CancelNewest,
    /// The oldest of the two is cancelled.
    CancelOldest,
}

/// The price of a trade in the continuous stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ContinuousPrice {
    /// The limit of the resting order.
    #[default]
    Maker,
    /// The mean of both limits; a market order has none and trades at the resting order's.
    Midpoint,
}

/// Which ids a new order may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum IdRule {
    /// One that no order had since the book was last cleared.
    #[default]
    New,
    /// One that no resting order has: the ids of orders that left may come again, so that a sender
    /// can number its orders by their places in a table of its own.
    Vacant,
}

/// A limit order book for one stock.
///
/// Commands go in, events come out at the [`Sink`], and a command that is refused leaves the book
/// as it was. Time priority is the order of arrival: each price level is a queue, and there is no
/// clock to keep in step, so no two orders can tie.
///
/// # Cost
///
/// A fresh book owns no memory. It grows with what it holds and then keeps it: 24 bytes for each
/// order that rested at the same time (32 if orders were collected), and for each side 16 KiB at
/// first, later up to 2 KiB for each price level, but never more than 4 MiB, however far apart
/// prices are. Within a window of up to 262,144 ticks the next price is found in constant time;
/// levels outside are kept in a tree, whose operations take a few times as long. Once it has
/// grown, a book allocates only for levels in the tree, when the window moves, and two short
/// lists in a uniform auction.
///
/// Ids are remembered until [`Book::clear`], because a repeated one is refused. Chosen as 1, 2,
/// 3, … they cost four to eight bytes each; with gaps up to 64, as long as an id is below 4,096 or
/// eight times the number of ids before it; any other some fifty bytes and a look-up in a hash
/// map. Under [`IdRule::Vacant`] a sender that takes vacant ids first needs no more of them than
/// it has orders at the same time, and the table of ids stays as small.
#[derive(Clone, Debug, Default)]
pub struct Book {
    pub(crate) options: BookOptions,
    pub(crate) sides: [Ladder; 2],
    pub(crate) orders: Slab,
    pub(crate) ids: Ids,
    pub(crate) stage: Stage,
}

/// Whether orders are matched, and who came first while they were not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stage {
    pub(crate) is_collecting: bool,
    /// How many orders were ever collected.
    n_collected: u64,
    /// By slot: the number with which its order was collected. An order that rested before has
    /// none, or an old one, and that is lower than any of this time.
    numbers: Vec<u64>,
}

impl Book {
    /// An empty book.
    pub fn new(options: BookOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// An empty book with room for the ids 1 to `n_ids`.
    pub fn with_capacity(options: BookOptions, n_ids: usize) -> Self {
        let mut book = Self::new(options);
        book.reserve_ids(n_ids);
        book
    }

    /// Makes room for the ids 1 to `n_ids`, so that the table of ids need not grow by doubling.
    pub fn reserve_ids(&mut self, n_ids: usize) {
        self.ids.reserve(n_ids);
    }

    /// Makes room for so many orders that rest at the same time.
    pub fn reserve_orders(&mut self, n_orders: usize) {
        self.orders.reserve(n_orders);
    }

    /// Submits a limit order.
    ///
    /// In the continuous stage it trades with what it reaches, best price first, and its time in
    /// force decides about the rest. While orders are collected it rests, or is cancelled if it
    /// wants to trade at once. A post-only order that is also immediate is refused if it would
    /// trade and cancelled if not.
    ///
    /// ```
    /// use asfm_book::{
    ///     Book, BookOptions, Event, LimitOrder, OrderId, Qty, Rest, Side, Tick, TimeInForce,
    ///     TraderId,
    /// };
    ///
    /// let mut book = Book::new(BookOptions::default());
    /// let mut events: Vec<Event> = Vec::new();
    /// let order = LimitOrder {
    ///     id: OrderId::new(1).expect("not zero"),
    ///     trader: TraderId(7),
    ///     side: Side::Buy,
    ///     qty: Qty::new(100).expect("not zero"),
    ///     price: Tick(1005),
    ///     tif: TimeInForce::Day,
    ///     post_only: false,
    /// };
    /// assert_eq!(book.limit(order, &mut events)?, Rest::Resting(order.qty));
    /// assert_eq!(events, [Event::Rested { id: order.id, qty: order.qty }]);
    /// # Ok::<(), asfm_book::Refusal>(())
    /// ```
    pub fn limit(&mut self, order: LimitOrder, sink: &mut impl Sink) -> Result<Rest, Refusal> {
        let LimitOrder { id, trader, side, qty, price, tif, post_only } = order;
        if price.0 == 0 {
            return Err(Refusal::PriceOutOfRange);
        }
        if post_only && !self.stage.is_collecting && self.reaches(side, price) {
            let is_taken = match self.options.ids {
                IdRule::New => self.ids.is_known(id),
                IdRule::Vacant => self.live(id).is_some(),
            };
            return Err(if is_taken { Refusal::RepeatedId } else { Refusal::WouldTrade });
        }
        let name = self.admit(id)?;
        let unfit = match tif {
            TimeInForce::Day => None,
            _ if self.stage.is_collecting => Some(CancelReason::Collecting),
            TimeInForce::Fok if !self.can_fill(trader, side, price, qty) => {
                Some(CancelReason::FillOrKill)
            }
            TimeInForce::Ioc | TimeInForce::Fok => None,
        };
        if let Some(reason) = unfit {
            sink.cancelled(id, qty, reason);
            return Ok(Rest::Cancelled(qty));
        }
        let taker = Taker { id, name, trader, side, limit: Some(price) };
        Ok(self.settle(taker, price, qty, tif, sink))
    }

    /// Submits a market order: it trades with whatever rests, and what it cannot trade is
    /// cancelled. While orders are collected it is cancelled whole.
    pub fn market(&mut self, order: MarketOrder, sink: &mut impl Sink) -> Result<Rest, Refusal> {
        let MarketOrder { id, trader, side, qty } = order;
        let name = self.admit(id)?;
        if self.stage.is_collecting {
            sink.cancelled(id, qty, CancelReason::Collecting);
            return Ok(Rest::Cancelled(qty));
        }
        let taker = Taker { id, name, trader, side, limit: None };
        let crossing = self.cross(taker, qty, sink);
        Ok(end(id, crossing, sink))
    }

    /// Cancels a resting order and returns the quantity that was open.
    pub fn cancel(&mut self, id: OrderId, sink: &mut impl Sink) -> Result<Qty, Refusal> {
        let (slot, side) = self.live(id).ok_or(Refusal::NotLive)?;
        let qty = self.orders[slot].qty;
        self.unlink(slot, side);
        sink.cancelled(id, qty, CancelReason::Requested);
        Ok(qty)
    }

    /// Gives a resting order a new open quantity and a new price.
    ///
    /// With the same price and no more quantity it keeps its place in time. Otherwise it loses
    /// it and comes in like a new order, as the taker of what it meets; what is left of it rests.
    pub fn replace(
        &mut self,
        id: OrderId,
        qty: Qty,
        price: Tick,
        sink: &mut impl Sink,
    ) -> Result<Rest, Refusal> {
        let (slot, side) = self.live(id).ok_or(Refusal::NotLive)?;
        if price.0 == 0 {
            return Err(Refusal::PriceOutOfRange);
        }
        let Resting { key, trader, name, .. } = self.orders[slot];
        let order = &mut self.orders[slot];
        if key == side.key(price) && qty <= order.qty {
            let less = order.qty.get() - qty.get();
            order.qty = qty;
            self.sides[side as usize].queue_mut(key).qty -= u64::from(less);
            sink.rested(id, qty);
            return Ok(Rest::Resting(qty));
        }
        self.unlink(slot, side);
        let taker = Taker { id, name, trader, side, limit: Some(price) };
        Ok(self.settle(taker, price, qty, TimeInForce::Day, sink))
    }

    /// Stops matching: orders rest, also where they cross, until [`Book::uncross`].
    pub fn collect(&mut self) {
        self.stage.is_collecting = true;
    }

    /// Whether orders are being collected.
    pub fn is_collecting(&self) -> bool {
        self.stage.is_collecting
    }

    /// Forgets all orders and all ids, ends collecting, and keeps the memory.
    pub fn clear(&mut self) {
        for ladder in &mut self.sides {
            ladder.clear();
        }
        self.orders.clear();
        self.ids.clear();
        self.stage.is_collecting = false;
    }

    /// Takes in the id of a new order.
    #[inline]
    fn admit(&mut self, id: OrderId) -> Result<Name, Refusal> {
        if self.orders.is_full() {
            return Err(Refusal::Full);
        }
        match self.ids.insert(id) {
            Err(Refusal::RepeatedId) => self.admit_again(id),
            name => name,
        }
    }

    /// Takes in an id that the book has seen; apart, so that those it has not are taken in fast.
    #[inline(never)]
    fn admit_again(&mut self, id: OrderId) -> Result<Name, Refusal> {
        match self.options.ids {
            IdRule::New => Err(Refusal::RepeatedId),
            IdRule::Vacant => self.ids.renew(id, |name, slot| self.orders[slot].name == name),
        }
    }

    /// Lets a limit order trade, unless orders are collected, and deals with the rest.
    fn settle(
        &mut self,
        taker: Taker,
        price: Tick,
        qty: Qty,
        tif: TimeInForce,
        sink: &mut impl Sink,
    ) -> Rest {
        let crossing = if self.stage.is_collecting || !self.reaches(taker.side, price) {
            Crossing::Open(qty)
        } else {
            self.cross(taker, qty, sink)
        };
        match crossing {
            Crossing::Open(left) if tif == TimeInForce::Day => {
                self.rest(taker, price, left);
                sink.rested(taker.id, left);
                Rest::Resting(left)
            }
            crossing => end(taker.id, crossing, sink),
        }
    }

    fn rest(&mut self, taker: Taker, price: Tick, qty: Qty) {
        let Taker { name, trader, side, .. } = taker;
        let key = side.key(price);
        let order = Resting { next: None, prev: None, qty, key, trader, name };
        let slot = self.sides[side as usize].open(key).push(&mut self.orders, order);
        self.ids.place(name, slot, side);
        if self.stage.is_collecting {
            self.stage.number(slot);
        }
    }

    /// Where the order of `id` rests.
    pub(crate) fn live(&self, id: OrderId) -> Option<(Slot, Side)> {
        let (name, slot, side) = self.ids.find(id)?;
        (self.orders[slot].name == name).then_some((slot, side))
    }

    /// Takes a resting order out of the book.
    pub(crate) fn unlink(&mut self, slot: Slot, side: Side) {
        let key = self.orders[slot].key;
        let ladder = &mut self.sides[side as usize];
        let queue = ladder.queue_mut(key);
        queue.remove(&mut self.orders, slot);
        if queue.is_empty() {
            ladder.close(key);
        }
    }
}

impl Stage {
    /// Gives the order in `slot` the next number.
    fn number(&mut self, slot: Slot) {
        let index = slot.index();
        if index >= self.numbers.len() {
            self.numbers.resize(index + 1, 0);
        }
        self.n_collected += 1;
        self.numbers[index] = self.n_collected;
    }

    /// Who of those that can meet in an auction came first: the lower number. Two orders that
    /// rested before do not cross.
    pub(crate) fn arrival(&self, slot: Slot) -> u64 {
        self.numbers.get(slot.index()).copied().unwrap_or(0)
    }
}

/// Tells what became of an order that does not rest.
fn end(id: OrderId, crossing: Crossing, sink: &mut impl Sink) -> Rest {
    let (qty, reason) = match crossing {
        Crossing::Filled => {
            sink.filled(id);
            return Rest::Filled;
        }
        Crossing::Open(qty) => (qty, CancelReason::Unfilled),
        Crossing::SelfTrade(qty) => (qty, CancelReason::SelfTrade),
    };
    sink.cancelled(id, qty, reason);
    Rest::Cancelled(qty)
}
