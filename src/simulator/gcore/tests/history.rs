//! The purge history.

use super::*;

#[tokio::test]
async fn without_a_limit_the_history_is_a_bare_list_of_a_hundred() {
    let (simulator, _) = quiet(|_| {}).await;
    let bare = get(&simulator, "/cdn/purge_statuses").await.json();
    assert_eq!(bare.as_array().unwrap().len(), 100);
    let later = get(&simulator, "/cdn/purge_statuses?offset=10").await.json();
    assert_eq!(later[0], bare[10]);
    for unusable in ["limit=0", "limit=-1", "limit=many", "limit="] {
        assert!(
            get(&simulator, &format!("/cdn/purge_statuses?{unusable}")).await.json().is_array(),
            "{unusable}"
        );
    }
}

#[tokio::test]
async fn with_a_limit_it_is_an_envelope_whose_links_lead_through_all_of_it() {
    let (simulator, _) = quiet(|_| {}).await;
    let base_url = simulator.gcore().base_url();
    let mut page =
        get(&simulator, "/cdn/purge_statuses?limit=70&purge_type=purge_by_url").await.json();
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
    let page = get(&simulator, "/cdn/purge_statuses?limit=1000").await.json();
    assert_eq!(page["results"].as_array().unwrap().len(), 100);
    let (strict, _) = quiet(gcore(|gcore| gcore.strict_paging = true)).await;
    assert_eq!(get(&strict, "/cdn/purge_statuses?limit=100").await.status, 200);
    for refused in ["limit=101", "limit=0", "offset=-1", "limit=x"] {
        assert_eq!(
            get(&strict, &format!("/cdn/purge_statuses?{refused}")).await.status,
            400,
            "{refused}"
        );
    }
}

#[tokio::test]
async fn rows_look_exactly_as_documented() {
    let (simulator, _) = quiet(|_| {}).await;
    for row in all(&simulator, "").await {
        let fields: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["created", "payload", "purge_id", "purge_type", "resource", "status"]);
        let created = row["created"].as_str().unwrap();
        assert_eq!((created.len(), &created[10..11], &created[26..]), (27, "T", "Z"), "{created}");
        assert!(["In progress", "Successful", "Failed"].contains(&row["status"].as_str().unwrap()));
        let cname = row["resource"]["cname"].as_str().unwrap();
        let targets = |field: &str| -> Vec<String> {
            let list = row["payload"][field].as_array().unwrap();
            list.iter().map(|target| target.as_str().unwrap().to_owned()).collect()
        };
        match row["purge_type"].as_str().unwrap() {
            "purge_by_url" => {
                let urls = targets("urls");
                assert!((1..=100).contains(&urls.len()));
                assert!(
                    urls.iter().all(|url| url.starts_with(&format!("http://{cname}/"))),
                    "{urls:?}"
                );
            }
            "purge_by_pattern" => {
                let paths = targets("paths");
                assert!((1..=10).contains(&paths.len()));
                assert!(
                    paths.iter().all(|path| path.starts_with('/') && path.ends_with('*')),
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
        let hour = |row: &Value| row["created"].as_str().unwrap()[11..13].parse::<u32>().unwrap();
        rows.iter().filter(|row| (from..to).contains(&hour(row))).count()
    };
    assert!(by_day(8, 17) > 3 * by_day(0, 6), "days are busier than nights");
}

#[tokio::test]
async fn filters_narrow_and_agree_with_the_whole() {
    let (simulator, _) = quiet(|options| options.scenario.failed_percent = 10.0).await;
    let rows = all(&simulator, "").await;
    let expect = |wanted: &dyn Fn(&Value) -> bool| -> Vec<u64> {
        ids(&rows.iter().filter(|row| wanted(row)).cloned().collect::<Vec<_>>())
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
    assert_eq!(ids(&all(&simulator, "&status=Status+report+disabled").await), Vec::<u64>::new());
    assert_eq!(ids(&all(&simulator, "&status=nonsense").await), Vec::<u64>::new());
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
    assert_eq!(refused.json(), json!({"errors": {"from_created": ["Enter a valid date/time."]}}));
}

#[tokio::test]
async fn the_order_can_be_newest_oldest_or_none() {
    let mut lists = BTreeMap::new();
    for (name, order) in [
        ("newest", ListingOrder::Newest),
        ("oldest", ListingOrder::Oldest),
        ("shuffled", ListingOrder::Shuffled),
    ] {
        let (simulator, _) = quiet(gcore(|gcore| gcore.order = order)).await;
        lists.insert(name, ids(&all(&simulator, "").await));
    }
    assert!(lists["newest"].iter().rev().is_sorted());
    assert!(lists["oldest"].is_sorted());
    assert!(!lists["shuffled"].is_sorted() && !lists["shuffled"].iter().rev().is_sorted());
    let sets: BTreeSet<BTreeSet<u64>> =
        lists.values().map(|list| list.iter().copied().collect()).collect();
    assert_eq!(sets.len(), 1, "the same purges in every order");
}

#[tokio::test]
async fn purges_can_arrive_between_two_pages() {
    let (simulator, _) = quiet(gcore(|gcore| gcore.arrivals_between_pages = 3)).await;
    let first = get(&simulator, "/cdn/purge_statuses?limit=10").await.json();
    let second = get(&simulator, "/cdn/purge_statuses?limit=10&offset=10").await.json();
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
    assert!(rows.iter().all(|row| row["created"].as_str().unwrap().ends_with("+00:00")));
    assert!(rows.iter().any(|row| row["status"] == "Partially successful"));
}

#[tokio::test]
async fn links_can_point_to_a_host_that_should_not_get_the_token() {
    let (simulator, _) = quiet(gcore(|gcore| {
        gcore.next_host = Some("evil.example.net".into());
    }))
    .await;
    let page = get(&simulator, "/cdn/purge_statuses?limit=2").await.json();
    assert_eq!(page["next"], "http://evil.example.net/cdn/purge_statuses?limit=2&offset=2");
}
