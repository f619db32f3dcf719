//! `asfm match`: a book on a pipe, one JSON object per line in and out.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read, Write};

use asfm_book::{
    AuctionRule, Book, BookOptions, CancelReason, ContinuousPrice, Event, Grid, HalfTick,
    LimitOrder, MarketOrder, OrderId, Qty, Refusal, SelfTrade, Side, Tick, TieBreak, TimeInForce,
    TraderId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use crate::failure::{Failure, misuse};

/// How prices are made, and what happens within one trader's orders.
pub(crate) struct Rules {
    pub(crate) continuous: ContinuousPrice,
    pub(crate) uniform: bool,
    pub(crate) tie: TieBreak,
    pub(crate) reference: Option<String>,
    pub(crate) tick: String,
    pub(crate) self_trade: SelfTrade,
}

/// One line of input.
#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
enum Message {
    Limit {
        id: u64,
        trader: u64,
        side: SideWord,
        qty: u64,
        price: Value,
        #[serde(default)]
        tif: TifWord,
        #[serde(default)]
        post_only: bool,
    },
    Market {
        id: u64,
        trader: u64,
        side: SideWord,
        qty: u64,
    },
    Cancel {
        id: u64,
    },
    Replace {
        id: u64,
        qty: u64,
        price: Value,
    },
    Collect {},
    Uncross {},
    Snapshot {},
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SideWord {
    Buy,
    Sell,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TifWord {
    #[default]
    Day,
    Ioc,
    Fok,
}

/// One line of output.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Said {
    Trade { price: String, qty: u32, maker: u64, taker: u64, buyer: u64, seller: u64 },
    Rested { id: u64, qty: u32 },
    Filled { id: u64 },
    Cancelled { id: u64, qty: u64, reason: String },
    Rejected { id: u64, reason: String },
    Auction { price: Option<String>, qty: u64 },
    Book { bids: Vec<(String, u64)>, asks: Vec<(String, u64)> },
}

/// Prices as decimal text, exact to half a tick.
struct Prices {
    grid: Grid,
    /// Decimal places of a unit: one more than the tick has, so that half a tick is whole.
    places: usize,
}

impl Prices {
    fn new(tick: &str) -> Result<Self, String> {
        let tick = decimal_text(tick).ok_or_else(|| "expected a decimal number".to_owned())?;
        let places = tick.split_once('.').map_or(0, |it| it.1.len()) + 1;
        let units = units(&tick, places).map_err(str::to_owned)?;
        let grid = Grid::new(units).map_err(|it| it.to_string())?;
        Ok(Self { grid, places })
    }

    /// The tick of a price, or why it is none; `None` if it is no decimal number at all.
    fn read(&self, price: &Value) -> Option<Result<Tick, String>> {
        let text = match price {
            Value::String(text) => decimal_text(text)?,
            Value::Number(number) => decimal_text(&plain(number)?)?,
            _ => return None,
        };
        let units = match units(&text, self.places) {
            Ok(units) => units,
            Err(why) => return Some(Err(why.to_owned())),
        };
        Some(self.grid.tick(units).map_err(|it| it.to_string()))
    }

    fn show(&self, price: HalfTick) -> String {
        let units = self.grid.trade_units(price);
        let scale = 10_i64.pow(u32::try_from(self.places).expect("few places"));
        let text = format!("{}.{:0width$}", units / scale, units % scale, width = self.places);
        // The last place is only needed between two ticks.
        let shown = text.strip_suffix('0').unwrap_or(&text);
        shown.strip_suffix('.').unwrap_or(shown).to_owned()
    }
}

/// A number without an exponent, if it can be written so.
fn plain(number: &Number) -> Option<String> {
    match number.as_i64() {
        Some(whole) => Some(whole.to_string()),
        None => number.as_f64().filter(|it| it.is_finite()).map(|it| it.to_string()),
    }
}

/// The text of a decimal number, without zeros that say nothing.
fn decimal_text(text: &str) -> Option<String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(part) {
        return None;
    }
    let sign = &text[..text.len() - digits.len()];
    match part.trim_end_matches('0') {
        "" => Some(format!("{sign}{whole}")),
        part => Some(format!("{sign}{whole}.{part}")),
    }
}

fn units(text: &str, places: usize) -> Result<i64, &'static str> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > places {
        return Err("the price is not a multiple of the tick");
    }
    format!("{whole}{part:0<places$}").parse().map_err(|_| "the price is too large")
}

