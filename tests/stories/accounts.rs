//! Connected accounts: one platform account is one connection, and each stands for itself.

use chrono::Duration;
use serde_json::json;

use super::cast::*;
use crate::support::{both, text};

// C12, T10: the same account twice is an update that keeps id, label and creation time.
both!(connecting_the_same_account_twice_updates_it, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account, id) in EVERYWHERE {
        let first = ada.connect(provider, account).await;
        ada.put(
            &format!("/api/integrations/{provider}/{id}/label"),
            json!({ "label": "Main shop" }),
        )
        .await
        .expect(200);
        app.later(Duration::minutes(6)).await;
        let second = ada.connect(provider, account).await;
        for kept in ["id", "createdAt", "accountId"] {
            assert_eq!(second[kept], first[kept], "{kept} of {provider}");
        }
        assert_eq!(second["label"], "Main shop");
        assert_ne!(second["updatedAt"], first["updatedAt"]);
    }
    assert_eq!(ada.integrations().await.len(), 6);
});

// C12: two accounts of one platform have their own label, metadata and end.
both!(two_accounts_of_one_platform_stand_for_themselves, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    ada.connect("x", KOFI_ON_X).await;
    let before = row(&app, KOFI_ON_X).await;
    ada.put(&format!("/api/integrations/x/{INES_ON_X}/label"), json!({ "label": "Drawings" }))
        .await
        .expect(200);
    ada.post(&format!("/api/integrations/refresh/x/{INES_ON_X}"), None).await.expect(200);
    app.sandbox().revoke("x", INES_ON_X).await;
    ada.post(&format!("/api/integrations/test/x/{INES_ON_X}"), None).await.expect(200);
    ada.delete(&format!("/api/integrations/disconnect/x/{INES_ON_X}")).await.expect(200);
    assert_eq!(row(&app, KOFI_ON_X).await, before, "nothing of it touched the other account");
    let tested =
        ada.post(&format!("/api/integrations/test/x/{KOFI_ON_X}"), None).await.expect(200).data();
    assert_eq!(tested["ok"], true);
});

// C2, C12, C15: a label is given, trimmed, limited and taken away.
both!(a_label_is_one_short_line, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let path = format!("/api/integrations/x/{INES_ON_X}/label");
    let data = ada.put(&path, json!({ "label": "  Main shop  " })).await.expect(200).data();
    assert_eq!(data, json!({ "provider": "x", "accountId": INES_ON_X, "label": "Main shop" }));
    assert!(text(&ada.page("/integrations").await).contains("Main shop"));
    for bad in ["x".repeat(61), "two\nlines".into()] {
        let refused = ada.put(&path, json!({ "label": bad })).await.expect(422).error();
        assert_eq!(refused["details"]["fields"][0]["field"], "label");
    }
    ada.put(&path, json!({ "label": "é".repeat(60) })).await.expect(200);
    ada.put(&path, json!({ "label": null })).await.expect(200);
    assert!(ada.integration("x", INES_ON_X).await.get("label").is_none());
});

// C3, T10: an account that broke is reconnected with its id and label.
both!(a_broken_account_is_reconnected_with_its_id_and_label, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account, id) in EVERYWHERE {
        let before = ada.connect(provider, account).await;
        ada.put(&format!("/api/integrations/{provider}/{id}/label"), json!({ "label": "Mine" }))
            .await
            .expect(200);
        app.sandbox().revoke(provider, account).await;
        app.later(Duration::minutes(6)).await;
        let tested = ada
            .post(&format!("/api/integrations/test/{provider}/{id}"), None)
            .await
            .expect(200)
            .data();
        assert_eq!(tested["ok"], false, "{provider}: {tested}");
        let broken = ada.integration(provider, id).await;
        assert!(["error", "expired"].contains(&word(&broken, "status")), "{broken}");
        let page = ada.page("/integrations").await;
        assert!(
            page.contains(&format!(
                "/platforms/connect/{provider}?account={}",
                word(&before, "id")
            )),
            "the way to reconnect {provider}"
        );

        if provider == "onlyfans" {
            let credentials = app.sandbox().session(account).await;
            let order = json!({ "accountId": before["id"], "credentials": credentials });
            ada.post("/api/integrations/connect/onlyfans", Some(order)).await.expect(201);
        } else {
            let back = ada.reconnect(provider, word(&before, "id"), account).await;
            ada.toast(&back).await.says(&["is connected"]);
        }
        let after = ada.integration(provider, id).await;
        assert_eq!(
            (&after["id"], word(&after, "label"), word(&after, "status")),
            (&before["id"], "Mine", "connected")
        );
        assert!(after.get("reason").is_none(), "{after}");
    }
});

// C14: a test calls the platform and says what it found, with its time.
both!(a_test_reports_what_the_platform_said, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account, id) in EVERYWHERE {
        ada.connect(provider, account).await;
        app.later(Duration::minutes(6)).await;
        let tested = ada
            .post(&format!("/api/integrations/test/{provider}/{id}"), None)
            .await
            .expect(200)
            .data();
        assert_eq!(
            (&tested["ok"], &tested["status"]),
            (&json!(true), &json!("connected")),
            "{tested}"
        );
        assert!(word(&tested, "testedAt").ends_with('Z'));
    }
    app.sandbox().trouble("x", "/2/users/me", "503", None).await;
    let tested =
        ada.post(&format!("/api/integrations/test/x/{INES_ON_X}"), None).await.expect(200).data();
    assert_eq!(
        (&tested["ok"], &tested["status"]),
        (&json!(false), &json!("connected")),
        "an outage disconnects nobody"
    );
    assert!(word(&tested, "message").contains("not answering"));
});

// C10: a pasted session is not tested too often, and never again once it was refused.
both!(an_onlyfans_session_is_looked_at_with_care, |app| async {
    let mara = app.person("Mara").await;
    mara.connect("onlyfans", MARA_ON_ONLYFANS).await;
    let test = format!("/api/integrations/test/onlyfans/{MARA_ON_ONLYFANS}");
    mara.post(&test, None).await.expect(429);
    app.later(Duration::minutes(5)).await;
    mara.post(&test, None).await.expect(200);
    let renewed =
        mara.post(&format!("/api/integrations/refresh/onlyfans/{MARA_ON_ONLYFANS}"), None).await;
    assert_eq!(renewed.status, 429, "a refresh is a look, too");
    app.later(Duration::minutes(5)).await;
    let data = mara
        .post(&format!("/api/integrations/refresh/onlyfans/{MARA_ON_ONLYFANS}"), None)
        .await
        .expect(200)
        .data();
    assert_eq!(data["expiresAt"], json!(null));

    app.sandbox().revoke("onlyfans", MARA_ON_ONLYFANS).await;
    app.later(Duration::minutes(5)).await;
    assert_eq!(mara.post(&test, None).await.expect(200).data()["ok"], false);
    assert_eq!(word(&mara.integration("onlyfans", MARA_ON_ONLYFANS).await, "status"), "expired");
    let calls = app.sandbox().calls("onlyfans", "/users/me").await;
    app.later(Duration::hours(2)).await;
    mara.post(&test, None).await.expect(409);
    mara.page("/integrations").await;
    assert_eq!(
        app.sandbox().calls("onlyfans", "/users/me").await,
        calls,
        "a refused session is never tried again"
    );
});
