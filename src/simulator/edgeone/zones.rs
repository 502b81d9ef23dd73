//! `DescribeZones` and `DescribeAccelerationDomains`, with their filters by name.

use serde_json::{Map, Value, json};

use super::state::EdgeOne;
use super::{errors, tasks};
use crate::simulator::tc3::{self, ActionParams, ActionResult, ApiError};

/// The default number in a page, and the largest of zones and of domains.
const USUAL: i64 = 20;
const MAX_ZONES: i64 = 100;
const MAX_DOMAINS: i64 = 200;

/// A filter of a list.
#[derive(Debug)]
pub(super) struct ListFilter {
    pub(super) name: String,
    pub(super) values: Vec<String>,
    pub(super) fuzzy: bool,
}

impl ListFilter {
    /// Reads the filters, whose names are known. A list of values has at most 20.
    pub(super) fn all(params: &ActionParams, known: &[&str]) -> Result<Vec<Self>, ApiError> {
        let filters = params.objects("Filters").into_iter().map(|filter| {
            let text = |name: &str| filter.get(name).and_then(Value::as_str).map(str::to_owned);
            let name = text("Name").ok_or_else(|| errors::missing("Filters.Name"))?;
            let values = filter.get("Values").and_then(Value::as_array);
            let values: Vec<String> = values
                .ok_or_else(|| errors::missing("Filters.Values"))?
                .iter()
                .filter_map(|value| value.as_str().map(str::to_owned))
                .collect();
            if !known.contains(&name.as_str()) {
                return Err(errors::wrong_value("Filters.Name"));
            }
            if values.is_empty() || values.len() > 20 {
                return Err(errors::wrong_value("Filters.Values"));
            }
            let fuzzy = filter.get("Fuzzy").and_then(Value::as_bool).unwrap_or(false);
            Ok(Self { name, values, fuzzy })
        });
        filters.collect()
    }

    /// Returns true if one of the values is this text, or where fuzzy, a part of it.
    pub(super) fn has(&self, text: &str) -> bool {
        self.values
            .iter()
            .any(|value| if self.fuzzy { text.contains(value.as_str()) } else { text == value })
    }
}

/// Lists the zones.
pub(super) fn describe(state: &EdgeOne, params: &ActionParams) -> ActionResult {
    const FIELDS: [(&str, &str); 3] =
        [("zone-id", "ZoneId"), ("zone-name", "ZoneName"), ("status", "Status")];
    let zones = state.zones.iter().map(|zone| {
        let status = if zone.bound { "active" } else { "initializing" };
        let shown = match (zone.bound, zone.live) {
            (_, true) => "active",
            (true, false) => "paused",
            (false, false) => "inactive",
        };
        json!({
            "ZoneId": zone.id,
            "ZoneName": zone.name,
            "AliasZoneName": "",
            "Area": "overseas",
            "Type": "partial",
            "Tags": [],
            "Resources": [],
            "NSDetail": null,
            "CNAMEDetail": null,
            "DNSPodDetail": null,
            "CreatedOn": tasks::write_time(zone.created),
            "ModifiedOn": tasks::write_time(zone.created),
            "Status": status,
            "CnameStatus": "finished",
            "ActiveStatus": shown,
            "LockStatus": "enable",
            "Paused": zone.bound && !zone.live,
        })
    });
    listed(params, zones.collect(), &FIELDS, ("Zones", MAX_ZONES))
}

/// Lists a zone's domains.
pub(super) fn describe_domains(state: &EdgeOne, params: &ActionParams) -> ActionResult {
    let place = state.named_zone(params)?;
    let zone = state.zones.get(place);
    let domain = |name: &str, live: bool| {
        json!({
            "ZoneId": zone.map(|zone| zone.id.as_str()),
            "DomainName": name,
            "DomainStatus": if live { "online" } else { "offline" },
            "Cname": format!("{}.eo.example", name.trim_start_matches("*.")),
            "IPv6Status": "follow",
            "IdentificationStatus": "finished",
            "OwnershipVerification": null,
            "OriginDetail": null,
            "OriginProtocol": "FOLLOW",
            "HttpOriginPort": 80,
            "HttpsOriginPort": 443,
            "CreatedOn": zone.map(|zone| tasks::write_time(zone.created)),
            "ModifiedOn": zone.map(|zone| tasks::write_time(zone.created)),
        })
    };
    let mut domains: Vec<Value> =
        state.sites(place).map(|(_, site)| domain(&site.host, site.live)).collect();
    let wildcard = zone.filter(|zone| zone.wildcard);
    domains.extend(wildcard.map(|zone| domain(&format!("*.{}", zone.name), true)));
    let fields = [("domain-name", "DomainName"), ("domain-cname", "Cname")];
    listed(params, domains, &fields, ("AccelerationDomains", MAX_DOMAINS))
}

/// Returns a page of the records that the filters leave. `fields`: the filters' names and fields.
fn listed(
    params: &ActionParams,
    mut records: Vec<Value>,
    fields: &[(&str, &str)],
    (name, most): (&str, i64),
) -> ActionResult {
    let (offset, limit) = tc3::page(params, USUAL, most, errors::wrong_value)?;
    let known: Vec<&str> = fields.iter().map(|(known, _)| *known).collect();
    for filter in ListFilter::all(params, &known)? {
        let field = fields.iter().find(|(known, _)| *known == filter.name).map(|(_, field)| *field);
        let text = |record: &Value| record.get(field?)?.as_str().map(str::to_owned);
        records.retain(|record| text(record).is_some_and(|text| filter.has(&text)));
    }
    let mut body = Map::new();
    body.insert("TotalCount".to_owned(), json!(records.len()));
    body.insert(name.to_owned(), records.into_iter().skip(offset).take(limit).collect());
    Ok((body, false))
}
