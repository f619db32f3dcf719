//! The keys of servers, which nobody may see.

use std::fmt;

use reqwest::Url;
use reqwest::header::HeaderValue;

use crate::error::Error;

/// The variable for whatever server is asked.
const OURS: &str = "ASFM_API_KEY";
/// The variable that many programs know as the key of one company's servers.
const OPENAI: &str = "OPENAI_API_KEY";
/// That company's.
const OPENAI_HOST: &str = "openai.com";
/// Shorter ones are placeholders for servers that want any key.
const SECRET_BYTES_MIN: usize = 8;

/// The API keys that the environment holds. They are kept in memory only, and not shown by `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Keys {
    ours: Option<String>,
    openai: Option<String>,
}

impl Keys {
    /// The keys that `variable` finds, usually `|it| std::env::var(it).ok()`.
    ///
    /// `ASFM_API_KEY` is meant for the server that is asked and goes to every one. Without it,
    /// `OPENAI_API_KEY` is taken, but only for hosts of openai.com over https: people have it in
    /// their environment for other programs, and a server of somebody else must not get hold of
    /// it.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let found = |name| {
            let key = variable(name)?.trim().to_owned();
            (!key.is_empty()).then_some(key)
        };
        Self { ours: found(OURS), openai: found(OPENAI) }
    }

    /// The secret for a server, if it is to get one.
    pub(crate) fn for_server(&self, url: &Url) -> Result<Option<Secret>, Error> {
        let (name, key) = match (&self.ours, &self.openai) {
            (Some(key), _) => (OURS, key),
            (None, Some(key)) if is_openai(url) => (OPENAI, key),
            _ => return Ok(None),
        };
        let header = HeaderValue::from_str(&format!("Bearer {key}"));
        let mut header = header.map_err(|_| Error::Key(name))?;
        header.set_sensitive(true);
        Ok(Some(Secret { header, key: key.clone() }))
    }
}

fn is_openai(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let before = host.strip_suffix(OPENAI_HOST);
    url.scheme() == "https" && before.is_some_and(|it| it.is_empty() || it.ends_with('.'))
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |key: &Option<String>| if key.is_some() { "set" } else { "not set" };
        let mut it = f.debug_struct("Keys");
        it.field("ours", &shown(&self.ours)).field("openai", &shown(&self.openai)).finish()
    }
}

/// One server's key.
pub(crate) struct Secret {
    key: String,
    /// What is sent.
    pub(crate) header: HeaderValue,
}

impl Secret {
    /// What a server said without the key, should it have repeated it. A placeholder of a few
    /// letters is no secret, and could be a part of any word.
    pub(crate) fn hide(&self, body: Vec<u8>) -> Vec<u8> {
        let key = self.key.as_bytes();
        if key.len() < SECRET_BYTES_MIN || !body.windows(key.len()).any(|it| it == key) {
            return body;
        }
        String::from_utf8_lossy(&body).replace(&self.key, "…").into_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goes(keys: &Keys, url: &str) -> bool {
        let url = Url::parse(url).expect(url);
        keys.for_server(&url).expect("a key that can be sent").is_some()
    }

    #[test]
    fn the_key_of_one_company_goes_to_its_servers_only() {
        let keys = Keys::of(|it| (it == OPENAI).then(|| "sk-1".to_owned()));
        assert!(goes(&keys, "https://api.openai.com/v1"));
        assert!(goes(&keys, "https://openai.com/v1"));
        for url in [
            "http://api.openai.com/v1",
            "https://api.notopenai.com/v1",
            "https://openai.com.example.org/v1",
            "http://127.0.0.1:8000/v1",
        ] {
            assert!(!goes(&keys, url), "{url}");
        }
    }

    #[test]
    fn our_key_goes_to_the_server_that_was_named() {
        let keys = Keys::of(|it| (it == OURS).then(|| " secret \n".to_owned()));
        assert!(goes(&keys, "http://127.0.0.1:8000/v1"));
        assert!(!goes(&Keys::of(|_| Some("  ".to_owned())), "https://api.openai.com"));
    }

    #[test]
    fn keys_are_not_shown() {
        let keys = Keys::of(|_| Some("hunter2-hunter2".to_owned()));
        let url = Url::parse("https://api.openai.com").expect("an address");
        let secret = keys.for_server(&url).expect("a key that can be sent").expect("a key");
        assert!(!format!("{keys:?} {secret:?} {:?}", secret.header).contains("hunter2-hunter2"));
        let said = b"wrong key hunter2-hunter2!".to_vec();
        assert_eq!(secret.hide(said), "wrong key …!".as_bytes());
        let broken = Keys::of(|_| Some("hunter2-hunter2\u{7f}".to_owned()));
        let error = broken.for_server(&url).expect_err("a header cannot carry it");
        assert!(!format!("{error} {error:?}").contains("hunter2-hunter2"));
    }
}
