//! `asfm verify`: a run file against the run rebuilt from what was decided.

use std::io::Write as _;

use anyhow::Context as _;
use asfm_recorder::Verified;
use serde_json::json;

use crate::cli::Verify;
use crate::failure::{Failure, open_run};

pub(crate) fn verify(flags: &Verify) -> Result<(), Failure> {
    let run = open_run(&flags.run)?;
    let found = run.verify();
    if flags.json {
        let told = match &found {
            Ok(it) => json!({
                "ok": true,
                "complete": it.complete,
                "status": it.status.word(),
                "rounds": it.rounds,
                "days": it.days,
                "requests": it.requests,
                "trades": it.trades,
                "digest": it.digest.map(|it| it.to_string()),
            }),
            Err(error) => json!({ "ok": false, "error": error.to_string() }),
        };
        let text = serde_json::to_string(&told).context("the finding")?;
        writeln!(std::io::stdout(), "{text}")?;
    }
    let it = found?;
    if !flags.json {
        write!(std::io::stdout(), "{}", text(&flags.run.display().to_string(), &it))?;
    }
    Ok(())
}

fn text(file: &str, it: &Verified) -> String {
    let ending = if it.complete { "all its rounds" } else { "every round up to where it stopped" };
    let digest = it.digest.map_or_else(|| "none".to_owned(), |it| it.to_string());
    format!(
        "`{file}` is what its decisions lead to: {ending}\n\
         {} rounds rebuilt, {} requests judged again, {} trades made again\n\
         cash and shares add up to the same at all {} closes\n\
         digest {digest}\n",
        it.rounds, it.requests, it.trades, it.days
    )
}
