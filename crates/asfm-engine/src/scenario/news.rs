//! What is reported: the news of a scenario and of the file that it names.

use toml::Spanned;

use super::check::{Checked, File, Included};
use super::error::nearest;
use super::{Company, News, written};
use crate::units::Day;

/// The news written in the scenario, then that of its file; sorted by day, else in this order.
pub(super) fn news(
    raw: &written::Scenario,
    companies: &[Company],
    included: &mut Included<'_>,
) -> Checked<Vec<News>> {
    let days = *raw.days.get_ref();
    let mut news = checked(included.file, &raw.news, days, companies)?;
    if let Some(path) = &raw.news_file {
        let file = included.text(path, "news-file")?;
        let read: written::NewsTable = file.parse()?;
        // A file of news is a stock for runs of any length: what comes after the last day is left.
        let known = checked(&file, &read.news, u32::MAX, companies)?;
        news.extend(known.into_iter().filter(|it| it.day.0 <= days));
    }
    news.sort_by_key(|it| it.day);
    Ok(news)
}

fn checked(
    file: &File<'_>,
    written: &[written::News],
    days: u32,
    companies: &[Company],
) -> Checked<Vec<News>> {
    let mut news = Vec::with_capacity(written.len());
    for (at, it) in written.iter().enumerate() {
        let day = *it.day.get_ref();
        if day > days {
            let message = format!("news on day {day}, but the run has {days} days");
            return file.refuse(it.day.span(), &format!("news[{at}].day"), message);
        }
        let until = match it.days {
            Some(0) => {
                let message = "expected at least 1 day";
                return file.refuse(it.day.span(), &format!("news[{at}].days"), message);
            }
            Some(shown) => day.saturating_add(shown - 1),
            None => u32::MAX,
        };
        for (place, sector) in it.sectors.iter().enumerate() {
            known(file, sector, companies, &format!("news[{at}].sectors[{place}]"))?;
        }
        news.push(News {
            day: Day(day),
            until: Day(until),
            text: it.text.clone(),
            topic: it.topic.clone(),
            size: it.size.map(|it| it.0),
            sectors: it.sectors.iter().map(|it| it.get_ref().clone()).collect(),
            audience: it.audience,
        });
    }
    Ok(news)
}

/// Refuses a sector of which there is no company.
fn known(
    file: &File<'_>,
    sector: &Spanned<String>,
    companies: &[Company],
    key: &str,
) -> Checked<()> {
    let name = sector.get_ref();
    if companies.iter().any(|it| it.sector == *name) {
        return Ok(());
    }
    let error = file.error(sector.span(), key, format!("no company is of the sector `{name}`"));
    Err(error.suggest(nearest(name, companies.iter().map(|it| it.sector.as_str()))))
}
