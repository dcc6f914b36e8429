//! `GET /2/users/me`. <https://docs.x.com/x-api/users/user-lookup-me>

use axum::{
    Json,
    extract::State as Shared,
    http::{HeaderMap, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{
    NEW_NAMES, TWIN,
    oauth::ACCESS_PREFIX,
    people::{self, Condition, Person},
    problem::{
        invalid_parameter, locked, missing_scope, rate_headers, rate_limited, suspended,
        unauthorized, unsupported_authentication,
    },
};
use crate::sandbox::{
    Sandbox,
    oauth::{Params, bearer},
};

/// Calls for each user in a quarter of an hour.
const CALLS: u32 = 75;
const WINDOW: i64 = 900;

/// Fields of a user by X's own description of its API. Those the sandbox has no value for are left
/// out, as X does with empty ones.
const FIELDS: [&str; 26] = [
    "affiliation",
    "confirmed_email",
    "connection_status",
    "created_at",
    "description",
    "entities",
    "id",
    "is_identity_verified",
    "location",
    "most_recent_tweet_id",
    "name",
    "parody",
    "pinned_tweet_id",
    "profile_banner_url",
    "profile_image_url",
    "protected",
    "public_metrics",
    "receives_your_dm",
    "subscription",
    "subscription_type",
    "url",
    "username",
    "verified",
    "verified_followers_count",
    "verified_type",
    "withheld",
];

/// `GET /2/users/me`: answers to a user's token with `tweet.read` and `users.read`.
pub async fn me(Shared(sandbox): Shared<Sandbox>, headers: HeaderMap, uri: Uri) -> Response {
    let Some(token) = bearer(&headers) else {
        return unauthorized();
    };
    if !token.starts_with(ACCESS_PREFIX) {
        return unsupported_authentication();
    }
    let query = Params::query(&uri);
    let fields: Vec<_> =
        query.get("user.fields").map(|list| list.split(',').collect()).unwrap_or_default();
    sandbox.change(|state| {
        let grant = state.by_access(TWIN.id, token);
        let found = grant.and_then(|grant| {
            let may_read = grant.has("tweet.read") && grant.has("users.read");
            Some((people::find(&grant.account)?, may_read))
        });
        let Some((person, allowed)) = found else {
            return unauthorized();
        };
        let mut allowance =
            state.spend(&format!("x {} GET /2/users/me", person.account.id), CALLS, WINDOW);
        allowance.reset = state.wire_time(allowance.reset);
        if !allowance.within {
            return rate_limited(&allowance, CALLS);
        }
        let answer = match person.condition {
            Condition::Suspended => suspended(),
            Condition::Locked => locked(),
            Condition::Good if !allowed => missing_scope(),
            Condition::Good => match fields.iter().find(|field| !FIELDS.contains(field)) {
                Some(field) => invalid_parameter("user.fields", field),
                None => {
                    let user = user(&sandbox, person, &fields, state.switch(&TWIN, NEW_NAMES));
                    Json(json!({ "data": user })).into_response()
                }
            },
        };
        (rate_headers(&allowance, CALLS), answer).into_response()
    })
}

fn user(
    sandbox: &Sandbox,
    person: &Person,
    fields: &[&str],
    new_names: bool,
) -> Map<String, Value> {
    let [followers, following, posts, lists, likes, media] = person.metrics;
    let posts_name = if new_names { "post_count" } else { "tweet_count" };
    let (kind, subscription) = if person.verified { ("blue", "Premium") } else { ("none", "None") };
    let all = json!({
        "id": person.account.id, "name": person.account.name, "username": person.username(),
        "created_at": person.created_at, "description": person.description,
        "profile_image_url": sandbox.url(&format!("/avatars/x/{}", person.account.id)),
        "protected": person.protected, "verified": person.verified, "verified_type": kind,
        "subscription_type": subscription,
        "public_metrics": {
            "followers_count": followers, "following_count": following, posts_name: posts,
            "listed_count": lists, "like_count": likes, "media_count": media,
        },
    });
    let wanted = |name: &str| ["id", "name", "username"].contains(&name) || fields.contains(&name);
    let Value::Object(all) = all else {
        return Map::new();
    };
    all.into_iter().filter(|(name, _)| wanted(name)).collect()
}
