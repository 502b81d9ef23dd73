//! `GET …/invalidation`, a list without paths, newest first, and `GET …/invalidation/{id}`, one
//! purge with its paths.
//!
//! A page is asked for by the id of the last purge before it (seen in the SDKs), so that new purges
//! shift nothing. Questions name an offset: the marks of the pages that were read are kept.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use chrono::{Offset as _, Utc};
use serde_json::Value;

use super::PAGE;
use super::call::ApiCall;
use super::purge::Asked;
use super::resources::{next_page, place};
use super::xml::items;
use crate::domain::failure::{Cause, Failure};
use crate::domain::ids::{PurgeId, ResourceId};
use crate::domain::purge::{Purge, Target};
use crate::domain::status::Status;
use crate::providers::adapter::{PurgeFields, Session};
use crate::providers::http::HttpResponse;
use crate::providers::records::{RecordPage, history_page};
use crate::providers::{HistoryPage, lenient, time};

/// The marks of pages by a list and an offset in it: a page that is not known is found from the
/// nearest one before it that is. A mark of an older reading leads to the same place or behind it:
/// what it leaves out was read then.
#[derive(Debug)]
pub(super) struct Markers<L>(Mutex<HashMap<L, BTreeMap<u64, String>>>);

/// More lists, and pages of one, than are read at a time.
const MOST: usize = 2_000;
/// More empty pages in a row than a list has that comes to an end.
const MOST_EMPTY: u32 = 50;

impl<L> Default for Markers<L> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<L: Hash + Eq + Clone> Markers<L> {
    /// Begins a walk to an offset at the nearest page before it that is known.
    pub(super) fn walk<'m>(&'m self, list: &'m L, offset: u64) -> Walk<'m, L> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.get(list).and_then(|pages| pages.range(..=offset).next_back());
        let (at, marker) = before.map_or((0, None), |(at, marker)| (*at, Some(marker.clone())));
        Walk { markers: self, list, offset, at, marker, empty_pages: 0 }
    }

    /// Notes the mark of the page at this offset.
    fn note(&self, list: &L, offset: u64, marker: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST && !known.contains_key(list) {
            known.clear();
        }
        let pages = known.entry(list.clone()).or_default();
        pages.insert(offset, marker.to_owned());
        if pages.len() > MOST {
            pages.pop_first();
        }
    }
}

/// A walk over the pages of a list to the one with an offset in it.
#[derive(Debug)]
pub(super) struct Walk<'m, L> {
    markers: &'m Markers<L>,
    list: &'m L,
    offset: u64,
    /// The offset of the next page, whose mark follows; the first page has none.
    at: u64,
    marker: Option<String>,
    /// In a row, so far.
    empty_pages: u32,
}

impl<L: Hash + Eq + Clone> Walk<'_, L> {
    /// Returns the mark of the page to ask for.
    pub(super) fn marker(&self) -> Option<&str> {
        self.marker.as_deref()
    }

    /// Takes in the page's number of records and the mark of the next one. Returns the number of
    /// records before the offset if it is on this page or nowhere; else the next page is to be
    /// asked for.
    pub(super) fn step(
        &mut self,
        records: usize,
        next: Option<&str>,
    ) -> Result<Option<usize>, Failure> {
        let end = self.at + records as u64;
        if let Some(next) = next {
            // The page after an empty one begins where that does: a mark noted there would take
            // the place of the one that leads to both.
            if records > 0 {
                self.markers.note(self.list, end, next);
                self.empty_pages = 0;
            } else {
                self.empty_pages += 1;
            }
            if self.empty_pages > MOST_EMPTY {
                return Err(Failure::new(Cause::BadAnswer)
                    .with_message("the list goes on and on and has nothing on its pages"));
            }
            if end <= self.offset {
                (self.at, self.marker) = (end, Some(next.to_owned()));
                return Ok(None);
            }
        }
        Ok(Some((self.offset - self.at) as usize))
    }
}

