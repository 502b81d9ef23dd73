//! CloudFront's API, seen from outside: signed by a few lines of our own.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::xml::Leaves;
use crate::simulator::hash::{HmacSha256, hmac, sha256_hex};
use crate::simulator::testing::{Answer, noon, quiet, send};
use crate::simulator::{CloudFrontResource, ManualClock, Simulator};

/// A client with a key.
struct Client<'s> {
    simulator: &'s Simulator,
    hand: &'s ManualClock,
    id: String,
    secret: String,
    token: Option<String>,
}

impl<'s> Client<'s> {
    fn new(simulator: &'s Simulator, hand: &'s ManualClock) -> Self {
        let account = simulator.cloudfront().account();
        let (id, secret) = (account.access_key_id, account.secret_access_key);
        Self { simulator, hand, id, secret, token: None }
    }

    async fn send(&self, method: &str, path: &str, query: &str, body: &str) -> Answer {
        self.signed("cloudfront", method, (path, query), body, &[]).await
    }

    async fn signed(
        &self,
        service: &str,
        method: &str,
        (path, query): (&str, &str),
        body: &str,
        extra: &[(&str, &str)],
    ) -> Answer {
        let base_url = self.simulator.cloudfront().base_url();
        let stamp = self.hand.now().format("%Y%m%dT%H%M%SZ").to_string();
        let mut headers =
            vec![("host", base_url.trim_start_matches("http://")), ("x-amz-date", stamp.as_str())];
        headers.extend(self.token.as_deref().map(|token| ("x-amz-security-token", token)));
        headers.extend_from_slice(extra);
        headers.sort_unstable();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let lines = headers.iter().map(|(name, value)| format!("{name}:{value}\n"));
        let lines = lines.collect::<Vec<_>>().concat();
        let canonical =
            format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{}", sha256_hex(body.as_bytes()));
        let date = &stamp[..8];
        let scope = format!("{date}/us-east-1/{service}/aws4_request");
        let text =
            format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}", sha256_hex(canonical.as_bytes()));
        let mut key = format!("AWS4{}", self.secret).into_bytes();
        for part in scope.split('/') {
            key = hmac::<HmacSha256>(&key, part.as_bytes());
        }
        let signature = hex::encode(hmac::<HmacSha256>(&key, text.as_bytes()));
        let header = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.id
        );
        headers.retain(|(name, _)| *name != "host");
        headers.push(("authorization", &header));
        let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        send(&base_url, method, &target, &headers, body).await.unwrap()
    }

    async fn purge(
        &self,
        resource: &CloudFrontResource,
        reference: &str,
        paths: &[&str],
    ) -> Answer {
        self.send("POST", &list_of(resource), "", &batch(reference, paths)).await
    }

    async fn look_up(&self, body: &Value) -> Answer {
        let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
        let extra = [("x-amz-target", target)];
        self.signed("cloudtrail", "POST", ("/", ""), &body.to_string(), &extra).await
    }
}

fn list_of(resource: &CloudFrontResource) -> String {
    let list = if resource.is_tenant { "distribution-tenant" } else { "distribution" };
    format!("/2020-05-31/{list}/{}/invalidation", resource.id)
}

fn batch(reference: &str, paths: &[&str]) -> String {
    let path =
        |path: &&str| format!("<Path>{}</Path>", path.replace('&', "&amp;").replace('<', "&lt;"));
    let items = paths.iter().map(path).collect::<Vec<_>>().concat();
    format!(
        "<InvalidationBatch><Paths><Quantity>{}</Quantity><Items>{items}</Items></Paths>\
         <CallerReference>{reference}</CallerReference></InvalidationBatch>",
        paths.len()
    )
}

fn leaves(answer: &Answer) -> Leaves {
    Leaves::of(std::str::from_utf8(&answer.body).unwrap()).unwrap()
}

fn code(answer: &Answer) -> String {
    leaves(answer).first("Code")
}

fn first(simulator: &Simulator) -> CloudFrontResource {
    simulator.cloudfront().resources()[0].clone()
}

