//! The account, and what it may post.
//! <https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info>

use super::metadata::{Metadata, Posting};
use super::wire::{CreatorInfo, User, UserInfo};
use super::{API, BASIC, PROFILE, PUBLISH, STATS, error};
use crate::model::Reason;
use crate::server::platform::{Api, Error, Profile, Result, metadata, names};

/// The fields that each scope opens. One without its scope fails the whole call.
const FIELDS: [(&str, &[&str]); 3] = [
    (BASIC, &["open_id", "union_id", "avatar_url", "avatar_large_url", "display_name"]),
    (PROFILE, &["username", "is_verified"]),
    (STATS, &["follower_count", "following_count", "likes_count", "video_count"]),
];

pub async fn read(api: &Api) -> Result<Profile> {
    let user = user(api).await?;
    let (posting, creator) = match api.granted(PUBLISH) {
        true => posting(api).await?,
        false => (None, None),
    };
    let issue =
        (posting == Some(Posting::Blocked)).then(|| (Reason::NeedsAction, error::BANNED.into()));
    let username = user.username.as_ref().or(creator.as_ref());
    Ok(Profile {
        id: user.open_id.clone(),
        name: user.display_name.as_ref().or(username).unwrap_or(&user.open_id).clone(),
        handle: username.map_or_else(String::new, |name| names::handle(name)),
        avatar_url: user.avatar_large_url.clone().or_else(|| user.avatar_url.clone()),
        detail: String::new(),
        metadata: metadata::write(&Metadata::of(&user, posting)),
        issue,
        grant_key: None,
    })
}

async fn user(api: &Api) -> Result<User> {
    let granted = FIELDS.iter().filter(|(scope, _)| api.granted(scope));
    let fields: Vec<_> = granted.flat_map(|(_, fields)| *fields).copied().collect();
    let path = "/v2/user/info/";
    let call = api.get(api.client().url(API, path)).label(path);
    let answer = call.query(&[("fields", &fields.join(","))]).send().await?;
    let info: UserInfo = error::read(&answer, api.client().now(), "user info")?;
    if info.user.open_id.is_empty() {
        return Err(Error::Unexpected { detail: "user info without an open_id".into() });
    }
    Ok(info.user)
}

/// What the account may post, and its name on TikTok. That it may not, or that TikTok does not
/// answer here, hinders nobody from connecting.
async fn posting(api: &Api) -> Result<(Option<Posting>, Option<String>)> {
    let path = "/v2/post/publish/creator_info/query/";
    let call = api
        .post(api.client().url(API, path))
        .label(path)
        .header("content-type", "application/json; charset=UTF-8");
    let read = match call.send().await {
        Ok(answer) => error::read::<CreatorInfo>(&answer, api.client().now(), "creator info"),
        Err(error) => Err(error),
    };
    let posting = match read {
        Ok(mut info) => {
            let name = info.creator_username.take();
            // Everybody can show a post to somebody: an empty list is an odd answer.
            let is_told = !info.privacy_level_options.is_empty();
            let posting = if is_told { info.into() } else { Posting::Unknown };
            return Ok((Some(posting), name));
        }
        Err(Error::NeedsAction { .. }) => Posting::Blocked,
        Err(Error::RateLimited { detail, .. }) if detail.contains("spam_risk") => {
            Posting::DailyLimit
        }
        Err(Error::Configuration { .. }) => Posting::AppFull,
        Err(error) if error.is_transient() => Posting::Unknown,
        Err(error) => return Err(error),
    };
    Ok((Some(posting), None))
}
