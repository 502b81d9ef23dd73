//! The first start in a real terminal, against a simulated vendor over HTTP.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use purgedeck::domain::journal::NewEntry;
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use purgedeck::simulator::{self, Scenario, Simulator, SimulatorOptions};
use tokio::runtime::Runtime;

use super::Terminal;
use super::own_store::own_store;

const CONFIG: &str = ".config/purgedeck/config.toml";

/// A simulated vendor, its address and a token that it accepts.
struct Vendor {
    _runtime: Runtime,
    _simulator: Simulator,
    address: String,
    token: String,
}

fn vendor() -> Vendor {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let options = SimulatorOptions {
        records: 60,
        scenario: Scenario::quiet(),
        ..SimulatorOptions::default()
    };
    let simulator = runtime.block_on(simulator::start(options)).unwrap();
    let address = simulator.gcore().base_url().clone();
    let token = simulator.gcore().accounts().remove(0).token;
    Vendor { _runtime: runtime, _simulator: simulator, address, token }
}

/// The program in a new home, with one variable besides.
fn started(home: tempfile::TempDir, args: &[&str], secret: &str) -> Terminal {
    let binary = Path::new(env!("CARGO_BIN_EXE_purgedeck"));
    Terminal::start_with(binary, args, home, &[("MY_TOKEN", secret)])
}

