//! The channel behind a grant. <https://developers.google.com/youtube/v3/docs/channels/list>

use super::metadata::Metadata;
use super::wire::{Channel, Channels};
use super::{API, error};
use crate::model::Reason;
use crate::server::platform::{Api, Error, Profile, Result, metadata};

const PARTS: &str = "id,snippet,statistics,contentDetails,status";

/// The channel that was picked on Google's page: one grant, one channel.
pub async fn list_profiles(api: &Api) -> Result<Vec<Profile>> {
    let channels = mine(api).await?;
    if channels.is_empty() {
        let detail = "no items".into();
        return Err(Error::Rejected { message: error::NO_CHANNEL.into(), field: None, detail });
    }
    Ok(channels.iter().map(profile).collect())
}

/// A connected channel, read again. That it is gone is told otherwise than that there never was
/// one.
pub async fn one(api: &Api, account: &str) -> Result<Profile> {
    let found = match mine(api).await {
        Ok(channels) => channels.iter().map(profile).find(|profile| profile.id == account),
        Err(Error::Rejected { message, .. }) if message == error::NO_CHANNEL => None,
        Err(error) => return Err(error),
    };
    found.ok_or_else(|| Error::Reconnect {
        reason: Reason::RefusedByPlatform,
        message:
            "This Google account no longer has the channel you connected. Reconnect YouTube with \
              the account that has it."
                .into(),
        detail: format!("channel {account} is not among the items"),
    })
}

async fn mine(api: &Api) -> Result<Vec<Channel>> {
    let path = "/youtube/v3/channels";
    let call = api.get(api.client().url(API, path)).label(path);
    let answer = call.query(&[("part", PARTS), ("mine", "true")]).send().await?;
    match error::of(&answer, api.client().now()) {
        Some(error) => Err(error),
        None => answer.expect::<Channels>("channels")?.read().ok_or_else(|| Error::Unexpected {
            detail: format!("no list of channels, it begins {}", answer.shape()),
        }),
    }
}

fn profile(channel: &Channel) -> Profile {
    let snippet = &channel.snippet;
    let thumbnail = snippet.thumbnails.medium.as_ref().or(snippet.thumbnails.default.as_ref());
    Profile {
        id: channel.id.clone(),
        name: snippet.title.clone(),
        // `customUrl` is the handle, with its @; channels that never chose one have none.
        handle: snippet.custom_url.clone().unwrap_or_default(),
        avatar_url: thumbnail.map(|thumbnail| thumbnail.url.clone()),
        detail: snippet.custom_url.clone().unwrap_or_default(),
        metadata: metadata::write(&Metadata::from(channel)),
        issue: None,
        grant_key: None,
    }
}
