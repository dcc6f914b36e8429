//! What people read about YouTube before they connect it.

use std::borrow::Cow::Borrowed;

use crate::model::{ConnectKind, Permission, PlatformInfo, Trouble};

pub static INFO: PlatformInfo = PlatformInfo {
    id: Borrowed("youtube"),
    name: Borrowed("YouTube"),
    pitch: Borrowed("Videos and Shorts of your channel, with its numbers."),
    kind: ConnectKind::OAuth,
    who: Borrowed(&[
        Borrowed("Any Google account that has a YouTube channel."),
        Borrowed("Several channels connect one by one: Google asks which one you mean."),
    ]),
    reads: Borrowed(&[
        Borrowed("Your channel's name, picture and numbers, to show it here."),
        Borrowed("Your videos and their numbers."),
        Borrowed("YouTube Analytics of your channel, to draw your charts."),
    ]),
    writes: Borrowed(&[
        Borrowed("Videos and Shorts, when you post or schedule them here."),
        Borrowed("Titles, descriptions and comments, when you edit or write them here."),
    ]),
    never: Borrowed(&[
        Borrowed("See your Google password, e-mail or files."),
        Borrowed("Publish, delete, like or comment by itself."),
        Borrowed("Read what you watch or search."),
    ]),
    attests: Borrowed(&[]),
    warning: None,
    permissions: Borrowed(&[
        permission("https://www.googleapis.com/auth/youtube.upload", "Upload videos", false),
        permission(
            "https://www.googleapis.com/auth/youtube.force-ssl",
            "Edit videos and answer comments",
            false,
        ),
        permission(
            "https://www.googleapis.com/auth/youtube.readonly",
            "See your channel and videos",
            true,
        ),
        permission(
            "https://www.googleapis.com/auth/yt-analytics.readonly",
            "See your YouTube Analytics",
            false,
        ),
    ]),
    off: Borrowed(&[]),
    fields: Borrowed(&[]),
    troubles: Borrowed(&[
        trouble(
            "The Google account has no YouTube channel.",
            "Create a channel at youtube.com, or pick the account that has one. Then connect \
             again.",
        ),
        trouble(
            "A box was left unticked.",
            "Reconnect and tick every box on Google's page: uploads or numbers are missing \
             without.",
        ),
        trouble(
            "The connection ended.",
            "Access was removed in your Google account, or was not used for six months. Reconnect \
             the channel: its label and history stay.",
        ),
        trouble(
            "Your Google Workspace blocks the connection.",
            "Ask your administrator to allow this app, then reconnect.",
        ),
        trouble(
            "The connection ends after seven days, every time.",
            "Google's consent screen of this server is still in testing. Tell whoever runs it.",
        ),
    ]),
    manage_url: Borrowed("https://myaccount.google.com/connections"),
    console: Borrowed(
        "Create a project in the Google Cloud console, enable the YouTube Data API v3 and the \
         YouTube \
         Analytics API, publish the consent screen with the four scopes, and create an OAuth \
         client \
         of type Web application with the redirect URI.",
    ),
    console_url: Borrowed("https://console.cloud.google.com/apis/credentials"),
    settings: Borrowed(&[Borrowed("client_id"), Borrowed("client_secret")]),
};

const fn permission(scope: &'static str, label: &'static str, required: bool) -> Permission {
    Permission { scope: Borrowed(scope), label: Borrowed(label), required, without: None }
}

const fn trouble(what: &'static str, fix: &'static str) -> Trouble {
    Trouble { what: Borrowed(what), fix: Borrowed(fix) }
}
