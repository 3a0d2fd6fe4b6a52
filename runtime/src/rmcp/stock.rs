//! Tools that a server already has, written for `rmcp` and not with `#[mcp_tool]`.

use super::router::refused;
use super::{facts, until_cancelled};
use crate::call::Call;
use crate::error::{ArgumentsError, ConfigError, Error};
use crate::policy::Policy;
use crate::protected::Protected;
use crate::toolset::{Answer, Prepared, Stock, Tool, Toolset};
use ::rmcp::ErrorData;
use ::rmcp::handler::server::router::tool::{ToolRoute, ToolRouter};
use ::rmcp::handler::server::tool::ToolCallContext;
use ::rmcp::model::CallToolResponse;
use futures_util::future::BoxFuture;
use std::sync::Arc;

type StockResult = Result<CallToolResponse, ErrorData>;

impl<S> Toolset<S> {
    /// Puts every tool of an `rmcp` router under one policy. [`Router::new`](super::Router::new) then takes that router.
    ///
    /// Only what can be decided without the arguments: a tenant demand is not checked for these tools, so none must be in
    /// the policy.
    #[must_use]
    pub fn stock_tools<T: Send + Sync + 'static>(mut self, router: &ToolRouter<T>, policy: Policy) -> Self {
        let stock = router.list_all().into_iter().map(|tool| {
            let schema = tool.input_schema.as_ref().clone().into();
            Tool::stock(
                &tool.name,
                tool.description.unwrap_or_default(),
                schema,
                policy,
                Stock::Rmcp,
            )
        });
        self.tools.extend(stock);
        self
    }
}

/// A route that runs only if the gate lets it.
pub(super) fn guarded<S: Send + Sync + 'static>(
    protected: &Protected,
    route: ToolRoute<S>,
) -> Result<ToolRoute<S>, ConfigError> {
    let name = route.name();
    let tool = match protected.tool(name) {
        Some(tool) if matches!(tool.as_stock(), Some(Stock::Rmcp)) => Arc::clone(tool),
        Some(_) => {
            return Err(ConfigError::new(
                format!("`{name}` is a guarded tool and a tool of the router"),
                "give one of them another name",
            ));
        }
        None => {
            return Err(ConfigError::new(
                format!("nothing says who may call `{name}`, a tool of the router"),
                "add `.stock_tools(&router, Policy::AUTHENTICATED)`, or a stricter policy, to the toolset",
            ));
        }
    };
    if let Some(demand) = tool.policy.demand_on_arguments() {
        return Err(ConfigError::new(
            format!("the policy of `{name}` {demand}, which cannot be checked for a tool of a router"),
            "write the tool with `#[mcp_tool(..)]`",
        ));
    }
    let protected = protected.clone();
    let attr = route.attr.clone();
    let route = Arc::new(route);
    Ok(ToolRoute::new_dyn(attr, move |context: ToolCallContext<'_, S>| {
        let (protected, tool, route) = (protected.clone(), Arc::clone(&tool), Arc::clone(&route));
        Box::pin(async move {
            let request = context.request_context.clone();
            let facts = facts(&protected, Some(&tool), &request).await;
            let prepare = || {
                Ok::<_, ArgumentsError>(
                    Box::new(StockCall { route: &route, context }) as Box<dyn Prepared<StockResult> + '_>
                )
            };
            let call = protected.gate().call(&tool, protected.states(), facts, prepare);
            match until_cancelled(&request, call).await? {
                Ok(result) => result,
                Err(error) => refused(&error),
            }
        })
    }))
}

struct StockCall<'a, S> {
    route: &'a ToolRoute<S>,
    context: ToolCallContext<'a, S>,
}

impl<S: Send + Sync> Prepared<StockResult> for StockCall<'_, S> {
    fn run<'a>(self: Box<Self>, _: Call) -> BoxFuture<'a, Result<StockResult, Error>>
    where
        Self: 'a,
    {
        Box::pin(async move { Ok((self.route.call)(self.context).await) })
    }
}

impl Answer for StockResult {
    fn is_failure(&self) -> bool {
        match self {
            Ok(CallToolResponse::Complete(result)) => result.is_error == Some(true),
            Ok(_) => false,
            Err(_) => true,
        }
    }
}
