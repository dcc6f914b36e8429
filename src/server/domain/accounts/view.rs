//! Accounts as pages show them: everything computed here, in words, so that pages only draw.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::Result;
use crate::model::{
    AccountId, AccountView, Card, Check, IntegrationsView, LandingView, LifeView, LimitView,
    NextStep, Notice, PermissionView, Provider, Reason, Setup, Status, Viewer,
};
use crate::server::Backend;
use crate::server::db::{self, accounts::AccountRow};
use crate::server::domain::access::{self, entry};
use crate::server::identity::Actor;
use crate::server::locale::{Locale, initials, thousands};
use crate::server::platform::{Entry, RefreshKind};

/// An account is called expiring so long before nobody but the person can renew it.
const EXPIRING: Duration = Duration::days(14);

/// All of `/integrations`: one statement, beside the one that found out who asks. Pasted sessions
/// that were not looked at for long are looked at in the background.
pub async fn integrations(backend: &Backend, actor: &Actor) -> Result<IntegrationsView> {
    let rows = db::accounts::list_rows(&backend.db, actor.workspace).await?;
    super::check::recheck_in_background(backend, actor, due(backend, &rows));
    let cards = build_cards(backend, Some(actor), &rows);
    let used = cards.iter().map(|card| card.accounts.len() as u32).sum();
    Ok(IntegrationsView { cards, used, limit: backend.config.tier_limit(&actor.tier) })
}

/// Every platform, with the accounts of whoever asks.
pub async fn cards(backend: &Backend, actor: Option<&Actor>) -> Result<Vec<Card>> {
    let rows = match actor {
        Some(actor) => db::accounts::list_rows(&backend.db, actor.workspace).await?,
        None => Vec::new(),
    };
    Ok(build_cards(backend, actor, &rows))
}

fn build_cards(backend: &Backend, actor: Option<&Actor>, rows: &[AccountRow]) -> Vec<Card> {
    let reader = Locale::new(backend.clock.now(), actor.map_or("UTC", |actor| &actor.time_zone));
    let mut by_provider: BTreeMap<&Provider, Vec<&AccountRow>> = BTreeMap::new();
    for row in rows {
        by_provider.entry(&row.provider).or_default().push(row);
    }
    let card = |entry: &Entry| Card {
        info: entry.info().clone(),
        configured: entry.configured(),
        accounts: accounts(
            entry,
            by_provider.get(&entry.provider).map_or(&[], Vec::as_slice),
            reader,
        ),
        unfinished: actor.and_then(|actor| actor.open_flow.as_deref())
            == Some(entry.provider.as_str()),
    };
    backend.platforms.iter().map(card).collect()
}

/// One platform's landing page.
pub async fn landing(
    backend: &Backend,
    actor: Option<&Actor>,
    provider: &str,
) -> Result<LandingView> {
    let entry = entry(backend, provider)?;
    let card = cards(backend, actor).await?.into_iter().find(|card| card.info.id == provider);
    let setup = actor.filter(|actor| actor.operator && !entry.configured()).map(|_| Setup {
        missing: entry.missing().iter().map(|key| format!("platforms.{provider}.{key}")).collect(),
        redirect_uri: backend.config.redirect_uri(provider).into(),
        file: crate::server::config::FILE.to_owned(),
    });
    Ok(LandingView {
        card: card.ok_or(super::Error::NotFound("platform"))?,
        viewer: actor.map(viewer),
        setup,
    })
}

/// The person a page is rendered for.
pub fn viewer(actor: &Actor) -> Viewer {
    Viewer {
        id: actor.user,
        name: actor.name.clone(),
        email: actor.email.clone(),
        verified: actor.verified,
        operator: actor.operator,
    }
}

/// Accounts whose last check is older than their platform lets it become. A refused one is never
/// looked at again.
fn due(backend: &Backend, rows: &[AccountRow]) -> Vec<AccountId> {
    let now = backend.clock.now();
    let due = |row: &AccountRow| {
        let entry = backend.platforms.get(row.provider.as_str())?;
        let every = entry.recheck_after()?;
        let old = row.checked_at.is_none_or(|at| at + every <= now);
        (entry.configured() && row.status == Status::Connected && old).then_some(row.id)
    };
    rows.iter().filter_map(due).collect()
}

/// Rows of one platform, an account each, its rate limits folded in.
fn accounts(entry: &Entry, rows: &[&AccountRow], reader: Locale) -> Vec<AccountView> {
    rows.chunk_by(|a, b| a.id == b.id).map(|rows| account(entry, rows, reader)).collect()
}

fn account(entry: &Entry, rows: &[&AccountRow], reader: Locale) -> AccountView {
    let row = rows[0];
    let trouble = access::still_open(row.breaker_open_until, reader.now);
    let status = shown_status(entry, row, reader.now);
    AccountView {
        id: row.id,
        platform_id: row.provider_account_id.clone(),
        name: row.name.clone(),
        handle: row.handle.clone(),
        initials: initials(&row.name),
        has_avatar: row.has_avatar,
        label: row.label.clone(),
        status,
        status_text: status_text(entry, row, status, reader),
        notice: notice(entry, row, status, reader)
            .or_else(|| trouble.map(|until| in_trouble(entry, until, reader))),
        connected: reader.day(row.connected_at),
        permissions: permissions(entry, row),
        life: life(entry, row, reader),
        limits: rows.iter().filter_map(|row| limit(row, reader)).collect(),
        details: details(entry, row),
        check: row.checked_at.zip(row.check_ok).map(|(at, ok)| Check {
            ok,
            text: row.check_message.clone().unwrap_or_default(),
            at: reader.relative(at),
        }),
    }
}

