//! Addresses that are reachable for everybody: an edge has no others, so a name that leads
//! elsewhere leads to somebody's inner network.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A probed name that leads to no public address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name} leads to {address}, which is not public; `edge` of the account names such a server"
)]
pub(super) struct NotPublic {
    name: String,
    address: IpAddr,
}

/// The hosts that are probed: a proxy's own name may lead anywhere.
pub(super) type ProbedHosts = Arc<Mutex<BTreeSet<String>>>;

/// Resolves names by another resolver, those that are probed to public addresses only.
#[derive(Clone, Debug)]
pub(super) struct PublicOnly<R> {
    pub(super) resolver: R,
    pub(super) probed: ProbedHosts,
}

impl<R: Resolve> Resolve for PublicOnly<R> {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let is_probed = self.probed.lock().unwrap_or_else(PoisonError::into_inner).contains(&host);
        let resolved = self.resolver.resolve(name);
        if !is_probed {
            return resolved;
        }
        Box::pin(async move {
            let found: Vec<SocketAddr> = resolved.await?.collect();
            let public: Vec<SocketAddr> =
                found.iter().copied().filter(|address| is_public(address.ip())).collect();
            match found.first() {
                Some(first) if public.is_empty() => {
                    Err(NotPublic { name: host, address: first.ip() }.into())
                }
                _ => Ok(Box::new(public.into_iter()) as Addrs),
            }
        })
    }
}

/// Resolves names as the machine does.
#[derive(Clone, Copy, Debug)]
pub(super) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found: Vec<SocketAddr> = found?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Returns true for an address that everybody can reach: none of this machine, of the local
/// network, of a provider's inner network (cloud metadata among them), and none that is reserved.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => {
            embedded(address).map_or_else(|| is_public_v6(address), is_public_v4)
        }
    }
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let first = address.segments()[0];
    let is_local = first & 0xffc0 == 0xfe80 || first & 0xfe00 == 0xfc00;
    !(address.is_loopback() || address.is_unspecified() || address.is_multicast() || is_local)
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let is_shared = first == 100 && second & 0xc0 == 64;
    !(address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || is_shared
        || first == 0
        || first >= 240)
}

/// The IPv4 address within an IPv6 one that stands for it: mapped, compatible, NAT64 or 6to4.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let octets = address.octets();
    let at = |start: usize| -> Option<Ipv4Addr> {
        let bytes: [u8; 4] = octets.get(start..start + 4)?.try_into().ok()?;
        Some(bytes.into())
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => at(12),
        [0, 0, 0, 0, 0, 0, high, _] if high != 0 => at(12),
        [0x2002, ..] => at(2),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn addresses_within_somebodys_network_are_not_public() {
        for text in [
            "127.0.0.1",
            "127.9.9.9",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00:ec2::254",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::7f00:1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn addresses_of_an_edge_are_public() {
        for text in [
            "203.0.113.7",
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "169.253.0.1",
            "1.1.1.1",
            "223.0.0.1",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    /// Resolves everything to these addresses.
    struct Fixed(&'static [&'static str]);

    impl Resolve for Fixed {
        fn resolve(&self, _: Name) -> Resolving {
            let found: Vec<SocketAddr> =
                self.0.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect();
            Box::pin(async move { Ok(Box::new(found.into_iter()) as Addrs) })
        }
    }

    async fn resolved(found: &'static [&'static str], name: &str) -> Result<Vec<String>, String> {
        let probed = ProbedHosts::default();
        probed.lock().unwrap().insert("www.site.com".to_owned());
        let resolver = PublicOnly { resolver: Fixed(found), probed };
        let found = resolver.resolve(name.parse().unwrap()).await;
        found
            .map(|found| found.map(|address| address.ip().to_string()).collect())
            .map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_probed_name_is_resolved_to_public_addresses_only() {
        let both: &[&str] = &["10.0.0.5", "203.0.113.7"];
        assert_eq!(resolved(both, "www.site.com").await.unwrap(), ["203.0.113.7"]);
        let error = resolved(&["10.0.0.5"], "www.site.com").await.unwrap_err();
        assert!(
            error.contains("www.site.com leads to 10.0.0.5") && error.contains("`edge`"),
            "{error}"
        );
        assert_eq!(resolved(&[], "www.site.com").await.unwrap(), [""; 0]);
        assert_eq!(resolved(&["10.0.0.1"], "proxy.corp").await.unwrap(), ["10.0.0.1"]);
    }
}
