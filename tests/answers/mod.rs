//! Odd answers of platforms. A good answer of every call that an adapter makes - recorded from the
//! sandbox, so that it is never stale - is changed in one thing: type, sign, size, absence,
//! encoding, order, status, headers. The app gets it while a person connects, tests, refreshes or
//! disconnects. Whatever it is: nothing breaks, nothing absurd is stored, only the platform's own
//! permanent answer ends a connection, and the next good answer finds the account in order.
//!
//! `make test` tries a share, chosen by a seed that is printed (`HUNTAZE_SEED` sets it): every kind
//! of change at every call at least once. `make soak` tries all of them.

mod changes;
mod client;
mod compression;
mod contract;
mod endpoints;
mod fields;
mod headers;
mod interceptor;
mod numbers;
mod server;
mod shipped;
mod statuses;
mod trial;

use std::collections::BTreeMap;

use crate::stories::cast::{EVERYWHERE, FJORD_FIKA, MARTA_OF_A_PORTFOLIO, NORDLYS_KITCHEN};
use crate::sweep::share::{seed, share};
use crate::sweep::soak;
use interceptor::Recorded;
use server::Server;
use trial::{Case, Trial};

/// What is done while the odd answer comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    Connect,
    Test,
    Refresh,
    Disconnect,
}

const ALL_OPERATIONS: [Operation; 4] =
    [Operation::Connect, Operation::Test, Operation::Refresh, Operation::Disconnect];

/// A platform with a test account that connects, and the platform's id for it.
#[derive(Clone, Copy, Debug)]
pub struct TestAccount {
    pub provider: &'static str,
    pub allows: &'static str,
    pub id: &'static str,
    /// The end of the call whose answer holds the id, and where it stands there.
    pub id_call: &'static str,
    pub id_pointer: &'static str,
    /// The ends of the calls whose answers are changed; empty: of all.
    calls: &'static [&'static str],
    /// What the platform refuses to show of it.
    hidden: Option<&'static str>,
}

const TEST_ACCOUNTS: [TestAccount; 6] = [
    account(EVERYWHERE[0], "/me/accounts", "/data/0/instagram_business_account/id"),
    account(EVERYWHERE[1], "/user/info/", "/data/user/open_id"),
    account(EVERYWHERE[2], "/channels", "/items/0/id"),
    account(EVERYWHERE[3], "/users/me", "/data/id"),
    account(EVERYWHERE[4], "/me", "/id"),
    account(EVERYWHERE[5], "/users/me", "/id"),
];

/// Behind a Page that only the list of a portfolio's clients has.
const OF_A_CLIENT: TestAccount = TestAccount {
    allows: MARTA_OF_A_PORTFOLIO,
    id: FJORD_FIKA,
    id_call: "/client_pages",
    calls: &["/me/businesses", "/owned_pages", "/client_pages"],
    ..TEST_ACCOUNTS[0]
};

/// Behind a Page of a portfolio that is not shared with the app: it is known by its id alone, which
/// the person ticked.
const OF_A_TICKED_PAGE: TestAccount = TestAccount {
    allows: MARTA_OF_A_PORTFOLIO,
    id: NORDLYS_KITCHEN,
    id_call: "/{id}",
    id_pointer: "/instagram_business_account/id",
    calls: &["/debug_token", "/{id}"],
    hidden: Some("/businesses"),
    ..TEST_ACCOUNTS[0]
};

/// Only looking for them differs from the first account of their platform.
const FOUND_OTHERWISE: [TestAccount; 2] = [OF_A_CLIENT, OF_A_TICKED_PAGE];
const FINDING: [Operation; 2] = [Operation::Connect, Operation::Test];

