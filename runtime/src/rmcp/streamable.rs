//! The SDK's HTTP service, with sessions for callers and without for everybody else.

use super::Server;
use crate::caller::Caller;
use crate::layer::Admission;
use ::rmcp::ServerHandler;
use ::rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use ::rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use http::Request;
use http_body::Body;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower_service::Service;

type Sdk<H> = StreamableHttpService<H, LocalSessionManager>;

/// A [`Server`], or a [`Guarded`](super::Guarded) one, over streamable HTTP; to be used behind the gate's layer.
///
/// 1. A request without a caller gets no session: the SDK keeps sessions for minutes, and anyone could open any number of them.
/// 2. A caller's request that is of no session goes where none is asked for: a client that began without a token has none.
pub struct Streamable<H = Server> {
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
        Self {
            sessionless: service(config.clone().with_legacy_session_mode(false)),
            sessions: service(config),
        }
    }
}

impl<H, B> Service<Request<B>> for Streamable<H>
where
    Sdk<H>: Service<Request<B>>,
    B: Body,
{
    type Response = <Sdk<H> as Service<Request<B>>>::Response;
    type Error = <Sdk<H> as Service<Request<B>>>::Error;
    type Future = <Sdk<H> as Service<Request<B>>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        match self.sessions.poll_ready(cx) {
            Poll::Ready(Ok(())) => self.sessionless.poll_ready(cx),
            other => other,
        }
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let extensions = request.extensions();
        // The layer left a caller only if there is one.
        let caller = extensions.get::<Caller>();
        let admission = extensions.get::<Admission>();
        if caller.is_some() && admission.is_some_and(|admission| admission.has_session) {
            self.sessions.call(request)
        } else {
            self.sessionless.call(request)
        }
    }
}

impl<H> Clone for Streamable<H> {
    fn clone(&self) -> Self {
        Self {
            sessions: self.sessions.clone(),
            sessionless: self.sessionless.clone(),
        }
    }
}

impl<H> fmt::Debug for Streamable<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Streamable(..)")
    }
}
