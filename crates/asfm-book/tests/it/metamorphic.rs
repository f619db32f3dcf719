//! Changes to the input whose effect on the output is known.

use asfm_book::{
    Auction, AuctionRule, Book, BookOptions, Event, HalfTick, LimitOrder, MarketOrder, Qty, Side,
    Tick, TieBreak, Trade,
};
use proptest::prelude::*;

use crate::command::{Answer, Case, Command, Play, calm_case, case, cases};
use crate::make::{buy, market, qty, sell};

/// Changes commands, and events and answers likewise.
struct Change {
    side: fn(Side) -> Side,
    tick: fn(Tick) -> Tick,
    half: fn(HalfTick) -> HalfTick,
    qty: fn(Qty) -> Qty,
    factor: u64,
}

const SAME: Change =
    Change { side: |it| it, tick: |it| it, half: |it| it, qty: |it| it, factor: 1 };

const MIRROR: Change = Change {
    side: Side::opposite,
    tick: |it| Tick(it.0.wrapping_neg()),
    half: |it| HalfTick::new((2 << 32) - it.get()).expect("prices are at least one tick"),
    ..SAME
};

const SHIFT: Change = Change {
    tick: |it| Tick(it.0.saturating_add(1_000_000)),
    half: |it| HalfTick::new(it.get() + 2_000_000).expect("calm prices are low"),
    ..SAME
};

const SCALE: Change =
    Change { qty: |it| Qty::new(7 * it.get()).expect("not zero"), factor: 7, ..SAME };

impl Change {
    fn command(&self, command: Command) -> Command {
        match command {
            Command::Limit(it) => Command::Limit(LimitOrder {
                side: (self.side)(it.side),
                qty: (self.qty)(it.qty),
                price: (self.tick)(it.price),
                ..it
            }),
            Command::Market(it) => Command::Market(MarketOrder {
                side: (self.side)(it.side),
                qty: (self.qty)(it.qty),
                ..it
            }),
            Command::Replace(id, qty, price) => {
                Command::Replace(id, (self.qty)(qty), (self.tick)(price))
            }
            Command::Uncross(AuctionRule::Uniform { tie, reference }) => {
                // Without a reference the lowest price is taken, which is another one in a mirror,
                // and a reference of zero has no mirror image.
                let reference = reference.filter(|it| it.0 > 0).unwrap_or(Tick(100));
                let reference = Some((self.tick)(reference));
                let mirrors = (self.side)(Side::Buy) == Side::Sell;
                let tie = match tie {
                    TieBreak::Lowest if mirrors => TieBreak::Highest,
                    TieBreak::Highest if mirrors => TieBreak::Lowest,
                    tie => tie,
                };
                Command::Uncross(AuctionRule::Uniform { tie, reference })
            }
            command => command,
        }
    }

    fn event(&self, event: Event) -> Event {
        match event {
            Event::Trade(it) => {
                let mirrors = (self.side)(Side::Buy) == Side::Sell;
                let (buyer, seller) =
                    if mirrors { (it.seller, it.buyer) } else { (it.buyer, it.seller) };
                let (price, qty) = ((self.half)(it.price), (self.qty)(it.qty));
                Event::Trade(Trade { price, qty, buyer, seller, ..it })
            }
            Event::Rested { id, qty } => Event::Rested { id, qty: (self.qty)(qty) },
            Event::Cancelled { id, qty, reason } => {
                Event::Cancelled { id, qty: (self.qty)(qty), reason }
            }
            event @ Event::Filled { .. } => event,
        }
    }

