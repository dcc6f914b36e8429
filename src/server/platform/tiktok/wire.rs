//! TikTok's JSON, as far as it is read. Only the id is needed; what else is odd counts as absent.

use serde::{Deserialize, Deserializer};

use crate::server::platform::read;

/// Every answer but those of `/v2/oauth/`. Success is the code `ok`, never the status.
/// <https://developers.tiktok.com/doc/tiktok-api-v2-error-handling>
#[derive(Deserialize)]
pub struct Envelope<T> {
    /// Missing, or an empty object, where the error is not `ok`.
    #[serde(default)]
    pub data: Option<T>,
    pub error: Failure,
}

#[derive(Deserialize)]
pub struct Failure {
    #[serde(default, deserialize_with = "read::text_or_empty")]
    pub code: String,
    /// TikTok's support asks for it. Its tables write it without the underscore.
    #[serde(default, alias = "logid", deserialize_with = "read::text_or_empty")]
    pub log_id: String,
}

/// What the token endpoint adds to an OAuth error.
#[derive(Default, Deserialize)]
pub struct Trace {
    #[serde(default, alias = "logid", deserialize_with = "read::text_or_empty")]
    pub log_id: String,
}

/// `GET /v2/user/info/`; only what was asked for is there.
#[derive(Deserialize)]
pub struct UserInfo {
    pub user: User,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct User {
    #[serde(deserialize_with = "read::or_default")]
    pub open_id: String,
    #[serde(deserialize_with = "read::text")]
    pub union_id: Option<String>,
    #[serde(deserialize_with = "read::text")]
    pub avatar_url: Option<String>,
    #[serde(deserialize_with = "read::text")]
    pub avatar_large_url: Option<String>,
    #[serde(deserialize_with = "read::text")]
    pub display_name: Option<String>,
    #[serde(deserialize_with = "read::text")]
    pub username: Option<String>,
    #[serde(deserialize_with = "read::flag")]
    pub is_verified: Option<bool>,
    #[serde(deserialize_with = "read::count")]
    pub follower_count: Option<u64>,
    #[serde(deserialize_with = "read::count")]
    pub following_count: Option<u64>,
    #[serde(deserialize_with = "read::count")]
    pub likes_count: Option<u64>,
    #[serde(deserialize_with = "read::count")]
    pub video_count: Option<u64>,
}

/// `POST /v2/post/publish/creator_info/query/`
/// <https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info>
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CreatorInfo {
    #[serde(deserialize_with = "read::text")]
    pub creator_username: Option<String>,
    #[serde(deserialize_with = "read::list")]
    pub privacy_level_options: Vec<String>,
    #[serde(deserialize_with = "flag_or_no")]
    pub comment_disabled: bool,
    #[serde(deserialize_with = "flag_or_no")]
    pub duet_disabled: bool,
    #[serde(deserialize_with = "flag_or_no")]
    pub stitch_disabled: bool,
    #[serde(deserialize_with = "read::count")]
    pub max_video_post_duration_sec: Option<u64>,
}

fn flag_or_no<'de, D: Deserializer<'de>>(wire: D) -> Result<bool, D::Error> {
    Ok(read::flag(wire)?.unwrap_or_default())
}
