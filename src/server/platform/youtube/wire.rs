//! Google's JSON, as far as it is read. Only the id is needed; what else is odd counts as absent.

use serde::Deserialize;
use serde_json::Value;

use crate::server::platform::read;

/// `GET /youtube/v3/channels`. Without a channel, `items` is empty or missing.
#[derive(Deserialize)]
pub struct Channels {
    #[serde(default, deserialize_with = "read::text")]
    kind: Option<String>,
    #[serde(default)]
    items: Vec<Value>,
}

impl Channels {
    /// The channels, each with an id; nothing where this is not YouTube's own list.
    pub fn read(self) -> Option<Vec<Channel>> {
        let is_list = self.kind.as_deref() == Some("youtube#channelListResponse");
        let channels = self.items.into_iter().map(serde_json::from_value::<Channel>);
        let channels: Vec<_> = channels.collect::<Result<_, _>>().ok()?;
        let named = channels.iter().all(|channel| !channel.id.trim().is_empty());
        (named && (is_list || !channels.is_empty())).then_some(channels)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    pub id: String,
    #[serde(default, deserialize_with = "read::or_default")]
    pub snippet: Snippet,
    #[serde(default, deserialize_with = "read::or_default")]
    pub statistics: Statistics,
    #[serde(default, deserialize_with = "read::or_default")]
    pub content_details: ContentDetails,
    #[serde(default, deserialize_with = "read::or_default")]
    pub status: Status,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Snippet {
    #[serde(deserialize_with = "read::text_or_empty")]
    pub title: String,
    #[serde(deserialize_with = "read::text")]
    pub custom_url: Option<String>,
    #[serde(deserialize_with = "read::or_default")]
    pub thumbnails: Thumbnails,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Thumbnails {
    #[serde(deserialize_with = "read::optional")]
    pub default: Option<Thumbnail>,
    #[serde(deserialize_with = "read::optional")]
    pub medium: Option<Thumbnail>,
}

#[derive(Deserialize)]
pub struct Thumbnail {
    pub url: String,
}

/// The counts are text on the wire; subscribers are rounded to three digits, or hidden.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Statistics {
    #[serde(deserialize_with = "read::count")]
    pub view_count: Option<u64>,
    #[serde(deserialize_with = "read::count")]
    pub subscriber_count: Option<u64>,
    #[serde(deserialize_with = "read::count")]
    pub video_count: Option<u64>,
    #[serde(deserialize_with = "read::flag")]
    pub hidden_subscriber_count: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContentDetails {
    #[serde(deserialize_with = "read::or_default")]
    pub related_playlists: Playlists,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Playlists {
    #[serde(deserialize_with = "read::text")]
    pub uploads: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Status {
    /// `allowed`, `eligible` (once a phone number is confirmed) or `disallowed`.
    #[serde(deserialize_with = "read::text")]
    pub long_uploads_status: Option<String>,
}

/// `GET /tokeninfo`
#[derive(Deserialize)]
pub struct TokenInfo {
    #[serde(default, deserialize_with = "read::id")]
    pub sub: Option<String>,
}

/// An error of the APIs. <https://developers.google.com/youtube/v3/docs/errors>
#[derive(Deserialize)]
pub struct Failed {
    pub error: Failure,
}

#[derive(Deserialize)]
pub struct Failure {
    #[serde(default, deserialize_with = "read::list")]
    pub errors: Vec<Cause>,
    #[serde(default, deserialize_with = "read::list")]
    pub details: Vec<Cause>,
    #[serde(default, deserialize_with = "read::text_or_empty")]
    pub status: String,
}

#[derive(Deserialize)]
pub struct Cause {
    #[serde(default, deserialize_with = "read::text")]
    pub reason: Option<String>,
}

impl Failure {
    /// The reasons of the old place, those of the new one (`google.rpc.ErrorInfo`), and the status
    /// by name.
    pub fn reasons(&self) -> Vec<&str> {
        let causes = self.errors.iter().chain(&self.details);
        let reasons = causes.filter_map(|cause| cause.reason.as_deref());
        reasons.chain([self.status.as_str()]).filter(|reason| !reason.is_empty()).collect()
    }
}

/// What Google adds to an OAuth error where a Workspace asks for a fresh log-in.
#[derive(Default, Deserialize)]
pub struct Subtype {
    #[serde(default, rename = "error_subtype", deserialize_with = "read::text_or_empty")]
    pub name: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Channels, Failure};

    // C7: the sample of the reference, shortened.
    #[test]
    fn counts_are_read_from_text_and_a_list_without_items_is_empty() {
        let sample = json!({
            "kind": "youtube#channelListResponse", "pageInfo": {"totalResults": 1},
            "items": [{
                "kind": "youtube#channel", "id": "UC123",
                "snippet": {"title": "My Channel", "customUrl": "@mychannel"},
                "contentDetails": {"relatedPlaylists": {"likes": "LL", "uploads": "UU123"}},
                "statistics": {"viewCount": "504387626", "subscriberCount": "3240000",
                    "hiddenSubscriberCount": false, "videoCount": "780"},
            }],
        });
        let read = |value| serde_json::from_value::<Channels>(value).ok()?.read();
        let channels = read(sample).expect("the sample is read");
        assert_eq!(channels[0].statistics.view_count, Some(504_387_626));
        assert_eq!(channels[0].content_details.related_playlists.uploads.as_deref(), Some("UU123"));
        let none = json!({"kind": "youtube#channelListResponse", "pageInfo": {}});
        assert!(read(none).expect("YouTube's own empty list").is_empty());
        // R1: what is not YouTube's own list says nothing of the channel.
        for other in [json!({}), json!([]), json!(null), json!({"items": []}), json!({"a": 1})] {
            assert!(read(other.clone()).is_none(), "{other}");
        }
    }

    #[test]
    fn the_reason_of_an_error_stands_in_one_of_three_places() {
        let reason =
            |value| serde_json::from_value::<Failure>(value).expect("an error").reasons().join(" ");
        assert_eq!(reason(json!({"errors": [{"reason": "quotaExceeded"}]})), "quotaExceeded");
        let info = json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "RATE_LIMIT_EXCEEDED"});
        assert_eq!(reason(json!({"details": [{"@type": "other"}, info]})), "RATE_LIMIT_EXCEEDED");
        assert_eq!(reason(json!({"code": 401, "status": "UNAUTHENTICATED"})), "UNAUTHENTICATED");
    }
}
