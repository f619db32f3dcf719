//! The command line: verbs and flags.

use std::path::PathBuf;

use asfm_agent::BrainKind;
use asfm_chat::FormKind;
use asfm_llm::{Micros, Spec, SpecError};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::drive::Say;
use crate::{experiment, report, world};

/// A laboratory for stock markets populated by language-model traders.
///
/// A scenario file says what the market is and who trades in it; a run plays it from one seed and
/// leaves a run file, an SQLite database of everything that happened.
#[derive(Debug, Parser)]
#[command(name = "asfm", version, max_term_width = 100, after_help = FIRST)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
}

/// What to try first.
pub(crate) const FIRST: &str = "\
Try first, in the project's folder:
  cargo run --release -- run fixtures/scenarios/asfm-baseline.toml
Or, with the program installed, anywhere:
  asfm init market && asfm run market/market.toml";

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run a market, write the run file, print the summary.
    Run(Run),
    /// Go on with a run that stopped, to the end that it would have had.
    Resume(Resume),
    /// Give a run another future: the same rounds before a day, another scenario or brain from it on.
    Branch(Branch),
    /// Play orders from standard input through a book, one JSON object per line.
    Match(Match),
    /// Rebuild a run from what was decided and compare everything with the run file.
    Verify(Verify),
    /// Compute statistics and the card of stylized facts.
    #[command(subcommand)]
    Stats(Stats),
    /// Write a page about a run, or about several side by side.
    Report(report::Report),
    /// Plan, run and judge experiments: arms, seeds, hypotheses and verdicts.
    #[command(subcommand)]
    Experiment(experiment::Verb),
    /// Say whether a language model can be reached and is fit, and what a run would take.
    Doctor(Doctor),
    /// Check a scenario without running it.
    Check(Check),
    /// Write a scenario to start from.
    Init(Init),
    /// Write a world: companies, people, news and the scenario that names them.
    #[command(subcommand)]
    World(world::Verb),
    /// Print the JSON Schema of scenario files.
    Schema,
    /// Print shell completions.
    Completions {
        /// The shell to complete for.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Run {
    /// The scenario file.
    pub(crate) scenario: PathBuf,
    /// Draw all random numbers from this seed instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub(crate) seed: Option<u64>,
    /// Write the run file here; refused if it exists. Without it, a free name is taken from the
    /// scenario and the seed.
    #[arg(long, value_name = "RUN.db")]
    pub(crate) out: Option<PathBuf>,
    /// Overwrite the run file.
    #[arg(long)]
    pub(crate) force: bool,
    /// Write no run file.
    #[arg(long, conflicts_with_all = ["out", "force"])]
    pub(crate) no_record: bool,
    /// Who decides for the traders.
    #[arg(long, value_name = "B", value_parser = Brain::read, default_value = "rules",
        long_help = format!("Who decides for the traders: {BRAINS}"))]
    pub(crate) brain: Brain,
    /// Run with so many traders, in the scenario's ratio.
    #[arg(long, value_name = "N")]
    pub(crate) agents: Option<u32>,
    /// Run so many days.
    #[arg(long, value_name = "N")]
    pub(crate) days: Option<u32>,
    /// Change a key of the scenario, such as `market.continuous=maker`; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Print the summary as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print nothing when it is done; for runs that belong to something larger.
    #[arg(skip)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) model: ModelFlags,
}

impl Run {
    /// How the summary is printed.
    pub(crate) fn say(&self) -> Say {
        if self.quiet { Say::Nothing } else { Say::of(self.json) }
    }
}

