-- One run of a market. Prices and cash are exact integers in 1/10 000 of the currency in columns
-- named *_e4; the column of the plain name is the same in currency, as a float. Traders are
-- numbered from 1, stocks (`company`) from 0 in the order of the scenario; `stock` is a stock code.
--
-- Bulk rows live in *_parts: `body` is a JSON array of arrays of integers, `first` the number of
-- its first row, `rows` how many there are. The views give them names; query the views.

-- The run: what it is, how it ended, and a seal over all that cannot be rebuilt.
CREATE TABLE run (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    version      TEXT NOT NULL,    -- of the program that made it
    scenario     TEXT NOT NULL,    -- the scenario's name
    title        TEXT NOT NULL,    -- what the scenario is about
    seed         INTEGER NOT NULL, -- from which every random number follows
    brain        TEXT NOT NULL,    -- how traders decided
    family       TEXT,             -- the protocol through which a language model was asked
    model        TEXT,             -- the language model, as it was asked for
    form         TEXT,             -- how its answers were constrained: tools, schema or text
    context      INTEGER,          -- the tokens that a question and its answer had to fit into
    parent       TEXT,             -- the digest of the last round that it shares with its parent
    branch_day   INTEGER,          -- the first day that it does not
    agents       INTEGER NOT NULL, -- how many traders there are
    stocks       INTEGER NOT NULL, -- how many stocks there are
    days         INTEGER NOT NULL, -- how many calendar days the scenario has
    rounds       INTEGER NOT NULL, -- how many rounds are recorded
    status       TEXT NOT NULL CHECK (status IN ('running', 'done', 'interrupted')),
    digest       TEXT,             -- of the last recorded round, in hexadecimal
    started_at   TEXT NOT NULL,    -- when it was started, as its maker told
    wall_seconds REAL,             -- how long it took, as its maker told
    seal         TEXT NOT NULL     -- BLAKE3 over this row, `sources`, `texts` and `calls`
) STRICT;

