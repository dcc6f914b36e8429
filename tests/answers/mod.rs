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
mod fields;
mod headers;
mod interceptor;
mod numbers;
mod server;
mod shipped;
mod statuses;
mod trial;

use std::collections::{BTreeMap, BTreeSet};

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::stories::cast::EVERYWHERE;
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

/// A platform with a test account that connects, the platform's id for it, and where that stands in
/// the profile.
#[derive(Clone, Copy, Debug)]
pub struct TestAccount {
    pub provider: &'static str,
    pub allows: &'static str,
    pub id: &'static str,
    pub id_pointer: &'static str,
}

const TEST_ACCOUNTS: [TestAccount; 6] = [
    account(EVERYWHERE[0], "/data/0/instagram_business_account/id"),
    account(EVERYWHERE[1], "/data/user/open_id"),
    account(EVERYWHERE[2], "/items/0/id"),
    account(EVERYWHERE[3], "/data/id"),
    account(EVERYWHERE[4], "/id"),
    account(EVERYWHERE[5], "/id"),
];

const fn account(
    (provider, allows, id): (&'static str, &'static str, &'static str),
    id_pointer: &'static str,
) -> TestAccount {
    TestAccount { provider, allows, id, id_pointer }
}

fn account_at(provider: &str) -> TestAccount {
    let found = TEST_ACCOUNTS.into_iter().find(|account| account.provider == provider);
    found.unwrap_or_else(|| panic!("{provider} has no test account"))
}

/// The same cases every time, unless somebody asks for others.
fn seed() -> u64 {
    std::env::var("HUNTAZE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(9)
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
    share: usize,
) -> Selection {
    let mut all: Vec<Case> = Vec::new();
    for good in recorded {
        let changes = changes::of(&good.answer);
        let finals = contract::final_answers(account, operation, good);
        let case = |change| Case { good: good.clone(), change };
        all.extend(changes.into_iter().chain(finals).map(case));
    }
    let count = all.len();
    if share > 1 {
        all.shuffle(&mut StdRng::seed_from_u64(seed()));
        let mut met = BTreeSet::new();
        let (first, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|case| {
            met.insert((case.good.call.clone(), case.change.kind)) || case.change.is_known()
        });
        let more = (count / share).saturating_sub(first.len());
        all = first.into_iter().chain(rest.into_iter().take(more)).collect();
    }
    Selection { tried: all, all: count }
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
    if operation != Operation::Connect {
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
    interceptor.take_recorded()
}

/// Tries every selected case, then says how many and what was wrong.
async fn try_all(server: &Server, account: TestAccount, operation: Operation, share: usize) {
    let recorded = record(server, account, operation).await;
    // A pasted session is deleted here; OnlyFans is not told.
    let silent = account.provider == "onlyfans" && operation == Operation::Disconnect;
    assert_eq!(recorded.is_empty(), silent, "{account:?}: what {operation:?} calls is recorded");
    let selection = select(account, operation, &recorded, share);
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
                contract::expected(account, operation, change)
            ));
        }
    }
    println!(
        "{} odd answers of {} ({} while {operation:?}, seed {}): {kinds:?}",
        selection.tried.len(),
        selection.all,
        account.provider,
        seed()
    );
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

async fn play(provider: &str, operation: Operation) {
    let server = Server::here().await;
    try_all(&server, account_at(provider), operation, if soak() { 1 } else { SHARE }).await;
    server.end().await;
}

/// A test for each operation at each platform, so that they run beside each other.
macro_rules! odd_answers {
    ($($platform:ident)*) => {$(
        mod $platform {
            use super::{Operation, play};

            #[tokio::test]
            async fn while_connecting() {
                play(stringify!($platform), Operation::Connect).await;
            }

            #[tokio::test]
            async fn while_testing() {
                play(stringify!($platform), Operation::Test).await;
            }

            #[tokio::test]
            async fn while_refreshing() {
                play(stringify!($platform), Operation::Refresh).await;
            }

            #[tokio::test]
            async fn while_disconnecting() {
                play(stringify!($platform), Operation::Disconnect).await;
            }
        }
    )*};
}

// R1-R3, T7: every platform in the registry, or `every_platform_is_tried` fails.
odd_answers! { instagram tiktok youtube x reddit onlyfans }

#[test]
fn every_platform_is_tried() {
    let tried: Vec<&str> = TEST_ACCOUNTS.iter().map(|account| account.provider).collect();
    let mut there = huntaze::server::platform::IDS.to_vec();
    assert!(!there.is_empty());
    there.retain(|id| !tried.contains(id));
    assert!(there.is_empty(), "{there:?} answer nothing odd");
}
