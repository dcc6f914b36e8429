//! The choice between several accounts of one consent: made by another, for another, twice, or
//! late.

use chrono::Duration;
use serde_json::json;

use super::*;
use crate::stories::cast::{ATELIER_CARVALHO, INES_PAINTS, INES_WITH_TWO_PAGES, KOFI_ON_INSTAGRAM};
use crate::support::both;

/// The choice that waits for this person.
async fn waiting(person: &Person) -> String {
    let back = person.allow("instagram", INES_WITH_TWO_PAGES).await;
    back.location().strip_prefix("/integrations/choose/").expect("a choice").to_owned()
}

// C5, S1: made by Mallory, or in a session of Ada's that did not begin.
both!(a_choice_made_by_another, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    let flow = waiting(&ada).await;
    let watch = Watch::over(&app, &[&ada, &mallory]).await;
    for other in [&mallory, &ada.elsewhere().await] {
        let path = format!("/api/integrations/choices/{flow}");
        let page = format!("/integrations/choose/{flow}");
        let answers = [
            other.get(&path).await,
            other.post(&path, Some(json!({ "id": INES_PAINTS }))).await,
            other
                .browser
                .submit(&page, "/fn/choose", &[("flow", &flow), ("choice", INES_PAINTS)])
                .await,
            other.browser.submit(&page, "/fn/cancel_choice", &[("flow", &flow)]).await,
            other.browser.open(&page).await,
        ];
        for answer in answers {
            watch.assert_refused("another's choice", &answer);
            assert!(!answer.body.contains("ines.paints"), "{}", answer.body);
        }
    }
    watch.assert_unchanged("another's choice").await;
});

// C5: of an account that was not on the list, twice, for two at once, and after its time.
both!(a_choice_of_what_was_not_offered, |app| async {
    let ada = app.person("Ada").await;
    let flow = waiting(&ada).await;
    let watch = Watch::over(&app, &[&ada]).await;
    let path = format!("/api/integrations/choices/{flow}");
    for id in [
        KOFI_ON_INSTAGRAM,
        "",
        "0",
        "*",
        "17841405822304914 ",
        "../17841405822304914",
        "17841405822304914\u{0}",
    ] {
        let answer = ada.post(&path, Some(json!({ "id": id }))).await;
        assert_eq!(answer.status, 422, "{id}: {}", answer.body);
    }
    watch.assert_unchanged("what was not offered").await;
    let both = futures::future::join_all(
        [INES_PAINTS, ATELIER_CARVALHO].map(|id| ada.post(&path, Some(json!({ "id": id })))),
    )
    .await;
    assert_eq!(both.iter().filter(|answer| answer.status == 201).count(), 1, "one of two at once");
    assert_eq!(ada.integrations().await.len(), 1);

    let late = waiting(&ada).await;
    app.later(Duration::minutes(10)).await;
    ada.post(&format!("/api/integrations/choices/{late}"), Some(json!({ "id": ATELIER_CARVALHO })))
        .await
        .expect(404);
    assert_eq!(ada.integrations().await.len(), 1);
});
