//! One connection to the server: made when it is needed, made again when it was lost, closed when
//! nobody has used it for a while.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::{AsyncMessage, CancelToken, Client, Connection, Error, NoTls, Row, Socket};

use super::live::{Live, Parameters};
use super::news::NewsSink;
use super::server::{CONNECT, Server, network};
use crate::store::failure::StoreFailure;
use crate::store::outcome::Access;

/// Time without use after which a connection is closed, so that an idle program holds one only.
const UNUSED: Duration = Duration::from_mins(1);

/// Opens a connection. Whoever listens is told what happens until it ends.
fn connect(server: &Server, news: Option<&NewsSink>) -> Result<Live, StoreFailure> {
    let (config, tls) = (server.config()?, server.tls.clone());
    let (reply, answer) = mpsc::channel();
    let news_sink = news.cloned();
    network()?.spawn(async move {
        match tls {
            None => attend(config.connect(NoTls), &reply, news_sink).await,
            Some(tls) => attend(config.connect(tls), &reply, news_sink).await,
        }
    });
    let gone = || StoreFailure::Unreachable("it does not answer".to_owned());
    let client = answer.recv().map_err(|_| gone())??;
    let mut live = Live::new(client);
    live.batch(&server.greeting())?;
    if news.is_some() {
        match live.batch(super::news::LISTEN) {
            // A server that only follows another one tells nothing.
            Err(StoreFailure::ReadOnly) if server.access == Access::ReadOnly => {}
            listens => listens?,
        }
    }
    Ok(live)
}

/// Waits for a connection, hands on its client, and sees to what arrives until it ends.
async fn attend<S: AsyncRead + AsyncWrite + Unpin>(
    connecting: impl Future<Output = Result<(Client, Connection<Socket, S>), Error>>,
    reply: &mpsc::Sender<Result<Client, StoreFailure>>,
    news: Option<NewsSink>,
) {
    let mut connection = match tokio::time::timeout(CONNECT, connecting).await {
        Ok(Ok((client, connection))) => {
            // If nobody waits for it any more, the connection ends with the client.
            let _ = reply.send(Ok(client));
            connection
        }
        Ok(Err(error)) => return drop(reply.send(Err(error.into()))),
        Err(_) => {
            let words = "it does not answer".to_owned();
            return drop(reply.send(Err(StoreFailure::Unreachable(words))));
        }
    };
    let failure = loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(told))) => {
                if let Some(news) = &news {
                    news.tell(told.payload());
                }
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => break error.into(),
            None => break StoreFailure::Unreachable("the connection was closed".to_owned()),
        }
    };
    if let Some(news) = &news {
        news.tell_lost(failure);
    }
}

/// An attempt to connect that took so long for nothing is not repeated for so long.
const LONG: Duration = Duration::from_secs(1);
const AGAIN: Duration = Duration::from_secs(5);

/// A connection, open or not.
pub(super) struct ServerSession {
    server: Arc<Server>,
    /// Set where it listens to what others do: then it is never closed for want of use.
    news: Option<NewsSink>,
    slot: Arc<Mutex<Slot>>,
    /// Of the newest connection; the slot is locked while a statement runs.
    running: Mutex<Option<CancelToken>>,
}

struct Slot {
    live: Option<Live>,
    /// The last attempt to connect, if it took long for nothing.
    failed: Option<(Instant, StoreFailure)>,
    used: Instant,
    /// Somebody sees to it that it is closed when it is unused.
    is_watched: bool,
}

impl ServerSession {
    /// Makes one that is not open yet.
    pub(super) fn new(server: &Arc<Server>, news: Option<NewsSink>) -> Self {
        let slot = Slot { live: None, failed: None, used: Instant::now(), is_watched: false };
        Self {
            server: Arc::clone(server),
            news,
            slot: Arc::new(Mutex::new(slot)),
            running: Mutex::default(),
        }
    }

    /// Returns the server.
    pub(super) fn server(&self) -> &Arc<Server> {
        &self.server
    }

