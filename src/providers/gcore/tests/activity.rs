use chrono::{DateTime, Utc};

use super::*;
use crate::domain::activity::{Attempt, Author};

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn everything() -> ActivityRequest {
    ActivityRequest {
        from: time("2026-11-20T10:00:00.250Z"),
        until: time("2026-11-20T11:00:00.250Z"),
        offset: 0,
    }
}

async fn told(body: &Value) -> (Scripted, ActivityPage) {
    let (server, adapter) = answering(vec![Reply::json(200, body.to_string())]).await;
    let page = adapter.activity(&everything()).await.unwrap();
    (server, page)
}

fn record(id: u64, path: &str, data: &Value, status: u16) -> Value {
    json!({
        "id": id, "user_id": 42, "token_id": 900, "client_id": 4,
        "requested_at": "2026-11-20T10:03:58.120000Z",
        "path": path, "remote_ip_address": "203.0.113.9", "host": "api.gcore.com", "method": "POST",
        "query_params": "{}", "data": data, "status_code": status, "actions": []
    })
}

#[tokio::test]
async fn an_attempt_says_who_asked_for_what_and_how_it_went() {
    let body = json!({"count": 1, "results": [
        record(1, "/resources/11/purge", &json!({"urls": ["/a", "/b"]}), 201)
    ]});
    let (server, page) = told(&body).await;
    assert_eq!(
        page.attempts,
        [Attempt {
            id: "1".to_owned(),
            at: time("2026-11-20T10:03:58.120Z"),
            resource: "11".into(),
            kind: Some(Kind::Url),
            targets: vec!["/a".to_owned(), "/b".to_owned()],
            author: Author { user: Some("42".to_owned()), token: Some("900".to_owned()) },
            address: Some("203.0.113.9".to_owned()),
            status: 201,
        }]
    );
    assert_eq!((page.records, page.complete), (1, true));
    assert_eq!(
        server.heard()[0].target,
        "/cdn/activity_log/requests?method=POST&min_requested_at=2026-11-20%2010%3A00%3A00&\
         max_requested_at=2026-11-20%2011%3A00%3A01&offset=0&limit=100"
    );
}

#[tokio::test]
async fn what_is_no_purge_is_passed_over_and_counts_for_the_next_page() {
    let body = json!({"count": 300, "next": "https://elsewhere.example/x", "results": [
        record(1, "/resources", &json!({}), 201),
        record(2, "/resources/11/prefetch", &json!({"paths": ["/a"]}), 201),
        record(3, "/resources/11/rules/5/purge", &json!({"paths": ["/a"]}), 201),
        {"id": 4, "path": "/resources/11/purge", "method": "GET",
         "requested_at": "2026-11-20T10:03:58Z"},
        {"path": "/resources/11/purge"}, "odd",
        record(6, "/cdn/resources/11/purge", &json!({"paths": ["/img/*"]}), 429),
    ]});
    let (_server, page) = told(&body).await;
    let ids: Vec<_> = page.attempts.iter().map(|attempt| attempt.id.as_str()).collect();
    assert_eq!(ids, ["6"]);
    assert_eq!((page.records, page.complete), (7, false));
    assert!(page.attempts[0].is_refused());
}

#[tokio::test]
async fn a_body_is_read_in_every_form_that_the_documents_show() {
    for (data, kind, targets) in [
        (json!({"paths": []}), Some(Kind::All), &[][..]),
        (json!({"paths": ["/a*"]}), Some(Kind::Pattern), &["/a*"][..]),
        (json!("{\"urls\": [\"/a\"]}"), Some(Kind::Url), &["/a"][..]),
        (json!({"urls": ["/a"], "paths": null}), Some(Kind::Url), &["/a"][..]),
        (json!({"urls": ["/a"], "paths": ["/b"]}), None, &[][..]),
        (json!({}), None, &[][..]),
        (json!(null), None, &[][..]),
        (json!("cut sho"), None, &[][..]),
    ] {
        let (_server, page) = told(&json!({"result": [
            record(1, "/resources/11/purge/", &data, 201)
        ]}))
        .await;
        let [attempt] = &page.attempts[..] else { panic!("{data}") };
        assert_eq!(attempt.kind, kind, "{data}");
        assert_eq!(attempt.targets, targets, "{data}");
    }
}

#[tokio::test]
async fn the_panel_uses_no_token() {
    let mut panel = record(1, "/resources/11/purge", &json!({"paths": []}), 201);
    panel.as_object_mut().unwrap().remove("token_id");
    let (_server, page) = told(&json!({"count": 1, "results": [panel]})).await;
    assert_eq!(page.attempts[0].author.token, None);
    assert_eq!(page.attempts[0].author.user.as_deref(), Some("42"));
}

#[tokio::test]
async fn a_token_that_may_not_read_the_log_is_told_so() {
    let (_server, adapter) =
        answering(vec![Reply::json(403, r#"{"message":"no permission"}"#)]).await;
    let failure = adapter.activity(&everything()).await.unwrap_err();
    assert_eq!(failure.cause, Cause::Forbidden);
}
