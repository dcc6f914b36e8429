//! C12, T10: what is done to one account leaves the rows of the others as they were, to the byte.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::{ACCOUNTS, account_id, samples};
use crate::support::{Person, TestApp, both};

#[derive(Clone, Copy, Debug)]
enum Deed {
    Label,
    Refresh,
    Test,
    Reconnect,
    Disconnect,
    /// The platform ends the grant, and Huntaze notices.
    Broken,
}

fn deeds() -> impl Strategy<Value = (Deed, usize)> {
    (
        select(vec![
            Deed::Label,
            Deed::Refresh,
            Deed::Test,
            Deed::Reconnect,
            Deed::Disconnect,
            Deed::Broken,
        ]),
        0..ACCOUNTS.len(),
    )
}

async fn act(deed: Deed, app: &TestApp, mira: &Person, at: usize, account: &str, id: &str) {
    let (provider, test_account) = ACCOUNTS[at];
    let path = |verb: &str| format!("/api/integrations/{verb}/{provider}/{account}");
    match deed {
        Deed::Label => drop(
            mira.put(
                &format!("/api/integrations/{provider}/{account}/label"),
                json!({ "label": "Prints" }),
            )
            .await
            .expect(200),
        ),
        Deed::Refresh => drop(mira.post(&path("refresh"), None).await.expect(200)),
        Deed::Test => drop(mira.post(&path("test"), None).await.expect(200)),
        Deed::Reconnect => drop(mira.reconnect(provider, id, test_account).await),
        Deed::Disconnect => drop(mira.delete(&path("disconnect")).await.expect(200)),
        Deed::Broken => {
            app.sandbox().revoke(provider, test_account).await;
            let answer = mira.post(&path("test"), None).await.expect(200);
            assert_eq!(answer.data()["ok"], false);
        }
    }
}

/// The rows of all accounts but one.
async fn others(app: &TestApp, account: &str) -> Vec<String> {
    let mut rows = app.rows("oauth_accounts").await;
    let all = rows.len();
    rows.retain(|row| !row.contains(account));
    assert_eq!(rows.len(), all - 1, "one row is {account}'s");
    rows
}

both!(accounts_do_not_disturb_one_another, |app| async {
    let mira = app.person("Mira").await;
    for (deed, at) in samples(deeds(), 8) {
        // Whatever the last deed ended comes back, with its id.
        let mut connected = Vec::new();
        for (provider, account) in ACCOUNTS {
            connected.push(mira.connect(provider, account).await);
        }
        let (account, id) =
            (account_id(&connected[at]), connected[at]["id"].as_str().expect("our id"));
        let before = others(&app, account).await;
        assert_eq!(before.len(), ACCOUNTS.len() - 1);
        act(deed, &app, &mira, at, account, id).await;
        assert_eq!(others(&app, account).await, before, "{deed:?} of {account}");
    }
});
