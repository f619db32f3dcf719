//! Fingerprints of the state of a run, chained round by round.

use asfm_book::Side;
use blake3::Hasher;
use rayon::prelude::*;

use crate::decision::Intent;
use crate::event::{Digest, End, RoundLog, Trade};
use crate::ledger::{Ledger, Wallet};
use crate::listing::Listing;
use crate::parallel::{LARGE, both};
use crate::register::Accepted;
use crate::rng::Seed;
use crate::speech::{Belief, Exposure, Speech};
use crate::units::TraderId;

/// Long tables are hashed in pieces of so many rows, side by side; the digests of the pieces enter
/// the round. The size of a piece is part of the definition of the digest.
const PIECE: usize = 8192;

/// The digest so far.
#[derive(Debug)]
pub(crate) struct Chain {
    digest: Digest,
    /// A round as it is hashed, kept for its memory.
    round: Vec<u8>,
}

impl Chain {
    pub(crate) fn new(seed: Seed) -> Self {
        let mut hasher = Hasher::new_derive_key("asfm 2026 state of a market, version 2");
        hasher.update(&seed.0.to_le_bytes());
        Self { digest: Digest(*hasher.finalize().as_bytes()), round: Vec::new() }
    }

    pub(crate) fn digest(&self) -> Digest {
        self.digest
    }

    /// Adds a settled round: what was asked for, what became of it, all books, all accounts.
    pub(crate) fn add(
        &mut self,
        log: &RoundLog,
        [asked, trades]: [&[u8]; 2],
        ledger: &Ledger,
        listings: &[Listing],
    ) -> Digest {
        let is_large = log.requests.len() >= LARGE;
        let stocks = || (ends(&log.ends), books(listings));
        let accounts =
            || both(is_large, || wallets(ledger.wallets()), || holdings(ledger.holdings()));
        let ((ends, books), (wallets, holdings)) = both(is_large, stocks, accounts);
        let round = &mut self.round;
        round.clear();
        round.extend_from_slice(&self.digest.0);
        round.extend_from_slice(&log.day.0.to_le_bytes());
        round.push(log.stage);
        round.extend_from_slice(asked);
        words(log, round);
        round.extend_from_slice(trades);
        for table in [ends, books, wallets, holdings] {
            round.extend_from_slice(&table);
        }
        self.digest = Digest(*blake3::hash(round).as_bytes());
        self.digest
    }
}

/// Adds what was said, what could not be read, and what was shown.
fn words(log: &RoundLog, round: &mut Vec<u8>) {
    let text = |text: &str, round: &mut Vec<u8>| {
        number(text.len(), round);
        round.extend_from_slice(text.as_bytes());
    };
    number(log.texts.len(), round);
    log.texts.iter().for_each(|it| text(it, round));
    number(log.statements.len(), round);
    for it in &log.statements {
        let what = match it.speech {
            Speech::Post => 0,
            Speech::Repost(_) => 1,
            Speech::Like(_) => 2,
            Speech::Unlike(_) => 3,
            Speech::Thought => 4,
        };
        round.extend_from_slice(&it.trader.number().to_le_bytes());
        round.push(what);
        round.extend_from_slice(&it.speech.about().map_or(0, |it| it.0).to_le_bytes());
        round.push(u8::from(it.belief.is_some()));
        round.extend_from_slice(&it.belief.map_or([0; 5], Belief::points));
        text(&it.text, round);
    }
    let shown = |it: &Exposure| [u64::from(it.trader.number()), u64::from(it.post.0)];
    table(&log.exposures, shown, round);
}

fn number(number: usize, round: &mut Vec<u8>) {
    round.extend_from_slice(&(number as u64).to_le_bytes());
}

/// What is asked for in a round, which can be spelled before it is settled.
pub(crate) fn asked(intents: &[(TraderId, Intent)]) -> Vec<u8> {
    spelled(intents, request)
}

/// The trades of a round.
pub(crate) fn trades(trades: &[Trade]) -> Vec<u8> {
    spelled(trades, trade)
}

fn ends(ends: &[End]) -> Vec<u8> {
    spelled(ends, end)
}

/// Of each stock, the previous close, what came to its book in this stage, and what the book holds,
/// level by level. From what came, traded and ended it follows which orders those are, and in which
/// order.
fn books(listings: &[Listing]) -> Vec<u8> {
    let mut out = Vec::new();
    for it in listings {
        out.extend_from_slice(&it.reference().0.to_le_bytes());
        table(it.arrived(), |it: &Accepted| [it.request.0], &mut out);
        for side in Side::BOTH {
            let levels = it.book.levels(side).map(|it| [u64::from(it.price.0), it.qty]);
            columns(&levels.collect::<Vec<_>>(), &mut out);
        }
    }
    out
}

fn wallets(wallets: &[Wallet]) -> Vec<u8> {
    spelled(wallets, wallet)
}

fn holdings(holdings: &[u64]) -> Vec<u8> {
    spelled(holdings, |it| [*it])
}

