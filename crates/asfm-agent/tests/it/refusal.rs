//! What is refused in a scenario, and how it is said.

use asfm_agent::{BrainKind, Cast};
use asfm_engine::{Scenario, Seed};
use insta::assert_snapshot;

use crate::run::read;

fn refused(more: &str) -> String {
    let text = format!(
        "name = \"refused\"\n\
         company = [{{ code = \"S1\", sector = \"energy\", closes = [10] }}]\n{more}"
    );
    let text = if more.contains("[[traders]]") {
        text
    } else {
        text + "\n[[traders]]\nkind = \"value\"\nratio = 1\ncapital = 100\n"
    };
    let error = Cast::new(&read(&text), Seed(1), BrainKind::Rules).expect_err("a mistake");
    let hint = error.place().hint.as_ref();
    format!("{error}{}", hint.map_or(String::new(), |it| format!(" ({it})")))
}

#[test]
fn an_unknown_rule() {
    assert_snapshot!(refused("[rules.valu]\nmargin = 0.1"), @"test.toml:3:8: `rules.valu`: unknown field `valu`, expected one of `value`, `institutional`, `contrarian`, `aggressive`, `neutral`, `technical`, `fundamental`, `bdi`, `padding`, `zero-intelligence`, `news` (did you mean `value`?)");
}

#[test]
fn an_unknown_parameter() {
    assert_snapshot!(refused("[rules.value]\nmargins = 0.1"), @"test.toml:4:1: `rules.value.margins`: unknown field `margins`, expected one of `attention`, `margin`, `discount`, `disagreement`, `size`, `mispricing`, `surprise` (did you mean `margin`?)");
}

#[test]
fn a_parameter_of_another_type() {
    assert_snapshot!(refused("[rules.value]\nmargin = \"high\""), @r#"test.toml:4:10: `rules.value.margin`: invalid value: string "high", expected a number"#);
    assert_snapshot!(refused("[rules.aggressive]\nattention = 2.5"), @"test.toml:4:13: `rules.aggressive.attention`: invalid type: floating point `2.5`, expected a whole number that is not negative");
}

#[test]
fn a_parameter_out_of_range() {
    assert_snapshot!(refused("[rules.value]\nsize = 1.5"), @"test.toml:4:8: `rules.value.size`: expected a number between 0 and 1, found 1.5");
    assert_snapshot!(refused("[rules.zero-intelligence]\nattention = 17"), @"test.toml:4:13: `rules.zero-intelligence.attention`: expected a number between 0 and 16, found 17");
    assert_snapshot!(refused("[rules.contrarian]\nnoise = nan"), @"test.toml:4:9: `rules.contrarian.noise`: expected a number between 0 and 1, found NaN");
}

#[test]
fn an_impossible_effect_of_news() {
    assert_snapshot!(refused("[rules.news.inflation]\n\"real estate\" = 7"), @"test.toml:4:17: `rules.news.inflation.real estate`: expected a number between -1 and 1, found 7");
}

#[test]
fn a_profile_without_a_rule() {
    let kind = "[[traders]]\nkind = \"hopeful\"\nratio = 1\ncapital = 100";
    assert_snapshot!(refused(kind), @r#"test.toml:4:8: `traders[0].kind`: no rule is called `hopeful`; expected one of `value`, `institutional`, `contrarian`, `aggressive`, `neutral`, `technical`, `fundamental`, `bdi`, `bdi-technical`, `bdi-fundamental`, `padding`, `zero-intelligence`, `zi` (`profile = "…"` beside `kind` names the rule)"#);
    let profile = "[[traders]]\nkind = \"young\"\nprofile = \"hopeful\"\nratio = 1\ncapital = 100";
    assert_snapshot!(refused(profile), @r#"test.toml:5:11: `traders[0].profile`: no rule is called `hopeful`; expected one of `value`, `institutional`, `contrarian`, `aggressive`, `neutral`, `technical`, `fundamental`, `bdi`, `bdi-technical`, `bdi-fundamental`, `padding`, `zero-intelligence`, `zi` (`profile = "…"` beside `kind` names the rule)"#);
}

#[test]
fn news_about_what_rules_do_not_know() {
    assert_snapshot!(refused("[[news]]\nday = 1\ntext = \"rain\"\ntopic = \"weather\""), @"test.toml:6:9: `news[0].topic`: rules know nothing about `weather`; expected one of `interest-rate`, `inflation`, `placebo`, `outlook` (say what it does under [rules.news.weather], or leave the topic out)");
}

#[test]
fn news_of_a_file_about_what_rules_do_not_know() {
    let text = "name = \"refused\"\nnews-file = \"news.toml\"\n\
        company = [{ code = \"S1\", sector = \"energy\", closes = [10] }]\n\
        traders = [{ kind = \"value\", ratio = 1, capital = 100 }]\n";
    let told = |news: &str| {
        let scenario = Scenario::read("test.toml", text, |_| Ok(news.to_owned())).expect("sound");
        Cast::new(&scenario, Seed(1), BrainKind::Rules).err().map(|it| it.to_string())
    };
    let weather = "[[news]]\nday = 1\ntext = \"sun\"\n[[news]]\nday = 2\ntext = \"rain\"\ntopic = \"weather\"";
    assert_snapshot!(told(weather).unwrap_or_default(), @"news.toml:7:9: `news[1].topic`: rules know nothing about `weather`; expected one of `interest-rate`, `inflation`, `placebo`, `outlook`");
    assert_eq!(told("[[news]]\nday = 1\ntext = \"up\"\ntopic = \"inflation\"\nsize = 1"), None);
}
