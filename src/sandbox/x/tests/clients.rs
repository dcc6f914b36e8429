//! How other people's clients call X.

use axum::{body::Body, http::Request};
use serde_json::json;

use super::{INES, TWIN, VERIFIER, allow, connect, me, refresh};
use crate::sandbox::tests::{Client, basic, basic_form_encoded, basic_of, callback, reserved};

// X1, C8: how other people's clients prove which app they are.
#[tokio::test]
async fn a_client_is_known_by_basic_encoded_or_not_and_a_public_one_by_its_id() {
    let client = Client::new();
    let (id, secret) = reserved();
    let public = "huntaze-sandbox-public";
    let dashes = basic_of("huntaze%2Dsandbox", "huntaze%2dsandbox%2Dsecret");
    let redirect_uri = callback(TWIN.id);
    for (id, proof) in [
        ("huntaze-sandbox", Some(basic())),
        ("huntaze-sandbox", Some(dashes)),
        (id, Some(basic_of(id, secret))),
        (id, Some(basic_form_encoded(id, secret))),
        (public, None),
    ] {
        let code = allow(&client, INES, &[("client_id", id)]).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", VERIFIER),
            ("client_id", id),
        ];
        let proof = proof.as_deref().map(|proof| ("authorization", proof));
        let headers: Vec<_> = proof.into_iter().collect();
        let pair = client.post("/x/2/oauth2/token", &headers, &form).await;
        assert_eq!(pair.status, 200, "{id}: {}", pair.body);
        let stranger = refresh(&client, &pair.text("refresh_token")).await;
        assert_eq!(stranger.status == 200, id == "huntaze-sandbox", "each app its own tokens");
    }
    for wrong in [basic_of("huntaze-sandbox", ""), basic_of(public, ""), "Basic e30".into()] {
        let headers = [("authorization", wrong.as_str())];
        let answer = client.post("/x/2/oauth2/token", &headers, &[]).await;
        assert_eq!(answer.status, 401, "{wrong}");
    }
    let without_secret = [("client_id", "huntaze-sandbox"), ("grant_type", "refresh_token")];
    assert_eq!(client.post("/x/2/oauth2/token", &[], &without_secret).await.status, 401);
}

// X1, C8: the token endpoint reads JSON as well, and the method of the challenge in any case.
#[tokio::test]
async fn a_code_is_exchanged_by_json() {
    let client = Client::new();
    let code = allow(&client, INES, &[("code_challenge_method", "s256")]).await;
    let body = json!({
        "grant_type": "authorization_code", "code": code, "redirect_uri": callback(TWIN.id),
        "code_verifier": VERIFIER,
    });
    let send = async |body: String| {
        let request = Request::post("/x/2/oauth2/token")
            .header("authorization", basic())
            .header("content-type", "application/json; charset=utf-8");
        client.send(request.body(Body::from(body)).expect("a request")).await
    };
    let pair = send(body.to_string()).await;
    assert_eq!(pair.status, 200, "{}", pair.body);
    let revoked = json!({ "grant_type": "refresh_token", "refresh_token": "" }).to_string();
    for nothing in ["", "[]", "null", "{", &revoked] {
        assert_eq!(send(nothing.into()).await.status, 400, "{nothing:?}");
    }
}

// X1, C8: every field of X's own description is taken, and an unknown path is not found.
#[tokio::test]
async fn unknown_fields_are_refused_and_unknown_paths_not_found() {
    let client = Client::new();
    let (access, _) = connect(&client, INES).await;
    let fields = "withheld,verified_followers_count,connection_status";
    assert_eq!(me(&client, &access, fields).await.status, 200);
    for path in ["/x/2/oauth2/nothing", "/x/2/nothing", "/x/2/oauth2/token"] {
        let answer = client.get(path, &[]).await;
        assert_eq!(
            answer.json(),
            json!({ "title": "Not Found", "type": "about:blank", "status": 404,
                "detail": "Not Found" }),
            "{path}"
        );
    }
}
