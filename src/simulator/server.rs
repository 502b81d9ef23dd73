//! The HTTP server that every vendor shares: loopback, bounded, its answers spoilt by faults on demand.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::access::{AccessLog, Entry, Seen};
use super::body::{self, Body};
use super::clock::Clock;
use super::fault::{ErrorBody, Fault, Faults, Strike};
use super::reply::Reply;
use super::request::Request;
use super::wire::{Spoil, Wire};

/// How many connections one vendor serves at once; further ones wait to be accepted.
const CONNECTIONS: usize = 256;
/// The largest request body that is read.
const BODY_CAP: usize = 4 << 20;
/// How long answers under way may take when the simulator stops.
const GRACE: Duration = Duration::from_secs(1);
const NOISE: &[u8] = b"\x00\xff\x13\x37\x1b[2J\x07 not HTTP at all \xfe\xed\xfa\xce\r\n\r\n";
const NOISY_BODY: &[u8] = b"\x1b[31m\xff\xfe\x00<<<>>> \xc3\x28 {]";

/// One simulated vendor: it answers whole requests, and never waits.
pub(crate) trait Vendor: Send + Sync + 'static {
    /// The vendor's name in the access log and in faults.
    fn name(&self) -> &'static str;

    /// The answer at `now`. Purges take effect here.
    fn answer(&self, request: &Request, now: DateTime<Utc>) -> Reply;

    /// An error in the vendor's own form.
    fn error(&self, status: u16) -> Reply;

    /// The query and body of a request as the access log may show them: without credentials.
    fn shown(&self, request: &Request) -> (String, String) {
        (request.query.clone(), request.text().into_owned())
    }
}

/// What all servers of one simulator share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) log: AccessLog,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    /// How far every Date header is off.
    pub(crate) date_skew: TimeDelta,
}

/// Binds `address` (any free port of 127.0.0.1 without one). Addresses that are not loopback are refused.
pub(crate) async fn bind(address: Option<SocketAddr>) -> io::Result<TcpListener> {
    let address = address.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
    if !address.ip().is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{address} is not a loopback address: a simulated vendor checks no one"),
        ));
    }
    TcpListener::bind(address).await
}

/// Serves until the simulator stops.
pub(crate) fn serve(listener: TcpListener, vendor: Arc<dyn Vendor>, shared: Shared) {
    let tasks = shared.tasks.clone();
    tasks.spawn(async move {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let accepted = async {
                let place = Arc::clone(&places).acquire_owned().await.ok()?;
                Some((listener.accept().await, place))
            };
            let (accepted, place) = tokio::select! {
                () = shared.stop.cancelled() => break,
                accepted = accepted => match accepted {
                    Some(accepted) => accepted,
                    None => break,
                },
            };
            let Ok((stream, peer)) = accepted else {
                // Out of descriptors, or a client that went away again: neither is the listener's end.
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let (vendor, shared) = (Arc::clone(&vendor), shared.clone());
            shared.tasks.clone().spawn(async move {
                connection(stream, peer, vendor, shared).await;
                drop(place);
            });
        }
    });
}

async fn connection(stream: TcpStream, peer: SocketAddr, vendor: Arc<dyn Vendor>, shared: Shared) {
    // Small answers must not wait for the peer's acknowledgement.
    let _ = stream.set_nodelay(true);
    let wire = Wire::new(stream);
    let spoil = wire.spoil();
    let stop = shared.stop.clone();
    let service = service_fn(move |incoming| {
        let (vendor, shared, spoil) = (Arc::clone(&vendor), shared.clone(), spoil.clone());
        async move { exchange(incoming, peer, vendor.as_ref(), &shared, &spoil).await }
    });
    let connection = http1::Builder::new().auto_date_header(false).serve_connection(wire, service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = tokio::time::timeout(GRACE, connection).await;
        }
    }
}

/// The end of a connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection was cut")]
struct Cut;

