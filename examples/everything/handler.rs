//! Prompts and resources, written as if everyone could reach them.

#![expect(
    deprecated,
    reason = "clients of protocol versions with sessions subscribe and set levels like this"
)]

use crate::changes::Changes;
use crate::rounds::{Given as _, elicitation, required};
use crate::tools::PICTURE;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::tool::InputResponses;
use rmcp::model::{
    CompleteRequestParams, CompleteResult, CompletionInfo, ContentBlock, GetPromptRequestParams, GetPromptResponse,
    GetPromptResult, Implementation, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    PaginatedRequestParams, Prompt, PromptArgument, PromptMessage, ReadResourceRequestParams, ReadResourceResponse,
    ReadResourceResult, RequestStateCodec, Resource, ResourceContents, ResourceTemplate, Role, ServerCapabilities,
    ServerConfig, SetLevelRequestParams, SubscribeRequestParams, SubscriptionFilter, UnsubscribeRequestParams,
};
use rmcp::service::{RequestContext, SubscriptionContext};
use rmcp::{ErrorData, RoleServer, ServerHandler, tool_handler};
use serde_json::json;
use std::error::Error;
use std::sync::Arc;
use toolgate::Content;

const TEXT: &str = "test://static-text";
const BINARY: &str = "test://static-binary";
const WATCHED: &str = "test://watched-resource";
const TEMPLATE: &str = "test://template/{id}/data";

/// What the gate is to be told of.
pub(crate) const PROMPTS: [&str; 5] = [
    "test_simple_prompt",
    "test_prompt_with_arguments",
    "test_prompt_with_embedded_resource",
    "test_prompt_with_image",
    "test_input_required_result_prompt",
];
/// The same.
pub(crate) const RESOURCES: [&str; 3] = [TEXT, BINARY, WATCHED];
/// The same.
pub(crate) const TEMPLATES: [&str; 1] = [TEMPLATE];

/// A server of all there is. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Everything {
    pub(crate) changes: Changes,
    /// Seals what clients bring along from one round to the next.
    pub(crate) codec: Arc<RequestStateCodec>,
    /// What a server without a gate calls; a gate has its own.
    pub(crate) tools: Arc<ToolRouter<Self>>,
}

type Context = RequestContext<RoleServer>;

impl Everything {
    /// A server with these tools of its own.
    pub(crate) fn new(changes: Changes, tools: ToolRouter<Self>) -> Result<Self, Box<dyn Error>> {
        let mut key = vec![0; RequestStateCodec::MIN_KEY_LENGTH];
        aws_lc_rs::rand::fill(&mut key).map_err(|_| "there is no randomness")?;
        Ok(Self {
            changes,
            codec: Arc::new(RequestStateCodec::try_new(key)?),
            tools: Arc::new(tools),
        })
    }
}

#[tool_handler(router = self.tools)]
impl ServerHandler for Everything {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_completions()
            .enable_logging()
            .enable_prompts()
            .enable_prompts_list_changed()
            .enable_resources()
            .enable_resources_subscribe()
            .enable_tools()
            .enable_tool_list_changed()
            .build();
        let name = Implementation::new("everything", env!("CARGO_PKG_VERSION"));
        ServerConfig::new(capabilities).with_server_info(name)
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListPromptsResult, ErrorData> {
        let argument = |name: &str| {
            PromptArgument::new(name)
                .with_description("Any text")
                .with_required(true)
        };
        let prompts = PROMPTS.map(|name| {
            let arguments = match name {
                "test_prompt_with_arguments" => Some(vec![argument("arg1"), argument("arg2")]),
                "test_prompt_with_embedded_resource" => Some(vec![argument("resourceUri")]),
                _ => None,
            };
            Prompt::new(name, Some("A prompt to test clients with"), arguments)
        });
        Ok(ListPromptsResult::with_all_items(prompts.into()))
    }

