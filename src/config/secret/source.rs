//! Sources of secrets. A secret is fetched when it is first needed, and is never in the
//! configuration itself.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use zeroize::Zeroizing;

use super::core_dump;
use super::variables::SecretVariables;
#[cfg(unix)]
use crate::config::exposure::is_stranger;
use crate::config::value::to_toml;
use crate::domain::secret::Secret;
use crate::domain::target::strip_ignoring_case;
use crate::domain::text::escape_control;

/// Time that a command has to print a secret; password managers may ask their owner first.
pub const COMMAND_TIMEOUT: Duration = Duration::from_mins(1);
/// The longest secret, in bytes.
const MAX_BYTES: u64 = 64 * 1024;

/// Source of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// A variable of the environment.
    Env(String),
    /// A file that only its owner may read, without the line break at its end.
    File(PathBuf),
    /// The standard output of a program, without the line break at its end. No shell is involved.
    Command(Vec<String>),
    /// The secret itself, for the simulator's accounts and tests.
    Given(Secret),
}

/// Error of fetching a secret. Its words never hold a part of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {help}")]
pub struct SecretError {
    /// The error.
    pub message: String,
    /// The remedy.
    pub help: String,
    /// The words of the program that failed; for the screen alone, since they may hold anything.
    pub said: Option<String>,
}

impl SecretError {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), said: None }
    }
}

impl SecretSource {
    /// Fetches the secret: reads the environment or a file, or starts the program and waits for it,
    /// at most [`COMMAND_TIMEOUT`]. Every call fetches anew; callers that need it often keep it.
    /// The program does not get the variables that are withheld; from then on nothing of this
    /// process is left in a core dump.
    pub async fn fetch(&self, withheld: &SecretVariables) -> Result<Secret, SecretError> {
        if let Self::Given(secret) = self {
            return Ok(secret.clone());
        }
        let text = self.fetch_document(withheld).await?;
        tidy(text.expose(), &self.place())
    }

    /// Fetches a document with secrets in it, of several lines perhaps, as it stands; for the rest
    /// like [`SecretSource::fetch`].
    pub async fn fetch_document(&self, withheld: &SecretVariables) -> Result<Secret, SecretError> {
        core_dump::switch_off();
        let text = match self {
            Self::Env(name) => variable(name)?,
            Self::File(path) => {
                let mut text = Zeroizing::new(String::new());
                let mut file = tokio::fs::File::from_std(open_private(path)?).take(MAX_BYTES + 1);
                file.read_to_string(&mut text).await.map_err(|error| unreadable(path, &error))?;
                text
            }
            Self::Command(command) => run(command, withheld, COMMAND_TIMEOUT).await?,
            Self::Given(secret) => return Ok(secret.clone()),
        };
        if text.len() as u64 > MAX_BYTES {
            return Err(too_long(&self.place()));
        }
        Ok(Secret::new(text.as_str().to_owned()))
    }

    /// Returns the place in words, for errors.
    fn place(&self) -> String {
        match self {
            Self::Env(name) => format!("${name}"),
            Self::File(path) => path.display().to_string(),
            Self::Command(words) => words.first().cloned().unwrap_or_default(),
            Self::Given(_) => "the program itself".to_owned(),
        }
    }

    /// Fetches the secret as [`SecretSource::fetch`] does, for a caller that may block, inside or
    /// outside of a runtime.
    pub fn fetch_blocking(&self, withheld: &SecretVariables) -> Result<Secret, SecretError> {
        let failed = |error: String| SecretError::new(error, "try again");
        std::thread::scope(|scope| {
            // A runtime cannot be waited for on a thread of another.
            let fetching = scope.spawn(|| {
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .map_err(|error| failed(error.to_string()))?
                    .block_on(self.fetch(withheld))
            });
            fetching.join().unwrap_or_else(|_| Err(failed("it cannot be fetched".to_owned())))
        })
    }

    /// Checks what is possible without waiting for it: that the variable holds a secret, and that
    /// the file exists and is closed to others. No program is started.
    pub fn check(&self) -> Result<(), SecretError> {
        match self {
            Self::Env(name) => tidy(&variable(name)?, &format!("${name}")).map(|_| ()),
            Self::File(path) => open_private(path).map(|_| ()),
            Self::Command(_) | Self::Given(_) => Ok(()),
        }
    }

    /// Returns the source as TOML; nothing secret.
    pub fn describe(&self) -> String {
        match self {
            Self::Env(name) => format!("{{ env = {} }}", to_toml(name)),
            Self::File(path) => format!("{{ file = {} }}", to_toml(path)),
            Self::Command(command) => format!("{{ command = {} }}", to_toml(command)),
            Self::Given(_) => "{ given = true }".to_owned(),
        }
    }
}

