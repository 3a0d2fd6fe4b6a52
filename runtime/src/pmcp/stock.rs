//! Tools that a server already has, written for `pmcp` and not with `#[mcp_tool]`.

use super::auth::Provider;
use super::tools::{Desk, rejected};
use crate::call::Call;
use crate::error::{ArgumentsError, ConfigError, Error};
use crate::owner::Owners;
use crate::policies::Policies;
use crate::policy::Policy;
use crate::stock::OnArguments;
use crate::supply::States;
use crate::tenant::FindTenants;
use crate::tool::Location;
use crate::toolset::{Answer, Prepared, Stock, Tool, Toolset};
use ::pmcp::server::ToolOutput;
use ::pmcp::types::ToolInfo;
use ::pmcp::{RequestHandlerExtra, ToolHandler};
use async_trait::async_trait;
use futures_util::future::BoxFuture;
use schemars::Schema;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// A handler that was written for the SDK.
#[derive(Clone)]
pub(crate) struct StockHandler(Arc<dyn ToolHandler>);

impl fmt::Debug for StockHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StockHandler(..)")
    }
}

impl<S> Toolset<S> {
    /// Adds a tool that was written for `pmcp`, under a policy. [`Tools`](crate::pmcp::Tools) hands it over with the others, so
    /// the builder must not get it another way.
    ///
    /// The field of a tenant is a path into the arguments, of which nobody checks at compile time whether it is the right one: see
    /// [`Policies`].
    #[must_use]
    pub fn stock_pmcp_tool(self, name: &str, handler: Arc<dyn ToolHandler>, policy: Policy) -> Self {
        self.add_stock(name, handler, policy, None)
    }

    fn add_stock(
        mut self,
        name: &str,
        handler: Arc<dyn ToolHandler>,
        policy: Policy,
        location: Option<Location>,
    ) -> Self {
        let info = handler.metadata();
        let schema = info
            .as_ref()
            .and_then(|info| Schema::try_from(info.input_schema.clone()).ok());
        let description = info.and_then(|info| info.description).unwrap_or_default();
        let stock = Stock::Pmcp(StockHandler(handler));
        let tool = Tool::stock(
            name,
            description.into(),
            schema.unwrap_or_default(),
            policy,
            stock,
            location,
        );
        self.tools.push(tool);
        self
    }

    /// Adds the tools of a `pmcp` server, ordered by name, all under one policy; for tools that come as a `pmcp::McpServer`.
    ///
    /// The SDK does not show tools without metadata, so those are not added, and cannot be called.
    #[must_use]
    pub fn stock_pmcp_tools(self, server: &::pmcp::Server, policy: Policy) -> Self {
        let (shown, _) = server.build_expansion_registries();
        let tools = by_name(server, shown.keys());
        tools.into_iter().fold(self, |toolset, (name, handler)| {
            toolset.stock_pmcp_tool(name, Arc::clone(handler), policy)
        })
    }

    /// Adds the tools of a `pmcp` server, ordered by name, each under the policy of its name; for tools that come as a
    /// `pmcp::McpServer`.
    ///
    /// A tool without a policy, and a policy without a tool, make [`Gate::protect`](crate::Gate::protect) give a [`ConfigError`]. The
    /// SDK does not show tools without metadata, so those are not added, and cannot be called.
    #[must_use]
    pub fn stock_pmcp_tools_by_name(mut self, server: &::pmcp::Server, policies: Policies) -> Self {
        let (shown, _) = server.build_expansion_registries();
        let tools = by_name(server, shown.keys());
        match policies.assign(tools, |(name, _)| name, |name| shown.contains_key(name)) {
            Ok(assigned) => assigned.into_iter().fold(self, |tools, ((name, handler), said)| {
                tools.add_stock(name, Arc::clone(handler), said.policy, Some(said.location))
            }),
            Err(flaw) => {
                self.flaw = self.flaw.or(Some(flaw));
                self
            }
        }
    }
}

/// The tools of these names, ordered by name.
fn by_name<'a>(
    server: &'a ::pmcp::Server,
    names: impl Iterator<Item = &'a Arc<str>>,
) -> Vec<(&'a Arc<str>, &'a Arc<dyn ToolHandler>)> {
    let mut tools: Vec<_> = names.filter_map(|name| Some((name, server.get_tool(name)?))).collect();
    tools.sort_by_key(|(name, _)| *name);
    tools
}

/// A handler of the SDK that runs only if the gate lets it.
pub(super) struct GuardedStock {
    desk: Desk,
    provider: Provider,
    tool: Arc<Tool>,
    demands: OnArguments,
    handler: Arc<dyn ToolHandler>,
}

