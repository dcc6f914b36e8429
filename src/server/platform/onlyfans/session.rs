//! A browser session as its owner pastes it: cookies, x-bc and User-Agent, sealed together as one
//! JSON.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::model::{FieldError, Reason};
use crate::server::platform::{Error, PlatformResponse, Result};

/// The cookies that make a session. Everything else in a browser's Cookie header is none of our
/// business.
const COOKIES: [&str; 7] = ["sess", "auth_id", "fp", "csrf", "st", "auth_hash", "lang"];
/// Only with two-factor log-in; the user's id follows.
const AUTH_UID: &str = "auth_uid_";

/// Has no Debug: every part of it is a secret.
#[derive(Deserialize)]
pub struct Session {
    cookies: BTreeMap<String, SecretString>,
    x_bc: SecretString,
    user_agent: String,
}

/// The other JSON that people have at hand, from OF-Scraper.
#[derive(Deserialize)]
struct AuthFile {
    auth: Auth,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Auth {
    sess: String,
    auth_id: String,
    auth_uid: Option<String>,
    user_agent: String,
    #[serde(rename = "x-bc")]
    x_bc: String,
}

impl Session {
    /// Reads the form: `cookie` as a whole header, as lines or as OF-Scraper's JSON, or each cookie
    /// as a field of its own.
    pub fn accept(fields: &BTreeMap<String, String>) -> Result<Self, Vec<FieldError>> {
        let field = |name: &str| fields.get(name).map(|text| text.trim()).unwrap_or_default();
        let (mut x_bc, mut user_agent) = (field("xBc").to_owned(), field("userAgent").to_owned());
        let mut cookies: BTreeMap<String, String> =
            fields.iter().filter_map(|(name, value)| known(name, value)).collect();
        match serde_json::from_str::<AuthFile>(field("cookie")) {
            Ok(AuthFile { auth }) => {
                let uid = auth.auth_uid.unwrap_or_default();
                let named = [
                    ("sess".to_owned(), auth.sess),
                    (format!("{AUTH_UID}{}", auth.auth_id), uid),
                    ("auth_id".to_owned(), auth.auth_id),
                ];
                cookies.extend(named.iter().filter_map(|(name, value)| known(name, value)));
                fill(&mut x_bc, auth.x_bc);
                fill(&mut user_agent, auth.user_agent);
            }
            Err(_) => cookies.extend(pairs(field("cookie"))),
        }
        let errors = faults(&cookies, &x_bc, &user_agent);
        if !errors.is_empty() {
            return Err(errors);
        }
        let cookies = cookies.into_iter().map(|(name, value)| (name, value.into())).collect();
        Ok(Self { cookies, x_bc: x_bc.into(), user_agent })
    }

    /// Reads what was sealed.
    pub fn read(sealed: &SecretString) -> Result<Self> {
        serde_json::from_str(sealed.expose_secret()).map_err(|error| Error::Reconnect {
            reason: Reason::Unreadable,
            message: "The stored OnlyFans session can't be read. Log in at onlyfans.com and paste \
                fresh values."
                .into(),
            // Without serde's own words: they quote what they read.
            detail: format!("a stored session is not of this form: {:?}", error.classify()),
        })
    }

    /// As one text, to be sealed.
    pub fn write(&self) -> SecretString {
        #[derive(Serialize)]
        struct Written<'a> {
            cookies: BTreeMap<&'a str, &'a str>,
            x_bc: &'a str,
            user_agent: &'a str,
        }
        let cookies = self
            .cookies
            .iter()
            .map(|(name, value)| (name.as_str(), value.expose_secret()))
            .collect();
        let written =
            Written { cookies, x_bc: self.x_bc.expose_secret(), user_agent: &self.user_agent };
        // Text under text keys: there is nothing in it that JSON can't hold.
        serde_json::to_string(&written).unwrap_or_default().into()
    }

