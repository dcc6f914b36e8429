//! Beginning to connect: a flow bound to who begins it, or, where there is no consent page, the
//! whole connection at once.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use oauth2::CsrfToken;
use url::Url;

use super::store::{self, IssuedGrant};
use super::{Error, Result, configured};
use crate::model::audit::Action;
use crate::model::{AccountId, FieldError, FlowId, Status};
use crate::server::Backend;
use crate::server::db::{self, accounts::Account, flows::Flow};
use crate::server::domain::access::platform_error;
use crate::server::domain::events::{self, AuditEvent};
use crate::server::identity::{Actor, hash};
use crate::server::metrics::{self, Step};
use crate::server::platform::{Authorize, Connect, Entry, Pkce, oauth};
use crate::server::vault::SealContext;

/// A flow lives so long (requirement S1).
const LIFE: Duration = Duration::minutes(10);

/// A flow that waits for its callback.
pub struct StartedFlow {
    pub url: Url,
    pub state: CsrfToken,
    pub expires_at: DateTime<Utc>,
}

pub(super) fn code_verifier_context(id: FlowId) -> SealContext {
    SealContext::new("oauth_flows", id.0, "code_verifier")
}

/// Begins a flow at a platform's consent page. `account` is the one to reconnect.
pub async fn begin_flow(
    backend: &Backend,
    actor: &Actor,
    provider: &str,
    account: Option<AccountId>,
    attested: usize,
) -> Result<StartedFlow> {
    actor.may_change()?;
    let entry = configured(backend, provider)?;
    let Connect::OAuth2(spec) = entry.platform.connect() else {
        return Err(Error::Conflict {
            sentence: format!("{} has no consent page.", entry.info().name),
            next: "Send the fields of your browser session instead.".into(),
        });
    };
    check_attested(entry, attested)?;
    let again = account.is_some() || ensure_capacity(backend, actor, entry, account).await?;
    if let Some(id) = account {
        reconnectable(backend, actor, provider, id).await?;
    }
    let redirect_uri = backend.config.redirect_uri(provider);
    let (state, id, now) = (CsrfToken::new_random_len(32), FlowId::new(), backend.clock.now());
    let verifier = ((spec.pkce)(&redirect_uri) != Pkce::None).then(oauth::verifier);
    let flow = Flow {
        id,
        session_id: actor.session,
        user_id: actor.user,
        workspace_id: actor.workspace,
        provider: entry.provider.clone(),
        redirect_uri: redirect_uri.to_string(),
        code_verifier: verifier
            .as_ref()
            .map(|secret| backend.vault.seal(secret, code_verifier_context(id))),
        account_id: account,
        expires_at: now + LIFE,
        claimed_at: None,
        outcome: None,
    };
    db::flows::delete_open(&backend.db, actor.session, &entry.provider).await?;
    db::flows::insert(&backend.db, &flow, &hash(state.secret()), now).await?;
    let url = entry.platform.authorize(
        &entry.client(),
        &Authorize {
            redirect_uri: &redirect_uri,
            state: &state,
            verifier: verifier.as_ref(),
            again,
        },
    );
    metrics::oauth_step(provider, Step::Started);
    tracing::info!(platform = provider, step = Step::Started.as_str(), flow = %id,
        reconnect = account.is_some(), "connection started");
    Ok(StartedFlow { url, state, expires_at: flow.expires_at })
}

/// Connects by the fields of a browser session: checked against the platform before anything is
/// stored.
pub async fn connect_session(
    backend: &Backend,
    actor: &Actor,
    provider: &str,
    fields: &BTreeMap<String, String>,
    account: Option<AccountId>,
) -> Result<Account> {
    actor.may_change()?;
    let entry = configured(backend, provider)?;
    metrics::oauth_step(entry.provider.as_str(), Step::Started);
    let connected = with_session(backend, actor, entry, fields, account).await;
    if let Err(error) = &connected {
        let (platform, outcome) = (entry.provider.as_str(), error.as_str());
        metrics::oauth_failed(platform, outcome);
        tracing::warn!(platform, step = "session", outcome, "connection failed: {error}");
        events::record_alone(
            backend,
            AuditEvent::by(actor, Action::Connect).about(entry.info().name.as_ref()).failed(error),
        )
        .await;
    }
    connected
}

async fn with_session(
    backend: &Backend,
    actor: &Actor,
    entry: &Entry,
    fields: &BTreeMap<String, String>,
    account: Option<AccountId>,
) -> Result<Account> {
    if !matches!(entry.platform.connect(), Connect::Session) {
        return Err(Error::field(
            "credentials",
            format!("{} is connected on its own page, not with credentials.", entry.info().name),
        ));
    }
    let too_long = |field: &crate::model::Field| {
        let value = fields.get(field.name.as_ref())?;
        (value.len() > field.max as usize).then(|| FieldError {
            field: field.name.to_string(),
            message: format!("Longer than {} characters can't be right.", field.max),
        })
    };
    let problems: Vec<FieldError> = entry.info().fields.iter().filter_map(too_long).collect();
    if !problems.is_empty() {
        return Err(Error::Validation(problems));
    }
    let expected = match account {
        Some(id) => Some(reconnectable(backend, actor, entry.provider.as_str(), id).await?),
        None => {
            ensure_capacity(backend, actor, entry, None).await?;
            None
        }
    };
    let mut grant = entry.platform.accept(fields).map_err(Error::Validation)?;
    let api = entry.api(grant.access.clone(), grant.scopes.clone());
    let found = entry.list_profiles(&api).await.map_err(|error| platform_error(entry, error))?;
    if let Some(renewed) = api.renewed() {
        grant.access = renewed;
    }
    let profile = store::select_profile(
        entry,
        found,
        expected.as_ref().map(|a| (a.provider_account_id.as_str(), super::display_name(a))),
    )?;
    let issued = IssuedGrant { grant, at: backend.clock.now() };
    store::connect(backend, actor, entry, &issued, profile, &api.limits(), None).await
}

/// Whether all that the platform does not tell was confirmed.
fn check_attested(entry: &Entry, attested: usize) -> Result<()> {
    let asked = entry.info().attests.len();
    if attested >= asked {
        Ok(())
    } else {
        Err(Error::field(
            "attest",
            "Tick every box to go on. The platform does not tell us, so we ask you.",
        ))
    }
}

/// The kind check of the tier at the start; the sure one is at the insert. Says whether the
/// platform has accounts here already.
async fn ensure_capacity(
    backend: &Backend,
    actor: &Actor,
    entry: &Entry,
    account: Option<AccountId>,
) -> Result<bool> {
    let shown = db::accounts::list_rows(&backend.db, actor.workspace).await?;
    let mut ids: Vec<AccountId> = shown.iter().map(|row| row.id).collect();
    ids.dedup();
    let (used, limit) = (ids.len() as i64, backend.config.tier_limit(&actor.tier));
    if account.is_none() && used >= i64::from(limit) {
        return Err(Error::TierLimit { used, limit });
    }
    Ok(shown.iter().any(|row| row.provider == entry.provider))
}

async fn reconnectable(
    backend: &Backend,
    actor: &Actor,
    provider: &str,
    id: AccountId,
) -> Result<Account> {
    let account = super::find_owned(backend, actor, id).await?;
    if account.provider.as_str() == provider && account.status != Status::Former {
        Ok(account)
    } else {
        Err(Error::NotFound("account"))
    }
}
