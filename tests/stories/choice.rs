//! Instagram: one consent, several accounts, one choice.

use chrono::{DateTime, Duration, Utc};
use serde_json::json;

use super::cast::*;
use super::refreshing::account;
use crate::support::{Answer, both, heading, text};

fn flow(back: &Answer) -> String {
    back.location().strip_prefix("/integrations/choose/").expect("a choice").to_owned()
}

// C5, C15
both!(ines_chooses_on_the_page, |app| async {
    let ines = app.person("Ines").await;
    let back = ines.allow("instagram", INES_WITH_TWO_PAGES).await;
    let (page, flow) = (back.location().to_owned(), flow(&back));
    let html = ines.page(&page).await;
    assert_eq!(heading(&html), "Which Instagram account?");
    assert!(
        text(&html).contains("Inês Paints (@ines.paints) Page: Inês Paints"),
        "{}",
        text(&html)
    );

    let nothing = ines.browser.submit(&page, "/fn/choose", &[("flow", &flow)]).await;
    assert_eq!(nothing.location(), page);
    assert!(text(&ines.browser.follow(&nothing).await.body).contains("Choose one of the accounts"));

    let chosen = ines
        .browser
        .submit(&page, "/fn/choose", &[("flow", &flow), ("choice", ATELIER_CARVALHO)])
        .await;
    assert_eq!(chosen.location(), "/integrations");
    ines.toast(&chosen).await.says(&["@atelier.carvalho", "is connected"]);
    let metadata = ines.integration("instagram", ATELIER_CARVALHO).await["metadata"].clone();
    assert_eq!(
        (word(&metadata, "ig_business_id"), word(&metadata, "page_id")),
        (ATELIER_CARVALHO, "117730458219936")
    );
    assert!(app.rows("pending_connections").await.is_empty());
});

// C5, U4
both!(a_program_chooses_by_rest, |app| async {
    let ines = app.person("Ines").await;
    let path = format!(
        "/api/integrations/choices/{}",
        flow(&ines.allow("instagram", INES_WITH_TWO_PAGES).await)
    );
    let data = ines.get(&path).await.expect(200).data();
    assert_eq!(data["provider"], "instagram");
    assert_eq!(
        data["choices"][0],
        json!({ "id": INES_PAINTS, "name": "Inês Paints (@ines.paints)", "detail": "Page: Inês \
            Paints" })
    );
    let refused =
        ines.post(&path, Some(json!({ "id": KOFI_ON_INSTAGRAM }))).await.expect(422).error();
    assert_eq!(refused["type"], "validation", "an id that is not on the list");
    ines.post(&path, Some(json!({ "id": INES_PAINTS }))).await.expect(201);
    ines.post(&path, Some(json!({ "id": ATELIER_CARVALHO }))).await.expect(404);
    assert_eq!(ines.integrations().await.len(), 1);
});

// C5, T4: however long she thinks, what was granted lives from the moment in which it was.
both!(a_grant_lives_from_its_consent_and_not_from_the_choice, |app| async {
    let ines = app.person("Ines").await;
    let granted = app.backend().clock.now();
    let path = format!(
        "/api/integrations/choices/{}",
        flow(&ines.allow("instagram", INES_WITH_TWO_PAGES).await)
    );
    app.later(Duration::minutes(9)).await;
    ines.post(&path, Some(json!({ "id": INES_PAINTS }))).await.expect(201);
    let row = account(&app, &ines, "instagram", INES_PAINTS).await;
    let since = |at: DateTime<Utc>| (at - granted).num_seconds();
    assert_eq!((since(row.issued_at), since(row.connected_at)), (0, 540));
    assert!(row.expires_at.is_some_and(|end| end <= granted + Duration::days(60)), "no longer");
});

// C5, S1, S4: a choice belongs to the session that began.
both!(nobody_else_sees_or_makes_the_choice, |app| async {
    let ines = app.person("Ines").await;
    let grace = app.person("Grace").await;
    let path = format!(
        "/api/integrations/choices/{}",
        flow(&ines.allow("instagram", INES_WITH_TWO_PAGES).await)
    );
    for other in [&grace, &ines.elsewhere().await] {
        other.get(&path).await.expect(404);
        other.post(&path, Some(json!({ "id": INES_PAINTS }))).await.expect(404);
    }
    assert!(holding_credentials(&app).await.is_empty());
});

// C4, C5: cancelled, logged out or left alone: the waiting grant is erased and given back.
both!(a_choice_that_nobody_makes_leaves_nothing, |app| async {
    let ines = app.person("Ines").await;
    let back = ines.allow("instagram", INES_WITH_TWO_PAGES).await;
    let cancelled =
        ines.browser.submit(back.location(), "/fn/cancel_choice", &[("flow", &flow(&back))]).await;
    ines.toast(&cancelled).await.says(&["Nothing was connected"]);
    assert_nothing_left(&app, "instagram").await;

    ines.allow("instagram", INES_WITH_TWO_PAGES).await;
    ines.post("/api/auth/logout", None).await.expect(200);
    assert_nothing_left(&app, "instagram").await;

    ines.log_in().await;
    let path = format!(
        "/api/integrations/choices/{}",
        flow(&ines.allow("instagram", INES_WITH_TWO_PAGES).await)
    );
    app.later(Duration::minutes(10)).await;
    ines.get(&path).await.expect(404);
    app.work().await;
    assert_nothing_left(&app, "instagram").await;
});

// C3, C5: a reconnection takes the same account without asking.
both!(reconnecting_takes_the_same_account_without_asking, |app| async {
    let ines = app.person("Ines").await;
    let path = format!(
        "/api/integrations/choices/{}",
        flow(&ines.allow("instagram", INES_WITH_TWO_PAGES).await)
    );
    ines.post(&path, Some(json!({ "id": ATELIER_CARVALHO }))).await.expect(201);
    let before = ines.integration("instagram", ATELIER_CARVALHO).await;
    let back = ines.reconnect("instagram", word(&before, "id"), INES_WITH_TWO_PAGES).await;
    ines.toast(&back).await.says(&["@atelier.carvalho", "is connected"]);
    assert_eq!(ines.integration("instagram", ATELIER_CARVALHO).await["id"], before["id"]);
    assert_eq!(ines.integrations().await.len(), 1);
});
