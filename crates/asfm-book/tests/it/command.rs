//! Random commands: few prices, few traders, ids that are live, dead and never issued.

use asfm_book::{
    Auction, AuctionRule, Book, BookOptions, ContinuousPrice, Event, IdRule, LimitOrder,
    MarketOrder, OrderId, Qty, Refusal, Rest, SelfTrade, Side, Tick, TieBreak, TimeInForce,
    TraderId,
};
use proptest::prelude::*;

use crate::model::Model;

/// What is sent to a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Limit(LimitOrder),
    Market(MarketOrder),
    Cancel(OrderId),
    Replace(OrderId, Qty, Tick),
    Collect,
    Uncross(AuctionRule),
    Clear,
}

/// What is sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Order(Result<Rest, Refusal>),
    Cancel(Result<Qty, Refusal>),
    Auction(Auction),
    Done,
}

/// A command before its ids are known.
#[derive(Clone, Debug)]
pub(crate) enum Draft {
    Limit {
        id: NewId,
        trader: u32,
        side: Side,
        qty: Qty,
        price: Tick,
        tif: TimeInForce,
        post_only: bool,
    },
    Market {
        id: NewId,
        trader: u32,
        side: Side,
        qty: Qty,
    },
    Cancel(Target),
    Replace(Target, Qty, Option<Tick>),
    Collect,
    Uncross(AuctionRule),
    Clear,
}

#[derive(Clone, Debug)]
pub(crate) enum NewId {
    Fresh,
    Repeated(u64),
}

/// An order that is meant.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// One that rests.
    Live(prop::sample::Index),
    /// One that was sent, or not yet.
    Any(u64),
}

/// How the numbers 1, 2, 3, … become ids.
#[derive(Clone, Copy, Debug)]
pub(crate) enum IdScheme {
    Dense,
    Gaps,
    Offset,
    Scattered,
    Descending,
}

/// A book, and streams of commands that suit it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) options: BookOptions,
    pub(crate) commands: Vec<Command>,
}

/// The number of cases a property is tried on: a campaign sets `ASFM_FUZZ_CASES`.
pub(crate) fn cases(n_cases: u32) -> ProptestConfig {
    let given = |name| std::env::var(name).ok().and_then(|it| it.parse().ok());
    let n_cases = given("ASFM_FUZZ_CASES").or_else(|| given("PROPTEST_CASES")).unwrap_or(n_cases);
    ProptestConfig::with_cases(n_cases)
}

/// Anything at all.
pub(crate) fn case(n_commands_max: usize) -> impl Strategy<Value = Case> {
    let drafts = prop::collection::vec(draft(any_price(), qty()), 1..n_commands_max);
    (options(), id_scheme(), drafts).prop_map(|(options, scheme, drafts)| Case {
        options,
        commands: resolve(options, scheme, &drafts),
    })
}

/// Prices from 95 to 105, and at most 20 shares an order.
pub(crate) fn calm_case(n_commands_max: usize) -> impl Strategy<Value = Case> {
    let drafts = prop::collection::vec(draft(near_price(), few()), 1..n_commands_max);
    (options(), drafts).prop_map(|(options, drafts)| Case {
        options,
        commands: resolve(options, IdScheme::Dense, &drafts),
    })
}

/// Orders for one auction: limits, some of which are cancelled or replaced.
pub(crate) fn auction(n_commands_max: usize) -> impl Strategy<Value = Case> {
    let change = prop_oneof![
        8 => limit(near_price(), few()),
        1 => cancel(),
        1 => replace(near_price(), few()),
    ];
    let drafts = prop::collection::vec(change, 1..n_commands_max);
    (options(), drafts).prop_map(|(options, mut drafts)| {
        drafts.insert(0, Draft::Collect);
        Case { options, commands: resolve(options, IdScheme::Dense, &drafts) }
    })
}

