//! Resolves a host's name: to a server of the operator's choice, or by a name server of theirs.
//!
//! The query is the smallest that does: one datagram each for IPv4 and IPv6, repeated once. An
//! answer that was cut is taken as far as it goes.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::UdpSocket;
use tokio::time::timeout;

/// Time to wait for an answer before the query is repeated.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(1500);
/// Number of attempts at a query.
const MAX_ATTEMPTS: u32 = 2;
/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 4096;
/// Record types of IPv4 and IPv6 addresses.
const A: u16 = 1;
const AAAA: u16 = 28;

/// Resolves every name to one server; port 0 means the usual one.
#[derive(Clone, Copy, Debug)]
pub(super) struct FixedAddress(pub(super) SocketAddr);

impl Resolve for FixedAddress {
    fn resolve(&self, _: Name) -> Resolving {
        let address = self.0;
        Box::pin(async move { Ok(Box::new(std::iter::once(address)) as Addrs) })
    }
}

/// Resolves names by this name server.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameServer(pub(super) SocketAddr);

impl Resolve for NameServer {
    fn resolve(&self, name: Name) -> Resolving {
        let server = self.0;
        Box::pin(async move {
            let (four, six) =
                tokio::join!(ask(server, name.as_str(), A), ask(server, name.as_str(), AAAA));
            let found: Vec<SocketAddr> = match (four, six) {
                (Err(error), Err(_)) => return Err(error.into()),
                (four, six) => four
                    .unwrap_or_default()
                    .into_iter()
                    .chain(six.unwrap_or_default())
                    .map(|address| SocketAddr::new(address, 0))
                    .collect(),
            };
            if found.is_empty() {
                let words = format!("{server} knows no address of {}", name.as_str());
                return Err(io::Error::new(io::ErrorKind::NotFound, words).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

async fn ask(server: SocketAddr, name: &str, kind: u16) -> io::Result<Vec<IpAddr>> {
    let local: IpAddr =
        if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    // A connected socket gets no datagrams from others.
    let socket = UdpSocket::bind((local, 0)).await?;
    socket.connect(server).await?;
    let id = fastrand::u16(..);
    let question = question(id, name, kind)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the name is too long"))?;
    let mut response = vec![0; MAX_ANSWER];
    for _ in 0..MAX_ATTEMPTS {
        socket.send(&question).await?;
        let receive = async {
            loop {
                let length = socket.recv(&mut response).await?;
                if let Some(addresses) =
                    response.get(..length).and_then(|response| read(response, id, kind))
                {
                    return addresses;
                }
            }
        };
        if let Ok(addresses) = timeout(ANSWER_TIMEOUT, receive).await {
            return addresses;
        }
    }
    Err(io::Error::new(
        io::ErrorKind::TimedOut,
        format!("the name server {server} does not answer"),
    ))
}

/// Builds a query for one type of record; `None` for a name that fits into none.
fn question(id: u16, name: &str, kind: u16) -> Option<Vec<u8>> {
    let mut message = Vec::with_capacity(name.len() + 18);
    message.extend(id.to_be_bytes());
    // One recursive query, and no other section.
    message.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..64).contains(length))?;
        message.push(length);
        message.extend(label.bytes());
    }
    message.push(0);
    message.extend(kind.to_be_bytes());
    message.extend([0, 1]);
    (name.len() < 254).then_some(message)
}

/// Reads the addresses in an answer; `None` for an answer to another query.
fn read(message: &[u8], id: u16, kind: u16) -> Option<io::Result<Vec<IpAddr>>> {
    let flags = number(message, 2)?;
    if number(message, 0)? != id || flags & 0x8000 == 0 {
        return None;
    }
    match flags & 0xf {
        0 => {}
        3 => {
            let words = "there is no such name";
            return Some(Err(io::Error::new(io::ErrorKind::NotFound, words)));
        }
        code => {
            let words = format!("the name server refuses with code {code}");
            return Some(Err(io::Error::other(words)));
        }
    }
    let (questions, answers) = (number(message, 4)?, number(message, 6)?);
    let mut at = 12;
    for _ in 0..questions {
        at = after_name(message, at)? + 4;
    }
    let mut found = Vec::new();
    for _ in 0..answers {
        // A record that was cut off is left out.
        let Some((address, next)) = record(message, at, kind) else {
            break;
        };
        found.extend(address);
        at = next;
    }
    Some(Ok(found))
}

/// Reads the address in a record, if it is of the type, and the offset of the next one.
fn record(message: &[u8], at: usize, kind: u16) -> Option<(Option<IpAddr>, usize)> {
    let at = after_name(message, at)?;
    let (its_kind, length) = (number(message, at)?, usize::from(number(message, at + 8)?));
    let data = message.get(at + 10..at + 10 + length)?;
    let address = match its_kind {
        A => <[u8; 4]>::try_from(data).ok().map(IpAddr::from),
        AAAA => <[u8; 16]>::try_from(data).ok().map(IpAddr::from),
        _ => None,
    };
    Some((address.filter(|_| its_kind == kind), at + 10 + length))
}

/// Returns the offset after a name, which ends with an empty label or a pointer to the rest of it.
fn after_name(message: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *message.get(at)? {
            0 => return Some(at + 1),
            length if length & 0xc0 == 0xc0 => return Some(at + 2),
            length => at += 1 + usize::from(length),
        }
    }
}

fn number(message: &[u8], at: usize) -> Option<u16> {
    let bytes = message.get(at..at + 2)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An answer with an alias and an address behind it, names by pointers.
    fn response(id: u16, kind: u16, data: &[u8]) -> Vec<u8> {
        let mut message = question(id, "www.site.com", kind).unwrap();
        message[2] = 0x81;
        message[3] = 0x80;
        message[7] = 2;
        message.extend([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 4, 1, b'x', 0xc0, 16]);
        message.extend([0xc0, 12]);
        message.extend(kind.to_be_bytes());
        message.extend([0, 1, 0, 0, 0, 60, 0, u8::try_from(data.len()).unwrap()]);
        message.extend(data);
        message
    }

    #[test]
    fn an_address_behind_an_alias_is_found() {
        let addresses = read(&response(7, A, &[203, 0, 113, 9]), 7, A).unwrap().unwrap();
        assert_eq!(addresses, ["203.0.113.9".parse::<IpAddr>().unwrap()]);
        let six: [u8; 16] = "2001:db8::9".parse::<Ipv6Addr>().unwrap().octets();
        let addresses = read(&response(7, AAAA, &six), 7, AAAA).unwrap().unwrap();
        assert_eq!(addresses, ["2001:db8::9".parse::<IpAddr>().unwrap()]);
    }

    #[test]
    fn an_answer_to_another_question_is_none() {
        assert!(read(&response(7, A, &[1, 2, 3, 4]), 8, A).is_none());
        assert!(read(&question(7, "www.site.com", A).unwrap(), 7, A).is_none());
    }

    #[test]
    fn a_name_that_fits_into_no_question_is_refused() {
        assert_eq!(question(1, "a..b", A), None);
        assert_eq!(question(1, &"a".repeat(64), A), None);
        assert_eq!(question(1, &"abc.".repeat(70), A), None);
    }

    #[tokio::test]
    async fn a_name_server_is_asked_over_the_wire() {
        let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        tokio::spawn(async move {
            let mut asked = [0; 512];
            while let Ok((length, from)) = server.recv_from(&mut asked).await {
                let id = number(&asked, 0).unwrap();
                let kind = number(&asked, length - 4).unwrap();
                let data: &[u8] = if kind == A { &[203, 0, 113, 9] } else { &[] };
                // Somebody else's answer comes first.
                let _ = server.send_to(&response(id ^ 1, kind, &[6, 6, 6, 6]), from).await;
                let _ = server.send_to(&response(id, kind, data), from).await;
            }
        });
        let found = NameServer(address).resolve("www.site.com".parse().unwrap()).await.unwrap();
        let found: Vec<SocketAddr> = found.collect();
        assert_eq!(found, ["203.0.113.9:0".parse().unwrap()]);
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_fall_over(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut message = response(7, A, &[1, 2, 3, 4]);
            let _ = read(&noise, 7, A);
            for (at, byte) in noise.into_iter().enumerate() {
                if let Some(place) = message.get_mut(4 + at) {
                    *place = byte;
                }
            }
            let _ = read(&message, 7, A);
        }
    }
}
