//! Tencent's two APIs, seen from outside by a client that signs for itself.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use url::form_urlencoded;

use crate::simulator::testing::{Answer, noon, quiet, send};
use crate::simulator::{Options, Scenario, Simulator, TencentLimits};

/// How one request of API 3.0 is to be signed.
struct Signing {
    id: String,
    key: String,
    token: Option<String>,
    at: DateTime<Utc>,
    version: &'static str,
    language: &'static str,
}

impl Signing {
    fn of(simulator: &Simulator, at: DateTime<Utc>) -> Self {
        let account = simulator.tencent().account();
        Self {
            id: account.secret_id,
            key: account.secret_key,
            token: None,
            at,
            version: "2018-06-06",
            language: "en-US",
        }
    }

    fn authorization(&self, host: &str, body: &str) -> String {
        let hmac = |key: &[u8], text: &str| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
            mac.update(text.as_bytes());
            mac.finalize().into_bytes().to_vec()
        };
        let hash = |text: &str| hex::encode(Sha256::digest(text.as_bytes()));
        let date = self.at.format("%Y-%m-%d").to_string();
        let scope = format!("{date}/cdn/tc3_request");
        let canonical = format!(
            "POST\n/\n\ncontent-type:application/json\nhost:{host}\n\ncontent-type;host\n{}",
            hash(body)
        );
        let text = format!(
            "TC3-HMAC-SHA256\n{}\n{scope}\n{}",
            self.at.timestamp(),
            hash(&canonical)
        );
        let key = hmac(
            &hmac(&hmac(format!("TC3{}", self.key).as_bytes(), &date), "cdn"),
            "tc3_request",
        );
        format!(
            "TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=content-type;host, Signature={}",
            self.id,
            hex::encode(hmac(&key, &text))
        )
    }

    async fn send(&self, simulator: &Simulator, action: &str, body: &Value) -> Value {
        let base_url = simulator.tencent().base_url();
        let body = body.to_string();
        let authorization = self.authorization(base_url.trim_start_matches("http://"), &body);
        let timestamp = self.at.timestamp().to_string();
        let mut headers = vec![
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
            ("x-tc-action", action),
            ("x-tc-version", self.version),
            ("x-tc-timestamp", timestamp.as_str()),
            ("x-tc-language", self.language),
        ];
        if let Some(token) = &self.token {
            headers.push(("x-tc-token", token));
        }
        let answer = send(&base_url, "POST", "/", &headers, &body).await.unwrap();
        assert_eq!(answer.status, 200);
        let response = answer.json()["Response"].clone();
        assert_eq!(response["RequestId"].as_str().unwrap().len(), 36);
        response
    }
}

async fn call(simulator: &Simulator, action: &str, body: &Value) -> Value {
    Signing::of(simulator, noon())
        .send(simulator, action, body)
        .await
}

fn code(response: &Value) -> &str {
    response["Error"]["Code"].as_str().unwrap_or("none")
}

/// A domain of this area that is online.
fn domain(simulator: &Simulator, area: &str) -> String {
    let domains = simulator.tencent().domains();
    domains
        .into_iter()
        .find(|domain| domain.area == area && domain.status == "online")
        .unwrap()
        .domain
}

/// Every row since long ago.
async fn all(simulator: &Simulator, filter: &[(&str, Value)]) -> Vec<Value> {
    let mut rows = Vec::new();
    loop {
        let mut body =
            json!({"StartTime": "2026-10-01 00:00:00", "Offset": rows.len(), "Limit": 1000});
        for (name, value) in filter {
            body[*name] = value.clone();
        }
        let page = call(simulator, "DescribePurgeTasks", &body).await;
        rows.extend(page["PurgeLogs"].as_array().unwrap().iter().cloned());
        if rows.len() as u64 >= page["TotalCount"].as_u64().unwrap() {
            return rows;
        }
    }
}

