//! Ids of another workspace, guessed or seen somewhere: wherever an id can be said, another's is
//! answered as one that nobody has.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::functions;
use super::routes::{self, Route};
use super::*;
use crate::stories::cast::{EVERYWHERE, INES_WITH_TWO_PAGES, word};
use crate::support::both;

const NOBODYS: &str = "018f0000-0000-7000-8000-000000000000";

/// What Ada has: accounts everywhere, a choice that waits, a session.
struct House {
    ada: Person,
    accounts: Vec<Value>,
    flow: String,
    session: String,
}

async fn house(app: &TestApp) -> House {
    let ada = app.person("Ada").await;
    let mut accounts = Vec::new();
    for (provider, account, _) in EVERYWHERE {
        accounts.push(ada.connect(provider, account).await);
    }
    let back = ada.allow("instagram", INES_WITH_TWO_PAGES).await;
    let flow = back.location().strip_prefix("/integrations/choose/").expect("a choice").to_owned();
    let claims = ada
        .token()
        .split('.')
        .nth(1)
        .map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64url"))
        .expect("claims");
    let claims: Value = serde_json::from_slice(&claims).expect("claims");
    let session = word(&claims, "sid").to_owned();
    House { ada, accounts, flow, session }
}

/// An answer without what differs between any two: the request's own id and time.
fn told(answer: &Answer) -> (u16, String) {
    let mut body = answer.body.replace(answer.header("x-correlation-id"), "");
    if let Some(time) =
        answer.body.split("\"timestamp\":\"").nth(1).and_then(|rest| rest.split('"').next())
    {
        body = body.replace(time, "");
    }
    (answer.status, body)
}

/// A body that fits the shape of every route that takes one; what does not fit is refused before an
/// id is looked at.
fn body(route: &Route) -> Option<Value> {
    match route.path.as_str() {
        path if path.ends_with("/label") => Some(json!({ "label": "mine now" })),
        path if path.contains("/choices/") => Some(json!({ "id": "17841405822304914" })),
        _ => None,
    }
}

// S4: every route of REST with an id in its path.
both!(ids_of_another_workspace_in_a_path, |app| async {
    let house = house(&app).await;
    let mallory = app.person("Mallory").await;
    let watch = Watch::over(&app, &[&house.ada, &mallory]).await;
    let mut asked = 0;
    for route in routes::all().into_iter().filter(|route| {
        route.parameters().iter().any(|name| !matches!(*name, "provider" | "platform"))
    }) {
        for account in &house.accounts {
            let path_with = |id: &str, account_id: &str| {
                route.filled(|name| match name {
                    "provider" => word(account, "provider").into(),
                    "accountId" => account_id.into(),
                    _ => id.into(),
                })
            };
            let hers = [word(account, "id"), house.flow.as_str(), house.session.as_str()];
            for id in hers {
                let (theirs, nobodys) =
                    (path_with(id, word(account, "accountId")), path_with(NOBODYS, "1"));
                let found = mallory
                    .call(route.method.clone(), &theirs, body(&route).filter(|_| route.changes()))
                    .await;
                let missing = mallory
                    .call(route.method.clone(), &nobodys, body(&route).filter(|_| route.changes()))
                    .await;
                assert_eq!(found.status, 404, "{} {theirs}: {}", route.method, found.body);
                assert_eq!(told(&found), told(&missing), "{theirs} and {nobodys} are told apart");
                watch.assert_refused(&theirs, &found);
                asked += 1;
            }
        }
    }
    assert!(asked > 100, "{asked}");
    watch.assert_unchanged("ids in a path").await;
});

// S4: every server function that takes an id, with each of Ada's ids in each of them: it gets as
// far as the question whose it is.
both!(
    server_functions_called_with_ids_of_another_workspace,
    // Mallory operates the server, or the functions for operators would stop him before.
    config = |config| config.users.operators.push("mallory@stories.example".into()),
    |app| async {
        let house = house(&app).await;
        let mallory = app.person("Mallory").await;
        let watch = Watch::over(&app, &[&house.ada, &mallory]).await;
        let ids = [word(&house.accounts[3], "id"), house.flow.as_str(), house.session.as_str()];
        let mut asked = Vec::new();
        for function in functions::all() {
            for field in function.ids() {
                let missing = function.call(&mallory, field, NOBODYS).await;
                for id in ids {
                    let found = function.call(&mallory, field, id).await;
                    assert_eq!(found.status, 404, "{}: {}", function.path, found.body);
                    watch.assert_silent(function.path, &found);
                    assert_eq!(
                        told(&found),
                        told(&missing),
                        "{} tells another's id from nobody's",
                        function.path
                    );
                }
                asked.push(function.path);
            }
        }
        for known in ["/fn/disconnect", "/fn/choose", "/fn/revoke_session", "/fn/retry_job"] {
            assert!(asked.contains(&known), "{known} is not among {asked:?}");
        }
        watch.assert_unchanged("server functions").await;
        house.ada.get("/api/auth/me").await.expect(200);
    }
);

// S4: what the others answer is Mallory's own, or everybody's.
both!(server_functions_that_take_no_id, |app| async {
    let house = house(&app).await;
    let mallory = app.person("Mallory").await;
    let watch = Watch::over(&app, &[&house.ada, &mallory]).await;
    // These end the story, send a mail to oneself, or change one's own name.
    let not_these = ["/fn/logout", "/fn/verify_again", "/fn/profile"];
    let without_id = |function: &functions::Function| {
        function.ids().is_empty() && !not_these.contains(&function.path)
    };
    for function in functions::all().into_iter().filter(without_id) {
        let answer = function.call(&mallory, "", "").await;
        watch.assert_silent(function.path, &answer);
        // Its arguments were understood: a body that could not be read answers no question of ours.
        assert!(!functions::is_unread(&answer), "{}: {}", function.path, answer.body);
        for name in ["ines_draws", "koficooks", "Carvalho", &house.ada.email] {
            // The examples of the API's description are the same for everybody.
            assert!(
                !answer.body.contains(name) || function.path == "/fn/read_reference",
                "{}: {}",
                function.path,
                answer.body
            );
        }
    }
    watch.assert_unchanged("server functions").await;
    house.ada.get("/api/auth/me").await.expect(200);
});

// S4: in a body, in a query, in the address of a page.
both!(ids_of_another_workspace_in_bodies_and_pages, |app| async {
    let house = house(&app).await;
    let mallory = app.person("Mallory").await;
    let watch = Watch::over(&app, &[&house.ada, &mallory]).await;
    for account in &house.accounts {
        let (id, provider) = (word(account, "id"), word(account, "provider"));
        let answers = [
            mallory
                .post(
                    &format!("/api/integrations/connect/{provider}"),
                    Some(json!({ "accountId": id, "credentials": {} })),
                )
                .await,
            mallory
                .browser
                .submit(
                    "/integrations",
                    &format!("/platforms/connect/{provider}"),
                    &[("account", id), ("attest", "0"), ("attest", "1")],
                )
                .await,
            mallory.browser.open(&format!("/integrations/{id}/disconnect")).await,
            mallory.browser.open(&format!("/?account={id}")).await,
            mallory.browser.open(&format!("/integrations/choose/{}", house.flow)).await,
        ];
        for answer in answers {
            watch.assert_silent(provider, &answer);
            for name in [word(account, "accountName"), word(account, "accountId")] {
                assert!(!answer.body.contains(name), "{provider}: {name} in {}", answer.body);
            }
        }
        assert!(mallory.integrations().await.is_empty(), "{provider}");
    }
    watch.assert_unchanged("ids in bodies").await;
});
