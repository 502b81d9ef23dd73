//! The edge, seen by a client that names the host.
#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::TimeDelta;
use serde_json::json;

use crate::simulator::testing::{Answer, quiet};
use crate::simulator::{ManualClock, Simulator, SimulatorOptions};

/// A simulator in which nobody has purged anything.
async fn empty(change: impl FnOnce(&mut SimulatorOptions)) -> (Simulator, ManualClock) {
    quiet(|options| {
        options.records = 0;
        change(options);
    })
    .await
}

/// Sends a GET of a host's path to the edge. The host header goes first, so that it is the one that
/// counts.
async fn get(simulator: &Simulator, host: &str, path: &str) -> Answer {
    ask(simulator, "GET", host, path, "").await
}

async fn ask(simulator: &Simulator, method: &str, host: &str, path: &str, more: &str) -> Answer {
    let request =
        format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n{more}connection: close\r\n\r\n");
    let answer = crate::simulator::testing::raw(&simulator.edge().base_url(), &request).await;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    Answer { status: head[9..12].parse().unwrap(), head, body: answer[end + 4..].to_vec() }
}

fn gcore_host(simulator: &Simulator, prefix: &str) -> String {
    let resources = simulator.gcore().resources();
    let found = resources
        .iter()
        .find(|resource| resource.cname.starts_with(prefix) && resource.status == "active");
    found.unwrap().cname.clone()
}

/// What the edge says of itself, in any vendor's way.
fn state(answer: &Answer) -> &str {
    ["cache", "x-cache", "x-cache-lookup", "eo-cache-status"]
        .into_iter()
        .find_map(|name| answer.header(name))
        .unwrap()
}

fn over(hand: &ManualClock) {
    hand.advance(TimeDelta::seconds(61));
}

#[tokio::test]
async fn what_was_asked_for_once_comes_from_the_cache_until_it_is_too_old() {
    let (simulator, hand) = empty(|_| {}).await;
    let host = gcore_host(&simulator, "www.");
    let first = get(&simulator, &host, "/a").await;
    assert_eq!((first.status, state(&first), first.header("age")), (200, "MISS", None));
    hand.advance(TimeDelta::seconds(90));
    let second = get(&simulator, &host, "/a").await;
    assert_eq!((state(&second), second.header("age")), ("HIT", Some("90")));
    assert_eq!(second.header("x-cached-since"), Some("2026-11-21T12:00:00+00:00"));
    assert_eq!((&second.body, second.header("etag")), (&first.body, first.header("etag")));
    assert_eq!(
        state(&get(&simulator, &host, "/a?x=1").await),
        "MISS",
        "a query makes another object"
    );
    hand.advance(TimeDelta::hours(12));
    assert_eq!(state(&get(&simulator, &host, "/a").await), "MISS");
}

#[tokio::test]
async fn a_gcore_purge_empties_when_it_ends_and_says_how_it_came() {
    let (simulator, hand) = empty(|_| {}).await;
    let host = gcore_host(&simulator, "www.");
    let gcore = simulator.gcore();
    for (kind, targets, word) in [
        ("purge_by_url", &["/img/a.jpg?w=1"][..], "MISS"),
        ("purge_by_pattern", &["/img/*"][..], "BYPASS"),
        ("purge_by_pattern", &["/im"][..], "BYPASS"),
        ("purge_by_pattern", &["*.jpg"][..], "BYPASS"),
        ("purge_all", &[][..], "BYPASS"),
    ] {
        get(&simulator, &host, "/img/a.jpg?w=1").await;
        get(&simulator, &host, "/other").await;
        gcore.add_purge(&host, kind, targets).unwrap();
        assert_eq!(
            state(&get(&simulator, &host, "/img/a.jpg?w=1").await),
            "HIT",
            "still under way"
        );
        over(&hand);
        assert_eq!(
            state(&get(&simulator, &host, "/img/a.jpg?w=1").await),
            word,
            "{kind} {targets:?}"
        );
        assert_eq!(state(&get(&simulator, &host, "/img/a.jpg?w=1").await), "HIT");
        let other = if kind == "purge_all" { "BYPASS" } else { "HIT" };
        assert_eq!(state(&get(&simulator, &host, "/other").await), other, "{kind} {targets:?}");
    }
}

