//! Which module may name which. Paths are resolved from `crate::` and `super::`, groups in braces
//! included.

use super::{Rule, assert_allows, assert_kept, assert_refuses, without_tests};

/// What a module and everything below it may name of this crate, besides itself. Modules that are
/// not here may name anything that [`NEVER`] leaves.
const MAY: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("error", &["model"]),
    ("ui", &["api", "model", "error"]),
    ("api", &["model", "error", "server"]),
    ("server::db", &["model"]),
    // Counting is for everybody: it calls nothing back, so it leads nowhere.
    (
        "server::platform",
        &["model", "server::clock", "server::metrics", "server::secret_words"],
    ),
    ("server::metrics", &[]),
    ("server::vault", &[]),
    ("server::clock", &[]),
    // Leaves: everybody may use them, so they use next to nothing.
    ("server::egress", &["server::config"]),
    ("server::event_streams", &["model"]),
    ("server::mail", &["server::config"]),
    (
        "server::log",
        &["server::clock", "server::config", "server::request_context", "server::secret_words"],
    ),
    ("server::limits", &["model", "server::clock", "server::config", "server::identity"]),
    ("sandbox", &[]),
];

/// What a module and everything below it may not name.
const NEVER: &[(&str, &[&str])] = &[
    ("server", &["sandbox", "ui", "api"]),
    ("server::domain", &["server::web", "server::worker", "app"]),
    ("server::identity", &["server::web", "server::platform"]),
    ("server::web::kit", &["server::web::guards", "server::web::routes", "server::web::serve"]),
    ("server::web::guards", &["server::web::routes", "server::web::serve"]),
    ("server::web::routes", &["server::web::serve"]),
    // The door to the platforms knows nothing of what people do with it.
    (
        "server::domain::access",
        &[
            "server::domain::accounts",
            "server::domain::users",
            "server::domain::page_events",
            "server::identity",
        ],
    ),
];

const DIRECTIONS: Rule = |source| {
    let module = module_of(&source.path);
    // `super` in a module of tests is the file itself.
    let named = named(without_tests(&source.code), &module);
    let allowed = |target: &str| {
        let may = MAY.iter().find(|(from, _)| is_below(&module, from));
        let may = may.is_none_or(|(from, may)| {
            is_below(target, from) || may.iter().any(|to| is_below(target, to))
        });
        let never = NEVER.iter().filter(|(from, _)| is_below(&module, from));
        may && !never.into_iter().any(|(_, never)| never.iter().any(|to| is_below(target, to)))
    };
    named
        .iter()
        .filter(|target| !allowed(target))
        .map(|target| format!("{} names {target}", source.path))
        .collect()
};

fn is_below(module: &str, of: &str) -> bool {
    module.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// "server/db/mod.rs" -> "server::db".
fn module_of(path: &str) -> String {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    if path == "lib" { String::new() } else { path.replace('/', "::") }
}

/// Every path of this crate that a text names, from the root on.
fn named(code: &str, module: &str) -> Vec<String> {
    let starts = ["crate::", "super::", "huntaze::"];
    let begins = |at: usize| {
        !code[..at]
            .ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == ':')
    };
    starts
        .iter()
        .flat_map(|start| code.match_indices(start).map(|(at, _)| at))
        .filter(|at| begins(*at))
        .flat_map(|at| leaves(&code[at..]))
        .map(|path| resolve(&path, module))
        .collect()
}

/// The paths of one use tree: `a::{b, c::d}` -> `a::b`, `a::c::d`.
fn leaves(text: &str) -> Vec<String> {
    let end =
        text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let (head, rest) = text.split_at(end);
    let Some(group) = rest.strip_prefix('{').filter(|_| head.ends_with("::")) else {
        return vec![head.trim_end_matches(':').to_owned()];
    };
    members(group).into_iter().flat_map(leaves).map(|leaf| format!("{head}{leaf}")).collect()
}

/// What stands between commas, up to the brace that closes the group.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(group[start..at].trim());
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(group[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.retain(|member| !member.is_empty() && *member != "self");
    found
}

fn resolve(path: &str, module: &str) -> String {
    let mut at: Vec<&str> = module.split("::").filter(|part| !part.is_empty()).collect();
    let mut parts = path.split("::").peekable();
    if let Some("crate" | "huntaze") = parts.peek().copied() {
        parts.next();
        at.clear();
    }
    for part in parts {
        if part == "super" { _ = at.pop() } else { at.push(part) }
    }
    at.join("::")
}

#[test]
fn modules_name_only_what_they_may() {
    assert_kept(DIRECTIONS);
}

#[test]
fn a_forbidden_direction_is_found() {
    assert_refuses(
        DIRECTIONS,
        &[
            ("server/platform/http.rs", "use crate::server::db::Db;"),
            (
                "server/platform/x/mod.rs",
                "use crate::{model::Provider, server::{clock::Clock, identity::Actor}};",
            ),
            ("server/platform/x/mod.rs", "fn f() { super::super::domain::users::log_out() }"),
            ("server/platform/oauth.rs", "use super::super::web;"),
            ("server/db/accounts.rs", "use crate::server::vault::Vault;"),
            ("server/db/mod.rs", "use super::domain;"),
            ("server/domain/users.rs", "use crate::server::web::kit::cookies;"),
            ("server/web/kit/forms.rs", "use super::super::guards::Guarded;"),
            ("server/web/guards/host.rs", "use crate::server::web::routes::probes;"),
            ("server/web/routes/media.rs", "use super::super::serve::accept;"),
            ("server/domain/access/call.rs", "use crate::server::domain::accounts::mine;"),
            ("server/domain/access/mod.rs", "use super::accounts;"),
            ("server/start.rs", "use crate::sandbox::Sandbox;"),
            ("sandbox/x/oauth.rs", "use crate::server::platform::Pkce;"),
            ("ui/pages/home.rs", "use crate::server::Backend;"),
            ("model/user.rs", "use crate::error::AppError;"),
        ],
    );
}

#[test]
fn an_allowed_direction_is_left_alone() {
    assert_allows(
        DIRECTIONS,
        &[
            (
                "server/platform/x/mod.rs",
                "use super::{Error, http};\nuse crate::server::{clock::Clock, platform};",
            ),
            (
                "server/db/accounts.rs",
                "use super::{Db, sql};\nuse crate::model::{AccountId, Provider};",
            ),
            ("server/domain/access/token.rs", "use crate::server::{db, platform, vault::Vault};"),
            (
                "server/web/routes/media.rs",
                "use crate::server::web::{guards::for_people, kit::App};",
            ),
            ("server/web/guards/host.rs", "use super::super::kit::App;"),
            ("ui/pages/home.rs", "use crate::api::accounts;\nuse crate::{error::AppError, model};"),
            ("sandbox/x/mod.rs", "// crate::server reads the same page\nuse super::state;"),
        ],
    );
}
