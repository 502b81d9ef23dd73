//! The operator of this installation, by whose confirmation alone a request is sent.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::ids::JournalId;

/// Length in bytes of an operator's key.
pub const KEY_BYTES: usize = 32;

/// The person at this installation. What they queue is marked with a code that only their key
/// makes, so that a row that others wrote into the store is told from theirs.
#[derive(Clone, PartialEq, Eq)]
pub struct Operator {
    name: String,
    key: [u8; KEY_BYTES],
}

/// Makes a key of two random numbers of the system.
pub fn key_of(random: [[u8; KEY_BYTES / 2]; 2]) -> [u8; KEY_BYTES] {
    let mut key = [0; KEY_BYTES];
    key.iter_mut().zip(random.iter().flatten()).for_each(|(byte, random)| *byte = *random);
    key
}

impl Operator {
    /// Makes an operator of a name, which is shown, and a key, which never leaves the machine.
    pub fn new(name: String, key: [u8; KEY_BYTES]) -> Self {
        Self { name, key }
    }

    /// Returns the name, such as `mia@deploy1`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the code by which this operator confirms a request as it stands in the journal.
    pub fn confirm(&self, id: &JournalId, request: &str) -> String {
        let code = self.mac(id, request).map(|mac| mac.finalize().into_bytes());
        code.map(hex::encode).unwrap_or_default()
    }

    /// Returns true if a code is this operator's for just this request.
    pub fn has_confirmed(&self, id: &JournalId, request: &str, code: &str) -> bool {
        let code = hex::decode(code).ok();
        let checked = code.zip(self.mac(id, request));
        checked.is_some_and(|(code, mac)| mac.verify_slice(&code).is_ok())
    }

    fn mac(&self, id: &JournalId, request: &str) -> Option<Hmac<Sha256>> {
        // A key of any length will do, so this is always there.
        let mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        Some(mac.chain_update(id.as_str()).chain_update([0]).chain_update(request))
    }
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operator").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_confirms_one_request_by_one_operator() {
        let mia = Operator::new("mia@deploy1".to_owned(), [1; KEY_BYTES]);
        let (id, request) = (JournalId::new("5b96"), r#"{"account":"prod"}"#);
        let code = mia.confirm(&id, request);
        assert_eq!(code.len(), 64);
        assert!(mia.has_confirmed(&id, request, &code));
        assert!(!mia.has_confirmed(&JournalId::new("5b97"), request, &code));
        assert!(!mia.has_confirmed(&id, r#"{"account":"other"}"#, &code));
        for other in ["", "00", "no code", &code[1..], &code.replace(&code[..1], "x")] {
            assert!(!mia.has_confirmed(&id, request, other), "{other}");
        }
        let namesake = Operator::new(mia.name().to_owned(), [2; KEY_BYTES]);
        assert!(!namesake.has_confirmed(&id, request, &code));
        assert!(!format!("{mia:?}").contains('1'.to_string().repeat(2).as_str()));
    }
}
