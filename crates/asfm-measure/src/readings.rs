//! Every reading of the paper's four metrics.

use asfm_stats::market::{OrderMetrics, Turnover, Volatility};
use serde::Serialize;

use crate::tally::as_f64;

/// Every reading of the paper's four metrics. A rate without a base is absent.
#[derive(Debug, Clone, Serialize)]
pub struct Readings {
    /// Order number and execution rate.
    #[serde(flatten)]
    pub orders: OrderMetrics,
    /// Requests that were rejected.
    pub rejected: u64,
    /// Turnover; absent before the first close.
    #[serde(flatten)]
    pub turnover: Option<Turnover>,
    /// Volatility; absent before the second close.
    #[serde(flatten)]
    pub volatility: Option<Volatility>,
    /// As VO, a close being the plain mean of the day's trades.
    #[serde(rename = "VO_close_mean_of_trades")]
    pub plain: Option<f64>,
}

impl Readings {
    /// The names of all readings, in the order of [`Self::all`].
    pub const NAMES: [&str; 14] = [
        "ON",
        "OER",
        "OER_single_counted",
        "OER_by_order_count_any_fill",
        "OER_by_order_count_full_fill",
        "OER_buy",
        "OER_sell",
        "TR",
        "TR_mean_of_stocks",
        "TR_per_day",
        "VO",
        "VO_equal_weight_index",
        "VO_ddof0",
        "VO_close_mean_of_trades",
    ];

    /// Name, meaning and value of each.
    pub fn all(&self) -> Vec<(&'static str, &'static str, Option<f64>)> {
        let it = &self.orders;
        let (tr, vo) = (self.turnover.as_ref(), self.volatility.as_ref());
        let values = [
            ("accepted orders", Some(as_f64(it.on))),
            ("executed of ordered shares", it.oer),
            ("traded, counted once, of ordered shares", it.oer_single_counted),
            ("orders with any execution", it.oer_any_fill),
            ("orders executed whole", it.oer_full_fill),
            ("executed of ordered shares, buy orders", it.oer_buy),
            ("executed of ordered shares, sell orders", it.oer_sell),
            ("traded of all shares, pooled", tr.map(|it| it.pooled)),
            ("traded of all shares, mean of stocks", tr.map(|it| it.mean_of_stocks)),
            ("traded of all shares, a day", tr.map(|it| it.per_day)),
            ("sd of daily returns, mean of stocks", vo.map(|it| it.mean_of_stocks)),
            ("sd of the index's daily returns", vo.map(|it| it.equal_weight_index)),
            ("as VO, divisor n", vo.map(|it| it.population)),
            ("as VO, closes the plain mean of trades", self.plain),
        ];
        Self::NAMES
            .into_iter()
            .zip(values)
            .map(|(name, (what, value))| (name, what, value))
            .collect()
    }
}
