//! The book beside a naive one and a published crate, on the common workloads, and call auctions.
//!
//! Messages are made outside the timer; each pass plays a million of them through a fresh book,
//! which is dropped outside the timer, and consumes every event. Before anything is timed, each
//! program must reproduce the published hash of all trades. Times are CPU time of the thread.

#[path = "support/cpu.rs"]
mod cpu;
#[path = "../tests/support/naive.rs"]
#[expect(dead_code, reason = "the tests ask for more")]
mod naive;
#[path = "../tests/support/play.rs"]
mod play;
#[path = "../tests/support/workload.rs"]
mod workload;

use std::hint::black_box;

use asfm_book::{
    AuctionRule, Book, BookOptions, CancelReason, LimitOrder, OrderId, Qty, Side, Sink, Tick,
    TieBreak, TimeInForce, Trade, TraderId,
};
use bourse_book::OrderBook;
use criterion::{
    BatchSize, BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};

use crate::cpu::CpuTime;
use crate::naive::Naive;
use crate::play::send;
use crate::workload::{
    Hear, Kind, Message, N_MESSAGES, SplitMix64, Tape, W1, W2, W3, W4, messages,
};

/// Adds everything up, so that nothing can be left out.
#[derive(Debug, Default)]
struct Sum {
    n_trades: u64,
    shares: u64,
    notional: u64,
    ids: u64,
}

impl Sink for Sum {
    fn trade(&mut self, trade: Trade) {
        let Trade { price, qty, maker, taker, .. } = trade;
        self.add(maker.get(), taker.get(), price.get(), qty.get().into());
    }

    fn rested(&mut self, id: OrderId, qty: Qty) {
        self.ids ^= id.get() + u64::from(qty.get());
    }

    fn filled(&mut self, id: OrderId) {
        self.ids ^= id.get();
    }

    fn cancelled(&mut self, id: OrderId, qty: Qty, _reason: CancelReason) {
        self.ids ^= id.get() + u64::from(qty.get());
    }
}

impl Hear for Sum {
    fn trade(&mut self, maker: u32, taker: u32, price: u32, qty: u32, _used_up: bool) {
        self.add(maker.into(), taker.into(), price.into(), qty.into());
    }

    fn rested(&mut self, id: u32) {
        self.ids ^= u64::from(id);
    }
}

impl Sum {
    fn add(&mut self, maker: u64, taker: u64, price: u64, qty: u64) {
        self.n_trades += 1;
        self.shares += qty;
        self.notional += price * qty;
        self.ids ^= maker + taker;
    }
}

/// A book that can play a stream.
trait Program {
    const NAME: &'static str;

    fn fresh() -> Self;
    fn play(&mut self, messages: &[Message], sink: &mut (impl Sink + Hear));
}

impl Program for Book {
    const NAME: &'static str = "asfm-book";

    fn fresh() -> Self {
        Self::new(BookOptions::default())
    }

    fn play(&mut self, messages: &[Message], sink: &mut (impl Sink + Hear)) {
        for &message in messages {
            send(self, message, sink);
        }
    }
}

impl Program for Naive {
    const NAME: &'static str = "naive";

    fn fresh() -> Self {
        Self::default()
    }

    fn play(&mut self, messages: &[Message], sink: &mut (impl Sink + Hear)) {
        for &Message { kind, buys, id, price, qty } in messages {
            match kind {
                Kind::Limit => self.limit(id, buys, qty, price, sink),
                Kind::Cancel => assert!(self.cancel(id), "streams cancel live orders"),
                Kind::Market => self.market(id, buys, qty, sink),
            }
        }
    }
}

impl Program for OrderBook {
    const NAME: &'static str = "bourse-book";

    fn fresh() -> Self {
        Self::new(0, 1, true)
    }

