//! Connected accounts as they stand in the database: the six platforms in turn, each with what it
//! tells.

use chrono::Duration;
use huntaze::model::{AccountId, Provider, Status};
use huntaze::server::Backend;
use huntaze::server::db::{self, accounts::Account, limits::LimitReading};
use huntaze::server::identity::Actor;
use huntaze::server::platform::IDS;
use huntaze::server::vault::SealContext;
use serde_json::{Value, json};
use sqlx::types::Json;

/// Stores the account of this number.
pub async fn connect(backend: &Backend, owner: &Actor, number: usize) -> db::Result<()> {
    let provider = IDS[number % IDS.len()];
    let account = account(backend, owner, provider, number);
    let mut tx = backend.db.begin().await?;
    db::accounts::upsert(&mut tx, &account).await?;
    if number.is_multiple_of(2) {
        db::accounts::set_label(
            &mut tx,
            owner.workspace,
            account.id,
            Some("Main shop"),
            account.created_at,
        )
        .await?;
    }
    if provider == "x" {
        let now = backend.clock.now();
        let told = LimitReading {
            name: "Profile reads",
            maximum: Some(75),
            remaining: 71,
            resets_at: Some(now + Duration::minutes(9)),
            observed_at: now,
        };
        db::limits::upsert_account_limit(&mut tx, account.id, &told).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn account(backend: &Backend, owner: &Actor, provider: &str, number: usize) -> Account {
    let (id, now) = (AccountId::new(), backend.clock.now());
    let entry = backend.platforms.get(provider).expect("one of the six");
    let sealed = |column| {
        backend.vault.seal(
            &format!("not a token of {provider} {}", "x".repeat(160)).into(),
            SealContext::new("oauth_accounts", id.0, column),
        )
    };
    let connected = now - Duration::hours(1);
    let oauth = entry.platform.connect().spec().is_some();
    Account {
        id,
        workspace_id: owner.workspace,
        user_id: Some(owner.user),
        provider: Provider::from(provider),
        provider_account_id: format!("17841405822{number:06}"),
        name: format!("Ada's Atelier {number}"),
        handle: format!("@atelier.{number}"),
        has_avatar: number.is_multiple_of(3),
        avatar_url: None,
        access_token: Some(sealed("access_token")),
        refresh_token: oauth.then(|| sealed("refresh_token")),
        token_type: "bearer".into(),
        scope: entry
            .info()
            .permissions
            .iter()
            .map(|p| p.scope.as_ref())
            .collect::<Vec<_>>()
            .join(" "),
        grant_key: None,
        issued_at: connected,
        expires_at: oauth.then(|| connected + Duration::days(60)),
        refresh_expires_at: oauth.then(|| connected + Duration::days(180)),
        metadata: Json(metadata(provider)),
        status: Status::Connected,
        reason: None,
        message: None,
        label: None,
        checked_at: Some(now),
        check_ok: Some(true),
        check_message: Some(format!("{} answered.", entry.info().name)),
        version: 1,
        next_refresh_at: None,
        refresh_failures: 0,
        refresh_deferred_until: None,
        connected_at: connected,
        created_at: connected,
        updated_at: connected,
    }
}

/// Of each platform's own shape, or the page would leave it out.
fn metadata(provider: &str) -> Value {
    match provider {
        "instagram" => json!({
            "ig_business_id": "17841405822304914", "page_id": "104523987716540",
                "page_name": "Ada's Atelier",
            "username": "atelier", "followers": 18_420, "media_count": 312,
        }),
        "tiktok" => json!({
            "open_id": "afd97af1-b87b-48b9-ac98-410a5e0c5344", "username": "atelier",
                "verified": true,
            "followers": 52_300, "following": 88, "likes": 910_400, "videos": 204,
            "posting": {
                "state": "allowed", "privacy_options": ["PUBLIC_TO_EVERYONE",
                    "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"],
                "comments_off": false, "duets_off": false, "stitches_off": true,
                    "max_video_seconds": 600,
            },
        }),
        "youtube" => json!({
            "channel_id": "UCx4Qe7mVtR2nYp0LwHs3ABg", "handle": "@atelier",
                "uploads_playlist": "UUx4Qe7mVtR2nYp0LwHs3ABg",
            "subscribers": 12_800, "views": 1_904_213, "videos": 146, "subscribers_hidden": false,
                "long_uploads": "allowed",
        }),
        "x" => json!({
            "username": "atelier", "created_at": "2021-08-17T21:41:04Z", "description": "Paint.",
                "protected": false, "verified": true,
            "followers": 9_214, "following": 301, "posts": 4_102,
        }),
        "reddit" => json!({
            "username": "atelier", "created_at": "2019-03-12T23:24:04Z", "karma": 15_204,
                "post_karma": 12_001, "comment_karma": 3_203,
            "followers": 402, "over_18": false,
        }),
        _ => json!({
            "username": "atelier", "creator": true, "verified": true,
                "joined": "2021-03-14T00:00:00Z",
            "fans": 640, "likes": 8_112, "posts": 233, "price": 9.99,
        }),
    }
}
