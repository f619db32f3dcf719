//! Traders who believe, desire and intend (TwinMarket, Yang et al. 2025), with a language model.
//!
//! A day is a train of steps, of which the scenario chooses a [`Plan`]: each step has a question, a
//! form and a number that is the same on every day. A step whose answer cannot be had, also when
//! asked again, falls back: no reaction, the belief of yesterday, a hold that is marked, no post;
//! the rest of the day goes on.
//!
//! What all traders of a stage share comes first in every question, byte for byte: the rules and
//! what each step asks for (the run), companies and prices (the stage). Then comes what is the
//! trader's own; what it answers is repeated to it in the next question, so that a server that keeps
//! beginnings computes nothing twice. Under `layout = "paper"` questions are put together as the
//! published code does.

mod answer;
mod mind;
mod sizing;
mod step;
mod text;

use std::sync::Arc;

use asfm_chat::{Form, FormKind, Message, Part, Role, Slot};
use asfm_engine::{Audience, Exposure, Purpose, Round, Scenario, StageKind, StockId, TraderId};
use serde::Serialize;

use self::mind::Made;
pub(crate) use self::mind::Mind;
use self::step::{Field, Limits, POSTS_MAX, Step, Without};
use self::text::{FoundText, MarketText, OwnText, Personas, PostText, StockData};
use crate::crowd::{Archive, SocialSettings, Society};
use crate::model::clip::Purse;
use crate::model::decision::Decision;
use crate::model::feedback::Feedback;
use crate::model::prompt::Run;
use crate::model::session::Turn;
use crate::model::setting::{Layout, Plan, PromptSettings};
use crate::model::template::Templates;
use crate::model::untrusted::cleaned;
use crate::model::view::{self, FeedbackText, MarketRulesText};

/// Whether traders of a profile believe, desire and intend: [`Prompts`](crate::model::Prompts) ask
/// them step by step.
pub fn believes(profile: &str) -> bool {
    matches!(profile, "bdi" | "bdi-technical" | "bdi-fundamental")
}

/// Whether the step of a train of thought with this number orders, if it is one of a day of
/// somebody who believes; nothing if it is not.
pub fn decides(step: u16) -> Option<bool> {
    match step {
        it if it == Step::Decision.number() || it == Step::Day.number() => Some(true),
        it if it >= step::FIRST => Some(false),
        _ => None,
    }
}

/// What is asked of such traders in a whole run.
#[derive(Debug)]
pub(crate) struct BdiRun {
    plan: Plan,
    layout: Layout,
    without: Without,
    social: SocialSettings,
    personas: Personas,
    /// Rules, and in the layout that shares them the steps.
    system: Arc<str>,
    asks: Vec<Ask>,
}

/// What a step asks for.
#[derive(Debug)]
struct Ask {
    step: Step,
    /// Whether a post tells what its author believes.
    tells: bool,
    fields: Vec<Field>,
    form: Form,
    /// The form in words; absent where words are asked for.
    shape: Option<String>,
    text: String,
}

/// What all such traders of a stage share.
#[derive(Debug)]
pub(crate) struct BdiDay<'r> {
    market: Arc<str>,
    data: Arc<Vec<StockData>>,
    archive: Arc<Archive>,
    feedback: Option<Feedback<'r>>,
    society: &'r Society,
}

#[derive(Serialize)]
struct SystemText<'a> {
    rules: MarketRulesText,
    steps: Vec<StepText<'a>>,
}

#[derive(Serialize)]
struct StepText<'a> {
    word: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct AskText<'a> {
    step: &'static str,
    fields: &'a [Field],
    shape: Option<&'a str>,
    compact: bool,
    queries: usize,
    reason_characters: u32,
}

#[derive(Serialize)]
struct AgainText<'a> {
    error: &'a str,
    shape: Option<&'a str>,
}

/// The question of one step.
#[derive(Debug, Default, Serialize)]
struct QuestionText {
    lead: bool,
    step: &'static str,
    /// What the step asks for, where that was not said before.
    text: Option<String>,
    companies: Vec<String>,
    news: Vec<String>,
    posts: Vec<PostText>,
    found: Option<Vec<FoundText>>,
    data: Vec<String>,
}

