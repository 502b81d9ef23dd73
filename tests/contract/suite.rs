//! The promises, one function each.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use purgedeck::domain::failure::{Applied, Cause, Failure};
use purgedeck::domain::ids::ResourceId;
use purgedeck::domain::kind::Kind;
use purgedeck::domain::limits::{SentAs, Syntax};
use purgedeck::domain::matching::attribute;
use purgedeck::domain::payload::{Payload, PurgeRequest, Targets};
use purgedeck::domain::purge::Purge;
use purgedeck::domain::resource::{Resource, ResourceState};
use purgedeck::domain::status::Status;
use purgedeck::providers::{ActivityRequest, CallRecorder, HistoryRequest, Provider};
use purgedeck::simulator::{ErrorBody, FaultKind, FaultRule};

use super::world::{RECORDS, World};

/// More answers than any history here has.
const MAX_PAGES: usize = 2_000;

/// Every purge that a question selects, page by page. A purge whose targets stand on two pages is
/// put together, as the store does.
async fn all(provider: &dyn Provider, ask: &HistoryRequest) -> Vec<Purge> {
    let mut ask = ask.clone();
    let mut purges: Vec<Purge> = Vec::new();
    for _ in 0..MAX_PAGES {
        let page = provider.history(&ask).await.unwrap();
        assert_eq!(page.unreadable, 0);
        assert!(page.complete || page.records > 0, "neither more nor the end");
        let mut fresh = page.purges.into_iter().peekable();
        if let (Some(last), Some(first)) = (purges.last_mut(), fresh.peek())
            && last.id == first.id
        {
            last.targets.extend(fresh.next().unwrap().targets);
        }
        purges.extend(fresh);
        ask.offset += page.records;
        if page.complete {
            assert!(page.total.is_none_or(|total| total == ask.offset));
            return purges;
        }
    }
    panic!("the history does not end")
}

/// The purges with their kinds and targets, which a bare list lacks: each is asked for.
async fn read_whole(provider: &dyn Provider, mut purges: Vec<Purge>) -> Vec<Purge> {
    if provider.documented_limits().history.bare {
        for purge in &mut purges {
            assert!(purge.kind.is_none() && purge.targets.is_empty(), "{purge:?}");
            let detail = provider.detail(&purge.resource, &purge.id).await.unwrap();
            *purge = Purge { cname: purge.cname.clone(), ..detail };
        }
    }
    purges
}

/// The whole history: by resource where the vendor has it so.
async fn whole(provider: &dyn Provider) -> Vec<Purge> {
    if !provider.documented_limits().history.per_resource {
        return read_whole(provider, all(provider, &month()).await).await;
    }
    let mut purges = Vec::new();
    for resource in provider.resources().await.unwrap() {
        purges.extend(all(provider, &of(&resource)).await);
    }
    read_whole(provider, purges).await
}

/// The time so many thirtieths of the history's reach ago: days, where it reaches a month.
fn part_of_reach(world: &World, thirtieths: u32) -> DateTime<Utc> {
    let month = Duration::from_hours(30 * 24);
    let reach = world.provider.documented_limits().history.reach.unwrap_or(month).min(month);
    Utc::now() - TimeDelta::from_std(reach / 30 * thirtieths).unwrap()
}

fn month() -> HistoryRequest {
    HistoryRequest {
        from: Some(Utc::now() - TimeDelta::days(29)),
        until: Some(Utc::now() + TimeDelta::days(1)),
        ..HistoryRequest::default()
    }
}

fn of(resource: &Resource) -> HistoryRequest {
    HistoryRequest { resource: Some((resource.id.clone(), resource.cname.clone())), ..month() }
}

/// A resource of which everything may be purged.
async fn live(world: &World) -> Resource {
    world
        .provider
        .resources()
        .await
        .unwrap()
        .into_iter()
        .find(|resource| {
            resource.state == ResourceState::Active
                && resource.url_purge != Some(false)
                && resource.all_purge != Some(false)
                && world.usable.as_ref().is_none_or(|usable| resource.id.as_str() == usable)
        })
        .unwrap()
}

