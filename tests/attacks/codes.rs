//! Codes that are stolen, replayed, made up or meant for somebody else.

use huntaze::server::platform::Pkce;

use super::*;
use crate::support::both;

/// Whether a code of this platform is bound to the flow that asked for it. Where the platform
/// documents no PKCE only the platform could tell, and the session, the state and the redirect URI
/// are what stands before it (docs/oauth.md).
fn binds_codes(app: &TestApp, provider: &str) -> bool {
    let entry = app.backend().platforms.get(provider).expect("a platform");
    let spec = entry.platform.connect().spec().expect("an OAuth platform");
    (spec.pkce)(&app.backend().config.redirect_uri(provider)) != Pkce::None
}

/// Brings an answer to the callback, which gets as far as the token endpoint and no further.
async fn assert_refused_by_the_platform(
    who: &Person,
    watch: &Watch,
    provider: &str,
    address: &str,
) {
    let answer = who.browser.come_back(address).await.expect(303);
    watch.assert_refused(provider, &answer);
    watch.assert_unchanged(provider).await;
    let toast = who.toast(&answer).await;
    assert!(toast.error, "{provider}: {toast:?}");
}

// S1, code injection: Ada's code, stolen on its way, in a flow that Mallory began for himself.
both!(a_code_stolen_from_ada, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    let bound: Vec<_> = with_consent(&app)
        .into_iter()
        .filter(|(provider, _)| binds_codes(&app, provider))
        .collect();
    assert!(bound.len() >= 3, "{bound:?}");
    for (provider, account) in bound {
        let hers = consented(&app, &ada.begin(&provider, None).await, account).await;
        let stolen = parameter(&hers, "code").expect("a code");
        let his = mallory.begin(&provider, None).await;
        let watch = Watch::over(&app, &[&ada, &mallory]).await;
        assert_refused_by_the_platform(
            &mallory,
            &watch,
            &provider,
            &with(&hers, "state", Some(&his.state)),
        )
        .await;
        assert!(mallory.integrations().await.is_empty(), "{provider}");
        assert!(!mallory.page("/integrations").await.contains(&stolen), "{provider}");
    }
});

// S1: a code that has been exchanged, in a new flow of the same person.
both!(a_code_that_is_replayed, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account) in with_consent(&app) {
        let back = consented(&app, &ada.begin(&provider, None).await, account).await;
        let answer = ada.browser.come_back(&back).await.expect(303);
        assert!(!ada.toast(&answer).await.error, "{provider}: the first time it is good");
        let again = ada.begin(&provider, None).await;
        let watch = Watch::over(&app, &[&ada]).await;
        assert_refused_by_the_platform(
            &ada,
            &watch,
            &provider,
            &with(&back, "state", Some(&again.state)),
        )
        .await;
    }
    assert_eq!(ada.integrations().await.len(), with_consent(&app).len());
});

// S1: a code of one platform in a good flow of another.
both!(a_code_of_another_platform, |app| async {
    let ada = app.person("Ada").await;
    let platforms = with_consent(&app);
    for (at, (provider, account)) in platforms.iter().enumerate() {
        let (other, others_account) = &platforms[(at + 1) % platforms.len()];
        let foreign = consented(&app, &ada.begin(other, None).await, others_account).await;
        let own = consented(&app, &ada.begin(provider, None).await, account).await;
        let watch = Watch::over(&app, &[&ada]).await;
        let injected = with(&own, "code", parameter(&foreign, "code").as_deref());
        assert_refused_by_the_platform(&ada, &watch, provider, &injected).await;
        assert_nothing_exchanged(&app, other).await;
    }
});

// S1, S6: and none that was made up, however it looks.
both!(a_code_that_is_made_up, |app| async {
    let ada = app.person("Ada").await;
    let made_up = [
        "guess".to_owned(),
        "A".repeat(4_096),
        "A".repeat(9_000),
        "' OR 1=1 --".into(),
        "a\r\nX-Evil: 1".into(),
        "a\0b".into(),
        "\u{202e}%25".into(),
    ];
    for (provider, _) in with_consent(&app) {
        for code in &made_up {
            let begun = ada.begin(&provider, None).await;
            let address = format!(
                "{}/api/integrations/callback/{provider}?state={}",
                app.base(),
                begun.state
            );
            let watch = Watch::over(&app, &[&ada]).await;
            assert_refused_by_the_platform(
                &ada,
                &watch,
                &provider,
                &with(&address, "code", Some(code)),
            )
            .await;
        }
        assert_nothing_exchanged(&app, &provider).await;
    }
});

// S1, RFC 6749 (3.1): nothing may come twice. The first counts, so that nobody can add one behind a
// good answer.
both!(parameters_that_come_twice, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    for (provider, account) in with_consent(&app) {
        let his = consented(&app, &mallory.begin(&provider, None).await, account).await;
        let (code, state) =
            (parameter(&his, "code").expect("a code"), parameter(&his, "state").expect("a state"));
        let begun = ada.begin(&provider, None).await;
        let answer = ada
            .browser
            .come_back(&format!(
                "{}/api/integrations/callback/{provider}?state={state}&state={}&code={code}",
                app.base(),
                begun.state
            ))
            .await;
        assert!(ada.toast(&answer).await.error, "{provider}: his state first");
        assert_nothing_exchanged(&app, &provider).await;
        let denied = app
            .sandbox()
            .consent(&begun.auth_url, &[("account", account), ("decision", "deny")])
            .await;
        let answer = ada.browser.come_back(&format!("{denied}&code={code}&state={state}")).await;
        assert!(ada.toast(&answer).await.error, "{provider}: his code behind her refusal");
        assert_nothing_exchanged(&app, &provider).await;
    }
});
