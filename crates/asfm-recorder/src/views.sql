-- What the scenario's table says of every trader, beside what it owns.
CREATE VIEW traits AS
SELECT p.first + t.key AS trader, n.name AS name, v.value AS value
FROM trait_parts p, json_each(p.body) t, json_each(t.value) i
JOIN trait_names n ON n.seq = i.key
JOIN trait_values v ON v.id = i.value;

-- Everything that was asked for, with the verdict on it; `what` is buy, sell, cancel or unreadable.
CREATE VIEW requests AS
SELECT p.first + r.key AS id, p.day AS day, p.stage AS stage,
    json_extract(r.value, '$[0]') AS trader,
    c.code AS stock,
    CASE json_extract(r.value, '$[1]')
        WHEN 0 THEN 'buy' WHEN 1 THEN 'sell' WHEN 2 THEN 'cancel' ELSE 'unreadable' END AS what,
    CASE WHEN json_extract(r.value, '$[1]') < 2 THEN json_extract(r.value, '$[3]') END AS qty,
    CASE WHEN json_extract(r.value, '$[1]') < 2 THEN json_extract(r.value, '$[4]') END AS price_e4,
    CASE WHEN json_extract(r.value, '$[1]') < 2
        THEN json_extract(r.value, '$[4]') / 10000.0 END AS price,
    json_extract(r.value, '$[5]') AS reason,
    json_extract(r.value, '$[6]') AS a,
    json_extract(r.value, '$[7]') AS b,
    CASE WHEN json_extract(r.value, '$[1]') > 2 THEN json_extract(r.value, '$[3]') END AS words_seq,
    CASE WHEN json_extract(r.value, '$[1]') < 3 THEN json_extract(r.value, '$[2]') END AS company
FROM request_parts p, json_each(p.body) r
LEFT JOIN companies c
    ON c.company = json_extract(r.value, '$[2]') AND json_extract(r.value, '$[1]') < 3;

-- The requests that were rejected, with the reason that the trader was told.
CREATE VIEW rejections AS
SELECT q.id AS id, q.day AS day, q.stage AS stage, q.trader AS trader, q.stock AS stock,
    CASE WHEN q.what IN ('buy', 'sell') THEN q.what END AS side, q.what AS what,
    q.qty AS qty, q.price_e4 AS price_e4, q.price AS price, n.code AS code,
    replace(replace(n.pattern,
        '{a}', CASE WHEN n.money = 0 THEN coalesce(q.a, '')
            WHEN q.a % 100 = 0 THEN printf('%d.%02d', q.a / 10000, q.a / 100 % 100)
            WHEN q.a % 10 = 0 THEN printf('%d.%03d', q.a / 10000, q.a / 10 % 1000)
            ELSE printf('%d.%04d', q.a / 10000, q.a % 10000) END),
        '{b}', CASE WHEN n.money = 0 THEN coalesce(q.b, '')
            WHEN q.b % 100 = 0 THEN printf('%d.%02d', q.b / 10000, q.b / 100 % 100)
            WHEN q.b % 10 = 0 THEN printf('%d.%03d', q.b / 10000, q.b / 10 % 1000)
            ELSE printf('%d.%04d', q.b / 10000, q.b % 10000) END) AS reason,
    u.text AS words
FROM requests q
JOIN reasons n ON n.reason = q.reason
LEFT JOIN unreadable u ON u.day = q.day AND u.stage = q.stage AND u.seq = q.words_seq
WHERE q.reason IS NOT NULL;

-- Trades; `seq` counts from 1 in each round.
CREATE VIEW trades AS
SELECT p.day AS day, p.stage AS stage, p.first + t.key AS seq, c.code AS stock,
    json_extract(t.value, '$[1]') AS price_e4,
    json_extract(t.value, '$[1]') / 10000.0 AS price,
    json_extract(t.value, '$[2]') AS qty,
    json_extract(t.value, '$[3]') AS maker,
    json_extract(t.value, '$[4]') AS taker,
    json_extract(t.value, '$[5]') AS buyer,
    json_extract(t.value, '$[6]') AS seller,
    coalesce(json_extract(t.value, '$[7]'), 0) AS buyer_fee_e4,
    coalesce(json_extract(t.value, '$[8]'), 0) AS seller_fee_e4,
    (coalesce(json_extract(t.value, '$[7]'), 0)
        + coalesce(json_extract(t.value, '$[8]'), 0)) / 10000.0 AS fees
