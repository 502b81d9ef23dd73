//! A connection on which a fault can send bytes that are not HTTP.

use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Bytes to send in place of the next answer; shared between a connection and its requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawAnswer(Arc<Mutex<Option<Bytes>>>);

impl RawAnswer {
    /// Replaces the next answer by `bytes` and ends the connection after them.
    pub(crate) fn set(&self, bytes: &'static [u8]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Bytes::from_static(bytes));
    }
}

/// The stream under hyper.
#[derive(Debug)]
pub(crate) struct RawStream {
    stream: TokioIo<TcpStream>,
    answer: RawAnswer,
}

impl RawStream {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream: TokioIo::new(stream), answer: RawAnswer::default() }
    }

    /// Returns the handle that sets this connection's raw answer.
    pub(crate) fn raw_answer(&self) -> RawAnswer {
        self.answer.clone()
    }
}

impl Read for RawStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl Write for RawStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<Result<usize, Error>> {
        let answer = self.answer.clone();
        let mut answer = answer.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(bytes) = answer.as_mut() else {
            drop(answer);
            return Pin::new(&mut self.stream).poll_write(cx, buf);
        };
        while bytes.has_remaining() {
            match Pin::new(&mut self.stream).poll_write(cx, bytes.chunk()) {
                Poll::Ready(Ok(0)) => break,
                Poll::Ready(Ok(sent)) => bytes.advance(sent),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Err(Error::new(ErrorKind::ConnectionAborted, "raw bytes were sent")))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
