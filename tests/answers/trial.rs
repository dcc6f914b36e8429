//! One odd answer at a time: what a person does, and what has to be true afterwards.

use chrono::{DateTime, Duration};
use huntaze::server::clock::Clock;
use serde_json::Value;

use super::changes::Change;
use super::client::Outcome;
use super::contract::{Expected, RULES, expected};
use super::interceptor::Recorded;
use super::server::{Runs, Server};
use super::{Operation, TestAccount};

/// One change of the answer to one call, while one thing is done.
pub struct Case {
    pub good: Recorded,
    pub change: Change,
}

pub struct Trial<'a> {
    pub server: &'a Server,
    pub account: TestAccount,
    pub operation: Operation,
}

impl Trial<'_> {
    /// What is wrong after this case; nothing where all is right.
    pub async fn run(&self, case: &Case) -> Vec<String> {
        let mut wrong = Vec::new();
        let prepared = match self.with_good_rules(case).await {
            Ok(()) => self.prepare().await,
            Err(what) => Err(what),
        };
        if let Err(what) = prepared {
            return vec![format!("before: {what}")];
        }
        let expected = expected(self.account, self.operation, case);
        let forwards = case.change.leaves_readable() && !case.change.replaces_token();
        self.server.interceptor.replace(&case.good, &case.change, forwards);
        let outcome = self.act().await;
        if !self.server.interceptor.restore() {
            wrong.push("the platform was not asked".into());
        }
        wrong.extend(self.check_answer(&outcome));
        if !self.server.is_alive().await {
            wrong.push("the server does not answer any more".into());
            return wrong;
        }
        wrong.extend(self.check_stored().await);
        wrong.extend(self.check_outcome(expected, &outcome).await);
        // Taken without the platform's knowledge, the tokens are those of the recording.
        let foreign = !forwards
            && self.operation == Operation::Refresh
            && matches!(&outcome, Ok(answer) if answer.status == 200);
        if !foreign {
            wrong.extend(self.recover(expected).await);
        }
        if foreign || !wrong.is_empty() {
            // What went wrong here is nothing that the next case has to bear.
            wrong.extend(self.clear().await.err());
        }
        wrong
    }

    /// Those of the case before may still be in use, where nothing was connected after it.
    async fn with_good_rules(&self, case: &Case) -> Result<(), String> {
        if self.operation != Operation::Connect || !case.good.call.ends_with(RULES) {
            return Ok(());
        }
        self.server.time_passes().await;
        self.connect().await
    }

    /// Connected, unless connecting is what is tried.
    async fn prepare(&self) -> Result<(), String> {
        self.server.time_passes().await;
        let state = self.state().await?;
        match self.operation {
            Operation::Connect if state.is_some() => self.clear().await,
            Operation::Connect => Ok(()),
            _ if state.as_deref().is_some_and(is_connected) => Ok(()),
            _ => {
                self.connect().await?;
                // A session that was pasted a moment ago is not tested.
                self.server.time_passes().await;
                Ok(())
            }
        }
    }

    async fn connect(&self) -> Result<(), String> {
        self.clear().await?;
        let answer = self.server.client.connect(self.server.sandbox(), self.account).await?;
        match self.state().await? {
            Some(state) if is_connected(&state) => Ok(()),
            state => Err(format!("it connects no more: {} {state:?}", answer.status)),
        }
    }

    /// Nothing is connected afterwards.
    async fn clear(&self) -> Result<(), String> {
        for one in self.server.client.integrations().await? {
            let (provider, id) = (text(&one, "provider"), text(&one, "accountId"));
            let gone = self.server.client.disconnect(provider, id).await;
            if !matches!(&gone, Ok(answer) if answer.status == 200) {
                // An id that no path can hold.
                self.server.sql("DELETE FROM oauth_accounts").await;
                return Err(format!("{id:.40?} can't be disconnected: {:.80}", shown(&gone)));
            }
        }
        Ok(())
    }

    async fn act(&self) -> Outcome {
        let (client, account) = (&self.server.client, self.account);
        match self.operation {
            Operation::Connect => client.connect(self.server.sandbox(), account).await,
            Operation::Test => client.test(account).await,
            Operation::Refresh => client.refresh(account).await,
            Operation::Disconnect => client.disconnect(account.provider, account.id).await,
        }
    }

    /// The state of the account, if it is connected.
    async fn state(&self) -> Result<Option<String>, String> {
        let all = self.server.client.integrations().await?;
        let mine = |one: &&Value| text(one, "accountId") == self.account.id;
        Ok(all.iter().find(mine).map(|one| text(one, "status").to_owned()))
    }

    /// No breakdown of ours: what the platform did wrong is a 502 or a 503.
    fn check_answer(&self, outcome: &Outcome) -> Option<String> {
        match outcome {
            Ok(answer) if answer.status >= 500 && !matches!(answer.status, 502 | 503) => {
                Some(format!("answered {}", answer.status))
            }
            Ok(_) => None,
            Err(what) => Some(what.clone()),
        }
    }

    async fn check_outcome(&self, expected: Expected, outcome: &Outcome) -> Vec<String> {
        let state = match self.state().await {
            Ok(state) => state,
            Err(what) => return vec![what],
        };
        let connected = state.as_deref().is_some_and(is_connected);
        let worked = match self.operation {
            Operation::Connect => connected,
            Operation::Test => {
                matches!(outcome, Ok(answer) if answer.status == 200
                    && answer.data()["ok"] == true)
            }
            Operation::Refresh | Operation::Disconnect => {
                matches!(outcome, Ok(answer) if answer.status == 200)
            }
        };
        let said = match outcome {
            Ok(answer) => format!("{} {:.160}", answer.status, answer.body),
            Err(_) => String::new(),
        };
        let mut wrong = Vec::new();
        match self.operation {
            // Whatever the platform says, it is gone here.
            Operation::Disconnect => {
                if !worked || state.is_some() {
                    wrong.push(format!("not disconnected: {said}"));
                }
                return wrong;
            }
            Operation::Connect => {}
            _ if expected == Expected::Ends && connected => {
                wrong.push(format!("it goes on as {state:?}: {said}"));
            }
            _ if !matches!(expected, Expected::Ends | Expected::MayEnd) && !connected => {
                wrong.push(format!("the account is marked {state:?}: {said}"));
            }
            _ => {}
        }
        match expected {
            Expected::Works if !worked => wrong.push(format!("it does not work: {said}")),
            Expected::Refused if worked => wrong.push("it is taken".into()),
            _ => {}
        }
        wrong
    }

    /// A good answer mends everything that may be mended.
    async fn recover(&self, expected: Expected) -> Vec<String> {
        let (client, account) = (&self.server.client, self.account);
        if self.operation == Operation::Disconnect {
            return self.recover_from_revocation().await;
        }
        let state = self.state().await.unwrap_or_default();
        let ended = matches!(expected, Expected::Ends | Expected::MayEnd);
        if self.operation == Operation::Connect || ended || !state.is_some_and(|s| is_connected(&s))
        {
            return Vec::new();
        }
        let mut wrong = Vec::new();
        if self.operation == Operation::Refresh {
            // A page that was opened may have had a session checked just before.
            for tries_left in (0..3).rev() {
                self.server.time_passes().await;
                match client.refresh(account).await {
                    Ok(answer) if answer.status == 200 => break,
                    Ok(answer) if answer.status == 429 && tries_left > 0 => {}
                    outcome => {
                        wrong.push(format!("no refresh afterwards: {:.200}", shown(&outcome)));
                        break;
                    }
                }
            }
        }
        self.server.time_passes().await;
        match client.test(account).await {
            Ok(answer) if answer.status == 200 && answer.data()["ok"] == true => {}
            outcome => wrong.push(format!("no test afterwards: {:.200}", shown(&outcome))),
        }
        wrong
    }

    /// What the platform did not take at once, it takes later.
    async fn recover_from_revocation(&self) -> Vec<String> {
        if matches!(self.server.runs, Runs::Process(_)) {
            // It has hours for that, and may not do it in the middle of the next case.
            self.server.sql("DELETE FROM pending_revocations").await;
            self.server.sql("DELETE FROM jobs WHERE kind = 'revoke'").await;
            return Vec::new();
        }
        // Longer than a platform may be believed to want.
        for _ in 0..6 {
            self.server.time_passes().await;
            self.server.work().await;
            if self.server.texts("SELECT provider FROM pending_revocations").await.is_empty() {
                return Vec::new();
            }
        }
        self.server.sql("DELETE FROM pending_revocations").await;
        self.server.sql("DELETE FROM jobs").await;
        vec!["the platform still is not told that it ended".into()]
    }

    /// Nothing absurd is stored, and every page can be shown.
    async fn check_stored(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let dates = "SELECT CAST(expires_at AS TEXT) FROM oauth_accounts WHERE expires_at IS NOT \
                     NULL UNION ALL SELECT CAST(refresh_expires_at AS TEXT) FROM oauth_accounts \
                     WHERE refresh_expires_at IS NOT NULL UNION ALL SELECT CAST(resets_at AS TEXT) \
                     FROM account_limits WHERE resets_at IS NOT NULL";
        let dates = self.server.texts(dates).await;
        wrong.extend(
            dates
                .iter()
                .filter(|date| !is_sensible(date))
                .map(|date| format!("the date {date} is stored")),
        );
        match self.server.client.integrations().await {
            Ok(all) => wrong.extend(all.iter().flat_map(check_integration)),
            Err(what) => wrong.push(what),
        }
        match self.server.client.page("/integrations").await {
            Ok(page) if page.status == 200 => {}
            outcome => wrong.push(format!("the page breaks: {:.200}", shown(&outcome))),
        }
        wrong
    }
}

