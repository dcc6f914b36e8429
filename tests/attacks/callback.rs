//! At the callback: states that are missing, changed, replayed or somebody else's; flows begun by
//! one and finished by another.

use super::*;
use crate::support::both;

/// Comes back to `address` and is refused before any code is exchanged.
async fn assert_turned_away(
    app: &TestApp,
    who: &Person,
    provider: &str,
    address: &str,
    what: &str,
) {
    let watch = Watch::over(app, &[who]).await;
    let answer = who.browser.come_back(address).await.expect(303);
    watch.assert_refused(what, &answer);
    watch.assert_unchanged(what).await;
    assert_nothing_exchanged(app, provider).await;
    let toast = who.toast(&answer).await;
    assert!(toast.error, "{provider} {what}: {toast:?}");
}

// S1
both!(a_state_that_is_missing, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account) in with_consent(&app) {
        let back = consented(&app, &ada.begin(&provider, None).await, account).await;
        assert_turned_away(&app, &ada, &provider, &with(&back, "state", None), "no state").await;
        assert_turned_away(
            &app,
            &ada,
            &provider,
            &with(&back, "state", Some("")),
            "an empty state",
        )
        .await;
    }
});

// S1
both!(a_state_that_was_changed, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account) in with_consent(&app) {
        let begun = ada.begin(&provider, None).await;
        let back = consented(&app, &begun, account).await;
        let state = &begun.state;
        let changed = [
            state.to_uppercase(),
            state[..state.len() - 1].to_owned(),
            format!("{state}A"),
            format!("{state}\0"),
            "%".into(),
        ];
        for state in changed.iter().filter(|changed| *changed != state) {
            assert_turned_away(
                &app,
                &ada,
                &provider,
                &with(&back, "state", Some(state)),
                "another state",
            )
            .await;
        }
    }
});

// S1: a state that has done its work does no more of it, whatever comes with it.
both!(a_state_that_is_replayed_with_a_fresh_code, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account) in with_consent(&app) {
        let first = ada.begin(&provider, None).await;
        let denied = app
            .sandbox()
            .consent(&first.auth_url, &[("account", account), ("decision", "deny")])
            .await;
        ada.browser.come_back(&denied).await.expect(303);
        let second = consented(&app, &ada.begin(&provider, None).await, account).await;
        assert_turned_away(
            &app,
            &ada,
            &provider,
            &with(&second, "state", Some(&first.state)),
            "a state that was used",
        )
        .await;
    }
});

// S1, COSF: Mallory begins and gets Ada to finish, so that her account lands in his workspace.
both!(a_connection_begun_by_mallory_and_finished_by_ada, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    for (provider, account) in with_consent(&app) {
        let back = consented(&app, &mallory.begin(&provider, None).await, account).await;
        assert_turned_away(&app, &ada, &provider, &back, "Mallory's flow").await;
        assert!(
            mallory.integrations().await.is_empty() && ada.integrations().await.is_empty(),
            "{provider}"
        );
    }
});

// S1: also Ada's own other session, and nobody at all.
both!(a_callback_in_another_session, |app| async {
    let ada = app.person("Ada").await;
    let phone = ada.elsewhere().await;
    for (provider, account) in with_consent(&app) {
        let back = consented(&app, &ada.begin(&provider, None).await, account).await;
        assert_turned_away(&app, &phone, &provider, &back, "the flow of another session").await;
        let nobody = app.stranger("Nobody");
        let answer = nobody.browser.come_back(&back).await.expect(303);
        let login = nobody.browser.follow(&answer).await.expect(303);
        assert!(login.location().starts_with("/login"), "{provider}: {}", login.location());
        assert_nothing_exchanged(&app, &provider).await;
    }
});

// S1: a session that ended takes its flows with it.
both!(a_callback_after_logging_out, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account) in with_consent(&app) {
        let back = consented(&app, &ada.begin(&provider, None).await, account).await;
        ada.browser.rest(reqwest::Method::POST, "/api/auth/logout", None).await.expect(200);
        ada.log_in().await;
        assert_turned_away(&app, &ada, &provider, &back, "the flow of a session that ended").await;
    }
});

// S1, S4: the same person, moved to another workspace in between.
both!(a_callback_in_another_workspace, |app| async {
    let (ada, _mallory) = (app.person("Ada").await, app.person("Mallory").await);
    let of = |column: &str, name: &str| {
        format!(
            "(SELECT m.{column} FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = \
             '{name}@stories.example' AND m.role = 'owner')"
        )
    };
    let (hers, other) = (of("workspace_id", "ada"), of("workspace_id", "mallory"));
    app.sql(&format!(
        "INSERT INTO members (workspace_id, user_id, role) VALUES ({other}, {}, 'editor')",
        of("user_id", "ada")
    ))
    .await;
    for (provider, account) in with_consent(&app) {
        let back = consented(&app, &ada.begin(&provider, None).await, account).await;
        app.sql(&format!("UPDATE sessions SET workspace_id = {other} WHERE workspace_id = {hers}"))
            .await;
        assert_turned_away(&app, &ada, &provider, &back, "the flow of another workspace").await;
        app.sql(&format!(
            "UPDATE sessions SET workspace_id = {hers} WHERE user_id = {}",
            of("user_id", "ada")
        ))
        .await;
    }
});

