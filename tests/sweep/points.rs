//! Every failpoint, under every platform's strategy: the process dies exactly there, another one
//! starts, and the account stands.

use reqwest::Method;
use serde_json::json;

use super::checks::{
    Standing, assert_connected_once, assert_gone, assert_no_plain_token, sealed, standing,
};
use super::creator::{Creator, Died, Place};
use super::places::{INES_PAINTS, INES_WITH_TWO_PAGES, PLACES};
use super::refresh::{assert_survived, calls};
use super::share::{seed, share};
use super::world::{Node, World};
use super::{soak, until};
use crate::support::{Answer, Engine};

/// What a person is doing when the process dies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Doing {
    Connecting,
    Choosing,
    Refreshing,
    Rotating,
    Disconnecting,
}

const POINTS: &[(&str, Doing)] = &[
    ("callback.claimed", Doing::Connecting),
    ("callback.exchanged", Doing::Connecting),
    ("connect.before_commit", Doing::Connecting),
    ("connect.after_commit", Doing::Connecting),
    ("callback.waiting", Doing::Choosing),
    ("connect.before_commit", Doing::Choosing),
    ("connect.after_commit", Doing::Choosing),
    ("refresh.before_intent", Doing::Refreshing),
    ("refresh.after_intent", Doing::Refreshing),
    ("refresh.before_send", Doing::Refreshing),
    ("refresh.after_answer", Doing::Refreshing),
    ("refresh.after_durable", Doing::Refreshing),
    ("refresh.after_swap", Doing::Refreshing),
    ("refresh.after_close", Doing::Refreshing),
    ("keys.batch", Doing::Rotating),
    ("disconnect.before_commit", Doing::Disconnecting),
    ("disconnect.after_commit", Doing::Disconnecting),
    ("revoke.told", Doing::Disconnecting),
    ("disconnect.after_revoke", Doing::Disconnecting),
];

/// One world with one person in it.
struct Sweep {
    world: World,
    mira: Creator,
}

impl Sweep {
    async fn new(engine: Engine) -> Option<Self> {
        let world = World::new(engine).await?;
        let mira = Creator::register(&world.node(), "Mira").await;
        Some(Self { world, mira })
    }

    async fn kill(&self, point: &str, doing: Doing, place: Place) {
        match doing {
            Doing::Connecting => self.kill_while_connecting(point, place).await,
            Doing::Choosing => self.kill_while_choosing(point).await,
            Doing::Refreshing => self.kill_while_refreshing(point, place).await,
            Doing::Rotating => self.kill_while_rotating(point, place).await,
            Doing::Disconnecting => self.kill_while_disconnecting(point, place).await,
        }
        assert_no_plain_token(&self.world).await;
    }

    /// T6, C2: connected or not, and never half; the state is used up either way, and the next try
    /// works.
    async fn kill_while_connecting(&self, point: &str, place: Place) {
        let (world, mira) = (&self.world, &self.mira);
        let node = world.doomed(point);
        let back = mira.allow(world, &node, place).await.expect("it dies later");
        mira.come_back(&node, &back).await.expect_err("it dies in the callback");
        node.dies().await;

        let node = world.node();
        let committed = point == "connect.after_commit";
        assert_eq!(
            mira.integration(&node, place).await.is_some(),
            committed,
            "{point}: connected exactly if it was committed"
        );
        mira.come_back(&node, &back).await.expect("a live server").expect(303);
        assert_eq!(
            mira.integration(&node, place).await.is_some(),
            committed,
            "{point}: a used state connects nothing"
        );
        if !committed {
            mira.connect(world, &node, place).await.expect("a live server");
        }
        self.stands(&node, place).await;
        self.disconnected(node, place).await;
    }

    /// C5, T6: the choice waits, or it was made; never both.
    async fn kill_while_choosing(&self, point: &str) {
        let (world, mira) = (&self.world, &self.mira);
        let ines = Place { allows: INES_WITH_TWO_PAGES, id: INES_PAINTS, ..PLACES[0] };
        let node = world.doomed(point);
        let flow = match self.before_choosing(&node, ines).await {
            Ok(flow) => {
                choose(mira, &node, &flow).await.expect_err("it dies in the choice");
                Some(flow)
            }
            Err(Died) => None,
        };
        node.dies().await;

        let mut node = world.node();
        let waits = !world.look.rows("pending_connections").await.is_empty();
        assert_eq!(
            waits,
            point != "connect.after_commit",
            "{point}: the choice waits exactly until it is made"
        );
        if waits {
            // The person reloads the page of choices, or never saw it and begins again.
            let again = self.before_choosing(&node, ines).await.expect("a live server");
            choose(mira, &node, flow.as_ref().unwrap_or(&again))
                .await
                .expect("a live server")
                .expect(201);
            node = self.overtaken_by_time(node, "pending_connections").await;
        }
        self.stands(&node, ines).await;
        self.disconnected(node, ines).await;
    }

    /// T5, T6: the new pair is found again, or the account says that the answer was lost; the
    /// platform is asked twice at most.
    async fn kill_while_refreshing(&self, point: &str, place: Place) {
        let (world, mira) = (&self.world, &self.mira);
        let node = world.node();
        mira.connect(world, &node, place).await.expect("a live server");
        let before = calls(world, place).await;
        node.kill();

        let node = world.doomed(point);
        mira.refresh(&node, place).await.expect_err("it dies in the refresh");
        node.dies().await;

        world.time_passes().await;
        let node = world.node();
        if matches!(point, "refresh.after_durable" | "refresh.after_swap") {
            // H3: the operator reads of it.
            until("the answer to be recovered", async || {
                node.log().contains("refresh response recovered")
            })
            .await;
        }
        let again = mira.refresh(&node, place).await.expect("a live server");
        assert_ne!(again.status, 500, "{point}, {place:?}: {}", again.body);
        assert_survived(world, mira, &node, place, before, point != "refresh.after_answer").await;
        self.disconnected(node, place).await;
    }

