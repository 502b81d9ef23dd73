//! The signals that end the program in good order, and those that stop it and let it go on.

use std::io;

/// A signal that the screen obeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Asked to end: interrupted from outside (on the screen ctrl-c is a key), terminated, or the
    /// terminal was closed.
    End,
    /// Asked to stop until the shell lets it go on.
    Stop,
    /// Goes on, also after a stop that it could not prepare for.
    Continue,
}

/// A source of signals.
pub trait SignalSource {
    /// Waits for the next signal.
    fn next(&mut self) -> impl Future<Output = Signal>;
}

/// The process's own signals.
#[cfg(unix)]
#[derive(Debug)]
pub struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    stop: tokio::signal::unix::Signal,
    go_on: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Listens from now on.
    pub fn listen() -> io::Result<Self> {
        use rustix::process::Signal as Number;
        use tokio::signal::unix::{SignalKind, signal};
        let number = |signal: Number| SignalKind::from_raw(signal.as_raw());
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            stop: signal(number(Number::TSTP))?,
            go_on: signal(number(Number::CONT))?,
        })
    }
}

#[cfg(unix)]
impl SignalSource for Signals {
    async fn next(&mut self) -> Signal {
        tokio::select! {
            biased;
            _ = self.interrupt.recv() => Signal::End,
            _ = self.terminate.recv() => Signal::End,
            _ = self.hang_up.recv() => Signal::End,
            _ = self.stop.recv() => Signal::Stop,
            _ = self.go_on.recv() => Signal::Continue,
        }
    }
}

/// The process's own signals.
#[cfg(not(unix))]
#[derive(Debug)]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Listens from now on.
    pub fn listen() -> io::Result<Self> {
        Ok(Self)
    }
}

#[cfg(not(unix))]
impl SignalSource for Signals {
    async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::End,
            Err(_) => std::future::pending().await,
        }
    }
}
