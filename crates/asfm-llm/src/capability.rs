//! How the answers of which model are best constrained.

use asfm_chat::FormKind;

use crate::spec::Family;

/// Models in Ollama's library whose templates have tools, by the beginning of their names.
const WITH_TOOLS: &[&str] = &[
    "cogito",
    "command-r",
    "devstral",
    "firefunction",
    "gpt-oss",
    "granite3",
    "granite4",
    "hermes3",
    "llama3.1",
    "llama3.2",
    "llama3.3",
    "llama4",
    "magistral",
    "ministral",
    "mistral",
    "mixtral",
    "nemotron",
    "qwen2.5",
    "qwen3",
];
/// Of these, the ones that have none all the same.
const WITHOUT_TOOLS: &[&str] = &["llama3.2-vision", "qwen2.5vl"];

/// How the answers of a model are constrained if nobody says otherwise.
///
/// By tools where an Ollama model is known to have been taught them, else by a schema: the server
/// holds every model to it, taught or not, and servers of the other protocol differ too much in
/// what they make of tools.
pub fn default_form(family: Family, model: &str) -> FormKind {
    // `registry/user/model:tag` is `model` for this purpose.
    let name = model.rsplit('/').next().unwrap_or(model).to_lowercase();
    let begins = |list: &[&str]| list.iter().any(|it| name.starts_with(it));
    match family {
        Family::Ollama if begins(WITH_TOOLS) && !begins(WITHOUT_TOOLS) => FormKind::Tools,
        Family::Ollama | Family::OpenAi => FormKind::Schema,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_for_models_that_know_them() {
        let of = |model| default_form(Family::Ollama, model);
        assert_eq!(of("qwen2.5:7b"), FormKind::Tools);
        assert_eq!(of("someone/Llama3.1:8b"), FormKind::Tools);
        assert_eq!(of("smollm:135m"), FormKind::Schema);
        assert_eq!(of("qwen2.5vl:7b"), FormKind::Schema);
        assert_eq!(default_form(Family::OpenAi, "qwen2.5:7b"), FormKind::Schema);
    }
}
