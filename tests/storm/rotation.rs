//! T2: the keys change while people use the site. Everything is sealed anew, at no moment does
//! anything not open, and a rotation that is killed is finished by the next one.

use std::time::{Duration, Instant};

use super::platform::Platform;
use super::seed::{Seed, at_home};
use super::visitors::Visitors;
use super::{nodes, pages, tests};
use crate::support::Engine;
use crate::sweep::creator::Creator;
use crate::sweep::soak;
use crate::sweep::world::World;

/// Two sealed tokens each.
fn accounts() -> usize {
    if soak() { 50_000 } else { 500 }
}

/// What a rotation waits for the other processes to look at the key file.
const WAITS: Duration = huntaze::server::keys::LOOK.saturating_mul(2);

/// An access token has to open for each test of a connection; the accounts lie all over the table.
fn readers(nodes: &[super::Node], mira: &Creator) -> Visitors {
    let homes: Vec<usize> = at_home(accounts()).collect();
    Visitors::come(2, tests(nodes, mira, homes), |answer| answer.data()["ok"] == true)
}

async fn rotated(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let platform = Platform::start(Duration::ZERO).await;
    let mira = Creator::register(&world.node(), "Mira").await;
    let sown = Seed {
        world: &world,
        platform: &platform,
        owner: &mira.email,
        count: accounts(),
        is_due: false,
    }
    .sow()
    .await;
    let nodes = nodes(&world, engine, &platform);
    let (readers, visitors) = (
        readers(&nodes, &mira),
        Visitors::come(1, pages(&nodes, &mira), |page| page.body.contains("Account 0")),
    );

    world.runs(&["keys", "generate"]);
    // A hundred values are sealed anew at a time, so this is in the middle of the first column.
    let half = format!("keys.batch:{}", accounts() / 200);
    assert!(
        tokio::task::block_in_place(|| world.dies(&["keys", "rotate"], &half)),
        "killed in the middle"
    );
    tokio::task::block_in_place(|| world.runs(&["keys", "verify"]));
    let begun = Instant::now();
    tokio::task::block_in_place(|| world.runs(&["keys", "rotate"]));
    let took = (begun.elapsed() - WAITS).as_secs_f64();
    tokio::task::block_in_place(|| world.runs(&["keys", "verify"]));

    let (read, served) = (readers.leave().await, visitors.leave().await);
    assert_eq!(sown.renewable(&world, &platform).await, accounts(), "every token is what it was");
    let (all, rest) = (accounts() * 2, accounts() * 2 - accounts() / 2);
    println!(
        "rotation: {all} sealed tokens on {engine:?}, {} process(es), killed in the middle; the \
         {rest} left in {took:.1} s, {:.0} a second; \
         0 failed reads in {read}; pages meanwhile: {served}",
        nodes.len(),
        rest as f64 / took
    );
    drop(nodes);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_change_while_people_read_on_sqlite() {
    rotated(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_change_while_people_read_on_postgres() {
    rotated(Engine::Postgres).await;
}
