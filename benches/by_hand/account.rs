//! One connected account.

use huntaze::model::{ConnectKind, PlatformInfo, Timestamp};
use huntaze::server::db::accounts::AccountRow;
use huntaze::server::locale::{Locale, initials, thousands};
use huntaze::server::platform::{Entry, RefreshKind};

use super::drawings::Drawings;
use super::{Escaped, put};
use std::fmt::Write;

/// The rows of one account: the same account, a rate limit each.
pub fn row(
    page: &mut String,
    drawn: &Drawings,
    entry: &Entry,
    rows: &[AccountRow],
    reader: Locale,
) {
    let (row, info) = (&rows[0], entry.info());
    let (id, handle) = (row.id, Escaped(&row.handle));
    put!(
        page,
        "<li id=\"account-{id}\" data-status=\"{}\"><div class=\"row\"><span \
         class=\"row-avatar\"><span class=\"avatar\" aria-hidden=\"true\">",
        row.status.as_str()
    );
    if row.has_avatar {
        put!(
            page,
            "<img src=\"/media/avatars/{id}\" alt=\"\" width=\"36\" height=\"36\" loading=\"lazy\" \
             decoding=\"async\">"
        );
    } else {
        put!(page, "<span>{}</span>", Escaped(&initials(&row.name)));
    }
    put!(
        page,
        "</span></span><div class=\"row-who\"><span class=\"font-medium\">{}</span><span \
         class=\"soft\">{handle}</span>",
        Escaped(&row.name)
    );
    label(page, row);
    put!(
        page,
        "</div><div class=\"row-status\"><span class=\"row-badge\"><span class=\"badge \
         badge-good\">{}Healthy</span></span>\
         <span class=\"row-since small soft\">connected {}</span></div><div \
         class=\"row-next\"></div><div class=\"row-menu\">",
        drawn.check_circle,
        When(&reader.day(row.connected_at))
    );
    menu(page, drawn, info, row);
    page.push_str("</div></div><div class=\"row-more\">");
    details(page, drawn, entry, rows, reader);
    page.push_str("</div></li>");
}

struct When<'a>(&'a Timestamp);

impl std::fmt::Display for When<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Timestamp { iso, text, exact, .. } = self.0;
        write!(f, "<time datetime=\"{iso}\" title=\"{exact}\">{text}</time>")
    }
}

fn label(page: &mut String, row: &AccountRow) {
    let (id, handle) = (row.id, Escaped(&row.handle));
    let text = Escaped(row.label.as_deref().unwrap_or_default());
    put!(page, "<details class=\"label\" id=\"label-{id}\"><summary aria-label=\"");
    match &row.label {
        Some(_) => put!(page, "Change the label of {handle}: {text}"),
        None => put!(page, "+ label: add a label to {handle}"),
    }
    put!(
        page,
        "\" id=\"label-open-{id}\"><span data-shown data-empty=\"+ \
         label\">{}</span></summary><form method=\"post\" action=\"/fn/label\" \
         data-optimistic><input type=\"hidden\" name=\"id\" value=\"{id}\"><input class=\"input\" \
         id=\"label-text-{id}\" name=\"label\" \
         value=\"{text}\" maxlength=\"60\" autocomplete=\"off\" placeholder=\"Main shop\" \
         aria-label=\"Label of {handle}\"><button \
         type=\"submit\" class=\"button button-plain\" aria-label=\"Save the label of \
         {handle}\"><span class=\"button-idle\">Save</span>\
         <span class=\"button-busy\">Saving...</span></button></form></details>",
        if row.label.is_some() { text } else { Escaped("+ label") }
    );
}

fn menu(page: &mut String, drawn: &Drawings, info: &PlatformInfo, row: &AccountRow) {
    let (id, handle, provider, name) = (row.id, Escaped(&row.handle), &info.id, &info.name);
    let refresh = if info.kind == ConnectKind::OAuth { "Refresh access" } else { "Check session" };
    put!(
        page,
        "<details class=\"menu\" id=\"menu-{id}\" name=\"menu\"><summary aria-label=\"More for \
         {handle}\" id=\"menu-open-{id}\">{}</summary>\
         <div class=\"menu-panel\">",
        drawn.dots
    );
    for (action, icon, text) in
        [("test", &drawn.test, "Test connection"), ("refresh", &drawn.refresh, refresh)]
    {
        put!(
            page,
            "<form method=\"post\" action=\"/fn/{action}\"><input type=\"hidden\" name=\"id\" \
             value=\"{id}\"><button type=\"submit\" \
             class=\"menu-item\" aria-label=\"{text}: {handle}\">{icon}{text}</button></form>"
        );
    }
    put!(
        page,
        "<a class=\"menu-item\" href=\"/platforms/connect/{provider}?account={id}\" data-dialog \
         aria-label=\"Reconnect {handle}\">{}Reconnect</a>\
         <a class=\"menu-item\" href=\"{}\" target=\"_blank\" rel=\"noreferrer\">{}Access on \
         {name}<span class=\"sr-only\"> (opens in a new \
         tab)</span></a><hr class=\"menu-rule\"><a class=\"menu-item menu-item-danger\" \
         href=\"/integrations/{id}/disconnect\" data-dialog \
         aria-label=\"Disconnect {handle}\">{}Disconnect</a></div></details>",
        drawn.plug,
        Escaped(&info.manage_url),
        drawn.external,
        drawn.unplug
    );
}

