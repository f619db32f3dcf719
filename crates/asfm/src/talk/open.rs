//! From flags and run files to traders who can talk.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use asfm_agent::Cast;
use asfm_agent::model::Prompts;
use asfm_engine::{Scenario, Seed};
use asfm_llm::{Budget, Caps, Client, Keys, Prices, Script, Settings, Source, Spec, Spent, Unfit};
use asfm_recorder::{Call, Calls, Model};

use super::{Known, PastCalls, Talk, TalkTally};
use crate::cli::ModelFlags;
use crate::failure::{Failure, misuse};

/// What is spent at most, what it costs, and how questions are sent.
pub(crate) struct Limits {
    settings: Settings,
    caps: Caps,
    prices: Option<Prices>,
}

impl Limits {
    /// As the flags say.
    pub(crate) fn of(flags: &ModelFlags) -> Result<Self, Failure> {
        let default = Settings::default();
        let prices = match (flags.price_prompt, flags.price_answer) {
            (Some(prompt), Some(answer)) => {
                let cached = flags.price_cached.unwrap_or(prompt);
                Some(Prices { prompt, cached, answer })
            }
            (None, None) => None,
            _ => return Err(misuse("--price-prompt and --price-answer belong together")),
        };
        let settings = Settings {
            concurrency: flags.concurrency.unwrap_or(default.concurrency),
            timeout: flags.timeout.map_or(default.timeout, Duration::from_secs_f64),
            attempts: flags.attempts.unwrap_or(default.attempts),
            context: flags.context.unwrap_or(default.context),
            form: flags.form,
            keys: Keys::of(|it| std::env::var(it).ok()),
            ..default
        };
        let caps = Caps { calls: flags.max_calls, tokens: flags.max_tokens, money: flags.max_cost };
        if caps.money.is_some() && prices.is_none() {
            return Err(misuse("--max-cost needs --price-prompt and --price-answer"));
        }
        Ok(Self { settings, caps, prices })
    }

    /// As a run on record had it: what answers may depend on is kept.
    #[must_use]
    pub(crate) fn like(mut self, model: &Model) -> Self {
        self.settings.context = model.context;
        self.settings.form = Some(model.form);
        self
    }

    /// The context that questions must fit into, in tokens.
    pub(crate) fn context(&self) -> u32 {
        self.settings.context
    }

    /// What tokens cost, if that is known.
    pub(crate) fn prices(&self) -> Option<&Prices> {
        self.prices.as_ref()
    }

    /// How many questions so many servers are asked at a time.
    pub(crate) fn at_a_time(&self, servers: usize) -> usize {
        self.settings.concurrency * servers.max(1)
    }

    /// Those who can be asked.
    pub(crate) fn source(&self, spec: &Spec, spent: Spent) -> Result<Source, Failure> {
        match spec {
            Spec::Served(served) => {
                let budget = Budget::new(self.caps, self.prices, spent).map_err(misuse)?;
                let client = Client::new(served, self.settings.clone()).map_err(misuse)?;
                Ok(Source::Served(Box::new(client.with_budget(Arc::new(budget)))))
            }
            Spec::Scripted(path) => {
                let shown = path.display();
                let text = std::fs::read_to_string(path)
                    .map_err(|error| misuse(format!("cannot read `{shown}`: {error}")))?;
                let script = Script::read(&text).map_err(|it| misuse(format!("{shown}: {it}")))?;
                Ok(Source::Scripted(script))
            }
        }
    }
}

impl Talk {
    /// Traders who ask.
    pub(crate) fn asking(
        scenario: &Scenario,
        seed: Seed,
        cast: &Cast,
        source: Source,
        limits: &Limits,
    ) -> Result<Self, Failure> {
        let asked = source.asked();
        let model = Model {
            family: asked.family.to_owned(),
            name: asked.model.to_owned(),
            form: limits.settings.form.unwrap_or_else(|| source.form()),
            context: limits.settings.context,
        };
        let at_a_time = limits.at_a_time(source.servers());
        let it = Self::new(scenario, seed, cast, model, Known::default())?;
        // Now, before there is a run file: what fails later costs every trader its decision.
        it.runtime.block_on(source.reach()).map_err(|why| match why {
            Unfit::Unreachable { .. } => Failure::Failed(why.into()),
            Unfit::NoModel { .. } => misuse(why),
        })?;
        Ok(Self {
            source: Some(source),
            prices: limits.prices,
            // Somebody who waits for a place has rendered its question already.
            width: at_a_time * 2,
            ..it
        })
    }

    /// Traders who are answered as in a run on record, and only so.
    pub(crate) fn replaying(
        scenario: &Scenario,
        seed: Seed,
        cast: &Cast,
        calls: Calls,
    ) -> Result<Self, Failure> {
        let shown = calls.run().path().display().to_string();
        let model = calls.run().info().header.model.clone();
        let model = model.ok_or_else(|| {
            misuse(format!("`{shown}` cannot be replayed: its traders asked no language model"))
        })?;
        Self::new(scenario, seed, cast, model, Known::replay(calls))
    }

    fn new(
        scenario: &Scenario,
        seed: Seed,
        cast: &Cast,
        model: Model,
        known: Known,
    ) -> Result<Self, Failure> {
        let prompts = Prompts::new(scenario, seed, model.form);
        let prompts = prompts.map_err(|error| Failure::from(error.place().clone()))?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        Ok(Self {
            prompts,
            traders: cast.model_traders().collect(),
            model,
            known,
            source: None,
            prices: None,
            runtime: runtime.context("cannot start to wait for answers")?,
            width: 64,
            tally: TalkTally::default(),
        })
    }

    /// The same after an earlier part of the run, which counts too; `begun` are the answers of a
    /// stage that was not settled, which are in the run file already.
    #[must_use]
    pub(crate) fn after(mut self, past: PastCalls, begun: Vec<Call>) -> Self {
        self.tally = past.tally();
        self.known.begun = begun;
        self
    }
}

/// Adds what a call on record took.
pub(crate) fn count(spent: &mut Spent, it: &Call) {
    let usage = it.heard.as_ref().map(|it| it.usage).unwrap_or_default();
    let tokens = |it: Option<u32>| u64::from(it.unwrap_or_default());
    spent.calls += 1;
    spent.failed += u64::from(it.heard.is_err());
    spent.prompt += tokens(usage.prompt);
    spent.cached += tokens(usage.cached);
    spent.answer += tokens(usage.answer);
}
