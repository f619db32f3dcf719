//! `[prompt]`: what it means and what is refused.

use asfm_agent::model::{
    Layout, Plan, PromptSettings, Prompts, Steps, Temperatures, Wording, WordingChoice,
};
use asfm_agent::{BrainKind, Cast, CastError};
use asfm_chat::FormKind;
use asfm_engine::{Seed, TraderId};
use insta::assert_snapshot;

use super::talk::small;
use crate::run::{fixture, read};

fn refused(prompt: &str) -> String {
    let scenario = small(prompt, "");
    let error = Prompts::new(&scenario, Seed(1), FormKind::Text).expect_err("a mistake");
    let hint = error.place().hint.as_ref();
    format!("{error}{}", hint.map_or(String::new(), |it| format!(" ({it})")))
}

#[test]
fn mistakes_have_a_place() {
    assert_snapshot!(refused("prompt.layuot = \"paper\""), @"test.toml:4:8: `prompt.layuot`: unknown field `layuot`, expected one of `layout`, `observation`, `wording`, `temperature`, `answer-tokens`, `reason-characters`, `feedback`, `profile`, `observation-blocks`, `re-ask`, `clip`, `plan`, `temperatures` (did you mean `layout`?)");
    assert_snapshot!(refused("prompt.layout = \"random\""), @"test.toml:4:17: `prompt.layout`: unknown variant `random`, expected `shared-first` or `paper`");
    assert_snapshot!(refused("prompt.wording = 4"), @r#"test.toml:4:18: `prompt.wording`: invalid value: integer `4`, expected "paper", "mixed", or a paraphrase from 1 to 3"#);
    assert_snapshot!(refused("prompt.wording = \"other\""), @r#"test.toml:4:18: `prompt.wording`: invalid value: string "other", expected "paper", "mixed", or a paraphrase from 1 to 3"#);
    assert_snapshot!(refused("prompt.temperature = 2.5"), @"test.toml:4:22: `prompt.temperature`: expected a number between 0 and 2, found 2.5");
    assert_snapshot!(refused("prompt.answer-tokens = 1"), @"test.toml:4:24: `prompt.answer-tokens`: expected a number between 16 and 1000000, found 1");
    assert_snapshot!(refused("prompt.re-ask = 2"), @"test.toml:4:17: `prompt.re-ask`: invalid type: integer `2`, expected a boolean");
}

#[test]
fn every_key_is_read() {
    let prompt = r#"
        [prompt]
        layout = "paper"
        observation = "two-call"
        wording = 2
        temperature = "0.35"
        answer-tokens = 300
        reason-characters = 100
        feedback = false
        profile = false
        observation-blocks = false
        re-ask = false
        clip = true
        plan = "faithful"
        temperatures = "published"
    "#;
    let it = PromptSettings::read(&small("", prompt)).expect("sound");
    let expected = PromptSettings {
        layout: Layout::Paper,
        observation: Steps::TwoCall,
        wording: WordingChoice::Fixed(Wording::Paraphrase(2)),
        temperature_e3: 350,
        answer_tokens: 300,
        reason_characters: 100,
        feedback: false,
        profile: false,
        observation_blocks: false,
        re_ask: false,
        clip: true,
        plan: Plan::Faithful,
        temperatures: Temperatures::Published,
    };
    assert_eq!(it, expected);
    assert_eq!(PromptSettings::read(&small("", "")), Ok(PromptSettings::default()));
}

#[test]
fn a_profile_without_a_text_is_refused() {
    let kind =
        "[[traders]]\nkind = \"chartist\"\nprofile = \"technical\"\nratio = 1\ncapital = 100";
    let scenario = small("", kind);
    let error = Cast::new(&scenario, Seed(1), BrainKind::Model).expect_err("no text");
    assert_snapshot!(error, @"test.toml:30:11: `traders[2].profile`: no profile is called `technical`; expected one of `value`, `institutional`, `contrarian`, `aggressive`, `neutral`");
    assert!(matches!(&error, CastError::UnknownProfile { profile, .. } if profile == "technical"));
    assert_eq!(Prompts::new(&scenario, Seed(1), FormKind::Text).expect_err("no text"), error);
    let by_rule = small("", &format!("{kind}\nby-rule = true"));
    let cast = Cast::new(&by_rule, Seed(1), BrainKind::Model).expect("it follows a rule");
    assert_eq!(cast.model_traders().count(), 2);
}

#[test]
fn kinds_by_rule_decide_as_ever_and_the_others_are_left_to_their_sessions() {
    let rules = fixture("asfm-baseline.toml");
    let mixed = rules.replace("kind = \"aggressive\"", "kind = \"aggressive\"\nby-rule = true");
    let (rules, mixed) = (read(&rules), read(&mixed));
    let decide = |scenario, brains| {
        let mut cast = Cast::new(scenario, Seed(5), brains).expect("a cast");
        let mut engine = asfm_engine::Engine::new(rules.clone(), Seed(5));
        cast.decide(&engine.next_round().expect("a day")).intents().to_vec()
    };
    let mut as_ever = decide(&rules, BrainKind::Rules);
    as_ever.retain(|it| rules.kind_of(it.0).name == "aggressive");
    assert_eq!(decide(&mixed, BrainKind::Model), as_ever);
    assert!(!as_ever.is_empty());
    let cast = Cast::new(&mixed, Seed(5), BrainKind::Model).expect("a cast");
    let asking: Vec<TraderId> = cast.model_traders().collect();
    assert_eq!(asking, (0..16).map(TraderId::at).collect::<Vec<_>>());
}
