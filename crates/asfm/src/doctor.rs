//! `asfm doctor`: whether a language model can be reached and is fit, and what a run would take.

use std::io::Write as _;

use anyhow::{Context as _, anyhow};
use asfm_agent::model::{Prompts, Reading, Turn};
use asfm_chat::{FormKind, Reply, Usage};
use asfm_engine::{Engine, Scenario};
use asfm_llm::{Client, EndpointProbe, Source, Spec, Spent, estimate_request};
use serde::Serialize;

use crate::cli::{Brain, Doctor};
use crate::failure::{Failure, misuse};
use crate::scenario;
use crate::talk::Limits;

/// What was found.
#[derive(Debug, Serialize)]
struct Findings {
    brain: String,
    form: &'static str,
    servers: Vec<Server>,
    scenario: String,
    /// Of the first stage's questions.
    longest_question_tokens: u32,
    answer_tokens_at_most: u32,
    context: u32,
    trial: Result<Trial, String>,
    calls: u64,
    prompt_tokens: u64,
    answer_tokens: u64,
    /// If all questions take as long as the trial, and one is asked after the other.
    seconds_one_by_one: Option<f64>,
    /// The same, if as many at a time as are asked take no longer than one.
    seconds: Option<f64>,
    cost: Option<String>,
    /// What stands in the way of a run.
    problems: Vec<String>,
}

/// One server.
#[derive(Debug, Serialize)]
struct Server {
    address: String,
    reachable: Result<(), String>,
    lists_model: Result<bool, String>,
    context: Result<Option<u64>, String>,
    keeps_schemas: Result<(), String>,
    calls_tools: Result<(), String>,
    tokens_per_second: Result<f64, String>,
}

/// The first trader's first question, asked for real.
#[derive(Debug, Serialize)]
struct Trial {
    seconds: f64,
    prompt_tokens: Option<u32>,
    answer_tokens: Option<u32>,
    /// The rung on which the answer could be read, or why it could not.
    read: String,
}

/// `asfm doctor`.
pub(crate) fn doctor(flags: &Doctor) -> Result<(), Failure> {
    let Brain::Model(spec @ Spec::Served(_)) = &flags.brain else {
        let word = flags.brain.word();
        return Err(misuse(format!("--brain {word}: nothing is asked over a network there")));
    };
    let changes = scenario::changes(&flags.set)?;
    let scenario = match &flags.scenario {
        Some(path) => scenario::read(path, &changes)?,
        None => scenario::baseline(&changes)?,
    };
    let limits = Limits::of(&flags.model)?;
    let Source::Served(client) = limits.source(spec, Spent::default())? else {
        return Err(anyhow!("a server was named, and a script was opened").into());
    };
    let findings = examine(&client, &limits, flags, scenario)?;
    let mut stdout = std::io::stdout().lock();
    if flags.json {
        let json = serde_json::to_string(&findings).context("the findings")?;
        writeln!(stdout, "{json}")?;
    } else {
        write!(stdout, "{}", findings.text())?;
    }
    match findings.problems.as_slice() {
        [] => Ok(()),
        problems => Err(anyhow!("not fit: {}", problems.join("; ")).into()),
    }
}

