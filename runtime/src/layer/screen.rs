//! What happens to a request before the SDK sees it.

use super::admission::{Admission, Gone};
use super::answer::Refusal;
use super::held::Held;
use super::message::{Message, MessageError};
use super::mirror;
use super::opening::{Opened, authenticate, open, read};
use super::service::Paths;
use super::session;
use crate::audit::Notice;
use crate::bad_tokens::PeerAddress;
use crate::bearer::BearerToken;
use crate::caller::Caller;
use crate::decision::Denial;
use crate::entries::{Found, Kind};
use crate::error::Error;
use crate::freshness::{Fresh, Freshness, NotFresh};
use crate::gate::{Facts, Ledger};
use crate::listing::View;
use crate::metrics;
use crate::permit::Permit;
use crate::protected::Protected;
use crate::toolset::Tool;
use crate::validator::TokenError;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, Request, Response};
use http_body::Body;
use http_body_util::Full;
use std::error::Error as StdError;
use std::sync::Arc;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Lets a request through to the SDK, or answers it.
///
/// 1. The host is known. The metadata document is for everyone. The path is one that is served. The origin is known, if there
///    is one (MCP-50). A browser that asks whether a page of that origin may speak to the server is told.
/// 2. The credentials are well-formed, if there are any (R20).
/// 3. Not too many tokens were refused that came from the same address. The token, if there is one, is valid. A bad token is never
///    "no token", also on a public tool.
/// 4. The body of a POST is JSON in plain UTF-8. It is read once, within its limits, which are tighter without a token. It means one
///    thing only (R16).
/// 5. Without a token only what is public passes; what cannot be read is not public.
/// 6. The headers that repeat the body say what it says (MCP-52). Those of arguments come after 7, and those of somebody without a
///    token after 5: they would tell what tools there are.
/// 7. A call that can be denied without the arguments is answered here, in the words of HTTP. The token has not expired while
///    the body was on its way.
/// 8. For a tool that is `fresh` the token is validated anew, and the call decided again.
/// 9. A session is this caller's (MCP-58).
/// 10. A call of a tool with a rate is counted, and is not one too many. That comes last: whoever is refused here for another reason
///     is not counted, and it is counted for whom the token says now that it is. What the SDK refuses after that is counted, as a
///     request that does not accept the form of the answer.
/// 11. The SDK gets the request without credentials, and with the facts that the gate needs. The answer to a call that runs only once
///     it is recorded is held back until it is.
pub(super) async fn screen<B>(
    protected: &Protected,
    paths: Paths,
    request: Request<B>,
    gone: Gone,
) -> Result<Screened<B>, Response<Full<Bytes>>>
where
    B: Body<Data = Bytes> + From<Bytes>,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let (mut parts, body) = request.into_parts();
    let mut facts = Facts {
        view: View::Obtainable,
        ..Facts::nobody()
    };
    let unread = Message::default();
    let token = match open(protected, paths, &parts) {
        Ok(Opened::Token(token)) => token, // 2
        Ok(Opened::Answered(answer)) => return Err(answer),
        Err(refusal) => return Err(refuse(protected, &refusal, &unread, &facts)), // 1
    };
    let peer = parts.extensions.get::<PeerAddress>().copied();
    let peer = protected.gate().settings.proxies.sender(peer, &parts.headers);
    facts.caller = match authenticate(protected, token.as_ref(), peer).await {
        Ok(caller) => caller, // 3
        Err(refusal) => return Err(refuse(protected, &refusal, &unread, &facts)),
    };
    let read = match parts.method {
        Method::POST => read(&parts, body, facts.caller.is_some()).await, // 4
        _ => Ok((body, Message::default())),
    };
    let (body, message) = match read {
        Ok(read) => read,
        Err(error) => {
            let knows_callers = protected.gate().settings.authority.is_some();
            let refusal = match (&facts.caller, error) {
                (None, MessageError::Unreadable) | (Some(_), _) => Refusal::Message(error),
                (None, _) if !knows_callers => Refusal::Message(error),
                (None, _) => Refusal::NoCredentials(Vec::new()), // 5
            };
            return Err(refuse(protected, &refusal, &unread, &facts));
        }
    };
    facts.request_id = message.id.as_ref().map(|id| id.to_string().into());
    let mirrors = match parts.method {
        Method::POST => mirror::check(&parts.headers, &message).map_err(Refusal::Mismatch), // 6
        _ => Ok(()),
    };
    let mut admitted = match facts.caller {
        Some(_) => mirrors.and_then(|()| admit(protected, &parts, &message, &facts)), // 7
        None => admit(protected, &parts, &message, &facts).and(mirrors),              // 5
    };
    let tool = subject(protected, &message);
    if let (Ok(()), Some(tool)) = (&admitted, tool) {
        let checked = mirror::check_parameters(&parts.headers, &message, tool);
        admitted = checked.map_err(Refusal::Mismatch); // 6
    }
    if admitted.is_ok() {
        admitted = refresh(protected, &message, token.as_ref(), &mut facts).await; // 8
        if let (Some(bad_tokens), Some(token), Err(Refusal::Token(_))) =
            (&protected.gate().settings.bad_tokens, &token, &admitted)
        {
            bad_tokens.refused(peer, token);
        }
    }
    let caller = facts.caller.clone();
    let has_session = admitted
        .and_then(|()| session::unbind(protected, &mut parts, &message, caller.as_ref())) // 9
        .map_err(|refusal| refuse(protected, &refusal, &message, &facts))?;
    let counted = take_permit(protected, tool, &mut facts).await; // 10
    counted.map_err(|refusal| refuse(protected, &refusal, &message, &facts))?;
    strip(&mut parts.headers); // 11
    parts.extensions.remove::<Caller>();
    if let Some(caller) = &caller {
        parts.extensions.insert(caller.clone());
    }
    let waits = tool.is_some_and(|tool| tool.policy.is_audit_required());
    let (notice, held) = waits.then(Notice::channel).unzip();
    facts.notice = notice;
    let admission = Admission::new(protected.gate(), facts, &message, has_session, gone);
    parts.extensions.insert(admission);
    Ok(Screened {
        request: Request::from_parts(parts, body),
        caller,
        held: held.map(|told| Held::new(told, message)),
    })
}