impl<'de> Deserialize<'de> for SecretSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SourceVisitor)
    }
}

/// The table of a source. Its errors are replaced: they could repeat a secret that was written in a
/// wrong place.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum SourceTable {
    Env(String),
    File(PathBuf),
    Command(Vec<String>),
}

struct SourceVisitor;

/// The forms of a source.
const FORMS: &str = "{ env = \"NAME\" }, { file = \"PATH\" } or { command = [\"PROGRAM\", …] }";

impl<'de> Visitor<'de> for SourceVisitor {
    type Value = SecretSource;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FORMS)
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<SecretSource, E> {
        Err(E::custom(format!(
            "a secret must not be in this file; write its source, {FORMS}, and change a secret \
             that was here"
        )))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SecretSource, A::Error> {
        let source = match SourceTable::deserialize(MapAccessDeserializer::new(map)) {
            Ok(SourceTable::Env(name)) if is_variable(&name) => SecretSource::Env(name),
            // It may be the secret itself, so it is not repeated.
            Ok(SourceTable::Env(_)) => {
                return Err(de::Error::custom(
                    "env is the name of a variable: letters, digits and _; change a secret that \
                     was here",
                ));
            }
            Ok(SourceTable::File(path)) if path != Path::new("") => SecretSource::File(path),
            Ok(SourceTable::Command(words)) if words.first().is_some_and(|one| !one.is_empty()) => {
                SecretSource::Command(words)
            }
            Ok(_) | Err(_) => return Err(de::Error::invalid_value(Unexpected::Map, &self)),
        };
        Ok(source)
    }
}

/// True for a name that a shell can set.
pub(in crate::config) fn is_variable(name: &str) -> bool {
    let is_letter = |it: char| it.is_ascii_alphabetic() || it == '_';
    name.starts_with(is_letter) && name.chars().all(|it| is_letter(it) || it.is_ascii_digit())
}

fn variable(name: &str) -> Result<Zeroizing<String>, SecretError> {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => Ok(Zeroizing::new(value)),
        Ok(_) | Err(std::env::VarError::NotPresent) => Err(unset(name)),
        Err(std::env::VarError::NotUnicode(_)) => Err(SecretError::new(
            format!("the environment variable {name} is not UTF-8 text"),
            "set it to the secret as the vendor shows it",
        )),
    }
}

fn unset(name: &str) -> SecretError {
    SecretError::new(
        format!("the environment variable {name} is not set"),
        format!("set it (export {name}=…, in single quotes) or name another source"),
    )
}

fn unreadable(path: &Path, error: &std::io::Error) -> SecretError {
    SecretError::new(
        format!("cannot read {}: {error}", path.display()),
        "check that the file exists, is text and is yours",
    )
}

/// Words that a vendor's documents put before a token, which the request gets anyway.
const SCHEME_WORDS: [&str; 3] = ["Authorization:", "APIKey", "Bearer"];

/// Quotation marks, as they are typed and as editors write them.
const QUOTES: [(char, char); 4] = [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”')];

/// Takes away what editors and shells put around a secret: blanks, line ends, a byte order mark.
/// Refuses what is no secret. No error has a part of the text.
fn tidy(text: &str, from: &str) -> Result<Secret, SecretError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(SecretError::new(
            format!("the secret from {from} is empty"),
            "put the secret there",
        ));
    }
    if text.len() as u64 > MAX_BYTES {
        return Err(too_long(from));
    }
    if text.chars().any(char::is_control) {
        return Err(SecretError::new(
            format!("the secret from {from} has several lines or control characters"),
            "put the secret there alone, on one line",
        ));
    }
    let within = |(open, close)| text.strip_prefix(open).is_some_and(|it| it.ends_with(close));
    if QUOTES.into_iter().any(within) {
        return Err(SecretError::new(
            format!("the secret from {from} is in quotation marks, which are not a part of it"),
            "put it there without them",
        ));
    }
    if let Some(word) = SCHEME_WORDS.into_iter().find(|word| begins_with_word(text, word)) {
        return Err(SecretError::new(
            format!("the secret from {from} begins with \"{word}\", which is not a part of it"),
            "put the bare secret there; purgedeck writes that word itself",
        ));
    }
    Ok(Secret::new(text.to_owned()))
}

fn too_long(from: &str) -> SecretError {
    SecretError::new(
        format!("the content of {from} is too long for a secret"),
        "name a source that holds the secret alone",
    )
}

/// Returns true if the text begins with the word, in whatever case, and goes on after it.
fn begins_with_word(text: &str, word: &str) -> bool {
    let rest = strip_ignoring_case(text, word);
    rest.is_some_and(|rest| word.ends_with(':') || rest.starts_with([' ', '\t', ':']))
}

