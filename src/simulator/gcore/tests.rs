//! Gcore's API, seen from outside.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::simulator::testing::{Answer, noon, quiet, send};
use crate::simulator::{GcoreLimits, GcoreResource, GcoreScenario, Options, Order, Simulator};

async fn ask(
    simulator: &Simulator,
    authorization: &str,
    method: &str,
    target: &str,
    body: &str,
) -> Answer {
    let headers = [
        ("authorization", authorization),
        ("content-type", "application/json"),
    ];
    let headers = if authorization.is_empty() {
        &headers[1..]
    } else {
        &headers[..]
    };
    send(&simulator.gcore().base_url(), method, target, headers, body)
        .await
        .unwrap()
}

async fn get(simulator: &Simulator, target: &str) -> Answer {
    let token = format!("APIKey {}", simulator.gcore().accounts()[0].token);
    ask(simulator, &token, "GET", target, "").await
}

async fn purge(simulator: &Simulator, resource: u64, body: &str) -> Answer {
    let token = format!("APIKey {}", simulator.gcore().accounts()[0].token);
    ask(
        simulator,
        &token,
        "POST",
        &format!("/cdn/resources/{resource}/purge"),
        body,
    )
    .await
}

fn first(simulator: &Simulator) -> GcoreResource {
    simulator.gcore().resources()[0].clone()
}

fn gcore(change: impl FnOnce(&mut GcoreScenario)) -> impl FnOnce(&mut Options) {
    |options| change(&mut options.scenario.gcore)
}

/// Every row of the history, read page by page.
async fn all(simulator: &Simulator, filter: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    loop {
        let page = get(
            simulator,
            &format!(
                "/cdn/purge_statuses?limit=100&offset={}{filter}",
                rows.len()
            ),
        )
        .await
        .json();
        rows.extend(page["results"].as_array().unwrap().iter().cloned());
        if rows.len() as u64 >= page["count"].as_u64().unwrap() {
            return rows;
        }
    }
}

