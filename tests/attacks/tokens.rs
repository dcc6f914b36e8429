//! Bearer tokens that are forged, bent or out of place.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Method;
use serde_json::{Value, json};

use super::*;
use crate::support::both;

const OTHER_KEY: &[u8] = b"a key of Mallory's own, which is long enough";

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn read(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

/// Signs with the server's own key: what a token says is then all that is wrong with it.
fn sign(app: &TestApp, claims: &Value) -> String {
    let key = app.backend().vault.signing();
    let header = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::HS256) };
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(&key.secret)).expect("a token")
}

/// Refused everywhere, also beside a cookie that is good.
async fn assert_no_token(app: &TestApp, ada: &Person, what: &str, token: &str) {
    let watch = Watch::over(app, &[ada]).await;
    for (method, path) in [
        (Method::GET, "/api/auth/me"),
        (Method::POST, "/api/integrations/connect/x"),
        (Method::PUT, "/api/auth/me"),
    ] {
        let request =
            ada.browser.request(method, path).header("authorization", format!("Bearer {token}"));
        let answer = ada.browser.send(request.json(&json!({}))).await;
        assert_eq!(answer.status, 401, "{what} at {path}: {}", answer.body);
        assert!(
            !answer.body.contains(token) || token.is_empty(),
            "{what}: repeated in {}",
            answer.body
        );
        watch.assert_refused(what, &answer);
    }
    watch.assert_unchanged(what).await;
}

// U3, RFC 8725 (3.1): a token that says of itself that it needs no signature.
both!(a_token_without_a_signature, |app| async {
    let ada = app.person("Ada").await;
    let token = ada.token();
    let claims = token.split('.').nth(1).expect("claims");
    for name in ["none", "None", "NONE", "nOnE", ""] {
        let header = part(&json!({ "alg": name, "typ": "JWT" }));
        for signature in ["", "AAAA", token.rsplit('.').next().expect("a signature")] {
            assert_no_token(&app, &ada, name, &format!("{header}.{claims}.{signature}")).await;
        }
    }
    let (unsigned, _) = token.rsplit_once('.').expect("a signature");
    assert_no_token(&app, &ada, "nothing behind the point", &format!("{unsigned}.")).await;
    assert_no_token(&app, &ada, "no third part", unsigned).await;
});

// U3: signed by somebody else, in every algorithm of the family.
both!(a_token_signed_with_another_key, |app| async {
    let ada = app.person("Ada").await;
    let (claims, kid) = (read(&ada.token(), 1), read(&ada.token(), 0)["kid"].clone());
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        for key in [OTHER_KEY, b"", b"secret", b"huntaze", app.base().as_bytes()] {
            let header = Header { kid: kid.as_str().map(str::to_owned), ..Header::new(algorithm) };
            let token = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(key))
                .expect("a token");
            assert_no_token(&app, &ada, "another key", &token).await;
        }
    }
    let key = app.backend().vault.signing();
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let token = jsonwebtoken::encode(
            &Header::new(algorithm),
            &claims,
            &EncodingKey::from_secret(&key.secret),
        )
        .expect("a token");
        assert_no_token(&app, &ada, "our key, another algorithm", &token).await;
    }
});

// U3, RFC 8725 (3.10): a header that brings its own key or points to one.
both!(a_token_that_names_its_own_key, |app| async {
    let ada = app.person("Ada").await;
    let claims = read(&ada.token(), 1);
    let jwk = json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode(OTHER_KEY), "alg": "HS256",
        "kid": "mallory" });
    let headers = [
        json!({ "kid": "mallory", "jwk": jwk }),
        json!({ "kid": "mallory", "jku": "https://evil.example/keys.json" }),
        json!({ "kid": "mallory", "x5u": "https://evil.example/key.pem", "x5c": ["AAAA"] }),
        json!({ "kid": "../../../../dev/null" }),
        json!({ "kid": "' OR '1'='1" }),
        json!({ "kid": "\0" }),
        json!({ "kid": "" }),
        json!({ "kid": 1 }),
        json!({ "crit": ["exp"], "exp": 9_999_999_999_i64 }),
        json!({ "typ": "JWE", "cty": "JWT" }),
    ];
    for mut header in headers {
        header["alg"] = json!("HS256");
        let signed = format!("{}.{}", part(&header), part(&claims));
        for key in [OTHER_KEY, b""] {
            let signature = jsonwebtoken::crypto::sign(
                signed.as_bytes(),
                &EncodingKey::from_secret(key),
                Algorithm::HS256,
            );
            let token = format!("{signed}.{}", signature.expect("a signature"));
            assert_no_token(&app, &ada, &header.to_string(), &token).await;
        }
    }
});

