//! `tests/fuzzing/src/key_set.rs`, on what libFuzzer thinks up.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzzing::key_set(input));
