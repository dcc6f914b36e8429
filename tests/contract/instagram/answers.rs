//! Instagram: recorded answers, and what becomes of them when one thing is odd.

use huntaze::server::platform::Error;
use huntaze::server::platform::instagram::Instagram;
use serde_json::{Value, json};

use super::KOFI_COOKS;
use crate::contract::recorded::{
    Recorded, assert_harmless, changes, json_answer, other_shapes, page,
};
use crate::contract::told;

const PAGES: &str = "/v26.0/me/accounts";
const PORTFOLIOS: &str = "/v26.0/me/businesses";
const DEBUG: &str = "/v26.0/debug_token";
const TOKEN: &str = "/v26.0/oauth/access_token";

fn pages() -> Value {
    json!({ "data": [{
        "id": "281990473365102", "name": "Kofi Cooks", "tasks": ["MANAGE", "CREATE_CONTENT"],
        "instagram_business_account": {
            "id": KOFI_COOKS, "username": "koficooks", "name": "Kofi Cooks",
            "profile_picture_url": "https://scontent.example/a", "followers_count": 1_204_551,
            "media_count": 2_188,
        },
    }], "paging": { "cursors": { "before": "QVFI", "after": "QVFI" } } })
}

fn none() -> Value {
    json!({ "data": [] })
}

fn inspected() -> Value {
    json!({ "data": {
        "app_id": "app", "type": "USER", "is_valid": true, "user_id": "10160442918375506",
        "expires_at": 1_800_000_000, "data_access_expires_at": 1_800_000_000,
        "scopes": ["instagram_basic"],
        "granular_scopes": [{ "scope": "pages_show_list", "target_ids": ["281990473365102"] }],
    } })
}

// R1, C5, T7
#[tokio::test]
async fn one_odd_field_of_a_page_ends_nothing() {
    let facebook = Recorded::of(&Instagram).await;
    let page = "/data/0/instagram_business_account";
    for (change, answer) in changes(&pages()) {
        facebook.answer(&[(PAGES, json_answer(200, &answer))]).await;
        let outcome = facebook.profile(KOFI_COOKS).await;
        assert_harmless(&change, &outcome);
        let field = change.split(' ').next().unwrap_or_default();
        let is_needed = ["/data", "/data/0", "/data/0/id", page, &format!("{page}/id")];
        assert!(is_needed.contains(&field) || outcome.is_ok(), "{change}: {:?}", outcome.err());
    }
}

// The same: an account is gone only if every list of Pages was read, and it is on none.
#[tokio::test]
async fn an_answer_of_another_shape_does_not_say_that_the_account_is_gone() {
    let facebook = Recorded::of(&Instagram).await;
    let inspected = json!({ "data": { "user_id": "10160442918375506" } });
    let empty = || {
        [
            (PAGES, json_answer(200, &none())),
            (DEBUG, json_answer(200, &inspected)),
            (PORTFOLIOS, json_answer(200, &none())),
        ]
    };
    facebook.answer(&empty()).await;
    let (kind, _, message) = told(facebook.profile(KOFI_COOKS).await);
    assert!(kind == "reconnect" && message.contains("no longer shows"), "{message}");

    for answer in other_shapes() {
        for odd in 0..3 {
            let mut answers = empty();
            answers[odd].1 = json_answer(200, &answer);
            facebook.answer(&answers).await;
            let outcome = facebook.profile(KOFI_COOKS).await;
            assert!(outcome.is_err());
            assert_harmless(&format!("{answer} at {}", answers[odd].0), &outcome);
        }
    }
    // A Page without an id might be the one that is missed.
    for item in [json!({}), json!({ "id": "" }), json!({ "id": "../me" }), json!(null)] {
        let mut answers = empty();
        answers[0].1 = json_answer(200, &json!({ "data": [item] }));
        facebook.answer(&answers).await;
        assert_harmless(&item.to_string(), &facebook.profile(KOFI_COOKS).await);
    }
}

