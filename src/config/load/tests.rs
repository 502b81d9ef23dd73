#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use super::*;
use crate::config::diagnostic::FilePosition;
use crate::config::example::example;
use crate::config::schema::{AccountSettings, ViewSettings};
use crate::config::show::show;
use crate::config::vendors::VENDORS;

fn paths() -> Paths {
    Paths {
        config: "/home/mira/.config/purgedeck/config.toml".into(),
        state: "/home/mira/.local/state/purgedeck".into(),
        home: "/home/mira".into(),
    }
}

fn read_in(env: &[(&str, &str)], flags: &Flags, text: &str) -> Result<Config, ConfigError> {
    let env = |name: &str| {
        env.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
    };
    resolve(flags, &env, paths(), Some(text))
}

fn read(text: &str) -> Result<Config, ConfigError> {
    read_in(&[], &Flags::default(), text)
}

fn faults(text: &str) -> String {
    let mut error = read(text).unwrap_err();
    error.file = Some("c".into());
    error.to_string()
}

/// The example with every setting switched on.
fn switched_on() -> String {
    example()
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') => rest,
            Some(_) | None => line,
        })
        .fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn the_example_holds_every_key_and_is_valid_switched_on_and_off() {
    let config = read(&switched_on()).unwrap();
    assert_eq!(config.accounts.len(), VENDORS.len());
    assert_eq!(config.views.len(), 1);
    let vendors = VENDORS.iter().flat_map(|vendor| vendor.keys);
    let tables = [Settings::KEYS, AccountSettings::KEYS, ViewSettings::KEYS].concat();
    for name in tables.iter().map(|key| key.name).chain(vendors.map(|key| key.name)) {
        let setting = format!("\n#{name} = ");
        assert!(example().contains(&setting), "{name} is missing");
    }
    read(&example()).unwrap();
}

#[test]
fn the_example_shows_the_defaults() {
    let (shown, default) = (read(&switched_on()).unwrap(), read("").unwrap());
    let values = |config: &Config| -> Vec<String> {
        config.settings.entries().into_iter().map(|(_, value, _)| value).collect()
    };
    assert_eq!(values(&shown), values(&default));
    assert_eq!(shown.settings.store.value, default.settings.store.value);
}

#[test]
fn the_example_in_the_repository_is_the_generated_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config.example.toml");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == example(),
        "config.example.toml has drifted; run: cargo run -- --config config.example.toml config init --force"
    );
}

#[test]
fn an_unknown_key_is_a_fault_with_its_place_and_the_nearest_right_name() {
    assert_eq!(
        faults("theme = \"light\"\ncolor = \"never\"\n"),
        "c:2:1: unknown key \"color\"; did you mean \"colour\"?"
    );
    assert_eq!(
        faults("[[account]]\nname = \"a\"\nprovider = \"gcore\"\n  tokn = { env = \"A\" }\n"),
        "c:1:1: the Gcore account needs \"token\"\nc:4:3: unknown key \"tokn\"; did you mean \"token\"?"
    );
    assert_eq!(
        faults("[[views]]\nname = \"a\"\nfilter = \"\"\n"),
        "c:1:3: unknown key \"views\"; did you mean \"view\"?"
    );
}

#[test]
fn a_key_of_another_provider_is_unknown() {
    let text =
        "[[account]]\nname = \"a\"\nprovider = \"gcore\"\ntoken = { env = \"A\" }\napi = \"2.0\"\n";
    assert_eq!(faults(text), "c:5:1: unknown key \"api\"");
}

#[test]
fn every_fault_is_named_in_one_run() {
    let text = "mouse = \"yes\"\nzone = \"utcc\"\nrefresh = \"1s\"\n[[account]]\nprovider = \"gcor\"\n[[view]]\nname = \"a\"\n[keys]\nquit = 3\n";
    assert_eq!(
        faults(text),
        "c:1:9: \"mouse\" must be true or false, not a string\n\
         c:2:8: \"zone\": \"utcc\" is not one of \"utc\", \"local\"; did you mean \"utc\"?\n\
         c:3:11: \"refresh\": \"1s\" is not a length of time like \"45s\", \"10m\" or \"2h\", from 5 to 86400 seconds\n\
         c:4:1: the account needs \"name\"\n\
         c:5:12: there is no provider \"gcor\"; did you mean \"gcore\"?\n\
         c:6:1: the view needs \"filter\"\n\
         c:9:8: \"quit\" must be a key like \"ctrl-r\" or a list of keys; [] for none"
    );
}