#[tokio::test]
async fn the_announced_key_signs_and_anything_else_is_refused() {
    let (simulator, _) = quiet(|_| {}).await;
    let announced: Value = serde_json::from_str(&simulator.announcement()).unwrap();
    assert_eq!(
        announced["tencent"]["base_url"],
        simulator.tencent().base_url()
    );
    let right = || Signing::of(&simulator, noon());
    for (signing, expected) in [
        (right(), "none"),
        (
            Signing {
                key: "other".into(),
                ..right()
            },
            "AuthFailure.SignatureFailure",
        ),
        (
            Signing {
                id: "AKIDother".into(),
                ..right()
            },
            "AuthFailure.SecretIdNotFound",
        ),
        (
            Signing {
                at: noon() - TimeDelta::seconds(301),
                ..right()
            },
            "AuthFailure.SignatureExpire",
        ),
        (
            Signing {
                at: noon() + TimeDelta::seconds(301),
                ..right()
            },
            "AuthFailure.SignatureExpire",
        ),
        (
            Signing {
                at: noon() - TimeDelta::seconds(299),
                ..right()
            },
            "none",
        ),
        (
            Signing {
                version: "2017-01-01",
                ..right()
            },
            "NoSuchVersion",
        ),
    ] {
        assert_eq!(
            code(
                &signing
                    .send(&simulator, "DescribePurgeQuota", &json!({}))
                    .await
            ),
            expected
        );
    }
    let base_url = simulator.tencent().base_url();
    let headers = [("x-tc-action", "A"), ("x-tc-version", "B")];
    let bare = send(&base_url, "POST", "/", &headers, "{}");
    let bare = bare.await.unwrap().json();
    assert_eq!(code(&bare["Response"]), "AuthFailure.InvalidAuthorization");
}

#[tokio::test]
async fn a_temporary_key_needs_its_token() {
    let (simulator, _) = quiet(|_| {}).await;
    let account = simulator.tencent().account();
    let signing = |token: Option<&str>| Signing {
        id: account.temporary_id.clone(),
        key: account.temporary_key.clone(),
        token: token.map(str::to_owned),
        ..Signing::of(&simulator, noon())
    };
    for (token, expected) in [
        (Some(account.session_token.as_str()), "none"),
        (Some("other"), "AuthFailure.TokenFailure"),
        (None, "AuthFailure.TokenFailure"),
    ] {
        assert_eq!(
            code(
                &signing(token)
                    .send(&simulator, "DescribePurgeQuota", &json!({}))
                    .await
            ),
            expected
        );
    }
}

#[tokio::test]
async fn messages_are_chinese_unless_english_is_asked_for() {
    let (simulator, _) = quiet(|_| {}).await;
    for (language, expected) in [
        ("zh-CN", "接口 `Nothing` 不存在。"),
        (
            "en-US",
            "The action `Nothing` does not exist for the service cdn.",
        ),
    ] {
        let signing = Signing {
            language,
            ..Signing::of(&simulator, noon())
        };
        let response = signing.send(&simulator, "Nothing", &json!({})).await;
        assert_eq!(
            response["Error"],
            json!({"Code": "InvalidAction", "Message": expected})
        );
    }
}

