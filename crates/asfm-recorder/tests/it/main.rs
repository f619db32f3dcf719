//! Whole small markets, recorded.

mod market;

use asfm_recorder::Ending;

#[test]
fn tmp() {
    let dir = std::path::PathBuf::from("/tmp/rec");
    std::fs::create_dir_all(&dir).unwrap();
    for (name, text) in [("plain", market::PLAIN), ("rich", market::RICH), ("busy", market::BUSY)] {
        let path = dir.join(name);
        let _ = std::fs::remove_file(&path);
        let mut engine = market::engine(text, 1);
        let logs = market::record(&path, &mut engine, 1000, Ending::Done).unwrap();
        eprintln!(
            "{name} {} rounds {} trades",
            logs.len(),
            logs.iter().map(|it| it.trades.len()).sum::<usize>()
        );
    }
}
