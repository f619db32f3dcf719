//! One social day of a whole society, beside the naive one that builds the full network.
//!
//! Users have three favourite topics of ten and trade in each of them on most days; everybody posts
//! once a day and reacts to about four of the five posts that they are shown. A society is brought
//! to its third week outside the timer, so that the window of 14 days is full; each pass plays the
//! next day: decay, trades, the network, the top tenth by degree, ranking, a feed for everybody,
//! who saw what, reactions, posts. Criterion's times are of the clock on the wall, on all threads;
//! what is said before, part by part, is processor time of all threads, the least of three days.

#[path = "../tests/support/naive.rs"]
#[expect(dead_code, reason = "the tests ask for more")]
#[expect(clippy::float_cmp, reason = "the same sums are the same numbers")]
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "small numbers")]
mod naive;

use std::hint::black_box;
use std::time::Duration;

use asfm_social::{
    Audience, Exposure, FeedOptions, Forum, Network, NetworkOptions, PostId, UserId,
};
use cpu_time::ProcessTime;
use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};

const TOPICS: u32 = 10;
const DAYS_BEFORE: u32 = 20;

/// A number that is the same whenever it is asked for.
fn draw(user: u32, day: u32, what: u32, n: u32) -> u32 {
    let x = (u64::from(user) << 32 | u64::from(day) << 8 | u64::from(what))
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    u32::try_from(((x >> 32) * u64::from(n)) >> 32).expect("below n")
}

/// What a user trades in on a day: each favourite nine days of ten.
fn traded(user: u32, day: u32) -> impl Iterator<Item = u32> {
    let is_on = move |at: &u32| draw(user, day, *at, 10) < 9;
    (0..3).filter(is_on).map(move |at| draw(user, 0, at, TOPICS))
}

#[derive(Clone)]
struct Society {
    day: u32,
    network: Network,
    forum: Forum,
    audience: Audience,
    readers: Vec<UserId>,
}

impl Society {
    fn new(users: u32) -> Self {
        let mut it = Self {
            day: 0,
            network: Network::new(users, TOPICS, NetworkOptions::default()).expect("sound"),
            forum: Forum::new(users),
            audience: Audience::new(users, FeedOptions::default()).expect("sound"),
            readers: (0..users).map(UserId).collect(),
        };
        for _ in 0..DAYS_BEFORE {
            it.live(&mut |_, _| {});
        }
        it
    }