pub(crate) fn options() -> impl Strategy<Value = BookOptions> {
    let self_trade = prop_oneof![
        2 => Just(SelfTrade::Allow),
        1 => Just(SelfTrade::CancelNewest),
        1 => Just(SelfTrade::CancelOldest),
    ];
    let continuous = prop_oneof![Just(ContinuousPrice::Maker), Just(ContinuousPrice::Midpoint)];
    let ids = prop_oneof![2 => Just(IdRule::New), 1 => Just(IdRule::Vacant)];
    (self_trade, continuous, ids).prop_map(|(self_trade, continuous, ids)| BookOptions {
        self_trade,
        continuous,
        ids,
    })
}

pub(crate) fn rule() -> impl Strategy<Value = AuctionRule> {
    let tie = prop_oneof![
        3 => Just(TieBreak::Reference),
        1 => Just(TieBreak::Middle),
        1 => Just(TieBreak::Pressure),
        1 => Just(TieBreak::Lowest),
        1 => Just(TieBreak::Highest),
    ];
    let reference = prop::option::of(prop_oneof![8 => near_price(), 1 => any_price()]);
    let uniform =
        (tie, reference).prop_map(|(tie, reference)| AuctionRule::Uniform { tie, reference });
    prop_oneof![1 => Just(AuctionRule::Midpoint), 3 => uniform]
}

pub(crate) fn near_price() -> impl Strategy<Value = Tick> + Clone {
    (95..=105u32).prop_map(Tick)
}

fn any_price() -> impl Strategy<Value = Tick> + Clone {
    prop_oneof![
        80 => near_price(),
        12 => (1..=3_000u32).prop_map(Tick),
        5 => (1..=u32::MAX).prop_map(Tick),
        1 => Just(Tick(1)),
        1 => Just(Tick(u32::MAX)),
        1 => Just(Tick(0)),
    ]
}

fn few() -> impl Strategy<Value = Qty> + Clone {
    (1..=20u32).prop_map(|shares| Qty::new(shares).expect("at least one"))
}

fn qty() -> impl Strategy<Value = Qty> + Clone {
    prop_oneof![60 => few(), 1 => Just(Qty::new(u32::MAX).expect("not zero"))]
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

fn id_scheme() -> impl Strategy<Value = IdScheme> {
    prop_oneof![
        4 => Just(IdScheme::Dense),
        1 => Just(IdScheme::Gaps),
        1 => Just(IdScheme::Offset),
        1 => Just(IdScheme::Scattered),
        1 => Just(IdScheme::Descending),
    ]
}

fn new_id() -> impl Strategy<Value = NewId> {
    prop_oneof![30 => Just(NewId::Fresh), 1 => (1..=20u64).prop_map(NewId::Repeated)]
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        4 => any::<prop::sample::Index>().prop_map(Target::Live),
        1 => (1..=200u64).prop_map(Target::Any),
    ]
}

fn limit(
    price: impl Strategy<Value = Tick>,
    qty: impl Strategy<Value = Qty>,
) -> impl Strategy<Value = Draft> {
    let tif = prop_oneof![
        8 => Just(TimeInForce::Day),
        1 => Just(TimeInForce::Ioc),
        1 => Just(TimeInForce::Fok),
    ];
    let post_only = prop::bool::weighted(0.05);
    (new_id(), 0..4u32, side(), qty, price, tif, post_only).prop_map(
        |(id, trader, side, qty, price, tif, post_only)| Draft::Limit {
            id,
            trader,
            side,
            qty,
            price,
            tif,
            post_only,
        },
    )
}

fn cancel() -> impl Strategy<Value = Draft> {
    target().prop_map(Draft::Cancel)
}

fn replace(
    price: impl Strategy<Value = Tick>,
    qty: impl Strategy<Value = Qty>,
) -> impl Strategy<Value = Draft> {
    let price = prop_oneof![1 => Just(None), 1 => price.prop_map(Some)];
    (target(), qty, price).prop_map(|(target, qty, price)| Draft::Replace(target, qty, price))
}

