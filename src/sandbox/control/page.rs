//! The control page: what the sandbox holds, and forms that post to the control API.

use axum::response::Html;

use crate::sandbox::{
    html::{self, escape},
    platform::{Account, Twin},
    registry::ALL,
    state::{Grant, State},
};

const KINDS: [(&str, &str); 13] = [
    ("503", "503 unavailable"),
    ("500", "500 internal error"),
    ("502", "502 bad gateway"),
    ("504", "504 gateway time-out"),
    ("429", "429 too many requests"),
    ("400", "400 bad request"),
    ("401", "401 unauthorized"),
    ("403", "403 forbidden"),
    ("404", "404 not found"),
    ("latency", "Slow: the right answer after 2 seconds"),
    ("hang", "Hang: no answer"),
    ("cut", "Cut: connection closed"),
    ("garbage", "Garbage: a page instead of JSON"),
];

pub fn render(state: &State) -> Html<String> {
    let links: String =
        ALL.iter().map(|twin| format!("<a href=\"#{}\">{}</a> ", twin.id, twin.name)).collect();
    let sections: String = ALL.iter().map(|twin| section(state, twin)).collect();
    html::page(
        "Control",
        &format!(
            r#"<main class="control">
<h1>Control</h1>
<p class="soft">Look into the fake platforms and make trouble. The same as JSON:
<a href="/control/state"><code>GET /control/state</code></a>.</p>
<nav aria-label="Platforms">{links}</nav>
{clock}
{sections}
</main>"#,
            clock = clock(state),
        ),
    )
}

fn clock(state: &State) -> String {
    let ahead = match state.clock_offset {
        0 => "The sandbox's clock runs with yours.".to_owned(),
        seconds => format!("The sandbox's clock is {} ahead of yours.", span(seconds)),
    };
    let step = |seconds: i64| {
        format!("<button name=\"advanceSeconds\" value=\"{seconds}\">+ {}</button>", span(seconds))
    };
    let steps: String = [60, 3_600, 7_200, 86_400, 60 * 86_400].map(step).concat();
    format!(
        r#"<section aria-labelledby="clock"><h2 id="clock">Clock</h2><p>{ahead}</p>
<form method="post" action="/control/clock" class="line">{steps}</form>
<form method="post" action="/control/reset" class="line">
<button class="danger">Start over: forget grants, calls, faults and clock</button></form></section>"#
    )
}

fn section(state: &State, twin: &Twin) -> String {
    let Twin { id, name, .. } = twin;
    let accounts: String =
        (twin.accounts)().iter().map(|account| row(state, twin, account)).collect();
    format!(
        r#"<section aria-labelledby="{id}"><h2 id="{id}">{name}</h2>
<ul class="rows">{accounts}</ul>
{faults}
<details><summary>Make trouble</summary>{trouble}</details>
<details><summary>Token lives and switches</summary>{settings}</details>
<details><summary>Calls</summary>{calls}</details>
</section>"#,
        faults = faults(state, twin),
        trouble = trouble(state, twin),
        settings = settings(state, twin),
        calls = calls(state, twin),
    )
}

fn row(state: &State, twin: &Twin, account: &Account) -> String {
    let Account { id, name, handle, note } = account;
    let note = if note.is_empty() { String::new() } else { format!("<em>{}</em>", escape(note)) };
    let grants: String =
        state.grants_of(twin.id, id).map(|grant| grant_line(grant, state.now())).collect();
    let acts = if grants.is_empty() {
        String::new()
    } else {
        let act = |verb: &str, words: &str| {
            format!(
                r#"<form method="post" action="/control/{}/{verb}">
<input type="hidden" name="account" value="{id}"><button aria-label="{words}: {}">{words}</button></form>"#,
                twin.id,
                escape(name),
            )
        };
        format!(
            "<div class=\"acts\">{}{}</div>",
            act("expire", "Expire access"),
            act("revoke", "Revoke")
        )
    };
    format!(
        r#"<li><img src="/avatars/{twin}/{id}" alt="" width="40" height="40">
<div><b>{name}</b> <span class="soft">{handle}</span>{note}
<small>id <code>{id}</code></small>{grants}</div>{acts}</li>"#,
        twin = twin.id,
        name = escape(name),
        handle = escape(handle),
    )
}

fn grant_line(grant: &Grant, now: i64) -> String {
    let access = match grant
        .access
        .iter()
        .filter(|token| token.is_live(now))
        .map(|token| token.expires)
        .max()
    {
        None => "access has ended".to_owned(),
        Some(None) => "access without end".to_owned(),
        Some(Some(end)) => format!("access for {}", span(end - now)),
    };
    let refresh = match grant
        .refresh
        .as_ref()
        .filter(|token| token.is_live(now))
        .map(|token| token.expires)
    {
        None => "not renewable".to_owned(),
        Some(None) => "renewable".to_owned(),
        Some(Some(end)) => format!("renewable for {}", span(end - now)),
    };
    let scopes = escape(&grant.scopes.join(" ").replace("https://www.googleapis.com/auth/", ""));
    format!(
        "<p class=\"grant\"><b>Connected</b>: {access}, {refresh} \
        <small><code>{scopes}</code></small></p>"
    )
}

