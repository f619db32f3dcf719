//! Values that follow from the published code by hand, and the sensitivity that the paper reports.

use asfm_social::{
    Connectivity, IsolateRule, Network, NetworkOptions, UserId, hot_score, weighted_jaccard,
};

#[test]
fn jaccard_of_two_users() {
    // Half a trade is a trade of one half-life ago.
    let options = NetworkOptions { decay: std::f64::consts::LN_2, ..NetworkOptions::default() };
    let mut network = Network::new(2, 10, options).unwrap();
    let [u, v] = [0, 1].map(UserId);
    network.trade(u, 1).unwrap();
    network.trade(v, 0).unwrap();
    network.advance(1).unwrap();
    network.trade(u, 0).unwrap();
    let similarity = network.similarity(u, v).unwrap();
    assert!((similarity - 1.0 / 3.0).abs() < 1e-12, "{similarity}");
    assert!((weighted_jaccard(&[1.0, 0.5], &[0.5]) - 1.0 / 3.0).abs() < 1e-15);
    let graph = network.graph();
    assert!(graph.is_linked(u, v).unwrap());
    let edges: Vec<_> = graph.edges().collect();
    assert_eq!((edges.len(), edges[0].a, edges[0].b, edges[0].weight), (1, u, v, similarity));
}

#[test]
fn a_trade_of_the_day_before_yesterday() {
    let mut network = Network::new(1, 1, NetworkOptions::default()).unwrap();
    network.trade(UserId(0), 0).unwrap();
    network.advance(2).unwrap();
    let weight = network.weights(UserId(0)).unwrap()[0];
    assert!((weight - 0.368).abs() < 0.0005, "{weight}");
}

#[test]
fn hot_scores() {
    assert!((hot_score(9, 1) - 0.287).abs() < 0.0005);
    assert_eq!(hot_score(0, 3), -3.0);
    assert_eq!(hot_score(0, 0), -0.1);
    assert!(hot_score(1, 100) > hot_score(0, 0));
}

/// Users who trade every third day, half of the time in one of three favourites of ten topics.
fn society(options: NetworkOptions) -> Connectivity {
    let (users, topics, days) = (300_u32, 10_u32, 60);
    let mut network = Network::new(users, topics, options).unwrap();
    let mut state = 1_u64;
    let mut draw = |n: u32| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % u64::from(n)) as u32
    };
    let favourites: Vec<[u32; 3]> =
        (0..users).map(|_| [draw(topics), draw(topics), draw(topics)]).collect();
    for day in 1..=days {
        network.advance(day).unwrap();
        for user in 0..users {
            if draw(3) == 0 {
                let favourite = favourites[user as usize][draw(3) as usize];
                let topic = if draw(2) == 0 { favourite } else { draw(topics) };
                network.trade(UserId(user), topic).unwrap();
            }
        }
    }
    network.graph().connectivity()
}

#[test]
fn the_published_setting_keeps_connectivity_moderate() {
    let moderate = society(NetworkOptions::default());
    let loose = NetworkOptions { threshold: 0.1, decay: 0.05, ..NetworkOptions::default() };
    let saturated = society(loose);
    assert!((0.05..0.6).contains(&moderate.density), "{moderate:?}");
    assert!(saturated.density > 0.75, "{saturated:?}");
    assert!(saturated.density > moderate.density + 0.25);
    assert!(moderate.components.unwrap().largest > 0.9, "{moderate:?}");
    // Either alone points the same way.
    let slow = society(NetworkOptions { decay: 0.05, ..NetworkOptions::default() });
    let low = society(NetworkOptions { threshold: 0.1, ..NetworkOptions::default() });
    assert!(slow.density > moderate.density && low.density > moderate.density);
}

#[test]
fn isolates_are_chained_as_published() {
    let options = NetworkOptions { isolates: IsolateRule::Chain, ..NetworkOptions::default() };
    let mut network = Network::new(6, 4, options).unwrap();
    for (user, topic) in [(1, 0), (4, 0), (4, 1), (2, 3)] {
        network.trade(UserId(user), topic).unwrap();
    }
    // 1 and 4 are linked by 1/2; 0, 2, 3 and 5 are alone.
    let graph = network.graph();
    let pairs: Vec<_> = graph.edges().map(|it| (it.a.0, it.b.0, it.weight)).collect();
    assert_eq!(pairs, [(0, 2, 0.5), (1, 4, 0.5), (2, 3, 0.5), (3, 5, 0.5)]);
    assert_eq!(graph.isolates().len(), 4);
    assert_eq!(graph.degrees().of, [1.0, 1.0, 2.0, 2.0, 1.0, 1.0]);
    assert_eq!(graph.degrees().top(3), [2, 3, 0].map(UserId), "the lower id among equals");
    let found = graph.connectivity();
    assert_eq!((found.edges, found.mean_weight), (4.0, Some(0.5)));
    let parts = found.components.unwrap();
    assert_eq!((parts.count, parts.largest), (2, 4.0 / 6.0));
    // With nobody linked the chain has the threshold's weight, and a single one stays alone.
    let graph = Network::new(3, 1, options).unwrap().graph();
    assert!(graph.edges().all(|it| it.weight == 0.2));
    assert_eq!(graph.edges().count(), 2);
    assert_eq!(Network::new(1, 1, options).unwrap().graph().edges().count(), 0);
    assert!(Network::new(30_000, 1, options).is_err());
}
