//! Leaving Huntaze for good.

use reqwest::Method;
use serde_json::json;

use crate::support::{PASSWORD, Person, TestApp, both, heading, text};

// U1, C11: everything of the person goes, in one transaction; the platforms are told, later where
// they are down.
both!(ada_deletes_her_account_and_nothing_of_it_is_left, |app| async {
    let ada = app.person("Ada").await;
    let phone = ada.elsewhere().await;
    let grace = app.person("Grace").await;
    ada.connect("x", "84610273").await;
    ada.connect("reddit", "4k2mf9qd").await;
    grace.connect("tiktok", "afd97af1-b87b-48b9-ac98-410a5e0c5344").await;
    ada.begin("youtube", None).await;
    app.mail_of(&ada.email).await;

    let leave = async |email: &str, password: &str| {
        ada.browser
            .rest(
                Method::DELETE,
                "/api/auth/me",
                Some(&json!({ "email": email, "password": password })),
            )
            .await
    };
    let field = async |email: &str, password: &str| {
        leave(email, password).await.expect(422).error()["details"]["fields"][0]["field"].clone()
    };
    assert_eq!(field("grace@stories.example", PASSWORD).await, "email");
    assert_eq!(field(&ada.email, "not her password").await, "password");
    assert_eq!(ada.integrations().await.len(), 2, "nothing has happened yet");

    app.sandbox().trouble("x", "", "500", None).await;
    let gone = leave("ADA@stories.example ", PASSWORD).await.expect(200);
    assert!(gone.cookies().iter().any(|line| line.starts_with("session=;")));
    let ends: Vec<u16> =
        [ada.get("/api/auth/me").await.status, phone.get("/api/auth/me").await.status].into();
    assert_eq!(ends, [401, 401]);
    let rows = app.all_rows().await;
    for row in
        rows.iter().filter(|row| !row.starts_with("outgoing_emails:") && !row.starts_with("audit"))
    {
        assert!(
            !row.contains("ada@stories.example")
                && !row.contains("84610273")
                && !row.contains("4k2mf9qd"),
            "{row}"
        );
    }
    let count =
        |table: &str| rows.iter().filter(|row| row.starts_with(&format!("{table}:"))).count();
    assert_eq!(
        (count("users"), count("workspaces"), count("members")),
        (2, 2, 2),
        "Grace and the demo creator stay"
    );
    assert_eq!(
        (count("oauth_accounts"), count("oauth_flows"), count("pending_revocations")),
        (1, 1, 2),
        "Grace's stay"
    );
    assert_eq!(grace.integrations().await.len(), 1);

    app.later(chrono::Duration::minutes(1)).await;
    let last = app.last_mail_of(&ada.email).await;
    assert_eq!(last.subject, "Your account is deleted");
    assert_eq!(app.rows("pending_revocations").await.len(), 1, "Reddit was told, X is down");
    app.sandbox().calm().await;
    app.later(chrono::Duration::minutes(2)).await;
    app.work().await;
    assert!(app.rows("pending_revocations").await.is_empty());

    let form = json!({ "email": ada.email, "password": PASSWORD });
    let again = app.stranger("Ada");
    again.browser.rest(Method::POST, "/api/auth/login", Some(&form)).await.expect(401);
    let form = json!({ "email": ada.email, "password": PASSWORD, "name": "Ada" });
    again.browser.rest(Method::POST, "/api/auth/register", Some(&form)).await.expect(201);
    assert!(
        app.rows("oauth_accounts").await.iter().all(|row| !row.contains("84610273")),
        "a new beginning"
    );
});

// U1, C11: of two accounts that live by one grant, both gone, the grant is ended, once.
both!(a_grant_of_two_accounts_is_ended_with_the_last, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("youtube", "UCx4Qe7mVtR2nYp0LwHs3ABg").await;
    ada.connect("youtube", "UCx4Qe7mVtR2nYp0LwHs3ABg").await;
    let form = json!({ "email": ada.email, "password": PASSWORD });
    ada.browser.rest(Method::DELETE, "/api/auth/me", Some(&form)).await.expect(200);
    assert_eq!(app.rows("pending_revocations").await.len(), 1);
});

// U1, C15: the page says what goes and what stays, and asks for proof.
both!(ada_leaves_without_scripts, |app| async {
    let ada = app.person("Ada").await;
    assert!(ada.page("/settings").await.contains("href=\"/settings/delete\""));
    let page = ada.page("/settings/delete").await;
    assert_eq!(heading(&page), "Delete your account?");
    assert!(text(&page).contains("What you posted there stays."));
    let fields = [("email", "grace@stories.example"), ("password", PASSWORD)];
    let again = ada
        .browser
        .submit_and_follow("/settings/delete", "/fn/delete_account", &fields)
        .await
        .expect(200);
    assert!(text(&again.body).contains("Type ada@stories.example to go on."));
    let fields = [("email", ada.email.as_str()), ("password", PASSWORD)];
    let gone = ada.browser.submit("/settings/delete", "/fn/delete_account", &fields).await;
    assert_eq!(gone.location(), "/login");
    ada.toast(&gone).await.says(&["Your account is deleted."]);
    assert!(ada.browser.cookie("session").is_none());
});

/// Ben works in Ada's workspace, and connected what is connected there.
async fn ben_joins_ada(app: &TestApp, role: &str) {
    app.sql(&format!(
        "INSERT INTO members (workspace_id, user_id, role)
         SELECT m.workspace_id, ben.id, '{role}' FROM members m
         JOIN users ada ON ada.id = m.user_id AND ada.email = 'ada@stories.example'
         JOIN users ben ON ben.email = 'ben@stories.example'"
    ))
    .await;
    app.sql(
        "UPDATE oauth_accounts SET user_id = (SELECT id FROM users WHERE email = \
         'ben@stories.example')",
    )
    .await;
}

async fn leave(person: &Person) {
    let form = json!({ "email": person.email, "password": PASSWORD });
    person.browser.rest(Method::DELETE, "/api/auth/me", Some(&form)).await.expect(200);
}

// U1, S4: who leaves takes nothing out of somebody else's workspace, not even what they connected.
both!(a_workspace_with_another_owner_survives_who_leaves, |app| async {
    for role in ["editor", "owner"] {
        let (ada, ben) = (app.person("Ada").await, app.person("Ben").await);
        ada.connect("x", "84610273").await;
        ben_joins_ada(&app, role).await;
        leave(&ben).await;
        assert_eq!(ada.integrations().await.len(), 1, "{role}");
        assert!(app.rows("pending_revocations").await.is_empty(), "{role}: nothing is ended");
        let log = ada.get("/api/audit?action=account_deleted").await.expect(200).data();
        assert_eq!(log["events"][0]["userName"], "Ben", "{role}");
        leave(&ada).await;
        assert!(app.rows("oauth_accounts").await.is_empty(), "{role}: it goes with its last owner");
        app.later(chrono::Duration::minutes(1)).await;
        app.work().await;
    }
});
