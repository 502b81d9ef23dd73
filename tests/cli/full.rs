//! A store that cannot be written any more: commands end and say so, and nothing is sent that could
//! not be recorded.

use std::process::{Command, Stdio};

use crate::Ran;
use crate::purge::Site;

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
