//! The SDK's HTTP service, with sessions for callers and without for everybody else.

use super::Server;
use crate::caller::Caller;
use crate::layer::Admission;
use ::rmcp::ServerHandler;
use ::rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use ::rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use http_body::Body;
use http_body_util::combinators::BoxBody;
use std::convert::Infallible;
use std::fmt::{self, Display};
use std::sync::Arc;
use std::task::{Context, Poll};
use tower_service::Service;

type Sdk<H> = StreamableHttpService<H, LocalSessionManager>;

/// A [`Server`], or a [`Guarded`](super::Guarded) one, over streamable HTTP; to be used behind the gate's layer.
///
/// 1. A request without a caller gets no session: the SDK keeps sessions for minutes, and anyone could open any number of them.
/// 2. A caller's request that is of no session goes where none is asked for: a client that began without a token has none.
pub struct Streamable<H = Server> {
    services: Arc<Services<H>>,
}

/// Shared by all requests: they are more than is worth cloning for each.
struct Services<H> {
    sessions: Sdk<H>,
    sessionless: Sdk<H>,
}

impl<H: ServerHandler + Clone> Streamable<H> {
    /// The layer has checked hosts and origins against what the gate was told. The SDK was told nothing.
    pub(super) fn new(server: &H, config: StreamableHttpServerConfig) -> Self {
        let config = config.disable_allowed_hosts().disable_allowed_origins();
        let service = |config| {
            let server = server.clone();
            StreamableHttpService::new(move || Ok(server.clone()), Arc::default(), config)
        };
        let services = Services {
            sessionless: service(config.clone().with_legacy_session_mode(false)),
            sessions: service(config),
        };
        Self {
            services: Arc::new(services),
        }
    }
}

impl<H, B> Service<Request<B>> for Streamable<H>
where
    H: ServerHandler,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Display,
{
    type Response = Response<BoxBody<Bytes, Infallible>>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    /// The SDK's always is.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let extensions = request.extensions();
        // The layer left a caller only if there is one.
        let caller = extensions.get::<Caller>();
        let admission = extensions.get::<Admission>();
        let has_session = caller.is_some() && admission.is_some_and(|admission| admission.has_session);
        let services = Arc::clone(&self.services);
        Box::pin(async move {
            let service = if has_session {
                &services.sessions
            } else {
                &services.sessionless
            };
            Ok(service.handle(request).await)
        })
    }
}

impl<H> Clone for Streamable<H> {
    fn clone(&self) -> Self {
        Self {
            services: Arc::clone(&self.services),
        }
    }
}

impl<H> fmt::Debug for Streamable<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Streamable(..)")
    }
}
