//! The text of notices, banners and the mails that go with them.

use chrono::{DateTime, Utc};
use url::Url;

use crate::model::Reason;
use crate::server::db::accounts::Account;
use crate::server::db::incidents::{Kind, Trouble};
use crate::server::domain::access::display_name;
use crate::server::locale::Locale;
use crate::server::platform::Entry;

/// A message: what happened, why and what to do, and where.
#[derive(Clone)]
pub(super) struct NoticeText {
    pub title: String,
    pub text: String,
    /// A path of ours, and what one does there.
    act: (String, String),
}

impl NoticeText {
    pub fn broken(entry: &Entry, account: &Account, why: Option<(Reason, &str)>) -> Self {
        let (name, who) = (&entry.info().name, display_name(account));
        let what = match why.map(|(reason, _)| reason) {
            Some(Reason::Suspended) => "is suspended",
            Some(Reason::Locked) => "is locked",
            Some(Reason::NeedsAction | Reason::MissingPermissions) => "needs you",
            _ => "has to be reconnected",
        };
        let text = why.map_or_else(
            || {
                format!(
                    "{name} ended our access to this account. Reconnect it; its label and \
                history stay."
                )
            },
            |(_, message)| message.to_owned(),
        );
        Self {
            title: format!("{who} on {name} {what}"),
            text,
            act: (account_path(account), "See what to do".to_owned()),
        }
    }

    pub fn recovered(entry: &Entry, account: &Account) -> Self {
        Self {
            title: format!("{} on {} works again", display_name(account), entry.info().name),
            text: "Its label and history are as they were. There is nothing left to do.".to_owned(),
            act: (account_path(account), "See your accounts".to_owned()),
        }
    }

    pub fn ending(entry: &Entry, account: &Account, end: DateTime<Utc>, reader: &Locale) -> Self {
        let (name, who) = (&entry.info().name, display_name(account));
        Self {
            title: format!("{who} on {name} ends {}", reader.relative(end).text),
            text: format!(
                "{name} lets us renew this access until {}. Reconnect before then and nothing \
                 stops.",
                reader.clock(end)
            ),
            act: (reconnect_path(account), format!("Reconnect {who}")),
        }
    }

    pub fn trouble(entry: &Entry, since: DateTime<Utc>, reader: &Locale) -> Self {
        let name = &entry.info().name;
        Self {
            title: format!("{name} is having trouble"),
            text: format!(
                "It has not been answering since {}. Your accounts stay connected and we keep \
                 trying; there is nothing you have to do.",
                reader.clock(since)
            ),
            act: overview(),
        }
    }

    pub fn trouble_over(entry: &Entry, since: DateTime<Utc>, reader: &Locale) -> Self {
        let name = &entry.info().name;
        Self {
            title: format!("{name} is answering again"),
            text: format!(
                "The trouble since {} is over. Your accounts stayed connected.",
                reader.clock(since)
            ),
            act: overview(),
        }
    }

    /// The same as the text of an e-mail.
    pub fn email_text(&self, public_url: &Url, name: &str) -> String {
        let base = public_url.as_str().trim_end_matches('/');
        let (path, act) = &self.act;
        format!(
            "Hello {name},\n\n{}.\n{}\n\n{act}:\n{base}{path}\n\nYou get one message for each \
             incident, and one when it is over. Choose what \
             comes by e-mail:\n{base}/settings#notices\n",
            self.title, self.text
        )
    }
}

fn account_path(account: &Account) -> String {
    format!("/integrations#account-{}", account.id)
}

fn reconnect_path(account: &Account) -> String {
    format!("/platforms/connect/{}?account={}", account.provider, account.id)
}

fn overview() -> (String, String) {
    ("/integrations".to_owned(), "See your accounts".to_owned())
}

/// What stands above every page while a platform is in trouble.
pub(super) fn banner(entry: &Entry, trouble: &Trouble, reader: &Locale) -> String {
    let (name, since) = (&entry.info().name, reader.clock(trouble.started_at));
    match trouble.kind {
        Kind::Refusing => format!(
            "{name} has been turning many accounts away since {since}. That is most likely its own \
             trouble: wait before you reconnect."
        ),
        _ => {
            let next = match trouble.next_try_at.filter(|at| *at > reader.now) {
                Some(at) => format!("next try {}", reader.clock(at)),
                None => "we are trying again".to_owned(),
            };
            format!("{name} is having trouble since {since}. Your accounts stay connected; {next}.")
        }
    }
}
