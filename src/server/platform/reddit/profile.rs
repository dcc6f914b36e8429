//! The account behind a token. <https://www.reddit.com/dev/api#GET_api_v1_me>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{API, agent, error};
use crate::model::Reason;
use crate::server::platform::words::count;
use crate::server::platform::{Api, Message, Profile, Result, read, time};
use crate::server::platform::{metadata, names};

/// Without `raw_json`, `&`, `<` and `>` come as HTML entities, in addresses too.
const ME: &str = "/api/v1/me?raw_json=1";

pub async fn read(api: &Api) -> Result<Profile> {
    let client = api.client();
    let answer = api
        .get(client.url(API, ME))
        .label("/api/v1/me")
        .header("user-agent", &agent(client.settings()))
        .send()
        .await?;
    if !answer.is_success() {
        return Err(error::of(api, &answer, "identity"));
    }
    Ok(answer.expect::<Me>("the profile")?.profile(client.now()))
}

/// Times and sometimes counts are floats; old accounts lack a profile page. Only the id is needed.
#[derive(Deserialize)]
struct Me {
    #[serde(deserialize_with = "read::id")]
    id: Option<String>,
    #[serde(default, deserialize_with = "read::text_or_empty")]
    name: String,
    #[serde(default, deserialize_with = "read::decimal")]
    created_utc: Option<f64>,
    #[serde(default, deserialize_with = "read::integer")]
    total_karma: Option<i64>,
    #[serde(default, deserialize_with = "read::integer")]
    link_karma: Option<i64>,
    #[serde(default, deserialize_with = "read::integer")]
    comment_karma: Option<i64>,
    #[serde(default, deserialize_with = "read::text")]
    icon_img: Option<String>,
    #[serde(default, deserialize_with = "read::text")]
    snoovatar_img: Option<String>,
    /// It stops a connection, so nothing but a plain `true` says so.
    #[serde(default, deserialize_with = "read::optional")]
    is_suspended: Option<bool>,
    #[serde(default, deserialize_with = "read::decimal")]
    suspension_expiration_utc: Option<f64>,
    #[serde(default, deserialize_with = "read::flag")]
    over_18: Option<bool>,
    #[serde(default, deserialize_with = "read::or_default")]
    subreddit: OwnSubreddit,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OwnSubreddit {
    #[serde(deserialize_with = "read::text")]
    title: Option<String>,
    #[serde(deserialize_with = "read::count")]
    subscribers: Option<u64>,
}

impl Me {
    fn profile(self, now: DateTime<Utc>) -> Profile {
        let (post_karma, comment_karma) =
            (self.link_karma.unwrap_or_default(), self.comment_karma.unwrap_or_default());
        let time = |seconds: Option<f64>| time::instant(seconds?, now);
        let until = time(self.suspension_expiration_utc);
        let metadata = Metadata {
            username: self.name.clone(),
            created_at: time(self.created_utc),
            karma: self.total_karma.unwrap_or(post_karma.saturating_add(comment_karma)),
            post_karma,
            comment_karma,
            followers: self.subreddit.subscribers.and_then(|count| count.try_into().ok()),
            title: self.subreddit.title,
            over_18: self.over_18.unwrap_or_default(),
        };
        Profile {
            // Without the prefix that full names carry elsewhere, and without an id it is refused
            // at the door.
            id: self.id.unwrap_or_default().trim_start_matches("t2_").to_owned(),
            handle: handle(&self.name),
            avatar_url: [&self.snoovatar_img, &self.icon_img]
                .into_iter()
                .flatten()
                .find(|url| !url.is_empty())
                .cloned(),
            detail: String::new(),
            metadata: metadata::write(&metadata),
            issue: self
                .is_suspended
                .unwrap_or_default()
                .then(|| (Reason::Suspended, suspended(until))),
            grant_key: None,
            name: self.name,
        }
    }
}

fn handle(name: &str) -> String {
    let name = names::clean(name);
    if name.is_empty() { name } else { format!("u/{name}") }
}

fn suspended(until: Option<DateTime<Utc>>) -> Message {
    match until {
        Some(until) => {
            let day = until.format("%-d %B %Y");
            format!(
                "Reddit has suspended this account until {day}. Wait, or appeal at \
                reddit.com/appeal; then press Test."
            )
            .into()
        }
        None => "Reddit has suspended this account for good. Appeal at reddit.com/appeal; once it \
            is lifted, press Test."
            .into(),
    }
}

/// What is kept of a Reddit account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    pub username: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    pub karma: i64,
    pub post_karma: i64,
    pub comment_karma: i64,
    /// Of the profile page; some old accounts have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followers: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub over_18: bool,
}

impl Metadata {
    pub fn describe(&self) -> Vec<(String, String)> {
        let karma = format!(
            "{} ({} from posts, {} from comments)",
            count(self.karma),
            count(self.post_karma),
            count(self.comment_karma)
        );
        let details = [
            Some(("Karma", karma)),
            self.followers.map(|followers| ("Followers", count(followers))),
            self.created_at.map(|at| ("On Reddit since", at.format("%B %Y").to_string())),
            self.over_18.then(|| ("Profile", "Marked 18+".to_owned())),
        ];
        details.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// As recorded in June 2025, shortened to what is used and what is odd about it.
    const RECORDED: &str = r#"{"id":"3ebyblla","name":"exampleuser","created_utc":1552433444.0,"total_karma":1,"link_karma":1,"comment_karma":0,
     "icon_img":"https://styles.redditmedia.com/t5_x.png?width=256&s=1","snoovatar_img":"","is_suspended":false,"suspension_expiration_utc":null,
     "over_18":true,"inbox_count":100,"features":{},"subreddit":{"title":"x","subscribers":2,"display_name_prefixed":"u/exampleuser"}}"#;

    fn profile(change: impl FnOnce(&mut Value)) -> Profile {
        let mut recorded = serde_json::from_str(RECORDED).expect("JSON");
        change(&mut recorded);
        serde_json::from_value::<Me>(recorded).expect("an answer").profile(now())
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).expect("a time")
    }

    // C9
    #[test]
    fn the_recorded_answer_is_read_and_its_metadata_kept_exactly() {
        let profile = profile(|_| {});
        assert_eq!((profile.id.as_str(), profile.handle.as_str()), ("3ebyblla", "u/exampleuser"));
        assert!(profile.avatar_url.is_some_and(|url| url.ends_with("&s=1")));
        let kept: Metadata = metadata::read(&profile.metadata).expect("good metadata");
        assert_eq!((kept.karma, kept.followers, kept.over_18), (1, Some(2), true));
        assert_eq!(metadata::write(&kept), profile.metadata);
        for field in profile.metadata.as_object().expect("an object").keys() {
            let mut bent = profile.metadata.clone();
            bent[field] = json!({ "neither": "text nor number" });
            assert!(metadata::read::<Metadata>(&bent).is_err(), "{field}");
        }
    }

    // C9: old recordings lack karma, old accounts a profile page.
    #[test]
    fn what_old_accounts_lack_is_no_error() {
        let profile = profile(|me| {
            *me = json!({ "id": "t2_1", "name": "a", "link_karma": 2, "comment_karma": -5,
                "subreddit": null })
        });
        assert_eq!((profile.id.as_str(), &profile.metadata["karma"]), ("1", &json!(-3)));
        assert!(profile.issue.is_none() && profile.avatar_url.is_none());
    }
}
