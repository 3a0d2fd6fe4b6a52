//! What a mistake looks like: one file for each rule in `tests/ui`, with the messages it gives.

#[test]
fn ui() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
