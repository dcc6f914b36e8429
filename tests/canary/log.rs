//! Everything that is logged in this process, in memory.

use std::io::{self, Write};
use std::sync::{LazyLock, Mutex};

use tracing_subscriber::EnvFilter;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// All of what we log ourselves, and of others what a default server logs.
static LISTENING: LazyLock<()> = LazyLock::new(|| {
    let lines =
        tracing_subscriber::fmt().with_env_filter(EnvFilter::new("info,huntaze=trace")).with_ansi(false).with_writer(|| Lines);
    lines.try_init().expect("nobody else listens in the tests");
});

struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().expect("the lines").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub fn listen() {
    LazyLock::force(&LISTENING);
}

pub fn lines() -> String {
    String::from_utf8_lossy(&LINES.lock().expect("the lines")).into_owned()
}
