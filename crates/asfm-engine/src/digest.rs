//! Fingerprints of the state of a run, chained round by round.

use asfm_book::Side;
use blake3::Hasher;
use rayon::prelude::*;

use crate::decision::Intent;
use crate::event::{Digest, RoundLog, Trade};
use crate::ledger::{Ledger, Wallet};
use crate::listing::Listing;
use crate::parallel::{LARGE, both};
use crate::rng::Seed;
use crate::speech::{Belief, Exposure, Speech};
use crate::units::TraderId;

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
    pub(crate) fn add(
        &mut self,
        log: &RoundLog,
        asked: &Table,
        ledger: &Ledger,
        listings: &[Listing],
    ) -> Digest {
        let is_large = log.requests.len() >= LARGE;
        let market = || both(is_large, || trades(&log.trades), || orders(listings));
        let accounts =
            || both(is_large, || wallets(ledger.wallets()), || holdings(ledger.holdings()));
        let ((trades, orders), (wallets, holdings)) = both(is_large, market, accounts);
        let mut hasher = Hasher::new();
        hasher.update(&self.0.0);
        hasher.update(&log.day.0.to_le_bytes());
        hasher.update(&[log.stage]);
        asked.add_to(&mut hasher);
        for text in log.texts.iter().chain(log.statements.iter().map(|it| &it.text)) {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        for it in &log.statements {
            hasher.update(&it.trader.number().to_le_bytes());
        }
        speeches(log, &mut hasher);
        trades.add_to(&mut hasher);
        for (it, orders) in listings.iter().zip(&orders) {
            hasher.update(&it.reference().0.to_le_bytes());
            orders.add_to(&mut hasher);
        }
        wallets.add_to(&mut hasher);
        holdings.add_to(&mut hasher);
        self.0 = Digest(*hasher.finalize().as_bytes());
        self.0
    }
}

/// Adds what statements do beside being said, and what was shown; plain posts add nothing.
fn speeches(log: &RoundLog, hasher: &mut Hasher) {
    for (at, it) in (0_u64..).zip(&log.statements) {
        if it.speech == Speech::Post && it.belief.is_none() {
            continue;
        }
        let what = match it.speech {
            Speech::Post => 0,
            Speech::Repost(_) => 1,
            Speech::Like(_) => 2,
            Speech::Unlike(_) => 3,
            Speech::Thought => 4_u64,
        };
        let about = it.speech.about().map_or(0, |it| it.0);
        hasher.update(words([at, what << 32 | u64::from(about)]).as_flattened());
        hasher.update(&[u8::from(it.belief.is_some())]);
        hasher.update(&it.belief.map_or([0; 5], Belief::points));
    }
    if !log.exposures.is_empty() {
        let row =
            |it: &Exposure| words([u64::from(it.trader.number()) << 32 | u64::from(it.post.0)]);
        table(&log.exposures, |shown, rows| rows.extend(shown.iter().map(row))).add_to(hasher);
    }
}

/// What is asked for in a round, which can be hashed before it is settled.
pub(crate) fn asked(intents: &[(TraderId, Intent)]) -> Table {
    table(intents, |asked, rows| rows.extend(asked.iter().map(request)))
}

fn trades(trades: &[Trade]) -> Table {
    table(trades, |trades, rows| rows.extend(trades.iter().map(trade)))
}

/// The unmatched orders of each stock.
fn orders(listings: &[Listing]) -> Vec<Table> {
    let of_listing = |it: &Listing| {
        table(&it.register.orders, |orders, rows| {
            let live = orders.iter().filter(|it| it.left > 0);
            rows.extend(live.map(|it| words([it.request.0, u64::from(it.left)])));
        })
    };
    listings.iter().map(of_listing).collect()
}

fn wallets(wallets: &[Wallet]) -> Table {
    table(wallets, |wallets, rows| rows.extend(wallets.iter().map(wallet)))
}

fn holdings(holdings: &[u64]) -> Table {
    table(holdings, |held, rows| rows.extend(held.iter().map(|it| words([*it]))))
}

fn request(&(trader, intent): &(TraderId, Intent)) -> Row<3> {
    let (kind, stock, qty, price) = match intent {
        Intent::Order { stock, side: Side::Buy, qty, price } => (0, stock.0, qty, price),
        Intent::Order { stock, side: Side::Sell, qty, price } => (1, stock.0, qty, price),
        Intent::Cancel { stock } => (2, stock.0, 0, 0),
        Intent::Unreadable { why, text } => (3, why as u16, i64::from(text), 0),
    };
    let what = (u64::from(trader.number()) << 32) | (u64::from(stock) << 8) | kind;
    words([what, qty.cast_unsigned(), price.cast_unsigned()])
}

fn trade(it: &Trade) -> Row<4> {
    words([it.maker.0, it.taker.0, it.price.0.cast_unsigned(), u64::from(it.qty)])
}

fn wallet(it: &Wallet) -> Row<2> {
    words([it.cash.0.cast_unsigned(), it.reserved.0.cast_unsigned()])
}

/// A row of so many words, as it is hashed.
type Row<const N: usize> = [[u8; 8]; N];

#[inline]
fn words<const N: usize>(row: [u64; N]) -> Row<N> {
    row.map(u64::to_le_bytes)
}

/// A table as it enters the digest: the number of its rows and the digests of its pieces.
pub(crate) struct Table {
    rows: u64,
    pieces: Vec<[u8; 32]>,
}

impl Table {
    fn add_to(&self, hasher: &mut Hasher) {
        hasher.update(&self.rows.to_le_bytes());
        hasher.update(self.pieces.as_flattened());
    }
}

/// Hashes a table, as `spell` spells its rows.
///
/// A piece is spelled whole: rows whose number is known beforehand are written without a look at
/// the room that is left.
fn table<T: Sync, const N: usize>(
    rows: &[T],
    spell: impl Fn(&[T], &mut Vec<Row<N>>) + Sync,
) -> Table {
    let hash = |spelled: &mut Vec<Row<N>>, piece: &[T]| {
        spelled.clear();
        spell(piece, spelled);
        *blake3::hash(spelled.as_flattened().as_flattened()).as_bytes()
    };
    let memory = || Vec::with_capacity(rows.len().min(PIECE));
    let pieces = if rows.len() <= PIECE {
        vec![hash(&mut memory(), rows)]
    } else {
        rows.par_chunks(PIECE).map_init(memory, hash).collect()
    };
    Table { rows: rows.len() as u64, pieces }
}
