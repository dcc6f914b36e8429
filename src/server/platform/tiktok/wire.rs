//! TikTok's JSON, as far as it is read.

use serde::Deserialize;

/// Every answer but those of `/v2/oauth/`. Success is the code `ok`, never the status.
/// <https://developers.tiktok.com/doc/tiktok-api-v2-error-handling>
#[derive(Deserialize)]
pub struct Envelope<T> {
    /// Missing, or an empty object, where the error is not `ok`.
    pub data: Option<T>,
    pub error: Failure,
}

#[derive(Deserialize)]
pub struct Failure {
    pub code: String,
    /// TikTok's support asks for it. Its tables write it without the underscore.
    #[serde(default, alias = "logid")]
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
    pub open_id: String,
    pub union_id: Option<String>,
    pub avatar_url: Option<String>,
    pub avatar_large_url: Option<String>,
    pub display_name: Option<String>,
    pub username: Option<String>,
    pub is_verified: Option<bool>,
    pub follower_count: Option<i64>,
    pub following_count: Option<i64>,
    pub likes_count: Option<i64>,
    pub video_count: Option<i64>,
}

/// `POST /v2/post/publish/creator_info/query/`
/// <https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info>
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CreatorInfo {
    pub creator_username: Option<String>,
    pub privacy_level_options: Vec<String>,
    pub comment_disabled: bool,
    pub duet_disabled: bool,
    pub stitch_disabled: bool,
    pub max_video_post_duration_sec: Option<i64>,
}
