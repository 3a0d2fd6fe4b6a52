//! The methods of a guarded server.

use super::{Context, Guarded};
use crate::entries::Subject;
use ::rmcp::handler::server::tool::ToolCallContext;
use ::rmcp::model::{
    CallToolRequestParams, CallToolResponse, CancelTaskParams, CancelledNotificationParam, CompleteRequestParams,
    CompleteResult, CustomNotification, CustomRequest, CustomResult, DiscoverResult, ErrorCode, GetPromptRequestParams,
    GetPromptResponse, GetTaskParams, GetTaskResult, InitializeRequestParams, InitializeResult, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ProgressNotificationParam, ProtocolVersion, ReadResourceRequestParams, ReadResourceResponse, Reference,
    ServerConfig, SubscribeRequestParams, SubscriptionFilter, Tool, UnsubscribeRequestParams, UpdateTaskParams,
};
use ::rmcp::service::{NotificationContext, SubscriptionContext};
use ::rmcp::{ErrorData, RoleServer, ServerHandler};
use std::borrow::Cow;

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

    /// The SDK asks before it says who subscribes, and tells the client the answer.
    ///
    /// 1. The handler is asked about what was declared, and nothing else.
    /// 2. What was not is in the answer all the same, and denied when the stream begins: so it is with a resource that the caller
    ///    must not know of.
    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        let mut declared = requested.clone();
        let mut unknown = Vec::new();
        if let Some(uris) = &mut declared.resource_subscriptions {
            unknown.extend(uris.extract_if(.., |uri| !self.is_declared(uri)));
        }
        let mut accepted = self.inner.handler.accepted_subscription_filter(&declared)?; // 1
        if let Some(uris) = &mut accepted.resource_subscriptions {
            uris.append(&mut unknown); // 2
        }
        Some(accepted)
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
        if ["resources/subscribe", "resources/unsubscribe"].contains(&request.method.as_str())
            && context.protocol_version() >= Some(ProtocolVersion::V_2026_07_28)
        {
            // These are no methods any more since 2026-07-28, with whatever parameters.
            return Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, request.method, None));
        }
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
