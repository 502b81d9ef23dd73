//! Bodies on the wire: whole ones, and two that test a client's patience.

use std::convert::Infallible;
use std::io;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;

/// Any body of an answer.
pub(crate) type ReplyBody = UnsyncBoxBody<Bytes, io::Error>;

/// Sends all of `bytes`.
pub(crate) fn whole(bytes: Bytes) -> ReplyBody {
    Full::new(bytes).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// Sends the first half of `bytes`, then ends the connection.
pub(crate) fn half(bytes: &Bytes) -> ReplyBody {
    let first = bytes.slice(..bytes.len() / 2);
    StreamBody::new(stream::unfold(Some(first), |left| async move {
        match left {
            Some(first) if !first.is_empty() => Some((Ok(Frame::data(first)), Some(Bytes::new()))),
            Some(_) => {
                // Lets the first half leave before the connection is torn down.
                tokio::task::yield_now().await;
                Some((Err(io::Error::new(io::ErrorKind::ConnectionAborted, "cut")), None))
            }
            None => None,
        }
    }))
    .boxed_unsync()
}

/// Sends a list that never ends.
pub(crate) fn endless() -> ReplyBody {
    let chunk = Bytes::from(b"{\"purge_id\": 1}, ".repeat(1024));
    let first = Bytes::from_static(b"[");
    StreamBody::new(stream::unfold((first, chunk), |(next, chunk)| async move {
        tokio::task::yield_now().await;
        let more = chunk.clone();
        Some((Ok(Frame::data(next)), (more, chunk)))
    }))
    .boxed_unsync()
}
