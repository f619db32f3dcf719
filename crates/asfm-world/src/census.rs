//! A made-up population with the counts of the published one.
//!
//! The counts are those of TwinMarket's database of 1000 traders (Yang et al. 2025). For any other
//! number they are split by largest remainders, trait by trait; strategy goes with turnover and
//! user type with wealth as there, and all else is dealt out independently.

use asfm_engine::{Draws, Seed};

use crate::amount::{Amount, rounded};
use crate::apportion::{apportion, choose};
use crate::chance::{Part, pick, shuffle, stream};
use crate::listed::Listed;
use crate::people::{BELIEFS, Kind, People, Person};
use crate::recipe::Mode;
use crate::wealth::{self, Means, Turnover};

/// A trait: its levels, and how many of 1000 have each.
type Table = [(&'static str, u32)];

const GENDER: &Table = &[("male", 941), ("female", 59)];
const LOCATION: &Table = &[
    ("Shanghai", 208),
    ("Beijing", 185),
    ("Hong Kong", 140),
    ("Guangdong", 130),
    ("Hunan", 129),
    ("Shandong", 71),
    ("Zhejiang", 52),
    ("Hubei", 50),
    ("Hebei", 35),
];
const DISPOSITION: &Table = &[("low", 333), ("mid", 338), ("high", 329)];
const LOTTERY: &Table = &[("low", 643), ("mid", 59), ("high", 298)];
const DIVERSIFICATION: &Table = &[("low", 322), ("mid", 678)];
const TRADE_COUNT: &Table = &[("low", 332), ("mid", 371), ("high", 297)];
const RETURN: &Table = &[("low", 343), ("mid", 360), ("high", 297)];
const ATTITUDE: &Table = &[("optimistic", 401), ("neutral", 113), ("pessimistic", 486)];

const USER_TYPE: &Table = &[("big-v", 11), ("blogger", 77), ("ordinary", 912)];
/// How many of each user type have 100 million.
const RICH_BY_USER_TYPE: [u32; 3] = [11, 29, 229];
/// 10 million and 100 million.
const CAPITAL: &[u32] = &[731, 269];
const STRATEGY: &[u32] = &[600, 400];
const TURNOVER: &Table = &[("low", 371), ("mid", 330), ("high", 299)];
/// How many of each turnover are technical traders.
const TECHNICAL_BY_TURNOVER: [u32; 3] = [136, 209, 255];
/// How many instruments are held.
const HOLDINGS: [(usize, u32); 4] = [(2, 330), (3, 343), (4, 314), (0, 13)];

/// The traits of a made-up trader, in the order of the columns.
pub(crate) const TRAITS: [&str; 12] = [
    "strategy",
    "gender",
    "location",
    "user-type",
    "disposition",
    "lottery",
    "diversification",
    "turnover",
    "trade-count",
    "return",
    "sectors",
    "attitude",
];

fn counts(table: &Table) -> Vec<u32> {
    table.iter().map(|it| it.1).collect()
}

/// The levels of a trait, each as often as it occurs among `n`.
fn levels(table: &Table, n: u32) -> impl Iterator<Item = &'static str> {
    let each = apportion(n, &counts(table));
    table.iter().zip(each).flat_map(|(it, times)| std::iter::repeat_n(it.0, times as usize))
}

/// What goes together: strategy and turnover of one, capital and user type of another list.
#[derive(Debug, Clone, Copy)]
struct Core {
    strategy: &'static str,
    turnover: &'static str,
    capital: Amount,
    user_type: &'static str,
}

/// A list of pairs in a random order: level `i` of `table` with `first` `chosen[i]` times, with
/// `second` otherwise.
fn paired(
    table: &Table,
    sizes: &[u32],
    chosen: &[u32],
    draws: &mut Draws,
) -> [Vec<&'static str>; 2] {
    let mut lists = [Vec::new(), Vec::new()];
    for ((it, size), chosen) in table.iter().zip(sizes).zip(chosen) {
        lists[0].extend(std::iter::repeat_n(it.0, *chosen as usize));
        lists[1].extend(std::iter::repeat_n(it.0, (size - chosen) as usize));
    }
    for it in &mut lists {
        shuffle(it, draws);
    }
    lists
}

/// The traders' strategy, turnover, capital and user type, kind by kind.
fn cores(n: u32, seed: Seed) -> Vec<Core> {
    let mut draws = stream(seed, Part::People, 0);
    let by_strategy = apportion(n, STRATEGY);
    let by_turnover = apportion(n, &counts(TURNOVER));
    let by_user_type = apportion(n, &counts(USER_TYPE));
    let rich = apportion(n, CAPITAL)[1];
    let technical = choose(by_strategy[0], &by_turnover, &TECHNICAL_BY_TURNOVER, &counts(TURNOVER));
    let rich_users = choose(rich, &by_user_type, &RICH_BY_USER_TYPE, &counts(USER_TYPE));
    let turnovers = paired(TURNOVER, &by_turnover, &technical, &mut draws);
    let [rich_list, poor_list] = paired(USER_TYPE, &by_user_type, &rich_users, &mut draws);
    let rich_kinds = choose(rich, &by_strategy, &[CAPITAL[1]; 2], &[1_000; 2]);
    let (mut rich_list, mut poor_list) = (rich_list.into_iter(), poor_list.into_iter());
    let mut all = Vec::with_capacity(n as usize);
    let strategies = ["technical", "fundamental"];
    for ((strategy, turnovers), rich) in strategies.into_iter().zip(turnovers).zip(rich_kinds) {
        let poor = turnovers.len() - rich as usize;
        let poor = (&mut poor_list).take(poor).map(|it| (it, Amount::whole(10_000_000)));
        let users: Vec<_> = poor
            .chain((&mut rich_list).take(rich as usize).map(|it| (it, Amount::whole(100_000_000))))
            .collect();
        all.extend(turnovers.into_iter().zip(users).map(|(turnover, (user_type, capital))| Core {
            strategy,
            turnover,
            capital,
            user_type,
        }));
    }
    all
}

/// A population of `n` over what is listed.
pub(crate) fn people(n: u32, seed: Seed, mode: Mode, listed: &[Listed]) -> People {
    let mut who = 0;
    let mut dealt = |table: &Table| {
        who += 1;
        let mut it: Vec<&'static str> = levels(table, n).collect();
        shuffle(&mut it, &mut stream(seed, Part::People, who));
        it
    };
    let (gender, location) = (dealt(GENDER), dealt(LOCATION));
    let (disposition, lottery) = (dealt(DISPOSITION), dealt(LOTTERY));
    let (diversification, trades) = (dealt(DIVERSIFICATION), dealt(TRADE_COUNT));
    let (returns, attitude) = (dealt(RETURN), dealt(ATTITUDE));
    let mut holdings: Vec<usize> = Vec::new();
    for (it, times) in HOLDINGS.iter().zip(apportion(n, &HOLDINGS.map(|it| it.1))) {
        holdings.extend(std::iter::repeat_n(it.0, times as usize));
    }
    shuffle(&mut holdings, &mut stream(seed, Part::People, 100));
    let cash_shares = wealth::cash_shares(&holdings, &mut stream(seed, Part::People, 101));

    let mut people = Vec::with_capacity(n as usize);
    let mut kinds: Vec<Kind> = Vec::new();
    for (at, core) in cores(n, seed).into_iter().enumerate() {
        let who = at as u64;
        let mut draws = stream(seed, Part::Wealth, who);
        let chosen = chosen(listed.len(), holdings[at], &mut draws);
        let means = Means {
            capital: core.capital,
            cash_share: cash_shares[at],
            turnover: Turnover::of(core.turnover),
            mode,
        };
        let stocks = if holdings[at] == 0 { &[][..] } else { &chosen[..] };
        let (cash, held) = wealth::endow(&means, stocks, listed, &mut draws);
        let mut sectors: Vec<&str> = Vec::new();
        for it in chosen.iter().map(|&it| listed[it].sector.as_str()) {
            if !sectors.contains(&it) {
                sectors.push(it);
            }
        }
        let mut traits = [
            core.strategy,
            gender[at],
            location[at],
            core.user_type,
            disposition[at],
            lottery[at],
            diversification[at],
            core.turnover,
            trades[at],
            returns[at],
            &sectors.join(";"),
            attitude[at],
        ]
        .map(str::to_owned)
        .to_vec();
        traits.extend(beliefs(attitude[at], &mut stream(seed, Part::Beliefs, who)));
        let kind = Kind::of(core.strategy, core.capital);
        people.push(Person { kind: kind.name.clone(), cash, held, traits });
        if kinds.last() != Some(&kind) {
            kinds.push(kind);
        }
    }
    let traits = TRAITS.iter().chain(&BELIEFS).map(|it| (*it).to_owned()).collect();
    People { kinds, traits, all: people }
}

/// The stocks that somebody holds or, holding none, follows; in the order of the stocks.
fn chosen(stocks: usize, holdings: usize, draws: &mut Draws) -> Vec<usize> {
    let wanted = if holdings == 0 { *pick(&[2, 3, 4], draws) } else { holdings };
    let mut all: Vec<usize> = (0..stocks).collect();
    shuffle(&mut all, draws);
    all.truncate(wanted);
    all.sort_unstable();
    all
}

/// The five numbers of a belief, around an attitude.
pub(crate) fn beliefs(attitude: &str, draws: &mut Draws) -> [String; 5] {
    let middle = match attitude {
        "optimistic" => 68.0,
        "pessimistic" => 32.0,
        _ => 50.0,
    } + 6.0 * draws.bell();
    BELIEFS.map(|_| rounded((middle + 7.0 * draws.bell()).clamp(0.0, 100.0)).to_string())
}
