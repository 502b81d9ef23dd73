//! EdgeOne (`teo.tencentcloudapi.com`, version 2022-09-01), signed by TC3-HMAC-SHA256.
//!
//! Seen in the vendor's SDK unless it says otherwise:
//!
//! - A resource is a zone with its acceleration domains. Everything that is purged or listed names
//!   one zone. A purge of targets of several zones (`ZoneId` `*`) is not sent: the account may not
//!   have all zones, and quotas are per zone.
//! - The history is a zone's, with a row per target; rows with the same job id are one purge here.
//!   An account's history is that of all zones, read as one list: see `zone_lists.rs`. Its order,
//!   its reach and the longest range are not documented.
//! - A purge is taken in part: `FailedList` names the targets that were refused, at status 200.
//! - Directories, hosts and everything are only marked as expired unless the request says `delete`.
//! - The documents want `CacheTag` with a purge by tag, and their own example has none: none is
//!   sent, so that a tag is purged on all hosts of the zone (inferred).

mod edge;
mod errors;
mod history;
mod limits;
mod purge;
mod quota;
mod zone_lists;
mod zones;

use std::sync::{Mutex, PoisonError};

use futures_util::future::try_join_all;
use serde_json::{Value, json};

use super::adapter::{Adapter, Session};
use super::clock::WallClock;
use super::http::{HttpPolicy, HttpRequest, HttpResponse};
use super::records::{Position, RecordPage, history_page, join_rows};
use super::signing_key::{SigningKey, SigningKeyNames, SigningKeySource};
use super::tc3::{self, Tc3Call, Tc3Service};
use super::throttle::Throttle;
use super::{ConnectError, HistoryPage, HistoryRequest, Receipt};
use crate::config::accounts::AccountConfig;
use crate::domain::edge::EdgeRules;
use crate::domain::failure::Failure;
use crate::domain::limits::{Limits, Quota};
use crate::domain::payload::PurgeRequest;
use crate::domain::resource::Resource;
use zone_lists::{Counts, KnownCounts, ListPart};
use zones::Zone;

/// The word for this provider in configurations and exports.
pub const NAME: &str = "edgeone";

const SERVICE: Tc3Service = Tc3Service {
    name: "teo",
    version: "2022-09-01",
    host: "teo.tencentcloudapi.com",
    international_host: "teo.intl.tencentcloudapi.com",
};

/// The keys of the configuration that hold a signing key.
const KEYS: SigningKeyNames =
    SigningKeyNames { id: "secret_id", key: "secret_key", token: "session_token" };

/// The methods of a purge.
const INVALIDATE: &str = "invalidate";
const DELETE: &str = "delete";

/// One account at EdgeOne.
#[derive(Debug)]
pub(super) struct EdgeOne {
    session: Session,
    keys: SigningKeySource,
    /// The account's zones; `None` until they were listed.
    zones: Mutex<Option<Vec<Zone>>>,
    counts: KnownCounts,
    task_calls: Throttle,
    domain_calls: Throttle,
    quota_calls: Throttle,
}

impl EdgeOne {
    /// Makes the adapter of an account. Nothing is asked yet.
    pub(super) fn new(
        account: &AccountConfig,
        clock: WallClock,
        policy: HttpPolicy,
    ) -> Result<Self, ConnectError> {
        Ok(Self {
            keys: SigningKeySource::new(account, &KEYS)?,
            session: Session::new(account, &SERVICE.url(account), clock, policy)?,
            zones: Mutex::new(None),
            counts: KnownCounts::default(),
            task_calls: Throttle::new(limits::CALLS),
            domain_calls: Throttle::new(limits::CALLS),
            quota_calls: Throttle::new(limits::CALLS),
        })
    }

    /// Returns the account's zones, which are listed when they are first needed.
    async fn zones(&self) -> Result<Vec<Zone>, Failure> {
        let known = self.zones.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some(zones) => Ok(zones),
            None => Ok(self.keep_zones(&self.listed().await?)),
        }
    }

    fn keep_zones(&self, listed: &[Resource]) -> Vec<Zone> {
        let zones: Vec<Zone> = listed.iter().map(Zone::of).collect();
        *self.zones.lock().unwrap_or_else(PoisonError::into_inner) = Some(zones.clone());
        zones
    }

    /// Adds to a zone the names of its domains.
    async fn with_domains(&self, mut zone: Resource) -> Result<Resource, Failure> {
        let mut domains: Vec<Value> = Vec::new();
        loop {
            let at = domains.len() as u64;
            let call = zones::domains_call(&zone.id, at);
            let _turn = self.domain_calls.turn().await;
            match self.read(&call, |body, _| zones::domains(at, body)).await {
                Ok(page) => {
                    // A list that does not know of places gives the same again.
                    if page.records.is_empty() || domains.ends_with(&page.records) {
                        break;
                    }
                    domains.extend(page.records);
                    if page.is_last {
                        break;
                    }
                }
                Err(failure) if errors::is_without_service(&failure) => break,
                Err(failure) => return Err(failure),
            }
        }
        zones::add_domains(&mut zone, &domains);
        Ok(zone)
    }

    /// Returns a zone's quotas.
    async fn quotas(&self, zone: &Zone) -> Result<Vec<Quota>, Failure> {
        let call = Tc3Call::new("DescribeContentQuota", &json!({ "ZoneId": zone.id.as_str() }));
        let _turn = self.quota_calls.turn().await;
        match self.read(&call, |body, _| Ok(quota::quotas(&zone.area, body))).await {
            Err(failure) if errors::is_without_service(&failure) => Ok(Vec::new()),
            other => other,
        }
    }

    /// Returns rows of a zone's history from a place on, as far as one answer has them, and their
    /// number in all. A zone without a history has none.
    async fn rows(
        &self,
        zone: &Zone,
        request: &HistoryRequest,
        (from, most): (u64, u64),
    ) -> Result<(Vec<Value>, u64), Failure> {
        let body = history::question(&self.session, zone, request, (from, most));
        let call = Tc3Call::new("DescribePurgeTasks", &body);
        let _turn = self.task_calls.turn().await;
        match self.read(&call, |body, _| history::rows(zone, body, (from, most))).await {
            Err(failure) if errors::is_without_service(&failure) => Ok((Vec::new(), 0)),
            other => other,
        }
    }

    /// Returns the rows of a part of a zone's list. `first` are those at its beginning that are
    /// known already, with the number of all.
    async fn part(
        &self,
        zone: &Zone,
        request: &HistoryRequest,
        part: &ListPart,
        first: Option<&(Vec<Value>, u64)>,
    ) -> Result<(Vec<Value>, u64), Failure> {
        let (mut rows, mut total) = match first.filter(|_| part.from == 0) {
            Some((rows, total)) => (rows.clone(), *total),
            None => (Vec::new(), part.from + part.rows),
        };
        rows.truncate(part.rows as usize);
        while (rows.len() as u64) < part.rows {
            let known = rows.len() as u64;
            let place = (part.from + known, part.rows - known);
            let (more, counted) = self.rows(zone, request, place).await?;
            total = counted;
            if more.is_empty() {
                break;
            }
            rows.extend(more);
        }
        Ok((rows, total))
    }
}

