//! The binaries of the workspace, as the verbs drive them.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::shell;

/// How long a server may take to be there.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that stands in for a language model's, for as long as it is needed.
pub(crate) struct StandIn {
    child: Child,
    pub(crate) url: String,
}

impl StandIn {
    /// Starts one; the words say which.
    pub(crate) fn start(words: &[&str]) -> anyhow::Result<Self> {
        // Asked for and given back: if somebody takes it in between, the server says so.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = Command::new(binary("asfm-standin"))
            .args(words)
            .args(["--port", &port.to_string()])
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start asfm-standin")?;
        let it = Self { child, url: format!("http://127.0.0.1:{port}") };
        let since = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(since.elapsed() < PATIENCE, "asfm-standin does not listen");
            sleep(Duration::from_millis(50));
        }
        Ok(it)
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Builds the program and the servers that stand in.
pub(crate) fn build() -> anyhow::Result<()> {
    let shell = shell::at_root()?;
    shell::cargo(&shell, "build --locked -p asfm -p asfm-standin").run()?;
    Ok(())
}

/// Where a built program lies.
pub(crate) fn binary(name: &str) -> PathBuf {
    shell::root().join("target").join("debug").join(name)
}
