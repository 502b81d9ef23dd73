//! Files that somebody else could have written: what stands in them is not the operator's word.

use std::fmt;
use std::path::{Path, PathBuf};

/// A file or directory that somebody else may write to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    path: PathBuf,
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    /// It belongs to the user with this number.
    Owner(u32),
    /// Its mode lets others write.
    Mode(u32),
}

impl Exposure {
    /// Finds out if others may write to a file, or replace it in its directory. What does not exist
    /// is exposed only by what it would be created in. Links are followed.
    #[cfg(unix)]
    pub fn of(file: &Path) -> Option<Self> {
        let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let folder = file.parent().filter(|folder| *folder != Path::new(""));
        let own = Self::at(&file, |_| false);
        own.or_else(|| Self::at(folder.unwrap_or(Path::new(".")), is_sticky))
    }

    /// Finds out if others may write to a file; nothing is known of that on this system.
    #[cfg(not(unix))]
    pub fn of(_file: &Path) -> Option<Self> {
        None
    }

    #[cfg(unix)]
    fn at(path: &Path, is_guarded: impl Fn(u32) -> bool) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;

        const GROUP_MAY_WRITE: u32 = 0o020;
        const OTHERS_MAY_WRITE: u32 = 0o002;
        let metadata = std::fs::metadata(path).ok()?;
        // A device or a pipe keeps nothing that somebody could have written before.
        if !metadata.is_file() && !metadata.is_dir() {
            return None;
        }
        let (mode, owner) = (metadata.mode() & 0o7777, metadata.uid());
        // Where every user has a group of the same number, that group is the user alone.
        let group = if metadata.gid() == owner { 0 } else { GROUP_MAY_WRITE };
        let reason = if is_stranger(owner) {
            Reason::Owner(owner)
        } else if mode & (OTHERS_MAY_WRITE | group) != 0 && !is_guarded(mode) {
            Reason::Mode(mode)
        } else {
            return None;
        };
        Some(Self { path: path.to_owned(), reason })
    }

    /// Returns the command that mends it.
    pub fn remedy(&self) -> String {
        let path = self.path.display().to_string();
        let path = shlex::try_quote(&path).map_or_else(|_| path.clone(), Into::into);
        match self.reason {
            Reason::Owner(_) => format!("chown \"$(id -un)\" {path}, if it is yours"),
            Reason::Mode(_) => format!("chmod go-w {path}"),
        }
    }
}

/// True for a user who is neither root nor the one whom this process acts for.
#[cfg(unix)]
pub(in crate::config) fn is_stranger(user: u32) -> bool {
    const ROOT: u32 = 0;
    user != ROOT && user != rustix::process::geteuid().as_raw()
}

/// True for a directory like `/tmp`, in which nobody can replace another's file.
#[cfg(unix)]
fn is_sticky(mode: u32) -> bool {
    mode & 0o1000 != 0
}

impl fmt::Display for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.reason {
            Reason::Owner(owner) => write!(f, "{path} belongs to another user (uid {owner})"),
            Reason::Mode(mode) => write!(f, "others may write to {path} (mode {mode:04o})"),
        }
    }
}

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;

    #[test]
    fn a_file_or_a_directory_that_others_may_write_to_is_exposed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a b.toml");
        std::fs::write(&file, "").unwrap();
        let own_group = {
            let metadata = std::fs::metadata(&file).unwrap();
            metadata.uid() == metadata.gid()
        };
        for (of_folder, of_file, exposed) in [
            (0o700, 0o600, false),
            (0o755, 0o644, false),
            (0o700, 0o602, true),
            (0o700, 0o660, !own_group),
            (0o757, 0o600, true),
            (0o1777, 0o600, false),
            (0o1777, 0o666, true),
        ] {
            std::fs::set_permissions(&file, Permissions::from_mode(of_file)).unwrap();
            std::fs::set_permissions(folder.path(), Permissions::from_mode(of_folder)).unwrap();
            let found = Exposure::of(&file);
            assert_eq!(found.is_some(), exposed, "{of_folder:o} {of_file:o}: {found:?}");
        }
        let found = Exposure::of(&file).unwrap();
        assert!(found.to_string().contains("(mode 0666)"), "{found}");
        assert!(found.remedy().starts_with("chmod go-w '/"), "{}", found.remedy());
    }

    #[test]
    fn a_file_that_is_not_there_is_exposed_by_its_directory_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("none.toml");
        assert_eq!(Exposure::of(&file), None);
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
        assert!(Exposure::of(&file).is_some());
        assert_eq!(Exposure::of(&folder.path().join("no/none.toml")), None);
    }

    #[test]
    fn what_belongs_to_root_is_no_strangers() {
        assert_eq!(Exposure::of(Path::new("/etc/passwd")), None);
        assert_eq!(Exposure::of(Path::new("/dev/null")), None);
    }
}
