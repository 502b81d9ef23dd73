//! Resources, limits, the activity log, and what is not there.

use super::*;

#[tokio::test]
async fn limits_can_be_off_and_say_so() {
    let (simulator, _) = quiet(|options| options.rate_limits = false).await;
    for _ in 0..5 {
        assert_eq!(
            purge(&simulator, first(&simulator).id, r#"{"paths":["/a"]}"#).await.status,
            201
        );
    }
    let limits = get(&simulator, "/cdn/clients/me/limits").await.json();
    assert_eq!(
        (&limits["purge_request_limit"], &limits["purge_by_urls_request_limit"]),
        (&json!("1000/s"), &json!("1000/s"))
    );
}

#[tokio::test]
async fn limits_are_the_documented_ones_or_the_scenarios() {
    let (simulator, _) = quiet(|_| {}).await;
    let limits = get(&simulator, "/cdn/clients/me/limits").await.json();
    assert_eq!(limits["purge_by_urls_request_limit"], "2/m");
    assert_eq!(limits["purge_request_limit"], "1/m");
    assert_eq!(
        (limits["purge_max_urls_limit"].as_u64(), limits["purge_pattern_limit"].as_u64()),
        (Some(100), Some(10))
    );
    let (wider, _) = quiet(gcore(|gcore| {
        gcore.limits = GcoreLimits { patterns: 50, url_requests: 5, ..GcoreLimits::default() }
    }))
    .await;
    let limits = get(&wider, "/cdn/clients/me/limits").await.json();
    assert_eq!(
        (limits["purge_pattern_limit"].as_u64(), &limits["purge_by_urls_request_limit"]),
        (Some(50), &json!("5/m"))
    );
    assert_eq!(
        purge(&wider, first(&wider).id, &json!({"paths": vec!["/a"; 50]}).to_string()).await.status,
        201
    );
}

#[tokio::test]
async fn resources_are_listed_with_what_a_purge_depends_on() {
    let (simulator, _) = quiet(|_| {}).await;
    let list = get(&simulator, "/cdn/resources").await.json();
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), 24);
    let count =
        |wanted: &dyn Fn(&Value) -> bool| list.iter().filter(|resource| wanted(resource)).count();
    assert_eq!(count(&|resource| resource["status"] == "suspended"), 1);
    let deleted = list.iter().find(|resource| resource["status"] == "deleted").unwrap();
    let fields: Vec<&str> = deleted.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["client", "cname", "deleted", "id", "status", "updated"]);
    assert!(
        count(&|resource| resource["secondaryHostnames"]
            .as_array()
            .is_some_and(|names| !names.is_empty()))
            > 3
    );
    for option in [
        "slice",
        "ignoreQueryString",
        "query_params_whitelist",
        "query_params_blacklist",
        "ignore_vary_header",
    ] {
        assert!(count(&|resource| resource["options"][option]["enabled"] == true) > 0, "{option}");
    }
    let page = get(&simulator, "/cdn/resources?limit=10&offset=20").await.json();
    assert_eq!((page["count"].as_u64(), page["results"].as_array().unwrap().len()), (Some(24), 4));
    let single = get(&simulator, &format!("/cdn/resources/{}", list[2]["id"])).await.json();
    assert_eq!(single, list[2]);
}

#[tokio::test]
async fn resources_are_filtered_by_what_they_are() {
    let (simulator, _) = quiet(|_| {}).await;
    let list = get(&simulator, "/cdn/resources").await.json();
    let www = &list[0];
    for (filter, expected) in [
        (format!("cname={}", www["cname"].as_str().unwrap()), 1),
        (format!("secondaryHostnames={}", www["secondaryHostnames"][0].as_str().unwrap()), 1),
        ("status=suspended".to_owned(), 1),
        ("deleted=true".to_owned(), 1),
        ("deleted=false&status=active".to_owned(), 22),
        ("suspend=True".to_owned(), 1),
        (format!("originGroup={}", www["originGroup"]), 1),
        ("cname=nowhere.example.com".to_owned(), 0),
        ("max_created=2000-01-01".to_owned(), 0),
    ] {
        let found = get(&simulator, &format!("/cdn/resources?{filter}")).await.json();
        assert_eq!(found.as_array().unwrap().len(), expected, "{filter}");
    }
    let named = get(&simulator, "/cdn/resources?name=lumen").await.json();
    assert!(
        named
            .as_array()
            .unwrap()
            .iter()
            .all(|resource| resource["name"].as_str().unwrap().contains("Lumen"))
    );
}

