//! `purgedeck config`.

use crate::{Home, Ran, files_below};

const CONFIG: &str = ".config/purgedeck/config.toml";

#[test]
fn a_new_configuration_is_for_its_owner_alone_is_valid_and_is_not_written_over() {
    let home = Home::empty();
    let path = home.path(CONFIG);
    assert_eq!(home.run(&["config", "path"]).fine(), format!("{}\n", path.display()));
    home.run(&["config", "init"]).fine();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), include_str!("../../config.example.toml"));
    let checked = home.run(&["config", "check"]).fine();
    assert!(checked.ends_with("0 accounts, 0 views, 0 keys, no errors\n"), "{checked}");
    std::fs::write(&path, "theme = \"light\"\n").unwrap();
    let again = home.run(&["config", "init"]);
    assert_eq!(again.code, 1, "{again:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "theme = \"light\"\n");
}

#[test]
fn xdg_variables_count_where_they_are_absolute() {
    let home = Home::empty();
    let usual = home.path(".config/purgedeck/config.toml");
    for (variable, file) in [
        (home.path("xdg").display().to_string(), home.path("xdg/purgedeck/config.toml")),
        ("xdg".to_owned(), usual.clone()),
        ("./xdg".to_owned(), usual.clone()),
        (String::new(), usual.clone()),
    ] {
        let mut command = home.command(&["config", "path"]);
        let ran = Ran::of(command.env("XDG_CONFIG_HOME", &variable).output().unwrap());
        assert_eq!(ran.fine(), format!("{}\n", file.display()), "{variable:?}");
    }
    assert_eq!(std::fs::read_dir(home.path(".")).unwrap().count(), 0, "nothing is made here");
}

#[test]
fn a_home_that_cannot_be_used_is_told_with_what_to_do() {
    let place = Home::empty();
    place.write("file", "");
    let file = place.path("file").display().to_string();
    for (home, code, flag) in [
        ("/dev/null", 2, "--config"),
        (file.as_str(), 2, "--config"),
        ("/proc/1/nowhere", 1, "--store"),
    ] {
        let mut command = place.command(&["queue", "pause"]);
        let ran = Ran::of(command.env("HOME", home).output().unwrap());
        assert_eq!(ran.code, code, "{home}: {ran:?}");
        assert!(ran.err.contains(home) && ran.err.contains(flag), "{home}: {}", ran.err);
    }
}

