//! What is said, believed and shown is kept exact, and altered rows of it are named.

use std::collections::BTreeMap;
use std::path::Path;

use asfm_engine::{
    Belief, Decisions, Engine, Exposure, PostId, RoundLog, Speech, Statement, TraderId,
};
use asfm_recorder::{Durability, Error, Options, Recorder, Run};
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::tempdir;

use crate::market::{PLAIN, RICH, decide, engine, header, record};
use crate::queries::documented;
use crate::said;

fn options() -> Options {
    Options { durability: Durability::Normal, ..Options::default() }
}

/// Records a market to its end, its first round being this one.
fn first(path: &Path, decisions: Decisions) -> Result<RoundLog, Error> {
    let mut market = engine(PLAIN, 1);
    let mut recorder = Recorder::create(path, &header(), &market, options())?;
    let log = market.next_round().unwrap().settle(decisions);
    recorder.record(log.clone())?;
    go_on(&mut market, recorder)?;
    Ok(log)
}

fn go_on(market: &mut Engine, mut recorder: Recorder) -> Result<(), Error> {
    while let Some(round) = market.next_round() {
        recorder.record(round.settle(Decisions::new()))?;
    }
    recorder.finish(asfm_recorder::Ending::Done, 1.0)
}

fn rows(path: &Path, query: &str) -> Vec<Vec<Value>> {
    let file = Connection::open(path).unwrap();
    let mut query = file.prepare(query).unwrap();
    let columns = query.column_count();
    let rows = query.query_map([], |row| (0..columns).map(|it| row.get(it)).collect());
    rows.unwrap().map(Result::unwrap).collect()
}

fn int(number: impl Into<i64>) -> Value {
    Value::Integer(number.into())
}

