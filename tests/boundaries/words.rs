//! What may stand in which file: SQL, names of platforms, conditions on features and on builds, the
//! system's time.

use std::path::Path;

use super::{Rule, Source, assert_allows, assert_kept, assert_refuses, files, without_tests};

const SQL: Rule = |source| {
    const SAYS: &[&str] =
        &["sql!(", "sqlx::query", "\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM "];
    if source.path.starts_with("server/db/") {
        Vec::new()
    } else {
        says(source, SAYS, "writes SQL")
    }
};

const FEATURES: Rule = |source| {
    let allowed =
        source.path == "lib.rs" || source.path == "api/mod.rs" || source.path.starts_with("model/");
    if allowed {
        Vec::new()
    } else {
        says(
            source,
            &["cfg(feature", "cfg_attr(feature", "cfg!(feature", "cfg(not(feature"],
            "asks for a feature",
        )
    }
};

/// What is tested is what is deployed. Debug and release builds differ in the points at which tests
/// kill the process, in the reload socket that a page under development may open, and in the guard
/// that panics where a write passes the open transaction by.
const BUILDS: Rule = |source| {
    let allowed = matches!(
        source.path.as_str(),
        "server/failpoint.rs" | "server/web/routes/site/mod.rs" | "server/db/write_guard.rs"
    );
    if allowed { Vec::new() } else { says(source, &["debug_assertions"], "asks for the build") }
};

const TIME: Rule = |source| {
    let allowed = matches!(source.path.as_str(), "server/clock.rs" | "sandbox/clock.rs");
    if allowed {
        Vec::new()
    } else {
        says(
            source,
            &["Utc::now(", "Local::now(", "SystemTime::now("],
            "asks the system for the time",
        )
    }
};

fn says(source: &Source, words: &[&str], what: &str) -> Vec<String> {
    words
        .iter()
        .filter(|word| source.code.contains(**word))
        .map(|word| format!("{} {what}: {word}", source.path))
        .collect()
}

const PLATFORMS: &[&str] = &["instagram", "tiktok", "youtube", "x", "reddit", "onlyfans"];
/// Companies whose name means one of their platforms.
const COMPANIES: &[&str] = &["facebook", "google", "twitter"];
/// A tag by which every site that shows previews knows how large the picture may be.
const PREVIEW: &str = "name=\"twitter:card\"";
/// The list of the folders, the registry, the icons.
const REGISTRIES: &[&str] =
    &["server/platform/mod.rs", "server/platform/registry.rs", "ui/components/platform_mark.rs"];

const NAMES: Rule = |source| {
    let own = source
        .path
        .strip_prefix("server/platform/")
        .and_then(|rest| rest.split_once('/'))
        .map(|(folder, _)| folder);
    let company =
        |name: &str| COMPANIES.contains(&name) && own.is_some_and(|own| PLATFORMS.contains(&own));
    if source.path.starts_with("sandbox/")
        || source.path.ends_with("/tests.rs")
        || REGISTRIES.contains(&source.path.as_str())
    {
        return Vec::new();
    }
    let foreign = |name: &&str| {
        Some(*name) != own && !company(name) && is_named(without_tests(&source.code), name)
    };
    PLATFORMS
        .iter()
        .chain(COMPANIES)
        .copied()
        .filter(foreign)
        .map(|name| format!("{} names {name}", source.path))
        .collect()
};

/// Most names are found wherever they stand; "x" only where it can't be anything else.
fn is_named(code: &str, name: &str) -> bool {
    if name == "x" {
        return ["\"x\"", "platform::x", "platform::X", "x::X"]
            .iter()
            .any(|way| code.contains(way));
    }
    code.to_ascii_lowercase().replace(PREVIEW, "").contains(name)
}

/// The audit log is append-only: no statement changes a line, and one alone deletes, by age.
const HISTORY: Rule = |source| {
    let code = source.code.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let mut ways = vec![
        "update audit_events",
        "replace into audit_events",
        "truncate audit_events",
        "drop table audit_events",
    ];
    if source.path != "server/db/audit.rs" {
        ways.push("delete from audit_events");
    }
    let changes = |way: &&str| code.contains(*way);
    ways.into_iter()
        .filter(changes)
        .map(|way| format!("{} rewrites history: {way}", source.path))
        .collect()
};

