//! Alibaba Cloud's API, seen from outside by a client that signs for itself.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::simulator::testing::{Answer, noon, quiet, raw, send};
use crate::simulator::{ListingOrder, Simulator, SimulatorOptions};

/// A number for every nonce.
static NONCES: AtomicU64 = AtomicU64::new(1);

/// The key, the time and the nonce of one signature.
struct Signing {
    id: String,
    secret: String,
    token: Option<String>,
    at: DateTime<Utc>,
    nonce: String,
}

impl Signing {
    fn of(simulator: &Simulator, at: DateTime<Utc>) -> Self {
        let account = simulator.alibaba().account();
        let nonce = NONCES.fetch_add(1, Ordering::Relaxed).to_string();
        let (id, secret) = (account.access_key_id, account.access_key_secret);
        Self { id, secret, token: None, at, nonce }
    }

    async fn send(
        &self,
        simulator: &Simulator,
        action: &str,
        query: &[(&str, &str)],
        form: &[(&str, &str)],
    ) -> Answer {
        let encode = |pairs: &[(&str, &str)]| {
            let mut pairs = pairs.to_vec();
            pairs.sort_unstable();
            let encoded = |text: &str| -> String {
                let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
                let each = text.bytes().map(|byte| {
                    if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
                });
                each.collect()
            };
            let pairs = pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
            pairs.collect::<Vec<_>>().join("&")
        };
        let base_url = simulator.alibaba().base_url();
        let (query, body) = (encode(query), encode(form));
        let hash = |text: &str| hex::encode(Sha256::digest(text.as_bytes()));
        let (date, body_hash) = (self.at.format("%Y-%m-%dT%H:%M:%SZ").to_string(), hash(&body));
        let mut headers = vec![
            // The SDK signs whatever it sends.
            ("accept", "application/json"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("host", base_url.trim_start_matches("http://")),
            ("x-acs-action", action),
            ("x-acs-content-sha256", &body_hash),
            ("x-acs-date", &date),
            ("x-acs-signature-nonce", &self.nonce),
            ("x-acs-version", "2018-05-10"),
        ];
        if let Some(token) = &self.token {
            headers.push(("x-acs-security-token", token));
        }
        headers.sort_unstable();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let lines: Vec<String> =
            headers.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        let lines = lines.join("\n");
        let canonical = format!("POST\n/\n{query}\n{lines}\n\n{names}\n{body_hash}");
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(format!("ACS3-HMAC-SHA256\n{}", hash(&canonical)).as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        let authorization = format!(
            "ACS3-HMAC-SHA256 Credential={},SignedHeaders={names},Signature={signature}",
            self.id
        );
        headers.push(("authorization", &authorization));
        headers.retain(|(name, _)| *name != "host");
        send(&base_url, "POST", &format!("/?{query}"), &headers, &body).await.unwrap()
    }
}

async fn ask(simulator: &Simulator, action: &str, query: &[(&str, &str)]) -> Value {
    Signing::of(simulator, noon()).send(simulator, action, query, &[]).await.json()
}

async fn refresh(simulator: &Simulator, form: &[(&str, &str)]) -> Value {
    let signing = Signing::of(simulator, noon());
    signing.send(simulator, "RefreshObjectCaches", &[], form).await.json()
}

fn code(answer: &Value) -> &str {
    answer["Code"].as_str().unwrap_or("none")
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["RefreshTaskId"].as_str().unwrap().split(',').collect()
}

fn without_rates(options: &mut SimulatorOptions) {
    options.scenario.alibaba.limits.lists_a_second = 10_000;
    options.scenario.alibaba.limits.calls_a_second = 10_000;
}

/// Domains that are online.
fn online(simulator: &Simulator) -> Vec<String> {
    let domains = simulator.alibaba().domains().into_iter();
    domains.filter(|it| it.status == "online").map(|it| it.domain).collect()
}

/// Every row that a question selects.
async fn all(simulator: &Simulator, filter: &[(&str, &str)]) -> Vec<Value> {
    let mut rows: Vec<Value> = Vec::new();
    loop {
        let page = (rows.len() / 100 + 1).to_string();
        let query: Vec<_> = [("PageSize", "100"), ("PageNumber", &page)]
            .into_iter()
            .chain(filter.iter().copied())
            .collect();
        let answer = ask(simulator, "DescribeRefreshTasks", &query).await;
        rows.extend(answer["Tasks"]["CDNTask"].as_array().unwrap().iter().cloned());
        if rows.len() as u64 >= answer["TotalCount"].as_u64().unwrap() {
            return rows;
        }
    }
}

#[tokio::test]
async fn the_announced_key_signs_and_anything_else_is_refused() {
    let (simulator, _) = quiet(|_| {}).await;
    let announced: Value = serde_json::from_str(&simulator.announcement()).unwrap();
    let account = simulator.alibaba().account();
    assert_eq!(announced["alibaba"]["base_url"], simulator.alibaba().base_url());
    assert_eq!(announced["alibaba"]["access_key_id"], account.access_key_id.as_str());
    assert_eq!(announced["alibaba"]["access_key_secret"], account.access_key_secret.as_str());
    let right = || Signing::of(&simulator, noon());
    let temporary = |token: Option<&str>| Signing {
        id: account.temporary_id.clone(),
        secret: account.temporary_secret.clone(),
        token: token.map(str::to_owned),
        ..right()
    };
    for (signing, expected) in [
        (Signing { nonce: "once".into(), ..right() }, "none"),
        (Signing { nonce: "once".into(), ..right() }, "SignatureNonceUsed"),
        (Signing { secret: "other".into(), ..right() }, "SignatureDoesNotMatch"),
        (Signing { id: "LTAIother".into(), ..right() }, "InvalidAccessKeyId.NotFound"),
        (Signing { at: noon() - TimeDelta::seconds(901), ..right() }, "InvalidTimeStamp.Expired"),
        (Signing { at: noon() + TimeDelta::seconds(899), ..right() }, "none"),
        (temporary(Some(&account.security_token)), "none"),
        (temporary(Some("other")), "InvalidSecurityToken.MismatchWithAccessKey"),
        (temporary(None), "InvalidSecurityToken.MismatchWithAccessKey"),
    ] {
        let answer = signing.send(&simulator, "DescribeRefreshQuota", &[], &[]).await.json();
        assert_eq!(code(&answer), expected);
    }
    let unsigned = send(&simulator.alibaba().base_url(), "POST", "/", &[], "").await.unwrap();
    assert_eq!(code(&unsigned.json()), "MissingAction");
}

#[tokio::test]
async fn three_days_are_remembered_with_what_was_fetched_ahead() {
    let (simulator, _) = quiet(|options| {
        options.records = 3_000;
        without_rates(options);
    })
    .await;
    let rows = all(&simulator, &[]).await;
    let times: BTreeSet<&str> =
        rows.iter().map(|row| row["CreationTime"].as_str().unwrap()).collect();
    let oldest: DateTime<Utc> = times.first().unwrap().parse().unwrap();
    assert!(noon() - oldest <= TimeDelta::days(3) + TimeDelta::seconds(1), "{oldest}");
    assert!(noon() - oldest > TimeDelta::days(2));
    let types: BTreeSet<&str> =
        rows.iter().map(|row| row["ObjectType"].as_str().unwrap()).collect();
    assert_eq!(types.into_iter().collect::<Vec<_>>(), ["directory", "file", "preload"]);
    for row in &rows {
        assert_eq!(row["Process"] == "100%", row["Status"] != "Refreshing", "{row}");
        assert_eq!(row["Description"] != "", row["Status"] == "Failed");
    }
}

#[tokio::test]
async fn a_filter_by_domain_or_status_needs_a_type() {
    let (simulator, _) = quiet(without_rates).await;
    let host = &online(&simulator)[1];
    for filter in [("DomainName", host.as_str()), ("Status", "Complete")] {
        let answer = ask(&simulator, "DescribeRefreshTasks", &[filter]).await;
        assert_eq!(code(&answer), "MissingObjectType");
        let rows = all(&simulator, &[filter, ("ObjectType", "file")]).await;
        assert!(rows.iter().all(|row| row["ObjectType"] == "file"));
    }
    for wrong in [
        ("Status", "Done"),
        ("PageSize", "101"),
        ("PageNumber", "0"),
        ("StartTime", "2026-11-21 12:00:00"),
    ] {
        let query = [wrong, ("ObjectType", "file")];
        let answer = ask(&simulator, "DescribeRefreshTasks", &query).await;
        assert_eq!(code(&answer), format!("Invalid{}.Malformed", wrong.0));
    }
    let turned = [("StartTime", "2026-11-21T12:00:00Z"), ("EndTime", "2026-11-21T12:00:00Z")];
    let answer = ask(&simulator, "DescribeRefreshTasks", &turned).await;
    assert_eq!(code(&answer), "InvalidEndTime.Malformed");
}

#[tokio::test]
async fn lists_are_given_five_times_a_second() {
    let (simulator, hand) = quiet(|_| {}).await;
    for _ in 0..5 {
        assert_eq!(code(&ask(&simulator, "DescribeRefreshTasks", &[]).await), "none");
    }
    let signing = Signing::of(&simulator, noon());
    let answer = signing.send(&simulator, "DescribeRefreshTasks", &[], &[]).await;
    assert_eq!((answer.status, code(&answer.json())), (400, "Throttling.User"));
    assert_eq!(answer.header("x-acs-retry-after"), Some("1"));
    hand.advance(TimeDelta::seconds(1));
    assert_eq!(code(&ask(&simulator, "DescribeRefreshTasks", &[]).await), "none");
}

#[tokio::test]
async fn urls_of_a_domain_and_second_are_one_task_up_to_two_thousand() {
    let (simulator, hand) = quiet(without_rates).await;
    let hosts = online(&simulator);
    let urls = |host: &str, from: usize, count: usize| {
        let urls: Vec<String> =
            (from..from + count).map(|at| format!("https://{host}/{at}.jpg")).collect();
        urls.join("\n")
    };
    let one = refresh(&simulator, &[("ObjectPath", &urls(&hosts[0], 0, 1_000))]).await;
    let two = refresh(&simulator, &[("ObjectPath", &urls(&hosts[0], 1_000, 600))]).await;
    assert_eq!((ids(&one).len(), ids(&one)), (1, ids(&two)));
    let three = refresh(&simulator, &[("ObjectPath", &urls(&hosts[0], 1_600, 900))]).await;
    assert_eq!((ids(&three).len(), ids(&three)[0]), (2, ids(&one)[0]));
    hand.advance(TimeDelta::seconds(1));
    let later = refresh(&simulator, &[("ObjectPath", &urls(&hosts[0], 0, 1))]).await;
    assert!(!ids(&three).contains(&ids(&later)[0]));
    let both = format!("{}\n{}", urls(&hosts[1], 0, 1), urls(&hosts[2], 0, 1));
    assert_eq!(ids(&refresh(&simulator, &[("ObjectPath", &both)]).await).len(), 2);
    let answer =
        ask(&simulator, "DescribeRefreshTaskById", &[("TaskId", &ids(&three).join(","))]).await;
    assert_eq!(answer["TotalCount"], 2_500);
    assert_eq!(answer["Tasks"].as_array().unwrap().len(), 2_500);
}

#[tokio::test]
async fn every_directory_is_a_task_of_its_own() {
    let (simulator, _) = quiet(without_rates).await;
    let host = &online(&simulator)[0];
    let paths = format!("https://{host}/a/\nhttps://{host}/b/");
    let form = [("ObjectPath", paths.as_str()), ("ObjectType", "Directory"), ("Force", "True")];
    let answer = refresh(&simulator, &form).await;
    let given = ids(&answer);
    assert_eq!(given.len(), 2);
    for (id, path) in given.iter().zip(paths.lines()) {
        let answer = ask(&simulator, "DescribeRefreshTaskById", &[("TaskId", id)]).await;
        let [row] = answer["Tasks"].as_array().unwrap().as_slice() else { panic!("{answer}") };
        assert_eq!(
            (row["ObjectPath"].as_str(), row["Status"].as_str()),
            (Some(path), Some("Pending"))
        );
    }
    let [purge] = simulator.alibaba().purges().try_into().unwrap();
    assert!(purge.force && purge.task_ids == given);
}

#[tokio::test]
async fn what_is_wrong_with_a_purge_is_told_and_nothing_happens() {
    let (simulator, _) = quiet(without_rates).await;
    let hosts = online(&simulator);
    let offline = simulator.alibaba().domains().into_iter().find(|it| it.status == "offline");
    let at = |host: &str| format!("https://{host}/a.jpg");
    let (good, gone) = (at(&hosts[0]), at(&offline.unwrap().domain));
    let long = format!("{good}{}", "x".repeat(1_024));
    let many = vec![good.as_str(); 1_001].join("\n");
    let wide: Vec<String> = hosts.iter().take(11).map(|host| at(host)).collect();
    for (path, object_type, expected) in [
        ("no such form", "File", "InvalidObjectPath.Malformed"),
        (good.as_str(), "Directory", "InvalidObjectPath.Malformed"),
        (good.as_str(), "Everything", "InvalidObjectType.Malformed"),
        (long.as_str(), "File", "InvalidObjectPath.Size.Malformed"),
        (many.as_str(), "File", "SingleRequest.OverLimit"),
        (wide.join("\n").as_str(), "File", "InvalidObjectPath.OverLimit"),
        ("https://nobody.example/a.jpg", "File", "InvalidDomain.NotFound"),
        (gone.as_str(), "File", "InvalidDomain.Offline"),
        ("", "File", "MissingObjectPath"),
    ] {
        let form = [("ObjectPath", path), ("ObjectType", object_type)];
        assert_eq!(code(&refresh(&simulator, &form).await), expected);
    }
    assert!(simulator.alibaba().purges().is_empty());
}

#[tokio::test]
async fn a_days_quota_runs_out() {
    let (simulator, _) = quiet(without_rates).await;
    let host = &online(&simulator)[0];
    let path = format!("https://{host}/[0-9].*.jpg");
    let left = async || {
        let answer = ask(&simulator, "DescribeRefreshQuota", &[]).await;
        answer["RegexRemain"].as_str().unwrap().parse::<usize>().unwrap()
    };
    assert_eq!(left().await, 20);
    for _ in 0..20 {
        let form = [("ObjectPath", path.as_str()), ("ObjectType", "Regex")];
        assert_eq!(code(&refresh(&simulator, &form).await), "none");
    }
    assert_eq!(left().await, 0);
    let form = [("ObjectPath", path.as_str()), ("ObjectType", "Regex")];
    assert_eq!(code(&refresh(&simulator, &form).await), "QuotaExceeded.Refresh");
}

#[tokio::test]
async fn the_history_comes_in_the_order_of_the_scenario_and_is_the_same_in_each() {
    let listed = async |order: ListingOrder| {
        let (simulator, _) = quiet(|options| {
            without_rates(options);
            options.scenario.alibaba.order = order;
        })
        .await;
        let rows = all(&simulator, &[]).await;
        rows.iter().map(|row| row["CreationTime"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let newest = listed(ListingOrder::Newest).await;
    let oldest = listed(ListingOrder::Oldest).await;
    let shuffled = listed(ListingOrder::Shuffled).await;
    assert!(newest.is_sorted_by(|one, other| one >= other) && oldest.is_sorted());
    assert_ne!(newest.first(), newest.last());
    assert!(!shuffled.is_sorted() && !shuffled.is_sorted_by(|one, other| one >= other));
    let sorted = |mut rows: Vec<String>| {
        rows.sort();
        rows
    };
    assert_eq!(sorted(newest), oldest);
    assert_eq!(sorted(shuffled), oldest);
}

#[tokio::test]
async fn a_late_status_tells_of_the_question_before() {
    let (simulator, hand) = quiet(|options| {
        without_rates(options);
        options.scenario.alibaba.late_status = true;
    })
    .await;
    let host = &online(&simulator)[0];
    let ids = simulator.alibaba().add_purge("file", &[&format!("https://{host}/a.jpg")]);
    let query = [("TaskId", ids.unwrap().remove(0))];
    let query = query.each_ref().map(|(name, value)| (*name, value.as_str()));
    let status = async || {
        let answer = ask(&simulator, "DescribeRefreshTaskById", &query).await;
        answer["Tasks"][0]["Status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status().await, "Pending");
    hand.advance(TimeDelta::minutes(10));
    assert_eq!([status().await.as_str(), status().await.as_str()], ["Pending", "Complete"]);
}

#[tokio::test]
async fn the_edge_is_emptied_by_each_type_and_keeps_what_has_not_changed_unless_forced() {
    let (simulator, hand) = quiet(without_rates).await;
    let host = &online(&simulator)[0];
    let edge = simulator.edge().base_url();
    let cache = async |path: &str| {
        let text = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        let answer = raw(&edge, &text).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let line = answer.lines().find(|line| line.starts_with("x-cache:")).unwrap().to_owned();
        assert!(answer.contains("x-swift-savetime: ") && answer.contains("eagleid: "));
        line.trim_start_matches("x-cache: ").to_owned()
    };
    let (hit, miss) = ("HIT TCP_MEM_HIT dirn:-2:-2", "MISS TCP_MISS dirn:-2:-2");
    let own = format!("https://{host}/img/1a.jpg?w=1");
    let bare = format!("https://{host}/img/1a.jpg");
    let directory = format!("https://{host}/img/");
    let regex = format!("https://{host}/img/[0-9][a-z].*jpg.*");
    for (object_type, path, force, changed, expected) in [
        ("File", own.as_str(), "false", false, miss),
        ("File", bare.as_str(), "true", true, hit),
        ("ExQuery", bare.as_str(), "true", false, miss),
        ("Directory", directory.as_str(), "true", false, miss),
        ("Directory", directory.as_str(), "false", false, hit),
        ("Directory", directory.as_str(), "false", true, miss),
        ("Regex", regex.as_str(), "true", false, miss),
        ("Regex", regex.as_str(), "false", false, hit),
        ("Tag", "img", "true", false, miss),
        ("Tag", "css", "true", false, hit),
    ] {
        cache("/img/1a.jpg?w=1").await;
        assert_eq!(cache("/img/1a.jpg?w=1").await, hit);
        if changed {
            simulator.edge().publish(host, "/img/1a.jpg?w=1");
        }
        let answer = if object_type == "Tag" {
            let query = [("DomainName", host.as_str()), ("CacheTag", path), ("Force", force)];
            ask(&simulator, "RefreshObjectCacheByCacheTag", &query).await
        } else {
            let form = [("ObjectPath", path), ("ObjectType", object_type), ("Force", force)];
            refresh(&simulator, &form).await
        };
        assert_eq!(code(&answer), "none");
        hand.advance(TimeDelta::seconds(61));
        let words = cache("/img/1a.jpg?w=1").await;
        assert_eq!(words, expected, "{object_type} {path} {force} {changed}");
    }
}