#[tokio::test]
async fn a_batch_becomes_one_task_with_a_row_per_url_done_one_after_the_other() {
    let (simulator, hand) = quiet(|_| {}).await;
    let host = domain(&simulator, "mainland");
    let urls: Vec<String> = (0..4).map(|i| format!("https://{host}/a{i}.jpg")).collect();
    let response = call(&simulator, "PurgeUrlsCache", &json!({"Urls": urls})).await;
    let task = response["TaskId"].as_str().unwrap();
    assert_eq!(simulator.tencent().purges()[0].task_id, task);
    let rows = || async {
        let signing = Signing::of(&simulator, hand.now());
        signing
            .send(&simulator, "DescribePurgeTasks", &json!({"TaskId": task}))
            .await
    };
    let before = rows().await;
    assert_eq!(before["TotalCount"], 4);
    assert_eq!(
        before["PurgeLogs"][0],
        json!({
            "TaskId": task,
            "Url": urls[0],
            "Status": "process",
            "PurgeType": "url",
            "FlushType": "delete",
            "CreateTime": "2026-11-21 20:00:00",
        })
    );
    let mut done = BTreeSet::new();
    for _ in 0..62 {
        let rows = rows().await;
        let statuses: Vec<&str> = rows["PurgeLogs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["Status"].as_str().unwrap())
            .collect();
        assert!(
            statuses.is_sorted(),
            "done ones stand before those under way: {statuses:?}"
        );
        done.insert(statuses.iter().filter(|status| **status == "done").count());
        hand.advance(TimeDelta::seconds(1));
    }
    assert_eq!((done.first(), done.last()), (Some(&0), Some(&4)));
}

#[tokio::test]
async fn a_directory_needs_to_be_told_how_it_is_flushed() {
    let (simulator, _) = quiet(|_| {}).await;
    let paths = [format!("https://{}/js/", domain(&simulator, "global"))];
    let flush = |word: &str| json!({"Paths": paths, "FlushType": word});
    assert_eq!(
        code(&call(&simulator, "PurgePathCache", &json!({"Paths": paths})).await),
        "MissingParameter"
    );
    assert_eq!(
        code(&call(&simulator, "PurgePathCache", &flush("all")).await),
        "InvalidParameter.CdnParamError"
    );
    for word in ["flush", "delete"] {
        assert_eq!(
            code(&call(&simulator, "PurgePathCache", &flush(word)).await),
            "none"
        );
    }
    let taken: Vec<_> = simulator
        .tencent()
        .purges()
        .iter()
        .map(|purge| (purge.purge_type, purge.flush_type))
        .collect();
    assert_eq!(taken, [("path", "flush"), ("path", "delete")]);
}

#[tokio::test]
async fn bad_targets_refuse_the_whole_batch_by_name() {
    let (simulator, _) = quiet(|_| {}).await;
    let host = domain(&simulator, "mainland");
    let offline = simulator
        .tencent()
        .domains()
        .into_iter()
        .find(|domain| domain.status == "offline")
        .unwrap()
        .domain;
    let good = format!("https://{host}/a");
    for (bad, expected) in [
        ("/a".to_owned(), "InvalidParameter.CdnParamError"),
        (format!("{host}/a"), "InvalidParameter.CdnParamError"),
        (
            format!("https://{host}/*.jpg"),
            "InvalidParameter.CdnPurgeWildcardNotAllowed",
        ),
        (
            format!("https://{host}/{}", "a".repeat(2050)),
            "InvalidParameter.CdnUrlExceedLength",
        ),
        (
            "https://elsewhere.example.org/a".to_owned(),
            "ResourceNotFound.CdnHostNotExists",
        ),
        (
            format!("https://{offline}/a"),
            "ResourceUnavailable.CdnHostIsNotOnline",
        ),
    ] {
        let response = call(&simulator, "PurgeUrlsCache", &json!({"Urls": [good, bad]})).await;
        assert_eq!(code(&response), expected, "{bad}");
    }
    let area = json!({"Urls": [good], "Area": "overseas"});
    assert_eq!(
        code(&call(&simulator, "PurgeUrlsCache", &area).await),
        "InvalidParameter.CdnParamError"
    );
    assert_eq!(
        code(&call(&simulator, "PurgeUrlsCache", &json!({})).await),
        "MissingParameter"
    );
    assert_eq!(
        code(&call(&simulator, "PurgeUrlsCache", &json!({"Urls": good})).await),
        "InvalidParameter"
    );
    assert_eq!(
        code(
            &call(
                &simulator,
                "PurgeUrlsCache",
                &json!({"Urls": [good], "Url": 1})
            )
            .await
        ),
        "UnknownParameter"
    );
    assert_eq!(simulator.tencent().purges(), []);
}

#[tokio::test]
async fn quotas_are_told_per_area_and_held() {
    let (simulator, _) = quiet(|options| {
        options.records = 0;
        options.scenario.tencent.limits = TencentLimits {
            urls: 3,
            urls_a_day: 5,
            paths: 2,
            paths_a_day: 2,
            ..TencentLimits::default()
        };
    })
    .await;
    let quota = || async { call(&simulator, "DescribePurgeQuota", &json!({})).await };
    let before = quota().await;
    assert_eq!(
        before["UrlPurge"],
        json!([
            {"Area": "mainland", "Batch": 3, "Total": 5, "Available": 5},
            {"Area": "overseas", "Batch": 3, "Total": 5, "Available": 5},
        ])
    );
    let urls = |area: &str, count: usize| {
        let host = domain(&simulator, area);
        json!({"Urls": (0..count).map(|i| format!("http://{host}/{i}")).collect::<Vec<_>>()})
    };
    assert_eq!(
        code(&call(&simulator, "PurgeUrlsCache", &urls("mainland", 4)).await),
        "LimitExceeded.CdnPurgeUrlExceedBatchLimit"
    );
    assert_eq!(
        code(&call(&simulator, "PurgeUrlsCache", &urls("mainland", 3)).await),
        "none"
    );
    assert_eq!(
        code(&call(&simulator, "PurgeUrlsCache", &urls("mainland", 3)).await),
        "LimitExceeded.CdnPurgeUrlExceedDayLimit"
    );
    assert_eq!(
        code(&call(&simulator, "PurgeUrlsCache", &urls("global", 2)).await),
        "none"
    );
    let after = quota().await;
    assert_eq!(
        (
            &after["UrlPurge"][0]["Available"],
            &after["UrlPurge"][1]["Available"]
        ),
        (&json!(0), &json!(3))
    );
    let paths = json!({"Paths": [format!("https://{}/a/", domain(&simulator, "overseas"))], "FlushType": "flush"});
    for expected in ["none", "none", "LimitExceeded.CdnPurgePathExceedDayLimit"] {
        assert_eq!(
            code(&call(&simulator, "PurgePathCache", &paths).await),
            expected
        );
    }
}

#[tokio::test]
async fn a_new_day_in_beijing_brings_new_quotas() {
    let (simulator, hand) = quiet(|options| options.records = 0).await;
    let urls = json!({"Urls": [format!("https://{}/a", domain(&simulator, "mainland"))]});
    call(&simulator, "PurgeUrlsCache", &urls).await;
    let available = || async {
        let quota = Signing::of(&simulator, hand.now())
            .send(&simulator, "DescribePurgeQuota", &json!({}))
            .await;
        quota["UrlPurge"][0]["Available"].as_u64().unwrap()
    };
    hand.advance(TimeDelta::seconds(4 * 3600 - 1));
    assert_eq!(available().await, 9999, "23:59:59 in Beijing");
    hand.advance(TimeDelta::seconds(1));
    assert_eq!(available().await, 10_000);
}

#[tokio::test]
async fn twenty_calls_of_an_action_in_a_second_are_enough() {
    let (simulator, hand) = quiet(|_| {}).await;
    let signed = |at| Signing::of(&simulator, at);
    for _ in 0..20 {
        assert_eq!(
            code(
                &signed(noon())
                    .send(&simulator, "DescribePurgeQuota", &json!({}))
                    .await
            ),
            "none"
        );
    }
    assert_eq!(
        code(
            &signed(noon())
                .send(&simulator, "DescribePurgeQuota", &json!({}))
                .await
        ),
        "RequestLimitExceeded"
    );
    assert_eq!(
        code(
            &signed(noon())
                .send(&simulator, "DescribeDomains", &json!({}))
                .await
        ),
        "none"
    );
    hand.advance(TimeDelta::seconds(1));
    assert_eq!(
        code(
            &signed(hand.now())
                .send(&simulator, "DescribePurgeQuota", &json!({}))
                .await
        ),
        "none"
    );
    let (free, _) = quiet(|options| options.rate_limits = false).await;
    for _ in 0..25 {
        assert_eq!(
            code(&call(&free, "DescribePurgeQuota", &json!({})).await),
            "none"
        );
    }
}

#[tokio::test]
async fn tasks_are_paged_by_row_and_every_row_is_told_once() {
    let (simulator, _) = quiet(|options| options.rate_limits = false).await;
    let rows = all(&simulator, &[]).await;
    let distinct: BTreeSet<String> = rows
        .iter()
        .map(|row| format!("{} {}", row["TaskId"], row["Url"]))
        .collect();
    assert_eq!(distinct.len(), rows.len());
    let tasks: BTreeSet<&str> = rows
        .iter()
        .map(|row| row["TaskId"].as_str().unwrap())
        .collect();
    assert_eq!(tasks.len(), 600);
    assert!(
        tasks.iter().any(|task| task.contains('-')) && tasks.iter().any(|task| task.len() == 18)
    );
    let times: Vec<&str> = rows
        .iter()
        .map(|row| row["CreateTime"].as_str().unwrap())
        .collect();
    assert!(times.iter().rev().is_sorted(), "newest first");
    let page = call(
        &simulator,
        "DescribePurgeTasks",
        &json!({"StartTime": "2026-10-01 00:00:00"}),
    )
    .await;
    assert_eq!(page["PurgeLogs"].as_array().unwrap()[..], rows[..20]);
    let page = call(
        &simulator,
        "DescribePurgeTasks",
        &json!({"StartTime": "2026-10-01 00:00:00", "Offset": 7, "Limit": 30}),
    )
    .await;
    assert_eq!(page["PurgeLogs"].as_array().unwrap()[..], rows[7..37]);
}

#[tokio::test]
async fn tasks_are_filtered_by_row() {
    let (simulator, _) = quiet(|options| {
        options.rate_limits = false;
        options.scenario.failed_percent = 10.0;
    })
    .await;
    let rows = all(&simulator, &[]).await;
    let expect = |wanted: &dyn Fn(&Value) -> bool| -> Vec<Value> {
        rows.iter().filter(|row| wanted(row)).cloned().collect()
    };
    let url = rows[3]["Url"].as_str().unwrap();
    let host = url.split('/').nth(2).unwrap();
    for (filter, expected) in [
        (
            ("Status", json!("fail")),
            expect(&|row| row["Status"] == "fail"),
        ),
        (
            ("Status", json!("process")),
            expect(&|row| row["Status"] == "process"),
        ),
        (
            ("PurgeType", json!("path")),
            expect(&|row| row["PurgeType"] == "path"),
        ),
        (("Keyword", json!(url)), expect(&|row| row["Url"] == url)),
        (
            ("Keyword", json!(host)),
            expect(&|row| {
                row["Url"]
                    .as_str()
                    .unwrap()
                    .starts_with(&format!("https://{host}/"))
            }),
        ),
        (
            ("EndTime", json!("2026-11-10 12:00:00")),
            expect(&|row| row["CreateTime"].as_str().unwrap() <= "2026-11-10 12:00:00"),
        ),
    ] {
        assert!(!expected.is_empty(), "{filter:?}");
        assert_eq!(
            all(&simulator, std::slice::from_ref(&filter)).await,
            expected,
            "{filter:?}"
        );
    }
    for (body, expected) in [
        (json!({}), "MissingParameter"),
        (
            json!({"StartTime": "2026-11-01T00:00:00Z"}),
            "InvalidParameter.CdnParamError",
        ),
        (
            json!({"StartTime": "2026-11-01 00:00:00", "Limit": 1001}),
            "InvalidParameter.CdnParamError",
        ),
        (
            json!({"StartTime": "2026-11-01 00:00:00", "Limit": "20"}),
            "InvalidParameter",
        ),
        (
            json!({"StartTime": "2026-11-01 00:00:00", "Status": "lost"}),
            "InvalidParameter.CdnParamError",
        ),
    ] {
        assert_eq!(
            code(&call(&simulator, "DescribePurgeTasks", &body).await),
            expected,
            "{body}"
        );
    }
}

#[tokio::test]
async fn domains_are_told_with_their_areas_and_filtered() {
    let (simulator, _) = quiet(|_| {}).await;
    let domains = call(&simulator, "DescribeDomains", &json!({})).await;
    assert_eq!(
        (
            &domains["TotalNumber"],
            domains["Domains"].as_array().unwrap().len()
        ),
        (&json!(18), 18)
    );
    let filtered = |name: &str, value: &str, fuzzy: bool| json!({"Filters": [{"Name": name, "Value": [value], "Fuzzy": fuzzy}]});
    for (body, expected) in [
        (filtered("status", "offline", false), 1),
        (
            filtered(
                "domain",
                domains["Domains"][2]["Domain"].as_str().unwrap(),
                false,
            ),
            1,
        ),
        (filtered("domain", "www.", true), 6),
        (filtered("domain", "www.", false), 0),
    ] {
        assert_eq!(
            call(&simulator, "DescribeDomains", &body).await["TotalNumber"],
            expected,
            "{body}"
        );
    }
    let page = call(
        &simulator,
        "DescribeDomains",
        &json!({"Offset": 16, "Limit": 5}),
    )
    .await;
    assert_eq!(page["Domains"].as_array().unwrap().len(), 2);
}

static NONCE: AtomicU64 = AtomicU64::new(1);

/// One request of API 2.0.
struct Older<'a> {
    method: &'static str,
    sha256: bool,
    at: DateTime<Utc>,
    nonce: u64,
    key: &'a str,
    id: &'a str,
}

