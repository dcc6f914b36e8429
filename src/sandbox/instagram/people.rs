//! Facebook users of the sandbox, their Pages, and the Instagram accounts linked to these.

use super::portfolios::{self, Portfolio};
use crate::sandbox::platform::Account;

pub struct Person {
    pub account: Account,
    pub pages: &'static [Page],
}

pub struct Page {
    pub id: &'static str,
    pub name: &'static str,
    pub category: &'static str,
    /// What the person may do on it; publishing needs `MANAGE` or `CREATE_CONTENT`.
    pub tasks: &'static [&'static str],
    /// Without one, the account is a personal one, or professional and not linked.
    pub instagram: Option<Instagram>,
}

pub struct Instagram {
    pub id: &'static str,
    /// Its number before accounts became part of the Graph API.
    pub ig_id: u64,
    pub username: &'static str,
    pub name: &'static str,
    pub biography: &'static str,
    pub website: Option<&'static str>,
    /// Followers, follows, posts.
    pub counts: [u64; 3],
}

const EVERYTHING: &[&str] =
    &["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"];

static PEOPLE: [Person; 7] = [
    Person {
        account: Account {
            id: "10221873645091827",
            name: "Inês Carvalho",
            handle: "ines.carvalho",
            note: "Two Pages, each with an Instagram account",
        },
        pages: &[
            Page {
                id: "104523987716540",
                name: "Inês Paints",
                category: "Artist",
                tasks: EVERYTHING,
                instagram: Some(Instagram {
                    id: "17841405822304914",
                    ig_id: 5_822_304_914,
                    username: "ines.paints",
                    name: "Inês Paints",
                    biography: "Watercolour for people who think they cannot draw.",
                    website: Some("https://inespaints.example/"),
                    counts: [48_213, 512, 934],
                }),
            },
            Page {
                id: "117730458219936",
                name: "Atelier Carvalho",
                category: "Shopping & retail",
                tasks: EVERYTHING,
                instagram: Some(Instagram {
                    id: "17841460371958226",
                    ig_id: 60_371_958_226,
                    username: "atelier.carvalho",
                    name: "Atelier Carvalho",
                    biography: "Prints and originals. Lisbon.",
                    website: Some("https://carvalho.example/"),
                    counts: [3_104, 87, 211],
                }),
            },
        ],
    },
    Person {
        account: Account {
            id: "10160442918375506",
            name: "Kofi Mensah",
            handle: "kofi.mensah",
            note: "One Page with an Instagram account",
        },
        pages: &[Page {
            id: "281990473365102",
            name: "Kofi Cooks",
            category: "Chef",
            tasks: EVERYTHING,
            instagram: Some(Instagram {
                id: "17841401173629085",
                ig_id: 1_173_629_085,
                username: "koficooks",
                name: "Kofi Cooks",
                biography: "One pan, ten minutes.",
                website: None,
                counts: [1_204_551, 340, 2_188],
            }),
        }],
    },
    Person {
        account: Account {
            id: "10158736620194471",
            name: "Quiet Trains",
            handle: "quiet.trains",
            note: "Two Pages, only one of them linked to Instagram",
        },
        pages: &[
            Page {
                id: "330281746690155",
                name: "Night Trains of Europe",
                category: "Interest",
                tasks: EVERYTHING,
                instagram: None,
            },
            Page {
                id: "330281746690988",
                name: "Quiet Trains",
                category: "Video creator",
                tasks: &["ANALYZE", "CREATE_CONTENT"],
                instagram: Some(Instagram {
                    id: "17841447720518393",
                    ig_id: 47_720_518_393,
                    username: "quiettrains",
                    name: "Quiet Trains",
                    biography: "",
                    website: None,
                    counts: [0, 3, 0],
                }),
            },
        ],
    },
    Person {
        account: Account {
            id: "10223310057748192",
            name: "Tobias Brandt",
            handle: "tobias.brandt",
            note: "No Page at all",
        },
        pages: &[],
    },
    Person {
        account: Account {
            id: "10225561480937715",
            name: "Luna Reyes",
            handle: "luna.reyes",
            note: "A Page, but her Instagram account is a personal one",
        },
        pages: &[Page {
            id: "402917735581066",
            name: "Luna Plays",
            category: "Gaming video creator",
            tasks: EVERYTHING,
            instagram: None,
        }],
    },
    Person {
        account: Account {
            id: "10157290348816629",
            name: "Priya Raman",
            handle: "priya.raman",
            note: "May look at the Page's numbers, but not publish",
        },
        pages: &[Page {
            id: "195526640873319",
            name: "Priya Bakes",
            category: "Bakery",
            tasks: &["ADVERTISE", "ANALYZE"],
            instagram: Some(Instagram {
                id: "17841409937415550",
                ig_id: 9_937_415_550,
                username: "priya_bakes",
                name: "Priya Bakes",
                biography: "Sourdough and spreadsheets.",
                website: None,
                counts: [9_870, 431, 1_102],
            }),
        }],
    },
    Person {
        account: Account {
            id: portfolios::MARTA,
            name: "Marta Nowak",
            handle: "marta.nowak",
            note: "Her Pages belong to a Business Portfolio",
        },
        pages: &[],
    },
];

impl Person {
    pub fn page(&self, id: &str) -> Option<&'static Page> {
        self.all_pages().find(|page| page.id == id)
    }

    /// Their own and those of their portfolio.
    pub fn all_pages(&self) -> impl Iterator<Item = &'static Page> + use<> {
        let portfolio = portfolios::of(self).into_iter().flat_map(Portfolio::pages);
        self.pages.iter().chain(portfolio)
    }
}

pub fn accounts() -> Vec<&'static Account> {
    PEOPLE.iter().map(|person| &person.account).collect()
}

pub fn find(id: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.account.id == id)
}
