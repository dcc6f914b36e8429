//! Tokens: refreshed before a call when their end is near, once after a refusal, and never at the
//! cost of the connection.

use chrono::Duration;
use serde_json::{Value, json};

use super::cast::*;
use crate::support::{Person, both, text};

async fn test(person: &Person, provider: &str, account: &str) -> Value {
    person
        .post(&format!("/api/integrations/test/{provider}/{account}"), None)
        .await
        .expect(200)
        .data()
}

// T3: a 401 leads to one refresh and one repeat.
both!(a_refused_token_is_renewed_once_and_the_call_repeated_once, |app| async {
    let ada = app.person("Ada").await;
    let rows = [
        ("x", INES_ON_X, "/2/oauth2/token", "/2/users/me"),
        ("reddit", MARA_ON_REDDIT, "/api/v1/access_token", "/api/v1/me"),
        ("youtube", KOFI_ON_YOUTUBE, "/token", "/youtube/v3/channels"),
        ("tiktok", INES_ON_TIKTOK, "/v2/oauth/token/", "/v2/user/info/"),
    ];
    for (provider, account, token, me) in rows {
        let before = ada.connect(provider, account).await;
        let calls =
            (app.sandbox().calls(provider, token).await, app.sandbox().calls(provider, me).await);
        app.sandbox().expire(provider, account).await;
        assert_eq!(test(&ada, provider, account).await["ok"], true, "{provider}");
        let after =
            (app.sandbox().calls(provider, token).await, app.sandbox().calls(provider, me).await);
        assert_eq!(
            (after.0 - calls.0, after.1 - calls.1),
            (1, 2),
            "{provider}: one refresh, one repeat"
        );
        assert_eq!(ada.integration(provider, account).await["id"], before["id"]);
    }
});

// T3: when the repeat is refused as well, that is the answer: no third call.
both!(a_token_that_stays_refused_is_not_tried_for_ever, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let (tokens, reads) = (
        app.sandbox().calls("x", "/2/oauth2/token").await,
        app.sandbox().calls("x", "/2/users/me").await,
    );
    app.sandbox().trouble("x", "/2/users/me", "401", None).await;
    assert_eq!(test(&ada, "x", INES_ON_X).await["ok"], false);
    assert_eq!(
        (
            app.sandbox().calls("x", "/2/oauth2/token").await - tokens,
            app.sandbox().calls("x", "/2/users/me").await - reads
        ),
        (1, 2)
    );
    assert_eq!(word(&ada.integration("x", INES_ON_X).await, "status"), "error");
});

// T3: a token near its end is renewed before the call, out of sight.
both!(a_token_near_its_end_is_renewed_before_the_call, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.later(Duration::minutes(116)).await;
    let (tokens, reads) = (
        app.sandbox().calls("x", "/2/oauth2/token").await,
        app.sandbox().calls("x", "/2/users/me").await,
    );
    assert_eq!(test(&ada, "x", INES_ON_X).await["ok"], true);
    assert_eq!(
        (
            app.sandbox().calls("x", "/2/oauth2/token").await - tokens,
            app.sandbox().calls("x", "/2/users/me").await - reads
        ),
        (1, 1)
    );
});

// T5: many callers at once make one refresh.
both!(many_callers_make_one_refresh, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.later(Duration::hours(3)).await;
    let tokens = app.sandbox().calls("x", "/2/oauth2/token").await;
    let tests = futures::future::join_all((0..12).map(|_| test(&ada, "x", INES_ON_X))).await;
    assert!(tests.iter().all(|tested| tested["ok"] == true), "{tests:?}");
    assert_eq!(app.sandbox().calls("x", "/2/oauth2/token").await - tokens, 1);
});

// T10, C12: a refresh keeps id, label, metadata and creation time; only the tokens and their end
// change.
both!(a_refresh_changes_only_tokens_and_their_end, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account, id) in EVERYWHERE {
        ada.connect(provider, account).await;
        ada.put(&format!("/api/integrations/{provider}/{id}/label"), json!({ "label": "Mine" }))
            .await
            .expect(200);
        let before = ada.integration(provider, id).await;
        app.later(Duration::minutes(6)).await;
        let data = ada
            .post(&format!("/api/integrations/refresh/{provider}/{id}"), None)
            .await
            .expect(200)
            .data();
        let after = ada.integration(provider, id).await;
        assert_eq!(
            (&data["provider"], &data["accountId"], &data["expiresAt"]),
            (&json!(provider), &json!(id), &after["expiresAt"])
        );
        for kept in ["id", "accountId", "accountName", "label", "status", "metadata", "createdAt"] {
            assert_eq!(after[kept], before[kept], "{kept} of {provider}");
        }
        if provider != "onlyfans" {
            assert_ne!(after["expiresAt"], before["expiresAt"], "{provider}");
        }
    }
});

// T7: an outage of the platform, however long, disconnects nobody and costs no token.
both!(an_outage_disconnects_nobody, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let before = ada.integration("x", INES_ON_X).await;
    for kind in ["503", "cut", "garbage", "429"] {
        app.sandbox().trouble("x", "/2/oauth2/token", kind, None).await;
        let refused = ada.post(&format!("/api/integrations/refresh/x/{INES_ON_X}"), None).await;
        assert!([429, 502, 503].contains(&refused.status), "{kind}: {}", refused.body);
        assert_eq!(refused.error()["retryable"], true, "{kind}");
    }
    assert_eq!(ada.integration("x", INES_ON_X).await, before);
    app.sandbox().calm().await;
    app.later(Duration::minutes(16)).await;
    ada.post(&format!("/api/integrations/refresh/x/{INES_ON_X}"), None).await.expect(200);
});