fn faults(state: &State, twin: &Twin) -> String {
    let mine = state.faults.iter().filter(|fault| fault.platform == twin.id);
    let line = |fault: &crate::sandbox::state::Fault| {
        let endpoint = fault.endpoint.as_deref().map_or("every endpoint".into(), |endpoint| {
            format!("<code>{}</code>", escape(endpoint))
        });
        let times = fault.times.map_or("until removed".into(), |times| format!("{times} more"));
        format!(
            r#"<li><span><b>{}</b> on {endpoint}, {times}</span>
<form method="post" action="/control/faults/{}"><button>Remove</button></form></li>"#,
            fault.kind.name(),
            fault.id,
        )
    };
    let lines: String = mine.map(line).collect();
    if lines.is_empty() {
        lines
    } else {
        format!("<ul class=\"faults\" aria-label=\"Active faults\">{lines}</ul>")
    }
}

fn trouble(state: &State, twin: &Twin) -> String {
    let id = twin.id;
    let kinds: String =
        KINDS.map(|(kind, words)| format!("<option value=\"{kind}\">{words}</option>")).concat();
    let seen = state.calls.get(id).into_iter().flat_map(|calls| calls.keys());
    let seen: String = seen.map(|call| format!("<option value=\"{}\">", escape(call))).collect();
    format!(
        r#"<form method="post" action="/control/faults" class="fields">
<input type="hidden" name="platform" value="{id}">
<label>What happens <select name="kind">{kinds}</select></label>
<label>Endpoint, or a part of it <input name="endpoint" list="{id}-calls" placeholder="every endpoint"></label>
<datalist id="{id}-calls">{seen}</datalist>
<label>How many times <input name="times" type="number" min="1" placeholder="until removed"></label>
<label>Reason, where the platform has several <input name="reason" placeholder="the usual one"></label>
<button class="main">Order it</button></form>"#
    )
}

fn settings(state: &State, twin: &Twin) -> String {
    let Twin { id, .. } = twin;
    let lives = state.lifetimes(twin);
    let shown = |life: Option<i64>| {
        life.map_or("no end".to_owned(), |seconds| format!("{seconds} ({})", span(seconds)))
    };
    let switch = |switch: &crate::sandbox::platform::Switch| {
        let on = state.switch(twin, switch.name);
        let (now, next) = if on { ("On", "Switch off") } else { ("Off", "Switch on") };
        format!(
            r#"<form method="post" action="/control/{id}/switches" class="line"><span>{words}: <b>{now}</b></span>
<button name="{name}" value="{value}" aria-label="{next}: {words}">{next}</button></form>"#,
            words = escape(switch.words),
            name = switch.name,
            value = !on,
        )
    };
    let redirect_uris: Vec<_> =
        state.redirect_uris.of(id).map(|uri| format!("<code>{}</code>", escape(uri))).collect();
    let redirect_uris = redirect_uris.join(", ");
    let switches: String = twin.switches.iter().map(switch).collect();
    format!(
        r#"<form method="post" action="/control/{id}/lifetimes" class="fields">
<label>Access token, seconds
<input name="accessSeconds" type="number" min="1" placeholder="{access}"></label>
<label>Refresh token, seconds
<input name="refreshSeconds" type="number" min="1" placeholder="{refresh}"></label>
<button>Set for new tokens</button></form>
<p class="soft">Redirect URIs: {redirect_uris}</p>
<form method="post" action="/control/{id}/redirect-uris" class="fields">
<label>One more redirect URI
<input name="redirectUri" type="url" placeholder="https://app.example/callback" required></label>
<button>Register it</button></form>{switches}"#,
        access = shown(lives.access),
        refresh = shown(lives.refresh),
    )
}

fn calls(state: &State, twin: &Twin) -> String {
    let Some(calls) = state.calls.get(twin.id) else {
        return "<p class=\"soft\">None yet.</p>".to_owned();
    };
    let row = |(call, count): (&String, &u64)| {
        format!("<tr><td><code>{}</code></td><td>{count}</td></tr>", escape(call))
    };
    let rows: String = calls.iter().map(row).collect();
    format!(
        "<table><thead><tr><th>Endpoint</th><th>Calls</th></tr></thead><tbody>{rows}</tbody></table>"
    )
}

/// Seconds in the two largest units a person would name.
fn span(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}
