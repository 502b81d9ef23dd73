//! One account of the simulator's configuration, the tasks at work on it, and a visitor at its
//! edge.

use std::cell::Cell;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use purgedeck::config::load::{Config, Flags, resolve};
use purgedeck::config::paths::Paths;
use purgedeck::domain::event::{Event, Level};
use purgedeck::domain::journal::{JournalEntry, JournalState, NewEntry};
use purgedeck::domain::kind::Kind;
use purgedeck::domain::limits::Syntax;
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use purgedeck::domain::resource::{Resource, ResourceState};
use purgedeck::engine::{AccountHandle, Clock, Engine, EngineConfig, EventStream};
use purgedeck::providers::Provider;
use purgedeck::simulator::{self, ManualClock, Scenario, Simulator, SimulatorOptions};
use purgedeck::store::{Access, Store};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Every vendor, as the configuration calls it.
pub(crate) const VENDORS: [&str; 6] =
    ["gcore", "tencent", "medianova", "edgeone", "cloudfront", "alibaba"];

/// How old what a visitor fetched is when a test begins.
const AGE: TimeDelta = TimeDelta::minutes(1);
/// About as long as a purge usually takes at the slowest vendor, so that its end is asked for soon;
/// a request that is signed by the real clock is good for five minutes.
const DONE: TimeDelta = TimeDelta::seconds(292);
/// Longer than anything here takes; a report that has not come by then never comes.
const PATIENCE: Duration = Duration::from_mins(2);

/// The vendors' time stands still unless it is moved, and ours with it.
pub(crate) struct Stage {
    pub(crate) simulator: Simulator,
    hand: ManualClock,
    clock: Clock,
    engine: Engine,
    events: EventStream,
    provider: std::sync::Arc<dyn Provider>,
    resource: Resource,
    errors: Vec<String>,
    _directory: tempfile::TempDir,
}

impl Stage {
    /// With these paths in the edge's cache for a minute already.
    pub(crate) async fn new(vendor: &str, cached: &[&str]) -> Self {
        Self::with_edge(vendor, cached, None).await
    }

    /// The same with the edge at another address than it is.
    pub(crate) async fn with_edge(vendor: &str, cached: &[&str], edge: Option<&str>) -> Self {
        let before = Utc::now().timestamp() - AGE.num_seconds();
        let before = DateTime::<Utc>::from_timestamp(before, 0).unwrap();
        let (clock, hand) = simulator::SimulatorClock::manual(before);
        let simulator = simulator::start(SimulatorOptions {
            records: 60,
            // In time that stands still no second passes after which more may be asked.
            rate_limits: false,
            scenario: Scenario::quiet(),
            clock,
            ..SimulatorOptions::default()
        })
        .await
        .unwrap();
        let directory = tempfile::tempdir().unwrap();
        let config = configuration(&simulator, directory.path(), edge);
        let resource = resource(&simulator, &seat(&config, vendor)).await;
        for path in cached {
            visit(&simulator, host(&resource), path).await;
        }
        hand.advance(AGE);
        // One that knows nothing of the vendor's clock before that.
        let seat = seat(&config, vendor);
        let provider = seat.provider.clone();
        let clock = Clock::following_tokio(Utc::now());
        let store =
            Store::open(config.settings.store.value.file().unwrap(), Access::ReadWrite).unwrap();
        let (engine, events) = Engine::start(EngineConfig {
            // News come when a test asks for them.
            refresh: Duration::from_hours(1),
            ..EngineConfig::new(store, vec![seat], clock.clone())
        })
        .unwrap();
        let mut stage = Self {
            simulator,
            hand,
            clock,
            engine,
            events,
            provider,
            resource,
            errors: Vec::new(),
            _directory: directory,
        };
        let is_read = |event: &Event| match event {
            Event::Account { status, .. } => (status.synced_at.is_some()
                && status.older.is_none()
                && status.asking_since.is_none())
            .then_some(()),
            _ => None,
        };
        until(&mut stage.events, "the history", &mut stage.errors, is_read).await;
        stage
    }

    pub(crate) fn cname(&self) -> &str {
        &self.resource.cname
    }

    /// The origin has something new.
    pub(crate) fn publish(&self, path: &str) {
        self.simulator.edge().publish(host(&self.resource), path);
    }

    /// How often the edge was asked for something, by anybody.
    pub(crate) fn asked_of_the_edge(&self) -> usize {
        let requests = self.simulator.requests();
        requests.iter().filter(|seen| seen.vendor == "edge").count()
    }

    /// Purges paths, or directories by what stands after the first slash, in the vendor's own form.
    pub(crate) fn purge(&self, kind: Kind, paths: &[&str]) {
        let syntax = self.provider.documented_limits().rule(kind).unwrap().syntax;
        let targets = paths
            .iter()
            .map(|path| match (syntax, kind) {
                (Syntax::Path, Kind::Pattern) => format!("/{path}*"),
                (Syntax::Name, Kind::Host) => host(&self.resource).to_owned(),
                (Syntax::Path | Syntax::Name, _) => (*path).to_owned(),
                (Syntax::FullUrl, _) => format!("https://{}{path}", host(&self.resource)),
                (Syntax::Directory, _) => format!("https://{}/{path}", host(&self.resource)),
            })
            .collect();
        let targets = Targets::new(targets).unwrap();
        let payload = match kind {
            Kind::Url => Payload::Url(targets),
            _ => Payload::Pattern(targets),
        };
        let (id, cname) = (self.resource.id.clone(), self.cname());
        let request = PurgeRequest::new(self.provider.account().clone(), id, cname, payload);
        drop(self.engine.enqueue(vec![NewEntry::new(request, Utc::now())]));
    }