// T7, H5: a platform that asked to wait is left alone until then, also by who presses the button;
// the old token goes on working.
both!(the_refresh_button_waits_as_long_as_the_platform_asked, |app| async {
    let ada = app.person("Ada").await;
    let rows =
        [("x", INES_ON_X, "/2/oauth2/token"), ("tiktok", INES_ON_TIKTOK, "/v2/oauth/token/")];
    for (provider, account, token) in rows {
        ada.connect(provider, account).await;
        let refresh = format!("/api/integrations/refresh/{provider}/{account}");
        app.sandbox().trouble(provider, token, "429", None).await;
        ada.post(&refresh, None).await.expect(429);
        app.sandbox().calm().await;
        let calls = app.sandbox().calls(provider, token).await;
        let refused = ada.post(&refresh, None).await.expect(429).error();
        assert!(word(&refused, "userMessage").contains("asks us to slow down until"), "{refused}");
        // Neither said for how long: it is a minute, which is TikTok's least.
        app.later(Duration::seconds(59)).await;
        ada.post(&refresh, None).await.expect(429);
        assert_eq!(
            test(&ada, provider, account).await["ok"],
            true,
            "{provider}: what we hold still works"
        );
        assert_eq!(app.sandbox().calls(provider, token).await, calls, "{provider}: nobody asked");
        app.later(Duration::seconds(1)).await;
        ada.post(&refresh, None).await.expect(200);
        assert_eq!(app.sandbox().calls(provider, token).await - calls, 1, "{provider}");
    }
});

// T7: what the operator has to mend is not told as the creator's fault, and marks nothing.
both!(a_wrong_client_secret_blames_nobody, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sandbox().trouble("x", "/2/oauth2/token", "401", None).await;
    let refused = ada
        .post(&format!("/api/integrations/refresh/x/{INES_ON_X}"), None)
        .await
        .expect(503)
        .error();
    assert!(word(&refused, "userMessage").contains("It is not your account"), "{refused}");
    assert_eq!(word(&ada.integration("x", INES_ON_X).await, "status"), "connected");
});

// C3, T7: access that ended for good says why, and what to do.
both!(access_removed_at_the_platform_asks_to_reconnect, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("reddit", MARA_ON_REDDIT).await;
    app.sandbox().revoke("reddit", MARA_ON_REDDIT).await;
    let refused = ada
        .post(&format!("/api/integrations/refresh/reddit/{MARA_ON_REDDIT}"), None)
        .await
        .expect(422)
        .error();
    assert_eq!(
        (&refused["type"], &refused["retryable"]),
        (&json!("platform_refused"), &json!(false))
    );
    assert!(word(&refused, "userMessage").contains("Reconnect"));
    let broken = ada.integration("reddit", MARA_ON_REDDIT).await;
    assert_eq!(
        (word(&broken, "status"), broken.get("reason").is_some()),
        ("error", true),
        "{broken}"
    );
    let page = text(&ada.page("/integrations").await);
    assert!(page.contains("Your Reddit connection was revoked. Reconnect your account."), "{page}");
    let summary = ada.status().await["summary"].clone();
    assert_eq!((&summary["total"], &summary["connected"]), (&json!(1), &json!(0)));
});

// C3, T7: a credential that ran out is called expired.
both!(a_credential_that_ran_out_is_expired, |app| async {
    let ada = app.person("Ada").await;
    app.sandbox()
        .lifetimes("tiktok", json!({ "accessSeconds": 3600, "refreshSeconds": 86_400 }))
        .await;
    ada.connect("tiktok", INES_ON_TIKTOK).await;
    app.later(Duration::days(2)).await;
    let expired = ada.integration("tiktok", INES_ON_TIKTOK).await;
    assert_eq!(word(&expired, "status"), "expired", "{expired}");
    assert_eq!(ada.status().await["summary"]["expired"], json!(1));
    let back = ada.reconnect("tiktok", word(&expired, "id"), INES_ON_TIKTOK).await;
    ada.toast(&back).await.says(&["is connected"]);
    assert_eq!(ada.integration("tiktok", INES_ON_TIKTOK).await["id"], expired["id"]);
});

// C1: what nobody but the person can renew is announced two weeks before.
both!(what_ends_within_two_weeks_is_expiring, |app| async {
    let ada = app.person("Ada").await;
    app.sandbox().lifetimes("tiktok", json!({ "refreshSeconds": 20 * 86_400 })).await;
    ada.connect("tiktok", INES_ON_TIKTOK).await;
    assert_eq!(word(&ada.integration("tiktok", INES_ON_TIKTOK).await, "status"), "connected");
    app.later(Duration::days(6)).await;
    assert_eq!(word(&ada.integration("tiktok", INES_ON_TIKTOK).await, "status"), "expiring");
    assert_eq!(
        ada.status().await["summary"]["connected"],
        json!(1),
        "an expiring connection works"
    );
    assert!(
        text(&ada.page("/integrations").await).contains("Reconnect before then and nothing stops")
    );
});
