//! The tools of a toolset as handlers of the SDK.

use super::request;
use super::stock::GuardedStock;
use crate::error::{ArgumentsError, ConfigError, Error};
use crate::gate::Facts;
use crate::output::Output;
use crate::protected::Protected;
use crate::toolset::{Stock, Tool};
use ::pmcp::server::ToolOutput;
use ::pmcp::types::{CallToolResult, Content, ToolAnnotations, ToolInfo};
use ::pmcp::{McpServer, RequestHandlerExtra, ServerBuilder, ToolHandler};
use async_trait::async_trait;
use schemars::Schema;
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The tools of a [`Protected`], each behind the gate, for `ServerBuilder::mcp_server`. Cheap to clone.
///
/// Hand them over before any `prompt_workflow`: a workflow keeps the handlers that are there when it is added.
#[derive(Clone)]
pub struct Tools {
    pub(super) desk: Desk,
    handlers: Arc<[Handler]>,
}

/// What every handler has before it.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) protected: Protected,
    pub(super) callers: Callers,
    /// That the server has ended, whatever the SDK still has in its queue. Over HTTP, requests end by themselves.
    pub(super) ended: CancellationToken,
}

/// Where the handlers look for who calls. The SDK tells them nothing of its transport.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Callers {
    /// In what the layer found out about the request.
    Requests,
    /// In the environment of the process: [`Protected::with_token`].
    Environment,
}

type Handler = (Arc<str>, Arc<dyn ToolHandler>);

impl Tools {
    /// Every tool of `protected`, also those that were written for `pmcp`:
    /// [`Toolset::stock_pmcp_tool`](crate::Toolset::stock_pmcp_tool).
    ///
    /// 1. A tool of another SDK is a [`ConfigError`], and so is one that takes that SDK's request.
    /// 2. So is a policy that cannot be checked, because only the tool itself can read its arguments.
    /// 3. So is any policy for prompts or resources. This SDK does not tell their handlers who calls: they need a valid token, all of
    ///    them alike, and no more can be said about them here.
    pub fn new(protected: &Protected) -> Result<Self, ConfigError> {
        Self::with_callers(protected, Callers::Requests)
    }

    /// The same for a [`StdioServer`](super::StdioServer): **whoever** reaches these handlers is who the token of
    /// [`Protected::with_token`] is of, so never hand them to a server with another transport. They are for one server, and
    /// admit nobody after its end.
    pub fn for_stdio(protected: &Protected) -> Result<Self, ConfigError> {
        Self::with_callers(protected, Callers::Environment)
    }

    fn with_callers(protected: &Protected, callers: Callers) -> Result<Self, ConfigError> {
        if !protected.entries().is_empty() {
            return Err(ConfigError::new(
                "prompts or resources are under policies, which cannot be checked with `pmcp`",
                "serve them with `toolgate::rmcp::Guarded`, or take `.prompt(..)`, `.resource(..)` and `.resource_template(..)` out of \
                 the toolset: with `pmcp` they need a valid token",
            )); // 3
        }
        let desk = Desk {
            protected: protected.clone(),
            callers,
            ended: CancellationToken::new(),
        };
        let handlers = protected.tools().iter().map(|tool| {
            let handler: Arc<dyn ToolHandler> = match tool.as_stock() {
                #[cfg(feature = "rmcp")]
                None if tool.needs_rmcp => {
                    return Err(ConfigError::new(
                        format!("`{}` ({}) takes a request of `rmcp`", tool.name, tool.location),
                        "serve it with `toolgate::rmcp`, or take `RequestContext` and `Peer` out of its parameters",
                    )); // 1
                }
                None => Arc::new(Guarded {
                    desk: desk.clone(),
                    tool: Arc::clone(tool),
                }),
                Some(Stock::Pmcp(stock)) => Arc::new(GuardedStock::new(&desk, tool, stock)?),
                #[cfg(feature = "rmcp")]
                Some(Stock::Rmcp) => {
                    return Err(ConfigError::new(
                        format!("`{}` is a tool of an `rmcp` router", tool.name),
                        "take `.stock_tools(..)` out of the toolset that a `pmcp` server gets",
                    ));
                }
            };
            Ok((Arc::clone(&tool.name), handler))
        });
        Ok(Self {
            handlers: handlers.collect::<Result<_, _>>()?,
            desk,
        })
    }

    /// Checks a server (R22).
    ///
    /// 1. Every tool of the toolset is there, and is the guarded one.
    /// 2. There is no other, as far as the SDK shows them.
    pub(super) fn check(&self, server: &::pmcp::Server) -> Result<(), ConfigError> {
        for (name, guarded) in self.handlers.iter() {
            let registered = server.get_tool(name);
            if !registered.is_some_and(|registered| Arc::ptr_eq(registered, guarded)) {
                return Err(ConfigError::new(
                    format!("the server has no guarded tool `{name}`, or another one of that name"),
                    "add `.mcp_server(&tools)` to the builder, and no tool of that name after it",
                ));
            }
        }
        let (shown, _) = server.build_expansion_registries();
        let mut unknown: Vec<_> = shown
            .keys()
            .filter(|name| self.desk.protected.tool(name).is_none())
            .collect();
        unknown.sort();
        match unknown.first() {
            None => Ok(()),
            Some(name) => Err(ConfigError::new(
                format!("nothing says who may call `{name}`, a tool of the builder"),
                "take it out of the builder and add `.stock_pmcp_tool(..)` to the toolset",
            )),
        }
    }
}

