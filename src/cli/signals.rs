//! The asynchronous part of a run: its runtime, and the signals that end it.

use std::io;
use std::pin::pin;

use tokio_util::sync::CancellationToken;

use super::error::{Class, CliError};

/// A runtime for one subcommand.
pub fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

/// Waits for the signals that ask a program to stop.
#[derive(Debug)]
pub struct Stop {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Stop {
    /// Listens from now on: a signal does not end the process any more.
    #[cfg(unix)]
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Listens from now on: a signal does not end the process any more.
    #[cfg(not(unix))]
    pub fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Until one of them comes.
    #[cfg(unix)]
    pub async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Until one of them comes.
    #[cfg(not(unix))]
    pub async fn wait(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// How a signal reaches work that must not be dropped in the middle, so that it comes to an end by itself.
#[derive(Clone, Debug, Default)]
pub struct Brake {
    held: CancellationToken,
    pulled: CancellationToken,
}

impl Brake {
    /// From now on the first signal is for the work to heed; the second ends it.
    pub fn hold(&self) {
        self.held.cancel();
    }

    /// Until a signal came.
    pub async fn pulled(&self) {
        self.pulled.cancelled().await;
    }
}

/// Does the work of a subcommand; a signal ends it as interrupted.
pub fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    block_on_gently(&Brake::default(), work)
}

/// The same, but for work that has a hand on the brake.
pub fn block_on_gently<T>(
    brake: &Brake,
    work: impl Future<Output = Result<T, CliError>>,
) -> Result<T, CliError> {
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let mut stop = Stop::listen()?;
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = stop.wait() => {
                    if !brake.held.is_cancelled() || brake.pulled.is_cancelled() {
                        return Err(CliError::silent(Class::Interrupted));
                    }
                    brake.pulled.cancel();
                }
            }
        }
    });
    // A thread that still waits for a file or a password manager does not hold the exit up.
    runtime.shutdown_background();
    done
}
