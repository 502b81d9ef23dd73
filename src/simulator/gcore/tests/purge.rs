//! Purges and their refusals.

use super::*;

#[tokio::test]
async fn a_purge_is_answered_without_an_id_and_walks_to_its_end() {
    let (simulator, hand) = quiet(|_| {}).await;
    let resource = first(&simulator);
    let body = json!({"urls": ["/b.jpg?x=1", "/a.jpg"]});
    let answer = purge(&simulator, resource.id, &body.to_string()).await;
    assert_eq!((answer.status, answer.json()), (201, body));
    let taken = simulator.gcore().purges();
    assert_eq!(taken.len(), 1);
    assert_eq!(
        (taken[0].purge_type, taken[0].targets.as_slice()),
        ("purge_by_url", &["/b.jpg?x=1".to_owned(), "/a.jpg".to_owned()][..])
    );
    let newest = || async {
        get(&simulator, "/cdn/purge_statuses?limit=1").await.json()["results"][0].clone()
    };
    let row = newest().await;
    assert_eq!(row["purge_id"], taken[0].id);
    assert_eq!(row["status"], "In progress");
    assert_eq!(row["created"], "2026-11-21T12:00:00.000000Z");
    let cname = &resource.cname;
    assert_eq!(
        row["payload"],
        json!({"urls": [format!("http://{cname}/b.jpg?x=1"), format!("http://{cname}/a.jpg")]})
    );
    hand.advance(TimeDelta::seconds(61));
    assert_eq!(newest().await["status"], "Successful");
}

