//! The log: a file of bounded size in the state directory, written only on request. Nothing of it
//! goes to the terminal.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::error::CliError;
use crate::config::exposure::Exposure;
use crate::config::load::Config;
use crate::config::paths::{make_private_directory, private_file};
use crate::config::schema::LogLevel;

/// Most bytes in the file. The file before it, of the same size, is kept too.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Starts the log if the configuration asks for one.
pub fn start(config: &Config) -> Result<(), CliError> {
    let level = match config.settings.log.value {
        LogLevel::Off => return Ok(()),
        LogLevel::Info => Level::INFO,
        LogLevel::Debug => Level::DEBUG,
    };
    let path = config.paths.log();
    make_private_directory(&config.paths.state)
        .map_err(|error| CliError::file(&config.paths.state, &error))?;
    let file =
        RotatingFile::open(&path, MAX_BYTES).map_err(|error| CliError::file(&path, &error))?;
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Mutex::new(file));
    let ours = Targets::new().with_target("purgedeck", level);
    let started = tracing_subscriber::registry().with(lines).with(ours).try_init();
    // A log that this process has started already goes on.
    drop(started);
    Ok(())
}

/// A file that is rotated once it is full; one rotated file is kept.
struct RotatingFile {
    path: PathBuf,
    file: File,
    written: u64,
    max_bytes: u64,
}

impl RotatingFile {
    fn open(path: &Path, max_bytes: u64) -> io::Result<Self> {
        let mut options = private_file();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(
            &mut options,
            rustix::fs::OFlags::NOFOLLOW.bits().cast_signed(),
        );
        let file = options.create(true).append(true).open(path).map_err(|error| {
            if path.is_symlink() {
                io::Error::other("it is a symbolic link, which the log does not follow: remove it")
            } else {
                error
            }
        })?;
        if let Some(exposure) = Exposure::of(path) {
            return Err(io::Error::other(format!("{exposure}: {}", exposure.remedy())));
        }
        let written = file.metadata()?.len();
        Ok(Self { path: path.to_path_buf(), file, written, max_bytes })
    }
}

impl Write for RotatingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.written > 0 && self.written + bytes.len() as u64 > self.max_bytes {
            std::fs::rename(&self.path, self.path.with_extension("log.1"))?;
            *self = Self::open(&self.path, self.max_bytes)?;
        }
        let count = self.file.write(bytes)?;
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_log_follows_no_link_and_is_no_file_that_others_may_write_to() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("purgedeck.log"), folder.path().join("other"));
        std::fs::write(&other, "mine").unwrap();
        symlink(&other, &path).unwrap();
        let error = RotatingFile::open(&path, 100).err().unwrap();
        assert!(error.to_string().contains("symbolic link"), "{error}");
        assert_eq!(std::fs::read_to_string(&other).unwrap(), "mine");
        std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o666)).unwrap();
        let error = RotatingFile::open(&other, 100).err().unwrap();
        assert!(error.to_string().contains("chmod go-w"), "{error}");
    }

    #[test]
    fn the_log_never_outgrows_two_files_of_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("purgedeck.log");
        let mut log = RotatingFile::open(&path, 100).unwrap();
        for _ in 0..50 {
            log.write_all(b"a line of the log\n").unwrap();
        }
        let sizes: Vec<u64> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().metadata().unwrap().len())
            .collect();
        assert_eq!(sizes.len(), 2);
        assert!(sizes.iter().all(|size| (1..=100).contains(size)), "{sizes:?}");
    }
}
