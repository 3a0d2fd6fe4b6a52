//! Tools that need something of the client first, and so take several rounds. They are written for the SDK alone, which has the words
//! for that, with their policies above them.
//!
//! What a client has to bring along to the next round is sealed, and bound to who calls: another caller cannot use it.

use crate::handler::Everything;
use rmcp::handler::server::tool::{InputResponses, RequestState};
use rmcp::model::{
    CallToolResponse, CallToolResult, ClientCapabilities, ContentBlock, InputRequest, InputRequiredResult, SealOptions,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, tool, tool_router};
use serde_json::{Value, json};
use std::time::Duration;
use toolgate::{Caller, policies};

/// How long a client may take.
const PATIENCE: Duration = Duration::from_mins(10);

type Answer = Result<CallToolResponse, ErrorData>;

#[policies(table = rounds_policies, vis = "pub(crate)")]
#[tool_router(router = rounds, vis = "pub(crate)")]
impl Everything {
    #[tool(description = "Asks for a name")]
    #[policy(scopes_all = ["write:tools"])]
    async fn test_input_required_result_elicitation(&self, given: InputResponses) -> Answer {
        match given.text("user_name", "/content/name") {
            Some(name) => said(format!("Hello, {name}!")),
            None => ask(
                [("user_name", elicitation("What is your name?", "name", "string"))],
                None,
            ),
        }
    }

    #[tool(description = "Asks the client's model")]
    #[policy(scopes_all = ["write:tools"])]
    async fn test_input_required_result_sampling(&self, given: InputResponses) -> Answer {
        match given.text("capital_question", "/content/text") {
            Some(answer) => said(format!("The model says: {answer}")),
            None => ask(
                [("capital_question", sampling("What is the capital of France?", 100))],
                None,
            ),
        }
    }

    #[tool(description = "Asks for the client's folders")]
    #[policy(scopes_all = ["write:tools"])]
    async fn test_input_required_result_list_roots(&self, given: InputResponses) -> Answer {
        match given.value("client_roots", "/roots") {
            Some(roots) => said(format!("The folders are {roots}")),
            None => ask([("client_roots", roots())], None),
        }
    }

    #[tool(description = "Asks for consent, and knows in the second round that it has asked")]
    #[policy(scopes_all = ["write:tools"])]
    async fn test_input_required_result_request_state(
        &self,
        given: InputResponses,
        state: RequestState,
        request: RequestContext<RoleServer>,
    ) -> Answer {
        if given.value("confirm", "/content").is_some() && self.open(state, &request)?.is_some() {
            return said("state-ok");
        }
        let question = elicitation("Please confirm", "ok", "boolean");
        ask([("confirm", question)], Some(self.seal("asked", &request)))
    }

    #[tool(description = "Asks for consent, and finds out who changes what it wrote down")]
    #[policy(scopes_all = ["write:tools"])]
    async fn test_input_required_result_tampered_state(
        &self,
        given: InputResponses,
        state: RequestState,
        request: RequestContext<RoleServer>,
    ) -> Answer {
        self.test_input_required_result_request_state(given, state, request)
            .await
    }

    #[tool(description = "Asks for three things at once")]
    #[policy(scopes_all = ["write:tools"])]
    async fn test_input_required_result_multiple_inputs(
        &self,
        given: InputResponses,
        state: RequestState,
        request: RequestContext<RoleServer>,
    ) -> Answer {
        let name = given.text("user_name", "/content/name");
        let greeting = given.text("greeting", "/content/text");
        let folders = given.value("client_roots", "/roots");
        if let (Some(name), Some(greeting), Some(folders)) = (name, greeting, folders)
            && self.open(state, &request)?.is_some()
        {
            return said(format!("{greeting}, {name}, with {folders}"));
        }
        let questions = [
            ("user_name", elicitation("What is your name?", "name", "string")),
            ("greeting", sampling("Generate a greeting", 50)),
            ("client_roots", roots()),
        ];
        ask(questions, Some(self.seal("asked", &request)))
    }

    #[tool(description = "Asks twice")]
    #[policy(scopes_all = ["write:tools"])]
    async fn test_input_required_result_multi_round(
        &self,
        given: InputResponses,
        state: RequestState,
        request: RequestContext<RoleServer>,
    ) -> Answer {
        let name = self.open(state, &request)?;
        match (
            name.as_deref(),
            given.text("step1", "/content/name"),
            given.text("step2", "/content/color"),
        ) {
            (Some(name), _, Some(color)) if !name.is_empty() => said(format!("{name} likes {color}")),
            (Some(_), Some(name), _) => ask(
                [(
                    "step2",
                    elicitation("Step 2: What is your favorite color?", "color", "string"),
                )],
                Some(self.seal(name, &request)),
            ),
            _ => ask(
                [("step1", elicitation("Step 1: What is your name?", "name", "string"))],
                Some(self.seal("", &request)),
            ),
        }
    }

