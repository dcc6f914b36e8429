//! Google's JSON, as far as it is read.

use serde::{Deserialize, Deserializer};

/// `GET /youtube/v3/channels`. Without a channel, `items` is empty or missing.
#[derive(Deserialize)]
pub struct Channels {
    #[serde(default)]
    pub items: Vec<Channel>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    pub id: String,
    pub snippet: Snippet,
    #[serde(default)]
    pub statistics: Statistics,
    #[serde(default)]
    pub content_details: ContentDetails,
    #[serde(default)]
    pub status: Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snippet {
    pub title: String,
    pub custom_url: Option<String>,
    #[serde(default)]
    pub thumbnails: Thumbnails,
}

#[derive(Default, Deserialize)]
pub struct Thumbnails {
    pub default: Option<Thumbnail>,
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
    #[serde(deserialize_with = "figure")]
    pub view_count: Option<i64>,
    #[serde(deserialize_with = "figure")]
    pub subscriber_count: Option<i64>,
    #[serde(deserialize_with = "figure")]
    pub video_count: Option<i64>,
    pub hidden_subscriber_count: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContentDetails {
    pub related_playlists: Playlists,
}

#[derive(Default, Deserialize)]
pub struct Playlists {
    pub uploads: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Status {
    /// `allowed`, `eligible` (once a phone number is confirmed) or `disallowed`.
    pub long_uploads_status: Option<String>,
}

/// `GET /tokeninfo`
#[derive(Deserialize)]
pub struct TokenInfo {
    pub sub: Option<String>,
}

/// An error of the APIs. <https://developers.google.com/youtube/v3/docs/errors>
#[derive(Deserialize)]
pub struct Failed {
    pub error: Failure,
}

#[derive(Deserialize)]
pub struct Failure {
    #[serde(default)]
    pub errors: Vec<Cause>,
    #[serde(default)]
    pub details: Vec<Cause>,
    #[serde(default)]
    pub status: String,
}

#[derive(Deserialize)]
pub struct Cause {
    pub reason: Option<String>,
}

impl Failure {
    /// The old place of the reason, the new one (`google.rpc.ErrorInfo`), or the status by name.
    pub fn reason(&self) -> &str {
        let mut causes = self.errors.iter().chain(&self.details);
        causes.find_map(|cause| cause.reason.as_deref()).unwrap_or(&self.status)
    }
}

/// What Google adds to an OAuth error where a Workspace asks for a fresh log-in.
#[derive(Default, Deserialize)]
pub struct Subtype {
    #[serde(default, rename = "error_subtype")]
    pub name: String,
}

fn figure<'de, D: Deserializer<'de>>(wire: D) -> Result<Option<i64>, D::Error> {
    let text = Option::<String>::deserialize(wire)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
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
        let read: Channels = serde_json::from_value(sample).expect("the sample is read");
        assert_eq!(read.items[0].statistics.view_count, Some(504_387_626));
        assert_eq!(
            read.items[0].content_details.related_playlists.uploads.as_deref(),
            Some("UU123")
        );
        let none: Channels = serde_json::from_value(json!({"pageInfo": {}})).expect("it is read");
        assert!(none.items.is_empty());
    }

    #[test]
    fn the_reason_of_an_error_stands_in_one_of_three_places() {
        let reason =
            |value| serde_json::from_value::<Failure>(value).expect("an error").reason().to_owned();
        assert_eq!(reason(json!({"errors": [{"reason": "quotaExceeded"}]})), "quotaExceeded");
        let info = json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "RATE_LIMIT_EXCEEDED"});
        assert_eq!(reason(json!({"details": [{"@type": "other"}, info]})), "RATE_LIMIT_EXCEEDED");
        assert_eq!(reason(json!({"code": 401, "status": "UNAUTHENTICATED"})), "UNAUTHENTICATED");
    }
}
