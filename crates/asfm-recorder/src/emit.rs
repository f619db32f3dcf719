//! A run as rows: what is written, and what is rebuilt to be compared.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use asfm_engine::{
    Auction, Cash, Close, Company, DayClose, End, Engine, Kind, News, Price, Request, Roster,
    RoundLog, StockId, Trade, TraderId, Transfer, Verdict,
};
use serde_json::json;

use crate::body::{Body, ROWS};
use crate::code::{self, REASONS, checksum, whole};
use crate::speech;
use crate::table::{Cell, Sink, Table};

use Cell::{Int, Text};

/// Emits everything that is known before the first round; the engine must not have moved yet.
pub(crate) fn start<S: Sink>(
    engine: &Engine,
    body: &mut Body,
    sink: &mut S,
) -> Result<(), S::Error> {
    let scenario = engine.scenario();
    for (seq, it) in (0..).zip(scenario.sources()) {
        sink.row(Table::Sources, &[Int(seq), Text(&it.name), Text(&it.text)])?;
    }
    for (stock, it) in (0..).map(StockId).zip(scenario.companies()) {
        company(stock, it, engine.shares_outstanding(stock), sink)?;
    }
    for (number, it) in (0..).zip(scenario.companies()) {
        for (day, close) in (1 - whole(it.closes.len())..).zip(&it.closes) {
            sink.row(Table::InitialCloses, &[Int(number), Int(day), Int(close.0)])?;
        }
    }
    for (number, code, pattern, money) in REASONS {
        let cells = [Int(number), Text(code), Text(pattern), Int(i64::from(money))];
        sink.row(Table::Reasons, &cells)?;
    }
    for (seq, it) in (0..).zip(scenario.kinds()) {
        kind(seq, it, sink)?;
    }
    for it in scenario.kinds() {
        for at in it.first..it.first + it.traders {
            let trader = Int(i64::from(at) + 1);
            let capital = Int(scenario.capital(TraderId::at(at as usize)).0);
            sink.row(Table::Traders, &[trader, Text(&it.name), Text(&it.profile), capital])?;
        }
    }
    if let Some(roster) = scenario.roster() {
        traits(roster, body, sink)?;
    }
    for (seq, it) in (0..).zip(scenario.news()) {
        news(seq, it, sink)?;
    }
    let cash: Vec<Cash> = engine.ledger().wallets().iter().map(|it| it.cash).collect();
    let prices: Vec<Price> = scenario.companies().iter().map(Company::initial_close).collect();
    accounts((0, 0), &cash, engine.ledger().holdings(), &prices, body, sink)
}

fn company<S: Sink>(
    stock: StockId,
    it: &Company,
    shares: u64,
    sink: &mut S,
) -> Result<(), S::Error> {
    let cells = [
        Int(i64::from(stock.0)),
        Text(&it.code),
        Text(&it.name),
        Text(&it.sector),
        Text(&it.business),
        Int(whole(shares)),
        Cell::maybe(it.valuation.price_earnings),
        Cell::maybe(it.valuation.price_book),
        Cell::maybe(it.valuation.dividend_yield),
    ];
    sink.row(Table::Companies, &cells)
}

fn kind<S: Sink>(seq: i64, it: &Kind, sink: &mut S) -> Result<(), S::Error> {
    let cells = [
        Int(seq),
        Text(&it.name),
        Text(&it.profile),
        Int(it.capital.0),
        Int(i64::from(it.first) + 1),
        Int(i64::from(it.traders)),
    ];
    sink.row(Table::Kinds, &cells)
}

/// Emits the traits of all traders; a value that many have is kept once.
fn traits<S: Sink>(roster: &Roster, body: &mut Body, sink: &mut S) -> Result<(), S::Error> {
    let names = roster.traits();
    if names.is_empty() {
        return Ok(());
    }
    for (seq, name) in (0..).zip(names) {
        sink.row(Table::TraitNames, &[Int(seq), Text(name)])?;
    }
    let traders: Vec<TraderId> = (0..roster.len()).map(TraderId::at).collect();
    let mut ids: BTreeMap<&str, u64> = BTreeMap::new();
    for (part, some) in (0..).zip(traders.chunks(ROWS)) {
        body.start();
        for trader in some {
            body.open(names.len());
            for column in 0..names.len() {
                let value = roster.trait_of(*trader, column);
                let next = ids.len() as u64;
                let id = match ids.entry(value) {
                    Entry::Occupied(it) => *it.get(),
                    Entry::Vacant(it) => {
                        sink.row(Table::TraitValues, &[Int(whole(next)), Text(value)])?;
                        *it.insert(next)
                    }
                };
                body.count(id);
            }
            body.close();
        }
        let first = Int(i64::from(some[0].number()));
        let (rows, text) = (Int(whole(body.rows())), body.end());
        sink.row(Table::Traits, &[Int(part), first, rows, Text(text)])?;
    }
    Ok(())
}

