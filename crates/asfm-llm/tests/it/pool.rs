//! Many questions, several servers.

use std::sync::Arc;

use asfm_chat::Form;
use asfm_llm::{Client, Settings};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::server::{Nobody, Play, Server, openai_says};
use crate::{client, question, settings};

/// Asks so many questions at once; how many were answered.
async fn ask_all(client: Client, count: usize) -> usize {
    let client = Arc::new(client);
    let mut tasks = JoinSet::new();
    for _ in 0..count {
        let client = Arc::clone(&client);
        tasks.spawn(async move { client.ask(&question(Form::Text)).await.unwrap().is_ok() });
    }
    tasks.join_all().await.into_iter().filter(|it| *it).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_questions_as_allowed_are_under_way_and_no_more() {
    const PLACES: usize = 3;
    // Nobody is answered before three are there, so fewer at a time would never end.
    let barrier = Arc::new(Barrier::new(PLACES));
    let server = Server::start(move |_, _| {
        Play::Together(Arc::clone(&barrier), openai_says("hold").to_string().into_bytes())
    })
    .await;
    let client = client(&server.openai(), Settings { concurrency: PLACES, ..settings() });
    assert_eq!(ask_all(client, 4 * PLACES).await, 4 * PLACES);
    assert_eq!(server.most(), PLACES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_servers_of_a_pool_are_used() {
    let barrier = Arc::new(Barrier::new(4));
    let play = |barrier: Arc<Barrier>| {
        let said = openai_says("hold").to_string().into_bytes();
        move |_, _: &_| Play::Together(Arc::clone(&barrier), said.clone())
    };
    let one = Server::start(play(Arc::clone(&barrier))).await;
    let two = Server::start(play(barrier)).await;
    let spec = format!("{},http://{}", one.openai(), two.address);
    let client = client(&spec, Settings { concurrency: 2, ..settings() });
    assert_eq!(ask_all(client, 8).await, 8);
    assert_eq!((one.got().len(), two.got().len()), (4, 4));
}

#[tokio::test]
async fn who_cannot_be_reached_is_replaced() {
    let server = Server::saying(openai_says("hold")).await;
    let gone = Nobody::new();
    let spec = format!("openai:m@http://{},http://{}", gone.address(), server.address);
    assert_eq!(ask_all(client(&spec, settings()), 20).await, 20);
}

#[tokio::test]
async fn who_fails_is_not_asked_twice_in_a_row() {
    let broken = Server::start(|_, _| Play::error(500, "oh")).await;
    let server = Server::saying(openai_says("hold")).await;
    let spec = format!("{},http://{}", broken.openai(), server.address);
    let client = client(&spec, Settings { attempts: 2, ..settings() });
    for _ in 0..4 {
        assert!(client.ask(&question(Form::Text)).await.unwrap().is_ok());
    }
    assert_eq!(server.got().len(), 4);
    assert!(!broken.got().is_empty());
}

#[test]
fn a_client_is_shared_among_threads() {
    fn is_shared<T: Send + Sync + 'static>() {}
    is_shared::<Client>();
    is_shared::<asfm_llm::Source>();
}
