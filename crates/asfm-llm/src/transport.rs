//! HTTP, as far as it is the same for all protocols: one request, one bounded answer.

use std::time::Duration;

use asfm_chat::FailureKind;
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{RequestBuilder, Url, redirect};
use serde::Serialize;

use crate::attempt::Failed;
use crate::backoff::retry_after;
use crate::error::Error;
use crate::keys::Secret;
use crate::settings::Settings;
use crate::spec::OPENAI_PATH;

/// Some gateways turn away who does not say a name.
const USER_AGENT: &str = concat!("asfm/", env!("CARGO_PKG_VERSION"));

/// The way to one server.
#[derive(Debug)]
pub(crate) struct Transport {
    pub(crate) http: reqwest::Client,
    pub(crate) base: Url,
    pub(crate) secret: Option<Secret>,
    answer_bytes: usize,
}

impl Transport {
    pub(crate) fn new(base: &Url, settings: &Settings) -> Result<Self, Error> {
        let mut http = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(settings.connect_timeout)
            .pool_max_idle_per_host(settings.concurrency)
            // A redirect turns a question into a request for a page, at a server nobody named.
            .redirect(redirect::Policy::none());
        if is_this_machine(base) {
            // A proxy for the world outside cannot reach a model on this machine.
            http = http.no_proxy();
        }
        Ok(Self {
            http: http.build()?,
            base: base.clone(),
            secret: settings.keys.for_server(base)?,
            answer_bytes: settings.answer_bytes,
        })
    }

    /// Sends a value; gives back the body of an answer that says it succeeded.
    pub(crate) async fn post(
        &self,
        path: &str,
        value: &impl Serialize,
        timeout: Duration,
    ) -> Result<Vec<u8>, Failed> {
        let body = serde_json::to_vec(value)
            .map_err(|it| Failed::new(FailureKind::Rejected, format!("cannot be written: {it}")))?;
        let request = self.http.post(self.address(path));
        self.send(request.header(CONTENT_TYPE, "application/json").body(body), timeout).await
    }

    /// Fetches what is at a place.
    pub(crate) async fn get(&self, path: &str, timeout: Duration) -> Result<Vec<u8>, Failed> {
        self.send(self.http.get(self.address(path)), timeout).await
    }

    /// Fetches what is at a place outside of the protocol's path.
    pub(crate) async fn get_at_root(
        &self,
        path: &str,
        timeout: Duration,
    ) -> Result<Vec<u8>, Failed> {
        let address = self.address("");
        let root = address.strip_suffix(OPENAI_PATH).unwrap_or(&address);
        self.send(self.http.get(format!("{root}{path}")), timeout).await
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }

    async fn send(
        &self,
        mut request: RequestBuilder,
        timeout: Duration,
    ) -> Result<Vec<u8>, Failed> {
        if let Some(secret) = &self.secret {
            request = request.header(AUTHORIZATION, secret.header.clone());
        }
        // The timeout is for the whole exchange: a server that sends a byte now and then does not
        // get more time by it.
        let mut answer = request.timeout(timeout).send().await.map_err(Failed::transport)?;
        let wait = answer.headers().get(RETRY_AFTER).and_then(|it| it.to_str().ok());
        let wait = wait.and_then(|it| retry_after(it, Timestamp::now()));
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(Failed::transport)? {
            if body.len() + chunk.len() > self.answer_bytes {
                let what = format!("the answer is longer than {} bytes", self.answer_bytes);
                return Err(Failed::new(FailureKind::Protocol, what));
            }
            body.extend_from_slice(&chunk);
        }
        if let Some(secret) = &self.secret {
            body = secret.hide(body);
        }
        let status = answer.status();
        if status.is_success() {
            Ok(body)
        } else {
            Err(Failed::status(status.as_u16(), wait, &body))
        }
    }
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host == "[::1]" || host.starts_with("127.")
}
