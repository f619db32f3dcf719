//! What happened: the events of one round, by kind, each kind in the order of happening.

use std::fmt;

use asfm_book::Side;

use crate::decision::{Decisions, Intent};
use crate::scenario::StageKind;
use crate::speech::{Exposure, PostId, Statement};
use crate::units::{Cash, Day, Price, RequestId, StockId, TraderId};

/// Everything that happened in one stage of one day.
///
/// `requests`, `statements` and `exposures` come from outside; all else follows from them, the scenario and
/// the seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundLog {
    /// The day.
    pub day: Day,
    /// The stage's place in the day, from 0.
    pub stage: u8,
    /// What kind of stage it was.
    pub kind: StageKind,
    /// Everything that was asked for, with the verdict on it.
    pub requests: Vec<Request>,
    /// The words of unreadable requests.
    pub texts: Vec<String>,
    /// What was said.
    pub statements: Vec<Statement>,
    /// The number of the first post among the statements, or of the next one to come.
    pub first_post: PostId,
    /// Who was shown which post before deciding.
    pub exposures: Vec<Exposure>,
    /// What call auctions came to, one row per stock with orders.
    pub auctions: Vec<Auction>,
    /// The trades, stock by stock.
    pub trades: Vec<Trade>,
    /// The orders that left the book with shares unfilled.
    pub ends: Vec<End>,
    /// The close, if the day's trading ended with this stage.
    pub close: Option<DayClose>,
    /// The state of all books and accounts after it, chained to the round before.
    pub digest: Digest,
}

impl RoundLog {
    /// What was decided: settling the round again with it says the same again.
    pub fn decisions(&self) -> Decisions {
        Decisions {
            intents: self.requests.iter().map(|it| (it.trader, it.intent)).collect(),
            texts: self.texts.clone(),
            statements: self.statements.clone(),
            exposures: self.exposures.clone(),
        }
    }
}

impl RoundLog {
    /// The posts and reposts of the round, with their numbers.
    pub fn posts(&self) -> impl Iterator<Item = (PostId, &Statement)> {
        let posts = self.statements.iter().filter(|it| it.speech.is_post());
        (self.first_post.0..).map(PostId).zip(posts)
    }
}

/// A request and the verdict on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Its number in the run.
    pub id: RequestId,
    /// Who asked.
    pub trader: TraderId,
    /// What was asked for.
    pub intent: Intent,
    /// What the exchange made of it.
    pub verdict: Verdict,
}

/// What the exchange made of a request: all of it, or nothing and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was done as it was asked.
    Accepted,
    /// It was not done.
    Rejected(Reject),
}

/// Why a request was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    /// Nothing trades in a stage of talk.
    #[error("nothing trades in this stage")]
    NoTrading,
    /// No listed stock has this code.
    #[error("no stock has this code")]
    UnknownStock,
    /// A quantity or price is not a number that an order can have.
    #[error("the quantity or price is not a number")]
    BadNumber,
    /// The quantity is not positive, or beyond what a book can hold.
    #[error("the quantity must be between 1 and 4294967295 shares")]
    BadQuantity,
    /// The quantity is not a multiple of the lot.
    #[error("the quantity must be a multiple of {lot} shares")]
    NotALot {
        /// The lot, in shares.
        lot: u32,
    },
    /// The limit is not positive, or beyond what a book can hold.
    #[error("the price must be positive and at most {max}")]
    BadPrice {
        /// The highest price that a book can hold.
        max: Price,
    },
    /// The limit is not a multiple of the tick.
    #[error("the price must be a multiple of {tick}")]
    OffTick {
        /// The tick.
        tick: Price,
    },
    /// The limit is below the day's price band.
    #[error("the price must be at least {lowest} today")]
    BelowBand {
        /// The lowest price of the day.
        lowest: Price,
    },
    /// The limit is above the day's price band.
    #[error("the price must be at most {highest} today")]
    AboveBand {
        /// The highest price of the day.
        highest: Price,
    },
    /// The trader has sent as many orders as it may, for this stock and day.
    #[error("at most {most} orders per stock and day are allowed")]
    TooManyOperations {
        /// How many are allowed.
        most: u8,
    },
    /// The order costs more than the free cash.
    #[error("{needed} of cash is needed and {free} is free")]
    NotEnoughCash {
        /// What the order would cost at its limit, with fees.
        needed: Cash,
        /// What is neither spent nor reserved.
        free: Cash,
    },
    /// More shares are offered than are free.
    #[error("{needed} shares are needed and {free} are free")]
    NotEnoughShares {
        /// What is offered.
        needed: u64,
        /// What is held, not reserved, and settled.
        free: u64,
    },
}

