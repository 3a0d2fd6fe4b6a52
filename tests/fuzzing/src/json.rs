//! The two places where JSON of strangers is read: the body of a request, and the claims of a token.

use crate::naive::Tree;
use crate::party::{AUDIENCE, ISSUER, run, seal, validate_here};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};
use toolgate::layer::GateService;
use toolgate::validator::TokenError;
use toolgate::{Gate, Toolset, mcp_tool};
use tower_layer::Layer as _;
use tower_service::Service;

/// The input stands in the place of a value.
pub fn json(input: &[u8]) {
    let body = [br#"{"jsonrpc":"2.0","id":1,"method":"ping","x":"#, input, b"}"].concat();
    // Bodies of strangers have at most 64 KiB.
    if body.len() <= 64 * 1024 {
        let is_strict = Tree::read(&body).is_some_and(|body| body.is_strict());
        let status = SERVICE.with_borrow_mut(|service| status(service, body));
        assert_eq!(status == StatusCode::OK, is_strict, "as a body: {status}");
    }
    let claims = format!(r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"a","exp":1800000600,"x":"#);
    let claims = [claims.as_bytes(), input, b"}"].concat();
    if let Some(result) = validate_here(&seal(r#"{"alg":"EdDSA","kid":"ed25519"}"#, &claims)) {
        let is_strict = Tree::read(&claims).is_some_and(|claims| claims.is_strict());
        let read = !matches!(result, Err(TokenError::Payload));
        assert_eq!(read, is_strict, "as a claim: {result:?}");
    }
}

thread_local! {
    static SERVICE: RefCell<GateService<Anything>> = RefCell::new(service());
}

/// Open, so that the layer lets a `ping` of anybody through.
#[mcp_tool(public)]
async fn open() -> Result<(), Infallible> {
    Ok(())
}

/// Says yes to all that reaches it.
#[derive(Clone)]
struct Anything;

impl Service<Request<Full<Bytes>>> for Anything {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        ready(Ok(Response::default()))
    }
}

fn service() -> GateService<Anything> {
    let gate = Gate::public_only().unwrap();
    let protected = gate.protect(Toolset::new(()).tool(OpenTool)).unwrap();
    protected.layer().layer(Anything)
}

fn status(service: &mut GateService<Anything>, body: Vec<u8>) -> StatusCode {
    let request = Request::post("/")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .body(Full::from(body))
        .unwrap();
    run(service.call(request)).unwrap().status()
}
