//! T5: the holder of a lease stands still (SIGSTOP) for longer than its lease lasts, another
//! process takes over, and the holder goes on as if nothing had been. The platform is asked twice
//! at most, the newer pair stays, and the only live pair is never thrown away.

use std::time::Instant;

use serde_json::json;

use super::checks::{Standing, sealed, standing};
use super::creator::{Creator, Place};
use super::places::PLACES;
use super::refresh::calls;
use super::share::{seed, share};
use super::world::{Node, World};
use super::{soak, until};
use crate::support::{Answer, Engine};

/// Where the holder stands still, and how often the platform is asked by both.
const POINTS: [(&str, u64); 4] = [
    // It looks at its lease once more before it sends, and does not.
    ("refresh.after_intent", 1),
    // Too late to look: it sends what the other one has sent.
    ("refresh.before_send", 2),
    // It holds an answer of which nobody knows.
    ("refresh.after_answer", 2),
    // The other one takes the answer out of the journal.
    ("refresh.after_durable", 1),
];

/// X, where a refresh token that is sent twice may end everything.
const X: Place = PLACES[3];

/// How a lease that nobody prolongs comes to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// Its time is put into the past.
    Short,
    /// All of its 90 seconds.
    True,
}

/// One database, the process that goes on all the time, and a person.
struct Stage {
    world: World,
    other: Node,
    mira: Creator,
}

/// What came of both refreshes.
struct Both {
    holder: Node,
    late: Answer,
    taken: Answer,
    /// The stored credentials when the holder went on.
    meanwhile: Vec<String>,
    calls: u64,
}

impl Stage {
    async fn new(engine: Engine) -> Option<Self> {
        let world = World::new(engine).await?;
        let other = world.node();
        let mira = Creator::register(&other, "Mira").await;
        Some(Self { world, other, mira })
    }

    async fn replay_ends_family(&self, on: bool) {
        self.world.sandbox.control("x/switches", json!({ "replayEndsFamily": on })).await;
    }

    /// The holder refreshes and stands still at `point`; the other one refreshes; the holder goes
    /// on.
    async fn refreshed_by_both(&self, point: &str, place: Place, wait: Wait) -> Both {
        let (world, mira) = (&self.world, &self.mira);
        mira.connect(world, &self.other, place).await.expect("a live server");
        let before = calls(world, place).await;
        let holder = world.stops_at(point);
        let overtake = async {
            until("the holder to stand still", async || holder.is_stopped()).await;
            if wait == Wait::Short {
                world.leases_end().await;
            }
            let taken = mira.refresh(&self.other, place).await.expect("a live server");
            let meanwhile = sealed(world, place).await;
            holder.signal("CONT");
            (taken, meanwhile)
        };
        let (late, (taken, meanwhile)) = futures::join!(mira.refresh(&holder, place), overtake);
        let calls = calls(world, place).await - before;
        Both { holder, late: late.expect("it went on"), taken, meanwhile, calls }
    }

    /// T5: where nothing but our own processes stand in each other's way, the account works
    /// afterwards.
    async fn overtaken(&self, point: &str, expected: u64, place: Place) {
        let both = self.refreshed_by_both(point, place, Wait::Short).await;
        assert_eq!(both.calls, expected, "{point}, {place:?}");
        for answer in [&both.late, &both.taken] {
            assert_ne!(answer.status, 500, "{point}, {place:?}: {}", answer.body);
        }
        let rotates = ["x", "tiktok"].contains(&place.provider);
        let keeps = ["youtube", "reddit"].contains(&place.provider);
        let stored = sealed(&self.world, place).await;
        match point {
            "refresh.after_answer" if rotates => {
                assert_ne!(
                    both.taken.status, 200,
                    "{place:?}: the token was used up: {}",
                    both.taken.body
                );
                assert_ne!(
                    stored, both.meanwhile,
                    "{place:?}: the only live pair came late, and is kept"
                );
            }
            // Asked last, and answered with a token that lives longest; the other one's lives, too.
            "refresh.before_send" if keeps => {
                assert_ne!(stored, both.meanwhile, "{place:?}: the newest token stands")
            }
            _ => {
                assert_eq!(both.taken.status, 200, "{point}, {place:?}: {}", both.taken.body);
                assert_eq!(stored, both.meanwhile, "{point}, {place:?}: the newer pair stays");
                // H3: the operator reads what became of the late one.
                let told = both.holder.log().contains("\"superseded\"");
                assert!(told || expected == 1, "{point}, {place:?}: {}", both.holder.log());
            }
        }
        assert_eq!(
            standing(&self.other, &self.mira, place).await,
            Standing::Works,
            "{point}, {place:?}"
        );
        self.mira.disconnect(&self.other, place).await.expect("a live server").expect(200);
    }

