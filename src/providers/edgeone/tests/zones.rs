//! Zones, their domains and their quotas.

use super::*;
use crate::domain::limits::LimitsSource;
use crate::domain::resource::ResourceState;

/// The answers by action; `zone` answers what a zone is asked.
async fn zoned(zone: fn(&str, &Value) -> Reply) -> (Scripted, Arc<dyn Provider>) {
    let server = Scripted::answering(move |_, heard| {
        let (action, body) = asked(heard);
        Some(if action == "DescribeZones" {
            Reply::json(200, ZONES)
        } else {
            zone(body["ZoneId"].as_str().unwrap(), &body)
        })
    })
    .await;
    let adapter = adapter(Some(&server.url), &[]);
    (server, adapter)
}

#[tokio::test]
async fn a_zone_is_a_resource_with_the_names_that_it_serves() {
    let (_server, adapter) = zoned(|zone, _| match zone {
        "zone-2noz78a8ev6k" => Reply::json(200, DOMAINS),
        "zone-2noz78a8ev6m" => error("InvalidParameter.ZoneHasNotBeenBoundToPlan"),
        _ => response(&json!({ "AccelerationDomains": null, "TotalCount": 0 })),
    })
    .await;
    let zones = adapter.resources().await.unwrap();
    let [shop, paused, nameless, odd] = zones.as_slice() else { panic!("{zones:?}") };
    assert_eq!((shop.id.as_str(), shop.cname.as_str()), ("zone-2noz78a8ev6k", "shop.example"));
    assert_eq!(shop.names, ["www.shop.example", "*.img.shop.example"]);
    assert_eq!(shop.state, ResourceState::Active);
    assert_eq!(paused.state, ResourceState::Suspended);
    // Two zones of one name have quotas of their own.
    assert_eq!(
        [shop, paused].map(|zone| zone.area.as_deref().unwrap()),
        ["shop.example", "shop.example (shop-cn)"]
    );
    assert_eq!(
        (nameless.cname.as_str(), &nameless.state),
        ("live-streams", &ResourceState::Changing)
    );
    assert_eq!(odd.state, ResourceState::Other("resting".to_owned()));
}

#[tokio::test]
async fn lists_are_read_to_their_end_page_by_page() {
    /// Returns the records of the page that is asked for.
    fn page(body: &Value, most: u64, (each, total): (u64, u64), of: fn(u64) -> Value) -> Value {
        assert_eq!(body["Limit"], most);
        let from = body["Offset"].as_u64().unwrap();
        (from..total.min(from + each)).map(of).collect()
    }
    let server = Scripted::answering(|_, heard| {
        let (action, body) = asked(heard);
        Some(response(&match action {
            // It gives less at once than it may.
            "DescribeZones" => {
                let zones = page(&body, 100, (2, 3), |number| {
                    json!({ "ZoneId": format!("z{number}"), "ZoneName": format!("z{number}.example") })
                });
                json!({ "Zones": zones, "TotalCount": 3 })
            }
            _ if body["ZoneId"] == "z2" => {
                let domains = page(&body, 200, (200, 450), |number| {
                    json!({ "DomainName": format!("d{number}.example"), "DomainStatus": "online" })
                });
                json!({ "AccelerationDomains": domains, "TotalCount": 450 })
            }
            _ => json!({ "AccelerationDomains": [], "TotalCount": 0 }),
        }))
    })
    .await;
    let zones = adapter(Some(&server.url), &[]).resources().await.unwrap();
    assert_eq!((zones.len(), zones[2].names.len()), (3, 450));
    assert_eq!(zones[2].names[449], "d449.example");
}

