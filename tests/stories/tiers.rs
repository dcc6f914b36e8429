//! How many accounts a workspace may hold.

use serde_json::json;

use super::cast::*;
use crate::support::{both, text};

/// A plan of so many accounts for everybody.
fn plan(config: &mut huntaze::server::config::Config, accounts: u32) {
    config.tiers.insert("small".into(), accounts);
    config.default_tier = "small".into();
}

// C19: told kindly at the start, on the page, in the form and in REST.
both!(a_full_plan_is_told_before_anybody_leaves, config = |config| plan(config, 2), |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    ada.connect("reddit", MARA_ON_REDDIT).await;
    let refused = ada.post("/api/integrations/connect/tiktok", None).await.expect(409).error();
    assert_eq!((&refused["type"], &refused["retryable"]), (&json!("tier_limit"), &json!(false)));
    assert!(word(&refused, "userMessage").contains("holds 2 accounts and 2 are connected"));
    let credentials = app.sandbox().session(MARA_ON_ONLYFANS).await;
    ada.post("/api/integrations/connect/onlyfans", Some(json!({ "credentials": credentials })))
        .await
        .expect(409);
    let form =
        ada.browser.submit("/platforms/connect/youtube", "/platforms/connect/youtube", &[]).await;
    ada.toast(&form).await.says(&["holds 2 accounts", "Disconnect one"]);
    let page = text(&ada.page("/integrations").await);
    assert!(
        page.contains("2 of 2 accounts") && page.contains("reconnecting always works"),
        "{page}"
    );

    ada.delete(&format!("/api/integrations/disconnect/reddit/{MARA_ON_REDDIT}")).await.expect(200);
    ada.connect("tiktok", INES_ON_TIKTOK).await;
});

// C19: of parallel callbacks only as many connect as there is room for; the rest is given back.
both!(
    parallel_callbacks_do_not_slip_past_the_limit,
    config = |config| plan(config, 1),
    |app| async {
        let ada = app.person("Ada").await;
        let mut backs = Vec::new();
        for (provider, account) in
            [("x", INES_ON_X), ("reddit", MARA_ON_REDDIT), ("tiktok", INES_ON_TIKTOK)]
        {
            let begun = ada.begin(provider, None).await;
            backs.push(
                app.sandbox()
                    .consent(&begun.auth_url, &[("account", account), ("decision", "allow")])
                    .await,
            );
        }
        let answers =
            futures::future::join_all(backs.iter().map(|back| ada.browser.come_back(back))).await;
        assert!(answers.iter().all(|answer| answer.status == 303));
        assert_eq!(ada.integrations().await.len(), 1);
        assert_eq!(holding_credentials(&app).await.len(), 1);
        let sandbox = app.sandbox();
        let live = sandbox.live_grants("x").await
            + sandbox.live_grants("reddit").await
            + sandbox.live_grants("tiktok").await;
        assert_eq!(live, 1, "what found no room is given back");
    }
);

// C19: the choice of a Page is an insert like any other.
both!(the_limit_holds_at_the_choice, config = |config| plan(config, 1), |app| async {
    let ines = app.person("Ines").await;
    let back = ines.allow("instagram", INES_WITH_TWO_PAGES).await;
    ines.connect("x", INES_ON_X).await;
    let path = back.location().replace("/integrations/choose/", "/api/integrations/choices/");
    ines.post(&path, Some(json!({ "id": INES_PAINTS }))).await.expect(409);
    assert_eq!(ines.integrations().await.len(), 1);
});

// C3, C19: reconnecting is never blocked, nor is connecting an account once more that is there.
both!(reconnecting_is_never_blocked, config = |config| plan(config, 1), |app| async {
    let ada = app.person("Ada").await;
    let x = ada.connect("x", INES_ON_X).await;
    app.sandbox().revoke("x", INES_ON_X).await;
    let back = ada.reconnect("x", word(&x, "id"), INES_ON_X).await;
    ada.toast(&back).await.says(&["is connected"]);
});
