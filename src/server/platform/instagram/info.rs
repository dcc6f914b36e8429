//! What people read about Instagram before they connect it.

use std::borrow::Cow::Borrowed;

use crate::model::{ConnectKind, Permission, PlatformInfo, Trouble};

pub static INFO: PlatformInfo = PlatformInfo {
    id: Borrowed("instagram"),
    name: Borrowed("Instagram"),
    pitch: Borrowed("Photos, Reels and Stories of Business and Creator accounts."),
    kind: ConnectKind::OAuth,
    who: Borrowed(&[
        Borrowed(
            "Instagram Business and Creator accounts. A personal account becomes one in the \
             Instagram app, free of charge.",
        ),
        Borrowed("The account has to be linked to a Facebook Page that you may publish on."),
        Borrowed("You log in with Facebook: that is how Instagram lets other apps in."),
    ]),
    reads: Borrowed(&[
        Borrowed("Your Instagram profile and posts, to show them here."),
        Borrowed("The numbers of your account and posts, to draw your charts."),
        Borrowed("Comments on your posts, to show them here."),
        Borrowed("The Facebook Pages you tick, to find the Instagram account behind each."),
        Borrowed("Your Business Portfolios, only to find Pages that one of them owns."),
    ]),
    writes: Borrowed(&[
        Borrowed("Photos, Reels and Stories, when you post or schedule them here."),
        Borrowed("Replies to comments, when you write them here."),
    ]),
    never: Borrowed(&[
        Borrowed("See your Facebook or Instagram password."),
        Borrowed("Post, follow, like or comment by itself."),
        Borrowed("Read your private messages."),
        Borrowed("Post on your Facebook Page."),
    ]),
    attests: Borrowed(&[]),
    warning: None,
    permissions: Borrowed(&[
        permission("instagram_basic", "See your Instagram profile and posts", true),
        permission("instagram_content_publish", "Publish photos, Reels and Stories", false),
        permission("instagram_manage_comments", "Read and answer comments", false),
        permission("instagram_manage_insights", "See the numbers of your account and posts", false),
        permission("pages_show_list", "See which Facebook Pages you manage", true),
        permission(
            "pages_read_engagement",
            "Read the Page your Instagram account is linked to",
            false,
        ),
        optional(
            super::portfolio::PERMISSION,
            "Find Pages that belong to a Business Portfolio",
            "Without it, Pages of a Business Portfolio stay out",
        ),
        optional(
            "pages_manage_metadata",
            "Be told by Instagram when something happens",
            "Without it, comments and mentions arrive later",
        ),
    ]),
    off: Borrowed(&[]),
    fields: Borrowed(&[]),
    troubles: Borrowed(&[
        trouble(
            "Facebook shows no Page to pick.",
            "Create a Facebook Page, or ask for a role on one. Then connect again and tick it in \
             Facebook's dialog.",
        ),
        trouble(
            "Your Page is there, but no Instagram account.",
            "Switch the account to Business or Creator in the Instagram app and link it to that \
             Page. Then connect again.",
        ),
        trouble(
            "You may not publish on the Page.",
            "Ask the owner of the Page for full control or for the task Content. Then connect \
             again.",
        ),
        trouble(
            "A permission was left out.",
            "Without your profile and the list of your Pages nothing works; without another one, \
             what it is for stays out. Connect again and leave every switch on.",
        ),
        trouble(
            "Your Page belongs to a Business Portfolio and is not found.",
            "Connect again, leave the switch for your business on and tick the Page. Whoever runs \
             this server may have left that permission out.",
        ),
        trouble(
            "The connection ended.",
            "A new Facebook password, a removed app or 60 days without contact end it. Reconnect \
             the account: its label and history stay.",
        ),
        trouble(
            "Facebook or Instagram shows a notice.",
            "Log in there and follow it. Then test the connection here.",
        ),
        trouble(
            "Facebook says that you cancelled, although you clicked through.",
            "The app may still be in development, open only to its own team. Tell whoever runs \
             this server.",
        ),
    ]),
    manage_url: Borrowed("https://www.facebook.com/settings?tab=business_tools"),
    console: Borrowed(
        "Create an app of type Business at Meta for Developers and add Facebook Login for \
         Business. \
         Enter the redirect URI under its settings as a valid OAuth redirect URI. App id and app \
         secret are under App settings, Basic. Other people's accounts need Advanced Access for \
         each \
         permission.",
    ),
    console_url: Borrowed("https://developers.facebook.com/apps"),
    settings: Borrowed(&[Borrowed("client_id"), Borrowed("client_secret")]),
};

const fn permission(scope: &'static str, label: &'static str, required: bool) -> Permission {
    Permission { scope: Borrowed(scope), label: Borrowed(label), required, without: None }
}

const fn optional(scope: &'static str, label: &'static str, without: &'static str) -> Permission {
    let without = Some(Borrowed(without));
    Permission { scope: Borrowed(scope), label: Borrowed(label), required: false, without }
}

const fn trouble(what: &'static str, fix: &'static str) -> Trouble {
    Trouble { what: Borrowed(what), fix: Borrowed(fix) }
}
