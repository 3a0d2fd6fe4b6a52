//! The answers of the layer: the one place where refusals become HTTP.

use super::message::{Message, MessageError};
use super::mirror::Mismatch;
use crate::bearer::CredentialsError;
use crate::decision::Denial;
use crate::entries::{Kind, Subject};
use crate::error::{Error, Limited, UNRECORDED, Unavailable};
use crate::origin::ForeignPeer;
use crate::protected::Protected;
use crate::scope::ScopeToken;
use crate::validator::TokenError;
use bytes::Bytes;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// How long a client should wait when we could not decide, in seconds.
const RETRY_SECONDS: u16 = 5;

/// Why the layer answers itself.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The request names a host or an origin that is not known: these.
    Foreign(ForeignPeer, String),
    Credentials(CredentialsError),
    Token(TokenError),
    /// Too many tokens were refused that came from there.
    RefusedTooOften(Limited),
    Unavailable(Unavailable),
    /// A call could not be recorded that runs only if it is.
    Unrecorded,
    /// There is no token where one is needed, for a tool that needs these scopes.
    NoCredentials(Vec<ScopeToken>),
    Denied(Denial),
    /// There were too many calls.
    Limited(Limited),
    /// There is no such tool, prompt or resource.
    Unknown(Kind),
    /// The caller was turned away, and must not learn that there is such a thing.
    Hidden(Kind, Denial),
    /// The arguments of a call are no object.
    Arguments,
    ForeignSession,
    Path,
    Method,
    Message(MessageError),
    /// A header does not say what the body says.
    Mismatch(Mismatch),
}

