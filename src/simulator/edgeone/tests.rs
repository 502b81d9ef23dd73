//! EdgeOne's API, seen from outside by a client that signs for itself.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::simulator::tc3::testing::{Signing, code};
use crate::simulator::testing::{noon, quiet};
use crate::simulator::{EdgeOneLimits, EdgeOneZone, Scenario, Simulator};

fn signing(simulator: &Simulator, at: DateTime<Utc>) -> Signing {
    let account = simulator.edgeone().account();
    let key = (account.secret_id, account.secret_key);
    Signing::new(simulator.edgeone().base_url(), ("teo", "2022-09-01"), key, at)
}

async fn call(simulator: &Simulator, action: &str, body: &Value) -> Value {
    signing(simulator, noon()).send(action, body).await
}

fn zone(simulator: &Simulator) -> EdgeOneZone {
    simulator.edgeone().zones().remove(0)
}

/// The body of a question for a day.
fn day(zone: &EdgeOneZone) -> Value {
    json!({
        "ZoneId": zone.id, "StartTime": "2026-11-20T20:00:00+08:00",
        "EndTime": "2026-11-21T12:00:01Z", "Limit": 1000,
    })
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

async fn purge(simulator: &Simulator, zone: &str, kind: &str, targets: &[&str]) -> Value {
    let body = json!({ "ZoneId": zone, "Type": kind, "Targets": targets });
    call(simulator, "CreatePurgeTask", &body).await
}

#[tokio::test]
async fn only_its_own_signature_at_its_own_version_is_taken() {
    let (simulator, _) = quiet(|_| {}).await;
    let right = || signing(&simulator, noon());
    let account = simulator.edgeone().account();
    let other = Signing::new(
        simulator.edgeone().base_url(),
        ("cdn", "2022-09-01"),
        (account.secret_id.clone(), account.secret_key.clone()),
        noon(),
    );
    let temporary = |token: &str| Signing {
        id: account.temporary_id.clone(),
        key: account.temporary_key.clone(),
        token: Some(token.to_owned()),
        ..right()
    };
    for (signing, wanted) in [
        (right(), "none"),
        (Signing { key: "other".into(), ..right() }, "AuthFailure.SignatureFailure"),
        (Signing { id: "AKIDother".into(), ..right() }, "AuthFailure.SecretIdNotFound"),
        (other, "AuthFailure.SignatureFailure"),
        (Signing { version: "2022-01-06", ..right() }, "NoSuchVersion"),
        (
            Signing { at: noon() - TimeDelta::seconds(301), ..right() },
            "AuthFailure.SignatureExpire",
        ),
        (temporary(&account.session_token), "none"),
        (temporary("wrong"), "AuthFailure.TokenFailure"),
    ] {
        assert_eq!(code(&signing.send("DescribeZones", &json!({})).await), wanted);
    }
    assert_eq!(code(&call(&simulator, "PurgeUrlsCache", &json!({})).await), "InvalidAction");
    assert_eq!(
        code(&call(&simulator, "DescribeZones", &json!({ "X": 1 })).await),
        "UnknownParameter"
    );
}

#[tokio::test]
async fn zones_and_domains_are_paged_and_filtered() {
    let (simulator, _) = quiet(|_| {}).await;
    let zones = call(&simulator, "DescribeZones", &json!({ "Limit": 2, "Offset": 3 })).await;
    assert_eq!(zones["TotalCount"], 5);
    let names: Vec<&Value> =
        zones["Zones"].as_array().unwrap().iter().map(|zone| &zone["ZoneName"]).collect();
    assert_eq!(names.len(), 2);
    assert_eq!(zones["Zones"][1]["Status"], "initializing");
    let by_name = json!({ "Filters": [{ "Name": "zone-name", "Values": ["new"], "Fuzzy": true }] });
    assert_eq!(call(&simulator, "DescribeZones", &by_name).await["TotalCount"], 1);
    let too_many = call(&simulator, "DescribeZones", &json!({ "Limit": 101 })).await;
    assert_eq!(code(&too_many), "InvalidParameter");

    let zone = zone(&simulator);
    let body = json!({ "ZoneId": zone.id, "Limit": 200 });
    let domains = call(&simulator, "DescribeAccelerationDomains", &body).await;
    let names: BTreeSet<&str> = domains["AccelerationDomains"]
        .as_array()
        .unwrap()
        .iter()
        .map(|domain| domain["DomainName"].as_str().unwrap())
        .collect();
    assert!(zone.domains.iter().all(|name| names.contains(name.as_str())));
    assert!(names.contains(format!("*.{}", zone.name).as_str()));
    for (body, wanted) in [
        (json!({}), "MissingParameter"),
        (json!({ "ZoneId": "zone-none" }), "InvalidParameter.ZoneNotFound"),
        (json!({ "ZoneId": zone.id, "Limit": 201 }), "InvalidParameter"),
    ] {
        let answer = call(&simulator, "DescribeAccelerationDomains", &body).await;
        assert_eq!(code(&answer), wanted);
    }
}

#[tokio::test]
async fn a_zone_without_a_plan_has_nothing() {
    let (simulator, _) = quiet(|_| {}).await;
    let zones = simulator.edgeone().zones();
    let unbound = zones.iter().find(|zone| !zone.bound).unwrap();
    let wanted = "InvalidParameter.ZoneHasNotBeenBoundToPlan";
    assert_eq!(code(&call(&simulator, "DescribePurgeTasks", &day(unbound)).await), wanted);
    let body = json!({ "ZoneId": unbound.id });
    assert_eq!(code(&call(&simulator, "DescribeContentQuota", &body).await), wanted);
    assert_eq!(code(&purge(&simulator, &unbound.id, "purge_all", &[]).await), wanted);
}

#[tokio::test]
async fn every_row_of_a_zone_is_told_once_and_no_other_zones() {
    let (simulator, _) = quiet(|_| {}).await;
    let zone = zone(&simulator);
    let mut rows: Vec<Value> = Vec::new();
    let mut body = json!({
        "ZoneId": zone.id, "StartTime": "2026-10-22T12:00:00Z", "EndTime": "2026-11-21T12:00:00Z",
        "Limit": 100,
    });
    loop {
        body["Offset"] = json!(rows.len());
        let page = call(&simulator, "DescribePurgeTasks", &body).await;
        rows.extend(page["Tasks"].as_array().unwrap().iter().cloned());
        if rows.len() as u64 >= page["TotalCount"].as_u64().unwrap() {
            break;
        }
        assert_eq!(page["Tasks"].as_array().unwrap().len(), 100);
    }
    let key = |row: &Value| (row["JobId"].to_string(), row["Target"].to_string());
    let keys: BTreeSet<_> = rows.iter().map(key).collect();
    assert_eq!(keys.len(), rows.len());
    let types: BTreeSet<&str> = rows.iter().map(|row| row["Type"].as_str().unwrap()).collect();
    assert!(types.len() >= 4, "{types:?}");
    for row in &rows {
        let target = row["Target"].as_str().unwrap();
        let of_zone = match row["Type"].as_str().unwrap() {
            "purge_cache_tag" => true,
            "purge_all" => target == zone.name,
            _ => target.contains(&zone.name),
        };
        assert!(of_zone, "{row}");
        assert!(row["CreateTime"].as_str().unwrap().ends_with('Z'));
    }
}

#[tokio::test]
async fn a_question_needs_a_zone_and_a_range_that_is_not_too_long_or_a_job() {
    let (simulator, _) = quiet(|_| {}).await;
    let zone = zone(&simulator);
    let day = day(&zone);
    let without = |name: &str| {
        let mut body = day.clone();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    for (body, wanted) in [
        (day.clone(), "none"),
        (without("ZoneId"), "MissingParameter"),
        (without("StartTime"), "MissingParameter"),
        (without("EndTime"), "MissingParameter"),
        (with(day.clone(), "StartTime", json!("yesterday")), "InvalidParameter"),
        (
            with(day.clone(), "StartTime", json!("2026-10-20T00:00:00Z")),
            "LimitExceeded.QueryTimeLimitExceeded",
        ),
        (with(day.clone(), "Limit", json!(1001)), "InvalidParameter"),
        (
            json!({ "ZoneId": zone.id, "Filters": [{ "Name": "job-id", "Values": ["none"] }] }),
            "none",
        ),
    ] {
        assert_eq!(code(&call(&simulator, "DescribePurgeTasks", &body).await), wanted, "{body}");
    }
}

#[tokio::test]
async fn the_longest_range_is_the_scenarios() {
    let (simulator, _) = quiet(|options| {
        options.scenario = Scenario::from_toml("[edgeone]\nlongest_range_days = 0").unwrap();
    })
    .await;
    let answer = call(&simulator, "DescribePurgeTasks", &day(&zone(&simulator))).await;
    assert_eq!(code(&answer), "LimitExceeded.QueryTimeLimitExceeded");
}

#[tokio::test]
async fn rows_are_filtered_by_everything_that_the_sdk_names() {
    let (simulator, hand) = quiet(|_| {}).await;
    let zone = zone(&simulator);
    let (one, other) = (&zone.domains[0], &zone.domains[1]);
    let urls = [format!("https://{one}/a.jpg"), format!("https://{other}/b.jpg")];
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let job = purge(&simulator, &zone.id, "purge_url", &urls).await["JobId"].clone();
    purge(&simulator, &zone.id, "purge_cache_tag", &["filtered-tag"]).await;
    hand.advance(TimeDelta::minutes(2));
    let base = json!({
        "ZoneId": zone.id, "StartTime": "2026-11-21T12:00:00Z", "EndTime": "2026-11-21T12:00:01Z",
    });
    for (filter, wanted) in [
        (json!({ "Name": "job-id", "Values": [job] }), Some(2)),
        (json!({ "Name": "target", "Values": [urls[0]] }), Some(1)),
        (json!({ "Name": "target", "Values": ["b.jpg"] }), Some(0)),
        (json!({ "Name": "target", "Values": ["b.jpg"], "Fuzzy": true }), Some(1)),
        (json!({ "Name": "target", "Values": ["filtered-tag"] }), Some(1)),
        (json!({ "Name": "domains", "Values": [one, other] }), Some(2)),
        (json!({ "Name": "domains", "Values": [other] }), Some(1)),
        (json!({ "Name": "statuses", "Values": ["success", "failed"] }), Some(3)),
        (json!({ "Name": "statuses", "Values": ["processing"] }), Some(0)),
        (json!({ "Name": "type", "Values": ["purge_cache_tag"] }), Some(1)),
        (json!({ "Name": "type", "Values": ["purge_url", "purge_all"] }), None),
        (json!({ "Name": "domains", "Values": [one], "Fuzzy": true }), None),
        (json!({ "Name": "color", "Values": ["red"] }), None),
        (json!({ "Name": "domains", "Values": vec!["x"; 21] }), None),
    ] {
        let body = with(base.clone(), "Filters", json!([filter]));
        let answer = signing(&simulator, hand.now()).send("DescribePurgeTasks", &body).await;
        match wanted {
            Some(count) => assert_eq!(answer["TotalCount"], count, "{filter} {answer}"),
            None => assert_eq!(code(&answer), "InvalidParameter", "{filter}"),
        }
        hand.advance(TimeDelta::seconds(1));
    }
}

#[tokio::test]
async fn a_purge_is_taken_in_part_and_what_is_refused_is_named_with_its_reason() {
    let (simulator, _) = quiet(|_| {}).await;
    let zones = simulator.edgeone().zones();
    let own = format!("https://{}/a.jpg", zones[0].domains[0]);
    let foreign = format!("https://{}/a.jpg", zones[1].domains[0]);
    let answer = purge(&simulator, &zones[0].id, "purge_url", &[&own, &foreign, "no url"]).await;
    assert!(!answer["JobId"].as_str().unwrap().is_empty());
    let refused: Vec<&Value> = answer["FailedList"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|list| list["Targets"].as_array().unwrap())
        .collect();
    assert_eq!(refused, [&json!(foreign), &json!("no url")]);
    assert_eq!(simulator.edgeone().purges()[0].targets, [own.as_str()]);
    for (kind, target) in [
        ("purge_url", foreign.as_str()),
        ("purge_url", "https://*/a.jpg"),
        ("purge_prefix", own.as_str()),
        ("purge_host", "nobody.example"),
        ("purge_host", "*.asia.example"),
        ("purge_cache_tag", "a,b"),
    ] {
        let answer = purge(&simulator, &zones[0].id, kind, &[target]).await;
        assert_eq!((code(&answer), &answer["JobId"]), ("none", &json!("")), "{kind} {target}");
        assert_eq!(answer["FailedList"][0]["Targets"], json!([target]));
    }
    assert_eq!(simulator.edgeone().purges().len(), 1);
    // A name that only the wildcard covers is the zone's as well.
    let covered = format!("https://any.{}/a.jpg", zones[0].name);
    let answer = purge(&simulator, &zones[0].id, "purge_url", &[&covered]).await;
    assert_eq!(answer["FailedList"], json!([]));
}

#[tokio::test]
async fn every_type_has_its_targets_and_the_softer_method_is_the_default() {
    let (simulator, _) = quiet(|_| {}).await;
    let zone = zone(&simulator);
    let host = zone.domains[0].as_str();
    let (url, directory) = (format!("https://{host}/a"), format!("https://{host}/a/"));
    for (kind, targets, method, wanted) in [
        ("purge_url", json!([url]), Value::Null, "delete"),
        ("purge_url", json!([url]), json!("invalidate"), "delete"),
        ("purge_prefix", json!([directory]), Value::Null, "invalidate"),
        ("purge_prefix", json!([directory]), json!("delete"), "delete"),
        ("purge_host", json!([host]), Value::Null, "invalidate"),
        ("purge_cache_tag", json!(["t"]), Value::Null, "delete"),
        ("purge_all", Value::Null, Value::Null, "invalidate"),
        ("purge_all", Value::Null, json!("delete"), "delete"),
    ] {
        let body = json!({ "ZoneId": zone.id, "Type": kind, "Targets": targets, "Method": method });
        assert_eq!(code(&call(&simulator, "CreatePurgeTask", &body).await), "none", "{body}");
        let last = simulator.edgeone().purges().pop().unwrap();
        assert_eq!((last.purge_type, last.method), (kind, wanted));
    }
    for (body, wanted) in [
        (json!({ "ZoneId": zone.id, "Type": "purge_url" }), "MissingParameter"),
        (json!({ "ZoneId": zone.id, "Type": "purge_all", "Targets": [url] }), "InvalidParameter"),
        (json!({ "ZoneId": zone.id, "Type": "purge_odd" }), "InvalidParameter"),
        (json!({ "ZoneId": zone.id, "Type": "purge_all", "Method": "x" }), "InvalidParameter"),
        (json!({ "ZoneId": "*", "Type": "purge_all" }), "InvalidParameter"),
        (json!({ "Type": "purge_all" }), "MissingParameter"),
        (
            json!({
                "ZoneId": zone.id, "Type": "purge_cache_tag", "Targets": ["t"],
                "CacheTag": { "Domains": ["nobody.example"] },
            }),
            "InvalidParameterValue.DomainNotMatchZone",
        ),
    ] {
        assert_eq!(code(&call(&simulator, "CreatePurgeTask", &body).await), wanted, "{body}");
    }
}

#[tokio::test]
async fn targets_of_several_zones_in_one_call_are_one_job_with_rows_in_each() {
    let (simulator, _) = quiet(|_| {}).await;
    let zones = simulator.edgeone().zones();
    let urls: Vec<String> =
        zones[..2].iter().map(|zone| format!("https://{}/x", zone.domains[0])).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let job = purge(&simulator, "*", "purge_url", &urls).await["JobId"].clone();
    for (zone, url) in zones.iter().zip(urls) {
        let filter = json!([{ "Name": "job-id", "Values": [job] }]);
        let body = json!({ "ZoneId": zone.id, "Filters": filter });
        let rows = call(&simulator, "DescribePurgeTasks", &body).await;
        assert_eq!((&rows["TotalCount"], &rows["Tasks"][0]["Target"]), (&json!(1), &json!(url)));
    }
}

#[tokio::test]
async fn targets_are_done_one_after_the_other_and_tell_when_and_why_they_failed() {
    let (simulator, hand) = quiet(|options| options.scenario.failed_percent = 100.0).await;
    let zone = zone(&simulator);
    let urls = [1, 2, 3].map(|number| format!("https://{}/{number}", zone.domains[0]));
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let job = purge(&simulator, &zone.id, "purge_url", &urls).await["JobId"].clone();
    let body = json!({ "ZoneId": zone.id, "Filters": [{ "Name": "job-id", "Values": [job] }] });
    let rows =
        async |at| signing(&simulator, at).send("DescribePurgeTasks", &body).await["Tasks"].clone();
    let now = rows(hand.now()).await;
    assert!(now.as_array().unwrap().iter().all(|row| row["Status"] == "processing"));
    assert_eq!(now[0]["UpdateTime"], now[0]["CreateTime"]);
    hand.advance(TimeDelta::minutes(5));
    let ended = rows(hand.now()).await;
    let first = &ended[0];
    assert!(["failed", "timeout"].contains(&first["Status"].as_str().unwrap()), "{first}");
    assert_eq!(first["Status"] == "failed", first["FailType"] == "taskFailed");
    assert!(first["UpdateTime"].as_str() > first["CreateTime"].as_str());
}

#[tokio::test]
async fn quotas_are_a_zones_and_a_types_and_end_with_the_day_in_beijing() {
    let (simulator, hand) = quiet(|options| {
        options.scenario.edgeone.limits =
            EdgeOneLimits { urls: 3, urls_a_day: 4, others: 1, ..EdgeOneLimits::default() };
    })
    .await;
    let zones = simulator.edgeone().zones();
    let urls = |zone: &EdgeOneZone, count: usize| -> Vec<String> {
        (0..count).map(|number| format!("https://{}/{number}", zone.domains[0])).collect()
    };
    let send = async |zone: &EdgeOneZone, count: usize| {
        let body = json!({ "ZoneId": zone.id, "Type": "purge_url", "Targets": urls(zone, count) });
        signing(&simulator, hand.now()).send("CreatePurgeTask", &body).await
    };
    assert_eq!(code(&send(&zones[0], 4).await), "LimitExceeded.BatchQuota");
    assert_eq!(code(&send(&zones[0], 3).await), "none");
    assert_eq!(code(&send(&zones[0], 2).await), "LimitExceeded.DailyQuota");
    assert_eq!(code(&send(&zones[1], 2).await), "none");
    let quota = async |at| {
        let body = json!({ "ZoneId": zones[0].id });
        signing(&simulator, at).send("DescribeContentQuota", &body).await
    };
    let told = quota(hand.now()).await;
    assert_eq!(
        told["PurgeQuota"][0],
        json!({ "Type": "purge_url", "Batch": 3, "Daily": 4, "DailyAvailable": 1 })
    );
    assert_eq!(told["PrefetchQuota"], Value::Null);
    // It is 20:00 in Beijing.
    hand.advance(TimeDelta::hours(4));
    assert_eq!(quota(hand.now()).await["PurgeQuota"][0]["DailyAvailable"], 4);
}

#[tokio::test]
async fn twenty_calls_of_an_action_in_a_second_are_enough() {
    let (simulator, hand) = quiet(|_| {}).await;
    let call = async |action| {
        code(&signing(&simulator, hand.now()).send(action, &json!({})).await).to_owned()
    };
    for _ in 0..20 {
        assert_eq!(call("DescribeZones").await, "none");
    }
    assert_eq!(call("DescribeZones").await, "RequestLimitExceeded");
    assert_eq!(call("DescribeContentQuota").await, "MissingParameter");
    hand.advance(TimeDelta::seconds(1));
    assert_eq!(call("DescribeZones").await, "none");
}

#[tokio::test]
async fn a_colleague_purges_in_the_console() {
    let (simulator, _) = quiet(|_| {}).await;
    let zone = zone(&simulator);
    let job = simulator.edgeone().add_purge(&zone.id, "purge_cache_tag", &["news"]).unwrap();
    let rows = call(&simulator, "DescribePurgeTasks", &day(&zone)).await;
    assert_eq!(
        (&rows["Tasks"][0]["JobId"], &rows["Tasks"][0]["Target"]),
        (&json!(job), &json!("news"))
    );
    assert_eq!(simulator.edgeone().add_purge(&zone.id, "purge_odd", &["x"]), None);
    assert_eq!(simulator.edgeone().add_purge("zone-none", "purge_all", &[]), None);
}
