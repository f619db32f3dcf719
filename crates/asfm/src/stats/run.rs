//! One recorded run: the metrics of every stock, and the card of every stock and of the index.

use std::path::Path;

use anyhow::Context as _;
use asfm_engine::Engine;
use asfm_measure::{Odd, Readings, Tally};
use asfm_recorder::RunInfo;
use asfm_stats::card::{Card, Options, card};
use asfm_stats::market::{OrderMetrics, equal_weight_index, order_metrics, turnover};
use asfm_stats::series::{self, Series, report};
use asfm_stats::yardstick::Compared;
use serde_json::{Value, json};

use super::series::yardsticks;
use super::{lines, page};
use crate::failure::{Failure, open_run};
use crate::observe::records;

/// A run in numbers.
pub(super) struct RunStats {
    pub(super) file: String,
    pub(super) info: RunInfo,
    /// Trading days that have ended.
    pub(super) days: usize,
    pub(super) readings: Readings,
    pub(super) stocks: Vec<StockStats>,
    /// The index and its card; absent before the first close.
    pub(super) index: Option<(Series, Compared)>,
}

pub(super) struct StockStats {
    pub(super) code: String,
    pub(super) orders: OrderMetrics,
    pub(super) turnover: Option<f64>,
    pub(super) volatility: Option<f64>,
    pub(super) series: Option<Series>,
    pub(super) card: Option<Card>,
}

/// Reads a run file and computes.
pub(super) fn read(
    path: &Path,
    references: &[Series],
    options: Options,
) -> Result<RunStats, Failure> {
    let file = path.display().to_string();
    let run = open_run(path)?;
    let odd = |what: Odd| records(path, &what);
    let engine = Engine::new(run.scenario()?, run.info().seed);
    let mut tally = Tally::new(&engine);
    for round in run.rounds() {
        tally.add(&round?).map_err(odd)?;
    }
    tally.finish().map_err(odd)?;
    let closes: Vec<&[f64]> = tally.closes.iter().map(Vec::as_slice).collect();
    let (days, readings) = (tally.days(), tally.readings());
    let mut stocks = Vec::new();
    for (at, company) in engine.scenario().companies().iter().enumerate() {
        let totals = &tally.stocks[at];
        let series = Series::from_prices(closes[at], Some(&tally.volume[at])).ok();
        let card = series.as_ref().map(|it| card(it, &options)).transpose();
        stocks.push(StockStats {
            code: company.code.clone(),
            orders: order_metrics(&totals.orders, totals.traded),
            turnover: turnover(std::slice::from_ref(totals), days).ok().map(|it| it.pooled),
            volatility: readings.volatility.as_ref().map(|it| it.per_stock[at]),
            series,
            card: card.context("the card cannot be computed")?,
        });
    }
    let total: Vec<f64> =
        (0..=days).map(|day| tally.volume.iter().map(|it| it[day]).sum()).collect();
    let index = equal_weight_index(&closes)
        .ok()
        .and_then(|prices| Series::from_prices(&prices, Some(&total)).ok());
    let index = match index {
        Some(series) => {
            let compared = yardsticks(&series, references, options)?;
            Some((series, compared))
        }
        None => None,
    };
    Ok(RunStats { file, info: run.info().clone(), days, readings, stocks, index })
}

impl RunStats {
    /// The run as JSON.
    pub(super) fn json(&self) -> Result<Value, Failure> {
        let statistics = |series: &Series| -> Result<Value, Failure> {
            let options = series::Options { heavy: false, ..series::Options::default() };
            let report = report(series, &options).context("the statistics of a stock")?;
            let mut report = serde_json::to_value(&report).context("the statistics of a stock")?;
            report["needs"] = lines::needs(&report, series.returns.len());
            Ok(report)
        };
        let mut json = serde_json::to_value(&self.readings).context("the metrics")?;
        let info = &self.info;
        json["run"] = json!(self.file);
        json["scenario"] = json!(info.scenario);
        json["seed"] = json!(info.seed.0);
        json["brain"] = json!(info.header.brain);
        json["status"] = json!(info.status.word());
        json["agents"] = json!(info.agents);
        json["days"] = json!(self.days);
        json["digest"] = json!(info.digest.map(|it| it.to_string()));
        for (name, _, value) in self.readings.all() {
            // What cannot be computed is null, not absent.
            if value.is_none() {
                json[name] = Value::Null;
            }
        }
        for it in &self.stocks {
            let mut stock = serde_json::to_value(it.orders).context("the metrics of a stock")?;
            stock["TR"] = json!(it.turnover);
            stock["VO"] = json!(it.volatility);
            stock["statistics"] = it.series.as_ref().map(statistics).transpose()?.into();
            stock["card"] = it.card.as_ref().map(page::card_json).into();
            json["per_stock"][&it.code] = stock;
        }
        json["index"] = match &self.index {
            None => Value::Null,
            Some((series, it)) => json!({
                "statistics": statistics(series)?,
                "card": page::card_json(&it.card),
                "gaussian_walk": page::card_json(&it.gaussian_walk),
                "real_windows": it.real_windows,
            }),
        };
        Ok(json)
    }
}