impl BdiRun {
    pub(crate) fn new(
        scenario: &Scenario,
        templates: &Templates,
        settings: &PromptSettings,
        social: SocialSettings,
        kind: FormKind,
        codes: &[&str],
    ) -> Self {
        let without =
            Without { forum: !social.forum, revision: !social.revision, inquiry: !social.inquiry };
        let plan = settings.plan;
        let posts = u16::try_from(social.shown).map_or(POSTS_MAX, |it| it.min(POSTS_MAX));
        let limits = Limits { codes, reason_characters: settings.reason_characters, posts };
        let ask = |(step, tells): (Step, bool)| {
            let fields = step.fields(plan, without, tells);
            let name = format!("{}{}", step.word(), if tells { "-and-belief" } else { "" });
            let shape = shape(&fields, settings.reason_characters);
            let text = AskText {
                step: step.word(),
                fields: &fields,
                shape: shape.as_deref(),
                compact: plan != Plan::Faithful,
                queries: step::QUERIES_MAX,
                reason_characters: settings.reason_characters,
            };
            let text = templates.render("bdi/step", &text).trim().to_owned();
            let form = step::form(kind, &name, &fields, &limits);
            Ask { step, tells, fields, form, shape, text }
        };
        let all: &[(Step, bool)] = match plan {
            Plan::Faithful => &[
                (Step::React(0), false),
                (Step::Broadcast, false),
                (Step::Desire, false),
                (Step::Queries, false),
                (Step::FirstView, false),
                (Step::Belief, false),
                (Step::Choice, false),
                (Step::Data, false),
                (Step::Analysis, false),
                (Step::Decision, false),
                (Step::Post, true),
            ],
            Plan::Compact => &[
                (Step::Read, false),
                (Step::Reactions, false),
                (Step::Belief, false),
                (Step::Decision, false),
                (Step::Post, false),
                (Step::Post, true),
            ],
            Plan::Single => &[
                (Step::Day, false),
                (Step::Talk, false),
                (Step::Reactions, false),
                (Step::Decision, false),
            ],
        };
        let all = all.iter().copied().filter(|(step, _)| is_kept(*step, without));
        let asks: Vec<Ask> = all.map(ask).collect();
        let told = |it: &&Ask| !(it.tells && plan == Plan::Compact);
        let steps = match settings.layout {
            Layout::SharedFirst => asks.iter().filter(told).collect(),
            Layout::Paper => Vec::new(),
        };
        let steps = steps.into_iter().map(|it| StepText { word: it.step.word(), text: &it.text });
        let system = SystemText { rules: MarketRulesText::new(scenario), steps: steps.collect() };
        Self {
            plan,
            layout: settings.layout,
            without,
            personas: Personas::new(),
            system: templates.render("bdi/system", &system).into(),
            asks,
            social,
        }
    }

    /// What a step asks for.
    fn ask(&self, step: Step, tells: bool) -> &Ask {
        let step = if let Step::React(_) = step { Step::React(0) } else { step };
        let found = self.asks.iter().find(|it| it.step == step && it.tells == tells);
        found.expect("every step of the plan")
    }

    /// The question that follows an answer that could not be used.
    fn again(templates: &Templates, ask: &Ask, error: &str) -> Message {
        let text = AgainText { error, shape: ask.shape.as_deref() };
        Message::new(Role::User, [Part::own(templates.render("bdi/again", &text))])
    }

    /// The steps of one trader in one stage.
    fn steps(&self, it: &Occasion) -> Vec<(Step, bool)> {
        let mut steps = Vec::new();
        let mut add = |step: Step, tells: bool| steps.push((step, tells));
        let trades = it.trades && it.active && !it.coded;
        match self.plan {
            Plan::Faithful => {
                if it.first {
                    (0..it.posts).for_each(|post| add(Step::React(post), false));
                }
                if it.first && it.active {
                    if it.news {
                        add(Step::Broadcast, false);
                    }
                    if !it.coded {
                        add(Step::Desire, false);
                        add(Step::Queries, false);
                        add(Step::FirstView, false);
                    }
                    if !it.coded || self.without.forum {
                        add(Step::Belief, false);
                    }
                }
                if trades {
                    add(Step::Choice, false);
                    add(Step::Data, false);
                    add(Step::Analysis, false);
                    add(Step::Decision, false);
                }
                if it.first && it.active {
                    add(Step::Post, true);
                }
            }
            Plan::Compact => {
                if it.first {
                    let looks = !it.coded && !self.without.inquiry;
                    if it.active && (it.posts > 0 || it.news || looks) {
                        add(Step::Read, false);
                    } else if it.posts > 0 {
                        add(Step::Reactions, false);
                    }
                    if it.active && (!it.coded || self.without.forum) {
                        add(Step::Belief, false);
                    }
                }
                if trades {
                    add(Step::Decision, false);
                }
                if it.first && it.active {
                    add(Step::Post, it.coded);
                }
            }
            Plan::Single => match (it.first, it.active) {
                (true, true) if trades => add(Step::Day, false),
                (true, true) => add(Step::Talk, false),
                (true, false) if it.posts > 0 => add(Step::Reactions, false),
                _ if trades => add(Step::Decision, false),
                _ => {}
            },
        }
        steps.retain(|(step, _)| is_kept(*step, self.without));
        steps
    }
}