#[test]
fn every_fault_is_named_with_its_place_and_the_exit_code_is_2() {
    let home = Home::empty();
    let path = home.write(
        CONFIG,
        "theme = \"drak\"\ncolor = true\n[[view]]\nname = \"a\"\nfilter = \"status:faild\"\n[keys]\nquitt = \"q\"\n",
    );
    let ran = home.run(&["config", "check"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(
        ran.err.contains(&format!(
            "{}:2:1: unknown key \"color\"; did you mean \"colour\"?",
            path.display()
        )),
        "{}",
        ran.err
    );
    std::fs::write(&path, std::fs::read_to_string(&path).unwrap().replace("color = true\n", ""))
        .unwrap();
    let ran = home.run(&["config", "check"]);
    assert_eq!(ran.code, 2);
    for wanted in [
        ":1:9: there is no theme `drak`",
        ":4:18: view \"a\": ",
        ":6:1: there is no command `quitt`",
    ] {
        assert!(ran.err.contains(wanted), "{wanted} is missing in {}", ran.err);
    }
}

#[test]
fn check_says_which_secret_cannot_be_had_and_shows_none() {
    let home = Home::empty();
    home.write("token", "29841$c767");
    home.write(
        CONFIG,
        "[[account]]\nname = \"a\"\nprovider = \"gcore\"\ntoken = { env = \"NOT_SET\" }\n[[account]]\nname = \"b\"\nprovider = \"gcore\"\ntoken = { file = \"~/token\" }\n",
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(home.path("token"), std::fs::Permissions::from_mode(0o644))
            .unwrap();
    }
    let ran = home.run(&["config", "check"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.err.contains("account a, token: the environment variable NOT_SET is not set"),
        "{}",
        ran.err
    );
    assert!(!cfg!(unix) || ran.err.contains("chmod 600"), "{}", ran.err);
    let shown = home.run(&["config", "show"]).fine();
    assert!(
        shown.contains(
            "token = { env = \"NOT_SET\" } # the environment variable NOT_SET is not set"
        ),
        "{shown}"
    );
    assert!(!shown.contains("c767") && !ran.err.contains("c767"));
}

#[test]
fn what_is_in_force_is_shown_with_its_origin() {
    let home = Home::empty();
    home.write(CONFIG, "theme = \"light\"\nzone = \"local\"\n");
    let mut command = home.command(&["--read-only", "config", "show"]);
    command.env("PURGEDECK_ZONE", "utc").env("GCORE_API_KEY", "1_hidden");
    let shown = String::from_utf8(command.output().unwrap().stdout).unwrap();
    for line in [
        "theme = \"light\" # line 1",
        "zone = \"utc\" # $PURGEDECK_ZONE",
        "read_only = true # --read-only",
        "mouse = true # default",
        "[[account]] # from the environment",
        "token = { env = \"GCORE_API_KEY\" }",
    ] {
        assert!(shown.contains(line), "{line} is missing in {shown}");
    }
    assert!(!shown.contains("hidden"), "{shown}");
}

#[test]
fn a_file_that_was_named_and_is_not_there_is_a_fault() {
    let home = Home::empty();
    let ran = home.run(&["--config", "nowhere.toml", "config", "check"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("nowhere.toml"), "{}", ran.err);
}

#[test]
fn looking_writes_nothing() {
    let home = Home::empty();
    for args in [["config", "show"], ["config", "path"], ["config", "check"]] {
        home.run(&args).fine();
    }
    home.run(&["keys"]).fine();
    assert_eq!(files_below(home.0.path()), Vec::<String>::new());
}

#[test]
fn every_fault_is_named_at_once_whoever_finds_it() {
    let home = Home::empty();
    let faulty = r#"
theme = "nope"
zone = "mars"
unknown = 1
[[account]]
name = "a b"
provider = "gcor"
edge = ["no server:::"]
[[account]]
name = "b"
provider = "gcore"
colour = "puce"
edge = ["x y"]
[[account]]
name = "c"
provider = "gcore"
token = { env = "NOT_SET" }
[[view]]
name = "v"
filter = "status:faild"
[keys]
nosuch = "x"
"#;
    home.write("faulty.toml", faulty);
    let checked = home.run(&["--config", "faulty.toml", "config", "check"]);
    assert_eq!((checked.code, checked.out.as_str()), (2, ""), "{checked:?}");
    for fault in [
        "\"puce\" is not a colour",
        "NOT_SET is not set",
        "no theme `nope`",
        "\"mars\"",
        "unknown key \"unknown\"",
        "letters, digits",
        "no provider \"gcor\"",
        "\"no server:::\"",
        "needs \"token\"",
        "\"x y\"",
        "no status is called faild",
        "no command `nosuch`",
    ] {
        assert_eq!(checked.err.matches(fault).count(), 1, "{fault}: {}", checked.err);
    }
    assert!(checked.err.contains("has 12 errors"), "{}", checked.err);
    let named = home.run(&["--config", "faulty.toml", "--account", "b", "history"]);
    assert!(!named.err.contains("there is no account"), "it is there, with faults: {named:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_reason_and_what_to_do() {
    let home = Home::empty();
    home.write("folder/file.toml", "");
    std::fs::write(home.path("latin.toml"), b"# \xe9t\xe9").unwrap();
    std::fs::write(home.path("huge.toml"), "#".repeat(5 << 20)).unwrap();
    for (file, why) in [
        ("missing.toml", "there is no such file; `purgedeck config init` makes one"),
        ("folder", "it is a directory; name a file in it"),
        ("folder/file.toml/x", "a part of its path is not a directory; check the path"),
        ("latin.toml", "it is not UTF-8 text; save it as UTF-8"),
        ("huge.toml", "it is larger than 4 MiB"),
    ] {
        let ran = home.run(&["--config", file, "history"]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains(&format!("{file}: {why}")), "{}", ran.err);
        assert!(!ran.err.contains("os error"), "{}", ran.err);
    }
}

#[test]
fn a_place_where_no_store_can_be_is_named_with_the_reason_and_what_to_do() {
    let home = Home::empty();
    home.write("folder/file", "");
    for (store, why) in [
        ("folder", "the store's path is a directory"),
        ("folder/file/deck.db", "its parent is not a directory"),
        ("folder/file", "is not a purgedeck store"),
    ] {
        std::fs::write(home.path("folder/file"), "text").unwrap();
        let ran = home.run(&["--store", store, "queue", "pause"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.err.contains(&format!("{store}: ")), "{}", ran.err);
        assert!(ran.err.contains(why) && ran.err.contains("--store"), "{}", ran.err);
    }
}
