//! Reading whole rounds from the tables.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use asfm_engine::{Auction, Cash, Day, DayClose, Price, Request, RoundLog, Trade};
use rusqlite::{CachedStatement, Connection, params_from_iter};

use crate::call::Call;
use crate::decode::{Head, Read, Record, close, end, request, trade, transfer};
use crate::error::{Context as _, Damage, Error};
use crate::run::Account;
use crate::speech;
use crate::table::Table;

/// The pieces that calls share, by their numbers.
pub(crate) type Texts = BTreeMap<i64, Arc<str>>;

/// Reads what a file holds.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'f> {
    pub(crate) file: &'f Connection,
    pub(crate) path: &'f Path,
}

impl<'f> Reader<'f> {
    pub(crate) fn damaged(self, damage: Box<Damage>) -> Error {
        Error::Damaged { path: self.path.to_owned(), damage }
    }

    pub(crate) fn prepare(self, query: &str) -> Result<CachedStatement<'f>, Error> {
        self.file.prepare_cached(query).of(self.path, "read")
    }

    /// Reads all rows whose key starts with these numbers.
    pub(crate) fn each(
        self,
        table: Table,
        key: &[i64],
        mut take: impl FnMut(&Record<'_>) -> Read<()>,
    ) -> Result<(), Error> {
        let mut query = self.prepare(&table.of(key.len()))?;
        let key = params_from_iter(key);
        let mut rows = query.query(key).of(self.path, "read")?;
        while let Some(row) = rows.next().of(self.path, "read")? {
            take(&Record::new(table, row)).map_err(|it| self.damaged(it))?;
        }
        Ok(())
    }

    /// Reads the row after this key, if there is one.
    pub(crate) fn after<T>(
        self,
        table: Table,
        key: &[i64],
        take: impl FnOnce(&Record<'_>) -> Read<T>,
    ) -> Result<Option<T>, Error> {
        let mut query = self.prepare(&table.next())?;
        let key = params_from_iter(key);
        let mut rows = query.query(key).of(self.path, "read")?;
        match rows.next().of(self.path, "read")? {
            None => Ok(None),
            Some(row) => take(&Record::new(table, row)).map(Some).map_err(|it| self.damaged(it)),
        }
    }

    /// Reads the pieces that calls share.
    pub(crate) fn texts(self) -> Result<Texts, Error> {
        let mut texts = Texts::new();
        self.each(Table::Texts, &[], |it| {
            texts.insert(it.int(0)?, it.check(1, 2)?.into());
            Ok(())
        })?;
        Ok(texts)
    }

    /// Reads the calls whose slot starts with these numbers.
    pub(crate) fn calls(
        self,
        texts: &Texts,
        slot: &[i64],
        mut take: impl FnMut(Call) -> Read<()>,
    ) -> Result<(), Error> {
        self.each(Table::Calls, slot, |it| take(Call::read(it, |id| texts.get(&id))?))
    }

    /// Reads all rows of the parts of a round.
    fn bulk<T>(
        self,
        table: Table,
        key: [i64; 2],
        expected: &str,
        read: impl Fn(&[i64], i64) -> Option<T>,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        self.each(table, &key, |it| it.rows(&mut all, expected, &read))?;
        Ok(all)
    }

    pub(crate) fn requests(self, key: [i64; 2]) -> Result<Vec<Request>, Error> {
        let mut all = Vec::new();
        self.each(Table::Requests, &key, |it| {
            it.check(5, 6)?;
            it.rows(&mut all, "a request", request)
        })?;
        Ok(all)
    }

    pub(crate) fn trades(self, key: [i64; 2]) -> Result<Vec<Trade>, Error> {
        self.bulk(Table::Trades, key, "a trade", |row, _| trade(row))
    }

    /// Reads what came from outside in a round.
    pub(crate) fn decided(self, head: &Head) -> Result<RoundLog, Error> {
        let key = head.key();
        let mut texts = Vec::new();
        self.each(Table::Unreadable, &key, |it| {
            texts.push(it.check(3, 4)?.to_owned());
            Ok(())
        })?;
        let mut statements = Vec::new();
        let mut posts = None;
        self.each(Table::Statements, &key, |it| {
            statements.push(speech::statement(it, &mut posts)?);
            Ok(())
        })?;
        if let Some([first, _]) = posts
            && first != i64::from(head.first_post.0)
        {
            return Err(self.damaged(Box::new(Damage {
                table: Table::Rounds.name(),
                row: format!("day {}, stage {}", head.day, head.stage),
                column: "first_post".to_owned(),
                found: head.first_post.to_string(),
                expected: format!("{first}, as table `statements` says"),
            })));
        }
        let mut exposures = Vec::new();
        self.each(Table::Exposures, &key, |it| {
            it.check(5, 6)?;
            it.rows(&mut exposures, "a trader and a post", |row, _| speech::exposure(row))
        })?;
        let requests = self.requests(key)?;
        let found = [requests.len(), texts.len(), statements.len(), exposures.len()];
        let tables = [Table::Requests, Table::Unreadable, Table::Statements, Table::Exposures];
        for ((found, expected), table) in found.into_iter().zip(head.counts).zip(tables) {
            if found != expected {
                return Err(self.damaged(Box::new(Damage {
                    table: table.name(),
                    row: format!("day {}, stage {}", head.day, head.stage),
                    column: String::new(),
                    found: format!("{found} rows"),
                    expected: format!("{expected} rows, as table `rounds` says"),
                })));
            }
        }
        Ok(RoundLog {
            day: head.day,
            stage: head.stage,
            kind: head.kind,
            requests,
            texts,
            statements,
            first_post: head.first_post,
            exposures,
            auctions: Vec::new(),
            trades: Vec::new(),
            ends: Vec::new(),
            close: None,
            digest: head.digest,
        })
    }

    /// Reads a round of which the row of `rounds` is known.
    pub(crate) fn round(self, head: &Head, stocks: usize) -> Result<RoundLog, Error> {
        let key = head.key();
        let mut auctions = Vec::new();
        self.each(Table::Auctions, &key, |it| {
            auctions.push(Auction {
                stock: it.stock(2)?,
                price: it.maybe(3)?.map(Price),
                volume: it.count(4)?,
            });
            Ok(())
        })?;
        Ok(RoundLog {
            auctions,
            trades: self.trades(key)?,
            ends: self.bulk(Table::Ends, key, "an end", |row, _| end(row))?,
            close: match head.collected {
                Some(collected) => Some(self.day_close(key, collected, stocks)?),
                None => None,
            },
            ..self.decided(head)?
        })
    }

    fn day_close(self, key: [i64; 2], collected: Cash, stocks: usize) -> Result<DayClose, Error> {
        let mut closes = Vec::new();
        self.each(Table::Closes, &key[..1], |it| {
            closes.push(close(it)?);
            Ok(())
        })?;
        let accounts = self.accounts(key, stocks)?;
        Ok(DayClose {
            closes,
            transfers: self.bulk(Table::Transfers, key, "a payment", |row, _| transfer(row))?,
            cash: accounts.0,
            shares: accounts.1,
            collected,
        })
    }

    /// Every trader's cash and the value of its shares at a day's close.
    pub(crate) fn values(self, day: Day) -> Result<Vec<Account>, Error> {
        let mut all = Vec::new();
        self.each(Table::Accounts, &[i64::from(day.0)], |it| {
            it.rows(&mut all, "cash, value and shares", |row, _| {
                let (&[cash, value], _) = row.split_first_chunk()?;
                Some(Account { cash: Cash(cash), shares_value: Cash(value) })
            })
        })?;
        Ok(all)
    }

    /// Every trader's cash, and for each one number of shares per stock.
    pub(crate) fn accounts(
        self,
        key: [i64; 2],
        stocks: usize,
    ) -> Result<(Vec<Cash>, Vec<u64>), Error> {
        let (mut cash, mut all) = (Vec::new(), Vec::new());
        self.each(Table::Accounts, &key, |it| {
            let mut part = Vec::new();
            it.rows(&mut part, "cash, value and shares", |row, _| {
                let (account, held) = row.split_first_chunk::<2>()?;
                let held = held.iter().map(|it| u64::try_from(*it).ok());
                let held: Vec<u64> = held.collect::<Option<_>>()?;
                (held.len() == stocks).then_some((Cash(account[0]), held))
            })?;
            for (amount, held) in part {
                cash.push(amount);
                all.extend(held);
            }
            Ok(())
        })?;
        Ok((cash, all))
    }
}