#[tokio::test]
async fn a_failed_purge_empties_nothing() {
    let (simulator, hand) = empty(|options| options.scenario.failed_percent = 100.0).await;
    let host = gcore_host(&simulator, "www.");
    get(&simulator, &host, "/a").await;
    simulator.gcore().add_purge(&host, "purge_all", &[]).unwrap();
    over(&hand);
    assert_eq!(state(&get(&simulator, &host, "/a").await), "HIT");
}

#[tokio::test]
async fn an_edge_can_stay_stale_although_the_vendor_says_successful() {
    let (simulator, hand) = empty(|_| {}).await;
    let host = gcore_host(&simulator, "www.");
    let edge = simulator.edge();
    let old = get(&simulator, &host, "/a").await.body;
    edge.publish(&host, "/a");
    edge.keep_stale("*/a");
    simulator.gcore().add_purge(&host, "purge_by_url", &["/a"]).unwrap();
    over(&hand);
    let stale = get(&simulator, &host, "/a").await;
    assert_eq!((state(&stale), &stale.body), ("HIT", &old));
    edge.clear_stale();
    let fresh = get(&simulator, &host, "/a").await;
    assert_eq!((state(&fresh), fresh.body == old), ("MISS", false));
    assert_eq!(fresh.header("last-modified"), Some("Sat, 21 Nov 2026 12:00:00 GMT"));
}

#[tokio::test]
async fn options_decide_which_parameters_make_another_object() {
    let (simulator, hand) = empty(|_| {}).await;
    let img = gcore_host(&simulator, "img.");
    get(&simulator, &img, "/a.jpg?w=1&session=2").await;
    assert_eq!(state(&get(&simulator, &img, "/a.jpg?session=3&w=1").await), "HIT", "only w counts");
    assert_eq!(state(&get(&simulator, &img, "/a.jpg?w=2").await), "MISS");
    simulator.gcore().add_purge(&img, "purge_by_url", &["/a.jpg?w=1"]).unwrap();
    over(&hand);
    assert_eq!(state(&get(&simulator, &img, "/a.jpg?w=1").await), "MISS");
    assert_eq!(state(&get(&simulator, &img, "/a.jpg?w=2").await), "HIT");
}

#[tokio::test]
async fn other_names_of_a_resource_serve_the_same_objects() {
    let (simulator, _) = empty(|_| {}).await;
    let host = gcore_host(&simulator, "www.");
    get(&simulator, &host, "/a").await;
    let bare = host.trim_start_matches("www.");
    assert_eq!(state(&get(&simulator, bare, "/a").await), "HIT");
    assert_eq!(get(&simulator, "nowhere.example.com", "/a").await.status, 404);
}

#[tokio::test]
async fn tencents_flush_spares_what_has_not_changed() {
    let (simulator, hand) = empty(|_| {}).await;
    let tencent = simulator.tencent();
    let host =
        tencent.domains().into_iter().find(|domain| domain.status == "online").unwrap().domain;
    for path in ["/js/a.js", "/js/b.js"] {
        assert_eq!(state(&get(&simulator, &host, path).await), "Cache Miss");
    }
    let hit = get(&simulator, &host, "/js/a.js").await;
    let lookups: Vec<&str> =
        hit.head.lines().filter_map(|line| line.strip_prefix("x-cache-lookup: ")).collect();
    assert_eq!(lookups, ["Cache Hit", "Hit From Disktank3"]);
    simulator.edge().publish(&host, "/js/a.js");
    tencent.add_purge("path", &[&format!("https://{host}/js/")]).unwrap();
    over(&hand);
    assert_eq!(state(&get(&simulator, &host, "/js/a.js").await), "Cache Miss");
    assert_eq!(state(&get(&simulator, &host, "/js/b.js").await), "Cache Hit");
    tencent.add_purge("url", &[&format!("http://{host}/js/b.js")]).unwrap();
    over(&hand);
    assert_eq!(state(&get(&simulator, &host, "/js/b.js").await), "Cache Miss");
}

