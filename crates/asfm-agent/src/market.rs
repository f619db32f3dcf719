//! What everybody could work out from one stage's market: worked out once and shared.

use asfm_engine::{MarketView, Scenario, Side};

use crate::crowd::Persona;
use crate::rule::{Institutional, Rules};

/// One stage, as all rules see it.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) stocks: Vec<Signal>,
    /// The tick in units of money.
    pub(crate) tick: i64,
    /// The lot in shares.
    pub(crate) lot: i64,
    /// The fee on a purchase, in 1/1 000 000.
    pub(crate) fee: i64,
    /// The mean of the stocks' volatilities.
    pub(crate) volatility: f64,
}

/// One stock in one stage. Prices are in units of money; those that are floats are valuations,
/// those that are integers are limits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Signal {
    /// The price of the moment: today's last, else the previous close.
    pub(crate) price: f64,
    /// The previous close.
    pub(crate) reference: f64,
    /// The day's lowest and highest limit, in ticks.
    pub(crate) band: (i64, i64),
    /// The best bid and ask, where there are any.
    pub(crate) quote: (Option<f64>, Option<f64>),
    /// What the company is worth to those who study it (see [`crate::Value`]).
    pub(crate) worth: f64,
    /// What it is worth by its multiples (see [`crate::Fundamental`]).
    pub(crate) multiples_worth: f64,
    /// The price over the mean of past closes, less 1 (see [`crate::Contrarian`]).
    pub(crate) deviation: f64,
    /// The price over that of some days ago, less 1 (see [`crate::Aggressive`]).
    pub(crate) trend: f64,
    /// The change of the close over each of [`Persona::HORIZONS`], in standard deviations.
    pub(crate) paces: [f64; 4],
    /// The last day's change of the close, as a share.
    pub(crate) change: f64,
    /// The standard deviation of the daily changes of the closes that are seen, as a share.
    pub(crate) volatility: f64,
    /// An institution's target share of wealth (see [`crate::Institutional`]).
    pub(crate) target: f64,
    /// The range of zero-intelligence prices, in ticks.
    pub(crate) zi_ticks: (u32, u32),
}

impl Stage {
    /// `worth` and `news` have one number per stock: the companies' worth, and the factor that
    /// news puts on it.
    pub(crate) fn new(
        scenario: &Scenario,
        rules: &Rules,
        market: &MarketView,
        worth: &[f64],
        news: &[f64],
    ) -> Self {
        let exchange = scenario.rules();
        let tick = exchange.grid.tick_units();
        let mut stocks = Vec::with_capacity(market.stocks.len());
        for (at, view) in market.stocks.iter().enumerate() {
            let company = &scenario.companies()[at];
            let reference = units(view.reference.0);
            let price = view.last.map_or(reference, |it| units(it.0));
            let closes: Vec<f64> = view.closes.iter().map(|it| units(it.0)).collect();
            let best = |side: &[asfm_engine::Depth]| side.first().map(|it| units(it.price.0));
            let multiples = cheapness(company.valuation, view.valuation);
            let mut signal = Signal {
                price,
                reference,
                band: (view.lowest.0 / tick, view.highest.0 / tick),
                quote: (best(&view.bids), best(&view.asks)),
                worth: worth[at] * news[at],
                multiples_worth: multiples.map_or(worth[at], |it| reference * it) * news[at],
                deviation: price / mean(last(&closes, rules.contrarian.window)) - 1.0,
                trend: price / past(&closes, rules.aggressive.window) - 1.0,
                change: reference / past(&closes, 1) - 1.0,
                volatility: volatility(&closes),
                paces: paces(reference, &closes),
                target: 1.0 / volatility(&closes).max(rules.institutional.volatility_floor),
                ..Signal::default()
            };
            signal.zi_ticks = zi_ticks(&signal, rules.zero_intelligence.reach, tick);
            stocks.push(signal);
        }
        let Institutional { invested, lean, .. } = rules.institutional;
        let all: f64 = stocks.iter().map(|it| it.target).sum();
        let equal = 1.0 / count(&stocks);
        for it in &mut stocks {
            it.target = invested * (lean * it.target / all + (1.0 - lean) * equal);
        }
        let usual = stocks.iter().map(|it| it.volatility).sum::<f64>() / count(&stocks);
        Self {
            volatility: usual,
            stocks,
            tick,
            lot: i64::from(exchange.lot),
            fee: i64::from(exchange.fee.0),
        }
    }

