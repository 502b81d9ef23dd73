//! `GET /cdn/purge_statuses`.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::GcoreCall;
use super::query::{ListPage, PagingRules, times};
use super::state::{GcoreAccount, purge_type, time};
use crate::simulator::listing::TimeFilter;
use crate::simulator::reply::HttpReply;
use crate::simulator::world::{PurgeOutcome, PurgeProgress, PurgeScope, SimulatedPurge};

/// The documented maximum of a page, and the length of a list without a limit.
const MAX_PAGE: usize = 100;

/// Lists the purges.
pub(super) fn list(
    account: &mut GcoreAccount,
    call: &GcoreCall<'_>,
) -> Result<HttpReply, HttpReply> {
    let GcoreCall { request, scenario, now, .. } = *call;
    let strict = scenario.strict_paging;
    let page = ListPage::of(request, PagingRules { most: MAX_PAGE, bare: Some(MAX_PAGE), strict })?;
    let filter = HistoryFilter::of(account, call)?;
    let newest = now - TimeDelta::seconds(i64::from(scenario.history_lag_seconds));
    let listed = account.world.remembered(now).iter();
    let listed = listed.take_while(|purge| purge.at <= newest.timestamp_micros());
    let mut matching: Vec<&SimulatedPurge> =
        listed.filter(|purge| filter.matches(purge, call)).collect();
    scenario.order.sort(&mut matching);
    let count = matching.len();
    let rows: Vec<Value> =
        page.cut(matching).into_iter().map(|purge| row(account, purge, call)).collect();
    let reply = page.reply(request, count, &rows, scenario.next_host.as_deref());
    for _ in 0..scenario.arrivals_between_pages {
        account.world.arrive(now.timestamp_micros());
    }
    Ok(reply)
}

/// The filters of one request.
struct HistoryFilter {
    /// True for each site that matches; `None` when all do.
    sites: Option<Vec<bool>>,
    status: Option<String>,
    purge_type: Option<String>,
    created: TimeFilter,
}

impl HistoryFilter {
    fn of(account: &GcoreAccount, call: &GcoreCall<'_>) -> Result<Self, HttpReply> {
        let given = |name: &str| call.request.param(name).filter(|text| !text.is_empty());
        let sites = given("cname").map(|cname| {
            let part = call.scenario.cname_part;
            let matches = |host: &String| *host == cname || part && host.contains(&cname);
            account.world.sites.iter().map(|site| matches(&site.host)).collect()
        });
        Ok(Self {
            sites,
            status: given("status"),
            purge_type: given("purge_type"),
            created: times(call.request, "from_created", "to_created")?,
        })
    }

    fn matches(&self, purge: &SimulatedPurge, call: &GcoreCall<'_>) -> bool {
        self.sites.as_ref().is_none_or(|sites| sites.get(purge.site).copied().unwrap_or(false))
            && self.purge_type.as_ref().is_none_or(|word| word == purge_type(purge.scope))
            && self.created.contains(purge.created())
            && self.status.as_ref().is_none_or(|word| word == status(purge, call))
    }
}

fn status(purge: &SimulatedPurge, call: &GcoreCall<'_>) -> &'static str {
    let strange = |every| call.scenario.strange_statuses && purge.serial.is_multiple_of(every);
    match purge.progress(call.now) {
        PurgeProgress::InProgress if strange(3) => "Queued on edge",
        PurgeProgress::InProgress => "In progress",
        PurgeProgress::Ended(PurgeOutcome::Successful) if strange(7) => "Partially successful",
        PurgeProgress::Ended(PurgeOutcome::Successful) => "Successful",
        PurgeProgress::Ended(PurgeOutcome::Failed) => "Failed",
        PurgeProgress::Ended(PurgeOutcome::ReportDisabled) => "Status report disabled",
    }
}

fn row(account: &GcoreAccount, purge: &SimulatedPurge, call: &GcoreCall<'_>) -> Value {
    let cname = account.world.host(purge);
    let targets = account.world.targets(purge);
    let payload = match purge.scope {
        PurgeScope::Url => {
            let urls = targets.iter().map(|path| format!("http://{cname}{path}"));
            json!({"urls": urls.collect::<Vec<_>>()})
        }
        PurgeScope::Pattern | PurgeScope::All => json!({"paths": targets}),
    };
    let (created, payload) = if call.scenario.older_shapes {
        (purge.created().format("%Y-%m-%d %H:%M:%S%.6f+00:00").to_string(), json!([payload]))
    } else {
        (time(purge.created()), payload)
    };
    json!({
        "purge_id": account.purge_id(purge.serial),
        "status": status(purge, call),
        "resource": {"id": account.resource_id(purge.site), "cname": cname},
        "payload": payload,
        "created": created,
        "purge_type": purge_type(purge.scope),
    })
}