/// How language models are asked, what it costs and when to stop.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Language models")]
pub(crate) struct ModelFlags {
    /// Stop, to be resumed, before more questions than this are asked in the run.
    #[arg(long, value_name = "N")]
    pub(crate) max_calls: Option<u64>,
    /// Stop before more tokens than this are used, questions and answers together.
    #[arg(long, value_name = "N")]
    pub(crate) max_tokens: Option<u64>,
    /// Stop before more money than this is spent; needs prices.
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    pub(crate) max_cost: Option<Micros>,
    /// The price of a million tokens of questions; without prices a run is unpriced, not free.
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    pub(crate) price_prompt: Option<Micros>,
    /// The price of a million tokens of questions that the server had cached; as the others if
    /// absent.
    #[arg(long, value_name = "AMOUNT", value_parser = amount, requires = "price_prompt")]
    pub(crate) price_cached: Option<Micros>,
    /// The price of a million tokens of answers.
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    pub(crate) price_answer: Option<Micros>,
    /// Questions that one server is asked at a time; 8 if absent.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(crate) concurrency: Option<usize>,
    /// How long to wait for one answer, in seconds; 120 if absent.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<f64>,
    /// How often one question is sent where no answer comes; 5 if absent.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) attempts: Option<u32>,
    /// The context in tokens that a question and its answer must fit into; 8192 if absent.
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) context: Option<u32>,
    /// How answers are constrained: by `tools`, by a `schema`, or by `text` alone; what the model
    /// is known for if absent.
    #[arg(long, value_name = "FORM", value_parser = form)]
    pub(crate) form: Option<FormKind>,
}

impl ModelFlags {
    /// The flags as words of a command line.
    pub(crate) fn words(&self) -> Vec<String> {
        let Self {
            max_calls,
            max_tokens,
            max_cost,
            price_prompt,
            price_cached,
            price_answer,
            concurrency,
            timeout,
            attempts,
            context,
            form,
        } = self;
        let flags = [
            ("--max-calls", max_calls.map(|it| it.to_string())),
            ("--max-tokens", max_tokens.map(|it| it.to_string())),
            ("--max-cost", max_cost.map(|it| it.to_string())),
            ("--price-prompt", price_prompt.map(|it| it.to_string())),
            ("--price-cached", price_cached.map(|it| it.to_string())),
            ("--price-answer", price_answer.map(|it| it.to_string())),
            ("--concurrency", concurrency.map(|it| it.to_string())),
            ("--timeout", timeout.map(|it| it.to_string())),
            ("--attempts", attempts.map(|it| it.to_string())),
            ("--context", context.map(|it| it.to_string())),
            ("--form", form.map(|it| it.word().to_owned())),
        ];
        let given = flags.into_iter().filter_map(|(flag, value)| Some([flag.to_owned(), value?]));
        given.flatten().collect()
    }
}

fn amount(text: &str) -> Result<Micros, String> {
    Micros::of_decimal(text)
        .ok_or_else(|| "expected an amount such as 0.15, with at most six decimals".to_owned())
}

fn at_least_one(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|it| *it > 0);
    number.ok_or_else(|| "expected a whole number of at least 1".to_owned())
}

fn seconds(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|it| (0.001..=1e6).contains(it));
    number.ok_or_else(|| "expected a number of seconds above 0".to_owned())
}

fn form(text: &str) -> Result<FormKind, String> {
    FormKind::of_word(text).ok_or_else(|| "expected `tools`, `schema` or `text`".to_owned())
}

/// Who decides for the traders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Brain {
    /// The rule that belongs to each kind of trader.
    Rules,
    /// Zero-intelligence traders: random orders within their means, the null of every claim.
    Zi,
    /// A language model, except for kinds that always decide by rule.
    Model(Spec),
    /// A language model's answers in a run on record.
    Replay(PathBuf),
}

/// What `--brain` may be.
const BRAINS: &str = "`rules` (the rule of each kind of trader), `zi` (zero intelligence, the null of \
    every claim), `ollama:MODEL[@URL]`, `openai:MODEL@URL` (any server of that protocol; several \
    URLs with commas between them), `replay:RUN.db` (the answers on record) or `scripted:FILE`";