    /// Takes away all but past prices: no quotes, and what a company is worth is at best what it
    /// has cost of late.
    pub(crate) fn blind(&mut self, market: &MarketView) {
        for (it, view) in self.stocks.iter_mut().zip(&market.stocks) {
            let closes: Vec<f64> = view.closes.iter().map(|it| units(it.0)).collect();
            it.quote = (None, None);
            it.worth = mean(&closes);
            it.multiples_worth = it.worth;
        }
    }
}

impl Signal {
    /// The quote that an order of this side would trade with.
    pub(crate) fn opposite(&self, side: Side) -> Option<f64> {
        match side {
            Side::Buy => self.quote.1,
            Side::Sell => self.quote.0,
        }
    }
}

/// The mean of how much each multiple has fallen since the start; 1 where none has moved.
fn cheapness(start: asfm_engine::Valuation, now: asfm_engine::Valuation) -> Option<f64> {
    let ratios = [
        (start.price_earnings, now.price_earnings),
        (start.price_book, now.price_book),
        (now.dividend_yield, start.dividend_yield),
    ];
    let mut sum = (0.0, 0.0);
    for (over, under) in ratios {
        if let (Some(over), Some(under)) = (over, under)
            && over > 0
            && under > 0
        {
            sum = (sum.0 + units(over) / units(under), sum.1 + 1.0);
        }
    }
    (sum.1 > 0.0).then(|| sum.0 / sum.1)
}

#[expect(clippy::cast_precision_loss, reason = "valuations may round, limits are integers again")]
pub(crate) fn units(integer: i64) -> f64 {
    integer as f64
}

/// The change of the close over each horizon, over what a random walk of the same volatility moves
/// in that time.
fn paces(reference: f64, closes: &[f64]) -> [f64; 4] {
    let step = volatility(closes).max(0.001);
    Persona::HORIZONS
        .map(|days| (reference / past(closes, days) - 1.0) / (step * f64::from(days).sqrt()))
}

/// The last `n` of the closes, or all.
fn last(closes: &[f64], n: u32) -> &[f64] {
    &closes[closes.len().saturating_sub(n as usize)..]
}

/// The close `n` days before the last, or the oldest.
fn past(closes: &[f64], n: u32) -> f64 {
    closes[closes.len().saturating_sub(n as usize + 1)]
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / count(numbers)
}

/// The standard deviation of the closes' daily changes; 0 where there are fewer than 2.
fn volatility(closes: &[f64]) -> f64 {
    let changes: Vec<f64> = closes.windows(2).map(|it| it[1] / it[0] - 1.0).collect();
    if changes.len() < 2 {
        return 0.0;
    }
    let mean = mean(&changes);
    let squares: f64 = changes.iter().map(|it| (it - mean) * (it - mean)).sum();
    (squares / (count(&changes) - 1.0)).sqrt()
}

fn count<T>(items: &[T]) -> f64 {
    u32::try_from(items.len()).map_or(f64::MAX, f64::from)
}

/// The ticks within `reach` of the previous close and within the band.
fn zi_ticks(signal: &Signal, reach: f64, tick: i64) -> (u32, u32) {
    let around = |factor: f64| to_ticks(signal.reference * factor, tick);
    let lowest = around(1.0 - reach).max(signal.band.0).max(1);
    let highest = around(1.0 + reach).min(signal.band.1).max(lowest);
    let fit = |ticks: i64| u32::try_from(ticks).unwrap_or(u32::MAX);
    (fit(lowest), fit(highest))
}

/// A valuation in whole ticks, rounded down.
#[expect(clippy::cast_possible_truncation, reason = "saturates, and the band cuts what is left")]
pub(crate) fn to_ticks(price: f64, tick: i64) -> i64 {
    (price / units(tick)) as i64
}
