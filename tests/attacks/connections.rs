//! Connections that are held: by whoever asks and never reads, and by whoever opens all there are.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::Client;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpSocket, TcpStream};

use super::raw::Raw;
use super::*;
use crate::support::both;
use crate::sweep::until;

/// A connection from this address of the machine.
async fn from(app: &TestApp, last: u8) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    let here = format!("127.0.0.{last}:0").parse().expect("an address of this machine");
    // Little fits in between.
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    socket.bind(here).expect("all of 127.0.0.0/8 is this machine");
    socket.connect(app.backend().config.server.addr).await.expect("a connection")
}

/// The other end has closed, without a word.
async fn is_closed(stream: &mut TcpStream) -> bool {
    let read = tokio::time::timeout(Duration::from_millis(20), stream.read(&mut [0; 64])).await;
    matches!(read, Ok(Ok(0) | Err(_)))
}

async fn asks_health(app: &TestApp, last: u8) -> bool {
    let client =
        Client::builder().local_address(IpAddr::from([127, 0, 0, last])).build().expect("a client");
    client
        .get(format!("{}/health", app.base()))
        .send()
        .await
        .is_ok_and(|answer| answer.status().is_success())
}

// S6: whoever asks again and again, and reads nothing, is closed upon.
both!(a_peer_that_never_reads, config = |config| config.server.write_seconds = 1, |app| async {
    let host = Raw::host(&app);
    let stream = from(&app, 2).await;
    // Answers beyond all buffers in between: pages of many kilobytes.
    let ask = format!("GET /login HTTP/1.1\r\nhost: {host}\r\naccept: text/html\r\n\r\n");
    until("the server to give it up", async || {
        let sent = stream.try_write(ask.as_bytes());
        matches!(&sent, Err(error) if error.kind() != std::io::ErrorKind::WouldBlock)
    })
    .await;
});

// S5, S6: one address holds its share and no more; others are served.
both!(
    an_address_that_opens_all_connections,
    config = |config| config.server.connections_per_address = 8,
    |app| async {
        let mut held = Vec::new();
        for _ in 0..8 {
            held.push(from(&app, 2).await);
        }
        let mut ninth = from(&app, 2).await;
        until("the ninth to be closed", async || is_closed(&mut ninth).await).await;
        assert!(!is_closed(&mut held[0]).await, "the first eight stay");
        assert!(asks_health(&app, 3).await, "and another address is served");
        drop(held);
        until("its share to be free again", async || asks_health(&app, 2).await).await;
    }
);

// H1, S6: when everything is full, probes are answered, and nothing else is.
both!(
    many_addresses_that_open_all_connections,
    config = |config| config.server.connections = Some(12),
    |app| async {
        let mut held = Vec::new();
        for last in 10..22 {
            held.push(from(&app, last).await);
        }
        until("all to be full", async || {
            let client = Client::builder()
                .local_address(IpAddr::from([127, 0, 0, 3]))
                .build()
                .expect("a client");
            let asked = client.get(format!("{}/login", app.base())).send().await;
            asked.is_ok_and(|answer| {
                answer.status() == 503 && answer.headers().contains_key("retry-after")
            })
        })
        .await;
        assert!(asks_health(&app, 4).await, "the process lives and says so");
        drop(held);
    }
);
