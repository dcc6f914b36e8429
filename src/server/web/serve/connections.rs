//! How many connections may be open: from one address, and all together, so that some files are
//! left for the database, the platforms, and the probes that ask whether we still live.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::server::config::Server;
use crate::server::limits::LimitKey;
use crate::server::request_context::Proxy;

/// Connections beyond the limit, for probes alone.
const FOR_PROBES: usize = 8;
/// The limit that one address has.
pub const PER_ADDRESS: &str = "connections_per_address";
/// Where nobody knows how many files may be open: what Linux allows unless told otherwise.
const USUAL_FILES: u64 = 1024;

/// The open connections of this process. Clones are the same.
#[derive(Clone)]
pub struct Connections(Arc<Inner>);

struct Inner {
    limit: usize,
    per_address: usize,
    proxies: Vec<Proxy>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_address: HashMap<LimitKey, usize>,
}

pub enum Admission {
    Admitted(Slot),
    /// By this limit.
    Refused(&'static str),
}

/// One connection's share; given back when it is dropped.
pub struct Slot {
    connections: Connections,
    /// Nothing for a proxy of ours.
    address: Option<LimitKey>,
    for_probes: bool,
}

impl Slot {
    /// All is full: whoever it is, probes are answered and nothing else.
    pub fn for_probes(&self) -> bool {
        self.for_probes
    }
}

impl Connections {
    pub fn new(config: &Server) -> Self {
        Self(Arc::new(Inner {
            limit: config.connections.unwrap_or_else(share_of_files),
            per_address: config.connections_per_address,
            proxies: config.trusted_proxies.clone(),
            open: Mutex::default(),
        }))
    }

    pub fn admit(&self, ip: IpAddr) -> Admission {
        let is_proxy = self.0.proxies.iter().any(|proxy| proxy.is(ip.to_canonical()));
        let address = (!is_proxy).then(|| LimitKey::at(ip));
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.all >= self.0.limit + FOR_PROBES {
            return Admission::Refused("connections");
        }
        if let Some(address) = address {
            let count = open.by_address.entry(address).or_default();
            if *count >= self.0.per_address {
                return Admission::Refused(PER_ADDRESS);
            }
            *count += 1;
        }
        open.all += 1;
        let for_probes = open.all > self.0.limit;
        Admission::Admitted(Slot { connections: self.clone(), address, for_probes })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.connections.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        let Some(address) = self.address else { return };
        if let Some(count) = open.by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                open.by_address.remove(&address);
            }
        }
    }
}

/// Three quarters of the files that this process may open.
fn share_of_files() -> usize {
    let files = rlimit::getrlimit(rlimit::Resource::NOFILE).map_or(USUAL_FILES, |(soft, _)| soft);
    usize::try_from(files / 4 * 3).unwrap_or(usize::MAX - FOR_PROBES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(limit: usize, per_address: usize) -> Connections {
        let trusted_proxies = vec!["10.0.0.0/8".parse().expect("a network")];
        Connections::new(&Server {
            connections: Some(limit),
            connections_per_address: per_address,
            trusted_proxies,
            ..Server::default()
        })
    }

    fn from(connections: &Connections, last: u8) -> Admission {
        connections.admit(IpAddr::from([192, 0, 2, last]))
    }

    // S5, S6: nobody holds more than their share, and whoever leaves makes room.
    #[test]
    fn an_address_has_so_many_connections_and_a_proxy_has_all() {
        let connections = connections(100, 2);
        let first = from(&connections, 1);
        let _second = from(&connections, 1);
        assert!(matches!(from(&connections, 1), Admission::Refused("connections_per_address")));
        assert!(matches!(from(&connections, 2), Admission::Admitted(_)));
        drop(first);
        assert!(matches!(from(&connections, 1), Admission::Admitted(_)));
        let proxied: Vec<_> =
            (0..50).map(|_| connections.admit(IpAddr::from([10, 0, 0, 7]))).collect();
        assert!(proxied.iter().all(|one| matches!(one, Admission::Admitted(_))));
    }

    #[test]
    fn the_last_connections_are_for_probes() {
        let connections = connections(2, 100);
        let mut open = Vec::new();
        for last in 0..2 + u8::try_from(FOR_PROBES).expect("few") {
            let Admission::Admitted(slot) = from(&connections, last) else {
                panic!("connection {last} is refused")
            };
            assert_eq!(slot.for_probes(), last >= 2, "connection {last}");
            open.push(slot);
        }
        assert!(matches!(from(&connections, 200), Admission::Refused("connections")));
        open.clear();
        let Admission::Admitted(slot) = from(&connections, 1) else { panic!("all have left") };
        assert!(!slot.for_probes());
    }
}
