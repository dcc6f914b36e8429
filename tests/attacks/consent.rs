//! On the way to the consent page: what Mallory changes in its address, or tries to slip in where
//! it is made.

use reqwest::Method;
use serde_json::json;

use super::*;
use crate::support::both;

/// Opens a consent page whose address was changed on the way, and consents if it still asks: where
/// that leads.
async fn consent_if_asked(page: &str, account: &str) -> Option<String> {
    let http = huntaze::server::platform::http::pool().expect("an HTTP client");
    let mut page: url::Url = page.parse().expect("an address");
    // People reach it under another name than the app's; the name need not resolve here.
    page.set_host(Some("127.0.0.1")).expect("a host");
    let shown = http.get(page.clone()).send().await.expect("an answer");
    if shown.status() != 200 {
        return shown
            .headers()
            .get("location")
            .map(|url| url.to_str().expect("an address").to_owned());
    }
    let decided = http
        .post(page)
        .form(&[("account", account), ("decision", "allow")])
        .send()
        .await
        .expect("an answer");
    decided.headers().get("location").map(|url| url.to_str().expect("an address").to_owned())
}

/// Consents at the changed address, and brings what comes of it to the callback of the flow: it
/// connects nothing.
async fn assert_connects_nothing(
    app: &TestApp,
    ada: &Person,
    provider: &str,
    account: &str,
    begun: &Begun,
    changed: &str,
) {
    let watch = Watch::over(app, &[ada]).await;
    if let Some(back) = consent_if_asked(changed, account).await {
        // Wherever the answer was sent, Mallory brings it home.
        let query =
            url::Url::parse(&back).expect("an address").query().unwrap_or_default().to_owned();
        let home = with(
            &format!("{}/api/integrations/callback/{provider}?{query}", app.base()),
            "state",
            Some(&begun.state),
        );
        let answer = ada.browser.come_back(&home).await;
        watch.assert_refused(changed, &answer);
        assert!(ada.toast(&answer).await.error, "{changed}");
    }
    watch.assert_unchanged(changed).await;
    assert_nothing_exchanged(app, provider).await;
}

// S1, RFC 9700 (2.1.1): where we ask with PKCE, taking it out of the address gets nobody a code
// that works: we never go on without.
both!(pkce_stripped_from_the_address, |app| async {
    let ada = app.person("Ada").await;
    let mut with_pkce = 0;
    for (provider, account) in with_consent(&app) {
        let begun = ada.begin(&provider, None).await;
        if parameter(&begun.auth_url, "code_challenge").is_none() {
            continue;
        }
        with_pkce += 1;
        let stripped =
            with(&with(&begun.auth_url, "code_challenge", None), "code_challenge_method", None);
        assert_connects_nothing(&app, &ada, &provider, account, &begun, &stripped).await;
    }
    assert_eq!(with_pkce, 3, "X, YouTube, and TikTok on a loopback address");
});

// S1, RFC 7636 (4.4.1): the same for `plain`, and for a challenge of Mallory's own.
both!(pkce_downgraded_in_the_address, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account) in with_consent(&app) {
        for (method, challenge) in [
            (Some("plain"), None),
            (None, None),
            (Some("S256"), Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")),
        ] {
            let begun = ada.begin(&provider, None).await;
            let Some(own) = parameter(&begun.auth_url, "code_challenge") else { continue };
            let challenge = challenge.filter(|other| own.len() == other.len()).unwrap_or(&own);
            if (method, challenge) == (Some("S256"), &own) {
                continue;
            }
            let changed = with(
                &with(&begun.auth_url, "code_challenge_method", method),
                "code_challenge",
                Some(challenge),
            );
            assert_connects_nothing(&app, &ada, &provider, account, &begun, &changed).await;
        }
    }
});

// S1: a redirect URI of another platform, of another host, or nearly ours. What a code was asked
// with is what it is exchanged with.
both!(a_redirect_uri_swapped_in_the_address, |app| async {
    let ada = app.person("Ada").await;
    let platforms = with_consent(&app);
    for (at, (provider, account)) in platforms.iter().enumerate() {
        let own = format!("{}/api/integrations/callback/{provider}", app.base());
        let (other, _) = &platforms[(at + 1) % platforms.len()];
        let swapped = [
            format!("{}/api/integrations/callback/{other}", app.base()),
            format!("https://evil.example/api/integrations/callback/{provider}"),
            format!("{own}/../{other}"),
            format!("{own}?next=https://evil.example"),
            format!("{own}#evil"),
            own.replace("://", "://evil@"),
            "javascript:alert(1)".into(),
        ];
        for redirect in swapped {
            let begun = ada.begin(provider, None).await;
            let changed = with(&begun.auth_url, "redirect_uri", Some(&redirect));
            assert_connects_nothing(&app, &ada, provider, account, &begun, &changed).await;
        }
    }
});

