//! Where purgedeck keeps its files.

use std::io;
use std::path::{Path, PathBuf};

/// The platform's directories for one user; XDG variables count where the platform has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directories {
    /// For `config.toml`.
    pub config: PathBuf,
    /// For the store, drafts and the log.
    pub state: PathBuf,
    /// The user's home.
    pub home: PathBuf,
}

impl Directories {
    /// Those of the user who runs this; `None` where there is no home directory.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The configuration's file, whether it is there or not.
    pub config: PathBuf,
    /// The directory for drafts and the log.
    pub state: PathBuf,
    /// The user's home, for `~/`.
    pub home: PathBuf,
}

impl Paths {
    /// The log.
    pub fn log(&self) -> PathBuf {
        self.state.join("purgedeck.log")
    }

    /// The store, where nothing says otherwise.
    pub fn usual_store(&self) -> PathBuf {
        self.state.join("purgedeck.db")
    }

    /// The path that a text stands for: `~/` is the home directory.
    pub fn expand(&self, text: &str) -> PathBuf {
        text.strip_prefix("~/").map_or_else(|| PathBuf::from(text), |rest| self.home.join(rest))
    }
}

/// Makes a directory that only its owner may enter, with those above it. One that is there is left as it is.
pub fn make_private_directory(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Options for opening a file that, where it is new, only its owner may read.
pub fn private_file() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