/// Plays all messages of `input` and writes what happened to `output`.
pub(crate) fn play(
    rules: &Rules,
    mut input: BufReader<impl Read>,
    mut output: impl Write,
) -> Result<(), Failure> {
    let prices = Prices::new(&rules.tick).map_err(|why| misuse(format!("--tick: {why}")))?;
    let reference = match &rules.reference {
        None => None,
        Some(text) => match prices.read(&Value::String(text.clone())) {
            Some(Ok(tick)) => Some(tick),
            Some(Err(why)) => return Err(misuse(format!("--reference: {why}"))),
            None => return Err(misuse("--reference: expected a decimal number")),
        },
    };
    let options = BookOptions {
        self_trade: rules.self_trade,
        continuous: rules.continuous,
        ..BookOptions::default()
    };
    let mut pipe = Pipe {
        book: Book::new(options),
        prices,
        traders: Vec::new(),
        numbers: HashMap::new(),
        heard: Vec::new(),
        auction: if rules.uniform {
            AuctionRule::Uniform { reference, tie: rules.tie }
        } else {
            AuctionRule::Midpoint
        },
    };
    let (mut said, mut line) = (Vec::new(), Vec::new());
    for number in 1_u64.. {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let message = serde_json::from_slice(&line)
            .map_err(|error| error.to_string().replace(" at line 1 column", ", at column"))
            .and_then(|message| pipe.act(message, &mut said));
        for it in said.drain(..) {
            serde_json::to_writer(&mut output, &it).map_err(std::io::Error::from)?;
            output.write_all(b"\n")?;
        }
        // Whoever waits for an answer before sending more gets it now.
        if message.is_err() || input.buffer().is_empty() {
            output.flush()?;
        }
        message.map_err(|why| misuse(format!("line {number}: {why}")))?;
    }
    output.flush()?;
    Ok(())
}

struct Pipe {
    book: Book,
    prices: Prices,
    /// The senders' names of traders, by the number that the book knows them by.
    traders: Vec<u64>,
    numbers: HashMap<u64, u32>,
    heard: Vec<Event>,
    auction: AuctionRule,
}

