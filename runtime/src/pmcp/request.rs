//! What is known of the request that the SDK is working on.

use super::list;
use crate::gate::Facts;
use crate::layer::{Admission, Asked};
use crate::protected::Protected;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tower_service::Service as _;

tokio::task_local! {
    /// The SDK hands neither the request nor its extensions to its handlers, but it runs them in the task of the request.
    static ADMISSION: Admission;
}

/// What the layer of this gate found out about the current request; `None` outside of one.
pub(super) fn facts(protected: &Protected) -> Option<Facts> {
    ADMISSION
        .try_with(|admission| admission.facts_for(protected))
        .ok()
        .flatten()
}

/// What stands between the layer and the SDK.
#[derive(Clone)]
pub(super) struct Passage {
    pub(super) protected: Protected,
    /// The SDK without sessions.
    pub(super) sessionless: Router,
}

/// Passes a request on to the SDK.
///
/// 1. A call of a tool that the gate does not know ends here: the SDK may have tools that nobody gave a policy.
/// 2. A request without a caller gets no session: the SDK keeps sessions for as long as it runs.
/// 3. The SDK works within what the layer found out. A request that did not pass the layer gets no further.
/// 4. The SDK's list of tools knows no caller, so it is cut down on its way out.
pub(super) async fn pass(State(passage): State<Passage>, request: Request, next: Next) -> Response {
    let Passage {
        protected,
        mut sessionless,
    } = passage;
    let Some(admission) = request.extensions().get::<Admission>().cloned() else {
        // The layer always stands before this.
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let facts = admission.facts_for(&protected).unwrap_or_else(Facts::nobody);
    let asked = admission.asked.clone();
    if let Asked::Call(name) = &asked
        && protected.tool(name).is_none()
    {
        return unknown_tool(&facts); // 1
    }
    let answered = async {
        if facts.caller.is_some() {
            return next.run(request).await;
        }
        let Ok(response) = sessionless.call(request).await; // 2
        response
    };
    let response = ADMISSION.scope(admission, answered).await; // 3
    list::for_caller(response, &asked, protected, facts.caller).await // 4
}

/// What MCP asks for (MCP-65). The SDK would say that it failed.
fn unknown_tool(facts: &Facts) -> Response {
    let error = json!({"code": -32602, "message": "tool not found"});
    answer(StatusCode::OK, &id(facts), &error)
}

fn id(facts: &Facts) -> Value {
    let id = facts.request_id.as_deref().map(serde_json::from_str);
    id.and_then(Result::ok).unwrap_or_default()
}

pub(super) fn answer(status: StatusCode, id: &Value, error: &Value) -> Response {
    let body = json!({"jsonrpc": "2.0", "id": id, "error": error});
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