impl Refusal {
    /// A stable name for records.
    pub(super) const fn reason(&self) -> &'static str {
        match self {
            Self::Foreign(peer, _) => peer.reason(),
            Self::Credentials(_) => "invalid_credentials",
            Self::Token(_) => "invalid_token",
            Self::RefusedTooOften(_) => "refused_too_often",
            Self::Unavailable(_) => "unavailable",
            Self::Unrecorded => UNRECORDED,
            Self::NoCredentials(_) => "unauthenticated",
            Self::Denied(denial) | Self::Hidden(_, denial) => denial.reason(),
            Self::Limited(_) => "rate_limited",
            Self::Unknown(kind) => kind.unknown(),
            Self::Arguments => "invalid_arguments",
            Self::ForeignSession => "foreign_session",
            Self::Path => "unknown_path",
            Self::Method => "method_not_allowed",
            Self::Message(_) => "malformed_message",
            Self::Mismatch(_) => "header_mismatch",
        }
    }

    /// What the reader of the record should know besides.
    pub(super) fn detail(&self) -> Option<String> {
        match self {
            Self::Credentials(error) => Some(error.to_string()),
            Self::Token(error) => Some(error.to_string()),
            Self::Unavailable(error) => Some(crate::error::chain(error).join(": ")),
            Self::Foreign(_, named) => Some(named.clone()),
            Self::Message(_) | Self::Mismatch(_) => Some(self.status_and_text().1.to_owned()),
            _ => None,
        }
    }

    /// The answer (R21, BT-03 to BT-11, SU-01 to SU-03, MCP-26, MCP-42, MCP-43).
    ///
    /// 1. A challenge stands only where a new authorization can help: not for roles, hosts, sessions or outages. Clients
    ///    take any 403 with a challenge for missing scopes.
    /// 2. Without credentials the challenge has no `error` (BT-09).
    /// 3. Nothing of the request is repeated but the JSON-RPC id, and to a caller, of a resource that is not there, its URI (SEP-2164). The
    ///    id is there if the body was read: it is not for whoever brings a bad token.
    /// 4. What is hidden is answered exactly as what does not exist.
    /// 5. What is wrong with a token is not said, but for one that is bound to its sender: it says so itself, and its client would
    ///    get the same again and again.
    /// 6. What a scope or a login is missing for, the model is told as well: it may ask its user for it. Of roles, tenants, owners
    ///    and checks nothing is said.
    /// 7. Who has to log in again is told how (RFC 9470 section 3), and asks for the same scopes as before.
    pub(super) fn answer(&self, protected: &Protected, message: &Message) -> Response<Full<Bytes>> {
        let id = message.id.as_ref();
        let (status, text) = match self {
            // No token can help at a gate that knows no callers.
            Self::NoCredentials(_) if protected.gate().settings.authority.is_none() => {
                (StatusCode::FORBIDDEN, "not permitted")
            }
            _ => self.status_and_text(),
        };
        let code = match self {
            // Older protocol versions have a code of its own for that.
            Self::Unknown(Kind::Resource) | Self::Hidden(Kind::Resource, _) if !message.stateless => -32002,
            Self::Unknown(_) | Self::Hidden(..) => -32602,
            Self::Message(MessageError::NotJson) => -32700,
            Self::Message(_) => -32600,
            Self::Mismatch(_) => -32020,
            // Outside the range that JSON-RPC and MCP reserve (MCP-70).
            _ => i32::from(status.as_u16()),
        };
        let mut body = match self {
            // MCP-65: wrong arguments are a result that the model can read and mend.
            Self::Arguments => {
                let result = json!({"content": [{"type": "text", "text": text}], "isError": true});
                json!({"jsonrpc": "2.0", "id": id, "result": result})
            }
            _ => {
                json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": self.needs().unwrap_or(text.into())}})
            }
        };
        let error = body.get_mut("error").and_then(Value::as_object_mut);
        if let (Some(uri), Some(error)) = (self.missing(message), error) {
            error.insert("data".to_owned(), json!({"uri": uri}));
        }
        let mut response = json_response(status, &body);
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge(protected) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if matches!(self, Self::Unavailable(_) | Self::Unrecorded) {
            headers.insert(RETRY_AFTER, RETRY_SECONDS.into());
        }
        if let Self::Limited(limited) | Self::RefusedTooOften(limited) = self {
            headers.insert(RETRY_AFTER, limited.seconds().into());
        }
        if matches!(self, Self::Method) {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }

    /// The resource that is not there, for a caller: nobody else is told so.
    fn missing<'a>(&self, message: &'a Message) -> Option<&'a str> {
        match (self, message.subject()?) {
            (Self::Unknown(Kind::Resource) | Self::Hidden(Kind::Resource, _), Subject::Resource(uri)) => Some(uri),
            _ => None,
        }
    }

    fn status_and_text(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Foreign(..) => (StatusCode::FORBIDDEN, "this host or origin is not known here"),
            Self::Credentials(CredentialsError::Repeated) => {
                (StatusCode::BAD_REQUEST, "more than one Authorization header")
            }
            Self::Token(TokenError::SenderConstrained) => (
                StatusCode::UNAUTHORIZED,
                "sender-constrained access tokens are not accepted here",
            ),
            Self::Credentials(_) | Self::Token(_) => (StatusCode::UNAUTHORIZED, "the access token is not valid here"),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "tokens cannot be checked right now"),
            // Nothing is said of records: that is for the operator alone.
            Self::Unrecorded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "permission cannot be checked right now",
            ),
            Self::NoCredentials(_) | Self::Denied(Denial::Unauthenticated) => {
                (StatusCode::UNAUTHORIZED, "an access token is needed")
            }
            Self::Denied(Denial::InsufficientLogin { .. }) => {
                (StatusCode::UNAUTHORIZED, "a stronger or a newer login is needed")
            }
            Self::Denied(Denial::MissingScopes { .. }) => (StatusCode::FORBIDDEN, "the access token lacks a scope"),
            Self::Denied(_) => (StatusCode::FORBIDDEN, "not permitted"),
            Self::Limited(_) => (StatusCode::TOO_MANY_REQUESTS, "too many calls"),
            Self::RefusedTooOften(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "too many access tokens were refused that came from there",
            ),
            Self::Unknown(kind) | Self::Hidden(kind, _) => (StatusCode::OK, kind.not_found()),
            Self::Arguments => (StatusCode::OK, "invalid arguments: expected an object"),
            Self::Mismatch(mismatch) => (StatusCode::BAD_REQUEST, Self::mismatch(*mismatch)),
            Self::ForeignSession => (StatusCode::NOT_FOUND, "no such session"),
            Self::Path => (StatusCode::NOT_FOUND, "nothing is served at this path"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "use POST"),
            Self::Message(MessageError::TooLong) => (StatusCode::PAYLOAD_TOO_LARGE, "the message is too long"),
            Self::Message(MessageError::Unreadable) => (StatusCode::REQUEST_TIMEOUT, "the message did not arrive"),
            Self::Message(MessageError::NotJson) => (
                StatusCode::BAD_REQUEST,
                "not JSON, nested too deeply, or a member is given twice",
            ),
            Self::Message(MessageError::ContentType) => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "the message has to come as application/json in UTF-8",
            ),
            Self::Message(MessageError::ContentEncoding) => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "the message must not be compressed")
            }
            Self::Message(MessageError::NotOneMessage) => (StatusCode::BAD_REQUEST, "not one JSON-RPC message"),
        }
    }

    /// What has to be got, in the words that the gate has for it.
    fn needs(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Denied(denial @ (Denial::MissingScopes { .. } | Denial::InsufficientLogin { .. })) => {
                Some(Error::Denied(denial.clone()).to_string().into())
            }
            _ => None,
        }
    }

    /// The header that is to blame is named: a client that is being written is the one who reads that.
    const fn mismatch(mismatch: Mismatch) -> &'static str {
        match mismatch {
            Mismatch::Version => "the header MCP-Protocol-Version is not there once, or not what the message says",
            Mismatch::Method => "the header Mcp-Method is not there once, or not what the message says",
            Mismatch::Name => "the header Mcp-Name is not there once, or not what the message says",
            Mismatch::Parameter => "a header Mcp-Param-* is not there once, or not what the arguments say",
        }
    }

    fn challenge(&self, protected: &Protected) -> Option<HeaderValue> {
        let (error, scopes) = match self {
            Self::Credentials(CredentialsError::Repeated) => (Some("invalid_request"), BTreeSet::new()),
            Self::Credentials(_) | Self::Token(_) => (Some("invalid_token"), protected.baseline().clone()),
            Self::NoCredentials(scopes) => (None, protected.baseline().iter().chain(scopes).copied().collect()),
            Self::Denied(Denial::Unauthenticated) => (None, protected.baseline().clone()),
            Self::Denied(Denial::MissingScopes { required, .. }) => {
                (Some("insufficient_scope"), required.iter().copied().collect())
            }
            Self::Denied(Denial::InsufficientLogin { required, .. }) => (
                Some("insufficient_user_authentication"),
                required.iter().copied().collect(),
            ),
            _ => return None,
        };
        let authority = protected.gate().settings.authority.as_ref()?;
        let mut challenge = "Bearer".to_owned();
        let mut separator = " ";
        let mut parameter = |name: &str, value: &str| {
            // Scope tokens, classes and URLs hold no quotes and no backslashes. Writing into a `String` cannot fail.
            let _ = write!(challenge, "{separator}{name}=\"{value}\"");
            separator = ", ";
        };
        if let Some(error) = error {
            parameter("error", error);
            parameter("error_description", self.status_and_text().1);
        }
        if let Self::Denied(Denial::InsufficientLogin { demand, .. }) = self {
            if !demand.acr().is_empty() {
                parameter("acr_values", &demand.acr().join(" "));
            }
            if let Some(age) = demand.max_age() {
                parameter("max_age", &age.as_secs().to_string());
            }
        }
        if !scopes.is_empty() {
            let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
            parameter("scope", &scopes.join(" "));
        }
        parameter("resource_metadata", &authority.resource.metadata_url());
        HeaderValue::from_str(&challenge).ok()
    }
}

/// The document that tells clients where to get tokens (RFC 9728 section 2; PR-02 to PR-07, MCP-10 to MCP-16).
pub(super) fn metadata(protected: &Protected) -> Option<Response<Full<Bytes>>> {
    let document = protected.resource_metadata()?;
    let mut response = json_response(StatusCode::OK, &document);
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("max-age=3600"));
    Some(response)
}

fn json_response(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body.to_string()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
