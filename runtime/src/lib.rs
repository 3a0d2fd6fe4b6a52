//! Declaratively secured MCP tools: say above the function who may call it.
//!
//! A tool is an `async fn` with [`#[mcp_tool(..)]`](macro@mcp_tool). A [`Toolset`] collects tools and the state they share. A
//! [`Gate`] knows whose tokens to believe. [`Gate::protect`] puts the one before the other, and what comes out,
//! [`Protected`], is all that an SDK's adapter takes: there is no other way to serve a guarded tool.
//!
//! # Declare
//!
//! ```
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//! use std::convert::Infallible;
//! use toolgate::{Caller, State, ToolError, Toolset, mcp_tool};
//!
//! #[derive(Deserialize, JsonSchema)]
//! struct DeleteNote {
//!     note: String,
//! }
//!
//! /// Deletes a note.
//! #[mcp_tool(scopes_all = ["notes:write"], tenant_field = "note", tenant_of = Notes::tenant_of, destructive = true)]
//! async fn delete_note(args: DeleteNote, notes: State<Notes>, caller: Caller) -> Result<String, ToolError> {
//!     // Here the caller has the scope, and the note is of the caller's tenant.
//!     notes.delete(&args.note);
//!     Ok(format!("{} deleted {}", caller.subject(), args.note))
//! }
//!
//! #[derive(Clone)]
//! struct Notes; // a store, say a pool of database connections
//!
//! impl Notes {
//!     /// `Ok(None)` is "no such note", an error is "could not find out". Both deny.
//!     async fn tenant_of(&self, note: &str) -> Result<Option<String>, Infallible> {
//!         Ok(note.split_once('-').map(|(tenant, _)| tenant.to_owned()))
//!     }
//!
//!     fn delete(&self, _: &str) {}
//! }
//!
//! let tools = Toolset::new(Notes).tool(DeleteNoteTool);
//! ```
//!
//! If several tools need several states, the toolset's state is a struct of all of them: see [`FromRef`].
//!
//! # Protect
//!
//! ```
//! use toolgate::{Algorithm, ConfigError, Gate, JwtValidator, Protected, Toolset};
//!
//! fn protect(tools: Toolset) -> Result<Protected, ConfigError> {
//!     let url = "https://mcp.example.com/mcp";
//!     let validator = JwtValidator::builder()
//!         .issuer("https://sso.example.com/realms/acme")
//!         .audience(url)
//!         .algorithm(Algorithm::Rs256)
//!         .build()?;
//!     let gate = Gate::builder().resource(url).validator(validator).build()?;
//!     gate.protect(tools)
//! }
//! # assert!(protect(Toolset::new(())).is_ok());
//! ```
//!
//! The resource URL is the public URL of the endpoint, as clients write it. Behind a reverse proxy that calls the server by
//! another name, add [`allowed_host`](GateBuilder::allowed_host); for pages in a browser,
//! [`allowed_origin`](GateBuilder::allowed_origin). [`ClaimMap`] says where an identity provider keeps roles and tenant.
//! A gate for tools that are all `public` is [`Gate::public_only`].
//!
//! # Serve
//!
//! With the feature `rmcp` or `pmcp`, the module of that name makes a server of it. `toolgate::rmcp::Server::http_service()` and
//! `toolgate::pmcp::Server::router()` are all that a web server needs. Inside them stands [`Protected::layer`], a tower layer:
//! it makes callers of tokens, and over HTTP the gate takes callers from nobody else. A server without the layer runs `public`
//! tools only.
//!
//! Over stdio there is one caller, whose token [`Protected::with_token`] takes from the environment.
//!
//! # What is checked when
//!
//! | when | what |
//! | --- | --- |
//! | compiling | that it is said who may call; that the demands do not contradict each other; that fields and lookups exist; that the state has what tools need; that gate and validator are complete |
//! | `build()`, [`protect`](Gate::protect) | that URLs, hosts and keys are well-formed; that tool names are, and are unique; that there is a validator if a tool needs one; that the gate and its toolset have the same catalogues, and tools keep to them; that no tool is a `shadow` unless the gate allows it; that a sink can tell what is written, if a tool is `audit_required` |
//! | a request, in the [`layer`] | host and origin; the token; that the body means one thing only; the policy's scopes, roles and login, to answer 401 and 403; the token once more, for a tool that is `fresh`; that a session is the caller's; the rate, to answer 429 |
//! | a call, in the gate | the policy again; that the token was validated anew, for a tool that is `fresh`; the rate, unless the layer has counted the call; the arguments; their owners and tenants; the tool's own check; then the decision is recorded (and has to be, for a tool that is `audit_required`), the tool runs, and the outcome is recorded |
//!
//! # What a client learns
//!
//! | situation | answer |
//! | --- | --- |
//! | a host or origin that is not known | 403, no challenge |
//! | no token where one is needed | 401, a challenge with the scopes |
//! | a token that is not valid here, whatever the reason | 401, `invalid_token`; only of sender-constrained tokens it says that they are not accepted |
//! | the issuer's keys cannot be had, or its word on a token | 503, `Retry-After` |
//! | a call could not be recorded, of a tool that is `audit_required` | 503, `Retry-After`; where there is no HTTP, an error result that says to try later |
//! | a scope is missing | 403, `insufficient_scope`, all scopes of the tool |
//! | no such role | 403, no challenge |
//! | a login that is too weak or too old | 401, `insufficient_user_authentication`, what is demanded of it (RFC 9470) |
//! | a tool that the caller does not see in the list, if the gate [hides](GateBuilder::hide_denied_tools) those | as for a tool that does not exist: 200, a JSON-RPC error; without a token 401, as for any name |
//! | a session of somebody else | 404 |
//! | too many calls of a tool with a rate | 429, `Retry-After`; where there is no HTTP, an error result that says how long to wait |
//! | too many refused tokens from one address, if that is limited | 429, `Retry-After` |
//! | somebody else's, another tenant's, denied by a check, or not there | 200, an error result, one text for all |
//! | wrong arguments | 200, an error result that says what is wrong |
//! | the tool failed | 200, an error result, opaque unless it is [`ToolError::public`] |
//!
//! `tools/list` has what the caller could call with some arguments. Over HTTP it also has the tools for which nothing is missing but
//! scopes that a client can get ([`GateBuilder::obtainable_scopes`]), so that it can ask for them.
//!
//! The [audit records](audit) say the rest. They always go to `tracing`, with the target `toolgate::audit`, and to every
//! sink that is given to [`GateBuilder::audit`]. [`Gate::flush`] is the last thing for a server to do.
//!
//! # Panics
//!
//! A panic in a tool, in a lookup or in a check becomes an error of that one call, and is recorded as one; one in a validator is
//! answered as if the issuer were out of reach. That needs unwinding: with
//! `panic = "abort"` a panic ends the process, as everywhere, and with it every other call.
//!
//! # Features
//!
//! None is on by default.
//!
//! - `rmcp`: guarded tools in a server of the [`rmcp`](https://docs.rs/rmcp) SDK.
//! - `pmcp`: guarded tools in a server of the [`pmcp`](https://docs.rs/pmcp) SDK.
//! - `introspection`: opaque tokens, about which the issuer is asked (RFC 7662): `IntrospectionValidator`.
//! - `redis`: instances share introspection answers, revocations and rates through Redis, which is believed in nothing: `SharedState`.
//! - `assertions`: claims and callers that no validator checked, for tests. `toolgate-testing` turns it on; nothing else
//!   should.
//!
//! # Where to find what
//!
//! | for | look at |
//! | --- | --- |
//! | writing tools | [`mcp_tool`](macro@mcp_tool), [`FromCall`], [`State`], [`Json`], [`ToolError`] |
//! | saying which scopes and roles there are | [`ScopeCatalog`](macro@ScopeCatalog), [`RoleCatalog`](macro@RoleCatalog), [`Granted`], [`TenantId`] |
//! | choosing and running a validator | [`guide`] |
//! | setting up a server | [`Gate`], [`JwtValidator`], [`Issuers`], [`Cached`], [`ClaimMap`], [`fetch::HttpFetch`], [`layer`] |
//! | watching it | [`audit`], [`metrics`], [`Gate::health`] |
//! | limiting it | [`RateLimit`], [`Rates`], [`GateBuilder::refused_tokens`] |
//! | reviewing it | [`docs`], the scope document; [`Policy`] |
//! | testing it | the crate `toolgate-testing`; [`Protected::call`], `Protected::call_fresh` |
//! | adopting tools that a server already has | [`policies`](macro@policies), [`Policies`] |
//! | extending it | [`Validator`], [`FromCall`], [`audit::AuditSink`], [`fetch::Fetch`], [`Clock`] |

