//! The HTTP server that every vendor shares: loopback, bounded, its answers changed by faults.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::access::{AccessLog, LoggedRequest, OpenLogEntry};
use super::body::{self, ReplyBody};
use super::clock::SimulatorClock;
use super::fault::{ErrorBody, FaultKind, FaultRule, FaultRules};
use super::raw_stream::{RawAnswer, RawStream};
use super::reply::HttpReply;
use super::request::ReceivedRequest;

/// The most connections that one server has at once; further ones wait to be accepted.
const MAX_CONNECTIONS: usize = 256;
/// The largest request body that is read.
const MAX_BODY: usize = 4 << 20;
/// The time that answers under way have when the simulator stops.
const GRACE: Duration = Duration::from_secs(1);
const NOISE: &[u8] = b"\x00\xff\x13\x37\x1b[2J\x07 not HTTP at all \xfe\xed\xfa\xce\r\n\r\n";
const NOISY_BODY: &[u8] = b"\x1b[31m\xff\xfe\x00<<<>>> \xc3\x28 {]";

/// One simulated server: it answers whole requests, and never waits.
pub(crate) trait HttpService: Send + Sync + 'static {
    /// The server's name in the access log and in faults.
    fn name(&self) -> &'static str;

    /// Answers a request at `now`. Purges take effect here.
    fn answer(&self, request: &ReceivedRequest, now: DateTime<Utc>) -> HttpReply;

    /// Returns an error in the server's own form.
    fn error(&self, status: u16) -> HttpReply;

    /// Returns the query and body as the access log may show them: without credentials.
    fn redacted(&self, request: &ReceivedRequest) -> (String, String) {
        (request.query.clone(), request.text().into_owned())
    }
}

/// Everything that the servers of one simulator share.
#[derive(Clone, Debug)]
pub(crate) struct ServerContext {
    pub(crate) clock: SimulatorClock,
    pub(crate) faults: FaultRules,
    pub(crate) log: AccessLog,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    /// Error of every Date header.
    pub(crate) date_skew: TimeDelta,
}

