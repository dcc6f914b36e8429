//! The test accounts of the sandbox that stories speak of, and what stories often ask.

use serde_json::Value;

use crate::support::TestApp;

/// Every platform, with a test account that connects without trouble and the platform's id for it.
pub const EVERYWHERE: [(&str, &str, &str); 6] = [
    ("instagram", KOFI_ON_FACEBOOK, KOFI_ON_INSTAGRAM),
    ("tiktok", INES_ON_TIKTOK, INES_ON_TIKTOK),
    ("youtube", KOFI_ON_YOUTUBE, KOFI_ON_YOUTUBE),
    ("x", INES_ON_X, INES_ON_X),
    ("reddit", MARA_ON_REDDIT, MARA_ON_REDDIT),
    ("onlyfans", MARA_ON_ONLYFANS, MARA_ON_ONLYFANS),
];

pub const MARTA_OF_A_PORTFOLIO: &str = "10219984472036158";
pub const NORDLYS_KITCHEN: &str = "17841433906127748";
pub const FJORD_FIKA: &str = "17841468120093377";
pub const KOFI_ON_FACEBOOK: &str = "10160442918375506";
pub const KOFI_ON_INSTAGRAM: &str = "17841401173629085";
pub const INES_WITH_TWO_PAGES: &str = "10221873645091827";
pub const INES_PAINTS: &str = "17841405822304914";
pub const ATELIER_CARVALHO: &str = "17841460371958226";
pub const TOBIAS_WITHOUT_PAGE: &str = "10223310057748192";
pub const LUNA_NOT_LINKED: &str = "10225561480937715";
pub const PRIYA_MAY_NOT_PUBLISH: &str = "10157290348816629";

pub const INES_ON_TIKTOK: &str = "afd97af1-b87b-48b9-ac98-410a5e0c5344";
pub const LUNA_PRIVATE_ON_TIKTOK: &str = "e80b4f7d-1c39-4d52-b6f1-9a7c20d54e63";
pub const MAX_BANNED_ON_TIKTOK: &str = "3f9a0e6b-d741-4c82-8e2f-b5c6a7d81094";

pub const KOFI_ON_YOUTUBE: &str = "UCk0f1C00ksTvEry7uesday_";
pub const INES_ON_YOUTUBE: &str = "UCx4Qe7mVtR2nYp0LwHs3ABg";
pub const INES_SECOND_CHANNEL: &str = "UC9bTz1KfWqD6uGcE8jN0vRw";
pub const TOBIAS_WITHOUT_CHANNEL: &str = "112609745530018847259";

pub const INES_ON_X: &str = "1427750916318339072";
pub const KOFI_ON_X: &str = "84610273";
pub const MAX_SUSPENDED_ON_X: &str = "1288316504429182976";
pub const PRIYA_LOCKED_ON_X: &str = "733482019";

pub const MARA_ON_REDDIT: &str = "4k2mf9qd";
pub const TOBI_SUSPENDED_ON_REDDIT: &str = "c0wq7r5v";

pub const MARA_ON_ONLYFANS: &str = "216348905";
pub const TOBIAS_FAN_ON_ONLYFANS: &str = "402918336";

/// A text field of an answer.
#[track_caller]
pub fn word<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_else(|| panic!("no text {name} in {json}"))
}

/// The accounts for which a credential is stored, as `provider:account`.
pub async fn holding_credentials(app: &TestApp) -> Vec<String> {
    let sql = "SELECT provider || ':' || provider_account_id FROM oauth_accounts
               WHERE access_token IS NOT NULL OR refresh_token IS NOT NULL ORDER BY 1";
    app.texts(sql).await
}

/// The row of one account, to the byte.
pub async fn row(app: &TestApp, platform_id: &str) -> String {
    let rows = app.rows("oauth_accounts").await;
    rows.into_iter()
        .find(|row| row.contains(platform_id))
        .unwrap_or_else(|| panic!("no row of {platform_id}"))
}

/// Nothing came of it: no account, no credential on its way to one or away from one, no open
/// verifier, no grant at the platform.
pub async fn assert_nothing_left(app: &TestApp, provider: &str) {
    for table in ["oauth_accounts", "pending_connections", "pending_revocations"] {
        assert!(app.rows(table).await.is_empty(), "{provider} left something in {table}");
    }
    let open = app
        .texts(
            "SELECT provider FROM oauth_flows WHERE claimed_at IS NOT NULL AND \
        code_verifier IS NOT NULL",
        )
        .await;
    assert!(open.is_empty(), "{provider} left the verifier of a flow that is over");
    assert_eq!(
        app.sandbox().live_grants(provider).await,
        0,
        "{provider} still holds a grant for nothing"
    );
}
