//! API 3.0.

use super::*;

#[tokio::test]
async fn the_announced_key_signs_and_anything_else_is_refused() {
    let (simulator, _) = quiet(|_| {}).await;
    let announced: Value = serde_json::from_str(&simulator.announcement()).unwrap();
    assert_eq!(announced["tencent"]["base_url"], simulator.tencent().base_url());
    let right = || Signing::of(&simulator, noon());
    for (signing, expected) in [
        (right(), "none"),
        (Signing { key: "other".into(), ..right() }, "AuthFailure.SignatureFailure"),
        (Signing { id: "AKIDother".into(), ..right() }, "AuthFailure.SecretIdNotFound"),
        (
            Signing { at: noon() - TimeDelta::seconds(301), ..right() },
            "AuthFailure.SignatureExpire",
        ),
        (
            Signing { at: noon() + TimeDelta::seconds(301), ..right() },
            "AuthFailure.SignatureExpire",
        ),
        (Signing { at: noon() - TimeDelta::seconds(299), ..right() }, "none"),
        (Signing { version: "2017-01-01", ..right() }, "NoSuchVersion"),
    ] {
        assert_eq!(code(&signing.send("DescribePurgeQuota", &json!({})).await), expected);
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
        assert_eq!(code(&signing(token).send("DescribePurgeQuota", &json!({})).await), expected);
    }
}

#[tokio::test]
async fn messages_are_chinese_unless_english_is_asked_for() {
    let (simulator, _) = quiet(|_| {}).await;
    for (language, expected) in [
        ("zh-CN", "接口 `Nothing` 不存在。"),
        ("en-US", "The action `Nothing` does not exist for the service cdn."),
    ] {
        let signing = Signing { language, ..Signing::of(&simulator, noon()) };
        let response = signing.send("Nothing", &json!({})).await;
        assert_eq!(response["Error"], json!({"Code": "InvalidAction", "Message": expected}));
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
        signing.send("DescribePurgeTasks", &json!({"TaskId": task})).await
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
        assert!(statuses.is_sorted(), "done ones stand before those under way: {statuses:?}");
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
        assert_eq!(code(&call(&simulator, "PurgePathCache", &flush(word)).await), "none");
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
        (format!("https://{host}/*.jpg"), "InvalidParameter.CdnPurgeWildcardNotAllowed"),
        (format!("https://{host}/{}", "a".repeat(2050)), "InvalidParameter.CdnUrlExceedLength"),
        ("https://elsewhere.example.org/a".to_owned(), "ResourceNotFound.CdnHostNotExists"),
        (format!("https://{offline}/a"), "ResourceUnavailable.CdnHostIsNotOnline"),
    ] {
        let response = call(&simulator, "PurgeUrlsCache", &json!({"Urls": [good, bad]})).await;
        assert_eq!(code(&response), expected, "{bad}");
    }
    let area = json!({"Urls": [good], "Area": "overseas"});
    assert_eq!(
        code(&call(&simulator, "PurgeUrlsCache", &area).await),
        "InvalidParameter.CdnParamError"
    );
    assert_eq!(code(&call(&simulator, "PurgeUrlsCache", &json!({})).await), "MissingParameter");
    assert_eq!(
        code(&call(&simulator, "PurgeUrlsCache", &json!({"Urls": good})).await),
        "InvalidParameter"
    );
    assert_eq!(
        code(&call(&simulator, "PurgeUrlsCache", &json!({"Urls": [good], "Url": 1})).await),
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
    assert_eq!(code(&call(&simulator, "PurgeUrlsCache", &urls("mainland", 3)).await), "none");
    assert_eq!(
        code(&call(&simulator, "PurgeUrlsCache", &urls("mainland", 3)).await),
        "LimitExceeded.CdnPurgeUrlExceedDayLimit"
    );
    assert_eq!(code(&call(&simulator, "PurgeUrlsCache", &urls("global", 2)).await), "none");
    let after = quota().await;
    assert_eq!(
        (&after["UrlPurge"][0]["Available"], &after["UrlPurge"][1]["Available"]),
        (&json!(0), &json!(3))
    );
    let paths = json!({"Paths": [format!("https://{}/a/", domain(&simulator, "overseas"))], "FlushType": "flush"});
    for expected in ["none", "none", "LimitExceeded.CdnPurgePathExceedDayLimit"] {
        assert_eq!(code(&call(&simulator, "PurgePathCache", &paths).await), expected);
    }
}

#[tokio::test]
async fn a_new_day_in_beijing_brings_new_quotas() {
    let (simulator, hand) = quiet(|options| options.records = 0).await;
    let urls = json!({"Urls": [format!("https://{}/a", domain(&simulator, "mainland"))]});
    call(&simulator, "PurgeUrlsCache", &urls).await;
    let available = || async {
        let quota =
            Signing::of(&simulator, hand.now()).send("DescribePurgeQuota", &json!({})).await;
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
        assert_eq!(code(&signed(noon()).send("DescribePurgeQuota", &json!({})).await), "none");
    }
    assert_eq!(
        code(&signed(noon()).send("DescribePurgeQuota", &json!({})).await),
        "RequestLimitExceeded"
    );
    assert_eq!(code(&signed(noon()).send("DescribeDomains", &json!({})).await), "none");
    hand.advance(TimeDelta::seconds(1));
    assert_eq!(code(&signed(hand.now()).send("DescribePurgeQuota", &json!({})).await), "none");
    let (free, _) = quiet(|options| options.rate_limits = false).await;
    for _ in 0..25 {
        assert_eq!(code(&call(&free, "DescribePurgeQuota", &json!({})).await), "none");
    }
}

#[tokio::test]
async fn tasks_are_paged_by_row_and_every_row_is_told_once() {
    let (simulator, _) = quiet(|options| options.rate_limits = false).await;
    let rows = all(&simulator, &[]).await;
    let distinct: BTreeSet<String> =
        rows.iter().map(|row| format!("{} {}", row["TaskId"], row["Url"])).collect();
    assert_eq!(distinct.len(), rows.len());
    let tasks: BTreeSet<&str> = rows.iter().map(|row| row["TaskId"].as_str().unwrap()).collect();
    assert_eq!(tasks.len(), 600);
    assert!(
        tasks.iter().any(|task| task.contains('-')) && tasks.iter().any(|task| task.len() == 18)
    );
    let times: Vec<&str> = rows.iter().map(|row| row["CreateTime"].as_str().unwrap()).collect();
    assert!(times.iter().rev().is_sorted(), "newest first");
    let page =
        call(&simulator, "DescribePurgeTasks", &json!({"StartTime": "2026-10-01 00:00:00"})).await;
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
        (("Status", json!("fail")), expect(&|row| row["Status"] == "fail")),
        (("Status", json!("process")), expect(&|row| row["Status"] == "process")),
        (("PurgeType", json!("path")), expect(&|row| row["PurgeType"] == "path")),
        (("Keyword", json!(url)), expect(&|row| row["Url"] == url)),
        (
            ("Keyword", json!(host)),
            expect(&|row| row["Url"].as_str().unwrap().starts_with(&format!("https://{host}/"))),
        ),
        (
            ("EndTime", json!("2026-11-10 12:00:00")),
            expect(&|row| row["CreateTime"].as_str().unwrap() <= "2026-11-10 12:00:00"),
        ),
    ] {
        assert!(!expected.is_empty(), "{filter:?}");
        assert_eq!(all(&simulator, std::slice::from_ref(&filter)).await, expected, "{filter:?}");
    }
    for (body, expected) in [
        (json!({}), "MissingParameter"),
        (json!({"StartTime": "2026-11-01T00:00:00Z"}), "InvalidParameter.CdnParamError"),
        (
            json!({"StartTime": "2026-11-01 00:00:00", "Limit": 1001}),
            "InvalidParameter.CdnParamError",
        ),
        (json!({"StartTime": "2026-11-01 00:00:00", "Limit": "20"}), "InvalidParameter"),
        (
            json!({"StartTime": "2026-11-01 00:00:00", "Status": "lost"}),
            "InvalidParameter.CdnParamError",
        ),
    ] {
        assert_eq!(code(&call(&simulator, "DescribePurgeTasks", &body).await), expected, "{body}");
    }
}