/// Targets in the vendor's own form.
fn payload(world: &World, resource: &Resource, kind: Kind, names: &[&str]) -> Payload {
    let limits = world.provider.documented_limits();
    let rule = limits.rule(kind).unwrap();
    if kind == Kind::All
        && let SentAs::RootPattern(root) = rule.sent_as
    {
        return Payload::Pattern(Targets::one(root.replace("{cname}", &resource.cname)));
    }
    let targets = names.iter().map(|name| match (rule.syntax, kind) {
        (Syntax::Path, Kind::Pattern) => format!("/{name}/*"),
        (Syntax::Path, _) => format!("/{name}"),
        (Syntax::FullUrl, _) => format!("https://{}/{name}", host(resource)),
        (Syntax::Directory, _) => format!("https://{}/{name}/", host(resource)),
        (Syntax::Name, Kind::Host) => host(resource).to_owned(),
        (Syntax::Name, _) => (*name).to_owned(),
    });
    Payload::new(kind, targets).unwrap()
}

/// A host name that the resource serves: its own, or where that is none, as of a zone, one of its
/// further names.
fn host(resource: &Resource) -> &str {
    let exact = |name: &&String| !name.contains('*');
    resource.names.iter().find(exact).unwrap_or(&resource.cname)
}

fn request(world: &World, resource: &Resource, payload: Payload) -> PurgeRequest {
    let limits = world.provider.documented_limits();
    let mode = limits
        .rule(payload.kind())
        .and_then(|rule| rule.modes.first())
        .map(|mode| mode.word.to_owned());
    PurgeRequest {
        mode,
        ..PurgeRequest::new(
            world.provider.account().clone(),
            resource.id.clone(),
            resource.cname.clone(),
            payload,
        )
    }
}

async fn urls(world: &World, names: &[&str]) -> PurgeRequest {
    let resource = live(world).await;
    let payload = payload(world, &resource, Kind::Url, names);
    request(world, &resource, payload)
}

/// The purge in the vendor's history that a request became.
async fn found(world: &World, request: &PurgeRequest, since: DateTime<Utc>) -> Vec<Purge> {
    let ask = HistoryRequest {
        from: Some(since - TimeDelta::seconds(1)),
        until: Some(since + TimeDelta::days(1)),
        resource: Some((request.resource.clone(), request.cname.clone())),
        ..HistoryRequest::default()
    };
    let mut purges = all(&*world.provider, &ask).await;
    purges.retain(|purge| purge.created >= since - TimeDelta::seconds(1));
    let mut purges = read_whole(&*world.provider, purges).await;
    purges.retain(|purge| purge.targets.len() == request.payload.targets().len());
    purges
}

fn effects(world: &World) -> usize {
    world.simulator.requests().iter().filter(|seen| seen.took_effect).count()
}

fn strikes(world: &World, strike: FaultKind) -> FaultRule {
    FaultRule { vendor: Some(world.vendor.to_owned()), ..FaultRule::of(strike) }
}

pub(crate) async fn every_resource_is_listed_once(world: World) {
    let resources = world.provider.resources().await.unwrap();
    assert!(resources.len() > 2);
    let mut ids: Vec<&ResourceId> = resources.iter().map(|resource| &resource.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), resources.len());
    for resource in &resources {
        assert_eq!(&resource.account, world.provider.account());
        assert_eq!(&resource.provider, world.provider.provider());
        assert!(!resource.cname.is_empty());
        assert!(!matches!(resource.state, ResourceState::Other(_)), "{resource:?}");
    }
}

pub(crate) async fn the_limits_are_whole(world: World) {
    let (documented, live) =
        (world.provider.documented_limits(), world.provider.live_limits().await.unwrap());
    assert_eq!(documented.history, live.history);
    for kind in Kind::EVERY {
        assert_eq!(documented.rule(kind).is_some(), live.rule(kind).is_some());
        if kind != Kind::All
            && let Some(rule) = live.rule(kind)
        {
            assert!(rule.per_request > 0, "{kind}");
        }
    }
}

