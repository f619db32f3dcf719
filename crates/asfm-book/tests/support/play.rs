//! Plays a stream of messages through a book.

use asfm_book::{
    Book, LimitOrder, MarketOrder, OrderId, Qty, Side, Sink, Tick, TimeInForce, Trade, TraderId,
};

use crate::workload::{Kind, Message, Tape};

/// Ids of a stream count from 0, those of a book from 1.
pub(crate) fn order_id(id: u32) -> OrderId {
    OrderId::new(u64::from(id) + 1).expect("one more than a number is not zero")
}

/// Sends one message; a stream has nothing that a book refuses.
pub(crate) fn send(book: &mut Book, message: Message, sink: &mut impl Sink) {
    let Message { kind, buys, id, price, qty } = message;
    let id = order_id(id);
    let trader = TraderId(0);
    let side = if buys { Side::Buy } else { Side::Sell };
    match kind {
        Kind::Limit => {
            let qty = Qty::new(qty).expect("streams have no empty orders");
            let (price, tif) = (Tick(price), TimeInForce::Day);
            let order = LimitOrder { id, trader, side, qty, price, tif, post_only: false };
            book.limit(order, sink).expect("streams are sound");
        }
        Kind::Cancel => {
            book.cancel(id, sink).expect("streams cancel live orders");
        }
        Kind::Market => {
            let qty = Qty::new(qty).expect("streams have no empty orders");
            book.market(MarketOrder { id, trader, side, qty }, sink).expect("streams are sound");
        }
    }
}

impl Sink for Tape {
    fn trade(&mut self, trade: Trade) {
        let Trade { price, qty, maker, taker, .. } = trade;
        self.note(maker.get() - 1, taker.get() - 1, price.get() / 2, qty.get().into());
    }
}