/// A request for the SDK.
pub(super) struct Screened<B> {
    pub(super) request: Request<B>,
    pub(super) caller: Option<Caller>,
    /// What its answer waits for.
    pub(super) held: Option<Held>,
}

/// Decides what can be decided without the arguments.
///
/// 1. A token that was valid before the body was read may have expired since.
/// 2. A call of a tool of ours is decided by its policy. Its arguments have to be an object. What names a prompt or a resource is
///    decided by the policy of each that it names. Without a token nobody gets a stream that lasts, whatever it is of.
/// 3. A call of any other tool reaches nothing (R22): it is no tool, whatever an SDK may have under that name. The same holds for a
///    prompt or a resource, where anything is declared about its kind. One that the caller must not know of is answered
///    likewise, and here, where no more was done for it than for that.
/// 4. Everything else that comes with a valid token passes, and so does what is open to anyone where something is public, and
///    lists where something of their kind is.
/// 5. Where something is public, clients without a token ask for a stream too. Nobody gets one without a session, and 405 says
///    so: at a 401 they would have their user log in, who called nothing that needs it.
/// 6. What is left came without a token, and needs one.
fn admit(protected: &Protected, parts: &Parts, message: &Message, facts: &Facts) -> Result<(), Refusal> {
    let now = || protected.gate().settings.clock.unix_time();
    if facts.caller.as_ref().is_some_and(|caller| caller.has_expired(now())) {
        return Err(Refusal::Token(TokenError::Expired));
    }
    let mut is_decided = !message.about.is_empty();
    for subject in &message.about {
        match protected.find(subject) {
            Found::Declared(tool) => admit_subject(protected, message, tool, facts)?, // 2
            Found::Unknown(kind) if facts.caller.is_some() => return Err(Refusal::Unknown(kind)), // 3
            Found::Unknown(_) | Found::Unruled => is_decided = false,
        }
    }
    let is_open = || match message.listed() {
        Some(kind) => protected.entries().has_public(kind),
        None => protected.has_public() && message.is_open_to_anyone(),
    };
    match &facts.caller {
        _ if is_decided => Ok(()),
        Some(_) if message.is_call() => Err(Refusal::Unknown(Kind::Tool)), // 3
        Some(_) => Ok(()),                                                 // 4
        None if is_open() => Ok(()),                                       // 4
        None if protected.has_public() && session::is_stream_without_session(parts) => Err(Refusal::Method), // 5
        None => Err(Refusal::NoCredentials(Vec::new())),                   // 6
    }
}

/// Decides about one thing that a message names, by its policy.
fn admit_subject(protected: &Protected, message: &Message, tool: &Tool, facts: &Facts) -> Result<(), Refusal> {
    let is_anonymous = facts.caller.is_none();
    if is_anonymous && (!tool.policy.is_public() || message.asks_for_stream()) {
        return Err(no_credentials(protected, tool, facts));
    }
    match protected.deny_early(tool, facts) {
        Some(denial) => Err(turned_away(protected, tool, facts, denial)),
        None if message.has_odd_arguments => Err(Refusal::Arguments),
        None => Ok(()),
    }
}

/// What a message is about, if that is one thing which is under a policy.
fn subject<'a>(protected: &'a Protected, message: &'a Message) -> Option<&'a Arc<Tool>> {
    message.subject()?;
    subjects(protected, message).next()
}

/// All that a message is about which is under a policy. What it names twice is there twice.
fn subjects<'a>(protected: &'a Protected, message: &'a Message) -> impl Iterator<Item = &'a Arc<Tool>> {
    message
        .about
        .iter()
        .filter_map(|subject| match protected.find(subject) {
            Found::Declared(tool) => Some(tool),
            Found::Unknown(_) | Found::Unruled => None,
        })
}

