//! `GET /youtube/v3/channels`. <https://developers.google.com/youtube/v3/docs/channels/list>

use axum::{
    Json,
    extract::State as Shared,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{
    FORCE_SSL, READONLY, SIGNUP_REQUIRED, TWIN,
    errors::api,
    fields::Fields,
    people::{self, Channel, Person},
};
use crate::sandbox::{
    Sandbox,
    oauth::{Params, bearer},
    platform::Account,
    secret,
};

const PARTS: [&str; 5] = ["id", "snippet", "contentDetails", "statistics", "status"];
const FILTERS: [&str; 5] = ["mine", "id", "forHandle", "forUsername", "managedByMe"];
const READERS: [&str; 3] = [READONLY, FORCE_SSL, "https://www.googleapis.com/auth/youtube"];

/// Answers to a token that may read, for exactly one filter.
pub async fn channels(Shared(sandbox): Shared<Sandbox>, headers: HeaderMap, uri: Uri) -> Response {
    let query = Params::query(&uri);
    let caller = sandbox.read(|state| {
        let grant = bearer(&headers).and_then(|token| state.by_access(TWIN.id, token))?;
        let may_read = READERS.iter().any(|scope| grant.has(scope));
        Some((people::find(&grant.account)?, may_read, state.switch(&TWIN, SIGNUP_REQUIRED)))
    });
    let Some((caller, may_read, signup_required)) = caller else {
        return api(StatusCode::UNAUTHORIZED, None);
    };
    if !may_read {
        return api(StatusCode::FORBIDDEN, Some("insufficientPermissions"));
    }
    let parts: Vec<_> = query.get("part").unwrap_or_default().split(',').map(str::trim).collect();
    if parts == [""] {
        return api(StatusCode::BAD_REQUEST, Some("missingRequiredParameter"));
    }
    if parts.iter().any(|part| !PARTS.contains(part)) {
        return api(StatusCode::BAD_REQUEST, Some("unknownPart"));
    }
    if FILTERS.iter().filter(|filter| query.get(filter).is_some()).count() != 1 {
        return api(StatusCode::BAD_REQUEST, Some("invalidCriteria"));
    }
    if query.get("mine").is_some() && caller.channel.is_none() && signup_required {
        return api(StatusCode::UNAUTHORIZED, Some("youtubeSignupRequired"));
    }
    let (Some(limit), Some(fields)) = (limit(&query), fields(&query)) else {
        return api(StatusCode::BAD_REQUEST, Some("invalidParameter"));
    };
    let wanted = |person: &&Person| match query.get("id") {
        Some(ids) => ids.split(',').any(|id| id == person.account.id),
        None => query.get("mine") == Some("true") && person.account.id == caller.account.id,
    };
    let found = people::all().iter().filter(wanted);
    let shown = found.filter_map(|person| {
        Some(resource(&sandbox, &person.account, person.channel.as_ref()?, &parts))
    });
    Json(fields.pick(list(shown.collect(), limit))).into_response()
}

/// How many results a page has: 0 to 50, five where nothing is said.
fn limit(query: &Params) -> Option<usize> {
    query.get("maxResults").map_or(Some(5), |limit| limit.parse().ok()).filter(|limit| *limit <= 50)
}

fn fields(query: &Params) -> Option<Fields> {
    query.get("fields").map_or_else(|| Some(Fields::default()), Fields::read)
}

/// A list without items has no `items` at all. Nobody here has more channels than fit one page, so
/// there is no second one.
fn list(mut items: Vec<Value>, limit: usize) -> Value {
    let total = items.len();
    items.truncate(limit);
    let mut list = json!({
        "kind": "youtube#channelListResponse", "etag": etag(&json!(items)),
        "pageInfo": { "totalResults": total, "resultsPerPage": limit },
    });
    if !items.is_empty() {
        list["items"] = json!(items);
    }
    list
}

fn resource(sandbox: &Sandbox, account: &Account, channel: &Channel, parts: &[&str]) -> Value {
    let (uploads, long) = (account.id.replacen("UC", "UU", 1), channel.long_uploads);
    let all = [
        ("snippet", snippet(sandbox, account, channel)),
        ("contentDetails", json!({ "relatedPlaylists": { "likes": "LL", "uploads": uploads } })),
        ("statistics", statistics(channel)),
        (
            "status",
            json!({ "privacyStatus": "public", "isLinked": true, "longUploadsStatus": long }),
        ),
    ];
    let mut resource: Map<_, _> = all
        .into_iter()
        .filter(|(part, _)| parts.contains(part))
        .map(|(part, value)| (part.to_owned(), value))
        .collect();
    let tag = etag(&json!(resource));
    resource.extend([
        ("kind".into(), json!("youtube#channel")),
        ("etag".into(), json!(tag)),
        ("id".into(), json!(account.id)),
    ]);
    Value::Object(resource)
}

fn snippet(sandbox: &Sandbox, account: &Account, channel: &Channel) -> Value {
    let picture = sandbox.url(&format!("/avatars/youtube/{}", account.id));
    let thumbnail = |edge: u32| json!({ "url": picture, "width": edge, "height": edge });
    let mut snippet = json!({
        "title": account.name, "description": channel.description, "customUrl": account.handle,
        "publishedAt": channel.published_at,
        "thumbnails": {
            "default": thumbnail(88), "medium": thumbnail(240), "high": thumbnail(800),
        },
    });
    if let Some(country) = channel.country {
        snippet["country"] = json!(country);
    }
    snippet
}

/// Counts are texts, and subscribers are rounded down to three digits.
fn statistics(channel: &Channel) -> Value {
    let mut statistics = json!({
        "viewCount": channel.views.to_string(), "videoCount": channel.videos.to_string(),
        "hiddenSubscriberCount": channel.hides_subscribers,
    });
    if !channel.hides_subscribers {
        statistics["subscriberCount"] = json!(rounded(channel.subscribers).to_string());
    }
    statistics
}

fn rounded(count: u64) -> u64 {
    let unit = 10_u64.pow(count.checked_ilog10().unwrap_or(0).saturating_sub(2));
    count / unit * unit
}

fn etag(content: &Value) -> String {
    secret::hash(&content.to_string()).chars().take(27).collect()
}
