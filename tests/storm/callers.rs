//! T5: many callers of one account whose token has ended, while its platform takes its time: it is
//! asked once, and everybody gets what came of it. A thousand of them, and 45 seconds, in `make
//! soak`.

use std::collections::BTreeSet;
use std::time::Instant;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde_json::{Value, json};

use super::processes;
use crate::support::{Answer, Engine};
use crate::sweep::creator::{Creator, Place};
use crate::sweep::places::PLACES;
use crate::sweep::refresh::calls;
use crate::sweep::world::{HOST, Node, World};

const YOUTUBE: Place = PLACES[2];
const X: Place = PLACES[3];

/// Who comes, what for, and how long the platform takes.
struct Crowd {
    callers: usize,
    verb: &'static str,
    place: Place,
    latency_ms: u64,
}

/// Everybody at once, each on a connection of their own, the processes taking turns.
async fn all_call(nodes: &[Node], mira: &Creator, crowd: &Crowd) -> Vec<Answer> {
    let http = huntaze::server::platform::http::pool().expect("an HTTP client");
    let path =
        format!("/api/integrations/{}/{}/{}", crowd.verb, crowd.place.provider, crowd.place.id);
    let calls: FuturesUnordered<_> = (0..crowd.callers)
        .map(|at| {
            let request = http
                .post(nodes[at % nodes.len()].url(&path))
                .header("host", HOST)
                .bearer_auth(&mira.bearer);
            async move { Answer::of(request.send().await.expect("an answer")).await }
        })
        .collect();
    calls.collect().await
}

/// Everybody's answer, after one call of the platform.
async fn answers(engine: Engine, crowd: Crowd) -> Vec<Value> {
    let Some(world) = World::new(engine).await else { return Vec::new() };
    let Crowd { callers, verb, place, latency_ms } = crowd;
    // From one address come as many as the test sends, which no person does.
    let node = || {
        let serve = world.serve().env("HUNTAZE__WORKER__IN_SERVE", "false");
        Node::start(serve.env("HUNTAZE__SERVER__CONNECTIONS_PER_ADDRESS", "2000"))
    };
    let nodes: Vec<Node> = (0..processes(engine)).map(|_| node()).collect();
    let mira = Creator::register(&nodes[0], "Mira").await;
    mira.connect(&world, &nodes[0], place).await.expect("a live server");
    let before = calls(&world, place).await;
    world.look.run("UPDATE oauth_accounts SET expires_at = '2026-01-01T00:00:00Z'").await;
    let slow = json!({ "platform": place.provider, "endpoint": place.token_call, "kind": "latency",
        "ms": latency_ms });
    world.sandbox.control("faults", slow).await;

    let begun = Instant::now();
    let answers = all_call(&nodes, &mira, &crowd).await;
    let took = begun.elapsed().as_secs_f64();

    assert_eq!(calls(&world, place).await - before, 1, "the platform is asked once");
    let all: Vec<Value> = answers.into_iter().map(|answer| answer.expect(200).data()).collect();
    println!(
        "storm: {callers} callers ({verb}), {} process(es) on {engine:?}, platform {latency_ms} \
         ms: 1 call, all answered in {took:.1} s",
        nodes.len()
    );
    drop(nodes);
    world.end().await;
    all
}

/// However late somebody comes: the token that is there by then is good.
async fn everybody_tests(engine: Engine) {
    let crowd = Crowd { callers: 250, verb: "test", place: YOUTUBE, latency_ms: 2_000 };
    for answer in answers(engine, crowd).await {
        assert_eq!(answer["ok"], true, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_are_one_call_on_sqlite() {
    everybody_tests(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_are_one_call_on_postgres() {
    everybody_tests(Engine::Postgres).await;
}

/// Who asks for a new token after another one has come gets another one: so all of them have to be
/// there before it comes.
async fn everybody_refreshes(engine: Engine) {
    let answers =
        answers(engine, Crowd { callers: 1_000, verb: "refresh", place: X, latency_ms: 45_000 })
            .await;
    let ends: BTreeSet<String> =
        answers.iter().map(|answer| answer["expiresAt"].to_string()).collect();
    assert!(ends.len() <= 1, "everybody gets the winner's: {ends:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the platform takes 45 seconds: make soak"]
async fn a_thousand_who_ask_for_a_new_token_are_one_call_on_sqlite() {
    everybody_refreshes(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the platform takes 45 seconds: make soak"]
async fn a_thousand_who_ask_for_a_new_token_are_one_call_on_postgres() {
    everybody_refreshes(Engine::Postgres).await;
}
