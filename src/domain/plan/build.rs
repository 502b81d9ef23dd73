//! From a linted draft to requests with times.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Plan, PlanError, PlanPart, PlannedRequest, risk};
use crate::domain::budget::{Ledger, QuotaLine, Usage, quotas};
use crate::domain::draft::Draft;
use crate::domain::findings::Severity;
use crate::domain::ids::{AccountName, ResourceId};
use crate::domain::kind::Kind;
use crate::domain::limits::{Hardness, KindRule, Limits};
use crate::domain::lint::{Linted, Meaning};
use crate::domain::lint_context::LintContext;
use crate::domain::mode_choice::mode_of;
use crate::domain::money::Cost;
use crate::domain::payload::{Payload, PurgeRequest};
use crate::domain::resource::Resource;

/// The requests that a linted draft becomes, and when each may go out.
///
/// Every target is in exactly one request. Requests are as full as the vendor lets them be and keep
/// the operator's order within a resource and kind; the parts of a plan go out side by side, each
/// as early as its windows allow, what is queued already before them. No window and no quota is
/// broken by the plan, whatever stands in the history.
pub fn plan(linted: &Linted, draft: &Draft, context: &LintContext<'_>) -> Result<Plan, PlanError> {
    let now = context.now;
    refuse_errors(linted)?;
    let groups = groups(linted, draft, context)?;
    if groups.is_empty() {
        return Err(PlanError::Nothing);
    }
    let usages: BTreeMap<&AccountName, Usage> = groups
        .iter()
        .map(|group| &group.resource.account)
        .map(|account| (account, context.usage(account)))
        .collect();
    let (groups, quotas) = weigh(groups, draft, &usages, now)?;
    let mut parts: Vec<PlanPart> = groups.iter().map(Group::part).collect();
    let mut requests = time(&groups, &usages, now, &mut parts)?;
    requests.sort_by_key(|planned| planned.at);
    let ends_at = requests.last().map_or(now, |last| last.at);
    let done_at = groups
        .iter()
        .zip(&parts)
        .filter_map(|(group, part)| {
            let usual = TimeDelta::from_std(group.rule.usual).unwrap_or_default();
            part.times.last().map(|last| *last + usual)
        })
        .max()
        .unwrap_or(ends_at);
    let sent = requests.iter().map(|planned| &planned.request);
    let (risk, high_cnames) = risk::of(sent, linted.worst(), context);
    let costs = costs(&groups, context);
    Ok(Plan { requests, risk, ends_at, done_at, parts, high_cnames, quotas, costs })
}

/// The cost of the groups' targets, by account.
fn costs(groups: &[Group<'_>], context: &LintContext<'_>) -> Vec<(AccountName, Cost)> {
    let mut targets: BTreeMap<&AccountName, usize> = BTreeMap::new();
    for group in groups {
        *targets.entry(&group.resource.account).or_default() += group.targets.len();
    }
    let costs = targets
        .into_iter()
        .filter_map(|(account, targets)| Some((account.clone(), context.cost(account, targets)?)));
    costs.collect()
}

fn refuse_errors(linted: &Linted) -> Result<(), PlanError> {
    let mut errors = linted.all_findings().filter(|finding| finding.severity == Severity::Error);
    match errors.next() {
        None => Ok(()),
        Some(first) => Err(PlanError::Errors {
            first: format!("{} {}", first.code, first.words),
            errors: 1 + errors.count(),
        }),
    }
}

/// The targets of one kind for one resource.
struct Group<'a> {
    resource: &'a Resource,
    limits: &'a Limits,
    rule: &'a KindRule,
    kind: Kind,
    sent_kind: Kind,
    per_request: usize,
    mode: Option<String>,
    hardness: Hardness,
    area: Option<String>,
    targets: Vec<&'a str>,
}

fn groups<'a>(
    linted: &'a Linted,
    draft: &Draft,
    context: &LintContext<'a>,
) -> Result<Vec<Group<'a>>, PlanError> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut places: HashMap<(&AccountName, &ResourceId, Kind), usize> = HashMap::new();
    let mut seen: HashSet<(usize, &str)> = HashSet::with_capacity(linted.lines.len());
    for line in &linted.lines {
        let Some(meaning) = &line.meaning else {
            continue;
        };
        let key = (&meaning.account, &meaning.resource, meaning.kind);
        let place = if let Some(&place) = places.get(&key) {
            place
        } else {
            groups.push(group(meaning, draft, context)?);
            places.insert(key, groups.len() - 1);
            groups.len() - 1
        };
        if let Some(group) = groups.get_mut(place)
            && seen.insert((place, &meaning.target))
        {
            group.targets.push(&meaning.target);
        }
    }
    Ok(groups)
}

