//! What belongs to another workspace does not exist.

use reqwest::Method;
use serde_json::json;

use super::cast::*;
use crate::support::{both, heading};

// S4
both!(another_workspaces_account_is_not_found_anywhere, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    let x = ada.connect("x", INES_ON_X).await;
    let id = word(&x, "id");
    let before = row(&app, INES_ON_X).await;

    let calls = [
        (Method::DELETE, format!("/api/integrations/disconnect/x/{INES_ON_X}"), None),
        (Method::POST, format!("/api/integrations/refresh/x/{INES_ON_X}"), None),
        (Method::POST, format!("/api/integrations/test/x/{INES_ON_X}"), None),
        (
            Method::PUT,
            format!("/api/integrations/x/{INES_ON_X}/label"),
            Some(json!({ "label": "mine now" })),
        ),
        (Method::POST, "/api/integrations/connect/x".to_owned(), Some(json!({ "accountId": id }))),
        (Method::GET, format!("/media/avatars/{id}"), None),
    ];
    for (method, path, body) in calls {
        let answer = mallory.call(method, &path, body).await.expect(404);
        assert_eq!(answer.error()["type"], "not_found", "{path}");
        // The same words as for an account that nobody has.
        assert!(!answer.body.contains("Carvalho") && !answer.body.contains("ines_draws"), "{path}");
    }
    for action in ["label", "refresh", "test", "disconnect"] {
        let answer = mallory
            .browser
            .submit("/integrations", &format!("/fn/{action}"), &[("id", id), ("label", "mine now")])
            .await;
        mallory.toast(&answer).await.says(&["There is no such account"]);
    }
    for path in
        [format!("/integrations/{id}/disconnect"), format!("/platforms/connect/x?account={id}")]
    {
        let page = mallory.browser.open(&path).await;
        assert!(!page.body.contains("ines_draws"), "{path}");
    }
    let page = mallory.browser.open(&format!("/integrations/{id}/disconnect")).await;
    assert_eq!((page.status, heading(&page.body).as_str()), (404, "Not found"));

    assert_eq!(row(&app, INES_ON_X).await, before);
    assert!(mallory.integrations().await.is_empty());
    assert_eq!(
        mallory.get("/api/integrations/health/x").await.expect(200).data()["accounts"],
        json!([])
    );
});

// C12, S4: one platform account in two workspaces is two connections.
both!(two_workspaces_may_connect_the_same_account, |app| async {
    let (ada, grace) = (app.person("Ada").await, app.person("Grace").await);
    let hers = ada.connect("x", INES_ON_X).await;
    let theirs = grace.connect("x", INES_ON_X).await;
    assert_ne!(hers["id"], theirs["id"]);
    grace
        .put(&format!("/api/integrations/x/{INES_ON_X}/label"), json!({ "label": "Agency" }))
        .await
        .expect(200);
    assert!(ada.integration("x", INES_ON_X).await.get("label").is_none());
});

// S4: an avatar is served to its workspace only.
both!(an_avatar_is_for_its_workspace, |app| async {
    let ada = app.person("Ada").await;
    let x = ada.connect("x", INES_ON_X).await;
    let path = format!("/media/avatars/{}", word(&x, "id"));
    app.work().await;
    let picture = ada.browser.open(&path).await.expect(200);
    assert!(
        picture.header("content-type").starts_with("image/")
            && picture.header("x-content-type-options") == "nosniff"
    );
    app.stranger("Nobody").browser.open(&path).await.expect(401);
});