FROM trade_parts p, json_each(p.body) t
JOIN companies c ON c.company = json_extract(t.value, '$[0]');

-- Orders that left the book with shares unfilled.
CREATE VIEW ends AS
SELECT p.day AS day, p.stage AS stage, p.first + e.key AS seq,
    json_extract(e.value, '$[0]') AS id,
    json_extract(e.value, '$[1]') AS trader,
    c.code AS stock,
    CASE json_extract(e.value, '$[3]') WHEN 0 THEN 'buy' ELSE 'sell' END AS side,
    json_extract(e.value, '$[4]') AS qty,
    CASE json_extract(e.value, '$[5]') WHEN 0 THEN 'expired' WHEN 1 THEN 'replaced'
        WHEN 2 THEN 'withdrawn' WHEN 3 THEN 'self-trade' ELSE 'outside-band' END AS reason
FROM end_parts p, json_each(p.body) e
JOIN companies c ON c.company = json_extract(e.value, '$[2]');

-- The accepted orders and what became of them: `ended` is filled, the reason for which the rest
-- left the book, or open.
CREATE VIEW orders AS
WITH fills AS (
    SELECT id, sum(qty) AS qty
    FROM (SELECT maker AS id, qty FROM trades UNION ALL SELECT taker, qty FROM trades)
    GROUP BY id)
SELECT q.id AS id, q.day AS day, q.stage AS stage, q.trader AS trader, q.stock AS stock,
    q.what AS side, q.qty AS qty, q.price_e4 AS price_e4, q.price AS price,
    coalesce(f.qty, 0) AS filled, q.qty - coalesce(f.qty, 0) AS "left",
    CASE WHEN q.qty = f.qty THEN 'filled' ELSE coalesce(e.reason, 'open') END AS ended
FROM requests q
LEFT JOIN fills f ON f.id = q.id
LEFT JOIN ends e ON e.id = q.id
WHERE q.what IN ('buy', 'sell') AND q.reason IS NULL;

-- Posts and reposts by their numbers; `root` is the post from which a repost came in the end, and
-- only an earlier post can be passed on.
CREATE VIEW posts AS
SELECT s.post AS post, s.day AS day, s.stage AS stage, s.trader AS trader, t.kind AS kind,
    s.speech AS speech, s.about AS about,
    CASE WHEN s.about IS NULL THEN s.post ELSE (
        WITH RECURSIVE up (post, about) AS (
            VALUES (s.post, s.about)
            UNION ALL
            SELECT p.post, p.about FROM up JOIN statements p ON p.post = up.about
            WHERE p.post < up.post)
        SELECT min(post) FROM up) END AS root,
    s.text AS text
FROM statements s LEFT JOIN traders t ON t.trader = s.trader
WHERE s.post IS NOT NULL;

-- What traders did to posts: repost, like or unlike.
CREATE VIEW reactions AS
SELECT day, stage, trader, speech, about AS post FROM statements WHERE about IS NOT NULL;

-- What was shown to whom before they decided.
CREATE VIEW exposures AS
SELECT p.day AS day, p.stage AS stage, json_extract(e.value, '$[0]') AS trader,
    json_extract(e.value, '$[1]') AS post
FROM exposure_parts p, json_each(p.body) e;

-- What traders believed at the end of a stage: the last belief that each stated in it.
CREATE VIEW beliefs AS
SELECT s.day AS day, s.stage AS stage, s.trader AS trader, t.kind AS kind, s.trend AS trend,
    s.valuation AS valuation, s.economy AS economy, s.sentiment AS sentiment,
    s.confidence AS confidence
FROM (
    SELECT day, stage, trader, max(seq) AS seq, trend, valuation, economy, sentiment, confidence
    FROM statements WHERE trend IS NOT NULL GROUP BY day, stage, trader) s
LEFT JOIN traders t ON t.trader = s.trader;

