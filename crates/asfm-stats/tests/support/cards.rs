//! The golden verdicts.

use asfm_stats::card::{Card, Fact, Options, card};
use asfm_stats::series::Series;

use super::{Class, Ledger, files};

/// The series of a golden card, by its name.
pub(crate) fn named(name: &str) -> Option<Series> {
    if let Some((base, n)) = name.split_once("_last") {
        return Some(files::series(base)?.last(n.parse().expect("a length")));
    }
    if let Some((base, n)) = name.split_once("_first") {
        // The golden cards of beginnings were computed without volume.
        let first = files::series(base)?.window(0, n.parse().expect("a length"));
        return Some(Series { volume: None, ..first });
    }
    files::series(name)
}

/// The card of a series with 999 replicates.
pub(crate) fn own(series: &Series) -> Card {
    card(series, &Options::default()).expect("a card")
}

/// Compares the verdicts of every series that is there. At 1000 returns and more they
/// must agree (F8 is not compared); below, an open verdict may stand against any other.
pub(crate) fn cards() -> Ledger {
    let mut ledger = Ledger::default();
    let Some(want) = files::golden("card.json") else {
        ledger.skipped.push("cards".to_owned());
        return ledger;
    };
    for (name, want) in want["cards"].as_object().expect("cards") {
        let Some(series) = named(name) else {
            ledger.skipped.push(format!("card of {name}"));
            continue;
        };
        let got = own(&series);
        for &fact in Fact::judged() {
            if fact == Fact::GainLoss {
                continue;
            }
            let ours = got.verdict(fact).letter();
            let theirs = want[fact.name()].as_str().and_then(|it| it.chars().next()).unwrap_or('N');
            let open = series.returns.len() < 1000 && (ours == 'I' || theirs == 'I');
            let differs = f64::from(u8::from(ours != theirs && !open));
            let at = format!("{name}.{}", fact.name());
            ledger.enter(Class::F, &at, differs, &format!("{ours} for {theirs}"));
        }
    }
    ledger
}
