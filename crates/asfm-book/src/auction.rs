use crate::clearing::{self, TieBreak};
use crate::slab::Slot;
use crate::{Book, CancelReason, HalfTick, Level, Qty, SelfTrade, Side, Sink, Tick, Trade};

/// How collected orders are cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuctionRule {
    /// Each pair trades at the mean of its two limits.
    ///
    /// The rule of the ASFM paper (Gao et al. 2024) and, with a weighted mean, of the Australian
    /// opening before 2006.
    Midpoint,
    /// All pairs trade at one price, at which the most shares change hands.
    Uniform {
        /// Which of the prices with the largest volume.
        tie: TieBreak,
        /// The price some rules prefer to be near, usually the last close.
        reference: Option<Tick>,
    },
}

/// What an auction did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Auction {
    /// The one price, if the rule has one and anything traded.
    pub price: Option<HalfTick>,
    /// The shares that changed hands.
    pub volume: u64,
    /// The cash that changed hands, in half ticks × shares. Divided by the volume it is the
    /// volume-weighted mean price.
    pub notional: u128,
    /// The number of trades.
    pub n_trades: u64,
}

/// The pairing of bids with asks, both in priority, until the best ask is above the best bid.
///
/// It only looks at the book: each step is taken before the book is changed accordingly, and can
/// be taken without ever changing it.
struct Pairing {
    bid: Option<Place>,
    ask: Option<Place>,
}

/// How far a side has been used up.
#[derive(Clone, Copy)]
struct Place {
    slot: Slot,
    left: Qty,
}

enum Step {
    Trade { bid: Slot, ask: Slot, qty: Qty },
    Cancel { side: Side, slot: Slot, qty: Qty },
}

impl Book {
    /// Clears what was collected and goes on continuously.
    ///
    /// The best bid meets the best ask, price first and then time, until the best ask is above
    /// the best bid. What is left rests in its original order of time. Both rules trade the same
    /// shares between the same orders; they differ in the prices.
    ///
    /// Where the book prevents self-trades, a pair of orders of one trader does not trade: one
    /// of them is cancelled ([`SelfTrade`]) and the pairing goes on. A uniform price is that of
    /// the orders without the shares so cancelled; a price found with them might lie outside the
    /// limits of the pairs that really trade, or leave bids and asks that cross.
    ///
    /// If the book is not collecting it does not cross, and nothing happens.
    ///
    /// ```
    /// use asfm_book::{
    ///     AuctionRule, Book, BookOptions, LimitOrder, OrderId, Qty, Side, Tick, TieBreak,
    ///     TimeInForce, TraderId,
    /// };
    ///
    /// let mut book = Book::new(BookOptions::default());
    /// book.collect();
    /// for (id, side, qty, price) in [(1, Side::Buy, 30, 20), (2, Side::Sell, 50, 12)] {
    ///     let order = LimitOrder {
    ///         id: OrderId::new(id).expect("not zero"),
    ///         trader: TraderId(0),
    ///         side,
    ///         qty: Qty::new(qty).expect("not zero"),
    ///         price: Tick(price),
    ///         tif: TimeInForce::Day,
    ///         post_only: false,
    ///     };
    ///     book.limit(order, &mut ())?;
    /// }
    /// let rule = AuctionRule::Uniform { tie: TieBreak::Reference, reference: Some(Tick(15)) };
    /// let auction = book.uncross(rule, &mut ());
    /// assert_eq!(auction.price, Some(Tick(15).into()));
    /// assert_eq!(auction.volume, 30);
    /// # Ok::<(), asfm_book::Refusal>(())
    /// ```
    pub fn uncross(&mut self, rule: AuctionRule, sink: &mut impl Sink) -> Auction {
        let price = match rule {
            AuctionRule::Midpoint => None,
            AuctionRule::Uniform { tie, reference } => self.clearing_price(tie, reference),
        };
        self.stage.is_collecting = false;
        let mut auction = Auction { price, volume: 0, notional: 0, n_trades: 0 };
        let mut pairing = Pairing::of(self);
        while let Some(step) = pairing.step(self) {
            match step {
                Step::Trade { bid, ask, qty } => {
                    let price = self.trade(bid, ask, qty, price, sink);
                    auction.volume += u64::from(qty.get());
                    auction.notional += u128::from(price.get()) * u128::from(qty.get());
                    auction.n_trades += 1;
                }
                Step::Cancel { side, slot, qty } => {
                    let id = self.ids.id(self.orders[slot].name);
                    self.unlink(slot, side);
                    sink.cancelled(id, qty, CancelReason::SelfTrade);
                }
            }
        }
        auction
    }

