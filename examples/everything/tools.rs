//! Tools that are written with toolgate: pictures and sound as answers, and a client that is spoken to meanwhile.

#![expect(
    deprecated,
    reason = "clients of protocol versions with sessions are told and asked things like this"
)]

use crate::changes::{Change, Changes};
use rmcp::model::{
    CreateMessageRequestParams, ElicitRequestParams, LoggingLevel, LoggingMessageNotificationParam,
    ProgressNotificationParam, Role, SamplingMessage, SamplingMessageContentBlock,
};
use rmcp::service::RequestContext;
use rmcp::{Peer, RoleServer, ServiceError};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::sleep;
use toolgate::{Content, NoArguments, State, ToolError, Toolset, mcp_tool};

/// A red pixel.
pub(crate) const PICTURE: &[u8] = include_bytes!("pixel.png");
/// A millisecond of silence.
const SOUND: &[u8] = include_bytes!("silence.wav");
/// How long a tool works before it says something.
const STEP: Duration = Duration::from_millis(50);

/// All of them.
pub(crate) fn toolset(changes: Changes) -> Toolset<Changes> {
    Toolset::new(changes)
        .tool(TestSimpleTextTool)
        .tool(TestImageContentTool)
        .tool(TestAudioContentTool)
        .tool(TestEmbeddedResourceTool)
        .tool(TestMultipleContentTypesTool)
        .tool(TestErrorHandlingTool)
        .tool(TestCustomHeaderTool)
        .tool(JsonSchema202012ToolTool)
        .tool(TestToolWithProgressTool)
        .tool(TestReconnectionTool)
        .tool(TestToolWithLoggingTool)
        .tool(TestLoggingToolTool)
        .tool(TestSamplingTool)
        .tool(TestElicitationTool)
        .tool(TestElicitationSep1034DefaultsTool)
        .tool(TestElicitationSep1330EnumsTool)
        .tool(TestTriggerToolChangeTool)
        .tool(TestTriggerPromptChangeTool)
}

/// Answers with text.
#[mcp_tool(scopes_all = ["read:tools"], read_only = true)]
pub(crate) async fn test_simple_text() -> Result<&'static str, Infallible> {
    Ok("This is a simple text response for testing.")
}

/// Answers with a picture.
#[mcp_tool(scopes_all = ["read:tools"], read_only = true)]
pub(crate) async fn test_image_content() -> Result<Content, Infallible> {
    Ok(Content::image(PICTURE, "image/png"))
}

/// Answers with sound.
#[mcp_tool(scopes_all = ["read:tools"], read_only = true)]
pub(crate) async fn test_audio_content() -> Result<Content, Infallible> {
    Ok(Content::audio(SOUND, "audio/wav"))
}

/// Answers with a resource.
#[mcp_tool(scopes_all = ["read:tools"], read_only = true)]
pub(crate) async fn test_embedded_resource() -> Result<Content, Infallible> {
    Ok(Content::text_resource(
        "test://embedded-resource",
        "text/plain",
        "This is an embedded resource content.",
    ))
}

/// Answers with one of each.
#[mcp_tool(scopes_all = ["read:tools"], read_only = true)]
pub(crate) async fn test_multiple_content_types() -> Result<Vec<Content>, Infallible> {
    let resource = json!({"test": "data", "value": 123});
    Ok(vec![
        Content::text("Multiple content types test:"),
        Content::image(PICTURE, "image/png"),
        Content::text_resource(
            "test://mixed-content-resource",
            "application/json",
            resource.to_string(),
        ),
    ])
}

/// Fails.
#[mcp_tool(scopes_all = ["read:tools"], read_only = true)]
pub(crate) async fn test_error_handling() -> Result<(), ToolError> {
    Err(ToolError::public(
        "This tool intentionally returns an error for testing",
    ))
}

/// What clients repeat in a header.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Repeated {
    /// Stands in the header `Mcp-Param-Value`, too.
    #[schemars(extend("x-mcp-header" = "Value"))]
    pub(crate) value: String,
}