pub(crate) async fn the_history_is_paged_to_its_end(world: World) {
    let purges = whole(&*world.provider).await;
    assert!(purges.len() > 100, "{}", purges.len());
    let mut ids: Vec<&str> = purges.iter().map(|purge| purge.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), purges.len(), "a purge came twice");
    for purge in &purges {
        assert_eq!(&purge.account, world.provider.account());
        assert!(purge.kind.is_some() && purge.raw_created.is_none(), "{purge:?}");
        assert_ne!(purge.status, Status::Unknown, "{purge:?}");
        assert!(!purge.cname.is_empty(), "{purge:?}");
    }
}

pub(crate) async fn a_range_of_time_holds_what_it_should(world: World) {
    let (from, until) = (part_of_reach(&world, 9), part_of_reach(&world, 2));
    let within = |purge: &&Purge| purge.created >= from && purge.created <= until;
    let everything = whole(&*world.provider).await;
    let mut wanted: Vec<_> = everything.iter().filter(within).map(|p| &p.id).collect();
    assert!(!wanted.is_empty() && wanted.len() < everything.len());
    if world.provider.documented_limits().history.per_resource {
        return the_lists_of_all_resources_are_everything(&world, &everything).await;
    }
    let ask = HistoryRequest { from: Some(from), until: Some(until), ..HistoryRequest::default() };
    let answered = all(&*world.provider, &ask).await;
    let mut got: Vec<_> = answered.iter().filter(within).map(|p| &p.id).collect();
    wanted.sort();
    got.sort();
    assert_eq!(got, wanted);
    assert!(answered.len() < everything.len(), "the vendor was not asked for the range");
}

/// A vendor with a list for each resource has no range to ask for: each list has its own purges and
/// no other's, and together they have all that were ever made.
async fn the_lists_of_all_resources_are_everything(world: &World, everything: &[Purge]) {
    let mut union = Vec::new();
    let mut with_some = 0;
    for resource in world.provider.resources().await.unwrap() {
        let list = all(&*world.provider, &of(&resource)).await;
        assert!(list.iter().all(|purge| purge.resource == resource.id), "{resource:?}");
        with_some += usize::from(!list.is_empty());
        union.extend(list.into_iter().map(|purge| purge.id));
    }
    assert!(with_some > 1, "one list is no union");
    assert_eq!(union.len(), RECORDS);
    let mut wanted: Vec<_> = everything.iter().map(|purge| purge.id.clone()).collect();
    wanted.sort();
    union.sort();
    assert_eq!(union, wanted);
}

pub(crate) async fn the_history_of_one_resource_has_all_of_it(world: World) {
    let everything = whole(&*world.provider).await;
    let resource = live(&world).await;
    let mut wanted: Vec<_> = everything
        .iter()
        .filter(|purge| purge.resource == resource.id)
        .map(|purge| &purge.id)
        .collect();
    let answered = all(&*world.provider, &of(&resource)).await;
    let mut got: Vec<_> = answered
        .iter()
        .filter(|purge| purge.resource == resource.id)
        .map(|purge| &purge.id)
        .collect();
    wanted.sort();
    got.sort();
    assert_eq!(got, wanted);
}

pub(crate) async fn a_purge_of_every_kind_is_sent_and_found(world: World) {
    let resource = live(&world).await;
    let limits = world.provider.documented_limits();
    for kind in Kind::EVERY {
        if limits.rule(kind).is_none() {
            continue;
        }
        world.hand.advance(TimeDelta::minutes(5));
        let request = request(&world, &resource, payload(&world, &resource, kind, &["only"]));
        let receipt = world.provider.submit(&request).await.unwrap();
        assert_eq!(receipt.at.unwrap().timestamp(), world.hand.now().timestamp());
        let purges = found(&world, &request, world.hand.now()).await;
        let [purge] = purges.as_slice() else { panic!("{kind}: {purges:?}") };
        assert_eq!(purge.kind, Some(request.kind()));
        assert_eq!(purge.resource, request.resource);
        if let Some(id) = receipt.id {
            assert_eq!(purge.id, id);
        }
    }
}

