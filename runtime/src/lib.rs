//! Declaratively secured MCP tools.

// So that expansions of `#[mcp_tool]` in this crate's own tests find it by its public name.
extern crate self as toolgate;

pub mod audit;
pub mod error;
pub mod policy;
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
pub use crate::tool::{ToolArguments, ToolHandler, ToolSpec};
pub use crate::toolset::Toolset;
pub use crate::validator::Validator;
pub use toolgate_macros::mcp_tool;