#[tokio::test]
async fn domains_are_told_with_their_areas_and_filtered() {
    let (simulator, _) = quiet(|_| {}).await;
    let domains = call(&simulator, "DescribeDomains", &json!({})).await;
    assert_eq!(
        (&domains["TotalNumber"], domains["Domains"].as_array().unwrap().len()),
        (&json!(18), 18)
    );
    let filtered = |name: &str, value: &str, fuzzy: bool| json!({"Filters": [{"Name": name, "Value": [value], "Fuzzy": fuzzy}]});
    for (body, expected) in [
        (filtered("status", "offline", false), 1),
        (filtered("domain", domains["Domains"][2]["Domain"].as_str().unwrap(), false), 1),
        (filtered("domain", "www.", true), 6),
        (filtered("domain", "www.", false), 0),
    ] {
        assert_eq!(
            call(&simulator, "DescribeDomains", &body).await["TotalNumber"],
            expected,
            "{body}"
        );
    }
    let page = call(&simulator, "DescribeDomains", &json!({"Offset": 16, "Limit": 5})).await;
    assert_eq!(page["Domains"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_colleague_purges_in_the_console() {
    let (simulator, _) = quiet(|_| {}).await;
    let url = format!("https://{}/a", domain(&simulator, "global"));
    let task = simulator.tencent().add_purge("url", &[&url]).unwrap();
    let rows = call(&simulator, "DescribePurgeTasks", &json!({"TaskId": task})).await;
    assert_eq!(rows["PurgeLogs"][0]["Url"], url);
    assert_eq!(simulator.tencent().purges(), []);
    assert_eq!(simulator.tencent().add_purge("url", &["https://nowhere.example.org/"]), None);
}
