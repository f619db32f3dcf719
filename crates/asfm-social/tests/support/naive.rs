//! A society too simple to be wrong: it keeps every event and computes everything anew.

/// Somebody traded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trade {
    pub(crate) user: usize,
    pub(crate) topic: usize,
    pub(crate) day: u32,
}

/// Every user's weights: the sum of exp(-decay x age).
pub(crate) fn weights(
    users: usize,
    topics: usize,
    trades: &[Trade],
    day: u32,
    decay: f64,
) -> Vec<Vec<f64>> {
    let mut weights = vec![vec![0.0; topics]; users];
    for it in trades {
        weights[it.user][it.topic] += (-decay * f64::from(day - it.day)).exp();
    }
    weights
}

pub(crate) fn similarity(u: &[f64], v: &[f64]) -> f64 {
    let least: f64 = u.iter().zip(v).map(|(u, v)| u.min(*v)).sum();
    let most: f64 = u.iter().zip(v).map(|(u, v)| u.max(*v)).sum();
    if most > 0.0 { least / most } else { 0.0 }
}

/// Every pair that is linked, with its similarity, from both sides.
pub(crate) fn links(weights: &[Vec<f64>], threshold: f64) -> Vec<Vec<(usize, f64)>> {
    let mut links = vec![Vec::new(); weights.len()];
    for u in 0..weights.len() {
        for v in 0..weights.len() {
            let similarity = similarity(&weights[u], &weights[v]);
            if u != v && similarity > threshold {
                links[u].push((v, similarity));
            }
        }
    }
    links
}

/// A post; ids are places in the list, from 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Post {
    pub(crate) author: u32,
    pub(crate) day: u32,
    pub(crate) parent: Option<usize>,
}

/// Somebody liked or unliked a post.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reaction {
    pub(crate) user: u32,
    pub(crate) post: usize,
    pub(crate) is_like: bool,
}

/// Likes and unlikes that stand, post by post, the later replacing the earlier, chains included.
pub(crate) fn standing(posts: &[Post], reactions: &[Reaction]) -> Vec<(u32, u32)> {
    let mut counts = vec![(0, 0); posts.len()];
    for (at, it) in reactions.iter().enumerate() {
        let is_same = |other: &&Reaction| (other.user, other.post) == (it.user, it.post);
        if reactions[at + 1..].iter().find(is_same).is_some() {
            continue;
        }
        let mut post = Some(it.post);
        while let Some(id) = post {
            let (likes, unlikes) = &mut counts[id - 1];
            *(if it.is_like { likes } else { unlikes }) += 1;
            post = posts[id - 1].parent;
        }
    }
    counts
}

pub(crate) fn hot(net: i64, age: u32) -> f64 {
    let days = f64::from(age).max(0.1);
    if net > 0 { libm::log10(net as f64 + 1.0) / libm::pow(days + 1.0, 1.8) } else { -days }
}

/// The places of a tie group in one reader's order, as the documentation says.
pub(crate) fn spread(len: u64, reader: u32, oldest: u32, day: u32) -> Vec<u64> {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |x: u64| {
        let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    let divides_both = |a: u64, it: u64| a.is_multiple_of(it) && len.is_multiple_of(it);
    let is_coprime = |a: u64| (2..=a).all(|it| !divides_both(a, it));
    let first = mix(mix((u64::from(reader) << 32 | u64::from(oldest)).wrapping_add(STEP))
        .wrapping_add(u64::from(day)));
    let second = mix(first.wrapping_add(STEP));
    let start = ((first >> 32) * len) >> 32;
    if len < 2 {
        return (0..len).collect();
    }
    let mut stride = 1 + (((second >> 32) * (len - 1)) >> 32);
    while !is_coprime(stride) {
        stride = if stride == len - 1 { 1 } else { stride + 1 };
    }
    if second % 2 == 1 {
        stride = len - stride;
    }
    (0..len).map(|turn| (start + turn * stride) % len).collect()
}

/// One reader's feed: every post that may be shown, in order; `is_shown(author, id)` says which may.
pub(crate) fn feed(
    posts: &[Post],
    scores: &[(u32, u32)],
    (reader, day): (u32, u32),
    (window, is_spread): (Option<u32>, bool),
    is_shown: impl Fn(u32, usize) -> bool,
) -> Vec<usize> {
    let mut hottest: Vec<(f64, usize)> = Vec::new();
    for (at, post) in posts.iter().enumerate() {
        let age = day - post.day;
        if window.is_none_or(|it| age <= it) {
            let (likes, unlikes) = scores[at];
            hottest.push((hot(i64::from(likes) - i64::from(unlikes), age), at + 1));
        }
    }
    hottest.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut all = Vec::new();
    for group in hottest.chunk_by(|a, b| a.0 == b.0) {
        let len = group.len() as u64;
        let places = if is_spread {
            spread(len, reader, group[0].1 as u32, day)
        } else {
            (0..len).collect()
        };
        all.extend(places.into_iter().map(|it| group[it as usize].1));
    }
    all.retain(|id| posts[id - 1].author != reader && is_shown(posts[id - 1].author, *id));
    all
}
