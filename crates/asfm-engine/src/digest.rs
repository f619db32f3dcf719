//! Fingerprints of the state of a run, chained round by round.

use asfm_book::Side;
use blake3::Hasher;

use crate::decision::Intent;
use crate::event::{Digest, RoundLog};
use crate::ledger::Ledger;
use crate::listing::Listing;
use crate::rng::Seed;

/// The digest so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chain(Digest);

impl Chain {
    pub(crate) fn new(seed: Seed) -> Self {
        let mut hasher = Hasher::new_derive_key("asfm 2026 state of a market, version 1");
        hasher.update(&seed.0.to_le_bytes());
        Self(Digest(*hasher.finalize().as_bytes()))
    }

    pub(crate) fn digest(self) -> Digest {
        self.0
    }
}

/// Adds a settled round: what was asked for, the trades, all accounts, all unmatched orders.
pub(crate) fn round(
    chain: &mut Chain,
    log: &RoundLog,
    ledger: &Ledger,
    listings: &[Listing],
) -> Digest {
    let mut bytes = Words::default();
    bytes.put(u64::from(log.day.0));
    bytes.put(u64::from(log.stage));
    asked(&mut bytes, log);
    for it in &log.trades {
        bytes.put(it.maker.0);
        bytes.put(it.taker.0);
        bytes.put(it.price.0.cast_unsigned());
        bytes.put(u64::from(it.qty));
    }
    for it in listings {
        bytes.put(it.closes.len() as u64);
        bytes.put(it.reference().0.cast_unsigned());
        for order in it.orders.iter().filter(|it| it.left > 0) {
            bytes.put(order.request.0);
            bytes.put(u64::from(order.left));
        }
    }
    for it in ledger.wallets() {
        bytes.put(it.cash.0.cast_unsigned());
        bytes.put(it.reserved.0.cast_unsigned());
    }
    for held in ledger.holdings() {
        bytes.put(*held);
    }
    let mut hasher = Hasher::new();
    hasher.update(&chain.0.0);
    hasher.update_rayon(&bytes.0);
    *chain = Chain(Digest(*hasher.finalize().as_bytes()));
    chain.0
}

/// Everything that came from outside.
fn asked(bytes: &mut Words, log: &RoundLog) {
    bytes.put(log.requests.len() as u64);
    for it in &log.requests {
        let (kind, stock, qty, price) = match it.intent {
            Intent::Order { stock, side: Side::Buy, qty, price } => (0, stock.0, qty, price),
            Intent::Order { stock, side: Side::Sell, qty, price } => (1, stock.0, qty, price),
            Intent::Cancel { stock } => (2, stock.0, 0, 0),
            Intent::Unreadable { why, text } => (3, why as u16, i64::from(text), 0),
        };
        bytes.put(u64::from(it.trader.number()) << 32 | u64::from(stock) << 8 | kind);
        bytes.put(qty.cast_unsigned());
        bytes.put(price.cast_unsigned());
    }
    for text in log.texts.iter().chain(log.statements.iter().map(|it| &it.text)) {
        bytes.put(text.len() as u64);
        bytes.0.extend_from_slice(text.as_bytes());
    }
    for it in &log.statements {
        bytes.put(u64::from(it.trader.number()));
    }
}

#[derive(Default)]
struct Words(Vec<u8>);

impl Words {
    #[inline]
    fn put(&mut self, word: u64) {
        self.0.extend_from_slice(&word.to_le_bytes());
    }
}
