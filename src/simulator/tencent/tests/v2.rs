//! API 2.0.

use super::*;

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
        pairs.extend(params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        pairs.sort();
        let joined: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
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
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if self.method == "GET" {
            send(&base_url, "GET", &format!("/v2/index.php?{form}"), &[], "").await.unwrap()
        } else {
            let headers = [("content-type", "application/x-www-form-urlencoded")];
            send(&base_url, "POST", "/v2/index.php", &headers, &form).await.unwrap()
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
        (Older { nonce: 90_002, sha256: true, ..right }, 0),
        (Older { nonce: 90_003, method: "POST", ..right }, 0),
        (Older { nonce: 90_004, method: "POST", sha256: true, ..right }, 0),
        (Older { nonce: 90_005, key: "other", ..right }, 4100),
        (Older { nonce: 90_006, id: "AKIDother", ..right }, 4104),
        (Older { nonce: 90_007, at: noon() - TimeDelta::seconds(7201), ..right }, 4200),
        (Older { nonce: 90_008, at: noon() - TimeDelta::seconds(7100), ..right }, 0),
        (Older { nonce: 0, ..right }, 4000),
    ] {
        let answer = request.send(&simulator, "DescribeCdnHosts", &[]).await.json();
        assert_eq!(answer["code"], expected, "{answer}");
    }
}

#[tokio::test]
async fn the_older_api_purges_and_tells_it_as_documented() {
    let (simulator, hand) = quiet(|_| {}).await;
    let host = domain(&simulator, "mainland");
    let (a, b) =
        (format!("https://{host}/a b.jpg?x=1&y=%E4%BD%A0"), format!("https://{host}/b.jpg"));
    let accepted = older(&simulator, "RefreshCdnUrl", &[("urls.0", &a), ("urls.1", &b)]).await;
    assert_eq!(
        (&accepted["code"], &accepted["codeDesc"], &accepted["data"]["count"]),
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
    older(&simulator, "RefreshCdnDir", &[("dirs.0", &directory), ("type", "2")]).await;
    let purge = simulator.tencent().purges().pop().unwrap();
    assert_eq!((purge.purge_type, purge.flush_type), ("path", "delete"));
}

#[tokio::test]
async fn the_older_api_refuses_in_its_own_envelope() {
    let (simulator, _) = quiet(|_| {}).await;
    let nowhere =
        older(&simulator, "RefreshCdnUrl", &[("urls.0", "https://elsewhere.example.org/a")]).await;
    assert_eq!(
        nowhere,
        json!({"code": 4000, "message": "(9110) cdn no such host", "codeDesc": 9110})
    );
    for (action, params, expected) in [
        ("GetCdnRefreshLog", vec![], json!(4000)),
        ("GetCdnRefreshLog", vec![("startDate", "2026-11-01 00:00:00")], json!(4000)),
        (
            "GetCdnRefreshLog",
            vec![("startDate", "1.11.2026"), ("endDate", "2026-11-01 00:00:00")],
            json!(4000),
        ),
        (
            "GetCdnRefreshLog",
            vec![("startDate", "2026-01-01 00:00:00"), ("endDate", "2026-11-01 00:00:00")],
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
        &[("urls.0", &format!("https://{}/a", domain(&simulator, "global")))],
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
    let range = [("startDate", "2026-10-23 00:00:00"), ("endDate", "2026-11-21 23:59:59")];
    let log = older(&simulator, "GetCdnRefreshLog", &range).await;
    assert_eq!(log["data"]["logs"].as_array().unwrap().len(), 50);
    assert!(log["data"]["total"].as_u64().unwrap() > 500);
    let (whole, _) = quiet(|_: &mut SimulatorOptions| {}).await;
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
    let answer = send(&base_url, "POST", "/v2/index.php", &headers, body).await.unwrap().json();
    assert_eq!(answer["message"], "(100004) missing required parameter Timestamp");
    let long = format!("/v2/index.php?a={}", "b".repeat(33 << 10));
    assert_eq!(send(&base_url, "GET", &long, &[], "").await.unwrap().status, 501);
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
    Older { method: "POST", nonce: 80_002, ..request }
        .send(&simulator, "DescribeCdnHosts", &[])
        .await;
    for seen in simulator.requests() {
        let shown = format!("{}{}", seen.query, seen.body);
        assert!(shown.contains("Signature=…&") || shown.contains("Signature=…"), "{shown}");
        assert!(!shown.contains(&account.secret_id), "{shown}");
    }
}
