//! Bytes on a wire, for what no tidy client would send.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::TestApp;

/// Longer than the server waits for anything in a test.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(15);

pub struct Raw(TcpStream);

impl Raw {
    pub async fn to(app: &TestApp) -> Self {
        Self(TcpStream::connect(app.backend().config.server.addr).await.expect("a connection"))
    }

    /// `127.0.0.1:port`
    pub fn host(app: &TestApp) -> String {
        app.backend().config.server.addr.to_string()
    }

    /// Sends it and reads until the server closes; a server that closes early has answered all the same.
    pub async fn ask(mut self, bytes: &str) -> String {
        let mut answer = Vec::new();
        let talk = async {
            let _ = self.0.write_all(bytes.as_bytes()).await;
            let _ = self.0.read_to_end(&mut answer).await;
        };
        tokio::time::timeout(PATIENCE, talk).await.unwrap_or_else(|_| panic!("it goes on waiting after {bytes:.200}"));
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The status of the first answer; 0 where the connection was closed without one.
    pub fn status(answer: &str) -> u16 {
        answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
    }
}
