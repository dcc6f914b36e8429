//! T1, S1, S2, S9: after a whole journey - good and bad ends of everything - no password, cookie,
//! code, state, verifier or token stands in the database, in a file, in the log, on a page, in an
//! answer or in the text of an error.

mod journey;
mod secrets;
mod wire;

use std::path::{Path, PathBuf};

use crate::support::{Answer, Engine, Person, TestApp, log};
use secrets::Secrets;
use wire::Wire;

/// What the person and their programs got to see, and what none of it may hold.
struct Witness {
    app: TestApp,
    wire: Wire,
    /// Secrets that never were on the wire to a platform: passwords, cookies, states.
    own: Secrets,
    seen: Vec<(String, String)>,
}

impl Witness {
    /// An answer, headers included. What it is there to hand out is taken out first.
    fn sees(&mut self, what: &str, answer: &Answer, handed_out: &[&str]) {
        let mut headers = String::new();
        for (name, value) in &answer.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            if !(name == "set-cookie" && value.starts_with("session=")) {
                headers.push_str(&format!("{name}: {value}\n"));
            }
        }
        let text = format!("{}\n{headers}{}", answer.status, answer.body);
        self.seen.push((
            what.to_owned(),
            handed_out.iter().fold(text, |text, out| text.replace(out, "")),
        ));
    }

    /// The cookie and the access token that a person holds now.
    fn knows(&mut self, person: &Person) {
        self.own.add(&person.browser.cookie("session").expect("a session"));
        self.own.add(&person.token());
    }

    fn secrets(&self) -> Secrets {
        let mut secrets = self.wire.seen();
        secrets.extend(&self.own);
        secrets
    }

    async fn finds_nothing(&self) {
        let secrets = self.secrets();
        for (what, text) in &self.seen {
            secrets.assert_not_in(what, text);
        }
        secrets.assert_not_in("the log", &log::raw());
        for row in self.app.all_rows().await {
            secrets.assert_not_in("the database", &row);
        }
        for file in files(self.app.folder()) {
            let bytes = std::fs::read(&file).expect("a file");
            secrets.assert_not_in(&file.display().to_string(), &String::from_utf8_lossy(&bytes));
        }
    }
}

/// Everything in the data directory: database with its log of changes, keys, the sandbox's state.
/// Not the mails: they are there to hand out links, as a mail server would.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .expect("the data directory")
        .map(|entry| entry.expect("an entry").path());
    entries
        .filter(|path| !path.ends_with("mail"))
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

async fn tell(engine: Engine) {
    log::listen();
    let mut wire = None;
    let Some(app) = TestApp::start(engine, |config| wire = Some(Wire::tap(config))).await else {
        return;
    };
    let wire = wire.expect("it was tapped");
    let mut witness = Witness { app: app.clone(), wire, own: Secrets::default(), seen: Vec::new() };
    journey::take(&mut witness).await;
    witness.finds_nothing().await;
    is_masked(&witness.wire.seen());
    control(&mut witness).await;
    app.stop().await;
}

/// H3: should a secret get into a line all the same, it does not get out of the process. Every one
/// that was on the wire is tried.
fn is_masked(on_the_wire: &Secrets) {
    let mut secrets = Secrets::default();
    // Not the codes of errors, nor the sandbox's own client secret: plain words, made to be read.
    let random = |secret: &&str| {
        secret.contains(|c: char| c.is_ascii_digit())
            && !secret.contains(huntaze::sandbox::CLIENT_SECRET)
    };
    on_the_wire.all().filter(random).for_each(|secret| secrets.add(secret));
    assert!(secrets.len() > 30, "{} secrets", secrets.len());
    let reference = &*huntaze::server::request_context::new_reference();
    for secret in secrets.all() {
        tracing::error!(target: "huntaze::canary", reference, token = secret, "refused: {secret}");
        tracing::error!(target: "huntaze::canary", reference, detail = secret, "answered \
            code={secret}&state=1");
    }
    let lines = log::of(reference);
    assert_eq!(lines.len(), 2 * secrets.len());
    for line in lines {
        secrets.assert_not_in("a masked line", &line.to_string());
    }
}

/// The search would find a secret in each of these places.
async fn control(witness: &mut Witness) {
    let (planted, app) = ("planted-secret-of-the-canary", witness.app.clone());
    let mut secrets = Secrets::default();
    secrets.add(planted);
    let mira = app.person("Control").await;
    mira.connect("x", "84610273").await;
    mira.put("/api/integrations/x/84610273/label", serde_json::json!({ "label": planted }))
        .await
        .expect(200);
    assert!(!secrets.found_in(&mira.page("/integrations").await).is_empty(), "on a page");
    assert!(!secrets.found_in(&mira.status().await.to_string()).is_empty(), "in an answer");
    assert!(!secrets.found_in(&app.all_rows().await.join("\n")).is_empty(), "in the database");
    tracing::debug!(target: "huntaze::canary", "{planted}");
    assert!(!secrets.found_in(&log::raw()).is_empty(), "in the log");
    if app.engine() == Engine::Sqlite {
        let bytes = files(app.folder())
            .iter()
            .flat_map(|file| std::fs::read(file).expect("a file"))
            .collect::<Vec<u8>>();
        assert!(!secrets.found_in(&String::from_utf8_lossy(&bytes)).is_empty(), "in the file");
    }
    assert!(log::raw().contains("connection started"), "the log was heard");
}

#[tokio::test]
async fn no_secret_is_left_anywhere_sqlite() {
    tell(Engine::Sqlite).await;
}

#[tokio::test]
async fn no_secret_is_left_anywhere_postgres() {
    tell(Engine::Postgres).await;
}
