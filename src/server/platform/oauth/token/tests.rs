use std::sync::Arc;

use chrono::{DateTime, Duration};
use serde_json::json;

use super::*;
use crate::server::clock::Clock;
use crate::server::platform::http::{Retries, pool};
use crate::server::platform::{Platform, Settings, x::X};

fn client() -> Client {
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let clock = Clock::fixed(DateTime::from_timestamp(1_790_000_000, 0).expect("a time"));
    Client::new(
        pool().expect("an HTTP client"),
        Arc::new(Settings::default()),
        clock,
        Retries::default(),
    )
}

fn answered(status: u16, body: &str, asked: TokenRequest) -> Result<TokenGrant> {
    read(
        X.info(),
        &client(),
        &PlatformResponse::recorded(status, &[], "/2/oauth2/token", body),
        asked,
    )
}

// T3: numbers may come as text, and what was not said stays open.
#[test]
fn a_grant_is_read_however_its_numbers_are_written() {
    for life in [json!(7_200), json!("7200"), json!(7_200.0), json!(" 7200 ")] {
        let body = json!({ "token_type": "bearer", "access_token": "a", "refresh_token": "r",
            "expires_in": life, "scope": "one two" });
        let grant = answered(200, &body.to_string(), TokenRequest::Code).expect("a grant");
        assert_eq!(
            (grant.expires_in, grant.refresh_expires_in),
            (Some(Duration::hours(2)), None),
            "{life}"
        );
        assert_eq!(grant.scopes, ["one", "two"]);
    }
    let bare = answered(
        200,
        r#"{"access_token":"a","refresh_token":"","expires_in":null}"#,
        TokenRequest::Refresh,
    )
    .expect("a grant");
    assert!(bare.refresh.is_none() && bare.expires_in.is_none() && bare.scopes.is_empty());
    let tested = answered(
        200,
        r#"{"access_token":"a","refresh_token_expires_in":"604799"}"#,
        TokenRequest::Refresh,
    )
    .expect("a grant");
    assert_eq!(tested.refresh_expires_in, Some(Duration::seconds(604_799)));
    let twice = answered(
        200,
        r#"{"access_token":"old","access_token":"a","refresh_token":"r",
            "refresh_token_expires_in":null,"refresh_expires_in":604799}"#,
        TokenRequest::Refresh,
    )
    .expect("a grant");
    assert_eq!((twice.access.expose_secret(), twice.refresh.is_some()), ("a", true));
    assert_eq!(twice.refresh_expires_in, Some(Duration::seconds(604_799)));
    // A calendar holds some of these as a span, and none of them as a date from now on.
    for life in ["1e300", "1e13", "8210266876799", "-9e15", "\"10000000000000\"", "315576001"] {
        let body = format!(r#"{{"access_token":"a","expires_in":{life}}}"#);
        let endless = answered(200, &body, TokenRequest::Refresh).expect("a grant");
        assert_eq!(endless.expires_in, None, "{life}");
    }
}

// T7, C4: the same words mean different things for a code and for a refresh.
#[test]
fn errors_of_the_token_endpoint_are_classified() {
    let kind = |status, body: &str, asked| match answered(status, body, asked).err() {
        Some(Error::CodeRefused { .. }) => "begin again",
        Some(Error::Reconnect { reason: Reason::RefusedByPlatform, .. }) => "reconnect",
        Some(Error::Configuration { .. }) => "configuration",
        Some(Error::Unavailable { .. }) => "unavailable",
        Some(Error::RateLimited { .. }) => "rate limited",
        Some(Error::Unexpected { .. }) => "unexpected",
        other => panic!("{other:?}"),
    };
    let error = |code: &str, description: &str| {
        json!({ "error": code, "error_description": description }).to_string()
    };
    let grant = error("invalid_grant", "");
    assert_eq!(
        (kind(400, &grant, TokenRequest::Code), kind(400, &grant, TokenRequest::Refresh)),
        ("begin again", "reconnect")
    );
    for ours in [
        "invalid_client",
        "unauthorized_client",
        "redirect_uri_mismatch",
        "unsupported_grant_type",
        "invalid_scope",
    ] {
        for asked in [TokenRequest::Code, TokenRequest::Refresh] {
            assert_eq!(kind(401, &error(ours, ""), asked), "configuration", "{ours}");
        }
    }
    assert_eq!(kind(429, "", TokenRequest::Refresh), "rate limited");
    for (status, body) in
        [(503, "<html>"), (500, &grant), (400, "<html>"), (200, "<html>"), (200, "{}")]
    {
        assert_eq!(kind(status, body, TokenRequest::Refresh), "unavailable", "{status} {body}");
    }
}
