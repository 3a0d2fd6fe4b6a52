//! A whole `rmcp` server of guarded tools.

use super::{list_tools, router};
use crate::error::ConfigError;
use crate::protected::Protected;
use ::rmcp::handler::server::router::tool::ToolRouter;
use ::rmcp::handler::server::tool::ToolCallContext;
use ::rmcp::model::{
    CallToolRequestParams, CallToolResponse, Implementation, ListToolsResult, PaginatedRequestParams,
    ServerCapabilities, ServerConfig, Tool,
};
use ::rmcp::service::RequestContext;
use ::rmcp::{ErrorData, RoleServer, ServerHandler};
use std::sync::Arc;

/// An `rmcp` server whose tools are all behind the gate. Cheap to clone, so a session factory can give out clones.
#[derive(Debug)]
pub struct Server<S = ()> {
    inner: Arc<Inner<S>>,
}

#[derive(Debug)]
struct Inner<S> {
    protected: Protected,
    router: ToolRouter<S>,
    service: S,
    info: ServerConfig,
}

impl Server {
    /// A server of these tools. `name` and `version` are what it tells clients about itself.
    pub fn new(
        protected: &Protected,
        name: impl Into<String>,
        version: impl Into<String>,
    ) -> Result<Self, ConfigError> {
        Self::with_router(protected, name, version, (), ToolRouter::new())
    }
}

impl<S: Send + Sync + 'static> Server<S> {
    /// A server of these tools, and of the tools that `service` already has in a router. Each of those needs a policy:
    /// [`Toolset::stock_tools`](crate::Toolset::stock_tools).
    pub fn with_router(
        protected: &Protected,
        name: impl Into<String>,
        version: impl Into<String>,
        service: S,
        stock: ToolRouter<S>,
    ) -> Result<Server<S>, ConfigError> {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        Ok(Server {
            inner: Arc::new(Inner {
                protected: protected.clone(),
                router: router(protected, stock)?,
                service,
                info: ServerConfig::new(capabilities).with_server_info(Implementation::new(name, version)),
            }),
        })
    }
}

impl<S> Clone for Server<S> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<S: Send + Sync + 'static> ServerHandler for Server<S> {
    fn get_info(&self) -> ServerConfig {
        self.inner.info.clone()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let context = ToolCallContext::new(&self.inner.service, request, context);
        self.inner.router.call(context).await
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(list_tools(&self.inner.protected, &self.inner.router, &context).await)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.inner.router.get(name).cloned()
    }
}
