//! The token endpoint by the book (RFC 6749, RFC 7636): what is sent is made by the `oauth2` crate
//! ([`request`]), what comes back is read by us. A platform with an oddity overrides `exchange` or
//! `refresh` and puts the rest together from [`code_form`], [`refresh_form`], [`call`],
//! [`TokenAnswer`] and [`OAuthError`].

pub mod request;

use chrono::Duration;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::{ClientAuth, Endpoint, OAuthSpec, Pkce};
use crate::model::{PlatformInfo, Reason};
use crate::server::platform::http::Call;
use crate::server::platform::{
    Client, CodeGrant, Credential, Error, PlatformResponse, Result, TokenGrant, read, scopes, time,
};

/// The fields of a form, before the client's own credentials.
pub type Form<'a> = Vec<(&'a str, &'a str)>;

/// What was asked of the token endpoint. The same error means "begin again" for a code and
/// "reconnect" for a refresh.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenRequest {
    /// To exchange an authorization code.
    Code,
    /// To renew a grant.
    Refresh,
}

/// Turns an authorization code into a grant. Sent once.
pub async fn exchange(
    info: &PlatformInfo,
    spec: &OAuthSpec,
    client: &Client,
    code: &CodeGrant,
) -> Result<TokenGrant> {
    let answer = request::of_code(spec, client, code)?.send().await?;
    read(info, client, &answer, TokenRequest::Code)
}

/// Renews a grant by its refresh token. Sent once.
pub async fn refresh(
    info: &PlatformInfo,
    spec: &OAuthSpec,
    client: &Client,
    held: &Credential,
) -> Result<TokenGrant> {
    let answer = request::of_refresh(info, spec, client, held)?.send().await?;
    read(info, client, &answer, TokenRequest::Refresh)
}

/// Reads the answer to either: a grant, or what its error means.
pub fn read(
    info: &PlatformInfo,
    client: &Client,
    answer: &PlatformResponse,
    asked: TokenRequest,
) -> Result<TokenGrant> {
    match answer.json::<TokenAnswer>() {
        Some(token) if answer.is_success() => Ok(token.grant()),
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
    if let Some(verifier) = verifier(spec, code) {
        form.push(("code_verifier", verifier.expose_secret()));
    }
    form
}

/// Whether this kind of app uses PKCE follows from the redirect URI, as when the consent page was
/// opened.
fn verifier<'a>(spec: &OAuthSpec, code: &'a CodeGrant) -> Option<&'a SecretString> {
    let takes_pkce =
        Url::parse(&code.redirect_uri).is_ok_and(|uri| (spec.pkce)(&uri) != Pkce::None);
    code.verifier.as_ref().filter(|_| takes_pkce)
}

/// The form that refreshes a grant.
pub fn refresh_form<'a>(info: &PlatformInfo, held: &'a Credential) -> Result<Form<'a>> {
    let token = refresh_token(info, held)?;
    Ok(vec![("grant_type", "refresh_token"), ("refresh_token", token.expose_secret())])
}

/// The refresh token; a grant without one has ended.
fn refresh_token<'a>(info: &PlatformInfo, held: &'a Credential) -> Result<&'a SecretString> {
    held.refresh.as_ref().ok_or_else(|| Error::Reconnect {
        reason: Reason::RanOut,
        message: format!(
            "{} gave access for a limited time, and that has ended. Reconnect your account.",
            info.name
        )
        .into(),
        detail: "there is no refresh token".into(),
    })
}

/// A form POST with the client's credentials where the platform wants them; also for revoking.
pub fn call<'c>(spec: &OAuthSpec, client: &'c Client, to: Endpoint, form: Form<'_>) -> Call<'c> {
    let url = client.url(to.host, to.path);
    let settings = client.settings();
    let call = match spec.client_auth {
        // Form-encoded first (RFC 6749, 2.3.1).
        ClientAuth::Basic => {
            let secret = form_encoded(settings.client_secret.expose_secret()).into();
            client.token_call(url, &form).basic(&form_encoded(&settings.client_id), &secret)
        }
        ClientAuth::Body => {
            let mut form = form;
            form.push((spec.client_id_name, &settings.client_id));
            form.push(("client_secret", settings.client_secret.expose_secret()));
            client.token_call(url, &form)
        }
    };
    call.label(to.path)
}

fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A token endpoint's success. Strict with the token, tolerant with everything else: what is not
/// understood counts as not said.
#[derive(Deserialize)]
#[serde(remote = "Self")]
pub struct TokenAnswer {
    /// Anything but a string of visible ASCII fails the whole answer.
    #[serde(deserialize_with = "token")]
    pub access_token: SecretString,
    /// One that is none counts as not given: the old one stays.
    #[serde(default, deserialize_with = "token_or_none")]
    pub refresh_token: Option<SecretString>,
    /// Usually `bearer`, in any case; `None` where the platform does not say.
    #[serde(default, deserialize_with = "read::text")]
    pub token_type: Option<String>,
    /// From the answer on; `None` where it is missing or no number.
    #[serde(default, deserialize_with = "seconds")]
    pub expires_in: Option<Duration>,
    /// The same for the refresh token.
    #[serde(default, deserialize_with = "seconds")]
    pub refresh_token_expires_in: Option<Duration>,
    /// Its other name; both may be there.
    #[serde(default, deserialize_with = "seconds")]
    pub refresh_expires_in: Option<Duration>,
    /// The granted scopes, from a list or a text; empty where the platform does not say.
    #[serde(default, rename = "scope", deserialize_with = "scopes::list")]
    pub scopes: Vec<String>,
}