pub(crate) async fn everything_is_purged_for_what_it_is_there(world: World) {
    let resource = live(&world).await;
    // The world begins with purges of the last seconds.
    world.hand.advance(TimeDelta::minutes(5));
    let request = request(&world, &resource, Payload::All);
    world.provider.submit(&request).await.unwrap();
    assert_eq!(effects(&world), 1);
    let rule = world.provider.documented_limits().rules.remove(&Kind::All).unwrap();
    let ask = HistoryRequest {
        from: Some(world.hand.now() - TimeDelta::seconds(1)),
        until: Some(world.hand.now() + TimeDelta::days(1)),
        ..of(&resource)
    };
    let mut purges = all(&*world.provider, &ask).await;
    purges.retain(|purge| purge.created >= world.hand.now() - TimeDelta::seconds(1));
    let purges = read_whole(&*world.provider, purges).await;
    let [purge] = purges.as_slice() else { panic!("{purges:?}") };
    let targets: Vec<&str> = purge.targets.iter().map(|t| t.text.as_str()).collect();
    match rule.sent_as {
        SentAs::Itself => {
            assert_eq!(purge.kind, Some(Kind::All));
            assert!(targets.is_empty(), "{targets:?}");
        }
        SentAs::RootPattern(root) => {
            assert_eq!(purge.kind, Some(Kind::Pattern));
            assert_eq!(targets, [root.replace("{cname}", &resource.cname)]);
        }
    }
}

pub(crate) async fn a_purge_of_several_targets_is_one_purge(world: World) {
    let request = urls(&world, &["one.jpg", "two.jpg?v=2", "three.jpg"]).await;
    world.provider.submit(&request).await.unwrap();
    let purges = found(&world, &request, world.hand.now()).await;
    let [purge] = purges.as_slice() else { panic!("{purges:?}") };
    for (target, sent) in purge.targets.iter().zip(request.payload.targets()) {
        assert!(target.text.ends_with(sent.as_str()), "{target:?} for {sent}");
    }
}

pub(crate) async fn a_purge_ends_and_its_status_says_so(world: World) {
    let request = urls(&world, &["one.jpg", "two.jpg"]).await;
    world.provider.submit(&request).await.unwrap();
    let since = world.hand.now();
    let status = async || found(&world, &request, since).await.remove(0).status;
    assert_eq!(status().await, Status::InProgress);
    world.hand.advance(TimeDelta::minutes(10));
    assert_eq!(status().await, Status::Successful);
}

pub(crate) async fn what_the_vendor_refuses_has_no_effect(world: World) {
    let mut request = urls(&world, &["x"]).await;
    request.payload = Payload::Url(Targets::one("no such form"));
    let failure = world.provider.submit(&request).await.unwrap_err();
    assert!(matches!(failure.cause, Cause::Rejected { .. }), "{failure}");
    assert_eq!(failure.applied, Applied::No);
    assert!(!failure.detail.is_empty());
    assert_eq!(effects(&world), 0);
}

pub(crate) async fn an_unknown_resource_is_refused(world: World) {
    let mut resource = live(&world).await;
    resource.id = ResourceId::new("999999999");
    "nobody.example".clone_into(&mut resource.cname);
    resource.names.clear();
    let request = request(&world, &resource, payload(&world, &resource, Kind::Url, &["x"]));
    let failure = world.provider.submit(&request).await.unwrap_err();
    assert_eq!(failure.applied, Applied::No, "{failure}");
    assert!(matches!(failure.cause, Cause::NotFound | Cause::Forbidden), "{failure:?}");
    assert_eq!(effects(&world), 0);
}

pub(crate) async fn wrong_credentials_are_told_apart(world: World) {
    let request = urls(&world, &["x"]).await;
    let failures = [
        world.stranger.history(&of(&live(&world).await)).await.unwrap_err(),
        world.stranger.resources().await.unwrap_err(),
        world.stranger.submit(&request).await.unwrap_err(),
    ];
    for failure in failures {
        assert_eq!(failure.cause, Cause::Unauthenticated, "{failure:?}");
        assert_eq!(failure.applied, Applied::No);
    }
    assert_eq!(effects(&world), 0);
}

pub(crate) async fn a_full_window_or_quota_is_told(world: World) {
    let limits = world.provider.live_limits().await.unwrap();
    let has_window = limits.rule(Kind::Url).is_some_and(|rule| !rule.windows.is_empty());
    if !has_window {
        return;
    }
    let request = urls(&world, &["x"]).await;
    let mut accepted = 0;
    let failure: Failure = loop {
        match world.provider.submit(&request).await {
            Ok(_) => accepted += 1,
            Err(failure) => break failure,
        }
        assert!(accepted < 10_000, "there is no limit");
    };
    assert!(matches!(failure.cause, Cause::RateLimited { .. } | Cause::QuotaUsedUp), "{failure:?}");
    assert_eq!(failure.applied, Applied::No);
    assert_eq!(effects(&world), accepted);
}