// U3: what a good token says may not be bent: its own signature no longer fits.
both!(a_token_whose_claims_were_bent, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    let (token, hers) = (mallory.token(), read(&ada.token(), 1));
    let parts: Vec<&str> = token.split('.').collect();
    for (name, value) in [
        ("sub", hers["sub"].clone()),
        ("sid", hers["sid"].clone()),
        ("exp", json!(9_999_999_999_i64)),
        ("aud", json!(["huntaze-api", "other"])),
    ] {
        let mut claims = read(&token, 1);
        claims[name] = value;
        assert_no_token(
            &app,
            &mallory,
            name,
            &format!("{}.{}.{}", parts[0], part(&claims), parts[2]),
        )
        .await;
    }
    assert_no_token(
        &app,
        &mallory,
        "two tokens in one",
        &format!("{}.{}.{}", parts[0], ada.token().split('.').nth(1).expect("claims"), parts[2]),
    )
    .await;
    mallory.get("/api/auth/me").await.expect(200);
});

// U3: made for somebody else, by somebody else, or for ever - even with the right key.
both!(a_token_for_another_audience_issuer_or_time, |app| async {
    let ada = app.person("Ada").await;
    let good = read(&ada.token(), 1);
    let mut bent = Vec::new();
    for (name, values) in [
        (
            "aud",
            vec![
                json!("huntaze"),
                json!("https://evil.example"),
                json!(["other"]),
                json!(null),
                json!(""),
            ],
        ),
        (
            "iss",
            vec![
                json!("https://evil.example"),
                json!(format!("{}.evil.example", app.base())),
                json!(null),
                json!(""),
            ],
        ),
        ("exp", vec![json!(0), json!(-1), json!("never"), json!(null), json!(1.0e300)]),
        (
            "sid",
            vec![
                json!("018f0000-0000-7000-8000-000000000000"),
                json!("../"),
                json!(null),
                json!(1),
            ],
        ),
    ] {
        for value in values {
            let mut claims = good.clone();
            claims[name] = value;
            bent.push(claims);
        }
        let mut claims = good.clone();
        claims.as_object_mut().expect("claims").remove(name);
        bent.push(claims);
    }
    for claims in bent {
        assert_no_token(&app, &ada, &claims.to_string(), &sign(&app, &claims)).await;
    }
    let again = ada.browser.request(Method::GET, "/api/auth/me").bearer_auth(sign(&app, &good));
    ada.browser.send(again).await.expect(200);
});

// U3: a token outlives neither its quarter of an hour nor its session.
both!(a_token_that_ran_out_or_was_revoked, |app| async {
    let ada = app.person("Ada").await;
    let old = ada.token();
    app.later(Duration::minutes(15)).await;
    assert_no_token(&app, &ada, "expired", &old).await;
    ada.log_in().await;
    let stolen = ada.token();
    ada.browser.rest(Method::POST, "/api/auth/logout", None).await.expect(200);
    ada.log_in().await;
    assert_no_token(&app, &ada, "revoked", &stolen).await;
});

// U3, RFC 6750 (2.3): a token counts in its one place, not in an address, a cookie, a body or a
// header of another name.
both!(a_token_in_the_wrong_place, |app| async {
    let ada = app.person("Ada").await;
    let (token, mallory) = (ada.token(), app.stranger("Mallory"));
    let watch = Watch::over(&app, &[&ada]).await;
    let get = |path: &str| mallory.browser.request(Method::GET, path);
    let requests = [
        get(&format!("/api/auth/me?access_token={token}")),
        get(&format!("/api/auth/me?token={token}&authorization=Bearer%20{token}")),
        get("/api/auth/me").header(
            "cookie",
            format!("session={token}; Authorization=Bearer {token}; access_token={token}"),
        ),
        get("/api/auth/me")
            .header("x-authorization", format!("Bearer {token}"))
            .header("proxy-authorization", format!("Bearer {token}")),
        get("/api/auth/me").header("authorization", format!("bearer {token}")),
        get("/api/auth/me").header("authorization", format!("Bearer  {token}")),
        get("/api/auth/me").header("authorization", format!("Bearer {token}, Bearer {token}")),
        get("/api/auth/me")
            .header("authorization", "Bearer ")
            .header("authorization", format!("Bearer {token}")),
        mallory
            .browser
            .request(Method::PUT, &format!("/api/auth/me?access_token={token}"))
            .json(&json!({ "name": "Mallory" })),
    ];
    for request in requests {
        let answer = mallory.browser.send(request).await;
        assert_eq!(answer.status, 401, "{}", answer.body);
        watch.assert_refused("a token in the wrong place", &answer);
    }
});

// U3, S3: a bearer token of Mallory's beside Ada's cookie acts for Mallory, and a bad one for
// nobody.
both!(a_token_beside_anothers_cookie, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    let request = ada
        .browser
        .request(Method::PUT, "/api/auth/me")
        .bearer_auth(mallory.token())
        .header("sec-fetch-site", "cross-site");
    let answer =
        ada.browser.send(request.json(&json!({ "name": "Mallory the Great" }))).await.expect(200);
    assert_eq!(answer.data()["user"]["email"], mallory.email.as_str());
    assert_eq!(ada.get("/api/auth/me").await.expect(200).data()["user"]["name"], "Ada");
    for path in ["/integrations", "/settings", "/"] {
        let request =
            ada.browser.request(Method::GET, path).header("authorization", "Bearer nonsense");
        let page = ada.browser.send(request).await;
        assert!(
            !page.body.contains(&ada.email),
            "{path}: a bad token does not fall back to the cookie"
        );
    }
});