#[tokio::test]
async fn the_activity_log_knows_accepted_and_refused_purges_and_who_it_was() {
    let (simulator, hand) = quiet(|_| {}).await;
    let resource = first(&simulator);
    simulator.gcore().add_purge(&resource.cname, "purge_all", &[]).unwrap();
    hand.advance(TimeDelta::seconds(1));
    purge(&simulator, resource.id, r#"{"urls":["/a"]}"#).await;
    hand.advance(TimeDelta::seconds(1));
    purge(&simulator, resource.id, r#"{"paths":"x"}"#).await;
    let path = format!("/resources/{}/purge", resource.id);
    let log =
        get(&simulator, &format!("/cdn/activity_log/requests?path={path}&method=POST&limit=3"))
            .await
            .json();
    let rows = log["results"].as_array().unwrap();
    let told =
        |index: usize| (rows[index]["status_code"].as_u64().unwrap(), rows[index]["data"].clone());
    assert_eq!(told(0), (400, json!({"paths": "x"})));
    assert_eq!(told(1), (201, json!({"urls": ["/a"]})));
    assert_eq!(told(2), (201, json!({"paths": []})));
    assert!(rows[0]["token_id"].is_u64() && rows[0]["token_id"] == rows[1]["token_id"]);
    assert_eq!(rows[2].get("token_id"), None, "the panel has no token");
    assert_ne!(rows[1]["user_id"], rows[2]["user_id"]);
    let refused = get(
        &simulator,
        "/cdn/activity_log/requests?status_code=4&min_requested_at=2026-11-21%2012:00:00",
    )
    .await
    .json();
    assert_eq!(refused["count"], 1);
    let one =
        get(&simulator, &format!("/cdn/activity_log/requests/{}", rows[1]["id"])).await.json();
    assert_eq!(one, rows[1]);
    assert_eq!(get(&simulator, "/cdn/activity_log/requests/7").await.status, 404);
    let older = get(&simulator, "/cdn/activity_log/requests?status_code=429").await.json();
    assert!(older["count"].as_u64().unwrap() > 0, "colleagues were refused before");
}

#[tokio::test]
async fn the_account_tells_who_is_who() {
    let (simulator, _) = quiet(|_| {}).await;
    let overview = get(&simulator, "/iam/clients/me").await.json();
    let service = get(&simulator, "/cdn/clients/me").await.json();
    assert_eq!(
        (&overview["status"], &service["service"]["status"]),
        (&json!("active"), &json!("active"))
    );
    assert_eq!(overview["id"], service["id"]);
    let users = overview["users"].as_array().unwrap();
    assert!(users.iter().any(|user| user["id"] == overview["currentUser"]));
    let log = get(&simulator, "/cdn/activity_log/requests?limit=50").await.json();
    for entry in log["results"].as_array().unwrap() {
        assert!(users.iter().any(|user| user["id"] == entry["user_id"]));
    }
}

#[tokio::test]
async fn other_methods_are_405_and_other_paths_404() {
    let (simulator, _) = quiet(|_| {}).await;
    let token = format!("APIKey {}", simulator.gcore().accounts()[0].token);
    let answer = ask(&simulator, &token, "DELETE", "/cdn/purge_statuses", "").await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")));
    assert_eq!(
        get(&simulator, &format!("/cdn/resources/{}/purge", first(&simulator).id)).await.status,
        405
    );
    assert_eq!(get(&simulator, "/cdn/everything").await.status, 404);
    assert_eq!(get(&simulator, "/").await.status, 404);
    let head = ask(&simulator, &token, "HEAD", "/cdn/purge_statuses", "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}
