//! Who trades: kinds by ratio and capital, or a table of all traders.

use std::collections::BTreeSet;
use std::sync::Arc;

use toml::Spanned;

use super::check::{AGENTS_MAX, CASH_MAX, Checked, File, Included};
use super::roster::{Part, Roster};
use super::{Allocation, Company, Kind, written};
use crate::units::{Cash, Ppm};

/// Who trades, and what all of them own.
pub(super) struct Population {
    pub(super) kinds: Vec<Kind>,
    pub(super) roster: Option<Arc<Roster>>,
    /// Cash and shares at the last initial closes, of all traders together.
    pub(super) capital: i128,
}

pub(super) fn population(
    raw: &written::Scenario,
    companies: &[Company],
    included: &mut Included<'_>,
) -> Checked<Population> {
    different(included.file, &raw.traders)?;
    match &raw.population.table {
        Some(path) => by_table(raw, path, companies, included),
        None => by_ratio(included.file, raw),
    }
}

/// Refuses two kinds of one name.
fn different(file: &File<'_>, traders: &[written::Traders]) -> Checked<()> {
    let mut seen = BTreeSet::new();
    for (at, it) in traders.iter().enumerate() {
        let name = it.kind.get_ref();
        if name.is_empty() || !seen.insert(name) {
            let message = format!("the kind `{name}` is empty or used twice");
            return file.refuse(it.kind.span(), &format!("traders[{at}].kind"), message);
        }
    }
    Ok(())
}

fn kind(it: &written::Traders, capital: Cash, traders: u32, first: u32) -> Kind {
    let name = it.kind.get_ref().clone();
    let profile = it.profile.clone().unwrap_or_else(|| name.clone());
    Kind { name, profile, by_rule: it.by_rule, capital, traders, first }
}

/// Traders as the rows of a table say, kind by kind.
fn by_table(
    raw: &written::Scenario,
    path: &Spanned<String>,
    companies: &[Company],
    included: &mut Included<'_>,
) -> Checked<Population> {
    let file = included.file;
    superfluous(file, &raw.population)?;
    let names: Vec<&str> = raw.traders.iter().map(|it| it.kind.get_ref().as_str()).collect();
    let table = included.text(path, "population.table")?;
    let (roster, parts) = Roster::read(&table, &names, companies)?;
    let agents = &raw.population.agents;
    if !agents.span().is_empty() && *agents.get_ref() as usize != roster.len() {
        let (found, path) = (agents.get_ref(), path.get_ref());
        let message = format!("{found} traders, but the table `{path}` has {} rows", roster.len());
        let error = file.error(agents.span(), "population.agents", message);
        return Err(error.hint("every row of a table is a trader: leave the number out"));
    }
    let (mut kinds, mut first) = (Vec::new(), 0);
    for (it, part) in raw.traders.iter().zip(&parts) {
        let mean = part.wealth / i128::from(part.traders.max(1));
        let mean = Cash(i64::try_from(mean).expect("a part of a sum that was checked"));
        kinds.push(kind(it, mean, part.traders, first));
        first += part.traders;
    }
    let capital = parts.iter().map(|it: &Part| it.wealth).sum();
    Ok(Population { kinds, roster: Some(Arc::new(roster)), capital })
}

/// Refuses what would have no effect beside a table.
fn superfluous(file: &File<'_>, it: &written::Population) -> Checked<()> {
    let keys = [
        ("population.capital-scale", it.capital_scale.span()),
        ("population.initial-shares", it.initial_shares.span()),
        ("population.allocation", it.allocation.span()),
        ("population.subset", it.subset.span()),
    ];
    match keys.into_iter().find(|it| !it.1.is_empty()) {
        None => Ok(()),
        Some((key, span)) => {
            let message = "it has no effect beside a table, which says what every trader owns";
            Err(file.error(span, key, message).hint("leave out either this key or the table"))
        }
    }
}