fn draft(
    price: impl Strategy<Value = Tick> + Clone,
    qty: impl Strategy<Value = Qty> + Clone,
) -> impl Strategy<Value = Draft> {
    let market = (new_id(), 0..4u32, side(), qty.clone())
        .prop_map(|(id, trader, side, qty)| Draft::Market { id, trader, side, qty });
    prop_oneof![
        60 => limit(price.clone(), qty.clone()),
        6 => market,
        12 => cancel(),
        12 => replace(price, qty),
        4 => Just(Draft::Collect),
        5 => rule().prop_map(Draft::Uncross),
        1 => Just(Draft::Clear),
    ]
}

/// Gives the ids, playing the commands on a model to know which orders rest.
fn resolve(options: BookOptions, scheme: IdScheme, drafts: &[Draft]) -> Vec<Command> {
    let mut model = Model::new(options);
    let mut n_ids = 0;
    let mut commands = Vec::new();
    for draft in drafts {
        let mut new = |id: &NewId| match *id {
            NewId::Repeated(number) if number <= n_ids => scheme.id(number),
            _ => {
                // Where ids may come again, the first that is vacant is taken.
                let live = model.live();
                let is_vacant = |number: &u64| {
                    options.ids == IdRule::Vacant && !live.contains(&scheme.id(*number))
                };
                let number = (1..=n_ids).find(is_vacant).unwrap_or(n_ids + 1);
                n_ids = n_ids.max(number);
                scheme.id(number)
            }
        };
        let meant = |target: &Target| match target {
            Target::Any(number) => scheme.id(*number),
            Target::Live(index) => {
                let live = model.live();
                if live.is_empty() { scheme.id(1) } else { live[index.index(live.len())] }
            }
        };
        let command = match *draft {
            Draft::Limit { ref id, trader, side, qty, price, tif, post_only } => {
                let (id, trader) = (new(id), TraderId(trader));
                Command::Limit(LimitOrder { id, trader, side, qty, price, tif, post_only })
            }
            Draft::Market { ref id, trader, side, qty } => {
                Command::Market(MarketOrder { id: new(id), trader: TraderId(trader), side, qty })
            }
            Draft::Cancel(ref target) => Command::Cancel(meant(target)),
            Draft::Replace(ref target, qty, price) => {
                let id = meant(target);
                Command::Replace(id, qty, price.unwrap_or_else(|| model.price(id)))
            }
            Draft::Collect => Command::Collect,
            Draft::Uncross(rule) => Command::Uncross(rule),
            Draft::Clear => Command::Clear,
        };
        model.play(command, &mut Vec::new());
        commands.push(command);
    }
    commands
}

impl IdScheme {
    fn id(self, number: u64) -> OrderId {
        let id = match self {
            Self::Dense => number,
            Self::Gaps => 40 * number,
            Self::Offset => 20_261_100_000_000 + number,
            Self::Scattered if number.is_multiple_of(3) => number,
            Self::Scattered => number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            Self::Descending => u64::MAX - number,
        };
        OrderId::new(id).expect("schemes give no zero")
    }
}

/// A book and its model answer the same commands.
pub(crate) trait Play {
    fn play(&mut self, command: Command, events: &mut Vec<Event>) -> Answer;
}

macro_rules! play {
    ($market:ty) => {
        impl Play for $market {
            fn play(&mut self, command: Command, events: &mut Vec<Event>) -> Answer {
                match command {
                    Command::Limit(order) => Answer::Order(self.limit(order, events)),
                    Command::Market(order) => Answer::Order(self.market(order, events)),
                    Command::Cancel(id) => Answer::Cancel(self.cancel(id, events)),
                    Command::Replace(id, qty, price) => {
                        Answer::Order(self.replace(id, qty, price, events))
                    }
                    Command::Uncross(rule) => Answer::Auction(self.uncross(rule, events)),
                    Command::Collect => {
                        self.collect();
                        Answer::Done
                    }
                    Command::Clear => {
                        self.clear();
                        Answer::Done
                    }
                }
            }
        }
    };
}

play!(Book);
play!(Model);
