//! Guarded tools in a server of the `rmcp` SDK.
//!
//! [`Server`] is a whole server of guarded tools. [`Guarded`] is one that has prompts and resources besides, with policies for them.
//! A server that wants to see to everything itself takes a [`Router`] into its own `ServerHandler`, and needs [`Protected::layer`] before the HTTP service: without it nobody is authenticated, and only
//! public tools run.
//!
//! ```
//! use toolgate::rmcp::Server;
//! use toolgate::{ConfigError, Protected};
//!
//! fn server(protected: &Protected) -> Result<Server, ConfigError> {
//!     Server::new(protected, "notes", env!("CARGO_PKG_VERSION"))
//! }
//! ```
//!
//! Tools that a server already has come as the SDK's router: [`#[policies]`](macro@crate::policies) above it says who may call them, or a
//! table does ([`Policies`](crate::Policies)).
//!
//! A guarded tool may take the SDK's `RequestContext<RoleServer>` as a parameter, or of it only the `Peer<RoleServer>`: to tell of progress,
//! and to ask the client for something. Whoever gets that far was admitted.
//!
//! ```
//! use rmcp::model::ProgressNotificationParam;
//! use rmcp::service::RequestContext;
//! use rmcp::{RoleServer, ServiceError};
//! use toolgate::{NoArguments, mcp_tool};
//!
//! /// Rebuilds the index.
//! #[mcp_tool(scopes_all = ["index:write"])]
//! async fn rebuild(_: NoArguments, request: RequestContext<RoleServer>) -> Result<(), ServiceError> {
//!     if let Some(token) = request.meta.get_progress_token() {
//!         let half = ProgressNotificationParam::new(token, 50.0).with_total(100.0);
//!         request.peer.notify_progress(half).await?;
//!     }
//!     Ok(())
//! }
//! ```
//!
//! [`Server::http_service`] is all of it as one tower service, layer included: `Router::new().fallback_service(..)` in axum.
//! To put the pieces together yourself, say for another session manager: the server goes into `rmcp`'s
//! `StreamableHttpService`, the service into a router at [`Protected::resource_path`], and the layer around the router. Call
//! `disable_allowed_hosts()` on the SDK's configuration then: it checks the `Host` header too, but knows only loopback names,
//! and the layer has already checked it against the gate's resource URL.
//!
//! Over stdio, `server.serve(rmcp::transport::stdio())` is all of it, and [`Protected::with_token`] says who calls. To stop
//! such a server, let its input end: the SDK then waits up to five seconds for the answers to what it has read. Its cancellation
//! token stops tools at once.

mod content;
mod guarded;
mod request;
mod router;
mod server;
mod stock;
mod streamable;

pub use self::guarded::{Guarded, GuardedService};
pub use self::router::Router;
pub use self::server::{HttpService, Server};
pub use self::streamable::Streamable;

use crate::gate::Facts;
use crate::layer::Admission;
use crate::protected::Protected;
use crate::toolset::Tool;
use ::rmcp::service::RequestContext;
use ::rmcp::{ErrorData, RoleServer};
use http::request::Parts;
use std::sync::Arc;

/// Runs a call until it is cancelled. The SDK only says so; dropping the call is what stops it.
///
/// 1. The client says so, or the session ends.
/// 2. Outside of a session, the client goes away. In one, of a protocol version before 2026-07-28, a lost connection is not to be taken
///    for a wish to cancel.
async fn until_cancelled<T>(
    context: &RequestContext<RoleServer>,
    call: impl Future<Output = T>,
) -> Result<T, ErrorData> {
    let admission = context
        .extensions
        .get::<Parts>()
        .and_then(|parts| parts.extensions.get::<Admission>());
    let gone = async {
        match admission {
            Some(admission) if !admission.has_session => admission.gone.wait().await,
            _ => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        () = context.ct.cancelled() => Err(ErrorData::internal_error("cancelled", None)), // 1
        () = gone => Err(ErrorData::internal_error("cancelled", None)), // 2
        result = call => Ok(result),
    }
}

/// Who calls this tool, or anything else, and what else is known of the request.
///
/// 1. A request that came over HTTP is who the layer found it to be. Handlers run in another task than the layer, so that
///    comes in the extensions of the request. If it is not there, the layer was not, and nobody calls.
/// 2. Any other came over stdio or the like, and is the one caller of the process, if it was given one.
async fn facts(protected: &Protected, tool: Option<&Arc<Tool>>, context: &RequestContext<RoleServer>) -> Facts {
    let request_id = || serde_json::to_string(&context.id).ok().map(Into::into);
    let Some(parts) = context.extensions.get::<Parts>() else {
        return protected.local_facts(tool, request_id()).await;
    };
    let mut facts = Admission::facts(&parts.extensions, protected);
    facts.request_id = facts.request_id.or_else(request_id);
    facts
}
