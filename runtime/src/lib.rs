//! Declaratively secured MCP tools.

// So that expansions of `#[mcp_tool]` in this crate's own tests find it by its public name.
extern crate self as toolgate;

pub mod audit;
pub mod docs;
pub mod error;
pub mod fetch;
pub mod layer;
#[cfg(feature = "pmcp")]
pub mod pmcp;
pub mod policy;
#[cfg(feature = "rmcp")]
pub mod rmcp;
pub mod tool;
pub mod validator;

#[doc(hidden)]
pub mod __private;

mod bearer;
mod call;
mod caller;
mod claims;
mod clock;
mod config;
mod decision;
mod gate;
mod origin;
mod output;
mod protected;
mod resource;
mod scope;
mod session;
mod strict_json;
mod supply;
mod tenant;
mod toolset;

pub use crate::bearer::{BearerToken, CredentialsError, MAX_TOKEN_BYTES};
pub use crate::call::{Call, CallContext, FromCall, FromPublicCall, State};
pub use crate::caller::{Caller, Principal, PrincipalKind};
pub use crate::claims::Claims;
pub use crate::clock::{Clock, SystemClock};
pub use crate::config::{GateBuilder, GivenResource, GivenValidator, HasResource, HasValidator, Missing};
pub use crate::decision::{Decision, Denial};
pub use crate::error::{ConfigError, Error, ToolError, Unavailable};
pub use crate::gate::Gate;
pub use crate::output::{IntoOutput, IntoToolError, Json, Output, ToolReturn};
pub use crate::policy::Policy;
pub use crate::protected::Protected;
pub use crate::scope::ScopeToken;
pub use crate::supply::{FromRef, Needed, States, Supplies};
pub use crate::tenant::{FindTenants, TenantField, TenantLookup, Tenants};
pub use crate::tool::{NoArguments, ToolArguments, ToolHandler, ToolSpec};
pub use crate::toolset::Toolset;
pub use crate::validator::{Algorithm, ClaimMap, JwtValidator, Validator};
/// Makes a guarded tool of an `async fn`, and says who may call it.
///
/// ```
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use toolgate::{Caller, Json, State, ToolError, mcp_tool};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct UpdateNote {
///     note: String,
///     text: String,
/// }
///
/// #[derive(Serialize, JsonSchema)]
/// struct Updated {
///     by: String,
/// }
///
/// #[derive(Clone)]
/// struct Notes;
///
/// impl Notes {
///     async fn tenant_of(&self, note: &str) -> Result<Option<String>, std::io::Error> {
///         Ok(Some("acme".to_owned()))
///     }
/// }
///
/// /// Replaces the text of a note.
/// #[mcp_tool(scopes_all = ["notes:write"], tenant_field = "note", tenant_of = Notes::tenant_of)]
/// async fn update_note(args: UpdateNote, notes: State<Notes>, caller: Caller) -> Result<Json<Updated>, ToolError> {
///     Ok(Json(Updated { by: caller.subject().to_owned() }))
/// }
///
/// let tools = toolgate::Toolset::new(Notes).tool(UpdateNoteTool);
/// ```
///
/// The function stays as it is. Beside it there is a type with its name, in camel case, and `Tool`: that is what a
/// [`Toolset`] takes. The doc comment is the description that the model reads.
///
/// The first parameter is the arguments; a tool may have none. Every other is taken from the call, see [`FromCall`]. The
/// return type is a `Result` of [`Json`], text or `()`, see [`ToolReturn`].
///
/// **Who may call** has to be said: exactly one of `public`, `authenticated`, or at least one demand. A caller has to meet
/// all of the demands.
///
/// | | |
/// | --- | --- |
/// | `public` | everyone, without a token too |
/// | `authenticated` | every caller with a valid token |
/// | `scopes_all = ["a", "b"]` | demands every one of these scopes |
/// | `scopes_any = ["a", "b"]` | demands one of these scopes |
/// | `roles = ["a", "b"]` | demands one of these roles |
/// | `tenant_field = "a.b[*].c"` | demands that this field of the arguments names the caller's tenant; `[*]` is every element of a list |
/// | `tenant_of = State::method` | with `tenant_field`: the field names a resource, and this method of a state finds its tenant |
///
/// **What the tool is**, for clients and people: `name = ".."` (by default that of the function), `title = ".."`, and what a
/// client may assume of it: `read_only`, `destructive`, `idempotent` and `open_world`, each `= true` or `= false`.
///
/// Besides: `audit_fields = ["a", "b.c"]`, the fields of the arguments that may stand in the audit record (by default none),
/// and `crate = path`, if `toolgate` is not found by its name.
pub use toolgate_macros::mcp_tool;