fn word(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn says(trader: u32, speech: Speech, text: &str) -> Statement {
    let trader = TraderId::new(trader).unwrap();
    Statement { trader, speech, belief: None, text: text.to_owned() }
}

#[test]
fn hostile_text_is_kept_exact() -> Result<(), Error> {
    let texts = [
        "x".repeat(10 << 20),
        "\0".to_owned(),
        "a\0b\0\0".to_owned(),
        (0..=0x9f).map(|it| char::from_u32(it).unwrap()).collect(),
        "'; DROP TABLE statements; --".to_owned(),
        "<script>alert(1)</script>&amp;<!--".to_owned(),
        "{\"a\": [1, }]] \\u0000 \\".to_owned(),
        "\u{feff}\u{202e}\u{e0001}\u{10ffff}\u{fffd}\r\n\r".to_owned(),
        "%s %n {{7*7}} ${x} `y`".to_owned(),
        String::new(),
    ];
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    let mut decisions = Decisions::new();
    for text in &texts {
        decisions.state(says(1, Speech::Post, text));
    }
    let log = first(&path, decisions)?;
    assert!(log.statements.iter().map(|it| &it.text).eq(&texts));
    let run = Run::open(&path)?;
    assert!(run.rounds().next().unwrap()? == log);
    assert!(run.verify()?.complete);
    let kept = rows(&path, "SELECT text FROM posts ORDER BY post");
    assert!(kept.iter().map(|it| &it[0]).eq(&texts.map(|it| word(&it))));
    assert_eq!(rows(&path, "SELECT count(*) FROM events WHERE NOT json_valid(detail)"), [[int(0)]]);
    Ok(())
}

#[test]
fn posts_know_their_root() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    let mut decisions = Decisions::new();
    for (trader, speech) in [
        (1, Speech::Post),              // 1
        (1, Speech::Repost(PostId(1))), // 2
        (2, Speech::Repost(PostId(2))), // 3
        (2, Speech::Like(PostId(3))),
        (3, Speech::Repost(PostId(4))),  // 4: passes itself on
        (4, Speech::Repost(PostId(6))),  // 5: a post that is yet to come
        (5, Speech::Repost(PostId(5))),  // 6
        (6, Speech::Repost(PostId(99))), // 7: no post at all
        (7, Speech::Unlike(PostId(1))),
        (7, Speech::Thought),
        (7, Speech::Post), // 8
    ] {
        decisions.state(says(trader, speech, "so"));
    }
    first(&path, decisions)?;
    let found =
        rows(&path, "SELECT post, trader, kind, speech, about, root FROM posts ORDER BY post");
    let shown: Vec<String> = found
        .iter()
        .map(|row| {
            let cell = |it: &Value| match it {
                Value::Integer(number) => number.to_string(),
                Value::Text(text) => text.clone(),
                _ => "-".to_owned(),
            };
            row.iter().map(cell).collect::<Vec<_>>().join(" ")
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @"
    1 1 value post - 1
    2 1 value repost 1 1
    3 2 value repost 2 1
    4 3 value repost 4 4
    5 4 value repost 6 5
    6 5 value repost 5 5
    7 6 value repost 99 7
    8 7 aggressive post - 8
    ");
    let liked = rows(
        &path,
        "SELECT trader, speech, post FROM reactions WHERE post IN (1, 3) ORDER BY trader, post",
    );
    let expected = [(1, "repost", 1), (2, "like", 3), (7, "unlike", 1)];
    assert_eq!(
        liked,
        expected.map(|(trader, speech, post)| vec![int(trader), word(speech), int(post)])
    );
    Ok(())
}

#[test]
fn the_views_say_what_happened() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    let mut market = engine(RICH, 3);
    let mut recorder = Recorder::create(&path, &header(), &market, options())?;
    let (mut posts, mut reactions, mut exposures) = (Vec::new(), Vec::new(), Vec::new());
    let mut beliefs: BTreeMap<(u32, u8, u32), Belief> = BTreeMap::new();
    while let Some(log) = decide(&mut market) {
        let (day, stage) = (log.day.0, log.stage);
        for (post, it) in log.posts() {
            posts.push(vec![
                int(post.0),
                int(day),
                int(stage),
                int(it.trader.number()),
                word(&it.text),
            ]);
        }
        for it in &log.statements {
            if let Some(post) = it.speech.about() {
                let row = [
                    int(day),
                    int(stage),
                    int(it.trader.number()),
                    word(it.speech.word()),
                    int(post.0),
                ];
                reactions.push(row.to_vec());
            }
            if let Some(belief) = it.belief {
                beliefs.insert((day, stage, it.trader.number()), belief);
            }
        }
        let shown =
            |it: &Exposure| vec![int(day), int(stage), int(it.trader.number()), int(it.post.0)];
        exposures.extend(log.exposures.iter().map(shown));
        recorder.record(log)?;
    }
    recorder.finish(asfm_recorder::Ending::Done, 1.0)?;
    let beliefs: Vec<Vec<Value>> = beliefs
        .into_iter()
        .map(|((day, stage, trader), it)| {
            let points = it.points().map(int);
            [int(day), int(stage), int(trader)].into_iter().chain(points).collect()
        })
        .collect();
    assert!(
        posts.len() > 50 && reactions.len() > 50 && exposures.len() > 100 && beliefs.len() > 50
    );
    assert_eq!(
        rows(&path, "SELECT post, day, stage, trader, text FROM posts ORDER BY post"),
        posts
    );
    let query = "SELECT day, stage, trader, speech, post FROM reactions";
    assert_eq!(rows(&path, query), reactions);
    assert_eq!(rows(&path, "SELECT * FROM exposures"), exposures);
    let query = "SELECT day, stage, trader, trend, valuation, economy, sentiment, confidence FROM beliefs ORDER BY day, stage, trader";
    assert_eq!(rows(&path, query), beliefs);
    let kinds =
        rows(&path, "SELECT DISTINCT kind FROM beliefs UNION SELECT DISTINCT kind FROM posts");
    assert_eq!(kinds, [[word("anyone")]]);
    for (view, table) in
        [("posts", "s"), ("reactions", "statements"), ("beliefs", "statements"), ("exposures", "p")]
    {
        let plan = rows(&path, &format!("EXPLAIN QUERY PLAN SELECT * FROM {view} WHERE day = 2"));
        let plan: Vec<String> = plan.iter().map(|it| format!("{:?}", it[3])).collect();
        let read = |it: &&String| it.contains(&format!("SEARCH {table} ")) && it.contains("(day=?");
        assert!(plan.iter().any(|it| read(&it)), "{view}: {plan:?}");
    }
    Ok(())
}

#[test]
fn the_documented_questions_are_answered() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    record(&path, &mut engine(RICH, 3), usize::MAX, asfm_recorder::Ending::Done).unwrap();
    let most = rows(&path, &documented("FROM posts p"));
    let counts: Vec<i64> =
        most.iter().map(|row| if let Value::Integer(it) = row[3] { it } else { 0 }).collect();
    assert_eq!(counts.len(), 10);
    assert!(counts[0] > 1 && counts.is_sorted_by(|a, b| a >= b), "{counts:?}");
    let days = rows(&path, &documented("FROM beliefs"));
    assert_eq!(days.len(), 6, "one kind on six days");
}

