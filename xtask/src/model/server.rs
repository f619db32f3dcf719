//! The server: started, found again by `server.json`, stopped.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::{fetch, folder, python};
use crate::process;

/// The name under which the model is served.
const MODEL: &str = "smollm2-135m";
/// The script by which a process of ours is known.
const SCRIPT: &str = "serve.py";
/// What the model was trained for.
const CONTEXT: u32 = 8192;
const STARTS_WITHIN: Duration = Duration::from_mins(2);
const ENDS_WITHIN: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

/// How to serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    /// The port; any free one if there is none.
    pub(crate) port: Option<u16>,
    /// How many questions are answered at once, each with the whole context.
    pub(crate) slots: u32,
    /// How many threads compute; beside other work one is faster than two.
    pub(crate) threads: u32,
    /// Whether to serve the weights as they came.
    pub(crate) original: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: None, slots: 2, threads: 2, original: false }
    }
}

/// A server that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    /// Its address, `http://127.0.0.1:PORT`; the OpenAI-compatible paths are under `/v1`.
    pub(crate) url: String,
    /// The name of the model.
    pub(crate) model: String,
    /// The weights' file.
    weights: String,
    /// Its process.
    pub(crate) pid: u32,
    port: u16,
    /// How many questions it answers at once.
    pub(crate) slots: u32,
    /// How many threads it has.
    pub(crate) threads: u32,
    /// The most tokens of a question and its answer.
    pub(crate) context: u32,
}

/// Gets what is missing, and starts a server unless the same one runs already.
///
/// # Errors
///
/// [`Missing`](crate::shell::Missing) if the model cannot be had on this machine.
pub(crate) fn start(options: &Options) -> anyhow::Result<Server> {
    if let Some(it) = running()? {
        let original = it.weights.contains("Q4_1");
        let found = Options {
            port: options.port.map(|_| it.port),
            slots: it.slots,
            threads: it.threads,
            original,
        };
        if found != *options {
            bail!("another server runs at {}; end it with `cargo xtask model stop`", it.url);
        }
        return Ok(it);
    }
    let weights = fetch()?;
    let port = match options.port {
        Some(it) => it,
        None => free_port()?,
    };
    let file = if options.original { &weights.original } else { &weights.fast };
    let log_path = folder().join("server.log");
    let log = File::create(&log_path).context("cannot make the server's log")?;
    let Options { slots, threads, .. } = *options;
    let mut command = python::python(&weights.site);
    command.arg(python::script(SCRIPT)).arg(file).arg(MODEL);
    command.args([port.into(), slots, threads, CONTEXT].map(|it: u32| it.to_string()));
    // Threads that wait must not take the time of those that ask.
    command.env("OMP_WAIT_POLICY", "passive");
    command.stdin(Stdio::null()).stderr(log.try_clone()?).stdout(log).process_group(0);
    let mut child = command.spawn().context("cannot start the server")?;
    if let Err(error) = wait(&mut child, port) {
        // It may have ended by itself.
        drop(child.kill());
        drop(child.wait());
        let log = fs::read_to_string(&log_path).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let end = lines[lines.len().saturating_sub(5)..].join("\n");
        return Err(error.context(format!("the server's last words:\n{end}")));
    }
    let server = Server {
        url: format!("http://127.0.0.1:{port}"),
        model: MODEL.to_owned(),
        weights: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        pid: child.id(),
        port,
        slots,
        threads,
        context: CONTEXT,
    };
    server.write()?;
    Ok(server)
}

/// The server that runs, if one does.
pub(crate) fn running() -> anyhow::Result<Option<Server>> {
    let Some(server) = Server::read()? else { return Ok(None) };
    let answers = process::lives(server.pid, SCRIPT) && is_healthy(server.port);
    Ok(answers.then_some(server))
}

/// Ends the server; says whether there was one.
pub(crate) fn stop() -> anyhow::Result<bool> {
    let Some(server) = Server::read()? else { return Ok(false) };
    let mut lived = false;
    for by_force in [false, true] {
        if process::lives(server.pid, SCRIPT) {
            lived = true;
            let ended = process::end(server.pid, by_force);
            if process::lives(server.pid, SCRIPT) {
                ended?;
            }
        }
        let start = Instant::now();
        while process::lives(server.pid, SCRIPT) && start.elapsed() < ENDS_WITHIN {
            sleep(PAUSE);
        }
    }
    fs::remove_file(Server::path()).context("cannot remove server.json")?;
    Ok(lived)
}

impl Server {
    fn path() -> PathBuf {
        folder().join("server.json")
    }

    fn read() -> anyhow::Result<Option<Self>> {
        match fs::read_to_string(Self::path()) {
            Ok(text) => Ok(Self::of_json(&text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).context("cannot read server.json"),
        }
    }

    fn of_json(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let number = |key: &str| value[key].as_u64().and_then(|it| u32::try_from(it).ok());
        Some(Self {
            url: text("url")?,
            model: text("model")?,
            weights: text("weights")?,
            pid: number("pid")?,
            port: u16::try_from(number("port")?).ok()?,
            slots: number("slots")?,
            threads: number("threads")?,
            context: number("context")?,
        })
    }

    fn json(&self) -> Value {
        let Self { url, model, weights, pid, port, slots, threads, context } = self;
        json!({
            "url": url, "model": model, "weights": weights, "pid": pid, "port": port,
            "slots": slots, "threads": threads, "context": context,
        })
    }

    fn write(&self) -> anyhow::Result<()> {
        let half = folder().join("server.json.half");
        fs::write(&half, format!("{:#}\n", self.json())).context("cannot write server.json")?;
        fs::rename(&half, Self::path()).context("cannot rename server.json")
    }
}

fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?;
    Ok(listener.local_addr()?.port())
}

fn wait(child: &mut Child, port: u16) -> anyhow::Result<()> {
    let start = Instant::now();
    while !is_healthy(port) {
        if let Some(status) = child.try_wait()? {
            bail!("the server ended: {status}");
        }
        if start.elapsed() > STARTS_WITHIN {
            bail!("the server did not answer within {} s", STARTS_WITHIN.as_secs());
        }
        sleep(PAUSE);
    }
    Ok(())
}

/// Whether the model is loaded: until then the server says 503.
fn is_healthy(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream
            .write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut start = [0; 12];
        stream.read_exact(&mut start)?;
        Ok(String::from_utf8_lossy(&start).into_owned())
    };
    ask().is_ok_and(|it| it.ends_with(" 200"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_found_again_as_it_was() {
        let server = Server {
            url: "http://127.0.0.1:80".to_owned(),
            model: MODEL.to_owned(),
            weights: "x.Q4_0.gguf".to_owned(),
            pid: 7,
            port: 80,
            slots: 2,
            threads: 1,
            context: CONTEXT,
        };
        assert_eq!(Server::of_json(&server.json().to_string()), Some(server));
        assert_eq!(Server::of_json("{}"), None);
    }

    #[test]
    fn only_a_server_that_says_so_is_healthy() {
        let Ok(port) = free_port() else { return };
        assert!(!is_healthy(port));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let server = std::thread::spawn(move || {
            for answer in ["HTTP/1.1 503 No\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"] {
                let (mut stream, _) = listener.accept().expect("a connection");
                stream.write_all(answer.as_bytes()).expect("an answer");
            }
        });
        assert!(!is_healthy(port));
        assert!(is_healthy(port));
        server.join().expect("the server is done");
    }
}
