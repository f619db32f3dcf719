//! What values by arm and seed come to, contrast by contrast.

use asfm_experiment::{Evidence, Finding, Values, Verdict};

use crate::support::{claim, experiment, judge, noise, number, one, population, values};

const DIFFERENCE: &str = "of = \"b\"\nagainst = \"a\"\nsmallest = 0.5\n";

fn difference(direction: &str, value: impl Fn(usize, u64) -> f64) -> Finding {
    one(8, &format!("{DIFFERENCE}direction = \"{direction}\""), value)
}

/// Arm `b` is so much above arm `a`, up to some noise.
fn above(much: f64, noisy: f64) -> impl Fn(usize, u64) -> f64 {
    move |arm, seed| if arm == 1 { much + noisy * noise(arm, seed) } else { 0.0 }
}

#[test]
fn a_difference_is_judged_in_its_direction() {
    for (direction, much, verdict) in [
        ("up", 2.0, Verdict::Supported),
        ("up", -2.0, Verdict::Contradicted),
        ("down", -2.0, Verdict::Supported),
        ("down", 2.0, Verdict::Contradicted),
        ("change", 2.0, Verdict::Supported),
        ("change", -2.0, Verdict::Supported),
        ("none", 2.0, Verdict::Contradicted),
    ] {
        let it = difference(direction, above(much, 0.5));
        assert_eq!(it.verdict, verdict, "{direction} {much}: {it:?}");
        assert_eq!(it.each.len(), 8);
    }
    for (direction, verdict) in
        [("up", Verdict::NoEffect), ("change", Verdict::NoEffect), ("none", Verdict::Supported)]
    {
        let it = difference(direction, above(0.0, 0.2));
        assert_eq!(it.verdict, verdict, "{direction}: {it:?}");
    }
    let wide = difference("up", above(0.0, 5.0));
    assert_eq!(wide.verdict, Verdict::Inconclusive, "{wide:?}");
}

#[test]
fn what_is_surely_small_is_said_to_be_small() {
    let it = difference("up", above(0.1, 0.01));
    assert_eq!(it.verdict, Verdict::Supported);
    let because = it.because.expect("a reason");
    assert!(because.contains("smaller than the smallest effect of interest"), "{because}");
    // A placebo claims that nothing large happens, not that nothing at all does.
    assert_eq!(difference("none", above(0.1, 0.01)).verdict, Verdict::Supported);
}

#[test]
fn means_of_several_arms_are_compared() {
    let rest = "of = [\"b\", \"c\"]\nagainst = [\"a\", \"d\", \"e\"]\ndirection = \"up\"\n\
                smallest = 0.5";
    let value = |arm: usize, seed: u64| [1.0, 4.0, 6.0, 2.0, 3.0][arm] + number(seed);
    let it = one(6, rest, value);
    assert!(it.each.iter().all(|it| (it.1 - 3.0).abs() < 1e-12), "{:?}", it.each);
    let alone = one(6, "of = \"b\"\ndirection = \"up\"\nsmallest = 0.5", value);
    assert!(alone.each.iter().all(|it| it.1 > 4.0), "against nothing is against 0");
    assert_eq!(alone.verdict, Verdict::Supported);
}

fn each(direction: &str, value: impl Fn(usize, u64) -> f64) -> Finding {
    let rest = "of = \"a\"\nagainst-each = [\"b\", \"c\", \"d\", \"e\"]\nsmallest = 0.5";
    one(8, &format!("{rest}\ndirection = \"{direction}\""), value)
}

#[test]
fn of_several_comparisons_the_weakest_decides() {
    let all = |arm: usize, seed: u64| [0.0, 2.0, 3.0, 4.0, 5.0][arm] + 0.1 * noise(arm, seed);
    assert_eq!(each("down", all).verdict, Verdict::Supported);
    let but_one = |arm: usize, seed: u64| [0.0, 2.0, 3.0, 0.0, 5.0][arm] + 0.8 * noise(arm, seed);
    let it = each("down", but_one);
    assert_ne!(it.verdict, Verdict::Supported);
    assert_eq!(it.weakest, Some(3), "{it:?}");
}

