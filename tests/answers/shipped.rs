//! The binary that is shipped, under odd answers: what a release does with a panic, and with checks
//! that only debug builds have, is seen here and nowhere else.

use super::server::Server;
use super::{Operation, account_at, try_all};
use crate::support::process::release_binary;

/// Enough that there is little beside one of every kind at every call, also in `make soak`: the
/// clock of another process can't be moved on, so what a thousand answers tell of limits adds up.
const SHARE: usize = 1000;

async fn play(provider: &str, operation: Operation) {
    let server = Server::process(&release_binary()).await;
    try_all(&server, account_at(provider), operation, SHARE).await;
    server.end().await;
}

macro_rules! odd_answers {
    ($($platform:ident)*) => {$(
        mod $platform {
            use super::{Operation, play};

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "it needs HUNTAZE_RELEASE_BINARY: make test"]
            async fn while_connecting() {
                play(stringify!($platform), Operation::Connect).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "it needs HUNTAZE_RELEASE_BINARY: make test"]
            async fn while_testing() {
                play(stringify!($platform), Operation::Test).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "it needs HUNTAZE_RELEASE_BINARY: make test"]
            async fn while_refreshing() {
                play(stringify!($platform), Operation::Refresh).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            #[ignore = "it needs HUNTAZE_RELEASE_BINARY: make test"]
            async fn while_disconnecting() {
                play(stringify!($platform), Operation::Disconnect).await;
            }
        }
    )*};
}

// R2: one odd number ended the server, because a release aborted where a debug build unwinds.
odd_answers! { instagram tiktok youtube x reddit onlyfans }
