//! A connection that can be made to say something that is not HTTP.

use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Bytes to be sent in place of the next answer; shared between a connection and the fault that spoils it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spoil(Arc<Mutex<Option<Bytes>>>);

impl Spoil {
    /// Replaces the next answer by `bytes` and ends the connection after them.
    pub(crate) fn with(&self, bytes: &'static [u8]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Bytes::from_static(bytes));
    }
}

/// The stream under hyper.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TokioIo<TcpStream>,
    spoil: Spoil,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream: TokioIo::new(stream), spoil: Spoil::default() }
    }

    /// The handle by which this connection can be spoiled.
    pub(crate) fn spoil(&self) -> Spoil {
        self.spoil.clone()
    }
}

impl Read for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl Write for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<Result<usize, Error>> {
        let spoil = self.spoil.clone();
        let mut spoilt = spoil.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(bytes) = spoilt.as_mut() else {
            drop(spoilt);
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
        Poll::Ready(Err(Error::new(ErrorKind::ConnectionAborted, "spoilt")))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