/// One page of the list, and the mark of the next one.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) records: Vec<Value>,
    pub(super) next: Option<String>,
}

/// Returns the request for the page after this mark.
pub(super) fn list_call(resource: &ResourceId, marker: Option<&str>) -> ApiCall {
    let (list, id) = place(resource);
    ApiCall::get([list, id, "invalidation"])
        .query("Marker", marker.map(str::to_owned))
        .query("MaxItems", Some(PAGE.to_string()))
}

/// Returns the request for one purge.
pub(super) fn detail_call(resource: &ResourceId, id: &PurgeId) -> ApiCall {
    let (list, owner) = place(resource);
    ApiCall::get([list, owner, "invalidation", id.as_str()])
}

/// Reads the page after this mark. A page that leads back to itself is the last.
pub(super) fn listed(
    body: &Value,
    marker: Option<&str>,
    response: &HttpResponse,
) -> Result<Listed, Failure> {
    if ["Items", "Quantity", "IsTruncated"].iter().all(|name| body.get(name).is_none()) {
        return Err(response.unexpected("the answer has no list of invalidations"));
    }
    let records = items(body.get("Items"));
    let next = next_page(body).filter(|next| Some(next.as_str()) != marker && !records.is_empty());
    Ok(Listed { records, next })
}

const FIELDS: PurgeFields = PurgeFields {
    id: "Id",
    created: "CreateTime",
    kind: "",
    kinds: &[],
    status: "Status",
    statuses: &[("completed", Status::Successful), ("inprogress", Status::InProgress)],
};

/// Reads the purges of a page, without its first records. `resource` is the one that was asked for,
/// by id and host.
pub(super) fn page(
    session: &Session,
    resource: (&ResourceId, &str),
    listed: &Listed,
    skipped: usize,
) -> HistoryPage {
    let fresh = listed.records.get(skipped..).unwrap_or_default();
    let is_last = listed.next.is_none();
    let page = RecordPage { records: fresh.to_vec(), total: None, is_last };
    history_page(&session.account, &page, |record| purge(session, resource, record))
}

/// Reads one purge with its paths.
pub(super) fn detail(
    session: &Session,
    resource: &ResourceId,
    body: &Value,
    response: &HttpResponse,
) -> Result<Purge, Failure> {
    let purge = purge(session, (resource, ""), body)
        .ok_or_else(|| response.unexpected("the answer is no invalidation"))?;
    let batch = body.get("InvalidationBatch").unwrap_or(&Value::Null);
    let paths = batch.get("Paths").and_then(|paths| paths.get("Items"));
    let paths = items(paths).iter().filter_map(lenient::text).collect();
    let asked = Asked::of(paths).ok_or_else(|| response.unexpected("it has no paths"))?;
    Ok(Purge {
        kind: Some(asked.kind),
        raw_kind: if asked.is_mixed { "mixed".to_owned() } else { String::new() },
        targets: asked.targets.into_iter().map(Target::new).collect(),
        ..purge
    })
}

fn purge(session: &Session, (id, cname): (&ResourceId, &str), record: &Value) -> Option<Purge> {
    let purge = session.purge(record, &FIELDS, |text| time::read(text, Utc.fix()))?;
    Some(Purge { resource: id.clone(), cname: cname.to_owned(), ..purge })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_walk_ends_in_a_list_that_goes_on_without_any_record() {
        let markers = Markers::default();
        let mut walk = markers.walk(&"list", 2);
        assert_eq!(walk.step(2, Some("a")).unwrap(), None);
        let mut steps = (0..1_000).map(|step| walk.step(0, Some(&format!("b{step}"))));
        let failure = steps.find_map(Result::err).unwrap();
        assert_eq!(failure.cause, Cause::BadAnswer);
        let walk = markers.walk(&"list", 2);
        assert_eq!((walk.at, walk.marker()), (2, Some("a")), "it goes on where records were");
    }
}
