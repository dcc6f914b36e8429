//! Endpoints of the web app: who am I, and how many fans have I.

use axum::{
    Json,
    extract::State as Shared,
    http::{HeaderMap, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{errors::access_denied, guard::serve, login::hexadecimal, people::Person};
use crate::sandbox::Sandbox;

/// `GET /api2/v2/users/me`. Nobody logged in is no error: 200 with `isAuth` false.
pub async fn me(Shared(sandbox): Shared<Sandbox>, headers: HeaderMap, uri: Uri) -> Response {
    let picture = |person: &Person| sandbox.url(&format!("/avatars/onlyfans/{}", person.id));
    sandbox.change(|state| {
        serve(state, &headers, &uri, |person| {
            let body = match person {
                Some(person) => profile(person, &picture(person)),
                None => json!({ "isAuth": false, "csrf": hexadecimal(32), "ip": "127.0.0.1" }),
            };
            Json(body).into_response()
        })
    })
}

/// Carries what no client should keep (`email`, `ip`, `csrf`, `wsAuthToken`), and an empty map that
/// comes as a list, because the real one does.
fn profile(person: &Person, picture: &str) -> Value {
    let [fans, followed, likes, posts, photos, videos] = person.counts;
    let Person { account, performer, verified, .. } = person;
    let mut body = json!({
        "id": person.id, "username": person.username(), "name": account.name,
        "avatar": picture, "header": null, "about": person.about, "rawAbout": person.about,
        "joinDate": person.joined, "lastSeen": null, "isAuth": true,
        "isPerformer": performer, "isRealPerformer": performer, "canEarn": performer,
        "isVerified": verified, "subscribePrice": person.price, "tipsEnabled": performer,
    });
    let counts = json!({
        "subscribersCount": fans, "subscribesCount": followed, "favoritedCount": likes,
        "favoritesCount": followed * 9, "postsCount": posts, "archivedPostsCount": 0,
        "privateArchivedPostsCount": 0, "photosCount": photos, "videosCount": videos,
        "audiosCount": 0, "mediasCount": photos + videos, "creditBalance": 0,
        "chatMessagesCount": 0, "notificationsCount": 0, "unreadTips": 0,
    });
    let private = json!({
        "email": format!("{}@example.com", person.username()), "isOtpEnabled": person.two_factor,
        "forceFaceOtp": false, "faceIdAvailable": false, "isDeleteInitiated": false,
        "csrf": hexadecimal(32), "wsAuthToken": hexadecimal(64),
        "wsUrl": "wss://ws.onlyfans.example/v2/", "ip": "127.0.0.1",
        "upload": { "geoUploadArgs": [] },
        "hasNewTicketReplies": { "open": false, "solved": false, "closed": false },
    });
    for part in [counts, private] {
        for (name, value) in part.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
    }
    body
}

/// `GET /api2/v2/subscriptions/count/all`: `subscribers` are fans, `subscriptions` whom one
/// follows.
pub async fn count(Shared(sandbox): Shared<Sandbox>, headers: HeaderMap, uri: Uri) -> Response {
    sandbox.change(|state| {
        serve(state, &headers, &uri, |person| {
            let Some(person) = person else {
                return access_denied();
            };
            let [fans, followed, ..] = person.counts;
            Json(json!({
                "subscriptions": {
                    "active": followed, "muted": 0, "restricted": 0, "expired": 0, "blocked": 0,
                    "attention": 0, "all": followed,
                },
                "subscribers": {
                    "active": fans, "muted": 0, "restricted": 0, "expired": fans / 3, "blocked": 0,
                    "activeOnline": fans / 40, "all": fans + fans / 3,
                },
                "bookmarks": 0,
            }))
            .into_response()
        })
    })
}
