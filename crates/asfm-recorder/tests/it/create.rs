//! Files that cannot be made, and what is left of them.

use std::fs;
use std::path::Path;

use asfm_recorder::{Ending, Error, Journal, Options, Recorder, Run, Status};
use tempfile::tempdir;

use crate::market::{BUSY, PLAIN, decide, engine, header, record};
use crate::said;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_finished_run_is_one_file() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    for journal in [Journal::Auto, Journal::Wal, Journal::Rollback] {
        let path = folder.path().join("run.db");
        let options = Options { force: true, journal, ..Options::default() };
        let mut market = engine(PLAIN, 1);
        let mut recorder = Recorder::create(&path, &header(), &market, options)?;
        while let Some(log) = decide(&mut market) {
            recorder.record(log)?;
        }
        recorder.finish(Ending::Done, 0.1)?;
        assert_eq!(names(folder.path()), ["run.db"], "{journal:?}");
        assert!(Run::open(&path)?.verify()?.complete);
    }
    Ok(())
}

#[test]
fn an_existing_file_is_refused_unless_forced() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    fs::write(&path, "notes").unwrap();
    let mut market = engine(PLAIN, 1);
    let error = record(&path, &mut market, 1, Ending::Interrupted).unwrap_err();
    assert!(said(&error).ends_with("run.db` exists already"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "notes");

    let options = Options { force: true, ..Options::default() };
    let market = engine(PLAIN, 1);
    Recorder::create(&path, &header(), &market, options)?.finish(Ending::Interrupted, 0.0)?;
    assert_eq!(Run::open(&path)?.info().rounds, 0);
    assert_eq!(names(folder.path()), ["run.db"]);
    Ok(())
}

#[test]
fn a_file_that_cannot_be_replaced_is_kept() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    fs::write(&path, "notes").unwrap();
    let options = Options { force: true, pages_max: Some(4), ..Options::default() };
    let error = Recorder::create(&path, &header(), &engine(PLAIN, 1), options).unwrap_err();
    assert!(matches!(error, Error::Full(_)), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "notes");
    assert_eq!(names(folder.path()), ["run.db"]);
}

#[test]
fn a_missing_folder_and_a_folder_are_refused() {
    let folder = tempdir().unwrap();
    let market = engine(PLAIN, 1);
    let create = |path: &Path, force| {
        let options = Options { force, ..Options::default() };
        said(&Recorder::create(path, &header(), &market, options).unwrap_err())
    };
    let missing = create(&folder.path().join("no/run.db"), false);
    assert!(missing.starts_with("cannot create `"), "{missing}");
    assert!(create(folder.path(), false).ends_with("exists already"));
    assert!(create(folder.path(), true).starts_with("cannot create `"));
    assert!(names(folder.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let path = folder.path().join("run.db");
    let made = Recorder::create(&path, &header(), &engine(PLAIN, 1), Options::default());
    // The superuser may write everywhere.
    if let Err(error) = made {
        assert!(matches!(error, Error::Io { .. }), "{error}");
        assert!(names(folder.path()).is_empty());
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_seed_that_does_not_fit_is_refused() {
    let folder = tempdir().unwrap();
    let market = engine(PLAIN, u64::MAX);
    let path = folder.path().join("run.db");
    let error = Recorder::create(&path, &header(), &market, Options::default()).unwrap_err();
    assert!(matches!(error, Error::Seed(u64::MAX)));
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_full_disk_stops_the_run_and_keeps_whole_rounds() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    for journal in [Journal::Wal, Journal::Rollback] {
        let options = Options { force: true, journal, pages_max: Some(60), ..Options::default() };
        let mut market = engine(&BUSY.replace("days = 3", "days = 300"), 1);
        let mut recorder = Recorder::create(&path, &header(), &market, options)?;
        let error = loop {
            let log = decide(&mut market).expect("the disk is full before the run ends");
            if let Err(error) = recorder.record(log) {
                break error;
            }
        };
        assert!(matches!(error, Error::Full(_)), "{error}");
        let again = recorder.record(decide(&mut market).expect("one more"));
        assert!(matches!(again, Err(Error::Stopped(_))));
        assert!(matches!(recorder.finish(Ending::Done, 1.0), Err(Error::Stopped(_))));
        let run = Run::open(&path)?;
        assert_eq!(run.info().status, Status::Running);
        let rounds = run.verify()?.rounds;
        assert!(rounds > 0 && rounds < 600, "{rounds}");
    }
    Ok(())
}

#[test]
fn a_run_can_be_read_while_it_is_recorded() -> Result<(), Error> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("run.db");
    let mut market = engine(PLAIN, 1);
    let options = Options { journal: Journal::Wal, ..Options::default() };
    let mut recorder = Recorder::create(&path, &header(), &market, options)?;
    let mut last = 0;
    while let Some(log) = decide(&mut market) {
        recorder.record(log)?;
        let verified = Run::open(&path)?.verify()?;
        assert!(verified.rounds >= last, "rounds do not go away");
        last = verified.rounds;
    }
    recorder.finish(Ending::Done, 0.1)?;
    assert_eq!(Run::open(&path)?.info().rounds, 8);
    Ok(())
}