#[tokio::test]
async fn purges_can_fail_or_never_be_reported() {
    for (failed, disabled, word) in [(100.0, 0.0, "Failed"), (0.0, 100.0, "Status report disabled")]
    {
        let (simulator, hand) = quiet(|options| {
            options.scenario.failed_percent = failed;
            options.scenario.report_disabled_percent = disabled;
        })
        .await;
        purge(&simulator, first(&simulator).id, r#"{"paths":["/x/*"]}"#).await;
        hand.advance(TimeDelta::seconds(61));
        assert_eq!(
            get(&simulator, "/cdn/purge_statuses?limit=1").await.json()["results"][0]["status"],
            word
        );
    }
}

#[tokio::test]
async fn bodies_that_are_no_purge_are_refused_in_the_documented_words() {
    let (simulator, _) = quiet(|_| {}).await;
    let id = first(&simulator).id;
    let hundred_and_one = json!({"urls": vec!["/a"; 101]}).to_string();
    let eleven = json!({"paths": vec!["/a/*"; 11]}).to_string();
    for (body, errors) in [
        ("{}", json!({"paths": ["This field is required."]})),
        ("", json!({"paths": ["This field is required."]})),
        (r#"{"paths":"/a"}"#, json!({"paths": ["Expected a list of items but got type \"str\"."]})),
        (
            r#"{"paths":{"a":1}}"#,
            json!({"paths": ["Expected a list of items but got type \"dict\"."]}),
        ),
        (r#"{"urls":7}"#, json!({"urls": ["Expected a list of items but got type \"int\"."]})),
        (r#"{"paths":["images/*"]}"#, json!({"paths": ["A path should start with /."]})),
        (r#"{"urls":["http://a/b"]}"#, json!({"urls": ["A path should start with /."]})),
        (
            r#"{"paths":["/a/*","","/b", null]}"#,
            json!({"paths": {
            "1": ["This field may not be blank."], "3": ["This field may not be null."]}}),
        ),
        (r#"{"paths":null}"#, json!({"paths": ["This field may not be null."]})),
        (r#"{"urls":[]}"#, json!({"urls": ["This list may not be empty."]})),
        (
            hundred_and_one.as_str(),
            json!({"urls": ["Ensure this field has no more than 100 elements."]}),
        ),
        (eleven.as_str(), json!({"paths": ["Ensure this field has no more than 10 elements."]})),
        (
            r#"{"urls":["/a"],"paths":[]}"#,
            json!({"non_field_errors": ["Only one of the fields urls and paths may be set."]}),
        ),
        ("[]", json!({"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]})),
    ] {
        let answer = purge(&simulator, id, body).await;
        assert_eq!((answer.status, answer.json()), (400, json!({"errors": errors})), "{body}");
    }
    assert_eq!(simulator.gcore().purges(), []);
}

#[tokio::test]
async fn what_is_not_json_is_told_with_its_place() {
    let (simulator, _) = quiet(|_| {}).await;
    let id = first(&simulator).id;
    for (body, detail) in [
        (
            "{\n  \"paths\": [\n    \"/some-very-long-path-here-xyz\" \"/b\"\n  ]\n}",
            "Expecting ',' delimiter: line 3 column 37 (char 51)",
        ),
        ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("{\"a\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)"),
        ("{\"a\": [1,]}", "Expecting value: line 1 column 10 (char 9)"),
        ("{\"a\": \"b", "Unterminated string starting at: line 1 column 7 (char 6)"),
        ("{} {}", "Extra data: line 1 column 4 (char 3)"),
        ("{\"a\": \"\\x\"}", "Invalid \\escape: line 1 column 8 (char 7)"),
        ("{\"a\": \"\t\"}", "Invalid control character at: line 1 column 8 (char 7)"),
        ("nope", "Expecting value: line 1 column 1 (char 0)"),
    ] {
        let answer = purge(&simulator, id, body).await;
        assert_eq!(
            (answer.status, answer.json()),
            (400, json!({"message": format!("JSON parse error - {detail}")}))
        );
    }
    assert_eq!(purge(&simulator, id, &"[".repeat(100_000)).await.status, 400);
}

#[tokio::test]
async fn an_empty_list_of_paths_is_a_purge_of_all() {
    let (simulator, _) = quiet(|_| {}).await;
    let answer = purge(&simulator, first(&simulator).id, r#"{"paths":[]}"#).await;
    assert_eq!((answer.status, answer.json()), (201, json!({"paths": []})));
    assert_eq!(simulator.gcore().purges()[0].purge_type, "purge_all");
}

#[tokio::test]
async fn stars_may_stand_where_the_guide_allows_them_unless_the_scenario_is_strict() {
    let (simulator, _) = quiet(|options| options.rate_limits = false).await;
    let (strict, _) = quiet(gcore(|gcore| gcore.strict_patterns = true)).await;
    for body in [r#"{"paths":["*.jpg"]}"#, r#"{"paths":["/a/*/b"]}"#] {
        assert_eq!(purge(&simulator, first(&simulator).id, body).await.status, 201, "{body}");
        assert_eq!(purge(&strict, first(&strict).id, body).await.status, 400, "{body}");
    }
}

#[tokio::test]
async fn a_resource_that_does_not_allow_urls_says_so_and_takes_patterns() {
    let (simulator, _) = quiet(|_| {}).await;
    let resource = simulator
        .gcore()
        .resources()
        .into_iter()
        .find(|resource| !resource.can_purge_by_urls)
        .unwrap();
    let refused = purge(&simulator, resource.id, r#"{"urls":["/a"]}"#).await;
    assert_eq!(
        (refused.status, refused.json()),
        (
            400,
            json!({"errors": {"urls": ["Purge by URLs is not allowed. To purge by URLs, contact support."]}})
        )
    );
    assert_eq!(purge(&simulator, resource.id, r#"{"paths":["/a"]}"#).await.status, 201);
}

#[tokio::test]
async fn resources_of_others_and_deleted_ones_are_not_found() {
    let (simulator, _) = quiet(|_| {}).await;
    let accounts = simulator.gcore().accounts();
    let resources = simulator.gcore().resources();
    let deleted = resources.iter().find(|resource| resource.status == "deleted").unwrap();
    let foreign = resources.iter().find(|resource| resource.account == accounts[1].name).unwrap();
    for id in [deleted.id, foreign.id, 1] {
        assert_eq!(purge(&simulator, id, r#"{"paths":[]}"#).await.status, 404);
    }
    let answer = get(&simulator, &format!("/cdn/resources/{}", foreign.id)).await;
    assert_eq!(
        (answer.status, answer.json()["message"].as_str()),
        (404, Some("CDN resource is not found."))
    );
}

#[tokio::test]
async fn windows_are_per_resource_and_kind_and_slide() {
    let (simulator, hand) = quiet(|options| options.records = 0).await;
    let id = first(&simulator).id;
    let other = simulator.gcore().resources()[1].id;
    let (url, pattern, everything) =
        (r#"{"urls":["/a"]}"#, r#"{"paths":["/a/*"]}"#, r#"{"paths":[]}"#);
    assert_eq!(purge(&simulator, id, url).await.status, 201);
    hand.advance(TimeDelta::seconds(20));
    assert_eq!(purge(&simulator, id, url).await.status, 201);
    let refused = purge(&simulator, id, url).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, None));
    assert_eq!(purge(&simulator, id, pattern).await.status, 201);
    assert_eq!(purge(&simulator, id, pattern).await.status, 429);
    assert_eq!(purge(&simulator, id, everything).await.status, 201);
    assert_eq!(purge(&simulator, id, everything).await.status, 429);
    assert_eq!(purge(&simulator, other, url).await.status, 201);
    hand.advance(TimeDelta::seconds(39));
    assert_eq!(purge(&simulator, id, url).await.status, 429);
    hand.advance(TimeDelta::seconds(1));
    assert_eq!(purge(&simulator, id, url).await.status, 201, "a minute after the first");
    assert_eq!(purge(&simulator, id, url).await.status, 429, "the second still counts");
}

#[tokio::test]
async fn a_colleague_uses_up_the_same_window_and_the_wait_can_be_told() {
    let (simulator, hand) = quiet(gcore(|gcore| gcore.retry_after = true)).await;
    let resource = first(&simulator);
    let id = simulator.gcore().add_purge(&resource.cname, "purge_by_pattern", &["/x/*"]).unwrap();
    hand.advance(TimeDelta::seconds(18));
    let refused = purge(&simulator, resource.id, r#"{"paths":["/a/*"]}"#).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("42")));
    let row = get(&simulator, "/cdn/purge_statuses?limit=1").await.json()["results"][0].clone();
    assert_eq!(
        (row["purge_id"].as_u64(), &row["payload"]),
        (Some(id), &json!({"paths": ["/x/*"]}))
    );
    assert_eq!(simulator.gcore().purges(), [], "that was not the API");
    assert_eq!(simulator.gcore().add_purge("nowhere.example.com", "purge_all", &[]), None);
}

#[tokio::test]
async fn a_new_purge_can_take_its_time_to_show() {
    let (simulator, hand) = quiet(gcore(|gcore| gcore.history_lag_seconds = 5)).await;
    purge(&simulator, first(&simulator).id, r#"{"paths":[]}"#).await;
    let newest = || async {
        get(&simulator, "/cdn/purge_statuses?limit=1").await.json()["results"][0]["created"].clone()
    };
    assert_ne!(newest().await, "2026-11-21T12:00:00.000000Z");
    hand.advance(TimeDelta::seconds(5));
    assert_eq!(newest().await, "2026-11-21T12:00:00.000000Z");
}
