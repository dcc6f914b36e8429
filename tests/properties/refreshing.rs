//! T10: a refresh, whenever it comes, changes tokens and expiry and nothing else.

use chrono::Duration;
use serde_json::{Value, json};

use super::{account_id, row, samples};
use crate::support::{Person, both};

const OAUTH: [(&str, &str); 5] = [
    ("instagram", "10160442918375506"),
    ("tiktok", "afd97af1-b87b-48b9-ac98-410a5e0c5344"),
    ("youtube", "UCx4Qe7mVtR2nYp0LwHs3ABg"),
    ("x", "84610273"),
    ("reddit", "4k2mf9qd"),
];

/// An integration without what a refresh may change.
fn lasting(mut integration: Value) -> Value {
    for key in ["expiresAt", "updatedAt", "status"] {
        integration.as_object_mut().expect("an object").remove(key);
    }
    integration
}

async fn label(mira: &Person, provider: &str, account: &str) {
    mira.put(
        &format!("/api/integrations/{provider}/{account}/label"),
        json!({ "label": "Studio" }),
    )
    .await
    .expect(200);
}

both!(a_refresh_keeps_the_connection, |app| async {
    let mira = app.person("Mira").await;
    let mut accounts = Vec::new();
    for (provider, account) in OAUTH {
        let account = account_id(&mira.connect(provider, account).await).to_owned();
        label(&mira, provider, &account).await;
        accounts.push((provider, account));
    }
    // Three waits, from a day to three: short tokens have run out by then, long ones have not.
    for minutes in samples(1441i64..4320, 3) {
        app.later(Duration::minutes(minutes)).await;
        mira.log_in().await;
        for (provider, account) in &accounts {
            let (shown, old) = (
                lasting(mira.integration(provider, account).await),
                row(&app, &mira, provider, account).await,
            );
            mira.post(&format!("/api/integrations/refresh/{provider}/{account}"), None)
                .await
                .expect(200);
            let new = row(&app, &mira, provider, account).await;
            let about = format!("{provider} after {minutes} minutes");
            assert_eq!(lasting(mira.integration(provider, account).await), shown, "{about}");
            assert_eq!(
                (new.created_at, new.connected_at, &new.label),
                (old.created_at, old.connected_at, &old.label),
                "{about}"
            );
            assert_eq!(
                (&new.metadata.0, &new.scope, &new.grant_key),
                (&old.metadata.0, &old.scope, &old.grant_key),
                "{about}"
            );
            assert_eq!(
                (&new.name, &new.handle, new.has_avatar),
                (&old.name, &old.handle, old.has_avatar),
                "{about}"
            );
            assert!(
                new.access_token != old.access_token && new.version > old.version,
                "{about}: the token is another one"
            );
            assert!(new.expires_at > old.expires_at, "{about}: it lives longer");
        }
    }
});