#![cfg_attr(docsrs, feature(doc_cfg))]

// So that expansions of `#[mcp_tool]` in this crate's own tests find it by its public name.
extern crate self as toolgate;

pub mod audit;
pub mod docs;
pub mod error;
pub mod fetch;
pub mod guide;
pub mod layer;
pub mod metrics;
#[cfg(feature = "pmcp")]
pub mod pmcp;
pub mod policy;
#[cfg(feature = "rmcp")]
pub mod rmcp;
pub mod tool;
pub mod validator;

#[doc(hidden)]
pub mod __private;

#[cfg(any(feature = "rmcp", feature = "pmcp"))]
mod argument_path;
mod bad_tokens;
mod baseline;
mod bearer;
mod binding;
mod call;
mod caller;
mod catalog;
mod check;
mod claims;
mod clock;
mod config;
mod configured_keys;
mod content;
mod decision;
mod entries;
mod freshness;
mod gate;
mod granted;
mod health;
mod listing;
mod mirrored;
mod one_call;
mod origin;
mod output;
mod owner;
mod permit;
#[cfg(any(feature = "rmcp", feature = "pmcp"))]
mod policies;
mod protected;
mod proxies;
mod rate_limit;
mod rates;
mod resource;
mod resource_metadata;
mod revocation;
mod scope;
mod session;
#[cfg(feature = "redis")]
mod shared;
mod stdio;
#[cfg(any(feature = "rmcp", feature = "pmcp"))]
mod stock;
mod strict_json;
mod supply;
mod tenant;
mod told_scopes;
mod toolset;