fn examine(
    client: &Client,
    limits: &Limits,
    flags: &Doctor,
    scenario: Scenario,
) -> Result<Findings, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot start to wait for answers")?;
    let probe = runtime.block_on(client.probe());
    let seed = scenario.seed();
    let mut cast = scenario::cast(&scenario, seed, flags.brain.kind())?;
    let prompts = Prompts::new(&scenario, seed, client.form());
    let prompts = prompts.map_err(|error| Failure::from(error.place().clone()))?;
    let name = scenario.name().to_owned();
    let calls = prompts.settings().questions(&scenario, 1)?;
    let mut engine = Engine::new(scenario, seed);
    let round = engine.next_round().context("the scenario has no stage")?;
    // What is asked of those who believe depends on who acts today, which the cast works out.
    drop(cast.decide(&round));
    let briefing = prompts.briefing(&round, None, cast.society());
    let turns = cast.model_traders().map(|it| briefing.open(it));
    let mut first = None;
    let (mut sum, mut longest, mut traders, mut limit) = (0_u64, 0, 0_u64, 0);
    for turn in turns {
        let Turn::Ask(session, request) = turn else { continue };
        let tokens = estimate_request(&request);
        sum += u64::from(tokens);
        longest = longest.max(tokens);
        traders += 1;
        limit = request.sampling.answer_tokens;
        first.get_or_insert((session, request));
    }
    let reachable = probe.endpoints.iter().any(|it| it.reachable.is_ok());
    let trial = match first {
        None => Err("no trader of the scenario asks a language model".to_owned()),
        Some(_) if !reachable => Err("no server can be reached".to_owned()),
        Some((session, request)) => {
            let heard = runtime.block_on(client.ask(&request));
            let heard = heard.map_err(|it| it.to_string());
            heard.and_then(|it| {
                let reading = session.hear(it.as_ref()).0;
                it.map(|reply| trial(&reply, &reading)).map_err(|it| it.to_string())
            })
        }
    };
    let usage = trial.as_ref().ok().map(|it| (it.prompt_tokens, it.answer_tokens, it.seconds));
    let mean_prompt = usage.and_then(|it| it.0).map_or(sum / traders.max(1), u64::from);
    let mean_answer = u64::from(usage.and_then(|it| it.1).unwrap_or(limit));
    let spent =
        Spent { prompt: calls * mean_prompt, answer: calls * mean_answer, ..Spent::default() };
    let at_a_time = limits.at_a_time(probe.endpoints.len());
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let (one_by_one, seconds) = match usage.map(|it| it.2 * calls as f64) {
        Some(it) => (Some(it), Some(it / at_a_time as f64)),
        None => (None, None),
    };
    let servers: Vec<Server> = probe.endpoints.into_iter().map(Server::from).collect();
    let mut it = Findings {
        brain: flags.brain.word(),
        form: client.form().word(),
        scenario: name,
        longest_question_tokens: longest,
        answer_tokens_at_most: limit,
        context: limits.context(),
        trial,
        calls,
        prompt_tokens: spent.prompt,
        answer_tokens: spent.answer,
        seconds_one_by_one: one_by_one,
        seconds,
        cost: limits.prices().map(|it| spent.cost(it).to_string()),
        problems: Vec::new(),
        servers,
    };
    it.problems = it.problems(client.form());
    Ok(it)
}

fn trial(reply: &Reply, reading: &Reading) -> Trial {
    let Usage { prompt, answer, .. } = reply.usage;
    let failed = || reading.failure.map(|it| format!("not read: {it}"));
    Trial {
        seconds: reply.latency.as_secs_f64(),
        prompt_tokens: prompt,
        answer_tokens: answer,
        read: reading.rung.map_or_else(|| failed().unwrap_or_default(), |it| it.to_string()),
    }
}

impl From<EndpointProbe> for Server {
    fn from(it: EndpointProbe) -> Self {
        Self {
            address: it.address,
            reachable: it.reachable,
            lists_model: it.listed,
            context: it.context,
            keeps_schemas: it.schema,
            calls_tools: it.tools,
            tokens_per_second: it.tokens_per_second,
        }
    }
}

