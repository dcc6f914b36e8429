//! The callback. Order: the flow is claimed once; then session, user, workspace, platform, redirect
//! URI, expiry and `iss` are compared; then the code is exchanged, the granted scopes compared, the
//! account read and checked; then one transaction stores it.
//!
//! A failure leaves nothing behind: no account, no secret, a flow that is used up (RFC 9700, 4.7;
//! "COAT" and "COSF" in docs/oauth.md). All of it happens inside the request, because X's codes
//! live 30 seconds.

use chrono::Duration;
use secrecy::SecretString;

use super::store::{self, IssuedGrant};
use super::{Error, Result, begin, choose, configured};
use crate::model::audit::Action;
use crate::model::{AccountId, FlowId, Outcome};
use crate::server::Backend;
use crate::server::db::{self, accounts::Account, flows::Flow};
use crate::server::domain::access;
use crate::server::domain::events::{self, AuditEvent};
use crate::server::domain::unreadable;
use crate::server::error::CallbackError;
use crate::server::failpoint::failpoint;
use crate::server::identity::{Actor, hash};
use crate::server::locale;
use crate::server::metrics::{self, Step};
use crate::server::platform::{self, CodeGrant, Entry};

/// A callback's outcome is kept so long for whoever reloads the page.
const OUTCOME: Duration = Duration::hours(1);

/// What a platform's redirect carries.
#[derive(Default)]
pub struct CallbackParams {
    pub state: Option<String>,
    pub code: Option<SecretString>,
    pub error: Option<String>,
    pub iss: Option<String>,
    /// `scopes` (TikTok) or `scope` (Google).
    pub scopes: Option<String>,
}

/// What a good callback leads to.
pub enum CallbackOutcome {
    Connected(Box<Account>),
    /// Several accounts: the person chooses.
    Choose(FlowId),
}

/// Finishes a flow for whoever is asking, and keeps what came of it for a reload of the same page.
pub async fn finish_flow(
    backend: &Backend,
    actor: Option<&Actor>,
    provider: &str,
    returned: &CallbackParams,
) -> Result<CallbackOutcome> {
    let entry = configured(backend, provider)?;
    let finished = finish_at(backend, entry, actor, returned).await;
    if let Err(error) = &finished {
        let (platform, outcome) = (entry.provider.as_str(), error.as_str());
        metrics::oauth_failed(platform, outcome);
        tracing::warn!(platform, step = "callback", outcome, "connection failed: {error}");
        if let Some(actor) = actor {
            events::record_alone(
                backend,
                AuditEvent::by(actor, Action::Connect)
                    .about(entry.info().name.as_ref())
                    .failed(error),
            )
            .await;
        }
    }
    finished
}

async fn finish_at(
    backend: &Backend,
    entry: &Entry,
    actor: Option<&Actor>,
    returned: &CallbackParams,
) -> Result<CallbackOutcome> {
    let actor = actor.ok_or(CallbackError::NoSession { name: &entry.info().name })?;
    // The role may have changed while the person was at the platform.
    actor.may_change()?;
    let flow = claim(backend, actor, entry, returned).await?;
    failpoint!("callback.claimed");
    // Counted only now: anybody can call this address, but only who began holds a state.
    metrics::oauth_step(entry.provider.as_str(), Step::Returned);
    tracing::info!(platform = %entry.provider, step = Step::Returned.as_str(), flow = %flow.id,
        "callback received");
    let code = checked(backend, actor, entry, &flow, returned)?;
    exchange(backend, actor, entry, &flow, code).await
}

/// What a reload of the callback shows: the stored outcome, to the session that began it only.
pub async fn seen_outcome(
    backend: &Backend,
    actor: &Actor,
    state: &str,
) -> Result<Option<Outcome>> {
    let flow = db::flows::by_state(&backend.db, &hash(state)).await?;
    Ok(flow
        .filter(|flow| flow.session_id == actor.session)
        .and_then(|flow| flow.outcome)
        .map(|json| json.0))
}

