//! What a day of a trader costs: how much is sent, and how much of it a server computes that keeps
//! the beginnings of what it was asked.

use std::fmt::Write as _;

use asfm_chat::{FormKind, Request};
use asfm_engine::StageKind;

use super::bdi::{live, sectors_for, sensible};
use super::talk::said;

/// What the published code sends for one day of one trader, estimated from its logs.
const PUBLISHED: usize = 90_000;

/// Characters per trader and day: calls, sent, and computed where every request finds the longest
/// beginning that it shares with any earlier one of the stage.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    calls: usize,
    sent: usize,
    computed: usize,
    tokens_sent: usize,
    tokens_computed: usize,
}

fn text(request: &Request) -> String {
    let told = request.messages.iter().map(|it| format!("<{}>{}", it.role.word(), it.text()));
    told.collect()
}

/// Some four letters a token, and every digit one.
fn tokens(text: &str) -> usize {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    digits + (text.len() - digits).div_ceil(4)
}

/// The mean of one trading day on which five posts are read, in a market of ten sectors.
fn cost(plan: &str, layout: &str) -> Cost {
    let mut news = String::new();
    for day in 1..=3 {
        for of in ["freight", "mortgage", "bank", "tourism", "steel", "liquor"] {
            let said = "the ministry said what it had said. ".repeat(6);
            let text = format!("News of {of}: {said}");
            writeln!(news, "[[news]]\nday = {day}\ntext = \"{text}\"\n").expect("a String");
        }
    }
    let top = format!("prompt.plan = \"{plan}\"\nprompt.layout = \"{layout}\"\n");
    let scenario = sectors_for(3, 40, &top);
    let with_news = scenario.sources()[0].text.replacen("[[news]]", &format!("{news}[[news]]"), 1);
    let scenario = crate::run::read(&with_news);
    let mut cost = Cost::default();
    let long = |request: &Request, slot| {
        // As long as those of the published logs, in English: posts of some 400 characters.
        let own = "I bought freight today: ports reopen, and volumes follow.";
        let long = "I bought freight today: ports reopen, and volumes follow. ".repeat(6);
        Ok(said(&sensible(request, slot).replace(own, long.trim())))
    };
    live(&scenario, FormKind::Schema, false, long, |_, all, kind, day| {
        if day != 3 || kind == StageKind::Talk {
            return;
        }
        // All that is the same for two traders stands in the first question of the stage, too.
        let mut first: Option<String> = None;
        for it in all {
            let mut earlier: Vec<String> = first.iter().cloned().collect();
            for (_, request) in &it.calls {
                let text = text(request);
                let same = |other: &String| {
                    let same = text.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
                    text.floor_char_boundary(same)
                };
                let kept = earlier.iter().map(same).max().unwrap_or(0);
                cost.calls += 1;
                cost.sent += text.len();
                cost.computed += text.len() - kept;
                cost.tokens_sent += tokens(&text);
                cost.tokens_computed += tokens(&text[kept..]);
                first.get_or_insert_with(|| text.clone());
                earlier.push(text);
            }
        }
    });
    let n = 40;
    Cost {
        calls: cost.calls / n,
        sent: cost.sent / n,
        computed: cost.computed / n,
        tokens_sent: cost.tokens_sent / n,
        tokens_computed: cost.tokens_computed / n,
    }
}

#[test]
fn shared_beginnings_save_what_they_promise() {
    let mut table = String::from("plan layout calls sent computed (tokens sent, computed)\n");
    let mut computed = Vec::new();
    for plan in ["faithful", "compact", "single"] {
        for layout in ["paper", "shared-first"] {
            let it = cost(plan, layout);
            writeln!(
                table,
                "{plan} {layout} {} {} {} ({}, {})",
                it.calls, it.sent, it.computed, it.tokens_sent, it.tokens_computed
            )
            .expect("a String");
            computed.push(((plan, layout), it.computed));
        }
    }
    let of = |plan, layout| computed.iter().find(|it| it.0 == (plan, layout)).expect("measured").1;
    assert!(of("faithful", "shared-first") * 5 < PUBLISHED, "{table}");
    assert!(of("compact", "shared-first") * 20 < PUBLISHED, "{table}");
    insta::assert_snapshot!(table, @"
    plan layout calls sent computed (tokens sent, computed)
    faithful paper 14 126619 13731 (35005, 3803)
    faithful shared-first 14 170474 4971 (53160, 1486)
    compact paper 4 38817 11669 (11530, 3589)
    compact shared-first 4 45204 4466 (14149, 1335)
    single paper 1 10503 10263 (3274, 3214)
    single shared-first 1 11767 3524 (3679, 1080)
    ");
}