#[test]
fn text_that_is_not_toml_is_a_fault_with_its_place() {
    assert!(faults("theme = \"light\"\nzone = \n").starts_with("c:2:8: "));
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_repeated() {
    let text = "[[account]]\nname = \"a\"\nprovider = \"gcore\"\ntoken = \"29841$c767\"\n";
    let faults = faults(text);
    assert!(faults.contains("c:4:9: \"token\": a secret must not be in this file"), "{faults}");
    assert!(!faults.contains("c767"), "{faults}");
}

#[test]
fn plain_http_is_for_this_machine_only() {
    let account = |url: &str| {
        format!(
            "[[account]]\nname = \"a\"\nprovider = \"gcore\"\ntoken = {{ env = \"A\" }}\nbase_url = \"{url}\"\n"
        )
    };
    for fine in
        ["https://api.gcore.com", "http://127.0.0.1:8080", "http://[::1]:1/x", "http://localhost"]
    {
        assert!(read(&account(fine)).is_ok(), "{fine}");
    }
    for wrong in
        ["http://api.gcore.com", "ftp://localhost", "api.gcore.com", "https://me:pw@api.gcore.com"]
    {
        assert!(read(&account(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default() {
    let file = "store = \"~/file.db\"\ntheme = \"light\"\n";
    let env = [("PURGEDECK_STORE", "/env.db")];
    let flags = Flags { store: Some("/flag.db".into()), ..Flags::default() };
    let store = |config: Config| {
        let store = config.settings.store;
        (store.value.to_string(), store.origin)
    };
    assert_eq!(
        store(read_in(&env, &flags, file).unwrap()),
        ("/flag.db".to_owned(), SettingOrigin::Flag("store"))
    );
    assert_eq!(
        store(read_in(&env, &Flags::default(), file).unwrap()),
        ("/env.db".to_owned(), SettingOrigin::Environment("PURGEDECK_STORE".to_owned()))
    );
    assert_eq!(
        store(read(file).unwrap()),
        ("/home/mira/file.db".to_owned(), SettingOrigin::File(FilePosition { line: 1, column: 9 }))
    );
    assert_eq!(
        store(read("").unwrap()),
        ("/home/mira/.local/state/purgedeck/purgedeck.db".to_owned(), SettingOrigin::Default)
    );
}

#[test]
fn read_only_wins_whoever_says_it() {
    let account = "[[account]]\nname = \"a\"\nprovider = \"gcore\"\ntoken = { env = \"A\" }\n";
    let off = [("PURGEDECK_READ_ONLY", "false")];
    let config = read_in(&off, &Flags::default(), &format!("read_only = true\n{account}")).unwrap();
    assert!(
        config.settings.read_only.value && config.accounts.iter().all(|one| one.account.read_only)
    );
    let flags = Flags { read_only: true, ..Flags::default() };
    assert!(read_in(&off, &flags, account).unwrap().settings.read_only.value);
    assert!(!read_in(&off, &Flags::default(), account).unwrap().settings.read_only.value);
}

#[test]
fn no_color_counts_unless_the_program_s_own_variable_says_otherwise() {
    let plain = [("NO_COLOR", "1")];
    let colour = |env, text| {
        let config = read_in(env, &Flags::default(), text).unwrap();
        config.settings.colour.value
    };
    assert_eq!(colour(&plain, ""), ColourMode::Never);
    assert_eq!(colour(&plain, "colour = \"auto\""), ColourMode::Never);
    let own = [("NO_COLOR", "1"), ("PURGEDECK_COLOUR", "auto")];
    assert_eq!(colour(&own, ""), ColourMode::Auto);
}

#[test]
fn a_wrong_variable_is_a_fault() {
    let env = [("PURGEDECK_ZONE", "moon")];
    let faults = read_in(&env, &Flags::default(), "").unwrap_err().to_string();
    assert!(faults.contains("PURGEDECK_ZONE: \"moon\" is not one of"), "{faults}");
}

#[test]
fn a_switch_in_the_environment_is_read_in_the_usual_words_and_others_are_named() {
    for key in ["ascii", "mouse", "read_only"] {
        let variable = super::variable(key);
        let read = |text: &str| read_in(&[(variable.as_str(), text)], &Flags::default(), "");
        let value = |config: &Config| match key {
            "ascii" => config.settings.ascii.value,
            "mouse" => config.settings.mouse.value,
            _ => config.settings.read_only.value,
        };
        for (words, on) in [
            (["1", "yes", "true", "on", "YES", "True", " on "], true),
            (["0", "no", "false", "off", "NO", "False", " off "], false),
        ] {
            for word in words {
                assert_eq!(value(&read(word).unwrap()), on, "{variable}={word}");
            }
        }
        for wrong in ["2", "y", "enable", "true false", "-1"] {
            let faults = read(wrong).unwrap_err().to_string();
            let named = format!("{variable} must be 1, yes, true, on or 0, no, false, off");
            assert!(faults.contains(&named), "{faults}");
        }
    }
    let theme = [("PURGEDECK_STORE", "1"), ("PURGEDECK_ZONE", "true")];
    let faults = read_in(&theme, &Flags::default(), "").unwrap_err().to_string();
    assert!(faults.contains("PURGEDECK_ZONE: \"true\" is not one of"), "{faults}");
    assert!(!faults.contains("PURGEDECK_STORE"), "{faults}");
}

#[test]
fn variables_make_an_account_unless_the_file_has_one_at_that_provider() {
    let env = [
        ("GCORE_API_KEY", "1_a"),
        ("GCORE_BASE_URL", "http://127.0.0.1:1"),
        ("TENCENTCLOUD_SECRET_ID", "half"),
        ("MEDIANOVA_API_TOKEN", "t"),
        ("MEDIANOVA_ORGANIZATION_UUID", "o"),
    ];
    let names = |config: &Config| -> Vec<String> {
        config.accounts.iter().map(|one| one.name().to_string()).collect()
    };
    let config = read_in(&env, &Flags::default(), "").unwrap();
    assert_eq!(names(&config), ["gcore", "medianova"]);
    let gcore = config.accounts.first().unwrap();
    assert!(gcore.from_environment);
    assert_eq!(gcore.base_url.as_ref().unwrap().as_str(), "http://127.0.0.1:1/");
    assert_eq!(gcore.secret("token").unwrap().describe(), "{ env = \"GCORE_API_KEY\" }");
    let file = "[[account]]\nname = \"prod\"\nprovider = \"gcore\"\ntoken = { env = \"A\" }\n";
    let config = read_in(&env, &Flags::default(), file).unwrap();
    assert_eq!(names(&config), ["prod", "medianova"]);
}

#[test]
fn variables_of_two_products_make_an_account_of_each_unless_the_file_says_what_they_are_for() {
    let env = [("TENCENTCLOUD_SECRET_ID", "i"), ("TENCENTCLOUD_SECRET_KEY", "k")];
    let names = |file: &str| -> Vec<String> {
        let config = read_in(&env, &Flags::default(), file).unwrap();
        config.accounts.iter().map(|one| one.name().to_string()).collect()
    };
    assert_eq!(names(""), ["tencent", "edgeone"]);
    for provider in ["tencent", "edgeone"] {
        let account = format!(
            "[[account]]\nname = \"shop\"\nprovider = \"{provider}\"\n\
             secret_id = {{ env = \"A\" }}\nsecret_key = {{ env = \"B\" }}\n"
        );
        assert_eq!(names(&account), ["shop"], "{provider}");
    }
}

#[test]
fn an_account_without_a_key_is_told_every_way_and_one_with_half_of_one_the_rest() {
    let needs = |keys: &str| {
        let file = format!("[[account]]\nname = \"a\"\nprovider = \"cloudfront\"\n{keys}");
        let error = read_in(&[], &Flags::default(), &file).unwrap_err().to_string();
        error.split_once("account needs ").unwrap().1.trim().to_owned()
    };
    assert_eq!(
        needs(""),
        "\"profile\", or \"access_key_id\", \"secret_access_key\", or \"credentials\""
    );
    assert_eq!(needs("access_key_id = { env = \"A\" }\n"), "\"secret_access_key\"");
}

#[test]
fn variables_make_an_account_where_any_set_of_its_keys_is_whole() {
    let (id, key) = (("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "k"));
    let profile = ("AWS_PROFILE", "cdn");
    for (env, has_key, has_profile) in [
        (&[id, key][..], true, false),
        (&[profile][..], false, true),
        (&[id, key, profile][..], true, true),
        (&[id, profile][..], false, true),
    ] {
        let config = read_in(env, &Flags::default(), "").unwrap();
        assert_eq!(config.accounts.len(), 1, "{env:?}");
        let account = config.accounts.first().unwrap();
        assert_eq!(account.provider().as_str(), "cloudfront");
        assert_eq!(account.secret("secret_access_key").is_some(), has_key, "{env:?}");
        assert_eq!(account.option("profile").is_some(), has_profile, "{env:?}");
    }
    for env in [&[id][..], &[key], &[("AWS_ENDPOINT_URL_CLOUDFRONT", "http://127.0.0.1:1")]] {
        assert!(read_in(env, &Flags::default(), "").unwrap().accounts.is_empty(), "{env:?}");
    }
}

#[test]
fn of_two_variables_for_one_key_the_first_that_is_set_counts() {
    let profile = ("AWS_PROFILE", "cdn");
    let own = ("AWS_ENDPOINT_URL_CLOUDFRONT", "http://127.0.0.1:1/");
    let general = ("AWS_ENDPOINT_URL", "http://127.0.0.1:2/");
    let nothing = ("AWS_ENDPOINT_URL_CLOUDFRONT", "");
    for (env, wanted) in [
        (&[profile][..], None),
        (&[profile, own], Some(own.1)),
        (&[profile, general], Some(general.1)),
        (&[general, own, profile], Some(own.1)),
        (&[profile, nothing, general], Some(general.1)),
    ] {
        let config = read_in(env, &Flags::default(), "").unwrap();
        let account = config.accounts.first().unwrap();
        assert_eq!(account.base_url.as_ref().map(url::Url::as_str), wanted, "{env:?}");
    }
}

#[test]
fn only_the_accounts_that_were_asked_for_are_there_and_a_wrong_name_is_a_fault() {
    let file = "[[account]]\nname = \"prod\"\nprovider = \"gcore\"\ntoken = { env = \"A\" }\n[[account]]\nname = \"stage\"\nprovider = \"gcore\"\ntoken = { env = \"A\" }\n";
    let ask = |name: &str| Flags { accounts: vec![name.to_owned()], ..Flags::default() };
    let config = read_in(&[], &ask("stage"), file).unwrap();
    assert_eq!(config.accounts.len(), 1);
    let faults = read_in(&[], &ask("prid"), file).unwrap_err().to_string();
    assert!(faults.contains("did you mean \"prod\"?"), "{faults}");
}

#[test]
fn two_accounts_of_one_name_are_a_fault_and_so_is_a_name_that_a_filter_could_not_hold() {
    let account = |name: &str| {
        format!("[[account]]\nname = \"{name}\"\nprovider = \"gcore\"\ntoken = {{ env = \"A\" }}\n")
    };
    assert_eq!(
        faults(&(account("a") + &account("a"))),
        "c:6:8: there is another account named \"a\""
    );
    for name in ["", "a b", "a,b", "a*", "-a", "ä"] {
        assert!(read(&account(name)).is_err(), "{name:?} was taken");
    }
}

#[test]
fn what_is_shown_reads_back_as_the_same_configuration() {
    let config =
        read(&(switched_on() + "quit = [\"q\", \"ctrl-q\"]\n\"odd name\" = \"x\"\n")).unwrap();
    let text = show(&config);
    let again = read(&text).unwrap();
    assert_eq!(
        show(&again).lines().filter(|line| line.contains('=')).count(),
        text.lines().filter(|line| line.contains('=')).count()
    );
    assert_eq!(again.accounts, config.accounts);
    assert_eq!(again.keys.len(), 2);
    assert!(text.contains("theme = \"default\" # line "), "{text}");
}

const GCORE: &str = "[[account]]\nname = \"a\"\nprovider = \"gcore\"\ntoken = { env = \"T\" }\n";

#[test]
fn how_the_edge_is_looked_at_is_read_and_shown() {
    let usual = read(GCORE).unwrap();
    assert_eq!(usual.accounts[0].edge, crate::config::edge::EdgeSettings::default());
    assert!(!show(&usual).contains("verify"));
    let settings = "verify = false\nverify_for = \"0s\"\nedge = [\"http://127.0.0.1:8080\", \"203.0.113.7\"]\n\
                    resolver = \"1.1.1.1:53\"\ncache_headers = [\"x-cache\", \"x-tier: local=hit\"]\nedge_headers = [\"x-pop\"]\n";
    let config = read(&format!("{GCORE}{settings}")).unwrap();
    let edge = &config.accounts[0].edge;
    assert!(!edge.verify && edge.grace == Some(Duration::ZERO) && edge.addresses[0].plain);
    let shown = show(&config);
    for line in settings.lines() {
        assert!(shown.contains(line), "{line} in {shown}");
    }
}

#[test]
fn a_fault_in_how_the_edge_is_looked_at_is_named_with_its_place() {
    for (setting, words) in [
        (
            "edge = [\"edge.example.com\"]",
            "c:5:8: \"edge\": \"edge.example.com\" is no address like",
        ),
        (
            "edge = [\"1.1.1.1\", \"1.1.1.2\", \"1.1.1.3\", \"1.1.1.4\", \"1.1.1.5\"]",
            "no more than 4 servers",
        ),
        ("resolver = \"dns\"", "c:5:12: \"resolver\": \"dns\" is no address of a name server"),
        ("cache_headers = [\"X: A=hot\"]", "\"hot\" is none of bypass"),
        ("edge_headers = [\"a b\"]", "\"a b\" is no header's name"),
        ("verify = \"no\"", "\"verify\" must be true or false"),
        ("verify_for = \"2h\"", "from 0 to 3600 seconds"),
    ] {
        let told = faults(&format!("{GCORE}{setting}\n"));
        assert!(told.contains(words), "{setting}: {told}");
    }
}

#[test]
fn an_account_names_the_people_of_its_activity_log() {
    let base = "[[account]]\nname = \"a\"\nprovider = \"gcore\"\ntoken = { env = \"T\" }\n";
    let inline = format!("{base}names = {{ \"42\" = \"mira\", \"token 7\" = \"deploy\" }}\n");
    let table = format!("{base}[account.names]\n42 = \"mira\"\n\"token 7\" = \"deploy\"\n");
    for text in [inline, table] {
        let config = read(&text).unwrap();
        let names: Vec<_> = config.accounts[0].account.names.iter().collect();
        assert_eq!(names, [("42", "mira"), ("token 7", "deploy")]);
        assert!(show(&config).contains("names = { 42 = \"mira\", \"token 7\" = \"deploy\" }"));
    }
    let words = faults(&format!("{base}names = {{ \"42\" = 7 }}\n"));
    assert!(words.contains("\"names\" must be a table like"), "{words}");
}

#[test]
fn a_file_of_thousands_of_tables_is_read_and_its_errors_have_their_places() {
    let view = |name: usize| format!("[[view]]\nname = \"v{name}\"\nfilter = \"\"\n");
    let account = |name: usize| {
        format!(
            "[[account]]\nname = \"a{name}\"\nprovider = \"gcore\"\ntoken = {{ env = \"T\" }}\n"
        )
    };
    let many = 20_000;
    let views: String = (0..many).map(view).collect();
    let accounts: String = (0..many).map(account).collect();
    let config = read(&format!("{views}{accounts}")).unwrap();
    assert_eq!((config.views.len(), config.accounts.len()), (many, many));
    let twice = faults(&format!("{views}{}{accounts}{}", view(0), account(0)));
    let lines: Vec<&str> = twice.lines().collect();
    assert_eq!(
        lines,
        [
            "c:60002:8: there is another view named \"v0\"",
            "c:140005:8: there is another account named \"a0\"",
        ]
    );
    let on_one_line: Vec<String> =
        (0..many).map(|name| format!("{{ name = \"ä{name}\", filter = \"\" }}")).collect();
    let config = read(&format!("view = [{}]", on_one_line.join(","))).unwrap();
    assert_eq!(config.views.len(), many);
    assert_eq!(config.views[2].position.column, "view = [".len() + 2 * 29 + 25);
}