-- What call auctions came to; `price` is absent if nothing crossed.
CREATE VIEW auctions AS
SELECT a.day AS day, a.stage AS stage, c.code AS stock, a.price_e4 AS price_e4,
    a.price_e4 / 10000.0 AS price, a.volume AS volume
FROM auction_rows a JOIN companies c USING (company);

-- The close of every stock and trading day; open, high, low and vwap are absent without trades.
CREATE VIEW closes AS
SELECT d.day AS day, c.code AS stock, d.open_e4 AS open_e4, d.high_e4 AS high_e4,
    d.low_e4 AS low_e4, d.close_e4 AS close_e4, d.value_e4 AS value_e4, d.flow_e4 AS flow_e4,
    d.open_e4 / 10000.0 AS open, d.high_e4 / 10000.0 AS high, d.low_e4 / 10000.0 AS low,
    d.close_e4 / 10000.0 AS close, d.value_e4 / 10000.0 / nullif(d.volume, 0) AS vwap,
    d.value_e4 / 10000.0 AS value, d.volume AS volume, d.trades AS trades,
    d.flow_e4 / 10000.0 AS flow, d.company AS company
FROM close_rows d JOIN companies c USING (company);

-- Dividends (with their stock) and interest (without) that the scenario paid.
CREATE VIEW transfers AS
SELECT p.day AS day, p.stage AS stage, p.first + t.key AS seq,
    json_extract(t.value, '$[0]') AS trader, c.code AS stock,
    json_extract(t.value, '$[2]') AS amount_e4,
    json_extract(t.value, '$[2]') / 10000.0 AS amount
FROM transfer_parts p, json_each(p.body) t
LEFT JOIN companies c ON c.company = json_extract(t.value, '$[1]');

-- What every trader owns at each close, day 0 being the start: cash, shares at the close, both.
CREATE VIEW accounts AS
SELECT p.day AS day, p.first + a.key AS trader,
    json_extract(a.value, '$[0]') AS cash_e4,
    json_extract(a.value, '$[1]') AS shares_value_e4,
    json_extract(a.value, '$[0]') + json_extract(a.value, '$[1]') AS wealth_e4,
    json_extract(a.value, '$[0]') / 10000.0 AS cash,
    json_extract(a.value, '$[1]') / 10000.0 AS shares_value,
    (json_extract(a.value, '$[0]') + json_extract(a.value, '$[1]')) / 10000.0 AS wealth
FROM account_parts p, json_each(p.body) a;

-- The shares of every trader, stock and trading day; day 0 is the start.
CREATE VIEW holdings AS
SELECT p.day AS day, p.first + a.key AS trader, c.code AS stock, h.value AS shares
FROM account_parts p, json_each(p.body) a, json_each(a.value) h
JOIN companies c ON c.company = h.key - 2
WHERE h.key > 1;

-- All shares of every stock and trading day.
CREATE VIEW share_totals AS
SELECT day, stock, sum(shares) AS shares FROM holdings GROUP BY day, stock;

-- All cash by day: the traders' and the exchange's, less what was paid in; `shares` is a JSON
-- object of all shares by stock. `cash_e4` and `shares` are the same on every day.
CREATE VIEW totals AS
WITH sums AS (SELECT day, sum(cash_e4) AS traders_cash_e4 FROM accounts GROUP BY day),
paid AS (SELECT day, sum(amount_e4) AS amount_e4 FROM transfers GROUP BY day),
parts AS (
    SELECT s.day AS day, s.traders_cash_e4 AS traders_cash_e4,
        coalesce((SELECT max(r.collected_e4) FROM rounds r WHERE r.day = s.day), 0) AS collected_e4,
        coalesce((SELECT sum(p.amount_e4) FROM paid p WHERE p.day <= s.day), 0) AS paid_in_e4
    FROM sums s)
SELECT day, traders_cash_e4, collected_e4, paid_in_e4,
    traders_cash_e4 + collected_e4 - paid_in_e4 AS cash_e4,
    (traders_cash_e4 + collected_e4 - paid_in_e4) / 10000.0 AS cash,
    (SELECT json_group_object(t.stock, t.shares) FROM share_totals t
        WHERE t.day = parts.day) AS shares
