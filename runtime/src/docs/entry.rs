//! One tool, prompt or resource of the document.

use super::{Grant, PolicyDescription};
use crate::tool::{Hints, Location};
use crate::toolset::Tool;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One tool of the document, or a prompt or resource, with its demands.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ToolEntry {
    /// Its name.
    pub name: String,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it does.
    pub description: String,
    /// What it tells clients of its behaviour.
    pub hints: Hints,
    /// Its demands, as declared.
    pub policy: PolicyDescription,
    /// Its demands in words, and what limits it; every one has to be met.
    pub demands: Vec<String>,
    /// Those of them that are about neither scopes nor roles: whoever holds the rights still has to meet them at each call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
    /// The scopes and roles that let a caller in and hold the least, as [`ScopeDocument::minimal_scopes`](super::ScopeDocument::minimal_scopes)
    /// finds them; those of a shadow as if it were enforced. None if nobody is let in, or there are too many ways to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimal: Option<Grant>,
    /// Every scope that helps to be let in: those that are demanded, and all that imply one of them, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted_scopes: Vec<String>,
    /// The same of roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted_roles: Vec<String>,
    /// Every scope that excuses from being the owner: those that are named for that, and all that imply one of them, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excused_scopes: Vec<String>,
    /// The fields of the arguments that stand in audit records, as they were declared. They are recorded of calls that are denied, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audit_fields: Vec<String>,
    /// The fingerprint that audit records call the policy by.
    pub fingerprint: String,
    /// Where it is declared, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// Where something is declared.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Source {
    /// The source file, the same on every machine: within the workspace relative to it, in a dependency from a registry or from git
    /// behind the dependency's own folder. Of a file that the compiler was given otherwise by its whole path, it is the name alone.
    /// Folders are separated by `/`.
    pub file: String,
    /// The line, from 1. Documents that are checked in have none ([`ScopeDocument::without_lines`](super::ScopeDocument::without_lines)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

impl ToolEntry {
    /// Without what follows from the policy and the hierarchy.
    pub(super) fn new(tool: &Tool) -> Self {
        Self {
            name: tool.name.to_string(),
            title: tool.title.map(str::to_owned),
            description: tool.description.to_string(),
            hints: tool.hints,
            policy: PolicyDescription::from(&tool.policy),
            demands: Vec::new(),
            conditions: Vec::new(),
            minimal: None,
            accepted_scopes: Vec::new(),
            accepted_roles: Vec::new(),
            excused_scopes: Vec::new(),
            audit_fields: tool.audit_fields.iter().map(|field| (*field).to_owned()).collect(),
            fingerprint: tool.fingerprint.to_string(),
            source: Source::new(tool.location),
        }
    }
}

impl Source {
    /// A location without a line is none: it says in words what is known instead.
    fn new(location: Location) -> Option<Self> {
        (location.line > 0).then(|| Self {
            file: portable(location.file),
            line: Some(location.line),
        })
    }
}

/// A path as it is on every machine.
///
/// 1. Cargo compiles the packages of a workspace by paths from its root: these stay.
/// 2. Dependencies from registries and from git lie in a folder of Cargo's: what follows its own folders is kept.
/// 3. Of anything else that begins at the root of a file system, the name is kept.
fn portable(file: &str) -> String {
    let file = file.replace('\\', "/");
    let is_absolute = file.starts_with('/') || file.get(1..2) == Some(":");
    if !is_absolute {
        return file; // 1
    }
    let cargos = [("/registry/src/", 1), ("/git/checkouts/", 2)];
    let kept = cargos.iter().find_map(|(folder, own)| {
        let (_, rest) = file.split_once(folder)?;
        rest.splitn(own + 1, '/').nth(*own) // 2
    });
    let name = file.rsplit('/').next().unwrap_or_default();
    kept.unwrap_or(name).to_owned() // 3
}

#[cfg(test)]
mod tests {
    use super::portable;

    #[test]
    fn paths_do_not_depend_on_the_machine() {
        for (given, kept) in [
            ("examples/src/tools.rs", "examples/src/tools.rs"),
            ("src\\tools\\notes.rs", "src/tools/notes.rs"),
            (
                "/home/a/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/notes-1.2.0/src/lib.rs",
                "notes-1.2.0/src/lib.rs",
            ),
            (
                "C:\\Users\\a\\.cargo\\registry\\src\\index\\notes-1.2.0\\src\\lib.rs",
                "notes-1.2.0/src/lib.rs",
            ),
            (
                "/home/a/.cargo/git/checkouts/notes-0123456789abcdef/0a1b2c3/src/lib.rs",
                "src/lib.rs",
            ),
            ("/home/a/elsewhere/src/tools.rs", "tools.rs"),
        ] {
            assert_eq!(portable(given), kept);
        }
    }
}