/// Traders by the ratios of their kinds, each with its kind's capital.
fn by_ratio(file: &File<'_>, raw: &written::Scenario) -> Checked<Population> {
    let population = &raw.population;
    let agents = *population.agents.get_ref();
    let agents_key = "population.agents";
    if agents == 0 || agents > AGENTS_MAX {
        let message = format!("expected between 1 and {AGENTS_MAX} traders, found {agents}");
        return file.refuse(population.agents.span(), agents_key, message);
    }
    let mut ratios = Vec::new();
    for (at, it) in raw.traders.iter().enumerate() {
        let ratio = required(file, it, it.ratio.as_ref(), &format!("traders[{at}].ratio"))?;
        ratios.push(*ratio.get_ref());
    }
    let parts: u64 = ratios.iter().map(|it| u64::from(*it)).sum();
    if parts == 0 {
        let message = "expected at least one kind of trader with a positive ratio";
        return file.refuse(0..0, "traders", message);
    }
    if u64::from(agents) % parts != 0 {
        let ratio: Vec<String> = ratios.iter().map(u32::to_string).collect();
        let (below, above) =
            (u64::from(agents) / parts * parts, (u64::from(agents) / parts + 1) * parts);
        let near = if below == 0 { above.to_string() } else { format!("{below} or {above}") };
        let message = format!(
            "{agents} traders cannot be divided {}: expected a multiple of {parts}",
            ratio.join(":")
        );
        let error = file.error(population.agents.span(), agents_key, message);
        return Err(error.hint(format!("{near} would do")));
    }
    let scale = *population.capital_scale.get_ref();
    if scale == 0 {
        let span = population.capital_scale.span();
        return file.refuse(span, "population.capital-scale", "expected at least 1");
    }
    let (mut kinds, mut first, mut wealth) = (Vec::new(), 0, 0_i64);
    for (at, (it, ratio)) in raw.traders.iter().zip(ratios).enumerate() {
        let key = format!("traders[{at}].capital");
        let written = required(file, it, it.capital.as_ref(), &key)?;
        let capital = file.positive_units(written, &key, CASH_MAX)?;
        let traders = u64::from(agents) / parts * u64::from(ratio);
        let traders = u32::try_from(traders).expect("a part of the agents");
        let capital = capital.checked_mul(i64::from(scale));
        let all = capital.and_then(|it| it.checked_mul(i64::from(traders)));
        let total = all.and_then(|it| it.checked_add(wealth)).filter(|it| *it <= CASH_MAX);
        let (Some(capital), Some(total)) = (capital, total) else {
            let message =
                format!("all traders together may not start with more than {}", Cash(CASH_MAX));
            return file.refuse(written.span(), &key, message);
        };
        wealth = total;
        kinds.push(kind(it, Cash(capital), traders, first));
        first += traders;
    }
    Ok(Population { kinds, roster: None, capital: i128::from(wealth) })
}

/// What a kind must say where no table says it.
fn required<'w, T>(
    file: &File<'_>,
    kind: &written::Traders,
    value: Option<&'w T>,
    key: &str,
) -> Checked<&'w T> {
    value.ok_or_else(|| {
        let name = kind.kind.get_ref();
        let message = format!("missing, and nothing else says it of the kind `{name}`");
        let error = file.error(kind.kind.span(), key, message);
        error.hint("a population can also be a table: `population.table = \"FILE.csv\"`")
    })
}

/// How traders without a table are given shares.
pub(super) fn endowment(
    file: &File<'_>,
    raw: &written::Scenario,
    companies: &[Company],
) -> Checked<(Ppm, Allocation, u16)> {
    let population = &raw.population;
    if population.table.is_some() {
        return Ok((Ppm(0), Allocation::CashOnly, 0));
    }
    let share = file.share(&population.initial_shares, "population.initial-shares")?;
    let allocation = *population.allocation.get_ref();
    let subset = *population.subset.get_ref();
    if allocation == Allocation::RandomSubset
        && (subset == 0 || usize::from(subset) > companies.len())
    {
        let message = format!("expected between 1 and {} stocks, found {subset}", companies.len());
        let span = if population.subset.span().is_empty() {
            population.allocation.span()
        } else {
            population.subset.span()
        };
        return file.refuse(span, "population.subset", message);
    }
    if allocation == Allocation::MarketCap
        && let Some(it) = companies.iter().find(|it| it.shares_outstanding.is_none())
    {
        let message = format!(
            "`market-cap` needs `shares-outstanding` of every company; {} has none",
            it.code
        );
        return file.refuse(population.allocation.span(), "population.allocation", message);
    }
    Ok((share, allocation, subset))
}