/// Keeps what the callback said under its state.
pub async fn keep_outcome(
    backend: &Backend,
    actor: &Actor,
    state: &str,
    outcome: &Outcome,
) -> Result<()> {
    if let Some(flow) = db::flows::by_state(&backend.db, &hash(state))
        .await?
        .filter(|flow| flow.session_id == actor.session && flow.outcome.is_none())
    {
        db::flows::finish(&backend.db, flow.id, outcome).await?;
    }
    Ok(())
}

/// The job: attempts to connect that ended.
pub async fn purge_flows(backend: &Backend) -> Result<()> {
    db::flows::delete_expired(&backend.db, backend.clock.now() - OUTCOME).await?;
    Ok(())
}

async fn claim(
    backend: &Backend,
    actor: &Actor,
    entry: &Entry,
    returned: &CallbackParams,
) -> Result<Flow> {
    let name: &'static str = &entry.info().name;
    let state = returned
        .state
        .as_deref()
        .filter(|state| !state.is_empty())
        .ok_or(CallbackError::NoState { name })?;
    let hash = hash(state);
    if let Some(flow) =
        db::flows::claim(&backend.db, &hash, actor.session, backend.clock.now()).await?
    {
        return Ok(flow);
    }
    let why = match db::flows::by_state(&backend.db, &hash).await? {
        None => CallbackError::UnknownState { name },
        Some(flow) if flow.session_id != actor.session => CallbackError::OtherSession { name },
        Some(_) => CallbackError::AlreadyUsed { name },
    };
    Err(why.into())
}

/// Everything that has to agree before a code is worth exchanging.
fn checked(
    backend: &Backend,
    actor: &Actor,
    entry: &Entry,
    flow: &Flow,
    returned: &CallbackParams,
) -> Result<CodeGrant> {
    let name: &'static str = &entry.info().name;
    if flow.user_id != actor.user || flow.workspace_id != actor.workspace {
        return Err(CallbackError::OtherSession { name }.into());
    }
    if flow.provider != entry.provider {
        return Err(CallbackError::OtherPlatform { name }.into());
    }
    if flow.redirect_uri != backend.config.redirect_uri(entry.provider.as_str()).as_str() {
        return Err(CallbackError::OtherRedirect { name }.into());
    }
    if flow.expires_at <= backend.clock.now() {
        return Err(CallbackError::Expired { name }.into());
    }
    check_issuer(entry, returned)?;
    if let Some(code) = &returned.error {
        return Err(refusal(entry, code));
    }
    // A return with neither code nor error is what some platforms send for "cancel".
    let code = returned.code.clone().ok_or(CallbackError::Cancelled { name })?;
    let open = |blob| {
        backend.vault.open(blob, begin::code_verifier_context(flow.id)).map_err(|error| {
            unreadable::report("oauth_flows", &flow.id, error);
            CallbackError::Unreadable { name }
        })
    };
    let verifier = flow.code_verifier.as_deref().map(open).transpose()?;
    Ok(CodeGrant {
        code,
        redirect_uri: flow.redirect_uri.clone(),
        verifier,
        callback_scopes: returned.scopes.clone(),
    })
}

