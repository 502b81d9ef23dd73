//! Checks signatures of the kind TC3-HMAC-SHA256, as the vendor does.

use chrono::{DateTime, Utc};

use super::Tc3Key;
use super::errors::{self, ApiError};
use crate::simulator::hash::{HmacSha256, hmac, sha256_hex};
use crate::simulator::request::ReceivedRequest;

/// The largest difference between a request's time and the server's, in seconds.
const SKEW: i64 = 300;
const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// The parts of an Authorization header.
struct Authorization<'a> {
    id: &'a str,
    date: &'a str,
    service: &'a str,
    signed: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn of(header: &'a str) -> Result<Self, ApiError> {
        let rest = header
            .strip_prefix(ALGORITHM)
            .ok_or_else(|| errors::invalid_authorization("the algorithm is not TC3-HMAC-SHA256"))?;
        let part = |name: &str| {
            rest.split(',')
                .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
                .ok_or_else(|| errors::invalid_authorization(&format!("it has no {name}")))
        };
        let scope: Vec<&str> = part("Credential")?.split('/').collect();
        let [id, date, service, "tc3_request"] = scope[..] else {
            return Err(errors::invalid_authorization(
                "the scope is not id/date/service/tc3_request",
            ));
        };
        Ok(Self {
            id,
            date,
            service,
            signed: part("SignedHeaders")?.split(';').collect(),
            signature: part("Signature")?,
        })
    }
}

/// Returns the key that signed the request; refuses a request that is not signed, or wrongly, or at
/// another time.
pub(super) fn check<'k>(
    request: &ReceivedRequest,
    keys: &'k [Tc3Key],
    service: &str,
    now: DateTime<Utc>,
) -> Result<&'k Tc3Key, ApiError> {
    let header = request
        .header("authorization")
        .ok_or_else(|| errors::invalid_authorization("there is none"))?;
    let authorization = Authorization::of(header)?;
    let timestamp: i64 = request
        .header("x-tc-timestamp")
        .ok_or_else(|| errors::missing("Timestamp"))?
        .parse()
        .map_err(|_| errors::wrong_type("Timestamp", "an integer"))?;
    if (timestamp - now.timestamp()).abs() > SKEW {
        return Err(errors::signature_expire(timestamp, now.timestamp()));
    }
    let key = keys
        .iter()
        .find(|key| key.id == authorization.id)
        .ok_or_else(errors::secret_id_not_found)?;
    for needed in ["content-type", "host"] {
        if !authorization.signed.contains(&needed) {
            return Err(errors::invalid_authorization(&format!("{needed} is not signed")));
        }
    }
    let date = DateTime::from_timestamp(timestamp, 0).map(|at| at.format("%Y-%m-%d").to_string());
    if authorization.service != service || date.as_deref() != Some(authorization.date) {
        return Err(errors::signature_failure());
    }
    if sign(request, &authorization, timestamp, &key.secret) != authorization.signature {
        return Err(errors::signature_failure());
    }
    if key.token.is_some() && key.token.as_deref() != request.header("x-tc-token") {
        return Err(errors::token_failure());
    }
    Ok(key)
}

fn sign(
    request: &ReceivedRequest,
    authorization: &Authorization<'_>,
    timestamp: i64,
    secret: &str,
) -> String {
    let Authorization { date, service, signed, .. } = authorization;
    let mut headers = String::new();
    for name in signed {
        let value = request.header(name).unwrap_or_default().trim().to_lowercase();
        headers.push_str(&name.to_lowercase());
        headers.push(':');
        headers.push_str(&value);
        headers.push('\n');
    }
    let canonical = format!(
        "{}\n/\n{}\n{headers}\n{}\n{}",
        request.method,
        request.query,
        signed.join(";").to_lowercase(),
        sha256_hex(&request.body)
    );
    let text = format!(
        "{ALGORITHM}\n{timestamp}\n{date}/{service}/tc3_request\n{}",
        sha256_hex(canonical.as_bytes())
    );
    let by_date = hmac::<HmacSha256>(format!("TC3{secret}").as_bytes(), date.as_bytes());
    let by_service = hmac::<HmacSha256>(&by_date, service.as_bytes());
    let key = hmac::<HmacSha256>(&by_service, b"tc3_request");
    hex::encode(hmac::<HmacSha256>(&key, text.as_bytes()))
}
