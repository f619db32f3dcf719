//! The network against every trade weighed anew.

use asfm_social::{
    DegreeKind, Error, IsolateRule, Network, NetworkOptions, UserId, weighted_jaccard,
};
use proptest::prelude::*;

use crate::naive::{self, Trade};

const TOPICS: usize = 5;

/// Trades, in the order of days.
fn trades() -> impl Strategy<Value = (usize, Vec<Trade>)> {
    (1_usize..24).prop_flat_map(|users| {
        let trade = (0..users, 0..TOPICS, 0_u32..12).prop_map(|(user, topic, day)| Trade {
            user,
            topic,
            day,
        });
        let trades = prop::collection::vec(trade, 0..80).prop_map(|mut trades| {
            trades.sort_by_key(|it| it.day);
            trades
        });
        (Just(users), trades)
    })
}

fn played(users: usize, trades: &[Trade], day: u32, options: NetworkOptions) -> Network {
    let mut network = Network::new(users as u32, TOPICS as u32, options).unwrap();
    for it in trades {
        network.advance(it.day).unwrap();
        network.trade(UserId(it.user as u32), it.topic as u32).unwrap();
    }
    network.advance(day).unwrap();
    network
}

proptest! {
    #[test]
    fn every_pair_is_as_similar_as_its_trades(
        (users, trades) in trades(),
        later in 0_u32..5,
        decay in prop::sample::select(vec![0.0, 0.05, 0.5, 2.0]),
        threshold in prop::sample::select(vec![0.0, 0.1, 0.2, 0.6]),
    ) {
        let options = NetworkOptions { threshold, decay, ..NetworkOptions::default() };
        let day = 11 + later;
        let network = played(users, &trades, day, options);
        let graph = network.graph();
        let weights = naive::weights(users, TOPICS, &trades, day, decay);
        let mut degrees = vec![0; users];
        let mut parts: Vec<usize> = (0..users).collect();
        for u in 0..users {
            for v in 0..users {
                let (a, b) = (UserId(u as u32), UserId(v as u32));
                let found = network.similarity(a, b).unwrap();
                let expected = naive::similarity(&weights[u], &weights[v]);
                prop_assert!((found - expected).abs() < 1e-12, "{found} and {expected}");
                prop_assert!((0.0..=1.0).contains(&found));
                prop_assert_eq!(found, network.similarity(b, a).unwrap());
                prop_assert_eq!(found, graph.similarity(a, b).unwrap());
                let is_linked = u != v && found > threshold;
                prop_assert_eq!(graph.is_linked(a, b).unwrap(), is_linked);
                if is_linked {
                    degrees[u] += 1;
                    let (from, to) = (parts[u], parts[v]);
                    parts.iter_mut().filter(|it| **it == from).for_each(|it| *it = to);
                }
            }
        }
        for (u, degree) in degrees.iter().enumerate() {
            let user = UserId(u as u32);
            let neighbours = graph.neighbours(user).unwrap();
            prop_assert!(neighbours.windows(2).all(|it| it[0].user < it[1].user));
            for it in &neighbours {
                prop_assert!(graph.is_linked(user, it.user).unwrap());
                prop_assert_eq!(it.weight, graph.similarity(user, it.user).unwrap());
            }
            prop_assert_eq!(neighbours.len(), *degree);
            prop_assert_eq!(graph.degree(user).unwrap(), *degree);
            prop_assert_eq!(graph.is_isolate(user), *degree == 0);
        }
        let found = graph.connectivity();
        let all = graph.degrees();
        prop_assert_eq!(all.kind, DegreeKind::Exact);
        prop_assert_eq!(&all.of, &degrees.iter().map(|it| f64::from(*it as u32)).collect::<Vec<_>>());
        let mut top: Vec<usize> = (0..users).collect();
        top.sort_by_key(|it| (usize::MAX - degrees[*it], *it));
        for n in 0..=users {
            let top: Vec<_> = top[..n].iter().map(|it| UserId(*it as u32)).collect();
            prop_assert_eq!(all.top(n), top);
        }
        let edges: Vec<_> = graph.edges().collect();
        prop_assert!(edges.windows(2).all(|it| (it[0].a, it[0].b) < (it[1].a, it[1].b)));
        prop_assert_eq!(found.edges, edges.len() as f64);
        let mean = edges.iter().map(|it| it.weight).sum::<f64>() / edges.len() as f64;
        prop_assert!(found.mean_weight.map_or(edges.is_empty(), |it| (it - mean).abs() < 1e-12));
        let parts_found = found.components.unwrap();
        let size = |part: usize| parts.iter().filter(|it| **it == part).count();
        let largest = parts.iter().map(|it| size(*it)).max().unwrap();
        let mut distinct = parts.clone();
        distinct.sort_unstable();
        distinct.dedup();
        prop_assert_eq!(parts_found.count as usize, distinct.len());
        prop_assert_eq!(parts_found.largest, largest as f64 / users as f64);
        prop_assert_eq!(found.isolates as usize, degrees.iter().filter(|it| **it == 0).count());
    }

    #[test]
    fn it_does_not_matter_how_often_time_is_told((users, trades) in trades()) {
        let options = NetworkOptions::default();
        let seldom = played(users, &trades, 400, options);
        let mut often = Network::new(users as u32, TOPICS as u32, options).unwrap();
        let mut left = trades.iter().peekable();
        for day in 0..=400 {
            often.advance(day).unwrap();
            while let Some(it) = left.next_if(|it| it.day == day) {
                often.trade(UserId(it.user as u32), it.topic as u32).unwrap();
            }
        }
        prop_assert_eq!(&often, &seldom);
    }

    #[test]
    fn a_subgraph_is_a_part_of_the_whole(
        (users, trades) in trades(),
        picked in prop::collection::btree_set(0_u32..24, 0..12),
        is_chained: bool,
    ) {
        let isolates = if is_chained { IsolateRule::Chain } else { IsolateRule::Alone };
        let options = NetworkOptions { isolates, ..NetworkOptions::default() };
        let graph = played(users, &trades, 12, options).graph();
        let mut picked: Vec<_> =
            picked.into_iter().filter(|it| (*it as usize) < users).map(UserId).collect();
        picked.reverse();
        let found = graph.subgraph(&picked).unwrap();
        prop_assert_eq!(found.len(), picked.len());
        for (user, found) in picked.iter().zip(found) {
            let mut whole = graph.neighbours(*user).unwrap();
            whole.retain(|it| picked.contains(&it.user));
            prop_assert_eq!(found, whole);
        }
    }

    #[test]
    fn an_estimated_degree_is_the_panels(
        (users, trades) in trades(),
        panel in 1_u32..8,
    ) {
        let options =
            NetworkOptions { exact_degrees_up_to: 0, panel, ..NetworkOptions::default() };
        let graph = played(users, &trades, 12, options).graph();
        let users = users as u32;
        let found = graph.degrees();
        if panel >= users {
            prop_assert_eq!(found.kind, DegreeKind::Exact);
            return Ok(());
        }
        prop_assert_eq!(found.kind, DegreeKind::Estimated { panel });
        prop_assert_eq!(graph.connectivity().components, None);
        for u in (0..users).map(UserId) {
            let others: Vec<_> =
                (0..panel).map(|it| UserId(it * users / panel)).filter(|it| *it != u).collect();
            let hits = others.iter().filter(|it| graph.is_linked(u, **it).unwrap()).count();
            let expected = hits as f64 / others.len().max(1) as f64 * f64::from(users - 1);
            prop_assert!((found.of[u.0 as usize] - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn similarity_is_symmetric_and_a_share(
        u in prop::collection::vec(0.0..1e9_f64, 0..12),
        v in prop::collection::vec(0.0..1e9_f64, 0..12),
    ) {
        let found = weighted_jaccard(&u, &v);
        prop_assert!((0.0..=1.0).contains(&found));
        prop_assert_eq!(found, weighted_jaccard(&v, &u));
        prop_assert_eq!(weighted_jaccard(&u, &u), if u.iter().any(|it| *it > 0.0) { 1.0 } else { 0.0 });
    }
}

#[test]
fn what_is_forgotten_is_gone() {
    let mut network = Network::new(2, 2, NetworkOptions::default()).unwrap();
    network.trade(UserId(0), 0).unwrap();
    network.trade(UserId(1), 0).unwrap();
    network.advance(460).unwrap();
    assert_eq!(network.similarity(UserId(0), UserId(1)), Ok(1.0), "old, but alike");
    network.advance(461).unwrap();
    assert_eq!(network.weights(UserId(0)).unwrap(), [0.0, 0.0]);
    assert_eq!(network.graph().isolates().len(), 2);
    network.advance(u32::MAX).unwrap();
}

#[test]
fn without_decay_nothing_is_forgotten() {
    let options = NetworkOptions { decay: 0.0, ..NetworkOptions::default() };
    let mut network = Network::new(1, 1, options).unwrap();
    network.trade(UserId(0), 0).unwrap();
    network.advance(u32::MAX).unwrap();
    assert_eq!(network.weights(UserId(0)).unwrap(), [1.0]);
}

#[test]
fn what_cannot_be_is_refused() {
    let options = NetworkOptions::default();
    let refused = |options| Network::new(3, 3, options).unwrap_err();
    for threshold in [-0.1, 1.0, f64::NAN] {
        let found = refused(NetworkOptions { threshold, ..options });
        assert!(matches!(found, Error::Threshold(_)), "{found}");
    }
    for decay in [-0.1, 50.1, f64::INFINITY, f64::NAN] {
        let found = refused(NetworkOptions { decay, ..options });
        assert!(matches!(found, Error::Decay(_)), "{found}");
    }
    assert_eq!(refused(NetworkOptions { panel: 0, ..options }), Error::Panel);
    for (users, topics) in [(0, 3), (3, 0), (u32::MAX, u32::MAX)] {
        assert_eq!(Network::new(users, topics, options), Err(Error::Size { users, topics }));
    }
    let mut network = Network::new(3, 3, options).unwrap();
    let before = network.clone();
    assert_eq!(network.trade(UserId(3), 0), Err(Error::User { user: UserId(3), users: 3 }));
    assert_eq!(network.trade(UserId(0), 3), Err(Error::Topic { topic: 3, topics: 3 }));
    assert_eq!(network, before);
    network.advance(2).unwrap();
    assert_eq!(network.advance(1), Err(Error::Past { day: 1, latest: 2 }));
    let graph = network.graph();
    assert!(graph.neighbours(UserId(3)).is_err() && graph.degree(UserId(9)).is_err());
    assert!(graph.is_linked(UserId(0), UserId(3)).is_err());
    assert_eq!(graph.subgraph(&[UserId(1), UserId(1)]), Err(Error::Twice(UserId(1))));
    assert!(graph.subgraph(&[UserId(3)]).is_err());
}
