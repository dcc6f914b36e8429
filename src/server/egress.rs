//! Requests to addresses that come from outside: an avatar's URL, one that a person typed.
//!
//! Server-side request forgery (CWE-918): whoever chooses the address must reach nothing inside our
//! own network. https only; the name is resolved once, every address found has to be a public one,
//! and the connection is pinned to what was checked, so that a second answer of the name server
//! changes nothing; no redirect is followed, no proxy asked; size and time are limited.

#![warn(missing_docs)]

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use url::{Host, Url};

use super::config::is_safe;

/// Why an address was not fetched. None holds the address: it may carry a signature.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another scheme, or no host.
    #[error("not an https address")]
    NotHttps,
    /// At least one address of the host is private, reserved or otherwise not global.
    #[error("not on the public internet")]
    NotPublic,
    /// The name server failed or knows no such name.
    #[error("the name does not resolve: {0}")]
    Unresolved(std::io::Error),
    /// A status other than 2xx; redirects count, because none is followed.
    #[error("answered {0}")]
    Status(u16),
    /// The body is longer than the caller takes, in bytes.
    #[error("more than {0} bytes")]
    TooLarge(usize),
    /// The time for name, connection and body together ran out.
    #[error("no whole answer in time")]
    Slow,
    /// The body is of a kind that the caller does not take; the text says so.
    #[error("{0}")]
    OtherContent(&'static str),
    /// Connecting or reading failed; the URL is taken out of the error.
    #[error("{0}")]
    Network(reqwest::Error),
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        Self::Network(error.without_url())
    }
}

/// The one way to an address from outside.
#[derive(Clone)]
pub struct Egress {
    /// Serves the addresses that the operator named.
    client: reqwest::Client,
    patience: Duration,
}

impl Egress {
    /// `patience` is for all of it, from looking up the name to the last byte.
    pub fn new(patience: Duration) -> reqwest::Result<Self> {
        Ok(Self { client: builder().build()?, patience })
    }

    /// Fetches at most `most` bytes. `own` are base URLs that the operator set: they alone may lie
    /// inside our own network.
    pub async fn get(&self, url: &Url, own: &[&Url], max_bytes: usize) -> Result<Vec<u8>, Error> {
        tokio::time::timeout(self.patience, self.fetch(url, own, max_bytes))
            .await
            .unwrap_or(Err(Error::Slow))
    }

    async fn fetch(&self, url: &Url, own: &[&Url], max_bytes: usize) -> Result<Vec<u8>, Error> {
        let client = if own.iter().any(|base| base.origin() == url.origin() && is_safe(base)) {
            self.client.clone()
        } else {
            pinned(url).await?
        };
        let mut response = client.get(url.clone()).send().await?;
        if !response.status().is_success() {
            return Err(Error::Status(response.status().as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if bytes.len() + chunk.len() > max_bytes {
                return Err(Error::TooLarge(max_bytes));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// A client that reaches the public addresses of this URL's host and nothing else.
async fn pinned(url: &Url) -> Result<reqwest::Client, Error> {
    if url.scheme() != "https" {
        return Err(Error::NotHttps);
    }
    let port = url.port_or_known_default().unwrap_or(443);
    let found: Vec<SocketAddr> = match url.host().ok_or(Error::NotHttps)? {
        Host::Ipv4(ip) => vec![(ip, port).into()],
        Host::Ipv6(ip) => vec![(ip, port).into()],
        Host::Domain(name) => {
            tokio::net::lookup_host((name, port)).await.map_err(Error::Unresolved)?.collect()
        }
    };
    if found.is_empty() || !found.iter().all(|address| is_public(address.ip())) {
        return Err(Error::NotPublic);
    }
    let host = url.host_str().unwrap_or_default();
    Ok(builder().no_proxy().resolve_to_addrs(host, &found).build()?)
}

/// Follows no redirect, and unpacks nothing: a few packed bytes may hold gigabytes.
fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_gzip().no_brotli()
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
            // Global unicast only, without the ranges that tunnel IPv4 or are reserved for
            // documents.
            None => {
                let [a, b, ..] = ip.segments();
                a & 0xe000 == 0x2000 && a != 0x2002 && !(a == 0x2001 && (b < 0x200 || b == 0xdb8))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S10
    #[test]
    fn only_addresses_on_the_public_internet_are_reached() {
        let inside = [
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
            "64:ff9b::a00:1",
        ];
        for inside in inside {
            assert!(!is_public(inside.parse().expect(inside)), "{inside} is not public");
        }
        for outside in ["93.184.216.34", "2606:2800:220:1::1"] {
            assert!(is_public(outside.parse().expect(outside)), "{outside} is public");
        }
    }

    // S10: every spelling of an address inside, and every scheme but https.
    #[tokio::test]
    async fn no_spelling_of_an_inner_address_gets_a_client() {
        let evil = [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://017700000001/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a9fe:a9fe]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://localhost/",
            "https://public.example@127.0.0.1/",
            "https://0/",
            "http://93.184.216.34/",
            "ftp://93.184.216.34/",
            "file:///etc/passwd",
        ];
        for evil in evil {
            let url = Url::parse(evil).expect(evil);
            assert!(
                matches!(pinned(&url).await, Err(Error::NotPublic | Error::NotHttps)),
                "{evil}"
            );
        }
        assert!(pinned(&Url::parse("https://93.184.216.34/a.png").expect("a URL")).await.is_ok());
    }

    // S10: the operator's own base URL is trusted by origin, not by how it begins.
    #[tokio::test]
    async fn only_the_operators_own_origin_may_be_inside() {
        let own = Url::parse("http://127.0.0.1:1/instagram").expect("a URL");
        let outside = Egress::new(Duration::from_secs(5)).expect("an HTTP client");
        let other_port = Url::parse("http://127.0.0.1:2/instagram/a.png").expect("a URL");
        assert!(matches!(outside.get(&other_port, &[&own], 10).await, Err(Error::NotHttps)));
        let same = Url::parse("http://127.0.0.1:1/a.png").expect("a URL");
        assert!(
            matches!(outside.get(&same, &[&own], 10).await, Err(Error::Network(_))),
            "asked, and nobody listens there"
        );
    }
}
