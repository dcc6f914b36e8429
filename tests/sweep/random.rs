//! SIGKILL at any moment, while five connections are refreshed, tested, disconnected and connected
//! again all at once.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::RwLock;

use super::checks::{Standing, assert_no_plain_token, standing};
use super::creator::{Creator, Died, Place};
use super::places::PLACES;
use super::share::seed;
use super::world::{Node, World};
use super::{soak, until};
use crate::support::Engine;

/// Requests between one kill and the next.
const BETWEEN: RangeInclusive<u64> = 2..=30;

/// Towns that are killed in, and kills in each: in `make soak`, and a tenth of them in
/// `make test`. Several towns, as a platform answers an account only so often in a quarter of an
/// hour.
const ALL: (u64, u64) = (8, 20);
const SHARE: (u64, u64) = (1, 16);

/// What a person does with an account again and again.
const STEPS: [&str; 4] = ["connect", "refresh", "test", "disconnect"];

/// What the person knows of an account. A request that broke off leaves it open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
    Connected,
    Gone,
    Open,
}

/// Servers that are replaced under the people who use them.
struct Town {
    world: World,
    mira: Creator,
    nodes: Vec<RwLock<Arc<Node>>>,
    requests: AtomicU64,
    /// Who did what, and got an answer.
    done: Mutex<BTreeSet<(&'static str, &'static str)>>,
    over: AtomicBool,
}

impl Town {
    async fn new(engine: Engine, binary: Option<&str>) -> Option<Self> {
        let world = match binary {
            Some(binary) => World::with_binary(engine, binary).await?,
            None => World::new(engine).await?,
        };
        // SQLite is for one process; PostgreSQL carries two.
        let processes = if engine == Engine::Sqlite { 1 } else { 2 };
        let nodes: Vec<_> = (0..processes).map(|_| RwLock::new(Arc::new(world.node()))).collect();
        let mira = Creator::register(&nodes[0].read().await.clone(), "Mira").await;
        let (requests, over) = (AtomicU64::new(0), AtomicBool::new(false));
        Some(Self { world, mira, nodes, requests, done: Mutex::default(), over })
    }

    fn processes(&self) -> u64 {
        self.nodes.len() as u64
    }

    async fn node(&self, at: usize) -> Arc<Node> {
        self.nodes[at % self.nodes.len()].read().await.clone()
    }

    /// One account's life until the killing is over.
    async fn live(&self, place: Place, mut rng: StdRng) -> Known {
        let mut known = Known::Gone;
        while !self.over.load(Ordering::SeqCst) {
            let node = self.node(rng.random_range(0..2)).await;
            self.requests.fetch_add(1, Ordering::SeqCst);
            known =
                self.act(&node, place, known, rng.random_range(0..10)).await.unwrap_or(Known::Open);
        }
        known
    }

    async fn act(&self, node: &Node, place: Place, known: Known, dice: u32) -> Result<Known, Died> {
        if known != Known::Connected {
            self.mira.connect(&self.world, node, place).await?;
            self.note(place, "connect");
            return Ok(Known::Connected);
        }
        let (step, answer) = match dice {
            0 => ("disconnect", self.mira.disconnect(node, place).await?),
            1 => ("test", self.mira.test(node, place).await?),
            _ => ("refresh", self.mira.refresh(node, place).await?),
        };
        self.note(place, step);
        assert!(answer.status != 500, "{place:?}: {}", answer.body);
        Ok(if dice == 0 && answer.status == 200 { Known::Gone } else { Known::Connected })
    }

    fn note(&self, place: Place, step: &'static str) {
        self.done.lock().expect("nobody panicked holding it").insert((place.provider, step));
    }

    /// Every platform was there, and every step was taken.
    fn assert_lived(&self) {
        let done = self.done.lock().expect("nobody panicked holding it");
        for place in PLACES {
            let lived = done.iter().any(|(provider, _)| *provider == place.provider);
            assert!(lived, "nobody got an answer of {}", place.provider);
        }
        for step in STEPS {
            assert!(done.iter().any(|(_, taken)| *taken == step), "nobody got to {step}");
        }
    }