impl Findings {
    /// What stands in the way of a run.
    fn problems(&self, form: FormKind) -> Vec<String> {
        let mut problems = Vec::new();
        for it in &self.servers {
            let at = &it.address;
            match (&it.reachable, &it.lists_model) {
                (Err(why), _) => {
                    problems.push(format!("{at} cannot be reached: {why}"));
                    continue;
                }
                (_, Ok(false)) => problems.push(format!("{at} does not have the model")),
                _ => {}
            }
            let kept = match form {
                FormKind::Schema => it.keeps_schemas.as_ref().err(),
                FormKind::Tools => it.calls_tools.as_ref().err(),
                FormKind::Text => None,
            };
            if let Some(why) = kept {
                let other = "--form chooses another way";
                problems.push(format!("{at} does not answer by {}: {why} ({other})", form.word()));
            }
            let needed = u64::from(self.longest_question_tokens + self.answer_tokens_at_most);
            if let Ok(Some(context)) = it.context
                && context < needed
            {
                problems.push(format!(
                    "{at} has a context of {context} tokens, and a question with its answer takes \
                     up to {needed}"
                ));
            }
        }
        let needed = self.longest_question_tokens + self.answer_tokens_at_most;
        if self.context < needed {
            problems.push(format!(
                "--context {} is too small: a question with its answer takes up to {needed}",
                self.context
            ));
        }
        if let Err(why) = &self.trial
            && problems.is_empty()
        {
            problems.push(format!("the first question was not answered: {why}"));
        }
        problems
    }

    fn text(&self) -> String {
        let mut lines = vec![format!("{}, answers by {}", self.brain, self.form)];
        let said = |it: &Result<(), String>| match it {
            Ok(()) => "yes".to_owned(),
            Err(why) => format!("no: {why}"),
        };
        for it in &self.servers {
            lines.push(format!("\n{}", it.address));
            lines.push(format!("  reachable        {}", said(&it.reachable)));
            if it.reachable.is_err() {
                continue;
            }
            let listed = match &it.lists_model {
                Ok(true) => "yes".to_owned(),
                Ok(false) => "no".to_owned(),
                Err(why) => format!("not known: {why}"),
            };
            lines.push(format!("  has the model    {listed}"));
            let context = match &it.context {
                Ok(Some(tokens)) => format!("{tokens} tokens"),
                Ok(None) => "the server does not say".to_owned(),
                Err(why) => format!("not known: {why}"),
            };
            lines.push(format!("  context          {context}"));
            lines.push(format!("  keeps schemas    {}", said(&it.keeps_schemas)));
            lines.push(format!("  calls tools      {}", said(&it.calls_tools)));
            let speed = match &it.tokens_per_second {
                Ok(it) => format!("{it:.0} tokens of an answer a second"),
                Err(why) => format!("not known: {why}"),
            };
            lines.push(format!("  speed            {speed}"));
        }
        lines.push(format!("\n{}", self.scenario));
        lines.push(format!(
            "  longest question {} tokens (estimated), its answer at most {}, context {}",
            self.longest_question_tokens, self.answer_tokens_at_most, self.context
        ));
        let shown = |it: Option<u32>| it.map_or_else(|| "?".to_owned(), |it| it.to_string());
        lines.push(match &self.trial {
            Ok(it) => format!(
                "  first question   {:.2} s, {} tokens, answer {} tokens, read by {}",
                it.seconds,
                shown(it.prompt_tokens),
                shown(it.answer_tokens),
                it.read
            ),
            Err(why) => format!("  first question   {why}"),
        });
        lines.push(format!(
            "  a whole run      {} calls, about {} tokens of questions and {} of answers",
            self.calls, self.prompt_tokens, self.answer_tokens
        ));
        let time = match (self.seconds, self.seconds_one_by_one) {
            (Some(least), Some(most)) => format!(
                "{} to {}: as many at a time as are asked, or one by one",
                spoken(least),
                spoken(most)
            ),
            _ => "not known without an answer".to_owned(),
        };
        lines.push(format!("  time             {time}"));
        let cost = self.cost.clone();
        let cost = cost.unwrap_or_else(|| "unpriced (--price-prompt, --price-answer)".to_owned());
        lines.push(format!("  cost             {cost}\n"));
        lines.join("\n")
    }
}

/// A time as people say it.
fn spoken(seconds: f64) -> String {
    match seconds {
        it if it < 120.0 => format!("{it:.0} s"),
        it if it < 7_200.0 => format!("{:.0} min", it / 60.0),
        it => format!("{:.1} h", it / 3_600.0),
    }
}
