//! Which module may name which. Paths are resolved from `crate::` and `super::`, groups in braces
//! included.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, Source, assert_allows, assert_kept, assert_refuses, sources, without_tests};

/// What a module and everything below it may name of this crate, besides itself. Modules that are
/// not here may name anything that [`NEVER`] leaves.
const MAY: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("error", &["model"]),
    ("ui", &["api", "model", "error"]),
    ("api", &["model", "error", "server"]),
    ("server::db", &["model"]),
    // Counting is for everybody: it calls nothing back, so it leads nowhere.
    ("server::platform", &["model", "server::clock", "server::metrics", "server::secret_words"]),
    ("server::metrics", &[]),
    ("server::vault", &[]),
    ("server::clock", &[]),
    (
        "server::error",
        &[
            "model",
            "error",
            "server::db",
            "server::platform",
            "server::vault",
            "server::locale",
            "server::request_context",
        ],
    ),
    ("server::locale", &["model", "server::platform::words"]),
    ("server::secret_words", &[]),
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
    ("server::identity", &["server::web", "server::platform", "server::domain"]),
    ("server::web::kit", &["server::web::guards", "server::web::routes", "server::web::serve"]),
    ("server::web::guards", &["server::web::routes", "server::web::serve"]),
    ("server::web::routes", &["server::web::serve"]),
    // The door to the platforms knows nothing of what people do with it.
    (
        "server::domain::access",
        &[
            "server::domain::accounts",
            "server::domain::users",
            "server::domain::notices",
            "server::domain::audit",
            "server::domain::page_events",
            "server::identity",
        ],
    ),
    // Whoever reacts to an event reads the rows that it left.
    (
        "server::domain::events",
        &[
            "server::domain::access",
            "server::domain::accounts",
            "server::domain::audit",
            "server::domain::notices",
            "server::domain::users",
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

/// The rooms between which there are no circles: a module of the domain, of the web, or of the
/// server; above them `model`, `error`, `api`, `ui` and `app`.
fn room(module: &str) -> String {
    let depth = match module {
        _ if is_below(module, "server::domain") || is_below(module, "server::web") => 3,
        _ if is_below(module, "server") => 2,
        _ => 1,
    };
    module.split("::").take(depth).collect::<Vec<_>>().join("::")
}

/// Which room names which, and in which file. What is named of a room's own parent - the crate,
/// `server`, the domain - is what all below it share.
fn edges(sources: &[Source]) -> BTreeMap<(String, String), String> {
    let rooms: BTreeSet<String> =
        sources.iter().map(|source| room(&module_of(&source.path))).collect();
    let mut edges = BTreeMap::new();
    let of_tests = |path: &str| path.ends_with("tests.rs") || path.contains("/tests/");
    for source in sources.iter().filter(|source| !of_tests(&source.path)) {
        let module = module_of(&source.path);
        for target in named(without_tests(&source.code), &module) {
            let (from, to) = (room(&module), room(&target));
            if from != to && rooms.contains(&to) && !is_below(&from, &to) {
                edges.insert((from, to), source.path.clone());
            }
        }
    }
    edges
}

/// The edges from which their beginning can be reached again.
fn circles(sources: &[Source]) -> Vec<String> {
    let edges = edges(sources);
    let reaches = |start: &str, end: &str| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![start.to_owned()]);
        while let Some(at) = open.pop() {
            if at == end {
                return true;
            }
            if seen.insert(at.clone()) {
                open.extend(edges.keys().filter(|(from, _)| *from == at).map(|(_, to)| to.clone()));
            }
        }
        false
    };
    let in_a_circle = edges.iter().filter(|((from, to), _)| reaches(to, from));
    in_a_circle.map(|((from, to), path)| format!("{from} -> {to} ({path})")).collect()
}

// A module never needs what stands above it.
#[test]
fn no_module_needs_one_that_needs_it() {
    let found = circles(&sources());
    assert!(found.is_empty(), "circles:\n{}", found.join("\n"));
}

#[test]
fn a_circle_is_found() {
    let source = |path: &str, code: &str| Source { path: path.into(), code: code.into() };
    let told = [
        source("server/domain/access/mod.rs", "use super::notices::tell;"),
        source("server/domain/notices/mod.rs", "use crate::server::domain::{events, jobs};"),
        source("server/domain/events/mod.rs", "use super::access::entry;"),
        source("server/domain/jobs/mod.rs", "use crate::server::db::Tx;\nuse super::Result;"),
        source("server/domain/mod.rs", "pub use access::call;"),
        source("server/db/mod.rs", "use super::Backend;"),
    ];
    assert_eq!(circles(&told).len(), 3, "{:?}", circles(&told));
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
            ("server/domain/access/breaker.rs", "use super::super::notices;"),
            ("server/domain/events/mod.rs", "use super::notices;"),
            ("server/identity/actor.rs", "use crate::server::domain::Error;"),
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
