//! Guarded tools in a server of the `rmcp` SDK.
//!
//! [`Server`] is a whole server of guarded tools. A server that does more than tools takes [`router`] and [`list_tools`] into
//! its own `ServerHandler`, and needs [`Protected::layer`] before the HTTP service: without it nobody is authenticated, and only
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
//! [`Server::http_service`] is all of it as one tower service, layer included: `Router::new().fallback_service(..)` in axum.
//! To put the pieces together yourself, say for another session manager: the server goes into `rmcp`'s
//! `StreamableHttpService`, the service into a router at [`Protected::resource_path`], and the layer around the router. Call
//! `disable_allowed_hosts()` on the SDK's configuration then: it checks the `Host` header too, but knows only loopback names,
//! and the layer has already checked it against the gate's resource URL.

mod server;
mod stock;

pub use self::server::{HttpService, Server};

use crate::error::{ConfigError, Error};
use crate::gate::Facts;
use crate::layer::Admission;
use crate::output::Output;
use crate::protected::Protected;
use crate::toolset::Tool;
use ::rmcp::ErrorData;
use ::rmcp::RoleServer;
use ::rmcp::handler::server::router::tool::{ToolRoute, ToolRouter};
use ::rmcp::handler::server::tool::ToolCallContext;
use ::rmcp::model::{
    self, CacheScope, CallToolResult, ContentBlock, JsonObject, ListToolsResult, ProtocolVersion, ResultType,
    ToolAnnotations,
};
use ::rmcp::service::RequestContext;
use http::request::Parts;
use schemars::Schema;
use serde_json::Value;
use std::sync::Arc;

/// Every tool of `protected` as routes for a service `S`, each behind the gate; with the tools of a router that the service
/// already has.
///
/// 1. Each of the router's own tools has a policy, given by [`Toolset::stock_tools`](crate::Toolset::stock_tools). One without is a
///    [`ConfigError`]: a tool that nobody thought of must not be open.
/// 2. No tool of the router has the name of a guarded one.
pub fn router<S: Send + Sync + 'static>(
    protected: &Protected,
    stock: ToolRouter<S>,
) -> Result<ToolRouter<S>, ConfigError> {
    let mut router = ToolRouter::new();
    for route in stock {
        router.add_route(stock::guarded(protected, route)?);
    }
    for tool in protected.tools() {
        if tool.as_stock().is_none() {
            router.add_route(guarded(protected, tool));
        }
    }
    Ok(router)
}

/// The answer to `tools/list`: the tools of `router` that the caller could call with some arguments, in the order of the
/// toolset, for this caller's eyes only (MCP-60, MCP-61, MCP-62).
///
/// Put it into `ServerHandler::list_tools`: what `#[tool_handler]` writes there shows every tool to everyone, and says that
/// the answer may be cached for all.
pub async fn list_tools<S: Send + Sync + 'static>(
    protected: &Protected,
    router: &ToolRouter<S>,
    context: &RequestContext<RoleServer>,
) -> ListToolsResult {
    let facts = facts(protected, context).await;
    let callable = |tool: &&Tool| tool.policy.admit(facts.caller.as_ref()).into_result().is_ok();
    let callable = protected.tools().iter().filter(callable);
    let knows_caching = context
        .protocol_version()
        .is_some_and(|version| version >= ProtocolVersion::V_2026_07_28);
    ListToolsResult {
        result_type: Some(ResultType::COMPLETE),
        meta: None,
        next_cursor: None,
        ttl_ms: knows_caching.then_some(0),
        cache_scope: knows_caching.then_some(CacheScope::Private),
        tools: callable.filter_map(|tool| router.get(&tool.name).cloned()).collect(),
    }
}

fn guarded<S: Send + Sync + 'static>(protected: &Protected, tool: &Tool) -> ToolRoute<S> {
    let (protected, tool) = (protected.clone(), Arc::new(tool.clone()));
    ToolRoute::new_dyn(describe(&tool), move |context: ToolCallContext<'_, S>| {
        let (protected, tool) = (protected.clone(), Arc::clone(&tool));
        Box::pin(async move {
            let facts = facts(&protected, &context.request_context).await;
            let arguments = Value::Object(context.arguments.unwrap_or_default());
            let call = protected.run(&tool, facts, arguments);
            let result = until_cancelled(&context.request_context, call).await?;
            Ok(answer(result).into())
        })
    })
}

/// Runs a call until the client cancels it or goes away. The SDK only says so; dropping the call is what stops it.
async fn until_cancelled<T>(
    context: &RequestContext<RoleServer>,
    call: impl Future<Output = T>,
) -> Result<T, ErrorData> {
    tokio::select! {
        biased;
        () = context.ct.cancelled() => Err(ErrorData::internal_error("cancelled", None)),
        result = call => Ok(result),
    }
}

/// Who calls, and what else is known of the request.
///
/// 1. A request that came over HTTP is who the layer found it to be. Handlers run in another task than the layer, so that
///    comes in the extensions of the request. If it is not there, the layer was not, and nobody calls.
/// 2. Any other came over stdio or the like, and is the one caller of the process, if it was given one.
async fn facts(protected: &Protected, context: &RequestContext<RoleServer>) -> Facts {
    let mut facts = match context.extensions.get::<Parts>() {
        Some(parts) => Admission::facts(&parts.extensions, protected),
        None => protected.local_facts().await,
    };
    if facts.request_id.is_none() {
        facts.request_id = Some(context.id.to_string().into());
    }
    facts
}

fn answer(result: Result<Output, Error>) -> CallToolResult {
    match result {
        Ok(Output::Json(value)) => CallToolResult::structured(value),
        Ok(Output::Text(text)) => CallToolResult::success(vec![ContentBlock::text(text)]),
        Ok(Output::Empty) => CallToolResult::success(Vec::new()),
        Err(error) => CallToolResult::error(vec![ContentBlock::text(error.to_string())]),
    }
}

fn describe(tool: &Tool) -> model::Tool {
    let hints = tool.hints;
    let annotations = ToolAnnotations::from_raw(
        None,
        hints.read_only,
        hints.destructive,
        hints.idempotent,
        hints.open_world,
    );
    let mut described = model::Tool::new(
        tool.name.to_string(),
        tool.description.clone(),
        object(&tool.input_schema),
    );
    described.title = tool.title.map(str::to_owned);
    described.output_schema = tool.output_schema.as_ref().map(|schema| Arc::new(object(schema)));
    described.annotations = (annotations != ToolAnnotations::default()).then_some(annotations);
    described
}

fn object(schema: &Schema) -> JsonObject {
    schema.as_object().cloned().unwrap_or_default()
}
