//! The apps that are registered at the platforms of the sandbox, and how they prove who they are.

use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::STANDARD};
use url::form_urlencoded;

use super::oauth::{Params, authorization};

/// An app as a platform knows it.
pub struct App {
    pub id: &'static str,
    /// `None`: a program on people's own devices, which can keep no secret (RFC 6749, 2.1).
    pub secret: Option<&'static str>,
}

pub const HUNTAZE_ID: &str = "huntaze-sandbox";
pub const HUNTAZE_SECRET: &str = "huntaze-sandbox-secret";

/// Huntaze, at every platform.
pub static HUNTAZE: App = App { id: HUNTAZE_ID, secret: Some(HUNTAZE_SECRET) };

/// Apps of other people, at the platforms that take several kinds of clients: a public one, and one
/// whose id and secret hold every character that an encoding can spoil.
static OTHERS: [App; 2] = [
    App { id: "huntaze-sandbox-public", secret: None },
    App { id: "huntaze sandbox+%41/&=?", secret: Some("a:b+c d%2Fe&f=g/h?~\"") },
];

/// How the two halves of HTTP Basic stand in the header.
#[derive(Clone, Copy, PartialEq)]
pub enum BasicCoding {
    /// As they are.
    Raw,
    /// Form-encoded first, as RFC 6749 (2.3.1) has it; platforms that take this take the raw form
    /// as well.
    FormOrRaw,
}

/// The app with this id.
pub fn find(id: &str) -> Option<&'static App> {
    all().find(|app| app.id == id)
}

/// The app that HTTP Basic credentials belong to.
pub fn by_basic(headers: &HeaderMap, coding: BasicCoding) -> Option<&'static App> {
    let decoded = STANDARD.decode(authorization(headers, "basic")?).ok()?;
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    let encoded = coding == BasicCoding::FormOrRaw;
    confidential(id, secret)
        .or_else(|| confidential(&form_decoded(id)?, &form_decoded(secret)?).filter(|_| encoded))
}

/// The app whose id and secret stand in the form.
pub fn by_form(form: &Params) -> Option<&'static App> {
    confidential(form.get("client_id")?, form.get("client_secret")?)
}

/// The public app that a form names. One that has a secret must show it.
pub fn public(form: &Params) -> Option<&'static App> {
    find(form.get("client_id")?).filter(|app| app.secret.is_none())
}

fn confidential(id: &str, secret: &str) -> Option<&'static App> {
    all().find(|app| app.id == id && app.secret == Some(secret))
}

fn all() -> impl Iterator<Item = &'static App> {
    std::iter::once(&HUNTAZE).chain(&OTHERS)
}

/// One value decoded as a form's is. `None` where it holds what a form would have encoded.
fn form_decoded(text: &str) -> Option<String> {
    let whole = format!("v={text}");
    let mut pairs = form_urlencoded::parse(whole.as_bytes());
    pairs.next().filter(|_| !text.contains('&')).map(|(_, value)| value.into_owned())
}
