//! The token endpoint by the book (RFC 6749, RFC 7636), in pieces: a platform with an oddity
//! overrides `exchange` or `refresh` and puts the rest together from [`code_form`],
//! [`refresh_form`], [`call`], [`TokenAnswer`] and [`OAuthError`].

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::Url;

use super::{ClientAuth, Endpoint, OAuthSpec, Pkce};
use crate::model::{PlatformInfo, Reason};
use crate::server::platform::http::Call;
use crate::server::platform::{Answer, Client, CodeGrant, Error, Grant, Held, Result};

/// The fields of a form, before the client's own credentials.
pub type Form<'a> = Vec<(&'a str, &'a str)>;

/// What was asked of the token endpoint. The same error means "begin again" for a code and
/// "reconnect" for a refresh.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    Code,
    Refresh,
}

/// Turns an authorization code into a grant. Sent once.
pub async fn exchange(
    info: &PlatformInfo,
    spec: &OAuthSpec,
    client: &Client,
    code: &CodeGrant,
) -> Result<Grant> {
    let form = code_form(spec, code);
    let answer = call(spec, client, spec.token, form).send().await?;
    read(info, spec, client, &answer, Asked::Code)
}

/// Renews a grant by its refresh token. Sent once.
pub async fn refresh(
    info: &PlatformInfo,
    spec: &OAuthSpec,
    client: &Client,
    held: &Held,
) -> Result<Grant> {
    let form = refresh_form(info, held)?;
    let answer = call(spec, client, spec.token, form).send().await?;
    read(info, spec, client, &answer, Asked::Refresh)
}

/// Reads the answer to either: a grant, or what its error means.
pub fn read(
    info: &PlatformInfo,
    spec: &OAuthSpec,
    client: &Client,
    answer: &Answer,
    asked: Asked,
) -> Result<Grant> {
    match answer.json::<TokenAnswer>() {
        Some(token) if answer.is_success() => Ok(token.grant(spec)),
        _ => Err(OAuthError::of(answer).meaning(info, client, answer, asked)),
    }
}

/// The form that exchanges a code.
pub fn code_form<'a>(spec: &OAuthSpec, code: &'a CodeGrant) -> Form<'a> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code.code.expose_secret()),
        ("redirect_uri", code.redirect_uri.as_str()),
    ];
    // Whether this kind of app uses PKCE follows from the redirect URI, as when the consent page
    // was opened.
    let takes_pkce =
        Url::parse(&code.redirect_uri).is_ok_and(|uri| (spec.pkce)(&uri) != Pkce::None);
    if let Some(verifier) = code.verifier.as_ref().filter(|_| takes_pkce) {
        form.push(("code_verifier", verifier.expose_secret()));
    }
    form
}

/// The form that refreshes a grant; one without a refresh token has ended.
pub fn refresh_form<'a>(info: &PlatformInfo, held: &'a Held) -> Result<Form<'a>> {
    let Some(token) = &held.refresh else {
        return Err(Error::Reconnect {
            reason: Reason::RanOut,
            say: format!(
                "{} gave access for a limited time, and that has ended. Reconnect your account.",
                info.name
            )
            .into(),
            detail: "there is no refresh token".into(),
        });
    };
    Ok(vec![("grant_type", "refresh_token"), ("refresh_token", token.expose_secret())])
}

/// A form POST with the client's credentials where the platform wants them; also for revoking.
pub fn call<'c>(spec: &OAuthSpec, client: &'c Client, to: Endpoint, form: Form<'_>) -> Call<'c> {
    let url = client.url(to.host, to.path);
    let settings = client.settings();
    match spec.client_auth {
        ClientAuth::Basic => {
            client.token_call(url, &form).basic(&settings.client_id, &settings.client_secret)
        }
        ClientAuth::Body => {
            let mut form = form;
            form.push((spec.client_id_name, &settings.client_id));
            form.push(("client_secret", settings.client_secret.expose_secret()));
            client.token_call(url, &form)
        }
    }
}

/// A token endpoint's success. Numbers may come as text; what is not understood counts as not said.
#[derive(Deserialize)]
pub struct TokenAnswer {
    pub access_token: SecretString,
    pub refresh_token: Option<SecretString>,
    #[serde(default)]
    pub token_type: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    pub expires_in: Option<chrono::Duration>,
    #[serde(default, alias = "refresh_expires_in", deserialize_with = "seconds")]
    pub refresh_token_expires_in: Option<chrono::Duration>,
    #[serde(default)]
    pub scope: Option<String>,
}

