//! The people of the sandbox's X.

use crate::sandbox::platform::Account;

pub struct Person {
    pub account: Account,
    pub created_at: &'static str,
    pub description: &'static str,
    pub protected: bool,
    pub verified: bool,
    pub condition: Condition,
    /// Followers, following, posts, lists, likes, media.
    pub metrics: [u64; 6],
}

#[derive(Clone, Copy, PartialEq)]
pub enum Condition {
    Good,
    Suspended,
    Locked,
}

impl Person {
    pub fn username(&self) -> &'static str {
        self.account.handle.trim_start_matches('@')
    }
}

static PEOPLE: [Person; 6] = [
    Person {
        account: Account {
            id: "1427750916318339072",
            name: "Inês Carvalho",
            handle: "@ines_draws",
            note: "",
        },
        created_at: "2021-08-17T21:40:12.000Z",
        description: "Ink, gouache, Lisbon light. Prints on Fridays.",
        protected: false,
        verified: false,
        condition: Condition::Good,
        metrics: [18_420, 612, 4_871, 143, 22_904, 1_960],
    },
    Person {
        account: Account {
            id: "84610273",
            name: "Kofi Mensah",
            handle: "@kofi_cooks",
            note: "Premium, verified",
        },
        created_at: "2009-10-23T14:02:51.000Z",
        description: "One pan, ten minutes. New video every Tuesday.",
        protected: false,
        verified: true,
        condition: Condition::Good,
        metrics: [241_007, 389, 15_322, 1_874, 8_016, 3_405],
    },
    Person {
        account: Account {
            id: "1699034417765195776",
            name: "Luna Reyes",
            handle: "@lunaplays_",
            note: "Protected posts",
        },
        created_at: "2023-09-05T12:17:40.000Z",
        description: "",
        protected: true,
        verified: false,
        condition: Condition::Good,
        metrics: [97, 204, 58, 0, 1_211, 12],
    },
    Person {
        account: Account {
            id: "2903381175",
            name: "Atelier Nord",
            handle: "@ateliernord",
            note: "",
        },
        created_at: "2014-12-03T08:55:03.000Z",
        description: "Furniture from fallen trees. Oslo.",
        protected: false,
        verified: false,
        condition: Condition::Good,
        metrics: [5_231, 88, 902, 37, 410, 655],
    },
    Person {
        account: Account {
            id: "1288316504429182976",
            name: "Max Faster",
            handle: "@maxfaster_deals",
            note: "Suspended by X",
        },
        created_at: "2020-07-29T03:21:09.000Z",
        description: "deals deals deals",
        protected: false,
        verified: false,
        condition: Condition::Suspended,
        metrics: [12, 4_998, 77_120, 1, 3, 0],
    },
    Person {
        account: Account {
            id: "733482019",
            name: "Priya Raman",
            handle: "@priya_bakes",
            note: "Locked until its owner logs in at X",
        },
        created_at: "2012-08-02T17:30:26.000Z",
        description: "Sourdough and spreadsheets.",
        protected: false,
        verified: false,
        condition: Condition::Locked,
        metrics: [9_870, 431, 3_004, 66, 12_650, 1_102],
    },
];

pub fn accounts() -> Vec<&'static Account> {
    PEOPLE.iter().map(|person| &person.account).collect()
}

pub fn find(id: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.account.id == id)
}
