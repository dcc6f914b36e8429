//! What the browser may know about a platform. Pages draw every platform from this: no page names
//! one.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

type Text = Cow<'static, str>;
type List<T> = Cow<'static, [T]>;

/// A platform as its cards, its landing page and its before-consent dialog show it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlatformInfo {
    /// The id in URLs and in the database, for example `x`.
    pub id: Text,
    /// The name people know.
    pub name: Text,
    /// One line of what one gains by connecting.
    pub pitch: Text,
    /// How an account is connected.
    pub kind: ConnectKind,
    /// Who can connect, one sentence each.
    pub who: List<Text>,
    /// What Huntaze reads, and why.
    pub reads: List<Text>,
    /// What Huntaze can do in the person's name, and when it would.
    pub writes: List<Text>,
    /// What Huntaze never does.
    pub never: List<Text>,
    /// What the person has to confirm before the connection begins; the platform tells none of it.
    pub attests: List<Text>,
    /// A warning that has to be read before connecting, or nothing.
    pub warning: Option<Text>,
    /// Every permission asked for.
    pub permissions: List<Permission>,
    /// What permissions that this server does not ask for would allow, in words.
    pub off: List<Text>,
    /// The fields of the connect form, for [`ConnectKind::Session`] only.
    pub fields: List<Field>,
    /// What goes wrong and what to do about it, for the landing page.
    pub troubles: List<Trouble>,
    /// The platform's own page where a person sees and removes apps.
    pub manage_url: Text,
    /// Where an operator registers the app, in words.
    pub console: Text,
    /// The same as an address.
    pub console_url: Text,
    /// The `[platforms.<id>]` keys that an operator has to set.
    pub settings: List<Text>,
}

/// How an account is connected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectKind {
    /// The person consents on the platform's own page.
    OAuth,
    /// The person pastes the fields of a browser session.
    Session,
}

/// One permission, by the name on the wire and in words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Permission {
    /// The scope on the wire.
    pub scope: Text,
    /// What it allows, in words: "See your profile".
    pub label: Text,
    /// Without it there is no connection at all; without any other one the connection is limited.
    pub required: bool,
    /// For one that may be left out: what stays out then. The connection counts as whole all the
    /// same.
    pub without: Option<Text>,
}

/// One field of a connect form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Field {
    /// The key in the form and in REST, for example `xBc`.
    pub name: Text,
    /// Its name on the page.
    pub label: Text,
    /// Where the person finds it.
    pub help: Text,
    /// Never shown again once typed.
    pub secret: bool,
    /// The longest text that is taken.
    pub max: u32,
}

/// A thing that goes wrong, and the way out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trouble {
    /// What a person sees or meets.
    pub what: Text,
    /// What they do about it.
    pub fix: Text,
}

impl PlatformInfo {
    /// The words for a scope, or the scope itself where the platform granted one that we never
    /// asked for.
    pub fn label<'a>(&'a self, scope: &'a str) -> &'a str {
        self.permissions.iter().find(|p| p.scope == scope).map_or(scope, |p| &p.label)
    }
}
