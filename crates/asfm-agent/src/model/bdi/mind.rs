//! One trader's train of thought in one stage of a day.

use std::sync::Arc;

use asfm_chat::{Failure, Message, Part, Reply, Request, Role, Sampling, Slot};
use asfm_engine::{
    Belief, Draws, Exposure, PostId, Speech, Statement, StockId, TraderId, Unreadable,
};

use super::answer::{self, Action, Answer, Reaction, Told};
use super::sizing::{self, Account, Want};
use super::step::Step;
use super::text::{FoundText, PostText, StockData};
use super::{BdiRun, QuestionText};
use crate::crowd::Archive;
use crate::model::clip::Purse;
use crate::model::decision::{Decision, Wish};
use crate::model::ladder::{self, Ladder, record};
use crate::model::prompt::Run;
use crate::model::reading::{Miss, Reading, RepairCode};
use crate::model::session::{Session, Turn};
use crate::model::setting::{Layout, Plan, Temperatures};

/// One trader's train of thought in one stage of a day, waiting for an answer.
#[derive(Debug)]
pub(crate) struct Mind {
    pub(super) run: Arc<Run>,
    pub(super) trader: TraderId,
    pub(super) slot: Slot,
    pub(super) draws: Draws,
    /// Sampling seeds of the step, by attempt.
    pub(super) seeds: [u32; 2],
    pub(super) messages: Vec<Message>,
    /// The messages, and the parts of the last one, before the question that waits.
    pub(super) before: (usize, usize),
    /// The steps that are left, the next one last; whether each tells a belief.
    pub(super) steps: Vec<(Step, bool)>,
    pub(super) step: (Step, bool),
    pub(super) data: Arc<Vec<StockData>>,
    pub(super) archive: Arc<Archive>,
    pub(super) account: Account,
    pub(super) purse: Option<Purse>,
    /// One number for the limit of each stock, where limits are drawn.
    pub(super) bells: Vec<f64>,
    pub(super) belief: Belief,
    pub(super) leads: bool,
    /// What it holds and what it is pointed to.
    pub(super) looked_at: Vec<StockId>,
    pub(super) posts: Vec<PostText>,
    pub(super) news: Vec<String>,
    pub(super) exposures: Vec<Exposure>,
    pub(super) made: Made,
    /// Where the question for data stands, which the published code takes out again.
    pub(super) data_at: Option<usize>,
}

/// What a trader has come to so far.
#[derive(Debug, Default)]
pub(super) struct Made {
    reactions: Vec<(PostId, Reaction)>,
    queries: Vec<String>,
    points: Option<Belief>,
    words: Option<String>,
    chosen: Vec<StockId>,
    data: Vec<String>,
    wishes: Vec<Wish>,
    reason: Option<String>,
    post: Option<String>,
    fallback: bool,
}

/// What could be read of an answer.
enum Said {
    Words(String),
    Fields(Answer),
}

impl Mind {
    pub(crate) fn slot(&self) -> Slot {
        self.slot
    }

    pub(crate) fn trader(&self) -> TraderId {
        self.trader
    }

    fn bdi(&self) -> &BdiRun {
        self.run.bdi.as_ref().expect("it was opened by one")
    }

    /// Goes on to the next step that has something to ask, or comes to an end.
    pub(super) fn next(mut self) -> Turn {
        while let Some((step, tells)) = self.steps.pop() {
            // Whoever searches for nothing finds nothing, whoever looks at nothing orders nothing.
            let is_idle = match step {
                Step::FirstView => self.made.queries.is_empty(),
                Step::Data | Step::Analysis => self.made.chosen.is_empty(),
                Step::Decision => self.bdi().plan == Plan::Faithful && self.made.chosen.is_empty(),
                _ => false,
            };
            let seeds = [self.draws.word() >> 1, self.draws.word() >> 1];
            if is_idle {
                continue;
            }
            self.step = (step, tells);
            self.seeds = seeds;
            self.slot = Slot { step: step.number(), attempt: 0, ..self.slot };
            self.put_question();
            return self.ask();
        }
        Turn::Done(self.done())
    }

