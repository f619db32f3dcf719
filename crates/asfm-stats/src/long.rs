//! A series of any length: moments and drawdowns of all of it, and its last returns for
//! everything that takes more than a pass.

use crate::drawdown::{Drawdown, along, drawdown};
use crate::error::{Result, StatsError, at_least, finite, same_length};
use crate::moments::{Moments, moments_of_column};
use crate::series::{Series, prices_of};

/// What is kept of a long series.
///
/// Its column is given away, changed into returns and sorted where it lies: ten million
/// values take the 80 MB that they are, and nothing as long as they stands beside them.
#[derive(Clone, Debug, PartialEq)]
pub struct Long {
    /// Number of returns.
    pub n: usize,
    /// Moments of all returns.
    pub moments: Moments,
    /// Drawdown of all prices; places are indices of prices.
    pub drawdown: Drawdown,
    /// The last returns with their prices.
    pub last: Series,
}

impl Long {
    /// A series of prices of which the last `window` returns are kept. Needs 2 prices and a
    /// window of 1.
    ///
    /// ```
    /// use asfm_stats::long::Long;
    ///
    /// let long = Long::from_prices(vec![100.0, 80.0, 100.0, 100.0], 2)?;
    /// assert_eq!((long.n, long.last.returns.len()), (3, 2));
    /// assert!((long.drawdown.max_drawdown - 0.2).abs() < 1e-15);
    /// assert!((long.moments.max - 1.25_f64.ln()).abs() < 1e-15);
    /// assert_eq!(long.last.price, [80.0, 100.0, 100.0]);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `TooShort` below two prices, `Domain` for a price not above 0 or a window of 0,
    /// `NonFinite`.
    pub fn from_prices(price: Vec<f64>, window: usize) -> Result<Self> {
        at_least(&price, 2)?;
        asked(window)?;
        let drawdown = drawdown(&price)?;
        let last = Series::from_prices(&price[price.len().saturating_sub(window + 1)..], None)?;
        let mut column = price;
        let mut before = column[0].ln();
        for it in &mut column[1..] {
            let log = it.ln();
            *it = log - before;
            before = log;
        }
        column.remove(0);
        Ok(Self { n: column.len(), moments: moments_of_column(column)?, drawdown, last })
    }

    /// A series of log returns of which the last `window` are kept; prices are cumulated
    /// from 100. Needs 1 return and a window of 1.
    ///
    /// ```
    /// use asfm_stats::long::Long;
    ///
    /// let long = Long::from_returns(vec![0.5, -0.25, 0.75], 1)?;
    /// assert_eq!(long.last.returns, [0.75]);
    /// assert!((long.last.price[1] - 100.0 * 1.0_f64.exp()).abs() < 1e-12);
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `Empty`, `NonFinite`, `Domain` for returns whose price is out of range or a window of
    /// 0.
    pub fn from_returns(returns: Vec<f64>, window: usize) -> Result<Self> {
        finite(&returns)?;
        asked(window)?;
        if prices_of(&returns).any(|it| !(it > 0.0 && it <= 1e75)) {
            return Err(StatsError::Domain("returns whose price is out of range"));
        }
        let start = returns.len().saturating_sub(window);
        let last = Series {
            returns: returns[start..].to_vec(),
            price: prices_of(&returns).skip(start).collect(),
            volume: None,
        };
        let drawdown = along(prices_of(&returns));
        Ok(Self { n: returns.len(), moments: moments_of_column(returns)?, drawdown, last })
    }

    /// The same with the volume of the days of [`Self::last`], one value per return.
    ///
    /// # Errors
    ///
    /// `LengthMismatch`, `NonFinite`, `Domain` for a negative volume.
    ///
    /// ```
    /// use asfm_stats::long::Long;
    ///
    /// let long = Long::from_prices(vec![100.0, 101.0, 99.0], 1)?.with_volume(&[5000.0])?;
    /// assert_eq!(long.last.volume, Some(vec![5000.0]));
    /// # Ok::<(), asfm_stats::StatsError>(())
    /// ```
    pub fn with_volume(mut self, volume: &[f64]) -> Result<Self> {
        same_length(&self.last.returns, volume)?;
        self.last = Series { volume: Some(volume.to_vec()), ..self.last }.checked()?;
        Ok(self)
    }
}

fn asked(window: usize) -> Result<()> {
    if window == 0 { Err(StatsError::Domain("a window of no returns")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moments::moments;
    use crate::yardstick::gaussian_walk;

    #[test]
    fn nothing_differs_from_the_series_held_whole() {
        let walk = gaussian_walk(3001, 0.02, false, 7).expect("a walk");
        let whole = Series::from_prices(&walk.price, None).expect("prices are sound");
        let long = Long::from_prices(walk.price.clone(), 500).expect("prices are sound");
        assert_eq!(long.last, whole.last(500));
        assert_eq!(long.moments, moments(&whole.returns).expect("returns"));
        assert_eq!(long.drawdown, drawdown(&whole.price).expect("prices"));

        let whole = Series::from_returns(&walk.returns, None).expect("returns are sound");
        for window in [1, 500, 3001, 9000] {
            let long = Long::from_returns(walk.returns.clone(), window).expect("returns are sound");
            assert_eq!(long.last, whole.last(window));
            assert_eq!(long.drawdown, drawdown(&whole.price).expect("prices"));
        }
    }

    #[test]
    fn what_has_no_answer_is_refused() {
        assert_eq!(Long::from_prices(vec![], 1), Err(StatsError::Empty));
        let short = StatsError::TooShort { need: 2, got: 1 };
        assert_eq!(Long::from_prices(vec![1.0], 1), Err(short));
        assert!(matches!(Long::from_prices(vec![1.0, 0.0], 1), Err(StatsError::Domain(_))));
        assert!(matches!(Long::from_prices(vec![1.0, 2.0], 0), Err(StatsError::Domain(_))));
        assert!(matches!(Long::from_returns(vec![900.0], 1), Err(StatsError::Domain(_))));
        let bad = Err(StatsError::NonFinite { index: 1 });
        assert_eq!(Long::from_returns(vec![0.0, f64::NAN], 1), bad);
        let long = Long::from_returns(vec![0.1, 0.2], 1).expect("returns are sound");
        assert!(long.clone().with_volume(&[1.0, 2.0]).is_err());
        assert!(long.clone().with_volume(&[-1.0]).is_err());
        assert_eq!(long.with_volume(&[3.0]).map(|it| it.last.volume), Ok(Some(vec![3.0])));
    }
}
