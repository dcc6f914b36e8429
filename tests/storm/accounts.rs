//! T4: many accounts due at one moment, with refresh tokens that work once: each is renewed once,
//! none is refused, and pages are served meanwhile.

use std::time::{Duration, Instant};

use super::platform::Platform;
use super::seed::Seed;
use super::visitors::Visitors;
use super::{nodes, pages};
use crate::support::Engine;
use crate::sweep::creator::Creator;
use crate::sweep::world::World;
use crate::sweep::{soak, within};

const LATENCY: Duration = Duration::from_millis(300);
/// How many accounts of a platform are refreshed at once; the platform must never see more of one
/// process.
const AT_ONCE: usize = 64;
/// A round begins so long after the last one at the latest.
const ROUND: Duration = Duration::from_secs(35);

/// What comes due at one moment.
fn accounts() -> usize {
    if soak() { 10_000 } else { 150 }
}

/// Nobody could be faster than one process that refreshes [`AT_ONCE`] accounts at a time while the
/// platform takes [`LATENCY`]. Twice that leaves as much again for our own work; and it has to be
/// over before the tokens end, which is 5 minutes after they are due, with 2 minutes before that to
/// begin.
fn bound() -> Duration {
    let fastest = LATENCY * accounts() as u32 / AT_ONCE as u32;
    ROUND + fastest * 2
}

async fn storm(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let platform = Platform::start(LATENCY).await;
    let mira = Creator::register(&world.node(), "Mira").await;
    let sown = Seed {
        world: &world,
        platform: &platform,
        owner: &mira.email,
        count: accounts(),
        is_due: true,
    }
    .sow()
    .await;
    // No round waits for its time, or for the lease of the process that is gone.
    world.time_passes().await;

    let nodes = nodes(&world, engine, &platform);
    let begun = Instant::now();
    let visitors = Visitors::come(2, pages(&nodes, &mira), |page| page.body.contains("Account 0"));
    let left = "SELECT CAST(COUNT(*) AS TEXT) FROM oauth_accounts WHERE version = 1";
    within(bound(), "every account to be renewed", async || world.look.texts(left).await == ["0"])
        .await;
    let took = begun.elapsed().as_secs_f64();
    let served = visitors.leave().await;

    let (count, counted) = (accounts() as u64, platform.counted());
    assert_eq!((counted.refreshes, counted.refused), (count, 0), "each once, and none refused");
    assert!(counted.most_at_once <= (AT_ONCE * nodes.len()) as u64, "{counted:?}");
    assert_eq!(
        sown.renewable(&world, &platform).await as u64,
        count,
        "each holds the token that works next"
    );
    let worse = "SELECT name FROM oauth_accounts WHERE version <> 2 OR status <> 'connected' OR \
        id IN (SELECT account_id FROM account_tasks WHERE failures > 0)";
    assert_eq!(world.look.texts(worse).await, Vec::<String>::new());
    for table in ["refresh_journal", "incidents", "notices"] {
        assert_eq!(
            world.look.rows(table).await,
            Vec::<String>::new(),
            "{table}: nothing is left, and nobody was told of anything"
        );
    }
    println!(
        "storm: {count} accounts due at once, {} process(es) on {engine:?}, platform 300 ms: {} \
         calls, {} refused, at most {} at once, {took:.0} s \
         ({:.0} a second; bound {} s); pages meanwhile: {served}",
        nodes.len(),
        counted.refreshes,
        counted.refused,
        counted.most_at_once,
        count as f64 / took,
        bound().as_secs()
    );
    drop(nodes);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_are_due_together_are_renewed_once_each_on_sqlite() {
    storm(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_are_due_together_are_renewed_once_each_on_postgres() {
    storm(Engine::Postgres).await;
}
