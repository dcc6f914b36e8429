//! `GET /v2/user/info/`. <https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info>

use axum::{
    extract::State as Shared,
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use serde_json::{Map, Value, json};

use super::{
    BASIC, PROFILE, STATS, TWIN,
    errors::{api, ok},
    people::{self, Person},
};
use crate::sandbox::{
    Sandbox,
    oauth::{Params, bearer},
    state::{Grant, State},
};

/// Calls a minute, counted for the app.
const CALLS: u32 = 600;
const MINUTE: i64 = 60;

/// Each field and the scope it needs.
const FIELDS: [(&str, &str); 14] = [
    ("open_id", BASIC),
    ("union_id", BASIC),
    ("avatar_url", BASIC),
    ("avatar_url_100", BASIC),
    ("avatar_large_url", BASIC),
    ("display_name", BASIC),
    ("bio_description", PROFILE),
    ("profile_deep_link", PROFILE),
    ("is_verified", PROFILE),
    ("username", PROFILE),
    ("follower_count", STATS),
    ("following_count", STATS),
    ("likes_count", STATS),
    ("video_count", STATS),
];

/// Whose token it is: the person and what they allowed.
pub fn caller<'a>(state: &'a State, headers: &HeaderMap) -> Option<(&'a Grant, &'static Person)> {
    let grant = state.by_access(TWIN.id, bearer(headers)?)?;
    Some((grant, people::find(&grant.account)?))
}

/// Answers with the fields asked for. One field whose scope was not granted spoils the whole call.
pub async fn user(Shared(sandbox): Shared<Sandbox>, headers: HeaderMap, uri: Uri) -> Response {
    let query = Params::query(&uri);
    let asked: Vec<_> = query.get("fields").unwrap_or_default().split(',').map(str::trim).collect();
    sandbox.change(|state| {
        let Some((grant, person)) = caller(state, &headers) else {
            return api(StatusCode::UNAUTHORIZED, "access_token_invalid");
        };
        if ![BASIC, PROFILE, STATS].iter().any(|scope| grant.has(scope)) {
            return api(StatusCode::UNAUTHORIZED, "scope_not_authorized");
        }
        for name in &asked {
            let Some((_, scope)) = FIELDS.iter().find(|(field, _)| field == name) else {
                return api(StatusCode::BAD_REQUEST, "invalid_params");
            };
            if !grant.has(scope) {
                return api(StatusCode::BAD_REQUEST, "scope_permission_missed");
            }
        }
        if !state.spend("tiktok GET /v2/user/info/", CALLS, MINUTE).within {
            return api(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded");
        }
        ok(json!({ "user": shown(&sandbox, person, &asked) }))
    })
}

fn shown(sandbox: &Sandbox, person: &Person, asked: &[&str]) -> Map<String, Value> {
    let [followers, following, likes, videos] = person.counts;
    let avatar = avatar(sandbox, person);
    let all = json!({
        "open_id": person.account.id, "union_id": person.union_id, "avatar_url": avatar,
        "avatar_url_100": avatar, "avatar_large_url": avatar, "display_name": person.account.name,
        "bio_description": person.bio, "is_verified": person.verified,
        "profile_deep_link": format!("https://vm.tiktok.example/{}/", person.username()),
        "username": person.username(), "follower_count": followers, "following_count": following,
        "likes_count": likes, "video_count": videos,
    });
    let Value::Object(all) = all else {
        return Map::new();
    };
    all.into_iter().filter(|(name, _)| asked.contains(&name.as_str())).collect()
}

pub fn avatar(sandbox: &Sandbox, person: &Person) -> String {
    sandbox.url(&format!("/avatars/tiktok/{}", person.account.id))
}
