//! Facebook's JSON, as far as it is read. Only ids are needed; what else is odd counts as absent.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::server::platform::{read, scopes};

/// A part of a list.
#[derive(Deserialize)]
pub struct Listing {
    pub data: Vec<Value>,
    #[serde(default, deserialize_with = "read::optional")]
    pub paging: Option<Paging>,
}

#[derive(Deserialize)]
pub struct Paging {
    pub next: Option<String>,
}

#[derive(Deserialize)]
pub struct Page {
    #[serde(default, deserialize_with = "id_or_empty")]
    pub id: String,
    #[serde(default, deserialize_with = "read::text_or_empty")]
    pub name: String,
    #[serde(default, deserialize_with = "read::optional")]
    pub tasks: Option<Vec<String>>,
    /// Missing for a personal account and for one that is not linked to this Page alike. Anything
    /// else that is no account says neither.
    #[serde(default)]
    pub instagram_business_account: Option<Professional>,
}

#[derive(Deserialize)]
pub struct Professional {
    #[serde(default, deserialize_with = "id_or_empty")]
    pub id: String,
    #[serde(default, deserialize_with = "read::text")]
    pub username: Option<String>,
    #[serde(default, deserialize_with = "read::text")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "read::text")]
    pub profile_picture_url: Option<String>,
    #[serde(default, deserialize_with = "read::count")]
    pub followers_count: Option<u64>,
    #[serde(default, deserialize_with = "read::count")]
    pub media_count: Option<u64>,
}

/// `GET /me/businesses`
#[derive(Deserialize)]
pub struct Business {
    #[serde(default, deserialize_with = "id_or_empty")]
    pub id: String,
}

/// `GET /me/permissions`
#[derive(Deserialize)]
pub struct Permissions {
    pub data: Vec<Permission>,
}

/// What a person consented to is read strictly.
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
    #[serde(default, deserialize_with = "read::id")]
    pub user_id: Option<String>,
    #[serde(default, deserialize_with = "read::decimal")]
    pub expires_at: Option<f64>,
    #[serde(default, deserialize_with = "read::decimal")]
    pub data_access_expires_at: Option<f64>,
    #[serde(default, deserialize_with = "scopes::list")]
    pub scopes: Vec<String>,
    #[serde(default, deserialize_with = "read::list")]
    pub granular_scopes: Vec<Granular>,
}

/// What one permission was given for.
#[derive(Deserialize)]
pub struct Granular {
    pub scope: String,
    /// Missing where it was given for everything.
    #[serde(default, deserialize_with = "read::list")]
    pub target_ids: Vec<String>,
}

impl Inspection {
    /// The ids of the Pages that a permission was given for, each once.
    pub fn ticked_pages(&self) -> Vec<String> {
        let of_pages = self.granular_scopes.iter().filter(|g| g.scope.starts_with("pages_"));
        let ids: BTreeSet<_> = of_pages.flat_map(|granular| &granular.target_ids).collect();
        ids.into_iter().cloned().collect()
    }
}

/// A Graph API error. Its message is not read: for a malformed token it holds the token.
/// <https://developers.facebook.com/docs/graph-api/guides/error-handling>
#[derive(Deserialize)]
pub struct Failed {
    pub error: Failure,
}

#[derive(Default, Deserialize)]
pub struct Failure {
    #[serde(default, deserialize_with = "integer_or_zero")]
    pub code: i64,
    #[serde(default, rename = "error_subcode", deserialize_with = "integer_or_zero")]
    pub subcode: i64,
    #[serde(default, deserialize_with = "flag_or_no")]
    pub is_transient: bool,
    #[serde(default, deserialize_with = "read::text_or_empty")]
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

fn id_or_empty<'de, D: Deserializer<'de>>(wire: D) -> Result<String, D::Error> {
    Ok(read::id(wire)?.unwrap_or_default())
}

fn integer_or_zero<'de, D: Deserializer<'de>>(wire: D) -> Result<i64, D::Error> {
    Ok(read::integer(wire)?.unwrap_or_default())
}

fn flag_or_no<'de, D: Deserializer<'de>>(wire: D) -> Result<bool, D::Error> {
    Ok(read::flag(wire)?.unwrap_or_default())
}