pub(crate) async fn a_passing_fault_of_a_question_is_overcome(world: World) {
    for strike in [
        FaultKind::Status { status: 502, body: ErrorBody::Html, retry_after: None },
        FaultKind::Cut,
        FaultKind::CutMidBody,
    ] {
        let fault = FaultRule { times: Some(1), ..strikes(&world, strike) };
        let id = world.simulator.faults().inject(fault);
        assert!(!world.provider.resources().await.unwrap().is_empty());
        assert_eq!(world.simulator.faults().applied(id), 1);
        world.simulator.faults().clear();
    }
}

pub(crate) async fn an_answer_lost_after_the_effect_leaves_the_purge_unknown(world: World) {
    let request = urls(&world, &["x"]).await;
    for (effects_wanted, strike) in [
        (1, FaultKind::Cut),
        (2, FaultKind::Status { status: 502, body: ErrorBody::Html, retry_after: None }),
    ] {
        world.hand.advance(TimeDelta::minutes(5));
        let fault = FaultRule { after_effect: true, ..strikes(&world, strike) };
        world.simulator.faults().inject(fault);
        let failure = world.provider.submit(&request).await.unwrap_err();
        world.simulator.faults().clear();
        assert_eq!(failure.applied, Applied::Maybe, "{failure:?}");
        assert_eq!(effects(&world), effects_wanted, "it was sent exactly once");
    }
}

pub(crate) async fn an_answer_that_makes_no_sense_is_told(world: World) {
    let request = urls(&world, &["x"]).await;
    for strike in [FaultKind::GarbageBody, FaultKind::EndlessBody, FaultKind::CaptivePortal] {
        world.simulator.faults().inject(strikes(&world, strike));
        let failure = world.provider.resources().await.unwrap_err();
        assert_eq!(failure.cause, Cause::BadAnswer, "{failure:?}");
        let failure = world.provider.submit(&request).await.unwrap_err();
        assert_eq!(failure.applied, Applied::Maybe, "{failure:?}");
        world.simulator.faults().clear();
    }
    world.simulator.faults().inject(strikes(&world, FaultKind::GarbageBytes));
    let failure = world.provider.submit(&request).await.unwrap_err();
    assert_eq!(failure.applied, Applied::Maybe, "{failure:?}");
}

pub(crate) async fn a_redirect_carries_nothing_away(world: World) {
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let to = format!("http://{}/", elsewhere.local_addr().unwrap());
    let request = urls(&world, &["x"]).await;
    world
        .simulator
        .faults()
        .inject(strikes(&world, FaultKind::Redirect { to: to.clone(), status: 307 }));
    let failure = world.provider.resources().await.unwrap_err();
    assert_eq!(failure.cause, Cause::Refused);
    assert!(failure.detail.contains(&to), "{failure}");
    world.provider.submit(&request).await.unwrap_err();
    let visitor = elsewhere.accept().map_err(|error| error.kind());
    assert_eq!(visitor.unwrap_err(), std::io::ErrorKind::WouldBlock);
}

pub(crate) async fn the_vendors_clock_is_seen(world: World) {
    assert_eq!(world.provider.clock_ahead(), None);
    world.simulator.faults().inject(FaultRule {
        vendor: Some(world.vendor.to_owned()),
        date_skew_seconds: 7_200,
        ..FaultRule::default()
    });
    // Whether the vendor minds the difference is its own affair; its date is seen either way.
    let _ = world.provider.resources().await;
    let ahead = world.provider.clock_ahead().unwrap();
    assert!(ahead > TimeDelta::minutes(90), "{ahead}");
}

