//! A server of your own, with its prompts and resources behind the gate like its tools.

mod ask;
mod handler;
mod lists;

use super::{Router, Streamable};
use crate::error::ConfigError;
use crate::layer::GateService;
use crate::protected::Protected;
use ::rmcp::handler::server::router::tool::ToolRouter;
use ::rmcp::service::RequestContext;
use ::rmcp::transport::streamable_http_server::StreamableHttpServerConfig;
use ::rmcp::{RoleServer, ServerHandler};
use std::fmt;
use std::sync::Arc;
use tower_layer::Layer as _;

/// An `rmcp` server: a handler of your own for prompts, resources and whatever else it has, with guarded tools and, for what the
/// toolset declares of them, guarded prompts and resources. Cheap to clone, so a session factory can give out clones.
///
/// The handler is written as if everyone could reach everything. Its tools are those of the toolset and of the router that is given
/// to [`new`](Self::new); what it has for `tools/call` and `tools/list` itself is not asked.
///
/// ```
/// use rmcp::handler::server::router::tool::ToolRouter;
/// use rmcp::model::{GetPromptRequestParams, GetPromptResponse, GetPromptResult, PromptMessage, Role};
/// use rmcp::service::RequestContext;
/// use rmcp::{ErrorData, RoleServer, ServerHandler};
/// use toolgate::rmcp::Guarded;
/// use toolgate::{ConfigError, Gate, Policy, ScopeToken, Toolset};
///
/// struct Notes;
///
/// impl ServerHandler for Notes {
///     async fn get_prompt(
///         &self,
///         _: GetPromptRequestParams,
///         _: RequestContext<RoleServer>,
///     ) -> Result<GetPromptResponse, ErrorData> {
///         Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, "Sum up my notes.")]).into())
///     }
///
///     // .. `list_prompts`, `read_resource` and so on, and `get_info` with their capabilities ..
/// }
///
/// const READ: Policy = Policy::AUTHENTICATED.scopes_all(&[ScopeToken::from_static("read:notes")]);
/// const MANAGE: Policy = READ.roles(&["manager"]);
///
/// fn app(gate: &Gate) -> Result<axum::Router, ConfigError> {
///     let tools = Toolset::new(())
///         .prompt("sum_up", READ)
///         .resource("notes://statistics", MANAGE)
///         .resource_template("notes://{id}", READ);
///     let server = Guarded::new(&gate.protect(tools)?, Notes, ToolRouter::new())?;
///     Ok(axum::Router::new().fallback_service(server.http_service()))
/// }
/// ```
///
/// What happens to a request:
///
/// 1. `prompts/get`, `resources/read`, `resources/subscribe`, `resources/unsubscribe` and `completion/complete` are decided by the
///    gate, by the policy of what they name, like a call of a tool: with the same two records, in which it is called
///    `prompt:NAME`, `resource:URI` or `template:TEMPLATE`.
/// 2. `subscriptions/listen` is decided for each resource that it names, before anything is sent about any. One that the caller may
///    not read ends it. If some are `fresh`, the token is validated anew once for all of them.
/// 3. Lists have what the caller gets to see, by the rules for tools, and no client may keep them for anybody else.
/// 4. Where nothing is declared about prompts, they need a caller and nothing else, and so do resources. That also holds for tasks, log
///    levels and requests of your own.
/// 5. What is part of the connection (`initialize`, `server/discover`, `ping`, notifications) goes to the handler.
/// 6. Requests of other methods, such as `skills/list` and `resources/directory/read`, are answered as not known.
///
/// Over HTTP the layer has answered before what can be said in its words: 401, 403 with a challenge for missing scopes, 429. What the
/// gate denies after that, and everything over stdio, is a JSON-RPC error, since prompts and resources have no error results.
pub struct Guarded<H> {
    inner: Arc<Inner<H>>,
}

struct Inner<H> {
    protected: Protected,
    router: Router<H>,
    handler: H,
}

/// A [`Guarded`] server over streamable HTTP, behind its gate's layer.
pub type GuardedService<H> = GateService<Streamable<Guarded<H>>>;

impl<H: ServerHandler> Guarded<H> {
    /// A server of this handler, of the guarded tools, and of the tools that the handler already has in a router
    /// (`ToolRouter::new()` for none). Each of those needs a policy: [`Toolset::stock_tools`](crate::Toolset::stock_tools).
    pub fn new(protected: &Protected, handler: H, stock: ToolRouter<H>) -> Result<Self, ConfigError> {
        Ok(Self {
            inner: Arc::new(Inner {
                protected: protected.clone(),
                router: Router::of_tools(protected, stock)?,
                handler,
            }),
        })
    }

    /// The server over streamable HTTP, behind the layer, as [`Server::http_service`](super::Server::http_service).
    #[must_use]
    pub fn http_service(&self) -> GuardedService<H> {
        self.http_service_with(StreamableHttpServerConfig::default())
    }

    /// The same, with settings of the SDK, as [`Server::http_service_with`](super::Server::http_service_with).
    #[must_use]
    pub fn http_service_with(&self, config: StreamableHttpServerConfig) -> GuardedService<H> {
        let service = Streamable::new(self, config);
        self.inner.protected.layer().endpoint_only().layer(service)
    }
}

impl<H> Clone for Guarded<H> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<H> fmt::Debug for Guarded<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protected = &self.inner.protected;
        f.debug_struct("Guarded")
            .field("protected", protected)
            .finish_non_exhaustive()
    }
}

type Context = RequestContext<RoleServer>;