impl Older<'_> {
    async fn send(&self, simulator: &Simulator, action: &str, params: &[(&str, &str)]) -> Answer {
        let base_url = simulator.tencent().base_url();
        let host = base_url.trim_start_matches("http://");
        let mut pairs: Vec<(String, String)> = vec![
            ("Action".into(), action.into()),
            ("Timestamp".into(), self.at.timestamp().to_string()),
            ("Nonce".into(), self.nonce.to_string()),
            ("SecretId".into(), self.id.into()),
        ];
        if self.sha256 {
            pairs.push(("SignatureMethod".into(), "HmacSHA256".into()));
        }
        pairs.extend(
            params
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        pairs.sort();
        let joined: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let text = format!("{}{host}/v2/index.php?{}", self.method, joined.join("&"));
        let signature = if self.sha256 {
            let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_bytes()).unwrap();
            mac.update(text.as_bytes());
            mac.finalize().into_bytes().to_vec()
        } else {
            let mut mac = Hmac::<Sha1>::new_from_slice(self.key.as_bytes()).unwrap();
            mac.update(text.as_bytes());
            mac.finalize().into_bytes().to_vec()
        };
        pairs.push((
            "Signature".into(),
            base64::engine::general_purpose::STANDARD.encode(signature),
        ));
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        if self.method == "GET" {
            send(&base_url, "GET", &format!("/v2/index.php?{form}"), &[], "")
                .await
                .unwrap()
        } else {
            let headers = [("content-type", "application/x-www-form-urlencoded")];
            send(&base_url, "POST", "/v2/index.php", &headers, &form)
                .await
                .unwrap()
        }
    }
}

