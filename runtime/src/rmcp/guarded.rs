//! A server of your own, with its prompts and resources behind the gate like its tools.

mod ask;
mod lists;

use super::{Router, Streamable};
use crate::entries::Subject;
use crate::error::ConfigError;
use crate::layer::GateService;
use crate::protected::Protected;
use ::rmcp::handler::server::router::tool::ToolRouter;
use ::rmcp::handler::server::tool::ToolCallContext;
use ::rmcp::model::{
    CallToolRequestParams, CallToolResponse, CancelTaskParams, CancelledNotificationParam, CompleteRequestParams,
    CompleteResult, CustomNotification, CustomRequest, CustomResult, DiscoverResult, GetPromptRequestParams,
    GetPromptResponse, GetTaskParams, GetTaskResult, InitializeRequestParams, InitializeResult, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ProgressNotificationParam, ProtocolVersion, ReadResourceRequestParams, ReadResourceResponse, Reference,
    ServerConfig, SubscribeRequestParams, SubscriptionFilter, Tool, UnsubscribeRequestParams, UpdateTaskParams,
};
use ::rmcp::service::{NotificationContext, RequestContext, SubscriptionContext};
use ::rmcp::transport::streamable_http_server::StreamableHttpServerConfig;
use ::rmcp::{ErrorData, RoleServer, ServerHandler};
use std::borrow::Cow;
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
///    not read ends it.
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

/// Every method that is let through is written here. One that the SDK will have some day, and this does not know, is answered by its
/// default: that there is no such method.
#[expect(
    deprecated,
    reason = "clients of older protocol versions subscribe and set levels like this"
)]
impl<H: ServerHandler> ServerHandler for Guarded<H> {
    fn get_info(&self) -> ServerConfig {
        let mut info = self.inner.handler.get_info();
        info.capabilities.tools.get_or_insert_default();
        info
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        self.inner.handler.supported_protocol_versions()
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: Context,
    ) -> Result<InitializeResult, ErrorData> {
        let mut result = self.inner.handler.initialize(request, context).await?;
        result.capabilities.tools.get_or_insert_default();
        Ok(result)
    }

    async fn discover(&self, context: Context) -> Result<DiscoverResult, ErrorData> {
        let mut result = self.inner.handler.discover(context).await?;
        result.capabilities.tools.get_or_insert_default();
        Ok(result)
    }

    async fn ping(&self, context: Context) -> Result<(), ErrorData> {
        self.inner.handler.ping(context).await
    }

    async fn call_tool(&self, request: CallToolRequestParams, context: Context) -> Result<CallToolResponse, ErrorData> {
        let context = ToolCallContext::new(&self.inner.handler, request, context);
        self.inner.router.call(context).await
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(self.inner.router.list_tools(&context).await)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.inner.router.get(name).cloned()
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        let subject = Subject::Prompt(request.name.clone());
        let run = |context| self.inner.handler.get_prompt(request, context);
        self.ask("prompts/get", &subject, context, run).await
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListPromptsResult, ErrorData> {
        let run = |context| self.inner.handler.list_prompts(request, context);
        self.list(context, run).await
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListResourcesResult, ErrorData> {
        let run = |context| self.inner.handler.list_resources(request, context);
        self.list(context, run).await
    }

    async fn list_resource_templates(
        &self,
        request: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let run = |context| self.inner.handler.list_resource_templates(request, context);
        self.list(context, run).await
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let subject = Subject::Resource(request.uri.clone());
        let run = |context| self.inner.handler.read_resource(request, context);
        let response = self.ask("resources/read", &subject, context, run).await?;
        Ok(self.kept_apart(&subject, response))
    }

    async fn complete(&self, request: CompleteRequestParams, context: Context) -> Result<CompleteResult, ErrorData> {
        let subject = match &request.r#ref {
            Reference::Prompt(prompt) => Subject::Prompt(prompt.name.clone()),
            Reference::Resource(resource) => Subject::Reference(resource.uri.clone()),
            _ => {
                return Err(ErrorData::invalid_params(
                    "what is to be completed is not known here",
                    None,
                ));
            }
        };
        let run = |context| self.inner.handler.complete(request, context);
        self.ask("completion/complete", &subject, context, run).await
    }

    async fn subscribe(&self, request: SubscribeRequestParams, context: Context) -> Result<(), ErrorData> {
        let subject = Subject::Resource(request.uri.clone());
        let run = |context| self.inner.handler.subscribe(request, context);
        self.ask("resources/subscribe", &subject, context, run).await
    }

    async fn unsubscribe(&self, request: UnsubscribeRequestParams, context: Context) -> Result<(), ErrorData> {
        let subject = Subject::Resource(request.uri.clone());
        let run = |context| self.inner.handler.unsubscribe(request, context);
        self.ask("resources/unsubscribe", &subject, context, run).await
    }

    /// The SDK asks before it says who subscribes, and tells the client the answer. So nothing is in it that was not declared.
    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        let requested = self.declared_only(requested);
        self.inner.handler.accepted_subscription_filter(&requested)
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        self.admit_subscription(&context).await?;
        self.inner.handler.listen(context).await
    }

    async fn set_level(
        &self,
        request: ::rmcp::model::SetLevelRequestParams,
        context: Context,
    ) -> Result<(), ErrorData> {
        self.need_caller(&context).await?;
        self.inner.handler.set_level(request, context).await
    }

    async fn on_custom_request(&self, request: CustomRequest, context: Context) -> Result<CustomResult, ErrorData> {
        self.need_caller(&context).await?;
        // The SDK takes a request that it cannot read for one of another method. What it names was not judged.
        let prefixes = ["tools/", "prompts/", "resources/", "completion/", "subscriptions/"];
        if prefixes.iter().any(|prefix| request.method.starts_with(prefix)) {
            return Err(ErrorData::invalid_params("the parameters do not fit the method", None));
        }
        self.inner.handler.on_custom_request(request, context).await
    }

    async fn get_task(&self, request: GetTaskParams, context: Context) -> Result<GetTaskResult, ErrorData> {
        self.need_caller(&context).await?;
        self.inner.handler.get_task(request, context).await
    }

    async fn update_task(&self, request: UpdateTaskParams, context: Context) -> Result<(), ErrorData> {
        self.need_caller(&context).await?;
        self.inner.handler.update_task(request, context).await
    }

    async fn cancel_task(&self, request: CancelTaskParams, context: Context) -> Result<(), ErrorData> {
        self.need_caller(&context).await?;
        self.inner.handler.cancel_task(request, context).await
    }

    async fn on_cancelled(&self, notification: CancelledNotificationParam, context: NotificationContext<RoleServer>) {
        self.inner.handler.on_cancelled(notification, context).await;
    }

    async fn on_progress(&self, notification: ProgressNotificationParam, context: NotificationContext<RoleServer>) {
        self.inner.handler.on_progress(notification, context).await;
    }

    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        self.inner.handler.on_initialized(context).await;
    }

    async fn on_roots_list_changed(&self, context: NotificationContext<RoleServer>) {
        self.inner.handler.on_roots_list_changed(context).await;
    }

    async fn on_custom_notification(&self, notification: CustomNotification, context: NotificationContext<RoleServer>) {
        self.inner.handler.on_custom_notification(notification, context).await;
    }
}
