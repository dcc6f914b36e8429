//! Storing a connection: one transaction with the tier limit inside it.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use sqlx::types::Json;

use super::{Error, Result};
use crate::model::audit::Action;
use crate::model::{AccountId, FlowId, Reason, Status};
use crate::server::Backend;
use crate::server::db::{self, accounts::Account};
use crate::server::domain::access::{
    self, AccountState, access_token_context, next_refresh, refresh_token_context,
};
use crate::server::domain::events::{self, AuditEvent};
use crate::server::domain::jobs::{self, Job};
use crate::server::error::CallbackError;
use crate::server::failpoint::failpoint;
use crate::server::identity::Actor;
use crate::server::locale;
use crate::server::metrics::{self, Step};
use crate::server::platform::{self, Entry, Limit, Profile, TokenGrant};

/// The account to connect: the expected one when an account is being reconnected, else the only
/// one.
pub(super) fn select_profile(
    entry: &Entry,
    mut found: Vec<Profile>,
    expected: Option<(&str, &str)>,
) -> Result<Profile> {
    let name: &'static str = &entry.info().name;
    let Some((id, called)) = expected else {
        return found.pop().ok_or(Error::NotFound("account"));
    };
    if let Some(at) = found.iter().position(|profile| profile.id == id) {
        return Ok(found.swap_remove(at));
    }
    let other = found
        .first()
        .map_or("another account", |p| if p.handle.is_empty() { &p.name } else { &p.handle });
    Err(CallbackError::OtherAccount { name, expected: called.to_owned(), found: other.to_owned() }
        .into())
}

/// A grant, and when its platform was asked for it: its life counts from then, however late it is
/// stored.
pub(super) struct IssuedGrant {
    pub grant: TokenGrant,
    pub at: DateTime<Utc>,
}

/// Stores a grant with the account it is for. The same platform account twice is an update; a
/// former one comes back with its id and label. `chosen` is the waiting choice that this answers:
/// it is used up by the same commit. An error means that nothing is connected, so that the grant
/// may be given back: after the commit there is none.
pub(super) async fn connect(
    backend: &Backend,
    actor: &Actor,
    entry: &Entry,
    issued: &IssuedGrant,
    profile: Profile,
    limits: &[Limit],
    chosen: Option<FlowId>,
) -> Result<Account> {
    entry
        .platform
        .check_metadata(&profile.metadata)
        .map_err(|what| Error::Metadata { name: &entry.info().name, what })?;
    let account = in_transaction(backend, actor, entry, issued, &profile, chosen).await?;
    access::store_limits(backend, &account, limits).await;
    metrics::oauth_step(entry.provider.as_str(), Step::Connected);
    tracing::info!(platform = %entry.provider, step = Step::Connected.as_str(),
        account = %account.id, "account connected");
    Ok(account)
}

async fn in_transaction(
    backend: &Backend,
    actor: &Actor,
    entry: &Entry,
    issued: &IssuedGrant,
    profile: &Profile,
    chosen: Option<FlowId>,
) -> Result<Account> {
    let mut tx = backend.db.begin().await?;
    let tier =
        db::users::lock_workspace(&mut tx, actor.workspace).await?.ok_or(Error::Unauthorized)?;
    let (workspace, provider) = (actor.workspace, entry.provider.as_str());
    let existing = db::accounts::by_platform_id(&mut tx, workspace, provider, &profile.id).await?;
    if existing.as_ref().is_none_or(|account| account.status == Status::Former) {
        let (used, limit) = (
            db::accounts::count(&mut tx, actor.workspace).await?,
            backend.config.tier_limit(&tier),
        );
        if used >= i64::from(limit) {
            return Err(Error::TierLimit { used, limit });
        }
    }
    let id = existing.as_ref().map_or_else(AccountId::new, |account| account.id);
    let account = row(backend, actor, entry, issued, profile, id);
    db::accounts::upsert(&mut tx, &account).await?;
    // What the old credential was asked for says nothing of the new one. An answer that is still
    // under way writes its line anew and is then judged by what it came from.
    db::refreshes::close_unanswered(&mut tx, id, i64::MAX).await?;
    let was_here = existing.as_ref().is_some_and(|existing| existing.status != Status::Former);
    access::record_transition(
        backend,
        &mut tx,
        &account,
        existing.as_ref().map(AccountState::of).as_ref(),
        &AccountState::of(&account),
    )
    .await?;
    let action = if was_here { Action::Reconnect } else { Action::Connect };
    let event = AuditEvent::by(actor, action)
        .on(backend, &account)
        .saying(account.message.clone().unwrap_or_default());
    if let Some(choice) = chosen
        && !db::pending::take(&mut tx, choice).await?
    {
        return Err(Error::NotFound("choice"));
    }
    events::record(backend, &mut tx, event).await?;
    if account.avatar_url.is_some() {
        let fetch = Job::FetchAvatar { workspace, account: id };
        jobs::enqueue(backend, &mut tx, fetch).await?;
    }
    let stored =
        db::accounts::find(&mut tx, workspace, id).await?.ok_or(Error::NotFound("account"))?;
    failpoint!("connect.before_commit");
    if let Err(error) = tx.commit().await {
        return after_unconfirmed_commit(backend, stored, error).await;
    }
    failpoint!("connect.after_commit");
    Ok(stored)
}

