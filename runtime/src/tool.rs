//! What `#[mcp_tool]` makes of a function.

use crate::call::Call;
use crate::caller::Caller;
use crate::check::Checked;
use crate::error::Error;
use crate::output::Output;
use crate::owner::Owners;
use crate::policy::Policy;
use crate::supply::States;
use crate::tenant::{FindTenants, Tenants};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A tool with its demands. Written by `#[mcp_tool]`, run by the gate.
#[diagnostic::on_unimplemented(
    message = "only a guarded tool can be added to a toolset",
    label = "this is not a guarded tool",
    note = "of `async fn update_note`, `#[mcp_tool(..)]` makes the tool `UpdateNoteTool`: write `.tool(UpdateNoteTool)`"
)]
pub trait ToolHandler: Send + Sync + 'static {
    /// What the tool is called with.
    type Args: ToolArguments + Send + Sync + 'static;
    /// The states that the tool takes from its toolset.
    type Needs;
    /// What is known of it before any call.
    const SPEC: ToolSpec;

    /// The schema of its structured answer.
    fn output_schema() -> Option<Schema>;

    /// The owners that the arguments name.
    #[must_use]
    fn owners(_: &Self::Args) -> Owners<'_> {
        Owners::Unbound
    }

    /// Finds the tenants that the arguments name.
    #[must_use]
    fn tenants<'a>(_: &'a States, _: &'a Self::Args) -> FindTenants<'a> {
        FindTenants::Ready(Tenants::Unbound)
    }

    /// Asks the developer's own check, about a call that passed everything else.
    #[must_use]
    fn check<'a>(_: &'a States, _: &'a Caller, _: &'a Self::Args) -> Checked<'a> {
        Checked::Unasked
    }

    /// What stands in the argument fields that go into the audit record: one value for each of [`ToolSpec::audit_fields`].
    #[must_use]
    fn audited(_: &Self::Args) -> Vec<Value> {
        Vec::new()
    }

    /// Runs it. Only the gate makes a [`Call`].
    fn run(call: Call, args: Self::Args) -> impl Future<Output = Result<Output, Error>> + Send;
}

/// What a tool is called with: any type that can be read from JSON and described by a schema.
// The two traits are not supertraits: rustc would then speak of each of them, and not of arguments.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the arguments of a tool",
    label = "arguments cannot be read into this",
    note = "add `#[derive(serde::Deserialize, schemars::JsonSchema)]` to `{Self}`",
    note = "the first parameter of a tool is its arguments, whatever it takes besides comes after them"
)]
pub trait ToolArguments: Sized {
    #[doc(hidden)]
    fn read(arguments: Value) -> serde_json::Result<Self>;

    #[doc(hidden)]
    fn schema() -> Schema;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema> ToolArguments for T {
    fn read(arguments: Value) -> serde_json::Result<Self> {
        serde_json::from_value(arguments)
    }

    /// JSON Schema 2020-12, as seen by whoever writes the arguments.
    fn schema() -> Schema {
        let generator = SchemaSettings::draft2020_12().for_deserialize();
        let mut schema = generator.into_generator().into_root_schema_for::<T>();
        // MCP asks for an object schema, also where the arguments are an enum or nothing at all.
        schema.insert("type".to_owned(), "object".into());
        schema
    }
}

/// The constant facts of a tool.
#[derive(Clone, Copy, Debug)]
pub struct ToolSpec {
    /// The name clients call it by.
    pub name: &'static str,
    /// A name for people.
    pub title: Option<&'static str>,
    /// What it does, for the model.
    pub description: &'static str,
    /// How it behaves, for clients. Not a promise, and not enforced.
    pub hints: Hints,
    /// Who may call it.
    pub policy: Policy,
    /// The argument fields that stand in audit records, by the paths they were declared with. No others are recorded.
    pub audit_fields: &'static [&'static str],
    /// Where it is declared.
    pub location: Location,
}

/// Tool annotations of the MCP specification: what a client may assume of the tool's behaviour.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Hints {
    /// It changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// It may destroy something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destructive: Option<bool>,
    /// Calling it twice is like calling it once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotent: Option<bool>,
    /// It reaches beyond this server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_world: Option<bool>,
}

/// Where a tool is declared.
#[derive(Clone, Copy, Debug)]
pub struct Location {
    /// The source file, as the compiler was given it.
    pub file: &'static str,
    /// The line, from 1; 0 if it is not known.
    pub line: u32,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => f.write_str(self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

/// The arguments of a tool that takes none but wants its caller or a state: the first parameter is always the arguments.
///
/// Any object will do, so a client that sends an extra member is not refused.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub struct NoArguments {}
