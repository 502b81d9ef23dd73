//! What every vendor has in common: the ports, the faults, the log, the end.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::net::SocketAddr;

use chrono::TimeDelta;
use serde_json::Value;

use super::testing::{quiet, raw, send};
use super::{ErrorBody, FaultKind, FaultRule, Scenario, Simulator, SimulatorOptions, start};

fn token(simulator: &Simulator) -> String {
    format!("APIKey {}", simulator.gcore().accounts()[0].token)
}

/// The path of the first resource's purge.
fn purge_path(simulator: &Simulator) -> String {
    format!("/cdn/resources/{}/purge", simulator.gcore().resources()[0].id)
}

async fn purge(simulator: &Simulator) -> Option<super::testing::Answer> {
    let headers =
        [("authorization", token(simulator)), ("content-type", "application/json".to_owned())];
    let headers: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let base_url = simulator.gcore().base_url();
    send(&base_url, "POST", &purge_path(simulator), &headers, r#"{"urls":["/a.jpg"]}"#).await
}

async fn get(simulator: &Simulator, target: &str) -> Option<super::testing::Answer> {
    let token = token(simulator);
    send(&simulator.gcore().base_url(), "GET", target, &[("authorization", &token)], "").await
}

fn struck(strike: FaultKind) -> FaultRule {
    FaultRule {
        method: Some("POST".into()),
        path: Some("/cdn/resources/*/purge".into()),
        ..FaultRule::of(strike)
    }
}

#[tokio::test]
async fn only_loopback_addresses_are_served() {
    let address: SocketAddr = "0.0.0.0:0".parse().unwrap();
    let refused = start(SimulatorOptions {
        addresses: [("gcore".to_owned(), address)].into(),
        records: 0,
        ..SimulatorOptions::default()
    })
    .await
    .unwrap_err();
    assert!(refused.to_string().contains("not a loopback address"), "{refused}");
}

#[tokio::test]
async fn the_announcement_is_one_line_that_works() {
    let (simulator, _) = quiet(|_| {}).await;
    let line = simulator.announcement();
    assert!(!line.contains('\n'));
    let announced: Value = serde_json::from_str(&line).unwrap();
    let token = format!("apikey {}", announced["gcore"]["token"].as_str().unwrap());
    let base_url = announced["gcore"]["base_url"].as_str().unwrap();
    let answer =
        send(base_url, "GET", "/cdn/clients/me", &[("authorization", &token)], "").await.unwrap();
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn the_same_seed_and_clock_give_the_same_world() {
    let ((one, _), (two, _)) = (quiet(|_| {}).await, quiet(|_| {}).await);
    let target = "/cdn/purge_statuses?limit=50&offset=100";
    let rows = |answer: super::testing::Answer| answer.json()["results"].clone();
    assert_eq!(one.gcore().accounts(), two.gcore().accounts());
    assert_eq!(rows(get(&one, target).await.unwrap()), rows(get(&two, target).await.unwrap()));
    let (other, _) = quiet(|options| options.seed = 2).await;
    assert_ne!(one.gcore().accounts(), other.gcore().accounts());
}

#[tokio::test]
async fn a_connection_cut_before_the_effect_leaves_nothing_behind() {
    let (simulator, _) = quiet(|_| {}).await;
    simulator.faults().inject(struck(FaultKind::Cut));
    assert_eq!(purge(&simulator).await, None);
    assert_eq!(simulator.gcore().purges(), []);
    let seen = simulator.requests().pop().unwrap();
    assert_eq!((seen.status, seen.took_effect), (0, false));
}

#[tokio::test]
async fn a_connection_cut_after_the_effect_leaves_a_purge_that_nobody_was_told_of() {
    let (simulator, _) = quiet(|_| {}).await;
    simulator.faults().inject(FaultRule { after_effect: true, ..struck(FaultKind::Cut) });
    assert_eq!(purge(&simulator).await, None);
    assert_eq!(simulator.gcore().purges().len(), 1);
    let seen = simulator.requests().pop().unwrap();
    assert_eq!((seen.status, seen.took_effect), (0, true));
}

#[tokio::test]
async fn a_client_that_gives_up_is_logged_all_the_same() {
    let (simulator, _) = quiet(|_| {}).await;
    simulator.faults().inject(FaultRule { after_effect: true, ..struck(FaultKind::Hang) });
    {
        let asked = purge(&simulator);
        tokio::pin!(asked);
        // Until the vendor has the purge; it never answers.
        while simulator.gcore().purges().is_empty() {
            tokio::select! {
                answer = &mut asked => assert_eq!(answer, None),
                () = tokio::task::yield_now() => {}
            }
        }
    }
    while simulator.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let seen = simulator.requests().pop().unwrap();
    assert_eq!((seen.status, seen.took_effect), (0, true));
}

#[tokio::test]
async fn a_body_can_be_cut_in_its_middle() {
    let (simulator, _) = quiet(|_| {}).await;
    let whole = get(&simulator, "/cdn/resources").await.unwrap();
    simulator.faults().inject(FaultRule::of(FaultKind::CutMidBody));
    let half = get(&simulator, "/cdn/resources").await.unwrap();
    assert_eq!(half.header("content-length").unwrap(), whole.body.len().to_string());
    assert_eq!(half.body, whole.body[..whole.body.len() / 2]);
}

#[tokio::test]
async fn errors_come_as_json_as_a_page_or_bare() {
    let (simulator, _) = quiet(|_| {}).await;
    let strike = |body, retry_after| FaultKind::Status { status: 503, body, retry_after };
    let faults = simulator.faults();
    let id = faults.inject(FaultRule::of(strike(ErrorBody::Json, Some(7))));
    let answer = get(&simulator, "/cdn/resources").await.unwrap();
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("7")));
    assert_eq!(answer.json()["message"], "HTTP 503: Service Unavailable");
    assert_eq!(faults.applied(id), 1);
    faults.remove(id);
    let id = faults.inject(FaultRule::of(strike(ErrorBody::Html, None)));
    let answer = get(&simulator, "/cdn/resources").await.unwrap();
    assert_eq!(
        (answer.header("content-type"), answer.header("retry-after")),
        (Some("text/html"), None)
    );
    faults.remove(id);
    faults.inject(FaultRule::of(strike(ErrorBody::Empty, None)));
    assert_eq!(get(&simulator, "/cdn/resources").await.unwrap().body, b"");
    faults.clear();
    assert_eq!(get(&simulator, "/cdn/resources").await.unwrap().status, 200);
}