/// A commit whose answer never came may have happened all the same. It did where the row holds what
/// was sealed for it: no two seals are alike.
async fn after_unconfirmed_commit(
    backend: &Backend,
    stored: Account,
    error: db::Error,
) -> Result<Account> {
    match db::accounts::find(&backend.db, stored.workspace_id, stored.id).await {
        Ok(Some(found)) if found.access_token == stored.access_token => Ok(found),
        _ => Err(error.into()),
    }
}

/// The row of a fresh connection, its secrets sealed for its id.
fn row(
    backend: &Backend,
    actor: &Actor,
    entry: &Entry,
    issued: &IssuedGrant,
    profile: &Profile,
    id: AccountId,
) -> Account {
    let (now, IssuedGrant { grant, at: issued_at }) = (backend.clock.now(), issued);
    let expires_at = grant.expires_in.map(|life| *issued_at + life);
    let seal = |secret: &SecretString, context| backend.vault.seal(secret, context);
    let scope = if grant.scopes.is_empty() {
        entry.info().permissions.iter().map(|p| p.scope.as_ref()).collect::<Vec<_>>().join(" ")
    } else {
        grant.scopes.join(" ")
    };
    let trouble = profile.issue.clone().or_else(|| missing(entry, &scope));
    Account {
        id,
        workspace_id: actor.workspace,
        user_id: Some(actor.user),
        provider: entry.provider.clone(),
        provider_account_id: profile.id.clone(),
        name: profile.name.clone(),
        handle: profile.handle.clone(),
        has_avatar: false,
        avatar_url: profile.avatar_url.clone(),
        access_token: Some(seal(&grant.access, access_token_context(id))),
        refresh_token: grant.refresh.as_ref().map(|secret| seal(secret, refresh_token_context(id))),
        token_type: grant.token_type.clone(),
        scope,
        grant_key: profile.grant_key.clone().or_else(|| grant.grant_key.clone()),
        issued_at: *issued_at,
        expires_at,
        refresh_expires_at: grant.refresh_expires_in.map(|life| *issued_at + life),
        metadata: Json(profile.metadata.clone()),
        status: if trouble.is_some() { Status::Error } else { Status::Connected },
        reason: trouble.as_ref().map(|(reason, _)| *reason),
        message: trouble.map(|(_, message)| message.into_owned()),
        label: None,
        checked_at: Some(now),
        check_ok: Some(true),
        check_message: Some(format!("{} answered.", entry.info().name)),
        version: 1,
        next_refresh_at: next_refresh(entry, *issued_at, expires_at, now),
        refresh_failures: 0,
        refresh_deferred_until: None,
        connected_at: now,
        created_at: now,
        updated_at: now,
    }
}

/// Permissions that were asked for and not granted: connected all the same, with what is missing
/// said.
fn missing(entry: &Entry, scope: &str) -> Option<(Reason, platform::Message)> {
    let granted: Vec<&str> = scope.split_whitespace().collect();
    let missing: Vec<&str> = entry
        .info()
        .permissions
        .iter()
        .filter(|p| p.without.is_none() && !granted.contains(&p.scope.as_ref()))
        .map(|p| p.label.as_ref())
        .collect();
    if missing.is_empty() {
        return None;
    }
    let name = &entry.info().name;
    let message = format!(
        "{name} did not give us: {}. What it did give works. Reconnect and leave every box ticked.",
        locale::list(&missing)
    );
    Some((Reason::MissingPermissions, message.into()))
}
