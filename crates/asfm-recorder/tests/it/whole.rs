//! What was recorded is read back, and verified.

use asfm_engine::{Day, Decisions, RoundLog};
use asfm_recorder::{Ending, Error, Options, Recorder, Run, Status};
use tempfile::tempdir;

use crate::market::{BUSY, PLAIN, RICH, call, crowd, decide, engine, header, record};
use crate::said;

#[test]
fn recorded_rounds_are_read_back_as_they_were() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    let crowd = crowd(RICH);
    for (at, text) in [PLAIN, RICH, BUSY, &crowd].into_iter().enumerate() {
        for seed in 0..5 {
            let path = folder.path().join(format!("{at}-{seed}.db"));
            let mut market = engine(text, seed);
            let logs = record(&path, &mut market, usize::MAX, Ending::Done)?;
            let run = Run::open(&path)?;
            let read: Vec<RoundLog> = run.rounds().collect::<Result<_, _>>()?;
            assert!(read == logs, "market {at}, seed {seed}");
            let trades = run.trades().map(|it| it.map(|it| it.2));
            let trades: Vec<_> = trades.collect::<Result<_, _>>()?;
            assert!(trades.iter().eq(logs.iter().flat_map(|it| &it.trades)));
            let verified = run.verify()?;
            assert!(verified.complete, "market {at}, seed {seed}");
            assert_eq!(verified.rounds, logs.len());
            assert_eq!(run.scenario()?.sources(), market.scenario().sources());
            assert_eq!(verified.trades, trades.len() as u64);
        }
    }
    Ok(())
}

#[test]
fn the_markets_do_everything() {
    let mut seen = [0; 15];
    for text in [PLAIN, RICH, BUSY] {
        let mut market = engine(text, 1);
        while let Some(log) = decide(&mut market) {
            let close = log.close.as_ref();
            seen[0] += log.texts.len();
            seen[1] += log.statements.len();
            seen[2] += log.auctions.iter().filter(|it| it.price.is_none()).count();
            seen[3] += log.trades.iter().filter(|it| it.seller_fee.0 > 0).count();
            seen[4] += log.ends.len();
            seen[5] += close.map_or(0, |it| it.transfers.len());
            seen[6] += close.map_or(0, |it| it.closes.iter().filter(|it| it.trades == 0).count());
            let words = ["post", "repost", "like", "unlike", "thought"];
            for (at, word) in (8..).zip(words) {
                seen[at] += log.statements.iter().filter(|it| it.speech.word() == word).count();
            }
            seen[13] += log.statements.iter().filter(|it| it.belief.is_some()).count();
            seen[14] += log.exposures.len();
            seen[7] +=
                close.map_or(0, |it| it.closes.iter().filter(|it| it.flow.is_some()).count());
        }
    }
    assert!(seen.iter().all(|it| *it > 0), "{seen:?}");
}

#[test]
fn what_the_maker_told_is_read_back() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    let mut market = engine(PLAIN, 3);
    let logs = record(&path, &mut market, 5, Ending::Interrupted)?;
    let run = Run::open(&path)?;
    let info = run.info();
    assert_eq!(info.header, header());
    assert_eq!((info.scenario.as_str(), info.seed.0), ("plain", 3));
    assert_eq!((info.agents, info.stocks, info.days), (9, 2, 4));
    assert_eq!((info.rounds, info.status), (5, Status::Interrupted));
    assert_eq!(info.digest, Some(logs[4].digest));
    assert_eq!(info.wall_seconds, Some(1.5));
    assert_eq!(run.scenario()?.sources(), market.scenario().sources());
    let mut calls = Vec::new();
    run.calls(|it| calls.push(it))?;
    assert_eq!(calls.len(), 10);
    assert_eq!(calls[3], call(1, 1, 1));
    let verified = run.verify()?;
    assert!(!verified.complete, "the market has three more rounds");
    assert_eq!((verified.rounds, verified.days), (5, 2));
    Ok(())
}