/// A field that is there twice is no error, which would lose the token: the last one counts.
impl<'de> Deserialize<'de> for TokenAnswer {
    fn deserialize<D: Deserializer<'de>>(wire: D) -> Result<Self, D::Error> {
        Self::deserialize(Value::deserialize(wire)?).map_err(serde::de::Error::custom)
    }
}

impl TokenAnswer {
    /// As a grant; a platform that names a grant key adds it.
    pub fn grant(self) -> TokenGrant {
        TokenGrant {
            access: self.access_token,
            refresh: self.refresh_token,
            token_type: self.token_type.unwrap_or_else(|| "bearer".into()),
            expires_in: self.expires_in,
            refresh_expires_in: self.refresh_token_expires_in.or(self.refresh_expires_in),
            scopes: self.scopes,
            grant_key: None,
        }
    }
}

/// A token is text without blanks, line ends or anything else that no header carries.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn token<'de, D: Deserializer<'de>>(wire: D) -> Result<SecretString, D::Error> {
    token_or_none(wire)?.ok_or_else(|| serde::de::Error::custom("what stands there is no token"))
}

fn token_or_none<'de, D: Deserializer<'de>>(wire: D) -> Result<Option<SecretString>, D::Error> {
    Ok(match Value::deserialize(wire)? {
        Value::String(text) if is_token(&text) => Some(text.into()),
        _ => None,
    })
}

/// A life in seconds, as a number or as text, within its bounds.
pub fn seconds<'de, D: Deserializer<'de>>(wire: D) -> Result<Option<Duration>, D::Error> {
    Ok(read::as_decimal(&Value::deserialize(wire)?).and_then(time::lifetime))
}

/// An OAuth error (RFC 6749, 5.2). Reddit sends its code as a number.
#[derive(Debug, Default, Deserialize)]
pub struct OAuthError {
    /// The registered word: `invalid_grant`; empty where the answer holds none.
    #[serde(default, rename = "error", deserialize_with = "read::text_or_empty")]
    pub code: String,
    /// The platform's prose about it, for the log.
    #[serde(default, rename = "error_description", deserialize_with = "read::text_or_empty")]
    pub description: String,
}

impl OAuthError {
    /// The error in an answer; empty where there is none.
    pub fn of(answer: &PlatformResponse) -> Self {
        answer.json().unwrap_or_default()
    }

    /// For the log: status, code and description. The description is the platform's prose, cut so
    /// that nothing long gets through.
    pub fn detail(&self, answer: &PlatformResponse) -> String {
        let description: String = self.description.chars().take(160).collect();
        format!("{} {} {description}", answer.status, self.code).trim_end().to_owned()
    }

    /// What it means for whoever asked. A 5xx passes, whatever it says.
    pub fn meaning(
        &self,
        info: &PlatformInfo,
        client: &Client,
        answer: &PlatformResponse,
        asked: TokenRequest,
    ) -> Error {
        let longest = time::MAX_REFRESH_WAIT;
        let error = answer
            .common_error_within(client.now(), None, longest)
            .unwrap_or_else(|| self.own_meaning(info, answer, asked));
        answer.failed(error, &self.code, "")
    }

    fn own_meaning(
        &self,
        info: &PlatformInfo,
        answer: &PlatformResponse,
        asked: TokenRequest,
    ) -> Error {
        let detail = self.detail(answer);
        match (self.code.as_str(), asked) {
            ("invalid_grant", TokenRequest::Code) => Error::CodeRefused { detail },
            ("invalid_grant", TokenRequest::Refresh) if refuses(answer) => reconnect(info, detail),
            (
                "invalid_client"
                | "unauthorized_client"
                | "redirect_uri_mismatch"
                | "unsupported_grant_type"
                | "invalid_scope",
                _,
            ) => Error::Configuration { detail },
            // No OAuth error at all: a page of something in between, or an answer without a token.
            ("", _) => Error::Unavailable { detail: format!("{detail}: {}", answer.shape()) },
            _ => Error::Unexpected { detail },
        }
    }
}

/// Whether the status says what an OAuth error in its body says (RFC 6749, 5.2: 400, and 401 for
/// the client). With another one it may have been written in between, and ends nothing.
pub fn refuses(answer: &PlatformResponse) -> bool {
    matches!(answer.status.as_u16(), 400 | 401)
}

/// The platform no longer takes what we hold.
pub fn reconnect(info: &PlatformInfo, detail: String) -> Error {
    Error::Reconnect {
        reason: Reason::RefusedByPlatform,
        message: format!(
            "{} no longer accepts the access you gave. Reconnect your account.",
            info.name
        )
        .into(),
        detail,
    }
}

/// Whether the answer of a revocation endpoint (RFC 7009) means that the grant has ended. One that
/// was dead before has, too.
pub fn ended(info: &PlatformInfo, client: &Client, answer: &PlatformResponse) -> Result<bool> {
    if answer.is_success() {
        return Ok(true);
    }
    match OAuthError::of(answer).meaning(info, client, answer, TokenRequest::Refresh) {
        Error::Reconnect { .. } => Ok(true),
        error => Err(error),
    }
}

#[cfg(test)]
mod tests;
