//! The choices that a scenario makes about its market, each with the ASFM paper's as default.

use asfm_book::{ContinuousPrice, SelfTrade, TieBreak};
use serde::Deserialize;

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// The word that a scenario file uses.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

choice! {
    /// What happens in one stage of a day.
    StageKind {
        /// Traders talk instead of trade.
        Talk = "talk",
        /// Orders are collected and cleared together.
        Auction = "auction",
        /// Each order is matched on arrival.
        Continuous = "continuous",
    }
}

choice! {
    /// How a call auction is cleared.
    AuctionKind {
        /// Best bid with best ask, pair by pair, each at the mean of the two limits (ASFM, 3.2).
        Midpoint = "midpoint",
        /// One price of maximum volume.
        Uniform = "uniform",
    }
}

choice! {
    /// Which of the prices of maximum volume a `uniform` auction takes.
    TieBreakKind {
        /// Least imbalance, then nearest the previous close, then the lower.
        Reference = "reference",
        /// Least imbalance, then the middle of what is left (Shanghai).
        Middle = "middle",
        /// Least imbalance, then market pressure, then nearest the previous close (Australia).
        Pressure = "pressure",
        /// The lowest, whatever the imbalance (the published TwinMarket code).
        Lowest = "lowest",
        /// The highest, whatever the imbalance.
        Highest = "highest",
    }
}

choice! {
    /// The price of a trade in the continuous stage.
    ContinuousKind {
        /// The mean of the two limits.
        Midpoint = "midpoint",
        /// The limit of the resting order.
        Maker = "maker",
    }
}

choice! {
    /// What a new order does to the trader's own unmatched ones of the same stock and side that
    /// were sent in earlier stages.
    Resubmission {
        /// It takes their place.
        Replace = "replace",
        /// It is added.
        Add = "add",
    }
}

choice! {
    /// What the limit on operations counts.
    OperationsPer {
        /// Buys and sells of a stock together.
        Stock = "stock",
        /// Buys and sells apart.
        Side = "side",
    }
}

choice! {
    /// How long an order lives.
    OrderLife {
        /// Until the close.
        Day = "day",
        /// Until it is filled or withdrawn, or leaves the day's price band.
        GoodTillCancelled = "gtc",
    }
}

choice! {
    /// Time priority among the decisions of one stage.
    Priority {
        /// A random order per day, stage and stock.
        Random = "random",
        /// The order of the traders' numbers.
        Trader = "trader",
    }
}

choice! {
    /// What happens when a trader's order meets one of its own.
    SelfTradeKind {
        /// The newer order is cancelled.
        CancelNewest = "cancel-newest",
        /// The older order is cancelled.
        CancelOldest = "cancel-oldest",
        /// They trade.
        Allow = "allow",
    }
}

choice! {
    /// What the close of a day is.
    CloseKind {
        /// The volume-weighted mean of the day's trade prices.
        Vwap = "vwap",
        /// The plain mean of the day's trade prices.
        Mean = "mean",
        /// The last trade's price.
        Last = "last",
    }
}

choice! {
    /// What the close of a day without trades is.
    NoTradeClose {
        /// The previous close.
        Previous = "previous",
        /// The middle of the best quotes, where both exist.
        QuoteMidpoint = "quote-midpoint",
    }
}

choice! {
    /// When bought shares may be sold.
    Settlement {
        /// At once.
        SameDay = "T+0",
        /// From the next day on.
        NextDay = "T+1",
    }
}

choice! {
    /// How the part of the capital that is given as shares is spread over the stocks.
    Allocation {
        /// The same value of each.
        EqualValue = "equal-value",
        /// In proportion to shares outstanding times price.
        MarketCap = "market-cap",
        /// The same value of each of a few, drawn for each trader.
        RandomSubset = "random-subset",
        /// Cash only.
        CashOnly = "cash-only",
    }
}

choice! {
    /// Who is shown a piece of news.
    Audience {
        /// Every trader.
        All = "all",
        /// Only those with whom most others are connected; the exchange does not know who that is.
        Leaders = "leaders",
    }
}

macro_rules! default_choice {
    ($($name:ident = $variant:ident),+ $(,)?) => {
        $(impl Default for $name {
            fn default() -> Self {
                Self::$variant
            }
        })+
    };
}

default_choice! {
    AuctionKind = Midpoint,
    TieBreakKind = Reference,
    ContinuousKind = Midpoint,
    Resubmission = Replace,
    OperationsPer = Stock,
    OrderLife = Day,
    Priority = Random,
    SelfTradeKind = CancelNewest,
    CloseKind = Vwap,
    NoTradeClose = Previous,
    Settlement = SameDay,
    Audience = All,
}

impl From<SelfTradeKind> for SelfTrade {
    fn from(kind: SelfTradeKind) -> Self {
        match kind {
            SelfTradeKind::CancelNewest => Self::CancelNewest,
            SelfTradeKind::CancelOldest => Self::CancelOldest,
            SelfTradeKind::Allow => Self::Allow,
        }
    }
}

impl From<ContinuousKind> for ContinuousPrice {
    fn from(kind: ContinuousKind) -> Self {
        match kind {
            ContinuousKind::Midpoint => Self::Midpoint,
            ContinuousKind::Maker => Self::Maker,
        }
    }
}

impl From<TieBreakKind> for TieBreak {
    fn from(kind: TieBreakKind) -> Self {
        match kind {
            TieBreakKind::Reference => Self::Reference,
            TieBreakKind::Middle => Self::Middle,
            TieBreakKind::Pressure => Self::Pressure,
            TieBreakKind::Lowest => Self::Lowest,
            TieBreakKind::Highest => Self::Highest,
        }
    }
}
