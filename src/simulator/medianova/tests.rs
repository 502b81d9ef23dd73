//! Medianova's API, seen from outside.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::simulator::testing::{Answer, noon, quiet, send};
use crate::simulator::{ListingOrder, MedianovaResource, Simulator};

async fn ask(simulator: &Simulator, token: &str, method: &str, path: &str, body: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    send(&simulator.medianova().base_url(), method, path, &headers, body).await.unwrap()
}

async fn get(simulator: &Simulator, path: &str) -> Answer {
    ask(simulator, &simulator.medianova().account().token, "GET", path, "").await
}

fn job(simulator: &Simulator, resource: &MedianovaResource) -> String {
    format!(
        "/api/v1/cdn/{}/job/{}/purge",
        simulator.medianova().account().organization,
        resource.uuid
    )
}

async fn purge(simulator: &Simulator, resource: &MedianovaResource, paths: &Value) -> Answer {
    let body = json!({"resource_uuid": resource.uuid, "file_path": paths}).to_string();
    ask(simulator, &simulator.medianova().account().token, "POST", &job(simulator, resource), &body)
        .await
}

fn first(simulator: &Simulator) -> MedianovaResource {
    simulator.medianova().resources()[0].clone()
}

#[tokio::test]
async fn the_announced_token_is_taken_as_bearer_or_of_the_organization() {
    let (simulator, _) = quiet(|_| {}).await;
    let announced: Value = serde_json::from_str(&simulator.announcement()).unwrap();
    let announced = &announced["medianova"];
    let (base_url, token) =
        (announced["base_url"].as_str().unwrap(), announced["token"].as_str().unwrap());
    for prefix in ["/api/v1", ""] {
        let path = format!("{prefix}/cdn/{}/resource", announced["organization"].as_str().unwrap());
        assert_eq!(ask(&simulator, token, "GET", &path, "").await.status, 200);
        let answer = send(base_url, "GET", &path, &[("org-token", token)], "").await.unwrap();
        assert_eq!(answer.status, 200);
        let refused = ask(&simulator, "other", "GET", &path, "").await;
        assert_eq!(
            (refused.status, refused.json()["message"].as_str()),
            (401, Some("Missing or invalid access token"))
        );
    }
}

#[tokio::test]
async fn a_login_gives_a_token_that_ends() {
    let (simulator, hand) = quiet(|_| {}).await;
    let account = simulator.medianova().account();
    let path = "/api/v1/auth/login/token";
    let wrong = json!({"api_key": account.api_key, "api_secret": "other"}).to_string();
    assert_eq!(ask(&simulator, "", "POST", path, &wrong).await.status, 401);
    assert_eq!(ask(&simulator, "", "POST", path, "{}").await.status, 400);
    let right = json!({"api_key": account.api_key, "api_secret": account.api_secret}).to_string();
    let login = ask(&simulator, "", "POST", path, &right).await.json();
    assert_eq!(login["status"], true);
    assert_eq!(login["expire"], (noon() + TimeDelta::hours(4)).timestamp());
    let token = login["token"].as_str().unwrap();
    hand.advance(TimeDelta::seconds(4 * 3600 - 1));
    assert_eq!(ask(&simulator, token, "GET", "/api/v1/organizations", "").await.status, 200);
    hand.advance(TimeDelta::seconds(1));
    assert_eq!(ask(&simulator, token, "GET", "/api/v1/organizations", "").await.status, 401);
    assert!(simulator.requests().iter().all(|seen| !seen.body.contains(&account.api_secret)));
}

#[tokio::test]
async fn a_purge_gives_an_operation_whose_urls_are_rows() {
    let (simulator, hand) = quiet(|_| {}).await;
    let resource = first(&simulator);
    let answer = purge(&simulator, &resource, &json!(["/a.jpg", "/img/*.png"])).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!(true)));
    let answer = answer.json();
    let op_id = answer["opID"].as_str().unwrap();
    assert_eq!(simulator.medianova().purges()[0].op_id, op_id);
    let path = format!("{}?page=1&limit=100&opID={op_id}", job(&simulator, &resource));
    let rows = get(&simulator, &path).await.json();
    assert_eq!(
        (&rows["status"], &rows["data"]["total"], &rows["data"]["limit"]),
        (&json!(true), &json!(2), &json!(100))
    );
    let row = &rows["data"]["requests"][1];
    assert_eq!(
        row,
        &json!({
            "opID": op_id,
            "url": "/img/*.png",
            "status": 2,
            "message": "Waiting",
            "createdAt": "2026-11-21T12:00:00.000000Z",
            "startedAt": null,
            "completedAt": null,
        })
    );
    hand.advance(TimeDelta::seconds(61));
    let rows = get(&simulator, &path).await.json();
    let row = &rows["data"]["requests"][1];
    assert_eq!((&row["status"], row["completedAt"].is_string()), (&json!(1), true));
}

#[tokio::test]
async fn the_history_is_per_resource_and_every_row_is_told_once() {
    let (simulator, _) = quiet(|_| {}).await;
    let mut operations: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for resource in simulator.medianova().resources() {
        let mut rows = Vec::new();
        for page in 1.. {
            let path = format!("{}?page={page}&limit=70", job(&simulator, &resource));
            let answer = get(&simulator, &path).await.json();
            rows.extend(answer["data"]["requests"].as_array().unwrap().iter().cloned());
            if rows.len() as u64 >= answer["data"]["total"].as_u64().unwrap() {
                break;
            }
        }
        let times: Vec<&str> = rows.iter().map(|row| row["createdAt"].as_str().unwrap()).collect();
        assert!(times.iter().rev().is_sorted(), "newest first");
        for row in &rows {
            let urls = operations.entry(row["opID"].as_str().unwrap().to_owned()).or_default();
            assert!(urls.insert(row["url"].as_str().unwrap().to_owned()), "{row} twice");
        }
    }
    assert_eq!(operations.len(), 600);
    assert!(operations.values().any(|urls| urls.len() > 1));
}