    /// It keys orders by price and time, so that each needs an instant of its own, and keeps its
    /// trades for the caller to read.
    fn play(&mut self, messages: &[Message], sink: &mut (impl Sink + Hear)) {
        for (time, &Message { kind, buys, id, price, qty }) in (0..).zip(messages) {
            self.set_time(time);
            let price = match kind {
                Kind::Cancel => {
                    self.cancel_order(id as usize);
                    continue;
                }
                Kind::Limit => Some(price),
                Kind::Market => None,
            };
            let given = self.create_and_place_order(buys.into(), qty, 0, price);
            assert_eq!(given.ok(), Some(id as usize), "it counts ids as the streams do");
        }
        for trade in self.get_trades() {
            let [maker, taker] = [trade.passive_order_id, trade.active_order_id]
                .map(|id| u32::try_from(id).expect("ids are small"));
            Hear::trade(sink, maker, taker, trade.price, trade.vol, false);
        }
    }
}

fn compare<P: Program>(
    group: &mut BenchmarkGroup<'_, CpuTime>,
    setting: &workload::Setting,
    messages: &[Message],
) {
    let mut tape = Tape::EMPTY;
    P::fresh().play(messages, &mut tape);
    assert_eq!(tape.0, setting.expected, "{} on {}", P::NAME, setting.name);
    group.bench_function(P::NAME, |bencher| {
        bencher.iter_batched(
            P::fresh,
            |mut book| {
                let mut sum = Sum::default();
                book.play(black_box(messages), &mut sum);
                black_box(&sum);
                book
            },
            BatchSize::PerIteration,
        );
    });
}

fn workloads(criterion: &mut Criterion<CpuTime>) {
    for setting in [W1, W2, W3, W4] {
        let messages = messages(&setting);
        let mut group = criterion.benchmark_group(setting.name);
        group.throughput(Throughput::Elements(N_MESSAGES as u64)).sample_size(20);
        compare::<Book>(&mut group, &setting, &messages);
        compare::<Naive>(&mut group, &setting, &messages);
        compare::<OrderBook>(&mut group, &setting, &messages);
        group.finish();
    }
}

/// Bids and asks over 401 ticks, 1 to 100 shares each.
fn orders(n_orders: u64) -> Vec<LimitOrder> {
    let mut random = SplitMix64(7);
    let mut draw = |end| u32::try_from(random.below(end)).expect("draws are small");
    let mut order = |id| LimitOrder {
        id: OrderId::new(id).expect("ids count from 1"),
        trader: TraderId(0),
        side: if draw(2) == 0 { Side::Buy } else { Side::Sell },
        price: Tick(9_800 + draw(401)),
        qty: Qty::new(1 + draw(100)).expect("at least one"),
        tif: TimeInForce::Day,
        post_only: false,
    };
    (1..=n_orders).map(&mut order).collect()
}

fn collect(orders: &[LimitOrder]) -> Book {
    let mut book = Book::new(BookOptions::default());
    book.collect();
    for &order in orders {
        book.limit(order, &mut ()).expect("a sound order");
    }
    book
}

fn auctions(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("auction");
    let reference = Some(Tick(10_000));
    let rules = [
        ("midpoint", AuctionRule::Midpoint),
        ("uniform", AuctionRule::Uniform { tie: TieBreak::Reference, reference }),
    ];
    for n_orders in [1_000, 10_000, 100_000, 1_000_000] {
        let orders = orders(n_orders);
        let collected = collect(&orders);
        group.throughput(Throughput::Elements(n_orders)).sample_size(20);
        group.bench_function(BenchmarkId::new("collect", n_orders), |bencher| {
            bencher.iter_with_large_drop(|| collect(black_box(&orders)));
        });
        for (name, rule) in rules {
            group.bench_function(BenchmarkId::new(name, n_orders), |bencher| {
                bencher.iter_batched(
                    || collected.clone(),
                    |mut book| {
                        let mut sum = Sum::default();
                        let auction = book.uncross(rule, &mut sum);
                        assert_eq!((auction.n_trades, auction.volume), (sum.n_trades, sum.shares));
                        book
                    },
                    BatchSize::PerIteration,
                );
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = workloads, auctions
}
criterion_main!(benches);
