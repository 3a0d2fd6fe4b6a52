//! A whole `rmcp` server of guarded tools.

use super::{Router, Streamable};
use crate::error::ConfigError;
use crate::layer::GateService;
use crate::protected::Protected;
use ::rmcp::handler::server::router::tool::ToolRouter;
use ::rmcp::handler::server::tool::ToolCallContext;
use ::rmcp::model::{
    CallToolRequestParams, CallToolResponse, Implementation, ListToolsResult, PaginatedRequestParams,
    ServerCapabilities, ServerConfig, Tool,
};
use ::rmcp::service::RequestContext;
use ::rmcp::transport::streamable_http_server::StreamableHttpServerConfig;
use ::rmcp::{ErrorData, RoleServer, ServerHandler};
use std::sync::Arc;
use tower_layer::Layer as _;

/// An `rmcp` server whose tools are all behind the gate. Cheap to clone, so a session factory can give out clones.
#[derive(Debug)]
pub struct Server<S = ()> {
    inner: Arc<Inner<S>>,
}

#[derive(Debug)]
struct Inner<S> {
    protected: Protected,
    router: Router<S>,
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
    /// [`Toolset::stock_tools`](crate::Toolset::stock_tools) or [`Toolset::stock_tools_by_name`](crate::Toolset::stock_tools_by_name).
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
                router: Router::new(protected, stock)?,
                service,
                info: ServerConfig::new(capabilities).with_server_info(Implementation::new(name, version)),
            }),
        })
    }
}

/// A [`Server`] over streamable HTTP, behind its gate's layer.
pub type HttpService<S = ()> = GateService<Streamable<Server<S>>>;

impl<S: Send + Sync + 'static> Server<S> {
    /// The server over streamable HTTP, behind the layer: all that a web server needs, at the path of the resource URL.
    ///
    /// ```
    /// # fn app(server: &toolgate::rmcp::Server) -> axum::Router {
    /// axum::Router::new().fallback_service(server.http_service())
    /// # }
    /// ```
    #[must_use]
    pub fn http_service(&self) -> HttpService<S> {
        self.http_service_with(StreamableHttpServerConfig::default())
    }

    /// The same, with settings of the SDK. Those for hosts do not count: the layer checks hosts and origins, see
    /// [`allowed_host`](crate::GateBuilder::allowed_host).
    #[must_use]
    pub fn http_service_with(&self, config: StreamableHttpServerConfig) -> HttpService<S> {
        let service = Streamable::new(self, config);
        self.inner.protected.layer().endpoint_only().layer(service)
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
        Ok(self.inner.router.list_tools(&context).await)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.inner.router.get(name).cloned()
    }
}
