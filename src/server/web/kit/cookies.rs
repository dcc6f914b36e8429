//! Cookies: the session, the mark of a browser that was logged in before, and the flash that
//! carries a form's answer over its redirect when there are no scripts.

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use cookie::{Cookie, SameSite};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::model::Flash;
use crate::server::Backend;
use crate::server::domain::users::Device;
use crate::server::identity::{self, ABSOLUTE, cookie_name, hash};
use crate::server::vault::SealContext;

/// How long a browser is known after the last log-in.
const DEVICE: Duration = Duration::days(365);

fn https(backend: &Backend) -> bool {
    backend.public_url.is_https()
}

/// `Set-Cookie` for a new session.
pub fn session(backend: &Backend, secret: &SecretString) -> HeaderValue {
    set(backend, cookie_name(https(backend)), secret.expose_secret(), ABSOLUTE.num_seconds())
}

/// `Set-Cookie` that takes the session's cookie away.
pub fn no_session(backend: &Backend) -> HeaderValue {
    set(backend, cookie_name(https(backend)), "", 0)
}

/// `Set-Cookie` for a browser in which somebody was just logged in or proved their mailbox.
pub fn device(backend: &Backend, device: Device) -> HeaderValue {
    set(
        backend,
        device_name(backend),
        &URL_SAFE_NO_PAD.encode(device.seal(backend)),
        DEVICE.num_seconds(),
    )
}

/// Where this browser was logged in before.
pub fn read_device(backend: &Backend, headers: &HeaderMap) -> Option<Device> {
    let value = identity::cookie(headers, device_name(backend))?;
    Device::open(backend, &URL_SAFE_NO_PAD.decode(value).ok()?)
}

fn device_name(backend: &Backend) -> &'static str {
    if https(backend) { "__Host-device" } else { "device" }
}

fn flash_name(backend: &Backend) -> &'static str {
    if https(backend) { "__Host-flash" } else { "flash" }
}

/// Who reads a flash: the browser with this session's cookie, or any that has none. A flash is
/// sealed for its reader, so that whoever can toss cookies at a browser, as a sibling host on plain
/// http can, neither puts words into our mouth nor shows somebody what was said to another.
#[derive(Clone, Copy)]
pub struct FlashAudience(Uuid);

impl FlashAudience {
    pub const NOBODY: Self = Self(Uuid::nil());

    /// Whoever sends these headers.
    pub fn of(backend: &Backend, headers: &HeaderMap) -> Self {
        identity::cookie(headers, cookie_name(https(backend)))
            .map_or(Self::NOBODY, |secret| Self::with(&secret.into()))
    }

    /// Whoever is given the cookie of this session.
    pub fn with(secret: &SecretString) -> Self {
        let mut mark = [0; 16];
        mark.copy_from_slice(&hash(secret.expose_secret())[..16]);
        Self(Uuid::from_bytes(mark))
    }

    fn seal_context(self) -> SealContext {
        SealContext::new("cookie", self.0, "flash")
    }
}

/// `Set-Cookie` for a flash.
pub fn flash(backend: &Backend, reader: FlashAudience, flash: &Flash) -> HeaderValue {
    // Strings always serialise.
    let text = serde_json::to_string(flash).expect("strings serialise").into();
    let value = URL_SAFE_NO_PAD.encode(backend.vault.seal(&text, reader.seal_context()));
    set(backend, flash_name(backend), &value, 60)
}

/// `Set-Cookie` that takes the flash away, once it was shown.
pub fn no_flash(backend: &Backend) -> HeaderValue {
    set(backend, flash_name(backend), "", 0)
}

/// The flash of a request. Anything that we did not seal, or sealed for another reader, is nothing.
pub fn read_flash(backend: &Backend, headers: &HeaderMap) -> Option<Flash> {
    let value = identity::cookie(headers, flash_name(backend))?;
    let blob = URL_SAFE_NO_PAD.decode(value).ok()?;
    let text = backend
        .vault
        .open_cookie(&blob, FlashAudience::of(backend, headers).seal_context())
        .ok()?;
    serde_json::from_str(text.expose_secret()).ok()
}

fn set(backend: &Backend, name: &'static str, value: &str, max_age: i64) -> HeaderValue {
    let cookie = Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(https(backend))
        .max_age(cookie::time::Duration::seconds(max_age));
    // Names are constants, values hex or base64: all of them header characters.
    let mut header =
        HeaderValue::try_from(cookie.to_string()).expect("hex and base64 are header characters");
    header.set_sensitive(true);
    header
}
