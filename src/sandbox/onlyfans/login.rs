//! Where one gets a session to paste: a page that logs a test account in, in a browser of its own,
//! and shows what the developer tools of that browser would show. The real platform has no such
//! page.

use axum::{
    Json,
    extract::State as Shared,
    http::Uri,
    response::{Html, IntoResponse, Response},
};
use serde_json::json;

use super::{
    TWIN,
    people::{self, Person},
};
use crate::sandbox::{
    Sandbox, consent,
    html::{escape, page as html_page},
    oauth::Params,
    secret,
    state::{Code, State},
};

/// Where a grant keeps the hashes of what belongs to the session.
pub const X_BC: &str = "xBc";
pub const AUTH_UID: &str = "authUid";

const SESSION_LENGTH: usize = 26;
const X_BC_LENGTH: usize = 40;

/// What a person copies out of their browser.
struct Session {
    cookie: String,
    x_bc: String,
    user_agent: &'static str,
}

/// `GET /login`
pub async fn page() -> Html<String> {
    let accounts = consent::choices(&TWIN);
    html_page(
        "Log in to OnlyFans",
        &format!(
            r#"<main class="consent">
<p class="mark">OnlyFans</p>
<h1>Get a session to paste into Huntaze</h1>
<p>OnlyFans has no consent page. A creator copies three values out of the browser they are logged in
with. Choose a test account, and see the values of its browser here.</p>
<form method="post">
<fieldset><legend>Which test account?</legend>{accounts}</fieldset>
<div class="acts"><button class="main">Log in and show the values</button></div>
</form>
</main>"#
        ),
    )
}

/// `POST /login`: the values of a new session as a page.
pub async fn hand_out(
    Shared(sandbox): Shared<Sandbox>,
    form: Params,
) -> Result<Html<String>, Response> {
    let (person, session) = log_in(&sandbox, &form)?;
    let field = |label: &str, value: &str, rows: u8| {
        format!(
            "<label class=\"copy\">{label}<textarea readonly rows=\"{rows}\" \
             spellcheck=\"false\">{}</textarea></label>",
            escape(value)
        )
    };
    let fields = [
        field("Cookie", &session.cookie, 7),
        field("x-bc", &session.x_bc, 2),
        field("User-Agent", session.user_agent, 4),
    ];
    let body = format!(
        r#"<main class="consent">
<p class="mark">OnlyFans</p>
<h1>{name} is logged in</h1>
<p>Copy each value whole into Huntaze. They belong together: a wrong x-bc or User-Agent ends the
session, and you log in here again for fresh ones.</p>
<section aria-label="Values to copy">{fields}</section>
<p><a href="login">Choose another account</a></p>
</main>"#,
        name = escape(person.account.name),
        fields = fields.concat(),
    );
    Ok(html_page("Values to copy", &body))
}

/// `GET /session?account=`: the same for scripts.
pub async fn session(Shared(sandbox): Shared<Sandbox>, uri: Uri) -> Result<Response, Response> {
    let (_, session) = log_in(&sandbox, &Params::query(&uri))?;
    Ok(Json(json!({
        "cookie": session.cookie, "xBc": session.x_bc, "userAgent": session.user_agent,
    }))
    .into_response())
}

fn log_in(sandbox: &Sandbox, asked: &Params) -> Result<(&'static Person, Session), Response> {
    let person = asked.get("account").and_then(people::find);
    let person = person.ok_or_else(|| {
        let ids: Vec<_> = people::accounts().iter().map(|account| account.id).collect();
        let sentence = format!("Send `account` as one of: {}.", ids.join(", "));
        consent::refuse("No such test account", &sentence)
    })?;
    Ok((person, sandbox.change(|state| open(state, person))))
}

/// A new session beside those already open, as another browser would have it.
fn open(state: &mut State, person: &Person) -> Session {
    let (now, life) = (state.now(), state.lifetimes(&TWIN).access);
    let [sess, x_bc, auth_uid, fp] = [SESSION_LENGTH, X_BC_LENGTH, 6, 32].map(hexadecimal);
    let id = person.account.id;
    // No code has brought this login; it only says whose it is.
    let login = Code::new(&TWIN, &person.account, Vec::new(), String::new(), now);
    let grant = state.add_grant(&login);
    grant.remember(&sess, "", life.map(|life| now.saturating_add(life)));
    let mut keep = |name: &str, value: &str| {
        grant.data.insert(name.into(), json!(secret::hash(value)));
    };
    keep(X_BC, &x_bc);
    let mut cookie = format!("fp={fp}; lang=en; sess={sess}; auth_id={id}; csrf={}", secret::id());
    if person.two_factor {
        keep(AUTH_UID, &auth_uid);
        cookie = format!("{cookie}; auth_uid_{id}={auth_uid}");
    }
    Session {
        cookie: format!("{cookie}; st={}", hexadecimal(64)),
        x_bc,
        user_agent: person.user_agent,
    }
}

/// A new random value of so many hexadecimal characters.
pub fn hexadecimal(length: usize) -> String {
    let mut value = String::new();
    while value.len() < length {
        value.push_str(&secret::id());
    }
    value.truncate(length);
    value
}

/// A fresh value for the session cookie.
pub fn fresh_session() -> String {
    hexadecimal(SESSION_LENGTH)
}
