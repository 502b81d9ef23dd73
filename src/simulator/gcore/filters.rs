//! How filter values are read.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde_json::json;

use super::errors;
use crate::simulator::reply::Reply;
use crate::simulator::request::Request;

/// A filter's instant: RFC 3339, or a date and time (or a date alone) that is taken for UTC. Unreadable ones are refused.
pub(super) fn instant(
    request: &Request,
    name: &str,
    end_of_day: bool,
) -> Result<Option<DateTime<Utc>>, Reply> {
    let Some(text) = request.param(name).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    match read(text.trim(), end_of_day) {
        Some(at) => Ok(Some(at)),
        None => Err(errors::field(name, &json!(["Enter a valid date/time."]))),
    }
}

fn read(text: &str, end_of_day: bool) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    for form in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    {
        if let Ok(at) = NaiveDateTime::parse_from_str(text, form) {
            return Some(at.and_utc());
        }
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let time = if end_of_day {
        NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999)?
    } else {
        NaiveTime::MIN
    };
    Some(date.and_time(time).and_utc())
}