    /// Puts the question of a step at the end of the conversation.
    fn put_question(&mut self) {
        let (step, tells) = self.step;
        let run = Arc::clone(&self.run);
        let bdi = run.bdi.as_ref().expect("it was opened by one");
        let paper = bdi.layout == Layout::Paper;
        if paper && step == Step::Decision {
            self.forget_data();
        }
        let opens = self.messages.last().is_some_and(|it| it.role == Role::User);
        let told_before = !paper && !(tells && bdi.plan == Plan::Compact);
        let mut it = QuestionText {
            lead: opens,
            step: step.word(),
            text: (!told_before).then(|| bdi.ask(step, tells).text.clone()),
            ..QuestionText::default()
        };
        let all_posts = || self.posts.clone();
        match step {
            Step::React(at) => it.posts = self.posts[usize::from(at)..][..1].to_vec(),
            Step::Reactions => it.posts = all_posts(),
            Step::Read | Step::Day | Step::Talk => {
                it.posts = all_posts();
                it.news = self.news.clone();
            }
            Step::Broadcast => it.news = self.news.clone(),
            Step::FirstView => it.found = Some(self.found()),
            Step::Belief if bdi.plan == Plan::Compact && !self.made.queries.is_empty() => {
                it.found = Some(self.found());
            }
            _ => {}
        }
        if paper && matches!(step, Step::Desire | Step::Choice) {
            it.companies = self.about(&self.looked_at);
        }
        if paper && matches!(step, Step::Data | Step::Decision | Step::Day) {
            let all = if bdi.plan == Plan::Faithful { &self.made.chosen } else { &self.looked_at };
            it.companies = self.about(all);
            if step != Step::Data {
                let quote = |it: &StockId| {
                    self.data[it.index()].quote(self.account.positions[it.index()].weight)
                };
                it.data = all.iter().map(quote).collect();
                let free = |at: usize| all.iter().any(|it| it.index() == at);
                let free = sizing::free(&self.account.positions, free);
                it.data.push(format!("You can buy for {} at most.", super::text::percent(free)));
            }
        }
        let mut parts = vec![Part::shared(&run.templates.render("bdi/question", &it).into())];
        if step == Step::Analysis {
            parts.push(Part::shared(&(self.made.data.join("\n") + "\n").into()));
        }
        if paper && step == Step::FirstView {
            // In a conversation of its own, of which only the answer is kept.
            self.before = (self.messages.len(), 0);
            self.messages.push(Message::new(Role::User, parts));
            return;
        }
        let last = self.messages.len() - 1;
        if opens {
            self.before = (self.messages.len(), self.messages[last].parts.len());
            self.messages[last].parts.extend(parts);
        } else {
            self.before = (self.messages.len(), 0);
            self.messages.push(Message::new(Role::User, parts));
        }
    }

    /// Takes the data out of the conversation, as the published code does before it decides.
    fn forget_data(&mut self) {
        if let Some(at) = self.data_at.take()
            && at + 2 <= self.messages.len()
        {
            self.messages.drain(at..at + 2);
            if let Some(analysis) = self.messages.get_mut(at) {
                analysis.parts.truncate(1);
            }
        }
    }

    fn about(&self, stocks: &[StockId]) -> Vec<String> {
        stocks.iter().map(|it| self.data[it.index()].about.clone()).collect()
    }

    fn found(&self) -> Vec<FoundText> {
        let n = self.bdi().social.retrieved as usize;
        let found = self.archive.search(&self.made.queries, self.leads, n);
        found.into_iter().map(FoundText::new).collect()
    }

    /// Asks what stands at the end of the conversation.
    fn ask(self) -> Turn {
        let (step, tells) = self.step;
        let settings = &self.run.settings;
        let bdi = self.bdi();
        let alone = bdi.layout == Layout::Paper && step == Step::FirstView;
        let messages = if alone {
            let rest = &self.messages[self.before.0..];
            self.messages[..1].iter().chain(rest).cloned().collect()
        } else {
            self.messages.clone()
        };
        let request = Request {
            messages,
            form: bdi.ask(step, tells).form.clone(),
            sampling: Sampling {
                temperature_e3: match settings.temperatures {
                    Temperatures::One => settings.temperature_e3,
                    Temperatures::Published => step.published_temperature_e3(),
                },
                seed: self.seeds[usize::from(self.slot.attempt.min(1))],
                answer_tokens: settings.answer_tokens,
            },
        };
        Turn::Ask(Box::new(Session::of_mind(self)), request)
    }

