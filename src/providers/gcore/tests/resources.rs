//! Reading the resources.

use serde_json::json;

use super::*;
use crate::domain::resource::{CacheKey, QueryRule, ResourceState};

#[tokio::test]
async fn resources_are_read_with_what_makes_their_cache_key() {
    let golden = include_str!("../../../../tests/golden/gcore/resources.json");
    let (_server, adapter) = answering(vec![Reply::json(200, golden)]).await;
    let resources = adapter.resources().await.unwrap();
    let [shop, fresh, gone, old] = resources.as_slice() else { panic!("{resources:?}") };
    assert_eq!(shop.id.as_str(), "11");
    assert!(shop.answers_to("MEDIA.shop.example"));
    assert_eq!(shop.description.as_deref(), Some("Shop"));
    assert_eq!((&shop.state, shop.url_purge), (&ResourceState::Active, Some(true)));
    assert_eq!(
        shop.cache,
        CacheKey {
            vary: Some(false),
            slice: Some(true),
            query: Some(QueryRule::Only(vec!["v".to_owned(), "size".to_owned()])),
        }
    );
    assert_eq!((&fresh.state, fresh.url_purge), (&ResourceState::Changing, Some(false)));
    assert_eq!(fresh.cache, CacheKey { vary: None, slice: None, query: Some(QueryRule::Ignored) });
    assert_eq!(gone.state, ResourceState::Deleted);
    assert_eq!(gone.cache, CacheKey::default());
    assert_eq!(old.state, ResourceState::Suspended);
    assert_eq!(old.cache.query, Some(QueryRule::AllBut(vec!["utm_source".to_owned()])));
}

#[tokio::test]
async fn resources_are_paged_by_count_and_the_next_address_is_not_followed() {
    let record = |id: u64| json!({ "id": id, "cname": format!("c{id}.example") });
    let page = |ids: std::ops::Range<u64>| {
        let records: Vec<_> = ids.map(record).collect();
        let body = json!({
            "count": 5, "next": "http://127.0.0.1:1/cdn/resources", "previous": null,
            "results": records
        });
        Reply::json(200, body.to_string())
    };
    // The second answer repeats one of the first: a resource was added while the list was paged.
    let (server, adapter) = answering(vec![page(0..2), page(1..3), page(3..4)]).await;
    let resources = adapter.resources().await.unwrap();
    assert_eq!(resources.len(), 4);
    let offsets: Vec<_> = server.heard().iter().map(|heard| heard.query("offset")).collect();
    assert_eq!(offsets, [Some("0".into()), Some("2".into()), Some("4".into())]);
}

#[tokio::test]
async fn a_bare_list_of_resources_is_whole() {
    let body = json!([{ "id": 1, "cname": "a.example" }, { "cname": "no.id" }, null]);
    let (server, adapter) = answering(vec![Reply::json(200, body.to_string())]).await;
    assert_eq!(adapter.resources().await.unwrap().len(), 1);
    assert_eq!(server.heard().len(), 1);
}
