//! A run as researchers look at it: day by day, kind by kind, trader by trader.

use asfm_engine::{Cash, Day, Engine, Intent, RoundLog, Side, StockId, TraderId, Verdict};

use crate::crowd::Crowd;
use crate::tally::{Odd, Tally, as_f64};

/// A run in numbers, added up round by round.
///
/// Beside the [`Tally`] it keeps what changed hands by day, stock, kind and trader; some hundred
/// bytes per trader. Where traders talk there is a [`Crowd`], too: some fifty bytes per trader and
/// stock, and forty per post.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The paper's metrics.
    pub tally: Tally,
    /// The calendar day of each trading day that has ended.
    pub days: Vec<Day>,
    /// The stocks, in the scenario's order.
    pub stocks: Vec<Stock>,
    /// The kinds of trader, in the scenario's order.
    pub kinds: Vec<Kind>,
    /// The traders, by number.
    pub traders: Vec<Trader>,
    /// What traders say and believe; absent where the scenario has no stage of talk and no
    /// `[social]`.
    pub crowd: Option<Box<Crowd>>,
    /// All shares of each stock, by which a capitalisation-weighted index weighs them.
    outstanding: Vec<u64>,
    /// Of the day that has not ended, by stock and by kind.
    today: Vec<Flow>,
    orders_today: Vec<u64>,
    /// The last calendar day of the scenario, and how many of its days trade.
    horizon: (Day, usize),
}

/// What a stock is, and its orders by day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock {
    /// The stock code.
    pub code: String,
    /// Its sector.
    pub sector: String,
    /// The accepted orders of each trading day.
    pub flow: Vec<Flow>,
}

/// Accepted orders of one stock and trading day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flow {
    /// How many orders to buy.
    pub buys: u64,
    /// How many orders to sell.
    pub sells: u64,
    /// Shares that were asked for.
    pub buy_shares: u64,
    /// Shares that were offered.
    pub sell_shares: u64,
    /// What was bid for them, at the limits, in 1/10 000 of the currency.
    pub buy_value: u128,
    /// What was asked for them, likewise.
    pub sell_value: u128,
}

/// How an index weighs its stocks at the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Weights {
    /// The same of each.
    #[default]
    Equal,
    /// By capitalisation: shares outstanding times the last initial close.
    Capital,
}

/// A kind of trader.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// Its name.
    pub name: String,
    /// What its traders started with in the mean, in currency.
    pub capital: f64,
    /// How many traders it has.
    pub traders: u32,
    /// Mean wealth of its traders in currency: at the start, then at each close.
    pub wealth: Vec<f64>,
    /// Accepted orders of each trading day.
    pub orders: Vec<u64>,
}

/// What a trader did and came to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Trader {
    /// The place of its kind in [`Observed::kinds`].
    pub kind: usize,
    /// What it started with, in currency.
    pub capital: f64,
    /// Cash and shares at the last close, in currency.
    pub wealth: f64,
    /// Accepted orders.
    pub orders: u64,
    /// Rejected requests.
    pub rejected: u64,
    /// Shares that its accepted orders were for.
    pub ordered: u64,
    /// Shares that it bought or sold.
    pub executed: u64,
    /// Value of what it bought or sold at the previous close, in currency.
    pub base: f64,
    /// What it paid beyond that, or received less, in currency: the implementation shortfall
    /// against the previous close.
    pub cost: f64,
}

impl Trader {
    /// Wealth over capital, less 1.
    pub fn gain(&self) -> f64 {
        self.wealth / self.capital - 1.0
    }

    /// Executed over ordered shares; absent without orders.
    pub fn fill_rate(&self) -> Option<f64> {
        (self.ordered > 0).then(|| as_f64(self.executed) / as_f64(self.ordered))
    }

    /// Half of what it bought and sold, at previous closes, over its capital.
    pub fn turnover(&self) -> f64 {
        self.base / 2.0 / self.capital
    }

    /// Cost over value at the previous close; absent without trades.
    pub fn shortfall(&self) -> Option<f64> {
        (self.base > 0.0).then(|| self.cost / self.base)
    }
}

