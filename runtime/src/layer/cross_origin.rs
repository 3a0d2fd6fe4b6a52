//! What browsers have to be told, so that pages of known origins can speak to the server (CORS, the Fetch standard section 3.3).

use crate::origin::AllowedPeers;
use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CACHE_CONTROL, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use http_body_util::Full;

/// What a page may read of an answer, besides what it always may: why it was refused, and which session it has (BT-14).
const READABLE: HeaderValue =
    HeaderValue::from_static("WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, Retry-After");

/// The headers that clients of MCP send.
const SENT: &str = "Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, \
     Last-Event-ID, traceparent, tracestate, baggage";

/// For how long a browser may remember the answer to a preflight, in seconds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("3600");

/// The origin of a request, if it is a known one.
#[derive(Debug)]
pub(super) struct KnownOrigin(Option<HeaderValue>);

impl KnownOrigin {
    pub(super) fn of(peers: &AllowedPeers, headers: &HeaderMap) -> Self {
        let mut origins = headers.get_all(ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (Some(origin), None) if peers.knows_origin(origin) => Self(Some(origin.clone())),
            _ => Self(None),
        }
    }

    /// Tells the browser that a page of this origin may read the answer.
    ///
    /// 1. Nothing that an SDK says about origins counts: it was told of none.
    /// 2. The answer is for this origin only, by its name: never for `*`, which every page is.
    /// 3. There are no credentials that a browser adds by itself, so none are allowed: a page sends its token in a header.
    /// 4. What was told to one origin is not told to others by a cache.
    pub(super) fn tell(self, headers: &mut HeaderMap) {
        for name in [
            ACCESS_CONTROL_ALLOW_ORIGIN,
            ACCESS_CONTROL_ALLOW_CREDENTIALS,
            ACCESS_CONTROL_EXPOSE_HEADERS,
        ] {
            headers.remove(name); // 1, 3
        }
        if let Self(Some(origin)) = self {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin); // 2
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, READABLE);
            headers.append(VARY, HeaderValue::from_static("Origin")); // 4
        }
    }
}

/// Whether a browser asks if a page may send what it is about to.
pub(super) fn is_preflight(parts: &Parts) -> bool {
    parts.method == Method::OPTIONS
        && parts.headers.contains_key(ORIGIN)
        && parts.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a preflight from an origin that was found to be known. It carries no token, and needs none: it tells how to speak to
/// any MCP server. Which origin it is for is told like for every answer.
pub(super) fn allow(parts: &Parts) -> Response<Full<Bytes>> {
    let asked = parts.headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
    let asked = asked
        .filter_map(|names| names.to_str().ok())
        .flat_map(|names| names.split(','));
    // Which those are depends on the tools. A header's name says nothing that could harm, once it is known to be one.
    let parameters = asked.filter_map(|name| HeaderName::try_from(name.trim()).ok());
    let parameters = parameters.filter(|name| name.as_str().starts_with("mcp-param-"));
    let mut sent = SENT.to_owned();
    for name in parameters {
        sent.push_str(", ");
        sent.push_str(name.as_str());
    }
    let mut response = answer("POST, GET, DELETE");
    let headers = response.headers_mut();
    if let Ok(sent) = HeaderValue::try_from(sent) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, sent);
    }
    headers.insert(VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
    response
}

/// The answer to a preflight for the metadata document, which is for every page (PR-10). Clients send it headers of MCP.
pub(super) fn allow_reading() -> Response<Full<Bytes>> {
    let mut response = answer("GET, HEAD");
    let headers = response.headers_mut();
    let any = HeaderValue::from_static("*");
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, any.clone());
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, any);
    response
}

fn answer(methods: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