    /// Takes what came back.
    pub(crate) fn hear(mut self, heard: Result<&Reply, &Failure>) -> (Reading, Turn) {
        let reply = match heard {
            Ok(reply) => reply,
            Err(failure) => {
                let reading = Reading::missed(Miss::NoAnswer(failure.kind), &*failure.what);
                return (reading, self.fall_back());
            }
        };
        let (step, tells) = self.step;
        let ask = self.bdi().ask(step, tells);
        let (mut reading, said) = if ask.fields.is_empty() {
            let (reading, words) = Ladder::read_words(reply);
            (reading, words.map(Said::Words))
        } else {
            let ladder = &self.run.ladder;
            let read =
                |it: record::Record<'_, '_>| Answer::read(it, &ask.fields, step.core(), ladder);
            let (reading, answer) = record::read(reply, read);
            (reading, answer.map(Said::Fields))
        };
        match said {
            Some(said) => {
                let most = self.run.settings.reason_characters as usize;
                reading.reason = said.gist().map(|it| it.chars().take(most).collect());
                self.keep(reply, &said);
                if self.take(said) {
                    reading.repairs.push(RepairCode::Clipped);
                }
                (reading, self.next())
            }
            None if self.slot.attempt > 0 || !self.run.settings.re_ask => {
                (reading, self.fall_back())
            }
            None => {
                let error = reading.error.as_deref().unwrap_or("it could not be read");
                let again = self.bdi().again(&self.run.templates, ask, error);
                let quoted = Part::own(ladder::quoted(reply));
                self.messages.push(Message::new(Role::Assistant, [quoted]));
                self.messages.push(again);
                self.slot.attempt += 1;
                let turn = self.ask();
                (reading, turn)
            }
        }
    }

    /// Takes the question back, and all that followed it.
    fn take_back(&mut self) {
        let (messages, parts) = self.before;
        self.messages.truncate(messages);
        if parts > 0 {
            let last = self.messages.last_mut().expect("the opening");
            last.parts.truncate(parts);
        }
    }

    /// Goes on without an answer.
    fn fall_back(mut self) -> Turn {
        self.take_back();
        let step = self.step.0;
        // Without an analysis a trader still decides; without a decision nobody has chosen to hold.
        if step.decides() || step == Step::Choice {
            self.made.fallback = true;
        }
        if step == Step::Data {
            self.made.data = self.told(&[], None);
        }
        self.next()
    }

    /// Keeps question and answer in the conversation; what was asked again is left out.
    fn keep(&mut self, reply: &Reply, said: &Said) {
        let paper = self.bdi().layout == Layout::Paper;
        let step = self.step.0;
        if paper && step == Step::FirstView {
            self.take_back();
            let Said::Words(words) = said else { return };
            // It takes the place of the queries.
            if let Some(last) = self.messages.last_mut().filter(|it| it.role == Role::Assistant) {
                last.parts = vec![Part::shared(&words.as_str().into())];
            }
            return;
        }
        let (messages, parts) = self.before;
        self.messages.truncate(messages + usize::from(parts == 0));
        if paper && step == Step::Data {
            self.data_at = Some(messages);
        }
        let words = match said {
            Said::Words(words) => words.clone(),
            Said::Fields(_) => ladder::quoted(reply),
        };
        self.messages.push(Message::new(Role::Assistant, [Part::shared(&words.into())]));
    }

    /// Takes what was said; tells whether an order was cut.
    fn take(&mut self, said: Said) -> bool {
        let it = match said {
            Said::Words(_) => return false,
            Said::Fields(it) => it,
        };
        let step = self.step.0;
        for reaction in it.reactions {
            let post = match (step, reaction.post) {
                (Step::React(at), _) => self.posts.get(usize::from(at)).map(|it| it.post),
                (_, post) => post.filter(|it| self.posts.iter().any(|shown| shown.post == *it)),
            };
            // One reaction to a post: the first.
            if let Some(post) = post
                && self.made.reactions.iter().all(|other| other.0 != post)
            {
                self.made.reactions.push((post, reaction));
            }
        }
        self.made.queries.extend(it.queries);
        if let Some(points) = it.points {
            self.made.points = Some(points);
            self.made.words = it.belief;
        }
        if step == Step::Choice {
            self.made.chosen = it.stocks;
            let looked_at = &self.looked_at;
            self.made.chosen.retain(|it| looked_at.contains(it));
        }
        if step == Step::Data {
            self.made.data = self.told(&it.indicators, it.days);
        }
        self.made.post = it.post.or(self.made.post.take());
        if step.decides() {
            self.made.reason = it.reason;
            return self.order(&it.orders);
        }
        false
    }

