//! What a bearer token opens.

use axum::{
    Json,
    extract::State as Shared,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    TWIN, failure, insufficient_scope, message,
    people::{self, Redditor, Suspension},
    unauthorized,
};
use crate::sandbox::{
    CLIENT_ID, Sandbox,
    oauth::{Params, bearer},
    platform::Failure,
    state::{Allowance, State},
};

/// 100 calls a minute for the whole app, averaged over ten minutes.
const CALLS: u32 = 1_000;
const WINDOW: i64 = 600;

/// `GET /api/v1/me`: also a suspended account may look at itself.
pub async fn me(Shared(sandbox): Shared<Sandbox>, headers: HeaderMap, uri: Uri) -> Response {
    let raw = Params::query(&uri).get("raw_json") == Some("1");
    let picture = |redditor: &Redditor| {
        let address = sandbox.url(&format!(
            "/avatars/reddit/{}?width=256&height=256&s=sandbox",
            redditor.account.id
        ));
        if raw { address } else { address.replace('&', "&amp;") }
    };
    sandbox.change(|state| {
        call(state, &headers, "identity", |state, redditor| {
            let suspension = suspension(state, redditor);
            Json(profile(redditor, &picture(redditor), &suspension)).into_response()
        })
    })
}

/// `GET /api/v1/me/karma`
pub async fn karma(Shared(sandbox): Shared<Sandbox>, headers: HeaderMap) -> Response {
    sandbox.change(|state| {
        call(state, &headers, "mysubreddits", |state, redditor| {
            if suspension(state, redditor).is_some() {
                return message(StatusCode::FORBIDDEN);
            }
            let all = json!({
                "sr": "sandbox",
                "link_karma": redditor.link_karma, "comment_karma": redditor.comment_karma,
            });
            Json(json!({ "kind": "KarmaList", "data": [all] })).into_response()
        })
    })
}

/// Lets a call through that has a live token, the scope, and room in the app's rate window.
fn call(
    state: &mut State,
    headers: &HeaderMap,
    scope: &str,
    answer: impl FnOnce(&mut State, &Redditor) -> Response,
) -> Response {
    let now = state.now();
    let grant = bearer(headers).and_then(|token| state.by_access(TWIN.id, token));
    let Some((redditor, allowed)) =
        grant.and_then(|grant| Some((people::find(&grant.account)?, grant.has(scope))))
    else {
        return unauthorized("Bearer realm=\"reddit\", error=\"invalid_token\"");
    };
    let allowance = state.spend(&format!("reddit {CLIENT_ID}"), CALLS, WINDOW);
    if !allowance.within {
        return failure(&Failure {
            status: StatusCode::TOO_MANY_REQUESTS,
            reason: None,
            path: "",
            now,
        });
    }
    let answer = if allowed { answer(state, redditor) } else { insufficient_scope() };
    (rate_headers(&allowance, now), answer).into_response()
}

/// `remaining` is a float, `reset` counts the seconds to go.
fn rate_headers(allowance: &Allowance, now: i64) -> [(&'static str, String); 3] {
    [
        ("x-ratelimit-used", allowance.used.to_string()),
        ("x-ratelimit-remaining", format!("{}.0", allowance.remaining)),
        ("x-ratelimit-reset", (allowance.reset - now).to_string()),
    ]
}

/// Whether the redditor is suspended now, and until when where that is known. A suspension for days
/// begins when somebody first meets it, and ends when its days are over.
fn suspension(state: &mut State, redditor: &Redditor) -> Option<Option<i64>> {
    match redditor.suspension {
        Suspension::None => None,
        Suspension::Forever => Some(None),
        Suspension::Days(days) => {
            let began = state.beginning(&format!("reddit {} suspended", redditor.account.id));
            let end = began.saturating_add(days * 86_400);
            (state.now() < end).then(|| Some(state.wire_time(end)))
        }
    }
}

fn profile(redditor: &Redditor, picture: &str, suspension: &Option<Option<i64>>) -> Value {
    let name = redditor.account.name;
    let until = suspension.flatten().map(|end| end as f64);
    let subreddit = redditor.profile.map(|(followers, title)| {
        json!({
            "display_name": format!("u_{name}"), "display_name_prefixed": format!("u/{name}"),
            "name": format!("t5_{}", redditor.account.id), "title": title, "subscribers": followers,
            "over_18": redditor.over_18, "icon_img": picture, "banner_img": "",
            "public_description": "",
            "url": format!("/user/{name}/"), "subreddit_type": "user", "user_is_subscriber": false,
        })
    });
    json!({
        "id": redditor.account.id, "name": name, "created_utc": redditor.created,
        "total_karma": redditor.link_karma + redditor.comment_karma,
        "link_karma": redditor.link_karma, "comment_karma": redditor.comment_karma,
        "awardee_karma": 0, "awarder_karma": 0, "icon_img": picture, "snoovatar_img": "",
        "verified": true, "has_verified_email": true,
        "is_suspended": suspension.is_some(), "suspension_expiration_utc": until,
        "over_18": redditor.over_18, "is_gold": false, "is_mod": false, "is_employee": false,
        "inbox_count": 0, "has_mail": false, "num_friends": 0, "hide_from_robots": false,
        "force_password_reset": false, "accept_followers": true, "oauth_client_id": CLIENT_ID,
        "features": {}, "subreddit": subreddit,
    })
}
