//! People, Pages and Instagram accounts.
//! <https://developers.facebook.com/docs/graph-api/reference/user/accounts>,
//! <https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user>

use axum::{
    Json,
    extract::{OriginalUri, Path, State as Shared},
    http::Uri,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{
    BASIC, SHOW_PAGES,
    errors::{known, no_object, refuse},
    fields::Fields,
    graph::{Call, Caller, PAGE, TOKEN_PREFIX, serve},
    people::{Instagram, Page, Person},
    portfolios,
};
use crate::sandbox::{Sandbox, secret, state::State};

/// What a Page shows when no fields are named.
const PAGE_FIELDS: &str = "access_token,category,name,id,tasks";

/// How many Pages come at once unless `limit` says more or less.
const LIMIT: usize = 25;

/// Calls to one Instagram account in 24 hours: 4800 for each impression, and it had ten.
const ACCOUNT_CALLS: u32 = 48_000;
const DAY: i64 = 86_400;

/// `GET /{version}/{id}`: the caller (`me`), one of their Pages, or an Instagram account linked to
/// one.
pub async fn node(
    Shared(sandbox): Shared<Sandbox>,
    Path(id): Path<String>,
    call: Call,
) -> Response {
    sandbox.change(|state| {
        serve(state, &call, |state, caller| {
            let asked = call.params.get("fields");
            let fields = |usual| Fields::read(asked.unwrap_or(usual));
            let itself = caller.page.filter(|page| id == "me" || id == page.id);
            let page = itself.or_else(|| visible(caller).find(|page| page.id == id));
            if let Some(page) = page {
                let shown = show_page(&sandbox, state, caller, page, &fields("id,name")?)?;
                return Ok(Json(shown).into_response());
            }
            if caller.is(&id) {
                let Person { account, .. } = caller.person;
                let person = json!({ "id": account.id, "name": account.name });
                return Ok(Json(fields("id,name")?.pick("User", &person)?).into_response());
            }
            let account = linked(caller, &id).ok_or_else(|| no_object(&id))?;
            if !caller.has(BASIC) {
                return Err(known(10, None));
            }
            let shown = fields("id")?.pick("IGUser", &instagram(&sandbox, caller, account))?;
            Ok((account_usage(state, account), Json(shown)).into_response())
        })
    })
}

/// The Instagram account of this id, if the caller may see it. A Page's token sees only the Page's.
fn linked(caller: &Caller, id: &str) -> Option<&'static Instagram> {
    let seen = |page: &&Page| caller.page.is_none_or(|own| own.id == page.id);
    let pages = visible(caller).filter(seen);
    pages.filter_map(|page| page.instagram.as_ref()).find(|account| account.id == id)
}

/// The person's Pages that the app may see by their ids.
fn visible(caller: &Caller) -> impl Iterator<Item = &'static Page> + use<> {
    let own = caller.person.pages;
    let manages = caller.has(portfolios::MANAGE);
    caller.person.all_pages().filter(move |page| manages || own.iter().any(|o| o.id == page.id))
}

