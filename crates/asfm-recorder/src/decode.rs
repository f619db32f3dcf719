//! Rows as a run: the inverse of what is written.

use asfm_engine::{
    Cash, Close, Day, Digest, End, PostId, Price, Request, StageKind, StockId, Trade, Transfer,
    Verdict,
};
use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::body::Rows;
use crate::code::{self, checksum};
use crate::error::Damage;
use crate::table::{Table, shown};

/// One row of a table, read with its table's columns.
pub(crate) struct Record<'r> {
    pub(crate) table: Table,
    row: &'r Row<'r>,
}

pub(crate) type Read<T> = Result<T, Box<Damage>>;

impl<'r> Record<'r> {
    pub(crate) fn new(table: Table, row: &'r Row<'r>) -> Self {
        Self { table, row }
    }

    pub(crate) fn value(&self, column: usize) -> ValueRef<'r> {
        self.row.get_ref(column).unwrap_or(ValueRef::Null)
    }

    /// The key, for messages.
    pub(crate) fn key(&self) -> String {
        let columns = &self.table.columns()[..self.table.keys()];
        let parts = columns.iter().enumerate();
        let parts: Vec<String> =
            parts.map(|(at, name)| format!("{name} {}", shown(self.value(at)))).collect();
        parts.join(", ")
    }

    #[expect(
        clippy::unnecessary_box_returns,
        reason = "it goes into a result, which should be small"
    )]
    pub(crate) fn damage(&self, column: usize, expected: &str) -> Box<Damage> {
        Box::new(Damage {
            table: self.table.name(),
            row: self.key(),
            column: self.table.columns()[column].to_owned(),
            found: shown(self.value(column)),
            expected: expected.to_owned(),
        })
    }

    pub(crate) fn text(&self, column: usize) -> Read<&'r str> {
        let text = self.value(column).as_str();
        text.map_err(|_| self.damage(column, "a text"))
    }

    /// An integer that stands for something.
    pub(crate) fn number<T>(
        &self,
        column: usize,
        expected: &str,
        read: impl Fn(i64) -> Option<T>,
    ) -> Read<T> {
        let number = self.value(column).as_i64().ok();
        number.and_then(read).ok_or_else(|| self.damage(column, expected))
    }

    /// A number with a fraction, if there is one.
    pub(crate) fn real(&self, column: usize) -> Read<Option<f64>> {
        match self.value(column) {
            ValueRef::Null => Ok(None),
            ValueRef::Real(number) => Ok(Some(number)),
            _ => Err(self.damage(column, "a number")),
        }
    }

    /// A text, if there is one.
    pub(crate) fn words(&self, column: usize) -> Read<Option<String>> {
        match self.value(column) {
            ValueRef::Null => Ok(None),
            _ => self.text(column).map(|it| Some(it.to_owned())),
        }
    }

    pub(crate) fn int(&self, column: usize) -> Read<i64> {
        self.number(column, "an integer", Some)
    }

    pub(crate) fn count<T: TryFrom<i64>>(&self, column: usize) -> Read<T> {
        self.number(column, "a count", |it| T::try_from(it).ok())
    }

    pub(crate) fn maybe(&self, column: usize) -> Read<Option<i64>> {
        match self.value(column) {
            ValueRef::Null => Ok(None),
            _ => self.int(column).map(Some),
        }
    }

    pub(crate) fn stock(&self, column: usize) -> Read<StockId> {
        self.number(column, "the number of a stock", code::stock)
    }

    /// Reads every row of a part.
    pub(crate) fn rows<T>(
        &self,
        into: &mut Vec<T>,
        expected: &str,
        read: impl Fn(&[i64], i64) -> Option<T>,
    ) -> Read<()> {
        let body = self.table.columns().len() - 1;
        let (first, count) = (self.int(3)?, self.count::<usize>(4)?);
        let mut rows = Rows::new(self.text(body)?.as_bytes());
        let before = into.len();
        let place = |at: usize| {
            let number = i128::from(first) + i128::from(code::whole(at));
            format!("{}, {} {number}", self.key(), self.table.counted())
        };
        loop {
            let at = into.len() - before;
            match rows.next() {
                Ok(None) => break,
                Ok(Some(row)) => {
                    let number = i64::try_from(at).ok().and_then(|it| first.checked_add(it));
                    let item = number.and_then(|number| read(row, number));
                    into.push(item.ok_or_else(|| Damage {
                        row: place(at),
                        found: format!("{row:?}"),
                        ..*self.damage(body, expected)
                    })?);
                }
                Err(garbled) => {
                    let found = format!("something else at byte {}", garbled.at);
                    let damage = self.damage(body, expected);
                    return Err(Box::new(Damage { row: place(at), found, ..*damage }));
                }
            }
        }
        if into.len() - before == count {
            Ok(())
        } else {
            Err(self.damage(4, &format!("{}, the rows there are", into.len() - before)))
        }
    }

    /// Checks what came from outside against its checksum.
    pub(crate) fn check(&self, sum: usize, column: usize) -> Read<&'r str> {
        let text = self.text(column)?;
        let expected = checksum(text);
        if self.int(sum)? == expected {
            return Ok(text);
        }
        Err(Box::new(Damage {
            found: format!("{} and a checksum of something else", shown(self.value(column))),
            ..*self.damage(column, "what its checksum was taken of")
        }))
    }
}

