//! Whether `SECURITY.md` says of everything that the standards ask which test shows it, or why none does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What the standards ask of a resource server, by name and number.
const ASKED: [(&str, &[u8]); 5] = [
    (
        "MCP",
        &[
            10, 11, 12, 13, 14, 15, 16, 17, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 40, 41, 42, 43, 44, 45, 46, 47,
            48, 50, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72,
        ],
    ),
    ("BT", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]),
    ("PR", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ("RI", &[1, 2, 3, 4]),
    ("SU", &[1, 2, 3, 4, 5, 6]),
];

fn asked() -> Vec<String> {
    let names = |(of, numbers): (&str, &[u8])| {
        let name = |number: &u8| format!("{of}-{number:02}");
        numbers.iter().map(name).collect::<Vec<_>>()
    };
    ASKED.into_iter().flat_map(names).collect()
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The rows of the table: the name, and what stands in the last column.
fn rows(document: &str) -> Vec<(String, String)> {
    let (_, section) = document.split_once("\n## What the standards ask\n").unwrap();
    let table = section.split_once("\nOther names").unwrap().0;
    let rows = table.lines().filter(|line| line.starts_with("| "));
    let rows = rows.map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    let named = rows.filter(|cells| cells[0].contains('-') && !cells[0].starts_with("--"));
    named.map(|cells| (cells[0].to_owned(), cells[2].to_owned())).collect()
}

/// All functions that are tests, in all sources.
fn tests(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let marked = text.split("test").skip(1).filter_map(|rest| {
                // `#[test]` or `#[tokio::test(..)]`, and then perhaps other attributes.
                let (_, rest) = rest
                    .split_once(']')
                    .filter(|(between, _)| between.is_empty() || between.starts_with('('))?;
                let line = rest
                    .lines()
                    .map(str::trim)
                    .find(|line| !line.is_empty() && !line.starts_with("#["))?;
                let line = line.strip_prefix("async ").unwrap_or(line);
                Some(line.strip_prefix("fn ")?.split_once('(')?.0.to_owned())
            });
            found.extend(marked);
        }
    }
}

/// The names in backticks that are names of functions and of nothing else: all others have something but letters in them.
fn named(cell: &str) -> Vec<&str> {
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted.filter(|name| name.matches('_').count() > 1).collect()
}

#[test]
fn everything_that_is_asked_has_its_row() {
    let document = fs::read_to_string(workspace().join("SECURITY.md")).unwrap();
    let names: Vec<_> = rows(&document).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, asked());
}

#[test]
fn every_row_names_tests_that_are_there_or_a_reason() {
    let document = fs::read_to_string(workspace().join("SECURITY.md")).unwrap();
    let mut found = BTreeSet::new();
    for folder in ["runtime/src", "testing/src", "macros/src", "tests/tests", "examples"] {
        tests(&workspace().join(folder), &mut found);
    }
    assert!(found.len() > 500, "{}", found.len());
    let mut wrong = Vec::new();
    for (name, cell) in rows(&document) {
        let names = named(&cell);
        let reason = ["not ours: ", "not met: "]
            .iter()
            .find_map(|word| cell.strip_prefix(word));
        if names.is_empty() && reason.is_none_or(|reason| reason.len() < 20) {
            wrong.push(format!("{name}: neither a test nor a reason"));
        }
        let missing = names.into_iter().filter(|test| !found.contains(*test));
        wrong.extend(missing.map(|test| format!("{name}: no test `{test}`")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