    #[tool(description = "Asks for what the client can give")]
    #[policy(scopes_all = ["write:tools"])]
    async fn test_input_required_result_capabilities(
        &self,
        given: InputResponses,
        request: RequestContext<RoleServer>,
    ) -> Answer {
        if given.0.is_some() {
            return said("Thank you.");
        }
        let client = request.client_capabilities().unwrap_or_default();
        let model = client
            .sampling
            .is_some()
            .then(|| ("model", sampling("Say something", 50)));
        let user = client
            .elicitation
            .is_some()
            .then(|| ("user", elicitation("Say something", "text", "string")));
        match model.into_iter().chain(user).collect::<Vec<_>>() {
            questions if questions.is_empty() => said("There is nobody to ask."),
            questions => ask(questions, None),
        }
    }

    #[tool(description = "Asks for a name, and so has no answer yet")]
    #[policy(scopes_all = ["write:tools"])]
    async fn test_streaming_elicitation(&self, given: InputResponses) -> Answer {
        self.test_input_required_result_elicitation(given).await
    }

    #[tool(description = "Needs the client's model")]
    #[policy(scopes_all = ["write:tools"])]
    #[expect(deprecated, reason = "this is what the suite asks for")]
    async fn test_missing_capability(&self, request: RequestContext<RoleServer>) -> Answer {
        let client = request.client_capabilities().unwrap_or_default();
        if client.sampling.is_some() {
            return said("The client has a model.");
        }
        let needed = ClientCapabilities::builder().enable_sampling().build();
        Err(ErrorData::missing_required_client_capability(needed))
    }
}

impl Everything {
    /// Writes something down for the next round of the same caller.
    fn seal(&self, what: &str, request: &RequestContext<RoleServer>) -> String {
        let owner = owner(request);
        let options = SealOptions::new().associated_data(&owner).ttl(PATIENCE);
        self.codec.seal_with(what.as_bytes(), &options)
    }

    /// What was written down, if this is a later round.
    fn open(&self, state: RequestState, request: &RequestContext<RoleServer>) -> Result<Option<String>, ErrorData> {
        let Some(sealed) = state.0 else { return Ok(None) };
        let opened = self.codec.open_with(&sealed, &owner(request));
        let text = opened.ok().and_then(|opened| String::from_utf8(opened).ok());
        match text {
            Some(text) => Ok(Some(text)),
            None => Err(ErrorData::invalid_params(
                "the request state is not one of this server's for you",
                None,
            )),
        }
    }
}

/// Who calls, as bytes that are nobody else's. Without a gate, nobody is told apart.
fn owner(request: &RequestContext<RoleServer>) -> Vec<u8> {
    let parts = request.extensions.get::<http::request::Parts>();
    let caller = parts.and_then(|parts| parts.extensions.get::<Caller>());
    caller.map(|caller| caller.binding(&["rounds"])).unwrap_or_default()
}

#[expect(clippy::unnecessary_wraps, reason = "it stands beside `ask`, which can fail")]
fn said(text: impl Into<String>) -> Answer {
    Ok(CallToolResult::success(vec![ContentBlock::text(text)]).into())
}

fn ask<'a>(questions: impl IntoIterator<Item = (&'a str, Value)>, state: Option<String>) -> Answer {
    required(questions, state).map(Into::into)
}

/// That something of the client is needed first.
pub(crate) fn required<'a>(
    questions: impl IntoIterator<Item = (&'a str, Value)>,
    state: Option<String>,
) -> Result<InputRequiredResult, ErrorData> {
    let read =
        |(name, question): (&str, Value)| Ok((name.to_owned(), serde_json::from_value::<InputRequest>(question)?));
    let questions: Result<_, serde_json::Error> = questions.into_iter().map(read).collect();
    let questions = questions.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
    Ok(InputRequiredResult::new(Some(questions), state))
}

/// A question to the user, for one value.
pub(crate) fn elicitation(message: &str, name: &str, kind: &str) -> Value {
    let schema = json!({"type": "object", "properties": {name: {"type": kind}}, "required": [name]});
    let params = json!({"mode": "form", "message": message, "requestedSchema": schema});
    json!({"method": "elicitation/create", "params": params})
}

/// A question to the client's model.
fn sampling(question: &str, max_tokens: u32) -> Value {
    let message = json!({"role": "user", "content": {"type": "text", "text": question}});
    let params = json!({"messages": [message], "maxTokens": max_tokens});
    json!({"method": "sampling/createMessage", "params": params})
}

/// A question for the client's folders.
fn roots() -> Value {
    json!({"method": "roots/list"})
}

/// What a client answered to the questions of the round before.
pub(crate) trait Given {
    /// A part of the answer to one question, if it was answered with consent.
    fn value(&self, question: &str, path: &str) -> Option<&Value>;

    /// The same, if it is text.
    fn text(&self, question: &str, path: &str) -> Option<&str> {
        self.value(question, path)?.as_str()
    }
}

impl Given for InputResponses {
    fn value(&self, question: &str, path: &str) -> Option<&Value> {
        self.0.as_ref()?.get(question)?.pointer(path)
    }
}
