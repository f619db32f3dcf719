//! What is asked: once per run, once per stage, once per trader.

use std::sync::Arc;

use asfm_chat::{Form, FormKind, Message, Part, Role, Slot};
use asfm_engine::{
    OperationsPer, Purpose, Round, RoundLog, Scenario, Seed, StageKind, StockId, TraderId,
};
use serde::Serialize;

use crate::crowd::{SocialSettings, Society};
use crate::model::bdi::{self, BdiDay, BdiRun};
use crate::model::clip::Purse;
use crate::model::decision::Decision;
use crate::model::feedback::Feedback;
use crate::model::form::{self, Limits};
use crate::model::ladder::Ladder;
use crate::model::profile::{Profile, Wording};
use crate::model::session::{Plain, Turn};
use crate::model::setting::{Layout, PromptSettings, WordingChoice};
use crate::model::template::Templates;
use crate::model::view::{self, FeedbackText, MarketRulesText, MarketText, OwnText};
use crate::refusal::{self, CastError};

/// Counts the changes of what is asked when nothing in the scenario changed.
pub const PROMPT_VERSION: u32 = 1;

/// What is asked in a whole run: rules, tools, companies, profiles.
#[derive(Debug, Clone)]
pub struct Prompts {
    run: Arc<Run>,
}

/// What all questions of a run have in common.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) settings: PromptSettings,
    pub(crate) form: Form,
    pub(crate) ladder: Ladder,
    pub(crate) seed: Seed,
    pub(crate) templates: Templates,
    /// The stocks, sorted by code.
    pub(crate) order: Vec<StockId>,
    system: Arc<str>,
    pub(crate) companies: Arc<str>,
    /// The question of a decision in one call.
    whole: Arc<str>,
    /// The two questions of a decision in two calls.
    analysis: Arc<str>,
    orders: Arc<str>,
    kinds: Vec<KindText>,
    /// What is asked of those who believe, desire and intend, if there are any.
    pub(crate) bdi: Option<BdiRun>,
}

/// What the traders of one kind are told that they are.
#[derive(Debug)]
struct KindText {
    first: usize,
    traders: usize,
    /// Absent for a kind that decides by rule, or believes.
    profile: Option<Profile>,
    /// Whether its traders believe, desire and intend.
    believes: bool,
}

/// What a question is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Step {
    /// Reason and orders, in one call.
    Whole,
    /// The analysis of a decision in two calls.
    Analysis,
    /// The orders of a decision in two calls.
    Orders,
}

#[derive(Serialize)]
struct SystemText {
    rules: MarketRulesText,
    form: &'static str,
    reason_characters: u32,
}

#[derive(Serialize)]
struct CompaniesText<'s> {
    named: bool,
    companies: Vec<view::CompanyText<'s>>,
}

#[derive(Serialize)]
struct Question {
    step: Step,
    blocks: bool,
    reason_characters: u32,
}

#[derive(Serialize)]
struct Again<'a> {
    step: Step,
    form: &'static str,
    error: &'a str,
}