async fn older(simulator: &Simulator, action: &str, params: &[(&str, &str)]) -> Value {
    let account = simulator.tencent().account();
    let nonce = NONCE.fetch_add(1, Ordering::Relaxed);
    let request = Older {
        method: "POST",
        sha256: true,
        at: noon(),
        nonce,
        key: &account.secret_key,
        id: &account.secret_id,
    };
    let answer = request.send(simulator, action, params).await;
    assert_eq!(answer.status, 200);
    answer.json()
}

#[tokio::test]
async fn the_older_api_takes_both_methods_and_both_signatures_once() {
    let (simulator, _) = quiet(|_| {}).await;
    let account = simulator.tencent().account();
    let right = Older {
        method: "GET",
        sha256: false,
        at: noon(),
        nonce: 90_001,
        key: &account.secret_key,
        id: &account.secret_id,
    };
    for (request, expected) in [
        (Older { ..right }, 0),
        (Older { ..right }, 4500),
        (
            Older {
                nonce: 90_002,
                sha256: true,
                ..right
            },
            0,
        ),
        (
            Older {
                nonce: 90_003,
                method: "POST",
                ..right
            },
            0,
        ),
        (
            Older {
                nonce: 90_004,
                method: "POST",
                sha256: true,
                ..right
            },
            0,
        ),
        (
            Older {
                nonce: 90_005,
                key: "other",
                ..right
            },
            4100,
        ),
        (
            Older {
                nonce: 90_006,
                id: "AKIDother",
                ..right
            },
            4104,
        ),
        (
            Older {
                nonce: 90_007,
                at: noon() - TimeDelta::seconds(7201),
                ..right
            },
            4200,
        ),
        (
            Older {
                nonce: 90_008,
                at: noon() - TimeDelta::seconds(7100),
                ..right
            },
            0,
        ),
        (Older { nonce: 0, ..right }, 4000),
    ] {
        let answer = request
            .send(&simulator, "DescribeCdnHosts", &[])
            .await
            .json();
        assert_eq!(answer["code"], expected, "{answer}");
    }
}

