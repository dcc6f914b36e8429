//! What the types of the settings can't say.

use std::path::Path;

use secrecy::ExposeSecret;
use url::Url;

use super::read::nearest;
use super::{Config, Error, LONGEST_TOKEN_CALL_MS};

/// Refuses what the types let through, with the fix.
pub(super) fn check(config: &Config, file: &Path) -> Result<(), Error> {
    let bad = |key: &str, what: String, fix: &str| {
        Err(Error { place: format!("{}, {key}", file.display()), what, fix: fix.to_owned() })
    };
    for (id, settings) in &config.platforms {
        if !crate::server::platform::IDS.contains(&id.as_str()) {
            return bad(
                &format!("platforms.{id}"),
                format!("there is no platform \"{id}\""),
                &nearest(id, crate::server::platform::IDS),
            );
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
        if !Url::parse(url.expose_secret()).is_ok_and(|url| crate::server::mail::is_safe(&url)) {
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
