//! Disconnecting: every credential goes at once; the platform is told, now or later.

use chrono::Duration;
use serde_json::json;

use super::cast::*;
use crate::support::both;

// C11: no credential is left anywhere, here or at the platform; the account stays as a former one.
both!(disconnecting_erases_every_credential, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account, id) in EVERYWHERE {
        ada.connect(provider, account).await;
        let answer = ada
            .delete(&format!("/api/integrations/disconnect/{provider}/{id}"))
            .await
            .expect(200)
            .data();
        assert_eq!((&answer["provider"], &answer["accountId"]), (&json!(provider), &json!(id)));
        assert!(word(&answer, "message").contains("has deleted its access"), "{answer}");
        assert!(holding_credentials(&app).await.is_empty(), "{provider}");
        assert!(app.rows("pending_revocations").await.is_empty(), "{provider}");
        if provider != "onlyfans" {
            assert_eq!(app.sandbox().live_grants(provider).await, 0, "{provider} was told");
        }
        ada.delete(&format!("/api/integrations/disconnect/{provider}/{id}")).await.expect(404);
        ada.post(&format!("/api/integrations/test/{provider}/{id}"), None).await.expect(404);
    }
    assert_eq!(ada.status().await["summary"]["total"], json!(0));
    assert_eq!(app.texts("SELECT status FROM oauth_accounts").await, ["former"; 6]);
});

// C11, C12: connected again, it comes back with its id and label.
both!(a_former_account_comes_back_with_its_label, |app| async {
    let ada = app.person("Ada").await;
    let before = ada.connect("x", INES_ON_X).await;
    ada.put(&format!("/api/integrations/x/{INES_ON_X}/label"), json!({ "label": "Drawings" }))
        .await
        .expect(200);
    ada.delete(&format!("/api/integrations/disconnect/x/{INES_ON_X}")).await.expect(200);
    let after = ada.connect("x", INES_ON_X).await;
    assert_eq!(
        (&after["id"], word(&after, "label"), &after["createdAt"]),
        (&before["id"], "Drawings", &before["createdAt"])
    );
});

// C11: a platform that can't be reached is told later; our copy is gone at once.
both!(a_revocation_outlives_an_outage, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sandbox().trouble("x", "/2/oauth2/revoke", "503", None).await;
    ada.delete(&format!("/api/integrations/disconnect/x/{INES_ON_X}")).await.expect(200);
    assert!(holding_credentials(&app).await.is_empty());
    assert_eq!(
        (app.rows("pending_revocations").await.len(), app.sandbox().live_grants("x").await),
        (1, 1)
    );

    app.later(Duration::minutes(2)).await;
    app.work().await;
    assert_eq!(app.rows("pending_revocations").await.len(), 1, "still down");
    app.sandbox().calm().await;
    let calls = app.sandbox().calls("x", "/2/oauth2/revoke").await;
    app.work().await;
    assert_eq!(
        app.sandbox().calls("x", "/2/oauth2/revoke").await,
        calls,
        "not before its pause is over"
    );
    app.later(Duration::hours(2)).await;
    app.work().await;
    assert_eq!(
        (app.rows("pending_revocations").await.len(), app.sandbox().live_grants("x").await),
        (0, 0)
    );
});

// C11: nor is it kept for longer than a day.
both!(a_revocation_nobody_takes_is_kept_for_a_day, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("reddit", MARA_ON_REDDIT).await;
    app.sandbox().trouble("reddit", "/api/v1/revoke_token", "500", None).await;
    ada.delete(&format!("/api/integrations/disconnect/reddit/{MARA_ON_REDDIT}")).await.expect(200);
    assert_eq!(app.rows("pending_revocations").await.len(), 1);
    app.later(Duration::hours(25)).await;
    app.work().await;
    assert!(app.rows("pending_revocations").await.is_empty());
});

// C7, C11: Google ends every channel of a person at once, so only the last one is told.
both!(a_grant_of_two_channels_ends_with_the_last, |app| async {
    let ines = app.person("Ines").await;
    ines.connect("youtube", INES_ON_YOUTUBE).await;
    ines.connect("youtube", INES_SECOND_CHANNEL).await;
    let first = ines
        .delete(&format!("/api/integrations/disconnect/youtube/{INES_ON_YOUTUBE}"))
        .await
        .expect(200)
        .data();
    assert!(word(&first, "message").contains("You can end it yourself at https://"), "{first}");
    assert_eq!(app.sandbox().calls("youtube", "/revoke").await, 0);
    let tested = ines
        .post(&format!("/api/integrations/test/youtube/{INES_SECOND_CHANNEL}"), None)
        .await
        .expect(200)
        .data();
    assert_eq!(tested["ok"], true, "the other channel lives on");
    ines.delete(&format!("/api/integrations/disconnect/youtube/{INES_SECOND_CHANNEL}"))
        .await
        .expect(200);
    assert_eq!(
        (
            app.sandbox().calls("youtube", "/revoke").await,
            app.sandbox().live_grants("youtube").await
        ),
        (1, 0)
    );
});

// C11, S4: also when the other account lives in another workspace.
both!(a_grant_that_another_workspace_lives_by_is_left_alone, |app| async {
    let (ines, grace) = (app.person("Ines").await, app.person("Grace").await);
    ines.connect("instagram", KOFI_ON_FACEBOOK).await;
    grace.connect("instagram", KOFI_ON_FACEBOOK).await;
    ines.delete(&format!("/api/integrations/disconnect/instagram/{KOFI_ON_INSTAGRAM}"))
        .await
        .expect(200);
    let tested = grace
        .post(&format!("/api/integrations/test/instagram/{KOFI_ON_INSTAGRAM}"), None)
        .await
        .expect(200)
        .data();
    assert_eq!(tested["ok"], true, "{tested}");
    grace
        .delete(&format!("/api/integrations/disconnect/instagram/{KOFI_ON_INSTAGRAM}"))
        .await
        .expect(200);
    assert_eq!(app.sandbox().live_grants("instagram").await, 0);
});
