//! Facebook's dialog and its tokens.
//! <https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived>

use chrono::{DateTime, Duration, Utc};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::inspect::{inspect, refuses_app};
use super::portfolio::is_id;
use super::settings::InstagramSettings;
use super::wire::{Done, Inspection, Permissions};
use super::{GRAPH, SPEC, error, info::INFO, pages, versioned};
use crate::server::platform::oauth::token::{self, Form, TokenAnswer, TokenRequest};
use crate::server::platform::{
    Api, Authorize, Client, CodeGrant, Credential, Error, Result, TokenGrant, oauth, time,
};

/// The dialog. With a Facebook Login for Business configuration, that says what is asked for, and
/// no scope is sent.
/// <https://developers.facebook.com/docs/facebook-login/facebook-login-for-business>
pub fn authorize(client: &Client, request: &Authorize<'_>) -> Url {
    let mut url = oauth::authorize(&INFO, &SPEC, client, request);
    if let Some(config) = client.settings().own::<InstagramSettings>().config_id {
        let kept: Vec<(String, String)> =
            url.query_pairs().into_owned().filter(|(name, _)| name != "scope").collect();
        url.query_pairs_mut().clear().extend_pairs(kept).append_pair("config_id", &config);
    }
    url
}

/// The code becomes a token of some hours, and that one of about 60 days.
pub async fn exchange(client: &Client, code: &CodeGrant) -> Result<TokenGrant> {
    let short = ask(client, token::code_form(&SPEC, code), TokenRequest::Code).await?;
    let long = extend(client, &short.access_token).await?;
    let scopes = granted(client, &long.access_token).await?;
    if scopes.is_empty() {
        // An empty list in a grant would mean that Facebook had not said.
        pages::require_granted(|_| false)?;
    }
    let grant = grant(client, long, None).await?;
    Ok(TokenGrant { scopes, ..grant })
}

/// There is no refresh token: a token that still lives is exchanged like a short one.
pub async fn refresh(client: &Client, held: &Credential) -> Result<TokenGrant> {
    let long = extend(client, &held.access).await?;
    grant(client, long, held.grant_key.clone()).await
}

/// Removes the app for the Facebook user.
/// <https://developers.facebook.com/docs/graph-api/reference/user/permissions>
pub async fn revoke(client: &Client, held: &Credential) -> Result<bool> {
    let user = held.grant_key.as_deref().filter(|id| is_id(id)).unwrap_or("me");
    let url = client.url(GRAPH, &format!(versioned!("/{}/permissions"), user));
    let api = Api::new(client.clone(), held.access.clone(), Vec::new());
    let answer = api.delete(url).label(versioned!("/{id}/permissions")).send().await?;
    match error::of(&answer, client.now()) {
        // The token is dead: there is nothing left that it could end.
        Some(Error::Reconnect { .. }) => Ok(true),
        Some(error) => Err(error),
        None if answer.expect::<Done>("a revocation")?.is_true() => Ok(true),
        None => Err(Error::Unexpected { detail: "the revocation was answered by false".into() }),
    }
}

async fn extend(client: &Client, token: &SecretString) -> Result<TokenAnswer> {
    let form =
        vec![("grant_type", "fb_exchange_token"), ("fb_exchange_token", token.expose_secret())];
    ask(client, form, TokenRequest::Refresh).await
}

/// Documented as GET; the form keeps secrets out of addresses, and the Graph API takes either.
/// <https://developers.facebook.com/docs/graph-api/overview>
async fn ask(client: &Client, form: Form<'_>, asked: TokenRequest) -> Result<TokenAnswer> {
    let answer = token::call(&SPEC, client, SPEC.token, form).send().await?;
    let Some(mut error) = error::classify_token(&answer, client.now(), asked) else {
        return answer.expect("a token");
    };
    if error::may_be_app_secret(&answer) && refuses_app(client).await {
        error = Error::Configuration { detail: format!("the app secret is refused: {error}") };
    }
    Err(error::failed(&answer, error))
}

/// A token with what only `debug_token` tells: whose it is, and until when it may read. Without
/// these the grant is still good, unless nothing else tells when it ends.
async fn grant(client: &Client, long: TokenAnswer, known: Option<String>) -> Result<TokenGrant> {
    let inspection = match inspect(client, &long.access_token).await {
        Ok(inspection) => inspection,
        Err(error) if long.expires_in.is_none() => return Err(error),
        Err(_) => Inspection::default(),
    };
    let now = client.now();
    let grant = long.grant();
    Ok(TokenGrant {
        expires_in: grant.expires_in.or_else(|| left(inspection.expires_at, now)),
        // Data access lapses some 90 days after the person was last asked, however often the token
        // is extended: from then on only the person can renew.
        refresh_expires_in: left(inspection.data_access_expires_at, now),
        scopes: inspection.scopes,
        grant_key: inspection.user_id.filter(|id| is_id(id)).or(known),
        ..grant
    })
}

/// The time until an instant of `debug_token`. 0 means that there is none; one of the past was not
/// told.
fn left(at: Option<f64>, now: DateTime<Utc>) -> Option<Duration> {
    let at = time::instant(at.filter(|at| *at > 0.0)?, now)?;
    time::wait_until(at, now, time::MAX_LIFETIME)
}

async fn granted(client: &Client, token: &SecretString) -> Result<Vec<String>> {
    let api = Api::new(client.clone(), token.clone(), Vec::new());
    let permissions = versioned!("/me/permissions");
    let answer = api.get(client.url(GRAPH, permissions)).label(permissions).send().await?;
    if let Some(error) = error::of(&answer, client.now()) {
        return Err(error);
    }
    let all = answer.expect::<Permissions>("the permissions")?.data;
    Ok(all.into_iter().filter(|p| p.status == "granted").map(|p| p.permission).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // R2: whatever instant `debug_token` names, what is left
        // until then is a life, or was not told.
        #[test]
        fn any_instant_is_a_life_or_not_told(at in any::<f64>(), ahead in any::<i32>()) {
            let now = DateTime::from_timestamp(1_790_000_000, 0).expect("a time");
            for at in [at, 1_790_000_000.0 + f64::from(ahead)] {
                if let Some(life) = left(Some(at), now) {
                    prop_assert!(life > Duration::zero() && life <= time::MAX_LIFETIME);
                }
            }
            prop_assert!(left(Some(0.0), now).is_none() && left(None, now).is_none());
        }
    }
}
