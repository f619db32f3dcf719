//! Measures of an index of stocks, and of how orders move prices.

use asfm_measure::{Observed, as_f64};
use asfm_stats::{bubble, dependence, drawdown, impact, leverage, moments, rank};

use crate::measure::Index;
use crate::statistic::{Term, nothing, ratio, wide};

/// So many days ahead is looked for what magnitudes remember.
const LAGS: usize = 10;
/// The standard deviation of limits in the published code, as a share of the previous close.
const DRAWN: f64 = 0.03;
/// Replicates of the bootstrap of explosive episodes, and its seed: the same index has the same
/// episodes everywhere.
const BOOTSTRAP: (usize, u64) = (199, 1);

impl Term {
    pub(crate) fn of_index(&self, measure: Index, run: &Observed) -> Result<f64, String> {
        let value = match measure {
            Index::Volume => {
                let (from, to) = self.window(run)?;
                let all = self.volume(run)?;
                return ratio(all[from + 1..=to].iter().sum(), wide((to - from) as u128));
            }
            Index::SellBuy => {
                return self.sides(run, |it| (it.sell_shares.into(), it.buy_shares.into()));
            }
            Index::SellBuyCount => return self.sides(run, |it| (it.sells.into(), it.buys.into())),
            Index::SellBuyValue => return self.sides(run, |it| (it.sell_value, it.buy_value)),
            Index::PriceImpact | Index::PriceImpactGap | Index::PriceImpactFit => {
                return self.impact(measure, run);
            }
            Index::Volatility => moments::sd(&self.returns(run)?).map(|it| it.value),
            Index::Kurtosis => {
                moments::excess_kurtosis(&self.returns(run)?).map(|it| it.value + 3.0)
            }
            Index::ExcessKurtosis => {
                moments::excess_kurtosis(&self.returns(run)?).map(|it| it.value)
            }
            Index::AcfReturns => {
                dependence::autocorrelations(&self.returns(run)?, 1).map(|it| it[0])
            }
            Index::AcfAbs => {
                let sizes: Vec<f64> = self.returns(run)?.iter().map(|it| it.abs()).collect();
                let found = dependence::autocorrelations(&sizes, LAGS);
                found.map(|it| it.iter().sum::<f64>() / wide(LAGS as u128))
            }
            Index::Leverage => leverage::leverage(&self.returns(run)?, LAGS).map(|it| it.mean_abs),
            Index::VolumeVolatility => {
                let (from, to) = self.window(run)?;
                let sizes: Vec<f64> = self.returns(run)?.iter().map(|it| it.abs()).collect();
                let volume = self.volume(run)?;
                rank::spearman(&sizes, &volume[from + 1..=to]).map(|it| it.statistic)
            }
            Index::Drawdown => drawdown::drawdown(&self.level(run)?).map(|it| it.max_drawdown),
            Index::RmseFlat => {
                let level = self.level(run)?;
                let squares = level[1..].iter().map(|it| (it / level[0] - 1.0).powi(2));
                let mean = ratio(squares.sum(), wide((level.len() - 1) as u128))?;
                return Ok(mean.sqrt());
            }
            Index::Bsadf => {
                let log: Vec<f64> = self.level(run)?.iter().map(|it| it.ln()).collect();
                let n = wide(log.len() as u128);
                explosive(&log).map(|days| wide(days as u128) / n)
            }
        };
        value.map_err(|it| it.to_string())
    }

    /// The index from day `from` to day `to`.
    fn level(&self, run: &Observed) -> Result<Vec<f64>, String> {
        let (from, to) = self.window(run)?;
        let index = run.index(&self.stocks(run)?, self.weights.unwrap_or_default());
        index.get(from..=to).map(<[f64]>::to_vec).ok_or_else(nothing)
    }

    /// Its daily log returns.
    pub(crate) fn returns(&self, run: &Observed) -> Result<Vec<f64>, String> {
        Ok(self.level(run)?.windows(2).map(|it| (it[1] / it[0]).ln()).collect())
    }

    /// Shares traded, by place in the closes.
    fn volume(&self, run: &Observed) -> Result<Vec<f64>, String> {
        let stocks = self.stocks(run)?;
        let of_day = |day: usize| stocks.iter().map(|at| run.tally.volume[*at][day]).sum();
        Ok((0..=run.days.len()).map(of_day).collect())
    }

    /// One sum over another of the flow of all stocks and days.
    fn sides(
        &self,
        run: &Observed,
        of: impl Fn(&asfm_measure::Flow) -> (u128, u128),
    ) -> Result<f64, String> {
        let (from, to) = self.window(run)?;
        let mut sums = (0_u128, 0_u128);
        for at in self.stocks(run)? {
            for it in run.stocks[at].flow.get(from..to).ok_or_else(nothing)? {
                let (above, below) = of(it);
                sums = (sums.0 + above, sums.1 + below);
            }
        }
        ratio(wide(sums.0), wide(sums.1))
    }

    /// The line of returns on what limits without opinion would make of the imbalance.
    fn impact(&self, measure: Index, run: &Observed) -> Result<f64, String> {
        let (from, to) = self.window(run)?;
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for at in self.stocks(run)? {
            let (stock, closes) = (&run.stocks[at], &run.tally.closes[at]);
            for day in from..to {
                let flow = stock.flow.get(day).ok_or_else(nothing)?;
                let (buy, sell) = (as_f64(flow.buy_shares), as_f64(flow.sell_shares));
                // Where one side is empty the law says nothing.
                if let Ok(it) = impact::drawn_limits(buy, sell, DRAWN) {
                    x.push(it);
                    y.push(closes[day + 1] / closes[day] - 1.0);
                }
            }
        }
        let r = rank::pearson(&x, &y).map_err(|it| it.to_string())?.statistic;
        if measure == Index::PriceImpactFit {
            return Ok(r * r);
        }
        let sd = |of: &[f64]| moments::sd(of).map(|it| it.value).map_err(|it| it.to_string());
        let slope = ratio(r * sd(&y)?, sd(&x)?)?;
        Ok(if measure == Index::PriceImpactGap { slope - 1.0 } else { slope })
    }
}

/// How many levels lie in explosive episodes.
fn explosive(log: &[f64]) -> asfm_stats::Result<usize> {
    let found = bubble::bubble(log, bubble::smallest_window(log.len()))?;
    let law = bubble::wild_bootstrap(log, &found, BOOTSTRAP.0, BOOTSTRAP.1)?;
    let episodes = bubble::episodes(&found, &law.crit_bsadf_95)?;
    // An episode downwards is explosive, too: what is counted is growth that feeds on itself.
    Ok(episodes.iter().map(|it| it.last - it.first + 1).sum())
}