#[test]
fn a_post_keeps_its_number_when_a_run_is_rebuilt() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    let mut market = engine(RICH, 3);
    let mut recorder = Recorder::create(&path, &header(), &market, options())?;
    let mut posts = 0;
    for _ in 0..6 {
        let log = decide(&mut market).unwrap();
        assert_eq!(log.first_post.0, posts + 1);
        posts += u32::try_from(log.posts().count()).unwrap();
        recorder.record(log)?;
    }
    recorder.finish(asfm_recorder::Ending::Interrupted, 1.0)?;
    let mut rebuilt = Run::open(&path)?.rebuild(|_, _| ())?;
    let log = decide(&mut rebuilt).unwrap();
    assert!(posts > 0);
    assert_eq!(log.first_post.0, posts + 1);
    assert_eq!(Some(log), decide(&mut market));
    Ok(())
}

#[test]
fn a_stranger_who_speaks_or_sees_is_told() {
    let folder = tempdir().unwrap();
    let stranger = TraderId::at(9);
    let mut speaks = Decisions::new();
    speaks.say(TraderId::at(8), "mine");
    speaks.say(stranger, "not mine");
    let mut sees = Decisions::new();
    sees.show(Exposure { trader: stranger, post: PostId(1) });
    let told = [speaks, sees].map(|decisions| {
        let path = folder.path().join("run.db");
        std::fs::remove_file(&path).ok();
        first(&path, decisions).unwrap();
        let told = said(&Run::open(&path).and_then(|it| it.rebuild(|_, _| ())).unwrap_err());
        told.split_once(": ").unwrap().1.to_owned()
    });
    insta::assert_snapshot!(told[0], @"table `statements`, day 1, stage 0, seq 1, column `trader`: stored 10, rebuilt at most 9");
    insta::assert_snapshot!(told[1], @"table `exposure_parts`, day 1, stage 0, seq 1, column `trader`: stored 10, rebuilt at most 9");
}

#[test]
fn altered_talk_is_named() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    let mut decisions = Decisions::new();
    decisions.state(Statement { belief: Some(Belief::NEUTRAL), ..says(1, Speech::Post, "up") });
    decisions.state(says(2, Speech::Like(PostId(1)), ""));
    decisions.state(says(3, Speech::Post, "down"));
    decisions.show(Exposure { trader: TraderId::at(1), post: PostId(1) });
    first(&path, decisions)?;
    let told = |update: &str| {
        let altered = folder.path().join("altered.db");
        std::fs::copy(&path, &altered).unwrap();
        let file = Connection::open(&altered).unwrap();
        file.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
            .unwrap();
        file.execute_batch(update).unwrap();
        drop(file);
        let told = said(&Run::open(&altered).and_then(|it| it.verify()).unwrap_err());
        // The sums are of no use to a reader.
        let told = told.split_once(": ").unwrap().1.to_owned();
        let words = told.split(' ').map(|it| {
            if it.len() > 15 && it[..15].bytes().all(|it| it.is_ascii_digit()) { "SUM" } else { it }
        });
        words.collect::<Vec<_>>().join(" ")
    };
    insta::assert_snapshot!(told("UPDATE statements SET about = 2 WHERE seq = 1"), @"table `statements`, day 1, stage 0, seq 1, column `checksum`: expected SUM the checksum of the row, found SUM");
    insta::assert_snapshot!(told("UPDATE statements SET text = 'Up' WHERE seq = 0"), @"table `statements`, day 1, stage 0, seq 0, column `checksum`: expected SUM the checksum of the row, found SUM");
    insta::assert_snapshot!(told("UPDATE statements SET trend = NULL WHERE seq = 0"), @"table `statements`, day 1, stage 0, seq 0, column `checksum`: expected SUM the checksum of the row, found SUM");
    insta::assert_snapshot!(told("UPDATE rounds SET first_post = 7 WHERE day = 1 AND stage = 0"), @"table `rounds`, day 1, stage 0, column `first_post`: expected 1, as table `statements` says, found 7");
    insta::assert_snapshot!(told("UPDATE rounds SET first_post = 7 WHERE day = 2 AND stage = 0"), @"table `rounds`, day 2, stage 0, column `first_post`: stored 7, rebuilt 3");
    insta::assert_snapshot!(told("UPDATE rounds SET exposures = 0"), @"table `exposure_parts`, day 1, stage 0: expected 0 rows, as table `rounds` says, found 1 rows");
    insta::assert_snapshot!(told("UPDATE exposure_parts SET body = '[[2,2]]'"), @r#"table `exposure_parts`, day 1, stage 0, part 0, column `body`: expected what its checksum was taken of, found "[[2,2]]" and a checksum of something else"#);
    insta::assert_snapshot!(told("DELETE FROM exposure_parts"), @"table `exposure_parts`, day 1, stage 0: expected 1 rows, as table `rounds` says, found 0 rows");
    insta::assert_snapshot!(told("DROP INDEX post_numbers"), @"table `sqlite_schema`, post_numbers: expected its definition, found nothing");
    Ok(())
}
