//! Who may only look: they read. Everything that changes something of the workspace, or
//! calls a platform, is refused, over REST and with the pages' forms.

use reqwest::Method;
use serde_json::json;

use super::cast::*;
use crate::support::both;

// U2
both!(who_may_only_look_changes_nothing_and_calls_nobody, |app| async {
    let vera = app.person("Vera").await;
    let account = vera.connect("x", INES_ON_X).await;
    vera.connect("onlyfans", MARA_ON_ONLYFANS).await;
    let begun = vera.begin("instagram", None).await;
    let consent = [("account", INES_WITH_TWO_PAGES), ("decision", "allow")];
    let choice = vera.finish(&begun, &consent).await.location().to_owned();
    let flow = choice.rsplit('/').next().expect("the choice's id");
    app.sql("UPDATE members SET role = 'viewer'").await;
    // Her pages look at pasted sessions; not for her any more.
    app.sql("UPDATE oauth_accounts SET checked_at = NULL").await;
    let (rows, calls) =
        (app.rows("oauth_accounts").await, app.sandbox().state().await["calls"].clone());

    for (method, path, body) in [
        (Method::POST, format!("/api/integrations/test/x/{INES_ON_X}"), None),
        (Method::POST, format!("/api/integrations/refresh/x/{INES_ON_X}"), None),
        (Method::DELETE, format!("/api/integrations/disconnect/x/{INES_ON_X}"), None),
        (
            Method::PUT,
            format!("/api/integrations/x/{INES_ON_X}/label"),
            Some(json!({ "label": "Mine" })),
        ),
        (Method::POST, "/api/integrations/connect/reddit".to_owned(), None),
        (
            Method::POST,
            format!("/api/integrations/choices/{flow}"),
            Some(json!({ "id": INES_PAINTS })),
        ),
    ] {
        let refused = vera.call(method, &path, body).await.expect(403);
        assert!(word(&refused.error(), "message").contains("role"), "{path}: {}", refused.body);
    }
    let id = word(&account, "id");
    for (action, fields) in [
        ("/fn/test", vec![("id", id)]),
        ("/fn/refresh", vec![("id", id)]),
        ("/fn/disconnect", vec![("id", id)]),
        ("/fn/label", vec![("id", id), ("label", "Mine")]),
        ("/fn/choose", vec![("flow", flow), ("choice", INES_PAINTS)]),
        ("/fn/cancel_choice", vec![("flow", flow)]),
    ] {
        let answer = vera.browser.submit("/integrations", action, &fields).await;
        vera.toast(&answer).await.says(&["Your role in this workspace does not allow this"]);
    }

    for path in ["/integrations", "/settings", "/notices"] {
        vera.page(path).await;
    }
    vera.get("/api/integrations/status").await.expect(200);
    assert_eq!(app.rows("oauth_accounts").await, rows);
    assert_eq!(app.sandbox().state().await["calls"], calls, "no platform was called");
});