fn news<S: Sink>(seq: i64, it: &News, sink: &mut S) -> Result<(), S::Error> {
    let sectors = json!(it.sectors).to_string();
    let cells = [
        Int(seq),
        Int(i64::from(it.day.0)),
        Int(i64::from(it.until.0)),
        Text(&it.text),
        Cell::words(it.topic.as_deref()),
        Cell::maybe(it.size),
        Text(&sectors),
        Text(it.audience.word()),
    ];
    sink.row(Table::News, &cells)
}

/// Emits everything that happened in a round; the row of the round itself comes last.
pub(crate) fn round<S: Sink>(
    log: &RoundLog,
    body: &mut Body,
    sink: &mut S,
) -> Result<(), S::Error> {
    let when = (i64::from(log.day.0), i64::from(log.stage));
    requests(when, &log.requests, body, sink)?;
    for (seq, text) in (0..).zip(&log.texts) {
        let cells = [Int(when.0), Int(when.1), Int(seq), Int(checksum(text)), Text(text)];
        sink.row(Table::Unreadable, &cells)?;
    }
    speech::statements(when, log, sink)?;
    speech::exposures(when, &log.exposures, body, sink)?;
    for it in &log.auctions {
        auction(when, it, sink)?;
    }
    bulk(Table::Trades, when, &log.trades, trade, body, sink)?;
    bulk(Table::Ends, when, &log.ends, end, body, sink)?;
    if let Some(it) = &log.close {
        day_close(when, it, body, sink)?;
    }
    sink.row(Table::Rounds, &summary(when, log, &log.digest.to_string()))
}

fn summary<'t>(when: (i64, i64), log: &RoundLog, digest: &'t str) -> [Cell<'t>; 18] {
    let rejected = |it: &&Request| it.verdict != Verdict::Accepted;
    let volume: u64 = log.trades.iter().map(|it| u64::from(it.qty)).sum();
    let transfers = log.close.as_ref().map_or(0, |it| it.transfers.len());
    [
        Int(when.0),
        Int(when.1),
        Text(log.kind.word()),
        Int(log.requests.first().map_or(0, |it| whole(it.id.0))),
        Int(whole(log.requests.len())),
        Int(whole(log.requests.iter().filter(rejected).count())),
        Int(whole(log.texts.len())),
        Int(whole(log.statements.len())),
        Int(i64::from(log.first_post.0)),
        Int(whole(log.exposures.len())),
        Int(whole(log.auctions.len())),
        Int(whole(log.trades.len())),
        Int(whole(volume)),
        Int(whole(log.ends.len())),
        Int(whole(transfers)),
        Int(i64::from(log.close.is_some())),
        Cell::maybe(log.close.as_ref().map(|it| it.collected.0)),
        Text(digest),
    ]
}

fn requests<S: Sink>(
    when: (i64, i64),
    requests: &[Request],
    body: &mut Body,
    sink: &mut S,
) -> Result<(), S::Error> {
    for (part, some) in (0..).zip(requests.chunks(ROWS)) {
        body.start();
        for it in some {
            request(body, it);
        }
        let (rows, text) = (Int(whole(body.rows())), body.end());
        let (first, sum) = (Int(whole(some[0].id.0)), Int(checksum(text)));
        let cells = [Int(when.0), Int(when.1), Int(part), first, rows, sum, Text(text)];
        sink.row(Table::Requests, &cells)?;
    }
    Ok(())
}

#[inline]
fn request(body: &mut Body, it: &Request) {
    body.open(Table::Requests.fields().len());
    body.count(u64::from(it.trader.number()));
    for number in code::intent(it.intent) {
        body.put(number);
    }
    if let Verdict::Rejected(why) = it.verdict {
        let (number, more) = code::reject(&why);
        body.put(number);
        for number in more.into_iter().flatten() {
            body.put(number);
        }
    }
    body.close();
}

fn auction<S: Sink>(when: (i64, i64), it: &Auction, sink: &mut S) -> Result<(), S::Error> {
    let cells = [
        Int(when.0),
        Int(when.1),
        Int(i64::from(it.stock.0)),
        Cell::maybe(it.price.map(|it| it.0)),
        Int(whole(it.volume)),
    ];
    sink.row(Table::Auctions, &cells)
}