impl Prompts {
    /// Prepares the questions of a run to a model whose answers take this form.
    ///
    /// # Errors
    ///
    /// A mistake under `[prompt]`, or a profile without a text, each with its place.
    pub fn new(scenario: &Scenario, seed: Seed, form: FormKind) -> Result<Self, CastError> {
        let settings = PromptSettings::read(scenario).map_err(CastError::Prompt)?;
        let templates = Templates::new();
        let mut order: Vec<StockId> = (0..).map(StockId).take(scenario.companies().len()).collect();
        let code = |stock: &StockId| scenario.companies()[stock.index()].code.as_str();
        order.sort_by_key(code);
        let codes: Vec<&str> = order.iter().map(code).collect();
        let system = SystemText {
            rules: MarketRulesText::new(scenario),
            form: form.word(),
            reason_characters: settings.reason_characters,
        };
        let companies = CompaniesText {
            named: scenario.companies().iter().any(|it| it.name != it.code),
            companies: view::companies(scenario, &order),
        };
        let question = |step| -> Arc<str> {
            let (blocks, reason_characters) =
                (settings.observation_blocks, settings.reason_characters);
            templates.render("question", &Question { step, blocks, reason_characters }).into()
        };
        let limits = Limits {
            codes: &codes,
            orders: most_orders(scenario),
            reason_characters: settings.reason_characters,
        };
        let kinds = kinds(scenario, settings)?;
        let social = SocialSettings::read(scenario).map_err(CastError::Social)?;
        let believes = kinds.iter().any(|it| it.believes);
        let bdi =
            believes.then(|| BdiRun::new(scenario, &templates, &settings, social, form, &codes));
        let run = Run {
            bdi,
            form: form::form(form, &limits),
            ladder: Ladder::with_reasons(scenario, settings.reason_characters as usize),
            system: templates.render("system", &system).into(),
            companies: templates.render("companies", &companies).into(),
            whole: question(Step::Whole),
            analysis: question(Step::Analysis),
            orders: question(Step::Orders),
            kinds,
            settings,
            seed,
            templates,
            order,
        };
        Ok(Self { run: Arc::new(run) })
    }

    /// What the scenario says under `[prompt]`.
    pub fn settings(&self) -> &PromptSettings {
        &self.run.settings
    }

    /// The form that answers must take.
    pub fn form(&self) -> &Form {
        &self.run.form
    }

    /// The text of its profile that a trader is given.
    pub fn wording(&self, trader: TraderId) -> Wording {
        self.run.wording(trader)
    }

    /// Prepares the questions of one stage; `before` is the round before, if traders are to be told
    /// what became of their orders, `society` what those share who believe, desire and intend, of
    /// the day of the round.
    ///
    /// # Panics
    ///
    /// If there are such traders and no society.
    pub fn briefing<'r>(
        &self,
        round: &'r Round<'_>,
        before: Option<&'r RoundLog>,
        society: Option<&'r Society>,
    ) -> Briefing<'r> {
        let run = Arc::clone(&self.run);
        let day = run.bdi.as_ref().map(|it| {
            let society = society.expect("who believes has a society");
            let feedback = run.settings.feedback;
            BdiDay::new(it, &run.templates, &run.order, round, society, feedback)
        });
        let before = before.filter(|it| run.settings.feedback && it.kind != StageKind::Talk);
        let blocks = run.settings.observation_blocks;
        let market = MarketText::new(round.scenario(), &run.order, round.market(), blocks);
        Briefing {
            market: run.templates.render("market", &market).into(),
            feedback: before.map(Feedback::new),
            day,
            round,
            run,
        }
    }
}

impl Run {
    fn wording(&self, trader: TraderId) -> Wording {
        match self.settings.wording {
            WordingChoice::Fixed(it) => it,
            WordingChoice::Mixed => Wording::drawn(self.seed, trader),
        }
    }

    fn kind(&self, trader: TraderId) -> Option<&KindText> {
        let index = trader.index();
        self.kinds.iter().find(|it| (it.first..it.first + it.traders).contains(&index))
    }

    /// Whether a trader believes, desires and intends.
    fn believes(&self, trader: TraderId) -> bool {
        self.kind(trader).is_some_and(|it| it.believes)
    }

    /// What a trader is told that it is, if it is asked.
    fn profile(&self, trader: TraderId) -> Option<&str> {
        let kind = self.kind(trader)?;
        kind.profile.as_ref().map(|it| it.worded(self.wording(trader)))
    }

    /// The question that follows an analysis.
    pub(crate) fn orders_question(&self) -> Message {
        Message::new(Role::User, [Part::shared(&self.orders)])
    }

    /// The question that follows an answer that could not be used.
    pub(crate) fn again(&self, step: Step, error: &str) -> Message {
        let form = self.form.kind().word();
        let text = self.templates.render("again", &Again { step, form, error });
        Message::new(Role::User, [Part::own(text)])
    }
}

