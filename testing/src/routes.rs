//! What the provider answers over HTTP.

use crate::answer::{Answer, Spoiled};
use crate::discovery::Discovery;
use crate::fault::Fault;
use crate::published::Published;
use crate::recorded::RecordedRequest;
use crate::traffic::InFlight;
use crate::wire::Takeover;
use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use std::sync::Arc;

pub(crate) fn router(published: Arc<Published>) -> Router {
    let path = &published.path;
    let mut router = Router::new()
        // Any path is a path here; none has placeholders.
        .without_v07_checks()
        .route(&Discovery::OAuth.path(path), get(discovery))
        .route(&Discovery::OpenId.path(path), get(discovery))
        .route(&format!("{path}/jwks"), get(jwks))
        .route(&format!("{path}/introspect"), post(introspection));
    if !path.is_empty() {
        router = router.route(&Discovery::OpenIdAfterPath.path(path), get(discovery));
    }
    router.with_state(published)
}

type Shared = State<Arc<Published>>;

async fn discovery(State(published): Shared, Extension(connection): Extension<Takeover>, request: Request) -> Response {
    let request = RecordedRequest::read(request).await;
    let in_flight = published.discovery.enter(&request);
    let fault = published.discovery.fault(Some(request.path())).await;
    let answer = Answer::json(&published.metadata());
    send(answer, fault, in_flight, &connection).await
}

async fn jwks(State(published): Shared, Extension(connection): Extension<Takeover>, request: Request) -> Response {
    let request = RecordedRequest::read(request).await;
    let in_flight = published.jwks.enter(&request);
    let fault = published.jwks.fault(None).await;
    let keys = match fault {
        Some(Fault::DuplicateKids) => published.state().ambiguous_keys(),
        Some(Fault::Empty) => Vec::new(),
        _ => published.state().public_keys(),
    };
    // An empty set is already what `Empty` is here.
    let fault = fault.filter(|fault| !matches!(fault, Fault::Empty));
    send(published.jwks_answer(&keys), fault, in_flight, &connection).await
}

async fn introspection(
    State(published): Shared,
    Extension(connection): Extension<Takeover>,
    request: Request,
) -> Response {
    let request = RecordedRequest::read(request).await;
    let in_flight = published.introspection.enter(&request);
    let token = request.parameter("token");
    let fault = published.introspection.fault(token.as_deref()).await;
    let answer = match fault {
        Some(Fault::Status(_)) => published.credible_introspection(token.as_deref()),
        Some(Fault::SignedAnswer) => published.signed_introspection(&request),
        _ => published.introspect(&request),
    };
    send(answer, fault, in_flight, &connection).await
}

async fn send(answer: Answer, fault: Option<Fault>, in_flight: InFlight, connection: &Takeover) -> Response {
    let spoiled = match fault {
        None => Spoiled::Answer(answer),
        Some(fault) => answer.spoil(fault),
    };
    match spoiled {
        Spoiled::Answer(answer) => answer.into_response(),
        Spoiled::Script(script) => connection.play(script, in_flight).await,
    }
}
