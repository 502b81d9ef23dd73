//! A vendor's answers: served by a real HTTP server on this machine and read by the vendor's
//! adapter, they are records or a failure in words, and no failure repeats the secret. Bytes that
//! begin as HTTP does are the whole answer, status and headers included; others are its body.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use purgedeck::config::accounts::AccountConfig;
use purgedeck::config::secret::source::SecretSource;
use purgedeck::config::vendors::{VENDORS, Vendor, VendorKind};
use purgedeck::domain::failure::Failure;
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use purgedeck::domain::secret::Secret;
use purgedeck::providers::clock::WallClock;
use purgedeck::providers::http::HttpPolicy;
use purgedeck::providers::{ActivityRequest, HistoryRequest, Provider, connect_with};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// The secret of every account; where an answer has `$SECRET`, the vendor repeats it.
const SECRET: &str = "12345$0123456789abcdef0123456789abcdef";
/// Answers of more bytes are left out.
const MOST: usize = 64 << 10;

/// The server and, by the names of vendors, an adapter of each API.
struct World {
    runtime: Runtime,
    answer: Arc<Mutex<Answer>>,
    providers: BTreeMap<&'static str, Vec<Arc<dyn Provider>>>,
}

/// An answer as it goes over the wire.
#[derive(Clone, Debug, Default)]
struct Answer {
    bytes: Vec<u8>,
    /// True if the connection ends behind it: its headers may promise more.
    is_last: bool,
}

impl Answer {
    /// Gives a body, declared as JSON, its status.
    fn of_body(status: u16, body: &[u8]) -> Self {
        let head = format!(
            "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        Self { bytes: [head.as_bytes(), body].concat(), is_last: false }
    }
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let answer = Arc::new(Mutex::new(Answer::default()));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let served = Arc::clone(&answer);
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&served)));
        }
    });
    let address = format!("http://{address}");
    let connect = |account: AccountConfig| {
        let policy = HttpPolicy {
            max_attempts: 1,
            timeout: Duration::from_secs(5),
            max_body_bytes: 2 * MOST,
            ..HttpPolicy::default()
        };
        connect_with(&account, WallClock::default(), policy).unwrap()
    };
    let adapters = |vendor: &'static Vendor| {
        let accounts = accounts(vendor, &address);
        (vendor.name, accounts.into_iter().map(connect).collect())
    };
    let providers = VENDORS.iter().map(adapters).collect();
    World { runtime, answer, providers }
});

/// The accounts of a vendor: one with the first set of keys that it needs, and for each version of
/// its API one.
fn accounts(vendor: &Vendor, address: &str) -> Vec<AccountConfig> {
    let account =
        AccountConfig::new("prod".into(), vendor.name.into()).at(address.parse().unwrap());
    let account = vendor.needs[0].iter().fold(account, |account, key| {
        let kind = vendor.keys.iter().find(|it| it.name == *key).unwrap().kind;
        match kind {
            VendorKind::Secret => {
                account.with_secret(key, SecretSource::Given(Secret::new(SECRET.to_owned())))
            }
            _ => account.with_option(key, "o".to_owned()),
        }
    });
    match vendor.keys.iter().find(|it| it.name == "api").map(|it| it.kind) {
        Some(VendorKind::Word(versions)) => versions
            .iter()
            .map(|version| account.clone().with_option("api", (*version).to_owned()))
            .collect(),
        _ => vec![account],
    }
}

/// Answers every request on a connection with what stands ready.
async fn serve(mut stream: TcpStream, answer: Arc<Mutex<Answer>>) {
    let mut heard = Vec::new();
    loop {
        let head = loop {
            if let Some(at) = heard.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            match stream.read_buf(&mut heard).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        };
        let length = String::from_utf8_lossy(heard.get(..head).unwrap_or_default())
            .lines()
            .filter_map(|line| line.split_once(':'))
            .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .find_map(|(_, length)| length.trim().parse::<usize>().ok())
            .unwrap_or(0);
        while heard.len() < head + length {
            match stream.read_buf(&mut heard).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        heard.drain(..head + length);
        let answer = answer.lock().unwrap().clone();
        if stream.write_all(&answer.bytes).await.is_err() || answer.is_last {
            return;
        }
    }
}

/// Holds an answer of the vendor of this name to the properties.
pub(crate) fn hold(vendor: &str, data: &[u8]) {
    if data.len() > MOST {
        return;
    }
    // The secret is put where the vendor repeats it; the bytes need not be text.
    let body = match std::str::from_utf8(data) {
        Ok(text) => text.replace("$SECRET", SECRET).into_bytes(),
        Err(_) => data.to_vec(),
    };
    let answers = if body.starts_with(b"HTTP/") {
        vec![Answer { bytes: body, is_last: true }]
    } else {
        let other = [400, 401, 403, 404, 429, 500, 502][data.len() % 7];
        [200, other].map(|status| Answer::of_body(status, &body)).to_vec()
    };
    for answer in answers {
        *WORLD.answer.lock().unwrap() = answer;
        for provider in &WORLD.providers[vendor] {
            WORLD.runtime.block_on(ask(provider.as_ref()));
        }
    }
}

async fn ask(provider: &dyn Provider) {
    let now = Utc::now();
    let resource = || Some(("1".into(), "www.site.com".to_owned()));
    for (id, resource) in [(None, None), (Some("7".into()), None), (None, resource())] {
        let request = HistoryRequest {
            from: Some(now - TimeDelta::hours(1)),
            until: Some(now),
            id,
            resource,
            ..HistoryRequest::default()
        };
        match provider.history(&request).await {
            Ok(page) => {
                assert!(page.purges.len() as u64 <= page.records, "{page:?}");
                assert!(page.unreadable <= page.records, "{page:?}");
                for purge in &page.purges {
                    assert_eq!(purge.account.as_str(), "prod");
                    let _ = purge.again();
                }
            }
            Err(failure) => is_clean(&failure),
        }
    }
    let detail = provider.detail(&"1".into(), &"7".into()).await;
    let _ = detail.map_err(|failure| is_clean(&failure));
    match provider.resources().await {
        Ok(resources) => assert!(resources.iter().all(|it| it.account.as_str() == "prod")),
        Err(failure) => is_clean(&failure),
    }
    let _ = provider.live_limits().await.map_err(|failure| is_clean(&failure));
    if provider.activity_log().is_some() {
        let from = DateTime::<Utc>::UNIX_EPOCH;
        let request = ActivityRequest { from, until: now, offset: 0 };
        let _ = provider.activity(&request).await.map_err(|failure| is_clean(&failure));
    }
    let request =
        PurgeRequest::new("prod", "1", "www.site.com", Payload::Url(Targets::one("/a.jpg")));
    let _ = provider.submit(&request).await.map_err(|failure| is_clean(&failure));
}

/// A failure's words are for people: no secret, no control character, of a sane length.
fn is_clean(failure: &Failure) {
    let words = failure.to_string();
    assert!(!words.contains(SECRET), "the secret is repeated: {words:?}");
    assert!(!words.contains(char::is_control), "{words:?}");
    assert!(words.len() < 4096, "{} bytes", words.len());
}
