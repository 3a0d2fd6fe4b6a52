//! How a request begins: where it goes, who sent it, what it says.

use super::answer::{Refusal, metadata};
use super::cross_origin;
use super::media_type;
use super::message::{self, Message, MessageError};
use super::service::Paths;
use crate::bad_tokens::PeerAddress;
use crate::bearer::BearerToken;
use crate::caller::Caller;
use crate::origin::ForeignPeer;
use crate::protected::Protected;
use crate::validator::ValidateError;
use bytes::Bytes;
use http::request::Parts;
use http::{Method, Response};
use http_body::Body;
use http_body_util::Full;
use std::error::Error as StdError;

/// What a request is, before anybody asks who sent it.
pub(super) enum Opened {
    /// Something that is answered to everybody.
    Answered(Response<Full<Bytes>>),
    /// A request of the endpoint, with the token that it brings, if it brings one.
    Token(Option<BearerToken>),
}

/// Looks at a request's head: the first two steps of [`screen`](super::screen::screen).
pub(super) fn open(protected: &Protected, paths: Paths, parts: &Parts) -> Result<Opened, Refusal> {
    let settings = &protected.gate().settings;
    let foreign = |peer: ForeignPeer| Refusal::Foreign(peer, peer.named(parts));
    settings.peers.check_host(parts).map_err(foreign)?;
    let resource = settings.authority.as_ref().map(|authority| &authority.resource);
    let path = parts.uri.path();
    if resource.is_some_and(|resource| resource.metadata_path() == path) {
        if cross_origin::is_preflight(parts) {
            return Ok(Opened::Answered(cross_origin::allow_reading()));
        }
        if matches!(parts.method, Method::GET | Method::HEAD)
            && let Some(document) = metadata(protected)
        {
            return Ok(Opened::Answered(document));
        }
    }
    if paths == Paths::Endpoint && resource.is_some_and(|resource| resource.url().path() != path) {
        return Err(Refusal::Path);
    }
    settings.peers.check_origin(parts).map_err(foreign)?;
    if cross_origin::is_preflight(parts) {
        return Ok(Opened::Answered(cross_origin::allow(parts)));
    }
    if resource.is_none() {
        return Ok(Opened::Token(None));
    }
    let token = BearerToken::from_headers(&parts.headers).map_err(Refusal::Credentials)?;
    Ok(Opened::Token(token))
}

/// Makes a caller of a token. A gate that knows no callers has no use for tokens, good or bad.
///
/// 1. Somebody at an address of which too many were refused is not listened to, and the validator is not asked.
/// 2. What the validator refuses is counted for the address. What it could not find out is not.
pub(super) async fn authenticate(
    protected: &Protected,
    token: Option<&BearerToken>,
    peer: Option<PeerAddress>,
) -> Result<Option<Caller>, Refusal> {
    let settings = &protected.gate().settings;
    let (Some(authority), Some(token)) = (&settings.authority, token) else {
        return Ok(None);
    };
    let bad_tokens = settings.bad_tokens.as_ref();
    if let Some(bad_tokens) = bad_tokens {
        bad_tokens.admit(peer, token).map_err(Refusal::RefusedTooOften)?; // 1
    }
    match authority.caller(token, settings.clock.as_ref()).await {
        Ok(caller) => {
            bad_tokens.inspect(|bad_tokens| bad_tokens.accepted(token));
            Ok(Some(caller))
        }
        Err(ValidateError::Token(error)) => {
            bad_tokens.inspect(|bad_tokens| bad_tokens.refused(peer, token)); // 2
            Err(Refusal::Token(error))
        }
        Err(ValidateError::Unavailable(error)) => Err(Refusal::Unavailable(error)),
    }
}

/// Reads the body of a POST, which the SDK gets as it came.
pub(super) async fn read<B>(parts: &Parts, body: B, has_token: bool) -> Result<(B, Message), MessageError>
where
    B: Body<Data = Bytes> + From<Bytes>,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    media_type::check(&parts.headers)?;
    let bytes = message::read(body, has_token).await?;
    let message = Message::parse(&bytes)?;
    Ok((B::from(bytes), message))
}