// R1, R3: what is readable counts; a server in trouble, or a page
// in between, says nothing of the account.
#[tokio::test]
async fn an_error_is_understood_by_its_code_unless_the_server_is_in_trouble() {
    let facebook = Recorded::of(&Instagram).await;
    for (status, error, expected) in [
        (400, json!({ "code": "190", "error_subcode": "460" }), "reconnect"),
        (400, json!({ "code": 190.0, "error_subcode": null, "is_transient": null }), "reconnect"),
        (400, json!({ "code": 190, "error_subcode": {}, "fbtrace_id": 7 }), "reconnect"),
        (400, json!({ "code": "4", "is_transient": "true" }), "rate limited"),
        (400, json!({ "code": 25, "message": null }), "needs action"),
        (400, json!({ "code": 190, "is_transient": true }), "unavailable"),
        (403, json!({ "code": 10, "is_transient": true }), "unavailable"),
        (403, json!({ "code": 200, "is_transient": "true" }), "unavailable"),
        (400, json!({ "code": 368, "is_transient": true }), "rate limited"),
        (500, json!({ "code": 190, "error_subcode": 458 }), "unavailable"),
        (503, json!({ "code": 10 }), "unavailable"),
    ] {
        facebook.answer(&[(PAGES, json_answer(status, &json!({ "error": error })))]).await;
        assert_eq!(told(facebook.profile(KOFI_COOKS).await).0, expected, "{status} {error}");
    }
    facebook.answer(&[(PAGES, page(403, "<html>Log in to the network</html>"))]).await;
    assert_eq!(told(facebook.profile(KOFI_COOKS).await).0, "unavailable");
}

// R3: what the app's own token is told is the operator's, whatever status
// it comes with.
#[tokio::test]
async fn what_the_apps_token_is_told_is_not_the_accounts() {
    let facebook = Recorded::of(&Instagram).await;
    let token = json!({ "access_token": "EAAa" });
    for (status, code) in [(200, 190), (200, 10), (400, 190), (400, 25), (403, 10)] {
        let said = json!({ "error": { "code": code } });
        let answers = [(TOKEN, json_answer(200, &token)), (DEBUG, json_answer(status, &said))];
        facebook.answer(&answers).await;
        let error = facebook.refresh().await.expect_err("nothing tells when it ends");
        assert!(matches!(error, Error::Configuration { .. }), "{status} {code}: {error:?}");
    }
}

// R1, R2, T3, T10
#[tokio::test]
async fn one_odd_field_of_a_token_or_of_what_is_said_of_it_ends_nothing() {
    let facebook = Recorded::of(&Instagram).await;
    let good = json!({ "access_token": "EAAa", "token_type": "bearer", "expires_in": 5_183_944 });
    for (change, token) in changes(&good) {
        let answers = [(TOKEN, json_answer(200, &token)), (DEBUG, json_answer(200, &inspected()))];
        facebook.answer(&answers).await;
        assert_harmless(&change, &facebook.refresh().await);
    }
    for (change, said) in changes(&inspected()) {
        for life in [json!(5_183_944), json!(0), json!(null)] {
            let token = json!({ "access_token": "EAAa", "expires_in": life });
            let answers = [(TOKEN, json_answer(200, &token)), (DEBUG, json_answer(200, &said))];
            facebook.answer(&answers).await;
            assert_harmless(&change, &facebook.refresh().await);
        }
    }
}

// R3: what `debug_token` refuses is the app's own token, so that nobody
// else is blamed; code 1 is a wrong app secret only if it does.
#[tokio::test]
async fn a_refused_app_token_is_the_operators_matter() {
    let facebook = Recorded::of(&Instagram).await;
    let graph = |code: i64| json_answer(400, &json!({ "error": { "code": code } }));
    let token = json!({ "access_token": "EAAa", "token_type": "bearer" });
    for (what, token, said, expected) in [
        ("who signs?", json_answer(200, &token), graph(190), "configuration"),
        ("code 1, refused", graph(1), graph(190), "configuration"),
        ("code 1, taken", graph(1), json_answer(200, &inspected()), "unavailable"),
        ("code 1, twice", graph(1), graph(1), "unavailable"),
        ("code 1, silence", graph(1), page(502, ""), "unavailable"),
        ("code 191", graph(191), graph(190), "configuration"),
    ] {
        facebook.answer(&[(TOKEN, token), (DEBUG, said)]).await;
        assert_eq!(told(facebook.refresh().await).0, expected, "{what}");
    }
}

// R2: usage headers hold any number.
#[tokio::test]
async fn no_usage_header_ends_anything() {
    let facebook = Recorded::of(&Instagram).await;
    let usage = json!({ "1": [{ "type": "instagram", "call_count": 1, "total_time": 2,
        "total_cputime": 3, "estimated_time_to_regain_access": 12 }] });
    for (change, usage) in changes(&usage) {
        let limited = json_answer(400, &json!({ "error": { "code": 4 } }))
            .insert_header("x-business-use-case-usage", usage.to_string())
            .insert_header("x-app-usage", usage["1"][0].to_string());
        facebook.answer(&[(PAGES, limited)]).await;
        let outcome = facebook.profile(KOFI_COOKS).await;
        assert_eq!(told(outcome).0, "rate limited", "{change}");
    }
}