/// What the steps of a day follow from.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Occasion {
    /// Whether it is the day's first stage.
    first: bool,
    /// Whether orders are taken.
    trades: bool,
    active: bool,
    coded: bool,
    /// Whether there is news that the trader reads unasked.
    news: bool,
    posts: u16,
}

/// Whether a scenario leaves a step in.
fn is_kept(step: Step, without: Without) -> bool {
    match step {
        Step::React(_) | Step::Reactions | Step::Post => !without.forum,
        Step::Desire | Step::Queries | Step::FirstView | Step::Data => !without.inquiry,
        Step::Belief => !without.revision,
        Step::Talk => !(without.forum && without.revision),
        _ => true,
    }
}

/// The form of an answer in words.
fn shape(fields: &[Field], reason_characters: u32) -> Option<String> {
    if fields.is_empty() {
        return None;
    }
    let text = |most: u32| format!("<text of at most {most} characters>");
    let reason = || text(reason_characters);
    let action = "<\"repost\", \"like\", \"unlike\" or \"none\">";
    let told = |it: &Field| {
        let what = match it {
            Field::Points => {
                let names = asfm_engine::Belief::NAMES;
                return names.map(|it| format!("\"{it}\": <0 to 100>")).join(", ");
            }
            Field::Reactions => format!(
                "[{{\"post\": <its number>, \"reason\": {}, \"action\": {action}}}, ...]",
                reason()
            ),
            Field::View | Field::Reason => reason(),
            Field::Queries => "[<text>, ...]".to_owned(),
            Field::Belief => text(step::BELIEF_CHARACTERS),
            Field::Action => action.to_owned(),
            Field::Stocks => "[<code>, ...]".to_owned(),
            Field::Indicators => {
                let all = step::INDICATORS.map(|it| format!("\"{it}\""));
                format!("[<of {}>, ...]", all.join(", "))
            }
            Field::Days => "<5 to 15>".to_owned(),
            Field::Orders => "[{\"action\": <\"buy\" or \"sell\">, \"stock\": <code>, \"size\": \
                              <percent of wealth>, \"price\": <limit price>}, ...]"
                .to_owned(),
            Field::Post => text(step::POST_CHARACTERS),
            Field::Topic => "<\"event\", \"trades\" or \"outlook\">".to_owned(),
        };
        format!("\"{}\": {what}", it.name())
    };
    Some(format!("{{{}}}", fields.iter().map(told).collect::<Vec<_>>().join(", ")))
}

impl<'r> BdiDay<'r> {
    pub(crate) fn new(
        run: &BdiRun,
        templates: &Templates,
        order: &[StockId],
        round: &'r Round<'_>,
        society: &'r Society,
        feedback: bool,
    ) -> Self {
        let (scenario, day) = (round.scenario(), round.market().day);
        let data = StockData::all(round);
        // What everybody reads today is shared.
        let shared = run.social.broadcast == crate::crowd::Broadcast::All;
        let news = scenario.news().iter();
        let news = news.filter(|it| shared && it.day == day && it.audience == Audience::All);
        let market = MarketText::new(round, order, &data, news);
        let feedback = society.last_trading().filter(|_| feedback).map(Feedback::new);
        Self {
            market: templates.render("bdi/market", &market).into(),
            data: Arc::new(data),
            archive: Arc::new(Archive::of(scenario, day, run.social.retrieval_days)),
            feedback,
            society,
        }
    }

