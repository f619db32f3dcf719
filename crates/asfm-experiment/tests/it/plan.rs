//! Which runs an experiment needs.

use std::collections::BTreeSet;

use asfm_experiment::{Evidence, Experiment, Population};

const TEXT: &str = r#"
name = "plan"
scenario = "s.toml"
seeds = "3..5"
nulls = ["zi", "rules"]

[[arm]]
name = "late"
branch = { from = "base", day = 4 }

[[arm]]
name = "base"

[[arm]]
name = "cold"
models-only = true

[[arm]]
name = "apart"
seed-offset = 1000
"#;

fn read(text: &str) -> Experiment {
    Experiment::read("plan.toml", text).expect("a sound experiment")
}

#[test]
fn a_plan_goes_seed_by_seed_and_parents_come_first() {
    let of = read(TEXT);
    let populations = of.populations("scripted:f");
    let tasks = of.tasks(&populations);
    // Four arms where somebody reads, three elsewhere.
    assert_eq!(tasks.len(), 3 * (4 + 3 + 3));
    assert!(tasks.iter().enumerate().all(|(at, it)| it.index == at));
    let seeds: Vec<u64> = tasks.iter().map(|it| it.seed).collect();
    assert!(seeds.is_sorted(), "whole seeds: {seeds:?}");
    let ids: BTreeSet<&str> = tasks.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids.len(), tasks.len(), "no two runs have one name");
    for it in &tasks {
        assert_eq!(it.branch.is_some(), it.arm == "late", "{it:?}");
        let Some(branch) = it.branch else { continue };
        let parent = &tasks[branch.from];
        assert!(branch.from < it.index && branch.day == 4);
        assert_eq!(
            (&*parent.arm, &parent.population, parent.seed, parent.run_seed),
            ("base", &it.population, it.seed, it.run_seed)
        );
    }
    let apart = tasks.iter().find(|it| it.arm == "apart").expect("a run");
    assert_eq!((apart.seed, apart.run_seed), (3, 1003), "{apart:?}");
}

#[test]
fn a_population_is_there_once() {
    let of = read(TEXT);
    let labels = |brain: &str| -> Vec<(String, Evidence)> {
        of.populations(brain).into_iter().map(|it| (it.label, it.evidence)).collect()
    };
    let (rules, zi) = (("rules".to_owned(), Evidence::Rules), ("zi".to_owned(), Evidence::Null));
    assert_eq!(labels("rules"), [rules.clone(), zi.clone()]);
    assert_eq!(labels("zi"), [zi.clone(), rules.clone()]);
    let model = ("model".to_owned(), Evidence::LiveModel);
    assert_eq!(labels("ollama:m"), [model, zi, rules]);
    for (brain, evidence) in [
        ("replay:r.db", Evidence::RecordedModel),
        ("scripted:f", Evidence::Scripted),
        ("openai:m@http://127.0.0.1:1", Evidence::LiveModel),
    ] {
        assert_eq!(Population::of_brain(brain).evidence, evidence);
        assert!(evidence.reads());
    }
    let twice = TEXT.replace("\"rules\"]", "\"zi\"]");
    let why = Experiment::read("plan.toml", &twice).expect_err("twice");
    assert_eq!(why.to_string(), "plan.toml:5:16: `nulls[1]`: the null `zi` is listed twice");
}

#[test]
fn seeds_are_a_number_a_range_or_a_list() {
    let of = |seeds: &str| read(&TEXT.replace("\"3..5\"", seeds)).seeds;
    assert_eq!(of("2"), [1, 2]);
    assert_eq!(of("\"7..=9\""), [7, 8, 9]);
    assert_eq!(of("[9, 2]"), [9, 2]);
    let none = TEXT.replace("seeds = \"3..5\"\n", "");
    assert_eq!(read(&none).seeds.len(), 15);
    for wrong in ["0", "\"5..3\"", "[1, 1]", "[]", "-1", "1.5", "\"x\"", "\"1..100000000\""] {
        let text = TEXT.replace("\"3..5\"", wrong);
        let why = Experiment::read("plan.toml", &text).expect_err(wrong).to_string();
        assert!(why.starts_with("plan.toml:4:") && why.contains("`seeds"), "{wrong}: {why}");
    }
    for wrong in ["", "x", "0", "3..1", "1..", "..3"] {
        assert_eq!(Experiment::seeds_of(wrong), None, "{wrong}");
    }
}
