//! What is kept of a YouTube channel.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::Channel;
use crate::server::platform::{metadata as shared, words};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    pub channel_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// The playlist of all uploads, from which new videos are read at a cost of 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uploads_playlist: Option<String>,
    /// Missing where the channel hides them. Rounded by YouTube to three digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscribers: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub views: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub videos: Option<i64>,
    pub subscribers_hidden: bool,
    /// `allowed`, `eligible` or `disallowed`: whether videos may be longer than 15 minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub long_uploads: Option<String>,
}

impl From<&Channel> for Metadata {
    fn from(channel: &Channel) -> Self {
        let statistics = &channel.statistics;
        let hidden = statistics.hidden_subscriber_count == Some(true);
        let figure = |count: Option<u64>| i64::try_from(count?).ok();
        Self {
            channel_id: channel.id.clone(),
            handle: channel.snippet.custom_url.clone(),
            uploads_playlist: channel.content_details.related_playlists.uploads.clone(),
            subscribers: figure(statistics.subscriber_count).filter(|_| !hidden),
            views: figure(statistics.view_count),
            videos: figure(statistics.video_count),
            subscribers_hidden: hidden,
            long_uploads: channel.status.long_uploads_status.clone(),
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
    let subscribers = match metadata.subscribers {
        _ if metadata.subscribers_hidden => Some("hidden by the channel".to_owned()),
        // YouTube itself tells no more than three digits.
        Some(n) if n >= 1_000 => Some(format!("about {}", words::count(n))),
        n => n.map(words::count),
    };
    let longest = metadata.long_uploads.as_deref().map(|status| match status {
        "allowed" => "12 hours",
        "eligible" => "15 minutes, until you confirm a phone number at youtube.com/verify",
        _ => "15 minutes",
    });
    let details = [
        ("Subscribers", subscribers),
        ("Videos", metadata.videos.map(words::count)),
        ("Views", metadata.views.map(words::count)),
        ("Longest video", longest.map(str::to_owned)),
    ];
    details.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