#[tokio::test]
async fn only_a_good_signature_of_this_time_is_taken() {
    let (simulator, hand) = quiet(|_| {}).await;
    let path = "/2020-05-31/distribution";
    let ours = Client::new(&simulator, &hand);
    assert_eq!(ours.send("GET", path, "MaxItems=2", "").await.status, 200);
    let bare = send(&simulator.cloudfront().base_url(), "GET", path, &[], "").await.unwrap();
    assert_eq!((bare.status, code(&bare).as_str()), (403, "MissingAuthenticationToken"));
    let wrong = Client { secret: "wrong".to_owned(), ..Client::new(&simulator, &hand) };
    let answer = wrong.send("GET", path, "", "").await;
    assert_eq!((answer.status, code(&answer).as_str()), (403, "SignatureDoesNotMatch"));
    let unknown = Client { id: "AKIAOTHER".to_owned(), ..Client::new(&simulator, &hand) };
    assert_eq!(code(&unknown.send("GET", path, "", "").await), "InvalidClientTokenId");
    let other = ours.signed("s3", "GET", (path, ""), "", &[]).await;
    assert_eq!(code(&other), "SignatureDoesNotMatch");
    let account = simulator.cloudfront().account();
    let mut temporary = Client {
        id: account.temporary_id,
        secret: account.temporary_key,
        ..Client::new(&simulator, &hand)
    };
    assert_eq!(code(&temporary.send("GET", path, "", "").await), "InvalidClientTokenId");
    temporary.token = Some(account.session_token);
    assert_eq!(temporary.send("GET", path, "", "").await.status, 200);
}

#[tokio::test]
async fn a_list_goes_on_behind_its_mark_and_has_no_paths() {
    let (simulator, hand) = quiet(|_| {}).await;
    let client = Client::new(&simulator, &hand);
    let resource = simulator.cloudfront().resources()[1].clone();
    let (mut seen, mut times, mut query) = (Vec::new(), Vec::new(), "MaxItems=7".to_owned());
    loop {
        let page = leaves(&client.send("GET", &list_of(&resource), &query, "").await);
        assert!(page.all("Path").is_empty());
        seen.extend(page.all("Id"));
        times.extend(page.all("CreateTime"));
        if page.first("IsTruncated") == "false" {
            break;
        }
        assert_eq!(Some(&page.first("NextMarker")), seen.last());
        query = format!("Marker={}&MaxItems=7", page.first("NextMarker"));
    }
    assert!(seen.len() > 14, "{}", seen.len());
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());
    assert!(times.is_sorted_by(|newer, older| newer >= older));
    let one = client.send("GET", &format!("{}/{}", list_of(&resource), seen[3]), "", "").await;
    assert!(!leaves(&one).all("Path").is_empty());
    let none = client.send("GET", &format!("{}/INONE", list_of(&resource)), "", "").await;
    assert_eq!((none.status, code(&none).as_str()), (404, "NoSuchInvalidation"));
}

