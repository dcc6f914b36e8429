//! Connecting each platform, and every way in which that ends otherwise.

use serde_json::json;

use super::cast::*;
use crate::support::{both, text};

// C1, C2, C4, C6, C7, C8, C9, C10, C12, T1
both!(ines_connects_every_platform_and_sees_each_account, |app| async {
    let ines = app.person("Ines").await;
    for (provider, account, id) in EVERYWHERE {
        let connected = ines.connect(provider, account).await;
        assert_eq!(
            (word(&connected, "accountId"), word(&connected, "status")),
            (id, "connected"),
            "{connected}"
        );
        assert!(
            connected["metadata"].as_object().is_some_and(|known| !known.is_empty()),
            "{connected}"
        );
    }
    let status = ines.status().await;
    assert_eq!(
        (&status["summary"]["total"], &status["summary"]["connected"]),
        (&json!(6), &json!(6))
    );
    assert_eq!(holding_credentials(&app).await.len(), 6);
    let page = text(&ines.page("/integrations").await);
    for name in [
        "Kofi Cooks",
        "Inês Paints",
        "Inês Carvalho",
        "mara_makes_pots",
        "Mara Velvet",
        "6 of 25 accounts",
        "Healthy",
    ] {
        assert!(page.contains(name), "no {name} in {page}");
    }
});

// C4
both!(coming_back_says_what_is_connected, |app| async {
    let ada = app.person("Ada").await;
    let back = ada.allow("x", INES_ON_X).await;
    assert_eq!(back.location(), "/integrations");
    let toast = ada.toast(&back).await;
    assert!(!toast.error && toast.reference.is_empty());
    toast.says(&["@ines_draws", "X", "is connected"]);
    let again = ada.page("/integrations").await;
    assert!(crate::support::Toast::on(&again).is_none(), "said once");
});

// C4: cancelling is no failure of anybody, and leaves nothing.
both!(cancelling_at_each_platform_connects_nothing, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account, _) in
        EVERYWHERE.into_iter().filter(|(provider, ..)| *provider != "onlyfans")
    {
        let back = ada.decide(provider, &[("account", account), ("decision", "deny")]).await;
        let toast = ada.toast(&back).await;
        assert!(toast.error && !toast.reference.is_empty(), "{toast:?}");
        toast.says(&["You cancelled", "Nothing was connected"]);
        assert_nothing_left(&app, provider).await;
    }
});

// C4, C5, C7, C8, C9: without what the account is read by, nothing is connected.
both!(without_a_required_permission_nothing_is_connected, |app| async {
    let ada = app.person("Ada").await;
    let rows = [
        ("instagram", KOFI_ON_FACEBOOK, "instagram_basic", "See your Instagram profile"),
        ("tiktok", INES_ON_TIKTOK, "video.list", "See your name and picture"),
        (
            "youtube",
            KOFI_ON_YOUTUBE,
            "https://www.googleapis.com/auth/youtube.upload",
            "See your channel",
        ),
        ("x", INES_ON_X, "users.read offline.access", "See your posts"),
        ("reddit", MARA_ON_REDDIT, "read history", "See your username"),
    ];
    for (provider, account, granted, missing) in rows {
        let back = ada
            .decide(provider, &[("account", account), ("decision", "allow"), ("scopes", granted)])
            .await;
        let toast = ada.toast(&back).await;
        assert!(toast.error, "{provider}: {toast:?}");
        toast.says(&[missing, "onnect again"]);
        assert_nothing_left(&app, provider).await;
    }
});

// C3, C4, C6, C7: without another permission the connection is limited, and says by what.
both!(without_another_permission_the_connection_is_limited, |app| async {
    let ada = app.person("Ada").await;
    let rows = [
        ("tiktok", INES_ON_TIKTOK, "user.info.basic,user.info.profile", "Post videos and photos"),
        (
            "youtube",
            KOFI_ON_YOUTUBE,
            "https://www.googleapis.com/auth/youtube.readonly",
            "Upload videos",
        ),
        ("x", INES_ON_X, "users.read tweet.read offline.access", "Publish and delete posts"),
        ("reddit", MARA_ON_REDDIT, "identity read", "Publish posts for you"),
    ];
    for (provider, account, granted, missing) in rows {
        let back = ada
            .decide(provider, &[("account", account), ("decision", "allow"), ("scopes", granted)])
            .await;
        ada.toast(&back).await.says(&["is connected", missing]);
        let limited = ada.integration(provider, account).await;
        assert_eq!(
            (word(&limited, "status"), word(&limited, "reason")),
            ("error", "missing_permissions"),
            "{limited}"
        );
    }
    let page = text(&ada.page("/integrations").await);
    assert!(page.contains("Limited") && page.contains("leave every box ticked"), "{page}");
});