impl Adapter for EdgeOne {
    type Call = Tc3Call;
    type Keys = SigningKeySource;

    fn session(&self) -> &Session {
        &self.session
    }

    fn keys(&self) -> &SigningKeySource {
        &self.keys
    }

    fn sign(&self, call: &Tc3Call, keys: Option<&SigningKey>) -> HttpRequest {
        SERVICE.sign(call, &self.session, &self.keys, keys)
    }

    fn body(&self, response: &HttpResponse, _: &SigningKey) -> Result<Value, Failure> {
        tc3::body(response, self.session.http.clock_ahead(), errors::cause)
    }

    fn documented_limits(&self) -> Limits {
        limits::documented()
    }

    async fn live_limits(&self) -> Result<Limits, Failure> {
        let zones = self.zones().await?;
        let quotas = try_join_all(zones.iter().map(|zone| self.quotas(zone))).await?;
        Ok(quota::applied(self.documented_limits(), quotas.into_iter().flatten().collect()))
    }

    fn list_resources(&self, at: Position) -> Tc3Call {
        zones::call(at.offset)
    }

    fn resource_page(
        &self,
        at: Position,
        body: &Value,
        _: &HttpResponse,
    ) -> Result<RecordPage, Failure> {
        zones::page(at, body)
    }

    fn resource(&self, record: &Value) -> Option<Resource> {
        zones::resource(&self.session, record)
    }

    async fn completed(&self, listed: Vec<Resource>) -> Result<Vec<Resource>, Failure> {
        self.keep_zones(&listed);
        try_join_all(listed.into_iter().map(|zone| self.with_domains(zone))).await
    }

    async fn history(&self, request: &HistoryRequest) -> Result<HistoryPage, Failure> {
        let zones = match &request.resource {
            Some((id, cname)) => vec![Zone::new(id, cname)],
            None => self.zones().await?,
        };
        let known = self.counts.of(request, &zones).filter(|_| request.offset > 0);
        // The numbers of rows say where each zone's begin. With the first page they come along.
        let most = if request.offset == 0 { zone_lists::ROWS } else { 1 };
        let first = match known {
            Some(_) => Vec::new(),
            None => {
                try_join_all(zones.iter().map(|zone| self.rows(zone, request, (0, most)))).await?
            }
        };
        let mut counts: Counts =
            known.unwrap_or_else(|| first.iter().map(|(_, total)| *total).collect());
        let parts = zone_lists::parts(&counts, request.offset);
        let asked = parts.iter().filter_map(|part| {
            let zone = zones.get(part.zone)?;
            Some(self.part(zone, request, part, first.get(part.zone)))
        });
        let mut records = Vec::new();
        for (part, (rows, total)) in parts.iter().zip(try_join_all(asked).await?) {
            records.extend(rows);
            if let Some(count) = counts.get_mut(part.zone) {
                *count = total;
            }
        }
        let total = Some(counts.iter().sum());
        self.counts.keep(request, &zones, counts);
        let page = RecordPage::counted(&records, total, request.offset);
        page.check_gap(request.offset)?;
        let mut page =
            history_page(&self.session.account, &page, |row| history::purge(&self.session, row));
        page.purges = join_rows(page.purges, "; ");
        page.purges.iter_mut().for_each(history::name_host);
        Ok(page)
    }

    fn check(&self, request: &PurgeRequest) -> Result<(), Failure> {
        purge::check(request)
    }

    fn purge(&self, request: &PurgeRequest) -> Tc3Call {
        Tc3Call::new(purge::ACTION, &purge::body(request))
    }

    fn command_line(&self, request: &PurgeRequest) -> Option<String> {
        let host = self.session.http.host();
        Some(SERVICE.command_line(purge::ACTION, &purge::body(request), &host))
    }

    fn receipt(&self, response: &HttpResponse, keys: &SigningKey) -> Result<Receipt, Failure> {
        let body = self.body(response, keys)?;
        Ok(Receipt { at: response.date, ..purge::receipt(&body) })
    }

    fn edge_rules(&self) -> EdgeRules {
        edge::rules()
    }
}

#[cfg(test)]
mod tests;
