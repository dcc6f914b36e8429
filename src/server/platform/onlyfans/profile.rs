//! The account that a session belongs to.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error;
use super::session::Session;
use crate::server::platform::words::count;
use crate::server::platform::{Error, PlatformResponse, Profile, Result, metadata, names, read};

pub const ME: &str = "/api2/v2/users/me";

/// Only what we use: e-mail, address, csrf and socket token that stand beside it are never read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Me {
    #[serde(default, deserialize_with = "read::id")]
    id: Option<String>,
    /// It ends a connection, so nothing but a plain `false` says so.
    #[serde(default, deserialize_with = "read::optional")]
    is_auth: Option<bool>,
    #[serde(default, deserialize_with = "read::flag")]
    is_performer: Option<bool>,
    #[serde(default, deserialize_with = "read::flag")]
    can_earn: Option<bool>,
    #[serde(default, deserialize_with = "read::flag")]
    is_verified: Option<bool>,
    #[serde(default, deserialize_with = "read::text")]
    username: Option<String>,
    #[serde(default, deserialize_with = "read::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "read::text")]
    avatar: Option<String>,
    #[serde(default, deserialize_with = "read::time")]
    join_date: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "read::count")]
    subscribers_count: Option<u64>,
    #[serde(default, deserialize_with = "read::count")]
    favorited_count: Option<u64>,
    #[serde(default, deserialize_with = "read::count")]
    posts_count: Option<u64>,
    #[serde(default, deserialize_with = "read::decimal")]
    subscribe_price: Option<f64>,
}

/// The profile in a successful answer, if it is that of the session.
pub fn of(answer: &PlatformResponse, session: &Session) -> Result<Profile> {
    // A page with status 200 is the wall's.
    let Some(body) = answer.json::<Value>() else {
        return Err(Error::Unavailable {
            detail: format!("{} without JSON: blocked, {}", answer.status, answer.shape()),
        });
    };
    let me = Me::deserialize(&body)
        .map_err(|_| Error::Unexpected { detail: format!("no profile: {}", answer.shape()) })?;
    match &me.id {
        _ if me.is_auth == Some(false) => {
            Err(error::ended(format!("{} not logged in", answer.status)))
        }
        Some(id) if id == session.user_id() => Ok(me.profile()),
        Some(_) => Err(error::mixed_up(format!("{} another user's id", answer.status))),
        None => Err(Error::Unexpected { detail: format!("no id: {}", answer.shape()) }),
    }
}

impl Me {
    fn profile(self) -> Profile {
        let username = self.username.unwrap_or_default();
        let metadata = Metadata {
            username: username.clone(),
            // Either may be missing in some views; a fan account says no.
            creator: self.is_performer.or(self.can_earn).unwrap_or_default(),
            verified: self.is_verified.unwrap_or_default(),
            joined: self.join_date,
            fans: self.subscribers_count,
            likes: self.favorited_count,
            posts: self.posts_count,
            price: self.subscribe_price,
        };
        Profile {
            id: self.id.unwrap_or_default(),
            name: self.name.unwrap_or_default(),
            handle: names::handle(&username),
            avatar_url: self.avatar.filter(|url| !url.is_empty()),
            detail: String::new(),
            metadata: metadata::write(&metadata),
            issue: None,
            grant_key: None,
        }
    }
}

/// What is kept of an OnlyFans account. Nothing else may be: a field that is not here is refused,
/// so that no e-mail address or socket token slips in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    pub username: String,
    /// False: a fan account.
    pub creator: bool,
    pub verified: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fans: Option<u64>,
    /// Received, not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posts: Option<u64>,
    /// In US dollars; a free page has 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
}

impl Metadata {
    pub fn describe(&self) -> Vec<(String, String)> {
        let fact = |name: &str, value: String| (name.to_owned(), value);
        if !self.creator {
            return vec![fact("Account", "Fan account: no creator statistics".into())];
        }
        let figure = |name: &str, number: Option<u64>| {
            Some(fact(name, count(number?.try_into().unwrap_or(i64::MAX))))
        };
        let price = self
            .price
            .map(|price| if price > 0.0 { format!("${price:.2} a month") } else { "Free".into() });
        [
            figure("Fans", self.fans),
            figure("Likes", self.likes),
            figure("Posts published", self.posts),
            price.map(|price| fact("Subscription", price)),
            self.joined.map(|at| fact("On OnlyFans since", at.format("%B %Y").to_string())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    // C10: what stands beside the figures is not kept, and cannot be.
    #[test]
    fn mail_address_and_socket_token_are_dropped_and_refused() {
        let me: Me = serde_json::from_value(json!({
            "id": 42, "username": "luna", "name": " ", "isPerformer": true, "isVerified": 1,
                "joinDate": "2021-03-14T00:00:00+00:00",
            "subscribersCount": "12", "postsCount": 7, "subscribePrice": 9.99, "upload": [],
                "email": "luna@example.com", "ip": "192.0.2.1",
            "csrf": "secret", "wsAuthToken": "secret",
        }))
        .expect("an answer");
        let profile = me.profile();
        assert_eq!(
            (profile.id.as_str(), profile.name.as_str(), profile.handle.as_str()),
            ("42", " ", "@luna")
        );
        let kept: Metadata = metadata::read(&profile.metadata).expect("good metadata");
        assert_eq!(
            (kept.fans, kept.posts, kept.verified),
            (Some(12), Some(7), true),
            "however they are written"
        );
        assert_eq!(metadata::write(&kept), profile.metadata);
        for private in ["email", "ip", "csrf", "wsAuthToken"] {
            assert!(profile.metadata.get(private).is_none());
            let mut with = profile.metadata.clone();
            with[private] = json!("secret");
            assert!(metadata::read::<Metadata>(&with).is_err(), "{private}");
        }
    }
}
