//! Where a secret is to be had. It is fetched when it is first needed, and never stands in the configuration itself.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt;

use super::Secret;
use crate::domain::text::escape_control;

/// How long a command may take to print a secret; password managers may ask their owner first.
pub const COMMAND_PATIENCE: Duration = Duration::from_mins(1);
/// The longest secret, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Where a secret is to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// In a variable of the environment.
    Env(String),
    /// In a file that only its owner may read; a line break at its end does not count.
    File(PathBuf),
    /// On the standard output of a program, which is started without a shell; a line break at its end does not count.
    Command(Vec<String>),
    /// It is here: for the simulator's accounts and tests.
    Given(Secret),
}

/// Why a secret could not be had. It never holds a part of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words}; {advice}")]
pub struct SecretTrouble {
    /// What is wrong.
    pub words: String,
    /// What to do about it.
    pub advice: String,
}

impl SecretTrouble {
    fn new(words: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { words: words.into(), advice: advice.into() }
    }
}

impl SecretSource {
    /// Fetches the secret. Reads the environment or a file, or starts the program and waits for it, at most
    /// [`COMMAND_PATIENCE`]. Every call fetches anew; who needs it often keeps it.
    pub async fn fetch(&self) -> Result<Secret, SecretTrouble> {
        match self {
            Self::Env(name) => {
                tidy(std::env::var(name).map_err(|_| unset(name))?, &format!("${name}"))
            }
            Self::File(path) => {
                check_file(path)?;
                let mut text = String::new();
                let mut file = tokio::fs::File::open(path)
                    .await
                    .map_err(|error| unreadable(path, &error))?
                    .take(LONGEST + 1);
                file.read_to_string(&mut text).await.map_err(|error| unreadable(path, &error))?;
                tidy(text, &path.display().to_string())
            }
            Self::Command(command) => run(command, COMMAND_PATIENCE).await,
            Self::Given(secret) => Ok(secret.clone()),
        }
    }

    /// What can be said without fetching it: whether the variable is set, whether the file is there and closed to
    /// others, whether a program is named. No program is started.
    pub fn check(&self) -> Result<(), SecretTrouble> {
        match self {
            Self::Env(name) => match std::env::var_os(name) {
                Some(value) if !value.is_empty() => Ok(()),
                Some(_) | None => Err(unset(name)),
            },
            Self::File(path) => check_file(path),
            Self::Command(_) | Self::Given(_) => Ok(()),
        }
    }

    /// The source as the configuration writes it; nothing secret.
    pub fn describe(&self) -> String {
        match self {
            Self::Env(name) => format!("{{ env = {} }}", toml_text(name)),
            Self::File(path) => format!("{{ file = {} }}", toml_text(&path.display().to_string())),
            Self::Command(command) => {
                let words: Vec<String> = command.iter().map(|word| toml_text(word)).collect();
                format!("{{ command = [{}] }}", words.join(", "))
            }
            Self::Given(_) => "{ given = true }".to_owned(),
        }
    }
}

/// A text as TOML writes it.
pub fn toml_text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn unset(name: &str) -> SecretTrouble {
    SecretTrouble::new(
        format!("the environment variable {name} is not set"),
        format!("set it (export {name}=…, in single quotes) or name another source"),
    )
}

fn unreadable(path: &Path, error: &std::io::Error) -> SecretTrouble {
    SecretTrouble::new(
        format!("cannot read {}: {error}", path.display()),
        "check that the file is there, is text and is yours",
    )
}

fn tidy(mut text: String, from: &str) -> Result<Secret, SecretTrouble> {
    let end = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(end);
    if text.is_empty() {
        return Err(SecretTrouble::new(
            format!("the secret from {from} is empty"),
            "put the secret there",
        ));
    }
    if text.len() as u64 > LONGEST {
        return Err(SecretTrouble::new(
            format!("what {from} holds is too long for a secret"),
            "name the source of the secret alone",
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(SecretTrouble::new(
            format!("the secret from {from} has several lines or control characters"),
            "put the secret there alone, on one line",
        ));
    }
    Ok(Secret::new(text))
}

#[cfg(unix)]
fn check_file(path: &Path) -> Result<(), SecretTrouble> {
    use std::os::unix::fs::MetadataExt;

    let found = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if found.mode() & 0o077 != 0 {
        return Err(SecretTrouble::new(
            format!(
                "{} can be read by others (mode {:04o})",
                path.display(),
                found.mode() & 0o7777
            ),
            format!("run: chmod 600 {}", path.display()),
        ));
    }
    // A file that we make is ours; that tells our user without a system call that Rust's library does not have.
    let ours = tempfile::tempfile().and_then(|file| file.metadata());
    if let Ok(ours) = ours
        && found.uid() != ours.uid()
        && found.uid() != 0
    {
        return Err(SecretTrouble::new(
            format!("{} belongs to another user", path.display()),
            format!("run: chown $(id -u) {}", path.display()),
        ));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_file(path: &Path) -> Result<(), SecretTrouble> {
    std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    Ok(())
}

async fn run(command: &[String], patience: Duration) -> Result<Secret, SecretTrouble> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(SecretTrouble::new("the command for a secret is empty", "name a program"));
    };
    let failed =
        |words: String| SecretTrouble::new(words, "run the command by hand and see what it prints");
    let child = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("cannot start {program}: {error}")))?;
    let output = tokio::time::timeout(patience, child.wait_with_output())
        .await
        .map_err(|_| failed(format!("{program} took longer than {} s", patience.as_secs())))?
        .map_err(|error| failed(format!("{program} failed: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(failed(format!(
            "{program} failed ({}): {}",
            output.status,
            escape_control(said.trim(), 200)
        )));
    }
    let text = String::from_utf8(output.stdout)
        .map_err(|_| failed(format!("{program} printed something that is not text")))?;
    tidy(text, program)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn command(words: &[&str]) -> SecretSource {
        SecretSource::Command(words.iter().map(|&word| word.to_owned()).collect())
    }

    #[tokio::test]
    async fn a_program_prints_the_secret_and_no_shell_reads_its_words() {
        let secret = command(&["printf", "%s\n", "a$b;c"]).fetch().await.unwrap();
        assert_eq!(secret.expose(), "a$b;c");
    }

    #[tokio::test]
    async fn a_program_that_fails_says_why_and_what_it_printed_is_not_told() {
        let trouble = command(&["sh", "-c", "echo hidden; echo locked >&2; exit 3"])
            .fetch()
            .await
            .unwrap_err();
        assert!(trouble.words.contains("locked"), "{trouble}");
        assert!(!trouble.to_string().contains("hidden"), "{trouble}");
    }

    #[tokio::test]
    async fn a_program_that_hangs_is_given_up() {
        let words = ["sleep".to_owned(), "1000".to_owned()];
        let trouble = run(&words, Duration::from_millis(1)).await.unwrap_err();
        assert!(trouble.words.contains("longer"), "{trouble}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_file_that_others_may_read_is_refused_with_the_remedy() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "29841$c767\n").unwrap();
        let source = SecretSource::File(path.clone());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let trouble = source.fetch().await.unwrap_err();
        assert!(trouble.advice.starts_with("run: chmod 600 "), "{trouble}");
        assert!(source.check().is_err());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(source.fetch().await.unwrap().expose(), "29841$c767");
        assert!(source.check().is_ok());
    }

    #[tokio::test]
    async fn an_empty_secret_or_one_of_two_lines_is_none() {
        assert!(command(&["printf", "\n"]).fetch().await.is_err());
        assert!(command(&["printf", "a\nb"]).fetch().await.is_err());
    }
}
