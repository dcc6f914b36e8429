//! S1: who starts must be who finishes, where and how it was started. Changing any one bound value
//! of a flow refuses its callback before the code is exchanged; a state works once.

use proptest::prelude::*;
use proptest::sample::select;

use super::samples;
use crate::support::{Begun, Person, TestApp, both};

/// One bound value that is no longer the one the flow began with.
#[derive(Clone, Copy, Debug)]
enum Change {
    Session,
    User,
    Workspace,
    Provider,
    RedirectUri,
    Expiry,
    /// One character of the state, by its place.
    State(usize),
}

const X: &[(&str, &str)] = &[("account", "84610273"), ("decision", "allow")];

fn changes() -> impl Strategy<Value = Change> {
    let whole = select(vec![
        Change::Session,
        Change::User,
        Change::Workspace,
        Change::Provider,
        Change::RedirectUri,
        Change::Expiry,
    ]);
    prop_oneof![3 => whole, 1 => (0usize..40).prop_map(Change::State)]
}

/// Changes the newest flow's row, or the address the person comes back to.
async fn apply(change: Change, app: &TestApp, begun: &Begun, back: &str) -> String {
    const OF_BEN: &str =
        "FROM users u JOIN sessions s ON s.user_id = u.id WHERE u.email = 'ben@stories.example'";
    let set = match change {
        Change::Session => format!("session_id = (SELECT s.id {OF_BEN})"),
        Change::User => format!("user_id = (SELECT u.id {OF_BEN})"),
        Change::Workspace => format!("workspace_id = (SELECT s.workspace_id {OF_BEN})"),
        Change::Provider => "provider = 'reddit'".to_owned(),
        Change::RedirectUri => "redirect_uri = redirect_uri || '/'".to_owned(),
        // The clock stands still: it ends now.
        Change::Expiry => "expires_at = created_at".to_owned(),
        Change::State(at) => {
            let mut state: Vec<char> = begun.state.chars().collect();
            let at = at % state.len();
            state[at] = if state[at] == 'a' { 'b' } else { 'a' };
            return back.replace(&begun.state, &state.into_iter().collect::<String>());
        }
    };
    assert_eq!(app.sql(&format!("UPDATE oauth_flows SET {set} WHERE claimed_at IS NULL")).await, 1);
    back.to_owned()
}

async fn token_calls(app: &TestApp) -> u64 {
    app.sandbox().calls("x", "/2/oauth2/token").await
}

async fn consent(app: &TestApp, mira: &Person) -> (Begun, String) {
    // What an earlier case left open under a foreign session is not this case's.
    app.sql("DELETE FROM oauth_flows").await;
    let begun = mira.begin("x", None).await;
    let back = app.sandbox().consent(&begun.auth_url, X).await;
    assert!(back.contains(&begun.state));
    (begun, back)
}

both!(a_flow_with_any_bound_value_changed_is_refused, |app| async {
    let (mira, _ben) = (app.person("Mira").await, app.person("Ben").await);
    for change in samples(changes(), 12) {
        let (begun, back) = consent(&app, &mira).await;
        let back = apply(change, &app, &begun, &back).await;
        let answer = mira.browser.come_back(&back).await.expect(303);
        let toast = mira.toast(&answer).await;
        assert!(toast.error, "{change:?}: {toast:?}");
        assert_eq!(token_calls(&app).await, 0, "{change:?}: the code was not exchanged");
        assert_eq!(app.rows("oauth_accounts").await, Vec::<String>::new(), "{change:?}");
    }
    // With nothing changed it connects.
    let (_, back) = consent(&app, &mira).await;
    let answer = mira.browser.come_back(&back).await.expect(303);
    assert!(!mira.toast(&answer).await.error);
    assert_eq!((token_calls(&app).await, mira.integrations().await.len()), (1, 1));
});

both!(a_state_works_once, |app| async {
    let (mira, ben) = (app.person("Mira").await, app.person("Ben").await);
    let (_, back) = consent(&app, &mira).await;
    mira.browser.come_back(&back).await.expect(303);
    let rows = app.rows("oauth_accounts").await;
    assert_eq!(rows.len(), 1);

    // A reload shows what came of it; elsewhere, and to others, the address is worth nothing.
    let again = mira.browser.come_back(&back).await.expect(303);
    assert!(!mira.toast(&again).await.error, "the stored outcome");
    let elsewhere = mira.elsewhere().await;
    for other in [&elsewhere, &ben] {
        let answer = other.browser.come_back(&back).await.expect(303);
        other
            .toast(&answer)
            .await
            .says(&["another browser or by another person", "Nothing was connected"]);
    }
    let stranger = app.stranger("Nobody");
    stranger.browser.come_back(&back).await.expect(303);
    assert_eq!(token_calls(&app).await, 1, "the code was exchanged once");
    assert_eq!(app.rows("oauth_accounts").await, rows, "and nothing changed");
});