fn group<'a>(
    meaning: &Meaning,
    draft: &Draft,
    context: &LintContext<'a>,
) -> Result<Group<'a>, PlanError> {
    let account = &meaning.account;
    let resource = context
        .hosts
        .place_of(account, &meaning.resource)
        .and_then(|place| context.hosts.get(place))
        .ok_or_else(|| PlanError::ResourceUnknown {
            account: account.clone(),
            cname: meaning.cname.clone(),
        })?;
    let limits = context
        .limits_of(account)
        .ok_or_else(|| PlanError::LimitsUnknown { account: account.clone() })?;
    let sent_kind = limits.sent_kind(meaning.kind);
    let rule = limits
        .rule(sent_kind)
        .ok_or_else(|| PlanError::NotAllowed { account: account.clone(), kind: sent_kind })?;
    let mode = mode_of(rule, context.mode_choice(draft).as_ref());
    let splits_by_area = limits.quotas.iter().any(|quota| quota.area.is_some());
    Ok(Group {
        resource,
        limits,
        rule,
        kind: meaning.kind,
        sent_kind,
        per_request: limits.per_request(sent_kind).max(1) as usize,
        hardness: rule.hardness(mode.map(|mode| mode.word)),
        mode: mode.map(|mode| mode.word.to_owned()),
        area: draft.area.clone().filter(|_| splits_by_area),
        targets: Vec::new(),
    })
}

/// Holds the groups against the quotas, takes the quotas' own batch sizes, and says what is left
/// afterwards.
#[expect(clippy::type_complexity, reason = "two lists, named at the only call")]
fn weigh<'a>(
    mut groups: Vec<Group<'a>>,
    draft: &Draft,
    usages: &BTreeMap<&AccountName, Usage>,
    now: DateTime<Utc>,
) -> Result<(Vec<Group<'a>>, Vec<(AccountName, QuotaLine)>), PlanError> {
    let mut left: Vec<(AccountName, QuotaLine)> = Vec::new();
    for group in &mut groups {
        let account = &group.resource.account;
        let Some(usage) = usages.get(account) else {
            continue;
        };
        let area = draft.area.as_deref();
        for line in quotas(group.limits, group.resource, group.sent_kind, area, usage, now) {
            if let Some(most) = line.per_request {
                group.per_request = group.per_request.min(most.max(1) as usize);
            }
            let known = left.iter().position(|(name, other)| {
                name == account && other.kind == line.kind && other.area == line.area
            });
            let at = known.unwrap_or_else(|| {
                left.push((account.clone(), line));
                left.len() - 1
            });
            if let Some((_, line)) = left.get_mut(at) {
                let asked = group.targets.len() as u64;
                line.left = line.left.checked_sub(asked).ok_or_else(|| PlanError::QuotaShort {
                    account: account.clone(),
                    kind: line.kind,
                    left: line.left,
                    asked,
                })?;
            }
        }
    }
    Ok((groups, left))
}

/// Gives every request its time: the first of each group, then the second of each, and so on, so
/// that groups that share a window take turns.
fn time(
    groups: &[Group<'_>],
    usages: &BTreeMap<&AccountName, Usage>,
    now: DateTime<Utc>,
    parts: &mut [PlanPart],
) -> Result<Vec<PlannedRequest>, PlanError> {
    let mut ledgers: BTreeMap<&AccountName, Ledger<'_>> = BTreeMap::new();
    let mut batches: Vec<_> =
        groups.iter().map(|group| group.targets.chunks(group.per_request)).collect();
    let mut planned = Vec::new();
    let mut busy = true;
    while std::mem::take(&mut busy) {
        for ((group, batches), part) in groups.iter().zip(&mut batches).zip(parts.iter_mut()) {
            let account = &group.resource.account;
            let (Some(batch), Some(usage)) = (batches.next(), usages.get(account)) else {
                continue;
            };
            busy = true;
            let ledger =
                ledgers.entry(account).or_insert_with(|| Ledger::new(group.limits, account, usage));
            // What one request of a group had to wait for, the next one has to.
            let from = part.times.last().copied().unwrap_or(now);
            let (resource, kind) = (&group.resource.id, group.sent_kind);
            let at = ledger
                .earliest(resource, kind, batch.len(), from)
                .ok_or_else(|| PlanError::NotAllowed { account: account.clone(), kind })?;
            ledger.take(resource, kind, batch.len(), at);
            if let Some(request) = group.request(batch) {
                part.times.push(at);
                planned.push(PlannedRequest { request, at });
            }
        }
    }
    Ok(planned)
}

impl Group<'_> {
    fn part(&self) -> PlanPart {
        PlanPart {
            account: self.resource.account.clone(),
            resource: self.resource.id.clone(),
            cname: self.resource.cname.clone(),
            kind: self.kind,
            sent_kind: self.sent_kind,
            targets: self.targets.len(),
            mode: self.mode.clone(),
            hardness: self.hardness,
            times: Vec::new(),
        }
    }

    /// The request for a batch. A list that came out empty is never sent as anything.
    fn request(&self, batch: &[&str]) -> Option<PurgeRequest> {
        Some(PurgeRequest {
            account: self.resource.account.clone(),
            resource: self.resource.id.clone(),
            cname: self.resource.cname.clone(),
            payload: Payload::new(self.sent_kind, batch.iter().copied())?,
            mode: self.mode.clone(),
            area: self.area.clone(),
        })
    }
}