// S7
#[test]
fn history_is_not_rewritten() {
    assert_kept(HISTORY);
    assert_refuses(
        HISTORY,
        &[
            (
                "server/db/users.rs",
                "sql!(tx, rows, \"DELETE FROM audit_events WHERE user_id = $1\", id)",
            ),
            ("server/db/audit.rs", "sql!(tx, rows, \"UPDATE\n  audit_events SET actor = ''\")"),
        ],
    );
    assert_allows(
        HISTORY,
        &[(
            "server/db/audit.rs",
            "sql!(db, rows, \"DELETE FROM audit_events WHERE occurred_at < $1\", than)",
        )],
    );
}

#[test]
fn sql_is_written_in_db_only() {
    assert_kept(SQL);
    assert_refuses(
        SQL,
        &[
            ("server/domain/users.rs", "let found = sql!(db, Vec<User>, TEXT);"),
            ("server/web/health.rs", "query(\"SELECT 1\")"),
            ("api/users.rs", "sqlx::query_as(text)"),
        ],
    );
    assert_allows(SQL, &[("server/db/users.rs", "sql!(db, rows, \"DELETE FROM users\")")]);
}

#[test]
fn a_platform_is_named_in_its_own_places_only() {
    assert_kept(NAMES);
    assert_refuses(
        NAMES,
        &[
            ("ui/pages/landing.rs", "if info.id == \"x\" {}"),
            ("server/domain/accounts/callback.rs", "match provider { \"tiktok\" => {} }"),
            ("server/platform/oauth.rs", "use super::reddit;"),
            ("server/platform/x/mod.rs", "const HOST: &str = \"https://www.reddit.com\";"),
            ("server/web/oauth.rs", "let host = \"accounts.google.com\";"),
        ],
    );
    assert_allows(
        NAMES,
        &[
            (
                "server/platform/youtube/oauth.rs",
                "const HOST: &str = \"https://accounts.google.com\";",
            ),
            ("server/platform/mod.rs", "pub mod reddit;"),
            ("server/web/oauth.rs", "let a = 1; // Reddit hangs `#_` on the last parameter"),
            ("app.rs", "<Meta name=\"twitter:card\" content=\"summary_large_image\" />"),
        ],
    );
}

#[test]
fn features_are_asked_for_in_few_places() {
    assert_kept(FEATURES);
    assert_refuses(
        FEATURES,
        &[
            ("ui/hooks/toast.rs", "#[cfg(feature = \"hydrate\")]"),
            ("app.rs", "if cfg!(feature = \"ssr\") {}"),
        ],
    );
    assert_allows(
        FEATURES,
        &[("model/ids.rs", "#[cfg_attr(feature = \"ssr\", derive(sqlx::Type))]")],
    );
}

#[test]
fn debug_and_release_builds_differ_in_three_places() {
    assert_kept(BUILDS);
    assert_refuses(BUILDS, &[("server/start.rs", "if cfg!(debug_assertions) {}")]);
    assert_allows(BUILDS, &[("server/start.rs", "failpoint!(\"start.done\");")]);
}

#[test]
fn time_comes_from_a_clock() {
    assert_kept(TIME);
    assert_refuses(
        TIME,
        &[
            ("server/session.rs", "let now = chrono::Utc::now();"),
            ("sandbox/state/mod.rs", "SystemTime::now()"),
        ],
    );
    assert_allows(
        TIME,
        &[
            ("server/clock.rs", "Utc::now()"),
            ("server/session.rs", "let now = backend.clock.now();"),
        ],
    );
}

/// What is wider than a page of text is read by nobody. A literal that has to stay whole may be: an
/// address, a recorded answer, a drawing.
#[test]
fn lines_are_a_hundred_columns_wide_at_most() {
    let is_wide = |line: &&str| {
        let code = line.trim_start();
        line.chars().count() > 100 && (code.starts_with("//") || !code.contains('"'))
    };
    let mut wide = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for (path, text) in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) {
            wide.extend(text.lines().filter(is_wide).map(|line| format!("{path}: {line}")));
        }
    }
    assert!(wide.is_empty(), "{wide:#?}");
}