impl Reject {
    /// A short code, for tables.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoTrading => "no-trading",
            Self::UnknownStock => "unknown-stock",
            Self::BadNumber => "bad-number",
            Self::BadQuantity => "bad-quantity",
            Self::NotALot { .. } => "not-a-lot",
            Self::BadPrice { .. } => "bad-price",
            Self::OffTick { .. } => "off-tick",
            Self::BelowBand { .. } => "below-band",
            Self::AboveBand { .. } => "above-band",
            Self::TooManyOperations { .. } => "too-many-operations",
            Self::NotEnoughCash { .. } => "not-enough-cash",
            Self::NotEnoughShares { .. } => "not-enough-shares",
        }
    }
}

/// Two orders met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trade {
    /// The stock.
    pub stock: StockId,
    /// The price per share.
    pub price: Price,
    /// How many shares.
    pub qty: u32,
    /// The order that came first.
    pub maker: RequestId,
    /// The order that came second.
    pub taker: RequestId,
    /// Who paid.
    pub buyer: TraderId,
    /// Who delivered.
    pub seller: TraderId,
    /// What the buyer paid to the exchange.
    pub buyer_fee: Cash,
    /// What the seller paid to the exchange, stamp tax included.
    pub seller_fee: Cash,
}

impl Trade {
    /// What changed hands, without fees.
    pub fn value(&self) -> Cash {
        Cash(self.price.0 * i64::from(self.qty))
    }
}

/// An order left the book with shares unfilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// The order.
    pub order: RequestId,
    /// Whose it was.
    pub trader: TraderId,
    /// The stock.
    pub stock: StockId,
    /// Its side.
    pub side: Side,
    /// How many shares were left.
    pub qty: u32,
    /// Why it left.
    pub reason: EndReason,
}

/// Why an order left the book unfilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The day ended.
    Expired,
    /// The trader sent a new order of the same stock and side.
    Replaced,
    /// The trader withdrew it.
    Withdrawn,
    /// It met an order of the same trader.
    SelfTrade,
    /// The new day's price band does not contain its limit.
    OutsideBand,
}

impl EndReason {
    /// A short code, for tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Replaced => "replaced",
            Self::Withdrawn => "withdrawn",
            Self::SelfTrade => "self-trade",
            Self::OutsideBand => "outside-band",
        }
    }
}

/// What a call auction came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Auction {
    /// The stock.
    pub stock: StockId,
    /// The one price, or under the midpoint rule the volume-weighted mean rounded half-even to a
    /// unit of money; absent if nothing crossed.
    pub price: Option<Price>,
    /// How many shares were traded.
    pub volume: u64,
}

/// The end of a trading day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayClose {
    /// One row per stock.
    pub closes: Vec<Close>,
    /// Dividends and interest that were paid.
    pub transfers: Vec<Transfer>,
    /// Every trader's cash, in the order of their numbers.
    pub cash: Vec<Cash>,
    /// Every trader's shares: for each trader, one number per stock.
    pub shares: Vec<u64>,
    /// What the exchange has collected in fees and taxes since the run began.
    pub collected: Cash,
}

/// One stock's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Close {
    /// The stock.
    pub stock: StockId,
    /// The first price: of the auction, else of the first trade.
    pub open: Option<Price>,
    /// The highest price of a trade.
    pub high: Option<Price>,
    /// The lowest price of a trade.
    pub low: Option<Price>,
    /// The close, rounded half-even to the tick.
    pub close: Price,
    /// The value of all trades; over `volume`, the exact volume-weighted mean price.
    pub value: Cash,
    /// The shares traded, each counted once.
    pub volume: u64,
    /// How many trades there were; 0 means that the close is carried over.
    pub trades: u32,
    /// Net purchases of traders with large trades, where the scenario asks for them.
    pub flow: Option<Cash>,
}

/// Cash that the scenario pays to a trader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// Who is paid.
    pub trader: TraderId,
    /// The stock whose dividend it is; absent for interest.
    pub stock: Option<StockId>,
    /// How much.
    pub amount: Cash,
}

/// A fingerprint of a run's state: BLAKE3 over all books and accounts, chained round by round.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}