#[tokio::test]
async fn page_and_limit_are_required_and_bounded() {
    let (simulator, _) = quiet(|_| {}).await;
    let path = job(&simulator, &first(&simulator));
    for query in [
        "",
        "?page=1",
        "?limit=10",
        "?page=0&limit=10",
        "?page=1&limit=101",
        "?page=1&limit=0",
        "?page=a&limit=1",
    ] {
        let answer = get(&simulator, &format!("{path}{query}")).await;
        assert_eq!(
            (answer.status, answer.json()["message"].as_str()),
            (400, Some("Invalid request payload")),
            "{query}"
        );
    }
    let beyond = get(&simulator, &format!("{path}?page=9999&limit=100")).await;
    assert_eq!((beyond.status, &beyond.json()["data"]["requests"]), (200, &json!([])));
}

#[tokio::test]
async fn bad_purges_are_refused() {
    let (simulator, _) = quiet(|_| {}).await;
    let resource = first(&simulator);
    for paths in [
        json!([]),
        json!(["a"]),
        json!(["https://a/b"]),
        json!([7]),
        json!("/a"),
        json!(vec!["/a"; 101]),
    ] {
        assert_eq!(purge(&simulator, &resource, &paths).await.status, 400, "{paths}");
    }
    let token = simulator.medianova().account().token;
    let path = job(&simulator, &resource);
    for body in [
        "",
        "[]",
        "{",
        r#"{"file_path":["/a"]}"#,
        r#"{"resource_uuid":"other","file_path":["/a"]}"#,
    ] {
        assert_eq!(ask(&simulator, &token, "POST", &path, body).await.status, 400, "{body}");
    }
    let other = MedianovaResource { uuid: "other".into(), ..resource };
    assert_eq!(purge(&simulator, &other, &json!(["/a"])).await.status, 404);
    assert_eq!(ask(&simulator, &token, "DELETE", &path, "").await.status, 405);
    assert_eq!(get(&simulator, "/api/v1/cdn/other/resource").await.status, 404);
    assert_eq!(simulator.medianova().purges(), []);
}

#[tokio::test]
async fn all_of_a_resource_is_purged_only_where_that_is_permitted() {
    let (simulator, _) = quiet(|_| {}).await;
    for resource in simulator.medianova().resources() {
        let expected = if resource.full_purge { 200 } else { 403 };
        assert_eq!(purge(&simulator, &resource, &json!(["/*"])).await.status, expected);
        let path = format!(
            "/api/v1/cdn/{}/resource/{}",
            simulator.medianova().account().organization,
            resource.uuid
        );
        let detail = get(&simulator, &path).await.json();
        assert_eq!(detail["data"]["status_full_purge_permission"], resource.full_purge);
    }
}

#[tokio::test]
async fn resources_and_organizations_come_in_the_frameworks_pages() {
    let (simulator, _) = quiet(|_| {}).await;
    let account = simulator.medianova().account();
    let path = format!("/api/v1/cdn/{}/resource", account.organization);
    let one = get(&simulator, &format!("{path}?page=1")).await.json();
    let two = get(&simulator, &format!("{path}?page=2")).await.json();
    assert_eq!(
        (&one["data"]["total"], &one["data"]["last_page"], &one["data"]["per_page"]),
        (&json!(14), &json!(2), &json!(10))
    );
    assert!(one["data"]["next_page_url"].as_str().unwrap().ends_with("?page=2"));
    assert_eq!(
        (two["data"]["data"].as_array().unwrap().len(), &two["data"]["next_page_url"]),
        (4, &Value::Null)
    );
    let organizations = get(&simulator, "/api/v1/organizations?page=1&limit=10").await.json();
    assert_eq!(
        (&organizations["status"], &organizations["data"][0]["uuid"]),
        (&json!(true), &json!(account.organization))
    );
}

#[tokio::test]
async fn a_scenario_can_limit_requests_and_change_order_and_urls() {
    let (simulator, hand) = quiet(|options| {
        options.scenario.medianova.requests_a_minute = Some(3);
        options.scenario.medianova.order = ListingOrder::Oldest;
        options.scenario.medianova.full_urls = true;
    })
    .await;
    let path = format!("{}?page=1&limit=10", job(&simulator, &first(&simulator)));
    let rows = get(&simulator, &path).await.json();
    let rows = rows["data"]["requests"].as_array().unwrap();
    assert!(rows.iter().map(|row| row["createdAt"].as_str().unwrap()).is_sorted());
    assert!(rows.iter().all(|row| row["url"].as_str().unwrap().starts_with("https://")));
    for expected in [200, 200, 429] {
        assert_eq!(get(&simulator, &path).await.status, expected);
    }
    assert_eq!(get(&simulator, &path).await.header("retry-after"), Some("60"));
    hand.advance(TimeDelta::minutes(1));
    assert_eq!(get(&simulator, &path).await.status, 200);
}

#[tokio::test]
async fn a_colleague_purges_in_the_panel() {
    let (simulator, _) = quiet(|_| {}).await;
    let resource = first(&simulator);
    let op_id = simulator.medianova().add_purge(&resource.host, &["/a"]).unwrap();
    let rows =
        get(&simulator, &format!("{}?page=1&limit=1", job(&simulator, &resource))).await.json();
    assert_eq!(rows["data"]["requests"][0]["opID"], op_id);
    assert_eq!(simulator.medianova().purges(), []);
}
