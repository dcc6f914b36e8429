//! Many accounts that nobody connected one by one. They are written by the server's own functions
//! and sealed with its own keys, and each holds the tokens that its platform gave out for it.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use huntaze::model::{AccountId, Provider, Status, UserId, WorkspaceId};
use huntaze::server::clock::Clock;
use huntaze::server::db::{accounts, accounts::Account, sealed, users};
use huntaze::server::vault::{SealContext, Vault};
use secrecy::ExposeSecret;
use serde_json::json;
use sqlx::types::Json;
use uuid::Uuid;

use super::platform::Platform;
use crate::sweep::world::World;

/// Accounts of one workspace.
const TOGETHER: usize = 10;
/// Accounts that the owner finds on their page, spread over all of them.
pub const AT_HOME: usize = 20;

/// What to make.
pub struct Seed<'a> {
    pub world: &'a World,
    pub platform: &'a Platform,
    pub owner: &'a str,
    pub count: usize,
    /// Whether all of them are to be renewed now, five minutes before their end; otherwise none is
    /// for two hours.
    pub is_due: bool,
}

/// The numbers of the accounts that the owner finds.
pub fn at_home(count: usize) -> impl Iterator<Item = usize> {
    (0..count).filter(move |number| is_at_home(*number, count))
}

fn is_at_home(number: usize, count: usize) -> bool {
    number.is_multiple_of(count.div_ceil(AT_HOME))
}

/// The accounts that were made: by our id, the number that the platform knows each by.
pub struct Sown(HashMap<Uuid, usize>);

impl Seed<'_> {
    pub async fn sow(&self) -> Sown {
        let (db, vault) = (self.world.db().await, self.world.vault());
        let owner = users::by_email(&db, self.owner)
            .await
            .expect("an answer")
            .expect("the owner is registered")
            .id;
        let home = users::home_workspace(&db, owner)
            .await
            .expect("an answer")
            .expect("the owner has a workspace");
        let now = Clock::System.now();
        let mut tx = db.begin().await.expect("a transaction");
        let (mut workspace, mut ids) = (home, HashMap::new());
        for number in 0..self.count {
            if number.is_multiple_of(TOGETHER) {
                workspace = WorkspaceId::new();
                users::insert_workspace(&mut tx, workspace, "Storm", "enterprise", owner, now)
                    .await
                    .expect("a workspace");
            }
            let of = if is_at_home(number, self.count) { home } else { workspace };
            let account = self.account(&vault, owner, of, number, now);
            accounts::upsert(&mut tx, &account).await.expect("an account");
            ids.insert(account.id.0, number);
        }
        tx.commit().await.expect("they are there");
        db.close().await;
        Sown(ids)
    }

    fn account(
        &self,
        vault: &Vault,
        owner: UserId,
        workspace: WorkspaceId,
        number: usize,
        now: DateTime<Utc>,
    ) -> Account {
        let (id, pair) = (AccountId::new(), self.platform.issue(number));
        let seal = |text: String, column| {
            Some(vault.seal(&text.into(), SealContext::new("oauth_accounts", id.0, column)))
        };
        let issued_at = now - Duration::minutes(115);
        Account {
            id,
            workspace_id: workspace,
            user_id: Some(owner),
            provider: Provider::from("x"),
            provider_account_id: number.to_string(),
            name: format!("Account {number}"),
            handle: format!("@account_{number}"),
            has_avatar: false,
            avatar_url: None,
            access_token: seal(pair.access, "access_token"),
            refresh_token: seal(pair.refresh, "refresh_token"),
            token_type: "bearer".into(),
            scope: "tweet.read users.read offline.access".into(),
            grant_key: None,
            issued_at,
            expires_at: Some(
                now + if self.is_due { Duration::minutes(5) } else { Duration::hours(2) },
            ),
            refresh_expires_at: None,
            metadata: Json(json!({ "username": format!("account_{number}") })),
            status: Status::Connected,
            reason: None,
            message: None,
            label: None,
            checked_at: None,
            check_ok: None,
            check_message: None,
            version: 1,
            next_refresh_at: self.is_due.then_some(now),
            refresh_failures: 0,
            refresh_deferred_until: None,
            connected_at: issued_at,
            created_at: issued_at,
            updated_at: issued_at,
        }
    }
}

impl Sown {
    /// How many hold the refresh token that their platform would take next.
    pub async fn renewable(&self, world: &World, platform: &Platform) -> usize {
        let (db, vault) = (world.db().await, world.vault());
        let column = sealed::COLUMNS
            .iter()
            .find(|column| (column.table, column.name) == ("oauth_accounts", "refresh_token"));
        let column = column.expect("refresh tokens are sealed");
        let (mut after, mut renewable) = (Uuid::nil(), 0);
        loop {
            let rows = sealed::page(&db, column, after, 1_000).await.expect("a page");
            let Some((last, _)) = rows.last() else { break };
            after = *last;
            for (id, blob) in rows {
                let Some(number) = self.0.get(&id) else { continue };
                let token = vault
                    .open(&blob, SealContext::new(column.table, id, column.name))
                    .expect("it opens");
                renewable += usize::from(platform.would_renew(*number, token.expose_secret()));
            }
        }
        db.close().await;
        renewable
    }
}