/// What a person sees: the stored state, and "expiring" computed from dates.
pub fn shown_status(entry: &Entry, row: &AccountRow, now: DateTime<Utc>) -> Status {
    match (row.status, renewable_until(entry, row)) {
        (Status::Connected, Some(end)) if end <= now => Status::Expired,
        (Status::Connected, Some(end)) if end <= now + EXPIRING => Status::Expiring,
        (status, _) => status,
    }
}

/// When an account can no longer be renewed without the person, where that has a date.
fn renewable_until(entry: &Entry, row: &AccountRow) -> Option<DateTime<Utc>> {
    access::renewable_until(entry, row.expires_at, row.refresh_expires_at)
}

fn status_text(entry: &Entry, row: &AccountRow, status: Status, reader: Locale) -> String {
    match (status, row.reason) {
        (Status::Connected, _) => "Healthy".to_owned(),
        (Status::Expiring, _) => renewable_until(entry, row).map_or_else(
            || "Expiring".to_owned(),
            |end| format!("Expires {}", reader.relative(end).text),
        ),
        (Status::Expired, Some(Reason::SessionEnded)) => "Session ended".to_owned(),
        (Status::Expired, _) => "Expired".to_owned(),
        (_, Some(Reason::MissingPermissions)) => "Limited".to_owned(),
        (_, Some(Reason::Suspended)) => "Suspended".to_owned(),
        (_, Some(Reason::Locked)) => "Locked".to_owned(),
        (_, Some(Reason::NeedsAction)) => "Needs you".to_owned(),
        (_, Some(Reason::Revoked)) => "Access removed".to_owned(),
        _ => "Not connected".to_owned(),
    }
}

/// The second line, only when something needs saying.
fn notice(entry: &Entry, row: &AccountRow, status: Status, reader: Locale) -> Option<Notice> {
    let name = &entry.info().name;
    let next = match row.reason {
        Some(Reason::Suspended | Reason::Locked | Reason::NeedsAction) => NextStep::Test,
        _ => NextStep::Reconnect,
    };
    let text = match (status, &row.message) {
        (Status::Connected | Status::Former, _) => return None,
        (Status::Expiring, _) => {
            let end =
                renewable_until(entry, row).map(|end| reader.day(end).text).unwrap_or_default();
            format!(
                "{name} lets us renew this access until {end}. Reconnect before then and nothing \
                 stops."
            )
        }
        (_, Some(message)) => message.clone(),
        (_, None) => format!(
            "{name} ended our access to this account. Reconnect it; its label and history stay."
        ),
    };
    Some(Notice { text, next: Some(next) })
}

/// Nobody's fault here, and nothing to do: no button, and no red.
fn in_trouble(entry: &Entry, until: DateTime<Utc>, reader: Locale) -> Notice {
    let text = format!(
        "{} is having trouble. Next try at {}. Nothing is lost meanwhile.",
        entry.info().name,
        reader.clock(until)
    );
    Notice { text, next: None }
}

fn permissions(entry: &Entry, row: &AccountRow) -> Vec<PermissionView> {
    let granted: Vec<&str> = row.scope.split_whitespace().collect();
    let view = |p: &crate::model::Permission| {
        let granted = granted.contains(&p.scope.as_ref());
        let without = p.without.as_ref().filter(|_| !granted);
        let label =
            without.map_or(p.label.to_string(), |without| format!("{}. {without}", p.label));
        PermissionView { label, granted }
    };
    entry.info().permissions.iter().map(view).collect()
}

fn life(entry: &Entry, row: &AccountRow, reader: Locale) -> Option<LifeView> {
    let spec = entry.platform.connect().spec()?;
    let end = row.expires_at?;
    let (whole, gone) =
        ((end - row.issued_at).num_seconds().max(1), (reader.now - row.issued_at).num_seconds());
    let then = match spec.refresh_kind {
        RefreshKind::Rotates | RefreshKind::Kept => "renewed by itself before then",
        RefreshKind::Extends => "extended by itself before then",
    };
    Some(LifeView {
        used_percent: (gone * 100 / whole).clamp(0, 100) as u8,
        until: reader.relative(end),
        then: then.to_owned(),
    })
}

fn limit(row: &AccountRow, reader: Locale) -> Option<LimitView> {
    let (name, remaining, seen) =
        (row.limit_name.as_ref()?, row.limit_remaining?, row.limit_observed_at?);
    let reset = row.limit_resets_at.filter(|at| *at > reader.now);
    let maximum =
        row.limit_maximum.map(|maximum| format!(" of {}", thousands(maximum))).unwrap_or_default();
    let until = reset.map(|at| format!(", full again at {}", reader.clock(at))).unwrap_or_default();
    Some(LimitView {
        label: name.clone(),
        value: format!("{}{maximum} left{until}", thousands(remaining)),
        at: reader.relative(seen),
    })
}

/// Facts out of metadata that still has the shape its platform gives it.
fn details(entry: &Entry, row: &AccountRow) -> Vec<(String, String)> {
    match entry.platform.check_metadata(&row.metadata) {
        Ok(()) => entry.platform.describe_metadata(&row.metadata),
        Err(what) => {
            tracing::warn!(account = %row.id, "invalid account metadata: {what}");
            Vec::new()
        }
    }
}