/// Chooses the first vendor and fills its form in: the secret by these keys, then the address.
fn fill(terminal: &mut Terminal, secret: &str, address: &str) {
    terminal.sees("There is no account yet.");
    terminal.press("\r");
    terminal.sees("Account at Gcore");
    terminal.press(secret);
    terminal.press("\t");
    terminal.press(address);
    terminal.press("\r");
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn files(home: &Path) -> usize {
    std::fs::read_dir(home).unwrap().count()
}

const CTRL_T: &str = "\x14";
const CTRL_U: &str = "\x15";

#[test]
fn a_secret_of_each_source_is_tested_written_and_opens_the_board() {
    let vendor = vendor();
    let other = format!("{CTRL_T}{CTRL_T}{CTRL_U}~/my token");
    let command = format!("{CTRL_T}{CTRL_T}{CTRL_T}cat 'my token'");
    let sources = [
        (vendor.token.clone(), "{ file = \"HOME/.config/purgedeck/gcore.token\" }"),
        (format!("{CTRL_T}{CTRL_U}MY_TOKEN"), "{ env = \"MY_TOKEN\" }"),
        (other, "{ file = \"~/my token\" }"),
        (command, "{ command = [\"cat\", \"my token\"] }"),
    ];
    for (keys, written) in sources {
        let home = tempfile::tempdir().unwrap();
        let token = home.path().join("my token");
        std::fs::write(&token, &vendor.token).unwrap();
        std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
        let mut terminal = started(home, &[], &vendor.token);
        fill(&mut terminal, &keys, &vendor.address);
        terminal.sees("Gcore lists");
        assert_eq!(
            files(terminal.home.path()),
            1,
            "nothing is written before the operator says so"
        );
        terminal.press("\r");
        terminal.sees("successful");
        terminal.press("q");
        assert_eq!(terminal.ends().exit_code(), 0);
        terminal.is_given_back();
        let config = terminal.home.path().join(CONFIG);
        let text = std::fs::read_to_string(&config).unwrap();
        let written = written.replace("HOME", &terminal.home.path().display().to_string());
        assert!(text.contains(&format!("\ntoken = {written}\n")), "{text}");
        assert!(!text.contains(&vendor.token));
        assert_eq!((mode(&config), mode(config.parent().unwrap())), (0o600, 0o700));
        let kept = config.with_file_name("gcore.token");
        assert_eq!(kept.exists(), written.contains("gcore.token"));
        if kept.exists() {
            assert_eq!(mode(&kept), 0o600);
        }
        let shown = terminal.shown.0.lock().unwrap();
        assert!(!String::from_utf8_lossy(&shown.raw).contains(&vendor.token), "it was shown");
    }
}

#[test]
fn a_wrong_token_is_told_and_quitting_writes_nothing() {
    let vendor = vendor();
    let mut terminal = started(tempfile::tempdir().unwrap(), &[], "");
    fill(&mut terminal, "1_wrong", &vendor.address);
    terminal.sees("token refused");
    terminal.sees("Check the account's secret");
    terminal.press("\x1b[A\x14\x15NO_TOKEN\r");
    terminal.sees("the environment variable NO_TOKEN is not set");
    terminal.press("\x03");
    assert_eq!(terminal.ends().exit_code(), 0);
    terminal.is_given_back();
    assert_eq!(files(terminal.home.path()), 0);
}

#[test]
fn the_first_screen_is_left_without_a_trace_or_for_the_demo() {
    let mut terminal = started(tempfile::tempdir().unwrap(), &[], "");
    terminal.sees("There is no account yet.");
    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
    assert_eq!(files(terminal.home.path()), 0);
    let mut terminal = started(tempfile::tempdir().unwrap(), &[], "");
    terminal.sees("There is no account yet.");
    terminal.press("Gk\r");
    terminal.sees("gcore-prod");
    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
    assert_eq!(files(terminal.home.path()), 0);
}

#[test]
fn an_account_is_added_to_a_file_with_settings_and_without_one() {
    let vendor = vendor();
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join(CONFIG);
    std::fs::create_dir_all(config.parent().unwrap()).unwrap();
    std::fs::write(&config, "theme = \"light\" # mine\n").unwrap();
    let mut terminal = started(home, &[], &vendor.token);
    fill(&mut terminal, &format!("{CTRL_T}{CTRL_U}MY_TOKEN"), &vendor.address);
    terminal.sees("Gcore lists");
    terminal.press("\r");
    terminal.sees("successful");
    terminal.press("q");
    assert_eq!(terminal.ends().exit_code(), 0);
    let text = std::fs::read_to_string(terminal.home.path().join(CONFIG)).unwrap();
    assert!(text.starts_with("theme = \"light\" # mine\n\n[[account]]\n"), "{text}");
}

#[test]
fn a_file_in_the_way_of_a_pasted_secret_is_told_before_the_vendor_is_asked() {
    let vendor = vendor();
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join(CONFIG);
    std::fs::create_dir_all(config.parent().unwrap()).unwrap();
    std::fs::write(config.with_file_name("gcore.token"), "older").unwrap();
    let mut terminal = started(home, &[], "");
    fill(&mut terminal, &vendor.token, &vendor.address);
    terminal.sees("exists already and was not changed");
    terminal.press("\x03");
    assert_eq!(terminal.ends().exit_code(), 0);
    let older = terminal.home.path().join(CONFIG).with_file_name("gcore.token");
    assert_eq!(std::fs::read_to_string(older).unwrap(), "older");
}

#[test]
fn a_hook_that_does_not_end_holds_nobody_who_presses_ctrl_c_again() {
    let vendor = vendor();
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join(CONFIG);
    std::fs::create_dir_all(config.parent().unwrap()).unwrap();
    let text = format!(
        "store = \"deck.sqlite\"\n[[account]]\nname = \"prod\"\nprovider = \"gcore\"\n\
         base_url = \"{}\"\ntoken = {{ env = \"MY_TOKEN\" }}\n\
         [hooks]\nrefused = [\"sh\", \"-c\", \"echo began > began; exec sleep 600\"]\n",
        vendor.address
    );
    std::fs::write(&config, text).unwrap();
    let store = own_store(home.path(), "deck.sqlite");
    // A resource that the vendor does not know.
    let payload = Payload::Url(Targets::one("/a.jpg"));
    let request = PurgeRequest::new("prod", "999999999", "www.site.com", payload);
    let now = chrono::Utc::now();
    store.writer().unwrap().enqueue(&[NewEntry::new(request, now)], now).unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_purgedeck"));
    let args = ["--store", "deck.sqlite"];
    let mut terminal = Terminal::start_with(binary, &args, home, &[("MY_TOKEN", &vendor.token)]);
    terminal.sees("www.site.com");
    terminal.sees("404");
    terminal.press("q");
    terminal.sees("ctrl-c ends at once");
    terminal.press("\x03");
    assert_eq!(terminal.ends().exit_code(), 130);
    assert!(terminal.home.path().join("began").exists(), "the hook ran");
    terminal.is_given_back();
}

#[test]
fn offline_there_is_nothing_to_set_up() {
    let mut terminal = started(tempfile::tempdir().unwrap(), &["--offline"], "");
    terminal.sees("no account is configured");
    assert_eq!(terminal.ends().exit_code(), 2);
}
