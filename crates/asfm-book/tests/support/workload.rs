//! Four streams of a million messages, reproducible bit for bit in any language.
//!
//! Everything is integer arithmetic on `SplitMix64`. Cancels are drawn from orders that are alive,
//! so a reference book runs along while a stream is made.

use crate::naive::Naive;

pub(crate) const N_MESSAGES: usize = 1_000_000;

/// The random numbers of the streams.
pub(crate) struct SplitMix64(pub(crate) u64);

/// What distinguishes the streams.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    /// Percent of messages that are limit orders.
    limits: u64,
    /// Percent of messages that are limit orders or cancels; the others are market orders.
    limits_or_cancels: u64,
    /// Limits lie up to so many ticks from the middle.
    width: u64,
    /// Market orders have up to so many shares.
    market_qty_max: u64,
    middle: u32,
    middle_min: u32,
    middle_max: u32,
    pub(crate) expected: Fingerprint,
}

/// What a stream does to a correct book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    pub(crate) n_trades: u64,
    pub(crate) shares: u64,
    pub(crate) notional: u64,
    pub(crate) hash: u64,
}

/// One message: 16 bytes. The ids of a stream count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) kind: Kind,
    pub(crate) buys: bool,
    pub(crate) id: u32,
    pub(crate) price: u32,
    pub(crate) qty: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Limit,
    Cancel,
    Market,
}

const _: () = assert!(size_of::<Message>() == 16, "a message should be small");

/// What the reference book tells.
pub(crate) trait Hear {
    fn trade(&mut self, maker: u32, taker: u32, price: u32, qty: u32, used_up: bool);
    fn rested(&mut self, _id: u32) {}
}

/// Takes a fingerprint of the trades.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tape(pub(crate) Fingerprint);

/// The ids that rest, in an order that depends on the trades.
#[derive(Default)]
struct Live {
    ids: Vec<u32>,
    /// By id: its index in `ids`.
    indices: Vec<u32>,
}

/// The usual stream: a few thousand live orders on two hundred levels.
pub(crate) const W1: Setting = Setting {
    name: "w1",
    limits: 60,
    limits_or_cancels: 90,
    width: 64,
    market_qty_max: 200,
    middle: 10_000,
    middle_min: 1_000,
    middle_max: 19_000,
    expected: Fingerprint {
        n_trades: 392_910,
        shares: 12_499_828,
        notional: 126_537_647_894,
        hash: 13_761_807_005_134_021_353,
    },
};

/// Wide and deep: it ends with 285,000 live orders on 4,100 levels.
pub(crate) const W2: Setting = Setting {
    name: "w2",
    limits_or_cancels: 85,
    width: 2_048,
    market_qty_max: 40,
    expected: Fingerprint {
        n_trades: 211_329,
        shares: 3_161_565,
        notional: 31_815_578_267,
        hash: 10_524_846_142_139_853_236,
    },
    ..W1
};

/// Thin: 33 live orders.
pub(crate) const W3: Setting = Setting {
    name: "w3",
    market_qty_max: 350,
    expected: Fingerprint {
        n_trades: 384_192,
        shares: 15_590_444,
        notional: 157_903_031_930,
        hash: 15_185_170_096_209_114_000,
    },
    ..W1
};

/// Very wide: it ends with 288,000 live orders on 122,000 levels over 180,000 ticks.
pub(crate) const W4: Setting = Setting {
    name: "w4",
    width: 90_000,
    middle: 131_072,
    middle_min: 100_000,
    middle_max: 160_000,
    expected: Fingerprint {
        n_trades: 208_396,
        shares: 3_084_260,
        notional: 404_541_830_585,
        hash: 9_152_573_253_950_261_793,
    },
    ..W2
};

/// Makes a stream.
pub(crate) fn messages(setting: &Setting) -> Vec<Message> {
    Stream::new(setting, 42).take(N_MESSAGES).collect()
}

/// A stream while it is made, beside the book that knows which orders are alive; it does not end.
pub(crate) struct Stream {
    setting: Setting,
    random: SplitMix64,
    middle: u32,
    n_ids: u32,
    pub(crate) heard: Heard,
    pub(crate) book: Naive,
}

/// What the reference book told.
pub(crate) struct Heard {
    live: Live,
    /// The trades of what was sent so far.
    pub(crate) tape: Tape,
}