// S1, COAT and mix-up: what one platform answers, brought to the callback of each other; also where
// `iss` was taken off.
both!(an_answer_of_one_platform_at_the_callback_of_another, |app| async {
    let ada = app.person("Ada").await;
    let platforms = with_consent(&app);
    for (from, account) in &platforms {
        for (to, _) in platforms.iter().filter(|(to, _)| to != from) {
            let back = consented(&app, &ada.begin(from, None).await, account).await;
            let moved = with(
                &back.replace(&format!("/callback/{from}"), &format!("/callback/{to}")),
                "iss",
                None,
            );
            assert_turned_away(&app, &ada, to, &moved, &format!("an answer of {from} at {to}"))
                .await;
            assert_nothing_exchanged(&app, from).await;
        }
    }
});

// S1: what the flow was begun with is what counts, should the server's own address have moved
// meanwhile.
both!(a_redirect_uri_swapped_in_the_flow, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account) in with_consent(&app) {
        let back = consented(&app, &ada.begin(&provider, None).await, account).await;
        for other in [
            "https://evil.example/callback".to_owned(),
            format!("{}/api/integrations/callback/{provider}/", app.base()),
        ] {
            app.sql(&format!(
                "UPDATE oauth_flows SET redirect_uri = '{other}', claimed_at = NULL, outcome = NULL"
            ))
            .await;
            assert_turned_away(&app, &ada, &provider, &back, "another redirect URI").await;
        }
    }
});

// S1, RFC 9207: an answer that names another issuer, in every spelling that a sloppy comparison
// would take.
both!(an_issuer_that_is_not_the_platforms, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account) in with_consent(&app) {
        let entry = app.backend().platforms.get(&provider).expect("a platform");
        let own = entry.settings().issuer.clone().expect("the sandbox names one for each platform");
        for evil in [
            "https://evil.example".to_owned(),
            String::new(),
            format!("{own}/"),
            format!("{own}.evil.example"),
            own.to_uppercase(),
        ] {
            let back = consented(&app, &ada.begin(&provider, None).await, account).await;
            assert_turned_away(
                &app,
                &ada,
                &provider,
                &with(&back, "iss", Some(&evil)),
                "another issuer",
            )
            .await;
        }
    }
});

// S1: tokens handed over in the address, as the implicit flow did, are not looked at.
both!(tokens_in_the_address_of_the_callback, |app| async {
    let ada = app.person("Ada").await;
    for (provider, _) in with_consent(&app) {
        let begun = ada.begin(&provider, None).await;
        let address = format!(
            "/api/integrations/callback/{provider}?state={}&access_token=stolen&refresh_token=stolen&token_type=bearer&id_token=a.b.c",
            begun.state
        );
        assert_turned_away(
            &app,
            &ada,
            &provider,
            &format!("{}{address}", app.base()),
            "tokens in the address",
        )
        .await;
    }
});

// S1: an error and a code together are an error.
both!(a_code_beside_an_error, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account) in with_consent(&app) {
        let back = consented(&app, &ada.begin(&provider, None).await, account).await;
        assert_turned_away(
            &app,
            &ada,
            &provider,
            &with(&back, "error", Some("access_denied")),
            "a code beside an error",
        )
        .await;
    }
});

// C19: as many callbacks at once as there are platforms, in a plan of one account.
both!(
    parallel_callbacks_beyond_the_limit,
    config = |config| {
        config.tiers.insert("small".into(), 1);
        config.default_tier = "small".into();
    },
    |app| async {
        let ada = app.person("Ada").await;
        let mut backs = Vec::new();
        for (provider, account) in with_consent(&app) {
            backs.push(consented(&app, &ada.begin(&provider, None).await, account).await);
        }
        let session = ada.paste(crate::stories::cast::MARA_ON_ONLYFANS);
        let (answers, pasted) = tokio::join!(
            futures::future::join_all(backs.iter().map(|back| ada.browser.come_back(back))),
            session
        );
        assert!(
            answers.iter().all(|answer| answer.status == 303)
                && [201, 409].contains(&pasted.status)
        );
        assert_eq!((ada.integrations().await.len(), holding_credentials(&app).await.len()), (1, 1));
        let mut live = 0;
        for (provider, _) in with_consent(&app) {
            live += app.sandbox().live_grants(&provider).await;
        }
        assert!(live <= 1, "what found no room is given back");
    }
);
