//! How often chance alone looks like support.

use asfm_experiment::Verdict;
use proptest::prelude::*;

use crate::support::{Random, claim, experiment, judge, one, values};

#[test]
fn chance_supports_a_claim_in_at_most_a_twentieth_of_all_experiments() {
    const EXPERIMENTS: u64 = 2000;
    // Three standard errors of a share of 0.05.
    let most = 0.05 + 3.0 * (0.05 * 0.95 / 2000.0_f64).sqrt();
    for direction in ["up", "down", "change"] {
        let rest = "of = \"b\"\nagainst = \"a\"\nsmallest = 0.1";
        let of = experiment(7, &claim("H", &format!("{rest}\ndirection = \"{direction}\"")));
        let (mut supported, mut contradicted) = (0_u32, 0_u32);
        for start in 0..EXPERIMENTS {
            let value = |arm: usize, seed: u64| {
                Random(start * 1_000_003 + seed * 101 + arm as u64).normal()
            };
            match judge(&of, &values(&of, value))[0].verdict {
                Verdict::Supported => supported += 1,
                Verdict::Contradicted => contradicted += 1,
                _ => {}
            }
        }
        let share = f64::from(supported) / 2000.0;
        assert!(share <= most, "{direction}: {share}");
        assert!(f64::from(contradicted) / 2000.0 <= most, "{direction}: {contradicted}");
        assert!(share > 0.005, "{direction}: {share}, as if nothing could be supported");
    }
}

#[test]
fn chance_supports_a_family_in_at_most_a_twentieth() {
    let claims = ["b", "c", "d", "e"].map(|it| {
        let rest = format!("of = \"{it}\"\nagainst = \"a\"\nsmallest = 0.1\nfamily = \"f\"");
        claim(it, &format!("{rest}\ndirection = \"change\""))
    });
    let of = experiment(7, &claims.concat());
    let any = (0..1000_u64).filter(|start| {
        let value =
            |arm: usize, seed: u64| Random(start * 1_000_003 + seed * 101 + arm as u64).normal();
        judge(&of, &values(&of, value)).iter().any(|it| it.verdict == Verdict::Supported)
    });
    let share = f64::from(u32::try_from(any.count()).expect("few")) / 1000.0;
    assert!(share <= 0.05 + 3.0 * (0.05 * 0.95 / 1000.0_f64).sqrt(), "{share}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_claim_and_its_mirror_image_have_the_same_verdict(start in any::<u64>(), much in -3.0..3.0) {
        let value = |arm: usize, seed: u64| {
            let noise = Random(start ^ (seed * 101 + arm as u64)).normal();
            if arm == 1 { much + noise } else { noise }
        };
        let told = |rest: &str| one(7, &format!("{rest}\nsmallest = 0.5"), value).verdict;
        for (there, back) in [("up", "down"), ("down", "up"), ("change", "change"), ("none", "none")] {
            let one = told(&format!("of = \"b\"\nagainst = \"a\"\ndirection = \"{there}\""));
            let other = told(&format!("of = \"a\"\nagainst = \"b\"\ndirection = \"{back}\""));
            prop_assert_eq!(one, other, "{}", there);
        }
    }

    #[test]
    fn verdicts_do_not_depend_on_the_unit(start in any::<u64>(), unit in 0.001..1000.0_f64) {
        let value = |unit: f64| move |arm: usize, seed: u64| {
            let noise = Random(start ^ (seed * 101 + arm as u64)).normal();
            unit * (if arm == 1 { 1.0 + noise } else { noise })
        };
        let told = |unit: f64| {
            let rest = format!("smallest = {}\ndirection = \"up\"", 0.5 * unit);
            one(7, &format!("of = \"b\"\nagainst = \"a\"\n{rest}"), value(unit)).verdict
        };
        prop_assert_eq!(told(1.0), told(unit));
    }
}
