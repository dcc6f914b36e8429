//! C3, C12: whatever is done in whatever order, an account at a platform has one row, which keeps
//! its id and label.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ACCOUNTS, account_id, samples};
use crate::support::{Person, both};

#[derive(Clone, Debug)]
enum Step {
    Connect(usize),
    Reconnect(usize),
    /// Reconnects one account and chooses another at the platform.
    ReconnectWith(usize, usize),
    Label(usize, String),
    Disconnect(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one = || 0..ACCOUNTS.len();
    let step = prop_oneof![
        4 => one().prop_map(Step::Connect),
        2 => one().prop_map(Step::Reconnect),
        1 => (0..2usize).prop_map(|at| Step::ReconnectWith(at, 1 - at)),
        2 => (one(), "[a-z]{0,8}").prop_map(|(at, label)| Step::Label(at, label)),
        3 => one().prop_map(Step::Disconnect),
    ];
    prop::collection::vec(step, 10)
}

/// What is known of an account that was ever connected.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    id: String,
    account_id: String,
    label: Option<String>,
    connected: bool,
}

type Model = BTreeMap<usize, Known>;

/// Does a step and says what has to be true afterwards.
async fn take(step: &Step, mira: &Person, model: &mut Model) {
    match step {
        Step::Connect(at) => {
            let found = mira.connect(ACCOUNTS[*at].0, ACCOUNTS[*at].1).await;
            let known = model.entry(*at).or_insert_with(|| known(&found));
            assert_eq!(found["id"], known.id, "the id stays");
            known.connected = true;
        }
        Step::Reconnect(at) => {
            if let Some(known) = model.get(at).filter(|known| known.connected) {
                let answer = mira.reconnect(ACCOUNTS[*at].0, &known.id, ACCOUNTS[*at].1).await;
                assert!(!mira.toast(&answer).await.error);
            }
        }
        Step::ReconnectWith(at, other) => {
            if let Some(known) = model.get(at).filter(|known| known.connected) {
                let answer = mira.reconnect(ACCOUNTS[*at].0, &known.id, ACCOUNTS[*other].1).await;
                mira.toast(&answer).await.says(&["to reconnect", "Nothing was changed"]);
            }
        }
        Step::Label(at, label) => {
            if let Some(known) = model.get_mut(at) {
                let path =
                    format!("/api/integrations/{}/{}/label", ACCOUNTS[*at].0, known.account_id);
                mira.put(&path, json!({ "label": label })).await.expect(if known.connected {
                    200
                } else {
                    404
                });
                if known.connected {
                    known.label = Some(label.clone()).filter(|label| !label.is_empty());
                }
            }
        }
        Step::Disconnect(at) => {
            if let Some(known) = model.get_mut(at) {
                let path = format!(
                    "/api/integrations/disconnect/{}/{}",
                    ACCOUNTS[*at].0, known.account_id
                );
                mira.delete(&path).await.expect(if known.connected { 200 } else { 404 });
                known.connected = false;
            }
        }
    }
}

fn known(integration: &Value) -> Known {
    Known {
        id: integration["id"].as_str().expect("our id").to_owned(),
        account_id: account_id(integration).to_owned(),
        label: integration["label"].as_str().map(str::to_owned),
        connected: true,
    }
}

/// What the status shows, as the model says it.
async fn shown(mira: &Person) -> Vec<Known> {
    let mut shown: Vec<Known> = mira.integrations().await.iter().map(known).collect();
    shown.sort_by(|a, b| a.id.cmp(&b.id));
    shown
}

fn expected(model: &Model) -> Vec<Known> {
    let mut expected: Vec<Known> =
        model.values().filter(|known| known.connected).cloned().collect();
    expected.sort_by(|a, b| a.id.cmp(&b.id));
    expected
}

both!(an_account_has_one_row_whatever_is_done, |app| async {
    let mut before = 0;
    for (at, steps) in samples(steps(), 3).into_iter().enumerate() {
        let (mira, mut model) = (app.person(&format!("Mira{at}")).await, Model::new());
        for (done, step) in steps.iter().enumerate() {
            take(step, &mira, &mut model).await;
            let so_far = &steps[..=done];
            assert_eq!(shown(&mira).await, expected(&model), "{so_far:?}");
            assert_eq!(app.rows("oauth_accounts").await.len() - before, model.len(), "{so_far:?}");
        }
        before += model.len();
    }
});