    /// One day; `lap` hears what is done and how long it took.
    fn live(&mut self, lap: &mut impl FnMut(&'static str, Duration)) -> Vec<Exposure> {
        self.day += 1;
        let day = self.day;
        let mut since = ProcessTime::now();
        let mut lap = |what| {
            lap(what, since.elapsed());
            since = ProcessTime::now();
        };
        self.network.advance(day).expect("the next day");
        for user in &self.readers {
            for topic in traded(user.0, day) {
                self.network.trade(*user, topic).expect("a topic");
            }
        }
        lap("decay, trades");
        let graph = self.network.graph();
        lap("network");
        black_box(graph.degrees().top(self.readers.len() / 10));
        lap("top users");
        let ranking = self.audience.rank(&graph, &self.forum, day).expect("of one size");
        lap("ranking");
        let shown = ranking.feeds(&self.readers).expect("readers");
        lap("feeds");
        self.audience.see(&shown).expect("readers");
        lap("who saw what");
        for it in &shown {
            let (user, post) = (it.reader, it.post);
            match draw(user.0, day, 100 + it.rank, 10) {
                0..7 => self.forum.like(user, post, day),
                7 => self.forum.unlike(user, post, day),
                _ => Ok(()),
            }
            .expect("a post");
        }
        lap("reactions");
        for user in &self.readers {
            let id = PostId(self.forum.len() + 1);
            let reposts = draw(user.0, day, 200, 20) == 0 && !self.forum.is_empty();
            if reposts {
                let of =
                    PostId(self.forum.len() - draw(user.0, day, 201, self.forum.len()).min(99));
                self.forum.repost(id, *user, of, day).expect("a post");
            } else {
                self.forum.post(id, *user, day).expect("a post");
            }
        }
        lap("posts");
        shown
    }
}

/// What a society of a thousand would be shown, from all its trades and posts, each pair compared.
fn naive_day(
    users: u32,
    day: u32,
    trades: &[naive::Trade],
    posts: &[naive::Post],
    scores: &[(u32, u32)],
) -> usize {
    let weights = naive::weights(users as usize, TOPICS as usize, trades, day, 0.5);
    let links = naive::links(&weights, 0.2);
    let mut degrees: Vec<usize> = (0..users as usize).collect();
    degrees.sort_by_key(|it| usize::MAX - links[*it].len());
    black_box(&degrees);
    // All neighbours' posts of the window, sorted.
    let mut by_author: Vec<Vec<usize>> = vec![Vec::new(); users as usize];
    for (at, it) in posts.iter().enumerate().filter(|it| day - it.1.day <= 14) {
        by_author[it.author as usize].push(at);
    }
    let mut n_shown = 0;
    for links in &links {
        let candidates = links.iter().flat_map(|it| &by_author[it.0]);
        let mut all: Vec<(f64, usize)> = candidates
            .map(|at| {
                let net = i64::from(scores[*at].0) - i64::from(scores[*at].1);
                (naive::hot(net, day - posts[*at].day), *at)
            })
            .collect();
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        all.truncate(5);
        n_shown += black_box(all).len();
    }
    n_shown
}

fn social_day(c: &mut Criterion) {
    let mut group = c.benchmark_group("social_day");
    group.sample_size(10).warm_up_time(Duration::from_millis(500));
    for users in [1_000, 10_000, 100_000] {
        let before = Society::new(users);
        let density = before.network.graph().connectivity().density;
        let mut laps: Vec<(&str, Duration)> = Vec::new();
        for _ in 0..3 {
            let mut at = 0;
            before.clone().live(&mut |what, took| {
                match laps.get_mut(at) {
                    Some((_, least)) => *least = took.min(*least),
                    None => laps.push((what, took)),
                }
                at += 1;
            });
        }
        let sum: Duration = laps.iter().map(|it| it.1).sum();
        let laps: Vec<String> = laps.iter().map(|it| format!("{} {:.2?}", it.0, it.1)).collect();
        let laps = laps.join(", ");
        report(&format!("{users} users, density {density:.3}: {sum:.2?}: {laps}"));
        group.bench_function(BenchmarkId::new("asfm-social", users), |b| {
            b.iter_batched_ref(
                || before.clone(),
                |it| it.live(&mut |_, _| {}),
                BatchSize::PerIteration,
            );
        });
        if users == 1_000 {
            let trades: Vec<naive::Trade> = (1..=before.day)
                .flat_map(|day| {
                    (0..users)
                        .flat_map(move |user| traded(user, day).map(move |it| (user, it, day)))
                })
                .map(|(user, topic, day)| naive::Trade {
                    user: user as usize,
                    topic: topic as usize,
                    day,
                })
                .collect();
            let (posts, scores): (Vec<_>, Vec<_>) = before
                .forum
                .posts()
                .map(|it| {
                    let post = naive::Post { author: it.author.0, day: it.day, parent: None };
                    (post, (it.likes, it.unlikes))
                })
                .unzip();
            group.bench_function(BenchmarkId::new("naive", users), |b| {
                b.iter(|| naive_day(users, before.day + 1, &trades, &posts, &scores));
            });
        }
    }
    group.finish();
}

#[expect(clippy::print_stderr, reason = "a bench speaks")]
fn report(line: &str) {
    eprintln!("{line}");
}

criterion_group!(benches, social_day);
criterion_main!(benches);