pub use crate::bearer::BearerToken;
pub use crate::call::{CallContext, FromCall, FromPublicCall, State};
pub use crate::caller::{Actor, Caller, Principal, PrincipalKind};
pub use crate::catalog::{GrantedScope, RoleCatalog, RoleEntry, ScopeCatalog, ScopeEntry};
pub use crate::claims::Claims;
pub use crate::clock::{Clock, SystemClock};
pub use crate::config::GateBuilder;
pub use crate::content::Content;
pub use crate::decision::{Decision, Denial};
pub use crate::error::{ConfigError, Error, Limited, ToolError, Unavailable};
pub use crate::gate::Gate;
pub use crate::granted::{Granted, TenantId};
pub use crate::health::{Health, HealthSource, HealthStatus};
pub use crate::output::{Json, Output};
#[cfg(any(feature = "rmcp", feature = "pmcp"))]
pub use crate::policies::Policies;
pub use crate::policy::Policy;
pub use crate::protected::Protected;
pub use crate::rate_limit::{CountedPer, RateLimit};
pub use crate::rates::Rates;
pub use crate::revocation::{RevocationError, Revocations};
pub use crate::scope::ScopeToken;
#[cfg(all(feature = "redis", feature = "introspection"))]
pub use crate::shared::SharedIntrospection;
#[cfg(feature = "redis")]
pub use crate::shared::{SharedState, SharedStateBuilder};
pub use crate::stdio::TokenSource;
pub use crate::supply::FromRef;
pub use crate::tool::{NoArguments, ToolHandler};
pub use crate::toolset::Toolset;
#[cfg(feature = "introspection")]
pub use crate::validator::introspection::IntrospectionValidator;
pub use crate::validator::{Algorithm, Cached, ClaimMap, Issuers, JwtValidator, Validator};

