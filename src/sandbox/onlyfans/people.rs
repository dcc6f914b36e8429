//! The people of the sandbox's OnlyFans, each with the browser they use.

use crate::sandbox::platform::Account;

pub struct Person {
    pub account: Account,
    /// The account's id as a number, as it stands in JSON.
    pub id: u64,
    pub joined: &'static str,
    pub about: &'static str,
    /// False: a fan account.
    pub performer: bool,
    pub verified: bool,
    /// Two-factor logins have one more cookie.
    pub two_factor: bool,
    pub user_agent: &'static str,
    /// Fans, followed, likes received, posts, photos, videos.
    pub counts: [u64; 6],
    pub price: f64,
}

impl Person {
    pub fn username(&self) -> &'static str {
        self.account.handle.trim_start_matches('@')
    }
}

static PEOPLE: [Person; 5] = [
    Person {
        account: Account {
            id: "216348905",
            name: "Mara Velvet",
            handle: "@maravelvet",
            note: "Creator",
        },
        id: 216_348_905,
        joined: "2021-03-14T00:00:00+00:00",
        about: "New set every Friday <3",
        performer: true,
        verified: true,
        two_factor: false,
        user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like \
            Gecko) Chrome/150.0.0.0 Safari/537.36",
        counts: [1_842, 12, 96_310, 734, 2_904, 311],
        price: 9.99,
    },
    Person {
        account: Account {
            id: "88120457",
            name: "Kofi Mensah",
            handle: "@kofi_unplated",
            note: "Creator with two-factor login: one more cookie",
        },
        id: 88_120_457,
        joined: "2020-05-02T00:00:00+00:00",
        about: "What the cooking channel does not show.",
        performer: true,
        verified: true,
        two_factor: true,
        user_agent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, \
            like Gecko) Version/19.1 Safari/605.1.15",
        counts: [12_077, 3, 410_226, 1_530, 4_418, 902],
        price: 4.99,
    },
    Person {
        account: Account {
            id: "391750264",
            name: "Priya Raman",
            handle: "@priya_rises",
            note: "Creator, new: free, no fans yet, not verified",
        },
        id: 391_750_264,
        joined: "2026-11-01T00:00:00+00:00",
        about: "",
        performer: true,
        verified: false,
        two_factor: false,
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:151.0) Gecko/20100101 Firefox/151.0",
        counts: [0, 0, 0, 0, 0, 0],
        price: 0.0,
    },
    Person {
        account: Account {
            id: "402918336",
            name: "Tobias Brandt",
            handle: "@u402918336",
            note: "Fan account: follows others, has no statistics of its own",
        },
        id: 402_918_336,
        joined: "2024-08-19T00:00:00+00:00",
        about: "",
        performer: false,
        verified: false,
        two_factor: false,
        user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:151.0) Gecko/20100101 \
            Firefox/151.0",
        counts: [0, 7, 0, 0, 0, 0],
        price: 0.0,
    },
    Person {
        account: Account {
            id: "154403871",
            name: "Inês Carvalho",
            handle: "@ines.studio",
            note: "Creator on a phone",
        },
        id: 154_403_871,
        joined: "2022-09-27T00:00:00+00:00",
        about: "Life drawing, uncut.",
        performer: true,
        verified: true,
        two_factor: false,
        user_agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_5 like Mac OS X) AppleWebKit/605.1.15 \
            (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1",
        counts: [428, 51, 11_904, 206, 640, 77],
        price: 7.5,
    },
];

pub fn accounts() -> Vec<&'static Account> {
    PEOPLE.iter().map(|person| &person.account).collect()
}

pub fn find(id: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.account.id == id)
}
