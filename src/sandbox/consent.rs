//! The page on which a person allows, and the reading of what it posts. A script posts the same
//! form: `account`, `decision` (`allow` or `deny`) and, where only some scopes are granted,
//! `scopes` (repeated, or one list).

use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};

use super::{
    html::{escape, page},
    oauth::Params,
    platform::{Account, Twin},
};

/// The hidden field by which a form with no box ticked differs from a script that names no scopes,
/// which means all.
const BOXES_SHOWN: &str = "boxes_shown";

/// What the person decided.
pub enum Decision {
    Deny,
    Allow { account: &'static Account, scopes: Vec<String> },
}

/// Asks which account allows the app the asked scopes. The form posts to the address of the page
/// itself.
pub fn ask(twin: &Twin, asked: &[String]) -> Html<String> {
    ask_with_hint(twin, asked, "Untick what it should not do.")
}

/// The same, with a sentence of the platform's own on what unticking does.
pub fn ask_with_hint(twin: &Twin, asked: &[String], hint: &str) -> Html<String> {
    let name = escape(twin.name);
    let accounts = choices(twin);
    let scopes: String = asked.iter().map(|scope| permission(twin, scope)).collect();
    let untick = asked.iter().any(|scope| twin.scope(scope).is_some_and(|scope| scope.optional));
    let hint =
        if untick { format!("<p class=\"soft\">{}</p>", escape(hint)) } else { String::new() };
    page(
        &format!("Allow Huntaze to use {}", twin.name),
        &format!(
            r#"<main class="consent">
<p class="mark">{name}</p>
<h1>Huntaze asks to use your {name} account</h1>
<form method="post">
<fieldset><legend>Which test account?</legend>{accounts}</fieldset>
<fieldset><legend>Huntaze will be able to</legend>{hint}<ul class="scopes">{scopes}</ul></fieldset>
<input type="hidden" name="{BOXES_SHOWN}" value="1">
<div class="acts"><button name="decision" value="allow" class="main">Allow</button>
<button name="decision" value="deny" formnovalidate>Cancel</button></div>
</form>
</main>"#
        ),
    )
}

/// The test accounts as radio buttons named `account`, the first one chosen.
pub fn choices(twin: &Twin) -> String {
    (twin.accounts)().iter().enumerate().map(|(n, account)| choice(twin, account, n == 0)).collect()
}

fn choice(twin: &Twin, account: &Account, first: bool) -> String {
    let Account { id, name, handle, note } = account;
    let checked = if first { " checked" } else { "" };
    let note = if note.is_empty() { String::new() } else { format!("<em>{}</em>", escape(note)) };
    format!(
        r#"<label class="account"><input type="radio" name="account" value="{id}" required{checked}>
<img src="/avatars/{twin}/{id}" alt="" width="40" height="40">
<span><b>{name}</b> <span class="soft">{handle}</span>{note}</span></label>"#,
        twin = twin.id,
        name = escape(name),
        handle = escape(handle),
    )
}

fn permission(twin: &Twin, name: &str) -> String {
    let scope = twin.scope(name);
    let words = escape(scope.map_or(name, |scope| scope.words));
    let code = escape(name);
    if scope.is_some_and(|scope| scope.optional) {
        let tick = format!(r#"<input type="checkbox" name="scopes" value="{code}" checked>"#);
        return format!("<li><label>{tick}<span>{words} <code>{code}</code></span></label></li>");
    }
    format!("<li><span>{words} <code>{code}</code></span></li>")
}

/// Reads the posted form. The error is a page that says what to post instead.
pub fn read(twin: &Twin, asked: &[String], form: &Params) -> Result<Decision, Response> {
    match form.get("decision") {
        Some("deny") => return Ok(Decision::Deny),
        Some("allow") => {}
        _ => {
            return Err(refuse("Nothing was decided", "Post `decision` as `allow` or `deny`."));
        }
    }
    let Some(account) = form.get("account").and_then(|id| twin.account(id)) else {
        let ids: Vec<_> = (twin.accounts)().iter().map(|account| account.id).collect();
        return Err(refuse(
            "No such test account",
            &format!("Post `account` as one of: {}.", ids.join(", ")),
        ));
    };
    Ok(Decision::Allow { account, scopes: granted(twin, asked, form) })
}

/// The asked scopes that were granted. From the page, what cannot be unticked always is; a script's
/// list is taken as it is.
fn granted(twin: &Twin, asked: &[String], form: &Params) -> Vec<String> {
    let from_page = form.get(BOXES_SHOWN).is_some();
    let named: Vec<&str> = form
        .all("scopes")
        .flat_map(|list| list.split([' ', ',']))
        .filter(|scope| !scope.is_empty())
        .collect();
    let fixed = |scope: &str| twin.scope(scope).is_none_or(|scope| !scope.optional);
    let kept = |scope: &&String| match (from_page, named.is_empty()) {
        (false, true) => true,
        (false, false) => named.contains(&scope.as_str()),
        (true, _) => fixed(scope) || named.contains(&scope.as_str()),
    };
    asked.iter().filter(kept).cloned().collect()
}

/// A page of the platform that does not lead back to the app: what is wrong cannot be told to an
/// unverified address.
pub fn refuse(title: &str, sentence: &str) -> Response {
    let body = format!(
        "<main class=\"consent\"><h1>{}</h1><p>{}</p></main>",
        escape(title),
        escape(sentence)
    );
    (StatusCode::BAD_REQUEST, page(title, &body)).into_response()
}
