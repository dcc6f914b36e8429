//! H7: a stop comes to its end, whatever peers do.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::process::Machine;

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
