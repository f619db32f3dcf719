//! A server that says what it is told to, in as much HTTP as is needed to be wrong.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Barrier;
use tokio::task::JoinHandle;

/// What came.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    /// The request line and the headers.
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Got {
    /// `POST /api/chat`.
    pub(crate) fn verb(&self) -> &str {
        self.head.lines().next().unwrap().rsplit_once(' ').unwrap().0
    }
}

/// What goes back.
pub(crate) enum Play {
    /// A whole answer: status, further headers, body.
    Say(u16, &'static str, Vec<u8>),
    /// These bytes; then the connection is closed.
    Bytes(Vec<u8>),
    /// A head, and then a byte now and then for ever.
    Drip,
    /// Nothing, for ever.
    Silence,
    /// An answer, as soon as so many questions as the barrier is wide are here together.
    Together(Arc<Barrier>, Vec<u8>),
}

impl Play {
    pub(crate) fn json(value: &Value) -> Self {
        Self::Say(200, "", value.to_string().into_bytes())
    }

    pub(crate) fn error(status: u16, text: &str) -> Self {
        Self::Say(status, "", text.as_bytes().to_vec())
    }
}

pub(crate) fn openai_says(text: &str) -> Value {
    json!({"choices": [{"message": {"content": text}, "finish_reason": "stop"}]})
}

#[derive(Default)]
struct Seen {
    got: Mutex<Vec<Got>>,
    now: AtomicUsize,
    most: AtomicUsize,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

impl Server {
    /// A server that answers the question with this number, from 0, so.
    pub(crate) async fn start(play: impl Fn(usize, &Got) -> Play + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, play) = (Arc::new(Seen::default()), Arc::new(play));
        let task = tokio::spawn({
            let seen = Arc::clone(&seen);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let (seen, play) = (Arc::clone(&seen), Arc::clone(&play));
                    tokio::spawn(async move { serve(stream, &seen, &*play).await });
                }
            }
        });
        Self { address, seen, task }
    }

    /// A server that always says this.
    pub(crate) async fn saying(value: Value) -> Self {
        Self::start(move |_, _| Play::json(&value)).await
    }

    pub(crate) fn ollama(&self) -> String {
        format!("ollama:m@http://{}", self.address)
    }

    pub(crate) fn openai(&self) -> String {
        format!("openai:m@http://{}", self.address)
    }

    /// All that came.
    pub(crate) fn got(&self) -> Vec<Got> {
        self.seen.got.lock().unwrap().clone()
    }

    /// The most questions that were here at a time.
    pub(crate) fn most(&self) -> usize {
        self.seen.most.load(SeqCst)
    }
}

/// An address at which nobody listens, and nobody else can as long as it lives.
pub(crate) struct Nobody(TcpSocket);

impl Nobody {
    pub(crate) fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        Self(socket)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, seen: &Seen, play: &(impl Fn(usize, &Got) -> Play + Sync)) {
    let Some(got) = read(&mut stream).await else { return };
    let number = {
        let mut all = seen.got.lock().unwrap();
        all.push(got.clone());
        all.len() - 1
    };
    seen.most.fetch_max(seen.now.fetch_add(1, SeqCst) + 1, SeqCst);
    let play = play(number, &got);
    let answer = match play {
        Play::Say(status, headers, body) => whole(status, headers, &body),
        Play::Bytes(bytes) => bytes,
        Play::Together(barrier, body) => {
            barrier.wait().await;
            whole(200, "", &body)
        }
        Play::Drip => {
            let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
            let mut part = head.as_bytes();
            while stream.write_all(part).await.is_ok() {
                part = b" ";
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            return;
        }
        Play::Silence => std::future::pending().await,
    };
    seen.now.fetch_sub(1, SeqCst);
    // Nobody needs to be there any more.
    drop(stream.write_all(&answer).await);
    drop(stream.shutdown().await);
}

fn whole(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

async fn read(stream: &mut TcpStream) -> Option<Got> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let length = head.lines().find_map(|it| {
        let (name, value) = it.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
    });
    let length: usize = length.unwrap_or(0);
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(Got { head, body: serde_json::from_slice(&bytes[end..]).unwrap_or_default() })
}
