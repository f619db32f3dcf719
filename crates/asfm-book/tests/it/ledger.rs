//! What the events say, checked by a ledger that knows only commands and events.

use std::collections::BTreeMap;

use asfm_book::{
    AuctionRule, Book, BookOptions, CancelReason, ContinuousPrice, Event, HalfTick, LimitOrder,
    MarketOrder, Order, OrderId, Qty, Side, Tick, Trade, TraderId,
};
use proptest::prelude::*;

use crate::command::{Answer, Command, Play, case, cases};

/// Applies events to nothing, and complains.
#[derive(Default)]
struct Ledger {
    options: BookOptions,
    /// In order of time.
    resting: Vec<Order>,
    /// The order of the command under way; no price means a market order.
    incoming: Option<(Order, Option<Tick>)>,
    limit: Option<Tick>,
    /// Half ticks × shares, and shares, by trader.
    accounts: BTreeMap<TraderId, (i128, i128)>,
    price: Option<HalfTick>,
    is_auction: bool,
}

proptest! {
    #![proptest_config(cases(2_000))]

    /// Applying the events to an empty ledger gives the same book; no trade jumps a queue, breaks
    /// a limit, or makes shares or cash; and the book never crosses outside an auction.
    #[test]
    fn events_tell_everything(case in case(60)) {
        let mut book = Book::new(case.options);
        let mut ledger = Ledger { options: case.options, ..Ledger::default() };
        for command in case.commands {
            let mut events = Vec::new();
            let answer = book.play(command, &mut events);
            ledger.apply(command, answer, &events);
            let mut orders: Vec<Order> =
                Side::BOTH.into_iter().flat_map(|side| book.orders(side)).collect();
            orders.sort_by_key(|it| it.id);
            let mut expected = ledger.resting.clone();
            expected.sort_by_key(|it| it.id);
            prop_assert_eq!(orders, expected, "{:?}", command);
            let [bid, ask] = Side::BOTH.map(|side| book.best(side).map(|it| it.price));
            if let (Some(bid), Some(ask), false) = (bid, ask, book.is_collecting()) {
                prop_assert!(bid < ask, "crossed after {:?}", command);
            }
        }
        let (cash, shares) = ledger
            .accounts
            .values()
            .fold((0, 0), |(cash, shares), it| (cash + it.0, shares + it.1));
        prop_assert_eq!((cash, shares), (0, 0));
    }
}

impl Ledger {
    fn apply(&mut self, command: Command, answer: Answer, events: &[Event]) {
        self.is_auction = matches!(command, Command::Uncross(_));
        self.price = match (command, answer) {
            (Command::Uncross(AuctionRule::Uniform { .. }), Answer::Auction(it)) => it.price,
            _ => None,
        };
        let accepted = !matches!(answer, Answer::Order(Err(_)) | Answer::Cancel(Err(_)));
        assert!(accepted || events.is_empty(), "a refused command says nothing");
        self.incoming = match command {
            _ if !accepted => None,
            Command::Limit(LimitOrder { id, trader, side, qty, price, .. }) => {
                Some((Order { id, trader, side, qty, price }, Some(price)))
            }
            Command::Market(MarketOrder { id, trader, side, qty }) => {
                Some((Order { id, trader, side, qty, price: Tick(0) }, None))
            }
            Command::Replace(id, qty, price) => self.replaced(id, qty, price),
            Command::Clear => {
                self.resting.clear();
                None
            }
            _ => None,
        };
        for &event in events {
            match event {
                Event::Trade(trade) => self.trade(trade),
                Event::Rested { id, qty } => self.rested(id, qty),
                Event::Filled { id } => assert!(self.take(id).is_none(), "{id} has shares left"),
                Event::Cancelled { id, qty, reason } => {
                    let (order, _) = self.take(id).expect("what is cancelled is open");
                    assert_eq!(order.qty, qty, "all open shares are cancelled");
                    let asked = matches!(command, Command::Cancel(it) if it == id);
                    assert_eq!(asked, reason == CancelReason::Requested);
                }
            }
        }
        assert!(self.incoming.is_none(), "the end of {command:?} was not told");
    }

