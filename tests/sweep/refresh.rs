//! Killed in the middle of a refresh: the account works afterwards, or says why not, and the
//! platform was asked twice at most.

use serde_json::json;

use super::checks::{Standing, standing};
use super::creator::{Creator, Place};
use super::places::PLACES;
use super::until;
use super::world::{Node, World};
use crate::support::Engine;

/// Longer than a test waits: the process is dead before this answer comes.
const LATE: u64 = 120_000;

/// Refreshes of an account, as the platform counted them.
pub async fn calls(world: &World, place: Place) -> u64 {
    world.sandbox.calls(place.provider, place.token_call).await
}

/// T5, T6: after a kill in a refresh that began when `before` calls had been made. `nothing_lost`:
/// no answer was on its way.
pub async fn assert_survived(
    world: &World,
    mira: &Creator,
    node: &Node,
    place: Place,
    before: u64,
    nothing_lost: bool,
) {
    let calls = calls(world, place).await - before;
    assert!(calls <= 2, "{place:?}: {calls} calls for one refresh");
    let standing = standing(node, mira, place).await;
    assert!(
        !nothing_lost || standing == Standing::Works,
        "{place:?} is {standing:?}, though nothing was lost"
    );
    if standing != Standing::Works {
        mira.connect(world, node, place).await.expect("a live server");
        assert_eq!(
            self::standing(node, mira, place).await,
            Standing::Works,
            "{place:?} can be reconnected"
        );
    }
}

/// T6: the platform has the request and has not answered yet.
async fn killed_while_the_platform_answers(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let node = world.node();
    let mira = Creator::register(&node, "Mira").await;
    for place in PLACES {
        mira.connect(&world, &node, place).await.expect("a live server");
    }
    let mut node = node;
    for place in PLACES {
        let before = calls(&world, place).await;
        let late = json!({ "platform": place.provider, "endpoint": place.token_call,
            "kind": "latency", "ms": LATE });
        world.sandbox.control("faults", late).await;
        let killed = async {
            until("the platform to be asked", async || calls(&world, place).await > before).await;
            node.signal("KILL");
        };
        let (refreshed, ()) = futures::join!(mira.refresh(&node, place), killed);
        refreshed.expect_err("nobody is left to answer");
        world.sandbox.calm().await;
        node.kill();
        world.time_passes().await;
        node = world.node();
        // The sandbox never got to answer: its end of the connection was gone.
        assert_survived(&world, &mira, &node, place, before, true).await;
    }
    println!("{0} kills while a platform answers on {engine:?} of {0}", PLACES.len());
    node.kill();
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_the_platform_answers_on_sqlite() {
    killed_while_the_platform_answers(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_the_platform_answers_on_postgres() {
    killed_while_the_platform_answers(Engine::Postgres).await;
}