/// RFC 9207: where the platform names its issuer and we know it, they agree.
fn check_issuer(entry: &Entry, returned: &CallbackParams) -> Result<()> {
    let known = entry.settings().issuer.as_deref().or(entry
        .platform
        .connect()
        .spec()
        .and_then(|spec| spec.issuer));
    match (returned.iss.as_deref(), known) {
        (Some(told), Some(known)) if told != known => {
            Err(CallbackError::OtherIssuer { name: &entry.info().name }.into())
        }
        (Some(told), None) => {
            tracing::info!(
                platform = %entry.provider,
                length = told.len(),
                "callback has an issuer, but none is configured"
            );
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Only words of RFC 6749 are repeated to the person: the parameter comes from the address bar.
fn refusal(entry: &Entry, code: &str) -> Error {
    const KNOWN: &[&str] = &[
        "invalid_request",
        "unauthorized_client",
        "unsupported_response_type",
        "server_error",
        "temporarily_unavailable",
    ];
    let name: &'static str = &entry.info().name;
    let refusal = match code {
        "access_denied" | "user_cancelled_login" | "user_denied" => {
            CallbackError::Cancelled { name }
        }
        // The app may not ask for what it asks for (RFC 6749, 4.1.2.1; TikTok calls it `scope`).
        "invalid_scope" | "scope" => {
            let detail = format!(
                "the consent page answered {code}: see what the app was approved for, and \
                platforms.{}.scopes",
                entry.provider
            );
            return access::platform_error(entry, platform::Error::Configuration { detail });
        }
        code if KNOWN.contains(&code) => CallbackError::Failed { name, code: code.to_owned() },
        _ => CallbackError::Failed { name, code: "an unknown reason".to_owned() },
    };
    refusal.into()
}

async fn exchange(
    backend: &Backend,
    actor: &Actor,
    entry: &Entry,
    flow: &Flow,
    code: CodeGrant,
) -> Result<CallbackOutcome> {
    // From here on its life counts, however late we get to read the answer.
    let at = backend.clock.now();
    let grant =
        entry.exchange(&code).await.map_err(|error| access::platform_error(entry, error))?;
    let issued = IssuedGrant { grant, at };
    failpoint!("callback.exchanged");
    metrics::oauth_step(entry.provider.as_str(), Step::Exchanged);
    tracing::info!(platform = %entry.provider, step = Step::Exchanged.as_str(), flow = %flow.id,
        "authorization code exchanged");
    let connected = connect(backend, actor, entry, flow, &issued).await;
    if let Err(error) = &connected {
        // What was granted for nothing is given back, as far as the platform can and nobody else
        // lives by it.
        tracing::info!(platform = %entry.provider, outcome = error.as_str(), "revoking unused grant");
        access::revoke_if_unused(backend, entry, &issued.grant).await;
    }
    connected
}

async fn connect(
    backend: &Backend,
    actor: &Actor,
    entry: &Entry,
    flow: &Flow,
    issued: &IssuedGrant,
) -> Result<CallbackOutcome> {
    let grant = &issued.grant;
    check_required(entry, &grant.scopes)?;
    let api = entry.api(grant.access.clone(), grant.scopes.clone());
    let found =
        entry.list_profiles(&api).await.map_err(|error| access::platform_error(entry, error))?;
    let expected = expected(backend, actor, flow.account_id).await?;
    if found.len() > 1 && expected.is_none() {
        choose::store_pending(backend, actor, entry, flow.id, issued, &found).await?;
        failpoint!("callback.waiting");
        return Ok(CallbackOutcome::Choose(flow.id));
    }
    let expected =
        expected.as_ref().map(|a| (a.provider_account_id.as_str(), super::display_name(a)));
    let profile = store::select_profile(entry, found, expected)?;
    let account =
        store::connect(backend, actor, entry, issued, profile, &api.limits(), None).await?;
    Ok(CallbackOutcome::Connected(Box::new(account)))
}

async fn expected(
    backend: &Backend,
    actor: &Actor,
    account: Option<AccountId>,
) -> Result<Option<Account>> {
    match account {
        Some(id) => super::find_owned(backend, actor, id).await.map(Some),
        None => Ok(None),
    }
}

/// Without a required permission there is no connection at all.
fn check_required(entry: &Entry, granted: &[String]) -> Result<()> {
    if granted.is_empty() {
        return Ok(());
    }
    let info = entry.info();
    let missing: Vec<&str> = info
        .permissions
        .iter()
        .filter(|p| p.required && !granted.iter().any(|g| *g == p.scope))
        .map(|p| p.label.as_ref())
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(CallbackError::MissingRequired { name: &info.name, missing: locale::list(&missing) }
            .into())
    }
}
