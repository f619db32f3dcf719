//! How the program fails: what it says and the exit code it leaves.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;

use asfm_engine::ScenarioError;
use asfm_recorder::Run;
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

/// Why the program stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was misused, or given bad input: do not try again. Exit code 2.
    Misuse(anyhow::Error),
    /// A scenario is wrong at a place that can be shown. Exit code 2.
    Scenario(Box<ScenarioError>),
    /// It failed. Exit code 1.
    Failed(anyhow::Error),
    /// It was stopped at a boundary. Exit code 75.
    Stopped(String),
    /// Nobody reads the output any more. Exit code 0.
    BrokenPipe,
}

/// Opens a run file that the user named.
pub(crate) fn open_run(path: &Path) -> Result<Run, Failure> {
    Run::open(path).map_err(|error| match error {
        asfm_recorder::Error::Io { .. } => Failure::Misuse(error.into()),
        error => error.into(),
    })
}

/// Bad input, in words.
pub(crate) fn misuse(message: impl std::fmt::Display) -> Failure {
    Failure::Misuse(anyhow::anyhow!("{message}"))
}

impl From<ScenarioError> for Failure {
    fn from(error: ScenarioError) -> Self {
        Self::Scenario(Box::new(error))
    }
}

impl From<asfm_recorder::Error> for Failure {
    fn from(error: asfm_recorder::Error) -> Self {
        use asfm_recorder::Error::{Exists, NotARun, NotSqlite, Version};
        match error {
            Exists(_) | NotSqlite(_) | NotARun { .. } | Version { .. } => {
                Self::Misuse(error.into())
            }
            _ => Self::Failed(error.into()),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::Failed(error.into()),
        }
    }
}

impl Failure {
    /// What is printed on standard error.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Misuse(error) | Self::Failed(error) => told(error),
            Self::Scenario(error) => shown(error),
            Self::Stopped(message) => format!("stopped: {message}\n"),
            Self::BrokenPipe => String::new(),
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Misuse(_) | Self::Scenario(_) => 2,
            Self::Failed(_) => 1,
            Self::Stopped(_) => 75,
            Self::BrokenPipe => 0,
        })
    }
}

fn told(error: &anyhow::Error) -> String {
    let mut text = format!("error: {error}\n");
    for cause in error.chain().skip(1) {
        writeln!(text, "  caused by: {cause}").expect("a string takes all text");
    }
    text
}

fn shown(error: &ScenarioError) -> String {
    let mut text = format!("error: {error}\n");
    if let Some(hint) = &error.hint {
        writeln!(text, "hint: {hint}").expect("a string takes all text");
    }
    if !error.span.is_empty() {
        let source = NamedSource::new(&error.file, error.text.clone());
        let place = Place { source, span: error.span.clone() };
        let theme = miette::GraphicalTheme::unicode_nocolor();
        let handler = miette::GraphicalReportHandler::new_themed(theme).with_width(100);
        let mut drawn = String::new();
        // The picture is a courtesy; the message above has said it all.
        if handler.render_report(&mut drawn, &place).is_ok() {
            text += drawn.trim_start_matches([' ', '×', '\n']);
        }
    }
    text
}

/// The lines around a mistake.
#[derive(Debug)]
struct Place {
    source: NamedSource<String>,
    span: Range<usize>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Place {}

impl Diagnostic for Place {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::underline(self.span.clone()))))
    }
}
