//! `POST /v2/post/publish/creator_info/query/`: what the account may post.
//! <https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info>

use axum::{
    extract::State as Shared,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde_json::{Value, json};

use super::{
    CAP_REACHED, PUBLISH, TOO_MANY_POSTS, TWIN,
    api::{avatar, caller},
    errors::{api, ok},
    people::Person,
};
use crate::sandbox::{Sandbox, state::State};

/// Calls a minute for each person.
const CALLS: u32 = 20;
const MINUTE: i64 = 60;

/// Whoever may not post is told so with status 200.
pub async fn creator_info(Shared(sandbox): Shared<Sandbox>, headers: HeaderMap) -> Response {
    sandbox.change(|state| {
        let Some((grant, person)) = caller(state, &headers) else {
            return api(StatusCode::UNAUTHORIZED, "access_token_invalid");
        };
        if !grant.has(PUBLISH) {
            return api(StatusCode::UNAUTHORIZED, "scope_not_authorized");
        }
        let key = format!("tiktok creator_info {}", person.account.id);
        if !state.spend(&key, CALLS, MINUTE).within {
            return api(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded");
        }
        match obstacle(state, person) {
            Some(code) => api(StatusCode::OK, code),
            None => ok(info(&sandbox, person)),
        }
    })
}

fn obstacle(state: &State, person: &Person) -> Option<&'static str> {
    if person.banned {
        Some("spam_risk_user_banned_from_posting")
    } else if state.switch(&TWIN, TOO_MANY_POSTS) {
        Some("spam_risk_too_many_posts")
    } else if state.switch(&TWIN, CAP_REACHED) {
        Some("reached_active_user_cap")
    } else {
        None
    }
}

fn info(sandbox: &Sandbox, person: &Person) -> Value {
    let widest = if person.private { "FOLLOWER_OF_CREATOR" } else { "PUBLIC_TO_EVERYONE" };
    let [comments, duets, stitches] = person.disabled;
    json!({
        "creator_avatar_url": avatar(sandbox, person),
        "creator_username": person.username(), "creator_nickname": person.account.name,
        "privacy_level_options": [widest, "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"],
        "comment_disabled": comments, "duet_disabled": duets, "stitch_disabled": stitches,
        "max_video_post_duration_sec": person.longest_video,
    })
}
