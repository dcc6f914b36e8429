//! Cookies: the session, and the flash that carries a form's answer over its redirect when there are no scripts.

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::model::Flash;
use crate::server::Backend;
use crate::server::session::{ABSOLUTE, cookie, cookie_name};
use crate::server::vault::Place;

fn https(backend: &Backend) -> bool {
    backend.config.public_url().scheme() == "https"
}

/// `Set-Cookie` for a new session.
pub fn session(backend: &Backend, secret: &SecretString) -> HeaderValue {
    set(backend, cookie_name(https(backend)), secret.expose_secret(), ABSOLUTE.num_seconds())
}

/// `Set-Cookie` that takes the session's cookie away.
pub fn no_session(backend: &Backend) -> HeaderValue {
    set(backend, cookie_name(https(backend)), "", 0)
}

fn flash_name(backend: &Backend) -> &'static str {
    if https(backend) { "__Host-flash" } else { "flash" }
}

/// Sealed, so that nobody who can toss a cookie at the browser can put words into our mouth.
fn flash_place() -> Place {
    Place::new("cookie", Uuid::nil(), "flash")
}

/// `Set-Cookie` for a flash.
pub fn flash(backend: &Backend, flash: &Flash) -> HeaderValue {
    // Strings always serialise.
    let text = serde_json::to_string(flash).expect("strings serialise").into();
    let value = URL_SAFE_NO_PAD.encode(backend.vault.seal(&text, flash_place()));
    set(backend, flash_name(backend), &value, 60)
}

/// `Set-Cookie` that takes the flash away, once it was shown.
pub fn no_flash(backend: &Backend) -> HeaderValue {
    set(backend, flash_name(backend), "", 0)
}

/// The flash of a request. Anything that we did not seal is nothing.
pub fn read_flash(backend: &Backend, headers: &HeaderMap) -> Option<Flash> {
    let value = cookie(headers, flash_name(backend))?;
    let blob = URL_SAFE_NO_PAD.decode(value).ok()?;
    let text = backend.vault.open(&blob, flash_place()).ok()?;
    serde_json::from_str(text.expose_secret()).ok()
}

fn set(backend: &Backend, name: &str, value: &str, max_age: i64) -> HeaderValue {
    let secure = if https(backend) { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    // Names are constants, values hex or base64: all of them header characters.
    let mut header = HeaderValue::try_from(text).expect("hex and base64 are header characters");
    header.set_sensitive(true);
    header
}
