//! Reads and writes files that the operator names: targets are read, history is written.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Engine;
use crate::domain::document::decode;
use crate::domain::purge::PurgeDetail;
use crate::domain::query::WindowQuery;
use crate::store::Store;

/// Size in bytes of the largest file of targets that is read.
const LARGEST: u64 = 16 << 20;

/// Writes purges into a file, one after the other, in one format.
pub trait Exporter: Send {
    /// Writes one purge.
    fn write(&mut self, purge: PurgeDetail) -> io::Result<()>;

    /// Writes the end of the file.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// Makes an exporter that writes in the format of a file's ending (`csv`, `ndjson`, `json`, in
/// lower case); `None` where the ending names no format.
pub type ExportForms =
    Arc<dyn Fn(&str, Box<dyn Write + Send>) -> Option<Box<dyn Exporter>> + Send + Sync>;

impl Engine {
    /// Carries out work on files beside the caller's task, which goes on meanwhile.
    pub fn aside<T, F>(&self, work: F) -> impl Future<Output = Result<T, String>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, String> + Send + 'static,
    {
        let work = self.0.tasks.spawn_blocking(work);
        async move { work.await.unwrap_or_else(|_| Err("The work was broken off.".to_owned())) }
    }

    /// Reads a file of targets; `~` is the home directory. The error is text for the operator and
    /// names the file.
    pub fn read_file(
        &self,
        path: PathBuf,
    ) -> impl Future<Output = Result<String, String>> + Send + use<> {
        let path = at_home(path);
        let named = path.clone();
        let reading = self.0.tasks.spawn_blocking(move || read(&path));
        async move { about(&named, reading).await }
    }

    /// Writes all purges that a query selects into a file, in the format of its ending; its anchor
    /// and limit do not count. Returns their number and the file.
    pub fn export(
        &self,
        query: WindowQuery,
        path: PathBuf,
    ) -> impl Future<Output = Result<(u64, PathBuf), String>> + Send + use<> {
        let path = at_home(path);
        let (named, stop) = (path.clone(), self.0.stop.clone());
        let (store, forms) = (self.0.store.clone(), self.0.export.clone());
        let writing = self
            .0
            .tasks
            .spawn_blocking(move || write(&store, forms.as_ref(), &query, &path, &stop));
        async move { about(&named, writing).await.map(|count| (count, named)) }
    }
}

/// Waits for work on a file; puts the file's name before an error.
async fn about<T>(path: &Path, work: JoinHandle<Result<T, String>>) -> Result<T, String> {
    let result = work.await.unwrap_or_else(|_| Err("broken off".to_owned()));
    result.map_err(|words| format!("{}: {words}", path.display()))
}

fn read(path: &Path) -> Result<String, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let about = file.metadata().map_err(|error| error.to_string())?;
    if !about.is_file() {
        return Err("this is no plain file".to_owned());
    }
    let too_large = || format!("larger than {} MiB; split it, or purge by pattern", LARGEST >> 20);
    if about.len() > LARGEST {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    // It may grow while it is read.
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LARGEST {
        return Err(too_large());
    }
    decode::bytes(&bytes).map_err(|error| error.to_string())
}

/// Writes a temporary file beside the path and renames it when it is complete: an existing file is
/// never overwritten, and there is never half a file.
fn write(
    store: &Store,
    forms: Option<&ExportForms>,
    query: &WindowQuery,
    path: &Path,
    stop: &CancellationToken,
) -> Result<u64, String> {
    let ending = path.extension().map(|ending| ending.to_string_lossy());
    let ending = ending.unwrap_or_default().to_ascii_lowercase();
    if path.exists() {
        return Err("there is a file of this name already; choose another".to_owned());
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let said = |error: io::Error| error.to_string();
    let beside = tempfile::NamedTempFile::new_in(directory).map_err(said)?;
    let place = beside.reopen().map_err(said)?;
    let mut exporter = forms
        .and_then(|forms| forms(&ending, Box::new(BufWriter::new(place))))
        .ok_or("the name must end in .csv, .ndjson or .json")?;
    let reader = store.reader().map_err(|failure| failure.to_string())?;
    let mut fault = None;
    let count = reader
        .export(&query.predicate, query.sort, None, &mut |purge| {
            if stop.is_cancelled() {
                fault = Some("broken off".to_owned());
            } else if let Err(error) = exporter.write(purge) {
                fault = Some(error.to_string());
            }
            match fault {
                Some(_) => ControlFlow::Break(()),
                None => ControlFlow::Continue(()),
            }
        })
        .map_err(|failure| failure.to_string())?;
    if let Some(fault) = fault {
        return Err(fault);
    }
    exporter.finish().map_err(said)?;
    beside.as_file().sync_all().map_err(said)?;
    beside.persist_noclobber(path).map_err(|error| said(error.error))?;
    Ok(count)
}

/// Replaces a leading `~` of a path by the home directory.
fn at_home(path: PathBuf) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        (Ok(_) | Err(_), _) => path,
    }
}
