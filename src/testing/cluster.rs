//! A PostgreSQL server of the tests' own, in a temporary directory, on a Unix socket.
//!
//! It is kept by a shell that waits for the end of this process, however that ends, then stops the
//! server and removes its directory. Root may not run a server: then it runs as another user.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(dead_code, unreachable_pub, reason = "each suite needs other parts of it")]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Set where the server's programs must be there.
const REQUIRED: &str = "PURGEDECK_TESTS_REQUIRE_POSTGRES";

/// Settings of a server that lives for a test: what it writes need not survive the machine.
const SETTINGS: [&str; 8] = [
    "listen_addresses=",
    "fsync=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=64MB",
    "autovacuum_naptime=1h",
    "log_min_messages=fatal",
    "max_wal_size=256MB",
];

/// Keeps the server: `$1` is its directory, the rest its command.
const KEEPER: &str = r#"
directory=$1; shift
trap '' INT TERM HUP
"$@" &
while read -r word; do
  case $word in
    kill)
      family=$(grep -ls "^PPid:[[:space:]]*$!\$" /proc/[0-9]*/status | cut -d/ -f3)
      kill -KILL $! $family 2>/dev/null; wait $! ;;
    stop) kill -INT $!; wait $! ;;
    start) "$@" & ;;
  esac
  echo done
done
kill -INT $! 2>/dev/null
wait $! 2>/dev/null
rm -rf "$directory"
"#;

/// A server that runs.
pub struct Cluster {
    directory: PathBuf,
    programs: PathBuf,
    /// Names the socket, also where nobody listens at it.
    port: String,
    keeper: std::sync::Mutex<Child>,
}

impl Cluster {
    /// Returns the server that all tests of this process share; `None`, and a line that says so,
    /// where its programs are not installed.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// Starts a server for one test, which may stop it.
    pub fn start() -> Option<Self> {
        Self::start_with(|_| Vec::new())
    }

    /// Starts a server with more settings, which may name files that are put into its directory of
    /// data before.
    pub fn start_with(set_up: impl FnOnce(&Path) -> Vec<String>) -> Option<Self> {
        static SAID: OnceLock<()> = OnceLock::new();
        let Some(programs) = programs() else {
            assert!(std::env::var_os(REQUIRED).is_none(), "initdb and postgres are not installed");
            SAID.get_or_init(|| {
                // Not by a macro, whose words are kept from the screen.
                let _ = std::io::stderr().write_all(
                    b"NOT RUN: tests of the store on a server: PostgreSQL is not installed \
                      (apt-get install postgresql)\n",
                );
            });
            return None;
        };
        let directory = tempfile::Builder::new().prefix("pd-pg").tempdir_in("/tmp").unwrap().keep();
        let user = user();
        if let Some((user, group)) = user {
            chown(&directory, Some(user), Some(group)).unwrap();
        }
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
        let run = |program: &Path| {
            let mut command = Command::new(program);
            command.current_dir("/").env_remove("PGDATA").env("LC_ALL", "C");
            if let Some((user, group)) = user {
                command.uid(user).gid(group);
            }
            command
        };
        let data = directory.join("data");
        let made = run(&programs.join("initdb"))
            .args(["--no-sync", "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C", "-D"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let settings = set_up(&data);
        if let Some((user, group)) = user {
            for file in fs::read_dir(&data).unwrap().flatten() {
                chown(file.path(), Some(user), Some(group)).unwrap();
            }
        }
        let mut keeper = run(Path::new("/bin/sh"));
        keeper.args(["-c", KEEPER, "keeper"]).arg(&directory).arg(programs.join("postgres"));
        keeper.arg("-D").arg(&data).arg("-k").arg(&directory);
        for setting in SETTINGS.into_iter().chain(settings.iter().map(String::as_str)) {
            keeper.args(["-c", setting]);
        }
        keeper.stdin(Stdio::piped()).stdout(Stdio::piped());
        let log = fs::File::create(directory.join("log")).unwrap();
        let keeper = keeper.stderr(log).process_group(0).spawn().unwrap();
        let port = settings.iter().find_map(|setting| setting.strip_prefix("port="));
        let port = port.unwrap_or("5432").to_owned();
        let cluster = Self { directory, programs, port, keeper: std::sync::Mutex::new(keeper) };
        cluster.await_ready();
        Some(cluster)
    }

    /// Makes a database that is empty; returns its URL.
    pub fn database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::SeqCst));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        self.url(&name)
    }

    /// Returns the URL of a database, for its owner.
    pub fn url(&self, database: &str) -> String {
        self.url_as("owner", database)
    }

    /// Returns the URL of a database for a role.
    pub fn url_as(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@/{database}?host={}", self.directory.display())
    }

    /// Runs statements as the owner; returns what they print, one row a line.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let done = self.psql(database, sql);
        assert!(done.status.success(), "{sql}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
    }

    fn psql(&self, database: &str, sql: &str) -> std::process::Output {
        Command::new(self.programs.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "owner", "-h"])
            .arg(&self.directory)
            .args(["-p", &self.port])
            .args(["-d", database, "-c", sql])
            .output()
            .unwrap()
    }

    /// Kills the server as a power failure would, and waits until it is gone.
    pub fn kill(&self) {
        self.order("kill");
    }

    /// Stops the server, which ends all connections.
    pub fn stop(&self) {
        self.order("stop");
    }

    /// Starts the server again.
    pub fn restart(&self) {
        self.order("start");
        self.await_ready();
    }

    fn order(&self, word: &str) {
        use std::io::{BufRead as _, BufReader, Read as _};
        let mut keeper = self.keeper.lock().unwrap();
        keeper.stdin.as_mut().unwrap().write_all(format!("{word}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        let output = keeper.stdout.as_mut().unwrap().by_ref();
        BufReader::with_capacity(1, output).read_line(&mut answer).unwrap();
        assert_eq!(answer, "done\n");
    }

    #[expect(clippy::disallowed_methods, reason = "a server that starts gives no signal")]
    fn await_ready(&self) {
        let begun = Instant::now();
        while !self.psql("postgres", "SELECT 1").status.success() {
            let log = || fs::read_to_string(self.directory.join("log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_mins(1), "it does not start: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let keeper = self.keeper.get_mut().unwrap();
        drop(keeper.stdin.take());
        let _ = keeper.wait();
    }
}

/// Returns where the server's programs are, the newest of several.
fn programs() -> Option<PathBuf> {
    let has_all = |folder: &PathBuf| {
        ["initdb", "postgres", "psql"].iter().all(|program| folder.join(program).is_file())
    };
    let version = |folder: &PathBuf| {
        let name = folder.parent().and_then(Path::file_name);
        name.and_then(|name| name.to_str()?.parse::<u32>().ok()).unwrap_or_default()
    };
    let listed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = listed.map(|entry| entry.path().join("bin")).filter(has_all).max_by_key(version);
    let path = std::env::var_os("PATH").unwrap_or_default();
    debian.or_else(|| std::env::split_paths(&path).find(has_all))
}

/// Returns the user and group as whom root runs a server; `None` for anybody else.
fn user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let told = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(told.stdout).ok()?.trim().parse::<u32>().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let named = |name| Some((id(&["-u", name])?, id(&["-g", name])?));
    Some(named("postgres").or_else(|| named("nobody")).expect("a user who is not root"))
}
