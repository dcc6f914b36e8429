//! What people read about TikTok before they connect it.

use std::borrow::Cow::Borrowed;

use crate::model::{ConnectKind, Permission, PlatformInfo, Trouble};

pub static INFO: PlatformInfo = PlatformInfo {
    id: Borrowed("tiktok"),
    name: Borrowed("TikTok"),
    pitch: Borrowed("Videos and photos of creator and business accounts, with their numbers."),
    kind: ConnectKind::OAuth,
    who: Borrowed(&[
        Borrowed("TikTok creator and business accounts."),
        Borrowed("You are 18 or older."),
        Borrowed("A private account connects too, but TikTok won't let its posts be public."),
    ]),
    reads: Borrowed(&[
        Borrowed("Your TikTok name and picture, to show the account here."),
        Borrowed("Your followers, likes and videos as numbers, to draw your charts."),
        Borrowed("Your public videos and their numbers."),
        Borrowed("What TikTok lets this account post: visibility, duets, longest video."),
    ]),
    writes: Borrowed(&[
        Borrowed("Videos and photos, when you post or schedule them here."),
        Borrowed("Drafts in your TikTok inbox, when you choose to finish a post in the app."),
    ]),
    never: Borrowed(&[
        Borrowed("See your TikTok password."),
        Borrowed("Post, follow, like or comment by itself."),
        Borrowed("Read your messages."),
    ]),
    attests: Borrowed(&[
        Borrowed("I am 18 or older."),
        Borrowed("This is a creator or business account."),
    ]),
    warning: None,
    permissions: Borrowed(&[
        permission(super::BASIC, "See your name and picture", true),
        permission(super::PROFILE, "See your username and profile", false),
        permission(super::STATS, "See your followers, likes and videos as numbers", false),
        permission("video.list", "See your public videos and their numbers", false),
        permission("video.upload", "Put drafts into your TikTok inbox", false),
        permission(super::PUBLISH, "Post videos and photos", false),
    ]),
    off: Borrowed(&[]),
    fields: Borrowed(&[]),
    troubles: Borrowed(&[
        trouble(
            "Posting is not allowed after connecting.",
            "A box was unticked on TikTok's page. Reconnect and leave all boxes ticked.",
        ),
        trouble(
            "The connection ended.",
            "Access was removed in the TikTok app, or nothing was heard of us for months. \
             Reconnect \
             the account: its label and history stay.",
        ),
        trouble(
            "Posts can't be public.",
            "The account is private. Change that in the TikTok app under Settings, Privacy, then \
             test the connection here.",
        ),
        trouble(
            "TikTok has blocked the account from posting.",
            "Open the TikTok app to see why. Its numbers still arrive here.",
        ),
        trouble(
            "The wrong account was connected.",
            "Switch accounts on tiktok.com first, then choose \u{201c}Add another account\u{201d}.",
        ),
    ]),
    manage_url: Borrowed("https://www.tiktok.com/setting/manage-apps"),
    console: Borrowed(
        "Create an app at TikTok for Developers and add Login Kit and the Content Posting API with \
         direct post. Register the redirect URI for Web where it begins with https, for Desktop \
         where \
         it is on this machine. client_id is the client key.",
    ),
    console_url: Borrowed("https://developers.tiktok.com/apps"),
    settings: Borrowed(&[Borrowed("client_id"), Borrowed("client_secret")]),
};

const fn permission(scope: &'static str, label: &'static str, required: bool) -> Permission {
    Permission { scope: Borrowed(scope), label: Borrowed(label), required, without: None }
}

const fn trouble(what: &'static str, fix: &'static str) -> Trouble {
    Trouble { what: Borrowed(what), fix: Borrowed(fix) }
}