/// The scopes of a tool are told to whoever has no token yet (MCP-13), unless they would tell that there is such a tool.
fn no_credentials(protected: &Protected, tool: &Tool, facts: &Facts) -> Refusal {
    if protected.gate().hides(tool, facts) {
        return Refusal::NoCredentials(Vec::new());
    }
    Refusal::NoCredentials(tool.policy.challenge_scopes())
}

fn turned_away(protected: &Protected, tool: &Tool, facts: &Facts, denial: Denial) -> Refusal {
    if protected.gate().hides(tool, facts) {
        Refusal::Hidden(tool.kind, denial)
    } else {
        Refusal::Denied(denial)
    }
}

/// Has the token of a call validated anew, if the tool is `fresh`, and leaves the fact for the gate. Only for a call that was
/// admitted: who is turned away anyway must not make us ask the issuer, and neither must whoever calls another tool. A request for a
/// stream may be about several resources, of which some are `fresh`.
///
/// 1. Whoever has to wait for the rate of any is turned away anyway. Nothing is counted yet.
/// 2. A token that is not valid any more is a bad token. It is validated once for the request, however many things that names.
/// 3. If it cannot be found out, nobody gets in.
/// 4. A token that is somebody else's by now is nobody's whom this request is of.
/// 5. From now on the caller is who the token says now. What it may do may be less than before, also with what is not `fresh`.
///
/// If the client goes away meanwhile, the records say so.
async fn refresh(
    protected: &Protected,
    message: &Message,
    token: Option<&BearerToken>,
    facts: &mut Facts,
) -> Result<(), Refusal> {
    let settings = &protected.gate().settings;
    let fresh: Vec<_> = subjects(protected, message)
        .filter(|tool| tool.policy.is_fresh())
        .collect();
    let Some(first) = fresh.first() else {
        return Ok(());
    };
    let (Some(authority), Some(token), Some(before)) = (&settings.authority, token, &facts.caller) else {
        return Err(no_credentials(protected, first, facts));
    };
    for tool in &fresh {
        Permit::foresee(tool, Some(before)).map_err(Refusal::Limited)?; // 1
    }
    let undecided = fresh.iter().map(|tool| protected.gate().undecided(tool, facts.clone()));
    let mut undecided: Vec<_> = undecided.collect();
    let validated = Fresh::validate(&fresh, authority, settings.clock.as_ref(), token, before).await;
    undecided.iter_mut().for_each(Ledger::hand_on);
    match validated {
        Ok((caller, validated)) => {
            facts.caller = Some(caller); // 5
            facts.freshness = Freshness::Known(validated);
            let denied = |tool| Some(turned_away(protected, tool, facts, protected.deny_early(tool, facts)?));
            subjects(protected, message)
                .find_map(|tool| denied(tool))
                .map_or(Ok(()), Err)
        }
        Err(NotFresh::Token(error)) => Err(Refusal::Token(error)), // 2
        Err(NotFresh::Unavailable(error)) => Err(Refusal::Unavailable(error)), // 3
        Err(other @ NotFresh::OtherCaller) => {
            for tool in fresh {
                let detail = Some(other.to_string());
                protected.record_denial(Some(tool), facts, Denial::NotFresh.reason(), &[], detail);
            }
            Err(Refusal::Denied(Denial::NotFresh)) // 4
        }
    }
}

/// Counts a call of a tool with a rate, and leaves the fact for the gate. Only for a call that nothing else is known against.
async fn take_permit(protected: &Protected, tool: Option<&Arc<Tool>>, facts: &mut Facts) -> Result<(), Refusal> {
    let Some(tool) = tool else {
        return Ok(());
    };
    let now = protected.gate().settings.clock.monotonic();
    match Permit::take(tool, facts.caller.as_ref(), now).await {
        Ok(permit) => {
            facts.permit = permit;
            Ok(())
        }
        Err(Error::Limited(limited)) => Err(Refusal::Limited(limited)),
        // The gate asks again, and has the words for it.
        Err(_) => Ok(()),
    }
}

/// Counts and records a refusal, and puts it into words.
fn refuse(protected: &Protected, refusal: &Refusal, message: &Message, facts: &Facts) -> Response<Full<Bytes>> {
    metrics::refused(refusal.reason());
    let tool = subject(protected, message);
    // The policy's own denials are recorded where they are decided.
    if !matches!(refusal, Refusal::Denied(_) | Refusal::Hidden(..)) {
        protected.record_denial(tool.map(AsRef::as_ref), facts, refusal.reason(), &[], refusal.detail());
    }
    refusal.answer(protected, message)
}

/// Takes away what the SDK must not see.
///
/// 1. The token, which it would show to every tool (MCP-28).
/// 2. Headers that it might take for an identity.
/// 3. The wish to have events replayed: it finds them by their id alone, whoever asks, and they hold others' answers.
fn strip(headers: &mut HeaderMap) {
    headers.remove(AUTHORIZATION);
    let identities = headers.keys().filter(|name| name.as_str().starts_with("x-pmcp-"));
    for name in identities.cloned().collect::<Vec<_>>() {
        headers.remove(name);
    }
    headers.remove(LAST_EVENT_ID);
}
