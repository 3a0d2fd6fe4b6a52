//! What a change of the declarations lets in that was kept out before.

mod deciding;
#[cfg(test)]
mod judged;
mod lists;
mod markdown;
mod names;
mod rate;
mod rights;
#[cfg(test)]
mod tests;
mod told;
mod tool;

pub(super) use self::deciding::Deciding;
pub(super) use self::rights::{Part, Side, Wider, wider};

use super::{ScopeDocument, ToolEntry};
use serde::Serialize;
use std::fmt;

/// Everything that is otherwise in a newer document, and which way each change goes. [`ScopeDocument::changes_since`] makes it.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The changes: those of tools, prompts and resources by name, then those of scopes and of roles.
    pub changes: Vec<Change>,
}

/// Something that is otherwise.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// Which way it goes.
    pub effect: Effect,
    /// What it is about.
    pub about: About,
    /// What of that is otherwise.
    pub aspect: Aspect,
    /// What is so now and was not before.
    pub what: String,
    /// The tools, prompts and resources that let more callers in, or fewer, by this change of a scope or a role.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<String>,
    /// A caller who is let in now and was not before, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// A short name of exactly what is declared now about what this is about. An acknowledgement is bound to it.
    pub now: String,
}

/// What is so now; below, who is let in by it.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.what)?;
        if !self.tools.is_empty() {
            write!(f, "\nlets more callers in: {}", self.tools.join(", "))?;
        }
        match &self.example {
            Some(example) => write!(f, "\nlet in now, and not before: {example}"),
            None => Ok(()),
        }
    }
}

/// Which way a change goes.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Somebody may do something now who might not before; or it could not be found out that nobody may.
    Weakening,
    /// Somebody might do something before who may not now, and nobody the other way round.
    Tightening,
    /// Neither.
    Neutral,
}

/// What a change is about.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A tool, a prompt or a resource, by the name that records call it.
    Tool(String),
    /// A scope.
    Scope(String),
    /// A role.
    Role(String),
}

/// What is otherwise of something.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Aspect {
    /// Whether it is there.
    Presence,
    /// Whether a token is needed, and whether one is enough.
    Posture,
    /// The scopes that are demanded.
    Scopes,
    /// The roles that are demanded.
    Roles,
    /// The rule about scopes and roles.
    Rule,
    /// Whether scopes and roles are enforced.
    Shadow,
    /// Who has to be the owner.
    Owner,
    /// Whose tenant it has to be.
    Tenant,
    /// The developer's own function that decides.
    Check,
    /// The login that is demanded.
    Login,
    /// Whether tokens are validated anew.
    Fresh,
    /// How many calls are let through.
    Rate,
    /// Whether a call runs only once its record is written.
    AuditRequired,
    /// What a scope or a role implies.
    Hierarchy,
    /// Whether clients ask for a scope at first.
    Baseline,
    /// Whether a scope is one that should not be granted lightly, or that only an administrator can consent to.
    Consent,
    /// What clients are told about a tool.
    Words,
    /// Which arguments stand in audit records.
    Recorded,
}

impl ScopeDocument {
    /// What is otherwise in this document than in an older one.
    ///
    /// A change is a weakening if somebody may do something now who might not before:
    ///
    /// 1. A tool that is new is one if it needs no token, or if its rights are only tried out. What it demands otherwise is new, and
    ///    weakens nothing.
    /// 2. A tool that was there is compared by whom it lets in, not by how that is written: every way to be let in now, with the fewest
    ///    rights that this way needs, is tried under the old declarations with what implied what then. Where there are too many ways to
    ///    try, it is a weakening.
    /// 3. Demands that nobody can compare, of the arguments and of the developer's own functions, are weaker when they are gone or
    ///    when they are others.
    /// 4. A scope or a role that implies more is a weakening, whether or not a tool lets more callers in by it: checks and tools ask for
    ///    scopes as well.
    /// 5. So is a scope that clients ask for at first, and did not; and one that is marked as harmless, and was not.
    /// 6. Who calls is what counts. Texts, hints, and which arguments stand in audit records are told, and are neutral: to record more
    ///    or less of a call lets nobody in.
    ///
    /// What is gone is a tightening. One tool under a new name is one that is gone and one that is new, which is no weakening even
    /// if it demands less.
    #[must_use]
    pub fn changes_since(&self, old: &Self) -> Comparison {
        let mut changes = Deciding::of(old).changes_to(&Deciding::of(self));
        for change in &mut changes {
            if let Some(tool) = change.added_tool(self) {
                change.what = format!("is new, and needs: {}", tool.demands.join("; "));
            }
        }
        for tool in self.all() {
            if let Some(old) = old.entry(&tool.name) {
                told::compare(old, tool, &mut changes);
            }
        }
        Comparison { changes }
    }
}

impl Change {
    /// The tool that is new, if this says so.
    fn added_tool<'a>(&self, new: &'a ScopeDocument) -> Option<&'a ToolEntry> {
        match &self.about {
            About::Tool(name) if self.aspect == Aspect::Presence => new.entry(name),
            _ => None,
        }
    }
}

impl Comparison {
    /// The changes that go this way.
    pub fn with_effect(&self, effect: Effect) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.effect == effect)
    }

    /// Whether somebody may do something now who might not before.
    #[must_use]
    pub fn is_weaker(&self) -> bool {
        self.with_effect(Effect::Weakening).next().is_some()
    }

    /// For the description of a pull request.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::render(self)
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tool(name) => write!(f, "`{name}`"),
            Self::Scope(name) => write!(f, "the scope `{name}`"),
            Self::Role(name) => write!(f, "the role `{name}`"),
        }
    }
}