/// Opens a plain file that only its owner may read. What is checked is what is read.
#[cfg(unix)]
pub(in crate::config) fn open_private(path: &Path) -> Result<File, SecretError> {
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};

    use rustix::fs::OFlags;

    let mut options = File::options();
    // Without it, opening a pipe would wait for a writer.
    options.read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    let file = options.open(path).map_err(|error| unreadable(path, &error))?;
    let metadata = file.metadata().map_err(|error| unreadable(path, &error))?;
    // A device may be endless.
    if !metadata.is_file() {
        return Err(SecretError::new(
            format!("{} is not a plain file", path.display()),
            "name a file, or a command that prints the secret",
        ));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(SecretError::new(
            format!(
                "{} can be read by others (mode {:04o})",
                path.display(),
                metadata.mode() & 0o7777
            ),
            format!("run: chmod 600 {}", path.display()),
        ));
    }
    if is_stranger(metadata.uid()) {
        return Err(SecretError::new(
            format!("{} belongs to another user", path.display()),
            format!("run: chown $(id -u) {}", path.display()),
        ));
    }
    Ok(file)
}

#[cfg(not(unix))]
pub(in crate::config) fn open_private(path: &Path) -> Result<File, SecretError> {
    File::open(path).map_err(|error| unreadable(path, &error))
}

