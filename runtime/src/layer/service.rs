//! The layer and what it does with a request.

use super::admission::Gone;
use super::cross_origin::KnownOrigin;
use super::screen::{Screened, screen};
use super::session;
use super::until::{Deadline, Until};
use crate::protected::Protected;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use http::{HeaderValue, Request, Response};
use http_body::Body;
use http_body_util::{Either, Full};
use std::error::Error as StdError;
use std::task::{Context, Poll};
use tower_layer::Layer;
use tower_service::Service;

/// Puts a gate before an HTTP service. [`Protected::layer`] makes one.
#[derive(Clone, Debug)]
pub struct GateLayer {
    protected: Protected,
    paths: Paths,
}

/// An HTTP service behind a gate. Generic over bodies: it takes any request body that can be made of [`Bytes`].
#[derive(Clone, Debug)]
pub struct GateService<S> {
    inner: S,
    protected: Protected,
    paths: Paths,
}

/// Which paths the inner service is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Paths {
    All,
    /// That of the resource URL only.
    Endpoint,
}

impl Protected {
    /// The layer that has to stand before the SDK's HTTP service. Without it nobody is authenticated, so only public tools run.
    ///
    /// Put it around the MCP endpoint and `/.well-known/oauth-protected-resource`, which it answers itself, and around nothing
    /// else: behind it every POST has to be a JSON-RPC message, and every GET of a session.
    ///
    /// An SDK that you put behind it yourself keeps the sessions of everybody who passes. Where something is `public`, anyone does
    /// with `initialize`: send requests without a [`Caller`](crate::Caller) in their extensions to an SDK whose sessions are off.
    #[must_use]
    pub fn layer(&self) -> GateLayer {
        GateLayer {
            protected: self.clone(),
            paths: Paths::All,
        }
    }
}

impl GateLayer {
    /// Answers 404 at every path but that of the gate's resource URL (and of the metadata document), for an inner service that
    /// does not look at paths. A gate that knows no callers has no such URL, and any path will do.
    #[must_use]
    pub fn endpoint_only(self) -> Self {
        Self {
            paths: Paths::Endpoint,
            ..self
        }
    }
}

impl<S> Layer<S> for GateLayer {
    type Service = GateService<S>;

    fn layer(&self, inner: S) -> GateService<S> {
        GateService {
            inner,
            protected: self.protected.clone(),
            paths: self.paths,
        }
    }
}

impl<S, B, R> Service<Request<B>> for GateService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data = Bytes> + From<Bytes> + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
    R: Send,
{
    type Response = Response<Either<Full<Bytes>, Until<R>>>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The clone may not be ready; the one that was polled is.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let (protected, paths) = (self.protected.clone(), self.paths);
        Box::pin(async move {
            let (answer, gone) = Gone::channel();
            let origin = KnownOrigin::of(&protected.gate().settings.peers, request.headers());
            match screen(&protected, paths, request, gone).await {
                Ok(Screened { request, caller, held }) => {
                    let mut response = inner.call(request).await?;
                    if let Some(held) = held
                        && let Some(mut refusal) = held.refusal(&protected).await
                    {
                        origin.tell(refusal.headers_mut());
                        return Ok(refusal.map(Either::Left));
                    }
                    let headers = response.headers_mut();
                    session::bind(&protected, headers, caller.as_ref());
                    origin.tell(headers);
                    // BT-12: what a caller is told is not for caches. An SDK may say so in its own words.
                    headers
                        .entry(CACHE_CONTROL)
                        .or_insert(HeaderValue::from_static("no-store"));
                    let clock = &protected.gate().settings.clock;
                    let deadline = caller.map(|caller| Deadline::new(&caller, clock));
                    Ok(response.map(|body| Either::Right(Until::new(body, deadline, answer))))
                }
                Err(mut answer) => {
                    // The metadata document is for every page, and says so.
                    if !answer.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
                        origin.tell(answer.headers_mut());
                    }
                    Ok(answer.map(Either::Left))
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::gate::Gate;
    use crate::toolset::Toolset;
    use bytes::Bytes;
    use http::{Request, Response};
    use http_body_util::Full;
    use std::convert::Infallible;
    use std::future::{Ready, poll_fn, ready};
    use std::task::{Context, Poll};
    use toolgate_macros::mcp_tool;
    use tower_layer::Layer as _;
    use tower_service::Service;

    /// Open, so that the layer lets requests without a token through.
    #[mcp_tool(public)]
    async fn open() -> Result<(), Infallible> {
        Ok(())
    }

    /// A service with room for one request, which it makes when it is asked whether it is ready. A clone has none.
    #[derive(Default)]
    struct OneAtATime {
        is_ready: bool,
    }

    impl Clone for OneAtATime {
        fn clone(&self) -> Self {
            Self::default()
        }
    }

    impl Service<Request<Full<Bytes>>> for OneAtATime {
        type Response = Response<Full<Bytes>>;
        type Error = Infallible;
        type Future = Ready<Result<Self::Response, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            self.is_ready = true;
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
            assert!(std::mem::take(&mut self.is_ready), "called without having been ready");
            ready(Ok(Response::default()))
        }
    }

    #[tokio::test]
    async fn the_service_that_was_ready_is_the_one_that_is_called() {
        let protected = Gate::public_only()
            .unwrap()
            .protect(Toolset::new(()).tool(OpenTool))
            .unwrap();
        let mut service = protected.layer().layer(OneAtATime::default());
        for _ in 0..2 {
            let body = Full::from(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
            let request = Request::post("/").header("host", "localhost");
            let request = request.header("content-type", "application/json").body(body).unwrap();
            poll_fn(|cx| service.poll_ready(cx)).await.unwrap();
            assert_eq!(service.call(request).await.unwrap().status(), 200);
        }
    }
}
