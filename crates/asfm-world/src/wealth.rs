//! What somebody starts with: cash and positions that together cost the capital.

use asfm_engine::Draws;

use crate::amount::{Amount, rounded};
use crate::chance::shuffle;
use crate::listed::Listed;
use crate::people::Held;
use crate::recipe::Mode;

/// Shares are bought in lots of so many.
pub(crate) const LOT: i64 = 100;

/// The deciles of cash as a share of wealth in the published population, with its ends.
const CASH_DECILES: [f64; 11] = [0.0, 0.10, 0.25, 0.34, 0.40, 0.44, 0.48, 0.51, 0.55, 0.62, 0.82];

/// What a trader's start depends on.
pub(crate) struct Means {
    pub(crate) capital: Amount,
    /// Cash as a share of wealth at the last close.
    pub(crate) cash_share: f64,
    pub(crate) turnover: Turnover,
    pub(crate) mode: Mode,
}

/// How often somebody trades, and so how long positions are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turnover {
    Low,
    Mid,
    High,
}

impl Turnover {
    pub(crate) fn of(word: &str) -> Self {
        match word {
            "high" => Self::High,
            "mid" => Self::Mid,
            _ => Self::Low,
        }
    }

    /// How many days ago a position was bought, of the last `days`: any day as likely as any other
    /// under low turnover, recent ones likelier under higher.
    fn age(self, days: usize, draws: &mut Draws) -> usize {
        let u = draws.unit();
        let skewed = match self {
            Self::Low => u,
            Self::Mid => u * u,
            Self::High => u * u * u * u,
        };
        let days_f = f64::from(u32::try_from(days).unwrap_or(u32::MAX));
        usize::try_from(rounded((skewed * days_f).floor())).unwrap_or(0).min(days.saturating_sub(1))
    }
}

/// Everybody's cash as a share of wealth: the published deciles, dealt out; all of it for those who
/// hold nothing.
pub(crate) fn cash_shares(holdings: &[usize], draws: &mut Draws) -> Vec<f64> {
    let holders = holdings.iter().filter(|it| **it > 0).count();
    let count = |it: usize| f64::from(u32::try_from(it).unwrap_or(u32::MAX));
    let (all, some) = (count(holdings.len()), count(holders));
    // Those without shares have the highest share of cash: the others lie below them.
    let below = if all > 0.0 { some / all } else { 0.0 };
    let mut shares: Vec<f64> =
        (0..holders).map(|it| quantile((count(it) + 0.5) / some * below)).collect();
    shuffle(&mut shares, draws);
    let mut shares = shares.into_iter();
    let share = |it: &usize| if *it == 0 { 1.0 } else { shares.next().unwrap_or(1.0) };
    holdings.iter().map(share).collect()
}

/// The quantile of the cash share, straight between deciles.
fn quantile(u: f64) -> f64 {
    let at = (u * 10.0).clamp(0.0, 9.999);
    let decile = usize::try_from(rounded(at.floor())).unwrap_or(0).min(9);
    let (low, high) = (CASH_DECILES[decile], CASH_DECILES[decile + 1]);
    low + (high - low) * (at - at.floor())
}

/// Cash and positions: whole lots that cost the capital together with the cash, to the cent, and
/// leave about the wanted share of cash in wealth at the last close.
pub(crate) fn endow(
    means: &Means,
    stocks: &[usize],
    listed: &[Listed],
    draws: &mut Draws,
) -> (Amount, Vec<Option<Held>>) {
    let mut held = vec![None; listed.len()];
    let mut cash = means.capital;
    let parts: Vec<f64> = stocks.iter().map(|_| 0.5 + draws.unit()).collect();
    let whole: f64 = parts.iter().sum();
    let costs: Vec<Amount> = stocks
        .iter()
        .map(|&it| {
            let closes = &listed[it].closes;
            let age = means.turnover.age(closes.len(), draws);
            match means.mode {
                Mode::Sound => closes[closes.len() - 1 - age],
                Mode::Paper => closes[0],
            }
        })
        .collect();
    // What one unit of money spent on the positions is worth now.
    let gain: f64 = stocks
        .iter()
        .zip(&parts)
        .zip(&costs)
        .map(|((&it, part), cost)| part / whole * listed[it].last().float() / cost.float())
        .sum();
    let share = means.cash_share;
    let spent = if stocks.is_empty() { 0.0 } else { (1.0 - share) / (1.0 - share + share * gain) };
    for ((&it, part), cost) in stocks.iter().zip(&parts).zip(&costs) {
        let money = means.capital.float() * spent * part / whole;
        #[expect(clippy::cast_precision_loss, reason = "a lot is a small number")]
        let lots = rounded((money / (cost.float() * LOT as f64)).floor());
        // Rounding in the sum above must not spend more than there is.
        let paid = |lots: i64| cost.times(lots * LOT).filter(|it| *it <= cash);
        let Some((lots, paid)) = paid(lots).map(|it| (lots, it)) else { continue };
        if lots > 0 {
            cash.0 -= paid.0;
            held[it] = Some(Held { shares: lots * LOT, cost: Some(*cost) });
        }
    }
    (cash, held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deciles_are_met() {
        let holdings: Vec<usize> = (0..1_000).map(|it| usize::from(it >= 13)).collect();
        let mut draws = asfm_engine::Seed(1).stream(asfm_engine::Purpose::World, 0, 0);
        let mut shares = cash_shares(&holdings, &mut draws);
        shares.sort_by(f64::total_cmp);
        for (decile, expected) in (1..10).zip(&CASH_DECILES[1..10]) {
            let found = shares[decile * 100];
            assert!((found - expected).abs() < 0.005, "decile {decile}: {found}");
        }
        let mean = shares.iter().sum::<f64>() / 1_000.0;
        assert!((mean - 0.41).abs() < 0.02, "the mean is {mean}");
    }

    #[test]
    fn recent_days_are_likelier_under_high_turnover() {
        let mut draws = asfm_engine::Seed(1).stream(asfm_engine::Purpose::World, 0, 0);
        let mut mean =
            |it: Turnover| (0..2_000).map(|_| it.age(110, &mut draws)).sum::<usize>() / 2_000;
        let (low, mid, high) = (mean(Turnover::Low), mean(Turnover::Mid), mean(Turnover::High));
        assert!(low > mid + 10 && mid > high + 5, "{low} {mid} {high}");
    }
}
