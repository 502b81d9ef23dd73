//! ACS3-HMAC-SHA256. The headers that are signed are those that the request names: the SDK signs
//! all that it sends.

use chrono::{DateTime, TimeDelta, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::errors::{self, ApiError};
use super::state::Alibaba;
use super::tasks;
use crate::simulator::hash::{HmacSha256, hmac, sha256_hex};
use crate::simulator::request::ReceivedRequest;

const ALGORITHM: &str = "ACS3-HMAC-SHA256";
/// The largest difference between the clocks.
const SKEW: TimeDelta = TimeDelta::minutes(15);
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Refuses a request that is not signed, or wrongly, or at another time, or for a second time.
pub(super) fn check(
    state: &mut Alibaba,
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    let (scheme, parts) =
        request.authorization().ok_or_else(|| errors::incomplete("no Authorization"))?;
    if scheme != ALGORITHM {
        return Err(errors::incomplete("another algorithm"));
    }
    let part = |name: &'static str| {
        let found =
            parts.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        found.ok_or_else(|| errors::incomplete(name))
    };
    let (id, signed, signature) = (part("Credential")?, part("SignedHeaders")?, part("Signature")?);
    let header = |name: &'static str| request.header(name).ok_or_else(|| errors::missing(name));
    let key = state.keys.iter().find(|key| key.id == id).ok_or_else(errors::no_such_key)?;
    let date = tasks::read_time(header("x-acs-date")?).ok_or_else(errors::malformed_time)?;
    if (date - now).abs() > SKEW {
        return Err(errors::expired());
    }
    let names: Vec<&str> = signed.split(';').collect();
    let is_signed = |name: &str| names.contains(&name);
    let mut needed = request.headers.keys().filter(|name| name.as_str().starts_with("x-acs-"));
    if !is_signed("host") || needed.any(|name| !is_signed(name.as_str())) {
        return Err(errors::incomplete("host and x-acs-* have to be signed"));
    }
    let hash = sha256_hex(&request.body);
    if header("x-acs-content-sha256")? != hash {
        return Err(errors::signature());
    }
    let canonical = canonical(request, &names, &hash);
    let text = format!("{ALGORITHM}\n{}", sha256_hex(canonical.as_bytes()));
    let expected = hex::encode(hmac::<HmacSha256>(key.secret.as_bytes(), text.as_bytes()));
    if expected != signature {
        return Err(errors::signature());
    }
    if key.token.is_some() && key.token.as_deref() != request.header("x-acs-security-token") {
        return Err(errors::token());
    }
    if !state.nonces.insert(header("x-acs-signature-nonce")?.to_owned()) {
        return Err(errors::nonce_used());
    }
    Ok(())
}

fn canonical(request: &ReceivedRequest, names: &[&str], hash: &str) -> String {
    let mut query = request.pairs();
    query.sort();
    let encoded = |text| utf8_percent_encode(text, UNRESERVED).to_string();
    let query: Vec<String> =
        query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    let path = if request.path.is_empty() { "/" } else { &request.path };
    let mut lines = vec![request.method.clone(), path.to_owned(), query.join("&")];
    let header = |name| request.header(name).unwrap_or_default().trim();
    lines.extend(names.iter().map(|name| format!("{name}:{}", header(*name))));
    lines.extend([String::new(), names.join(";"), hash.to_owned()]);
    lines.join("\n")
}
