//! A viewer of a workspace looks, and that is all: nothing that changes something there, or calls a
//! platform for it, is done for one.

use reqwest::Method;
use serde_json::{Value, json};

use super::functions::{self, Function};
use super::routes::{self, Route};
use super::*;
use crate::stories::cast::{EVERYWHERE, INES_WITH_TWO_PAGES, word};
use crate::support::both;

/// What changes only the person who asks: their own profile, password, sessions and notices, and
/// what nobody has to be logged in for. Everything else is refused.
const OWN_FUNCTIONS: [&str; 20] = [
    "/fn/change_email",
    "/fn/change_password",
    "/fn/delete_account",
    "/fn/forgot",
    "/fn/login",
    "/fn/logout",
    "/fn/notice_preferences",
    "/fn/notice_read",
    "/fn/notices_read",
    "/fn/profile",
    "/fn/register",
    "/fn/reset",
    "/fn/revoke_other_sessions",
    "/fn/revoke_session",
    "/fn/verify",
    "/fn/verify_again",
    // For operators, whatever their role in a workspace is.
    "/fn/discard_job",
    "/fn/retry_job",
    "/fn/read_jobs",
    "/fn/read_mail",
];

fn is_own(route: &Route) -> bool {
    let own = ["/api/auth/", "/api/notices", "/reset", "/verify"];
    own.iter().any(|prefix| route.path.starts_with(prefix))
}

/// Vera sees Ada's workspace and is told that she may not change it.
async fn viewer(app: &TestApp, ada: &Person) -> Person {
    let vera = app.person("Vera").await;
    let of = |email: &str| format!("(SELECT id FROM users WHERE email = '{email}')");
    let hers = format!("(SELECT workspace_id FROM members WHERE user_id = {})", of(&ada.email));
    app.sql(&format!(
        "UPDATE members SET workspace_id = {hers}, role = 'viewer' WHERE user_id = {}",
        of(&vera.email)
    ))
    .await;
    app.sql(&format!(
        "UPDATE sessions SET workspace_id = {hers} WHERE user_id = {}",
        of(&vera.email)
    ))
    .await;
    vera
}

/// Ada's accounts, and a choice that waits for her.
async fn house(app: &TestApp) -> (Person, Vec<Value>, String) {
    let ada = app.person("Ada").await;
    let mut accounts = Vec::new();
    for (provider, account, _) in EVERYWHERE {
        accounts.push(ada.connect(provider, account).await);
    }
    let back = ada.allow("instagram", INES_WITH_TWO_PAGES).await;
    let flow = back.location().strip_prefix("/integrations/choose/").expect("a choice").to_owned();
    (ada, accounts, flow)
}

async fn calls_of_all(app: &TestApp) -> u64 {
    let mut calls = 0;
    for (provider, ..) in EVERYWHERE {
        calls += app.sandbox().calls(provider, "").await;
    }
    calls
}

// S4: every server function.
both!(a_viewer_calls_every_server_function, |app| async {
    let (ada, accounts, flow) = house(&app).await;
    let vera = viewer(&app, &ada).await;
    let before = calls_of_all(&app).await;
    let mut done = Vec::new();
    let may_change = |function: &Function| {
        !OWN_FUNCTIONS.contains(&function.path)
            && !function.path.starts_with("/fn/read_")
            && function.path != "/fn/frame"
    };
    let mut asked = 0;
    for function in functions::all().into_iter().filter(may_change) {
        for field in function.ids() {
            let id = if field == "flow" { flow.as_str() } else { word(&accounts[3], "id") };
            let answer = function.call(&vera, field, id).await;
            asked += 1;
            if answer.status != 403 {
                done.push(format!("{}: {} {:.120}", function.path, answer.status, answer.body));
            }
        }
    }
    let calls = calls_of_all(&app).await - before;
    assert!(asked >= 5, "{asked}");
    assert!(done.is_empty(), "done for a viewer: {done:#?}");
    assert_eq!(calls, 0, "a platform was called for a viewer");
    let now = ada.integrations().await;
    for account in &accounts {
        assert!(now.iter().any(|one| one["id"] == account["id"]), "{account} is gone");
    }
});

// S4: every route of REST, and the forms beside it.
both!(a_viewer_calls_every_route, |app| async {
    let (ada, accounts, flow) = house(&app).await;
    let vera = viewer(&app, &ada).await;
    let session = app.sandbox().session("216348905").await;
    let (before, flows) = (calls_of_all(&app).await, app.rows("oauth_flows").await.len());
    let (mut done, mut asked) = (Vec::new(), 0);
    let changing = |route: &Route| {
        route.changes()
            && !is_own(route)
            && !route.path.starts_with("/fn/")
            && (route.path.starts_with("/api/") || route.path.starts_with("/platforms/"))
    };
    for route in routes::all().into_iter().filter(changing) {
        for account in &accounts {
            let path = route.filled(|name| match name {
                "provider" | "platform" => word(account, "provider").into(),
                "accountId" => word(account, "accountId").into(),
                "flowId" => flow.clone(),
                _ => word(account, "id").into(),
            });
            let body = match path.as_str() {
                path if path.ends_with("/label") => Some(json!({ "label": "Vera's now" })),
                path if path.contains("/choices/") && route.method == Method::POST => {
                    Some(json!({ "id": "17841405822304914" }))
                }
                path if path.ends_with("/connect/onlyfans") && path.starts_with("/api/") => {
                    Some(json!({ "credentials": session.clone() }))
                }
                _ => None,
            };
            // A form says it by a message on the page that it leads back to.
            let refused = if route.path.starts_with("/platforms/") {
                let fields = [("account", word(account, "id")), ("attest", "0"), ("attest", "1")];
                let answer = vera.browser.submit("/integrations", &path, &fields).await;
                vera.toast(&answer).await.says(&["Your role"]).error
            } else {
                let answer = vera.browser.rest(route.method.clone(), &path, body.as_ref()).await;
                if answer.status != 403 {
                    done.push(format!(
                        "{} {path}: {} {:.80}",
                        route.method, answer.status, answer.body
                    ));
                }
                true
            };
            assert!(refused, "{path}");
            asked += 1;
        }
    }
    let calls = calls_of_all(&app).await - before;
    assert!(asked >= 6 * accounts.len(), "{asked}");
    assert!(done.is_empty(), "done for a viewer: {done:#?}");
    assert_eq!(calls, 0, "a platform was called for a viewer");
    assert_eq!(app.rows("oauth_flows").await.len(), flows, "a viewer began to connect");
});
