//! What is known of the request that the SDK is working on.

use super::list::{self, CallerList, LastOffered};
use crate::gate::Facts;
use crate::layer::Admission;
use crate::protected::Protected;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
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
    pub(super) last: LastOffered,
}

/// Passes a request on to the SDK.
///
/// 1. A request without a caller gets no session: the SDK keeps sessions for as long as it runs. One that is of no session
///    goes where none is asked for.
/// 2. The SDK works within what the layer found out. A request that did not pass the layer gets no further.
/// 3. The SDK's list of tools knows no caller, so it is cut down on its way out.
pub(super) async fn pass(State(passage): State<Passage>, request: Request, next: Next) -> Response {
    let Passage {
        protected,
        mut sessionless,
        last,
    } = passage;
    let Some(admission) = request.extensions().get::<Admission>().cloned() else {
        // The layer always stands before this.
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let facts = admission.facts_for(&protected).unwrap_or_else(Facts::nobody);
    let (asked, has_session) = (admission.asked, admission.has_session);
    let answered = async {
        if facts.caller.is_some() && has_session {
            return next.run(request).await;
        }
        let Ok(response) = sessionless.call(request).await; // 1
        response
    };
    let response = ADMISSION.scope(admission, answered).await; // 2
    let list = CallerList { protected, facts, last };
    list::for_caller(response, asked, list).await // 3
}
