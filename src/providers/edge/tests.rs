//! Probes on the wire, against servers of a few lines.
#![expect(clippy::unwrap_used, reason = "tests")]

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::*;
use crate::domain::edge::CacheState;

/// A server that answers one request with this head, then goes on with the body until nobody takes
/// it any more; tells what it was asked and how much it could send.
async fn server(head: &str, body: usize) -> (SocketAddr, oneshot::Receiver<(String, usize)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = oneshot::channel();
    let head = head.to_owned();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            asked.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(head.as_bytes()).await.unwrap();
        let (piece, mut sent) = (vec![b'x'; 64 * 1024], 0);
        while sent < body && stream.write_all(&piece).await.is_ok() {
            sent += piece.len();
        }
        let _ = tell.send((String::from_utf8(asked).unwrap(), sent));
    });
    (address, told)
}

fn prober(address: SocketAddr) -> HttpProber {
    let settings = EdgeSettings {
        addresses: vec![EdgeAddress { socket: address, plain: true }],
        ..EdgeSettings::default()
    };
    let timeouts = ProbeTimeouts { connect: Duration::from_secs(5), total: Duration::from_secs(5) };
    HttpProber::new(&settings, EdgeRules::default(), timeouts)
}

#[tokio::test]
async fn a_probe_asks_for_one_byte_by_its_own_name_and_carries_nothing_else() {
    let head = "HTTP/1.1 206 Partial Content\r\ncontent-length: 1\r\n\
                X-Cache: MISS\r\nx-cache: HIT\r\nAge: 3\r\n\r\nx";
    let (address, told) = server(head, 0).await;
    let url = "https://user:secret@www.site.com/a%20b?x=1#part";
    let seen = prober(address).probe(url, 0).await.unwrap();
    assert_eq!((seen.status, seen.cache, seen.age), (206, Some(CacheState::Hit), Some(3)));
    let (asked, _) = told.await.unwrap();
    let mut lines: Vec<String> = asked.trim_end().lines().map(str::to_ascii_lowercase).collect();
    lines.sort();
    let agent = format!("user-agent: purgedeck-probe/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        lines,
        [
            "accept: */*",
            "get /a%20b?x=1 http/1.1",
            "host: www.site.com",
            "range: bytes=0-0",
            &agent
        ]
    );
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let head =
        "HTTP/1.1 301 Moved\r\nlocation: https://elsewhere.example/\r\ncontent-length: 0\r\n\r\n";
    let (address, _told) = server(head, 0).await;
    let seen = prober(address).probe("http://www.site.com/a", 0).await.unwrap();
    assert_eq!(seen.status, 301);
    assert_eq!(seen.location.as_deref(), Some("https://elsewhere.example/"));
}

#[tokio::test]
async fn a_long_body_is_left_unread() {
    let whole = 1 << 30;
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {whole}\r\nx-cache: MISS\r\n\r\n");
    let (address, told) = server(&head, whole).await;
    let seen = prober(address).probe("http://www.site.com/big", 0).await.unwrap();
    assert_eq!((seen.status, seen.cache), (200, Some(CacheState::Miss)));
    let (_, sent) = told.await.unwrap();
    // What the two ends of a connection keep for each other on one machine.
    assert!(sent < 64 << 20, "{sent} bytes were taken");
}

#[tokio::test]
async fn an_edge_that_is_not_there_is_told_from_one_that_does_not_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut slow = prober(address);
    slow.timeouts.total = Duration::from_millis(50);
    // It is connected to, and never answers.
    let blind = slow.probe("http://www.site.com/a", 0).await.unwrap_err();
    assert_eq!(blind, ProbeError::TooSlow);
    drop(listener);
    let blind = prober(address).probe("http://www.site.com/a", 0).await.unwrap_err();
    assert!(matches!(blind, ProbeError::Unreachable(_)), "{blind}");
}

#[tokio::test]
async fn what_is_no_url_of_the_web_is_not_asked_for() {
    let prober = prober("127.0.0.1:9".parse().unwrap());
    for url in ["", "/a", "ftp://www.site.com/a", "https://*.site.com/a", "file:///etc/passwd"] {
        let blind = prober.probe(url, 0).await.unwrap_err();
        assert!(matches!(blind, ProbeError::NoUrl(_)), "{url}: {blind}");
    }
}

#[tokio::test]
async fn a_name_that_leads_nowhere_is_told_so() {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let settings =
        EdgeSettings { resolver: Some(socket.local_addr().unwrap()), ..EdgeSettings::default() };
    tokio::spawn(async move {
        let mut asked = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut asked).await {
            // "There is no such name."
            asked[2] |= 0x80;
            asked[3] = 3;
            let _ = socket.send_to(&asked[..length], from).await;
        }
    });
    let prober = HttpProber::new(&settings, EdgeRules::default(), ProbeTimeouts::default());
    let blind = prober.probe("http://www.site.com/a", 0).await.unwrap_err();
    assert!(
        matches!(&blind, ProbeError::NoAddress(words) if words.contains("no such name")),
        "{blind}"
    );
}

#[tokio::test]
async fn a_name_that_leads_into_an_inner_network_is_not_asked() {
    let prober =
        HttpProber::new(&EdgeSettings::default(), EdgeRules::default(), ProbeTimeouts::default());
    let (address, _told) = server("HTTP/1.1 200 OK\r\n\r\n", 0).await;
    for url in [format!("http://localhost:{}/a", address.port()), format!("http://{address}/a")] {
        let blind = prober.probe(&url, 0).await.unwrap_err();
        assert!(
            matches!(&blind, ProbeError::NotAsked(words) if words.contains("not public")),
            "{url}: {blind}"
        );
    }
}
