//! REST to the letter: names, shapes, times.

use serde_json::{Value, json};

use super::cast::*;
use crate::support::{Answer, both};

/// The names of an object, sorted.
#[track_caller]
fn names(json: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = json
        .as_object()
        .unwrap_or_else(|| panic!("no object: {json}"))
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names
}

#[track_caller]
fn assert_time(json: &Value) {
    let text = json.as_str().unwrap_or_else(|| panic!("no time: {json}"));
    assert!(
        text.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        "{text} is no UTC RFC 3339 time"
    );
}

// U3: the envelope.
both!(every_answer_has_the_same_envelope, |app| async {
    let ada = app.person("Ada").await;
    let envelope = |answer: &Answer, inner: &str| {
        let json = answer.json();
        assert_eq!(
            names(&json),
            ["correlationId", inner, "success", "timestamp"]
                .iter()
                .copied()
                .collect::<std::collections::BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<_>>()
        );
        assert_time(&json["timestamp"]);
        assert_eq!(word(&json, "correlationId"), answer.header("x-correlation-id"));
        assert!(answer.header("content-type").starts_with("application/json"));
    };
    envelope(&ada.get("/api/integrations/status").await.expect(200), "data");
    let refused = ada.post("/api/integrations/connect/myspace", None).await.expect(404);
    envelope(&refused, "error");
    assert_eq!(
        names(&refused.error()),
        ["message", "retryable", "statusCode", "type", "userMessage"]
    );
    let refused = ada.put("/api/auth/me", json!({ "name": "" })).await.expect(422);
    envelope(&refused, "error");
    assert_eq!(
        names(&refused.error()),
        ["details", "message", "retryable", "statusCode", "type", "userMessage"]
    );
    let unauthorized = app
        .stranger("Nobody")
        .browser
        .rest(reqwest::Method::GET, "/api/auth/me", None)
        .await
        .expect(401);
    envelope(&unauthorized, "error");
});

// U4
both!(the_status_tells_every_connection_and_a_summary, |app| async {
    let ada = app.person("Ada").await;
    let empty = ada.status().await;
    let none =
        json!({ "instagram": 0, "tiktok": 0, "youtube": 0, "x": 0, "reddit": 0, "onlyfans": 0 });
    assert_eq!(
        empty,
        json!({ "integrations": [], "summary": { "total": 0, "connected": 0, "expired": 0,
            "byProvider": none } })
    );

    for (provider, account, _) in EVERYWHERE {
        ada.connect(provider, account).await;
    }
    ada.connect("x", KOFI_ON_X).await;
    let status = ada.status().await;
    let list = status["integrations"].as_array().expect("a list");
    assert_eq!(list.len(), 7, "one line for each account, however many limits its platform tells");
    for one in list {
        let always = [
            "accountId",
            "accountName",
            "createdAt",
            "expiresAt",
            "id",
            "metadata",
            "provider",
            "status",
            "updatedAt",
        ];
        assert_eq!(names(one), always, "{one}");
        assert_time(&one["createdAt"]);
        assert_time(&one["updatedAt"]);
        if one["provider"] == "onlyfans" {
            assert_eq!(one["expiresAt"], json!(null))
        } else {
            assert_time(&one["expiresAt"])
        }
        assert!(one["metadata"].is_object());
    }
    let each =
        json!({ "instagram": 1, "tiktok": 1, "youtube": 1, "x": 2, "reddit": 1, "onlyfans": 1 });
    assert_eq!(
        status["summary"],
        json!({ "total": 7, "connected": 7, "expired": 0, "byProvider": each })
    );
});

// U4, S1: where to consent.
both!(connecting_answers_where_to_consent, |app| async {
    let ada = app.person("Ada").await;
    for (provider, ..) in EVERYWHERE.into_iter().filter(|(provider, ..)| *provider != "onlyfans") {
        let data = ada
            .post(&format!("/api/integrations/connect/{provider}"), None)
            .await
            .expect(200)
            .data();
        assert_eq!(names(&data), ["authUrl", "expiresAt", "state"]);
        assert_time(&data["expiresAt"]);
        let url: url::Url = word(&data, "authUrl").parse().expect("an address");
        let asked: std::collections::BTreeMap<String, String> =
            url.query_pairs().into_owned().collect();
        assert_eq!(asked["state"], word(&data, "state"));
        assert!(asked["state"].len() >= 43, "256 bits");
        assert_eq!(
            asked["redirect_uri"],
            format!("{}/api/integrations/callback/{provider}", app.base())
        );
        let stored = app.all_rows().await.join("\n");
        assert!(!stored.contains(word(&data, "state")), "only its hash is stored");
    }
});

// U4: a body may be left out, and `null` is none.
both!(a_connection_is_begun_without_a_body_or_with_none, |app| async {
    let ada = app.person("Ada").await;
    for body in [None, Some(json!({})), Some(json!(null))] {
        ada.post("/api/integrations/connect/x", body).await.expect(200);
    }
});

// U4, C10
both!(connecting_onlyfans_answers_the_integration, |app| async {
    let mara = app.person("Mara").await;
    let data = mara.paste(MARA_ON_ONLYFANS).await.expect(201).data();
    assert_eq!(
        (word(&data, "provider"), word(&data, "accountId"), word(&data, "status")),
        ("onlyfans", MARA_ON_ONLYFANS, "connected")
    );
    assert_eq!(data["id"], mara.integration("onlyfans", MARA_ON_ONLYFANS).await["id"]);
});

// U4, T9
both!(every_other_answer_has_its_shape, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let health = ada.get("/api/integrations/health/x").await.expect(200).data();
    assert_eq!(
        (&health["provider"], &health["configured"], &health["healthy"]),
        (&json!("x"), &json!(true), &json!(true))
    );
    assert_eq!(
        names(&health["accounts"][0]),
        [
            "accountId",
            "accountName",
            "checkOk",
            "checkedAt",
            "expiresAt",
            "message",
            "nextRefreshAt",
            "reason",
            "refreshFailures",
            "renewableUntil",
            "status",
        ]
    );
    let refreshed = ada
        .post(&format!("/api/integrations/refresh/x/{INES_ON_X}"), None)
        .await
        .expect(200)
        .data();
    assert_eq!(names(&refreshed), ["accountId", "expiresAt", "provider"]);
    assert_time(&refreshed["expiresAt"]);
    let tested =
        ada.post(&format!("/api/integrations/test/x/{INES_ON_X}"), None).await.expect(200).data();
    assert_eq!(names(&tested), ["accountId", "message", "ok", "provider", "status", "testedAt"]);
    let gone =
        ada.delete(&format!("/api/integrations/disconnect/x/{INES_ON_X}")).await.expect(200).data();
    assert_eq!(names(&gone), ["accountId", "message", "provider"]);
    let health = app.stranger("Probe").browser.open("/health").await.expect(200).json();
    assert_eq!(names(&health), ["commit", "status", "time", "version"]);
});
