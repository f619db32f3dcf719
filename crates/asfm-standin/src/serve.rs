//! Running a server in a thread of its own.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use tokio::net::TcpSocket;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::connection::{Listener, Switch};

/// As many may knock before the server opens.
const BACKLOG: u32 = 4096;

/// A server that runs until this is dropped.
#[must_use = "the server ends when this is dropped"]
pub struct Running<C> {
    address: SocketAddr,
    counters: Arc<C>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl<C> Running<C> {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it counted so far.
    pub fn counters(&self) -> &C {
        &self.counters
    }
}

impl<C> fmt::Debug for Running<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

impl<C> Drop for Running<C> {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It only fails if the server panicked, and then its panic was printed.
            drop(thread.join());
        }
    }
}

/// Starts a server on this port of this machine, or on any free one if it is 0.
pub(crate) fn spawn<C>(port: u16, router: Router, counters: Arc<C>) -> io::Result<Running<C>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let listener = listen(&runtime, port)?;
    let address = listener.0.local_addr()?;
    let router = router.layer(DefaultBodyLimit::disable());
    let (stop, stopped) = oneshot::channel::<()>();
    let thread = std::thread::Builder::new().name(format!("standin-{}", address.port()));
    let thread = thread.spawn(move || {
        let service = router.into_make_service_with_connect_info::<Switch>();
        runtime.block_on(async {
            tokio::select! {
                _ = axum::serve(listener, service).into_future() => {}
                _ = stopped => {}
            }
        });
        // Connections end with their server, answered or not.
        runtime.shutdown_background();
    })?;
    Ok(Running { address, counters, stop: Some(stop), thread: Some(thread) })
}

fn listen(runtime: &Runtime, port: u16) -> io::Result<Listener> {
    let _inside = runtime.enter();
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    socket.listen(BACKLOG).map(Listener)
}
