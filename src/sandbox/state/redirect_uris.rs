//! The redirect URIs that are registered at the platforms.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::sandbox::platform::Twin;

/// By platform. All apps of a platform share them.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RedirectUris {
    /// Registered by hand.
    added: BTreeMap<String, BTreeSet<String>>,
    /// Those of the app that runs with the sandbox. It says at every start where it is.
    #[serde(skip)]
    own: BTreeMap<String, BTreeSet<String>>,
}

impl RedirectUris {
    /// Whether this is one of them: to the byte, as RFC 9700 (2.1) wants it. What a parser would
    /// make equal (`/a/../`, an upper-case host, `127.1`) is another text.
    pub fn contains(&self, platform: &str, redirect_uri: &str) -> bool {
        self.of(platform).any(|registered| registered == redirect_uri)
    }

    pub fn of<'a>(&'a self, platform: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let lists = [self.own.get(platform), self.added.get(platform)];
        lists.into_iter().flatten().flatten().map(String::as_str)
    }

    pub fn add(&mut self, platform: &str, redirect_uri: String) {
        self.added.entry(platform.to_owned()).or_default().insert(redirect_uri);
    }

    /// Those of the app that people reach under this address.
    pub fn add_own(&mut self, twins: &[&Twin], app: &Url) {
        let app = app.as_str().trim_end_matches('/');
        for Twin { id, .. } in twins {
            let callback = format!("{app}/api/integrations/callback/{id}");
            self.own.entry((*id).to_owned()).or_default().insert(callback);
        }
    }

    pub fn only_own(self) -> Self {
        Self { added: BTreeMap::new(), ..self }
    }
}

/// What may be registered: an absolute address of the web without a fragment (RFC 6749, 3.1.2).
pub fn is_registrable(redirect_uri: &str) -> bool {
    let plain = redirect_uri.bytes().all(|byte| byte.is_ascii_graphic());
    let url = Url::parse(redirect_uri).ok();
    let fits = |url: Url| matches!(url.scheme(), "http" | "https") && url.fragment().is_none();
    plain && url.is_some_and(fits)
}