#[tokio::test]
async fn a_reference_makes_one_purge_and_is_refused_with_other_paths() {
    let (simulator, hand) = quiet(|_| {}).await;
    let client = Client::new(&simulator, &hand);
    let resource = first(&simulator);
    let made = client.purge(&resource, "one", &["/a&b.jpg", "/img/*", "#product"]).await;
    assert_eq!(made.status, 201);
    let id = leaves(&made).first("Id");
    assert!(made.header("location").unwrap().ends_with(&id));
    assert_eq!(leaves(&made).all("Path"), ["/a&b.jpg", "/img/*", "#product"]);
    let again = client.purge(&resource, "one", &["/a&b.jpg", "/img/*", "#product"]).await;
    assert_eq!((again.status, leaves(&again).first("Id")), (201, id));
    let other = client.purge(&resource, "one", &["/b.jpg"]).await;
    assert_eq!((other.status, code(&other).as_str()), (400, "InvalidationBatchAlreadyExists"));
    assert_eq!(simulator.cloudfront().purges().len(), 1);
    let took: Vec<bool> = simulator.requests().iter().map(|seen| seen.took_effect).collect();
    assert_eq!(took, [true, false, false]);
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_what_is_encoded_is_not() {
    let (simulator, hand) = quiet(|_| {}).await;
    let client = Client::new(&simulator, &hand);
    let resource = first(&simulator);
    for path in ["a.jpg", "/~mira/", "/*.jpg", "/a*/b*", "#a,b", "#", ""] {
        let answer = client.purge(&resource, "r", &[path]).await;
        assert_eq!((answer.status, code(&answer).as_str()), (400, "InvalidArgument"), "{path}");
    }
    assert_eq!(client.purge(&resource, "r", &["/a%2Ab", "/a%3F", "/%7E"]).await.status, 201);
    let path = list_of(&resource);
    for (body, wanted) in [
        ("", "MissingBody"),
        ("<a", "MalformedXML"),
        (&batch("r2", &["/a"]).replace(">1<", ">2<"), "InconsistentQuantities"),
    ] {
        assert_eq!(code(&client.send("POST", &path, "", body).await), wanted);
    }
    let shared = CloudFrontResource { id: simulator.cloudfront().shared(), ..resource };
    let answer = client.purge(&shared, "r", &["/a"]).await;
    assert_eq!((answer.status, code(&answer).as_str()), (404, "NoSuchDistribution"));
}

#[tokio::test]
async fn three_thousand_paths_and_fifteen_wildcards_are_in_progress_at_most() {
    let (simulator, hand) = quiet(|_| {}).await;
    let client = Client::new(&simulator, &hand);
    let resource = first(&simulator);
    hand.advance(TimeDelta::minutes(5));
    let names: Vec<String> = (0..3_000).map(|number| format!("/{number}.jpg")).collect();
    let paths: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut more = paths.clone();
    more.push("/one.jpg");
    assert_eq!(client.purge(&resource, "more", &more).await.status, 413);
    assert_eq!(client.purge(&resource, "all", &paths).await.status, 201);
    let full = client.purge(&resource, "next", &["/one.jpg"]).await;
    assert_eq!((full.status, code(&full).as_str()), (400, "TooManyInvalidationsInProgress"));
    let stars: Vec<String> = (0..15).map(|number| format!("/{number}/*")).collect();
    let stars: Vec<&str> = stars.iter().map(String::as_str).collect();
    assert_eq!(client.purge(&resource, "stars", &stars).await.status, 201, "counted apart");
    assert_eq!(client.purge(&resource, "star", &["/*"]).await.status, 400);
    let other = simulator.cloudfront().resources()[1].clone();
    assert_eq!(client.purge(&other, "star", &["/*"]).await.status, 201, "for each distribution");
    hand.advance(TimeDelta::minutes(2));
    assert_eq!(client.purge(&resource, "star", &["/*"]).await.status, 201);
}

#[tokio::test]
async fn tenants_are_purged_under_their_own_path() {
    let (simulator, hand) = quiet(|_| {}).await;
    let client = Client::new(&simulator, &hand);
    let resources = simulator.cloudfront().resources();
    let tenants: Vec<_> = resources.iter().filter(|resource| resource.is_tenant).collect();
    let body = "<ListDistributionTenantsRequest><MaxItems>2</MaxItems>\
                </ListDistributionTenantsRequest>";
    let page = leaves(&client.send("POST", "/2020-05-31/distribution-tenants", "", body).await);
    assert_eq!(page.all("Id").len(), 2);
    let body = body.replace("<Max", &format!("<Marker>{}</Marker><Max", page.first("NextMarker")));
    let page = leaves(&client.send("POST", "/2020-05-31/distribution-tenants", "", &body).await);
    assert_eq!(
        (page.all("Id"), page.first("NextMarker")),
        (vec![tenants[2].id.clone()], String::new())
    );
    assert_eq!(client.purge(tenants[0], "t", &["/a"]).await.status, 201);
    let as_distribution = CloudFrontResource { is_tenant: false, ..tenants[0].clone() };
    assert_eq!(client.purge(&as_distribution, "t", &["/a"]).await.status, 404);
}

#[tokio::test]
async fn the_trail_tells_who_and_what_was_refused_and_answers_two_calls_a_second() {
    let (simulator, hand) = quiet(|_| {}).await;
    let client = Client::new(&simulator, &hand);
    let resource = first(&simulator);
    hand.advance(TimeDelta::minutes(5));
    assert_eq!(client.purge(&resource, "one", &["/a.jpg"]).await.status, 201);
    assert_eq!(client.purge(&resource, "two", &["a.jpg"]).await.status, 400);
    let ask = |more: Value| {
        let mut body = json!({
            "LookupAttributes": [
                {"AttributeKey": "EventName", "AttributeValue": "CreateInvalidation"},
            ],
            "StartTime": hand.now().timestamp(),
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let events = client.look_up(&ask(json!({}))).await.json();
    let told: Vec<Value> = events["Events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| serde_json::from_str(event["CloudTrailEvent"].as_str().unwrap()).unwrap())
        .collect();
    assert_eq!(told.len(), 2);
    let refused = told.iter().find(|event| event["errorCode"] == "InvalidArgument").unwrap();
    assert_eq!(refused["requestParameters"]["distributionId"], json!(resource.id));
    assert!(told.iter().all(|event| event["userIdentity"]["userName"] == "mira"));
    let all = json!({"StartTime": noon().timestamp() - 30 * 86_400, "MaxResults": 50});
    let page = client.look_up(&ask(all)).await.json();
    assert_eq!(
        (page["Events"].as_array().unwrap().len(), page["NextToken"].is_string()),
        (50, true)
    );
    let third = client.look_up(&ask(json!({}))).await;
    assert_eq!(third.status, 400);
    assert!(third.json()["__type"].as_str().unwrap().ends_with("#ThrottlingException"));
}

#[tokio::test]
async fn a_scenario_can_throttle_and_forget_about_pages() {
    let (simulator, hand) = quiet(|options| {
        options.scenario.cloudfront.requests_a_second = Some(1);
        options.scenario.cloudfront.one_page = true;
    })
    .await;
    let client = Client::new(&simulator, &hand);
    let resource = simulator.cloudfront().resources()[1].clone();
    let page = leaves(&client.send("GET", &list_of(&resource), "MaxItems=1", "").await);
    assert!(page.all("Id").len() > 1);
    assert_eq!(page.first("IsTruncated"), "false");
    let answer = client.send("GET", &list_of(&resource), "", "").await;
    assert_eq!((answer.status, code(&answer).as_str()), (400, "Throttling"));
}

/// Asks the edge, and returns the word of its cache.
async fn cached(simulator: &Simulator, host: &str, path: &str) -> String {
    let base_url = simulator.edge().base_url();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    let answer = crate::simulator::testing::raw(&base_url, &request).await;
    let text = String::from_utf8_lossy(&answer).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix("x-cache: ").map(str::to_owned));
    line.unwrap()
}

#[tokio::test]
async fn the_edge_is_emptied_by_path_wildcard_and_tag_as_they_are_written() {
    let (simulator, hand) = quiet(|_| {}).await;
    let client = Client::new(&simulator, &hand);
    let resources = simulator.cloudfront().resources();
    let resource = resources.iter().find(|resource| resource.has_tags).unwrap();
    let path = "/News/a.html?x=1";
    for (paths, is_emptied) in [
        (["/News/a.html?x=1"], true),
        (["/news/a.html?x=1"], false),
        (["/News/a.html"], false),
        (["/News/*"], true),
        (["/News/a.html*"], true),
        (["/news/*"], false),
        (["/News/%2A"], false),
        (["#news"], true),
        (["#new"], false),
        (["/*"], true),
    ] {
        cached(&simulator, &resource.host, path).await;
        assert_eq!(cached(&simulator, &resource.host, path).await, "Hit from cloudfront");
        assert_eq!(client.purge(resource, &paths.concat(), &paths).await.status, 201);
        hand.advance(TimeDelta::minutes(2));
        let wanted = if is_emptied { "Miss from cloudfront" } else { "Hit from cloudfront" };
        assert_eq!(cached(&simulator, &resource.host, path).await, wanted, "{paths:?}");
    }
}

#[tokio::test]
async fn its_credentials_are_announced() {
    let (simulator, _) = quiet(|_| {}).await;
    let announced: Value = serde_json::from_str(&simulator.announcement()).unwrap();
    let account = simulator.cloudfront().account();
    assert_eq!(
        announced["cloudfront"],
        json!({
            "base_url": simulator.cloudfront().base_url(),
            "access_key_id": account.access_key_id,
            "secret_access_key": account.secret_access_key,
        })
    );
}