fn ids(rows: &[Value]) -> Vec<u64> {
    rows.iter()
        .map(|row| row["purge_id"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn the_scheme_is_taken_in_any_case_and_anything_else_is_a_documented_401() {
    let (simulator, _) = quiet(|_| {}).await;
    let account = simulator.gcore().accounts()[0].clone();
    for scheme in ["APIKey", "apikey", "ApiKey", "APIKEY"] {
        let answer = ask(
            &simulator,
            &format!("{scheme} {}", account.token),
            "GET",
            "/cdn/clients/me",
            "",
        )
        .await;
        assert_eq!(answer.status, 200, "{scheme}");
    }
    let cut_off = account.token.split('_').next().unwrap();
    for (header, message) in [
        (
            String::new(),
            "Authentication credentials were not provided.".to_owned(),
        ),
        (
            account.token.clone(),
            "Authentication credentials were not provided.".to_owned(),
        ),
        (
            format!("Bearer {}", account.token),
            "Given token not valid for any token type".to_owned(),
        ),
        (format!("APIKey {cut_off}"), format!("Bad token: {cut_off}")),
        (
            "APIKey 29841_c767".to_owned(),
            "Token is invalid or expired".to_owned(),
        ),
        (
            format!("APIKey {}", account.expired_token),
            "Token is invalid or expired".to_owned(),
        ),
    ] {
        let answer = ask(&simulator, &header, "GET", "/cdn/purge_statuses", "").await;
        assert_eq!(
            (answer.status, answer.json()["message"].as_str()),
            (401, Some(message.as_str())),
            "{header}"
        );
        assert!(answer.json()["request_id"].as_str().unwrap().len() >= 32);
    }
}

#[tokio::test]
async fn each_token_sees_its_own_account() {
    let (simulator, _) = quiet(|_| {}).await;
    let accounts = simulator.gcore().accounts();
    let mut seen = BTreeSet::new();
    for account in &accounts {
        let answer = ask(
            &simulator,
            &format!("APIKey {}", account.token),
            "GET",
            "/cdn/resources",
            "",
        )
        .await;
        for resource in answer.json().as_array().unwrap() {
            assert!(
                seen.insert(resource["id"].as_u64().unwrap()),
                "a resource of both accounts"
            );
        }
    }
    assert_eq!((accounts.len(), seen.len()), (2, 40));
}

#[tokio::test]
async fn a_reader_may_read_but_not_purge() {
    let (simulator, _) = quiet(|_| {}).await;
    let token = format!("APIKey {}", simulator.gcore().accounts()[0].read_only_token);
    assert_eq!(
        ask(&simulator, &token, "GET", "/cdn/purge_statuses", "")
            .await
            .status,
        200
    );
    let path = format!("/cdn/resources/{}/purge", first(&simulator).id);
    let refused = ask(&simulator, &token, "POST", &path, r#"{"paths":[]}"#).await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.json(),
        json!({"message": "You do not have permission to perform this action."})
    );
}

#[tokio::test]
async fn without_a_limit_the_history_is_a_bare_list_of_a_hundred() {
    let (simulator, _) = quiet(|_| {}).await;
    let bare = get(&simulator, "/cdn/purge_statuses").await.json();
    assert_eq!(bare.as_array().unwrap().len(), 100);
    let later = get(&simulator, "/cdn/purge_statuses?offset=10")
        .await
        .json();
    assert_eq!(later[0], bare[10]);
    for unusable in ["limit=0", "limit=-1", "limit=many", "limit="] {
        assert!(
            get(&simulator, &format!("/cdn/purge_statuses?{unusable}"))
                .await
                .json()
                .is_array(),
            "{unusable}"
        );
    }
}

#[tokio::test]
async fn with_a_limit_it_is_an_envelope_whose_links_lead_through_all_of_it() {
    let (simulator, _) = quiet(|_| {}).await;
    let base_url = simulator.gcore().base_url();
    let mut page = get(
        &simulator,
        "/cdn/purge_statuses?limit=70&purge_type=purge_by_url",
    )
    .await
    .json();
    assert_eq!(page["previous"], Value::Null);
    let count = page["count"].as_u64().unwrap();
    let mut rows = page["results"].as_array().unwrap().clone();
    while let Some(next) = page["next"].as_str().map(str::to_owned) {
        let target = next.strip_prefix(&base_url).unwrap();
        page = get(&simulator, target).await.json();
        assert!(page["previous"].as_str().unwrap().starts_with(&base_url));
        rows.extend(page["results"].as_array().unwrap().iter().cloned());
    }
    let distinct: BTreeSet<u64> = ids(&rows).into_iter().collect();
    assert_eq!((rows.len() as u64, distinct.len() as u64), (count, count));
    assert!(rows.iter().all(|row| row["purge_type"] == "purge_by_url"));
}

#[tokio::test]
async fn a_limit_above_the_maximum_is_clamped_or_refused_if_the_scenario_says_so() {
    let (simulator, _) = quiet(|_| {}).await;
    let page = get(&simulator, "/cdn/purge_statuses?limit=1000")
        .await
        .json();
    assert_eq!(page["results"].as_array().unwrap().len(), 100);
    let (strict, _) = quiet(gcore(|gcore| gcore.strict_paging = true)).await;
    assert_eq!(
        get(&strict, "/cdn/purge_statuses?limit=100").await.status,
        200
    );
    for refused in ["limit=101", "limit=0", "offset=-1", "limit=x"] {
        assert_eq!(
            get(&strict, &format!("/cdn/purge_statuses?{refused}"))
                .await
                .status,
            400,
            "{refused}"
        );
    }
}

#[tokio::test]
async fn rows_look_exactly_as_documented() {
    let (simulator, _) = quiet(|_| {}).await;
    for row in all(&simulator, "").await {
        let fields: Vec<&str> = row
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            fields,
            [
                "created",
                "payload",
                "purge_id",
                "purge_type",
                "resource",
                "status"
            ]
        );
        let created = row["created"].as_str().unwrap();
        assert_eq!(
            (created.len(), &created[10..11], &created[26..]),
            (27, "T", "Z"),
            "{created}"
        );
        assert!(["In progress", "Successful", "Failed"].contains(&row["status"].as_str().unwrap()));
        let cname = row["resource"]["cname"].as_str().unwrap();
        let targets = |field: &str| -> Vec<String> {
            let list = row["payload"][field].as_array().unwrap();
            list.iter()
                .map(|target| target.as_str().unwrap().to_owned())
                .collect()
        };
        match row["purge_type"].as_str().unwrap() {
            "purge_by_url" => {
                let urls = targets("urls");
                assert!((1..=100).contains(&urls.len()));
                assert!(
                    urls.iter()
                        .all(|url| url.starts_with(&format!("http://{cname}/"))),
                    "{urls:?}"
                );
            }
            "purge_by_pattern" => {
                let paths = targets("paths");
                assert!((1..=10).contains(&paths.len()));
                assert!(
                    paths
                        .iter()
                        .all(|path| path.starts_with('/') && path.ends_with('*')),
                    "{paths:?}"
                );
            }
            "purge_all" => assert_eq!(row["payload"], json!({"paths": []})),
            other => unreachable!("{other}"),
        }
    }
}

#[tokio::test]
async fn the_past_is_a_month_deep_mostly_urls_and_the_newest_is_under_way() {
    let (simulator, _) = quiet(|options| options.records = 6000).await;
    let rows = all(&simulator, "").await;
    assert_eq!(rows.len(), 3900);
    let share = |field: &str, word: &str| {
        rows.iter().filter(|row| row[field] == word).count() * 100 / rows.len()
    };
    assert!(
        (78..=86).contains(&share("purge_type", "purge_by_url")),
        "{}",
        share("purge_type", "purge_by_url")
    );
    assert!((11..=19).contains(&share("purge_type", "purge_by_pattern")));
    assert!((1..=5).contains(&share("purge_type", "purge_all")));
    assert_eq!(rows[0]["status"], "In progress");
    let oldest =
        DateTime::parse_from_rfc3339(rows.last().unwrap()["created"].as_str().unwrap()).unwrap();
    assert!(noon() - oldest.to_utc() > TimeDelta::days(28));
    let by_day = |from: u32, to: u32| {
        let hour = |row: &Value| {
            row["created"].as_str().unwrap()[11..13]
                .parse::<u32>()
                .unwrap()
        };
        rows.iter()
            .filter(|row| (from..to).contains(&hour(row)))
            .count()
    };
    assert!(
        by_day(8, 17) > 3 * by_day(0, 6),
        "days are busier than nights"
    );
}

#[tokio::test]
async fn filters_narrow_and_agree_with_the_whole() {
    let (simulator, _) = quiet(|options| options.scenario.failed_percent = 10.0).await;
    let rows = all(&simulator, "").await;
    let expect = |wanted: &dyn Fn(&Value) -> bool| -> Vec<u64> {
        ids(&rows
            .iter()
            .filter(|row| wanted(row))
            .cloned()
            .collect::<Vec<_>>())
    };
    let cname = rows[5]["resource"]["cname"].as_str().unwrap();
    assert_eq!(
        ids(&all(&simulator, &format!("&cname={cname}")).await),
        expect(&|row| row["resource"]["cname"] == cname)
    );
    assert_eq!(
        ids(&all(&simulator, "&status=Failed").await),
        expect(&|row| row["status"] == "Failed")
    );
    assert_eq!(
        ids(&all(&simulator, "&status=In%20progress").await),
        expect(&|row| row["status"] == "In progress")
    );
    assert_eq!(
        ids(&all(&simulator, "&status=Status+report+disabled").await),
        Vec::<u64>::new()
    );
    assert_eq!(
        ids(&all(&simulator, "&status=nonsense").await),
        Vec::<u64>::new()
    );
    assert_eq!(
        ids(&all(&simulator, "&purge_type=purge_all").await),
        expect(&|row| row["purge_type"] == "purge_all")
    );
    let (from, to) = ("2026-11-05T00:00:00Z", "2026-11-12T12:30:00.000Z");
    let within = expect(&|row| {
        let at: DateTime<Utc> = row["created"].as_str().unwrap().parse().unwrap();
        at >= from.parse::<DateTime<Utc>>().unwrap() && at <= to.parse::<DateTime<Utc>>().unwrap()
    });
    assert!(!within.is_empty());
    assert_eq!(
        ids(&all(&simulator, &format!("&from_created={from}&to_created={to}")).await),
        within
    );
    let refused = get(&simulator, "/cdn/purge_statuses?from_created=yesterday").await;
    assert_eq!(
        refused.json(),
        json!({"errors": {"from_created": ["Enter a valid date/time."]}})
    );
}

#[tokio::test]
async fn the_order_can_be_newest_oldest_or_none() {
    let mut lists = BTreeMap::new();
    for (name, order) in [
        ("newest", Order::Newest),
        ("oldest", Order::Oldest),
        ("shuffled", Order::Shuffled),
    ] {
        let (simulator, _) = quiet(gcore(|gcore| gcore.order = order)).await;
        lists.insert(name, ids(&all(&simulator, "").await));
    }
    assert!(lists["newest"].iter().rev().is_sorted());
    assert!(lists["oldest"].is_sorted());
    assert!(!lists["shuffled"].is_sorted() && !lists["shuffled"].iter().rev().is_sorted());
    let sets: BTreeSet<BTreeSet<u64>> = lists
        .values()
        .map(|list| list.iter().copied().collect())
        .collect();
    assert_eq!(sets.len(), 1, "the same purges in every order");
}

#[tokio::test]
async fn purges_can_arrive_between_two_pages() {
    let (simulator, _) = quiet(gcore(|gcore| gcore.arrivals_between_pages = 3)).await;
    let first = get(&simulator, "/cdn/purge_statuses?limit=10").await.json();
    let second = get(&simulator, "/cdn/purge_statuses?limit=10&offset=10")
        .await
        .json();
    let count = |page: &Value| page["count"].as_u64().unwrap();
    assert_eq!(count(&second), count(&first) + 3);
    let rows = |page: &Value| ids(page["results"].as_array().unwrap());
    assert_eq!(
        rows(&first)[7..],
        rows(&second)[..3],
        "what was at the end of the first page is seen again"
    );
}

#[tokio::test]
async fn purges_leave_the_history_after_a_month() {
    let (simulator, hand) = quiet(|_| {}).await;
    let before = all(&simulator, "").await.len();
    hand.advance(TimeDelta::days(10));
    let after = all(&simulator, "").await.len();
    assert!(0 < after && after < before);
    hand.advance(TimeDelta::days(25));
    assert_eq!(all(&simulator, "").await, Vec::<Value>::new());
}

#[tokio::test]
async fn older_shapes_and_strange_statuses_come_only_when_asked_for() {
    let (simulator, _) = quiet(gcore(|gcore| {
        gcore.older_shapes = true;
        gcore.strange_statuses = true;
    }))
    .await;
    let rows = all(&simulator, "").await;
    assert!(rows.iter().all(|row| row["payload"].is_array()));
    assert!(
        rows.iter()
            .all(|row| row["created"].as_str().unwrap().ends_with("+00:00"))
    );
    assert!(
        rows.iter()
            .any(|row| row["status"] == "Partially successful")
    );
}

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
        (
            "purge_by_url",
            &["/b.jpg?x=1".to_owned(), "/a.jpg".to_owned()][..]
        )
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
    for (failed, disabled, word) in [
        (100.0, 0.0, "Failed"),
        (0.0, 100.0, "Status report disabled"),
    ] {
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
        (
            r#"{"paths":"/a"}"#,
            json!({"paths": ["Expected a list of items but got type \"str\"."]}),
        ),
        (
            r#"{"paths":{"a":1}}"#,
            json!({"paths": ["Expected a list of items but got type \"dict\"."]}),
        ),
        (
            r#"{"urls":7}"#,
            json!({"urls": ["Expected a list of items but got type \"int\"."]}),
        ),
        (
            r#"{"paths":["images/*"]}"#,
            json!({"paths": ["A path should start with /."]}),
        ),
        (
            r#"{"urls":["http://a/b"]}"#,
            json!({"urls": ["A path should start with /."]}),
        ),
        (
            r#"{"paths":["/a/*","","/b", null]}"#,
            json!({"paths": {
            "1": ["This field may not be blank."], "3": ["This field may not be null."]}}),
        ),
        (
            r#"{"paths":null}"#,
            json!({"paths": ["This field may not be null."]}),
        ),
        (
            r#"{"urls":[]}"#,
            json!({"urls": ["This list may not be empty."]}),
        ),
        (
            hundred_and_one.as_str(),
            json!({"urls": ["Ensure this field has no more than 100 elements."]}),
        ),
        (
            eleven.as_str(),
            json!({"paths": ["Ensure this field has no more than 10 elements."]}),
        ),
        (
            r#"{"urls":["/a"],"paths":[]}"#,
            json!({"non_field_errors": ["Only one of the fields urls and paths may be set."]}),
        ),
        (
            "[]",
            json!({"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
        ),
    ] {
        let answer = purge(&simulator, id, body).await;
        assert_eq!(
            (answer.status, answer.json()),
            (400, json!({"errors": errors})),
            "{body}"
        );
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
        (
            "{",
            "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        (
            "{\"a\" 1}",
            "Expecting ':' delimiter: line 1 column 6 (char 5)",
        ),
        (
            "{\"a\": [1,]}",
            "Expecting value: line 1 column 10 (char 9)",
        ),
        (
            "{\"a\": \"b",
            "Unterminated string starting at: line 1 column 7 (char 6)",
        ),
        ("{} {}", "Extra data: line 1 column 4 (char 3)"),
        (
            "{\"a\": \"\\x\"}",
            "Invalid \\escape: line 1 column 8 (char 7)",
        ),
        (
            "{\"a\": \"\t\"}",
            "Invalid control character at: line 1 column 8 (char 7)",
        ),
        ("nope", "Expecting value: line 1 column 1 (char 0)"),
    ] {
        let answer = purge(&simulator, id, body).await;
        assert_eq!(
            (answer.status, answer.json()),
            (
                400,
                json!({"message": format!("JSON parse error - {detail}")})
            )
        );
    }
    assert_eq!(
        purge(&simulator, id, &"[".repeat(100_000)).await.status,
        400
    );
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
        assert_eq!(
            purge(&simulator, first(&simulator).id, body).await.status,
            201,
            "{body}"
        );
        assert_eq!(
            purge(&strict, first(&strict).id, body).await.status,
            400,
            "{body}"
        );
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
    assert_eq!(
        purge(&simulator, resource.id, r#"{"paths":["/a"]}"#)
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn resources_of_others_and_deleted_ones_are_not_found() {
    let (simulator, _) = quiet(|_| {}).await;
    let accounts = simulator.gcore().accounts();
    let resources = simulator.gcore().resources();
    let deleted = resources
        .iter()
        .find(|resource| resource.status == "deleted")
        .unwrap();
    let foreign = resources
        .iter()
        .find(|resource| resource.account == accounts[1].name)
        .unwrap();
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
    let (url, pattern, everything) = (
        r#"{"urls":["/a"]}"#,
        r#"{"paths":["/a/*"]}"#,
        r#"{"paths":[]}"#,
    );
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
    assert_eq!(
        purge(&simulator, id, url).await.status,
        201,
        "a minute after the first"
    );
    assert_eq!(
        purge(&simulator, id, url).await.status,
        429,
        "the second still counts"
    );
}

#[tokio::test]
async fn a_colleague_uses_up_the_same_window_and_the_wait_can_be_told() {
    let (simulator, hand) = quiet(gcore(|gcore| gcore.retry_after = true)).await;
    let resource = first(&simulator);
    let id = simulator
        .gcore()
        .add_purge(&resource.cname, "purge_by_pattern", &["/x/*"])
        .unwrap();
    hand.advance(TimeDelta::seconds(18));
    let refused = purge(&simulator, resource.id, r#"{"paths":["/a/*"]}"#).await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (429, Some("42"))
    );
    let row = get(&simulator, "/cdn/purge_statuses?limit=1").await.json()["results"][0].clone();
    assert_eq!(
        (row["purge_id"].as_u64(), &row["payload"]),
        (Some(id), &json!({"paths": ["/x/*"]}))
    );
    assert_eq!(simulator.gcore().purges(), [], "that was not the API");
    assert_eq!(
        simulator
            .gcore()
            .add_purge("nowhere.example.com", "purge_all", &[]),
        None
    );
}

#[tokio::test]
async fn limits_can_be_off_and_say_so() {
    let (simulator, _) = quiet(|options| options.rate_limits = false).await;
    for _ in 0..5 {
        assert_eq!(
            purge(&simulator, first(&simulator).id, r#"{"paths":["/a"]}"#)
                .await
                .status,
            201
        );
    }
    let limits = get(&simulator, "/cdn/clients/me/limits").await.json();
    assert_eq!(
        (
            &limits["purge_request_limit"],
            &limits["purge_by_urls_request_limit"]
        ),
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
        (
            limits["purge_max_urls_limit"].as_u64(),
            limits["purge_pattern_limit"].as_u64()
        ),
        (Some(100), Some(10))
    );
    let (wider, _) = quiet(gcore(|gcore| {
        gcore.limits = GcoreLimits {
            patterns: 50,
            url_requests: 5,
            ..GcoreLimits::default()
        }
    }))
    .await;
    let limits = get(&wider, "/cdn/clients/me/limits").await.json();
    assert_eq!(
        (
            limits["purge_pattern_limit"].as_u64(),
            &limits["purge_by_urls_request_limit"]
        ),
        (Some(50), &json!("5/m"))
    );
    assert_eq!(
        purge(
            &wider,
            first(&wider).id,
            &json!({"paths": vec!["/a"; 50]}).to_string()
        )
        .await
        .status,
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
    let deleted = list
        .iter()
        .find(|resource| resource["status"] == "deleted")
        .unwrap();
    let fields: Vec<&str> = deleted
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        fields,
        ["client", "cname", "deleted", "id", "status", "updated"]
    );
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
        assert!(
            count(&|resource| resource["options"][option]["enabled"] == true) > 0,
            "{option}"
        );
    }
    let page = get(&simulator, "/cdn/resources?limit=10&offset=20")
        .await
        .json();
    assert_eq!(
        (
            page["count"].as_u64(),
            page["results"].as_array().unwrap().len()
        ),
        (Some(24), 4)
    );
    let single = get(&simulator, &format!("/cdn/resources/{}", list[2]["id"]))
        .await
        .json();
    assert_eq!(single, list[2]);
}

#[tokio::test]
async fn resources_are_filtered_by_what_they_are() {
    let (simulator, _) = quiet(|_| {}).await;
    let list = get(&simulator, "/cdn/resources").await.json();
    let www = &list[0];
    for (filter, expected) in [
        (format!("cname={}", www["cname"].as_str().unwrap()), 1),
        (
            format!(
                "secondaryHostnames={}",
                www["secondaryHostnames"][0].as_str().unwrap()
            ),
            1,
        ),
        ("status=suspended".to_owned(), 1),
        ("deleted=true".to_owned(), 1),
        ("deleted=false&status=active".to_owned(), 22),
        ("suspend=True".to_owned(), 1),
        (format!("originGroup={}", www["originGroup"]), 1),
        ("cname=nowhere.example.com".to_owned(), 0),
        ("max_created=2000-01-01".to_owned(), 0),
    ] {
        let found = get(&simulator, &format!("/cdn/resources?{filter}"))
            .await
            .json();
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
    simulator
        .gcore()
        .add_purge(&resource.cname, "purge_all", &[])
        .unwrap();
    hand.advance(TimeDelta::seconds(1));
    purge(&simulator, resource.id, r#"{"urls":["/a"]}"#).await;
    hand.advance(TimeDelta::seconds(1));
    purge(&simulator, resource.id, r#"{"paths":"x"}"#).await;
    let path = format!("/resources/{}/purge", resource.id);
    let log = get(
        &simulator,
        &format!("/cdn/activity_log/requests?path={path}&method=POST&limit=3"),
    )
    .await
    .json();
    let rows = log["results"].as_array().unwrap();
    let told = |index: usize| {
        (
            rows[index]["status_code"].as_u64().unwrap(),
            rows[index]["data"].clone(),
        )
    };
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
    let one = get(
        &simulator,
        &format!("/cdn/activity_log/requests/{}", rows[1]["id"]),
    )
    .await
    .json();
    assert_eq!(one, rows[1]);
    assert_eq!(
        get(&simulator, "/cdn/activity_log/requests/7").await.status,
        404
    );
    let older = get(&simulator, "/cdn/activity_log/requests?status_code=429")
        .await
        .json();
    assert!(
        older["count"].as_u64().unwrap() > 0,
        "colleagues were refused before"
    );
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
    assert!(
        users
            .iter()
            .any(|user| user["id"] == overview["currentUser"])
    );
    let log = get(&simulator, "/cdn/activity_log/requests?limit=50")
        .await
        .json();
    for entry in log["results"].as_array().unwrap() {
        assert!(users.iter().any(|user| user["id"] == entry["user_id"]));
    }
}

#[tokio::test]
async fn other_methods_are_405_and_other_paths_404() {
    let (simulator, _) = quiet(|_| {}).await;
    let token = format!("APIKey {}", simulator.gcore().accounts()[0].token);
    let answer = ask(&simulator, &token, "DELETE", "/cdn/purge_statuses", "").await;
    assert_eq!(
        (answer.status, answer.header("allow")),
        (405, Some("GET, HEAD"))
    );
    assert_eq!(
        get(
            &simulator,
            &format!("/cdn/resources/{}/purge", first(&simulator).id)
        )
        .await
        .status,
        405
    );
    assert_eq!(get(&simulator, "/cdn/everything").await.status, 404);
    assert_eq!(get(&simulator, "/").await.status, 404);
    let head = ask(&simulator, &token, "HEAD", "/cdn/purge_statuses", "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[tokio::test]
async fn links_can_point_to_a_host_that_should_not_get_the_token() {
    let (simulator, _) = quiet(gcore(|gcore| {
        gcore.next_host = Some("evil.example.net".into());
    }))
    .await;
    let page = get(&simulator, "/cdn/purge_statuses?limit=2").await.json();
    assert_eq!(
        page["next"],
        "http://evil.example.net/cdn/purge_statuses?limit=2&offset=2"
    );
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
