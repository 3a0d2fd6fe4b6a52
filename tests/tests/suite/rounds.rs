//! Calls that take several rounds: what a client brings along from the last one (`requestState`) is worth something to nobody else.

use crate::server::{Running, pmcp_builder};
use async_trait::async_trait;
use axum::Router;
use pmcp::axum::RouterConfig;
use pmcp::types::elicitation::ElicitRequestParams;
use pmcp::types::mrtr::{InputRequest, InputRequests, MrtrSignal};
use pmcp::{RequestHandlerExtra, ToolHandler};
use rmcp::handler::server::tool::RequestState;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{
    CallToolResponse, CallToolResult, ContentBlock, InputRequiredResult, RequestStateCodec, SealOptions,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, tool, tool_router};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;
use toolgate::rmcp::Server;
use toolgate::{Caller, Policy, Protected, Toolset, policies};
use toolgate_testing::{McpClient, Reply, TokenBuilder};

/// Asks in the first round, and gives in the second what it wrote down in the first.
struct Asking;

#[async_trait]
impl ToolHandler for Asking {
    async fn handle(&self, args: Value, extra: RequestHandlerExtra) -> pmcp::Result<Value> {
        if let Some(written) = extra.mrtr_continuation() {
            return Ok(json!({"written": written}));
        }
        let question = ElicitRequestParams::Form {
            message: "Really?".to_owned(),
            requested_schema: json!({"type": "object", "properties": {"really": {"type": "boolean"}}}),
        };
        let mut input_requests = InputRequests::new();
        input_requests.insert("really".to_owned(), InputRequest::Elicitation(Box::new(question)));
        let continuation = json!({"secret of": args["note"]});
        let signal = MrtrSignal {
            input_requests,
            continuation,
        };
        let (key, value) = signal.into_meta_entry().unwrap();
        extra.set_result_meta(Map::from_iter([(key, value)]));
        Ok(json!("not yet"))
    }
}

async fn start_pmcp() -> Running {
    let tools = ["remove", "move"].into_iter().fold(Toolset::new(()), |tools, name| {
        tools.stock_pmcp_tool(name, Arc::new(Asking), Policy::AUTHENTICATED)
    });
    let serve = |protected: &Protected| {
        let tools = toolgate::pmcp::Tools::new(protected).unwrap();
        let server = pmcp_builder().mcp_server(&tools);
        toolgate::pmcp::Server::new(&tools, server)
            .unwrap()
            .router(RouterConfig::default())
    };
    Running::start_app(tools, |gate| gate, serve).await
}

/// The same for the other SDK, which leaves the sealing to its tools.
#[derive(Clone)]
struct Rounds(Arc<RequestStateCodec>);

#[derive(Debug, Deserialize, JsonSchema, Serialize)]
struct Note {
    note: String,
}

#[policies]
#[tool_router]
impl Rounds {
    #[tool(description = "Removes a note")]
    #[policy(authenticated)]
    async fn remove(
        &self,
        Parameters(note): Parameters<Note>,
        state: RequestState,
        request: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.round("remove", &note, state, &request)
    }

    #[tool(name = "move", description = "Moves a note")]
    #[policy(authenticated)]
    async fn move_note(
        &self,
        Parameters(note): Parameters<Note>,
        state: RequestState,
        request: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.round("move", &note, state, &request)
    }
}

impl Rounds {
    fn round(
        &self,
        tool: &str,
        note: &Note,
        state: RequestState,
        request: &RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let parts = request.extensions.get::<http::request::Parts>().unwrap();
        let caller = parts.extensions.get::<Caller>().unwrap();
        let owner = caller.binding(&[tool, &note.note]);
        let Some(state) = state.0 else {
            let options = SealOptions::new().associated_data(&owner).ttl(Duration::from_mins(5));
            let state = self.0.seal_with(b"the secret", &options);
            return Ok(InputRequiredResult::from_request_state(state).into());
        };
        let written = self.0.open_with(&state, &owner);
        let written = written.map_err(|_| ErrorData::invalid_params("not a state of yours", None))?;
        let text = String::from_utf8(written).unwrap();
        Ok(CallToolResult::success(vec![ContentBlock::text(text)]).into())
    }
}

async fn start_rmcp() -> Running {
    let tools = Toolset::new(()).stock_tools_by_name(&Rounds::tool_router(), Rounds::tool_policies());
    let serve = |protected: &Protected| {
        let codec = RequestStateCodec::try_new([7; 32]).unwrap();
        let service = Rounds(Arc::new(codec));
        let server = Server::with_router(protected, "test", "1", service, Rounds::tool_router()).unwrap();
        Router::new().fallback_service(server.http_service())
    };
    Running::start_app(tools, |gate| gate, serve).await
}

async fn call(client: &McpClient, tool: &str, note: &str, state: Option<&str>) -> Reply {
    let mut params = json!({"name": tool, "arguments": {"note": note}});
    if let Some(state) = state {
        params["requestState"] = json!(state);
        params["inputResponses"] = json!({"really": {"action": "accept", "content": {"really": true}}});
    }
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
    });
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    client.post(body).await.unwrap()
}

#[tokio::test]
async fn mcp_66_a_request_state_is_its_callers_for_one_call_and_as_it_was() {
    for server in [start_rmcp().await, start_pmcp().await] {
        let client = |token: TokenBuilder| server.client().bearer(token.mint());
        let token = || server.token("alice").client_id("web").tenant("acme");
        let alice = client(token());
        let first = call(&alice, "remove", "7", None).await;
        let result = first.result().unwrap();
        assert_eq!(result["resultType"], "input_required", "{first:?}");
        let state = result["requestState"].as_str().unwrap();
        assert!(!state.contains("secret"));

        let answered = |reply: &Reply| reply.body.to_string().contains("secret");
        let others = [
            client(server.token("bob").client_id("web").tenant("acme")),
            // A client that calls in its own name, and has hers.
            client(server.token("alice").client_id("alice").tenant("acme")),
        ];
        for other in &others {
            let reply = call(other, "remove", "7", Some(state)).await;
            assert!(!answered(&reply), "{reply:?}");
        }
        for (tool, note) in [("move", "7"), ("remove", "8")] {
            let reply = call(&alice, tool, note, Some(state)).await;
            assert!(!answered(&reply), "{tool} {note}: {reply:?}");
        }
        // Some of the last letters, which are of the seal. The very last one may have bits that mean nothing.
        for index in (state.len() - 8)..(state.len() - 1) {
            let mut forged = state.as_bytes().to_vec();
            forged[index] = if forged[index] == b'A' { b'Q' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            let reply = call(&alice, "remove", "7", Some(&forged)).await;
            assert!(!answered(&reply), "{index}: {reply:?}");
        }
        let reply = call(&alice, "remove", "7", Some(state)).await;
        assert!(answered(&reply), "{reply:?}");
    }
}
