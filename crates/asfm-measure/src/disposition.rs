//! What traders paid, and whether they sell what has risen rather than what has fallen.

use asfm_engine::Trade;

use crate::tally::{Odd, as_f64};

/// How often a trader realised gains and losses, and how often it let them be (Odean 1998, "Are
/// investors reluctant to realize their losses?", Journal of Finance 53).
///
/// On each day on which a trader that held two stocks or more sells, every stock that it held in the
/// morning is counted once: as realised if it sold of it, by what it was paid, else on paper, by the
/// close; a gain if that is above the average purchase price, a loss if below, nothing if equal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Disposition {
    /// Stocks that were sold above their cost.
    pub realised_gains: u64,
    /// Stocks above their cost that were kept.
    pub paper_gains: u64,
    /// Stocks that were sold below their cost.
    pub realised_losses: u64,
    /// Stocks below their cost that were kept.
    pub paper_losses: u64,
}

impl Disposition {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            realised_gains: self.realised_gains + other.realised_gains,
            paper_gains: self.paper_gains + other.paper_gains,
            realised_losses: self.realised_losses + other.realised_losses,
            paper_losses: self.paper_losses + other.paper_losses,
        }
    }

    /// The proportion of gains realised; absent without gains.
    pub fn gains(&self) -> Option<f64> {
        share(self.realised_gains, self.paper_gains)
    }

    /// The proportion of losses realised; absent without losses.
    pub fn losses(&self) -> Option<f64> {
        share(self.realised_losses, self.paper_losses)
    }
}

/// Above by more than rounding.
fn above(a: f64, b: f64) -> bool {
    a > b * (1.0 + 1e-9)
}

fn share(of: u64, rest: u64) -> Option<f64> {
    (of + rest > 0).then(|| as_f64(of) / as_f64(of + rest))
}

/// What everybody holds and has paid for it.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    stocks: usize,
    positions: Vec<Position>,
    /// What was held in the morning.
    held: Vec<u64>,
    of: Vec<Disposition>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Position {
    shares: f64,
    /// The average purchase price, without fees.
    cost: f64,
    /// Of the day: shares sold, what was received for them, what they had cost.
    sold: [f64; 3],
    /// The cost in the morning.
    morning: f64,
}

impl Book {
    pub(crate) fn new(held: &[u64], costs: &[f64], stocks: usize) -> Self {
        let position = |(shares, cost): (&u64, &f64)| Position {
            shares: as_f64(*shares),
            cost: *cost,
            ..Position::default()
        };
        Self {
            stocks: stocks.max(1),
            positions: held.iter().zip(costs).map(position).collect(),
            held: held.to_vec(),
            of: vec![Disposition::default(); held.len() / stocks.max(1)],
        }
    }

    pub(crate) fn open(&mut self) {
        for it in &mut self.positions {
            it.sold = [0.0; 3];
            it.morning = it.cost;
        }
    }

    pub(crate) fn trade(&mut self, trade: &Trade) -> Result<(), Odd> {
        let odd = || Odd::new(format!("a trade in stock {}", trade.stock.0));
        let (shares, price) = (f64::from(trade.qty), trade.price.to_f64());
        if trade.stock.index() >= self.stocks {
            return Err(odd());
        }
        let place = |trader: usize| trader * self.stocks + trade.stock.index();
        let at = place(trade.buyer.index());
        let bought = self.positions.get_mut(at).ok_or_else(odd)?;
        let all = bought.shares + shares;
        bought.cost = (bought.cost * bought.shares + price * shares) / all;
        bought.shares = all;
        let at = place(trade.seller.index());
        let sold = self.positions.get_mut(at).ok_or_else(odd)?;
        sold.shares = (sold.shares - shares).max(0.0);
        let [n, received, cost] = sold.sold;
        sold.sold = [n + shares, received + price * shares, cost + sold.cost * shares];
        Ok(())
    }

    pub(crate) fn close(&mut self, held: &[u64], closes: &[f64]) {
        let rows =
            self.positions.chunks_exact(self.stocks).zip(self.held.chunks_exact(self.stocks));
        for ((row, morning), of) in rows.zip(&mut self.of) {
            let stocks = morning.iter().filter(|it| **it > 0).count();
            if stocks < 2 || row.iter().all(|it| it.sold[0] <= 0.0) {
                continue;
            }
            for ((it, held), close) in row.iter().zip(morning).zip(closes) {
                if *held == 0 {
                    continue;
                }
                let [n, received, cost] = it.sold;
                if n > 0.0 {
                    of.realised_gains += u64::from(above(received, cost));
                    of.realised_losses += u64::from(above(cost, received));
                } else {
                    of.paper_gains += u64::from(above(*close, it.morning));
                    of.paper_losses += u64::from(above(it.morning, *close));
                }
            }
        }
        // What the exchange says is held is held; dividends may have added to it.
        for (it, held) in self.positions.iter_mut().zip(held) {
            it.shares = as_f64(*held);
        }
        self.held.clear();
        self.held.extend_from_slice(held);
    }

    pub(crate) fn held(&self) -> &[u64] {
        &self.held
    }

    pub(crate) fn dispositions(&self) -> &[Disposition] {
        &self.of
    }
}
