//! Tools that a server already has, written for `rmcp` and not with `#[mcp_tool]`.

use super::router::refused;
use super::{facts, until_cancelled};
use crate::call::Call;
use crate::error::{ArgumentsError, ConfigError, Error};
use crate::owner::Owners;
use crate::policies::Policies;
use crate::policy::Policy;
use crate::protected::Protected;
use crate::stock::OnArguments;
use crate::supply::States;
use crate::tenant::FindTenants;
use crate::tool::Location;
use crate::toolset::{Answer, Prepared, Stock, Tool, Toolset};
use ::rmcp::ErrorData;
use ::rmcp::handler::server::router::tool::{ToolRoute, ToolRouter};
use ::rmcp::handler::server::tool::ToolCallContext;
use ::rmcp::model::{self, CallToolResponse};
use futures_util::future::BoxFuture;
use std::sync::Arc;

type StockResult = Result<CallToolResponse, ErrorData>;

impl<S> Toolset<S> {
    /// Puts every tool of an `rmcp` router under one policy. [`Router::new`](super::Router::new) then takes that router.
    ///
    /// The field of a tenant is a path into the arguments, of which nobody checks at compile time whether it is the right one: see
    /// [`Policies`].
    #[must_use]
    pub fn stock_tools<T: Send + Sync + 'static>(mut self, router: &ToolRouter<T>, policy: Policy) -> Self {
        let stock = router.list_all().into_iter().map(|tool| stock(tool, policy, None));
        self.tools.extend(stock);
        self
    }

    /// Puts every tool of an `rmcp` router under the policy of its name. [`Router::new`](super::Router::new) then takes that router.
    ///
    /// A tool without a policy, and a policy without a tool, make [`Gate::protect`](crate::Gate::protect) give a [`ConfigError`]. A
    /// policy for a tool that the router has disabled is none without a tool; such a tool cannot be called.
    #[must_use]
    pub fn stock_tools_by_name<T: Send + Sync + 'static>(mut self, router: &ToolRouter<T>, policies: Policies) -> Self {
        let is_known = |name: &str| router.map.contains_key(name);
        match policies.assign(router.list_all(), |tool| &tool.name, is_known) {
            Ok(assigned) => {
                let stock = assigned
                    .into_iter()
                    .map(|(tool, said)| stock(tool, said.policy, Some(said.location)));
                self.tools.extend(stock);
            }
            Err(flaw) => self.flaw = self.flaw.or(Some(flaw)),
        }
        self
    }
}

fn stock(tool: model::Tool, policy: Policy, location: Option<Location>) -> Tool {
    let schema = tool.input_schema.as_ref().clone().into();
    let description = tool.description.unwrap_or_default();
    Tool::stock(&tool.name, description, schema, policy, Stock::Rmcp, location)
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
                "add `.stock_tools(&router, Policy::AUTHENTICATED)`, or a stricter policy, to the toolset, \
                 or `.stock_tools_by_name(&router, policies)`",
            ));
        }
    };
    let demands = Arc::new(OnArguments::of(&tool)?);
    let protected = protected.clone();
    let mut attr = route.attr.clone();
    if let Some(told) = protected.told_scopes(&tool) {
        attr.meta.get_or_insert_default().0.extend(told);
    }
    let route = Arc::new(route);
    Ok(ToolRoute::new_dyn(attr, move |context: ToolCallContext<'_, S>| {
        let (protected, tool, route) = (protected.clone(), Arc::clone(&tool), Arc::clone(&route));
        let demands = Arc::clone(&demands);
        Box::pin(async move {
            let request = context.request_context.clone();
            let facts = facts(&protected, Some(&tool), &request).await;
            let prepare = || {
                let call = StockCall {
                    demands: &demands,
                    route: &route,
                    context,
                };
                Ok::<_, ArgumentsError>(Box::new(call) as Box<dyn Prepared<StockResult> + '_>)
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
    demands: &'a OnArguments,
    route: &'a ToolRoute<S>,
    context: ToolCallContext<'a, S>,
}

impl<S: Send + Sync> Prepared<StockResult> for StockCall<'_, S> {
    fn owners(&self) -> Owners<'_> {
        self.demands.owners(self.context.arguments.as_ref())
    }

    /// Of the very arguments that the tool is then called with.
    fn tenants<'a>(&'a self, _: &'a States) -> FindTenants<'a> {
        self.demands.tenants(self.context.arguments.as_ref())
    }

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