/// Binds `address`, or any free port of 127.0.0.1 without one. Addresses that are not loopback are
/// refused.
pub(crate) async fn bind(address: Option<SocketAddr>) -> io::Result<TcpListener> {
    let address = address.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    if !address.ip().is_loopback() {
        let text = format!("{address} is not a loopback address: the simulator serves no others");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    TcpListener::bind(address).await
}

/// Serves until the simulator stops.
pub(crate) fn serve(listener: TcpListener, service: Arc<dyn HttpService>, context: ServerContext) {
    let tasks = context.tasks.clone();
    tasks.spawn(async move {
        let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let accepted = async {
                let permit = Arc::clone(&permits).acquire_owned().await.ok()?;
                Some((listener.accept().await, permit))
            };
            let (accepted, permit) = tokio::select! {
                () = context.stop.cancelled() => break,
                accepted = accepted => match accepted {
                    Some(accepted) => accepted,
                    None => break,
                },
            };
            let Ok((stream, peer)) = accepted else {
                // Out of descriptors, or a client that went away again: the listener goes on.
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let (service, context) = (Arc::clone(&service), context.clone());
            context.tasks.clone().spawn(async move {
                serve_connection(stream, peer, service, context).await;
                drop(permit);
            });
        }
    });
}

async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    service: Arc<dyn HttpService>,
    context: ServerContext,
) {
    // Small answers must not wait for the peer's acknowledgement.
    let _ = stream.set_nodelay(true);
    let stream = RawStream::new(stream);
    let raw_answer = stream.raw_answer();
    let stop = context.stop.clone();
    let exchange = Exchange { service, context, raw_answer, peer };
    let service = service_fn(move |incoming| {
        let exchange = exchange.clone();
        async move { exchange.run(incoming).await }
    });
    let connection =
        http1::Builder::new().auto_date_header(false).serve_connection(stream, service);
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
struct ConnectionCut;

/// Answers the requests of one connection.
#[derive(Clone)]
struct Exchange {
    service: Arc<dyn HttpService>,
    context: ServerContext,
    raw_answer: RawAnswer,
    peer: SocketAddr,
}

impl Exchange {
    async fn run(&self, incoming: Request<Incoming>) -> Result<Response<ReplyBody>, ConnectionCut> {
        let (head, incoming) = incoming.into_parts();
        let mut request = ReceivedRequest {
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: head.headers,
            body: Bytes::new(),
            peer: self.peer.ip().to_string(),
        };
        let arrived = self.context.clock.now();
        match Limited::new(incoming, MAX_BODY).collect().await {
            Ok(body) => request.body = body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                self.log_entry(&request, arrived).answered(413);
                // The server in front of the vendor refuses it, before the vendor sees it.
                let reply = HttpReply::html(413, reason(413)).with("connection", "close");
                return Ok(response(reply, arrived, self.context.date_skew));
            }
            Err(_) => return Err(ConnectionCut),
        }
        let mut entry = self.log_entry(&request, arrived);
        let fault = self.context.faults.choose(self.service.name(), &request).unwrap_or_default();
        if !fault.after_effect {
            self.delay(&fault).await?;
        }
        let mut reply = None;
        if fault.is_carried_out() {
            let answer = self.service.answer(&request, self.context.clock.now());
            if answer.took_effect {
                entry.took_effect();
            }
            reply = Some(answer);
        }
        if fault.after_effect {
            self.delay(&fault).await?;
        }
        let reply = reply.unwrap_or_else(|| self.service.error(500));
        self.send(fault, reply, entry).await
    }

    /// Sends `reply` as the fault changes it. The access log is written before anything leaves.
    async fn send(
        &self,
        fault: FaultRule,
        reply: HttpReply,
        entry: OpenLogEntry,
    ) -> Result<Response<ReplyBody>, ConnectionCut> {
        let now = self.context.clock.now();
        let skew = self.context.date_skew
            + TimeDelta::try_seconds(fault.date_skew_seconds).unwrap_or_default();
        let send = |reply: HttpReply, entry: OpenLogEntry| {
            entry.answered(reply.status);
            Ok(response(reply, now, skew))
        };
        match fault.kind {
            None => send(reply, entry),
            Some(FaultKind::Cut) => Err(ConnectionCut),
            Some(FaultKind::Hang) => {
                self.context.stop.cancelled().await;
                Err(ConnectionCut)
            }
            Some(FaultKind::CutMidBody) => {
                drop(entry);
                let half = body::half(&reply.body);
                let length = reply.body.len().to_string();
                Ok(response(reply.with("content-length", length), now, skew).map(|_| half))
            }
            Some(FaultKind::Status { status, body, retry_after }) => {
                let mut error = match body {
                    ErrorBody::Json => self.service.error(status),
                    ErrorBody::Html => HttpReply::html(status, reason(status)),
                    ErrorBody::Empty => HttpReply::empty(status),
                };
                if let Some(seconds) = retry_after {
                    error = error.with("retry-after", seconds.to_string());
                }
                send(error, entry)
            }
            Some(FaultKind::GarbageBytes) => {
                drop(entry);
                self.raw_answer.set(NOISE);
                Ok(response(HttpReply::empty(200), now, skew))
            }
            Some(FaultKind::GarbageBody) => {
                send(declared_json(Bytes::from_static(NOISY_BODY)), entry)
            }
            Some(FaultKind::BrokenJson) => {
                let body = reply.body.slice(..reply.body.len().saturating_sub(1));
                send(HttpReply { body, ..reply }, entry)
            }
            Some(FaultKind::EndlessBody) => {
                entry.answered(200);
                let reply = response(declared_json(Bytes::new()), now, skew);
                Ok(reply.map(|_| body::endless()))
            }
            Some(FaultKind::CaptivePortal) => send(captive_portal(), entry),
            Some(FaultKind::Redirect { to, status }) => {
                send(HttpReply::empty(status).with("location", to), entry)
            }
        }
    }

    async fn delay(&self, fault: &FaultRule) -> Result<(), ConnectionCut> {
        if fault.delay_ms == 0 {
            return Ok(());
        }
        tokio::select! {
            () = self.context.stop.cancelled() => Err(ConnectionCut),
            () = tokio::time::sleep(Duration::from_millis(fault.delay_ms)) => Ok(()),
        }
    }

    fn log_entry(&self, request: &ReceivedRequest, arrived: DateTime<Utc>) -> OpenLogEntry {
        let (query, body) = self.service.redacted(request);
        let logged = LoggedRequest {
            vendor: self.service.name(),
            method: request.method.clone(),
            path: request.path.clone(),
            query,
            body,
            ..LoggedRequest::default()
        };
        self.context.log.open(arrived, logged)
    }
}

fn declared_json(body: Bytes) -> HttpReply {
    HttpReply { body, ..HttpReply::empty(200) }.with("content-type", "application/json")
}

/// Returns what somebody between the client and the server answers until the client has signed in.
fn captive_portal() -> HttpReply {
    HttpReply::html(200, "Sign in to the network")
        .with("etag", "\"650-portal\"")
        .with("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT")
}

/// Returns the words for a status as nginx writes them.
fn reason(status: u16) -> &'static str {
    if status == 413 {
        return "Request Entity Too Large";
    }
    let status = StatusCode::from_u16(status).ok();
    status.and_then(|status| status.canonical_reason()).unwrap_or("Error")
}

/// Writes a time as HTTP headers have it.
pub(crate) fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn response(reply: HttpReply, now: DateTime<Utc>, skew: TimeDelta) -> Response<ReplyBody> {
    let mut response = Response::new(body::whole(reply.body));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let date = http_date(now.checked_add_signed(skew).unwrap_or(now));
    for (name, value) in reply.headers.into_iter().chain([("date", date)]) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    response
}
