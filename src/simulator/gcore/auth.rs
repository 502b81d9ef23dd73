//! Checks the Authorization header against the tokens of all accounts.

use chrono::{DateTime, Utc};

use super::errors;
use super::settings::GcoreToken;
use super::state::GcoreAccount;
use crate::simulator::reply::HttpReply;
use crate::simulator::request::ReceivedRequest;

/// Returns the account's index and the token, or the refusal.
pub(super) fn check(
    accounts: &[GcoreAccount],
    request: &ReceivedRequest,
    now: DateTime<Utc>,
) -> Result<(usize, GcoreToken), HttpReply> {
    let (scheme, text) = request.authorization().ok_or_else(errors::no_credentials)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Err(errors::wrong_scheme());
    }
    // An unknown scheme counts as no header at all.
    if !scheme.eq_ignore_ascii_case("apikey") || text.is_empty() {
        return Err(errors::no_credentials());
    }
    let found = accounts.iter().enumerate().find_map(|(index, account)| {
        account.tokens.iter().find(|token| token.text == text).map(|token| (index, token.clone()))
    });
    match found {
        Some((_, token)) if token.ends.is_some_and(|ends| ends <= now) => Err(errors::expired()),
        Some(found) => Ok(found),
        None if text.contains(['_', '$']) => Err(errors::expired()),
        None => Err(errors::bad_token(text)),
    }
}