#[tokio::test]
async fn edgeone_asks_the_origin_for_what_is_invalidated_and_drops_what_is_deleted() {
    let (simulator, hand) = empty(|_| {}).await;
    let edgeone = simulator.edgeone();
    let zone = edgeone.zones().remove(0);
    let (host, other) = (zone.domains[0].as_str(), zone.domains[1].as_str());
    let seen = async |host: &str, path: &str| state(&get(&simulator, host, path).await).to_owned();
    for path in ["/js/a.js", "/js/b.js", "/img/news/c.jpg"] {
        assert_eq!(seen(host, path).await, "MISS");
        assert_eq!(seen(host, path).await, "HIT");
    }
    assert_eq!(seen(other, "/js/a.js").await, "MISS");
    // A prefix is invalidated in the console: what has not changed stays, after a question.
    simulator.edge().publish(host, "/js/a.js");
    edgeone.add_purge(&zone.id, "purge_prefix", &[&format!("https://{host}/js/")]).unwrap();
    over(&hand);
    assert_eq!(seen(host, "/js/a.js").await, "MISS");
    let kept = get(&simulator, host, "/js/b.js").await;
    assert_eq!((state(&kept), kept.header("age")), ("RefreshHit", Some("0")));
    assert_eq!(seen(host, "/js/b.js").await, "HIT");
    // URLs and tags are deleted.
    edgeone.add_purge(&zone.id, "purge_url", &[&format!("http://{host}/js/b.js")]).unwrap();
    edgeone.add_purge(&zone.id, "purge_cache_tag", &["img-news"]).unwrap();
    over(&hand);
    assert_eq!(seen(host, "/js/b.js").await, "MISS");
    assert_eq!(seen(host, "/img/news/c.jpg").await, "MISS");
    // A host, then the whole zone.
    edgeone.add_purge(&zone.id, "purge_host", &[host]).unwrap();
    over(&hand);
    assert_eq!(seen(host, "/js/a.js").await, "RefreshHit");
    assert_eq!(seen(other, "/js/a.js").await, "HIT");
    simulator.edge().publish(other, "/js/a.js");
    edgeone.add_purge(&zone.id, "purge_all", &[]).unwrap();
    over(&hand);
    assert_eq!(seen(host, "/js/a.js").await, "RefreshHit");
    assert_eq!(seen(other, "/js/a.js").await, "MISS");
}

#[tokio::test]
async fn medianovas_stars_stand_anywhere() {
    let (simulator, hand) = empty(|_| {}).await;
    let host = simulator.medianova().resources()[0].host.clone();
    for path in ["/img/a.jpg", "/img/a.png"] {
        assert_eq!(state(&get(&simulator, &host, path).await), "MISS");
    }
    simulator.medianova().add_purge(&host, &["/*/a.jpg"]).unwrap();
    over(&hand);
    assert_eq!(state(&get(&simulator, &host, "/img/a.jpg").await), "MISS");
    assert_eq!(state(&get(&simulator, &host, "/img/a.png").await), "HIT");
    simulator.medianova().add_purge(&host, &["/img/a.png"]).unwrap();
    over(&hand);
    assert_eq!(state(&get(&simulator, &host, "/img/a.png").await), "MISS");
}

#[tokio::test]
async fn a_range_of_one_byte_fills_the_cache_and_a_head_does_not() {
    let (simulator, _) = empty(|_| {}).await;
    let host = gcore_host(&simulator, "www.");
    let head = ask(&simulator, "HEAD", &host, "/a", "").await;
    assert_eq!((head.status, state(&head), head.body.len()), (200, "MISS", 0));
    let one = ask(&simulator, "GET", &host, "/a", "range: bytes=0-0\r\n").await;
    let length = head.header("content-length").unwrap();
    assert_eq!((one.status, state(&one), one.body.as_slice()), (206, "MISS", &b"v"[..]));
    assert_eq!(one.header("content-range").unwrap(), format!("bytes 0-0/{length}"));
    assert_eq!(state(&ask(&simulator, "HEAD", &host, "/a", "").await), "HIT");
    assert_eq!(ask(&simulator, "GET", &host, "/a", "range: bytes=9000-\r\n").await.status, 416);
    assert_eq!(ask(&simulator, "POST", &host, "/a", "").await.status, 405);
}

#[tokio::test]
async fn a_purge_by_the_api_reaches_the_edge() {
    let (simulator, hand) = empty(|_| {}).await;
    let host = gcore_host(&simulator, "www.");
    let resource =
        simulator.gcore().resources().into_iter().find(|resource| resource.cname == host).unwrap();
    get(&simulator, &host, "/a").await;
    let token = format!("APIKey {}", simulator.gcore().accounts()[0].token);
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let path = format!("/cdn/resources/{}/purge", resource.id);
    let body = json!({"urls": ["/a"]}).to_string();
    let gcore = simulator.gcore().base_url();
    crate::simulator::testing::send(&gcore, "POST", &path, &headers, &body).await.unwrap();
    over(&hand);
    assert_eq!(state(&get(&simulator, &host, "/a").await), "MISS");
}
