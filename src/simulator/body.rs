//! The bodies that go on the wire: whole ones, and the two that no client should trust.

use std::convert::Infallible;
use std::io;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;

/// Any body that an answer may have.
pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// All of `bytes`.
pub(crate) fn whole(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// The first half of `bytes`, then the end of the connection.
pub(crate) fn half(bytes: &Bytes) -> Body {
    let first = bytes.slice(..bytes.len() / 2);
    StreamBody::new(stream::unfold(Some(first), |left| async move {
        match left {
            Some(first) if !first.is_empty() => Some((Ok(Frame::data(first)), Some(Bytes::new()))),
            Some(_) => {
                // Gives the first half the time to leave before the connection is torn down.
                tokio::task::yield_now().await;
                Some((Err(io::Error::new(io::ErrorKind::ConnectionAborted, "cut")), None))
            }
            None => None,
        }
    }))
    .boxed_unsync()
}

/// The beginning of a list that never ends.
pub(crate) fn endless() -> Body {
    let chunk = Bytes::from(b"{\"purge_id\": 1}, ".repeat(1024));
    let first = Bytes::from_static(b"[");
    StreamBody::new(stream::unfold((first, chunk), |(next, chunk)| async move {
        tokio::task::yield_now().await;
        let more = chunk.clone();
        Some((Ok(Frame::data(next)), (more, chunk)))
    }))
    .boxed_unsync()
}
