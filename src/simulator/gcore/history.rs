//! `GET /cdn/purge_statuses`.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::filters;
use super::page::{Page, Rules};
use super::state::Account;
use crate::simulator::reply::Reply;
use crate::simulator::request::Request;
use crate::simulator::scenario::{GcoreScenario, Order};
use crate::simulator::world::ledger::Purge;
use crate::simulator::world::{Kind, Outcome, State};

/// The documented maximum of a page, and how many are told without a limit.
const MOST: usize = 100;

/// The word for a kind.
pub(super) fn purge_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Url => "purge_by_url",
        Kind::Pattern => "purge_by_pattern",
        Kind::All => "purge_all",
    }
}

/// The kind that a word stands for.
pub(super) fn kind(purge_type: &str) -> Option<Kind> {
    [Kind::Url, Kind::Pattern, Kind::All]
        .into_iter()
        .find(|kind| self::purge_type(*kind) == purge_type)
}

/// The list that a request asks for.
pub(super) fn list(
    account: &mut Account,
    request: &Request,
    scenario: &GcoreScenario,
    now: DateTime<Utc>,
) -> Reply {
    let reply = read(account, request, scenario, now).unwrap_or_else(|refused| refused);
    if reply.status == 200 {
        for _ in 0..scenario.arrivals_between_pages {
            account.ledger.arrive(now.timestamp_micros(), &account.sites);
        }
    }
    reply
}

fn read(
    account: &Account,
    request: &Request,
    scenario: &GcoreScenario,
    now: DateTime<Utc>,
) -> Result<Reply, Reply> {
    let page =
        Page::of(request, Rules { most: MOST, bare: Some(MOST), strict: scenario.strict_paging })?;
    let wanted = Wanted::of(account, request, scenario)?;
    let newest =
        (now - TimeDelta::seconds(i64::from(scenario.history_lag_seconds))).timestamp_micros();
    let told = account.ledger.remembered(now);
    let told = told.get(..told.partition_point(|purge| purge.at <= newest)).unwrap_or_default();
    let matching = |purge: &&Purge| wanted.matches(purge, now, scenario);
    let count = told.iter().filter(matching).count();
    let rows = match scenario.order {
        Order::Newest => page.cut(told.iter().rev().filter(matching)),
        Order::Oldest => page.cut(told.iter().filter(matching)),
        Order::Shuffled => {
            let mut mixed: Vec<&Purge> = told.iter().filter(matching).collect();
            mixed.sort_by_key(|purge| purge.serial.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            page.cut(mixed.into_iter())
        }
    };
    let results: Vec<Value> =
        rows.into_iter().map(|purge| row(account, purge, now, scenario)).collect();
    Ok(page.reply(request, count, &results, scenario.next_host.as_deref()))
}

/// The filters of one request.
struct Wanted {
    /// Per site, whether it is wanted; `None` when all are.
    sites: Option<Vec<bool>>,
    status: Option<String>,
    purge_type: Option<String>,
    from: Option<i64>,
    to: Option<i64>,
}

impl Wanted {
    fn of(account: &Account, request: &Request, scenario: &GcoreScenario) -> Result<Self, Reply> {
        let given = |name: &str| request.param(name).filter(|text| !text.is_empty());
        let micros = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp_micros());
        let sites = given("cname").map(|cname| {
            let fits = |host: &str| {
                if scenario.cname_part { host.contains(cname.as_str()) } else { host == cname }
            };
            account.sites.iter().map(|site| fits(&site.host)).collect()
        });
        Ok(Self {
            sites,
            status: given("status"),
            purge_type: given("purge_type"),
            from: micros(filters::instant(request, "from_created", false)?),
            to: micros(filters::instant(request, "to_created", true)?),
        })
    }

    fn matches(&self, purge: &Purge, now: DateTime<Utc>, scenario: &GcoreScenario) -> bool {
        self.sites.as_ref().is_none_or(|sites| sites.get(purge.site).copied().unwrap_or(false))
            && self.purge_type.as_ref().is_none_or(|word| word == purge_type(purge.kind))
            && self.from.is_none_or(|from| purge.at >= from)
            && self.to.is_none_or(|to| purge.at <= to)
            && self.status.as_ref().is_none_or(|word| word == status(purge, now, scenario))
    }
}

fn status(purge: &Purge, now: DateTime<Utc>, scenario: &GcoreScenario) -> &'static str {
    match purge.state(now) {
        State::InProgress if scenario.strange_statuses && purge.serial.is_multiple_of(3) => {
            "Queued on edge"
        }
        State::InProgress => "In progress",
        State::Ended(Outcome::Successful)
            if scenario.strange_statuses && purge.serial.is_multiple_of(7) =>
        {
            "Partially successful"
        }
        State::Ended(Outcome::Successful) => "Successful",
        State::Ended(Outcome::Failed) => "Failed",
        State::Ended(Outcome::ReportDisabled) => "Status report disabled",
    }
}

fn row(account: &Account, purge: &Purge, now: DateTime<Utc>, scenario: &GcoreScenario) -> Value {
    let site = account.sites.get(purge.site);
    let cname = site.map(|site| site.host.as_str());
    let targets = site.map(|site| purge.targets(site)).unwrap_or_default();
    let payload = match purge.kind {
        Kind::Url => {
            let host = cname.unwrap_or_default();
            json!({"urls": targets.iter().map(|path| format!("http://{host}{path}")).collect::<Vec<_>>()})
        }
        Kind::Pattern | Kind::All => json!({"paths": targets}),
    };
    let created = if scenario.older_shapes {
        purge.created().format("%Y-%m-%d %H:%M:%S%.6f+00:00").to_string()
    } else {
        purge.created().to_rfc3339_opts(SecondsFormat::Micros, true)
    };
    json!({
        "purge_id": account.purge_id(purge.serial),
        "status": status(purge, now, scenario),
        "resource": {"id": account.resources.get(purge.site).map(|resource| resource.id), "cname": cname},
        "payload": if scenario.older_shapes { json!([payload]) } else { payload },
        "created": created,
        "purge_type": purge_type(purge.kind),
    })
}
