//! The test that declarations are locked.

use super::{Lock, LockState};
use crate::docs::current::is_to_overwrite;
use crate::docs::{Comparison, ScopeDocument};
use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// Asserts that the tools of this [`Toolset`](crate::Toolset), or of this [`Protected`](crate::Protected), let nobody in whom the lock
/// file keeps out, but where the file has a reason for it; and that the file is current.
///
/// A relative path is relative to the package under test. With `TOOLGATE_DOCS=overwrite` in the environment the file is written. Who
/// made something weaker finds an entry for it in the file then, in which the reason has to be written: until it is, the test goes on
/// failing, and the file goes on saying what was accepted last. Where there is no file, everything is accepted as it is: the deletion of
/// one is to be reviewed like that.
///
/// Checks (`check`) and lookups (`tenant_of`) are compared by their names. What such a function does, no file says.
///
/// # Panics
///
/// If something is weaker without a reason, if the file is stale, and if it cannot be read or written.
#[expect(clippy::panic, reason = "an assertion for tests")]
pub fn assert_locked(path: impl AsRef<Path>, tools: impl Into<ScopeDocument>) {
    let path = path.as_ref();
    let document = tools.into();
    if let Err(why) = check(path, &document, is_to_overwrite()) {
        panic!("{}{why}", path.display());
    }
}

pub(super) fn check(path: &Path, document: &ScopeDocument, overwrite: bool) -> Result<(), String> {
    let lock = match fs::read_to_string(path) {
        Ok(text) => Some(Lock::from_json(&text).map_err(|error| format!(": {error}"))?),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(format!(" cannot be read: {error}")),
    };
    let lock = match (lock, overwrite) {
        (None, false) => return Err(format!(" is not there\n{OVERWRITE}")),
        (Some(lock), false) => lock,
        (lock, true) => {
            let lock = lock.map_or_else(|| Lock::new(document), |lock| lock.updated(document));
            fs::write(path, lock.to_json()).map_err(|error| format!(" cannot be written: {error}"))?;
            lock
        }
    };
    match lock.check(document) {
        LockState::Current => Ok(()),
        LockState::Stale(changes) if changes.changes.is_empty() => {
            let why = if lock.weakenings.is_empty() { UNSEEN } else { IDLE };
            Err(format!(" is stale\n{OVERWRITE}\n\n{why}\n"))
        }
        LockState::Stale(changes) => Err(format!(" is stale\n{OVERWRITE}\n\n{}", listed(&changes))),
        LockState::Weaker(changes) => {
            let help = if overwrite { REASON } else { WEAKER };
            Err(format!(
                ": something is weaker, and no reason is given\n{help}\n\n{}",
                listed(&changes)
            ))
        }
    }
}

const OVERWRITE: &str = "help: run the test with TOOLGATE_DOCS=overwrite and review the change";
const IDLE: &str = "- it has an entry for something that is not weaker";
const UNSEEN: &str = "- what nobody may call is declared otherwise";
const WEAKER: &str =
    "help: take it back, or run the test with TOOLGATE_DOCS=overwrite, and write the reason into the file";
const REASON: &str = "help: take it back, or write the reason into the file, and run the test again";

/// One change after the other.
fn listed(comparison: &Comparison) -> String {
    let mut text = String::new();
    for change in &comparison.changes {
        let lines = change.to_string().replace('\n', "\n  ");
        // Writing into a `String` cannot fail.
        let _ = writeln!(text, "- {lines}");
    }
    text
}
