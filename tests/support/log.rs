//! Everything that is logged in this process, in memory: once as it was said, once as production
//! writes it.

use std::io::{self, Write};
use std::sync::{LazyLock, Mutex};

use huntaze::server::config::Log;
use huntaze::server::log::Lines;
use serde_json::Value;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt, registry};

use super::Answer;

static RAW: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// All of what we log ourselves, and of others what a default server logs.
static LISTENING: LazyLock<()> = LazyLock::new(|| {
    let raw = fmt::layer().with_ansi(false).with_writer(|| Kept(&RAW));
    let written = Lines::new(Log::Json, || Kept(&WRITTEN));
    let all = registry().with(EnvFilter::new("info,huntaze=trace")).with(raw).with(written);
    all.try_init().expect("nobody else listens in the tests");
});

struct Kept(&'static Mutex<Vec<u8>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the lines").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub fn listen() {
    LazyLock::force(&LISTENING);
}

/// What was said, nothing masked.
pub fn raw() -> String {
    String::from_utf8_lossy(&RAW.lock().expect("the lines")).into_owned()
}

/// The lines that collectors get of one correlation id: what other tests of this process log is not
/// among them.
pub fn of(reference: &str) -> Vec<Value> {
    let lines = String::from_utf8_lossy(&WRITTEN.lock().expect("the lines")).into_owned();
    let lines =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    lines.filter(|line| line["reference"] == reference).collect()
}

/// The lines of one request.
pub fn of_answer(answer: &Answer) -> Vec<Value> {
    of(answer.header("x-correlation-id"))
}
