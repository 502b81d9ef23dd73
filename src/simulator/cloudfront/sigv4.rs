//! Checks AWS Signature Version 4, as the vendor does: over the headers that the request names.

use chrono::{DateTime, NaiveDateTime, Utc};
use hyper::header::HeaderName;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::errors::{self, ApiError};
use super::state::AccessKey;
use crate::simulator::hash::{HmacSha256, hmac, sha256_hex};
use crate::simulator::request::ReceivedRequest;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The largest difference between a request's time and the server's, in seconds.
const SKEW: i64 = 900;
const FORM: &str = "%Y%m%dT%H%M%SZ";
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const ENCODED_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// The parts of an Authorization header.
struct Authorization<'a> {
    id: &'a str,
    /// Date, region, service and the last word.
    scope: [&'a str; 4],
    signed: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn of(header: &'a str) -> Result<Self, ApiError> {
        let rest = header
            .strip_prefix(ALGORITHM)
            .ok_or_else(|| errors::incomplete("the algorithm AWS4-HMAC-SHA256"))?;
        let part = |name: &str| {
            rest.split(',')
                .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
                .ok_or_else(|| errors::incomplete(&format!("'{name}' parameter")))
        };
        let credential: Vec<&str> = part("Credential")?.split('/').collect();
        let [id, date, region, service, last] = credential[..] else {
            return Err(errors::incomplete("a 'Credential' of five parts"));
        };
        Ok(Self {
            id,
            scope: [date, region, service, last],
            signed: part("SignedHeaders")?.split(';').collect(),
            signature: part("Signature")?,
        })
    }
}

/// Returns the key that signed the request for this service; refuses a request that is not signed,
/// or wrongly, or at another time.
pub(super) fn check<'k>(
    request: &ReceivedRequest,
    service: &str,
    keys: &'k [AccessKey],
    now: DateTime<Utc>,
) -> Result<&'k AccessKey, ApiError> {
    let header = request.header("authorization").ok_or_else(errors::missing_token)?;
    let authorization = Authorization::of(header)?;
    let stamp = request.header("x-amz-date").ok_or_else(|| errors::incomplete("a date"))?;
    let at = NaiveDateTime::parse_from_str(stamp, FORM)
        .map_err(|_| errors::incomplete("a date in the form of ISO 8601"))?
        .and_utc();
    let key = keys.iter().find(|key| key.id == authorization.id).ok_or_else(errors::unknown_key)?;
    let amazon = request.headers.keys().map(HeaderName::as_str);
    let amazon = amazon.filter(|name| name.starts_with("x-amz-"));
    for needed in amazon.chain(["host"]) {
        if !authorization.signed.contains(&needed) {
            return Err(errors::incomplete(&format!("'{needed}' to be a 'SignedHeader'")));
        }
    }
    let date = at.format("%Y%m%d").to_string();
    if authorization.scope != [date.as_str(), "us-east-1", service, "aws4_request"]
        || sign(request, &authorization, stamp, &key.secret) != authorization.signature
    {
        return Err(errors::wrong_signature());
    }
    if (at - now).num_seconds().abs() > SKEW {
        return Err(errors::expired(stamp, &now.format(FORM).to_string()));
    }
    if key.token.as_deref() != request.header("x-amz-security-token") {
        return Err(errors::unknown_key());
    }
    Ok(key)
}

fn sign(
    request: &ReceivedRequest,
    authorization: &Authorization<'_>,
    stamp: &str,
    secret: &str,
) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    let mut query: Vec<(String, String)> =
        request.pairs().iter().map(|(name, value)| (encoded(name), encoded(value))).collect();
    query.sort();
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut headers = String::new();
    for name in &authorization.signed {
        let value = request.header(name).unwrap_or_default();
        let value: Vec<&str> = value.split_whitespace().collect();
        headers.extend([*name, ":", &value.join(" "), "\n"]);
    }
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{}\n{}",
        request.method,
        utf8_percent_encode(&request.path, ENCODED_PATH),
        query.join("&"),
        authorization.signed.join(";"),
        sha256_hex(&request.body)
    );
    let scope = authorization.scope.join("/");
    let text = format!("{ALGORITHM}\n{stamp}\n{scope}\n{}", sha256_hex(canonical.as_bytes()));
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in authorization.scope {
        key = hmac::<HmacSha256>(&key, part.as_bytes());
    }
    hex::encode(hmac::<HmacSha256>(&key, text.as_bytes()))
}