    /// Until the purge is done at the vendor and the edge was looked at.
    pub(crate) async fn settled(&mut self) -> JournalEntry {
        // In the history as well: the vendor's time must not leap while it is being looked for.
        let (taken, known) = (Cell::new(false), Cell::new(false));
        let is_known = |event: &Event| {
            match event {
                Event::Journal(entry) if entry.state == JournalState::Accepted => {
                    taken.set(true);
                }
                Event::HistoryChanged { new: 1.., .. } => known.set(true),
                _ => {}
            }
            (taken.get() && known.get()).then_some(())
        };
        until(&mut self.events, "the purge", &mut self.errors, is_known).await;
        self.hand.advance(DONE);
        self.clock.set_on(DONE);
        self.engine.refresh(None).unwrap();
        let is_settled = |event: &Event| match event {
            Event::Journal(entry) if entry.state == JournalState::Successful => {
                let seen = entry.verification.as_ref()?;
                seen.settled.then(|| (**entry).clone())
            }
            _ => None,
        };
        until(&mut self.events, "a verdict", &mut self.errors, is_settled).await
    }

    /// The first error that was told.
    pub(crate) async fn error(&mut self) -> String {
        if let Some(words) = self.errors.first() {
            return words.clone();
        }
        let is_error = |event: &Event| match event {
            Event::Notice(notice) if notice.level == Level::Error => Some(notice.words.clone()),
            _ => None,
        };
        until(&mut self.events, "an error", &mut Vec::new(), is_error).await
    }

    pub(crate) async fn stop(self) {
        self.engine.shutdown().await;
        self.simulator.stop().await;
    }
}

/// A host that a resource serves: of a zone, whose own name may be none, one of its further names.
fn host(resource: &Resource) -> &str {
    let exact = |name: &&String| !name.contains('*');
    resource.names.iter().find(exact).unwrap_or(&resource.cname)
}

/// The first account at a vendor.
fn seat(config: &Config, vendor: &str) -> AccountHandle {
    let account = config.accounts.iter().find(|it| it.provider().as_str() == vendor).unwrap();
    let mut seat = AccountHandle::connect(account).unwrap();
    // The vendors' time stands still: waiting would change nothing.
    seat.edge.as_mut().unwrap().grace = Duration::ZERO;
    seat
}

/// A resource of which everything may be purged.
async fn resource(simulator: &Simulator, seat: &AccountHandle) -> Resource {
    let barred: Vec<String> = simulator
        .medianova()
        .resources()
        .into_iter()
        .filter(|resource| !resource.full_purge)
        .map(|resource| resource.uuid)
        .collect();
    let resources = seat.provider.resources().await.unwrap();
    let usable = |resource: &Resource| {
        resource.state == ResourceState::Active
            && resource.url_purge != Some(false)
            && resource.all_purge != Some(false)
            && !barred.iter().any(|uuid| uuid == resource.id.as_str())
    };
    resources.into_iter().find(usable).unwrap()
}

/// A visitor fetches something, as the wire has it.
async fn visit(simulator: &Simulator, host: &str, path: &str) {
    let mut stream = TcpStream::connect(simulator.edge().address()).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
}

/// The simulator's own configuration, with its secrets in a directory.
fn configuration(simulator: &Simulator, folder: &std::path::Path, edge: Option<&str>) -> Config {
    let written = simulator.config(folder, &folder.join("store.db"));
    for (file, secret) in &written.secrets {
        std::fs::write(file, secret).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(file, mode).unwrap();
        }
    }
    let mut text = written.text;
    if let Some(edge) = edge {
        text = text.replace(&simulator.edge().base_url(), edge);
    }
    let paths = Paths {
        config: folder.join("config.toml"),
        state: folder.to_owned(),
        home: folder.to_owned(),
    };
    resolve(&Flags::default(), &|_| None, paths, Some(&text)).unwrap()
}

async fn until<T>(
    events: &mut EventStream,
    what: &str,
    errors: &mut Vec<String>,
    fits: impl Fn(&Event) -> Option<T>,
) -> T {
    let waiting = async {
        loop {
            let event = events.recv().await.expect("the engine lives");
            if let Event::Notice(notice) = &event
                && notice.level == Level::Error
            {
                errors.push(notice.words.clone());
            }
            if let Some(found) = fits(&event) {
                return found;
            }
        }
    };
    match tokio::time::timeout(PATIENCE, waiting).await {
        Ok(found) => found,
        Err(tokio::time::error::Elapsed { .. }) => panic!("{what} never came; errors: {errors:?}"),
    }
}
