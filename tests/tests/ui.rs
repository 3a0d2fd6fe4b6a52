//! What a mistake looks like: one file for each rule in `tests/ui`, with the messages it gives.

#[test]
fn ui() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}

#[test]
fn the_readme_shows_messages_as_they_are() {
    let readme = include_str!("../../README.md");
    let messages = include_str!("../ui/several_mistakes.stderr");
    assert!(
        readme.contains(messages),
        "copy `tests/ui/several_mistakes.stderr` into README.md"
    );
}