impl McpServer for Tools {
    fn register(self, builder: ServerBuilder) -> ServerBuilder {
        (&self).register(builder)
    }
}

impl McpServer for &Tools {
    fn register(self, builder: ServerBuilder) -> ServerBuilder {
        self.handlers.iter().fold(builder, |builder, (name, handler)| {
            builder.tool_arc(name.to_string(), Arc::clone(handler))
        })
    }
}

impl fmt::Debug for Tools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.handlers.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

struct Guarded {
    desk: Desk,
    tool: Arc<Tool>,
}

impl Guarded {
    async fn run(&self, arguments: Value, extra: &RequestHandlerExtra) -> ::pmcp::Result<Output> {
        let facts = self.desk.facts(&self.tool, extra).await;
        let prepare = || match arguments {
            // What the SDK makes of arguments that were left out.
            Value::Null => self.tool.prepare(Map::new().into()),
            Value::Object(_) => self.tool.prepare(arguments),
            _ => Err(ArgumentsError::not_an_object()),
        };
        let protected = &self.desk.protected;
        let call = protected.gate().call(&self.tool, protected.states(), facts, prepare);
        let result = self.desk.until_cancelled(extra, call).await?;
        result.map_err(|error| rejected(&error))
    }
}

#[async_trait]
impl ToolHandler for Guarded {
    /// What a workflow calls.
    async fn handle(&self, arguments: Value, extra: RequestHandlerExtra) -> ::pmcp::Result<Value> {
        Ok(match self.run(arguments, &extra).await? {
            Output::Json(value) => value,
            Output::Text(text) => Value::String(text.into_owned()),
            Output::Content(pieces) => serde_json::to_value(contents(pieces))?,
            Output::Empty => Value::Null,
        })
    }

    /// What `tools/call` calls. The whole answer is ours: the SDK would put text in quotes, and knows no empty answer.
    async fn handle_output(&self, arguments: Value, extra: RequestHandlerExtra) -> ::pmcp::Result<ToolOutput> {
        Ok(ToolOutput::Result(match self.run(arguments, &extra).await? {
            Output::Json(value) => CallToolResult::structured(value),
            Output::Text(text) => CallToolResult::new(vec![Content::text(text)]),
            Output::Content(pieces) => CallToolResult::new(contents(pieces)),
            Output::Empty => CallToolResult::new(Vec::new()),
        }))
    }

    fn metadata(&self) -> Option<ToolInfo> {
        let mut info = describe(&self.tool);
        info._meta = self.desk.protected.told_scopes(&self.tool);
        Some(info)
    }
}

impl Desk {
    /// Who calls this tool, and what else is known of the request. Without a layer nobody calls.
    pub(super) async fn facts(&self, tool: &Arc<Tool>, extra: &RequestHandlerExtra) -> Facts {
        let request_id = || Some(extra.request_id.as_str().into());
        if self.callers == Callers::Environment {
            return self.protected.local_facts(Some(tool), request_id()).await;
        }
        let mut facts = request::facts(&self.protected).unwrap_or_else(Facts::nobody);
        facts.request_id = facts.request_id.or_else(request_id);
        facts
    }

    /// Runs a call until the SDK says that it was cancelled, or the server has ended. Dropping the call is what stops it, and
    /// one that was not begun leaves its record too.
    pub(super) async fn until_cancelled<T>(
        &self,
        extra: &RequestHandlerExtra,
        call: impl Future<Output = T>,
    ) -> ::pmcp::Result<T> {
        tokio::select! {
            biased;
            () = extra.cancellation_token.cancelled() => Err(::pmcp::Error::Cancelled),
            () = self.ended.cancelled() => Err(::pmcp::Error::Cancelled),
            result = call => Ok(result),
        }
    }
}

/// The one kind of error that the SDK turns into a result with `isError`, and not into an internal error of the protocol.
///
/// What is said of a hidden tool is such an error, as for a tool that does not exist. Over stdio it is put into the same words as
/// that on its way out.
pub(super) fn rejected(error: &Error) -> ::pmcp::Error {
    match error {
        Error::Hidden(_) => ::pmcp::Error::not_found(error.to_string()),
        _ => ::pmcp::Error::tool_rejected(error.to_string(), None),
    }
}

fn contents(pieces: Vec<crate::Content>) -> Vec<Content> {
    pieces.into_iter().map(Content::from).collect()
}

fn describe(tool: &Tool) -> ToolInfo {
    let hints = tool.hints;
    let mut annotations = ToolAnnotations::new();
    annotations.read_only_hint = hints.read_only;
    annotations.destructive_hint = hints.destructive;
    annotations.idempotent_hint = hints.idempotent;
    annotations.open_world_hint = hints.open_world;
    let any = [hints.read_only, hints.destructive, hints.idempotent, hints.open_world];
    let mut info = ToolInfo::new(
        tool.name.to_string(),
        Some(tool.description.to_string()),
        object(&tool.input_schema),
    );
    info.title = tool.title.map(str::to_owned);
    info.output_schema = tool.output_schema.as_ref().map(object);
    info.annotations = any.iter().any(Option::is_some).then_some(annotations);
    info
}

fn object(schema: &Schema) -> Value {
    schema.as_object().cloned().unwrap_or_default().into()
}
