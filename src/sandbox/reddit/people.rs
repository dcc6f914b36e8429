//! The redditors of the sandbox.

use crate::sandbox::platform::Account;

pub struct Redditor {
    pub account: Account,
    pub created: f64,
    pub link_karma: i64,
    pub comment_karma: i64,
    /// Followers and title of the profile; some old accounts have no profile page.
    pub profile: Option<(i64, &'static str)>,
    pub over_18: bool,
    pub suspension: Suspension,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Suspension {
    None,
    Forever,
    /// For so many days from when it began.
    Days(i64),
}

static REDDITORS: [Redditor; 6] = [
    Redditor {
        account: Account {
            id: "4k2mf9qd",
            name: "mara_makes_pots",
            handle: "u/mara_makes_pots",
            note: "",
        },
        created: 1_552_433_444.0,
        link_karma: 48_210,
        comment_karma: 12_877,
        profile: Some((3_142, "Mara | stoneware and slow mornings")),
        over_18: false,
        suspension: Suspension::None,
    },
    Redditor {
        account: Account { id: "9t71xw2b", name: "kofi_cooks", handle: "u/kofi_cooks", note: "" },
        created: 1_611_238_991.0,
        link_karma: 9_754,
        comment_karma: 31_006,
        profile: Some((857, "One pan, ten minutes")),
        over_18: false,
        suspension: Suspension::None,
    },
    Redditor {
        account: Account {
            id: "b83hzk1n",
            name: "luna_after_dark",
            handle: "u/luna_after_dark",
            note: "Profile marked 18+",
        },
        created: 1_655_020_800.0,
        link_karma: 120_455,
        comment_karma: 2_301,
        profile: Some((28_904, "luna, 27 | links below")),
        over_18: true,
        suspension: Suspension::None,
    },
    Redditor {
        account: Account {
            id: "6l5yz",
            name: "old_harbour",
            handle: "u/old_harbour",
            note: "Old account without a profile page, no karma",
        },
        created: 1_199_145_600.0,
        link_karma: 0,
        comment_karma: 0,
        profile: None,
        over_18: false,
        suspension: Suspension::None,
    },
    Redditor {
        account: Account {
            id: "c0wq7r5v",
            name: "tobi_tinkers",
            handle: "u/tobi_tinkers",
            note: "Suspended for three days",
        },
        created: 1_489_276_800.0,
        link_karma: 5_530,
        comment_karma: 8_912,
        profile: Some((211, "Tobi tinkers")),
        over_18: false,
        suspension: Suspension::Days(3),
    },
    Redditor {
        account: Account {
            id: "2ep8dj6s",
            name: "quick_deals_4u",
            handle: "u/quick_deals_4u",
            note: "Suspended for good",
        },
        created: 1_700_438_400.0,
        link_karma: 12,
        comment_karma: -85,
        profile: Some((1, "quick deals")),
        over_18: false,
        suspension: Suspension::Forever,
    },
];

pub fn accounts() -> Vec<&'static Account> {
    REDDITORS.iter().map(|redditor| &redditor.account).collect()
}

pub fn find(id: &str) -> Option<&'static Redditor> {
    REDDITORS.iter().find(|redditor| redditor.account.id == id)
}