pub(crate) async fn a_preview_is_what_is_sent_without_its_secret(world: World) {
    let request = urls(&world, &["a b.jpg", "it's \"q\".jpg"]).await;
    let preview = world.provider.preview(&request);
    world.provider.submit(&request).await.unwrap();
    let seen = world.simulator.requests().pop().unwrap();
    assert_eq!(seen.method, preview.method);
    assert!(preview.url.contains(&seen.path), "{} {}", preview.url, seen.path);
    let shown = format!("{preview:?} {:?}", world.provider);
    for secret in &world.secrets {
        assert!(!shown.contains(secret.as_str()), "{shown}");
    }
    let tools = ["curl -X POST ", "tccli ", "aws ", "aliyun "];
    assert!(tools.iter().any(|tool| preview.curl.starts_with(tool)), "{}", preview.curl);
}

pub(crate) async fn who_purged_is_told_where_there_is_a_log(world: World) {
    let request = urls(&world, &["who"]).await;
    world.provider.submit(&request).await.unwrap();
    let now = world.hand.now();
    let mut ask = ActivityRequest { from: now - TimeDelta::minutes(1), until: now, offset: 0 };
    if world.provider.activity_log().is_none() {
        let failure = world.provider.activity(&ask).await.unwrap_err();
        assert_eq!(failure.cause, Cause::Unsupported);
        return;
    }
    // A second one at once is more than some vendors take; whatever comes of it, it is told too.
    let stranger = PurgeRequest { resource: ResourceId::new("0"), ..request.clone() };
    assert!(world.provider.submit(&stranger).await.is_err());
    let mut attempts = Vec::new();
    for _ in 0..MAX_PAGES {
        let page = world.provider.activity(&ask).await.unwrap();
        ask.offset += page.records;
        attempts.extend(page.attempts);
        if page.complete {
            break;
        }
    }
    let of = |request: &PurgeRequest| {
        let found = attempts
            .iter()
            .find(|attempt| attempt.resource == request.resource && attempt.at == now);
        found.unwrap().clone()
    };
    let (ours, refused) = (of(&request), of(&stranger));
    assert!(ours.is_accepted() && refused.is_refused());
    assert_eq!(ours.kind, Some(Kind::Url));
    assert_eq!(ours.targets, request.payload.targets());
    assert!(ours.author.user.is_some() && ours.author == refused.author);
    let history = whole(world.provider.as_ref()).await;
    assert_eq!(attribute(world.provider.account(), &[ours, refused], &history).len(), 1);
    let failure = world.stranger.activity(&ask).await.unwrap_err();
    assert_eq!(failure.cause, Cause::Unauthenticated);
}

/// Whoever looks at the request log sees every call, and nothing that would let them make one.
pub(crate) async fn every_call_is_recorded_without_a_secret(world: World) {
    let recorder = CallRecorder::default();
    world.provider.record_calls(&recorder);
    world.stranger.record_calls(&recorder);
    let resource = live(&world).await;
    world.provider.history(&of(&resource)).await.unwrap();
    let _ = world.provider.live_limits().await;
    let sent = payload(&world, &resource, Kind::Url, &["a.jpg"]);
    world.provider.submit(&request(&world, &resource, sent)).await.unwrap();
    world.stranger.resources().await.unwrap_err();
    let passing = FaultKind::Status { status: 502, body: ErrorBody::Html, retry_after: None };
    world.simulator.faults().inject(FaultRule { times: Some(1), ..strikes(&world, passing) });
    world.provider.history(&of(&resource)).await.unwrap();
    let calls = recorder.now(0);
    assert!(calls.iter().any(|call| call.method == "POST" && call.failure.is_none()));
    assert!(calls.iter().any(|call| call.failure.is_some()), "the stranger is refused");
    assert!(calls.iter().any(|call| call.attempt == 2), "the fault was overcome");
    assert!(calls.iter().all(|call| call.status.is_some() && call.path.starts_with('/')));
    let numbers = calls.iter().map(|call| call.number);
    assert!(numbers.eq(1..=calls.len() as u64));
    for secret in &world.secrets {
        let told = calls.iter().find(|call| format!("{call:?}").contains(secret));
        assert_eq!(told, None);
    }
    for name in ["Signature", "SecretId", "Token"] {
        let given = format!("{name}=");
        for call in calls.iter().filter(|call| call.path.contains(&given)) {
            assert!(call.path.contains(&format!("{name}=…")), "no placeholder: {}", call.path);
        }
    }
}