#[tokio::test]
async fn an_error_can_hide_that_the_purge_took_effect() {
    let (simulator, _) = quiet(|_| {}).await;
    let strike = FaultKind::Status { status: 502, body: ErrorBody::Html, retry_after: None };
    simulator.faults().inject(FaultRule { after_effect: true, ..struck(strike) });
    assert_eq!(purge(&simulator).await.unwrap().status, 502);
    assert_eq!(simulator.gcore().purges().len(), 1);
    let seen = simulator.requests().pop().unwrap();
    assert_eq!((seen.status, seen.took_effect), (502, true));
}

#[tokio::test]
async fn what_is_not_http_or_not_json_is_sent_as_it_is() {
    let (simulator, _) = quiet(|_| {}).await;
    let faults = simulator.faults();
    faults.inject(FaultRule::of(FaultKind::GarbageBytes));
    assert_eq!(get(&simulator, "/cdn/resources").await, None);
    let base_url = simulator.gcore().base_url();
    assert!(
        raw(&base_url, "GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.starts_with(b"\x00\xff\x13\x37")
    );
    faults.clear();
    faults.inject(FaultRule::of(FaultKind::GarbageBody));
    let noisy = get(&simulator, "/cdn/resources").await.unwrap();
    assert_eq!((noisy.status, noisy.header("content-type")), (200, Some("application/json")));
    assert!(serde_json::from_slice::<Value>(&noisy.body).is_err());
    faults.clear();
    faults.inject(FaultRule::of(FaultKind::BrokenJson));
    let broken = get(&simulator, "/cdn/resources").await.unwrap();
    assert!(broken.body.starts_with(b"[{"));
    assert!(serde_json::from_slice::<Value>(&broken.body).is_err());
    faults.clear();
    faults.inject(FaultRule::of(FaultKind::CaptivePortal));
    let portal = get(&simulator, "/cdn/resources").await.unwrap();
    assert_eq!((portal.status, portal.header("content-type")), (200, Some("text/html")));
    assert!(portal.header("etag").is_some() && portal.body.starts_with(b"<html>"));
}

#[tokio::test]
async fn an_endless_body_goes_on_until_the_client_has_enough() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (simulator, _) = quiet(|_| {}).await;
    simulator.faults().inject(FaultRule::of(FaultKind::EndlessBody));
    let base_url = simulator.gcore().base_url();
    let mut stream =
        tokio::net::TcpStream::connect(base_url.trim_start_matches("http://")).await.unwrap();
    stream.write_all(b"GET /cdn/resources HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut much = vec![0; 2 << 20];
    stream.read_exact(&mut much).await.unwrap();
    drop(stream);
    simulator.stop().await;
}

#[tokio::test]
async fn a_redirect_points_elsewhere_and_a_date_can_be_wrong() {
    let (simulator, _) = quiet(|_| {}).await;
    assert_eq!(
        get(&simulator, "/cdn/resources").await.unwrap().header("date"),
        Some("Sat, 21 Nov 2026 12:00:00 GMT")
    );
    let strike = FaultKind::Redirect { to: "https://elsewhere.example.org/".into(), status: 307 };
    simulator.faults().inject(FaultRule { date_skew_seconds: -600, ..FaultRule::of(strike) });
    let answer = get(&simulator, "/cdn/resources").await.unwrap();
    assert_eq!(
        (answer.status, answer.header("location")),
        (307, Some("https://elsewhere.example.org/"))
    );
    assert_eq!(answer.header("date"), Some("Sat, 21 Nov 2026 11:50:00 GMT"));
}

#[tokio::test]
async fn a_fault_strikes_the_requests_that_it_names_and_is_then_spent() {
    let (simulator, _) = quiet(|_| {}).await;
    let strike = FaultKind::Status { status: 500, body: ErrorBody::Json, retry_after: None };
    simulator.faults().inject(FaultRule {
        vendor: Some("gcore".into()),
        path: Some("/cdn/res*".into()),
        nth: vec![2, 3, 4],
        times: Some(2),
        ..FaultRule::of(strike)
    });
    let mut answered = Vec::new();
    for target in
        ["/cdn/resources", "/cdn/clients/me", "/cdn/resources", "/cdn/resources", "/cdn/resources"]
    {
        answered.push(get(&simulator, target).await.unwrap().status);
    }
    assert_eq!(answered, [200, 200, 500, 500, 200]);
}

#[tokio::test]
async fn a_fault_that_is_only_slow_answers_truly() {
    let (simulator, _) = quiet(|_| {}).await;
    let id = simulator.faults().inject(FaultRule { delay_ms: 1, ..FaultRule::default() });
    assert_eq!(get(&simulator, "/cdn/resources").await.unwrap().status, 200);
    assert_eq!(simulator.faults().applied(id), 1);
}

#[tokio::test]
async fn garbage_from_a_client_harms_nobody() {
    let (simulator, _) = quiet(|_| {}).await;
    let base_url = simulator.gcore().base_url();
    for garbage in [
        "\x16\x03\x01\x02",
        "GET\r\n\r\n",
        "POST /x HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        "\r\n\r\n\r\n\0",
    ] {
        use tokio::io::AsyncWriteExt as _;
        let mut stream =
            tokio::net::TcpStream::connect(base_url.trim_start_matches("http://")).await.unwrap();
        stream.write_all(garbage.as_bytes()).await.unwrap();
    }
    assert_eq!(get(&simulator, "/cdn/clients/me?%ff=%zz&&==&limit=").await.unwrap().status, 200);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let (simulator, _) = quiet(|_| {}).await;
    let token = token(&simulator);
    let body = " ".repeat((4 << 20) + 1);
    let headers = [("authorization", token.as_str())];
    let answer =
        send(&simulator.gcore().base_url(), "POST", &purge_path(&simulator), &headers, &body).await;
    // The refusal may be lost when the rest of the body arrives at a closed door.
    assert!(answer.is_none_or(|answer| {
        let body = String::from_utf8_lossy(&answer.body);
        answer.status == 413 && body.contains("413 Request Entity Too Large")
    }));
    assert_eq!(simulator.requests().pop().unwrap().status, 413);
}

#[tokio::test]
async fn the_access_log_has_one_line_per_request_and_no_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.ndjson");
    let (simulator, _) = quiet(|options| options.access_log = Some(path.clone())).await;
    get(&simulator, "/cdn/purge_statuses?limit=1").await.unwrap();
    purge(&simulator).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["query"], "limit=1");
    assert_eq!(lines[0]["time"], "2026-11-21T12:00:00.000000Z");
    assert_eq!(lines[1]["vendor"], "gcore");
    assert_eq!(lines[1]["method"], "POST");
    assert_eq!(lines[1]["path"], purge_path(&simulator));
    assert_eq!(lines[1]["body"], r#"{"urls":["/a.jpg"]}"#);
    assert_eq!(lines[1]["status"], 201);
    assert!(!text.contains(&simulator.gcore().accounts()[0].token));
}