impl GuardedStock {
    pub(super) fn new(desk: &Desk, tool: &Arc<Tool>, handler: &StockHandler) -> Result<Self, ConfigError> {
        Ok(Self {
            demands: OnArguments::of(tool)?,
            desk: desk.clone(),
            provider: Provider::new(&desk.protected, desk.callers),
            tool: Arc::clone(tool),
            handler: Arc::clone(&handler.0),
        })
    }

    /// The handler is told of the caller that the gate decides about. The SDK asked who calls before that: a token that was
    /// validated anew since may say less.
    async fn run<T>(&self, arguments: Value, mut extra: RequestHandlerExtra) -> ::pmcp::Result<T>
    where
        ::pmcp::Result<T>: Answer,
        for<'a> StockCall<'a>: Prepared<::pmcp::Result<T>>,
    {
        let facts = self.desk.facts(&self.tool, &extra).await;
        extra.auth_context = Some(self.provider.told(facts.caller.as_ref()));
        let call = StockCall {
            demands: &self.demands,
            handler: &*self.handler,
            arguments,
            extra: extra.clone(),
        };
        let prepare = || Ok::<_, ArgumentsError>(Box::new(call) as Box<dyn Prepared<::pmcp::Result<T>> + '_>);
        let protected = &self.desk.protected;
        let call = protected.gate().call(&self.tool, protected.states(), facts, prepare);
        let result = self.desk.until_cancelled(&extra, call).await?;
        result.map_err(|error| rejected(&error))?
    }
}

#[async_trait]
impl ToolHandler for GuardedStock {
    async fn handle(&self, arguments: Value, extra: RequestHandlerExtra) -> ::pmcp::Result<Value> {
        Box::pin(self.run(arguments, extra)).await
    }

    async fn handle_output(&self, arguments: Value, extra: RequestHandlerExtra) -> ::pmcp::Result<ToolOutput> {
        Box::pin(self.run(arguments, extra)).await
    }

    /// Under the name of the toolset: it is what clients are told, and what lists are cut down by.
    fn metadata(&self) -> Option<ToolInfo> {
        let bare = || ToolInfo::new("", None, serde_json::json!({"type": "object"}));
        let mut info = self.handler.metadata().unwrap_or_else(bare);
        info.name = self.tool.name.to_string();
        if let Some(told) = self.desk.protected.told_scopes(&self.tool) {
            info._meta.get_or_insert_default().extend(told);
        }
        Some(info)
    }
}

/// A call that only the tool itself can read.
struct StockCall<'h> {
    demands: &'h OnArguments,
    handler: &'h dyn ToolHandler,
    arguments: Value,
    extra: RequestHandlerExtra,
}

impl StockCall<'_> {
    fn owners_named(&self) -> Owners<'_> {
        self.demands.owners(self.arguments.as_object())
    }

    /// Of the very arguments that the tool is then called with.
    fn tenants_named(&self) -> FindTenants<'_> {
        self.demands.tenants(self.arguments.as_object())
    }
}

impl Prepared<::pmcp::Result<Value>> for StockCall<'_> {
    fn owners(&self) -> Owners<'_> {
        self.owners_named()
    }

    fn tenants<'a>(&'a self, _: &'a States) -> FindTenants<'a> {
        self.tenants_named()
    }

    fn run<'a>(self: Box<Self>, _: Call) -> BoxFuture<'a, Result<::pmcp::Result<Value>, Error>>
    where
        Self: 'a,
    {
        Box::pin(async move { Ok(self.handler.handle(self.arguments, self.extra).await) })
    }
}

impl Prepared<::pmcp::Result<ToolOutput>> for StockCall<'_> {
    fn owners(&self) -> Owners<'_> {
        self.owners_named()
    }

    fn tenants<'a>(&'a self, _: &'a States) -> FindTenants<'a> {
        self.tenants_named()
    }

    fn run<'a>(self: Box<Self>, _: Call) -> BoxFuture<'a, Result<::pmcp::Result<ToolOutput>, Error>>
    where
        Self: 'a,
    {
        Box::pin(async move { Ok(self.handler.handle_output(self.arguments, self.extra).await) })
    }
}

impl Answer for ::pmcp::Result<Value> {
    fn is_failure(&self) -> bool {
        self.is_err()
    }
}

impl Answer for ::pmcp::Result<ToolOutput> {
    fn is_failure(&self) -> bool {
        match self {
            Ok(ToolOutput::Result(result)) => result.is_error,
            Ok(_) => false,
            Err(_) => true,
        }
    }
}
