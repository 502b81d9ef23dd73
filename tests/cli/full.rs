//! A store that cannot be written any more: commands end and say so, and nothing is sent that could
//! not be recorded.

use std::process::{Command, Stdio};

use crate::purge::Site;
use crate::{Home, Ran};

/// Runs purgedeck where no file may grow beyond so many blocks of 512 bytes.
fn with_room(site: &Site, blocks: u32, args: &[&str]) -> Ran {
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command
        .args(["-c", &limit, env!("CARGO_BIN_EXE_purgedeck")])
        .args(["--config", "sim.toml"])
        .args(args)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", site.home.path("."))
        .current_dir(site.home.path("."))
        .stdin(Stdio::null());
    Ran::of(command.output().unwrap())
}

#[test]
fn commands_end_where_the_store_takes_nothing_and_send_nothing() {
    let site = Site::open(&["--records", "2000"]);
    // Room to open the store, and not for what the vendors tell.
    for args in [
        ["purge", &site.cname, "--url", "/a.jpg", "--yes"].as_slice(),
        &["history", "--limit", "5"],
        &["verify", "--limit", "1"],
    ] {
        let ran = with_room(&site, 400, args);
        assert!([1, 5].contains(&ran.code), "{args:?}: {ran:?}");
        // Printed once, not for every account. To the system a file that may not grow is no full
        // disk.
        assert_eq!(ran.err.matches("Check the disk").count(), 1, "{}", ran.err);
    }
    assert_eq!(site.sent().len(), 0);
}

/// The number of the user who owns nothing.
#[cfg(target_os = "linux")]
const NOBODY: u32 = 65534;

/// True if the tests run as the user whom no mode binds.
#[cfg(target_os = "linux")]
fn is_root(home: &Home) -> bool {
    use std::os::unix::fs::MetadataExt;

    std::fs::metadata(home.path(".")).unwrap().uid() == 0
}

/// The binary as a user who must obey the modes of files; root need not.
#[cfg(target_os = "linux")]
fn as_nobody(home: &Home, args: &[&str]) -> Ran {
    let binary = home.path("purgedeck");
    if !is_root(home) {
        return home.run(args);
    }
    // The one that was built may be in a directory that is closed to others.
    if !binary.exists() {
        std::fs::copy(env!("CARGO_BIN_EXE_purgedeck"), &binary).unwrap();
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(binary)
        .args(args)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home.path("."))
        .current_dir(home.path("."))
        .stdin(Stdio::null());
    Ran::of(command.output().unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn a_store_that_may_only_be_read_is_read_and_says_why_it_is_not_written() {
    use std::os::unix::fs::PermissionsExt;

    const ALL: &str = concat!(
        r#"{"schema_version":1,"account":"prod","provider":"gcore","id":"71","resource_id":"9","#,
        r#""cname":"www.site.com","kind":"url","status":"failed","raw_status":"Failed","#,
        r#""created":"2026-11-20T10:00:00Z","targets":["/a.jpg"],"target_count":1}"#
    );
    let home = Home::empty();
    let file = home.write("old.ndjson", ALL);
    let mode = |name: &str, mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(home.path(name), permissions).unwrap();
    };
    mode(".", 0o755);
    mode("old.ndjson", 0o644);
    home.run(&["--store", "kept/s.db", "import", file.to_str().unwrap()]).fine();
    // The file is read-only in a directory of the user's own, then its directory, then both.
    for (file, directory, owner) in [(0o444, 0o755, NOBODY), (0o644, 0o555, 0), (0o444, 0o555, 0)] {
        mode("kept/s.db", file);
        mode("kept", directory);
        if is_root(&home) {
            std::os::unix::fs::chown(home.path("kept"), Some(owner), None).unwrap();
        }
        let before = std::fs::read(home.path("kept/s.db")).unwrap();
        let run = |args: &[&str]| {
            let all: Vec<&str> = ["--store", "kept/s.db", "--offline"]
                .into_iter()
                .chain(args.iter().copied())
                .collect();
            as_nobody(&home, &all)
        };
        let history = run(&["history", "--format", "csv"]);
        assert!(history.out.contains("www.site.com"), "{file:o} {directory:o}: {history:?}");
        assert_eq!((history.code, history.err.as_str()), (0, ""), "{history:?}");
        for list in [["queue", "list", "--all"].as_slice(), &["journal"]] {
            assert_eq!(run(&[list, &["--format", "json"]].concat()).fine(), "[]\n");
        }
        let checked = run(&["doctor"]);
        assert!(checked.out.contains("it can be read, and has no damage"), "{checked:?}");
        assert!(run(&["store", "info"]).fine().contains("purges   1, from 2026-11-20T10:00:00"));
        let commands =
            [["queue", "pause"].as_slice(), &["import", "old.ndjson"], &["store", "compact"]];
        for args in commands {
            let refused = run(args);
            assert_eq!(refused.code, 1, "{args:?}: {refused:?}");
            assert!(refused.err.contains("cannot be written"), "{args:?}: {refused:?}");
        }
        assert_eq!(std::fs::read(home.path("kept/s.db")).unwrap(), before);
        let beside = std::fs::read_dir(home.path("kept")).unwrap().count();
        assert_eq!(beside, 1, "nothing is left beside it that could hinder its owner");
    }
    mode("kept", 0o755);
}
