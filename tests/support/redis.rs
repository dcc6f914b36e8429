//! A Redis of the test's own, on a free port, in memory only.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::net::TcpStream;

/// A running Redis. Dropped, it is gone.
pub struct Redis {
    process: Child,
    port: u16,
}

impl Redis {
    /// `None`: a person who runs some tests by hand without it has said so.
    pub async fn start() -> Option<Self> {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("its address").port();
        drop(free);
        Self::start_at(port).await
    }

    pub async fn start_at(port: u16) -> Option<Self> {
        let arguments = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"];
        let started = Command::new("redis-server")
            .args(arguments)
            .arg(port.to_string())
            .stdout(Stdio::null())
            .spawn();
        let Ok(process) = started else {
            assert!(
                std::env::var_os("HUNTAZE_SKIP_REDIS").is_some(),
                "redis-server is not installed: `scripts/setup.sh tests` does it. \
                 HUNTAZE_SKIP_REDIS=1 leaves Redis out."
            );
            eprintln!("skipped with Redis, as HUNTAZE_SKIP_REDIS says");
            return None;
        };
        let redis = Self { process, port };
        for _ in 0..500 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return Some(redis);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("Redis does not listen on port {port}");
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