#[cfg(unix)]
#[tokio::test]
async fn what_a_simulator_writes_is_for_its_owner_alone_and_no_open_place_is_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mode = |name: &str| std::fs::metadata(path(name)).unwrap().permissions().mode() & 0o777;
    let (simulator, _) = quiet(|options| options.access_log = Some(path("a.ndjson"))).await;
    get(&simulator, "/cdn/purge_statuses?limit=1").await.unwrap();
    simulator.write_config(&path("sim.toml")).unwrap();
    let modes = ["a.ndjson", "sim.toml", "sim.toml.secrets"].map(mode);
    assert_eq!(modes, [0o600, 0o600, 0o700]);
    std::fs::set_permissions(path("sim.toml.secrets"), std::fs::Permissions::from_mode(0o777))
        .unwrap();
    let refused = simulator.write_config(&path("sim.toml")).unwrap_err().to_string();
    assert!(refused.contains("chmod 700"), "{refused}");
    std::fs::create_dir(path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(path("elsewhere"), path("other.toml.secrets")).unwrap();
    assert!(simulator.write_config(&path("other.toml")).is_err());
    assert_eq!(std::fs::read_dir(path("elsewhere")).unwrap().count(), 0);
}

#[tokio::test]
async fn stopping_ends_connections_that_hang() {
    let (simulator, _) = quiet(|_| {}).await;
    simulator.faults().inject(FaultRule::of(FaultKind::Hang));
    let base_url = simulator.gcore().base_url();
    let hung = tokio::spawn(async move {
        raw(&base_url, "GET /cdn/resources HTTP/1.1\r\nhost: a\r\n\r\n").await
    });
    while simulator.faults().applied(1) == 0 {
        tokio::task::yield_now().await;
    }
    simulator.stop().await;
    assert_eq!(hung.await.unwrap(), b"");
}