async fn exchange(
    incoming: hyper::Request<Incoming>,
    peer: SocketAddr,
    vendor: &dyn Vendor,
    shared: &Shared,
    spoil: &Spoil,
) -> Result<Response<Body>, Cut> {
    let (head, incoming) = incoming.into_parts();
    let mut request = Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body: Bytes::new(),
        peer: peer.ip().to_string(),
    };
    let arrived = shared.clock.now();
    match Limited::new(incoming, BODY_CAP).collect().await {
        Ok(body) => request.body = body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            entry(vendor, &request, arrived, shared).answered(413);
            return Ok(response(
                vendor.error(413).with("connection", "close"),
                arrived,
                shared.date_skew,
            ));
        }
        Err(_) => return Err(Cut),
    }
    let mut entry = entry(vendor, &request, arrived, shared);
    let fault = shared.faults.strike(vendor.name(), &request).unwrap_or_default();
    if !fault.after_effect {
        wait(&fault, shared).await?;
    }
    let mut reply = None;
    if fault.is_carried_out() {
        let answer = vendor.answer(&request, shared.clock.now());
        if answer.took_effect {
            entry.took_effect();
        }
        reply = Some(answer);
    }
    if fault.after_effect {
        wait(&fault, shared).await?;
    }
    let skew =
        shared.date_skew + TimeDelta::try_seconds(fault.date_skew_seconds).unwrap_or_default();
    let reply = reply.unwrap_or_else(|| vendor.error(500));
    strike(fault.strike, reply, entry, vendor, shared, spoil, skew).await
}

/// What is sent in place of `reply`. The access log is written before anything leaves.
async fn strike(
    strike: Option<Strike>,
    reply: Reply,
    entry: Entry,
    vendor: &dyn Vendor,
    shared: &Shared,
    spoil: &Spoil,
    skew: TimeDelta,
) -> Result<Response<Body>, Cut> {
    let now = shared.clock.now();
    let send = |reply: Reply, entry: Entry| {
        entry.answered(reply.status);
        Ok(response(reply, now, skew))
    };
    match strike {
        None => send(reply, entry),
        Some(Strike::Cut) => Err(Cut),
        Some(Strike::Hang) => {
            shared.stop.cancelled().await;
            Err(Cut)
        }
        Some(Strike::CutMidBody) => {
            drop(entry);
            let half = body::half(&reply.body);
            let length = reply.body.len().to_string();
            Ok(response(reply.with("content-length", length), now, skew).map(|_| half))
        }
        Some(Strike::Status { status, body, retry_after }) => {
            let mut error = match body {
                ErrorBody::Json => vendor.error(status),
                ErrorBody::Html => Reply::html(status, reason(status)),
                ErrorBody::Empty => Reply::empty(status),
            };
            if let Some(seconds) = retry_after {
                error = error.with("retry-after", seconds.to_string());
            }
            send(error, entry)
        }
        Some(Strike::GarbageBytes) => {
            drop(entry);
            spoil.with(NOISE);
            Ok(response(Reply::empty(200), now, skew))
        }
        Some(Strike::GarbageBody) => send(json_like(Bytes::from_static(NOISY_BODY)), entry),
        Some(Strike::BrokenJson) => {
            let body = reply.body.slice(..reply.body.len().saturating_sub(1));
            send(Reply { body, ..reply }, entry)
        }
        Some(Strike::EndlessBody) => {
            entry.answered(200);
            Ok(response(json_like(Bytes::new()), now, skew).map(|_| body::endless()))
        }
        Some(Strike::Redirect { to, status }) => {
            send(Reply::empty(status).with("location", to), entry)
        }
    }
}

impl Fault {
    /// Whether the vendor gets to see the request at all.
    fn is_carried_out(&self) -> bool {
        match &self.strike {
            None | Some(Strike::CutMidBody | Strike::BrokenJson) => true,
            Some(
                Strike::Cut
                | Strike::Hang
                | Strike::Status { .. }
                | Strike::GarbageBytes
                | Strike::GarbageBody
                | Strike::EndlessBody
                | Strike::Redirect { .. },
            ) => self.after_effect,
        }
    }
}

async fn wait(fault: &Fault, shared: &Shared) -> Result<(), Cut> {
    if fault.delay_ms == 0 {
        return Ok(());
    }
    tokio::select! {
        () = shared.stop.cancelled() => Err(Cut),
        () = tokio::time::sleep(Duration::from_millis(fault.delay_ms)) => Ok(()),
    }
}

fn entry(vendor: &dyn Vendor, request: &Request, arrived: DateTime<Utc>, shared: &Shared) -> Entry {
    let (query, body) = vendor.shown(request);
    shared.log.open(
        arrived,
        Seen {
            time: String::new(),
            vendor: vendor.name(),
            method: request.method.clone(),
            path: request.path.clone(),
            query,
            body,
            status: 0,
            took_effect: false,
        },
    )
}

fn json_like(body: Bytes) -> Reply {
    Reply { body, ..Reply::empty(200) }.with("content-type", "application/json")
}

fn reason(status: u16) -> &'static str {
    StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Error")
}

fn response(reply: Reply, now: DateTime<Utc>, skew: TimeDelta) -> Response<Body> {
    let mut response = Response::new(body::whole(reply.body));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let date =
        now.checked_add_signed(skew).unwrap_or(now).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    for (name, value) in reply.headers.into_iter().chain([("date", date)]) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    response
}
