//! That a token was validated for one call, with nothing that was kept from before.

use crate::bearer::BearerToken;
use crate::caller::Caller;
use crate::clock::Clock;
use crate::config::Authority;
use crate::decision::Denial;
use crate::error::{Error, Unavailable};
use crate::one_call::OneCall;
use crate::toolset::Tool;
use crate::validator::{TokenError, ValidateError};
use std::sync::Arc;
use std::time::Duration;

/// The fact that a token was validated anew for one request: for one call of one tool, or one look at each resource that the request
/// names. Only [`Fresh::validate`] makes one, by doing so. What it says was true since the validation began.
#[derive(Clone, Debug)]
pub(crate) struct Fresh(Vec<OneCall>);

/// What a transport found out about a token's freshness, for a tool that is `fresh`.
#[derive(Clone, Debug, Default)]
pub(crate) enum Freshness {
    /// Nothing: nobody asked, or the answer was none to rely on.
    #[default]
    Unknown,
    /// The token was validated anew.
    Known(Fresh),
    /// It was not.
    Not(NotFresh),
}

/// Why a token that was valid is not known to be so anew.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum NotFresh {
    /// It is not valid any more.
    #[error(transparent)]
    Token(TokenError),
    /// It could not be found out.
    #[error(transparent)]
    Unavailable(Unavailable),
    /// It is somebody else's.
    #[error("validated anew, the token is somebody else's")]
    OtherCaller,
}

impl Fresh {
    /// Validates the token of a caller anew, for a call of each of these tools, which one request is about. It is for callers whom their
    /// policies admit: who is turned away anyway must not be able to make us ask the issuer.
    ///
    /// 1. The validator validates with nothing that it kept. A token that is not valid any more, and one about which that
    ///    cannot be found out, are none.
    /// 2. The token is in time, whatever the validator says.
    /// 3. It is about the same principal as before.
    /// 4. What it says now counts, and not what it said before: the caller is replaced.
    pub(crate) async fn validate(
        tools: &[&Arc<Tool>],
        authority: &Authority,
        clock: &dyn Clock,
        token: &BearerToken,
        before: &Caller,
    ) -> Result<(Caller, Self), NotFresh> {
        let since = clock.monotonic();
        let caller = authority.caller_anew(token, clock).await.map_err(|error| match error {
            ValidateError::Token(error) => NotFresh::Token(error),
            ValidateError::Unavailable(error) => NotFresh::Unavailable(error),
        })?; // 1, 2
        if caller.principal() != before.principal() {
            return Err(NotFresh::OtherCaller); // 3
        }
        let calls = tools.iter().map(|tool| OneCall::of(tool, since));
        Ok((caller, Self(calls.collect()))) // 4
    }

    /// The fact without a validation, for tests.
    #[cfg(feature = "assertions")]
    pub(crate) fn assert(tool: &Arc<Tool>, clock: &dyn Clock) -> Self {
        Self(vec![OneCall::of(tool, clock.monotonic())])
    }
}

impl Freshness {
    /// Decides about a call of a tool. It is the second step of the gate. `now` is on the monotonic clock.
    ///
    /// 1. A tool that is not `fresh` needs nothing.
    /// 2. A fact about this very tool, no older than [`MAX_AGE`], admits one call, the first. A request that named it more than once has
    ///    as many.
    /// 3. What could not be found out is not known.
    /// 4. Whatever is none of this is denied: another tool's fact, an old one, one that was used, and none.
    pub(crate) fn admit(&self, tool: &Tool, now: Duration) -> Result<(), Error> {
        if !tool.policy.is_fresh() {
            return Ok(()); // 1
        }
        match self {
            Self::Known(Fresh(calls)) if calls.iter().any(|call| call.admits(tool, now)) => Ok(()), // 2
            Self::Not(NotFresh::Unavailable(error)) => Err(error.clone().into()),                   // 3
            _ => Err(Denial::NotFresh.into()),                                                      // 4
        }
    }
}