#[tokio::test]
async fn the_older_api_purges_and_tells_it_as_documented() {
    let (simulator, hand) = quiet(|_| {}).await;
    let host = domain(&simulator, "mainland");
    let (a, b) = (
        format!("https://{host}/a b.jpg?x=1&y=%E4%BD%A0"),
        format!("https://{host}/b.jpg"),
    );
    let accepted = older(
        &simulator,
        "RefreshCdnUrl",
        &[("urls.0", &a), ("urls.1", &b)],
    )
    .await;
    assert_eq!(
        (
            &accepted["code"],
            &accepted["codeDesc"],
            &accepted["data"]["count"]
        ),
        (&json!(0), &json!("Success"), &json!(2))
    );
    let task = accepted["data"]["task_id"].as_str().unwrap();
    let by_task = older(&simulator, "GetCdnRefreshLog", &[("taskId", task)]).await;
    let log = &by_task["data"]["logs"][0];
    assert_eq!(
        (&by_task["data"]["total"], &log["status"], &log["type"]),
        (&json!(1), &json!(0), &json!(0))
    );
    assert_eq!(
        (&log["url_list"], &log["datetime"], &log["host"]),
        (&json!([a, b]), &json!("2026-11-21 20:00:00"), &json!(host))
    );
    hand.advance(TimeDelta::seconds(61));
    let range = [
        ("startDate", "2026-11-21 20:00:00"),
        ("endDate", "2026-11-21 20:01:00"),
        ("url", b.as_str()),
    ];
    let later = older(&simulator, "GetCdnRefreshLog", &range).await;
    assert_eq!(
        (&later["data"]["total"], &later["data"]["logs"][0]["status"]),
        (&json!(1), &json!(1))
    );
    let directory = format!("https://{host}/js/");
    older(
        &simulator,
        "RefreshCdnDir",
        &[("dirs.0", &directory), ("type", "2")],
    )
    .await;
    let purge = simulator.tencent().purges().pop().unwrap();
    assert_eq!((purge.purge_type, purge.flush_type), ("path", "delete"));
}