FROM parts;

-- The messages of every call, put together.
CREATE VIEW prompts AS
SELECT c.day AS day, c.stage AS stage, c.trader AS trader, c.step AS step, c.attempt AS attempt,
    m.key AS seq, json_extract(m.value, '$[0]') AS role,
    (SELECT group_concat(words, '') FROM (
        SELECT CASE p.type WHEN 'integer' THEN (SELECT t.text FROM texts t WHERE t.id = p.value)
            ELSE p.value END AS words
        FROM json_each(m.value) p WHERE p.key > 0 ORDER BY p.key)) AS text
FROM calls c, json_each(c.messages) m;

-- The call that led to each request of a trader who asked a language model, with its reason.
CREATE VIEW decisions AS
SELECT q.id AS id, q.day AS day, q.stage AS stage, q.trader AS trader, q.stock AS stock,
    q.what AS what, q.qty AS qty, q.price AS price, c.step AS step, c.attempt AS attempt,
    c.reason AS reason
FROM requests q
JOIN calls c ON c.day = q.day AND c.stage = q.stage AND c.trader = q.trader
WHERE c.rung IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM calls l
    WHERE l.day = c.day AND l.stage = c.stage AND l.trader = c.trader AND l.rung IS NOT NULL
        AND (l.step, l.attempt) > (c.step, c.attempt));

-- Everything that happened but what was shown to whom, in order; `detail` is a JSON object of what the kind of event has.
CREATE VIEW events AS
SELECT day, stage, kind, trader, stock, id, detail FROM (
    SELECT n.day AS day, -1 AS stage, 0 AS phase, n.seq AS seq, 'news' AS kind, NULL AS trader,
        NULL AS stock, NULL AS id,
        json_object('text', n.text, 'topic', n.topic, 'until', n.until, 'audience', n.audience)
            AS detail
    FROM news n
    UNION ALL
    SELECT s.day, s.stage, 1, s.seq, 'statement', s.trader, NULL, NULL,
        json_object('speech', s.speech, 'post', s.post, 'about', s.about, 'text', s.text)
    FROM statements s
    UNION ALL
    SELECT q.day, q.stage, 2, q.id, CASE q.what WHEN 'cancel' THEN 'cancel' ELSE 'order' END,
        q.trader, q.stock, q.id,
        CASE q.what WHEN 'cancel' THEN json_object()
            ELSE json_object('side', q.what, 'qty', q.qty, 'price', q.price) END
    FROM requests q WHERE q.reason IS NULL
    UNION ALL
    SELECT j.day, j.stage, 2, j.id, 'rejection', j.trader, j.stock, j.id,
        json_object('what', j.what, 'qty', j.qty, 'price', j.price, 'code', j.code,
            'reason', j.reason, 'words', j.words)
    FROM rejections j
    UNION ALL
    SELECT a.day, a.stage, 3, 0, 'auction', NULL, a.stock, NULL,
        json_object('price', a.price, 'volume', a.volume)
    FROM auctions a
    UNION ALL
    SELECT t.day, t.stage, 4, t.seq, 'trade', NULL, t.stock, t.taker,
        json_object('seq', t.seq, 'price', t.price, 'qty', t.qty, 'maker', t.maker,
            'taker', t.taker, 'buyer', t.buyer, 'seller', t.seller, 'fees', t.fees)
    FROM trades t
    UNION ALL
    SELECT e.day, e.stage, 5, e.seq, 'end', e.trader, e.stock, e.id,
        json_object('side', e.side, 'qty', e.qty, 'reason', e.reason)
    FROM ends e
    UNION ALL
    SELECT c.day, 255, 6, c.company, 'close', NULL, c.stock, NULL,
        json_object('open', c.open, 'high', c.high, 'low', c.low, 'close', c.close,
            'vwap', c.vwap, 'volume', c.volume, 'trades', c.trades)
    FROM closes c
    UNION ALL
    SELECT m.day, 255, 7, m.seq, 'transfer', m.trader, m.stock, NULL,
        json_object('amount', m.amount)
    FROM transfers m
) ORDER BY day, stage, phase, seq;
