//! The layer and what it does with a request.

use super::admission::Admission;
use super::answer::{Refusal, metadata};
use super::message::{self, Message, STATELESS_VERSION};
use crate::bearer::BearerToken;
use crate::caller::Caller;
use crate::gate::Facts;
use crate::protected::Protected;
use crate::validator::ValidateError;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use http_body::Body;
use http_body_util::{Either, Full};
use std::error::Error as StdError;
use std::task::{Context, Poll};
use tower_layer::Layer;
use tower_service::Service;

const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// Puts a gate before an HTTP service. [`Protected::layer`] makes one.
#[derive(Clone, Debug)]
pub struct GateLayer {
    protected: Protected,
}

/// An HTTP service behind a gate. Generic over bodies: it takes any request body that can be made of [`Bytes`].
#[derive(Clone, Debug)]
pub struct GateService<S> {
    inner: S,
    protected: Protected,
}

impl Protected {
    /// The layer that has to stand before the SDK's HTTP service. Without it nobody is authenticated, so only public tools run.
    ///
    /// Put it around the whole server, so that it can answer `/.well-known/oauth-protected-resource`.
    #[must_use]
    pub fn layer(&self) -> GateLayer {
        GateLayer {
            protected: self.clone(),
        }
    }
}

impl<S> Layer<S> for GateLayer {
    type Service = GateService<S>;

    fn layer(&self, inner: S) -> GateService<S> {
        GateService {
            inner,
            protected: self.protected.clone(),
        }
    }
}

impl<S, B, R> Service<Request<B>> for GateService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data = Bytes> + From<Bytes> + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    type Response = Response<Either<Full<Bytes>, R>>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The clone may not be ready; the one that was polled is.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let protected = self.protected.clone();
        Box::pin(async move {
            match screen(&protected, request).await {
                Ok((request, caller)) => {
                    let mut response = inner.call(request).await?;
                    bind_session(&protected, response.headers_mut(), caller.as_ref());
                    Ok(response.map(Either::Right))
                }
                Err(answer) => Ok(answer.map(Either::Left)),
            }
        })
    }
}

/// Lets a request through to the SDK, or answers it.
///
/// 1. The host is known. The metadata document is for everyone. The origin is known, if there is one (MCP-50).
/// 2. The credentials are well-formed, if there are any (R20).
/// 3. The body of a POST is read once, within its limit.
/// 4. The token, if there is one, is valid. A bad token is never "no token", also on a public tool.
/// 5. The body means one thing only (R16).
/// 6. Without a token only what is public passes.
/// 7. A call that the policy denies is answered here, in the words of HTTP.
/// 8. A session is this caller's (MCP-58).
/// 9. The SDK gets the request without credentials, and with the facts that the gate needs.
async fn screen<B>(
    protected: &Protected,
    request: Request<B>,
) -> Result<(Request<B>, Option<Caller>), Response<Full<Bytes>>>
where
    B: Body<Data = Bytes> + From<Bytes>,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let settings = &protected.gate().settings;
    let (mut parts, body) = request.into_parts();
    let mut facts = Facts::nobody();
    let refuse = |refusal: Refusal, message: &Message, facts: &Facts| {
        let tool = message.tool.as_deref().and_then(|name| protected.tool(name));
        // The policy's own denials are recorded where they are decided.
        if !matches!(refusal, Refusal::Denied(_)) {
            protected.record_denial(tool, facts, refusal.reason(), &[], refusal.detail());
        }
        refusal.answer(protected, message.id.as_ref())
    };
    let unread = Message::default();
    let refused = |refusal| refuse(refusal, &unread, &facts);

    settings
        .peers
        .check_host(&parts)
        .map_err(|peer| refused(Refusal::Foreign(peer)))?; // 1
    if let Some(document) = is_metadata_request(protected, &parts)
        .then(|| metadata(protected))
        .flatten()
    {
        return Err(document);
    }
    settings
        .peers
        .check_origin(&parts)
        .map_err(|peer| refused(Refusal::Foreign(peer)))?;
    let token = BearerToken::from_headers(&parts.headers).map_err(|error| refused(Refusal::Credentials(error)))?; // 2
    let (body, bytes) = match parts.method {
        Method::POST => match message::read(body).await {
            Ok(bytes) => (B::from(bytes.clone()), Some(bytes)), // 3
            Err(error) => return Err(refused(Refusal::Message(error))),
        },
        _ => (body, None),
    };
    let message = bytes.as_deref().map_or_else(|| Ok(Message::default()), Message::parse);
    let known = message.as_ref().unwrap_or(&unread);
    facts.request_id = known.id.as_ref().map(|id| id.to_string().into());
    facts.caller = match authenticate(protected, token).await {
        Ok(caller) => caller, // 4
        Err(refusal) => return Err(refuse(refusal, known, &facts)),
    };
    let message = match message {
        Ok(message) => message, // 5
        Err(error) => return Err(refuse(Refusal::Message(error), &unread, &facts)),
    };
    admit(protected, &message, &facts).map_err(|refusal| refuse(refusal, &message, &facts))?; // 6, 7
    unbind_session(protected, &mut parts, &message, facts.caller.as_ref()) // 8
        .map_err(|refusal| refuse(refusal, &message, &facts))?;
    strip_credentials(&mut parts.headers); // 9
    let caller = facts.caller.clone();
    if let Some(caller) = &caller {
        parts.extensions.insert(caller.clone());
    }
    parts
        .extensions
        .insert(Admission::new(protected.gate(), facts, &message));
    Ok((Request::from_parts(parts, body), caller))
}