impl Pipe {
    /// Does what a message says; an error is a message that makes no sense.
    fn act(&mut self, message: Message, said: &mut Vec<Said>) -> Result<(), String> {
        let (id, done) = match message {
            Message::Collect {} => {
                self.book.collect();
                return Ok(());
            }
            Message::Uncross {} => {
                self.uncross(said);
                return Ok(());
            }
            Message::Snapshot {} => {
                let levels = |side| {
                    let levels = self.book.levels(side);
                    levels.map(|it| (self.prices.show(it.price.into()), it.qty)).collect()
                };
                said.push(Said::Book { bids: levels(Side::Buy), asks: levels(Side::Sell) });
                return Ok(());
            }
            Message::Limit { id, trader, side, qty, price, tif, post_only } => {
                (id, self.limit(id, trader, side, qty, &price, tif, post_only)?)
            }
            Message::Market { id, trader, side, qty } => (id, self.market(id, trader, side, qty)),
            Message::Cancel { id } => (id, self.cancel(id)),
            Message::Replace { id, qty, price } => (id, self.replace(id, qty, &price)?),
        };
        if let Err(reason) = done {
            said.push(Said::Rejected { id, reason });
        }
        self.repeat(said);
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one message")]
    fn limit(
        &mut self,
        id: u64,
        trader: u64,
        side: SideWord,
        qty: u64,
        price: &Value,
        tif: TifWord,
        post_only: bool,
    ) -> Result<Result<(), String>, String> {
        let price = self.price(price)?;
        let trader = self.trader(trader);
        let order = || -> Result<LimitOrder, String> {
            Ok(LimitOrder {
                id: named(id)?,
                trader,
                side: side.into(),
                qty: quantity(qty)?,
                price: price?,
                tif: tif.into(),
                post_only,
            })
        };
        Ok(order().and_then(|it| {
            self.book.limit(it, &mut self.heard).map(drop).map_err(|it: Refusal| it.to_string())
        }))
    }

    fn market(&mut self, id: u64, trader: u64, side: SideWord, qty: u64) -> Result<(), String> {
        let trader = self.trader(trader);
        let order = MarketOrder { id: named(id)?, trader, side: side.into(), qty: quantity(qty)? };
        self.book.market(order, &mut self.heard).map(drop).map_err(|it| it.to_string())
    }

    fn cancel(&mut self, id: u64) -> Result<(), String> {
        self.book.cancel(named(id)?, &mut self.heard).map(drop).map_err(|it| it.to_string())
    }

    fn replace(&mut self, id: u64, qty: u64, price: &Value) -> Result<Result<(), String>, String> {
        let price = self.price(price)?;
        let change = || Ok::<_, String>((named(id)?, quantity(qty)?, price?));
        Ok(change().and_then(|(id, qty, price)| {
            let done = self.book.replace(id, qty, price, &mut self.heard);
            done.map(drop).map_err(|it| it.to_string())
        }))
    }

    fn uncross(&mut self, said: &mut Vec<Said>) {
        let auction = self.book.uncross(self.auction, &mut self.heard);
        if matches!(self.auction, AuctionRule::Uniform { .. }) {
            let price = auction.price.map(|it| self.prices.show(it));
            said.push(Said::Auction { price, qty: auction.volume });
        }
        self.repeat(said);
    }

    fn price(&self, price: &Value) -> Result<Result<Tick, String>, String> {
        self.prices.read(price).ok_or_else(|| {
            format!("invalid price {price}: expected a decimal number such as \"10.05\"")
        })
    }

    fn trader(&mut self, name: u64) -> TraderId {
        let traders = &mut self.traders;
        let number = *self.numbers.entry(name).or_insert_with(|| {
            traders.push(name);
            u32::try_from(traders.len() - 1).expect("fewer than 2^32 traders fit in memory")
        });
        TraderId(number)
    }

    /// Says again what the book said, in the words of the pipe.
    fn repeat(&mut self, said: &mut Vec<Said>) {
        let name = |it: TraderId| self.traders[it.0 as usize];
        for event in self.heard.drain(..) {
            said.push(match event {
                Event::Trade(it) => Said::Trade {
                    price: self.prices.show(it.price),
                    qty: it.qty.get(),
                    maker: it.maker.get(),
                    taker: it.taker.get(),
                    buyer: name(it.buyer),
                    seller: name(it.seller),
                },
                Event::Rested { id, qty } => Said::Rested { id: id.get(), qty: qty.get() },
                Event::Filled { id } => Said::Filled { id: id.get() },
                Event::Cancelled { id, qty, reason } => {
                    let reason: CancelReason = reason;
                    let reason = reason.to_string();
                    Said::Cancelled { id: id.get(), qty: qty.get().into(), reason }
                }
            });
        }
    }
}

fn named(id: u64) -> Result<OrderId, String> {
    OrderId::new(id).ok_or_else(|| "the order id is zero".to_owned())
}

fn quantity(qty: u64) -> Result<Qty, String> {
    let qty = u32::try_from(qty).map_err(|_| format!("the quantity is above {}", u32::MAX))?;
    Qty::new(qty).ok_or_else(|| "the quantity is zero".to_owned())
}

impl From<SideWord> for Side {
    fn from(word: SideWord) -> Self {
        match word {
            SideWord::Buy => Self::Buy,
            SideWord::Sell => Self::Sell,
        }
    }
}

impl From<TifWord> for TimeInForce {
    fn from(word: TifWord) -> Self {
        match word {
            TifWord::Day => Self::Day,
            TifWord::Ioc => Self::Ioc,
            TifWord::Fok => Self::Fok,
        }
    }
}
