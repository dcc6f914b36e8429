//! T5, T6: lease and journal of a refresh against a model of them: several holders that are slow,
//! late or killed at any step, a platform whose refresh tokens are good for one use, a person who
//! disconnects and connects meanwhile; on both databases. One holder at a time, an epoch that only
//! grows, no newer pair ever overwritten, and no pair lost that is the only live one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use chrono::{DateTime, Duration, Utc};
use huntaze::model::{Reason, Status};
use huntaze::server::db::{self, accounts::Account, pending, refreshes};
use huntaze::server::domain::access::steps::{self, Attempt, JournaledTokens, LeaseOutcome};
use huntaze::server::domain::{Error, jobs::Job};
use huntaze::server::domain::{access::RefreshReason, accounts::disconnect};
use huntaze::server::identity::Actor;
use huntaze::server::platform::{self, TokenGrant};
use huntaze::server::vault::SealContext;
use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::{actor, samples};
use crate::support::{TestApp, both};

/// As long as nobody prolongs it.
const LEASE: Duration = Duration::seconds(90);
const INES: &str = "1427750916318339072";

/// A holder is one of all that began and were not killed, the latest first.
#[derive(Clone, Copy, Debug)]
enum Event {
    Begin,
    /// Looks at the lease once more, right before sending.
    Check {
        holder: usize,
    },
    Send {
        holder: usize,
    },
    /// Writes the answer down, or acts on a refusal.
    Record {
        holder: usize,
    },
    Settle {
        holder: usize,
    },
    Kill {
        holder: usize,
    },
    Recover,
    Disconnect,
    Connect,
    Wait {
        seconds: i64,
    },
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let holder = || 0..3usize;
    let event = prop_oneof![
        5 => Just(Event::Begin),
        5 => holder().prop_map(|holder| Event::Check { holder }),
        5 => holder().prop_map(|holder| Event::Send { holder }),
        5 => holder().prop_map(|holder| Event::Record { holder }),
        4 => holder().prop_map(|holder| Event::Settle { holder }),
        2 => holder().prop_map(|holder| Event::Kill { holder }),
        2 => Just(Event::Recover),
        1 => Just(Event::Disconnect),
        1 => Just(Event::Connect),
        4 => prop_oneof![1..60i64, 80..100i64].prop_map(|seconds| Event::Wait { seconds }),
    ];
    prop::collection::vec(event, 40..80)
}

/// Pairs are numbered as the platform gives them out: of two, the greater is the newer.
type Pair = u32;

/// How far a holder has come.
enum Stage {
    Begun,
    Checked,
    Given(Pair),
    Refused,
    Recorded(Pair, JournaledTokens),
}

struct Holder {
    attempt: Attempt,
    epoch: i64,
    came_from: Pair,
    stage: Stage,
}

/// A line of the journal as it should be.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Line {
    came_from: Pair,
    unanswered_attempts: i64,
    started_at: DateTime<Utc>,
    answer: Option<Pair>,
}

struct Model<'a> {
    app: &'a TestApp,
    actor: Actor,
    account: Account,
    /// What the row holds; nothing while the account is disconnected.
    row: Option<Pair>,
    version: i64,
    broken: bool,
    epoch: i64,
    until: DateTime<Utc>,
    /// By epoch, which no two lines share.
    lines: BTreeMap<i64, Line>,
    holders: Vec<Holder>,
    /// The pair that the platform takes, and the last that it gave out.
    live: Option<Pair>,
    given: Pair,
    /// Pairs that were safely written down, and those that were given back.
    recorded: BTreeSet<Pair>,
    given_back: BTreeSet<Pair>,
}

fn grant(pair: Pair) -> TokenGrant {
    TokenGrant {
        access: format!("access-{pair}").into(),
        refresh: Some(format!("refresh-{pair}").into()),
        token_type: "bearer".into(),
        expires_in: Some(Duration::hours(2)),
        refresh_expires_in: None,
        scopes: Vec::new(),
        grant_key: None,
    }
}

fn refusal() -> platform::Error {
    platform::Error::Reconnect {
        reason: Reason::RefusedByPlatform,
        message: "Reconnect.".into(),
        detail: "spent".into(),
    }
}

