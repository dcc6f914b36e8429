//! What is kept of a TikTok account.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::{CreatorInfo, User};
use crate::server::platform::{metadata as shared, words};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    pub open_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub union_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub following: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub likes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub videos: Option<i64>,
    /// Missing where posting was not allowed to us.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posting: Option<Posting>,
}

/// What TikTok lets the account post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Posting {
    Allowed {
        privacy_options: Vec<String>,
        comments_off: bool,
        duets_off: bool,
        stitches_off: bool,
        max_video_seconds: Option<i64>,
    },
    /// TikTok's daily limit for this account is used up.
    DailyLimit,
    /// TikTok has blocked the account from posting.
    Blocked,
    /// The app may post for so many people a day, and they were others.
    AppFull,
    /// TikTok did not answer when it was asked.
    Unknown,
}

impl From<CreatorInfo> for Posting {
    fn from(info: CreatorInfo) -> Self {
        Self::Allowed {
            privacy_options: info.privacy_level_options,
            comments_off: info.comment_disabled,
            duets_off: info.duet_disabled,
            stitches_off: info.stitch_disabled,
            max_video_seconds: info.max_video_post_duration_sec.and_then(|n| i64::try_from(n).ok()),
        }
    }
}

impl Metadata {
    pub fn of(user: &User, posting: Option<Posting>) -> Self {
        let figure = |count: Option<u64>| i64::try_from(count?).ok();
        Self {
            open_id: user.open_id.clone(),
            union_id: user.union_id.clone(),
            username: user.username.clone(),
            verified: user.is_verified,
            followers: figure(user.follower_count),
            following: figure(user.following_count),
            likes: figure(user.likes_count),
            videos: figure(user.video_count),
            posting,
        }
    }
}

pub fn check(metadata: &Value) -> Result<(), String> {
    shared::read::<Metadata>(metadata).map(drop)
}

pub fn describe(metadata: &Value) -> Vec<(String, String)> {
    let Ok(metadata) = shared::read::<Metadata>(metadata) else {
        return Vec::new();
    };
    let figures =
        [("Followers", metadata.followers), ("Likes", metadata.likes), ("Videos", metadata.videos)];
    let figures = figures.into_iter().filter_map(|(name, n)| Some((name, words::count(n?))));
    let posting = metadata.posting.as_ref().map(describe_posting).unwrap_or_default();
    figures.chain(posting).map(|(name, value)| (name.to_owned(), value)).collect()
}

fn describe_posting(posting: &Posting) -> Vec<(&'static str, String)> {
    let said = |text: &str| vec![("Posting", text.to_owned())];
    let Posting::Allowed {
        privacy_options,
        comments_off,
        duets_off,
        stitches_off,
        max_video_seconds,
    } = posting
    else {
        return said(match posting {
            Posting::DailyLimit => "TikTok's limit for today is reached. Tomorrow it goes on",
            Posting::Blocked => "TikTok has blocked this account from posting",
            Posting::AppFull => "This server's TikTok capacity is full today",
            _ => "TikTok did not say. Test the connection to ask again",
        });
    };
    let mut details = vec![("Who can see posts", visibility(privacy_options))];
    let off = [("comments", comments_off), ("duets", duets_off), ("stitches", stitches_off)];
    let off: Vec<_> = off.iter().filter(|(_, off)| **off).map(|(name, _)| *name).collect();
    if !off.is_empty() {
        details.push(("Turned off in TikTok", words::list(&off)));
    }
    if let Some(seconds) = max_video_seconds {
        details.push(("Longest video", duration(*seconds)));
    }
    details
}

fn visibility(options: &[String]) -> String {
    let words = |option: &String| match option.as_str() {
        "PUBLIC_TO_EVERYONE" => Some("everyone"),
        "MUTUAL_FOLLOW_FRIENDS" => Some("friends"),
        "FOLLOWER_OF_CREATOR" => Some("followers"),
        "SELF_ONLY" => Some("only you"),
        _ => None,
    };
    let known: Vec<_> = options.iter().filter_map(words).collect();
    let known = words::list(&known);
    if options.iter().any(|option| option == "PUBLIC_TO_EVERYONE") {
        known
    } else {
        format!("Posts can't be public: the account is private. Possible: {known}")
    }
}

fn duration(seconds: i64) -> String {
    let unit = |n: i64, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    match (seconds / 60, seconds % 60) {
        (0, rest) => unit(rest, "second"),
        (minutes, 0) => unit(minutes, "minute"),
        (minutes, rest) => format!("{} {}", unit(minutes, "minute"), unit(rest, "second")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Metadata, Posting, User, check, describe};
    use crate::server::platform::tiktok::wire::CreatorInfo;

    fn said(posting: Posting) -> Vec<(String, String)> {
        let user = User { open_id: "afd97af1".into(), ..User::default() };
        describe(&json!(Metadata::of(&user, Some(posting))))
    }

    // C6: TikTok's own sample answer, as its page shows it.
    #[test]
    fn what_the_account_may_post_is_said_in_words() {
        let info: CreatorInfo = serde_json::from_value(json!({
            "creator_avatar_url": "https://p16.example/a.jpeg", "creator_username": "tiktok",
            "creator_nickname": "TikTok Official",
            "privacy_level_options": ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"],
            "comment_disabled": false, "duet_disabled": false, "stitch_disabled": true,
            "max_video_post_duration_sec": 300,
        }))
        .expect("the sample is read");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            said(info.into()),
            [
                pair("Who can see posts", "everyone, friends and only you"),
                pair("Turned off in TikTok", "stitches"),
                pair("Longest video", "5 minutes"),
            ]
        );
    }

    // C6
    #[test]
    fn a_private_account_is_told_that_its_posts_can_not_be_public() {
        let info = CreatorInfo {
            privacy_level_options: vec!["FOLLOWER_OF_CREATOR".into(), "SELF_ONLY".into()],
            ..CreatorInfo::default()
        };
        let details = said(info.into());
        assert!(details[0].1.starts_with("Posts can't be public"), "{details:?}");
    }

    // C12: metadata is checked as it is written and read.
    #[test]
    fn metadata_without_an_open_id_or_with_a_stray_field_is_refused() {
        assert_eq!(check(&json!({"open_id": "a", "posting": {"state": "blocked"}})), Ok(()));
        assert!(check(&json!({})).is_err_and(|wrong| wrong.contains("open_id")));
        let stray = json!({"open_id": "a", "access_token": "act.x"});
        assert!(check(&stray).is_err_and(|wrong| wrong.contains("access_token")));
    }
}
