//! The asynchronous part of a run: its runtime, and the signals that end it.

use std::io;
use std::pin::pin;

use tokio_util::sync::CancellationToken;

use super::error::{Class, CliError};

/// Builds the runtime of one subcommand.
pub fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

/// Waits for the signals that ask a program to stop.
#[derive(Debug)]
pub struct StopSignals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl StopSignals {
    /// Catches the signals from now on: they no longer end the process.
    #[cfg(unix)]
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Catches the signals from now on: they no longer end the process.
    #[cfg(not(unix))]
    pub fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next signal.
    #[cfg(unix)]
    pub async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Waits for the next signal.
    #[cfg(not(unix))]
    pub async fn wait(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// Hands a signal to work that must not be dropped midway, so that it ends by itself.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    deferred: CancellationToken,
    requested: CancellationToken,
}

impl Shutdown {
    /// From now on the first signal only requests the shutdown; the second ends the work.
    pub fn defer(&self) {
        self.deferred.cancel();
    }

    /// Waits until a signal requested the shutdown.
    pub async fn requested(&self) {
        self.requested.cancelled().await;
    }
}

/// Runs the work of a subcommand; a signal ends it as interrupted.
pub fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    block_on_with(&Shutdown::default(), work)
}

/// Runs the work of a subcommand that may defer the shutdown.
pub fn block_on_with<T>(
    shutdown: &Shutdown,
    work: impl Future<Output = Result<T, CliError>>,
) -> Result<T, CliError> {
    let runtime = runtime()?;
    let result = runtime.block_on(async {
        let mut signals = StopSignals::listen()?;
        let mut work = pin!(work);
        loop {
            tokio::select! {
                result = &mut work => return result,
                () = signals.wait() => {
                    let again = shutdown.requested.is_cancelled();
                    if !shutdown.deferred.is_cancelled() || again {
                        return Err(CliError::silent(Class::Interrupted));
                    }
                    shutdown.requested.cancel();
                }
            }
        }
    });
    // A thread that still waits for a file or a password manager must not delay the exit.
    runtime.shutdown_background();
    result
}