/// Takes an argument that clients repeat in a header.
#[mcp_tool(scopes_all = ["read:tools"], read_only = true)]
pub(crate) async fn test_custom_header(args: Repeated) -> Result<String, Infallible> {
    Ok(args.value)
}

/// Arguments with a schema that is written by hand.
#[derive(Debug, Deserialize)]
pub(crate) struct Contact {
    name: Option<String>,
}

impl JsonSchema for Contact {
    fn schema_name() -> Cow<'static, str> {
        "Contact".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "$defs": {
                "address": {
                    "$anchor": "addressDef",
                    "type": "object",
                    "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
                },
            },
            "properties": {
                "name": {"type": "string"},
                "address": {"$ref": "#/$defs/address"},
                "contactMethod": {"type": "string", "enum": ["phone", "email"]},
                "phone": {"type": "string"},
                "email": {"type": "string"},
            },
            "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
            "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
            "then": {"required": ["phone"]},
            "else": {"required": ["email"]},
            "additionalProperties": false,
        })
    }
}

/// Has a schema with much of JSON Schema 2020-12 in it.
#[mcp_tool(scopes_all = ["read:tools"], name = "json_schema_2020_12_tool", read_only = true)]
pub(crate) async fn json_schema_2020_12_tool(args: Contact) -> Result<String, Infallible> {
    Ok(args.name.unwrap_or_default())
}

/// Tells of its progress.
#[mcp_tool(scopes_all = ["write:tools"])]
pub(crate) async fn test_tool_with_progress(
    _: NoArguments,
    request: RequestContext<RoleServer>,
) -> Result<&'static str, ServiceError> {
    let token = request.meta.get_progress_token();
    for percent in [0.0, 50.0, 100.0] {
        if let Some(token) = token.clone() {
            let progress = ProgressNotificationParam::new(token, percent).with_total(100.0);
            request.peer.notify_progress(progress).await?;
        }
        sleep(STEP).await;
    }
    Ok("The tool has come to its end.")
}

/// Takes a while, for clients that lose their connection meanwhile.
#[mcp_tool(scopes_all = ["write:tools"])]
pub(crate) async fn test_reconnection() -> Result<&'static str, Infallible> {
    sleep(2 * STEP).await;
    Ok("The tool has come to its end.")
}

/// Tells what it does.
#[mcp_tool(scopes_all = ["write:tools"])]
pub(crate) async fn test_tool_with_logging(
    _: NoArguments,
    peer: Peer<RoleServer>,
) -> Result<&'static str, ServiceError> {
    for text in [
        "Tool execution started",
        "Tool processing data",
        "Tool execution completed",
    ] {
        tell(&peer, text).await?;
        sleep(STEP).await;
    }
    Ok("The tool has said it all.")
}

/// Tells what it does, if the request asks for that.
#[mcp_tool(scopes_all = ["write:tools"])]
pub(crate) async fn test_logging_tool(
    _: NoArguments,
    request: RequestContext<RoleServer>,
) -> Result<&'static str, ServiceError> {
    if request.meta.log_level().is_some() {
        tell(&request.peer, "The request asks for this").await?;
    }
    Ok("The tool has said what was asked for.")
}

async fn tell(peer: &Peer<RoleServer>, text: &str) -> Result<(), ServiceError> {
    let message = LoggingMessageNotificationParam::new(LoggingLevel::Info, text.into());
    peer.notify_logging_message(message).await
}

/// What to ask the client's model.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Prompt {
    /// The question.
    pub(crate) prompt: String,
}

/// Asks the client's model.
#[mcp_tool(scopes_all = ["write:tools"])]
pub(crate) async fn test_sampling(args: Prompt, peer: Peer<RoleServer>) -> Result<String, ServiceError> {
    let question = SamplingMessage::new(Role::User, SamplingMessageContentBlock::text(args.prompt));
    let answer = peer
        .create_message(CreateMessageRequestParams::new(vec![question], 100))
        .await?;
    let text = answer
        .message
        .content
        .first()
        .and_then(SamplingMessageContentBlock::as_text);
    Ok(format!("LLM response: {}", text.map_or("", |text| &text.text)))
}

