//! Purges of a distribution or a tenant: created, listed and told.

use chrono::{DateTime, SecondsFormat, Utc};

use super::errors::{self, ApiError, document};
use super::state::{CloudFront, is_wildcard};
use super::xml::{Leaves, counted, element, leaf};
use crate::simulator::reply::HttpReply;
use crate::simulator::request::ReceivedRequest;
use crate::simulator::world::{PurgeProgress, SimulatedPurge};

/// The most paths and wildcards of a distribution in progress.
const MOST_PATHS: usize = 3_000;
const MOST_WILDCARDS: usize = 15;
const LONGEST_PATH: usize = 4_000;
const LONGEST_TAG: usize = 256;
const INVALID: &str = "Your request contains one or more invalid invalidation paths.";

/// The body of a purge.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    pub(super) paths: Vec<String>,
    pub(super) reference: String,
}

impl Batch {
    /// Reads and checks a body.
    fn of(request: &ReceivedRequest) -> Result<Self, ApiError> {
        if request.body.is_empty() {
            return Err(errors::missing_body());
        }
        let leaves = Leaves::of(&request.text()).ok_or_else(errors::malformed)?;
        let batch = Self { paths: leaves.all("Path"), reference: leaves.first("CallerReference") };
        if batch.reference.is_empty() {
            return Err(errors::invalid("The caller reference is missing."));
        }
        if leaves.first("Quantity") != batch.paths.len().to_string() {
            return Err(errors::quantities());
        }
        if batch.paths.is_empty() || !batch.paths.iter().all(|path| is_valid(path)) {
            return Err(errors::invalid(INVALID));
        }
        if batch.paths.len() > MOST_PATHS {
            return Err(errors::too_large());
        }
        Ok(batch)
    }
}

/// Returns true for a path with a `*` at most at its end, and for a tag.
fn is_valid(path: &str) -> bool {
    if let Some(tag) = path.strip_prefix('#') {
        let fits = tag.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
        return !tag.is_empty() && tag.len() <= LONGEST_TAG && fits;
    }
    let stars = path.bytes().filter(|byte| *byte == b'*').count();
    path.starts_with('/')
        && path.len() <= LONGEST_PATH
        && !path.contains('~')
        && (stars == 0 || (stars == 1 && path.ends_with('*')))
}

/// `POST …/invalidation`.
pub(super) fn create(
    state: &mut CloudFront,
    site: usize,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> Result<HttpReply, ApiError> {
    let batch = Batch::of(request)?;
    let known = state.world.remembered(now).iter().find(|purge| {
        purge.site == site && state.references.get(&purge.serial) == Some(&batch.reference)
    });
    let location = |id: &str| format!("http://{}{}/{id}", request.host(), request.path);
    if let Some(known) = known {
        if state.paths(known) != batch.paths {
            return Err(errors::already_exists());
        }
        // Nothing more is carried out.
        let place = location(&state.id(known));
        return Ok(document(201, "Invalidation", &told(state, known, now)).with("location", place));
    }
    let running = state
        .world
        .remembered(now)
        .iter()
        .filter(|purge| purge.site == site && purge.progress(now) == PurgeProgress::InProgress);
    let mut paths: Vec<String> = running.flat_map(|purge| state.paths(purge)).collect();
    paths.extend(batch.paths.iter().cloned());
    let wildcards = paths.iter().filter(|path| is_wildcard(path)).count();
    let tags = paths.iter().filter(|path| path.starts_with('#')).count();
    if wildcards > MOST_WILDCARDS || paths.len() - wildcards - tags > MOST_PATHS {
        return Err(errors::too_many());
    }
    let purge = state.add(site, batch.paths, &batch.reference, true, now);
    let place = location(&state.id(&purge));
    let reply = document(201, "Invalidation", &told(state, &purge, now));
    Ok(reply.with("location", place).effective())
}

/// `GET …/invalidation`.
pub(super) fn list(
    state: &CloudFront,
    site: usize,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> Result<HttpReply, ApiError> {
    let remembered = state.world.remembered(now).iter();
    let mut purges: Vec<&SimulatedPurge> = remembered.filter(|purge| purge.site == site).collect();
    state.scenario.order.sort(&mut purges);
    let page = Page::of(request, state.scenario.one_page)?;
    let (head, purges) = page.cut(purges, |purge| state.id(purge))?;
    let items: Vec<String> = purges
        .into_iter()
        .map(|purge| element("InvalidationSummary", &summary(state, purge, now)))
        .collect();
    Ok(document(200, "InvalidationList", &(head + &counted(&items))))
}

/// `GET …/invalidation/{id}`.
pub(super) fn get(
    state: &CloudFront,
    site: usize,
    id: &str,
    now: DateTime<Utc>,
) -> Result<HttpReply, ApiError> {
    let purge = state.purge(site, id, now).ok_or_else(errors::no_invalidation)?;
    Ok(document(200, "Invalidation", &told(state, purge, now)))
}

fn summary(state: &CloudFront, purge: &SimulatedPurge, now: DateTime<Utc>) -> String {
    let status = match purge.progress(now) {
        PurgeProgress::InProgress => "InProgress",
        PurgeProgress::Ended(_) => "Completed",
    };
    let created = purge.created().to_rfc3339_opts(SecondsFormat::Millis, true);
    leaf("Id", &state.id(purge)) + &leaf("CreateTime", &created) + &leaf("Status", &status)
}

fn told(state: &CloudFront, purge: &SimulatedPurge, now: DateTime<Utc>) -> String {
    let paths: Vec<String> = state.paths(purge).iter().map(|path| leaf("Path", &path)).collect();
    let batch =
        element("Paths", &counted(&paths)) + &leaf("CallerReference", &state.reference(purge));
    summary(state, purge, now) + &element("InvalidationBatch", &batch)
}

/// The page that a question asks for.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) marker: String,
    pub(super) most: usize,
    pub(super) is_only: bool,
}

impl Page {
    /// Reads the query.
    pub(super) fn of(request: &ReceivedRequest, is_only: bool) -> Result<Self, ApiError> {
        let most = request.param("MaxItems").unwrap_or_else(|| "100".to_owned());
        let most = most.parse().ok().filter(|most| *most > 0);
        let most: usize = most.ok_or_else(|| errors::invalid("MaxItems is out of range."))?;
        let marker = request.param("Marker").unwrap_or_default();
        Ok(Self { marker, most: most.min(100), is_only })
    }

    /// Returns the head of the list and its items on this page.
    pub(super) fn cut<T>(
        &self,
        mut items: Vec<T>,
        id: impl Fn(&T) -> String,
    ) -> Result<(String, Vec<T>), ApiError> {
        let (mut head, most) = (leaf("Marker", &self.marker), leaf("MaxItems", &self.most));
        let mut is_truncated = false;
        if !self.is_only {
            if !self.marker.is_empty() {
                let before = items.iter().position(|item| id(item) == self.marker);
                let before = before.ok_or_else(|| errors::invalid("The marker is unknown."))?;
                items.drain(..=before);
            }
            is_truncated = items.len() > self.most;
            items.truncate(self.most);
        }
        if let Some(last) = items.last().filter(|_| is_truncated) {
            head.push_str(&leaf("NextMarker", &id(last)));
        }
        Ok((head + &most + &leaf("IsTruncated", &is_truncated), items))
    }
}