#[tokio::test]
async fn a_list_of_domains_that_knows_no_places_ends() {
    let server = Scripted::answering(|_, heard| {
        let domains: Value = (0..200)
            .map(|number| json!({ "DomainName": format!("d{number}.b.example") }))
            .collect();
        Some(response(&match asked(heard).0 {
            "DescribeZones" => {
                json!({ "Zones": [{ "ZoneId": "z", "ZoneName": "b.example" }], "TotalCount": 1 })
            }
            _ => json!({ "AccelerationDomains": domains }),
        }))
    })
    .await;
    let zones = adapter(Some(&server.url), &[]).resources().await.unwrap();
    assert_eq!((zones.len(), zones[0].names.len()), (1, 200));
}

#[tokio::test]
async fn a_zone_whose_domains_are_all_off_or_being_made_is_not_active() {
    for (statuses, state) in [
        (["offline", "offline"], ResourceState::Suspended),
        (["offline", "process"], ResourceState::Changing),
        (["init", "online"], ResourceState::Active),
    ] {
        let domains = statuses.map(|it| json!({ "DomainName": "a.b.example", "DomainStatus": it }));
        let (_server, adapter) = answering(vec![
            response(&json!({ "Zones": [
                { "ZoneId": "z", "ZoneName": "b.example", "ActiveStatus": "active" },
            ], "TotalCount": 1 })),
            response(&json!({ "AccelerationDomains": domains, "TotalCount": 2 })),
        ])
        .await;
        assert_eq!(adapter.resources().await.unwrap()[0].state, state, "{statuses:?}");
    }
}

#[tokio::test]
async fn a_zone_that_cannot_be_asked_fails_the_list() {
    let (_server, adapter) = zoned(|zone, _| match zone {
        "zone-2noz78a8ev6l" => error("UnauthorizedOperation.CamUnauthorized"),
        _ => response(&json!({ "AccelerationDomains": [], "TotalCount": 0 })),
    })
    .await;
    assert_eq!(adapter.resources().await.unwrap_err().cause, Cause::Forbidden);
}

#[tokio::test]
async fn each_zone_has_its_own_quota_and_a_null_list_is_none() {
    let (server, adapter) = zoned(|zone, _| match zone {
        "zone-2noz78a8ev6k" => Reply::json(200, QUOTA),
        "zone-2noz78a8ev6m" => error("InvalidParameter.ZoneHasNotBeenBoundToPlan"),
        _ => Reply::json(200, QUOTA_NULL),
    })
    .await;
    let limits = adapter.live_limits().await.unwrap();
    assert_eq!(limits.source, LimitsSource::Live);
    let told: Vec<_> = limits
        .quotas
        .iter()
        .map(|it| (it.kind, it.area.as_deref().unwrap(), it.total, it.left, it.per_request))
        .collect();
    assert_eq!(
        told,
        [
            (Kind::Url, "shop.example", 10_000, 9_990, Some(500)),
            (Kind::Pattern, "shop.example", 1_000, 0, Some(50)),
            (Kind::Host, "shop.example", 100, 100, Some(10)),
            (Kind::All, "shop.example", 50, 49, Some(1)),
        ]
    );
    let batch = |kind| limits.rule(kind).unwrap().per_request;
    // A purge of everything has no targets to count.
    assert_eq!([Kind::Url, Kind::Pattern, Kind::Host, Kind::All].map(batch), [500, 50, 10, 0]);
    assert_eq!(batch(Kind::Tag), adapter.documented_limits().rule(Kind::Tag).unwrap().per_request);
    // The zones were listed for it, and their domains were not.
    let actions: Vec<String> =
        server.heard().iter().map(|heard| asked(heard).0.to_owned()).collect();
    assert_eq!(actions.iter().filter(|it| *it == "DescribeZones").count(), 1);
    assert_eq!(actions.iter().filter(|it| *it == "DescribeContentQuota").count(), 4);
}

#[tokio::test]
async fn without_any_quota_the_documents_hold() {
    let (_server, adapter) = zoned(|_, _| Reply::json(200, QUOTA_NULL)).await;
    let limits = adapter.live_limits().await.unwrap();
    assert!(limits.quotas.is_empty());
    assert_eq!(limits.rules, adapter.documented_limits().rules);
}
