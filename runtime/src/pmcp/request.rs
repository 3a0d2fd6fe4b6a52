//! What is known of the request that the SDK is working on.

use super::list;
use crate::gate::Facts;
use crate::layer::Admission;
use crate::protected::Protected;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

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

/// Stands between the layer and the SDK.
///
/// 1. The SDK works within what the layer found out. A request that did not pass the layer is nobody's.
/// 2. The SDK's list of tools knows no caller, so it is cut down on its way out.
pub(super) async fn within(State(protected): State<Protected>, request: Request, next: Next) -> Response {
    let caller = Admission::facts(request.extensions(), &protected).caller;
    let admission = request.extensions().get::<Admission>().cloned();
    let asks_for_list = admission.as_ref().is_some_and(|admission| admission.asks_for_list);
    let response = match admission {
        Some(admission) => ADMISSION.scope(admission, next.run(request)).await, // 1
        None => next.run(request).await,
    };
    list::for_caller(response, asks_for_list, protected, caller).await // 2
}
