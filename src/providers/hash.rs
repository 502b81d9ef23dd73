//! The hashes that signatures are made of.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

pub(super) fn hmac_sha1(key: &[u8], text: &str) -> Vec<u8> {
    // A key of any length will do, so this cannot fail.
    Hmac::<Sha1>::new_from_slice(key)
        .map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

pub(super) fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

pub(super) fn sha256_hex(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}
