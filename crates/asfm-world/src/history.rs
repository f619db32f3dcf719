//! Prices before day 1, made up.
//!
//! A day's change of an index is its drift, its beta times a common factor, and a part of its own.
//! Factor and parts have variances that follow a recursion of Bollerslev's (1986), so calm and wild
//! days come in swarms, and shocks that are now and then twice as large. Only + - * / and square
//! roots are used, so the same seed is the same prices on every machine.

use asfm_engine::{Draws, Seed};

use crate::amount::Amount;
use crate::chance::{Part, stream};
use crate::listed::Listed;
use crate::sectors::{SECTORS, Sector};

/// How many closes there are before day 1: about five months.
pub(crate) const CLOSES: usize = 110;
/// The standard deviation of the common factor, in percent a day.
const MARKET: f64 = 0.8;
/// The standard deviation of a sector's drift, in percent a day.
const DRIFT: f64 = 0.1;
/// The price before the first close.
const BASE: f64 = 10.0;
/// Changes stay within the price limit of the exchange.
const CHANGE_MAX: f64 = 0.099;

/// The ten indices with their history.
pub(crate) fn listed(seed: Seed) -> Vec<Listed> {
    let mut market = Shocks::new();
    let mut draws = stream(seed, Part::History, 0);
    let factor: Vec<f64> = (0..CLOSES).map(|_| MARKET * market.next(&mut draws)).collect();
    let each = SECTORS.iter().zip(1..);
    each.map(|(it, who)| index(it, &factor, &mut stream(seed, Part::History, who))).collect()
}

fn index(it: &Sector, factor: &[f64], draws: &mut Draws) -> Listed {
    let drift = DRIFT * draws.bell();
    let common = it.beta * MARKET;
    let own = (it.volatility * it.volatility - common * common).max(0.25).sqrt();
    let mut shocks = Shocks::new();
    let mut price = BASE;
    let mut closes = Vec::with_capacity(factor.len());
    for market in factor {
        let change = (drift + it.beta * market + own * shocks.next(draws)) / 100.0;
        price *= 1.0 + change.clamp(-CHANGE_MAX, CHANGE_MAX);
        // Far from where it began it would be another kind of share.
        price = price.clamp(BASE / 4.0, BASE * 4.0);
        closes.push(Amount::of_price(price));
    }
    let [earnings, book, dividend] = it.multiples.map(|it| it * (1.0 + 0.1 * draws.unit() - 0.05));
    Listed {
        code: it.code.to_owned(),
        name: it.index.to_owned(),
        sector: it.name.to_owned(),
        business: it.business.to_owned(),
        weight: Some(Amount(i64::from(it.weight) * 100_000)),
        closes,
        price_earnings: Some(Amount::of_price(earnings)),
        price_book: Some(Amount::of_price(book)),
        dividend_yield: Some(Amount(Amount::of_price(dividend * 100.0).0 / 100)),
    }
}

/// Shocks of variance 1 in the long run, whose variance remembers.
struct Shocks {
    variance: f64,
    last: f64,
}

impl Shocks {
    fn new() -> Self {
        Self { variance: 1.0, last: 0.0 }
    }

    fn next(&mut self, draws: &mut Draws) -> f64 {
        self.variance = 0.05 + 0.1 * self.last * self.last + 0.85 * self.variance;
        let wild = if draws.chance(0.1) { 2.0 } else { 1.0 };
        // A tenth of the shocks is twice as large: the variance of the mixture is 1.3.
        let shock = wild * draws.bell() / 1.3_f64.sqrt();
        self.last = self.variance.sqrt() * shock;
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(it: &Listed) -> Vec<f64> {
        it.closes.windows(2).map(|it| it[1].float() / it[0].float() - 1.0).collect()
    }

    fn mean(it: &[f64]) -> f64 {
        let n = u32::try_from(it.len()).expect("few");
        it.iter().sum::<f64>() / f64::from(n)
    }

    #[test]
    fn a_history_is_on_the_tick_and_within_the_limit() {
        for seed in 0..50 {
            for it in listed(Seed(seed)) {
                assert_eq!(it.closes.len(), CLOSES);
                assert!(it.closes.iter().all(|it| it.0 > 0 && *it == it.to_tick()));
                assert!(changes(&it).iter().all(|it| it.abs() < 0.105), "seed {seed}");
            }
        }
    }

    /// Over many seeds, so that no single path decides.
    #[test]
    fn histories_have_the_usual_traits() {
        let (mut pairs, mut clusters, mut kurtosis) = (Vec::new(), Vec::new(), Vec::new());
        let mut sizes = Vec::new();
        for seed in 0..200 {
            let all: Vec<Vec<f64>> = listed(Seed(seed)).iter().map(changes).collect();
            for (it, sector) in all.iter().zip(&SECTORS) {
                let square: Vec<f64> = it.iter().map(|it| it * it).collect();
                let variance = mean(&square);
                let expected = sector.volatility / 100.0;
                sizes.push(variance / (expected * expected));
                let fourth: Vec<f64> = square.iter().map(|it| it * it).collect();
                kurtosis.push(mean(&fourth) / (variance * variance));
                let next: Vec<f64> = square.windows(2).map(|it| it[0] * it[1]).collect();
                clusters.push(mean(&next) / (variance * variance) - 1.0);
            }
            let both: Vec<f64> = all[7].iter().zip(&all[9]).map(|(a, b)| a * b).collect();
            pairs.push(mean(&both) * 1e4);
        }
        assert!((0.9..1.2).contains(&mean(&sizes)), "volatility is as asked: {}", mean(&sizes));
        assert!(mean(&pairs) > 0.3, "sectors go together: {}", mean(&pairs));
        assert!(mean(&kurtosis) > 3.2, "tails are fat: {}", mean(&kurtosis));
        assert!(mean(&clusters) > 0.05, "volatility clusters: {}", mean(&clusters));
    }
}
