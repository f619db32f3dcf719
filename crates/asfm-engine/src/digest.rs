//! Fingerprints of the state of a run, chained round by round.

use asfm_book::Side;
use blake3::Hasher;
use rayon::prelude::*;

use crate::decision::Intent;
use crate::event::{Digest, Request, RoundLog, Trade};
use crate::ledger::{Ledger, Wallet};
use crate::listing::Listing;
use crate::rng::Seed;

/// Long tables are hashed in pieces of so many rows, side by side; the digest of the pieces'
/// digests enters the chain. The size of a piece is part of the definition of the digest.
const PIECE: usize = 8192;

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

    /// Adds a settled round: what was asked for, the trades, all accounts, all unmatched orders.
    pub(crate) fn add(&mut self, log: &RoundLog, ledger: &Ledger, listings: &[Listing]) -> Digest {
        let mut hasher = Hasher::new();
        hasher.update(&self.0.0);
        hasher.update(&log.day.0.to_le_bytes());
        hasher.update(&[log.stage]);
        table(&mut hasher, &log.requests, request);
        for text in log.texts.iter().chain(log.statements.iter().map(|it| &it.text)) {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        for it in &log.statements {
            hasher.update(&it.trader.number().to_le_bytes());
        }
        table(&mut hasher, &log.trades, trade);
        for it in listings {
            hasher.update(&it.reference().0.to_le_bytes());
            table(&mut hasher, &it.orders, |order, words| {
                if order.left > 0 {
                    words.put(order.request.0);
                    words.put(u64::from(order.left));
                }
            });
        }
        table(&mut hasher, ledger.wallets(), |it: &Wallet, words| {
            words.put(it.cash.0.cast_unsigned());
            words.put(it.reserved.0.cast_unsigned());
        });
        table(&mut hasher, ledger.holdings(), |it, words| words.put(*it));
        self.0 = Digest(*hasher.finalize().as_bytes());
        self.0
    }
}

fn request(it: &Request, words: &mut Words) {
    let (kind, stock, qty, price) = match it.intent {
        Intent::Order { stock, side: Side::Buy, qty, price } => (0, stock.0, qty, price),
        Intent::Order { stock, side: Side::Sell, qty, price } => (1, stock.0, qty, price),
        Intent::Cancel { stock } => (2, stock.0, 0, 0),
        Intent::Unreadable { why, text } => (3, why as u16, i64::from(text), 0),
    };
    words.put((u64::from(it.trader.number()) << 32) | (u64::from(stock) << 8) | kind);
    words.put(qty.cast_unsigned());
    words.put(price.cast_unsigned());
}

fn trade(it: &Trade, words: &mut Words) {
    words.put(it.maker.0);
    words.put(it.taker.0);
    words.put(it.price.0.cast_unsigned());
    words.put(u64::from(it.qty));
}

/// Hashes the rows of a table, as `write` spells them.
fn table<T: Sync>(hasher: &mut Hasher, rows: &[T], write: impl Fn(&T, &mut Words) + Sync) {
    hasher.update(&(rows.len() as u64).to_le_bytes());
    let piece = |words: &mut Words, rows: &[T]| {
        words.0.clear();
        for it in rows {
            write(it, words);
        }
        *blake3::hash(&words.0).as_bytes()
    };
    if rows.len() <= PIECE {
        hasher.update(&piece(&mut Words::default(), rows));
        return;
    }
    let pieces: Vec<[u8; 32]> = rows.par_chunks(PIECE).map_init(Words::default, piece).collect();
    for it in &pieces {
        hasher.update(it);
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