    fn check(&self, case: &Case) -> Result<(), TestCaseError> {
        let (mut book, mut other) = (Book::new(case.options), Book::new(case.options));
        for &command in &case.commands {
            let (mut events, mut changed) = (Vec::new(), Vec::new());
            let answer = book.play(SAME.command(command), &mut events);
            let other = other.play(self.command(SAME.command(command)), &mut changed);
            let expected: Vec<Event> = events.into_iter().map(|it| self.event(it)).collect();
            prop_assert_eq!(changed, expected, "{:?}", command);
            if let (Answer::Auction(one), Answer::Auction(other)) = (answer, other) {
                let Auction { price, volume, n_trades, .. } = one;
                prop_assert_eq!(other.price, price.map(self.half));
                prop_assert_eq!(other.volume, volume * self.factor);
                prop_assert_eq!(other.n_trades, n_trades);
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn mirrored_books_mirror_their_trades(case in case(60)) {
        MIRROR.check(&case)?;
    }

    #[test]
    fn shifted_prices_shift_trades(case in calm_case(60)) {
        SHIFT.check(&case)?;
    }

    #[test]
    fn scaled_quantities_scale_trades(case in calm_case(60)) {
        SCALE.check(&case)?;
    }

    /// A book that is copied goes on like the original, here on another thread.
    #[test]
    fn copies_go_on_alike(case in case(60), cut in any::<prop::sample::Index>()) {
        let (before, after) = case.commands.split_at(cut.index(case.commands.len()));
        let mut book = Book::new(case.options);
        for &command in before {
            book.play(command, &mut Vec::new());
        }
        let mut copy = book.clone();
        let go_on = |book: &mut Book| {
            let mut events = Vec::new();
            let answers: Vec<Answer> =
                after.iter().map(|&command| book.play(command, &mut events)).collect();
            (answers, events)
        };
        let elsewhere = std::thread::scope(|scope| scope.spawn(|| go_on(&mut copy)).join());
        prop_assert_eq!(elsewhere.expect("no panic"), go_on(&mut book));
    }

    /// A cleared book is as good as a new one.
    #[test]
    fn cleared_books_are_new(before in case(60), after in case(60)) {
        let mut book = Book::new(before.options);
        for &command in &before.commands {
            book.play(command, &mut Vec::new());
        }
        book.clear();
        let mut fresh = Book::new(before.options);
        for &command in &after.commands {
            let (mut said, mut expected) = (Vec::new(), Vec::new());
            prop_assert_eq!(book.play(command, &mut said), fresh.play(command, &mut expected));
            prop_assert_eq!(said, expected);
        }
    }

    /// Takers do not see whether a resting order is one or two neighbours.
    #[test]
    fn split_orders_serve_takers_alike(
        asks in prop::collection::vec((2..20u32, 95..105u32), 1..20),
        takers in prop::collection::vec((1..40u32, prop::option::of(95..105u32)), 1..20),
    ) {
        let options = BookOptions::default();
        let (mut one, mut two) = (Book::new(options), Book::new(options));
        for (number, &(shares, price)) in (1..).zip(&asks) {
            one.limit(sell(number, shares, price), &mut ()).expect("a sound order");
            for (number, shares) in [(number, 1), (number + 100, shares - 1)] {
                two.limit(sell(number, shares, price), &mut ()).expect("a sound order");
            }
        }
        for (number, &(shares, price)) in (201..).zip(&takers) {
            let take = |book: &mut Book| {
                let mut events = Vec::new();
                match price {
                    Some(price) => book.limit(buy(number, shares, price), &mut events),
                    None => book.market(market(number, Side::Buy, shares), &mut events),
                }
                .expect("a sound order");
                paid(&events)
            };
            prop_assert_eq!(take(&mut one), take(&mut two));
            prop_assert!(one.levels(Side::Sell).eq(two.levels(Side::Sell)));
        }
    }
}

/// Shares by price.
fn paid(events: &[Event]) -> Vec<(HalfTick, u32)> {
    let mut paid: Vec<(HalfTick, u32)> = Vec::new();
    for event in events {
        let Event::Trade(Trade { price, qty, .. }) = event else {
            continue;
        };
        match paid.last_mut().filter(|it| it.0 == *price) {
            Some(it) => it.1 += qty.get(),
            None => paid.push((*price, qty.get())),
        }
    }
    paid
}

#[test]
fn the_mirror_is_its_own_inverse() {
    let price = HalfTick::midpoint(Tick(7), Tick(12));
    assert_eq!((MIRROR.half)((MIRROR.half)(price)), price);
    assert_eq!((MIRROR.half)(Tick(7).into()), (MIRROR.tick)(Tick(7)).into());
    assert_eq!((SCALE.qty)(qty(3)), qty(21));
}