/// The row of a round in `rounds`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    pub(crate) day: Day,
    pub(crate) stage: u8,
    pub(crate) kind: StageKind,
    /// Requests, unreadable texts, statements and exposures.
    pub(crate) counts: [usize; 4],
    pub(crate) first_post: PostId,
    pub(crate) collected: Option<Cash>,
    pub(crate) digest: Digest,
}

impl Head {
    pub(crate) fn read(it: &Record<'_>) -> Read<Self> {
        let day = it.number(0, "a day", |it| u32::try_from(it).ok())?;
        let kind = code::stage(it.text(2)?).ok_or_else(|| it.damage(2, "a kind of stage"))?;
        let digest = digest(it.text(17)?).ok_or_else(|| it.damage(17, "a digest"))?;
        Ok(Self {
            day: Day(day),
            stage: it.number(1, "a stage", |it| u8::try_from(it).ok())?,
            kind,
            counts: [it.count(4)?, it.count(6)?, it.count(7)?, it.count(9)?],
            first_post: it.number(8, "the number of a post", code::post)?,
            collected: it.maybe(16)?.map(Cash),
            digest,
        })
    }

    pub(crate) fn key(&self) -> [i64; 2] {
        [i64::from(self.day.0), i64::from(self.stage)]
    }
}

pub(crate) fn digest(text: &str) -> Option<Digest> {
    let hash = blake3::Hash::from_hex(text).ok()?;
    Some(Digest(*hash.as_bytes()))
}

pub(crate) fn request(row: &[i64], number: i64) -> Option<Request> {
    let (&[trader, what, company, qty, price], reason) = row.split_first_chunk()?;
    Some(Request {
        id: code::request(number)?,
        trader: code::trader(trader)?,
        intent: code::intended([what, company, qty, price])?,
        verdict: match reason {
            [] => Verdict::Accepted,
            numbers => Verdict::Rejected(code::rejected(numbers)?),
        },
    })
}

pub(crate) fn trade(row: &[i64]) -> Option<Trade> {
    let (&[stock, price, qty, maker, taker, buyer, seller], fees) = row.split_first_chunk()?;
    let (buyer_fee, seller_fee) = match *fees {
        [] => (0, 0),
        [buyer, seller] => (buyer, seller),
        _ => return None,
    };
    Some(Trade {
        stock: code::stock(stock)?,
        price: Price(price),
        qty: u32::try_from(qty).ok()?,
        maker: code::request(maker)?,
        taker: code::request(taker)?,
        buyer: code::trader(buyer)?,
        seller: code::trader(seller)?,
        buyer_fee: Cash(buyer_fee),
        seller_fee: Cash(seller_fee),
    })
}

pub(crate) fn end(row: &[i64]) -> Option<End> {
    let &[order, trader, stock, side, qty, why] = row else {
        return None;
    };
    Some(End {
        order: code::request(order)?,
        trader: code::trader(trader)?,
        stock: code::stock(stock)?,
        side: code::sided(side)?,
        qty: u32::try_from(qty).ok()?,
        reason: code::ended(why)?,
    })
}

pub(crate) fn transfer(row: &[i64]) -> Option<Transfer> {
    let &[trader, stock, amount] = row else {
        return None;
    };
    Some(Transfer {
        trader: code::trader(trader)?,
        stock: match stock {
            -1 => None,
            number => Some(code::stock(number)?),
        },
        amount: Cash(amount),
    })
}

pub(crate) fn close(it: &Record<'_>) -> Read<Close> {
    let price = |column| it.maybe(column).map(|it| it.map(Price));
    Ok(Close {
        stock: it.stock(1)?,
        open: price(2)?,
        high: price(3)?,
        low: price(4)?,
        close: Price(it.int(5)?),
        value: Cash(it.int(6)?),
        volume: it.count(7)?,
        trades: it.count(8)?,
        flow: it.maybe(9)?.map(Cash),
    })
}