    /// S3: the rotation is begun again and finished, and at no time is anything unreadable.
    async fn kill_while_rotating(&self, point: &str, place: Place) {
        let (world, mira) = (&self.world, &self.mira);
        let node = world.node();
        mira.connect(world, &node, place).await.expect("a live server");
        world.runs(&["keys", "generate"]);
        assert!(world.dies(&["keys", "rotate"], point), "it dies between two batches");
        self.stands(&node, place).await;
        world.runs(&["keys", "verify"]);
        world.runs(&["keys", "rotate"]);
        world.runs(&["keys", "verify"]);
        self.stands(&node, place).await;
        self.disconnected(node, place).await;
    }

    /// C11, T6: connected as before, or gone with every credential, and the platform is told.
    async fn kill_while_disconnecting(&self, point: &str, place: Place) {
        let (world, mira) = (&self.world, &self.mira);
        let node = world.node();
        // Of those who died between a first exchange and its commit: nobody can end these.
        let left_open = world.sandbox.live_grants(place.provider).await;
        mira.connect(world, &node, place).await.expect("a live server");
        let credentials = sealed(world, place).await;
        node.kill();

        let node = world.doomed(point);
        mira.disconnect(&node, place).await.expect_err("it dies while disconnecting");
        node.dies().await;

        let node = world.node();
        if point == "disconnect.before_commit" {
            self.stands(&node, place).await;
            return self.disconnected(node, place).await;
        }
        assert!(mira.integration(&node, place).await.is_none(), "{point}: gone means gone");
        assert_gone(world, &credentials).await;
        self.overtaken_by_time(node, "pending_revocations").await;
        let live = world.sandbox.live_grants(place.provider).await;
        assert!(live <= left_open, "{place:?}: the grant is over at the platform");
    }

    /// Connects up to the page of choices.
    async fn before_choosing(&self, node: &Node, place: Place) -> Result<String, Died> {
        let back = self.mira.allow(&self.world, node, place).await?;
        let page = self.mira.come_back(node, &back).await?;
        Ok(page.location().trim_start_matches("/integrations/choose/").to_owned())
    }

    /// What a table keeps until a time is over: a worker of the next process clears it.
    async fn overtaken_by_time(&self, node: Node, table: &str) -> Node {
        node.kill();
        self.world.time_passes().await;
        let node = self.world.node();
        until(&format!("{table} to be cleared"), async || {
            self.world.look.rows(table).await.is_empty()
        })
        .await;
        node
    }

    async fn stands(&self, node: &Node, place: Place) {
        let shown = self.mira.integration(node, place).await.unwrap_or_default();
        assert_connected_once(&self.world, &shown, place).await;
        assert_eq!(standing(node, &self.mira, place).await, Standing::Works, "{place:?}");
    }

    /// Disconnects without a crash, so that the next one begins afresh.
    async fn disconnected(&self, node: Node, place: Place) {
        let credentials = sealed(&self.world, place).await;
        self.mira.disconnect(&node, place).await.expect("a live server").expect(200);
        assert_gone(&self.world, &credentials).await;
    }
}

async fn choose(mira: &Creator, node: &Node, flow: &str) -> Result<Answer, Died> {
    let path = format!("/api/integrations/choices/{flow}");
    mira.ask(node, Method::POST, &path, Some(json!({ "id": INES_PAINTS }))).await
}

/// Every point at every platform. A choice is one platform's, and keys are nobody's.
fn all() -> Vec<(&'static str, Doing, Place)> {
    let of = |&(point, doing): &(&'static str, Doing)| {
        let once = matches!(doing, Doing::Choosing | Doing::Rotating);
        let places = PLACES.into_iter().take(if once { 1 } else { PLACES.len() });
        places.map(move |place| (point, doing, place))
    };
    POINTS.iter().flat_map(of).collect()
}

/// In `make test` a quarter of them: each point, and each platform.
async fn sweep(engine: Engine) {
    let Some(sweep) = Sweep::new(engine).await else { return };
    let all = all();
    let (count, kinds) = (all.len(), |(point, doing, place): &(_, _, Place)| {
        vec![format!("{point} {doing:?}"), place.provider.to_owned()]
    });
    let tried = share(all, if soak() { count } else { count / 4 }, kinds);
    for (point, doing, place) in &tried {
        sweep.kill(point, *doing, *place).await;
    }
    println!("{} kills at failpoints on {engine:?} of {count} (seed {})", tried.len(), seed());
    sweep.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_point_loses_nothing_on_sqlite() {
    sweep(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_point_loses_nothing_on_postgres() {
    sweep(Engine::Postgres).await;
}

/// A point that nobody kills at proves nothing.
#[test]
fn every_failpoint_of_the_sources_is_killed_at() {
    for name in super::places::failpoints() {
        let killed_at = POINTS
            .iter()
            .map(|(point, _)| *point)
            .chain(super::work::POINTS)
            .any(|point| point == name);
        assert!(killed_at, "nobody kills at {name}");
    }
}