#[tokio::test]
async fn the_older_api_refuses_in_its_own_envelope() {
    let (simulator, _) = quiet(|_| {}).await;
    let nowhere = older(
        &simulator,
        "RefreshCdnUrl",
        &[("urls.0", "https://elsewhere.example.org/a")],
    )
    .await;
    assert_eq!(
        nowhere,
        json!({"code": 4000, "message": "(9110) cdn no such host", "codeDesc": 9110})
    );
    for (action, params, expected) in [
        ("GetCdnRefreshLog", vec![], json!(4000)),
        (
            "GetCdnRefreshLog",
            vec![("startDate", "2026-11-01 00:00:00")],
            json!(4000),
        ),
        (
            "GetCdnRefreshLog",
            vec![
                ("startDate", "1.11.2026"),
                ("endDate", "2026-11-01 00:00:00"),
            ],
            json!(4000),
        ),
        (
            "GetCdnRefreshLog",
            vec![
                ("startDate", "2026-01-01 00:00:00"),
                ("endDate", "2026-11-01 00:00:00"),
            ],
            json!(4000),
        ),
        ("RefreshCdnDir", vec![], json!(4000)),
        ("SomethingElse", vec![], json!(4000)),
    ] {
        let answer = older(&simulator, action, &params).await;
        assert_eq!(answer["code"], expected, "{answer}");
        assert!(answer["codeDesc"].is_string() || answer["codeDesc"].is_number());
    }
    let task = older(
        &simulator,
        "RefreshCdnUrl",
        &[(
            "urls.0",
            &format!("https://{}/a", domain(&simulator, "global")),
        )],
    )
    .await;
    let task = task["data"]["task_id"].as_str().unwrap().to_owned();
    let outside = [
        ("startDate", "2026-11-01 00:00:00"),
        ("endDate", "2026-11-02 00:00:00"),
        ("taskId", task.as_str()),
    ];
    assert_eq!(
        older(&simulator, "GetCdnRefreshLog", &outside).await["message"],
        "(9003) The date is invalid"
    );
}