impl TokenAnswer {
    pub fn grant(self, spec: &OAuthSpec) -> Grant {
        Grant {
            access: self.access_token,
            refresh: self.refresh_token.filter(|token| !token.expose_secret().is_empty()),
            token_type: self.token_type.unwrap_or_else(|| "bearer".into()),
            expires_in: self.expires_in,
            refresh_expires_in: self.refresh_token_expires_in,
            scopes: scopes(spec, self.scope.as_deref().unwrap_or_default()),
            grant_key: None,
        }
    }
}

/// A list of scopes, by the platform's separator or by spaces.
pub fn scopes(spec: &OAuthSpec, list: &str) -> Vec<String> {
    list.split(|c: char| c == spec.separator || c.is_whitespace())
        .filter(|scope| !scope.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Seconds as a number or as text.
pub fn seconds<'de, D: Deserializer<'de>>(wire: D) -> Result<Option<chrono::Duration>, D::Error> {
    let seconds = match Option::<Value>::deserialize(wire)? {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    // `as` saturates, and `try_seconds` refuses what no calendar holds.
    Ok(seconds.and_then(|seconds| chrono::Duration::try_seconds(seconds as i64)))
}

/// An OAuth error (RFC 6749, 5.2). Reddit sends its code as a number.
#[derive(Debug, Default, Deserialize)]
pub struct OAuthError {
    #[serde(default, rename = "error", deserialize_with = "word")]
    pub code: String,
    #[serde(default, rename = "error_description", deserialize_with = "word")]
    pub description: String,
}

impl OAuthError {
    /// The error in an answer; empty where there is none.
    pub fn of(answer: &Answer) -> Self {
        answer.json().unwrap_or_default()
    }

    /// For the log: status, code and description. The description is the platform's prose, cut so
    /// that nothing long gets through.
    pub fn detail(&self, answer: &Answer) -> String {
        let description: String = self.description.chars().take(160).collect();
        format!("{} {} {description}", answer.status, self.code).trim_end().to_owned()
    }

    /// What it means for whoever asked.
    pub fn meaning(
        &self,
        info: &PlatformInfo,
        client: &Client,
        answer: &Answer,
        asked: Asked,
    ) -> Error {
        if let Some(error) = answer.common_error(client.now(), None) {
            return error;
        }
        let detail = self.detail(answer);
        // X answers `invalid_request` where the RFC has `invalid_grant`, and says in the
        // description which value it means.
        let about = |value: &str| {
            self.code == "invalid_grant"
                || (self.code == "invalid_request" && self.description.contains(value))
        };
        match (self.code.as_str(), asked) {
            _ if asked == Asked::Code && about("authorization code was invalid") => {
                Error::CodeRefused { detail }
            }
            _ if asked == Asked::Refresh && about("token was invalid") => reconnect(info, detail),
            (
                "invalid_client"
                | "unauthorized_client"
                | "redirect_uri_mismatch"
                | "unsupported_grant_type"
                | "invalid_scope",
                _,
            ) => Error::Configuration { detail },
            // No OAuth error at all: a page of something in between.
            ("", _) => Error::Unavailable { detail },
            _ => Error::Unexpected { detail },
        }
    }
}

/// The platform no longer takes what we hold.
pub fn reconnect(info: &PlatformInfo, detail: String) -> Error {
    Error::Reconnect {
        reason: Reason::RefusedByPlatform,
        say: format!(
            "{} no longer accepts the access you gave. Reconnect your account.",
            info.name
        )
        .into(),
        detail,
    }
}

/// Whether the answer of a revocation endpoint (RFC 7009) means that the grant has ended. One that
/// was dead before has, too.
pub fn ended(info: &PlatformInfo, client: &Client, answer: &Answer) -> Result<bool> {
    if answer.is_success() {
        return Ok(true);
    }
    match OAuthError::of(answer).meaning(info, client, answer, Asked::Refresh) {
        Error::Reconnect { .. } => Ok(true),
        error => Err(error),
    }
}

/// Text, or a number as text; anything else is empty.
fn word<'de, D: Deserializer<'de>>(wire: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(wire)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    })
}

#[cfg(test)]
mod tests;