// C5: Instagram's profile and list of Pages are enough to connect; what may be left out
// makes nothing limited, and what stays out without it is said.
both!(instagram_connects_without_permissions_that_can_be_done_without, |app| async {
    app.sandbox().control("instagram/switches", json!({ "partialGrants": true })).await;
    let kofi = app.person("Kofi").await;
    let decide = async |granted: &str| {
        let form = [("account", KOFI_ON_FACEBOOK), ("decision", "allow"), ("scopes", granted)];
        let back = kofi.decide("instagram", &form).await;
        kofi.toast(&back).await
    };
    let standing = async || {
        let account = kofi.integration("instagram", KOFI_ON_INSTAGRAM).await;
        (word(&account, "status").to_owned(), account["reason"].clone())
    };
    let needed = "instagram_basic,pages_show_list";
    decide(needed).await.says(&["is connected", "Publish photos"]);
    assert_eq!(standing().await, ("error".into(), json!("missing_permissions")));

    let others = "instagram_content_publish,instagram_manage_comments,instagram_manage_insights,\
        pages_read_engagement";
    let toast = decide(&format!("{needed},{others}")).await;
    assert!(!toast.error, "{toast:?}");
    assert_eq!(standing().await, ("connected".into(), json!(null)));
    let page = text(&kofi.page("/integrations").await);
    assert!(page.contains("Pages of a Business Portfolio stay out"), "{page}");
});

// C5: Pages of a portfolio are in no list of hers, and their accounts are a choice like any other.
both!(marta_chooses_among_the_accounts_of_her_business_portfolio, |app| async {
    let marta = app.person("Marta").await;
    let back = marta.allow("instagram", MARTA_OF_A_PORTFOLIO).await;
    let page = text(&marta.page(back.location()).await);
    for account in ["@nordlys.kitchen", "@fjord.fika"] {
        assert!(page.contains(account), "{page}");
    }
});

// C4, C5, C7, C8: an account that can't be connected gets its own explanation and leaves nothing.
both!(the_wrong_kind_of_account_gets_its_own_explanation, |app| async {
    let ada = app.person("Ada").await;
    let rows = [
        ("instagram", TOBIAS_WITHOUT_PAGE, ["no Page", "create a Page"]),
        ("instagram", LUNA_NOT_LINKED, ["not linked", "Link one in the Instagram app"]),
        ("instagram", PRIYA_MAY_NOT_PUBLISH, ["may not publish", "Ask the owner of the Page"]),
        ("youtube", TOBIAS_WITHOUT_CHANNEL, ["no YouTube channel", "Create one at youtube.com"]),
        ("x", MAX_SUSPENDED_ON_X, ["suspended", "Appeal at X"]),
        ("x", PRIYA_LOCKED_ON_X, ["locked", "unlock it"]),
    ];
    for (provider, account, words) in rows {
        let back = ada.allow(provider, account).await;
        let toast = ada.toast(&back).await;
        assert!(toast.error, "{account}: {toast:?}");
        toast.says(&words);
        assert_nothing_left(&app, provider).await;
    }
});

// C6, C9, C10: what is connected but not in order says so.
both!(an_account_with_a_standing_problem_is_connected_and_says_so, |app| async {
    let ada = app.person("Ada").await;
    let banned = ada.connect("tiktok", MAX_BANNED_ON_TIKTOK).await;
    assert_eq!((word(&banned, "status"), word(&banned, "reason")), ("error", "needs_action"));
    let suspended = ada.connect("reddit", TOBI_SUSPENDED_ON_REDDIT).await;
    assert_eq!((word(&suspended, "status"), word(&suspended, "reason")), ("error", "suspended"));
    let private = ada.connect("tiktok", LUNA_PRIVATE_ON_TIKTOK).await;
    assert_eq!(word(&private, "status"), "connected");
    let fan = ada.connect("onlyfans", TOBIAS_FAN_ON_ONLYFANS).await;
    assert_eq!(fan["metadata"]["creator"], json!(false));
    let page = text(&ada.page("/integrations").await);
    for words in ["Suspended", "Needs you", "Reddit has suspended this account until"] {
        assert!(page.contains(words), "no {words} in {page}");
    }
});