#[test]
fn the_weakest_speaks_against_a_claim_only_after_correction() {
    // Eight seeds give 2/256 at the least: times four that is below 0.05, and times nine it is not.
    let against = |arm: usize, seed: u64| [0.0, 2.0, -2.0, 4.0, 5.0][arm] + 0.1 * noise(arm, seed);
    assert_eq!(each("down", against).verdict, Verdict::Contradicted);
    // Six seeds give 2/64: significant alone, and not after having looked for it among four.
    let rest = "of = \"a\"\nagainst-each = [\"b\", \"c\", \"d\", \"e\"]\nsmallest = 0.5\n\
                direction = \"down\"";
    let it = one(6, rest, against);
    assert_eq!(it.verdict, Verdict::Inconclusive);
    assert!(it.because.expect("a reason").contains("by chance"));
}

#[test]
fn a_placebo_is_as_good_as_its_largest_difference() {
    let calm = |arm: usize, seed: u64| 0.05 * noise(arm, seed);
    assert_eq!(each("none", calm).verdict, Verdict::Supported);
    let stirred = |arm: usize, seed: u64| calm(arm, seed) + if arm == 3 { 2.0 } else { 0.0 };
    let it = each("none", stirred);
    assert_eq!((it.verdict, it.weakest), (Verdict::Contradicted, Some(3)), "{it:?}");
}

#[test]
fn an_order_is_one_correlation_per_seed() {
    let rest = "order = [\"a\", \"b\", \"c\", \"d\"]\nsmallest = 0.1";
    let rising = |arm: usize, seed: u64| [1.0, 2.0, 3.0, 4.0, 0.0][arm] + 0.01 * noise(arm, seed);
    let it = one(6, rest, rising);
    assert_eq!(it.verdict, Verdict::Supported);
    assert!(it.each.iter().all(|it| (it.1 - 1.0).abs() < 1e-12));
    let (test, p) = it.beside.expect("Page's test");
    assert!(test.contains("Page") && p < 1e-6, "{test} {p}");
    let falling = one(6, rest, |arm, seed| -rising(arm, seed));
    assert_eq!(falling.verdict, Verdict::Contradicted);
    let swapped = one(6, rest, |arm, _| [1.0, 3.0, 2.0, 4.0, 0.0][arm]);
    assert!(swapped.each.iter().all(|it| (it.1 - 0.8).abs() < 1e-12), "{:?}", swapped.each);
}

fn peak(value: impl Fn(f64) -> f64) -> Finding {
    let rest = "peak = { arms = [\"a\", \"b\", \"c\", \"d\", \"e\"], levels = [0, 1, 2, 4, 8], \
                within = [2, 5] }\nsmallest = 0.001";
    let level = [0.0, 1.0, 2.0, 4.0, 8.0];
    one(8, rest, move |arm, seed| value(level[arm]) + 0.1 * noise(arm, seed))
}

#[test]
fn a_peak_has_its_top_within_bounds() {
    let it = peak(|x| -(x - 3.5).powi(2));
    assert_eq!((it.verdict, &it.because), (Verdict::Supported, &Some(explored())), "{it:?}");
    assert!(it.each.iter().all(|it| (it.1 + 1.0).abs() < 0.1), "{:?}", it.each);
    let outside = peak(|x| -(x - 6.5).powi(2));
    assert_eq!(outside.verdict, Verdict::Inconclusive);
    let because = outside.because.expect("a reason");
    assert!(
        because.contains("the top is at 6.5") && because.contains("within 2 to 5"),
        "{because}"
    );
    let no_hump = peak(|x| -(x + 9.0).powi(2));
    assert_eq!(no_hump.verdict, Verdict::Inconclusive);
    let because = no_hump.because.expect("a reason");
    assert!(because.contains("no hump"), "{because}");
    assert_eq!(peak(|x| (x - 3.5).powi(2)).verdict, Verdict::Contradicted);
    assert_ne!(peak(|x| x).verdict, Verdict::Supported);
}

fn explored() -> String {
    "explored, not claimed beforehand".to_owned()
}

