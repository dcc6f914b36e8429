//! What the types of the settings can't say.

use std::path::Path;

use secrecy::ExposeSecret;
use url::Url;

use super::read::nearest;
use super::tables::LONGEST_TOKEN_CALL_MS;
use super::{Config, Error};
use crate::model::PlatformInfo;
use crate::server::platform::{self, Settings};

/// Refuses what the types let through, with the fix.
pub(super) fn check(config: &Config, file: &Path) -> Result<(), Error> {
    let bad = |key: &str, what: String, fix: &str| {
        Err(Error { place: format!("{}, {key}", file.display()), what, fix: fix.to_owned() })
    };
    let platforms = platform::all();
    for (id, settings) in &config.platforms {
        let Some(platform) = platforms.iter().find(|platform| platform.info().id == *id) else {
            return bad(
                &format!("platforms.{id}"),
                format!("there is no platform \"{id}\""),
                &nearest(id, platform::IDS),
            );
        };
        if let Err((what, fix)) = check_scopes(platform.info(), settings) {
            return bad(&format!("platforms.{id}.scopes"), what, &fix);
        }
        for (key, url) in [("base_url", &settings.base_url), ("browser_url", &settings.browser_url)]
        {
            if let Some(url) = url.as_ref().filter(|url| !is_safe(url)) {
                return bad(
                    &format!("platforms.{id}.{key}"),
                    format!("{url} is not https"),
                    "use https; http is allowed for localhost only",
                );
            }
        }
    }
    if let Some(url) = config.server.public_url.as_ref().filter(|url| !is_safe(url)) {
        return bad(
            "server.public_url",
            format!("{url} is not https"),
            "use https; http is allowed for localhost only",
        );
    }
    if let Some(url) = &config.mail.url {
        if !Url::parse(url.expose_secret()).is_ok_and(|url| is_safe_mail_server(&url)) {
            let what = "it is not the URL of a mail server that is reached encrypted".to_owned();
            return bad(
                "mail.url",
                what,
                "give smtps://user:password@host, or smtp://user:password@host?tls=required",
            );
        }
        if config.mail.from.is_none() {
            return bad(
                "mail.from",
                "it is missing".into(),
                "say who mails come from: \"Huntaze <huntaze@example.com>\"",
            );
        }
    }
    if let Some(from) =
        config.mail.from.as_ref().filter(|from| from.parse::<lettre::message::Mailbox>().is_err())
    {
        return bad(
            "mail.from",
            format!("\"{from}\" is not an address"),
            "write it like \"Huntaze <huntaze@example.com>\"",
        );
    }
    if config.http.token_timeout_ms > LONGEST_TOKEN_CALL_MS {
        return bad(
            "http.token_timeout_ms",
            format!(
                "{} ms is longer than an account is held for its refresh",
                config.http.token_timeout_ms
            ),
            &format!("give {LONGEST_TOKEN_CALL_MS} or less"),
        );
    }
    if !config.tiers.contains_key(&config.default_tier) {
        return bad(
            "default_tier",
            format!("there is no tier \"{}\"", config.default_tier),
            "name one of the keys under [tiers]",
        );
    }
    Ok(())
}

/// Only scopes that the platform knows, and each without which nothing can be connected.
fn check_scopes(info: &PlatformInfo, settings: &Settings) -> Result<(), (String, String)> {
    let known: Vec<&str> = info.permissions.iter().map(|p| p.scope.as_ref()).collect();
    let mut asked = settings.scopes.iter().flatten();
    if let Some(unknown) = asked.find(|scope| !known.contains(&scope.as_str())) {
        let what = format!("{} has no permission \"{unknown}\" that we ask for", info.name);
        return Err((what, nearest(unknown, &known)));
    }
    match info.permissions.iter().find(|p| p.required && !settings.asks_for(&p.scope)) {
        Some(permission) => Err((
            format!("\"{}\" is missing", permission.scope),
            "add it: without it no account can be connected".to_owned(),
        )),
        None => Ok(()),
    }
}

/// https, or this very machine.
pub fn is_safe(url: &Url) -> bool {
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && local)
}

/// Whether nobody on the way can read what is sent to this server.
fn is_safe_mail_server(url: &Url) -> bool {
    let local = match url.host_str() {
        Some(host) => {
            host == "localhost"
                || host
                    .trim_matches(['[', ']'])
                    .parse()
                    .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        }
        None => false,
    };
    let by_starttls = url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
    url.scheme() == "smtps" || (url.scheme() == "smtp" && (by_starttls || local))
}

#[cfg(test)]
mod tests {
    use super::*;

    // S1: a reset link is never sent where others can read it.
    #[test]
    fn mail_leaves_this_machine_encrypted_only() {
        for (url, safe) in [
            ("smtps://a:b@mail.example.com", true),
            ("smtp://a:b@mail.example.com?tls=required", true),
            ("smtp://127.0.0.1:2525", true),
            ("smtp://[::1]:2525", true),
            ("smtp://mail.example.com", false),
            ("smtp://mail.example.com?tls=opportunistic", false),
            ("https://mail.example.com", false),
        ] {
            assert_eq!(is_safe_mail_server(&url.parse().expect("a URL")), safe, "{url}");
        }
    }
}
