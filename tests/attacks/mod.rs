//! Attacks, each told by name against every platform that it concerns. None gets anything: nothing
//! is stored, nothing changes, no secret is answered, and nothing breaks. docs/oauth.md has the
//! defence to each.
//!
//! Mallory attacks, Ada is attacked. Test accounts that consent are whoever's they are at the
//! platform.

mod address;
mod bodies;
mod browser;
mod callback;
mod choices;
mod codes;
mod connections;
mod consent;
mod count;
mod evasion;
mod families;
mod forgery;
mod functions;
mod hosts;
mod links;
mod pictures;
mod platforms;
mod raw;
mod repeats;
mod routes;
mod slow;
mod tenancy;
mod tokens;
mod viewers;

use huntaze::model::ConnectKind;

use crate::stories::cast::{EVERYWHERE, holding_credentials};
use crate::support::{Answer, Begun, Person, TestApp};

/// What changes by being asked: who did what, who is here, what waits to be done or followed, and a
/// form of boxes that were left empty.
const LEDGERS: &[&str] = &[
    "audit_events",
    "jobs",
    "schedules",
    "oauth_flows",
    "sessions",
    "refresh_tokens",
    "outgoing_emails",
    "email_tokens",
    "reset_requests",
    "notice_preferences",
];

/// What there is before an attack, and what the attack must not get.
struct Watch {
    app: TestApp,
    rows: Vec<String>,
    secrets: Vec<String>,
}

impl Watch {
    /// Begins now. What these people hold is secret.
    async fn over(app: &TestApp, people: &[&Person]) -> Self {
        let cookies = people.iter().filter_map(|person| person.browser.cookie("session"));
        let secrets = cookies.chain(people.iter().map(|person| person.token())).collect();
        Self { app: app.clone(), rows: stored(app).await, secrets }
    }

    /// Refused, by a 4xx or by being sent to a page of ours, and nothing is given away.
    #[track_caller]
    fn assert_refused(&self, what: &str, answer: &Answer) {
        assert!((300..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.body);
        self.assert_silent(what, answer);
    }

    /// Whatever the answer is, it is no breakdown and gives nothing away.
    #[track_caller]
    fn assert_silent(&self, what: &str, answer: &Answer) {
        assert!(answer.status < 500, "{what}: {} {}", answer.status, answer.body);
        let location = answer.header("location");
        assert!(location.is_empty() || is_ours(&self.app, location), "{what} leads to {location}");
        let all = format!("{:?}{}", answer.headers, answer.body);
        assert!(
            !self.secrets.iter().any(|secret| all.contains(secret)),
            "{what} got a secret: {all}"
        );
        for inside in [
            "panicked",
            "sqlx",
            "SELECT ",
            "/src/",
            "RUST_BACKTRACE",
            huntaze::sandbox::CLIENT_SECRET,
        ] {
            assert!(!all.contains(inside), "{what} tells {inside}: {all}");
        }
    }

    /// Nothing was stored, changed or taken away.
    async fn assert_unchanged(&self, what: &str) {
        let now = stored(&self.app).await;
        let differ: Vec<_> = now.iter().filter(|row| !self.rows.contains(row)).collect();
        assert!(differ.is_empty() && now.len() == self.rows.len(), "{what} changed: {differ:?}");
    }
}

async fn stored(app: &TestApp) -> Vec<String> {
    let mut rows = app.all_rows().await;
    rows.retain(|row| !LEDGERS.iter().any(|ledger| row.starts_with(ledger)));
    rows
}

/// A path of ours, or our own address: never `//elsewhere`.
fn is_ours(app: &TestApp, location: &str) -> bool {
    let path = location.strip_prefix(&app.base()).unwrap_or(location);
    path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\")
}

/// Every platform with a consent page, out of the registry, with a test account that connects. A
/// new one has to join the cast.
fn with_consent(app: &TestApp) -> Vec<(String, &'static str)> {
    let oauth =
        app.backend().platforms.iter().filter(|entry| entry.info().kind == ConnectKind::OAuth);
    oauth.map(|entry| (entry.provider.to_string(), account_of(entry.provider.as_str()))).collect()
}

fn account_of(provider: &str) -> &'static str {
    EVERYWHERE
        .into_iter()
        .find(|(id, ..)| *id == provider)
        .unwrap_or_else(|| panic!("{provider} is not in the cast"))
        .1
}

/// The address that a good consent leads back to.
async fn consented(app: &TestApp, begun: &Begun, account: &str) -> String {
    app.sandbox().consent(&begun.auth_url, &[("account", account), ("decision", "allow")]).await
}

/// An address with one parameter set, or taken out.
fn with(address: &str, name: &str, value: Option<&str>) -> String {
    let mut url: url::Url = address.parse().expect("an address");
    let kept: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(key, _)| key != name).collect();
    url.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(value.map(|value| (name, value)));
    url.into()
}

fn parameter(address: &str, name: &str) -> Option<String> {
    let url: url::Url = address.parse().expect("an address");
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Nobody holds anything, and no platform was asked for tokens.
async fn assert_nothing_exchanged(app: &TestApp, provider: &str) {
    assert!(holding_credentials(app).await.is_empty(), "{provider}: credentials are stored");
    assert!(app.rows("pending_connections").await.is_empty(), "{provider}: a grant waits");
    assert_eq!(app.sandbox().live_grants(provider).await, 0, "{provider}: a code was exchanged");
}
