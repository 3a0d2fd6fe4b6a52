//! The scope document: who may call what, written from the declarations that enforce it.
//!
//! What a security reviewer, an administrator and the developer of a client have to know of a server stands above its tools already.
//! [`ScopeDocument::new`] collects it from a [`Toolset`] and its catalogues, and shows it in several forms:
//!
//! | form | by | for |
//! | --- | --- | --- |
//! | Markdown | [`to_markdown`](ScopeDocument::to_markdown) | a repository: who reviews a change sees which permission changes |
//! | HTML | [`to_html`](ScopeDocument::to_html) | people with questions: one page that loads nothing, with search, a matrix and answers |
//! | JSON | [`to_json`](ScopeDocument::to_json), [`from_json`](ScopeDocument::from_json) | programs; [`SCHEMA`] describes it |
//! | RFC 9728 | [`Protected::resource_metadata`](crate::Protected::resource_metadata) | clients: the scopes to ask for at first |
//!
//! # Never stale
//!
//! A document that is checked in is compared with the declarations by a test, in each form for which there is a file:
//!
//! ```no_run
//! # use toolgate::Toolset;
//! # let tools = Toolset::new(());
//! // Fails with a diff when the file is stale. `TOOLGATE_DOCS=overwrite cargo test` rewrites it.
//! toolgate::docs::assert_current("SCOPES.md", &tools);
//! toolgate::docs::assert_current("scopes.html", &tools);
//! ```
//!
//! Files that are checked in name the source file of each tool, and not the line: else every edit above a tool would make them stale.
//! [`assert_locked`] goes further: it fails when a change lets somebody in who was kept out.
//!
//! # What is needed at least, and what a token can do
//!
//! ```
//! use std::convert::Infallible;
//! use toolgate::docs::{Access, Grant, ScopeDocument};
//! use toolgate::{NoArguments, ScopeCatalog, Toolset, mcp_tool};
//!
//! #[derive(ScopeCatalog)]
//! enum Scope {
//!     /// Reads notes.
//!     #[scope("notes:read", baseline)]
//!     Read,
//!     /// Writes notes, and reads them.
//!     #[scope("notes:write", implies(Read))]
//!     Write,
//! }
//!
//! /// Finds notes.
//! #[mcp_tool(scopes_all = [Scope::Read], read_only = true)]
//! async fn find(_: NoArguments) -> Result<(), Infallible> {
//!     Ok(())
//! }
//!
//! /// Files a note.
//! #[mcp_tool(scopes_all = [Scope::Write], roles = ["editor"])]
//! async fn file(_: NoArguments) -> Result<(), Infallible> {
//!     Ok(())
//! }
//!
//! let tools = Toolset::new(()).scopes::<Scope>().tool(FindTool).tool(FileTool);
//! let document = ScopeDocument::new(&tools);
//!
//! // Who may write may read: the one scope will do for both.
//! let least = document.minimal_scopes(&["find", "file"])?;
//! assert_eq!(least, Grant::new(["notes:write"], ["editor"]));
//!
//! // Why does this token not open `file`?
//! let token = Grant::new(["notes:write"], []);
//! for (tool, access) in document.callable_with(Some(&token)) {
//!     match access {
//!         Access::Denied { lacks: Some(lacks) } => assert_eq!((&*tool.name, lacks), ("file", Grant::new([], ["editor"]))),
//!         _ => assert_eq!(tool.name, "find"),
//!     }
//! }
//! # Ok::<_, toolgate::docs::LeastError>(())
//! ```
//!
//! # What looks wrong
//!
//! [`ScopeDocument::lints`] looks at the toolset as a whole: a scope that is declared and that no tool asks about, two that differ by a
//! slip, a tool that only reads and demands a scope for writing, one that destroys and demands less than its siblings, a role that nobody
//! declares. What is certainly wrong is no lint, but an error of [`Gate::protect`](crate::Gate::protect).

mod access;
mod collect;
mod compare;
mod current;
#[cfg(test)]
mod decided;
mod entry;
mod follow;
mod html;
mod implied;
mod least;
mod lints;
mod lock;
mod markdown;
mod names;
mod policy;
#[cfg(test)]
mod random;
mod read;
mod schema;
mod words;

