//! T6, T8: a worker that dies with a job in its hands. The next one does it, and nothing is done
//! twice.

use super::creator::{Creator, Place};
use super::places::PLACES;
use super::share::{seed, share};
use super::world::{Node, World};
use super::{soak, until};
use crate::support::Engine;

/// The failpoints that only a worker reaches.
pub const POINTS: [&str; 3] = ["job.claimed", "job.worked", "mail.sent"];

const X: Place = PLACES[3];

impl World {
    /// Nothing that recurs is due, and of all that waits only jobs of this kind are, at once.
    async fn only(&self, kind: &str) {
        self.look.run(&format!("DELETE FROM jobs WHERE kind <> '{kind}'")).await;
        self.look.run("UPDATE jobs SET run_at = '2026-01-01T00:00:00Z'").await;
        self.look.run("UPDATE schedules SET next_run_at = '2099-01-01T00:00:00Z'").await;
    }

    /// Later there is another worker, and no job of this kind is left.
    async fn done_by_the_next(&self, kind: &str) -> Node {
        self.time_passes().await;
        let node = self.node();
        let left = format!("SELECT CAST(COUNT(*) AS TEXT) FROM jobs WHERE kind = '{kind}'");
        until("the next worker", async || self.look.texts(&left).await == ["0"]).await;
        node
    }

    /// All that a platform was asked so far.
    async fn asked(&self, place: Place) -> u64 {
        self.sandbox.calls(place.provider, "").await
    }
}

/// C11, T6: a revocation that its request did not live to make. Before the work it is made by the
/// next worker, after it by nobody again.
async fn dies_revoking(world: &World, mira: &Creator, point: &str, place: Place) {
    let node = world.idle();
    mira.connect(world, &node, place).await.expect("a live server");
    node.kill();
    let node = world.doomed_without_worker("disconnect.after_commit");
    mira.disconnect(&node, place).await.expect_err("it dies while disconnecting");
    node.dies().await;
    world.only("revoke").await;

    let before = world.asked(place).await;
    world.doomed(point).dies().await;
    let between = world.asked(place).await;
    assert_eq!(between > before, point == "job.worked", "{place:?}: it died {point}");
    world.done_by_the_next("revoke").await.kill();
    assert_eq!(
        world.asked(place).await > between,
        point == "job.claimed",
        "{place:?}: told once, {point}"
    );
    assert_eq!(
        world.sandbox.live_grants(place.provider).await,
        0,
        "{point}, {place:?}: the grant is over"
    );
    assert_eq!(
        world.look.rows("pending_revocations").await,
        Vec::<String>::new(),
        "{point}, {place:?}: no credential is left"
    );
}

/// C11: what failed is tried again, though nobody lived to write down that it failed.
async fn dies_failing(world: &World, mira: &Creator) {
    let node = world.idle();
    mira.connect(world, &node, X).await.expect("a live server");
    world.sandbox.trouble("x", "/2/oauth2/revoke", "503", None).await;
    mira.disconnect(&node, X).await.expect("a live server").expect(200);
    node.kill();
    world.only("revoke").await;
    world.doomed("job.worked").dies().await;
    assert_eq!(world.sandbox.live_grants("x").await, 1, "X was not there");
    world.sandbox.calm().await;
    world.done_by_the_next("revoke").await.kill();
    assert_eq!(world.sandbox.live_grants("x").await, 0, "the grant is over");
    assert_eq!(
        world.look.rows("pending_revocations").await,
        Vec::<String>::new(),
        "no credential is left"
    );
}

/// T8: a letter that went out is the same letter if it goes out again: one file, as it is one
/// Message-ID by SMTP.
async fn dies_sending(world: &World, name: &str) {
    let node = world.idle();
    let before = world.letters();
    Creator::register(&node, name).await;
    node.kill();
    world.only("send_mail").await;
    world.doomed("mail.sent").dies().await;
    assert_eq!(world.letters(), before + 1, "it went out");
    assert_eq!(world.look.rows("outgoing_emails").await.len(), 1, "nobody wrote down that it did");
    world.time_passes().await;
    let node = world.node();
    until("the outbox to be empty", async || world.look.rows("outgoing_emails").await.is_empty())
        .await;
    assert_eq!(world.letters(), before + 1, "it is the same letter");
    node.kill();
}

async fn sweep(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let node = world.node();
    let mira = Creator::register(&node, "Mira").await;
    until("her letter to be sent", async || world.look.rows("outgoing_emails").await.is_empty())
        .await;
    node.kill();
    let points = ["job.claimed", "job.worked"];
    let all: Vec<_> = points.iter().flat_map(|point| PLACES.map(|place| (*point, place))).collect();
    let count = all.len();
    // In `make test` half of them.
    let tried = share(all, if soak() { count } else { count / 2 }, |(point, place)| {
        vec![*point, place.provider]
    });
    for (point, place) in &tried {
        dies_revoking(&world, &mira, point, *place).await;
    }
    dies_failing(&world, &mira).await;
    dies_sending(&world, "Noor").await;
    // Whoever disconnects dies, and the worker after it.
    let kills = |revoking: usize| 2 * revoking + 2;
    let (tried, count) = (kills(tried.len()), kills(count));
    println!("{tried} kills of workers on {engine:?} of {count} (seed {})", seed());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_does_nothing_twice_on_sqlite() {
    sweep(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_does_nothing_twice_on_postgres() {
    sweep(Engine::Postgres).await;
}
