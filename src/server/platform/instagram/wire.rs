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
    #[serde(default)]
    granular_scopes: Value,
}

/// What one permission was given for.
#[derive(Deserialize)]
struct Granular {
    scope: String,
    /// Missing where it was given for everything.
    target_ids: Option<Vec<Target>>,
}

#[derive(Deserialize)]
struct Target(#[serde(deserialize_with = "id_or_empty")] String);

impl Inspection {
    /// The ids of the Pages that a permission was given for, each once, and whether everything
    /// could be read: what could not says nothing of any Page.
    pub fn ticked_pages(&self) -> (BTreeSet<String>, bool) {
        let items = match &self.granular_scopes {
            // Whoever does not say whose token it is says nothing of it.
            Value::Null if self.user_id.is_none() => return (BTreeSet::new(), false),
            Value::Null => &[][..],
            Value::Array(items) => items,
            _ => return (BTreeSet::new(), false),
        };
        let read: Vec<_> =
            items.iter().filter_map(|item| Granular::deserialize(item).ok()).collect();
        let is_whole = read.len() == items.len();
        let of_pages = read.into_iter().filter(|granular| granular.scope.starts_with("pages_"));
        let targets = of_pages.flat_map(|granular| granular.target_ids.unwrap_or_default());
        (targets.map(|Target(id)| id).collect(), is_whole)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ticked(granular: &Value) -> (Vec<String>, bool) {
        let inspection: Inspection =
            serde_json::from_value(json!({ "user_id": "56", "granular_scopes": granular }))
                .expect("an answer");
        let (ids, is_whole) = inspection.ticked_pages();
        (ids.into_iter().collect(), is_whole)
    }

    // R1: what is readable counts, and what is odd does not say that
    // nothing was ticked.
    #[test]
    fn odd_lists_of_what_was_ticked_are_told_from_empty_ones() {
        let good = json!({ "scope": "pages_show_list", "target_ids": ["12", 34] });
        let of_all = json!({ "scope": "pages_read_engagement" });
        let both = vec!["12".to_owned(), "34".to_owned()];
        assert_eq!(ticked(&json!([good, of_all])), (both.clone(), true));
        for empty in [json!([]), json!(null)] {
            assert_eq!(ticked(&empty), (Vec::new(), true), "{empty}");
        }
        for odd in [json!(7), json!({}), json!({ "scope": "pages_show_list", "target_ids": "12" })]
        {
            assert_eq!(ticked(&json!([good, odd])), (both.clone(), false), "{odd}");
        }
        for odd in [json!("odd"), json!(7.5), json!(false), json!({})] {
            assert_eq!(ticked(&odd), (Vec::new(), false), "{odd}");
        }
        for nothing in ["{}", "[]"] {
            let nothing: Inspection = serde_json::from_str(nothing).expect("an answer");
            assert!(!nothing.ticked_pages().1);
        }
    }
}
