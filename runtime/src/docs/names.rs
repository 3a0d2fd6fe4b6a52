//! The scopes and roles of the document.

use crate::catalog::{RoleEntry, ScopeEntry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A scope: what the catalogue says about it, and what asks about it.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, as the catalogue states it"
)]
pub struct ScopeDescription {
    /// The scope, as it stands in a token.
    pub scope: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether it is in the catalogue. Without a catalogue none is.
    pub declared: bool,
    /// All scopes that it implies, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub implies: Vec<String>,
    /// All scopes that imply it, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub implied_by: Vec<String>,
    /// Clients should ask for it at first (`scopes_supported`). Any other one is for stepping up: a client asks for it when a tool
    /// turns out to need it.
    pub baseline: bool,
    /// It should not be granted lightly.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub sensitive: bool,
    /// Only an administrator can consent to it.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub admin_consent: bool,
    /// The tools, prompts and resources that ask about it by its own name, in the order of the document.
    pub tools: Vec<String>,
}

/// A role: what the catalogue says about it, and what demands it.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RoleDescription {
    /// The role, as it stands in a token.
    pub role: String,
    /// Who has it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether it is in the catalogue. Without a catalogue none is.
    pub declared: bool,
    /// All roles that it implies, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub implies: Vec<String>,
    /// All roles that imply it, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub implied_by: Vec<String>,
    /// The tools, prompts and resources that demand it by its own name, in the order of the document.
    pub tools: Vec<String>,
}

/// What a catalogue is called in the source.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CatalogNames {
    /// The enum of the scopes, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<String>,
    /// The enum of the roles, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<String>,
}

impl CatalogNames {
    pub(super) const fn is_empty(&self) -> bool {
        self.scopes.is_none() && self.roles.is_none()
    }
}

impl From<&ScopeEntry> for ScopeDescription {
    fn from(entry: &ScopeEntry) -> Self {
        Self {
            scope: entry.scope.as_str().to_owned(),
            description: entry.description.to_owned(),
            declared: true,
            sensitive: entry.sensitive,
            admin_consent: entry.admin_consent,
            ..Self::default()
        }
    }
}

impl From<&RoleEntry> for RoleDescription {
    fn from(entry: &RoleEntry) -> Self {
        Self {
            role: entry.role.to_owned(),
            description: entry.description.to_owned(),
            declared: true,
            ..Self::default()
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_unset(flag: &bool) -> bool {
    !*flag
}