/// Emits rows that are numbered from 1 in their round.
fn bulk<T, S: Sink>(
    table: Table,
    when: (i64, i64),
    items: &[T],
    write: impl Fn(&mut Body, &T),
    body: &mut Body,
    sink: &mut S,
) -> Result<(), S::Error> {
    for (part, some) in (0..).zip(items.chunks(ROWS)) {
        body.start();
        for it in some {
            write(body, it);
        }
        emit(table, when, part, body, sink)?;
    }
    Ok(())
}

fn emit<S: Sink>(
    table: Table,
    when: (i64, i64),
    part: i64,
    body: &mut Body,
    sink: &mut S,
) -> Result<(), S::Error> {
    let first = Int(part * whole(ROWS) + 1);
    let (rows, text) = (Int(whole(body.rows())), body.end());
    sink.row(table, &[Int(when.0), Int(when.1), Int(part), first, rows, Text(text)])
}

#[inline]
fn trade(body: &mut Body, it: &Trade) {
    body.open(Table::Trades.fields().len());
    body.count(u64::from(it.stock.0));
    body.put(it.price.0);
    body.count(u64::from(it.qty));
    body.count(it.maker.0);
    body.count(it.taker.0);
    body.count(u64::from(it.buyer.number()));
    body.count(u64::from(it.seller.number()));
    if (it.buyer_fee, it.seller_fee) != (Cash(0), Cash(0)) {
        body.put(it.buyer_fee.0);
        body.put(it.seller_fee.0);
    }
    body.close();
}

#[inline]
fn end(body: &mut Body, it: &End) {
    body.open(Table::Ends.fields().len());
    body.count(it.order.0);
    body.count(u64::from(it.trader.number()));
    body.count(u64::from(it.stock.0));
    body.put(code::side(it.side));
    body.count(u64::from(it.qty));
    body.put(code::end(it.reason));
    body.close();
}

fn day_close<S: Sink>(
    when: (i64, i64),
    it: &DayClose,
    body: &mut Body,
    sink: &mut S,
) -> Result<(), S::Error> {
    for of_stock in &it.closes {
        close(when.0, of_stock, sink)?;
    }
    bulk(Table::Transfers, when, &it.transfers, transfer, body, sink)?;
    let prices: Vec<Price> = it.closes.iter().map(|it| it.close).collect();
    accounts(when, &it.cash, &it.shares, &prices, body, sink)
}

fn close<S: Sink>(day: i64, it: &Close, sink: &mut S) -> Result<(), S::Error> {
    let price = |it: Option<Price>| Cell::maybe(it.map(|it| it.0));
    let cells = [
        Int(day),
        Int(i64::from(it.stock.0)),
        price(it.open),
        price(it.high),
        price(it.low),
        Int(it.close.0),
        Int(it.value.0),
        Int(whole(it.volume)),
        Int(i64::from(it.trades)),
        Cell::maybe(it.flow.map(|it| it.0)),
    ];
    sink.row(Table::Closes, &cells)
}

fn transfer(body: &mut Body, it: &Transfer) {
    body.open(Table::Transfers.fields().len());
    body.count(u64::from(it.trader.number()));
    body.put(it.stock.map_or(-1, |it| i64::from(it.0)));
    body.put(it.amount.0);
    body.close();
}

fn accounts<S: Sink>(
    when: (i64, i64),
    cash: &[Cash],
    shares: &[u64],
    prices: &[Price],
    body: &mut Body,
    sink: &mut S,
) -> Result<(), S::Error> {
    let stocks = prices.len().max(1);
    let pieces = cash.chunks(ROWS).zip(shares.chunks(ROWS * stocks));
    for (part, (cash, shares)) in (0..).zip(pieces) {
        body.start();
        for (cash, held) in cash.iter().zip(shares.chunks_exact(stocks)) {
            body.open(held.len() + 2);
            body.put(cash.0);
            body.put(worth(held, prices));
            for shares in held {
                body.count(*shares);
            }
            body.close();
        }
        emit(Table::Accounts, when, part, body, sink)?;
    }
    Ok(())
}

/// What shares are worth at these prices; the largest amount there is where it is more than that.
#[inline]
pub(crate) fn worth(held: &[u64], prices: &[Price]) -> i64 {
    let mut sum: i128 = 0;
    for (shares, price) in held.iter().zip(prices) {
        sum += i128::from(*shares) * i128::from(price.0);
    }
    whole(sum)
}
