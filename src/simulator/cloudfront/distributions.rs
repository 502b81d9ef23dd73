//! Distributions and tenants.

use chrono::{DateTime, SecondsFormat, Utc};

use super::errors::{self, ApiError, document};
use super::invalidations::Page;
use super::state::{CloudFront, PurgePlace};
use super::xml::{Leaves, counted, element, leaf};
use crate::simulator::reply::HttpReply;
use crate::simulator::request::ReceivedRequest;
use crate::simulator::world::{PurgeProgress, Site};

/// `GET /distribution`; the one that has the tenants is the last.
pub(super) fn list(state: &CloudFront, request: &ReceivedRequest) -> Result<HttpReply, ApiError> {
    let own = state.world.sites.iter().zip(&state.places).filter(|(_, place)| !place.is_tenant);
    let mut all: Vec<(String, String)> =
        own.map(|(site, place)| (place.id.clone(), fields(state, site, place))).collect();
    all.push((state.shared.clone(), shared(state)));
    let page = Page::of(request, state.scenario.one_page)?;
    let (head, items) = page.cut(all, |(id, _)| id.clone())?;
    let items: Vec<String> =
        items.iter().map(|(_, fields)| element("DistributionSummary", fields)).collect();
    Ok(document(200, "DistributionList", &(head + &counted(&items))))
}

/// `GET /distribution/{id}`.
pub(super) fn get(state: &CloudFront, id: &str, now: DateTime<Utc>) -> Result<HttpReply, ApiError> {
    let index = state.find(id, false).ok_or_else(errors::no_distribution)?;
    let found = state.world.sites.get(index).zip(state.places.get(index));
    let (site, place) = found.ok_or_else(errors::no_distribution)?;
    let running =
        state.world.remembered(now).iter().filter(|purge| {
            purge.site == index && purge.progress(now) == PurgeProgress::InProgress
        });
    let tags = element("CacheTagConfig", &leaf("HeaderName", "Cache-Tag"));
    let config = leaf("CallerReference", &place.id)
        + &leaf("Comment", &site.brand)
        + &leaf("Enabled", &site.live)
        + if place.has_tags { &tags } else { "" };
    let inside = leaf("InProgressInvalidationBatches", &running.count())
        + &fields(state, site, place)
        + &element("DistributionConfig", &config);
    Ok(document(200, "Distribution", &inside).with("etag", "E2QWRUHEXAMPLE"))
}

/// `POST /distribution-tenants`.
pub(super) fn tenants(
    state: &CloudFront,
    request: &ReceivedRequest,
) -> Result<HttpReply, ApiError> {
    let given = Leaves::of(&request.text()).unwrap_or_default();
    let most = given.first("MaxItems").parse().unwrap_or(100).clamp(1, 100);
    let tenants = state.world.sites.iter().zip(&state.places).filter(|(_, place)| place.is_tenant);
    let tenants: Vec<(&Site, &PurgePlace)> = tenants.collect();
    let count = tenants.len();
    let page = Page { marker: given.first("Marker"), most, is_only: state.scenario.one_page };
    let skipped = tenants.iter().position(|(_, place)| place.id == page.marker);
    let (_, tenants) = page.cut(tenants, |(_, place)| place.id.clone())?;
    let is_last = skipped.map_or(0, |at| at + 1) + tenants.len() >= count;
    let next = tenants.last().filter(|_| !is_last);
    let next = next.map(|(_, place)| leaf("NextMarker", &place.id)).unwrap_or_default();
    let items: Vec<String> = tenants
        .into_iter()
        .map(|(site, place)| {
            let domains: Vec<String> = std::iter::once(&site.host)
                .chain(&site.aliases)
                .map(|host| leaf("Domain", &host) + &leaf("Status", "active"))
                .map(|domain| element("member", &domain))
                .collect();
            let inside = leaf("Id", &place.id)
                + &leaf("DistributionId", &state.shared)
                + &leaf("Name", &site.brand)
                + &leaf("Arn", &arn(state, "distribution-tenant", &place.id))
                + &element("Domains", &domains.concat())
                + &times(place)
                + &leaf("ETag", "E2QWRUHEXAMPLE")
                + &leaf("Enabled", &site.live)
                + &leaf("Status", "Deployed");
            element("DistributionTenantSummary", &inside)
        })
        .collect();
    let list = element("DistributionTenantList", &items.concat());
    Ok(document(200, "ListDistributionTenantsResult", &(next + &list)))
}

fn times(place: &PurgePlace) -> String {
    let updated = place.updated.to_rfc3339_opts(SecondsFormat::Millis, true);
    leaf("CreatedTime", &updated) + &leaf("LastModifiedTime", &updated)
}

fn arn(state: &CloudFront, kind: &str, id: &str) -> String {
    format!("arn:aws:cloudfront::{}:{kind}/{id}", state.account_number)
}

fn fields(state: &CloudFront, site: &Site, place: &PurgePlace) -> String {
    let names = std::iter::once(&site.host).chain(&site.aliases);
    let names = names.filter(|name| **name != place.domain).map(|name| leaf("CNAME", &name));
    leaf("Id", &place.id)
        + &leaf("ARN", &arn(state, "distribution", &place.id))
        + &leaf("Status", "Deployed")
        + &times(place)
        + &leaf("DomainName", &place.domain)
        + &element("Aliases", &counted(&names.collect::<Vec<_>>()))
        + &leaf("Comment", &site.brand)
        + &leaf("PriceClass", "PriceClass_All")
        + &leaf("Enabled", &site.live)
        + &leaf("HttpVersion", "http2")
        + &leaf("IsIPV6Enabled", &true)
        + &leaf("Staging", &false)
        + &leaf("ConnectionMode", "direct")
}

fn shared(state: &CloudFront) -> String {
    leaf("Id", &state.shared)
        + &leaf("ARN", &arn(state, "distribution", &state.shared))
        + &leaf("Status", "Deployed")
        + &leaf("DomainName", "")
        + &element("Aliases", &leaf("Quantity", &0))
        + &leaf("Comment", "Tenants")
        + &leaf("Enabled", &true)
        + &leaf("Staging", &false)
        + &leaf("ConnectionMode", "tenant-only")
}
