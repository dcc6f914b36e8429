//! What the browser may know about X.

use std::borrow::Cow::Borrowed;

use crate::model::{ConnectKind, Permission, PlatformInfo, Trouble};

pub static INFO: PlatformInfo = PlatformInfo {
    id: Borrowed("x"),
    name: Borrowed("X"),
    pitch: Borrowed("Posts, replies and followers of your X account."),
    kind: ConnectKind::OAuth,
    who: Borrowed(&[
        Borrowed("Every X account, personal or business, free or Premium."),
        Borrowed("Accounts with protected posts, too."),
    ]),
    reads: Borrowed(&[
        Borrowed("Your name, picture and account figures, to show the account and how it grows."),
        Borrowed("Your own posts and how they do, to show what works."),
    ]),
    writes: Borrowed(&[Borrowed(
        "Posts with photos or video, when you publish or schedule one here.",
    )]),
    never: Borrowed(&[
        Borrowed("Read your direct messages."),
        Borrowed("Follow, like or repost in your name."),
        Borrowed("Post anything that you did not write or approve here."),
    ]),
    attests: Borrowed(&[]),
    warning: None,
    permissions: Borrowed(&[
        permission("users.read", "See your profile and figures", true),
        // X asks for it together with users.read wherever an account is read.
        permission("tweet.read", "See your posts and how they do", true),
        permission("tweet.write", "Publish and delete posts for you", false),
        permission("media.write", "Upload photos and videos for your posts", false),
        permission("offline.access", "Stay connected without asking you again", false),
    ]),
    off: Borrowed(&[]),
    fields: Borrowed(&[]),
    troubles: Borrowed(&[
        trouble(
            "Connecting took too long or was repeated",
            "X gives only 30 seconds to finish. Start again and allow access once, without going \
             back in the browser.",
        ),
        trouble(
            "You did not allow access",
            "Nothing was connected. Start again whenever you like.",
        ),
        trouble(
            "X no longer accepts the access you gave",
            "Reconnect the account. Its label, posts and history stay.",
        ),
        trouble(
            "X locked your account",
            "Log in at x.com and unlock it, then press Test. You need not reconnect.",
        ),
        trouble(
            "X suspended your account",
            "Appeal at X. The connection rests until X lifts the suspension, then press Test.",
        ),
        trouble(
            "A permission is missing",
            "Reconnect and allow everything that is listed, so that all of it works.",
        ),
        trouble(
            "X asks us to slow down",
            "Nothing to do: we go on by ourselves at the time that is shown.",
        ),
        trouble(
            "X refuses our app",
            "Not your fault and nothing for you to do: whoever runs this server has been told.",
        ),
    ]),
    manage_url: Borrowed("https://x.com/settings/connected_apps"),
    console: Borrowed(
        "Create a project and an app in the X developer portal. Under User authentication settings \
         choose Web App (a confidential \
         client) with read and write access, and register the callback URL shown here. Use the \
         OAuth 2.0 client ID and client secret, not \
         the API key.",
    ),
    console_url: Borrowed("https://developer.x.com/en/portal/dashboard"),
    settings: Borrowed(&[Borrowed("client_id"), Borrowed("client_secret")]),
};

const fn permission(scope: &'static str, label: &'static str, required: bool) -> Permission {
    Permission { scope: Borrowed(scope), label: Borrowed(label), required, without: None }
}

const fn trouble(what: &'static str, fix: &'static str) -> Trouble {
    Trouble { what: Borrowed(what), fix: Borrowed(fix) }
}
