//! Google accounts of the sandbox and their channels. One of them owns two channels: a choice on
//! the consent page each.

use crate::sandbox::platform::Account;

pub struct Person {
    pub account: Account,
    /// The Google account's id, the same for all channels of one person.
    pub sub: &'static str,
    /// Without one, this Google account has no channel.
    pub channel: Option<Channel>,
}

pub struct Channel {
    pub published_at: &'static str,
    pub description: &'static str,
    pub country: Option<&'static str>,
    pub views: u64,
    pub subscribers: u64,
    pub hides_subscribers: bool,
    pub videos: u64,
    /// Whether videos may be longer than 15 minutes: `allowed`, `eligible` (after a phone check),
    /// `disallowed`.
    pub long_uploads: &'static str,
}

static PEOPLE: [Person; 6] = [
    Person {
        account: Account {
            id: "UCx4Qe7mVtR2nYp0LwHs3ABg",
            name: "Inês Paints",
            handle: "@inespaints",
            note: "",
        },
        sub: "104817263549870213345",
        channel: Some(Channel {
            published_at: "2017-04-21T06:07:12Z",
            description: "Watercolour for people who think they cannot draw.",
            country: Some("PT"),
            views: 50_438_762,
            subscribers: 324_871,
            hides_subscribers: false,
            videos: 412,
            long_uploads: "allowed",
        }),
    },
    Person {
        account: Account {
            id: "UC9bTz1KfWqD6uGcE8jN0vRw",
            name: "Inês Studio Cuts",
            handle: "@inesstudiocuts",
            note: "Second channel of the same Google account",
        },
        sub: "104817263549870213345",
        channel: Some(Channel {
            published_at: "2024-02-11T18:30:00Z",
            description: "The bits between the videos.",
            country: Some("PT"),
            views: 1_204_418,
            subscribers: 8_437,
            hides_subscribers: false,
            videos: 96,
            long_uploads: "allowed",
        }),
    },
    Person {
        account: Account {
            id: "UCk0f1C00ksTvEry7uesday_",
            name: "Kofi Cooks",
            handle: "@koficooks",
            note: "",
        },
        sub: "117340058821946670128",
        channel: Some(Channel {
            published_at: "2013-09-02T11:45:31Z",
            description: "One pan, ten minutes.",
            country: Some("GH"),
            views: 504_387_626,
            subscribers: 3_242_918,
            hides_subscribers: false,
            videos: 780,
            long_uploads: "allowed",
        }),
    },
    Person {
        account: Account {
            id: "UC2wLr8aNq5yXbVd4mJtZ6Hc",
            name: "Quiet Trains",
            handle: "@quiettrains",
            note: "Hides its subscribers, uploads up to 15 minutes",
        },
        sub: "109958472206631580497",
        channel: Some(Channel {
            published_at: "2021-12-24T05:00:00Z",
            description: "",
            country: None,
            views: 88_190,
            subscribers: 1_051,
            hides_subscribers: true,
            videos: 37,
            long_uploads: "eligible",
        }),
    },
    Person {
        account: Account {
            id: "UCf3Rm5eVhP9sKx7TgBq1WzA",
            name: "Luna Plays",
            handle: "@lunaplays",
            note: "New, no videos yet",
        },
        sub: "101226690347715803364",
        channel: Some(Channel {
            published_at: "2026-11-02T20:15:44Z",
            description: "",
            country: Some("MX"),
            views: 0,
            subscribers: 0,
            hides_subscribers: false,
            videos: 0,
            long_uploads: "eligible",
        }),
    },
    Person {
        account: Account {
            id: "112609745530018847259",
            name: "Tobias Brandt",
            handle: "tobias.brandt@example.com",
            note: "Google account without a YouTube channel",
        },
        sub: "112609745530018847259",
        channel: None,
    },
];

pub fn all() -> &'static [Person] {
    &PEOPLE
}

pub fn accounts() -> Vec<&'static Account> {
    PEOPLE.iter().map(|person| &person.account).collect()
}

pub fn find(id: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.account.id == id)
}

/// The address that the Google account of a test account writes from.
pub fn email(account: &Account) -> String {
    let handle = account.handle.trim_start_matches('@');
    if handle.contains('@') { handle.to_owned() } else { format!("{handle}@example.com") }
}

/// The Google account behind a test account.
pub fn sub(account: &str) -> &str {
    find(account).map_or(account, |person| person.sub)
}
