//! More at once than on any usual day, over real processes: callers of one account, accounts that
//! are due, keys that change (T2, T4, T5).
//!
//! `make test` has a share of it, `make soak` all of it, with the figures.

mod accounts;
mod callers;
mod platform;
mod rotation;
mod seed;
mod visitors;

use reqwest::{Client, RequestBuilder};

use crate::support::Engine;
use crate::sweep::creator::Creator;
pub use crate::sweep::world::Node;
use crate::sweep::world::{HOST, World};
use platform::Platform;

/// PostgreSQL carries two processes; SQLite is for one.
fn processes(engine: Engine) -> usize {
    if engine == Engine::Sqlite { 1 } else { 2 }
}

/// Processes that take this platform for X.
fn nodes(world: &World, engine: Engine, platform: &Platform) -> Vec<Node> {
    let start =
        || Node::start(world.serve().env("HUNTAZE__PLATFORMS__X__BASE_URL", &platform.base));
    (0..processes(engine)).map(|_| start()).collect()
}

/// The page of connections, at one process after the other.
fn pages(
    nodes: &[Node],
    mira: &Creator,
) -> impl Fn(&Client, usize) -> RequestBuilder + Send + Sync + 'static {
    let urls: Vec<String> = nodes.iter().map(|node| node.url("/integrations")).collect();
    let cookies = mira.cookies();
    move |http, turn| {
        let page =
            http.get(&urls[turn % urls.len()]).header("host", HOST).header("cookie", &cookies);
        page.header("accept", "text/html").header("sec-fetch-site", "same-origin")
    }
}

/// A test of one connection after the other.
fn tests(
    nodes: &[Node],
    mira: &Creator,
    numbers: Vec<usize>,
) -> impl Fn(&Client, usize) -> RequestBuilder + Send + Sync + 'static {
    let urls: Vec<String> = nodes.iter().map(|node| node.url("/api/integrations/test/x")).collect();
    let bearer = mira.bearer.clone();
    move |http, turn| {
        let number = numbers[turn % numbers.len()];
        http.post(format!("{}/{number}", urls[turn % urls.len()]))
            .header("host", HOST)
            .bearer_auth(&bearer)
    }
}