impl Stream {
    pub(crate) fn new(setting: &Setting, seed: u64) -> Self {
        Self {
            setting: *setting,
            random: SplitMix64(seed),
            middle: setting.middle,
            n_ids: 0,
            heard: Heard { live: Live::default(), tape: Tape::EMPTY },
            book: Naive::default(),
        }
    }
}

impl Iterator for Stream {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        let (setting, random) = (self.setting, &mut self.random);
        match random.below(16) {
            0 => self.middle += 1,
            1 => self.middle -= 1,
            _ => {}
        }
        self.middle = self.middle.clamp(setting.middle_min, setting.middle_max);
        let live = &self.heard.live;
        let kind = match random.below(100) {
            u if u < setting.limits => Kind::Limit,
            u if u < setting.limits_or_cancels && live.ids.is_empty() => Kind::Limit,
            u if u < setting.limits_or_cancels => Kind::Cancel,
            _ => Kind::Market,
        };
        let message = setting.draw(kind, random, self.middle, self.n_ids, live);
        match kind {
            Kind::Limit => {
                self.n_ids += 1;
                let Message { buys, id, price, qty, .. } = message;
                self.book.limit(id, buys, qty, price, &mut self.heard);
            }
            Kind::Cancel => {
                assert!(self.book.cancel(message.id), "cancels are drawn from live orders");
                self.heard.live.remove(message.id);
            }
            Kind::Market => {
                self.n_ids += 1;
                self.book.market(message.id, message.buys, message.qty, &mut self.heard);
            }
        }
        Some(message)
    }
}

impl Hear for Heard {
    fn trade(&mut self, maker: u32, taker: u32, price: u32, qty: u32, used_up: bool) {
        self.live.trade(maker, taker, price, qty, used_up);
        self.tape.trade(maker, taker, price, qty, used_up);
    }

    fn rested(&mut self, id: u32) {
        self.live.rested(id);
    }
}

impl Setting {
    fn draw(
        &self,
        kind: Kind,
        random: &mut SplitMix64,
        middle: u32,
        id: u32,
        live: &Live,
    ) -> Message {
        match kind {
            Kind::Limit => {
                let buys = random.below(2) == 0;
                let (a, c) = (random.below(self.width), random.below(self.width));
                let distance = 1 + small(a.min(c));
                let price = if buys { middle - distance } else { middle + distance };
                Message { kind, buys, id, price, qty: 1 + small(random.below(100)) }
            }
            Kind::Cancel => {
                let id = live.ids[small(random.below(live.ids.len() as u64)) as usize];
                Message { kind, buys: false, id, price: 0, qty: 0 }
            }
            Kind::Market => {
                let buys = random.below(2) == 0;
                let qty = 1 + small(random.below(self.market_qty_max));
                Message { kind, buys, id, price: 0, qty }
            }
        }
    }
}

fn small(number: u64) -> u32 {
    u32::try_from(number).expect("draws are small")
}

impl SplitMix64 {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        u64::try_from((u128::from(self.next()) * u128::from(end)) >> 64).expect("a high half")
    }
}

impl Tape {
    pub(crate) const EMPTY: Self =
        Self(Fingerprint { n_trades: 0, shares: 0, notional: 0, hash: 0xcbf2_9ce4_8422_2325 });

    /// Notes a trade; ids count from 0 and the price is in ticks.
    pub(crate) fn note(&mut self, maker: u64, taker: u64, price: u64, qty: u64) {
        self.0.n_trades += 1;
        self.0.shares += qty;
        self.0.notional += price * qty;
        for value in [maker, taker, price, qty] {
            self.0.hash = (self.0.hash ^ value).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl Hear for Tape {
    fn trade(&mut self, maker: u32, taker: u32, price: u32, qty: u32, _used_up: bool) {
        self.note(maker.into(), taker.into(), price.into(), qty.into());
    }
}

impl Live {
    fn remove(&mut self, id: u32) {
        let index = self.indices[id as usize];
        self.ids.swap_remove(index as usize);
        if let Some(&moved) = self.ids.get(index as usize) {
            self.indices[moved as usize] = index;
        }
    }
}

impl Hear for Live {
    fn trade(&mut self, maker: u32, _taker: u32, _price: u32, _qty: u32, used_up: bool) {
        if used_up {
            self.remove(maker);
        }
    }

    fn rested(&mut self, id: u32) {
        if self.indices.len() <= id as usize {
            self.indices.resize(id as usize + 1, 0);
        }
        self.indices[id as usize] = small(self.ids.len() as u64);
        self.ids.push(id);
    }
}