pub use self::access::Access;
pub(crate) use self::collect::Declared;
pub use self::compare::{About, Aspect, Change, Comparison, Effect};
pub use self::current::assert_current;
pub use self::entry::{Source, ToolEntry};
pub use self::least::{Grant, LeastError};
pub use self::lints::{Lint, LintRule};
pub use self::lock::{Acknowledgement, Lock, LockError, LockState, assert_locked};
pub use self::names::{CatalogNames, RoleDescription, ScopeDescription};
pub use self::policy::{
    LoginDescription, OwnerDescription, PolicyDescription, Posture, RateDescription, RuleDescription, TenantDescription,
};
pub use self::read::ReadError;
pub use self::schema::SCHEMA;
pub use crate::rate_limit::RateUnit;
pub use crate::told_scopes::SCOPES_META;
pub use crate::tool::Hints;

use crate::baseline;
use crate::toolset::Toolset;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the form that documents have.
pub const VERSION: u32 = 1;

/// What a security reviewer needs to know of a toolset. Serialized, it is the JSON form of the document, which
/// [`from_json`](Self::from_json) reads back. The order is stable: scopes and roles as the catalogue has them, then others by name;
/// tools as they were added.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ScopeDocument {
    /// The version of this form, which is 1.
    pub version: u32,
    /// A short name of all that decides who may call what: 16 hexadecimal digits of the SHA-256 of every policy, and of what implies
    /// what. Texts, hints and the order of tools do not change it.
    pub fingerprint: String,
    /// What the catalogues are called that the tools keep to ([`Toolset::scopes`], [`Toolset::roles`]).
    #[serde(default, skip_serializing_if = "CatalogNames::is_empty")]
    pub catalogs: CatalogNames,
    /// Every scope that is declared, or that some tool asks about.
    pub scopes: Vec<ScopeDescription>,
    /// Every role that is declared, or that some tool demands.
    pub roles: Vec<RoleDescription>,
    /// What needs no token.
    pub public: Vec<String>,
    /// That whose scopes and roles are tried out and not enforced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shadow: Vec<String>,
    /// Every tool with its demands.
    pub tools: Vec<ToolEntry>,
    /// Every prompt, resource and template that is under a policy, with its demands, by the name that records call it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<ToolEntry>,
}

impl ScopeDocument {
    /// The document of these tools. What a gate says besides is in that of
    /// [`Protected::scope_document`](crate::Protected::scope_document).
    #[must_use]
    pub fn new<S>(toolset: &Toolset<S>) -> Self {
        let entries: Vec<_> = toolset.entries.iter().map(|entry| &entry.tool).collect();
        let all = toolset.tools.iter().chain(entries.iter().copied());
        let declared = Declared {
            catalogs: &toolset.catalogs,
            baseline: &baseline::derived(&toolset.catalogs, all),
            tools: toolset.tools.iter().collect(),
            entries,
        };
        declared.document()
    }

    /// Every tool, prompt and resource, in this order.
    pub fn all(&self) -> impl Iterator<Item = &ToolEntry> {
        self.tools.iter().chain(&self.entries)
    }

    /// The tool, prompt or resource of this name.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&ToolEntry> {
        self.all().find(|tool| tool.name == name)
    }

    /// The scopes that clients should ask for at first, as `scopes_supported` of RFC 9728 and the 401 challenge name them, by name.
    #[must_use]
    pub fn scopes_supported(&self) -> Vec<&str> {
        let baseline = self.scopes.iter().filter(|scope| scope.baseline);
        let mut names: Vec<_> = baseline.map(|scope| scope.scope.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// The document without the lines of the source, for a file that is checked in: it would be stale after each line that is written
    /// above a tool, and its reviewers would stop to look.
    #[must_use]
    pub fn without_lines(mut self) -> Self {
        for tool in self.tools.iter_mut().chain(&mut self.entries) {
            if let Some(source) = &mut tool.source {
                source.line = None;
            }
        }
        self
    }

    /// The document as JSON, for machines.
    #[must_use]
    pub fn to_json(&self) -> String {
        json_text(self)
    }

    /// The document as one HTML page, for people: with search, filters, a matrix, and answers to what a token can call and what tools
    /// need. It needs no network and no other file, and sends nothing.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::render(self)
    }

    /// The document as Markdown, for a repository.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::render(self)
    }
}

/// As JSON for a file that people review.
fn json_text(value: &impl Serialize) -> String {
    // Serializing it cannot fail: no maps but those keyed by strings.
    let mut json = serde_json::to_string_pretty(value).unwrap_or_default();
    json.push('\n');
    json
}
