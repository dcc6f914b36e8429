//! What must not be found, and the search for it.

use std::collections::{BTreeSet, HashMap};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Shorter ones would be found by chance.
const SHORTEST: usize = 12;

/// Secrets in every form that they may be found in, by the first bytes of the form: a search is one
/// walk through the text.
#[derive(Clone, Default)]
pub struct Secrets {
    all: BTreeSet<String>,
    forms: HashMap<[u8; 4], Vec<Form>>,
}

#[derive(Clone)]
struct Form {
    bytes: Vec<u8>,
    secret: String,
}

impl Secrets {
    pub fn add(&mut self, secret: &str) {
        if secret.len() < SHORTEST || !self.all.insert(secret.to_owned()) {
            return;
        }
        for form in forms(secret) {
            let bytes = form.into_bytes();
            let begin = [bytes[0], bytes[1], bytes[2], bytes[3]];
            self.forms.entry(begin).or_default().push(Form { bytes, secret: secret.to_owned() });
        }
    }

    pub fn extend(&mut self, other: &Self) {
        other.all.iter().for_each(|secret| self.add(secret));
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(String::as_str)
    }

    pub fn joined(&self) -> String {
        self.all.iter().cloned().collect::<Vec<_>>().join(" ")
    }

    /// The secrets that stand in a text, plainly or encoded.
    pub fn found_in(&self, text: &str) -> BTreeSet<&str> {
        let bytes = text.as_bytes();
        let begins = bytes.windows(4).enumerate().filter_map(|(at, begin)| {
            Some((at, self.forms.get(<&[u8; 4]>::try_from(begin).ok()?)?))
        });
        let found = begins.flat_map(|(at, forms)| {
            forms.iter().filter(move |form| bytes[at..].starts_with(&form.bytes))
        });
        found.map(|form| form.secret.as_str()).collect()
    }

    #[track_caller]
    pub fn assert_not_in(&self, place: &str, text: &str) {
        if let Some(found) = self.found_in(text).first() {
            let line =
                text.lines().find(|line| !self.found_in(line).is_empty()).unwrap_or_default();
            panic!("{place} holds {found:?}: {}", line.chars().take(600).collect::<String>());
        }
    }
}

/// As it is, as in a URL, as bytes in hex, in base64.
fn forms(secret: &str) -> BTreeSet<String> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let in_url = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    [
        secret.to_owned(),
        in_url,
        hex.to_uppercase(),
        hex,
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
    ]
    .into()
}

#[test]
fn a_planted_secret_is_found_in_every_form() {
    let mut secrets = Secrets::default();
    secrets.add("tiny");
    secrets.add("s3cr3t/of+the-platform");
    assert_eq!(secrets.len(), 1, "a short one would be found by chance");
    for planted in [
        "log: token=s3cr3t/of+the-platform",
        "/callback?code=s3cr3t%2Fof%2Bthe-platform",
        "x'7333637233742f6f662b7468652d706c6174666f726d'",
        "X'7333637233742F6F662B7468652D706C6174666F726D'",
        "Basic czNjcjN0L29mK3RoZS1wbGF0Zm9ybQ==",
    ] {
        assert_eq!(secrets.found_in(planted).len(), 1, "{planted}");
    }
    assert!(secrets.found_in("s3cr3t of the platform").is_empty());
}
