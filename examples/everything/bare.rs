//! The tools of `tools.rs` without a gate, as they would be written for the SDK alone.

use crate::handler::Everything;
use crate::tools::{self, Contact, Message, Prompt, Repeated};
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock};
use rmcp::service::RequestContext;
use rmcp::{Peer, RoleServer, tool, tool_router};
use toolgate::plumbing::IntoOutput;
use toolgate::{Error, NoArguments, Output, State, ToolError};

#[tool_router(router = bare, vis = "pub(crate)")]
impl Everything {
    #[tool(description = "Answers with text")]
    async fn test_simple_text(&self) -> CallToolResult {
        answer(tools::test_simple_text().await)
    }

    #[tool(description = "Answers with a picture")]
    async fn test_image_content(&self) -> CallToolResult {
        answer(tools::test_image_content().await)
    }

    #[tool(description = "Answers with sound")]
    async fn test_audio_content(&self) -> CallToolResult {
        answer(tools::test_audio_content().await)
    }

    #[tool(description = "Answers with a resource")]
    async fn test_embedded_resource(&self) -> CallToolResult {
        answer(tools::test_embedded_resource().await)
    }

    #[tool(description = "Answers with one of each")]
    async fn test_multiple_content_types(&self) -> CallToolResult {
        answer(tools::test_multiple_content_types().await)
    }

    #[tool(description = "Fails")]
    async fn test_error_handling(&self) -> CallToolResult {
        answer(tools::test_error_handling().await)
    }

    #[tool(description = "Takes an argument that clients repeat in a header")]
    async fn test_custom_header(&self, Parameters(args): Parameters<Repeated>) -> CallToolResult {
        answer(tools::test_custom_header(args).await)
    }

    #[tool(description = "Has a schema with much of JSON Schema 2020-12 in it")]
    async fn json_schema_2020_12_tool(&self, Parameters(args): Parameters<Contact>) -> CallToolResult {
        answer(tools::json_schema_2020_12_tool(args).await)
    }

    #[tool(description = "Tells of its progress")]
    async fn test_tool_with_progress(&self, request: RequestContext<RoleServer>) -> CallToolResult {
        answer(tools::test_tool_with_progress(NoArguments {}, request).await)
    }

    #[tool(description = "Takes a while, for clients that lose their connection meanwhile")]
    async fn test_reconnection(&self) -> CallToolResult {
        answer(tools::test_reconnection().await)
    }

    #[tool(description = "Tells what it does")]
    async fn test_tool_with_logging(&self, peer: Peer<RoleServer>) -> CallToolResult {
        answer(tools::test_tool_with_logging(NoArguments {}, peer).await)
    }

    #[tool(description = "Tells what it does, if the request asks for that")]
    async fn test_logging_tool(&self, request: RequestContext<RoleServer>) -> CallToolResult {
        answer(tools::test_logging_tool(NoArguments {}, request).await)
    }

    #[tool(description = "Asks the client's model")]
    async fn test_sampling(&self, Parameters(args): Parameters<Prompt>, peer: Peer<RoleServer>) -> CallToolResult {
        answer(tools::test_sampling(args, peer).await)
    }

    #[tool(description = "Asks the user for a name and an address")]
    async fn test_elicitation(&self, Parameters(args): Parameters<Message>, peer: Peer<RoleServer>) -> CallToolResult {
        answer(tools::test_elicitation(args, peer).await)
    }

    #[tool(description = "Asks the user for something of each type, and offers an answer")]
    async fn test_elicitation_sep1034_defaults(&self, peer: Peer<RoleServer>) -> CallToolResult {
        answer(tools::test_elicitation_sep1034_defaults(NoArguments {}, peer).await)
    }

    #[tool(description = "Has the user choose, in each way there is")]
    async fn test_elicitation_sep1330_enums(&self, peer: Peer<RoleServer>) -> CallToolResult {
        answer(tools::test_elicitation_sep1330_enums(NoArguments {}, peer).await)
    }

    #[tool(description = "Tells everyone that the list of tools has changed")]
    async fn test_trigger_tool_change(&self) -> CallToolResult {
        answer(tools::test_trigger_tool_change(NoArguments {}, State(self.changes.clone())).await)
    }

    #[tool(description = "Tells everyone that the list of prompts has changed")]
    async fn test_trigger_prompt_change(&self) -> CallToolResult {
        answer(tools::test_trigger_prompt_change(NoArguments {}, State(self.changes.clone())).await)
    }
}

fn answer<T: IntoOutput, E: Into<ToolError>>(result: Result<T, E>) -> CallToolResult {
    let output = result.map_err(Into::into).and_then(IntoOutput::into_output);
    match output {
        Ok(Output::Json(value)) => CallToolResult::structured(value),
        Ok(Output::Text(text)) => CallToolResult::success(vec![ContentBlock::text(text)]),
        Ok(Output::Content(pieces)) => CallToolResult::success(pieces.into_iter().map(Into::into).collect()),
        Ok(_) => CallToolResult::success(Vec::new()),
        Err(error) => CallToolResult::error(vec![ContentBlock::text(Error::Tool(error).to_string())]),
    }
}
