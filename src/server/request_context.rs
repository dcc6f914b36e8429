//! Where a change comes from: who called from which address. It travels beside the work and not
//! through every function, because only the audit log, the limits and the log lines ask for it.

#![warn(missing_docs)]

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use chrono::{DateTime, Utc};
use http::HeaderMap;
use http::header::{HeaderName, USER_AGENT};
use ipnet::IpNet;
use rand::RngExt;
use serde::Deserialize;

use super::db::write_guard;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// No browser's is longer; more would only fill the audit log.
const LONGEST_USER_AGENT: usize = 200;

tokio::task_local! {
    static ORIGIN: RequestContext;
}

/// The origin of a request, or of work that the server does by itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RequestContext {
    /// The correlation id: finds the log lines.
    pub reference: String,
    /// Nothing for what the server does by itself.
    pub ip: Option<IpAddr>,
    /// As sent, cut to 200 characters; empty where there is none or it is not ASCII.
    pub user_agent: String,
    /// When the request came: sentences tell times by it. Nothing for the server's own work.
    pub at: Option<DateTime<Utc>>,
    /// The asker's time zone, an IANA name; empty, which reads as UTC, until they are known.
    pub time_zone: String,
}

impl RequestContext {
    /// Work of the server's own, with a reference of its own.
    pub fn server() -> Self {
        Self { reference: new_reference(), ..Self::default() }
    }

    /// A request that arrived from `peer`, with what its headers say as far as they are believed.
    pub fn of_request(
        reference: &str,
        at: DateTime<Utc>,
        peer: Option<SocketAddr>,
        headers: &HeaderMap,
        proxies: &[Proxy],
    ) -> Self {
        let ip = peer.map(|peer| client(peer.ip(), headers, proxies));
        let user_agent =
            headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self {
            reference: reference.to_owned(),
            ip,
            user_agent: user_agent.chars().take(LONGEST_USER_AGENT).collect(),
            at: Some(at),
            time_zone: String::new(),
        }
    }
}

/// The origin of what runs now; an empty one outside of [`scope`].
pub fn current() -> RequestContext {
    ORIGIN.try_with(Clone::clone).unwrap_or_default()
}

/// Does work that comes from `origin`. A spawned task is another task: it needs a scope of its own.
pub async fn scope<Work: Future>(origin: RequestContext, work: Work) -> Work::Output {
    ORIGIN.scope(origin, write_guard::scope(work)).await
}

/// A correlation id as people read it out, "7F3K-92QD": without letters that are mistaken for one
/// another.
pub fn new_reference() -> String {
    const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut random = rand::rng();
    let mut four = || {
        (0..4)
            .map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())]))
            .collect::<String>()
    };
    format!("{}-{}", four(), four())
}

/// A proxy of the operator's, whose word on addresses counts: `10.0.0.7`, or a whole network as
/// `10.0.0.0/8`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Proxy(IpNet);

impl Proxy {
    /// Whether this address is the proxy, or in its network; IPv4 in IPv6 has to be unwrapped
    /// before.
    pub fn is(&self, ip: IpAddr) -> bool {
        self.0.contains(&ip)
    }
}

impl FromStr for Proxy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let address = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse()
            .or_else(|_| address())
            .map(Self)
            .map_err(|_| format!("\"{text}\" is no address and no network"))
    }
}

impl TryFrom<String> for Proxy {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// The caller's address. `X-Forwarded-For` is a list to which every proxy appends whom it heard:
/// read from its end, each of our own proxies is believed about the hop before it, and the first
/// that is not ours is the caller. What stands further left, anybody can have written.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[Proxy]) -> IpAddr {
    let told: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .collect();
    let mut at = peer.to_canonical();
    for hop in told.iter().rev() {
        let is_ours = proxies.iter().any(|proxy| proxy.is(at));
        let Some(before) = address(hop).filter(|_| is_ours) else { break };
        at = before;
    }
    at
}

/// Some proxies write the port too.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let with_port = || hop.parse::<SocketAddr>().map(|addr| addr.ip());
    hop.parse::<IpAddr>().or_else(|_| with_port()).ok().map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_client(peer: &str, forwarded: &[&str], proxies: &[&str], expected: &str) {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, line.parse().expect("a header"));
        }
        let proxies: Vec<Proxy> =
            proxies.iter().map(|text| text.parse().expect("a proxy")).collect();
        let found = client(peer.parse().expect("an address"), &headers, &proxies);
        assert_eq!(found.to_string(), expected, "{peer} {forwarded:?} {proxies:?}");
    }

    // S5: nobody chooses the address they are counted under.
    #[test]
    fn the_address_is_told_by_our_own_proxies_only() {
        assert_client("198.51.100.7", &["203.0.113.9"], &[], "198.51.100.7");
        assert_client("198.51.100.7", &["203.0.113.9"], &["10.0.0.0/8"], "198.51.100.7");
        assert_client("10.0.0.2", &["203.0.113.9"], &["10.0.0.0/8"], "203.0.113.9");
        assert_client("10.0.0.2", &["1.1.1.1, 203.0.113.9"], &["10.0.0.2"], "203.0.113.9");
        assert_client(
            "10.0.0.2",
            &["1.1.1.1", "203.0.113.9, 10.0.0.3"],
            &["10.0.0.0/8"],
            "203.0.113.9",
        );
        assert_client("10.0.0.2", &[], &["10.0.0.0/8"], "10.0.0.2");
        assert_client("10.0.0.2", &["nonsense"], &["10.0.0.0/8"], "10.0.0.2");
        assert_client("10.0.0.2", &["203.0.113.9, nonsense"], &["10.0.0.0/8"], "10.0.0.2");
        assert_client("::1", &["[2001:db8::7]:443"], &["::1"], "2001:db8::7");
        assert_client("::ffff:10.0.0.2", &["::ffff:203.0.113.9"], &["10.0.0.0/8"], "203.0.113.9");
    }

    #[test]
    fn a_proxy_is_an_address_or_a_network() {
        assert!("10.0.0.0/8".parse::<Proxy>().is_ok() && "fd00::1".parse::<Proxy>().is_ok());
        assert_eq!(
            "everybody".parse::<Proxy>(),
            Err("\"everybody\" is no address and no network".into())
        );
    }

    #[tokio::test]
    async fn work_knows_where_it_comes_from() {
        let origin =
            RequestContext { ip: Some(IpAddr::from([203, 0, 113, 9])), ..RequestContext::server() };
        assert_eq!(current(), RequestContext::default());
        assert_eq!(scope(origin.clone(), async { current() }).await, origin);
    }
}