/// Reads a pipe to its end, or a byte more than a secret may have.
async fn bounded(pipe: Option<impl AsyncRead + Unpin>) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    if let Some(pipe) = pipe {
        pipe.take(MAX_BYTES + 1).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

async fn run(
    command: &[String],
    withheld: &SecretVariables,
    timeout: Duration,
) -> Result<Zeroizing<String>, SecretError> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(SecretError::new("the command for a secret is empty", "name a program"));
    };
    let failed =
        |message: String| SecretError::new(message, "run the command by hand and check its output");
    let mut child = withheld
        .withhold_from(&mut tokio::process::Command::new(program))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("cannot start {program}: {error}")))?;
    let pipes = (child.stdout.take(), child.stderr.take());
    let ended = async {
        // Closing a pipe that has given enough ends a program without an end.
        let (printed, said) = tokio::try_join!(bounded(pipes.0), bounded(pipes.1))?;
        if printed.len() as u64 > MAX_BYTES {
            return Ok(Err(failed(format!("{program} printed too much for a secret"))));
        }
        Ok(Ok((child.wait().await?, printed, said)))
    };
    let (status, printed, said) = tokio::time::timeout(timeout, ended)
        .await
        .map_err(|_| failed(format!("{program} took longer than {} s", timeout.as_secs())))?
        .map_err(|error: std::io::Error| failed(format!("{program} failed: {error}")))??;
    if !status.success() {
        let said = escape_control(String::from_utf8_lossy(&said).trim(), 200);
        let said = Some(said).filter(|said| !said.is_empty());
        return Err(SecretError { said, ..failed(format!("{program} failed ({status})")) });
    }
    let text = std::str::from_utf8(&printed)
        .map_err(|_| failed(format!("{program} printed something that is not text")))?;
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn none() -> SecretVariables {
        SecretVariables::default()
    }

    fn command(words: &[&str]) -> SecretSource {
        SecretSource::Command(words.iter().map(|&word| word.to_owned()).collect())
    }

    #[tokio::test]
    async fn a_program_prints_the_secret_and_no_shell_reads_its_words() {
        let secret = command(&["printf", "%s\n", "a$b;c"]).fetch(&none()).await.unwrap();
        assert_eq!(secret.expose(), "a$b;c");
    }

    #[tokio::test]
    async fn a_secret_is_fetched_at_once_also_inside_a_runtime() {
        let secret = command(&["printf", "s3cret\n"]).fetch_blocking(&none()).unwrap();
        assert_eq!(secret.expose(), "s3cret");
        assert!(SecretSource::Env("NO_SUCH_VARIABLE_1".into()).fetch_blocking(&none()).is_err());
    }

    #[tokio::test]
    async fn a_program_that_fails_says_why_and_what_it_printed_is_not_told() {
        let error = command(&["sh", "-c", "echo hidden; echo locked >&2; exit 3"])
            .fetch(&none())
            .await
            .unwrap_err();
        assert_eq!(error.said.as_deref(), Some("locked"));
        let words = error.to_string();
        assert!(!words.contains("hidden") && !words.contains("locked"), "{words}");
        assert!(words.contains("exit status: 3"), "{words}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_program_gets_the_environment_without_what_is_withheld() {
        let print = ["sh", "-c", "echo ${PATH+path}-${HOME+home}"];
        let fetch = async |withheld: &SecretVariables| {
            command(&print).fetch(withheld).await.unwrap().expose().to_owned()
        };
        let home = || ["HOME".to_owned()];
        let every = SecretVariables::new(home());
        assert_eq!(fetch(&every).await, "path-");
        assert_eq!(fetch(&every.but(home())).await, "path-home");
        assert_eq!(fetch(&none()).await, "path-home");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn once_a_secret_was_fetched_a_crash_leaves_no_core_dump() {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

        let limit = getrlimit(Resource::Core);
        setrlimit(Resource::Core, Rlimit { current: limit.maximum, ..limit }).unwrap();
        let inherited = command(&["sh", "-c", "ulimit -c"]).fetch(&none()).await.unwrap();
        assert_eq!(inherited.expose(), "0", "nor does a program that prints one");
        assert_eq!(getrlimit(Resource::Core), Rlimit { current: Some(0), ..limit });
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_program_that_prints_without_end_is_stopped() {
        for words in [&["yes", "aaaa"][..], &["sh", "-c", "yes >&2"], &["cat", "/dev/zero"]] {
            let error = command(words).fetch(&none()).await.unwrap_err();
            assert!(error.message.contains(words[0]), "{error}");
        }
        let error = command(&["yes"]).fetch(&none()).await.unwrap_err();
        assert!(error.message.contains("too much for a secret"), "{error}");
    }

    #[test]
    fn what_is_no_name_of_a_variable_is_not_repeated() {
        for name in ["31246$hunter2", "hunter2-x", "2hunter2", "hunter2 x", "hunter2=x"] {
            let text = format!("token = {{ env = {} }}", to_toml(name));
            let read: Result<std::collections::BTreeMap<String, SecretSource>, _> =
                toml::from_str(&text);
            let error = read.unwrap_err();
            assert!(!error.message().contains("hunter2"), "{error}");
            assert!(error.message().contains("variable"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_program_that_hangs_is_given_up() {
        let words = ["sleep".to_owned(), "1000".to_owned()];
        let error = run(&words, &none(), Duration::from_millis(1)).await.unwrap_err();
        assert!(error.message.contains("longer"), "{error}");
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
        let error = source.fetch(&none()).await.unwrap_err();
        assert!(error.help.starts_with("run: chmod 600 "), "{error}");
        assert!(source.check().is_err());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(source.fetch(&none()).await.unwrap().expose(), "29841$c767");
        assert!(source.check().is_ok());
    }

    #[tokio::test]
    async fn an_empty_secret_or_one_of_two_lines_is_none() {
        assert!(command(&["printf", "\n"]).fetch(&none()).await.is_err());
        assert!(command(&["printf", "a\nb"]).fetch(&none()).await.is_err());
    }

    #[test]
    fn blanks_line_ends_and_a_byte_order_mark_around_a_secret_are_no_part_of_it() {
        for text in ["29841$c767\r\n", "\u{feff}29841$c767\n", "  29841$c767 \r\n\n", "29841$c767"]
        {
            assert_eq!(tidy(text, "token").unwrap().expose(), "29841$c767", "{text:?}");
        }
    }

    #[test]
    fn quotation_marks_and_a_scheme_word_are_named_with_the_remedy_and_without_the_secret() {
        for (text, said) in [
            ("\"29841$c767\"", "quotation marks"),
            ("'29841$c767'\n", "quotation marks"),
            ("\u{feff}“29841$c767”", "quotation marks"),
            ("APIKey 29841$c767", "\"APIKey\""),
            ("apikey: 29841$c767", "\"APIKey\""),
            ("bearer  29841$c767", "\"Bearer\""),
            ("Authorization: APIKey 29841$c767", "\"Authorization:\""),
            ("authorization:29841$c767", "\"Authorization:\""),
            ("\"Bearer 29841$c767\"", "quotation marks"),
        ] {
            let error = tidy(text, "$TOKEN").unwrap_err();
            assert!(error.message.contains(said), "{text}: {error}");
            assert!(error.message.contains("$TOKEN"), "{error}");
            assert!(!error.to_string().contains("c767"), "{error}");
        }
        for secret in ["bearer", "APIKeyed1", "a\"b", "\"", "x'y'", "Bearer-1", "pass word"] {
            assert_eq!(tidy(secret, "token").unwrap().expose(), secret);
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_place_that_is_no_plain_file_is_refused_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").args(["-m", "600"]).arg(&pipe).status();
        assert!(made.unwrap().success());
        for path in [Path::new("/dev/null"), Path::new("/tmp"), &pipe] {
            let error = SecretSource::File(path.into()).fetch(&none()).await.unwrap_err();
            assert!(error.message.contains("not a plain file"), "{error}");
        }
    }
}
