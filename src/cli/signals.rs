//! The asynchronous part of a run: its runtime, and the signals that end it.

use std::io;

use super::error::{Class, CliError};

/// A runtime for one subcommand.
pub fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?)
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

/// Does the work of a subcommand; a signal ends it as interrupted.
pub fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let mut stop = Stop::listen()?;
        tokio::select! {
            done = work => done,
            () = stop.wait() => Err(CliError::silent(Class::Interrupted)),
        }
    });
    // A thread that still waits for a file or a password manager does not hold the exit up.
    runtime.shutdown_background();
    done
}