/// What to ask the user.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Message {
    /// The question.
    pub(crate) message: String,
}

/// Asks the user for a name and an address.
#[mcp_tool(scopes_all = ["write:tools"])]
pub(crate) async fn test_elicitation(args: Message, peer: Peer<RoleServer>) -> Result<String, ToolError> {
    let schema = json!({
        "type": "object",
        "properties": {
            "username": {"type": "string", "description": "User's response"},
            "email": {"type": "string", "description": "User's email address"},
        },
        "required": ["username", "email"],
    });
    Ok(format!("User response: {}", ask(&peer, &args.message, schema).await?))
}

/// Asks the user for something of each type, and offers an answer.
#[mcp_tool(scopes_all = ["write:tools"])]
pub(crate) async fn test_elicitation_sep1034_defaults(
    _: NoArguments,
    peer: Peer<RoleServer>,
) -> Result<String, ToolError> {
    let schema = json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "default": "John Doe"},
            "age": {"type": "integer", "default": 30},
            "score": {"type": "number", "default": 95.5},
            "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
            "verified": {"type": "boolean", "default": true},
        },
    });
    Ok(format!(
        "Elicitation completed: {}",
        ask(&peer, "Is this right?", schema).await?
    ))
}

/// Has the user choose, in each way there is.
#[mcp_tool(scopes_all = ["write:tools"])]
pub(crate) async fn test_elicitation_sep1330_enums(
    _: NoArguments,
    peer: Peer<RoleServer>,
) -> Result<String, ToolError> {
    let plain = ["option1", "option2", "option3"];
    let titled = |what: &str| {
        let values = ["First", "Second", "Third"].into_iter().zip(1..);
        let values = values
            .map(|(title, number)| json!({"const": format!("value{number}"), "title": format!("{title} {what}")}));
        values.collect::<Vec<_>>()
    };
    let schema = json!({
        "type": "object",
        "properties": {
            "untitledSingle": {"type": "string", "enum": plain},
            "titledSingle": {"type": "string", "oneOf": titled("Option")},
            "legacyEnum": {
                "type": "string",
                "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option One", "Option Two", "Option Three"],
            },
            "untitledMulti": {"type": "array", "items": {"type": "string", "enum": plain}},
            "titledMulti": {"type": "array", "items": {"anyOf": titled("Choice")}},
        },
    });
    Ok(format!(
        "Elicitation completed: {}",
        ask(&peer, "Which?", schema).await?
    ))
}

/// Asks the user, and says what came of it.
async fn ask(peer: &Peer<RoleServer>, message: &str, requested_schema: Value) -> Result<String, ToolError> {
    let question = ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: message.to_owned(),
        requested_schema: serde_json::from_value(requested_schema)?,
    };
    let answer = peer.create_elicitation(question).await?;
    let action = serde_json::to_value(&answer.action)?;
    let content = serde_json::to_value(&answer.content)?;
    Ok(format!(
        "action={}, content={content}",
        action.as_str().unwrap_or_default()
    ))
}

/// Tells everyone that the list of tools has changed.
#[mcp_tool(scopes_all = ["write:tools"])]
pub(crate) async fn test_trigger_tool_change(_: NoArguments, changes: State<Changes>) -> Result<(), Infallible> {
    changes.tell(Change::Tools);
    Ok(())
}

/// Tells everyone that the list of prompts has changed.
#[mcp_tool(scopes_all = ["write:tools"])]
pub(crate) async fn test_trigger_prompt_change(_: NoArguments, changes: State<Changes>) -> Result<(), Infallible> {
    changes.tell(Change::Prompts);
    Ok(())
}