#[test]
fn accounts_start_with_the_capital_and_end_with_the_ledger() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    let mut market = engine(PLAIN, 3);
    record(&path, &mut market, usize::MAX, Ending::Done)?;
    let run = Run::open(&path)?;
    let days: Vec<u32> = run.account_days()?.iter().map(|it| it.0).collect();
    assert_eq!(days, [0, 1, 2, 3, 4]);
    for (at, it) in run.accounts(Day(0))?.iter().enumerate() {
        let capital = if at < 6 { 20_000 } else { 6_000 };
        assert_eq!((it.cash + it.shares_value).0, capital * 10_000, "trader {at}");
    }
    let last = run.accounts(Day(4))?;
    assert!(last.iter().map(|it| it.cash).eq(market.ledger().wallets().iter().map(|it| it.cash)));
    assert!(run.accounts(Day(9))?.is_empty());
    assert_eq!(run.closes()?.len(), 8);
    Ok(())
}

#[test]
fn a_rebuilt_market_goes_on_where_the_run_stopped() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    let mut market = engine(RICH, 4);
    let logs = record(&path, &mut market, 7, Ending::Interrupted)?;
    let mut seen = Vec::new();
    let mut rebuilt = Run::open(&path)?.rebuild(|_, log| seen.push(log))?;
    assert_eq!(seen, logs);
    while let Some(log) = decide(&mut market) {
        assert!(decide(&mut rebuilt).as_ref() == Some(&log));
    }
    assert!(decide(&mut rebuilt).is_none());
    Ok(())
}

#[test]
fn a_resumed_run_is_the_run_that_never_stopped() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    record(&path, &mut engine(RICH, 4), 7, Ending::Interrupted)?;
    let mut market = Run::open(&path)?.rebuild(|_, _| ())?;
    let mut recorder = Recorder::resume(&path, Options::default())?;
    while let Some(log) = decide(&mut market) {
        for trader in [0, 1] {
            recorder.call(call(log.day.0, log.stage, trader))?;
        }
        recorder.record(log)?;
    }
    recorder.finish(Ending::Done, 1.5)?;
    let whole = folder.path().join("whole.db");
    record(&whole, &mut engine(RICH, 4), usize::MAX, Ending::Done)?;
    let (resumed, whole) = (Run::open(&path)?, Run::open(&whole)?);
    assert!(resumed.verify()?.complete);
    assert_eq!(resumed.info(), whole.info());
    Ok(())
}

#[test]
fn a_quiet_run_is_one_too() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    let mut market = engine(PLAIN, 1);
    let mut recorder = Recorder::create(&path, &header(), &market, Options::default())?;
    while let Some(round) = market.next_round() {
        recorder.record(round.settle(Decisions::new()))?;
    }
    recorder.finish(Ending::Done, 0.0)?;
    let run = Run::open(&path)?;
    assert_eq!(run.verify()?.requests, 0);
    assert_eq!(run.trades().count(), 0);
    Ok(())
}

#[test]
fn a_dropped_recorder_leaves_whole_rounds() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    let mut market = engine(RICH, 2);
    let mut recorder = Recorder::create(&path, &header(), &market, Options::default())?;
    for _ in 0..3 {
        recorder.record(decide(&mut market).expect("more than three rounds"))?;
    }
    drop(recorder);
    let run = Run::open(&path)?;
    assert_eq!((run.info().status, run.info().rounds), (Status::Running, 3));
    assert!(!run.verify()?.complete);
    Ok(())
}

#[test]
fn a_run_that_says_done_too_early_is_told() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    record(&path, &mut engine(PLAIN, 1), 7, Ending::Done)?;
    let error = Run::open(&path)?.verify().unwrap_err();
    assert!(
        said(&error)
            .ends_with("table `run`, column `status`: stored done, rebuilt more rounds after 7"),
        "{error}"
    );
    Ok(())
}