impl Model<'_> {
    fn now(&self) -> DateTime<Utc> {
        self.app.backend().clock.now()
    }

    /// Puts an answer into the row as the model knows it, and closes its line.
    fn put(&mut self, epoch: i64) {
        let Some(Line { came_from, answer: Some(answer), .. }) = self.lines.remove(&epoch) else {
            return;
        };
        self.put_pair(epoch, came_from, answer);
    }

    fn put_pair(&mut self, epoch: i64, came_from: Pair, answer: Pair) {
        match self.row {
            None => _ = self.given_back.insert(answer),
            Some(held) if held == came_from => {
                (self.row, self.version, self.broken) = (Some(answer), self.version + 1, false);
                self.lines.retain(|begun, line| *begun > epoch || line.answer.is_some());
            }
            Some(_) => {}
        }
        if self.row.is_none() && self.live == Some(answer) {
            self.live = None;
        }
    }

    fn release(&mut self, epoch: i64) -> bool {
        let ours = epoch == self.epoch;
        if ours {
            self.until = self.now();
        }
        ours
    }

    async fn begin(&mut self) {
        let why = RefreshReason::Renew { seen: self.version };
        let outcome = steps::begin_attempt(
            self.app.backend(),
            self.account.workspace_id,
            self.account.id,
            why,
        )
        .await;
        if self.row.is_none() {
            return assert!(
                matches!(outcome, Err(Error::NotFound(_))),
                "nothing is renewed of a former account"
            );
        }
        if self.until > self.now() {
            return assert!(matches!(outcome, Ok(LeaseOutcome::Theirs)), "one holder at a time");
        }
        (self.epoch, self.until) = (self.epoch + 1, self.now() + LEASE);
        let unanswered_attempts = self
            .lines
            .values()
            .filter(|line| line.answer.is_none())
            .map(|line| line.unanswered_attempts + 1)
            .sum();
        let (seen, answered): (_, Vec<i64>) = (self.version, self.answered());
        answered.into_iter().for_each(|epoch| self.put(epoch));
        if self.version != seen {
            assert!(
                matches!(outcome, Ok(LeaseOutcome::Done(_))),
                "an answer was waiting: nothing is asked for"
            );
            self.release(self.epoch);
            return;
        }
        let Ok(LeaseOutcome::Mine(attempt)) = outcome else { panic!("it was free") };
        let (epoch, came_from) = (self.epoch, self.row.expect("it is connected"));
        self.lines.retain(|_, line| line.answer.is_some());
        self.lines.insert(
            epoch,
            Line { came_from, unanswered_attempts, started_at: self.now(), answer: None },
        );
        self.holders.insert(0, Holder { attempt: *attempt, epoch, came_from, stage: Stage::Begun });
    }

    fn answered(&self) -> Vec<i64> {
        self.lines
            .iter()
            .filter(|(_, line)| line.answer.is_some())
            .map(|(epoch, _)| *epoch)
            .collect()
    }

    /// Takes a holder out, if it stands there; whoever goes on is put back.
    fn holder(&mut self, at: usize, stands: impl Fn(&Stage) -> bool) -> Option<Holder> {
        let found = self.holders.get(at).is_some_and(|holder| stands(&holder.stage));
        found.then(|| self.holders.remove(at))
    }

    async fn check(&mut self, at: usize) {
        let Some(holder) = self.holder(at, |stage| matches!(stage, Stage::Begun)) else { return };
        let held = holder.epoch == self.epoch && self.until > self.now();
        let may = holder.attempt.may_send(self.app.backend()).await;
        assert_eq!(may.is_ok(), held, "only a live holder sends");
        if held {
            self.until = self.now() + LEASE;
            return self.holders.insert(at, Holder { stage: Stage::Checked, ..holder });
        }
        if self.lines.get(&holder.epoch).is_some_and(|line| line.unanswered_attempts == 0) {
            self.lines.remove(&holder.epoch);
        }
        self.release(holder.epoch);
    }

    /// The platform's side: a refresh token is good for one use, and brings the next pair.
    fn send(&mut self, at: usize) {
        let Some(holder) = self.holder(at, |stage| matches!(stage, Stage::Checked)) else { return };
        let stage = if self.live == Some(holder.came_from) {
            self.given += 1;
            self.live = Some(self.given);
            Stage::Given(self.given)
        } else {
            Stage::Refused
        };
        self.holders.insert(at, Holder { stage, ..holder });
    }

    async fn record(&mut self, at: usize) {
        let Some(holder) =
            self.holder(at, |stage| matches!(stage, Stage::Given(_) | Stage::Refused))
        else {
            return;
        };
        let Stage::Given(pair) = holder.stage else { return self.fail(holder).await };
        let answer = holder
            .attempt
            .record(self.app.backend(), &grant(pair), self.now(), Instant::now())
            .await
            .expect("it is durable");
        // An intent that was taken for lost is written down anew.
        let was = self.lines.get(&holder.epoch).cloned();
        let began = was.unwrap_or_else(|| Line { answer: None, ..self.line_of(&holder) });
        self.lines.insert(holder.epoch, Line { answer: Some(pair), ..began });
        self.recorded.insert(pair);
        self.holders.insert(at, Holder { stage: Stage::Recorded(pair, answer), ..holder });
    }

    /// What a holder began with, which it alone remembers by now.
    fn line_of(&self, holder: &Holder) -> Line {
        let line = holder.attempt.line();
        Line {
            came_from: holder.came_from,
            unanswered_attempts: line.unanswered_attempts,
            started_at: line.started_at,
            answer: None,
        }
    }

    /// A refusal counts only for what the row still holds, and only from the holder of the lease.
    async fn fail(&mut self, holder: Holder) {
        let told = holder.attempt.fail(self.app.backend(), refusal()).await;
        if self.row.is_none() {
            return assert!(matches!(told, Err(Error::NotFound(_))));
        }
        self.answered().into_iter().for_each(|epoch| self.put(epoch));
        let ours = self.release(holder.epoch);
        if self.row == Some(holder.came_from) && ours {
            self.lines.retain(|epoch, line| *epoch > holder.epoch || line.answer.is_some());
            (self.version, self.broken) = (self.version + 1, true);
        } else {
            self.lines.remove(&holder.epoch);
        }
    }

    async fn settle(&mut self, at: usize) {
        let Some(holder) = self.holder(at, |stage| matches!(stage, Stage::Recorded(..))) else {
            return;
        };
        let Stage::Recorded(pair, answer) = holder.stage else { return };
        let (_, account) =
            holder.attempt.settle(self.app.backend(), answer).await.expect("an answer");
        assert_eq!(account.is_ok(), self.row.is_some(), "who asked gets the account that there is");
        let first = self.lines.remove(&holder.epoch).is_some();
        if first || self.row.is_some() {
            self.put_pair(holder.epoch, holder.came_from, pair);
        }
        self.release(holder.epoch);
    }

    async fn recover(&mut self) {
        steps::recover(self.app.backend()).await.expect("a look at the journal");
        let mut answered = self.answered();
        answered.sort_by_key(|epoch| self.lines[epoch].started_at);
        answered.into_iter().for_each(|epoch| self.put(epoch));
    }

    async fn disconnect(&mut self) {
        let Some(pair) = self.row.take() else { return };
        // Read before what happened since: the page that Ines pressed the button on may be old.
        disconnect(self.app.backend(), &self.actor, self.account.clone())
            .await
            .expect("it is connected");
        self.given_back.insert(pair);
        self.live = self.live.filter(|live| *live != pair);
        // What was answered and did not get into the row is given back as well.
        self.answered().into_iter().for_each(|epoch| self.put(epoch));
        self.lines.clear();
        self.version += 1;
    }

    /// A new consent, as its callback stores it: a new family of tokens.
    async fn connect(&mut self) {
        self.given += 1;
        let (id, vault, now) = (self.account.id, &self.app.backend().vault, self.now());
        let seal = |word, column| {
            Some(vault.seal(
                &format!("{word}-{}", self.given).into(),
                SealContext::new("oauth_accounts", id.0, column),
            ))
        };
        let fresh = Account {
            access_token: seal("access", "access_token"),
            refresh_token: seal("refresh", "refresh_token"),
            issued_at: now,
            expires_at: Some(now + Duration::hours(2)),
            status: Status::Connected,
            reason: None,
            message: None,
            ..self.account.clone()
        };
        let mut tx = self.app.backend().db.begin().await.expect("a transaction");
        db::accounts::upsert(&mut tx, &fresh).await.expect("a connection");
        tx.commit().await.expect("a commit");
        (self.row, self.live, self.broken) = (Some(self.given), Some(self.given), false);
        self.recorded.insert(self.given);
        self.version += 1;
    }

    async fn happen(&mut self, event: Event) {
        let before = self.row;
        match event {
            Event::Begin => self.begin().await,
            Event::Check { holder } => self.check(holder).await,
            Event::Send { holder } => self.send(holder),
            Event::Record { holder } => self.record(holder).await,
            Event::Settle { holder } => self.settle(holder).await,
            Event::Kill { holder } => drop(self.holder(holder, |_| true)),
            Event::Recover => self.recover().await,
            Event::Disconnect => self.disconnect().await,
            Event::Connect => self.connect().await,
            Event::Wait { seconds } => self.app.backend().clock.advance(Duration::seconds(seconds)),
        }
        self.compare().await;
        assert!(
            before.zip(self.row).is_none_or(|(old, new)| old <= new),
            "a newer pair is never overwritten"
        );
    }

    async fn compare(&self) {
        let backend = self.app.backend();
        let mut tx = backend.db.begin().await.expect("a transaction");
        let found = db::accounts::find(&mut tx, self.account.workspace_id, self.account.id)
            .await
            .expect("an answer");
        let lines = refreshes::of_account(&mut tx, self.account.id).await.expect("the journal");
        drop(tx);
        let row = found.expect("the row stays");
        let held = row.refresh_token.as_ref().map(|sealed| {
            let text = backend
                .vault
                .open(sealed, SealContext::new("oauth_accounts", row.id.0, "refresh_token"))
                .expect("it opens");
            text.expose_secret()
                .trim_start_matches("refresh-")
                .parse::<Pair>()
                .expect("one of ours")
        });
        assert_eq!(
            (held, row.version, row.status == Status::Error),
            (self.row, self.version, self.broken)
        );
        let shown = lines.iter().map(|line| {
            (line.epoch, (line.unanswered_attempts, line.started_at, line.response.is_some()))
        });
        let wanted = self.lines.iter().map(|(epoch, line)| {
            (*epoch, (line.unanswered_attempts, line.started_at, line.answer.is_some()))
        });
        assert_eq!(shown.collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
        let epochs = self.app.texts("SELECT CAST(epoch AS TEXT) FROM refresh_leases").await;
        assert_eq!(epochs, Vec::from_iter((self.epoch > 0).then(|| self.epoch.to_string())));
    }

    /// Whoever still lives comes to its end, and what the killed left behind is recovered.
    async fn finish(mut self) {
        while !self.holders.is_empty() {
            for event in [
                Event::Check { holder: 0 },
                Event::Send { holder: 0 },
                Event::Record { holder: 0 },
                Event::Settle { holder: 0 },
            ] {
                self.happen(event).await;
            }
        }
        self.happen(Event::Recover).await;
        assert!(self.answered().is_empty(), "every answer was settled");
        if let Some(live) = self.live.filter(|live| self.recorded.contains(live)) {
            assert_eq!(self.row, Some(live), "the only live pair is in the row");
        }
        assert_eq!(
            self.written_back().await,
            self.given_back,
            "what nobody lives by is given back, once"
        );
        self.app.sql("DELETE FROM refresh_leases").await;
        self.app.sql("DELETE FROM refresh_journal").await;
        self.app.sql("DELETE FROM jobs").await;
    }

    /// The platform takes no revocation today, so that all that were written down can be read, and
    /// then crossed off.
    async fn written_back(&self) -> BTreeSet<Pair> {
        let (backend, mut pairs) = (self.app.backend(), BTreeSet::new());
        for id in pending::revocations(&backend.db).await.expect("the revocations") {
            assert!(
                db::jobs::is_active(&backend.db, &Job::Revoke { id }.payload())
                    .await
                    .expect("an answer"),
                "it has its job"
            );
            let written =
                pending::revocation(&backend.db, id).await.expect("an answer").expect("it waits");
            let text = backend
                .vault
                .open(&written.payload, SealContext::new("pending_revocations", id, "payload"))
                .expect("it opens");
            let payload: serde_json::Value =
                serde_json::from_str(text.expose_secret()).expect("JSON");
            let pair = payload["refresh"].as_str().expect("a token").trim_start_matches("refresh-");
            assert!(pairs.insert(pair.parse().expect("one of ours")), "{pair} is given back once");
        }
        self.app.sql("DELETE FROM pending_revocations").await;
        pairs
    }
}

both!(a_refresh_does_what_its_model_does, |app| async {
    let ines = app.person("Ines").await;
    ines.connect("x", INES).await;
    app.sandbox().trouble("x", "/2/oauth2/revoke", "503", None).await;
    let actor = actor(&app, &ines).await;
    for (n, events) in samples(events(), 16).into_iter().enumerate() {
        let found =
            db::accounts::by_platform_id(&app.backend().db, actor.workspace, "x", INES).await;
        let account = found.expect("the database answers").expect("the account");
        let mut model = Model {
            app: &app,
            actor: actor.clone(),
            version: account.version,
            account,
            row: None,
            broken: false,
            epoch: 0,
            until: DateTime::UNIX_EPOCH,
            lines: BTreeMap::new(),
            holders: Vec::new(),
            live: None,
            given: 0,
            recorded: BTreeSet::new(),
            given_back: BTreeSet::new(),
        };
        eprintln!("sequence {n}: {events:?}");
        model.happen(Event::Connect).await;
        for event in events {
            model.happen(event).await;
        }
        model.finish().await;
    }
});
