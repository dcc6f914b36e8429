//! Section 1: unknown or malformed settings stop the start with a message that names file, key and
//! the fix.

use crate::support::process::Machine;

/// A machine with this `Leptos.toml`.
fn configured(text: &str) -> Machine {
    let machine = Machine::new();
    machine.write("Leptos.toml", text);
    machine
}

// Decision 43: only known permissions, and none without which nothing can be connected.
#[test]
fn scopes_that_can_not_work_stop_the_start_with_a_sentence() {
    configured("[platforms.x]\nscopes = [\"users.read\", \"tweet.red\"]")
        .serve()
        .refuses_to_start(&["platforms.x.scopes", "\"tweet.red\"", "did you mean \"tweet.read\"?"]);
    configured("[platforms.x]\nscopes = [\"tweet.read\"]").serve().refuses_to_start(&[
        "platforms.x.scopes",
        "\"users.read\" is missing",
        "no account can be connected",
    ]);
}

// H7, S8
#[test]
fn an_unknown_setting_is_named_with_its_file_and_the_nearest_known_one() {
    configured("[server]\nadress = \"127.0.0.1:3000\"").serve().refuses_to_start(&[
        "Leptos.toml",
        "server",
        "\"adress\"",
        "did you mean \"addr\"?",
    ]);
    configured("[databse]\nurl = \"\"").serve().refuses_to_start(&[
        "Leptos.toml",
        "\"databse\"",
        "did you mean \"database\"?",
    ]);
    configured("[platforms.x]\nclient_secrett = \"a\"")
        .serve()
        .refuses_to_start(&["platforms.x", "did you mean \"client_secret\"?"]);
}

// H6: each platform has a table of its own, and another one's key means nothing to
// it.
#[test]
fn a_key_of_another_platform_is_named_with_the_nearest_of_its_own() {
    configured("[platforms.x]\nrules = \"rules.json\"").serve().refuses_to_start(&[
        "Leptos.toml",
        "platforms.x.rules",
        "unknown setting \"rules\"",
        "take it out",
    ]);
    configured("[platforms.instagram]\nconfig = \"4711\"").serve().refuses_to_start(&[
        "Leptos.toml",
        "platforms.instagram.config",
        "unknown setting \"config\"",
        "did you mean \"config_id\"?",
    ]);
    for (platform, fix) in [("reddit", "did you mean \"user_agent\"?"), ("tiktok", "take it out")] {
        configured(&format!("[platforms.{platform}]\nuser_agents = \"a\""))
            .serve()
            .refuses_to_start(&["Leptos.toml", "user_agents", fix]);
    }
    configured("[platforms.onlyfans]\nrecheck_minutes = \"often\"").serve().refuses_to_start(&[
        "Leptos.toml",
        "platforms.onlyfans.recheck_minutes",
        "often",
    ]);
}

#[test]
fn a_platforms_own_keys_can_come_from_the_environment() {
    let machine = Machine::new();
    machine
        .serve()
        .env("HUNTAZE__PLATFORMS__INSTAGRAM__CONFIG_ID", "1234567890123456")
        .env("HUNTAZE__PLATFORMS__REDDIT__USER_AGENT", "web:com.example.app:v1 (by /u/ada)")
        .env("HUNTAZE__PLATFORMS__ONLYFANS__RECHECK_MINUTES", "5")
        .starts();
    Machine::new().serve().env("HUNTAZE__PLATFORMS__X__RULES", "rules.json").refuses_to_start(&[
        "environment variable HUNTAZE__PLATFORMS__X__RULES",
        "unknown setting \"rules\"",
        "take it out",
    ]);
}