#[tokio::test]
async fn colleagues_purge_as_time_goes_by() {
    let (simulator, hand) = quiet(|options| options.scenario.colleagues_every_seconds = 30).await;
    let newest =
        |answer: super::testing::Answer| answer.json()["results"][0]["purge_id"].as_u64().unwrap();
    let before = newest(get(&simulator, "/cdn/purge_statuses?limit=1").await.unwrap());
    assert_eq!(newest(get(&simulator, "/cdn/purge_statuses?limit=1").await.unwrap()), before);
    hand.advance(TimeDelta::minutes(30));
    assert!(newest(get(&simulator, "/cdn/purge_statuses?limit=1").await.unwrap()) > before);
    assert_eq!(simulator.gcore().purges(), [], "colleagues are not the operator");
}

#[tokio::test]
async fn the_written_configuration_names_the_accounts_and_keeps_their_secrets_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("purgedeck.toml");
    let (simulator, _) = quiet(|_| {}).await;
    simulator.write_config(&path).unwrap();
    let config: toml::Table = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let secret = |index: usize, key: &str| {
        let file = config["account"][index][key]["file"].as_str().unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::read_to_string(file).unwrap()
    };
    let accounts = simulator.gcore().accounts();
    for (index, account) in accounts.iter().enumerate() {
        assert_eq!(config["account"][index]["name"].as_str(), Some(account.name.as_str()));
        assert_eq!(secret(index, "token"), account.token);
        let (id, name) = &account.people[1];
        let names = &config["account"][index]["names"];
        assert_eq!(names[&id.to_string()].as_str(), Some(name.as_str()));
    }
    let key = simulator.tencent().account();
    assert_eq!((secret(2, "secret_id"), secret(2, "secret_key")), (key.secret_id, key.secret_key));
    let organization = simulator.medianova().account();
    assert_eq!(
        config["account"][3]["organization"].as_str(),
        Some(organization.organization.as_str())
    );
    assert_eq!(
        config["account"][3]["base_url"].as_str(),
        Some(simulator.medianova().base_url().as_str())
    );
    assert_eq!(secret(3, "token"), organization.token);
    assert!(!std::fs::read_to_string(&path).unwrap().contains(&accounts[0].token));
}

