//! The `Mcp-Session-Id` header, on its way in and out. `session.rs` has the binding that it carries.

use super::answer::Refusal;
use super::message::{Message, STATELESS_VERSION};
use super::mirror::VERSION;
use crate::caller::Caller;
use crate::protected::Protected;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

/// Takes the binding off a session id (MCP-58), so that the SDK sees its own.
///
/// 1. What MCP has no use for goes no further: PUT, say, and HEAD, for which a router may have the SDK open the stream of a session
///    that nobody reads. A protocol version without sessions has no streams to GET and no sessions to DELETE, and a session id in
///    its POST means nothing.
/// 2. A GET without a session would be a stream of nobody's: an SDK may replay what was sent to others there.
/// 3. A session id that is given is one, and is this caller's.
///
/// Says whether the request is of a session, or may open one.
pub(super) fn unbind(
    protected: &Protected,
    parts: &mut Parts,
    message: &Message,
    caller: Option<&Caller>,
) -> Result<bool, Refusal> {
    if !matches!(parts.method, Method::POST | Method::GET | Method::DELETE) {
        return Err(Refusal::Method); // 1
    }
    let posts = parts.method == Method::POST;
    let stateless = |version: &HeaderValue| version.as_bytes() >= STATELESS_VERSION.as_bytes();
    if !posts && parts.headers.get_all(VERSION).iter().any(stateless) {
        return Err(Refusal::Method); // 1
    }
    if posts && message.stateless {
        parts.headers.remove(SESSION);
    }
    let mut ids = parts.headers.get_all(SESSION).iter();
    let id = match (ids.next(), ids.next()) {
        (None, _) if is_stream_without_session(parts) => return Err(Refusal::Method), // 2
        (None, _) => return Ok(message.method.as_deref() == Some("initialize")),
        (Some(id), None) => id.to_str().map_err(|_| Refusal::ForeignSession)?, // 3
        (Some(_), Some(_)) => return Err(Refusal::ForeignSession),
    };
    let sessions = &protected.gate().settings.sessions;
    let id = sessions.unbind(id, caller).map_err(|_| Refusal::ForeignSession)?;
    let id = HeaderValue::from_str(id).map_err(|_| Refusal::ForeignSession)?;
    parts.headers.insert(SESSION, id);
    Ok(true)
}

/// Whether this asks for a stream that is of no session, which nobody gets.
pub(super) fn is_stream_without_session(parts: &Parts) -> bool {
    matches!(parts.method, Method::GET | Method::HEAD) && !parts.headers.contains_key(SESSION)
}

/// Binds a session id that the SDK gives out to the caller. One that cannot be bound is not given out.
pub(super) fn bind(protected: &Protected, headers: &mut HeaderMap, caller: Option<&Caller>) {
    let Some(id) = headers.remove(SESSION) else {
        return;
    };
    let sessions = &protected.gate().settings.sessions;
    let bound = id.to_str().ok().and_then(|id| sessions.bind(id, caller));
    if let Some(bound) = bound.and_then(|bound| HeaderValue::try_from(bound).ok()) {
        headers.insert(SESSION, bound);
    }
}
