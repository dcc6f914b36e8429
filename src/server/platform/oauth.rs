//! OAuth 2.0 over the `oauth2` crate's types and our HTTP client, driven by an [`OAuthSpec`].
//!
//! A specification holds only the axes that several platforms share. An oddity of one platform is
//! code in its folder.

pub mod token;

use oauth2::basic::BasicClient;
use oauth2::{
    AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use url::Url;

pub use token::{exchange, refresh};

use super::Client;
use crate::model::PlatformInfo;

/// A path at one of the platform's hosts.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// `https://api.example.com`, without a trailing slash.
    pub host: &'static str,
    /// With a leading slash.
    pub path: &'static str,
}

/// How a platform does OAuth.
pub struct OAuthSpec {
    /// The consent page, opened by the person's browser.
    pub authorize: Endpoint,
    /// Where codes and refresh tokens are exchanged, by this server.
    pub token: Endpoint,
    /// Between scopes, on the wire.
    pub separator: char,
    /// `client_id`, or what the platform calls it.
    pub client_id_name: &'static str,
    /// How the token endpoint is told whose app is asking.
    pub client_auth: ClientAuth,
    /// By redirect URI, because TikTok's kind of app follows from it.
    pub pkce: fn(&Url) -> Pkce,
    /// Further parameters of the consent page.
    pub extra: &'static [(&'static str, &'static str)],
    /// Added when the person connects another account or reconnects, so that they are asked which
    /// one.
    pub select_account_params: &'static [(&'static str, &'static str)],
    /// What a refresh does to the tokens, and so when it is due.
    pub refresh_kind: RefreshKind,
    /// Whether a refresh whose answer was lost may be repeated.
    pub replay: RefreshReplay,
    /// The issuer that the callback's `iss` names, where the platform sends one.
    pub issuer: Option<&'static str>,
}

/// Where the client's own credentials go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClientAuth {
    /// In the `Authorization` header (RFC 6749, 2.3.1).
    Basic,
    /// As fields of the form.
    Body,
}

/// The form of PKCE that a platform takes (RFC 7636, and one that is not in it).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pkce {
    /// The platform documents none for this kind of app; state and the client secret protect the
    /// code.
    None,
    /// base64url of SHA-256, without padding.
    S256,
    /// Lower-case hex of SHA-256, sent as `S256` all the same.
    HexS256,
}

/// What becomes of the refresh token when it is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefreshKind {
    /// Replaced by a new one; the old one is dead.
    Rotates,
    /// Stays.
    Kept,
    /// There is none: the access token itself is extended while it lives.
    Extends,
}

/// What happens when a refresh is repeated with the same token after its answer was lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefreshReplay {
    /// The grant survives, so the refresh may be repeated.
    Harmless,
    /// The platform may end the whole grant.
    Fatal,
}

/// What goes into the address of the consent page.
pub struct Authorize<'a> {
    /// Has to equal one that is registered at the platform, to the letter.
    pub redirect_uri: &'a Url,
    /// Comes back with the callback and ties it to the browser that began.
    pub state: &'a CsrfToken,
    /// The challenge's verifier, when the platform takes PKCE.
    pub verifier: Option<&'a SecretString>,
    /// The person has an account here already: ask which one is meant.
    pub again: bool,
}

/// A new PKCE verifier: 43 characters, 256 bits.
pub fn verifier() -> SecretString {
    let (_, verifier) = PkceCodeChallenge::new_random_sha256();
    PkceCodeVerifier::into_secret(verifier).into()
}

/// The address of the consent page as most platforms want it.
pub fn authorize(
    info: &PlatformInfo,
    spec: &OAuthSpec,
    client: &Client,
    request: &Authorize<'_>,
) -> Url {
    let page = client.browser_url(spec.authorize.host, spec.authorize.path);
    let oauth = BasicClient::new(ClientId::new(client.settings().client_id.clone()))
        .set_auth_uri(AuthUrl::from_url(page))
        .set_redirect_uri(RedirectUrl::from_url(request.redirect_uri.clone()));
    // In one, because the crate separates scopes by spaces only.
    let scopes = client.settings().requested(info).join(&spec.separator.to_string());
    let mut address = oauth.authorize_url(|| request.state.clone()).add_scope(Scope::new(scopes));
    let again = if request.again { spec.select_account_params } else { &[] };
    for (name, value) in spec.extra.iter().chain(again) {
        address = address.add_extra_param(*name, *value);
    }
    let pkce = (spec.pkce)(request.redirect_uri);
    address = match request.verifier.map(ExposeSecret::expose_secret) {
        Some(verifier) if pkce == Pkce::S256 => {
            let verifier = PkceCodeVerifier::new(verifier.to_owned());
            address.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        }
        Some(verifier) if pkce == Pkce::HexS256 => address
            .add_extra_param("code_challenge", hex_sha256(verifier))
            .add_extra_param("code_challenge_method", "S256"),
        _ => address,
    };
    with_client_id_name(address.url().0, spec.client_id_name)
}

/// The same address with the platform's own name for the client's id.
fn with_client_id_name(mut address: Url, name: &str) -> Url {
    if name != "client_id" {
        let pairs: Vec<(String, String)> = address.query_pairs().into_owned().collect();
        let renamed = pairs.iter().map(|(key, value)| match key.as_str() {
            "client_id" => (name, value),
            key => (key, value),
        });
        address.query_pairs_mut().clear().extend_pairs(renamed);
    }
    address
}

fn hex_sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