    pub fn user_id(&self) -> &str {
        self.cookies.get("auth_id").map(ExposeSecret::expose_secret).unwrap_or_default()
    }

    pub fn x_bc(&self) -> &SecretString {
        &self.x_bc
    }

    pub fn user_agent(&self) -> &str {
        &self.user_agent
    }

    pub fn cookie_header(&self) -> SecretString {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={}", value.expose_secret()))
            .collect();
        pairs.join("; ").into()
    }

    /// The session with the cookies that an answer set, if it set any that belong to it. Deleted
    /// ones stay: whether the session ended, the answer itself says.
    pub fn renewed_by(&self, answer: &PlatformResponse) -> Option<Self> {
        let set = answer.headers.get_all("set-cookie").iter().filter_map(|header| {
            let (name, value) = header.to_str().ok()?.split(';').next()?.split_once('=')?;
            known(name, value)
        });
        let mut cookies = self.cookies.clone();
        let mut changed = false;
        for (name, value) in set {
            // Who is logged in does not change under a session.
            let same = name == "auth_id"
                || value == "deleted"
                || cookies.get(&name).is_some_and(|kept| kept.expose_secret() == value);
            if !same {
                cookies.insert(name, value.into());
                changed = true;
            }
        }
        changed.then(|| Self {
            cookies,
            x_bc: self.x_bc.clone(),
            user_agent: self.user_agent.clone(),
        })
    }
}

/// The pairs of a Cookie header, or of lines. The header's own name may stand before them.
fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    let text = match text.split_once(':') {
        Some((name, rest)) if name.trim().eq_ignore_ascii_case("cookie") => rest,
        _ => text,
    };
    text.split([';', '\n']).filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        known(name, value)
    })
}

/// A cookie of the session, with a value.
fn known(name: &str, value: &str) -> Option<(String, String)> {
    let (name, value) = (name.trim(), value.trim().trim_matches('"'));
    let of_the_session =
        COOKIES.contains(&name) || name.strip_prefix(AUTH_UID).is_some_and(is_number);
    (of_the_session && !value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
}

fn fill(field: &mut String, found: String) {
    if field.is_empty() {
        *field = found.trim().to_owned();
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What can be seen to be wrong without asking OnlyFans: a wrong User-Agent or x-bc would end the
/// session in the browser, too.
fn faults(cookies: &BTreeMap<String, String>, x_bc: &str, user_agent: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut say = |field: &str, message: &str| {
        errors.push(FieldError { field: field.into(), message: message.into() })
    };
    match (cookies.get("sess"), cookies.get("auth_id")) {
        (None, _) => say(
            "cookie",
            "The cookie named sess is missing. Copy the whole Cookie header while you are logged \
             in at onlyfans.com.",
        ),
        (_, None) => say(
            "cookie",
            "The cookie named auth_id is missing. Copy the whole Cookie header while you are \
             logged in at onlyfans.com.",
        ),
        (_, Some(id)) if !is_number(id) => say(
            "cookie",
            "The cookie named auth_id must be a number. Copy the Cookie header again.",
        ),
        _ if !cookies.values().all(|value| value.bytes().all(|byte| byte.is_ascii_graphic())) => {
            say(
                "cookie",
                "A cookie holds characters that no browser sends. Copy the Cookie header again, in \
                 one piece.",
            );
        }
        _ => {}
    }
    if x_bc.len() != 40 || !x_bc.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        say(
            "xBc",
            "The x-bc value has 40 characters, digits and the letters a to f. Copy it from the \
             request headers.",
        );
    }
    if user_agent.is_empty() {
        say(
            "userAgent",
            "The User-Agent is missing. Copy it from the same request, exactly as it stands there.",
        );
    } else if !user_agent.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        say(
            "userAgent",
            "The User-Agent holds characters that no browser sends. Copy it again, in one line.",
        );
    }
    errors
}

#[cfg(test)]
mod tests;
