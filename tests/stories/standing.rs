//! How an account stands: every change of it is stored, shown and told to whoever watches the
//! workspace.

use std::time::Duration;

use huntaze::server::db::signals::{Signal, Subscription};

use super::cast::*;
use crate::support::{both, text};

/// Whether a workspace was signalled since the last time this was asked.
async fn told(watch: &mut Subscription) -> bool {
    let mut heard = false;
    while let Ok(signal) = tokio::time::timeout(Duration::from_millis(50), watch.next()).await {
        heard |= matches!(signal, Signal::Workspace(_));
    }
    heard
}

// C14, T7: an account that vanished at its platform is marked by the look that missed it.
both!(an_account_that_vanished_at_its_platform_says_so, |app| async {
    const ELSEWHERE: &str = "17841400000000000";
    let ada = app.person("Ada").await;
    ada.connect("instagram", KOFI_ON_FACEBOOK).await;
    // As if it had been another one, which Facebook no longer shows behind the person's Pages.
    app.sql(&format!("UPDATE oauth_accounts SET provider_account_id = '{ELSEWHERE}'")).await;
    let tested = ada
        .post(&format!("/api/integrations/test/instagram/{ELSEWHERE}"), None)
        .await
        .expect(200)
        .data();
    assert_eq!(tested["ok"], false, "{tested}");
    let gone = ada.integration("instagram", ELSEWHERE).await;
    assert_eq!((word(&gone, "status"), word(&gone, "reason")), ("error", "refused_by_platform"));
    assert!(
        text(&ada.page("/integrations").await)
            .contains("Facebook no longer shows this Instagram account")
    );
});

// C16: whoever watches a workspace hears of every change of an account in it, and of nothing else.
both!(every_change_of_standing_is_told, |app| async {
    let ada = app.person("Ada").await;
    let mut watch = app.backend().db.signals().subscribe();
    ada.connect("reddit", MARA_ON_REDDIT).await;
    assert!(told(&mut watch).await, "connected");
    let address = format!("/api/integrations/test/reddit/{MARA_ON_REDDIT}");
    ada.post(&address, None).await.expect(200);
    assert!(told(&mut watch).await, "its result");
    app.sandbox().revoke("reddit", MARA_ON_REDDIT).await;
    ada.post(&address, None).await.expect(200);
    assert!(told(&mut watch).await, "broken");
    ada.reconnect(
        "reddit",
        word(&ada.integration("reddit", MARA_ON_REDDIT).await, "id"),
        MARA_ON_REDDIT,
    )
    .await;
    assert!(told(&mut watch).await, "healed");
    ada.delete(&format!("/api/integrations/disconnect/reddit/{MARA_ON_REDDIT}")).await.expect(200);
    assert!(told(&mut watch).await, "disconnected");
});
