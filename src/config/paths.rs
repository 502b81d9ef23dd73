//! Locations of purgedeck's files.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The platform's directories of one user. XDG variables count on platforms that have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directories {
    /// Directory of `config.toml`.
    pub config: PathBuf,
    /// Directory of the store, drafts and the log.
    pub state: PathBuf,
    /// The user's home.
    pub home: PathBuf,
}

impl Directories {
    /// Returns the directories of the current user; `None` without a home directory.
    pub fn of_user() -> Option<Self> {
        let project = directories::ProjectDirs::from("", "", "purgedeck")?;
        let base = directories::BaseDirs::new()?;
        Some(Self {
            config: project.config_dir().to_path_buf(),
            state: project.state_dir().unwrap_or_else(|| project.data_local_dir()).to_path_buf(),
            home: base.home_dir().to_path_buf(),
        })
    }
}

/// The files of this run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// The configuration's file, which need not exist.
    pub config: PathBuf,
    /// The directory for drafts and the log.
    pub state: PathBuf,
    /// The user's home, for `~/`.
    pub home: PathBuf,
}

impl Paths {
    /// Returns the log's file.
    pub fn log(&self) -> PathBuf {
        self.state.join("purgedeck.log")
    }

    /// Returns the store's default file.
    pub fn default_store(&self) -> PathBuf {
        self.state.join("purgedeck.db")
    }

    /// Makes a path of a text in which `~/` is the home directory.
    pub fn expand(&self, text: &str) -> PathBuf {
        text.strip_prefix("~/").map_or_else(|| PathBuf::from(text), |rest| self.home.join(rest))
    }
}

/// Creates a directory that only its owner may enter, with its parents. An existing one is left as
/// it is.
pub fn make_private_directory(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a new file that only its owner may read, as a whole or not at all, and its directory
/// where there is none. An existing file is an error and is left as it is.
pub fn write_private_new(path: &Path, text: &str) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        Some(_) | None => Path::new("."),
    };
    make_private_directory(folder)?;
    // Such a file is its owner's alone from the beginning.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

/// Replaces a file's text as a whole, keeping its mode and the links that lead to it: a crash
/// leaves the old text or the new one.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mode = std::fs::metadata(&path)?.permissions();
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(mode)?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// Returns options for opening a file that, if it is new, only its owner may read.
pub fn private_file() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