impl Observed {
    /// Nothing yet, of a market at its start.
    pub fn new(engine: &Engine) -> Self {
        let scenario = engine.scenario();
        let stock = |it: &asfm_engine::Company| Stock {
            code: it.code.clone(),
            sector: it.sector.clone(),
            flow: Vec::new(),
        };
        let kind = |it: &asfm_engine::Kind| Kind {
            name: it.name.clone(),
            capital: it.capital.to_f64(),
            traders: it.traders,
            wealth: vec![it.capital.to_f64()],
            orders: Vec::new(),
        };
        let mut traders = Vec::with_capacity(scenario.traders());
        for (at, kind) in scenario.kinds().iter().enumerate() {
            for _ in 0..kind.traders {
                let capital = scenario.capital(TraderId::at(traders.len())).to_f64();
                traders.push(Trader { kind: at, capital, wealth: capital, ..Trader::default() });
            }
        }
        Self {
            tally: Tally::new(engine),
            days: Vec::new(),
            stocks: scenario.companies().iter().map(stock).collect(),
            kinds: scenario.kinds().iter().map(kind).collect(),
            traders,
            crowd: Crowd::of(engine).map(Box::new),
            outstanding: (0..)
                .map(StockId)
                .zip(scenario.companies())
                .map(|it| engine.shares_outstanding(it.0))
                .collect(),
            today: vec![Flow::default(); scenario.companies().len()],
            orders_today: vec![0; scenario.kinds().len()],
            horizon: (Day(scenario.days()), scenario.trading_days()),
        }
    }

    /// Adds a round.
    ///
    /// # Errors
    ///
    /// [`Odd`], after which the rest is of no use.
    pub fn add(&mut self, log: &RoundLog) -> Result<(), Odd> {
        for it in &log.requests {
            let trader = self.trader(it.trader)?;
            match (it.intent, it.verdict) {
                (_, Verdict::Rejected(_)) => trader.rejected += 1,
                (Intent::Order { stock, side, qty, price }, Verdict::Accepted) => {
                    let odd = || Odd::new(format!("an order for {qty} of stock {}", stock.0));
                    let qty = u64::try_from(qty).map_err(|_| odd())?;
                    let price = u64::try_from(price).map_err(|_| odd())?;
                    trader.orders += 1;
                    trader.ordered = trader.ordered.saturating_add(qty);
                    let kind = trader.kind;
                    self.orders_today[kind] += 1;
                    self.today.get_mut(stock.index()).ok_or_else(odd)?.add(side, qty, price);
                }
                (Intent::Cancel { .. } | Intent::Unreadable { .. }, Verdict::Accepted) => {}
            }
        }
        for it in &log.trades {
            let unknown = || Odd::new(format!("a trade in stock {}", it.stock.0));
            let closes = self.tally.closes.get(it.stock.index()).ok_or_else(unknown)?;
            let shares = f64::from(it.qty);
            let base = shares * closes[closes.len() - 1];
            let paid = shares * it.price.to_f64();
            for (who, cost) in [(it.buyer, paid - base), (it.seller, base - paid)] {
                let trader = self.trader(who)?;
                trader.executed += u64::from(it.qty);
                trader.base += base;
                trader.cost += cost;
            }
        }
        if let Some(crowd) = &mut self.crowd {
            crowd.add(log)?;
        }
        self.tally.add(log)?;
        self.close(log)
    }

    /// Ends the run; nothing is added after it.
    ///
    /// # Errors
    ///
    /// [`Odd`], for a log that was.
    pub fn finish(&mut self) -> Result<(), Odd> {
        if let Some(crowd) = &mut self.crowd {
            crowd.finish();
        }
        self.tally.finish()
    }

    fn trader(&mut self, who: TraderId) -> Result<&mut Trader, Odd> {
        let odd = || Odd::new(format!("a trader numbered {who}"));
        self.traders.get_mut(who.index()).ok_or_else(odd)
    }

