//! A handler that gives everything to everyone, and what is declared of it.

use rmcp::model::{
    CacheScope, CompleteRequestParams, CompleteResult, CustomRequest, CustomResult, GetPromptRequestParams,
    GetPromptResponse, GetPromptResult, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    PaginatedRequestParams, Prompt, PromptMessage, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult,
    Reference, Resource, ResourceContents, ResourceTemplate, Role, ServerCapabilities, ServerConfig,
    SubscribeRequestParams, SubscriptionFilter, UnsubscribeRequestParams,
};
use rmcp::service::{RequestContext, SubscriptionContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use toolgate::{Policy, ScopeToken, Toolset, mcp_tool};

/// Guarded like the rest.
#[mcp_tool(scopes_all = ["read:notes"])]
async fn read_note() -> Result<&'static str, Infallible> {
    Ok("note")
}

pub(super) const READ: Policy = Policy::AUTHENTICATED.scopes_all(&[ScopeToken::from_static("read:notes")]);
pub(super) const MANAGE: Policy = Policy::AUTHENTICATED.roles(&["manager"]);

/// Everything but the prompt `secret`, the resource `notes://a/secret` and the template `secret://{id}`.
pub(super) fn declared() -> Toolset {
    Toolset::new(())
        .tool(ReadNoteTool)
        .prompt("greet", Policy::PUBLIC)
        .prompt("sum_up", READ)
        .prompt("manage", MANAGE)
        .resource("notes://about", Policy::PUBLIC)
        .resource("notes://statistics", MANAGE)
        .resource_template("notes://{id}", READ)
        .resource_template("notes://archive/{id}", MANAGE)
}

/// What the handler was asked for, such as `prompts/get greet`.
#[derive(Clone, Debug, Default)]
pub(super) struct Library(Arc<Mutex<Vec<String>>>);

impl Library {
    fn reached(&self, method: &str, what: &str) {
        self.0.lock().unwrap().push(format!("{method} {what}"));
    }

    /// What it was asked for since it was last looked at.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

type Context = RequestContext<RoleServer>;

impl ServerHandler for Library {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_prompts()
            .enable_resources()
            .enable_resources_subscribe()
            .enable_completions()
            .enable_tasks();
        ServerConfig::new(capabilities.build())
    }

    async fn get_prompt(&self, request: GetPromptRequestParams, _: Context) -> Result<GetPromptResponse, ErrorData> {
        self.reached("prompts/get", &request.name);
        if request.arguments.is_some() {
            return Err(ErrorData::invalid_params("it takes no arguments", None));
        }
        Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, request.name)]).into())
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListPromptsResult, ErrorData> {
        let prompts = ["greet", "secret", "sum_up", "manage"];
        let prompts = prompts.map(|name| Prompt::new(name, None::<String>, None)).to_vec();
        let mut result = ListPromptsResult::with_all_items(prompts);
        (result.ttl_ms, result.cache_scope) = (Some(60_000), Some(CacheScope::Public));
        Ok(result)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.reached("resources/read", &request.uri);
        let mut result = ReadResourceResult::new(vec![ResourceContents::text("text", request.uri)]);
        result.cache_scope = Some(CacheScope::Public);
        Ok(result.into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resources = ["notes://about", "notes://statistics", "notes://1", "notes://a/secret"];
        let resources = resources.map(|uri| Resource::new(uri, uri)).to_vec();
        let mut result = ListResourcesResult::with_all_items(resources);
        result.cache_scope = Some(CacheScope::Public);
        Ok(result)
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let templates = ["notes://{id}", "secret://{id}", "notes://archive/{id}"];
        let templates = templates.map(|uri| ResourceTemplate::new(uri, uri)).to_vec();
        let mut result = ListResourceTemplatesResult::with_all_items(templates);
        result.cache_scope = Some(CacheScope::Public);
        Ok(result)
    }

    async fn complete(&self, request: CompleteRequestParams, _: Context) -> Result<CompleteResult, ErrorData> {
        let what = match &request.r#ref {
            Reference::Prompt(prompt) => &prompt.name,
            Reference::Resource(resource) => &resource.uri,
            _ => return Err(ErrorData::invalid_params("unknown", None)),
        };
        self.reached("completion/complete", what);
        Ok(CompleteResult::default())
    }

    async fn subscribe(&self, request: SubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        self.reached("resources/subscribe", &request.uri);
        Ok(())
    }

    async fn unsubscribe(&self, request: UnsubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        self.reached("resources/unsubscribe", &request.uri);
        Ok(())
    }

    /// It says what it does not have, to whoever lets it be asked.
    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        let mut accepted = requested.clone();
        if let Some(uris) = &mut accepted.resource_subscriptions {
            uris.retain(|uri| uri != "notes://a/secret");
        }
        Some(accepted)
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let uris = context.accepted().resource_subscriptions.clone().unwrap_or_default();
        self.reached("subscriptions/listen", &uris.join(" "));
        Ok(())
    }

    async fn on_custom_request(&self, request: CustomRequest, _: Context) -> Result<CustomResult, ErrorData> {
        self.reached("custom", &request.method);
        Ok(CustomResult::new(request.method.into()))
    }
}