const fn account(
    (provider, allows, id): (&'static str, &'static str, &'static str),
    id_call: &'static str,
    id_pointer: &'static str,
) -> TestAccount {
    TestAccount { provider, allows, id, id_call, id_pointer, calls: &[], hidden: None }
}

fn account_at(provider: &str) -> TestAccount {
    let found = TEST_ACCOUNTS.into_iter().find(|account| account.provider == provider);
    found.unwrap_or_else(|| panic!("{provider} has no test account"))
}

impl TestAccount {
    /// Whether the answer to this call is changed.
    fn changes(&self, call: &str) -> bool {
        self.calls.is_empty() || self.calls.iter().any(|end| call.ends_with(end))
    }
}

/// Of so many cases one is tried in `make test`, and beside that every kind at every call once.
const SHARE: usize = 8;

/// Every case of an operation, and those of them that are tried now.
struct Selection {
    tried: Vec<Case>,
    all: usize,
}

fn select(
    account: TestAccount,
    operation: Operation,
    recorded: &[Recorded],
    part: usize,
) -> Selection {
    let mut all: Vec<Case> = Vec::new();
    for good in recorded {
        let changes = changes::of(&good.answer);
        let finals = contract::final_answers(account, operation, good);
        let case = |change| Case { good: good.clone(), change };
        all.extend(changes.into_iter().chain(finals).map(case));
    }
    let count = all.len();
    let tried = share(all, count / part, |Case { good, change }| {
        let itself = if change.is_known() { change.name.clone() } else { String::new() };
        vec![
            (good.call.clone(), change.kind, String::new()),
            (good.call.clone(), change.kind, itself),
        ]
    });
    Selection { tried, all: count }
}

/// The good answers to what an operation calls.
async fn record(server: &Server, account: TestAccount, operation: Operation) -> Vec<Recorded> {
    let (client, interceptor) = (&server.client, &server.interceptor);
    let connect = async || {
        let answer = client.connect(server.sandbox(), account).await.expect("an answer");
        assert!(
            matches!(answer.status, 201 | 303),
            "{account:?}: {} {}",
            answer.status,
            answer.body
        );
        let all = client.integrations().await.expect("the connections");
        assert_eq!(all.len(), 1, "{account:?} is connected: {all:?}");
    };
    if let Some(endpoint) = account.hidden {
        server.sandbox().trouble(account.provider, endpoint, "403", Some("200")).await;
    }
    let is_connected = !client.integrations().await.expect("the connections").is_empty();
    if operation != Operation::Connect && !is_connected {
        connect().await;
    }
    server.time_passes().await;
    interceptor.take_recorded();
    match operation {
        Operation::Connect => connect().await,
        Operation::Test => {
            client.test(account).await.expect("an answer").expect(200);
        }
        Operation::Refresh => {
            client.refresh(account).await.expect("an answer").expect(200);
        }
        Operation::Disconnect => {
            client.disconnect(account.provider, account.id).await.expect("an answer").expect(200);
        }
    }
    let recorded = interceptor.take_recorded();
    recorded.into_iter().filter(|good| account.changes(&good.call)).collect()
}

/// Tries every selected case, then says how many and what was wrong.
async fn try_all(server: &Server, account: TestAccount, operation: Operation, part: usize) {
    let mut recorded = record(server, account, operation).await;
    // A pasted session is deleted here; OnlyFans is not told.
    let silent = account.provider == "onlyfans" && operation == Operation::Disconnect;
    assert_eq!(recorded.is_empty(), silent, "{account:?}: what {operation:?} calls is recorded");
    recorded.retain(|good| server.asks_every_time(&good.call));
    let selection = select(account, operation, &recorded, part);
    let trial = Trial { server, account, operation };
    let (mut kinds, mut wrong) = (BTreeMap::new(), Vec::new());
    for case in &selection.tried {
        *kinds.entry(case.change.kind).or_insert(0) += 1;
        for what in trial.run(case).await {
            let Case { good, change } = case;
            wrong.push(format!(
                "{} | {} | {:.90} | {what} | {:?}",
                account.provider,
                good.call,
                change.name,
                contract::expected(account, operation, case)
            ));
        }
    }
    println!(
        "{} odd answers of {} ({} {} while {operation:?}, seed {}): {kinds:?}",
        selection.tried.len(),
        selection.all,
        account.provider,
        account.id,
        seed()
    );
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

async fn play(account: TestAccount, operation: Operation) {
    let server = Server::here().await;
    try_all(&server, account, operation, if soak() { 1 } else { SHARE }).await;
    server.end().await;
}

/// A test for each operation at each platform, so that they run beside each other.
macro_rules! odd_answers {
    ($($platform:ident)*) => {$(
        mod $platform {
            use super::{Operation, account_at, endpoints, play};

            #[tokio::test]
            async fn every_endpoint_is_tried() {
                endpoints::assert_all_tried(stringify!($platform)).await;
            }

            #[tokio::test]
            async fn while_connecting() {
                play(account_at(stringify!($platform)), Operation::Connect).await;
            }

            #[tokio::test]
            async fn while_testing() {
                play(account_at(stringify!($platform)), Operation::Test).await;
            }

            #[tokio::test]
            async fn while_refreshing() {
                play(account_at(stringify!($platform)), Operation::Refresh).await;
            }

            #[tokio::test]
            async fn while_disconnecting() {
                play(account_at(stringify!($platform)), Operation::Disconnect).await;
            }
        }
    )*};
}

// R1-R3, T7: every platform in the registry, or `every_platform_is_tried` fails.
odd_answers! { instagram tiktok youtube x reddit onlyfans }

/// A test for each way to find an account that is not the usual one.
macro_rules! found_otherwise {
    ($($name:ident: $account:ident),*) => {$(
        mod $name {
            use super::{$account, Operation, play};

            #[tokio::test]
            async fn while_connecting() {
                play($account, Operation::Connect).await;
            }

            #[tokio::test]
            async fn while_testing() {
                play($account, Operation::Test).await;
            }
        }
    )*};
}
found_otherwise! { of_a_client: OF_A_CLIENT, of_a_ticked_page: OF_A_TICKED_PAGE }

#[test]
fn every_platform_is_tried() {
    let tried: Vec<&str> = TEST_ACCOUNTS.iter().map(|account| account.provider).collect();
    let mut there = huntaze::server::platform::IDS.to_vec();
    assert!(!there.is_empty());
    there.retain(|id| !tried.contains(id));
    assert!(there.is_empty(), "{there:?} answer nothing odd");
}