-- The texts that the scenario was read from: the scenario itself first, then what it includes.
CREATE TABLE sources (
    seq  INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

-- The listed companies. Ratios are in 1/1 000 000, at the last initial close.
CREATE TABLE companies (
    company            INTEGER PRIMARY KEY,
    code               TEXT NOT NULL UNIQUE,
    name               TEXT NOT NULL,
    sector             TEXT NOT NULL,
    business           TEXT NOT NULL,
    shares_outstanding INTEGER NOT NULL, -- fixed by the scenario, else the sum of initial holdings
    price_earnings_e6  INTEGER,
    price_book_e6      INTEGER,
    dividend_yield_e6  INTEGER
) STRICT;

-- The closes before day 1; the last one is that of day 0.
CREATE TABLE initial_closes (
    company  INTEGER NOT NULL REFERENCES companies (company),
    day      INTEGER NOT NULL,
    close_e4 INTEGER NOT NULL,
    close    REAL GENERATED ALWAYS AS (close_e4 / 10000.0) VIRTUAL,
    PRIMARY KEY (company, day)
) STRICT;

-- The kinds of trader, in the order of their numbers.
CREATE TABLE kinds (
    seq          INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL UNIQUE,
    profile      TEXT NOT NULL,    -- of the rule or prompt by which the kind decides
    capital_e4   INTEGER NOT NULL, -- what each starts with, in cash and shares; else the mean
    first_trader INTEGER NOT NULL,
    traders      INTEGER NOT NULL,
    capital      REAL GENERATED ALWAYS AS (capital_e4 / 10000.0) VIRTUAL
) STRICT;

-- Every trader, with what it starts with in cash and shares at the last initial closes.
CREATE TABLE traders (
    trader     INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,
    profile    TEXT NOT NULL,
    capital_e4 INTEGER NOT NULL,
    capital    REAL GENERATED ALWAYS AS (capital_e4 / 10000.0) VIRTUAL
) STRICT;

-- Traits of traders, where the scenario has a table of them: their names, from 0, then their values,
-- each once, then for every trader a row of the values' ids; `first` is a trader's number.
CREATE TABLE trait_names (
    seq  INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE trait_values (
    id    INTEGER PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE trait_parts (
    part  INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    rows  INTEGER NOT NULL,
    body  TEXT NOT NULL
) STRICT;

-- What was reported, and from which day until which it was shown.
CREATE TABLE news (
    seq      INTEGER PRIMARY KEY,
    day      INTEGER NOT NULL,
    until    INTEGER NOT NULL,
    text     TEXT NOT NULL,
    topic    TEXT,
    size_e6  INTEGER,            -- in 1/1 000 000 of the topic's unit
    sectors  TEXT NOT NULL,      -- that it is about, as a JSON array; everything if it is empty
    audience TEXT NOT NULL       -- who is shown it: all or leaders
) STRICT;

-- Why requests are rejected: {a} and {b} stand for the two numbers of a rejection.
CREATE TABLE reasons (
    reason  INTEGER PRIMARY KEY,
    code    TEXT NOT NULL UNIQUE,
    pattern TEXT NOT NULL,
    money   INTEGER NOT NULL     -- 1 if the numbers are amounts in 1/10 000
) STRICT;

-- One row per settled round, written with everything that happened in it.
CREATE TABLE rounds (
    day          INTEGER NOT NULL,
    stage        INTEGER NOT NULL, -- the stage's place in the day, from 0
    kind         TEXT NOT NULL CHECK (kind IN ('talk', 'auction', 'continuous')),
    first_id     INTEGER NOT NULL, -- the number of its first request, if it has any
    requests     INTEGER NOT NULL,
    rejections   INTEGER NOT NULL,
    unreadable   INTEGER NOT NULL, -- requests of which the words are kept
    statements   INTEGER NOT NULL,
    first_post   INTEGER NOT NULL, -- the number of its first post, or of the next one to come
    exposures    INTEGER NOT NULL, -- posts shown to traders before they decided
    auctions     INTEGER NOT NULL,
    trades       INTEGER NOT NULL,
    volume       INTEGER NOT NULL, -- shares traded, each counted once
    ends         INTEGER NOT NULL,
    transfers    INTEGER NOT NULL,
    closes       INTEGER NOT NULL, -- 1 if the day's trading ended with it
    collected_e4 INTEGER,          -- with the close: fees and taxes since the run began
    digest       TEXT NOT NULL,    -- of all books and accounts, chained to the round before
    PRIMARY KEY (day, stage)
) STRICT;

-- Everything that was asked for: [trader, what, company, qty, price_e4], and if it was rejected
-- [..., reason, a, b]. `what`: 0 buy, 1 sell, 2 cancel, 3 a request for an unknown stock, 4 one
-- with a number that cannot be read; for 3 and 4 `qty` is the place of its words in `unreadable`.
CREATE TABLE request_parts (
    day      INTEGER NOT NULL,
    stage    INTEGER NOT NULL,
    part     INTEGER NOT NULL,
    first    INTEGER NOT NULL,
    rows     INTEGER NOT NULL,
    checksum INTEGER NOT NULL,   -- of `body`, because it cannot be rebuilt
    body     TEXT NOT NULL,
    PRIMARY KEY (day, stage, part),
    FOREIGN KEY (day, stage) REFERENCES rounds (day, stage) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- The words of requests that could not be read.
CREATE TABLE unreadable (
    day      INTEGER NOT NULL,
    stage    INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    text     TEXT NOT NULL,
    PRIMARY KEY (day, stage, seq),
    FOREIGN KEY (day, stage) REFERENCES rounds (day, stage) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- What traders said. A trader who tells what it believes tells all five, each from 0 to 100.
CREATE TABLE statements (
    day        INTEGER NOT NULL,
    stage      INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    trader     INTEGER NOT NULL,
    speech     TEXT NOT NULL CHECK (speech IN ('post', 'repost', 'like', 'unlike', 'thought')),
    post       INTEGER,          -- its number in the run, if it is a post or a repost
    about      INTEGER,          -- the post that is passed on, liked or not liked
    trend      INTEGER,          -- 100: prices go up
    valuation  INTEGER,          -- 100: the market is cheap
    economy    INTEGER,          -- 100: the economy does well
    sentiment  INTEGER,          -- 100: others are euphoric
    confidence INTEGER,          -- 100: it thinks well of its own skill
    checksum   INTEGER NOT NULL, -- of all columns, because they cannot be rebuilt
    text       TEXT NOT NULL,
    PRIMARY KEY (day, stage, seq),
    FOREIGN KEY (day, stage) REFERENCES rounds (day, stage) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- Finds a post by its number.
CREATE INDEX post_numbers ON statements (post) WHERE post IS NOT NULL;

-- What was shown to whom before they decided: [trader, post].
CREATE TABLE exposure_parts (
    day      INTEGER NOT NULL,
    stage    INTEGER NOT NULL,
    part     INTEGER NOT NULL,
    first    INTEGER NOT NULL,
    rows     INTEGER NOT NULL,
    checksum INTEGER NOT NULL,   -- of `body`, because it cannot be rebuilt
    body     TEXT NOT NULL,
    PRIMARY KEY (day, stage, part),
    FOREIGN KEY (day, stage) REFERENCES rounds (day, stage) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- What call auctions came to.
CREATE TABLE auction_rows (
    day      INTEGER NOT NULL,
    stage    INTEGER NOT NULL,
    company  INTEGER NOT NULL REFERENCES companies (company),
    price_e4 INTEGER,            -- absent if nothing crossed
    volume   INTEGER NOT NULL,
    PRIMARY KEY (day, stage, company),
    FOREIGN KEY (day, stage) REFERENCES rounds (day, stage) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- Trades: [company, price_e4, qty, maker, taker, buyer, seller], and if there were fees
-- [..., buyer_fee_e4, seller_fee_e4].
CREATE TABLE trade_parts (
    day   INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    part  INTEGER NOT NULL,
    first INTEGER NOT NULL,
    rows  INTEGER NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (day, stage, part),
    FOREIGN KEY (day, stage) REFERENCES rounds (day, stage) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- Orders that left the book with shares unfilled: [order, trader, company, side, qty, why].
-- `side`: 0 buy, 1 sell. `why`: 0 expired, 1 replaced, 2 withdrawn, 3 self-trade, 4 outside-band.
CREATE TABLE end_parts (
    day   INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    part  INTEGER NOT NULL,
    first INTEGER NOT NULL,
    rows  INTEGER NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (day, stage, part),
    FOREIGN KEY (day, stage) REFERENCES rounds (day, stage) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- One stock's trading day.
CREATE TABLE close_rows (
    day      INTEGER NOT NULL,
    company  INTEGER NOT NULL REFERENCES companies (company),
    open_e4  INTEGER,
    high_e4  INTEGER,
    low_e4   INTEGER,
    close_e4 INTEGER NOT NULL,
    value_e4 INTEGER NOT NULL,   -- of all trades
    volume   INTEGER NOT NULL,
    trades   INTEGER NOT NULL,
    flow_e4  INTEGER,            -- net purchases of traders with large trades
    PRIMARY KEY (day, company)
) STRICT;

-- Dividends and interest that the scenario pays: [trader, company, amount_e4]; interest has
-- company -1.
CREATE TABLE transfer_parts (
    day   INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    part  INTEGER NOT NULL,
    first INTEGER NOT NULL,
    rows  INTEGER NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (day, stage, part),
    FOREIGN KEY (day, stage) REFERENCES rounds (day, stage) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- Every trader at each close, and on day 0 at the start: [cash_e4, value of the shares in 1/10 000,
-- shares of company 0, of company 1, ...]; `first` is a trader's number.
CREATE TABLE account_parts (
    day   INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    part  INTEGER NOT NULL,
    first INTEGER NOT NULL,
    rows  INTEGER NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (day, stage, part)
) STRICT;

-- Pieces of questions that many calls have.
CREATE TABLE texts (
    id       INTEGER PRIMARY KEY,
    checksum INTEGER NOT NULL,
    text     TEXT NOT NULL
) STRICT;

-- What language models were asked and answered, by slot; empty where traders follow rules. A call
-- is written when its answer comes, so there may be calls of a round that was never settled.
CREATE TABLE calls (
    day            INTEGER NOT NULL,
    stage          INTEGER NOT NULL,
    trader         INTEGER NOT NULL,
    step           INTEGER NOT NULL, -- the place in the trader's train of thought, from 0
    attempt        INTEGER NOT NULL, -- from 0
    key            TEXT NOT NULL,    -- a hash of all that the answer may depend on
    messages       TEXT NOT NULL,    -- [[role, piece, ...], ...]; a piece: words, or an id of `texts`
    form           INTEGER,          -- the id of the tools or the schema in `texts`
    temperature_e3 INTEGER NOT NULL,
    seed           INTEGER NOT NULL,
    answer_limit   INTEGER NOT NULL, -- in tokens
    answer         TEXT,             -- absent if there is none
    tools          TEXT,             -- the tools that the answer calls: [[name, arguments], ...]
    finish_reason  TEXT,
    served_model   TEXT,             -- as the server named it
    prompt_tokens  INTEGER,
    cached_tokens  INTEGER,          -- of the prompt's
    answer_tokens  INTEGER,
    latency_ms     INTEGER NOT NULL,
    rung           TEXT,             -- the way by which the answer could be read
    failure        TEXT,             -- why there is no answer, or why it could not be read
    why            TEXT,             -- the same in words
    repairs        TEXT,             -- what had to be mended to read it: [code, ...]
    reason         TEXT,             -- the reason that the model gave
    checksum       INTEGER NOT NULL, -- of all the above
    PRIMARY KEY (day, stage, trader, step, attempt)
) STRICT;
