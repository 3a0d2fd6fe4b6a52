//! The test that a checked-in document is current.

use super::ScopeDocument;
use similar::TextDiff;
use std::path::Path;

/// The environment variable that makes [`assert_current`] write the file instead: `TOOLGATE_DOCS=overwrite`.
const VARIABLE: &str = "TOOLGATE_DOCS";

/// Asserts that a file holds the current scope document of this [`Toolset`](crate::Toolset), or of this
/// [`Protected`](crate::Protected), in the form that its name ends with: `.md`, `.json` or `.html`. It has no
/// [lines of the source](ScopeDocument::without_lines).
///
/// A relative path is relative to the package under test. With `TOOLGATE_DOCS=overwrite` in the environment the file is written.
///
/// # Panics
///
/// With a diff if the file is stale, and if its name ends otherwise or it cannot be written.
#[expect(clippy::panic, reason = "an assertion for tests")]
pub fn assert_current(path: impl AsRef<Path>, tools: impl Into<ScopeDocument>) {
    let path = path.as_ref();
    let document = tools.into().without_lines();
    let current = match path.extension().and_then(|extension| extension.to_str()) {
        Some("md") => document.to_markdown(),
        Some("json") => document.to_json(),
        Some("html") => document.to_html(),
        _ => panic!("{} ends with none of `.md`, `.json` and `.html`", path.display()),
    };
    if is_to_overwrite() {
        if let Err(error) = std::fs::write(path, current) {
            panic!("{} cannot be written: {error}", path.display());
        }
        return;
    }
    // A file that is not there yet is as stale as one can be.
    let found = std::fs::read_to_string(path).unwrap_or_default();
    // A checkout may have turned the line ends.
    let found = found.replace("\r\n", "\n");
    if found != current {
        let diff = TextDiff::from_lines(&found, &current);
        let diff = diff.unified_diff().header("checked in", "current").to_string();
        panic!(
            "{} is stale\nhelp: run the test with {VARIABLE}=overwrite and review the change\n\n{diff}",
            path.display()
        );
    }
}

/// Whether files are to be written, and not compared.
pub(super) fn is_to_overwrite() -> bool {
    std::env::var_os(VARIABLE).is_some_and(|value| value == "overwrite")
}