    /// Opens the session of one trader.
    pub(crate) fn open(&self, run: &Arc<Run>, round: &Round<'_>, trader: TraderId) -> Turn {
        let bdi = run.bdi.as_ref().expect("there are such traders");
        let own = self.society.insight(trader);
        let seen = round.observation(trader);
        let (scenario, market) = (round.scenario(), round.market());
        let first = market.stage == 0;
        let posts: Vec<PostText> = own
            .shown()
            .filter(|_| first && !bdi.without.forum)
            .take(POSTS_MAX.into())
            .map(|it| PostText::new(&it))
            .collect();
        // What all read stands in the part that they share, if there is one.
        let shared = bdi.layout == Layout::SharedFirst
            && bdi.social.broadcast == crate::crowd::Broadcast::All;
        let news = own.broadcast(&seen);
        let news: Vec<&asfm_engine::News> = news.filter(|_| first).collect();
        let is_new = |it: &&&asfm_engine::News| !(shared && it.audience == Audience::All);
        let occasion = Occasion {
            first,
            trades: market.kind != StageKind::Talk,
            active: own.is_active(),
            coded: own.is_coded(),
            news: !news.is_empty(),
            posts: u16::try_from(posts.len()).expect("at most 100"),
        };
        let news = news.iter().filter(is_new).map(|it| cleaned(&it.text)).collect();
        let exposures = posts.iter().map(|it| Exposure { trader, post: it.post }).collect();
        let mut steps = bdi.steps(&occasion);
        if steps.is_empty() {
            return Turn::Done(Decision { exposures, ..Decision::hold(trader) });
        }
        steps.reverse();
        let feedback = self.feedback.as_ref().filter(|_| occasion.active).map(|it| {
            let (day, kind) = it.stage();
            FeedbackText { day, stage: view::stage(kind), lines: it.lines(scenario, trader) }
        });
        let paper = bdi.layout == Layout::Paper;
        let pointed = own.recommended(&seen);
        let account = text::account(&seen);
        let asked = text::Asked {
            order: &run.order,
            persona: bdi.personas.text(own.persona(), run.settings.profile),
            pointed: &pointed,
            feedback,
            paper,
            trades: occasion.trades,
        };
        let persona = asked.persona.clone();
        let shown = OwnText::new(asked, &seen, own, &account);
        let shown: Arc<str> = run.templates.render("bdi/own", &shown).into();
        let held = (0..).map(StockId).zip(&account.positions);
        let held: Vec<StockId> = held.filter(|it| it.1.shares > 0).map(|it| it.0).collect();
        let mut looked_at: Vec<StockId> = run.order.clone();
        looked_at.retain(|it| held.contains(it) || pointed.contains(it));
        let messages = self.opening(run, &occasion, market.day.0, &persona, &shown, &held);
        let (who, when) = (trader.index() as u64, market.when);
        let mut bells = run.seed.stream(Purpose::Decision, who, when);
        let bells = account.positions.iter().map(|_| bells.bell()).collect();
        let slot = Slot {
            day: market.day.0,
            stage: market.stage,
            trader: trader.number(),
            step: 0,
            attempt: 0,
        };
        let mind = Mind {
            run: Arc::clone(run),
            trader,
            slot,
            draws: run.seed.stream(Purpose::Sampling, who, when),
            seeds: [0; 2],
            messages,
            before: (0, 0),
            steps,
            step: (Step::Read, false),
            data: Arc::clone(&self.data),
            archive: Arc::clone(&self.archive),
            account,
            purse: run.settings.clip.then(|| Purse::new(&seen)),
            bells,
            belief: own.belief(),
            leads: own.is_leader(),
            looked_at,
            posts,
            news,
            exposures,
            made: Made::default(),
            data_at: None,
        };
        mind.next()
    }

    /// The beginning of the conversation of one trader. What is said again in every question of the
    /// day is stored once.
    fn opening(
        &self,
        run: &Run,
        occasion: &Occasion,
        day: u32,
        persona: &str,
        shown: &Arc<str>,
        held: &[StockId],
    ) -> Vec<Message> {
        let bdi = run.bdi.as_ref().expect("there are such traders");
        if bdi.layout == Layout::SharedFirst {
            let parts = [&run.companies, &self.market, shown].map(Part::shared);
            return vec![
                Message::new(Role::System, [Part::shared(&bdi.system)]),
                Message::new(Role::User, parts),
            ];
        }
        let about: Vec<&str> = held.iter().map(|it| self.data[it.index()].about.as_str()).collect();
        let persona = format!("{persona}\n\nYou hold:\n{}\n\n", about.join("\n"));
        let what = if occasion.trades { "a day of trading" } else { "and the exchange is closed" };
        let opening = format!("It is day {day}, {what}.\n{shown}");
        let system = [Part::shared(&persona.into()), Part::shared(&bdi.system)];
        vec![
            Message::new(Role::System, system),
            Message::new(Role::User, [Part::shared(&opening.into())]),
            Message::new(Role::Assistant, [Part::own("I see. I begin my day.")]),
        ]
    }
}