fn is_connected(state: &str) -> bool {
    matches!(state, "connected" | "expiring")
}

fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_default()
}

fn shown(outcome: &Outcome) -> String {
    match outcome {
        Ok(answer) => format!("{} {}", answer.status, answer.body),
        Err(what) => what.clone(),
    }
}

/// Within ten years of any test, with room for its clock.
fn is_sensible(date: &str) -> bool {
    let date = date.replacen(' ', "T", 1);
    DateTime::parse_from_rfc3339(&date).is_ok_and(|at| {
        let years = (at.to_utc() - Clock::System.now()).abs();
        years < Duration::days(12 * 366)
    })
}

/// Letters that no name needs and that turn a line around or break it.
fn is_control(letter: char) -> bool {
    let turns = ['\u{200e}'..='\u{200f}', '\u{202a}'..='\u{202e}', '\u{2066}'..='\u{2069}'];
    letter.is_control() || turns.iter().any(|range| range.contains(&letter))
}

fn check_integration(one: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, longest) in [("accountId", 255), ("accountName", 300)] {
        let value = text(one, name);
        if value.trim().is_empty() {
            wrong.push(format!("{name} is blank"));
        } else if value.chars().count() > longest {
            wrong.push(format!("{name} has {} letters", value.chars().count()));
        } else if value.chars().any(is_control) {
            wrong.push(format!("{name} is {value:?}"));
        }
    }
    let expires = &one["expiresAt"];
    if !expires.is_null() && !expires.as_str().is_some_and(is_sensible) {
        wrong.push(format!("expiresAt is {expires}"));
    }
    wrong
}