// S1: nor does another kind of answer, or another app's name, lead to a connection.
both!(another_response_type_or_client_in_the_address, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account) in with_consent(&app) {
        for (name, value) in [
            ("response_type", "token"),
            ("client_id", "mallorys-app"),
            ("client_key", "mallorys-app"),
            ("scope", "everything"),
            ("scope", ""),
        ] {
            let begun = ada.begin(&provider, None).await;
            if parameter(&begun.auth_url, name).is_some() {
                assert_connects_nothing(
                    &app,
                    &ada,
                    &provider,
                    account,
                    &begun,
                    &with(&begun.auth_url, name, Some(value)),
                )
                .await;
            }
        }
    }
});

// S1: what stands beside a request to begin is not put into the address of the consent page.
both!(parameters_slipped_into_a_beginning, |app| async {
    let ada = app.person("Ada").await;
    let evil = "redirect_uri=https%3A%2F%2Fevil.example&state=chosen&code_challenge=chosen&code_challenge_method=plain&scope=everything&response_type=token&client_id=evil&prompt=none";
    for (provider, _) in with_consent(&app) {
        let clean = ada.begin(&provider, None).await;
        let by_query = ada
            .post(&format!("/api/integrations/connect/{provider}?{evil}"), None)
            .await
            .expect(200)
            .data();
        let request =
            ada.browser.request(Method::POST, &format!("/platforms/connect/{provider}?{evil}"));
        let by_form = ada
            .browser
            .send(
                request
                    .header("sec-fetch-site", "same-origin")
                    .header("accept", "application/json")
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(format!("attest=0&attest=1&attest=2&{evil}")),
            )
            .await
            .expect(200)
            .json();
        let by_link = ada.browser.open(&format!("/api/auth/{provider}?{evil}")).await.expect(303);
        let link = Some(by_link.location())
            .filter(|link| link.starts_with("http"))
            .unwrap_or(&clean.auth_url)
            .to_owned();
        for address in [
            by_query["authUrl"].as_str().expect("an address"),
            by_form["location"].as_str().expect("an address"),
            &link,
        ] {
            for name in [
                "redirect_uri",
                "code_challenge_method",
                "scope",
                "response_type",
                "client_id",
                "client_key",
                "prompt",
            ] {
                assert_eq!(
                    parameter(address, name),
                    parameter(&clean.auth_url, name),
                    "{provider}: {name}"
                );
            }
            assert_ne!(parameter(address, "state").as_deref(), Some("chosen"), "{provider}");
            assert!(!address.contains("evil"), "{address}");
        }
        for field in ["redirectUri", "redirect_uri", "state", "scope", "codeChallengeMethod"] {
            let refused = ada
                .post(
                    &format!("/api/integrations/connect/{provider}"),
                    Some(json!({ field: "https://evil.example" })),
                )
                .await;
            refused.expect(422).error();
        }
    }
});

// S1, S3: a link on another site, or a browser that looks ahead, begins nothing.
both!(a_beginning_from_another_site, |app| async {
    let ada = app.person("Ada").await;
    let ways: [&[(&str, &str)]; 5] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "same-origin"), ("sec-purpose", "prefetch")],
        &[("sec-fetch-site", "none"), ("purpose", "prefetch")],
        &[("referer", "https://evil.example/")],
    ];
    for (provider, _) in with_consent(&app) {
        for headers in ways {
            let request = ada.browser.request(Method::GET, &format!("/api/auth/{provider}"));
            let request = headers
                .iter()
                .fold(request, |request, (name, value)| request.header(*name, *value));
            assert_eq!(
                ada.browser.send(request).await.expect(303).location(),
                format!("/platforms/connect/{provider}"),
                "{headers:?}"
            );
        }
    }
    assert!(app.rows("oauth_flows").await.is_empty());
});
