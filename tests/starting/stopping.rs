//! H7: a stop comes to its end, whatever peers do.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::Engine;
use crate::support::process::Machine;
use crate::sweep::creator::Creator;
use crate::sweep::places::PLACES;
use crate::sweep::world::World;
use crate::sweep::{until, within};

// A request whose body never comes, and whose patience is longer than a stop may take.
#[test]
fn a_peer_that_says_nothing_does_not_hold_up_a_stop() {
    let machine = Machine::new();
    let server = machine.serve().env("HUNTAZE__SERVER__REQUEST_SECONDS", "600").starts();
    let address = server.url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut peer = TcpStream::connect(&address).expect("a connection");
    let head =
        format!("POST /api/auth/login HTTP/1.1\r\nhost: {address}\r\ncontent-length: 60\r\n\r\n");
    peer.write_all(head.as_bytes()).expect("it is sent");
    // Another one is answered: the first has arrived by then.
    let mut other = TcpStream::connect(&address).expect("another connection");
    other
        .write_all(b"GET /health HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")
        .expect("it is sent");
    other.read_to_end(&mut Vec::new()).expect("an answer");
    let told = Instant::now();
    let (code, log) = server.stop("TERM");
    assert_eq!(code, Some(0), "{log}");
    assert!(told.elapsed() < Duration::from_secs(25), "{:?}: {log}", told.elapsed());
    assert!(log.contains("stopped"), "{log}");
}

// What a request began is waited for although its peer is gone, but not for ever: a platform that
// takes a minute to answer keeps the process for twenty seconds.
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_does_not_answer_does_not_hold_up_a_stop() {
    let Some(world) = World::new(Engine::Sqlite).await else { return };
    let server = world.idle();
    let ines = Creator::register(&server, "Ines").await;
    let x = PLACES.into_iter().find(|place| place.provider == "x").expect("one of them");
    let back = ines.allow(&world, &server, x).await.expect("the server lives");
    let slow =
        json!({ "platform": "x", "endpoint": x.token_call, "kind": "latency", "ms": 55_000 });
    world.sandbox.control("faults", slow).await;
    let asked = async {
        until("the code to be exchanged", async || {
            world.sandbox.calls("x", x.token_call).await > 0
        })
        .await;
        let told = Instant::now();
        server.signal("TERM");
        within(Duration::from_secs(26), "it to stop", async || server.has_ended()).await;
        told.elapsed()
    };
    let (_, took) = futures::join!(ines.come_back(&server, &back), asked);
    assert!(took > Duration::from_secs(15), "it was waited for: {took:?}");
    assert!(server.log().contains("stopped before everything had ended"), "{}", server.log());
    world.end().await;
}
