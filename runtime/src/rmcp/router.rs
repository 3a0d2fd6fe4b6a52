//! Guarded tools as a router, for a server that does more than tools.

use super::stock;
use super::{facts, until_cancelled};
use crate::error::{ConfigError, Error};
use crate::output::Output;
use crate::protected::Protected;
use crate::toolset::Tool;
use ::rmcp::handler::server::router::tool::{ToolRoute, ToolRouter};
use ::rmcp::handler::server::tool::ToolCallContext;
use ::rmcp::model::{
    self, CallToolResponse, CallToolResult, ContentBlock, JsonObject, ListToolsResult, MetaObject, ToolAnnotations,
};
use ::rmcp::service::RequestContext;
use ::rmcp::{ErrorData, RoleServer};
use schemars::Schema;
use serde_json::Value;
use std::sync::Arc;

/// The tools of a toolset for a service `S`, each behind the gate, in the place of `rmcp`'s `ToolRouter`. No tool can be added
/// to it.
///
/// ```
/// use rmcp::handler::server::router::tool::ToolRouter;
/// use rmcp::model::{ListToolsResult, PaginatedRequestParams};
/// use rmcp::service::RequestContext;
/// use rmcp::{ErrorData, RoleServer, ServerHandler, tool_handler};
/// use toolgate::rmcp::Router;
/// use toolgate::{ConfigError, Protected};
///
/// struct Notes {
///     tools: Router<Self>,
/// }
///
/// impl Notes {
///     fn new(protected: &Protected) -> Result<Self, ConfigError> {
///         Ok(Self { tools: Router::new(protected, ToolRouter::new())? })
///     }
/// }
///
/// #[tool_handler(router = self.tools)]
/// impl ServerHandler for Notes {
///     // What `#[tool_handler]` would write shows every tool to everyone; with this router it does not compile.
///     async fn list_tools(
///         &self,
///         _: Option<PaginatedRequestParams>,
///         context: RequestContext<RoleServer>,
///     ) -> Result<ListToolsResult, ErrorData> {
///         Ok(self.tools.list_tools(&context).await)
///     }
///
///     // .. prompts, resources and whatever else the server has ..
/// }
/// ```
#[derive(Debug)]
pub struct Router<S> {
    protected: Protected,
    routes: ToolRouter<S>,
    /// What clients are told of each tool, in the order of the toolset.
    described: Vec<Option<model::Tool>>,
}

impl<S: Send + Sync + 'static> Router<S> {
    /// A router of these tools, and of those of a router that the service already has (`ToolRouter::new()` for none).
    ///
    /// 1. Each of the other router's tools has a policy, given by
    ///    [`Toolset::stock_tools`](crate::Toolset::stock_tools) or
    ///    [`Toolset::stock_tools_by_name`](crate::Toolset::stock_tools_by_name). One without is a [`ConfigError`]: a tool that nobody thought of
    ///    must not be open (R22).
    /// 2. None of them has the name of a guarded one.
    /// 3. Their policies demand nothing that cannot be checked, since nobody here reads arguments as those tools do.
    /// 4. No prompts and resources are under policies: only [`Guarded`](super::Guarded) sees to those.
    pub fn new(protected: &Protected, stock: ToolRouter<S>) -> Result<Self, ConfigError> {
        if !protected.entries().is_empty() {
            return Err(ConfigError::new(
                "prompts or resources are under policies, and a router has nothing but tools",
                "serve them with `toolgate::rmcp::Guarded::new(&protected, handler, router)`",
            )); // 4
        }
        Self::of_tools(protected, stock)
    }

    /// The same, for who sees to prompts and resources.
    pub(super) fn of_tools(protected: &Protected, stock: ToolRouter<S>) -> Result<Self, ConfigError> {
        let mut routes = ToolRouter::new();
        for route in stock {
            routes.add_route(stock::guarded(protected, route)?);
        }
        for tool in protected.tools() {
            if tool.as_stock().is_none() {
                routes.add_route(guarded(protected, tool));
            }
        }
        let described = protected.tools().iter().map(|tool| routes.get(&tool.name).cloned());
        Ok(Self {
            protected: protected.clone(),
            described: described.collect(),
            routes,
        })
    }

    /// Calls a tool through the gate; for `ServerHandler::call_tool`.
    pub async fn call(&self, context: ToolCallContext<'_, S>) -> Result<CallToolResponse, ErrorData> {
        if self.routes.get(&context.name).is_none() {
            // Over HTTP the layer answers this, and the call does not get here.
            let facts = facts(&self.protected, None, &context.request_context).await;
            self.protected.record_denial(None, &facts, "unknown_tool", &[], None);
        }
        self.routes.call(context).await
    }

    /// The definition of a tool; for `ServerHandler::get_tool`, which the SDK asks before it knows who calls.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&model::Tool> {
        self.routes.get(name)
    }

    /// The tools that the caller could call with some arguments, in the order of the toolset (MCP-60, MCP-61), and over HTTP those
    /// whose scopes the client can get ([`obtainable_scopes`](crate::GateBuilder::obtainable_scopes)); for
    /// `ServerHandler::list_tools`.
    pub async fn list_tools(&self, context: &RequestContext<RoleServer>) -> ListToolsResult {
        let facts = facts(&self.protected, None, context).await;
        let visible = self.protected.visible_tools(&facts);
        let described = visible.filter_map(|(place, _)| self.described.get(place)?.clone());
        // The SDK marks a list without further words as private, and as stale at once (MCP-62).
        ListToolsResult::with_all_items(described.collect())
    }
}

fn guarded<S: Send + Sync + 'static>(protected: &Protected, tool: &Arc<Tool>) -> ToolRoute<S> {
    let (protected, tool) = (protected.clone(), Arc::clone(tool));
    let mut described = describe(&tool);
    described.meta = protected.told_scopes(&tool).map(MetaObject);
    ToolRoute::new_dyn(described, move |context: ToolCallContext<'_, S>| {
        let (protected, tool) = (protected.clone(), Arc::clone(&tool));
        Box::pin(async move {
            let request = Arc::new(context.request_context);
            let mut facts = facts(&protected, Some(&tool), &request).await;
            facts.sdk_request = Some(request.clone());
            let arguments = Value::Object(context.arguments.unwrap_or_default());
            let call = protected.run(&tool, facts, arguments);
            let result = until_cancelled(&request, call).await?;
            answer(result)
        })
    })
}

fn answer(result: Result<Output, Error>) -> Result<CallToolResponse, ErrorData> {
    Ok(match result {
        Ok(Output::Json(value)) => CallToolResult::structured(value).into(),
        Ok(Output::Text(text)) => CallToolResult::success(vec![ContentBlock::text(text)]).into(),
        Ok(Output::Content(pieces)) => {
            CallToolResult::success(pieces.into_iter().map(ContentBlock::from).collect()).into()
        }
        Ok(Output::Empty) => CallToolResult::success(Vec::new()).into(),
        Err(error) => return refused(&error),
    })
}

/// What the client is told of an error that is not the tool's own. A hidden tool is answered as the SDK answers one that does not
/// exist.
pub(super) fn refused(error: &Error) -> Result<CallToolResponse, ErrorData> {
    let text = error.to_string();
    match error {
        Error::Hidden(_) => Err(ErrorData::invalid_params(text, None)),
        _ => Ok(CallToolResult::error(vec![ContentBlock::text(text)]).into()),
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