    /// T5: a platform that ends everything when a refresh token is sent twice; then the account
    /// says so, and can be connected again.
    async fn overtaken_where_replays_are_punished(&self, point: &str) {
        self.replay_ends_family(true).await;
        let both = self.refreshed_by_both(point, X, Wait::Short).await;
        assert_eq!(both.calls, 2, "{point}");
        let Standing::Says(_) = standing(&self.other, &self.mira, X).await else {
            panic!("{point}: X ended the grant")
        };
        self.mira.connect(&self.world, &self.other, X).await.expect("a live server");
        assert_eq!(
            standing(&self.other, &self.mira, X).await,
            Standing::Works,
            "{point}: it can be connected again"
        );
        self.mira.disconnect(&self.other, X).await.expect("a live server").expect(200);
        self.replay_ends_family(false).await;
    }
}

/// On SQLite, too: a second process is started while the first stands still, as a supervisor does
/// that takes it for dead.
async fn sweep(engine: Engine) {
    let Some(stage) = Stage::new(engine).await else { return };
    stage.replay_ends_family(false).await;
    let all: Vec<_> = POINTS.iter().flat_map(|point| PLACES.map(|place| (*point, place))).collect();
    let count = all.len();
    // In `make test` two of three.
    let tried = share(all, if soak() { count } else { count * 2 / 3 }, |((point, _), place)| {
        vec![*point, place.provider]
    });
    for ((point, expected), place) in &tried {
        stage.overtaken(point, *expected, *place).await;
    }
    let punished = ["refresh.before_send", "refresh.after_answer"];
    for point in punished {
        stage.overtaken_where_replays_are_punished(point).await;
    }
    let (stops, count) = (tried.len() + punished.len(), count + punished.len());
    println!("{stops} stops of a lease holder on {engine:?} of {count} (seed {})", seed());
    drop(stage.other);
    stage.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_stood_still_changes_nothing_on_sqlite() {
    sweep(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_that_stood_still_changes_nothing_on_postgres() {
    sweep(Engine::Postgres).await;
}

/// T5: with nothing put into the past, the other process waits as long as the lease lasts, and not
/// longer than anybody would.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes 90 seconds: make soak"]
async fn a_lease_ends_by_itself() {
    let Some(stage) = Stage::new(Engine::Postgres).await else { return };
    stage.replay_ends_family(false).await;
    let begun = Instant::now();
    let both = stage.refreshed_by_both("refresh.before_send", X, Wait::True).await;
    let waited = begun.elapsed().as_secs();
    assert!((88..100).contains(&waited), "a lease of 90 s, waited for {waited} s");
    assert_eq!((both.taken.status, both.calls), (200, 2), "{}", both.taken.body);
    assert_eq!(sealed(&stage.world, X).await, both.meanwhile, "the newer pair stays");
    assert_eq!(standing(&stage.other, &stage.mira, X).await, Standing::Works);
    println!("1 stops of a lease holder on Postgres, for a true lease: {waited} s");
    drop(stage.other);
    stage.world.end().await;
}
