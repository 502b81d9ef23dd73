//! The hashes that signatures are made of.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};

pub(super) type HmacSha256 = Hmac<Sha256>;

/// Returns the HMAC of a text.
pub(super) fn hmac<M: Mac + KeyInit>(key: &[u8], text: &[u8]) -> Vec<u8> {
    // Any length is a key to these algorithms.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// Returns the SHA-256 of a body, in hexadecimal digits.
pub(super) fn sha256_hex(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}