fn request(&(trader, intent): &(TraderId, Intent)) -> Row<4> {
    let (kind, stock, qty, price) = match intent {
        Intent::Order { stock, side: Side::Buy, qty, price } => (0, stock.0, qty, price),
        Intent::Order { stock, side: Side::Sell, qty, price } => (1, stock.0, qty, price),
        Intent::Cancel { stock } => (2, stock.0, 0, 0),
        Intent::Unreadable { why, text } => (3, why as u16, i64::from(text), 0),
    };
    let what = u64::from(stock) << 2 | kind;
    [u64::from(trader.number()), what, qty.cast_unsigned(), price.cast_unsigned()]
}

fn trade(it: &Trade) -> Row<4> {
    [it.maker.0, it.taker.0, it.price.0.cast_unsigned(), u64::from(it.qty)]
}

fn end(it: &End) -> Row<3> {
    [it.order.0, u64::from(it.qty), it.reason as u64]
}

fn wallet(it: &Wallet) -> Row<2> {
    [it.cash.0.cast_unsigned(), it.reserved.0.cast_unsigned()]
}

/// A row of so many numbers.
type Row<const N: usize> = [u64; N];

/// A table as it enters the digest.
fn spelled<T: Sync, const N: usize>(rows: &[T], row: impl Fn(&T) -> Row<N> + Sync) -> Vec<u8> {
    let mut out = Vec::new();
    table(rows, row, &mut out);
    out
}

/// Adds a table as it enters the digest: its columns or, if it is longer than a piece, the number
/// of its rows and the digests of its pieces.
fn table<T: Sync, const N: usize>(
    rows: &[T],
    row: impl Fn(&T) -> Row<N> + Sync,
    out: &mut Vec<u8>,
) {
    let add = |rows: &[T], numbers: &mut Vec<Row<N>>, out: &mut Vec<u8>| {
        numbers.clear();
        numbers.extend(rows.iter().map(&row));
        columns(numbers, out);
    };
    if rows.len() <= PIECE {
        return add(rows, &mut Vec::new(), out);
    }
    number(rows.len(), out);
    let hash = |(numbers, spelled): &mut (Vec<Row<N>>, Vec<u8>), piece: &[T]| {
        spelled.clear();
        add(piece, numbers, spelled);
        *blake3::hash(spelled).as_bytes()
    };
    let pieces: Vec<[u8; 32]> = rows.par_chunks(PIECE).map_init(Default::default, hash).collect();
    out.extend_from_slice(pieces.as_flattened());
}

/// Adds the number of rows, then column by column how many bytes a number takes and the numbers.
///
/// Most numbers are small, and what is not written need not be hashed.
fn columns<const N: usize>(rows: &[Row<N>], out: &mut Vec<u8>) {
    number(rows.len(), out);
    let mut bits = [0; N];
    for row in rows {
        for (bits, number) in bits.iter_mut().zip(row) {
            *bits |= number;
        }
    }
    for (at, bits) in bits.into_iter().enumerate() {
        match bits {
            0 => out.push(0),
            1..=0xFF => column::<1, N>(rows, at, out),
            0x100..=0xFFFF => column::<2, N>(rows, at, out),
            0x1_0000..=0xFFFF_FFFF => column::<4, N>(rows, at, out),
            _ => column::<8, N>(rows, at, out),
        }
    }
}

/// Adds a column whose numbers fit into so many bytes.
fn column<const BYTES: usize, const N: usize>(rows: &[Row<N>], at: usize, out: &mut Vec<u8>) {
    out.push(u8::try_from(BYTES).expect("at most 8"));
    let start = out.len();
    out.resize(start + rows.len() * BYTES, 0);
    for (cell, row) in out[start..].as_chunks_mut::<BYTES>().0.iter_mut().zip(rows) {
        *cell = *row[at].to_le_bytes().first_chunk().expect("at most 8");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(numbers: &[u64]) -> Vec<u8> {
        super::spelled(numbers, |it| [*it])
    }

    #[test]
    fn a_column_takes_the_bytes_that_its_largest_number_needs() {
        let widths = [
            (0, 0),
            (1, 1),
            (0xFF, 1),
            (0x100, 2),
            (0xFFFF, 2),
            (0x1_0000, 4),
            (0xFFFF_FFFF, 4),
            (0x1_0000_0000, 8),
            ((-1_i64).cast_unsigned(), 8),
        ];
        for (largest, width) in widths {
            let out = spelled(&[0, largest, 0]);
            assert_eq!((out[8], out.len()), (width, 9 + 3 * usize::from(width)), "{largest}");
            let cell = &out[9 + usize::from(width)..][..usize::from(width)];
            assert_eq!(*cell, largest.to_le_bytes()[..cell.len()], "{largest}");
        }
    }

    #[test]
    fn tables_that_differ_are_spelled_differently() {
        let long = vec![1; PIECE + 1];
        let tables: [&[u64]; 7] = [&[], &[0], &[0, 0], &[1, 0], &[0x100], &long[..PIECE], &long];
        for (at, one) in tables.iter().enumerate() {
            for other in &tables[at + 1..] {
                assert_ne!(spelled(one), spelled(other));
            }
        }
        let mut other = long.clone();
        other[PIECE] = 2;
        assert_ne!(spelled(&long), spelled(&other));
        assert_eq!(spelled(&long).len(), 8 + 2 * 32);
    }
}