#[tokio::test]
async fn every_seed_makes_a_whole_world() {
    for seed in 0..12 {
        let (simulator, _) = quiet(|options| {
            options.seed = seed;
            options.records = 200;
        })
        .await;
        let resources = simulator.gcore().resources();
        let with =
            |status: &str| resources.iter().filter(|resource| resource.status == status).count();
        assert_eq!((with("active"), with("suspended"), with("deleted")), (37, 1, 2));
        let list = get(&simulator, "/cdn/resources").await.unwrap().json();
        for option in
            ["slice", "ignoreQueryString", "query_params_whitelist", "query_params_blacklist"]
        {
            let has = |resource: &Value| resource["options"][option]["enabled"] == true;
            assert!(list.as_array().unwrap().iter().any(has), "{option} of seed {seed}");
        }
        assert_eq!(
            (simulator.tencent().domains().len(), simulator.medianova().resources().len()),
            (18, 14)
        );
        let zones = simulator.edgeone().zones();
        assert_eq!((zones.len(), zones.iter().filter(|zone| zone.bound).count()), (5, 4));
        simulator.stop().await;
    }
}

#[test]
fn a_scenario_reads_from_toml_and_says_what_it_does_not_know() {
    let scenario = Scenario::from_toml(
        r#"
        colleagues_every_seconds = 5
        [gcore]
        order = "shuffled"
        limits = { patterns = 50 }
        [[fault]]
        method = "POST"
        path = "/cdn/resources/*/purge"
        nth = [1]
        after_effect = true
        strike = { kind = "cut" }
        [[fault]]
        strike = { kind = "status", status = 429, retry_after = 30 }
        "#,
    )
    .unwrap();
    assert_eq!(scenario.gcore.limits.patterns, 50);
    assert_eq!(scenario.gcore.limits.urls, 100);
    assert_eq!(scenario.fault[0].kind, Some(FaultKind::Cut));
    let written = toml::to_string(&scenario).unwrap();
    assert_eq!(Scenario::from_toml(&written).unwrap(), scenario);
    let unknown = Scenario::from_toml("[gcore]\nordr = \"newest\"\n").unwrap_err();
    assert!(unknown.to_string().contains("ordr"), "{unknown}");
}

#[test]
fn the_help_for_scenarios_has_every_key_with_its_default() {
    assert_eq!(Scenario::from_toml(Scenario::HELP).unwrap(), Scenario::default());
    // Keys without a default are commented out, as are those of a fault.
    let keyed = |line: &str| {
        let line = line.strip_prefix("# ").unwrap_or(line);
        let key = line.starts_with('[') || line.split(' ').nth(1) == Some("=");
        key.then(|| line.to_owned())
    };
    let keys: Vec<String> = Scenario::HELP.lines().filter_map(keyed).collect();
    let all = Scenario::from_toml(&keys.join("\n")).unwrap();
    let written = toml::Table::try_from(&all).unwrap().to_string();
    let json = serde_json::to_value(&all).unwrap();
    assert!(!json.to_string().contains("null"), "a key is missing in: {written}");
    assert_eq!(json["fault"][0]["strike"]["kind"], "status");
}
