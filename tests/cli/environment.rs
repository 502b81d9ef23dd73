//! Parts of the environment that cannot be used: they are named, and nothing else silently takes
//! their place.

use std::io::ErrorKind;
use std::net::TcpListener;

use crate::{Home, Ran};

/// An account whose vendor is a port of this machine's other name, so that proxies count.
const FAR: &str = "[[account]]\nname = \"prod\"\nprovider = \"gcore\"\n\
                   base_url = \"https://vendor.invalid\"\ntoken = { env = \"TOKEN\" }\n";

/// Runs `history` with these variables.
fn history(variables: &[(&str, &str)]) -> Ran {
    let home = Home::empty();
    home.write("c.toml", FAR);
    let mut command = home.command(&["--config", "c.toml", "history"]);
    Ran::of(command.env("TOKEN", "1$x").envs(variables.iter().copied()).output().unwrap())
}

#[test]
fn a_proxy_that_cannot_be_used_is_an_error_that_names_it_and_nothing_is_connected() {
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"]
    {
        for value in ["::::", "socks5h://mira:hunter2@127.0.0.1:9", "http://hunter2:99999"] {
            let ran = history(&[(name, value)]);
            assert_eq!(ran.code, 1, "{ran:?}");
            assert!(ran.err.contains(&format!("{name} cannot be used")), "{name}: {}", ran.err);
            assert!(!ran.err.contains("hunter2"), "{}", ran.err);
            assert!(!ran.err.contains("cannot connect"), "{}", ran.err);
        }
    }
}

#[test]
fn a_proxy_that_can_be_used_is_used_and_its_password_is_not_printed() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap();
    proxy.set_nonblocking(true).unwrap();
    drop(std::thread::spawn(move || {
        // Closes whatever is connected, which is the end of this proxy's service.
        loop {
            match proxy.accept() {
                Ok((stream, _)) => drop(stream),
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
                Err(_) => return,
            }
        }
    }));
    let ran = history(&[("HTTPS_PROXY", &format!("http://mira:hunter2@{address}"))]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    assert!(ran.err.contains("cannot connect"), "{}", ran.err);
}

#[test]
fn certificates_that_are_not_there_are_named_and_nothing_is_connected() {
    for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        let ran = history(&[(name, "/nowhere/certificates")]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.err.contains(&format!("{name} cannot be used")), "{}", ran.err);
        assert!(!ran.err.contains("cannot connect"), "{}", ran.err);
    }
}

#[test]
fn a_secret_with_quotes_or_a_scheme_word_is_told_before_any_call() {
    for (value, said) in [
        ("\"1$hunter2\"", "quotation marks"),
        ("APIKey 1$hunter2", "begins with \"APIKey\""),
        ("Authorization: APIKey 1$hunter2", "begins with \"Authorization:\""),
    ] {
        let ran = history(&[("TOKEN", value)]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.err.contains(said), "{}", ran.err);
        assert!(!ran.err.contains("hunter2"), "{}", ran.err);
        assert!(!ran.err.contains("cannot connect"), "{}", ran.err);
    }
}

#[cfg(unix)]
#[test]
fn an_unknown_zone_is_told_once_and_a_known_one_is_used() {
    const LINE: &str = concat!(
        r#"{"schema_version":1,"account":"prod","provider":"gcore","id":"71","resource_id":"9","#,
        r#""cname":"www.site.com","kind":"url","status":"failed","raw_status":"Failed","#,
        r#""created":"2026-11-20T10:00:00Z","targets":["/a.jpg"],"target_count":1}"#
    );
    let home = Home::empty();
    home.write("old.ndjson", LINE);
    home.run(&["--store", "s.db", "import", "old.ndjson"]).fine();
    let list = |zone: &str, setting: &str| {
        let mut command = home.command(&["--store", "s.db", "--offline", "history"]);
        let ran = command.env("TZ", zone).env("PURGEDECK_ZONE", setting).output().unwrap();
        let ran = Ran::of(ran);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran
    };
    for zone in ["Nowhere/Bad", "pBB24", "../../etc/passwd"] {
        let ran = list(zone, "local");
        assert_eq!(ran.err.matches("TZ").count(), 1, "{ran:?}");
        assert!(ran.err.contains(zone) && ran.err.contains("UTC"), "{ran:?}");
        assert!(ran.out.contains("2026-11-20 10:00:00Z"), "{ran:?}");
        assert_eq!(list(zone, "utc").err, "", "nobody asked for local time");
    }
    for (zone, shown) in [
        ("", "10:00:00+00:00"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "11:00:00+01:00"),
        ("<-0330>3:30", "06:30:00-03:30"),
    ] {
        let ran = list(zone, "local");
        assert_eq!(ran.err, "", "{zone}");
        assert!(ran.out.contains(shown), "{zone}: {ran:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_setting_that_is_no_text_is_named_and_not_passed_over() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let home = Home::empty();
    let bytes = OsStr::from_bytes(b"/x\xff");
    for name in ["PURGEDECK_STORE", "PURGEDECK_CONFIG", "PURGEDECK_THEME"] {
        let mut command = home.command(&["--offline", "history"]);
        let ran = Ran::of(command.env(name, bytes).output().unwrap());
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains(&format!("{name} is not UTF-8 text")), "{ran:?}");
    }
}
