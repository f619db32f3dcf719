//! The tables of a run file, and the rows that go into them.

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

/// The SQL that makes a run file.
pub(crate) const SCHEMA: &str = concat!(include_str!("tables.sql"), include_str!("views.sql"));
/// The version of [`SCHEMA`], kept in `user_version`.
pub(crate) const VERSION: i32 = 2;
/// Marks an `SQLite` file as a run, kept in `application_id`: "ASFM".
pub(crate) const APPLICATION: i32 = 0x4153_464D;

macro_rules! tables {
    ($($variant:ident = $name:literal, $keys:literal, [$($column:literal),+], [$($field:literal),*];)+) => {
        /// A table; the rows of all but `run`, `calls` and `texts` can be rebuilt.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Table { $($variant),+ }

        impl Table {
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Its columns without generated ones; the key comes first.
            pub(crate) fn columns(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($column),+]),+ }
            }

            /// How many columns the key has; all are integers.
            pub(crate) fn keys(self) -> usize {
                match self { $(Self::$variant => $keys),+ }
            }

            /// What the numbers in a row of `body` are, where the table has one.
            pub(crate) fn fields(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($field),*]),+ }
            }
        }
    };
}

tables! {
    Run = "run", 1, [
        "id", "version", "scenario", "title", "seed", "brain", "family", "model", "form",
        "context", "parent", "branch_day", "agents", "stocks", "days", "rounds", "status", "digest", "started_at",
        "wall_seconds", "seal"
    ], [];
    Calls = "calls", 5, [
        "day", "stage", "trader", "step", "attempt", "key", "messages", "form", "temperature_e3",
        "seed", "answer_limit", "answer", "tools", "finish_reason", "served_model",
        "prompt_tokens", "cached_tokens", "answer_tokens", "latency_ms", "rung", "failure", "why",
        "repairs", "reason", "checksum"
    ], [];
    Texts = "texts", 1, ["id", "checksum", "text"], [];
    Sources = "sources", 1, ["seq", "name", "text"], [];
    Companies = "companies", 1, [
        "company", "code", "name", "sector", "business", "shares_outstanding",
        "price_earnings_e6", "price_book_e6", "dividend_yield_e6"
    ], [];
    InitialCloses = "initial_closes", 2, ["company", "day", "close_e4"], [];
    Kinds = "kinds", 1, ["seq", "kind", "profile", "capital_e4", "first_trader", "traders"], [];
    Traders = "traders", 1, ["trader", "kind", "profile", "capital_e4"], [];
    TraitNames = "trait_names", 1, ["seq", "name"], [];
    TraitValues = "trait_values", 1, ["id", "value"], [];
    Traits = "trait_parts", 1, ["part", "first", "rows", "body"], ["value"];
    News = "news", 1, [
        "seq", "day", "until", "text", "topic", "size_e6", "sectors", "audience"
    ], [];
    Reasons = "reasons", 1, ["reason", "code", "pattern", "money"], [];
    Rounds = "rounds", 2, [
        "day", "stage", "kind", "first_id", "requests", "rejections", "unreadable", "statements",
        "first_post", "exposures", "auctions", "trades", "volume", "ends", "transfers", "closes",
        "collected_e4", "digest"
    ], [];
    Requests = "request_parts", 3, [
        "day", "stage", "part", "first", "rows", "checksum", "body"
    ], ["trader", "what", "company", "qty", "price_e4", "reason", "a", "b"];
    Unreadable = "unreadable", 3, ["day", "stage", "seq", "checksum", "text"], [];
    Statements = "statements", 3, [
        "day", "stage", "seq", "trader", "speech", "post", "about", "trend", "valuation",
        "economy", "sentiment", "confidence", "checksum", "text"
    ], [];
    Exposures = "exposure_parts", 3, [
        "day", "stage", "part", "first", "rows", "checksum", "body"
    ], ["trader", "post"];
    Auctions = "auction_rows", 3, ["day", "stage", "company", "price_e4", "volume"], [];
    Trades = "trade_parts", 3, ["day", "stage", "part", "first", "rows", "body"], [
        "company", "price_e4", "qty", "maker", "taker", "buyer", "seller", "buyer_fee_e4",
        "seller_fee_e4"
    ];
    Ends = "end_parts", 3, ["day", "stage", "part", "first", "rows", "body"], [
        "order", "trader", "company", "side", "qty", "why"
    ];
    Closes = "close_rows", 2, [
        "day", "company", "open_e4", "high_e4", "low_e4", "close_e4", "value_e4", "volume",
        "trades", "flow_e4"
    ], [];
    Transfers = "transfer_parts", 3, ["day", "stage", "part", "first", "rows", "body"], [
        "trader", "company", "amount_e4"
    ];
    Accounts = "account_parts", 3, ["day", "stage", "part", "first", "rows", "body"], [
        "cash_e4", "shares_value_e4", "shares"
    ];
}

impl Table {
    /// What the number of a row in `body` counts, where the table has one.
    pub(crate) fn counted(self) -> &'static str {
        match self {
            Self::Requests => "id",
            Self::Accounts | Self::Traits => "trader",
            _ => "seq",
        }
    }

    /// The statement that adds a row.
    pub(crate) fn insert(self) -> String {
        let (names, marks) = (self.columns().join(", "), marks(self.columns().len()));
        format!("INSERT INTO {} ({names}) VALUES ({marks})", self.name())
    }

    /// The statement that finds the next row after a key.
    pub(crate) fn next(self) -> String {
        let (columns, keys) = (self.columns().join(", "), self.columns()[..self.keys()].join(", "));
        let (name, marks) = (self.name(), marks(self.keys()));
        format!("SELECT {columns} FROM {name} WHERE ({keys}) > ({marks}) ORDER BY {keys} LIMIT 1")
    }

    /// The statement that finds the rows whose key starts with so many numbers.
    pub(crate) fn of(self, keys: usize) -> String {
        let (columns, all) = (self.columns(), &self.columns()[..self.keys()]);
        let terms: Vec<String> = all[..keys].iter().map(|it| format!("{it} = ?")).collect();
        let filter = if keys == 0 { "1".to_owned() } else { terms.join(" AND ") };
        format!(
            "SELECT {} FROM {} WHERE {filter} ORDER BY {}",
            columns.join(", "),
            self.name(),
            all.join(", ")
        )
    }
}

fn marks(n: usize) -> String {
    vec!["?"; n].join(", ")
}

/// One value of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell<'t> {
    Null,
    Int(i64),
    Text(&'t str),
}

impl<'t> Cell<'t> {
    pub(crate) fn maybe(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Int)
    }

    pub(crate) fn words(text: Option<&'t str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    /// The value as `SQLite` keeps it.
    pub(crate) fn value(self) -> ValueRef<'t> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(self.value()))
    }
}

const SHOWN: usize = 60;

/// A stored value for a message, cut where it is long.
pub(crate) fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "nothing".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => {
            let text = String::from_utf8_lossy(&text[..text.len().min(4 * SHOWN)]);
            let cut: String = text.chars().take(SHOWN).collect();
            let more = if cut.len() < text.len() { "…" } else { "" };
            format!("{cut:?}{more}")
        }
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

/// Takes rows: to write them, or to compare them with what was written.
pub(crate) trait Sink {
    /// Why a row is not taken.
    type Error;

    fn row(&mut self, table: Table, cells: &[Cell<'_>]) -> Result<(), Self::Error>;
}