#[tokio::test]
async fn the_older_log_has_no_pages_and_can_be_cut_short() {
    let (simulator, _) = quiet(|options| {
        options.scenario = Scenario::quiet();
        options.scenario.tencent.refresh_log_rows = Some(50);
    })
    .await;
    let range = [
        ("startDate", "2026-10-23 00:00:00"),
        ("endDate", "2026-11-21 23:59:59"),
    ];
    let log = older(&simulator, "GetCdnRefreshLog", &range).await;
    assert_eq!(log["data"]["logs"].as_array().unwrap().len(), 50);
    assert!(log["data"]["total"].as_u64().unwrap() > 500);
    let (whole, _) = quiet(|_: &mut Options| {}).await;
    let log = older(&whole, "GetCdnRefreshLog", &range).await;
    assert_eq!(
        log["data"]["logs"].as_array().unwrap().len() as u64,
        log["data"]["total"].as_u64().unwrap()
    );
}

#[tokio::test]
async fn a_form_of_parts_is_read_like_the_other_and_a_long_query_is_a_501() {
    let (simulator, _) = quiet(|_| {}).await;
    let base_url = simulator.tencent().base_url();
    let body = "--x\r\nContent-Disposition: form-data; name=\"Action\"\r\n\r\nGetCdnRefreshLog\r\n--x--\r\n";
    let headers = [("content-type", "multipart/form-data; boundary=x")];
    let answer = send(&base_url, "POST", "/v2/index.php", &headers, body)
        .await
        .unwrap()
        .json();
    assert_eq!(
        answer["message"],
        "(100004) missing required parameter Timestamp"
    );
    let long = format!("/v2/index.php?a={}", "b".repeat(33 << 10));
    assert_eq!(
        send(&base_url, "GET", &long, &[], "").await.unwrap().status,
        501
    );
}

#[tokio::test]
async fn a_colleague_purges_in_the_console() {
    let (simulator, _) = quiet(|_| {}).await;
    let url = format!("https://{}/a", domain(&simulator, "global"));
    let task = simulator.tencent().add_purge("url", &[&url]).unwrap();
    let rows = call(&simulator, "DescribePurgeTasks", &json!({"TaskId": task})).await;
    assert_eq!(rows["PurgeLogs"][0]["Url"], url);
    assert_eq!(simulator.tencent().purges(), []);
    assert_eq!(
        simulator
            .tencent()
            .add_purge("url", &["https://nowhere.example.org/"]),
        None
    );
}

#[tokio::test]
async fn the_access_log_shows_no_signature() {
    let (simulator, _) = quiet(|_| {}).await;
    let account = simulator.tencent().account();
    let request = Older {
        method: "GET",
        sha256: false,
        at: noon(),
        nonce: 80_001,
        key: &account.secret_key,
        id: &account.secret_id,
    };
    request.send(&simulator, "DescribeCdnHosts", &[]).await;
    Older {
        method: "POST",
        nonce: 80_002,
        ..request
    }
    .send(&simulator, "DescribeCdnHosts", &[])
    .await;
    for seen in simulator.requests() {
        let shown = format!("{}{}", seen.query, seen.body);
        assert!(
            shown.contains("Signature=…&") || shown.contains("Signature=…"),
            "{shown}"
        );
        assert!(!shown.contains(&account.secret_id), "{shown}");
    }
}
