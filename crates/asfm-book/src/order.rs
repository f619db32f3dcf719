use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};

use crate::Tick;

/// A quantity of shares; never zero.
///
/// ```
/// use asfm_book::Qty;
///
/// assert_eq!(Qty::new(100).map(Qty::get), Some(100));
/// assert_eq!(Qty::new(0), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Qty(NonZeroU32);

/// The name of an order, chosen by its sender; never zero.
///
/// Any other `u64` will do. Small or consecutive ids are looked up in a table, others in a map
/// (see [`Book`](crate::Book) for what that costs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(NonZeroU64);

/// Who sent an order. The book compares traders to prevent self-trades, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraderId(pub u32);

/// What an order wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// To buy; it rests among the bids.
    Buy,
    /// To sell; it rests among the asks.
    Sell,
}

/// What becomes of the part of a limit order that does not trade at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TimeInForce {
    /// It rests until it is filled, cancelled, or the sender's day ends.
    #[default]
    Day,
    /// Immediate or cancel: it is cancelled.
    Ioc,
    /// Fill or kill: the order trades in full at once, or is cancelled whole.
    Fok,
}

/// An order to trade at `price` or better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LimitOrder {
    /// Its name; refused if it is taken ([`IdRule`](crate::IdRule)).
    pub id: OrderId,
    /// Its sender.
    pub trader: TraderId,
    /// Whether it buys or sells.
    pub side: Side,
    /// How many shares.
    pub qty: Qty,
    /// The worst price it accepts.
    pub price: Tick,
    /// What becomes of the part that does not trade at once.
    pub tif: TimeInForce,
    /// Refuse the order if its price reaches the best opposite one, whoever stands there.
    ///
    /// The flag belongs to the command: it has no say when the order is replaced later, nor while
    /// orders are being collected, when nothing trades.
    pub post_only: bool,
}

/// An order to trade at any price against what rests now; the rest is cancelled.
///
/// It is a type of its own, not a limit order at an extreme price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MarketOrder {
    /// Its name; refused if it is taken ([`IdRule`](crate::IdRule)).
    pub id: OrderId,
    /// Its sender.
    pub trader: TraderId,
    /// Whether it buys or sells.
    pub side: Side,
    /// How many shares.
    pub qty: Qty,
}

/// A resting order, as the book shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    /// Its name.
    pub id: OrderId,
    /// Its sender.
    pub trader: TraderId,
    /// Whether it buys or sells.
    pub side: Side,
    /// How many shares are still open.
    pub qty: Qty,
    /// The worst price it accepts.
    pub price: Tick,
}

/// A quantity of zero shares was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the quantity is zero")]
pub struct ZeroQty;

/// Zero was given as the id of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the order id is zero")]
pub struct ZeroId;

impl Qty {
    /// A quantity of `shares`, or `None` if that is zero.
    pub const fn new(shares: u32) -> Option<Self> {
        match NonZeroU32::new(shares) {
            Some(shares) => Some(Self(shares)),
            None => None,
        }
    }

    /// The number of shares.
    pub const fn get(self) -> u32 {
        self.0.get()
    }

    /// What is left when `other` is taken away; `None` when nothing is.
    pub(crate) fn less(self, other: Self) -> Option<Self> {
        Self::new(self.get() - other.get())
    }
}

impl From<NonZeroU32> for Qty {
    fn from(shares: NonZeroU32) -> Self {
        Self(shares)
    }
}

impl TryFrom<u32> for Qty {
    type Error = ZeroQty;

    fn try_from(shares: u32) -> Result<Self, ZeroQty> {
        Self::new(shares).ok_or(ZeroQty)
    }
}

impl fmt::Display for Qty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl OrderId {
    /// The id `id`, or `None` if that is zero.
    pub const fn new(id: u64) -> Option<Self> {
        match NonZeroU64::new(id) {
            Some(id) => Some(Self(id)),
            None => None,
        }
    }

    /// The id as a number.
    pub const fn get(self) -> u64 {
        self.0.get()
    }
}

impl From<NonZeroU64> for OrderId {
    fn from(id: NonZeroU64) -> Self {
        Self(id)
    }
}

impl TryFrom<u64> for OrderId {
    type Error = ZeroId;

    fn try_from(id: u64) -> Result<Self, ZeroId> {
        Self::new(id).ok_or(ZeroId)
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Side {
    /// Both sides, buyers first.
    pub const BOTH: [Self; 2] = [Self::Buy, Self::Sell];

    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// Where a limit of this side stands in priority: the smaller key is the better price.
    ///
    /// Bids are mirrored, so that one code path serves both sides.
    pub(crate) fn key(self, tick: Tick) -> u32 {
        tick.0 ^ self.mirror()
    }

    /// The limit that has `key` on this side.
    pub(crate) fn tick(self, key: u32) -> Tick {
        Tick(key ^ self.mirror())
    }

    fn mirror(self) -> u32 {
        (self as u32).wrapping_sub(1)
    }
}