    fn close(&mut self, log: &RoundLog) -> Result<(), Odd> {
        let Some(close) = &log.close else { return Ok(()) };
        let (traders, accounts) = (self.traders.len(), close.cash.len());
        if accounts != traders || close.shares.len() != traders * self.stocks.len() {
            return Err(Odd::new(format!("accounts of {accounts} traders at a close")));
        }
        self.days.push(log.day);
        for (stock, today) in self.stocks.iter_mut().zip(&mut self.today) {
            stock.flow.push(std::mem::take(today));
        }
        for (kind, today) in self.kinds.iter_mut().zip(&mut self.orders_today) {
            kind.orders.push(std::mem::take(today));
        }
        let last: Vec<f64> = self.tally.closes.iter().map(|it| it[it.len() - 1]).collect();
        let mut sums = vec![0.0; self.kinds.len()];
        let held = close.shares.chunks_exact(last.len().max(1));
        for ((trader, cash), held) in self.traders.iter_mut().zip(&close.cash).zip(held) {
            trader.wealth = wealth(*cash, held, &last);
            sums[trader.kind] += trader.wealth;
        }
        for (kind, sum) in self.kinds.iter_mut().zip(sums) {
            kind.wealth.push(sum / f64::from(kind.traders.max(1)));
        }
        if let Some(crowd) = &mut self.crowd {
            let wealth: Vec<f64> = self.traders.iter().map(|it| it.wealth).collect();
            crowd.close(&close.shares, &last, &wealth);
        }
        Ok(())
    }

    /// The place in the stocks' closes of the last one up to a calendar day: 0 for the one before
    /// day 1; absent beyond what has been played.
    pub fn close_of(&self, day: Day) -> Option<usize> {
        let ended = self.days.partition_point(|it| *it <= day);
        let whole = self.days.len() == self.horizon.1 && day <= self.horizon.0;
        let reached = day == Day(0) || whole || self.days.last().is_some_and(|last| *last >= day);
        reached.then_some(ended)
    }

    /// An index of some stocks: what was put into them at the start, and not touched since, over
    /// what it was; 1 at the start, then one value per trading day.
    pub fn index(&self, stocks: &[usize], weights: Weights) -> Vec<f64> {
        let closes: Vec<&Vec<f64>> =
            stocks.iter().filter_map(|at| self.tally.closes.get(*at)).collect();
        let weight = |at: &usize| match weights {
            Weights::Equal => 1.0,
            Weights::Capital => as_f64(self.outstanding[*at]) * self.tally.closes[*at][0],
        };
        let weights: Vec<f64> = stocks.iter().map(weight).collect();
        let sum: f64 = weights.iter().sum();
        let days = closes.first().map_or(0, |it| it.len());
        let of_day = |day: usize| {
            let each = closes.iter().zip(&weights).map(|(it, weight)| weight * it[day] / it[0]);
            each.sum::<f64>() / sum
        };
        (0..days).map(of_day).collect()
    }

    /// The place of a stock.
    pub fn stock(&self, code: &str) -> Option<StockId> {
        let at = self.stocks.iter().position(|it| it.code == code)?;
        u16::try_from(at).ok().map(StockId)
    }
}

fn wealth(cash: Cash, held: &[u64], closes: &[f64]) -> f64 {
    let shares: f64 = held.iter().zip(closes).map(|(n, price)| as_f64(*n) * price).sum();
    cash.to_f64() + shares
}

impl Flow {
    fn add(&mut self, side: Side, shares: u64, price: u64) {
        let (orders, sum, value) = match side {
            Side::Buy => (&mut self.buys, &mut self.buy_shares, &mut self.buy_value),
            Side::Sell => (&mut self.sells, &mut self.sell_shares, &mut self.sell_value),
        };
        *orders += 1;
        *sum = sum.saturating_add(shares);
        *value = value.saturating_add(u128::from(shares) * u128::from(price));
    }

    /// `|buys - sells| / (buys + sells)` by number of orders; absent without orders.
    pub fn one_sidedness(&self) -> Option<f64> {
        let all = self.buys + self.sells;
        (all > 0).then(|| as_f64(self.buys.abs_diff(self.sells)) / as_f64(all))
    }
}
