//! A real language model for tests: small enough for a laptop, large enough to be one.
//!
//! `SmolLM2-135M-Instruct` (Apache-2.0) comes inside a Python package, the server inside another
//! one, so neither a compiler nor a model hub is needed. Everything lies in `target/model/`: the
//! packages, the weights as they came (`Q4_1`) and rewritten for speed (`Q4_0`), the log and
//! `server.json` with the running server's address.

mod crowd;
mod fetch;
mod market;
mod python;
mod server;

use std::path::PathBuf;

use crate::shell::{self, Args, Misuse};

pub(crate) use fetch::fetch;
pub(crate) use server::{Options, Server, running, start, stop};

pub(crate) fn run(mut args: Args) -> anyhow::Result<()> {
    let what = args.word().unwrap_or_default();
    match what.as_str() {
        "fetch" => {
            args.finish()?;
            let weights = fetch()?;
            println!("model: {}", weights.fast.display());
        }
        "start" => {
            let options = options(&mut args)?;
            args.finish()?;
            println!("{}", say(&start(&options)?));
        }
        "stop" => {
            args.finish()?;
            let stopped = stop()?;
            println!("model: {}", if stopped { "stopped" } else { "was not running" });
        }
        "test" => market::test(args)?,
        "layouts" => market::layouts(args)?,
        "plans" => crowd::plans(args)?,
        "status" => {
            args.finish()?;
            match running()? {
                Some(it) => println!("{}", say(&it)),
                None => println!("model: not running"),
            }
        }
        "" => return Err(Misuse("it needs a word that says what to do".to_owned()).into()),
        other => return Err(Misuse(format!("`{other}` means nothing here")).into()),
    }
    Ok(())
}

fn options(args: &mut Args) -> anyhow::Result<Options> {
    let mut options = Options { original: args.flag("--original"), ..Options::default() };
    if let Some(it) = args.number("--port")? {
        let port = u16::try_from(it);
        options.port = Some(port.map_err(|_| Misuse(format!("there is no port {it}")))?);
    }
    let positive = |name: &str, number: Option<u64>, otherwise: u32| {
        let number = number.map_or(Ok(otherwise), u32::try_from);
        let number = number.ok().filter(|it| (1..=256).contains(it));
        number.ok_or_else(|| Misuse(format!("`{name}` goes from 1 to 256")))
    };
    options.slots = positive("--slots", args.number("--slots")?, options.slots)?;
    options.threads = positive("--threads", args.number("--threads")?, options.threads)?;
    Ok(options)
}

fn say(server: &Server) -> String {
    let Server { url, model, pid, slots, threads, context, .. } = server;
    format!(
        "model: {model} at {url} (OpenAI-compatible: {url}/v1), {slots} slots of {context} \
         tokens, {threads} threads, pid {pid}"
    )
}

/// Where all of it lies.
fn folder() -> PathBuf {
    shell::root().join("target").join("model")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> anyhow::Result<Options> {
        options(&mut Args::new(text.split_whitespace().map(str::to_owned)))
    }

    #[test]
    fn what_is_not_asked_for_is_the_default() {
        let default = Options::default();
        assert_eq!(asked("").ok(), Some(default.clone()));
        let other = Options { port: Some(8080), slots: 4, ..default };
        assert_eq!(asked("--slots 4 --port 8080").ok(), Some(other));
    }

    #[test]
    fn nonsense_is_misuse() {
        for text in ["--port 70000", "--slots 0", "--threads 9999", "--slots many"] {
            let error = asked(text).err();
            assert!(error.is_some_and(|it| it.is::<Misuse>()), "{text}");
        }
    }
}