fn account_usage(state: &mut State, account: &Instagram) -> [(&'static str, String); 1] {
    let key = format!("instagram account {}", account.id);
    let used = state.spend(&key, ACCOUNT_CALLS, DAY).used;
    let percent = used * 100 / ACCOUNT_CALLS;
    let usage = json!([{
        "type": "instagram", "call_count": percent, "total_cputime": percent,
        "total_time": percent, "estimated_time_to_regain_access": 0,
    }]);
    let usage = json!({ account.id: usage });
    [("x-business-use-case-usage", usage.to_string())]
}

/// `GET /{version}/me/accounts`: the person's Pages, in parts of `limit`.
pub async fn accounts(
    Shared(sandbox): Shared<Sandbox>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    call: Call,
) -> Response {
    sandbox.change(|state| {
        serve(state, &call, |state, caller| {
            own(caller, &id)?;
            if !caller.has(SHOW_PAGES) {
                return Err(known(200, None));
            }
            page_list(&sandbox, state, caller, &call, &uri, caller.person.pages)
        })
    })
}

/// These Pages, in parts of `limit`.
pub fn page_list(
    sandbox: &Sandbox,
    state: &mut State,
    caller: &Caller,
    call: &Call,
    uri: &Uri,
    all: &'static [Page],
) -> Result<Response, Response> {
    let fields = Fields::read(call.params.get("fields").unwrap_or(PAGE_FIELDS))?;
    let limit = match call.params.get("limit") {
        Some(limit) => limit.parse().ok().filter(|limit| *limit > 0),
        None => Some(LIMIT),
    };
    let limit: usize = limit.ok_or_else(|| refuse(100, None, "(#100) Invalid parameter: limit"))?;
    let start = call.params.get("after").map_or(Some(0), position);
    let start = start.ok_or_else(|| refuse(100, None, "(#100) Invalid cursor"))?;
    let part = all.iter().skip(start).take(limit);
    let shown = part.map(|page| show_page(sandbox, state, caller, page, &fields));
    let shown = shown.collect::<Result<Vec<_>, _>>()?;
    let end = start + shown.len();
    let mut list = json!({ "data": shown });
    if end > start {
        list["paging"]["cursors"] = json!({ "before": cursor(start), "after": cursor(end) });
    }
    if end < all.len() {
        list["paging"]["next"] = json!(next(sandbox, uri, call, &caller.token, end));
    }
    Ok(Json(list).into_response())
}

/// Cursors mean nothing to whoever gets them.
fn cursor(position: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("page {position}"))
}

fn position(cursor: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("page ")?.parse().ok()
}

/// The address of the next part. It carries the token, as Facebook's does.
fn next(sandbox: &Sandbox, uri: &Uri, call: &Call, token: &str, end: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("access_token", token);
    for name in ["fields", "limit"] {
        query.extend_pairs(call.params.get(name).map(|value| (name, value)));
    }
    let query = query.append_pair("after", &cursor(end)).finish();
    sandbox.url(&format!("{}?{query}", uri.path()))
}

fn show_page(
    sandbox: &Sandbox,
    state: &mut State,
    caller: &Caller,
    page: &'static Page,
    fields: &Fields,
) -> Result<Value, Response> {
    let token = fields.names("access_token").then(|| page_token(state, caller, page));
    let account = page.instagram.as_ref().filter(|_| caller.has(BASIC));
    let whole = json!({
        "id": page.id, "name": page.name, "category": page.category, "tasks": page.tasks,
        "access_token": token,
        "instagram_business_account": account.map(|account| instagram(sandbox, caller, account)),
    });
    fields.pick("Page", &whole)
}

/// The Page's token: always the same for one token of the person. From a long-lived one it has no
/// end of its own.
fn page_token(state: &mut State, caller: &Caller, page: &Page) -> String {
    if caller.page.is_some() {
        return caller.token.clone();
    }
    let hash = secret::hash(&format!("{} {}", caller.token, page.id));
    let token = format!("{TOKEN_PREFIX}{hash}");
    let grant = state.grants.iter_mut().find(|grant| grant.id == caller.grant);
    if let Some(grant) = grant {
        let ends = caller.ends.filter(|_| caller.short);
        grant.remember(&token, &format!("{PAGE}{}", page.id), ends);
    }
    token
}

fn instagram(sandbox: &Sandbox, caller: &Caller, account: &Instagram) -> Value {
    let [followers, follows, media] = account.counts;
    let person = caller.person.account.id;
    json!({
        "id": account.id, "ig_id": account.ig_id, "username": account.username,
        "name": account.name, "biography": account.biography, "website": account.website,
        "profile_picture_url":
            sandbox.url(&format!("/avatars/instagram/{person}?of={}", account.id)),
        "followers_count": followers, "follows_count": follows, "media_count": media,
    })
}

/// Only the person's own lists, by the person's own token.
pub fn own(caller: &Caller, id: &str) -> Result<(), Response> {
    if caller.page.is_none() && caller.is(id) { Ok(()) } else { Err(no_object(id)) }
}
