//! Bytes on a wire, for what no tidy client would send.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::TestApp;

/// Longer than the server waits for anything in a test.
const PATIENCE: Duration = Duration::from_secs(15);
/// Often enough that a connection never falls silent.
const DRIP: Duration = Duration::from_millis(50);

pub struct Raw(TcpStream);

impl Raw {
    pub async fn to(app: &TestApp) -> Self {
        Self(TcpStream::connect(app.backend().config.server.addr).await.expect("a connection"))
    }

    /// `127.0.0.1:port`
    pub fn host(app: &TestApp) -> String {
        app.backend().config.server.addr.to_string()
    }

    /// Sends it and reads until the server closes; a server that closes early has answered all the
    /// same.
    pub async fn ask(mut self, bytes: impl AsRef<[u8]>) -> String {
        let bytes = bytes.as_ref();
        let mut answer = Vec::new();
        let talk = async {
            let _ = self.0.write_all(bytes).await;
            let _ = self.0.read_to_end(&mut answer).await;
        };
        let said = String::from_utf8_lossy(bytes);
        tokio::time::timeout(PATIENCE, talk)
            .await
            .unwrap_or_else(|_| panic!("it goes on waiting after {said:.200}"));
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Sends the beginning, then one byte after the other for as long as the server listens; what
    /// it said to that.
    pub async fn drip(self, beginning: &str) -> String {
        let (mut reading, mut writing) = self.0.into_split();
        let begun = beginning.to_owned();
        let dripping = tokio::spawn(async move {
            let mut piece = begun.into_bytes();
            while writing.write_all(&piece).await.is_ok() {
                tokio::time::sleep(DRIP).await;
                piece = b"a".to_vec();
            }
        });
        let mut answer = Vec::new();
        let heard = tokio::time::timeout(PATIENCE, reading.read_to_end(&mut answer)).await;
        dripping.abort();
        assert!(heard.is_ok(), "it goes on waiting after {beginning:.200}");
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The status of the first answer; 0 where the connection was closed without one.
    pub fn status(answer: &str) -> u16 {
        answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
    }
}
