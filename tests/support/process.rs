//! The real binary as a process, in a folder of its own, with nothing of the environment of the
//! tests.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

/// Set by `make test` and `make soak`: the binary as it is shipped.
const RELEASE_BINARY: &str = "HUNTAZE_RELEASE_BINARY";

/// Its path. The tests that start it are ignored until there is one, so that they are counted as
/// skipped.
pub fn release_binary() -> String {
    let binary = std::env::var(RELEASE_BINARY)
        .unwrap_or_else(|_| panic!("{RELEASE_BINARY} is not set: run `make test`"));
    println!("the binary under test: {binary}");
    binary
}

/// A machine with a site on it: a folder in which the server is started.
pub struct Machine {
    folder: TempDir,
    binary: PathBuf,
}

/// One start: arguments and environment.
pub struct Start {
    folder: PathBuf,
    command: Command,
}

/// A server that runs. Dropped, it is killed.
pub struct Running {
    child: Child,
    rest: BufReader<ChildStdout>,
    log: PathBuf,
    pub url: String,
}

/// A server that did not start.
#[derive(Debug)]
pub struct Refused {
    pub code: Option<i32>,
    pub message: String,
}

impl Machine {
    /// With the binary that was built beside the tests.
    pub fn new() -> Self {
        Self::with_binary(Path::new(env!("CARGO_BIN_EXE_huntaze")))
    }

    /// With another one, such as a release.
    pub fn with_binary(binary: &Path) -> Self {
        let folder = TempDir::new().expect("a folder for the test");
        let machine = Self { folder, binary: binary.into() };
        std::fs::create_dir(machine.path("site")).expect("a folder for the site");
        machine.write("site/hash.txt", "js: a\nwasm: b\ncss: c");
        machine
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("the test writes into its own folder");
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("the file is there")
    }

    /// `huntaze serve` on a free port.
    pub fn serve(&self) -> Start {
        self.command(&["serve", "--addr", "127.0.0.1:0"])
    }

    /// The same with the sandbox beside it.
    pub fn serve_sandbox(&self) -> Start {
        self.command(&[
            "serve",
            "--sandbox",
            "--addr",
            "127.0.0.1:0",
            "--sandbox-addr",
            "127.0.0.1:0",
        ])
    }

    pub fn command(&self, arguments: &[&str]) -> Start {
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("LEPTOS_SITE_ROOT", "site");
        Start { folder: self.folder.path().to_owned(), command }
    }
}

impl Start {
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    pub fn without_site(mut self) -> Self {
        self.command.env("LEPTOS_SITE_ROOT", "nowhere");
        self
    }

    /// Runs to its end, which has to be a good one: what it printed. For commands that end by
    /// themselves.
    #[track_caller]
    pub fn succeeds(mut self) -> String {
        let done = self.command.stdin(Stdio::null()).output().expect("the binary runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("its output is text")
    }

    /// Runs to its end; whether that was a signal, as `abort` sends one.
    pub fn ends_by_signal(mut self) -> bool {
        self.command.stdin(Stdio::null()).output().expect("the binary runs").status.code().is_none()
    }

    /// Begins, and waits for nothing: for `worker`, which has no address.
    pub fn works(mut self) -> Running {
        let log = tempfile::NamedTempFile::new_in(&self.folder)
            .expect("a file for the log")
            .keep()
            .expect("it stays");
        let mut child = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.0)
            .spawn()
            .expect("the binary runs");
        let rest = BufReader::new(child.stdout.take().expect("a pipe"));
        Running { child, rest, log: log.1, url: String::new() }
    }

    /// Waits until it says its address, or ends.
    fn run(self) -> Result<Running, Refused> {
        let mut running = self.works();
        let mut line = String::new();
        while running.rest.read_line(&mut line).expect("its output is text") > 0 {
            if let Some(url) =
                line.trim().strip_prefix("Huntaze ").and_then(|told| told.split_whitespace().last())
            {
                url.clone_into(&mut running.url);
                return Ok(running);
            }
            line.clear();
        }
        let code = running.child.wait().expect("it ended").code();
        Err(Refused { code, message: running.log() })
    }

    #[track_caller]
    pub fn starts(self) -> Running {
        self.run().unwrap_or_else(|refused| panic!("it did not start: {}", refused.message))
    }

    /// Does not start, and says all of `words`.
    #[track_caller]
    pub fn refuses_to_start(self, words: &[&str]) -> Refused {
        let Err(refused) = self.run() else { panic!("it started, but had to say {words:?}") };
        assert_eq!(refused.code, Some(1), "{}", refused.message);
        for word in words.iter().chain(&["fix: "]) {
            assert!(
                refused.message.contains(word),
                "\"{}\" does not say \"{word}\"",
                refused.message
            );
        }
        assert!(!refused.message.contains("panicked"), "{}", refused.message);
        refused
    }
}

impl Running {
    /// A signal of the operator ("TERM", "INT"), then its end: the exit code and all it logged.
    pub fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        self.signal(signal);
        self.rest.read_to_string(&mut String::new()).expect("its output is text");
        let code = self.child.wait().expect("it ends").code();
        (code, std::fs::read_to_string(&self.log).expect("its log"))
    }
}

impl Running {
    /// A signal by its name, and nothing waited for.
    pub fn signal(&self, name: &str) {
        let told = Command::new("sh")
            .args(["-c", "kill -s \"$0\" \"$1\"", name, &self.child.id().to_string()])
            .status();
        assert!(told.expect("sh").success(), "the signal arrives");
    }

    /// Whether the process is gone.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("its state").is_some()
    }

    /// Whether all of it stands still (SIGSTOP), as Linux tells: the state stands behind the name
    /// in brackets.
    pub fn is_stopped(&self) -> bool {
        let told =
            std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        told.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
    }

    /// All it logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("its log")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already where the test stopped it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `sqlite://` and a file, as DATABASE_URL says it.
pub fn sqlite(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}