/// Types and traits that stand in signatures, or in what `#[mcp_tool]` writes, and that hardly anyone has to name.
pub mod plumbing {
    pub use crate::bearer::{CredentialsError, MAX_TOKEN_BYTES};
    pub use crate::call::Call;
    pub use crate::check::{CheckReturn, Checked};
    pub use crate::config::{GivenResource, GivenValidator, HasResource, HasValidator, Missing};
    #[doc(hidden)]
    pub use crate::granted::Proof;
    pub use crate::output::{IntoJson, IntoOutput, IntoToolError, ToolReturn};
    pub use crate::owner::{OwnerField, Owners};
    #[cfg(feature = "rmcp")]
    pub use crate::supply::RmcpRequest;
    pub use crate::supply::{Needed, States, Supplies};
    pub use crate::tenant::{FindTenants, TenantField, TenantLookup, Tenants};
    pub use crate::tool::ToolArguments;
    pub use crate::toolset::{AddTo, Methods};
}

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
/// [`Toolset`] takes. The doc comment is the description that the model reads. The function is a free one, or part of an
/// `impl` with [`#[toolset]`](macro@toolset).
///
/// The first parameter is the arguments; a tool may have none. Every other is taken from the call, see [`FromCall`]. The
/// return type is a `Result` of [`Json`], text, [`Content`] or `()`, see [`ToolReturn`](plumbing::ToolReturn).
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
/// | `allow = any(all(..), ..)` | instead of these lists: demands scopes and roles in more than one way, as in `any(all(scope("a"), role("b")), role("c"))` |
/// | `acr = ["urn:a", "urn:b"]` | demands that the caller logged in by one of these authentication context classes (RFC 9470), the best first |
/// | `max_age = "15min"` | demands that the caller logged in no longer ago than this; units are `s`, `min`, `h` and `d` |
/// | `owner_field = "a.b[*].c"` | demands that this field of the arguments is the caller's subject, and the caller a user; a client in its own name owns nothing |
/// | `owner_unless = ["a", "b"]` | with `owner_field` and `tenant_field`: who holds one of these scopes need not be the owner, within the caller's tenant |
/// | `tenant_field = "a.b[*].c"` | demands that this field of the arguments names the caller's tenant; `[*]` is every element of a list |
/// | `tenant_of = State::method` | with `tenant_field`: the field names a resource, and this method of a state finds its tenant |
/// | `check = State::method` | demands that this method of a state allows the call |
///
/// A `check` decides last, when all else is met. It is `async fn method(&self, caller: &Caller, args: &Args) -> Decision`, or
/// returns a `Result` of one; `Args` is the type of the first parameter, [`NoArguments`] if there is none. An error denies, as
/// does a panic. The reason of a denial stands in the record, and is told to no client:
///
/// ```
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use toolgate::{Caller, Decision, State, ToolError, mcp_tool};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Publish {
///     note: String,
/// }
///
/// #[derive(Clone)]
/// struct Notes;
///
/// impl Notes {
///     async fn may_publish(&self, caller: &Caller, args: &Publish) -> Result<Decision, std::io::Error> {
///         Ok(if args.note.starts_with("draft") && caller.has_role("editor") {
///             Decision::Allow
///         } else {
///             Decision::deny("only editors publish, and only drafts")
///         })
///     }
/// }
///
/// /// Publishes a note.
/// #[mcp_tool(scopes_all = ["notes:write"], check = Notes::may_publish)]
/// async fn publish(args: Publish, notes: State<Notes>) -> Result<(), ToolError> {
///     Ok(())
/// }
///
/// let tools = toolgate::Toolset::new(Notes).tool(PublishTool);
/// ```
///
/// Beside it may stand `fresh`, for what should not be done on the strength of an old answer: each call has the token validated
/// anew ([`Validator::validate_anew`]), and never from a cache. When that cannot be done, nobody may call. Only a caller who
/// meets the demands has it done. What it shows depends on the validator: one that introspects asks the issuer whether the token
/// was revoked, and so does a [`JwtValidator`] with `introspect_anew`. Without that it checks the signature again, with keys that
/// are at most a minute old (`fresh_keys`): that sees no revocation but those in [`Revocations`].
///
/// And `rate_limit`, how many calls are let through: `"30/min"` is 30 in a minute, or one every two seconds, for each subject of each
/// tenant. The unit is `s`, `min` or `h`. Who calls too often is told when to come again. See [`RateLimit`].
///
/// | | |
/// | --- | --- |
/// | `rate_limit = "30/min"` | counted for each subject of each tenant; all 30 may come at once |
/// | `rate_limit = "30/min, burst 10"` | not more than 10 at once |
/// | `rate_limit = "30/min per client"` | counted together for all who come through one client, in each tenant |
/// | `rate_limit = "30/min per tool"` | counted together for all; a `public` tool takes no other |
///
/// And `audit_required`, for what must never happen unseen: no record, no call. The tool runs only once every [audit sink](audit::AuditSink)
/// has the record of the decision, and has it written, if it can tell. If one fails, or has not said so in 0.7 seconds, the call is
/// denied for now, with 503 over HTTP. Tools without it go on. [`Gate::protect`] refuses such a tool unless a sink can tell that a
/// record is written, as [`QueuedLines`](audit::QueuedLines) can.
///
/// Beside scopes or roles may stand `shadow`, to try them out on a server that is in use: who lacks them is let through, and the
/// record says `would_deny`, why, and what is missing. Nothing else is weakened: not the token, the tenant, or that it is validated
/// anew. The gate has to be told ([`GateBuilder::allow_shadow`]), and warns at every start.
///
/// **What the tool is**, for clients and people: `name = ".."` (by default that of the function), `title = ".."`, and what a
/// client may assume of it: `read_only`, `destructive`, `idempotent` and `open_world`, each `= true` or `= false`.
///
/// **Which names there are** can be an enum, a catalogue: see [`ScopeCatalog`](macro@ScopeCatalog) and
/// [`RoleCatalog`](macro@RoleCatalog). Then the lists may have its variants, as in `scopes_all = [Scope::Write]`. `catalog =
/// Scope` and `role_catalog = Role` check strings as well: one that is not in the catalogue does not compile.
///
/// Besides: `audit_fields = ["a", "b.c"]`, the fields of the arguments that may stand in the audit record (by default none),
/// and `crate = path`, if `toolgate` is not found by its name.
pub use toolgate_macros::mcp_tool;

/// Makes a catalogue of scopes of an enum: a variant for each scope, and which of them imply which.
///
/// ```
/// use toolgate::{ScopeCatalog, mcp_tool};
///
/// #[derive(ScopeCatalog)]
/// enum Scope {
///     /// Reads notes.
///     #[scope("notes:read", baseline)]
///     Read,
///     /// Creates and changes notes.
///     #[scope("notes:write", implies(Read))]
///     Write,
///     /// Does whatever can be done with notes.
///     #[scope("notes:admin", implies(Write), sensitive, admin_consent)]
///     Admin,
/// }
///
/// /// Deletes everything.
/// #[mcp_tool(scopes_all = [Scope::Admin])]
/// async fn reset() -> Result<(), toolgate::ToolError> {
///     Ok(())
/// }
///
/// assert_eq!(Scope::Write.token().as_str(), "notes:write");
/// ```
///
/// The doc comment of a variant tells people what the scope is for. After the scope itself may stand
///
/// | | |
/// | --- | --- |
/// | `implies(A, B)` | whoever holds it holds these, too, and what they imply |
/// | `baseline` | a client should ask for it at first (`scopes_supported`) |
/// | `sensitive` | it should not be granted lightly |
/// | `admin_consent` | users cannot consent to it, only an administrator can |
///
/// What implies what counts at a gate that is told of the catalogue, by [`GateBuilder::scopes`]; its toolset is told, too, by
/// [`Toolset::scopes`], and the scope document says so.
///
/// **In tools** a variant stands in the lists of scopes, with the enum before it: `scopes_all = [Scope::Write]`. Strings are
/// checked by `catalog = Scope`. A list that says what follows anyway does not compile.
///
/// **As types.** Beside the enum there is a module of its name in snake case (`scope`) with a type for each variant, for
/// [`Granted`]. There is also a hidden macro of the enum's name, by which tools find it; a `use` of the enum brings it along,
/// from other modules and crates too. The name that `catalog` says has to be the enum's own or one made by `use .. as ..`; a
/// `type` has no macro.
///
/// Above the enum may stand `#[scope(crate = path)]`, if `toolgate` is not found by its name.
pub use toolgate_macros::ScopeCatalog;

/// Makes a catalogue of roles of an enum: a variant for each role, and which of them imply which.
///
/// ```
/// use toolgate::{RoleCatalog, mcp_tool};
///
/// #[derive(RoleCatalog)]
/// enum Role {
///     /// Runs the notes of a team.
///     #[role("manager")]
///     Manager,
///     /// Runs the server.
///     #[role("admin", implies(Manager))]
///     Admin,
/// }
///
/// /// Closes the notes of a team.
/// #[mcp_tool(roles = [Role::Manager])]
/// async fn close() -> Result<(), toolgate::ToolError> {
///     Ok(())
/// }
///
/// assert_eq!(Role::Admin.role(), "admin");
/// ```
///
/// What implies what counts at a gate that is told of the catalogue, by [`GateBuilder::roles`] and [`Toolset::roles`]. In
/// everything else it is like [`ScopeCatalog`](macro@ScopeCatalog), but that a role has no flags and no type. In tools, strings
/// among the roles are checked by `role_catalog = Role`.
pub use toolgate_macros::RoleCatalog;

/// Makes guarded tools of methods, and says once what all of them demand.
///
/// ```
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use std::convert::Infallible;
/// use toolgate::{Caller, Toolset, toolset};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct DeleteNote {
///     note: String,
/// }
///
/// #[derive(Clone)]
/// struct Notes; // a store, say a pool of database connections
///
/// #[toolset(scopes_all = ["notes:read"], tenant_of = Self::tenant_of)]
/// impl Notes {
///     /// Tells how many notes there are.
///     #[mcp_tool(read_only = true)]
///     async fn count(&self) -> Result<String, Infallible> {
///         Ok("3".to_owned())
///     }
///
///     /// Deletes a note.
///     #[mcp_tool(scopes_all = ["notes:write"], tenant_field = "note", destructive = true)]
///     async fn delete(&self, args: DeleteNote, caller: Caller) -> Result<String, Infallible> {
///         // Here the caller has both scopes, and the note is of the caller's tenant.
///         Ok(format!("{} deleted {}", caller.subject(), args.note))
///     }
///
///     async fn tenant_of(&self, note: &str) -> Result<Option<String>, Infallible> {
///         Ok(note.split_once('-').map(|(tenant, _)| tenant.to_owned()))
///     }
/// }
///
/// let tools = Toolset::new(Notes).tools::<Notes>();
/// ```
///
/// Every function in the `impl` with [`#[mcp_tool(..)]`](macro@mcp_tool) is a tool, without a `use` of that; everything else
/// stays as it is. Of the method `delete` of `Notes` comes the type `NotesDeleteTool`, which is as visible as the method.
/// [`Toolset::tools`] adds all tools of the type, and so forgets none; `.tool(NotesDeleteTool)` adds one alone. Clients know
/// the tool as `delete`, or as its `name = ".."` says. Names that are taken are refused by [`Gate::protect`], which tells
/// both places.
///
/// A method takes `&self`: the state `Notes`, of which the toolset keeps one for all calls. So the toolset's state has to give
/// it, as for a parameter [`State<Notes>`](State). A function without `self` takes what free functions take. `Self` may stand
/// in signatures and attributes.
///
/// The `impl` is that of a struct or an enum, and not generic; for a generic type, name what it is for, as in
/// `impl Notes<Database>`. A type has one toolset.
///
/// **In the parentheses** stands what all tools have in common: demands, `authenticated`, `fresh`, `audit_required`, how tools behave,
/// `audit_fields` and `crate`. A tool may demand more, and never less:
///
/// | said of the toolset | what a tool may say besides |
/// | --- | --- |
/// | `scopes_all` | more scopes: all are demanded |
/// | `scopes_any`, `roles` | fewer of them, or what implies them by the catalogue of the names, so a narrower choice; for `scopes_any`, one of them in `scopes_all` |
/// | `authenticated` | any demand |
/// | `tenant_field`, `fresh` | nothing: it holds for each tool |
/// | `tenant_of` | a `tenant_field`, whose tenant is looked up so |
/// | `read_only`, `destructive`, `idempotent`, `open_world` | otherwise |
/// | `audit_fields` | more fields |
/// | `audit_required` | nothing: it holds for each tool; under `audit_required = false`, `audit_required` |
///
/// What a method demands in place of what it implies holds only where the gate counts that: behind a gate whose catalogue does not say
/// so, or without one, [`Gate::protect`] refuses the method.
///
/// `public` under any demand of the toolset is a mistake, and so is saying again what the toolset says. No toolset is `public`:
/// each public tool says so itself.
pub use toolgate_macros::toolset;

/// Says who may call the tools of an `impl` with `rmcp`'s `#[tool_router]`.
///
/// ```
/// use rmcp::handler::server::wrapper::Parameters;
/// use rmcp::{tool, tool_router};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use toolgate::rmcp::Server;
/// use toolgate::{ConfigError, Gate, Toolset, policies};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct UpdateNote {
///     tenant: String,
///     text: String,
/// }
///
/// struct Notes;
///
/// #[policies]
/// #[tool_router]
/// impl Notes {
///     #[tool(description = "Tells how many notes there are")]
///     #[policy(authenticated)]
///     fn count_notes(&self) -> String {
///         "3".to_owned()
///     }
///
///     #[tool(name = "update_note", description = "Replaces the text of a note")]
///     #[policy(scopes_all = ["notes:write"], tenant_field = "tenant")]
///     async fn update(&self, Parameters(args): Parameters<UpdateNote>) -> String {
///         // Here the caller has the scope, and the tenant is the caller's.
///         args.text
///     }
/// }
///
/// fn server(gate: &Gate) -> Result<Server<Notes>, ConfigError> {
///     let router = Notes::tool_router();
///     let tools = Toolset::new(()).stock_tools_by_name(&router, Notes::tool_policies());
///     Server::with_router(&gate.protect(tools)?, "notes", "1", Notes, router)
/// }
/// ```
///
/// The tools stay as they are. `#[policy(..)]` is taken off them and, with the name that clients call the tool by, becomes part of the
/// table that `tool_policies()` returns: see [`Policies`]. A tool without a policy does not compile, and neither does a
/// `#[policy(..)]` without `#[policies]`.
///
/// A policy says what [`#[mcp_tool]`](macro@mcp_tool) says about who may call, with the same checks, but for two things. Where that
/// asks for the arguments as types, as `tenant_of`, `check` and `audit_fields` do, write the tool with `#[mcp_tool]`. And `tenant_field`
/// and `owner_field` are paths into the JSON that the client sends: **nobody checks at compile time** that the tool reads those fields.
/// A call without them, or with something else than a text in them, is denied.
///
/// `#[policies]` stands above `#[tool_router]`. The server is one of toolgate's, or has its [`Router`](rmcp::Router): the SDK's own would
/// know nothing of the policies.
///
/// In the parentheses of `#[policies(..)]` may stand `table = name`, another name for the function, `vis = ".."`, how visible it is (by
/// default as little as the SDK's `tool_router()`), and `crate = path`, if `toolgate` is not found by its name.
#[cfg(feature = "rmcp")]
pub use toolgate_macros::policies;

/// Says who may call a tool that is written for `rmcp`, in an `impl` with [`#[policies]`](macro@policies), which reads it. Anywhere
/// else it is a mistake.
#[cfg(feature = "rmcp")]
pub use toolgate_macros::policy;
