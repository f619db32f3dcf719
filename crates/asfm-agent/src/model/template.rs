//! The templates of all questions, compiled once.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

macro_rules! templates {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../templates/", $name, ".jinja")))),+]
    };
}

const ALL: [(&str, &str); 14] = templates![
    "system",
    "rules",
    "companies",
    "market",
    "own",
    "question",
    "again",
    "bdi/system",
    "bdi/step",
    "bdi/points",
    "bdi/market",
    "bdi/own",
    "bdi/question",
    "bdi/again",
];

/// The templates; whatever they name must be there.
#[derive(Debug)]
pub(crate) struct Templates(Environment<'static>);

impl Templates {
    pub(crate) fn new() -> Self {
        let mut it = Environment::new();
        it.set_undefined_behavior(UndefinedBehavior::Strict);
        it.set_auto_escape_callback(|_| AutoEscape::None);
        // A line with nothing but a block leaves no line.
        let mut syntax = SyntaxConfig::builder();
        syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
        it.set_syntax(syntax.build().expect("marks that differ"));
        for (name, text) in ALL {
            it.add_template(name, text).expect("a template that tests have rendered");
        }
        Self(it)
    }

    pub(crate) fn render<T: Serialize>(&self, name: &str, with: &T) -> String {
        let template = self.0.get_template(name).expect("one of the templates");
        let text = template.render(Serde(with));
        text.unwrap_or_else(|error| panic!("template {name}: {error}"))
    }
}
