//! Of whom to ask, as it is written on the command line.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use asfm_chat::Asked;
use reqwest::Url;

/// Where an Ollama server stands if nobody says otherwise.
const OLLAMA: &str = "http://127.0.0.1:11434";
/// Where OpenAI-compatible servers keep their verbs if the address has no path.
pub(crate) const OPENAI_PATH: &str = "/v1";

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Ollama's own.
    Ollama,
    /// `OpenAI`'s chat completions, which most other servers speak too.
    OpenAi,
}

impl Family {
    /// All protocols.
    pub const ALL: [Self; 2] = [Self::Ollama, Self::OpenAi];

    /// The word for it, on the command line and in run files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ollama => "ollama",
            Self::OpenAi => "openai",
        }
    }
}

/// Of whom to ask. What was parsed is what `Display` gives back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spec {
    /// A model behind one or several servers: `ollama:MODEL[@URL[,URL…]]`,
    /// `openai:MODEL@URL[,URL…]`.
    Served(Served),
    /// A file of answers: `scripted:FILE`. It is not opened here.
    Scripted(PathBuf),
}

/// A model behind one or several servers of the same kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    text: String,
    family: Family,
    model: String,
    endpoints: Vec<Url>,
}

impl Served {
    /// The protocol.
    pub fn family(&self) -> Family {
        self.family
    }

    /// The model, as its servers call it.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The addresses, at least one, each with the path below which the verbs are and no slash
    /// after it: for Ollama that before `/api`, for the other protocol that before
    /// `/chat/completions`, which is `/v1` if the text has none.
    pub fn endpoints(&self) -> &[Url] {
        &self.endpoints
    }

    /// The protocol and the model, which are part of a question's key.
    pub fn asked(&self) -> Asked<'_> {
        Asked { family: self.family.word(), model: &self.model }
    }
}

/// Why a text does not say of whom to ask. No message repeats what may be a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// The text does not begin with a word that is known.
    #[error("`{0}` names no model: expected ollama:MODEL[@URL], openai:MODEL@URL or scripted:FILE")]
    Family(String),
    /// There is no model between the protocol and the address.
    #[error("`{}:` needs a model after the colon, as in `{}`", .0.word(), example(*.0))]
    NoModel(Family),
    /// There is no address, and no place where such servers usually stand.
    #[error("`openai:{0}` needs the server's address, as in `openai:{0}@http://127.0.0.1:8000`")]
    NoAddress(String),
    /// There is no file.
    #[error("`scripted:` needs a file after the colon, as in `scripted:answers.jsonl`")]
    NoFile,
    /// The address cannot be read.
    #[error("`{found}` is not an address ({why}): expected http://HOST:PORT or https://HOST")]
    Address {
        /// The address, without what may be a password.
        found: String,
        /// What is wrong with it.
        why: String,
    },
    /// The address has a user name or a password in it.
    #[error(
        "an address must not carry a user or a password, because it is recorded with the run; \
         give the key in the environment, as ASFM_API_KEY"
    )]
    Credentials,
    /// The address is there more than once.
    #[error("`{0}` is named twice")]
    Twice(String),
}

fn example(family: Family) -> &'static str {
    match family {
        Family::Ollama => "ollama:qwen2.5:7b",
        Family::OpenAi => "openai:qwen2.5-7b@http://127.0.0.1:8000",
    }
}

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let (word, rest) = text.split_once(':').unwrap_or((text, ""));
        if word == "scripted" {
            return match rest {
                "" => Err(SpecError::NoFile),
                file => Ok(Self::Scripted(file.into())),
            };
        }
        let family = Family::ALL.into_iter().find(|it| it.word() == word);
        let family = family.ok_or_else(|| SpecError::Family(shown(text)))?;
        let (model, addresses) = split(rest);
        if model.is_empty() {
            return Err(SpecError::NoModel(family));
        }
        let addresses = match (addresses, family) {
            (Some(it), _) => it,
            (None, Family::Ollama) => OLLAMA,
            (None, Family::OpenAi) => return Err(SpecError::NoAddress(model.to_owned())),
        };
        let mut endpoints: Vec<Url> = Vec::new();
        for it in addresses.split(',') {
            let url = address(it, family)?;
            if endpoints.contains(&url) {
                return Err(SpecError::Twice(shown(it)));
            }
            endpoints.push(url);
        }
        Ok(Self::Served(Served {
            text: text.to_owned(),
            family,
            model: model.to_owned(),
            endpoints,
        }))
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Served(it) => it.fmt(f),
            Self::Scripted(file) => write!(f, "scripted:{}", Path::display(file)),
        }
    }
}

impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The model and the addresses. Models have colons, slashes and at times an `@` in their names, so
/// the addresses begin after the last `@` before the first `://`.
fn split(text: &str) -> (&str, Option<&str>) {
    let before = text.find("://").unwrap_or(text.len());
    match text[..before].rfind('@') {
        None => (text, None),
        // `@cf/meta/llama` is a name, and no address follows.
        Some(0) if before == text.len() => (text, None),
        Some(at) => (&text[..at], Some(&text[at + 1..])),
    }
}

fn address(text: &str, family: Family) -> Result<Url, SpecError> {
    let wrong = |why: &str| SpecError::Address { found: shown(text), why: why.to_owned() };
    if !text.contains("://") {
        return Err(wrong("it does not begin with http:// or https://"));
    }
    let mut url = Url::parse(text).map_err(|it| wrong(&it.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(SpecError::Credentials);
    }
    if !["http", "https"].contains(&url.scheme()) {
        return Err(wrong("neither http nor https"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("nothing may follow the path"));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    match (family, path.as_str()) {
        (Family::OpenAi, "") => url.set_path(OPENAI_PATH),
        (_, path) => url.set_path(path),
    }
    Ok(url)
}

/// A text without what may be a secret in it: all before a host, all after a path.
fn shown(text: &str) -> String {
    let text = text.split_once('?').map_or_else(|| text.to_owned(), |(it, _)| format!("{it}?…"));
    match (text.find("://"), text.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            format!("{}://…{}", &text[..scheme], &text[at..])
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(text: &str) -> Served {
        match text.parse() {
            Ok(Spec::Served(it)) => it,
            other => panic!("`{text}` gave {other:?}"),
        }
    }

    fn error(text: &str) -> SpecError {
        text.parse::<Spec>().expect_err(text)
    }

    #[test]
    fn a_spec_is_printed_as_it_was_written() {
        for text in [
            "ollama:qwen2.5:7b",
            "ollama:hf.co/some/model:Q4_0@http://h:1/",
            "openai:m@https://api.openai.com/v1/,http://b",
            "scripted:some/answers.jsonl",
        ] {
            assert_eq!(text.parse::<Spec>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn models_keep_their_colons_slashes_and_ats() {
        let of = |text| served(text).model().to_owned();
        assert_eq!(of("ollama:qwen2.5:7b"), "qwen2.5:7b");
        assert_eq!(of("ollama:hf.co/a/b:Q4_0@http://h:1"), "hf.co/a/b:Q4_0");
        assert_eq!(of("openai:@cf/meta/llama@https://h/x"), "@cf/meta/llama");
    }

    #[test]
    fn addresses_are_the_same_with_and_without_their_usual_ends() {
        let of = |text| served(text).endpoints()[0].to_string();
        assert_eq!(of("ollama:m"), "http://127.0.0.1:11434/");
        assert_eq!(of("ollama:m@http://h:1/ollama/"), "http://h:1/ollama");
        for text in
            ["openai:m@http://h:8000", "openai:m@http://h:8000/", "openai:m@http://h:8000/v1"]
        {
            assert_eq!(of(text), "http://h:8000/v1");
        }
        assert_eq!(of("openai:m@https://h/v1beta/openai/"), "https://h/v1beta/openai");
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(error("llama3"), SpecError::Family("llama3".into()));
        assert_eq!(error("ollama:"), SpecError::NoModel(Family::Ollama));
        assert_eq!(error("openai:@http://h"), SpecError::NoModel(Family::OpenAi));
        assert_eq!(error("openai:m"), SpecError::NoAddress("m".into()));
        assert_eq!(error("scripted:"), SpecError::NoFile);
        assert_eq!(
            error("openai:m@http://h,http://h/v1/"),
            SpecError::Twice("http://h/v1/".into())
        );
        let address = |text| matches!(error(text), SpecError::Address { .. });
        assert!(address("ollama:m@localhost:11434"));
        assert!(address("ollama:m@ftp://h"));
        assert!(address("openai:m@http://h,"));
        assert!(address("openai:m@http://h?key=1"));
    }

    #[test]
    fn passwords_are_refused_and_never_repeated() {
        for text in [
            "ollama:m@http://me:hunter2@h",
            "openai:m@http://hunter2@h",
            "openai:m@http://me:hunter2@h:port",
            "openai:m@http://h/v1?key=hunter2",
            "olama:m@http://me:hunter2@h",
        ] {
            let said = format!("{0} {0:?}", error(text));
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}