/// The questions of one stage: what all traders share is rendered already.
#[derive(Debug)]
pub struct Briefing<'r> {
    run: Arc<Run>,
    round: &'r Round<'r>,
    market: Arc<str>,
    feedback: Option<Feedback<'r>>,
    day: Option<BdiDay<'r>>,
}

impl Briefing<'_> {
    /// Opens the session of one trader. Sessions can be opened side by side.
    ///
    /// There is nothing to ask in a stage of talk, or of a trader that decides by rule: it is done
    /// already, and wants nothing.
    ///
    /// # Panics
    ///
    /// If the scenario has no such trader.
    pub fn open(&self, trader: TraderId) -> Turn {
        let market = self.round.market();
        if let Some(day) = self.day.as_ref().filter(|_| self.run.believes(trader)) {
            return day.open(&self.run, self.round, trader);
        }
        let Some(profile) = self.run.profile(trader).filter(|_| market.kind != StageKind::Talk)
        else {
            return Turn::Done(Decision::hold(trader));
        };
        let seen = self.round.observation(trader);
        let scenario = self.round.scenario();
        let feedback = self.feedback.as_ref().map(|it| {
            let (day, kind) = it.stage();
            FeedbackText { day, stage: view::stage(kind), lines: it.lines(scenario, trader) }
        });
        let own = OwnText::new(profile, &self.run.order, &seen, feedback);
        let own = Part::own(self.run.templates.render("own", &own));
        let step = if self.run.settings.has_analysis_call() { Step::Analysis } else { Step::Whole };
        let question = match step {
            Step::Analysis => &self.run.analysis,
            Step::Whole | Step::Orders => &self.run.whole,
        };
        let companies = Part::shared(&self.run.companies);
        let (report, question) = (Part::shared(&self.market), Part::shared(question));
        let parts = match self.run.settings.layout {
            Layout::SharedFirst => [companies, report, own, question],
            Layout::Paper => [own, companies, report, question],
        };
        let messages = vec![
            Message::new(Role::System, [Part::shared(&self.run.system)]),
            Message::new(Role::User, parts),
        ];
        let mut draws = self.run.seed.stream(Purpose::Sampling, trader.index() as u64, market.when);
        let slot = Slot {
            day: market.day.0,
            stage: market.stage,
            trader: trader.number(),
            step: 0,
            attempt: 0,
        };
        Plain {
            seeds: [(); 4].map(|()| draws.word() >> 1),
            purse: self.run.settings.clip.then(|| Purse::new(&seen)),
            run: Arc::clone(&self.run),
            trader,
            slot,
            messages,
            step,
        }
        .ask()
    }
}

/// The most orders that the exchange can accept of one trader in a day.
fn most_orders(scenario: &Scenario) -> usize {
    let rules = scenario.rules();
    let sides = match rules.operations_per {
        OperationsPer::Stock => 1,
        OperationsPer::Side => 2,
    };
    rules.operations.map_or(usize::MAX, |it| {
        (usize::from(it) * sides).saturating_mul(scenario.companies().len())
    })
}

/// What each kind is told that it is.
fn kinds(scenario: &Scenario, settings: PromptSettings) -> Result<Vec<KindText>, CastError> {
    let all = Profile::all();
    let neutral = || all.iter().find(|it| it.name == "neutral").cloned();
    let mut kinds = Vec::with_capacity(scenario.kinds().len());
    for (at, kind) in scenario.kinds().iter().enumerate() {
        let found = all.iter().find(|it| it.name == kind.profile);
        let believes = !kind.by_rule && bdi::believes(&kind.profile);
        let profile = match found {
            _ if kind.by_rule || believes || kind.profile == "padding" => None,
            Some(_) if !settings.profile => neutral(),
            Some(it) => Some(it.clone()),
            None => return Err(refusal::untold_profile(scenario, at)),
        };
        kinds.push(KindText {
            first: kind.first as usize,
            traders: kind.traders as usize,
            profile,
            believes,
        });
    }
    Ok(kinds)
}