    async fn get_prompt(&self, request: GetPromptRequestParams, _: Context) -> Result<GetPromptResponse, ErrorData> {
        let argument = |name: &str| {
            let value = request
                .arguments
                .as_ref()
                .and_then(|arguments| arguments.get(name)?.as_str());
            value.ok_or_else(|| ErrorData::invalid_params(format!("the argument `{name}` is missing"), None))
        };
        let texts = match request.name.as_str() {
            "test_simple_prompt" => vec![Content::text("This is a simple prompt for testing.")],
            "test_prompt_with_arguments" => {
                let text = format!(
                    "Prompt with arguments: arg1='{}', arg2='{}'",
                    argument("arg1")?,
                    argument("arg2")?
                );
                vec![Content::text(text)]
            }
            "test_prompt_with_embedded_resource" => {
                let uri = argument("resourceUri")?.to_owned();
                vec![
                    Content::text_resource(uri, "text/plain", "Embedded resource content for testing."),
                    Content::text("Please process the embedded resource above."),
                ]
            }
            "test_prompt_with_image" => {
                let picture = Content::image(PICTURE, "image/png");
                vec![picture, Content::text("Please analyze the image above.")]
            }
            "test_input_required_result_prompt" => {
                let given = InputResponses(request.input_responses);
                let Some(context) = given.text("user_context", "/content/context") else {
                    let question = elicitation("What context should the prompt use?", "context", "string");
                    return Ok(required([("user_context", question)], None)?.into());
                };
                vec![Content::text(format!("A prompt for {context}"))]
            }
            _ => return Err(ErrorData::invalid_params("prompt not found", None)),
        };
        let messages = texts
            .into_iter()
            .map(|piece| PromptMessage::new(Role::User, ContentBlock::from(piece)));
        Ok(GetPromptResult::new(messages.collect()).into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resource = |uri: &str| Resource::new(uri, uri).with_description("A resource to test clients with");
        Ok(ListResourcesResult::with_all_items(RESOURCES.map(resource).into()))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let template =
            |text: &str| ResourceTemplate::new(text, text).with_description("Resources to test clients with");
        Ok(ListResourceTemplatesResult::with_all_items(
            TEMPLATES.map(template).into(),
        ))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let uri = request.uri;
        let id = uri
            .strip_prefix("test://template/")
            .and_then(|rest| rest.strip_suffix("/data"));
        let piece = match (uri.as_str(), id) {
            (TEXT, _) => Content::text_resource(TEXT, "text/plain", "This is the content of the static text resource."),
            (BINARY, _) => Content::binary_resource(BINARY, "image/png", PICTURE),
            (WATCHED, _) => Content::text_resource(WATCHED, "text/plain", "Nothing has changed."),
            (_, Some(id)) => {
                let data = json!({"id": id, "templateTest": true, "data": format!("Data for ID: {id}")});
                Content::text_resource(uri.clone(), "application/json", data.to_string())
            }
            (_, None) => {
                return Err(ErrorData::resource_not_found(
                    "resource not found",
                    Some(json!({"uri": uri})),
                ));
            }
        };
        Ok(ReadResourceResult::new(contents(piece).into_iter().collect()).into())
    }

    async fn complete(&self, _: CompleteRequestParams, _: Context) -> Result<CompleteResult, ErrorData> {
        let values = ["paris", "park", "party"].map(str::to_owned);
        let completion = CompletionInfo::new(values.into()).map_err(|error| ErrorData::internal_error(error, None))?;
        Ok(CompleteResult::new(completion))
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn listen(&self, subscription: SubscriptionContext) -> Result<(), ErrorData> {
        self.changes.pass_on(&subscription).await;
        Ok(())
    }

    async fn subscribe(&self, _: SubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn unsubscribe(&self, _: UnsubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn set_level(&self, _: SetLevelRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }
}

/// What is in a resource.
fn contents(piece: Content) -> Option<ResourceContents> {
    match ContentBlock::from(piece) {
        ContentBlock::Resource(resource) => Some(resource.resource),
        _ => None,
    }
}
