#![no_main]

#[expect(dead_code, reason = "a target has one of them")]
#[path = "../properties/mod.rs"]
mod properties;

use std::sync::LazyLock;

/// The vendor whose answers are read.
static VENDOR: LazyLock<String> = LazyLock::new(|| {
    std::env::var("PURGEDECK_FUZZ_VENDOR").expect("PURGEDECK_FUZZ_VENDOR names no vendor")
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::wire::hold(&VENDOR, data));