#[test]
fn what_is_put_in_by_hand_is_assumed_under_rules_only() {
    let rest = format!("{DIFFERENCE}direction = \"up\"\nassumed = \"a table says so\"");
    let of = experiment(8, &claim("H", &rest));
    let verdict = |evidence, much| {
        of.judge(&[population(evidence)], &values(&of, above(much, 0.5))).remove(0)
    };
    let under_rules = verdict(Evidence::Rules, 2.0);
    assert_eq!(under_rules.verdict, Verdict::Assumed);
    assert!(under_rules.because.expect("a reason").contains("a table says so"));
    for evidence in
        [Evidence::LiveModel, Evidence::RecordedModel, Evidence::Scripted, Evidence::Null]
    {
        assert_eq!(verdict(evidence, 2.0).verdict, Verdict::Supported, "{evidence:?}");
    }
    let against = verdict(Evidence::Rules, -2.0);
    assert_eq!(against.verdict, Verdict::Contradicted);
    assert!(against.because.expect("a reason").contains("rules: a table says so"));
}

#[test]
fn arms_for_models_only_say_nothing_under_rules() {
    let more = "[[arm]]\nname = \"cold\"\nmodels-only = true\n".to_owned();
    let claims = ["of = \"cold\"\nagainst = \"a\"", "of = \"b\"\nagainst = \"a\""];
    let claims =
        claims.map(|it| format!("{it}\ndirection = \"up\"\nsmallest = 0.5\nfamily = \"f\""));
    let more = more + &claim("H1", &claims[0]) + &claim("H2", &claims[1]);
    let of = experiment(6, &more);
    let values = values(&of, |arm, seed| if arm == 1 { 2.0 + noise(arm, seed) } else { 0.0 });
    for evidence in [Evidence::Rules, Evidence::Null] {
        let found = of.judge(&[population(evidence)], &values);
        assert_eq!(found[0].verdict, Verdict::NotApplicable);
        assert!(found[0].judged.is_none() && found[0].because.is_some());
        // Nobody asked there, so nothing is corrected for it.
        assert_eq!(found[1].judged.as_ref().map(|it| it.p_adjusted), Some(2.0 / 64.0));
    }
    let found = of.judge(&[population(Evidence::LiveModel)], &values);
    assert_ne!(found[0].verdict, Verdict::NotApplicable);
}

#[test]
fn a_seed_without_a_value_is_left_out_with_its_reason() {
    let of = experiment(8, &claim("H", &format!("{DIFFERENCE}direction = \"up\"")));
    let mut values = values(&of, above(2.0, 0.5));
    values.insert((1, 0, 3), vec![Err("no logarithm of 0".to_owned())]);
    values.insert((0, 0, 5), vec![Ok(f64::NAN)]);
    let it = judge(&of, &values).remove(0);
    assert_eq!(it.each.iter().map(|it| it.0).collect::<Vec<_>>(), [1, 2, 4, 6, 7, 8]);
    let missing =
        [(3, "b: no logarithm of 0".to_owned()), (5, "a: not a finite number".to_owned())];
    assert_eq!(it.missing, missing);
    assert_eq!(it.verdict, Verdict::Supported, "six seeds are left");
    let none = judge(&of, &Values::default()).remove(0);
    assert_eq!(none.missing.len(), 8);
    assert_eq!(none.missing[0].1, "b: there is no such run");
}

#[test]
fn too_few_seeds_tell_nothing() {
    let rest = format!("{DIFFERENCE}direction = \"up\"");
    for (seeds, because) in [
        (1, "1 seed has a value; 6 are needed at least"),
        (4, "4 seeds have a value; 6 are needed at least"),
        (5, "5 seeds have a value; 6 are needed at least"),
    ] {
        let it = one(seeds, &rest, above(2.0, 0.5));
        assert_eq!(it.verdict, Verdict::Inconclusive);
        assert_eq!(it.because.as_deref(), Some(because));
        assert_eq!(it.judged.is_some(), seeds >= 5);
    }
    assert_eq!(one(6, &rest, above(2.0, 0.5)).verdict, Verdict::Supported);
}