    async fn kill(&self, kills: u64, mut rng: StdRng) {
        for _ in 0..kills {
            let target = self.requests.load(Ordering::SeqCst) + rng.random_range(BETWEEN);
            until("more requests", async || self.requests.load(Ordering::SeqCst) >= target).await;
            // Somewhere inside of a request, which takes about as long.
            tokio::time::sleep(Duration::from_micros(rng.random_range(0..20_000))).await;
            self.kill_all().await;
        }
        self.over.store(true, Ordering::SeqCst);
    }

    /// Every process at once, as when the machine goes; then it is later, and they are back.
    async fn kill_all(&self) {
        let mut slots = Vec::new();
        for slot in &self.nodes {
            slots.push(slot.write().await);
        }
        for slot in &slots {
            slot.signal("KILL");
            until("the process to be dead", async || slot.has_ended()).await;
        }
        self.world.time_passes().await;
        for slot in &mut slots {
            **slot = Arc::new(self.world.node());
        }
    }

    /// Nobody is lost without a word, and nobody who left is kept.
    async fn check(&self, place: Place, known: Known) {
        let node = self.node(0).await;
        let Some(_) = self.mira.integration(&node, place).await else {
            assert_ne!(known, Known::Connected, "{place:?} was lost");
            return;
        };
        assert_ne!(known, Known::Gone, "{place:?} came back");
        if standing(&node, &self.mira, place).await != Standing::Works {
            self.mira.connect(&self.world, &node, place).await.expect("a live server");
            assert_eq!(
                standing(&node, &self.mira, place).await,
                Standing::Works,
                "{place:?} can be reconnected"
            );
        }
    }
}

async fn kill_under_load(town: Town, kills: u64, seed: u64) {
    let rng = |of: u64| StdRng::seed_from_u64(seed.wrapping_add(of));
    let lives = PLACES.iter().zip(1..).map(|(place, of)| town.live(*place, rng(of)));
    let (known, ()) = futures::join!(futures::future::join_all(lives), town.kill(kills, rng(0)));
    town.assert_lived();
    for (place, known) in PLACES.iter().zip(known) {
        town.check(*place, known).await;
    }
    let kept = "SELECT provider FROM oauth_accounts WHERE status = 'former' AND (access_token IS \
        NOT NULL OR refresh_token IS NOT NULL)";
    assert_eq!(
        town.world.look.texts(kept).await,
        Vec::<String>::new(),
        "who left has taken the credential along"
    );
    assert_no_plain_token(&town.world).await;
    town.nodes.into_iter().for_each(drop);
    town.world.end().await;
}

/// The seed says when.
async fn sweep(engine: Engine, binary: Option<&str>) {
    let seed = seed();
    let (towns, kills) = if soak() { ALL } else { SHARE };
    for at in 0..towns {
        let Some(town) = Town::new(engine, binary).await else { return };
        let (count, processes) = (kills * town.processes(), ALL.0 * ALL.1 * town.processes());
        println!("{count} kills under load on {engine:?} of {processes} (seed {seed})");
        kill_under_load(town, kills, seed.wrapping_add(at * 100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load_on_sqlite() {
    sweep(Engine::Sqlite, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load_on_postgres() {
    sweep(Engine::Postgres, None).await;
}

/// The same with the binary that is shipped, which has no failpoints.
mod shipped {
    use super::{Engine, sweep};
    use crate::support::process::release_binary;

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "it needs HUNTAZE_RELEASE_BINARY: make test"]
    async fn killed_under_load_on_sqlite() {
        sweep(Engine::Sqlite, Some(&release_binary())).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "it needs HUNTAZE_RELEASE_BINARY: make test"]
    async fn killed_under_load_on_postgres() {
        sweep(Engine::Postgres, Some(&release_binary())).await;
    }
}
