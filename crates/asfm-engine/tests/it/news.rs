//! Who is told what, and news in a file of its own.

use asfm_engine::{Audience, Engine, Scenario, ScenarioError, Seed};
use insta::assert_snapshot;

use crate::support::trader;

const MARKET: &str = r#"name = "news"
days = 4
news-file = "news.toml"
company = [
    { code = "AAA", sector = "technology", closes = [10] },
    { code = "BBB", sector = "energy", closes = [20] },
]
traders = [{ kind = "anyone", ratio = 1, capital = 1000 }]
population = { agents = 2 }
[[news]]
day = 3
text = "own, third"
[[news]]
day = 1
text = "own, first"
sectors = ["energy", "technology"]
"#;

const FILE: &str = r#"
[[news]]
day = 3
text = "file, third"
[[news]]
day = 1
days = 2
text = "file, first"
audience = "leaders"
[[news]]
day = 0
text = "file, before"
audience = "all"
"#;

fn read(text: &str, file: &str) -> Result<Scenario, ScenarioError> {
    Scenario::read("s.toml", text, |name| {
        if name == "news.toml" { Ok(file.to_owned()) } else { Err("no such file".to_owned()) }
    })
}

fn refused(text: &str, file: &str) -> String {
    let error = read(text, file).expect_err("a mistake");
    match &error.hint {
        Some(hint) => format!("{error}\nhint: {hint}"),
        None => error.to_string(),
    }
}

#[test]
fn news_of_both_places_is_sorted_by_day() {
    let scenario = read(MARKET, FILE).expect("sound");
    let texts: Vec<&str> = scenario.news().iter().map(|it| it.text.as_str()).collect();
    let expected = ["file, before", "own, first", "file, first", "own, third", "file, third"];
    assert_eq!(texts, expected);
    assert_eq!(scenario.news()[1].sectors, ["energy", "technology"]);
    assert!(scenario.news()[0].sectors.is_empty());
    let told: Vec<&str> = scenario.news().iter().map(|it| it.audience.word()).collect();
    assert_eq!(told, ["all", "all", "leaders", "all", "all"]);
    let names: Vec<&str> = scenario.sources().iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["s.toml", "news.toml"]);
    let again = Scenario::from_sources(scenario.sources()).expect("read again");
    assert_eq!(again.news(), scenario.news());
}

#[test]
fn a_scenario_may_have_news_in_a_file_only_or_none() {
    let (head, _) = MARKET.split_once("[[news]]").expect("news");
    assert_eq!(read(head, FILE).expect("sound").news().len(), 3);
    let bare = MARKET.replace("news-file = \"news.toml\"\n", "");
    assert_eq!(read(&bare, "").expect("sound").news().len(), 2);
}

#[test]
fn news_for_leaders_reaches_nobody_by_the_common_way() {
    let mut engine = Engine::new(read(MARKET, FILE).expect("sound"), Seed(1));
    let mut seen = Vec::new();
    while let Some(round) = engine.next_round() {
        if round.market().stage == 0 {
            let observed = round.observation(trader(2));
            let all: Vec<&str> = observed.news().map(|it| it.text.as_str()).collect();
            let leaders: Vec<&str> =
                observed.news_for_leaders().map(|it| it.text.as_str()).collect();
            assert_eq!(all.len(), round.market().news.len());
            assert_eq!(leaders.len(), round.market().news_for_leaders.len());
            assert!(observed.news().all(|it| it.audience == Audience::All));
            let day = round.market().day;
            seen.push(format!("{day}: all {}, leaders [{}]", all.join("; "), leaders.join("; ")));
        }
        round.settle(asfm_engine::Decisions::new());
    }
    assert_snapshot!(seen.join("\n"), @"
    1: all file, before; own, first, leaders [file, first]
    2: all file, before; own, first, leaders [file, first]
    3: all file, before; own, first; own, third; file, third, leaders []
    4: all file, before; own, first; own, third; file, third, leaders []
    ");
}

#[test]
fn mistakes_in_news_are_shown_where_they_are() {
    let with =
        |more: &str| MARKET.replace("text = \"own, third\"", &format!("text = \"x\"\n{more}"));
    assert_snapshot!(refused(&with("sectors = [\"energy\", \"tecnology\"]"), FILE), @"
    s.toml:13:22: `news[0].sectors[1]`: no company is of the sector `tecnology`
    hint: did you mean `technology`?
    ");
    assert_snapshot!(refused(&with("sectors = [\"weather\"]"), FILE), @"s.toml:13:12: `news[0].sectors[0]`: no company is of the sector `weather`");
    assert_snapshot!(refused(&with("sectors = \"energy\""), FILE), @r#"s.toml:13:11: `news[0].sectors`: invalid type: string "energy", expected a list"#);
    assert_snapshot!(refused(&with("audience = \"leader\""), FILE), @"
    s.toml:13:12: `news[0].audience`: unknown variant `leader`, expected `all` or `leaders`
    hint: did you mean `leaders`?
    ");
    assert_snapshot!(refused(MARKET, "[[news]]\nday = 1\ntext = \"\"\nsectors = [\"Energy\"]\n"), @"
    news.toml:4:12: `news[0].sectors[0]`: no company is of the sector `Energy`
    hint: did you mean `energy`?
    ");
    assert_snapshot!(refused(MARKET, "[[company]]\n"), @"news.toml:1:3: `company`: unknown field `company`, expected `news`");
    assert_snapshot!(refused(MARKET, ""), @"news.toml:1:1: missing field `news`");
    assert_snapshot!(refused(&MARKET.replace("news.toml", "mews.toml"), FILE), @"s.toml:3:13: `news-file`: cannot read `mews.toml`: no such file");
}
