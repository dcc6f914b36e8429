//! What the browser may know about Reddit.

use std::borrow::Cow::Borrowed;

use crate::model::{ConnectKind, Permission, PlatformInfo, Trouble};

pub static INFO: PlatformInfo = PlatformInfo {
    id: Borrowed("reddit"),
    name: Borrowed("Reddit"),
    pitch: Borrowed("Your posts, karma and communities."),
    kind: ConnectKind::OAuth,
    who: Borrowed(&[
        Borrowed("Every Reddit account."),
        Borrowed(
            "Communities decide for themselves who may post: some want karma or an older account.",
        ),
    ]),
    reads: Borrowed(&[
        Borrowed(
            "Your username, karma and profile followers, to show the account and how it grows.",
        ),
        Borrowed("Your own posts and how they do, to show what works."),
        Borrowed(
            "The communities you joined and their posting rules, to tell you early what they \
             refuse.",
        ),
    ]),
    writes: Borrowed(&[Borrowed(
        "Posts with the flair you choose, when you publish or schedule one here.",
    )]),
    never: Borrowed(&[
        Borrowed("Read your messages or chats."),
        Borrowed("Vote, follow or join communities in your name."),
        Borrowed("Post anything that you did not write or approve here."),
    ]),
    attests: Borrowed(&[]),
    warning: None,
    permissions: Borrowed(&[
        permission("identity", "See your username and karma", true),
        permission("submit", "Publish posts for you", false),
        permission("read", "Read posts and comments", false),
        permission("mysubreddits", "See the communities you joined", false),
        permission("history", "See what you posted before", false),
        permission("flair", "Choose the flair of your posts", false),
    ]),
    off: Borrowed(&[]),
    fields: Borrowed(&[]),
    troubles: Borrowed(&[
        trouble(
            "Connecting took too long or was repeated",
            "Start again and allow access once, without going back in the browser.",
        ),
        trouble(
            "You did not allow access",
            "Nothing was connected. Start again whenever you like.",
        ),
        trouble(
            "Your Reddit connection was revoked",
            "Huntaze was removed from your authorised apps at Reddit. Reconnect, and label, posts \
             and history are as before.",
        ),
        trouble(
            "A permission is missing",
            "Reconnect and allow everything that is listed, so that all of it works.",
        ),
        trouble(
            "Reddit suspended your account",
            "Appeal at reddit.com/appeal, or wait for the day that is shown. Then press Test.",
        ),
        trouble(
            "Reddit blocks our server",
            "Not your fault and nothing for you to do: whoever runs this server has been told.",
        ),
        trouble(
            "Reddit asks us to slow down",
            "Nothing to do: we go on by ourselves at the time that is shown.",
        ),
    ]),
    manage_url: Borrowed("https://www.reddit.com/prefs/apps"),
    console: Borrowed(
        "Reddit approves new apps first (Responsible Builder Policy). Create an app of type web \
         app, register the redirect URI shown here, \
         and set a User-Agent of the form web:com.example.app:v1.0.0 (by /u/you): without one, \
         Reddit blocks the server.",
    ),
    console_url: Borrowed("https://www.reddit.com/prefs/apps"),
    settings: Borrowed(&[Borrowed("client_id"), Borrowed("client_secret"), Borrowed("user_agent")]),
};

const fn permission(scope: &'static str, label: &'static str, required: bool) -> Permission {
    Permission { scope: Borrowed(scope), label: Borrowed(label), required, without: None }
}

const fn trouble(what: &'static str, fix: &'static str) -> Trouble {
    Trouble { what: Borrowed(what), fix: Borrowed(fix) }
}
