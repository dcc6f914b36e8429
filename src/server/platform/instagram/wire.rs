//! Facebook's JSON, as far as it is read.

use serde::Deserialize;

/// `GET /me/accounts`
#[derive(Deserialize)]
pub struct Listing {
    #[serde(default)]
    pub data: Vec<Page>,
    pub paging: Option<Paging>,
}

#[derive(Deserialize)]
pub struct Paging {
    pub next: Option<String>,
}

#[derive(Deserialize)]
pub struct Page {
    pub id: String,
    #[serde(default)]
    pub name: String,
    pub tasks: Option<Vec<String>>,
    /// Missing for a personal account and for one that is not linked to this Page alike.
    pub instagram_business_account: Option<Professional>,
}

#[derive(Deserialize)]
pub struct Professional {
    pub id: String,
    pub username: Option<String>,
    pub name: Option<String>,
    pub profile_picture_url: Option<String>,
    pub followers_count: Option<i64>,
    pub media_count: Option<i64>,
}

/// `GET /me/permissions`
#[derive(Deserialize)]
pub struct Permissions {
    pub data: Vec<Permission>,
}

#[derive(Deserialize)]
pub struct Permission {
    pub permission: String,
    /// `granted`, `declined` or `expired`.
    pub status: String,
}

/// `GET /debug_token`
#[derive(Deserialize)]
pub struct Inspected {
    pub data: Inspection,
}

/// Times are seconds since 1970; 0 means never.
#[derive(Default, Deserialize)]
pub struct Inspection {
    pub user_id: Option<String>,
    pub expires_at: Option<i64>,
    pub data_access_expires_at: Option<i64>,
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// A Graph API error. Its message is not read: for a malformed token it holds the token.
/// <https://developers.facebook.com/docs/graph-api/guides/error-handling>
#[derive(Deserialize)]
pub struct Failed {
    pub error: Failure,
}

#[derive(Default, Deserialize)]
pub struct Failure {
    #[serde(default)]
    pub code: i64,
    #[serde(default, rename = "error_subcode")]
    pub subcode: i64,
    #[serde(default)]
    pub is_transient: bool,
    #[serde(default)]
    pub fbtrace_id: String,
}

/// `DELETE /{user}/permissions`: the reference shows the one, servers send the other.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Done {
    Bare(bool),
    Wrapped { success: bool },
}

impl Done {
    pub fn is_true(&self) -> bool {
        matches!(self, Self::Bare(true) | Self::Wrapped { success: true })
    }
}
