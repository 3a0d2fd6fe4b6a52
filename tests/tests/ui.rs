//! What a mistake looks like: one file for each rule in `tests/ui`, with the messages it gives.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps fails at the right line, also in its helpers"
)]

#[path = "ui/messages.rs"]
mod messages;

use std::fs;
use std::path::Path;

/// Files where a tool has more than one mistake, or shares one with others, with the number of all mistakes in the file.
const SEVERAL: [(&str, usize); 26] = [
    ("allow_form", 10),
    ("allow_idle_part", 5),
    ("catalog_argument", 11),
    ("catalog_attribute", 11),
    ("catalog_circle", 2),
    ("catalog_implies", 4),
    ("catalog_value", 5),
    ("policies_above", 1),
    ("policies_catalog", 2),
    ("policies_mistake", 8),
    ("policies_server_handler", 1),
    ("policies_settings", 2),
    ("policies_unsaid", 2),
    ("policies_untyped", 7),
    ("policy_alone", 2),
    ("qualified", 10),
    ("role_blank", 3),
    ("scope_grammar", 6),
    ("scope_reserved", 3),
    ("several_mistakes", 5),
    ("string_expected", 5),
    ("toolset_lookup_unused", 1),
    ("toolset_mistake", 7),
    ("toolset_of_one_tool", 3),
    ("toolset_rate", 1),
    // Of seven tools, to show that one of them is right.
    ("toolset_wider_catalog", 6),
];

/// Files where the mistake is not in the declaration of a tool, or leaves no place for one.
const NO_TOOL: [&str; 24] = [
    "associated_function",
    "catalog_empty",
    "catalog_generic",
    "catalog_not_enum",
    "gate_builder",
    "introspection_builder",
    "method",
    "needs_by_hand",
    "no_body",
    "no_toolset",
    "not_a_function",
    "not_a_tool",
    "not_an_impl",
    "policies_place",
    "self_type",
    "state_missing",
    "toolset_conditional_tool",
    "toolset_empty",
    "toolset_not_a_tool",
    "toolset_state_missing",
    "toolset_tool_twice",
    "toolset_twice",
    "unfiltered_list",
    "validator_builder",
];

#[test]
fn ui() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}

/// Every tool is added to a toolset, and its function called. Neither is an error, whatever is wrong with the declaration.
#[test]
fn one_mistake_is_one_error() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.extension().unwrap() != "rs" || NO_TOOL.contains(&name.as_str()) {
            continue;
        }
        seen += 1;
        let source = fs::read_to_string(&path).unwrap();
        let (declarations, main) = source.split_once("\nfn main() {\n").unwrap();
        let tools = declarations.matches("#[mcp_tool").count();
        assert_eq!(main.matches(".tool(").count(), tools, "`{name}` adds every tool");
        let calls = main
            .lines()
            .filter(|line| line.starts_with("    drop(") && !line.contains(".tool("));
        // A variadic function cannot be called without more mistakes.
        let callable = tools - declarations.matches("fn variadic").count();
        assert_eq!(calls.count(), callable, "`{name}` calls every function");

        let messages = fs::read_to_string(path.with_extension("stderr")).unwrap();
        let mistakes = SEVERAL
            .iter()
            .find_map(|(file, mistakes)| (*file == name).then_some(*mistakes));
        let errors = messages.lines().filter(|line| line.starts_with("error"));
        assert_eq!(errors.count(), mistakes.unwrap_or(tools), "`{name}`:\n{messages}");
        let main = declarations.lines().count() + 1;
        let places = messages
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("--> ui/"));
        for place in places {
            let line: usize = place.split(':').nth(1).unwrap().parse().unwrap();
            assert!(
                line < main,
                "`{name}` has an error that follows from another, at {place}"
            );
        }
    }
    assert!(seen >= 50, "{seen} files");
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