#[test]
fn a_malformed_value_is_named_with_its_key() {
    configured("[http]\nretry_first_ms = \"soon\"").serve().refuses_to_start(&[
        "Leptos.toml",
        "http.retry_first_ms",
        "soon",
    ]);
    configured("[server]\nlog = \"xml\"").serve().refuses_to_start(&[
        "Leptos.toml",
        "server.log",
        "xml",
        "json",
    ]);
    configured("[server]\naddr = \"somewhere\"")
        .serve()
        .refuses_to_start(&["Leptos.toml", "server.addr"]);
    configured("[server]\ntrusted_proxies = [\"everybody\"]").serve().refuses_to_start(&[
        "Leptos.toml",
        "trusted_proxies",
        "everybody",
    ]);
    configured("default_tier = \"gold\"").serve().refuses_to_start(&[
        "Leptos.toml",
        "default_tier",
        "gold",
    ]);
    configured("[server\n").serve().refuses_to_start(&["Leptos.toml"]);
}

#[test]
fn a_setting_of_the_environment_is_named_as_the_environment_calls_it() {
    Machine::new()
        .serve()
        .env("HUNTAZE__HTTP__RETRY_FIRST_MS", "soon")
        .refuses_to_start(&["HUNTAZE__HTTP__RETRY_FIRST_MS"]);
    Machine::new()
        .serve()
        .env("HUNTAZE__SERVER__PORT", "3000")
        .refuses_to_start(&["environment", "\"port\""]);
}

#[test]
fn a_platform_that_does_not_exist_is_named_with_the_nearest_one() {
    configured("[platforms.tiktoc]\nclient_id = \"a\"").serve().refuses_to_start(&[
        "Leptos.toml",
        "tiktoc",
        "did you mean \"tiktok\"?",
    ]);
    // What is near to nothing is not guessed at.
    let refused = configured("[platforms.facebook]\nclient_id = \"a\"")
        .serve()
        .refuses_to_start(&["Leptos.toml", "facebook", "take it out"]);
    assert!(!refused.message.contains("did you mean"), "{}", refused.message);
}

// S8: tokens go to these addresses.
#[test]
fn plain_http_is_refused_outside_this_machine() {
    for (key, text) in [
        ("platforms.x.base_url", "[platforms.x]\nbase_url = \"http://proxy.example.com\""),
        ("platforms.x.browser_url", "[platforms.x]\nbrowser_url = \"http://proxy.example.com\""),
        ("server.public_url", "[server]\npublic_url = \"http://huntaze.example.com\""),
    ] {
        configured(text).serve().refuses_to_start(&["Leptos.toml", key, "is not https", "https"]);
    }
}

#[test]
fn plain_http_is_fine_on_this_machine() {
    configured("[platforms.x]\nbase_url = \"http://localhost:9\"").serve().starts();
}

#[test]
fn a_named_file_that_is_not_there_is_told() {
    Machine::new()
        .command(&["serve", "--config", "elsewhere.toml"])
        .refuses_to_start(&["elsewhere.toml", "no such file"]);
}

// C18: app ids that are all digits (Facebook's are) or have a leading zero arrive as they were
// written.
#[test]
fn ids_and_secrets_of_digits_can_come_from_the_environment() {
    let machine = Machine::new();
    let digits = |start: crate::support::process::Start| {
        start
            .env("HUNTAZE__PLATFORMS__INSTAGRAM__CLIENT_ID", "1234567890123456")
            .env("HUNTAZE__PLATFORMS__INSTAGRAM__CLIENT_SECRET", "0012345678")
    };
    digits(machine.serve()).starts();
}

// S9, T1
#[test]
fn a_refused_setting_never_shows_a_secret() {
    let refused = configured("[platforms.x]\nclient_secret = 49152077")
        .serve()
        .refuses_to_start(&["platforms.x.client_secret"]);
    assert!(!refused.message.contains("49152077"), "{}", refused.message);
    let url = "postgres://huntaze:hunter2-of-the-database@127.0.0.1:1/none";
    let refused = Machine::new().serve().env("DATABASE_URL", url).refuses_to_start(&["database"]);
    assert!(!refused.message.contains("hunter2"), "{}", refused.message);
}