    /// The data of the chosen stocks, those of its doctrine where a trader names none.
    fn told(&self, indicators: &[&str], days: Option<usize>) -> Vec<String> {
        let indicators = match indicators {
            [] => &["closes", "mean-5", "volume", "price-earnings"],
            some => some,
        };
        let days = days.unwrap_or(10).clamp(1, 30);
        self.made.chosen.iter().map(|it| self.data[it.index()].told(indicators, days)).collect()
    }

    /// Makes orders of what was told; says whether one was cut.
    fn order(&mut self, told: &[Told]) -> bool {
        let quirks = self.bdi().social.quirks;
        let mut wishes = Vec::new();
        let mut wants = Vec::new();
        for it in told {
            let unreadable = |why| Wish::Unreadable { why, words: it.words.clone() };
            let Some(stock) = it.stock else {
                wishes.push(unreadable(Unreadable::UnknownStock));
                continue;
            };
            let position = &self.account.positions[stock.index()];
            let limit = if quirks.drawn_price > 0.0 {
                let bell = self.bells[stock.index()];
                Some(sizing::drawn(position, quirks.drawn_price, bell, self.account.tick))
            } else {
                it.price
            };
            let (Some(size), Some(limit)) = (it.size, limit) else {
                wishes.push(unreadable(Unreadable::BadNumber));
                continue;
            };
            wants.push(Want { stock: stock.index(), side: it.side, size, limit });
        }
        let sized = if quirks.free_weight {
            let chosen = |at: usize| match self.bdi().plan {
                Plan::Faithful => self.made.chosen.iter().any(|it| it.index() == at),
                _ => {
                    self.looked_at.iter().any(|it| it.index() == at)
                        && wants.iter().any(|it| it.stock == at)
                }
            };
            // What cannot be an order is none.
            wishes.clear();
            self.account.within_weights(&wants, chosen, quirks.least_lot)
        } else {
            self.account.as_asked(&wants, quirks.least_lot)
        };
        wishes.extend(sized.into_iter().map(|it| Wish::Order {
            stock: StockId(u16::try_from(it.stock).expect("the place of a stock")),
            side: it.side,
            qty: it.qty,
            price: it.limit,
        }));
        let mut clipped = 0;
        if let Some(purse) = &mut self.purse {
            clipped = wishes.iter_mut().map(|it| purse.clip(it)).filter(|it| *it).count();
        }
        self.made.wishes = wishes;
        clipped > 0
    }

    /// What all of it came to.
    fn done(self) -> Decision {
        let Self { trader, made, exposures, .. } = self;
        let belief = made.points.unwrap_or(self.belief);
        let mut statements = Vec::new();
        let mut state = |speech, belief, text: &str| {
            let text = answer::kept(text);
            statements.push(Statement { trader, speech, belief, text });
        };
        for (post, it) in &made.reactions {
            let (speech, told) = match it.action {
                Action::Repost => (Speech::Repost(*post), Some(belief)),
                Action::Like => (Speech::Like(*post), None),
                Action::Unlike => (Speech::Unlike(*post), None),
                Action::Nothing => continue,
            };
            state(speech, told, &it.reason);
        }
        if made.points.is_some() {
            state(Speech::Thought, Some(belief), made.words.as_deref().unwrap_or_default());
        }
        if let Some(post) = &made.post {
            state(Speech::Post, Some(belief), post);
        }
        Decision {
            trader,
            wishes: made.wishes,
            reason: made.reason,
            fallback: made.fallback,
            statements,
            exposures,
        }
    }
}

impl Said {
    /// The words of it that a reader of the run file looks for.
    fn gist(&self) -> Option<&str> {
        match self {
            Self::Words(words) => Some(words),
            Self::Fields(it) => {
                let reaction = it.reactions.first().map(|it| it.reason.as_str());
                let all = [it.reason.as_deref(), it.belief.as_deref(), it.view.as_deref()];
                let all = all.into_iter().chain([it.post.as_deref(), reaction]).flatten();
                all.into_iter().find(|it| !it.trim().is_empty()).map(str::trim)
            }
        }
    }
}