#[test]
fn a_family_that_is_too_large_for_its_seeds_is_told() {
    let rest = format!("{DIFFERENCE}direction = \"up\"\nfamily = \"f\"");
    let many: String = (0..8).map(|it| claim(&format!("H{it}"), &rest)).collect();
    let because = |seeds: usize| {
        let of = experiment(seeds, &many);
        let it = judge(&of, &values(&of, above(2.0, 0.5))).remove(0);
        (it.verdict, it.because)
    };
    let told = "8 seeds have a value; 9 are needed at least in a family of 8";
    assert_eq!(because(8), (Verdict::Inconclusive, Some(told.to_owned())));
    assert_eq!(because(9), (Verdict::Supported, None));
}

#[test]
fn arms_that_are_alike_have_no_effect_whatever_rounding_leaves() {
    // Sums of tenths in another order differ in their last bits, and always the same way.
    let value = |arm: usize, seed: u64| {
        let base = 1000.0 * (1.0 + number(seed) * 0.1);
        if arm == 0 { base } else { base * (1.0 + 4.0 * f64::EPSILON) }
    };
    let places = "\"a\", \"b\", \"c\", \"d\", \"e\"";
    let peak = format!("peak = {{ arms = [{places}], levels = [1, 2, 3, 4, 5], within = [2, 4] }}");
    for rest in [
        "of = \"b\"\nagainst = \"a\"\ndirection = \"up\"",
        "of = \"b\"\nagainst = \"a\"\ndirection = \"down\"",
        "of = \"b\"\nagainst = \"a\"\ndirection = \"change\"",
        "of = [\"b\", \"c\"]\nagainst = [\"a\", \"d\", \"e\"]\ndirection = \"up\"",
        "of = \"a\"\nagainst-each = [\"b\", \"c\"]\ndirection = \"down\"",
        &format!("order = [{places}]"),
        &peak,
    ] {
        let it = one(8, &format!("{rest}\nsmallest = 0.1"), value);
        assert_eq!(it.verdict, Verdict::NoEffect, "{rest}: {it:?}");
        assert!(it.each.iter().all(|it| it.1 == 0.0), "{rest}: {:?}", it.each);
    }
    let none = "of = \"b\"\nagainst = \"a\"\ndirection = \"none\"\nsmallest = 0.1";
    assert_eq!(one(8, none, value).verdict, Verdict::Supported);
}

#[test]
fn a_family_counts_the_claims_that_have_no_evidence() {
    let rest = format!("{DIFFERENCE}direction = \"up\"\nfamily = \"f\"");
    let other = "of = \"c\"\nagainst = \"a\"\ndirection = \"up\"\nsmallest = 0.5\nfamily = \"f\"";
    let of = experiment(6, &(claim("H1", &rest) + &claim("H2", other)));
    let mut values = values(&of, above(2.0, 0.5));
    let p = |values: &Values| {
        judge(&of, values)[0].judged.as_ref().map(|it| (it.evidence.sign_flip.p, it.p_adjusted))
    };
    assert_eq!(p(&values), Some((2.0 / 64.0, 4.0 / 64.0)));
    for seed in 1..=6 {
        values.insert((2, 0, seed), vec![Err("nothing".to_owned())]);
    }
    assert_eq!(p(&values), Some((2.0 / 64.0, 4.0 / 64.0)), "a claim does not go away unmeasured");
    let families = rest.replace("\"f\"", "\"g\"");
    let of = experiment(6, &(claim("H1", &families) + &claim("H2", other)));
    let alone = judge(&of, &values)[0].judged.as_ref().map(|it| it.p_adjusted);
    assert_eq!(alone, Some(2.0 / 64.0), "families do not know each other");
}

#[test]
fn findings_come_by_hypothesis_then_by_population() {
    let rest = format!("{DIFFERENCE}direction = \"up\"");
    let of = experiment(6, &(claim("H1", &rest) + &claim("H2", &rest)));
    let two = [population(Evidence::Rules), population(Evidence::Null)];
    let places: Vec<_> = of
        .judge(&two, &Values::default())
        .iter()
        .map(|it| (it.hypothesis, it.population))
        .collect();
    assert_eq!(places, [(0, 0), (0, 1), (1, 0), (1, 1)]);
}