    /// A replaced order keeps its place or comes in anew.
    fn replaced(&mut self, id: OrderId, qty: Qty, price: Tick) -> Option<(Order, Option<Tick>)> {
        let index = self.index(id).expect("only live orders are replaced");
        let old = self.resting[index];
        if old.price == price && qty <= old.qty {
            return None;
        }
        self.resting.remove(index);
        Some((Order { qty, price, ..old }, Some(price)))
    }

    fn trade(&mut self, Trade { price, qty, maker, taker, buyer, seller }: Trade) {
        let [maker, taker] = [maker, taker].map(|id| self.known(id));
        let (bid, ask) = if maker.0.side == Side::Buy { (maker, taker) } else { (taker, maker) };
        assert_eq!((bid.0.side, ask.0.side), (Side::Buy, Side::Sell));
        assert_eq!((bid.0.trader, ask.0.trader), (buyer, seller));
        assert!(bid.1.is_none_or(|limit| price <= limit.into()), "the buyer paid too much");
        assert!(ask.1.is_none_or(|limit| price >= limit.into()), "the seller got too little");
        self.check_price(price, maker.0, taker.1);
        self.check_priority(maker.0);
        if self.is_auction {
            self.check_priority(taker.0);
            let [maker, taker] = [maker, taker].map(|it| self.index(it.0.id));
            assert!(maker < taker, "the maker of an auction is the earlier order");
        }
        let cash = i128::from(price.get()) * i128::from(qty.get());
        let shares = i128::from(qty.get());
        for (trader, sign) in [(buyer, 1), (seller, -1)] {
            let account = self.accounts.entry(trader).or_default();
            *account = (account.0 - sign * cash, account.1 + sign * shares);
        }
        for order in [maker.0, taker.0] {
            self.reduce(order.id, qty);
        }
    }

    fn check_price(&self, price: HalfTick, maker: Order, taker_limit: Option<Tick>) {
        let midpoint = HalfTick::midpoint(maker.price, taker_limit.unwrap_or(maker.price));
        let expected = match self.options.continuous {
            _ if self.is_auction => self.price.unwrap_or(midpoint),
            ContinuousPrice::Maker => maker.price.into(),
            ContinuousPrice::Midpoint => midpoint,
        };
        assert_eq!(price, expected);
    }

    /// Nobody on the side of `order` has a better price, or the same price earlier.
    fn check_priority(&self, order: Order) {
        let mut first = order;
        for &other in self.resting.iter().rev().filter(|it| it.side == order.side) {
            let is_ahead = match order.side {
                Side::Buy => other.price >= first.price,
                Side::Sell => other.price <= first.price,
            };
            if is_ahead {
                first = other;
            }
        }
        assert_eq!(first.id, order.id, "a queue was jumped");
    }

    fn rested(&mut self, id: OrderId, qty: Qty) {
        if let Some((order, _)) = self.incoming.take() {
            assert_eq!((order.id, order.qty), (id, qty), "what did not trade rests");
            self.resting.push(order);
        } else {
            let index = self.index(id).expect("a replaced order rests");
            self.resting[index].qty = qty;
        }
    }

    /// An open order and its limit.
    fn known(&self, id: OrderId) -> (Order, Option<Tick>) {
        match self.incoming {
            Some((order, limit)) if order.id == id => (order, limit),
            _ => {
                let order = self.resting[self.index(id).expect("only open orders trade")];
                (order, Some(order.price))
            }
        }
    }

    /// Takes shares off an open order; one that has none left is no longer open.
    fn reduce(&mut self, id: OrderId, qty: Qty) {
        let order = self.take(id).expect("only open orders trade");
        let left = Qty::new(order.0.qty.get() - qty.get());
        let Some(qty) = left else { return };
        let order = (Order { qty, ..order.0 }, order.1);
        match order.1 {
            Some(index) => self.resting.insert(index, order.0),
            None => self.incoming = Some((order.0, self.limit)),
        }
    }

    /// Takes out an open order, and says where it stood if it rested.
    fn take(&mut self, id: OrderId) -> Option<(Order, Option<usize>)> {
        if let Some((order, limit)) = self.incoming.take_if(|it| it.0.id == id) {
            self.limit = limit;
            return Some((order, None));
        }
        self.index(id).map(|index| (self.resting.remove(index), Some(index)))
    }

    fn index(&self, id: OrderId) -> Option<usize> {
        self.resting.iter().position(|it| it.id == id)
    }
}