fn is_metadata_request(protected: &Protected, parts: &Parts) -> bool {
    let authority = protected.gate().settings.authority.as_ref();
    let path = authority.map(|authority| authority.resource.metadata_path());
    matches!(parts.method, Method::GET | Method::HEAD) && path.is_some_and(|path| path == parts.uri.path())
}

/// Makes a caller of a token. A gate that knows no callers has no use for tokens, good or bad.
async fn authenticate(protected: &Protected, token: Option<BearerToken>) -> Result<Option<Caller>, Refusal> {
    let authority = protected.gate().settings.authority.as_ref();
    let (Some(authority), Some(token)) = (authority, token) else {
        return Ok(None);
    };
    match authority.validator.validate(&token).await {
        Ok(claims) => Ok(Some(Caller::new(claims))),
        Err(ValidateError::Token(error)) => Err(Refusal::Token(error)),
        Err(ValidateError::Unavailable(error)) => Err(Refusal::Unavailable(error)),
    }
}

/// Decides what can be decided without the arguments.
///
/// 1. A call of a tool of ours is decided by its policy.
/// 2. Everything else that comes with a valid token passes, and so does what is open to anyone where some tool is public.
/// 3. What is left came without a token, and needs one.
fn admit(protected: &Protected, message: &Message, facts: &Facts) -> Result<(), Refusal> {
    let tool = message.tool.as_deref().and_then(|name| protected.tool(name));
    if let Some(tool) = tool {
        if facts.caller.is_none() && !tool.policy.is_public() {
            return Err(Refusal::NoCredentials(tool.policy.challenge_scopes()));
        }
        return match protected.deny_early(tool, facts) {
            Some(denial) => Err(Refusal::Denied(denial)),
            None => Ok(()),
        };
    }
    if facts.caller.is_some() || (protected.has_public_tools() && message.is_open_to_anyone()) {
        return Ok(());
    }
    Err(Refusal::NoCredentials(Vec::new()))
}

/// Takes the binding off a session id (MCP-58), so that the SDK sees its own.
///
/// 1. A protocol version without sessions has none, and no streams to GET either.
/// 2. A session id that is given has to be this caller's.
/// 3. A GET (or HEAD, which an SDK may take for one) without a session would be a stream of nobody's: an SDK may replay what
///    was sent to others there.
fn unbind_session(
    protected: &Protected,
    parts: &mut Parts,
    message: &Message,
    caller: Option<&Caller>,
) -> Result<(), Refusal> {
    let posts = parts.method == Method::POST;
    let stateless = |version: &HeaderValue| version.as_bytes() >= STATELESS_VERSION.as_bytes();
    if !posts && parts.headers.get_all(VERSION).iter().any(stateless) {
        return Err(Refusal::Method);
    }
    if posts && message.stateless {
        parts.headers.remove(SESSION);
    }
    let mut ids = parts.headers.get_all(SESSION).iter();
    let id = match (ids.next(), ids.next()) {
        (None, _) if matches!(parts.method, Method::GET | Method::HEAD) => return Err(Refusal::Method),
        (None, _) => return Ok(()),
        (Some(id), None) => id.to_str().map_err(|_| Refusal::ForeignSession)?,
        (Some(_), Some(_)) => return Err(Refusal::ForeignSession),
    };
    let sessions = &protected.gate().settings.sessions;
    let id = sessions.unbind(id, caller).map_err(|_| Refusal::ForeignSession)?;
    let id = HeaderValue::from_str(id).map_err(|_| Refusal::ForeignSession)?;
    parts.headers.insert(SESSION, id);
    Ok(())
}

/// Binds a session id that the SDK gives out to the caller. One that cannot be bound is not given out.
fn bind_session(protected: &Protected, headers: &mut HeaderMap, caller: Option<&Caller>) {
    let Some(id) = headers.remove(SESSION) else {
        return;
    };
    let sessions = &protected.gate().settings.sessions;
    let bound = id.to_str().ok().and_then(|id| sessions.bind(id, caller));
    if let Some(bound) = bound.and_then(|bound| HeaderValue::try_from(bound).ok()) {
        headers.insert(SESSION, bound);
    }
}

/// Takes away what no tool must see (MCP-28), and what an SDK might take for an identity.
fn strip_credentials(headers: &mut HeaderMap) {
    headers.remove(AUTHORIZATION);
    let claims: Vec<_> = headers
        .keys()
        .filter(|name| name.as_str().starts_with("x-pmcp-"))
        .cloned()
        .collect();
    for name in claims {
        headers.remove(name);
    }
}
