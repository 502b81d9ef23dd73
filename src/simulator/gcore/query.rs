//! Query parameters of lists: `limit`, `offset`, and times. A list is bare without a limit, and in
//! an envelope with one.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::errors;
use crate::simulator::listing::{TimeFilter, read_time};
use crate::simulator::reply::HttpReply;
use crate::simulator::request::ReceivedRequest;

/// The part of a list that is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ListPage {
    pub(super) offset: usize,
    /// The most items; `None` for all.
    pub(super) limit: Option<usize>,
    /// True when the answer is an envelope.
    pub(super) enveloped: bool,
}

/// The paging of one list.
#[derive(Clone, Copy, Debug)]
pub(super) struct PagingRules {
    /// The largest page.
    pub(super) most: usize,
    /// The most items of a bare list; `None` for all.
    pub(super) bare: Option<usize>,
    /// True when values out of range are refused.
    pub(super) strict: bool,
}

impl ListPage {
    /// Reads `limit` and `offset`. Unusable values count as absent and too large ones are clamped,
    /// unless `strict`.
    pub(super) fn of(request: &ReceivedRequest, rules: PagingRules) -> Result<Self, HttpReply> {
        let limit = number(request, "limit", 1, rules.strict)?;
        let offset = number(request, "offset", 0, rules.strict)?.unwrap_or(0);
        if rules.strict && limit.is_some_and(|limit| limit > rules.most) {
            let text = format!("Ensure this value is less than or equal to {}.", rules.most);
            return Err(errors::field("limit", &json!([text])));
        }
        let clamped = limit.map(|limit| limit.min(rules.most));
        Ok(Self { offset, limit: clamped.or(rules.bare), enveloped: limit.is_some() })
    }

    /// Returns the requested part of `items`.
    pub(super) fn cut<T>(self, items: impl IntoIterator<Item = T>) -> Vec<T> {
        items.into_iter().skip(self.offset).take(self.limit.unwrap_or(usize::MAX)).collect()
    }

    /// Answers with `results`, which were cut from a list of `count`.
    pub(super) fn reply(
        self,
        request: &ReceivedRequest,
        count: usize,
        results: &[Value],
        host: Option<&str>,
    ) -> HttpReply {
        if !self.enveloped {
            return HttpReply::json(200, &Value::from(results));
        }
        let limit = self.limit.unwrap_or(count).max(1);
        let after = self.offset.saturating_add(limit);
        let before = self.offset.saturating_sub(limit);
        let next = (after < count).then(|| link(request, host, after, limit));
        let previous = (self.offset > 0).then(|| link(request, host, before, limit));
        HttpReply::json(
            200,
            &json!({"count": count, "next": next, "previous": previous, "results": results}),
        )
    }
}

fn number(
    request: &ReceivedRequest,
    name: &str,
    least: usize,
    strict: bool,
) -> Result<Option<usize>, HttpReply> {
    let Some(text) = request.param(name) else {
        return Ok(None);
    };
    let message = match text.trim().parse::<usize>() {
        Ok(number) if number >= least => return Ok(Some(number)),
        Ok(_) => format!("Ensure this value is greater than or equal to {least}."),
        Err(_) => "A valid integer is required.".to_owned(),
    };
    if strict { Err(errors::field(name, &json!([message]))) } else { Ok(None) }
}

/// Returns the absolute address of another page of the same list: every other parameter stays.
fn link(request: &ReceivedRequest, host: Option<&str>, offset: usize, limit: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in request.pairs() {
        if name != "limit" && name != "offset" {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("limit", &limit.to_string());
    if offset > 0 {
        query.append_pair("offset", &offset.to_string());
    }
    format!("http://{}{}?{}", host.unwrap_or_else(|| request.host()), request.path, query.finish())
}

/// Reads the two parameters of a filter by time. Unreadable ones are refused.
pub(super) fn times(
    request: &ReceivedRequest,
    from: &str,
    until: &str,
) -> Result<TimeFilter, HttpReply> {
    Ok(TimeFilter { from: time(request, from, false)?, until: time(request, until, true)? })
}

fn time(
    request: &ReceivedRequest,
    name: &str,
    end_of_day: bool,
) -> Result<Option<DateTime<Utc>>, HttpReply> {
    let Some(text) = request.param(name).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let at = read_time(text.trim(), end_of_day);
    let invalid = || errors::field(name, &json!(["Enter a valid date/time."]));
    at.map(Some).ok_or_else(invalid)
}
