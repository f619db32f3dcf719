//! The same on any number of threads.

use asfm_social::{
    Audience, Connectivity, Exposure, FeedOptions, Forum, Network, NetworkOptions, PostId, UserId,
};

fn played(exact_degrees_up_to: u32) -> (Vec<Exposure>, Vec<f64>, Connectivity) {
    let users = 700;
    let options = NetworkOptions { exact_degrees_up_to, panel: 90, ..NetworkOptions::default() };
    let mut network = Network::new(users, 10, options).unwrap();
    let mut forum = Forum::new(users);
    let mut audience = Audience::new(users, FeedOptions::default()).unwrap();
    let readers: Vec<_> = (0..users).map(UserId).collect();
    let mut all = Vec::new();
    for day in 1..6 {
        network.advance(day).unwrap();
        for user in 0..users {
            for it in 0..user % 3 {
                network.trade(UserId(user), (user * 7 + it * day) % 10).unwrap();
            }
            forum.post(PostId(forum.len() + 1), UserId(user), day).unwrap();
        }
        let graph = network.graph();
        let shown = audience.rank(&graph, &forum, day).unwrap().feeds(&readers).unwrap();
        for it in shown.iter().filter(|it| it.rank % 2 == 0) {
            forum.like(it.reader, it.post, day).unwrap();
        }
        audience.see(&shown).unwrap();
        all.extend(shown);
    }
    let graph = network.graph();
    (all, graph.degrees().of, graph.connectivity())
}

#[test]
fn threads_do_not_matter() {
    for exact_degrees_up_to in [0, 1000] {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| played(exact_degrees_up_to))
        };
        let alone = on(1);
        assert!(alone.0.len() > 10_000, "{}", alone.0.len());
        assert_eq!(on(2), alone);
        assert_eq!(on(7), alone);
    }
}
