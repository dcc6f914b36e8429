//! The account behind a token. <https://docs.x.com/x-api/users/user-lookup-me>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{API, error};
use crate::server::platform::words::count;
use crate::server::platform::{Api, Profile, Result, read};
use crate::server::platform::{metadata, names};

const ME: &str = "/2/users/me?user.fields=created_at,description,profile_image_url,protected,public_metrics,verified,verified_type,subscription_type";

pub async fn read(api: &Api) -> Result<Profile> {
    let answer = api.get(api.client().url(API, ME)).label("/2/users/me").send().await?;
    if !answer.is_success() {
        return Err(error::of(api, &answer));
    }
    // 200 with `errors` and without `data` is a failure, too.
    match answer.expect::<Envelope>("the profile")?.data {
        Some(user) => Ok(user.profile()),
        None => Err(error::of(api, &answer)),
    }
}

#[derive(Deserialize)]
struct Envelope {
    data: Option<User>,
}

/// Only the id is needed.
#[derive(Deserialize)]
struct User {
    /// Up to 19 digits: never a float.
    #[serde(deserialize_with = "read::id")]
    id: Option<String>,
    #[serde(default, deserialize_with = "read::text_or_empty")]
    name: String,
    #[serde(default, deserialize_with = "read::text_or_empty")]
    username: String,
    #[serde(default, deserialize_with = "read::text")]
    profile_image_url: Option<String>,
    #[serde(default, deserialize_with = "read::time")]
    created_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "read::text")]
    description: Option<String>,
    #[serde(default, deserialize_with = "read::flag")]
    protected: Option<bool>,
    #[serde(default, deserialize_with = "read::flag")]
    verified: Option<bool>,
    #[serde(default, deserialize_with = "read::text")]
    verified_type: Option<String>,
    #[serde(default, deserialize_with = "read::text")]
    subscription_type: Option<String>,
    #[serde(default, deserialize_with = "read::or_default")]
    public_metrics: PublicMetrics,
}

/// X's OpenAPI file of August 2026 renames `tweet_count` to `post_count`; the guides keep the old
/// name. Both are read, also together.
#[derive(Default, Deserialize)]
#[serde(default)]
struct PublicMetrics {
    #[serde(deserialize_with = "read::count")]
    followers_count: Option<u64>,
    #[serde(deserialize_with = "read::count")]
    following_count: Option<u64>,
    #[serde(deserialize_with = "read::count")]
    tweet_count: Option<u64>,
    #[serde(deserialize_with = "read::count")]
    post_count: Option<u64>,
    #[serde(deserialize_with = "read::count")]
    listed_count: Option<u64>,
    #[serde(deserialize_with = "read::count")]
    like_count: Option<u64>,
    #[serde(deserialize_with = "read::count")]
    media_count: Option<u64>,
}

impl User {
    fn profile(self) -> Profile {
        let metrics = self.public_metrics;
        let metadata = Metadata {
            username: self.username.clone(),
            created_at: self.created_at,
            description: self.description,
            protected: self.protected.unwrap_or_default(),
            verified: self.verified.unwrap_or_default(),
            verified_type: self.verified_type,
            subscription_type: self.subscription_type,
            followers: metrics.followers_count,
            following: metrics.following_count,
            posts: metrics.post_count.or(metrics.tweet_count),
            lists: metrics.listed_count,
            likes: metrics.like_count,
            media: metrics.media_count,
        };
        Profile {
            // Without one it is refused at the door.
            id: self.id.unwrap_or_default(),
            name: self.name,
            handle: names::handle(&self.username),
            avatar_url: self.profile_image_url.map(|url| larger(&url)),
            detail: String::new(),
            metadata: metadata::write(&metadata),
            issue: None,
            grant_key: None,
        }
    }
}

/// `_normal` is 48 pixels wide; the same picture exists larger.
/// <https://developer.x.com/en/docs/x-api/v1/accounts-and-users/user-profile-images-and-banners>
fn larger(url: &str) -> String {
    url.replace("_normal.", "_400x400.")
}

/// What is kept of an X account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    pub username: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default)]
    pub protected: bool,
    #[serde(default)]
    pub verified: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followers: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub following: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posts: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lists: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<u64>,
}

impl Metadata {
    pub fn describe(&self) -> Vec<(String, String)> {
        let figure = |name: &str, number: Option<u64>| {
            Some((name.to_owned(), count(number?.try_into().unwrap_or(i64::MAX))))
        };
        let marks = [
            self.verified.then(|| ("Verified".to_owned(), "Yes".to_owned())),
            self.protected
                .then(|| ("Posts".to_owned(), "Protected: only followers see them".to_owned())),
        ];
        let figures = [
            figure("Followers", self.followers),
            figure("Following", self.following),
            figure("Posts published", self.posts),
        ];
        figures.into_iter().chain(marks).flatten().collect()
    }
}

#[cfg(test)]
mod tests;
