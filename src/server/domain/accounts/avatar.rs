//! Avatars: fetched once at connecting and served by us, so that pages load nothing from elsewhere.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use url::Url;

use super::Result;
use crate::model::AccountId;
use crate::server::Backend;
use crate::server::config::is_safe;
use crate::server::db;
use crate::server::platform::Entry;
use crate::server::session::Actor;

const MOST: usize = 1 << 20;
const PATIENCE: Duration = Duration::from_secs(5);

/// The avatar of an account of this workspace.
pub async fn stored(backend: &Backend, actor: &Actor, id: AccountId) -> Result<Option<(String, Vec<u8>)>> {
    Ok(db::accounts::avatar(&backend.db, actor.workspace, id).await?)
}

/// Fetches and keeps an avatar. Failing is no error: initials are shown instead.
pub(super) async fn fetch(backend: &Backend, entry: &Entry, id: AccountId, url: &str) {
    match get(backend, entry, url).await {
        Ok((media_type, bytes)) => {
            if let Err(error) = db::accounts::set_avatar(&backend.db, id, media_type, &bytes).await {
                tracing::warn!(account = %id, "avatar not kept: {error}");
            }
        }
        Err(why) => tracing::info!(account = %id, "no avatar: {why}"),
    }
}

async fn get(backend: &Backend, entry: &Entry, url: &str) -> Result<(&'static str, Vec<u8>), String> {
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    let client = guarded(backend, entry, &url).await?;
    let mut response = client.get(url).timeout(PATIENCE).send().await.map_err(|error| error.without_url().to_string())?;
    if !response.status().is_success() {
        return Err(response.status().to_string());
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| error.without_url().to_string())? {
        if bytes.len() + chunk.len() > MOST {
            return Err(format!("more than {MOST} bytes"));
        }
        bytes.extend_from_slice(&chunk);
    }
    // By content, not by what the server calls it: an SVG or HTML would run in our origin.
    Ok((media_type(&bytes).ok_or("neither PNG, JPEG nor WebP")?, bytes))
}

/// A client that can reach this URL and nothing inside our own network: the name is resolved once, every address has to be a
/// public one, and the connection is pinned to what was checked (CWE-918). Only the operator's own base URL may be loopback.
async fn guarded(backend: &Backend, entry: &Entry, url: &Url) -> Result<reqwest::Client, String> {
    let own = |base: &Option<Url>| base.as_ref().is_some_and(|base| base.origin() == url.origin() && is_safe(base));
    let settings = entry.client.settings();
    if own(&settings.base_url) || own(&settings.browser_url) {
        return Ok(backend.outside.clone());
    }
    if url.scheme() != "https" {
        return Err("not https".into());
    }
    let host = url.host_str().ok_or("no host")?;
    let found: Vec<SocketAddr> =
        tokio::net::lookup_host((host, url.port_or_known_default().unwrap_or(443))).await.map_err(|e| e.to_string())?.collect();
    if found.is_empty() || !found.iter().all(|addr| is_public(addr.ip())) {
        return Err("not a public address".into());
    }
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .resolve_to_addrs(host, &found)
        .no_proxy()
        .build()
        .map_err(|error| error.to_string())
}

/// Whether an address is on the public internet.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_broadcast()
                || ip.is_multicast()
                || ip.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b)) // carrier-grade NAT
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (18..20).contains(&b)))
        }
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(v4) => is_public(IpAddr::V4(v4)),
            // Global unicast only, without the ranges that tunnel IPv4 or are reserved for documents.
            None => {
                let [a, b, ..] = ip.segments();
                a & 0xe000 == 0x2000 && a != 0x2002 && !(a == 0x2001 && (b < 0x200 || b == 0xdb8))
            }
        },
    }
}

fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S10
    #[test]
    fn only_addresses_on_the_public_internet_are_reached() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.9.9",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "2002:a00:1::",
        ] {
            assert!(!is_public(inside.parse().expect(inside)), "{inside} is not public");
        }
        for outside in ["93.184.216.34", "2606:2800:220:1::1"] {
            assert!(is_public(outside.parse().expect(outside)), "{outside} is public");
        }
    }

    #[test]
    fn an_avatar_is_known_by_its_content() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(media_type(b"<svg xmlns='http://www.w3.org/2000/svg'>"), None);
    }
}
