#![no_main]

#[expect(dead_code, reason = "a target has one of them")]
#[path = "../properties/mod.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::session::hold(data));
