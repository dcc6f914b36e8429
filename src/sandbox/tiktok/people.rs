//! The people of the sandbox's TikTok. An account's id is its `open_id`.

use crate::sandbox::platform::Account;

pub struct Person {
    pub account: Account,
    pub union_id: &'static str,
    pub bio: &'static str,
    pub verified: bool,
    /// Followers, following, likes, videos.
    pub counts: [u64; 4],
    /// Followers only see what a private account posts.
    pub private: bool,
    /// TikTok does not let it post any more.
    pub banned: bool,
    /// What its owner has switched off: comments, duets, stitches.
    pub disabled: [bool; 3],
    /// The longest video it may post, in seconds.
    pub longest_video: u32,
}

impl Person {
    pub fn username(&self) -> &'static str {
        self.account.handle.trim_start_matches('@')
    }
}

static PEOPLE: [Person; 6] = [
    Person {
        account: Account {
            id: "afd97af1-b87b-48b9-ac98-410a5e0c5344",
            name: "Inês Paints",
            handle: "@ines.paints",
            note: "Public creator",
        },
        union_id: "c9c60f44-a68e-4f5d-84dd-ce22faeb0ba1",
        bio: "Watercolour for people who think they cannot draw.",
        verified: false,
        counts: [212_480, 301, 4_870_112, 388],
        private: false,
        banned: false,
        disabled: [false; 3],
        longest_video: 600,
    },
    Person {
        account: Account {
            id: "5d1e6c02-93f7-4b1a-8a40-27be0f3c9d18",
            name: "Kofi Cooks",
            handle: "@koficooks",
            note: "Business account, verified: no duets or stitches",
        },
        union_id: "0b7f2d1c-5e6a-47c3-9f0e-61a2c84d3b97",
        bio: "One pan, ten minutes. Booking: kofi@example.com",
        verified: true,
        counts: [5_104_233, 88, 98_220_514, 1_204],
        private: false,
        banned: false,
        disabled: [false, true, true],
        longest_video: 3_600,
    },
    Person {
        account: Account {
            id: "e80b4f7d-1c39-4d52-b6f1-9a7c20d54e63",
            name: "Luna",
            handle: "@luna.after.dark_",
            note: "Private account: its posts cannot be public",
        },
        union_id: "7a14c9e0-28bd-4f66-8d3b-f50e6b12c7a4",
        bio: "",
        verified: false,
        counts: [143, 260, 1_988, 21],
        private: true,
        banned: false,
        disabled: [false; 3],
        longest_video: 600,
    },
    Person {
        account: Account {
            id: "b2c7d9a4-60e8-4f13-9b57-3d8e1f0a6c25",
            name: "Priya Bakes",
            handle: "@priya_bakes",
            note: "New: videos up to a minute, comments off",
        },
        union_id: "d3e58f6b-94a0-4c17-a2b8-0c7d5e9f1a36",
        bio: "Sourdough and spreadsheets.",
        verified: false,
        counts: [0, 0, 0, 0],
        private: false,
        banned: false,
        disabled: [true, false, false],
        longest_video: 60,
    },
    Person {
        account: Account {
            id: "3f9a0e6b-d741-4c82-8e2f-b5c6a7d81094",
            name: "Max Faster",
            handle: "@maxfaster_deals",
            note: "Banned from posting",
        },
        union_id: "9e2d7c4a-1b5f-40e6-8c93-a7f06d5b3e81",
        bio: "deals deals deals",
        verified: false,
        counts: [17, 4_990, 40, 2_310],
        private: false,
        banned: true,
        disabled: [false; 3],
        longest_video: 600,
    },
    Person {
        account: Account {
            id: "68c41b9e-f25d-4a07-93be-0d7f5a2e8c16",
            name: "Atelier Nord",
            handle: "@atelier.nord",
            note: "Private, comments, duets and stitches off",
        },
        union_id: "41f6a8d2-c79e-4b35-8d0a-5e3b9c7f2160",
        bio: "Furniture from fallen trees. Oslo.",
        verified: false,
        counts: [902, 14, 7_310, 45],
        private: true,
        banned: false,
        disabled: [true; 3],
        longest_video: 180,
    },
];

pub fn accounts() -> Vec<&'static Account> {
    PEOPLE.iter().map(|person| &person.account).collect()
}

pub fn find(id: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.account.id == id)
}
