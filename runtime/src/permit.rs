//! That a call was counted, and may come.

use crate::caller::Caller;
use crate::error::{Error, Limited, Unavailable};
use crate::one_call::OneCall;
use crate::toolset::Tool;
use std::sync::Arc;
use std::time::Duration;

/// The fact that one call of one tool was counted by its rate, and may come. Only [`Permit::take`] makes one, by counting.
#[derive(Clone, Debug)]
pub(crate) struct Permit(OneCall);

impl Permit {
    /// Counts a call of this tool, for a transport that can say more than the gate can when there were too many. It is for callers whom
    /// the tool's policy admits: who is turned away anyway is not counted, and so cannot use up what is another's.
    ///
    /// `None` for a tool without a rate. `now` is on the monotonic clock.
    pub(crate) async fn take(tool: &Arc<Tool>, caller: Option<&Caller>, now: Duration) -> Result<Option<Self>, Error> {
        let is_limited = tool.policy.rate_limited().is_some();
        count(tool, caller).await?;
        Ok(is_limited.then(|| Self(OneCall::of(tool, now))))
    }

    /// Whether a call of this tool is known to be one too many, without counting it.
    pub(crate) fn foresee(tool: &Tool, caller: Option<&Caller>) -> Result<(), Limited> {
        tool.limiter.as_ref().map_or(Ok(()), |limiter| limiter.foresee(caller))
    }

    /// Decides about a call of a tool. It is the third step of the gate. `now` is on the monotonic clock.
    ///
    /// 1. A tool without a rate needs no permit.
    /// 2. A permit of this very tool is good for one call, the first, for a while.
    /// 3. Whoever has none takes one now: another tool's permit, one that was used, one that was
    ///    kept for later, and none.
    pub(crate) async fn admit(
        permit: Option<&Self>,
        tool: &Tool,
        caller: Option<&Caller>,
        now: Duration,
    ) -> Result<(), Error> {
        if tool.policy.rate_limited().is_none() {
            return Ok(()); // 1
        }
        match permit {
            Some(Self(call)) if call.admits(tool, now) => Ok(()), // 2
            _ => count(tool, caller).await,                       // 3
        }
    }
}

/// A rate that nobody counts by lets nothing through.
async fn count(tool: &Tool, caller: Option<&Caller>) -> Result<(), Error> {
    match (tool.policy.rate_limited(), &tool.limiter) {
        (None, _) => Ok(()),
        // In a box of its own: to ask Redis takes more room than all else that a call waits for, and most tools have no rate.
        (Some(_), Some(limiter)) => Ok(Box::pin(limiter.take(caller)).await?),
        (Some(_), None) => Err(Unavailable::new("the calls of this tool are not counted").into()),
    }
}