impl Brain {
    /// Reads the word of the command line.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        match text {
            "rules" => Ok(Self::Rules),
            "zi" => Ok(Self::Zi),
            _ => match text.strip_prefix("replay:") {
                Some("") => Err("expected the name of a run file after `replay:`".to_owned()),
                Some(path) => Ok(Self::Replay(path.into())),
                None => match text.split_once(':') {
                    Some(_) => {
                        text.parse().map(Self::Model).map_err(|it: SpecError| it.to_string())
                    }
                    None => Err(format!("expected {BRAINS}")),
                },
            },
        }
    }

    /// The word of the command line.
    pub(crate) fn word(&self) -> String {
        match self {
            Self::Rules => "rules".to_owned(),
            Self::Zi => "zi".to_owned(),
            Self::Model(spec) => spec.to_string(),
            Self::Replay(path) => format!("replay:{}", path.display()),
        }
    }

    /// The one with this word.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::read(word).ok()
    }

    /// How the cast decides under it.
    pub(crate) fn kind(&self) -> BrainKind {
        match self {
            Self::Rules => BrainKind::Rules,
            Self::Zi => BrainKind::ZeroIntelligence,
            Self::Model(_) | Self::Replay(_) => BrainKind::Model,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Resume {
    /// The run file.
    #[arg(value_name = "RUN.db")]
    pub(crate) run: PathBuf,
    /// Print the summary as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print nothing when it is done; for runs that belong to something larger.
    #[arg(skip)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) model: ModelFlags,
}

impl Resume {
    /// How the summary is printed.
    pub(crate) fn say(&self) -> Say {
        if self.quiet { Say::Nothing } else { Say::of(self.json) }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Branch {
    /// The run file whose past is shared.
    #[arg(value_name = "RUN.db")]
    pub(crate) run: PathBuf,
    /// The first day that is lived anew.
    #[arg(long, value_name = "D")]
    pub(crate) day: u32,
    /// The scenario of the branch; the run's own if absent.
    #[arg(long, value_name = "TWIN.toml")]
    pub(crate) scenario: Option<PathBuf>,
    /// Change a key of the scenario, as `run` does; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Write the branch here; refused if it exists.
    #[arg(long, value_name = "TWIN.db")]
    pub(crate) out: PathBuf,
    /// Overwrite the file of the branch.
    #[arg(long)]
    pub(crate) force: bool,
    /// Who decides for the traders from then on; the same as before if absent.
    #[arg(long, value_name = "B", value_parser = Brain::read)]
    pub(crate) brain: Option<Brain>,
    /// Print the summary as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print nothing when it is done; for runs that belong to something larger.
    #[arg(skip)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) model: ModelFlags,
}

impl Branch {
    /// How the summary is printed.
    pub(crate) fn say(&self) -> Say {
        if self.quiet { Say::Nothing } else { Say::of(self.json) }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The language model to look at, as for `run`.
    #[arg(long, value_name = "B", value_parser = Brain::read)]
    pub(crate) brain: Brain,
    /// The scenario to estimate questions, time and cost of; the ASFM market if absent.
    pub(crate) scenario: Option<PathBuf>,
    /// Change a key of the scenario, as `run` does; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    #[command(flatten)]
    pub(crate) model: ModelFlags,
    /// Print the findings as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Match {
    /// The price of a trade: at the resting order's limit, or at the mean of both limits; `uniform`
    /// trades continuously at the resting order's limit. An auction is cleared at one price unless
    /// `midpoint` is chosen.
    #[arg(long, value_enum, default_value_t = Clearing::Maker)]
    pub(crate) clearing: Clearing,
    /// Which of several prices of largest volume a one-price auction takes.
    #[arg(long, value_enum, default_value_t = Tie::Reference)]
    pub(crate) tie: Tie,
    /// The reference price of one-price auctions.
    #[arg(long, value_name = "P")]
    pub(crate) reference: Option<String>,
    /// The step between limit prices.
    #[arg(long, value_name = "T", default_value = "0.01")]
    pub(crate) tick: String,
    /// What happens when two orders of one trader meet.
    #[arg(long, value_enum, default_value_t = SelfTrade::Allow)]
    pub(crate) self_trade: SelfTrade,
}

/// How prices are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Clearing {
    /// At the resting order's limit.
    Maker,
    /// At the mean of the two limits, in the continuous stage and in auctions.
    Midpoint,
    /// Auctions at one price; continuous trades at the resting order's limit.
    Uniform,
}

/// Which of several prices of largest volume is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tie {
    /// Least imbalance, then nearest the reference, then the lower.
    Reference,
    /// Least imbalance, then the middle.
    Middle,
    /// Least imbalance, then market pressure, then nearest the reference.
    Pressure,
    /// The lowest.
    Lowest,
    /// The highest.
    Highest,
}

/// What happens when two orders of one trader meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SelfTrade {
    /// They trade.
    Allow,
    /// The newer one is cancelled.
    CancelNewest,
    /// The older one is cancelled.
    CancelOldest,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The run file.
    pub(crate) run: PathBuf,
    /// Print the finding as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Stats {
    /// Of a column of prices or log returns in a CSV file.
    Series(StatsSeries),
    /// Of recorded runs, per stock and for the equal-weight index.
    Run(StatsRun),
}

#[derive(Debug, Args)]
pub(crate) struct StatsSeries {
    /// The CSV file; its first line names the columns. Dates in a column `date` must not go back.
    #[arg(value_name = "FILE.csv")]
    pub(crate) file: PathBuf,
    /// The column, oldest value first.
    #[arg(long, value_name = "NAME")]
    pub(crate) column: String,
    /// The column holds log returns, not prices.
    #[arg(long)]
    pub(crate) returns: bool,
    /// The column of the volume traded on the same days.
    #[arg(long, value_name = "NAME")]
    pub(crate) volume: Option<String>,
    #[command(flatten)]
    pub(crate) resampling: Resampling,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StatsRun {
    /// The run files. With several, a run is one observation: means come with intervals.
    #[arg(value_name = "RUN.db", required = true)]
    pub(crate) runs: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) resampling: Resampling,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Resampling {
    /// Resample so many times for each test of the card; p cannot be below 1/(N+1).
    #[arg(long, value_name = "N", default_value = "999", value_parser = replicates)]
    pub(crate) replicates: usize,
    /// Draw the resamples from this seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) resampling_seed: u64,
}

fn replicates(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(it @ 1..=1_000_000) => Ok(it),
        _ => Err("expected a whole number from 1 to 1000000".to_owned()),
    }
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The scenario file.
    pub(crate) scenario: PathBuf,
    /// Change a key of the scenario, as `run` does.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder to write to; it is made if it does not exist.
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
    /// Overwrite files that exist.
    #[arg(long)]
    pub(crate) force: bool,
}

impl From<&Match> for crate::pipe::Rules {
    fn from(flags: &Match) -> Self {
        use asfm_book::{ContinuousPrice, TieBreak};
        Self {
            continuous: match flags.clearing {
                Clearing::Midpoint => ContinuousPrice::Midpoint,
                Clearing::Maker | Clearing::Uniform => ContinuousPrice::Maker,
            },
            uniform: flags.clearing != Clearing::Midpoint,
            tie: match flags.tie {
                Tie::Reference => TieBreak::Reference,
                Tie::Middle => TieBreak::Middle,
                Tie::Pressure => TieBreak::Pressure,
                Tie::Lowest => TieBreak::Lowest,
                Tie::Highest => TieBreak::Highest,
            },
            reference: flags.reference.clone(),
            tick: flags.tick.clone(),
            self_trade: match flags.self_trade {
                SelfTrade::Allow => asfm_book::SelfTrade::Allow,
                SelfTrade::CancelNewest => asfm_book::SelfTrade::CancelNewest,
                SelfTrade::CancelOldest => asfm_book::SelfTrade::CancelOldest,
            },
        }
    }
}
