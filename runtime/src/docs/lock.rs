//! Declarations as they were accepted: what lets more callers in than they do needs a reason.
//!
//! A lock file is checked in, so that a change of it is reviewed. In a test:
//!
//! ```no_run
//! # use toolgate::Toolset;
//! # let tools = Toolset::new(());
//! toolgate::docs::assert_locked("scopes.lock.json", &tools);
//! ```

mod assert;

pub use self::assert::assert_locked;

use super::compare::{Change, Comparison, Deciding, Effect};
use super::read::once;
use super::{ScopeDocument, json_text};
use serde::{Deserialize, Serialize};

/// The version of the form that lock files have.
const VERSION: u32 = 1;

/// A lock file: all that decided who may call what when it was last accepted, and why it was made weaker.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    version: u32,
    /// What was accepted.
    locked: Deciding,
    /// What is weaker now, and why. Without a reason it is not accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    weakenings: Vec<Acknowledgement>,
    /// What was made weaker before, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    accepted: Vec<Acknowledgement>,
}

/// Why something was made weaker.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    about: String,
    what: String,
    /// Which tools let more callers in by it: a reason is for these, and for no others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tools: Vec<String>,
    /// What is declared now: a reason is for that, and for nothing weaker that comes later.
    now: String,
    reason: String,
}

/// How declarations stand to a lock.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LockState {
    /// They are as they were accepted, or only weaker in ways that have a reason.
    Current,
    /// They are otherwise, and not weaker without a reason: the lock has to be written anew, so that nobody can go back unseen.
    Stale(Comparison),
    /// They are weaker in ways that have no reason: these.
    Weaker(Comparison),
}

/// Why a text is no lock.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// It is of another version.
    #[error(
        "the lock has version {found}, and this program reads version {VERSION}\nhelp: use versions of `toolgate` that fit"
    )]
    Version {
        /// The version that it says.
        found: u32,
    },
    /// It does not have the form of a lock.
    #[error("this is not a lock of scopes: {0}")]
    Form(#[from] serde_json::Error),
}

impl Lock {
    /// Accepts declarations as they are: the first lock of a server.
    #[must_use]
    pub fn new(document: &ScopeDocument) -> Self {
        Self {
            version: VERSION,
            locked: Deciding::of(document),
            weakenings: Vec::new(),
            accepted: Vec::new(),
        }
    }

    /// Reads a lock file. What is not known is refused: it could be a demand. So is what is said twice: a reviewer may see the one, and
    /// the other would be compared.
    pub fn from_json(json: &str) -> Result<Self, LockError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let value = once(json)?;
        let Versioned { version: found } = Versioned::deserialize(&value)?;
        if found != VERSION {
            return Err(LockError::Version { found });
        }
        Ok(serde_json::from_value(value)?)
    }

    /// The lock as JSON, for a file.
    #[must_use]
    pub fn to_json(&self) -> String {
        json_text(self)
    }

    /// Compares declarations with the lock.
    ///
    /// 1. A weakening is acknowledged by an entry that says exactly the same of the same, about what is declared now and the same tools, and
    ///    has a reason.
    ///    One that is not acknowledged is not accepted, whatever else is.
    /// 2. What else is otherwise makes the lock stale, also a tightening: going back from it later would not be seen.
    /// 3. So does an entry about what is not weaker: it would wait for the weakening that it acknowledges.
    #[must_use]
    pub fn check(&self, document: &ScopeDocument) -> LockState {
        let changes = self.locked.changes_to(&Deciding::of(document));
        let (weaker, others): (Vec<_>, Vec<_>) = changes
            .into_iter()
            .partition(|change| change.effect == Effect::Weakening);
        let unacknowledged = weaker.iter().filter(|change| self.reason(change).is_none());
        let unacknowledged: Vec<_> = unacknowledged.cloned().collect();
        if !unacknowledged.is_empty() {
            return LockState::Weaker(Comparison {
                changes: unacknowledged,
            }); // 1
        }
        let idle = self
            .weakenings
            .iter()
            .any(|entry| !weaker.iter().any(|change| entry.is_about(change)));
        // Two declarations that differ and have no change between them would be ones that nobody compared.
        let unnamed = weaker.is_empty() && others.is_empty() && self.locked != Deciding::of(document);
        if !others.is_empty() || idle || unnamed {
            return LockState::Stale(Comparison { changes: others }); // 2, 3
        }
        LockState::Current
    }

    /// The lock for these declarations. It never has a reason that nobody wrote.
    ///
    /// 1. If every weakening is acknowledged, the declarations are accepted. The reasons stay in the file.
    /// 2. If one is not, nothing is accepted. The file then has an entry for each weakening, with the reason where one was written, and
    ///    an empty one to be filled in otherwise.
    #[must_use]
    pub fn updated(&self, document: &ScopeDocument) -> Self {
        let current = Deciding::of(document);
        let changes = self.locked.changes_to(&current);
        let weaker = changes.iter().filter(|change| change.effect == Effect::Weakening);
        let entry = |change: &Change| Acknowledgement {
            about: change.about.to_string(),
            what: change.what.clone(),
            tools: change.tools.clone(),
            now: change.now.clone(),
            reason: self.reason(change).unwrap_or_default().to_owned(),
        };
        let entries: Vec<_> = weaker.map(entry).collect();
        if entries.iter().all(Acknowledgement::has_reason) {
            let accepted = self.accepted.iter().cloned().chain(entries);
            return Self {
                version: VERSION,
                locked: current,
                weakenings: Vec::new(),
                accepted: accepted.collect(),
            }; // 1
        }
        Self {
            weakenings: entries,
            ..self.clone()
        } // 2
    }

    /// Why something may be weaker, if that was said.
    fn reason(&self, change: &Change) -> Option<&str> {
        let mut entries = self.weakenings.iter();
        let entry = entries.find(|entry| entry.is_about(change) && entry.has_reason());
        entry.map(|entry| entry.reason.as_str())
    }
}

impl Acknowledgement {
    fn is_about(&self, change: &Change) -> bool {
        self.about == change.about.to_string()
            && self.what == change.what
            && self.tools == change.tools
            && self.now == change.now
    }

    fn has_reason(&self) -> bool {
        !self.reason.trim().is_empty()
    }
}

#[cfg(test)]
mod tests;
