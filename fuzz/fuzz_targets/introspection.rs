//! `tests/fuzzing/src/introspection.rs`, on what libFuzzer thinks up.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzzing::introspection(input));