    /// Begins a transaction with these statements and a query, over a connection that is made where
    /// there is none or the one before was lost; then works on with the rows. `opened` is called
    /// when a connection was made. What was lost on its way is not tried again.
    pub(super) fn transact<T>(
        &self,
        begin: &str,
        (query, parameters): (&str, Parameters<'_>),
        mut opened: impl FnMut(&mut Live) -> Result<(), StoreFailure>,
        work: impl FnOnce(&mut Live, Vec<Row>) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        let mut slot = lock(&self.slot);
        let mut begun = None;
        if let Some(live) = &mut slot.live {
            match live.batch_and_query(begin, query, parameters) {
                Err(StoreFailure::Unreachable(_)) => {}
                answer => begun = Some(answer),
            }
        }
        let begun = if let Some(begun) = begun {
            begun
        } else {
            let live = self.connect(&mut slot)?;
            let running = Some(live.cancel_token());
            *self.running.lock().unwrap_or_else(PoisonError::into_inner) = running;
            opened(live)?;
            live.batch_and_query(begin, query, parameters)
        };
        let Some(live) = &mut slot.live else { return Err(StoreFailure::LeaseLost) };
        let done = begun.and_then(|rows| work(live, rows));
        // A server that only reads now is not the one that writes: there may be another by now.
        let is_demoted =
            matches!(done, Err(StoreFailure::ReadOnly)) && self.server.access == Access::ReadWrite;
        if live.is_closed() || is_demoted || matches!(done, Err(StoreFailure::Unreachable(_))) {
            slot.live = None;
        } else if done.is_err() {
            // A transaction that failed must not stay open.
            if live.batch("ROLLBACK").is_err() {
                slot.live = None;
            }
        }
        self.watch(&mut slot);
        done
    }

    /// Runs some statements over the connection, which is made where there is none.
    pub(super) fn with<T>(
        &self,
        work: impl FnOnce(&mut Live) -> Result<T, StoreFailure>,
    ) -> Result<T, StoreFailure> {
        let mut slot = lock(&self.slot);
        let live = match slot.live.take() {
            Some(live) if !live.is_closed() => slot.live.insert(live),
            Some(_) | None => self.connect(&mut slot)?,
        };
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(live.cancel_token());
        let done = work(live);
        self.watch(&mut slot);
        done
    }

    /// Connects. Where that took long a moment ago, for nothing, it is not tried again at once:
    /// much else may wait for this session.
    fn connect<'s>(&self, slot: &'s mut Slot) -> Result<&'s mut Live, StoreFailure> {
        slot.live = None;
        if let Some((at, failure)) = &slot.failed
            && at.elapsed() < AGAIN
        {
            return Err(failure.clone());
        }
        slot.failed = None;
        let begun = Instant::now();
        match connect(&self.server, self.news.as_ref()) {
            Ok(live) => Ok(slot.live.insert(live)),
            Err(failure) => {
                let took_long = begun.elapsed() >= LONG;
                slot.failed = took_long.then(|| (Instant::now(), failure.clone()));
                Err(failure)
            }
        }
    }

    /// Ends the connection; the next call makes another one.
    pub(super) fn close(&self) {
        lock(&self.slot).live = None;
    }

    /// Returns what cancels the running statement; `None` where there was no connection yet.
    pub(super) fn running(&self) -> Option<CancelToken> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// True while a connection is open.
    pub(super) fn is_open(&self) -> bool {
        lock(&self.slot).live.as_ref().is_some_and(|live| !live.is_closed())
    }

    /// Has the connection closed when it was not used for a while.
    fn watch(&self, slot: &mut Slot) {
        slot.used = Instant::now();
        if self.news.is_some() || slot.is_watched || slot.live.is_none() {
            return;
        }
        let Ok(network) = network() else { return };
        slot.is_watched = true;
        let slot = Arc::downgrade(&self.slot);
        network.spawn(async move {
            let mut pause = UNUSED;
            loop {
                tokio::time::sleep(pause).await;
                let Some(slot) = slot.upgrade() else { return };
                // One that is locked is in use.
                let Ok(mut slot) = slot.try_lock() else {
                    pause = UNUSED;
                    continue;
                };
                let unused = slot.used.elapsed();
                if unused >= UNUSED {
                    (slot.live, slot.is_watched) = (None, false);
                    return;
                }
                pause = UNUSED.saturating_sub(unused);
            }
        });
    }
}

fn lock(slot: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
