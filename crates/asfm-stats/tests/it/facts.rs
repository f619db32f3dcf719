//! Real series pass the facts they should, and processes without a fact fail it.

use asfm_stats::card::{Card, Fact, Options, Verdict, card};
use asfm_stats::series::Series;
use asfm_stats::yardstick::{across_runs, compared, gaussian_walk, shares};

use crate::support::cards::{named, own};

fn card_of(name: &str) -> Option<Card> {
    named(name).map(|it| own(&it))
}

fn all(card: &Card, verdict: Verdict, facts: &[Fact]) {
    for &fact in facts {
        let got = card.verdict(fact);
        assert_eq!(got, verdict, "{}: {}", fact.name(), card.letters());
    }
}

const REAL: [Fact; 8] = [
    Fact::NoAutocorrelation,
    Fact::FatTails,
    Fact::VolatilityClustering,
    Fact::LongMemory,
    Fact::Aggregation,
    Fact::VolumeVolatility,
    Fact::Intermittency,
    Fact::ConditionalTails,
];

#[test]
fn real_series_pass() {
    for name in ["real_aapl", "real_ibm", "real_sp500", "real_sz000338"] {
        let Some(card) = card_of(name) else { continue };
        all(&card, Verdict::Pass, &REAL);
        if name != "real_sz000338" {
            all(&card, Verdict::Pass, &[Fact::Leverage]);
        }
        assert_eq!(card.core.passed, 5);
    }
}

#[test]
fn a_gaussian_walk_fails() {
    for seed in [3, 11] {
        let walk = gaussian_walk(5000, 0.01, true, seed).expect("a walk");
        let facts = [
            Fact::FatTails,
            Fact::VolatilityClustering,
            Fact::Leverage,
            Fact::VolumeVolatility,
            Fact::Intermittency,
            Fact::ConditionalTails,
        ];
        all(&own(&walk), Verdict::Fail, &facts);
    }
}

#[test]
fn processes_pass_what_they_have_and_fail_what_they_lack() {
    let named = |it| card_of(it).expect("a synthetic series is always there");
    let t3 = named("syn_t3");
    all(&t3, Verdict::Pass, &[Fact::FatTails]);
    all(&t3, Verdict::Fail, &[Fact::VolatilityClustering]);
    let garch = named("syn_garch");
    all(&garch, Verdict::Pass, &[Fact::VolatilityClustering]);
    all(&garch, Verdict::Fail, &[Fact::Leverage, Fact::ConditionalTails]);
    all(&named("syn_gjr"), Verdict::Pass, &[Fact::VolatilityClustering, Fact::Leverage]);
    let ar1 = named("syn_ar1");
    all(&ar1, Verdict::Fail, &[Fact::NoAutocorrelation]);
    assert!(ar1.prewhitened);
    for fact in [Fact::VolatilityClustering, Fact::Leverage] {
        assert_ne!(ar1.verdict(fact), Verdict::Pass);
    }
}

#[test]
fn short_series_are_mostly_open() {
    let card = card_of("real_ibm_last60").expect("the series is there");
    let open = card.letters().chars().filter(|it| "IN".contains(*it)).count();
    assert!(open >= 6, "{}", card.letters());
    let none = own(&named("real_ibm_last30").expect("the series is there").last(19));
    assert_eq!(none.letters(), "NNNNNNNNNN");
    assert_eq!(none.core.not_applicable, 5);
}

#[test]
fn threads_do_not_matter() {
    let series = named("real_ibm_last250").expect("the series is there");
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| card(&series, &Options { replicates: 199, seed: 5 }).expect("a card"))
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(7));
    let other = card(&series, &Options { replicates: 199, seed: 6 }).expect("a card");
    assert_ne!(one.lines, other.lines);
}

#[test]
fn a_card_stands_beside_its_yardsticks() {
    let series = named("real_ibm_last250").expect("the series is there");
    let reference = named("real_aapl").expect("the series is there");
    let options = Options { replicates: 99, seed: 1 };
    let compared = compared(&series, &[reference], 5, &options).expect("a comparison");
    assert_eq!(compared.gaussian_walk.n, 250);
    assert_ne!(compared.gaussian_walk.verdict(Fact::FatTails), Verdict::Pass);
    let windows = compared.real_windows.expect("aapl is long enough");
    assert_eq!(windows.len(), 10);
    assert!(windows.iter().all(|it| {
        it.n == 5 && it.passed + it.failed + it.inconclusive + it.not_applicable == 5
    }));
}

#[test]
fn runs_are_the_unit_of_observation() {
    let options = Options { replicates: 49, seed: 1 };
    let run = |seed: u64| -> Vec<Card> {
        (0..3)
            .map(|stock| {
                let walk = gaussian_walk(120, 0.01, false, 100 * seed + stock).expect("a walk");
                card(&walk, &options).expect("a card")
            })
            .collect()
    };
    let runs: Vec<Vec<Card>> = (0..8).map(run).collect();
    let facts = across_runs(&runs, 1).expect("runs");
    let clustering = facts.iter().find(|it| it.fact == Fact::VolatilityClustering).expect("F3");
    assert_eq!(clustering.statistic.expect("a mean").n, 8, "runs, not stocks");
    assert_eq!(clustering.verdicts.n, 24);
    assert!(clustering.bca.is_some() && clustering.null.is_some());
    assert!(shares(&[]).is_err() && across_runs(&[], 1).is_err());
}

#[test]
fn names_and_letters_in_json() {
    let returns: Vec<f64> = (0..30_i32).map(|t| f64::from(t * 7 % 11) / 100.0).collect();
    let series = Series::from_returns(&returns, None).expect("a series");
    let json = serde_json::to_value(own(&series)).expect("a card is plain data");
    assert_eq!(json["lines"][0]["fact"], "F1_no_autocorr");
    assert_eq!(json["lines"][0]["verdict"], "I");
    assert_eq!(json["lines"][6]["verdict"], "N");
}
