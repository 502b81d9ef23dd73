//! Watches the configuration's file: a good change is put in force, a bad one is told.
//!
//! The system tells of changes; nothing is read before it does.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::live_settings::live_settings;
use crate::config::load::Config;
use crate::domain::account::Account;
use crate::effect::Report;
use crate::engine::Engine;

/// Pause after a change, in which an editor finishes writing.
const PAUSE: Duration = Duration::from_millis(100);

/// Reads the configuration anew, or says what is wrong with it.
pub type ReadConfig = Arc<dyn Fn() -> Result<Config, String> + Send + Sync>;

/// Watches the configuration's file.
pub struct ConfigWatch {
    /// The configuration that the program started with.
    started: Config,
    /// The configuration that was read last.
    config: Config,
    engine: Engine,
    read: ReadConfig,
    changes: mpsc::UnboundedReceiver<()>,
    due: Option<Instant>,
    /// The reading under way, away from the task that draws.
    reading: Option<BoxFuture<'static, Result<Config, String>>>,
    /// The fault that was told last.
    fault: Option<String>,
    _watcher: RecommendedWatcher,
}

impl ConfigWatch {
    /// Begins to watch the file of this configuration.
    pub fn begin(config: Config, engine: Engine, read: ReadConfig) -> notify::Result<Self> {
        let (changed, changes) = mpsc::unbounded_channel();
        let file = config.paths.config.clone();
        // A file that is a link changes where it leads to.
        let target = file.canonicalize().unwrap_or_else(|_| file.clone());
        let names = [file.file_name().map(PathBuf::from), target.file_name().map(PathBuf::from)];
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let concerns = event.is_ok_and(|event| {
                    let is_it = |path: &PathBuf| {
                        let name = path.file_name().map(PathBuf::from);
                        name.is_some() && names.contains(&name)
                    };
                    !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(is_it)
                });
                if concerns {
                    // Where nobody listens, the program ends.
                    let _ = changed.send(());
                }
            })?;
        let folder = |path: &Path| match path.parent() {
            Some(folder) if folder != Path::new("") => folder.to_path_buf(),
            Some(_) | None => PathBuf::from("."),
        };
        let mut folders = vec![folder(&file), folder(&target)];
        folders.dedup();
        for folder in folders.iter().filter(|folder| folder.exists()) {
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
        // It may have changed between its reading and now.
        let due = Some(Instant::now());
        Ok(Self {
            started: config.clone(),
            config,
            engine,
            read,
            changes,
            due,
            reading: None,
            fault: None,
            _watcher: watcher,
        })
    }

    /// Waits for the next change that is worth telling. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Report {
        loop {
            let due = self.due.filter(|_| self.reading.is_none());
            tokio::select! {
                biased;
                change = self.changes.recv() => match change {
                    Some(()) => self.due = Some(Instant::now() + PAUSE),
                    None => return std::future::pending().await,
                },
                Some(read) = until_read(&mut self.reading) => {
                    self.reading = None;
                    if let Some(report) = self.apply(read) {
                        return report;
                    }
                }
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.due = None;
                    let read = Arc::clone(&self.read);
                    self.reading = Some(self.engine.aside(move || read()).boxed());
                }
            }
        }
    }

    fn apply(&mut self, read: Result<Config, String>) -> Option<Report> {
        let read = read.and_then(|config| {
            let gone = self.config.has_file && !config.has_file;
            if gone { Err("The file is gone.".to_owned()) } else { Ok(config) }
        });
        let config = match read {
            Ok(config) => config,
            Err(fault) if self.fault.as_ref() == Some(&fault) => return None,
            Err(fault) => {
                let words = format!("{fault} The configuration before stays in force.");
                self.fault = Some(fault);
                return Some(Report::BadSettings(words));
            }
        };
        let is_mended = self.fault.take().is_some();
        let accounts = |config: &Config| -> Vec<Account> {
            config.accounts.iter().map(|account| account.account.clone()).collect()
        };
        let read_only = config.settings.read_only.value;
        if accounts(&config) != accounts(&self.config)
            || read_only != self.config.settings.read_only.value
        {
            self.engine.configure(&accounts(&config), read_only);
        }
        let settings = live_settings(&self.started, &self.config, &config);
        self.config = config;
        let is_news = is_mended || !settings.changed.is_empty() || !settings.later.is_empty();
        is_news.then(|| Report::Settings(Box::new(settings)))
    }
}

async fn until_read(
    reading: &mut Option<BoxFuture<'static, Result<Config, String>>>,
) -> Option<Result<Config, String>> {
    match reading {
        Some(reading) => Some(reading.await),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::*;
    use crate::config::load::{Flags, resolve};
    use crate::config::paths::Paths;
    use crate::engine::{Clock, EngineConfig};
    use crate::store::{Access, Store};

    fn read(path: &Path) -> Result<Config, String> {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        let paths = Paths { config: path.to_path_buf(), ..Paths::default() };
        resolve(&Flags::default(), &|_| None, paths, Some(&text)).map_err(|error| {
            error.diagnostics.first().map_or_else(String::new, |first| format!("{first}."))
        })
    }

    async fn told(watch: &mut ConfigWatch) -> Report {
        tokio::time::timeout(Duration::from_secs(2), watch.next()).await.unwrap()
    }

    #[tokio::test]
    async fn a_good_change_is_told_within_two_seconds_and_a_bad_one_is_named_by_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, "theme = \"default\"\n").unwrap();
        let (engine, _events) = Engine::start(EngineConfig {
            offline: true,
            ..EngineConfig::new(
                Store::open(&folder.path().join("store.db"), Access::ReadWrite).unwrap(),
                Vec::new(),
                Clock::system(),
            )
        })
        .unwrap();
        let file: Arc<Path> = Arc::from(path.as_path());
        let again = Arc::clone(&file);
        let mut watch = ConfigWatch::begin(
            read(&path).unwrap(),
            engine.clone(),
            Arc::new(move || read(&again)),
        )
        .unwrap();
        std::fs::write(&path, "theme = \"light\"\n").unwrap();
        let Report::Settings(settings) = told(&mut watch).await else { panic!() };
        assert_eq!(settings.theme.as_deref(), Some("light"));
        assert_eq!(settings.changed, ["theme"]);
        std::fs::write(&path, "theme = \"light\"\ncolr = 1\n").unwrap();
        let Report::BadSettings(words) = told(&mut watch).await else { panic!() };
        assert!(words.starts_with("2:1: unknown key"), "{words}");
        assert!(words.ends_with("stays in force."), "{words}");
        // Mended without another change: that is told, too.
        std::fs::write(&path, "theme = \"light\"\n").unwrap();
        let Report::Settings(settings) = told(&mut watch).await else { panic!() };
        assert_eq!((settings.changed.len(), settings.later.len()), (0, 0));
        // As editors do: a new file in the place of the old one.
        let other = folder.path().join("new");
        std::fs::write(&other, "theme = \"mono\"\nread_only = true\n").unwrap();
        std::fs::rename(&other, &path).unwrap();
        let Report::Settings(settings) = told(&mut watch).await else { panic!() };
        assert_eq!(settings.changed, ["theme", "read_only"]);
        let refused = engine.pause(true).await.unwrap_err();
        assert!(refused.to_string().contains("Read-only"), "{refused}");
        engine.shutdown().await;
    }
}