fn details(
    page: &mut String,
    drawn: &Drawings,
    entry: &Entry,
    rows: &[AccountRow],
    reader: Locale,
) {
    let (row, info) = (&rows[0], entry.info());
    let (id, handle) = (row.id, Escaped(&row.handle));
    put!(
        page,
        "<details class=\"more\" id=\"details-{id}\"><summary>{}Details<span class=\"sr-only\"> of \
         {handle}</span></summary><div class=\"facts\">\
         <section><h4>Permissions</h4><ul class=\"grid gap-1.5\">",
        drawn.chevron
    );
    for permission in info.permissions.iter() {
        let granted = row.scope.split_whitespace().any(|scope| scope == permission.scope);
        let (class, icon, missing) = if granted {
            ("good", &drawn.check, "")
        } else {
            ("bad", &drawn.cross, "<span class=\"text-bad font-medium\"> - not granted</span>")
        };
        put!(
            page,
            "<li><span class=\"text-{class}\">{icon}</span><span>{} {missing}</span></li>",
            Escaped(&permission.label)
        );
    }
    page.push_str("</ul></section><div class=\"grid content-start gap-5\">");
    life(page, entry, row, reader);
    figures(page, entry, rows, reader);
    page.push_str("</div></div></details>");
}

fn life(page: &mut String, entry: &Entry, row: &AccountRow, reader: Locale) {
    let (Some(spec), Some(end)) = (entry.platform.connect().spec(), row.expires_at) else { return };
    let (whole, gone) =
        ((end - row.issued_at).num_seconds().max(1), (reader.now - row.issued_at).num_seconds());
    let then = if spec.refresh_kind == RefreshKind::Extends {
        "extended by itself before then"
    } else {
        "renewed by itself when it is used"
    };
    put!(
        page,
        "<section><h4>Access</h4><progress class=\"life\" max=\"100\" value=\"{}\" \
         aria-label=\"Access of {} used up\"></progress><p class=\"small \
         soft mt-1.5\">Until {}<span>: </span>{then}</p></section>",
        (gone * 100 / whole).clamp(0, 100),
        Escaped(&row.handle),
        When(&reader.relative(end))
    );
}

fn figures(page: &mut String, entry: &Entry, rows: &[AccountRow], reader: Locale) {
    let (row, name) = (&rows[0], &entry.info().name);
    put!(page, "<section><h4>On {name}</h4><dl>");
    if entry.platform.check_metadata(&row.metadata).is_ok() {
        for (name, value) in entry.platform.describe_metadata(&row.metadata) {
            put!(page, "<dt>{}</dt><dd>{}</dd>", Escaped(&name), Escaped(&value));
        }
    }
    for row in rows {
        let (Some(limit), Some(remaining), Some(seen)) =
            (&row.limit_name, row.limit_remaining, row.limit_observed_at)
        else {
            continue;
        };
        put!(page, "<dt>{}</dt><dd>{}", Escaped(limit), thousands(remaining));
        if let Some(maximum) = row.limit_maximum {
            put!(page, " of {}", thousands(maximum));
        }
        page.push_str(" left");
        if let Some(at) = row.limit_resets_at.filter(|at| *at > reader.now) {
            put!(page, ", full again at {}", reader.clock(at));
        }
        put!(page, " <span class=\"soft\"> - {}</span></dd>", When(&reader.relative(seen)));
    }
    page.push_str("<dt>Last check</dt>");
    match row.checked_at.filter(|_| row.check_ok.is_some()) {
        Some(at) => {
            let said = Escaped(row.check_message.as_deref().unwrap_or_default());
            put!(
                page,
                "<dd>{said} <span class=\"soft\"> - {}</span></dd>",
                When(&reader.relative(at))
            );
        }
        None => page.push_str("<dd class=\"soft\">Not tested yet</dd>"),
    }
    put!(
        page,
        "<dt>{name} id</dt><dd class=\"code\">{}</dd><dt>Huntaze id</dt><dd \
         class=\"code\">{}</dd></dl></section>",
        Escaped(&row.provider_account_id),
        row.id
    );
}
