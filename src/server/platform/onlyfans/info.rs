//! What the browser may know about OnlyFans.

use std::borrow::Cow::Borrowed;

use crate::model::{ConnectKind, Field, PlatformInfo, Trouble};

pub static INFO: PlatformInfo = PlatformInfo {
    id: Borrowed("onlyfans"),
    name: Borrowed("OnlyFans"),
    pitch: Borrowed("Fans, posts and figures of your own page."),
    kind: ConnectKind::Session,
    who: Borrowed(&[
        Borrowed("Your own creator account, with the log-in of your own browser."),
        Borrowed("A fan account connects, too, but has no creator statistics."),
    ]),
    reads: Borrowed(&[Borrowed(
        "Your name, picture and account figures, to show the account and how it grows.",
    )]),
    writes: Borrowed(&[]),
    never: Borrowed(&[
        Borrowed("Ask for your password or log in for you."),
        Borrowed("Read your messages, or anything about single fans."),
        Borrowed("Show the pasted values again, to anybody."),
    ]),
    attests: Borrowed(&[
        Borrowed("This is my own account, and I paste the values of my own browser."),
        Borrowed("I know that this is unofficial and that OnlyFans may suspend accounts for it."),
    ]),
    warning: Some(Borrowed(
        "OnlyFans has no official way to connect. This one uses the session of your browser. \
         OnlyFans may change or block it at any time; \
         its terms make you answerable for your account's security and restrict sharing access and \
         automation; the worst case is a \
         suspended account. The values are stored encrypted and erased when you disconnect.",
    )),
    permissions: Borrowed(&[]),
    off: Borrowed(&[]),
    fields: Borrowed(&[
        Field {
            name: Borrowed("cookie"),
            label: Borrowed("Cookie"),
            help: Borrowed(
                "Log in at onlyfans.com on a computer, open the developer tools (F12), Network, \
                 reload, choose the request named \"me\". Copy \
                 the whole value of Cookie under Request Headers. Only the cookies of the session \
                 are kept.",
            ),
            secret: true,
            max: 8_192,
        },
        Field {
            name: Borrowed("xBc"),
            label: Borrowed("x-bc"),
            help: Borrowed(
                "In the same list of headers: 40 characters, digits and the letters a to f.",
            ),
            secret: true,
            max: 64,
        },
        Field {
            name: Borrowed("userAgent"),
            label: Borrowed("User-Agent"),
            help: Borrowed(
                "In the same list, exactly as it stands there. With that of another browser, \
                 OnlyFans ends your session.",
            ),
            secret: false,
            max: 512,
        },
    ]),
    troubles: Borrowed(&[
        trouble(
            "Your OnlyFans session ended",
            "Log in at onlyfans.com and paste fresh values. Take all three from the same browser: \
             a wrong User-Agent or x-bc ends the session.",
        ),
        trouble(
            "The pasted values belong to different logins",
            "Copy all of them again from one request of one browser.",
        ),
        trouble(
            "OnlyFans asks for an identity check",
            "Open OnlyFans in your browser and finish it, then press Test. You need not reconnect.",
        ),
        trouble(
            "OnlyFans changed something",
            "Your log-in is fine and there is nothing to do: whoever runs this server has been \
             told.",
        ),
        trouble(
            "OnlyFans blocks our server at the moment",
            "Nothing to do: we wait, and your account stays connected.",
        ),
    ]),
    manage_url: Borrowed("https://onlyfans.com/my/settings/account"),
    console: Borrowed(
        "There is nothing to register. Read the terms of OnlyFans first, then set enabled = true \
         and rules to a file or an https address \
         with the current signing rules (static_param, start and end, checksum_indexes, \
         checksum_constant).",
    ),
    console_url: Borrowed("https://onlyfans.com/terms"),
    settings: Borrowed(&[Borrowed("enabled"), Borrowed("rules")]),
};

const fn trouble(what: &'static str, fix: &'static str) -> Trouble {
    Trouble { what: Borrowed(what), fix: Borrowed(fix) }
}