    /// Lets two orders trade, at the mean of their limits if no price is given.
    fn trade(
        &mut self,
        bid: Slot,
        ask: Slot,
        qty: Qty,
        price: Option<HalfTick>,
        sink: &mut impl Sink,
    ) -> HalfTick {
        let (buy, sell) = (self.orders[bid], self.orders[ask]);
        let price = price.unwrap_or_else(|| {
            HalfTick::midpoint(Side::Buy.tick(buy.key), Side::Sell.tick(sell.key))
        });
        let mut parties = [(bid, Side::Buy, buy), (ask, Side::Sell, sell)];
        if self.stage.arrival(ask) < self.stage.arrival(bid) {
            parties.swap(0, 1);
        }
        let [maker, taker] = parties.map(|(_, _, order)| self.ids.id(order.name));
        sink.trade(Trade { price, qty, maker, taker, buyer: buy.trader, seller: sell.trader });
        for (slot, side, order) in parties {
            let ladder = &mut self.sides[side as usize];
            let queue = ladder.queue_mut(order.key);
            if queue.reduce_first(&mut self.orders, slot, qty) {
                if queue.is_empty() {
                    ladder.close(order.key);
                }
                sink.filled(self.ids.id(order.name));
            }
        }
        price
    }

    fn clearing_price(&self, tie: TieBreak, reference: Option<Tick>) -> Option<HalfTick> {
        let [bid, ask] = Side::BOTH.map(|side| self.best(side));
        let (bid, ask) = (bid?.price, ask?.price);
        let mut bids: Vec<Level> =
            self.levels(Side::Buy).take_while(|level| level.price >= ask).collect();
        let mut asks: Vec<Level> =
            self.levels(Side::Sell).take_while(|level| level.price <= bid).collect();
        if self.options.self_trade != SelfTrade::Allow {
            self.withhold(&mut bids, &mut asks);
        }
        clearing::price(&bids, &asks, tie, reference)
    }

    /// Takes the shares off the levels that self-trade prevention will cancel.
    fn withhold(&self, bids: &mut Vec<Level>, asks: &mut Vec<Level>) {
        let mut pairing = Pairing::of(self);
        let (mut bid, mut ask) = (0, 0);
        while let Some(step) = pairing.step(self) {
            let Step::Cancel { side, slot, qty } = step else {
                continue;
            };
            let price = side.tick(self.orders[slot].key);
            let (levels, index) = match side {
                Side::Buy => (&mut *bids, &mut bid),
                Side::Sell => (&mut *asks, &mut ask),
            };
            while levels[*index].price != price {
                *index += 1;
            }
            levels[*index].qty -= u64::from(qty.get());
        }
        bids.retain(|level| level.qty > 0);
        asks.retain(|level| level.qty > 0);
    }
}

impl Pairing {
    fn of(book: &Book) -> Self {
        let [bid, ask] = Side::BOTH.map(|side| Place::at(book, book.first(side)));
        Self { bid, ask }
    }

    fn step(&mut self, book: &Book) -> Option<Step> {
        let (bid, ask) = (self.bid?, self.ask?);
        let (buy, sell) = (&book.orders[bid.slot], &book.orders[ask.slot]);
        if Side::Buy.tick(buy.key) < Side::Sell.tick(sell.key) {
            return None;
        }
        if book.options.self_trade != SelfTrade::Allow && buy.trader == sell.trader {
            let bid_is_newest = book.stage.arrival(bid.slot) > book.stage.arrival(ask.slot);
            let cancels_newest = book.options.self_trade == SelfTrade::CancelNewest;
            return Some(if bid_is_newest == cancels_newest {
                self.bid = bid.after(book, Side::Buy);
                Step::Cancel { side: Side::Buy, slot: bid.slot, qty: bid.left }
            } else {
                self.ask = ask.after(book, Side::Sell);
                Step::Cancel { side: Side::Sell, slot: ask.slot, qty: ask.left }
            });
        }
        let qty = bid.left.min(ask.left);
        self.bid = bid.less(qty, book, Side::Buy);
        self.ask = ask.less(qty, book, Side::Sell);
        Some(Step::Trade { bid: bid.slot, ask: ask.slot, qty })
    }
}

impl Place {
    fn at(book: &Book, slot: Option<Slot>) -> Option<Self> {
        slot.map(|slot| Self { slot, left: book.orders[slot].qty })
    }

    /// The place after this order.
    fn after(self, book: &Book, side: Side) -> Option<Self> {
        Self::at(book, book.next(side, self.slot))
    }

    /// The place after `qty` shares of this order.
    fn less(self, qty: Qty, book: &Book, side: Side) -> Option<Self> {
        match self.left.less(qty) {
            Some(left) => Some(Self { left, ..self }),
            None => self.after(book, side),
        }
    }
}