// C4, T7: a platform in trouble is not the creator's fault, and whatever it granted meanwhile is
// given back.
both!(a_platform_in_trouble_is_told_from_a_refusal, |app| async {
    let ada = app.person("Ada").await;
    let rows = [
        ("x", "/2/oauth2/token", "503", "not answering"),
        ("x", "/2/oauth2/token", "cut", "not answering"),
        ("x", "/2/users/me", "503", "not answering"),
        ("reddit", "/api/v1/access_token", "502", "not answering"),
        ("reddit", "/api/v1/me", "429", "slow down"),
        ("youtube", "/token", "500", "not answering"),
        ("tiktok", "/v2/oauth/token/", "500", "not answering"),
        ("tiktok", "/v2/user/info/", "garbage", "TikTok"),
    ];
    for (provider, endpoint, kind, words) in rows {
        let account =
            EVERYWHERE.into_iter().find(|(id, ..)| *id == provider).expect("a platform").1;
        app.sandbox().trouble(provider, endpoint, kind, None).await;
        let back = ada.allow(provider, account).await;
        app.sandbox().calm().await;
        let toast = ada.toast(&back).await;
        assert!(
            toast.error && !toast.reference.is_empty(),
            "{provider} {endpoint} {kind}: {toast:?}"
        );
        toast.says(&[words]);
        assert!(holding_credentials(&app).await.is_empty(), "{provider} {endpoint} {kind}");
    }
});

// C4, S1: a code that ran out (X: 30 seconds) means begin again.
both!(a_code_that_ran_out_means_begin_again, |app| async {
    let ada = app.person("Ada").await;
    let begun = ada.begin("x", None).await;
    let back = app
        .sandbox()
        .consent(&begun.auth_url, &[("account", INES_ON_X), ("decision", "allow")])
        .await;
    app.later(chrono::Duration::seconds(31)).await;
    let answer = ada.browser.come_back(&back).await.expect(303);
    ada.toast(&answer).await.says(&["took too long or was repeated", "Start again"]);
    assert_nothing_left(&app, "x").await;
});

// C10: what is pasted is checked at OnlyFans before anything is stored.
both!(a_bad_onlyfans_session_is_refused_and_not_stored, |app| async {
    let mara = app.person("Mara").await;
    let good = app.sandbox().session(MARA_ON_ONLYFANS).await;
    let connect = async |credentials| {
        mara.post("/api/integrations/connect/onlyfans", Some(json!({ "credentials": credentials })))
            .await
    };

    let mut mixed = good.clone();
    mixed["xBc"] = app.sandbox().session(MARA_ON_ONLYFANS).await["xBc"].clone();
    let refused = connect(mixed).await.expect(422).error();
    assert!(
        word(&refused, "userMessage").contains("paste fresh values")
            || word(&refused, "userMessage").contains("Copy all of them again"),
        "{refused}"
    );

    let mut without = good.clone();
    without["cookie"] = json!("lang=en");
    let refused = connect(without).await.expect(422).error();
    assert_eq!(refused["details"]["fields"][0]["field"], "cookie", "{refused}");

    let refused = mara.post("/api/integrations/connect/onlyfans", None).await.expect(422).error();
    assert_eq!(refused["details"]["fields"][0]["field"], "credentials");
    assert!(app.rows("oauth_accounts").await.is_empty());
});

// C18: a platform that nobody set up says so, and the operator what to add.
both!(
    a_platform_that_is_not_set_up_says_what_is_missing,
    config = |config| {
        config.platforms.entry("reddit".into()).or_default().client_id.clear();
        config.users.operators.push("olga@stories.example".into());
    },
    |app| async {
        let ada = app.person("Ada").await;
        let refused = ada.post("/api/integrations/connect/reddit", None).await.expect(409).error();
        assert!(word(&refused, "userMessage").contains("not set up on this server"));
        assert!(
            !ada.page("/platforms/connect/reddit").await.contains("client_id"),
            "not a creator's business"
        );
        let olga = app.person("Olga").await;
        let page = text(&olga.page("/platforms/connect/reddit").await);
        assert!(page.contains("platforms.reddit.client_id"), "{page}");
        assert!(
            page.contains(&format!("{}/api/integrations/callback/reddit", app.base())),
            "{page}"
        );
    }
);
