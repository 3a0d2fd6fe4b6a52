//! The main job: the notes example, called by everyone over real HTTP.

use crate::server::{Notes, Sdk};
use examples::{demo, tools};

#[tokio::test]
async fn every_demo_user_gets_exactly_what_the_declarations_say() {
    let mut matrices = Vec::new();
    for sdk in Sdk::EACH {
        let notes = Notes::start(sdk).await;
        let matrix = demo::matrix(&notes.provider, &notes.url).await.unwrap();
        matrix.assert_matches(demo::EXPECTED);
        matrices.push((matrix.to_string(), demo::refusals(&matrix)));
    }
    assert_eq!(matrices[0], matrices[1]);
}

#[test]
fn the_checked_in_scope_document_is_current() {
    let tools = tools::toolset(tools::Notes::default());
    for file in ["SCOPES.md", "scopes.json", "scopes.html"] {
        toolgate::docs::assert_current(format!("../examples/{file}"), &tools);
    }
}

/// A change that lets more callers in fails here until its reason stands in the file.
#[test]
fn the_policies_are_locked() {
    let tools = tools::toolset(tools::Notes::default());
    toolgate::docs::assert_locked("../examples/scopes.lock.json", &tools);
}

#[test]
fn the_readme_shows_the_matrix_as_it_is() {
    let readme = include_str!("../../../README.md");
    for row in demo::EXPECTED.lines() {
        assert!(readme.contains(row.trim()), "README.md has no row `{}`", row.trim());
    }
}
